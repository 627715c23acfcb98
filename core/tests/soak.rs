//! A long run of the cache. Users connect, revoke and connect again; tokens expire, rotate and are rejected; the
//! service fails; clocks change. The test presents every served token to the provider immediately.
//!
//! `SOAK_SECONDS` sets the duration, 3 by default. `SOAK_SEED` reproduces the random choices of a run.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use descope_outbound::{CacheClock, CacheOptions, Client, Environment, ErrorKind, LicenseHandshake, Source};
use descope_outbound_emulator::{Connection, Emulator, Fault, Options, Revocation};
use tokio::task::JoinSet;

const USERS: usize = 10_000;
/// Most fetches are for these users.
const BUSY_USERS: usize = 400;
const FETCHES_A_TURN: usize = 64;
const APP: &str = "app";
/// The promise of the documentation, in seconds: the cache serves a revoked token for no longer.
const REVOCATION_BOUND: u64 = 900;
const REFRESH_AFTER: u64 = 300;
/// Lifetimes in seconds. Some tokens expire between two fetches, others are refreshed because of their age.
const LIFETIMES: [u64; 4] = [120, 600, 3_600, 86_400];

struct SoakRun {
    emulator: Emulator,
    client: Client,
    /// A client that does not share the cache, like the console or another program.
    other: Client,
    clock: CacheClock,
    users: Vec<Mutex<User>>,
    /// Seconds since the start.
    now: Mutex<u64>,
}

/// The facts about a user, independent of the cache.
#[derive(Default)]
struct User {
    lifetime: u64,
    is_connected: bool,
    /// The time of the last revocation.
    revoked: Option<u64>,
    /// The time at which an ideal cache would have asked last, and whether the user had a token then.
    asked: Option<(u64, bool)>,
}

#[derive(Default)]
struct SoakTally {
    /// The minimum number of requests.
    least: u64,
    shown: u64,
    refused_in_bound: u64,
    refused_from_service: u64,
    failed: HashMap<&'static str, u64>,
    deletes: u64,
    rejections: u64,
}

impl SoakRun {
    async fn new() -> Self {
        let emulator = Emulator::start(Options::default()).await.unwrap();
        let clock = CacheClock::adjustable();
        let builder = || {
            Client::builder()
                .environment(Environment::default())
                .project_id(emulator.project_id())
                .management_key(emulator.management_key())
                .base_url(emulator.base_url())
                .license_handshake(LicenseHandshake::Off)
                .retry_delays([Duration::from_millis(1); 3])
        };
        let client = builder().cache(CacheOptions::default().clock(clock.clone())).build().unwrap();
        let other = builder().build().unwrap();
        let users = (0..USERS).map(|_| Mutex::default()).collect();
        Self { emulator, client, other, clock, users, now: Mutex::new(0) }
    }

    fn now(&self) -> u64 {
        *self.now.lock().unwrap()
    }

    fn pass(&self, seconds: u64) {
        self.emulator.advance(Duration::from_secs(seconds));
        self.clock.advance(Duration::from_secs(seconds));
        *self.now.lock().unwrap() += seconds;
    }

    fn connect(&self, user: usize) {
        let mut known = self.users[user].lock().unwrap();
        known.lifetime = LIFETIMES[user % LIFETIMES.len()];
        let connection = Connection::user(APP, name(user)).lifetime(Duration::from_secs(known.lifetime));
        self.emulator.connect(connection).unwrap();
        known.is_connected = true;
        known.asked = None;
        self.client.cache().unwrap().forget(Some(APP), Some(&name(user))).unwrap();
    }

    /// Revoke at the provider and in the console. The client with the cache does not know.
    async fn revoke(&self, user: usize) {
        self.emulator.revoke(&Revocation::user(APP, name(user)));
        self.other.delete_user_tokens(Some(APP), Some(&name(user))).await.unwrap();
        let mut known = self.users[user].lock().unwrap();
        known.is_connected = false;
        known.revoked = Some(self.now());
    }

    /// Count this fetch if an ideal cache would have to send it.
    fn count_least(&self, user: usize, tally: &mut SoakTally) {
        let now = self.now();
        let mut known = self.users[user].lock().unwrap();
        let keeps = match known.asked {
            None => 0,
            Some((_, false)) => 10,
            Some((_, true)) => REFRESH_AFTER.min(known.lifetime.saturating_sub(30)),
        };
        if known.asked.is_none_or(|(asked, _)| now >= asked + keeps) {
            known.asked = Some((now, known.is_connected));
            tally.least += 1;
        }
    }

    async fn fetch(&self, user: usize, is_force_refresh: bool, tally: &Mutex<SoakTally>) {
        let fetch = self.client.fetch_token(APP, name(user));
        let outcome = if is_force_refresh { fetch.force_refresh().await } else { fetch.await };
        let token = match outcome {
            Ok(token) => token,
            Err(error) => {
                *tally.lock().unwrap().failed.entry(error.kind().as_str()).or_default() += 1;
                return;
            }
        };
        let access_token = token.access_token.expose();
        let is_good = self.emulator.accepts(APP, access_token);
        {
            let mut tally = tally.lock().unwrap();
            tally.shown += 1;
            if is_good {
                return;
            }
            if matches!(token.source(), Source::Network | Source::Joined) {
                // The service has just sent this token, so the cache is not at fault.
                tally.refused_from_service += 1;
                return;
            }
            let revoked = self.users[user].lock().unwrap().revoked;
            let since = revoked.map(|revoked| self.now() - revoked);
            assert!(
                since.is_some_and(|since| since <= REVOCATION_BOUND),
                "user {user} got a dead token from the {}; revoked {since:?} s ago",
                token.source().as_str()
            );
            tally.refused_in_bound += 1;
            tally.rejections += 1;
        }
        // The backend rejects the token and fetches again. The cache must not serve the same token.
        self.client.cache().unwrap().reject(access_token);
        if let Ok(again) = self.client.fetch_token(APP, name(user)).await {
            let is_cached = matches!(again.source(), Source::Cache | Source::Stale);
            assert!(!is_cached || again.access_token.expose() != access_token, "a rejected token came back");
        }
    }

    /// Delete a token during fetches of it, and fetch it again afterwards.
    async fn delete(self: &Arc<Self>, user: usize, tally: &Arc<Mutex<SoakTally>>) {
        let mut meanwhile = JoinSet::new();
        for _ in 0..3 {
            let (run, tally) = (Arc::clone(self), Arc::clone(tally));
            meanwhile.spawn(async move { run.fetch(user, false, &tally).await });
        }
        let deleted = self.client.delete_user_tokens(Some(APP), Some(&name(user))).await;
        if deleted.is_ok() {
            tally.lock().unwrap().deletes += 1;
            if let Ok(token) = self.client.fetch_token(APP, name(user)).await {
                unreachable!("user {user} got a token from the {} after a delete", token.source().as_str());
            }
        }
        while let Some(fetched) = meanwhile.join_next().await {
            fetched.unwrap();
        }
        let mut known = self.users[user].lock().unwrap();
        known.is_connected &= deleted.is_err();
        known.asked = None;
    }
}

fn name(user: usize) -> String {
    format!("user-{user}")
}

fn some_fault(random: &mut fastrand::Rng) -> Fault {
    let fault = match random.u8(0..5) {
        0 => Fault::response(500),
        1 => Fault::response(503),
        2 => Fault::response(429).header("Retry-After", "5"),
        3 => Fault::close(),
        _ => Fault::response(404).body("not what it seems"),
    };
    fault.path("/v1/mgmt/outbound/app/user/token/latest").times(random.u64(1..20))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_served_token_is_valid_or_was_revoked_within_the_bound() {
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let length = Duration::from_secs(variable("SOAK_SECONDS").unwrap_or(3));
    let seed = variable("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    writeln!(std::io::stdout(), "soak: {} s, SOAK_SEED={seed}", length.as_secs()).unwrap();
    let run = Arc::new(SoakRun::new().await);
    let tally = Arc::new(Mutex::new(SoakTally::default()));
    (0..BUSY_USERS).for_each(|user| run.connect(user));
    let mut wall_is_off = 0;
    let end = Instant::now() + length;
    let mut turns = 0_u64;
    while Instant::now() < end {
        turns += 1;
        run.pass(random.u64(0..20));
        if random.u8(0..100) < 5 {
            run.emulator.clear_faults();
            run.emulator.add_fault(some_fault(&mut random)).unwrap();
        }
        if random.u8(0..100) < 2 {
            let hours = if wall_is_off > 0 { -1 } else { 1 };
            wall_is_off += hours;
            run.clock.step_wall(hours * 3_600_000);
        }
        let pick = |random: &mut fastrand::Rng| {
            if random.u8(0..10) < 8 { random.usize(..BUSY_USERS) } else { random.usize(..USERS) }
        };
        run.connect(pick(&mut random));
        if random.u8(0..10) < 3 {
            run.revoke(pick(&mut random)).await;
        }
        let mut calls = JoinSet::new();
        if random.u8(0..10) < 3 {
            let (run, tally, user) = (Arc::clone(&run), Arc::clone(&tally), pick(&mut random));
            // One fetch before the delete and one after it.
            tally.lock().unwrap().least += 2;
            calls.spawn(async move { run.delete(user, &tally).await });
            while let Some(call) = calls.join_next().await {
                call.unwrap();
            }
        }
        for _ in 0..FETCHES_A_TURN {
            let user = pick(&mut random);
            let is_force_refresh = random.u8(0..200) == 0;
            if is_force_refresh {
                tally.lock().unwrap().least += 1;
            } else {
                run.count_least(user, &mut tally.lock().unwrap());
            }
            let (run, tally) = (Arc::clone(&run), Arc::clone(&tally));
            calls.spawn(async move { run.fetch(user, is_force_refresh, &tally).await });
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap();
        }
    }
    run.emulator.clear_faults();
    report(&run, &tally.lock().unwrap(), turns);
}

fn report(run: &SoakRun, tally: &SoakTally, turns: u64) {
    let SoakTally { least, shown, refused_in_bound, refused_from_service, failed, deletes, rejections } =
        tally;
    let stats = run.client.cache().unwrap().stats();
    let counters = run.emulator.counters();
    let hours = run.now() / 3_600;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "soak: {turns} turns, {hours} hours of the clock, {shown} tokens presented to the provider"
    )
    .unwrap();
    writeln!(out, "soak: {refused_in_bound} rejected within the revocation bound, {refused_from_service} rejected that the service itself sent; {rejections} rejections, {deletes} deletes, {failed:?}").unwrap();
    writeln!(
        out,
        "soak: {} requests, minimum {least}; {} double refreshes",
        stats.upstream_requests, counters.double_refreshes_refused
    )
    .unwrap();
    writeln!(out, "soak: {stats:?}").unwrap();
    assert_eq!(counters.double_refreshes_refused, 0);
    // Missing tokens are cached only briefly, and the longer the run, the more users have no token.
    assert!(*shown > 0 && 2 * stats.hits > *shown, "at most half of the tokens came from the cache");
    assert!(
        *least * 3 / 2 > stats.upstream_requests,
        "{} requests instead of at least {least}",
        stats.upstream_requests
    );
    assert!(!failed.contains_key(ErrorKind::DeadlineExceeded.as_str()), "{failed:?}");
}
