//! The server: it listens, reads requests, passes them to the endpoints, applies faults and sends responses.

mod ca_file;
mod client_socket;
mod connection_takeover;
mod listener;
mod paced_body;
mod request_handler;
mod response_sender;
mod tls;
mod web_page_guard;

pub(crate) use ca_file::CaFile;
pub(crate) use listener::listen;
pub(crate) use tls::TlsSetup;
