//! Fetch third-party access tokens from Descope Outbound Apps.
#![forbid(unsafe_code)]
