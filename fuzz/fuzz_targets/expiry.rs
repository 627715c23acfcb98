//! The expiry of a token, in any form.
#![no_main]

use descope_outbound::invariants::an_expiry_is_a_moment;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|expiry: &str| an_expiry_is_a_moment(expiry));
