//! Requests and responses in memory, independent of the server and of the endpoints.

mod bearer;
mod buffered_response;
mod received_request;

pub(crate) use bearer::PresentedBearer;
pub(crate) use buffered_response::BufferedResponse;
pub(crate) use received_request::ReceivedRequest;
