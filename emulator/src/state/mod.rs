//! The state of an emulator, and how its requests and its test share it.

mod connect_error;
mod context;
mod counters;
mod emulator_state;

pub use connect_error::ConnectError;
pub use counters::EmulatorCounters;

pub(crate) use context::EmulatorContext;
pub(crate) use emulator_state::EmulatorState;
