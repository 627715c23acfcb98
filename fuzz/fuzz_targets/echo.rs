//! An error body that quotes a secret. The first line is the secret, without the prefix of all secrets here.
#![no_main]

use descope_outbound::invariants::an_echo_is_masked;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (secret, body) = input.split_once('\n').unwrap_or_default();
    an_echo_is_masked(secret, body);
});
