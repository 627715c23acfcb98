//! The Retry-After header.
#![no_main]

use descope_outbound::invariants::a_wait_is_bounded;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, &str)| a_wait_is_bounded(input.1, input.0));
