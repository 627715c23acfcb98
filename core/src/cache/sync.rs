//! The lock of the cache's state. A test replaces it with the lock of a model checker.

pub(super) use std::sync::{Mutex, MutexGuard};
