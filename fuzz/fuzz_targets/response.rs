//! The body of a success response.
#![no_main]

use descope_outbound::invariants::a_response_is_json_to_the_byte;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| a_response_is_json_to_the_byte(body));
