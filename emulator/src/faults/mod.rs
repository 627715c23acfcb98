//! Faults: the requests that they match, their effects, and the order in which they apply.

mod fault;
mod fault_list;
mod fault_target;
mod response_delivery;
mod scripted_response;

pub use fault::{Fault, FaultError};
pub use response_delivery::ResponseDelivery;
pub use scripted_response::{Ending, Piece, ScriptedResponse};

pub(crate) use fault_list::FaultList;
pub(crate) use fault_target::FaultTarget;
