//! Which process this is: a forked child is another one.

/// The process that asks. Asking takes a system call, so a call into the module asks once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }
}
