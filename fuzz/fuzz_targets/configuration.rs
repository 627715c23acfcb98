//! The settings of a client, one per line.
#![no_main]

use descope_outbound::invariants::{ClientInput, a_configuration_is_safe_or_refused_without_its_secrets};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut lines = input.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    a_configuration_is_safe_or_refused_without_its_secrets(ClientInput {
        project_id: line(),
        management_key: line(),
        base_url: line(),
        header: line(),
        proxy: line(),
    });
});
