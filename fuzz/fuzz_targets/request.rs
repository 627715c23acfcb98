//! The arguments of a caller as JSON, after a byte that selects the operation.
#![no_main]

use descope_outbound::invariants::a_request_stays_in_its_place;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Some((operation, arguments)) = input.split_first() {
        a_request_stays_in_its_place(usize::from(*operation), arguments);
    }
});
