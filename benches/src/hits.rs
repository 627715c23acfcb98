//! Fetches of a cached token: `bench-hits ORIGIN` prints nanoseconds per hit, one figure per round, as JSON.
//!
//! The measurements alternate in rounds, so that other load on the machine affects all of them. The ratios matter, not
//! the figures.

#![expect(dead_code, reason = "wire.rs also has what only a request needs")]

use std::error::Error;
use std::future::IntoFuture as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use descope_outbound::bindings::{CacheLookup, ClientExt as _};
use descope_outbound::{CacheOptions, Client, Response, Token, operation};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use serde_json::{Value, json};

mod wire;

const FEW: usize = 100;
const MANY: usize = 100_000;
/// The default capacity of a cache.
const DEFAULT_CAPACITY: usize = 10_000;
const ROUNDS: usize = 7;
const HITS: usize = 200_000;

type BoxError = Box<dyn Error + Send + Sync>;

/// The label of a measurement, and the measurement.
type Timer<'data> = (&'static str, Box<dyn Fn() -> Result<f64, BoxError> + 'data>);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let origin = std::env::args().nth(1).ok_or("bench-hits ORIGIN")?;
    let users: Vec<String> = (0..MANY).map(|number| format!("{}-{number}", wire::USER_ID)).collect();
    let few_users = users.get(..FEW).ok_or("too few users")?;
    let (map_of_few, map_of_many) = (bare_map(few_users), bare_map(&users));
    let (cache_of_few, cache_of_many) = (filled(&origin, few_users).await?, filled(&origin, &users).await?);
    let one_each = [cache_of_few.clone(), filled(&origin, few_users).await?];
    let all = users.as_slice();
    let timers: [Timer<'_>; 12] = [
        ("the map beneath, 100 entries", Box::new(|| on_one(few_users, |user| bare_hit(&map_of_few, user)))),
        ("ours, 100 entries", Box::new(|| on_one(few_users, |user| hit(&cache_of_few, user)))),
        (
            "ours, 100 entries, fetch_token(..).await",
            Box::new(|| on_one(few_users, |user| awaited_hit(&cache_of_few, user))),
        ),
        (
            "the map beneath, 100 of 100,000 entries",
            Box::new(|| on_one(few_users, |user| bare_hit(&map_of_many, user))),
        ),
        ("ours, 100 of 100,000 entries", Box::new(|| on_one(few_users, |user| hit(&cache_of_many, user)))),
        (
            "the map beneath, all of 100,000 entries",
            Box::new(|| on_one(all, |user| bare_hit(&map_of_many, user))),
        ),
        ("ours, all of 100,000 entries", Box::new(|| on_one(all, |user| hit(&cache_of_many, user)))),
        (
            "the map beneath, 100 entries, 1 thread",
            Box::new(|| on_threads(few_users, 1, |_, user| bare_hit(&map_of_few, user))),
        ),
        (
            "the map beneath, 100 entries, 2 threads on different tokens",
            Box::new(|| on_threads(few_users, 2, |_, user| bare_hit(&map_of_few, user))),
        ),
        (
            "ours, 100 entries, 1 thread",
            Box::new(|| on_threads(few_users, 1, |_, user| hit(&cache_of_few, user))),
        ),
        (
            "ours, 100 entries, 2 threads on different tokens",
            Box::new(|| on_threads(few_users, 2, |_, user| hit(&cache_of_few, user))),
        ),
        (
            "ours, 100 entries, 2 threads with a cache each",
            Box::new(|| on_threads(few_users, 2, |thread, user| hit(one_each.get(thread)?, user))),
        ),
    ];
    let mut figures = vec![Vec::new(); timers.len()];
    for round in 0..=ROUNDS {
        for ((_, timer), figures) in timers.iter().zip(&mut figures) {
            let figure = timer()?;
            // The first round warms up.
            if round > 0 {
                figures.push((figure * 10.0).round() / 10.0);
            }
        }
    }
    let rows = timers.iter().zip(figures).map(|((what, _), ns)| json!({ "what": what, "ns": ns }));
    writeln!(io::stdout(), "{}", rows.collect::<Value>())?;
    Ok(())
}

/// The key of a token in a plain map: the ids and the scopes.
#[derive(Clone, PartialEq, Eq, Hash)]
struct OwnedKey([String; 4], Option<Vec<String>>);

#[derive(Hash)]
struct BorrowedKey<'call>([&'call str; 4], Option<&'call [String]>);

impl Equivalent<OwnedKey> for BorrowedKey<'_> {
    fn equivalent(&self, OwnedKey(ids, scopes): &OwnedKey) -> bool {
        self.0.iter().zip(ids).all(|(ours, theirs)| ours == theirs) && self.1 == scopes.as_deref()
    }
}

type BareMap = Cache<OwnedKey, Arc<str>>;

/// The minimum cost of such a cache: without expiry and without counters.
fn bare_map(users: &[String]) -> BareMap {
    // The map chooses its number of shards.
    let map = Cache::new((2 * users.len()).max(DEFAULT_CAPACITY));
    for user in users {
        let ids = [wire::APP_ID.to_owned(), user.clone(), String::new(), String::new()];
        map.insert(OwnedKey(ids, None), wire::ACCESS_TOKEN.into());
    }
    map
}

fn bare_hit(map: &BareMap, user: &str) -> Option<Arc<str>> {
    map.get(&BorrowedKey([wire::APP_ID, user, "", ""], None))
}

/// The default options, with a larger capacity only for many users.
fn options_for(users: &[String]) -> CacheOptions {
    let default = CacheOptions::default();
    if users.len() < DEFAULT_CAPACITY {
        default
    } else {
        default.max_entries(2 * users.len()).max_bytes(1 << 30)
    }
}

async fn filled(origin: &str, users: &[String]) -> Result<Client, BoxError> {
    let client = Client::builder()
        .project_id(wire::PROJECT_ID)
        .management_key(wire::MANAGEMENT_KEY)
        .base_url(origin)
        .timeout(wire::TIMEOUT)
        .cache(options_for(users))
        .build()?;
    for user in users {
        client.fetch_token(wire::APP_ID, user).await?;
    }
    let cached = client.cache().map(|cache| cache.stats().entries);
    if cached != Some(u64::try_from(users.len())?) {
        return Err(format!("{cached:?} of {} tokens are cached", users.len()).into());
    }
    Ok(client)
}

/// A lookup as in the bindings.
fn hit(client: &Client, user: &str) -> Option<Response> {
    let mut lookup = CacheLookup::new(&operation::FETCH_TOKEN);
    (lookup.app_id, lookup.user_id) = (wire::APP_ID, user);
    client.look_up(&lookup, Duration::ZERO)
}

/// A fetch as in a Rust program, which gets its own token. A hit is ready at the first poll.
fn awaited_hit(client: &Client, user: &str) -> Option<Token> {
    let mut fetch = client.fetch_token(wire::APP_ID, user).into_future();
    match fetch.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(token) => token.ok(),
        Poll::Pending => None,
    }
}

/// Measure nanoseconds per hit. The order of the users defeats the processor's prefetcher.
fn on_one<Hit>(users: &[String], hit: impl Fn(&str) -> Option<Hit>) -> Result<f64, BoxError> {
    let began = Instant::now();
    let mut missed = 0;
    for user in users.iter().step_by(7).chain(users.iter().step_by(11)).cycle().take(HITS) {
        missed += usize::from(black_box(hit(black_box(user))).is_none());
    }
    let nanoseconds = began.elapsed().as_secs_f64() * 1e9 / count(HITS);
    if missed == 0 { Ok(nanoseconds) } else { Err(format!("{missed} of {HITS} missed").into()) }
}

/// Measure nanoseconds per hit over all threads, which start together. Two threads that do not contend take half of the
/// time of one.
fn on_threads<Hit>(
    users: &[String],
    threads: usize,
    hit: impl Fn(usize, &str) -> Option<Hit> + Sync,
) -> Result<f64, BoxError> {
    let start = Barrier::new(threads);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let (start, hit) = (&start, &hit);
        let parts = users.chunks(users.len() / threads).take(threads);
        let workers: Vec<_> = parts
            .enumerate()
            .map(|(thread, part)| {
                scope.spawn(move || {
                    start.wait();
                    let began = Instant::now();
                    on_one(part, |user| hit(thread, user)).map(|_| (began, Instant::now()))
                })
            })
            .collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut times = Vec::with_capacity(threads);
    for outcome in outcomes {
        times.push(outcome.map_err(|_| "a thread has panicked")??);
    }
    let began = times.iter().map(|(began, _)| began).min().ok_or("no thread ran")?;
    let ended = times.iter().map(|(_, ended)| ended).max().ok_or("no thread ran")?;
    Ok(ended.duration_since(*began).as_secs_f64() * 1e9 / count(HITS * threads))
}

#[expect(clippy::cast_precision_loss, reason = "a count of less than 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
