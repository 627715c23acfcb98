//! An allocator that looks at each block which is given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What every planted value begins with. Only values that are wiped are ever put on the heap with it.
pub(crate) const PLANTED: &[u8] = b"made-up-planted-";

thread_local! {
    /// Each thread counts for itself: tests run beside each other.
    static LEFT_BEHIND: Cell<usize> = const { Cell::new(0) };
}

/// How many blocks this thread has given back with a planted value in them while it did that.
pub(crate) fn left_behind_by<Result>(action: impl FnOnce() -> Result) -> usize {
    LEFT_BEHIND.set(0);
    drop(action());
    LEFT_BEHIND.get()
}

pub(crate) struct InspectingAllocator;

// SAFETY: the system's allocator does the work. Every block is zeroed when it is made, so that all of it may be read
// when it is given back. A block is never grown in place or moved by the system: the trait's own `realloc` makes a new
// one and gives the old one back, by way of `dealloc`.
unsafe impl GlobalAlloc for InspectingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller gives back a whole block, which nobody else uses any more.
        let block = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
        if block.windows(PLANTED.len()).any(|window| window == PLANTED) {
            // A thread that is ending has nobody left to count for.
            let _ = LEFT_BEHIND.try_with(|count| count.set(count.get() + 1));
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}
