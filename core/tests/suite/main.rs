//! The public API against the emulator, one file per topic. All files form one program, because linking takes most of
//! the build time.

mod cache;
mod cache_table;
mod cached;
mod connections;
mod deadline;
mod emulated;
mod license;
mod limits_and_masks;
mod malformed_responses;
mod operations;
mod proxies;
mod retries;
mod secrets_of_the_cache;
mod tls;
mod transport_reasons;
mod whole_surface;
