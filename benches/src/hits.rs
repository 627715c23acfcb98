//! A token that is kept already: prints nanoseconds a hit, one figure a round, as JSON.

#![expect(dead_code, reason = "wire.rs also has what only a request needs")]

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

mod wire;

const ROUNDS: usize = 5;
const HITS: u32 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    for entries in [100, 100_000] {
        let what = format!("HashMap of {entries} entries (never expires, one object for all)");
        rows.push(json!({ "what": what, "ns": bare_map(entries) }));
        let what = format!("descope-outbound, cache of {entries} entries");
        rows.push(json!({ "what": what, "absent": "not built: this version has no cache yet" }));
    }
    writeln!(io::stdout(), "{}", Value::Array(rows))?;
    Ok(())
}

/// The least that a cache can cost: two strings are hashed and compared, and a count goes up and down.
fn bare_map(entries: usize) -> Vec<f64> {
    let keys: Vec<(String, String)> =
        (0..entries).map(|number| (wire::APP_ID.to_owned(), format!("{}-{number}", wire::USER_ID))).collect();
    let tokens: HashMap<_, _> =
        keys.iter().map(|key| (key.clone(), Arc::<str>::from(wire::ACCESS_TOKEN))).collect();
    let round = || {
        let began = Instant::now();
        for key in keys.iter().cycle().take(HITS as usize) {
            black_box(tokens.get(black_box(key)).cloned());
        }
        (began.elapsed().as_secs_f64() * 1e10 / f64::from(HITS)).round() / 10.0
    };
    round();
    (0..ROUNDS).map(|_| round()).collect()
}
