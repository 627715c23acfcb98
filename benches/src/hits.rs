//! A token that is kept already: `bench-hits ORIGIN` prints nanoseconds a hit, one figure a round, as JSON.

#![expect(dead_code, reason = "wire.rs also has what only a request needs")]

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Instant;

use descope_outbound::{CacheOptions, Client};
use serde_json::{Value, json};

mod wire;

const ROUNDS: usize = 5;
const HITS: u32 = 200_000;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let origin = std::env::args().nth(1).ok_or("bench-hits ORIGIN")?;
    let mut rows = Vec::new();
    for entries in [100, 100_000] {
        let users: Vec<String> = (0..entries).map(|number| format!("{}-{number}", wire::USER_ID)).collect();
        let what = format!("HashMap of {entries} entries (never expires, one object for all)");
        rows.push(json!({ "what": what, "ns": bare_map(&users) }));
        let what = format!("descope-outbound, cache of {entries} entries");
        rows.push(json!({ "what": what, "ns": ours(&origin, &users).await? }));
    }
    writeln!(io::stdout(), "{}", Value::Array(rows))?;
    Ok(())
}

/// The least that a cache can cost: two strings are hashed and compared, and a count goes up and down.
fn bare_map(users: &[String]) -> Vec<f64> {
    let keys: Vec<_> = users.iter().map(|user| (wire::APP_ID.to_owned(), user.clone())).collect();
    let tokens: HashMap<_, _> =
        keys.iter().map(|key| (key.clone(), Arc::<str>::from(wire::ACCESS_TOKEN))).collect();
    let round = |_| {
        let began = Instant::now();
        for key in keys.iter().cycle().take(HITS as usize) {
            black_box(tokens.get(black_box(key)).cloned());
        }
        nanoseconds_a_hit(began)
    };
    // The first warms up.
    (0..=ROUNDS).map(round).skip(1).collect()
}

async fn ours(origin: &str, users: &[String]) -> Result<Vec<f64>, Failure> {
    let options = CacheOptions::default().max_entries(2 * users.len()).max_bytes(1 << 30);
    let client = Client::builder()
        .project_id(wire::PROJECT_ID)
        .management_key(wire::MANAGEMENT_KEY)
        .base_url(origin)
        .timeout(wire::TIMEOUT)
        .cache(options)
        .build()?;
    for user in users {
        client.fetch_token(wire::APP_ID, user).await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..=ROUNDS {
        let began = Instant::now();
        for user in users.iter().cycle().take(HITS as usize) {
            black_box(client.fetch_token(wire::APP_ID, user).await?);
        }
        rounds.push(nanoseconds_a_hit(began));
    }
    let missed = client.cache().map_or(u64::MAX, |cache| cache.stats().misses);
    if missed != users.len() as u64 {
        return Err(format!("{missed} misses for {} users", users.len()).into());
    }
    Ok(rounds.split_off(1))
}

fn nanoseconds_a_hit(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1e10 / f64::from(HITS)).round() / 10.0
}
