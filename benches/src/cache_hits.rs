//! What a hit of the cache costs beside a bare one of the map beneath it: prints nanoseconds a hit, the median of the
//! rounds and their range, and the ratios that are promised.
//!
//! The rounds take turns, so that what else the machine does meets all alike: the ratios count, not the figures.

#![expect(dead_code, reason = "wire.rs also has what only a request needs")]

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use descope_outbound::{
    Answer, Arguments, CacheOptions, Client, Environment, LicenseHandshake, Question, operation,
};
use descope_outbound_emulator::{Connection, Emulator, Options};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use tokio::task::JoinSet;

mod wire;

const FEW: usize = 100;
/// Unless the argument says otherwise.
const MANY: usize = 100_000;
const ROUNDS: usize = 9;
const HITS: usize = 300_000;
/// How many fetches fill the cache at a time.
const FILLERS: usize = 64;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let many = std::env::args().nth(1).map_or(Ok(MANY), |many| many.parse())?;
    let (bare_few, bare_many) = (bare_map(FEW), bare_map(many));
    let (few, many) = (filled(FEW).await?, filled(many).await?);
    let by_name: Vec<Arguments> = few
        .1
        .iter()
        .map(|user| Arguments::default().with("app_id", wire::APP_ID).with("user_id", user.as_str()))
        .collect();
    let mut rounds: [Vec<f64>; 7] = Default::default();
    for _ in 0..=ROUNDS {
        let round = [
            measure(&bare_few.1, |user| bare_hit(&bare_few.0, user)),
            measure(&bare_many.1, |user| bare_hit(&bare_many.0, user)),
            measure(&few.1, |user| hit(&few.0, user)),
            measure(&many.1, |user| hit(&many.0, user)),
            on_threads(&many, 1)?,
            on_threads(&many, 2)?,
            measure(&by_name, |fetch| hit_by_name(&few.0, fetch)),
        ];
        for (rounds, figure) in rounds.iter_mut().zip(round) {
            rounds.push(figure);
        }
    }
    let mut out = io::stdout();
    let names = [
        "map beneath, few entries",
        "map beneath, many entries",
        "cache, few entries",
        "cache, many entries",
        "cache, many entries, all hits of 1 thread",
        "cache, many entries, all hits of 2 threads on different tokens",
        "cache, few entries, asked for with arguments by name",
    ];
    for (name, rounds) in names.iter().zip(&mut rounds) {
        // The first one warms up.
        rounds.remove(0);
        let mut sorted = rounds.clone();
        sorted.sort_by(f64::total_cmp);
        if let [least, .., most] = sorted.as_slice() {
            writeln!(out, "{:>7.1} ns ({least:.1} to {most:.1})  {name}", median(rounds))?;
        }
    }
    let [bare_few, bare_many, few, many, one, two, by_name] = &rounds;
    for (what, upper, lower, target) in [
        ("cache over map, few entries", few, bare_few, "at most 2"),
        ("cache over map, many entries", many, bare_many, "at most 2"),
        ("the same with arguments by name", by_name, bare_few, "no target"),
        ("many entries over few", many, few, "at most 1.5"),
        ("1 thread over 2", one, two, "near 2 on two idle cores"),
    ] {
        let ratios: Vec<f64> = upper.iter().zip(lower).map(|(upper, lower)| upper / lower).collect();
        writeln!(out, "{:>7.2}  {what}; {target}", median(&ratios))?;
    }
    Ok(())
}

type Filled<Map, Key> = (Map, Vec<Key>);

/// What a fetch is found by, in a map that is used as it comes: the ids and the scopes.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Owned([String; 4], Option<Vec<String>>);

#[derive(Hash)]
struct Borrowed<'call>([&'call str; 4], Option<&'call [String]>);

impl Equivalent<Owned> for Borrowed<'_> {
    fn equivalent(&self, Owned(ids, scopes): &Owned) -> bool {
        self.0.iter().zip(ids).all(|(ours, theirs)| ours == theirs) && self.1 == scopes.as_deref()
    }
}

fn bare_map(entries: usize) -> Filled<Cache<Owned, Arc<str>>, String> {
    let map = Cache::new(2 * entries);
    let users: Vec<String> = (0..entries).map(|number| format!("{}-{number}", wire::USER_ID)).collect();
    for user in &users {
        let ids = [wire::APP_ID.to_owned(), user.clone(), String::new(), String::new()];
        map.insert(Owned(ids, None), wire::ACCESS_TOKEN.into());
    }
    (map, users)
}

fn bare_hit(map: &Cache<Owned, Arc<str>>, user: &str) -> Option<Arc<str>> {
    map.get(&Borrowed([wire::APP_ID, user, "", ""], None))
}

async fn filled(entries: usize) -> Result<Filled<Client, String>, Failure> {
    let emulator = Emulator::start(Options::default()).await?;
    let client = Client::builder()
        .environment(Environment::default())
        .project_id(emulator.project_id())
        .management_key(emulator.management_key())
        .base_url(emulator.base_url())
        .license_handshake(LicenseHandshake::Off)
        .timeout(Duration::from_mins(1))
        .cache(CacheOptions::default().max_entries(2 * entries).max_bytes(1 << 30))
        .build()?;
    let users: Vec<String> = (0..entries).map(|number| format!("{}-{number}", wire::USER_ID)).collect();
    let mut fetches = JoinSet::new();
    for user in &users {
        emulator.connect(Connection::user(wire::APP_ID, user))?;
        if fetches.len() >= FILLERS
            && let Some(fetched) = fetches.join_next().await
        {
            fetched??;
        }
        let (client, user) = (client.clone(), user.clone());
        fetches.spawn(async move { client.fetch_token(wire::APP_ID, user).await });
    }
    while let Some(fetched) = fetches.join_next().await {
        fetched??;
    }
    let kept = client.cache().map(|cache| cache.stats().entries);
    if kept != Some(u64::try_from(entries)?) {
        return Err(format!("{kept:?} of {entries} tokens are kept").into());
    }
    Ok((client, users))
}

fn hit(client: &Client, user: &str) -> Option<Answer> {
    let mut question = Question::new(&operation::FETCH_TOKEN);
    (question.app_id, question.user_id) = (wire::APP_ID, user);
    client.look_up(&question, Duration::ZERO)
}

/// As a caller asks who has arguments by name.
fn hit_by_name(client: &Client, fetch: &Arguments) -> Option<Answer> {
    client.cached(&operation::FETCH_TOKEN, fetch, Duration::ZERO)
}

/// Nanoseconds a hit. The keys are gone through in steps that no prefetcher follows.
fn measure<Key, Hit>(keys: &[Key], hit: impl Fn(&Key) -> Option<Hit>) -> f64 {
    let began = Instant::now();
    let mut missed = 0;
    for key in keys.iter().step_by(7).chain(keys.iter().step_by(11)).cycle().take(HITS) {
        missed += usize::from(black_box(hit(black_box(key))).is_none());
    }
    let nanoseconds = began.elapsed().as_secs_f64() * 1e9;
    if missed == 0 { nanoseconds / count(HITS) } else { f64::NAN }
}

/// Nanoseconds a hit of all threads together: half of what one takes, where two do not get in each other's way.
fn on_threads(filled: &Filled<Client, String>, threads: usize) -> Result<f64, Failure> {
    let (client, users) = filled;
    let share = users.len() / threads;
    let began = Instant::now();
    let all = std::thread::scope(|scope| {
        let parts = users.chunks(share).take(threads);
        let workers: Vec<_> =
            parts.map(|part| scope.spawn(move || measure(part, |user| hit(client, user)))).collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Result<Vec<f64>, _>>()
    });
    let nanoseconds = began.elapsed().as_secs_f64() * 1e9;
    let all = all.map_err(|_| "a thread has panicked")?;
    Ok(if all.iter().all(|part| part.is_finite()) { nanoseconds / count(HITS * threads) } else { f64::NAN })
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "a count of less than 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
