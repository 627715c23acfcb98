//! An error's body that quotes a secret: the first line, without what every secret here begins with.
#![no_main]

use descope_outbound::invariants::an_echo_is_masked;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (secret, body) = input.split_once('\n').unwrap_or_default();
    an_echo_is_masked(secret, body);
});
