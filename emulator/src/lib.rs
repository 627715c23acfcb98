//! A local stand-in for the Descope Outbound Apps service.
#![forbid(unsafe_code)]
