//! An allocator that inspects each freed block.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The prefix of every planted value. Only values that are wiped may start with it on the heap.
pub(crate) const PLANTED: &[u8] = b"made-up-planted-";

thread_local! {
    /// Each thread has its own count, because tests run in parallel.
    static LEFT_BEHIND: Cell<usize> = const { Cell::new(0) };
}

/// Run the action, and return the number of blocks with a planted value that this thread has freed.
pub(crate) fn left_behind_by<Result>(action: impl FnOnce() -> Result) -> usize {
    LEFT_BEHIND.set(0);
    drop(action());
    LEFT_BEHIND.get()
}

pub(crate) struct InspectingAllocator;

// SAFETY: the system's allocator does the work. Every block is zeroed when it is allocated, so that all of it may be
// read when it is freed. The system never grows or moves a block: the trait's own `realloc` allocates a new block and
// frees the old one with `dealloc`.
unsafe impl GlobalAlloc for InspectingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the contract of this method.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller frees a whole block and no longer uses it.
        let block = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
        if block.windows(PLANTED.len()).any(|window| window == PLANTED) {
            // A thread that is ending has no count any more.
            let _ = LEFT_BEHIND.try_with(|count| count.set(count.get() + 1));
        }
        // SAFETY: the caller upholds the contract of this method.
        unsafe { System.dealloc(pointer, layout) }
    }
}
