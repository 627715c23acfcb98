//! The public API against the emulator, one file a topic; one program, since linking is what takes long.

mod cache;
mod cache_table;
mod cached;
mod connections;
mod deadline;
mod emulated;
mod licence;
mod limits_and_masks;
mod malformed_answers;
mod operations;
mod proxies;
mod retries;
mod secrets_of_the_cache;
mod tls;
mod whole_surface;
