//! The cache for a long time: users who connect, revoke and come back, tokens that expire, rotate and are rejected, a
//! service that fails, and clocks that are set. Every token that is handed out is shown to the provider at once.
//!
//! `SOAK_SECONDS` says for how long, 3 unless set; `SOAK_SEED` repeats a run's choices.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use descope_outbound::{CacheClock, CacheOptions, Client, Environment, ErrorKind, LicenseHandshake, Source};
use descope_outbound_emulator::{Connection, Emulator, Fault, Options, Revocation};
use tokio::task::JoinSet;

const USERS: usize = 10_000;
/// Most fetches are about these.
const BUSY_USERS: usize = 400;
const FETCHES_A_TURN: usize = 64;
const APP: &str = "app";
/// What the documentation promises: a revoked token is not given out for longer.
const REVOCATION_BOUND: u64 = 900;
const REFRESH_AFTER: u64 = 300;
/// In seconds; some tokens expire between two fetches, some are refreshed by age.
const LIFETIMES: [u64; 4] = [120, 600, 3_600, 86_400];

struct World {
    emulator: Emulator,
    client: Client,
    /// What knows nothing of the cache: the console, or another program.
    other: Client,
    clock: CacheClock,
    users: Vec<Mutex<User>>,
    /// Seconds since the start.
    now: Mutex<u64>,
}

/// What is known of a user, whatever the cache does.
#[derive(Default)]
struct User {
    lifetime: u64,
    is_connected: bool,
    /// When the consent was last withdrawn.
    revoked: Option<u64>,
    /// When a cache without a fault would have asked last, and whether there was a token then.
    asked: Option<(u64, bool)>,
}

#[derive(Default)]
struct Tally {
    /// Fetches that had to be made, at the least.
    least: u64,
    shown: u64,
    refused_in_bound: u64,
    refused_from_service: u64,
    failed: HashMap<&'static str, u64>,
    deletes: u64,
    rejections: u64,
}

impl World {
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

    /// At the provider and in the console, which the client does not hear of.
    async fn revoke(&self, user: usize) {
        self.emulator.revoke(&Revocation::user(APP, name(user)));
        self.other.delete_user_tokens(Some(APP), Some(&name(user))).await.unwrap();
        let mut known = self.users[user].lock().unwrap();
        known.is_connected = false;
        known.revoked = Some(self.now());
    }

    /// Counts a request that no cache could do without, where this fetch is one.
    fn count_least(&self, user: usize, tally: &mut Tally) {
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

    async fn fetch(&self, user: usize, is_forced: bool, tally: &Mutex<Tally>) {
        let fetch = self.client.fetch_token(APP, name(user));
        let outcome = if is_forced { fetch.force_refresh().await } else { fetch.await };
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
                // The service gave it out just now: no cache makes that better or worse.
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
        // The backend tells, and asks again: the same token must not come out of the cache.
        self.client.cache().unwrap().reject(access_token);
        if let Ok(again) = self.client.fetch_token(APP, name(user)).await {
            let is_cached = matches!(again.source(), Source::Cache | Source::Stale);
            assert!(!is_cached || again.access_token.expose() != access_token, "a rejected token came back");
        }
    }

    /// A delete among fetches of the same token, and what is found after it.
    async fn delete(self: &Arc<Self>, user: usize, tally: &Arc<Mutex<Tally>>) {
        let mut meanwhile = JoinSet::new();
        for _ in 0..3 {
            let (world, tally) = (Arc::clone(self), Arc::clone(tally));
            meanwhile.spawn(async move { world.fetch(user, false, &tally).await });
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
        0 => Fault::answer(500),
        1 => Fault::answer(503),
        2 => Fault::answer(429).header("Retry-After", "5"),
        3 => Fault::close(),
        _ => Fault::answer(404).body("not what it seems"),
    };
    fault.path("/v1/mgmt/outbound/app/user/token/latest").times(random.u64(1..20))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_token_that_is_handed_out_is_good_or_was_revoked_within_the_bound() {
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let length = Duration::from_secs(variable("SOAK_SECONDS").unwrap_or(3));
    let seed = variable("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    writeln!(std::io::stdout(), "soak: {} s, SOAK_SEED={seed}", length.as_secs()).unwrap();
    let world = Arc::new(World::new().await);
    let tally = Arc::new(Mutex::new(Tally::default()));
    (0..BUSY_USERS).for_each(|user| world.connect(user));
    let mut wall_is_off = 0;
    let end = Instant::now() + length;
    let mut turns = 0_u64;
    while Instant::now() < end {
        turns += 1;
        world.pass(random.u64(0..20));
        if random.u8(0..100) < 5 {
            world.emulator.clear_faults();
            world.emulator.add_fault(some_fault(&mut random)).unwrap();
        }
        if random.u8(0..100) < 2 {
            let hours = if wall_is_off > 0 { -1 } else { 1 };
            wall_is_off += hours;
            world.clock.step_wall(hours * 3_600_000);
        }
        let pick = |random: &mut fastrand::Rng| {
            if random.u8(0..10) < 8 { random.usize(..BUSY_USERS) } else { random.usize(..USERS) }
        };
        world.connect(pick(&mut random));
        if random.u8(0..10) < 3 {
            world.revoke(pick(&mut random)).await;
        }
        let mut calls = JoinSet::new();
        if random.u8(0..10) < 3 {
            let (world, tally, user) = (Arc::clone(&world), Arc::clone(&tally), pick(&mut random));
            // Before it and after it somebody asks.
            tally.lock().unwrap().least += 2;
            calls.spawn(async move { world.delete(user, &tally).await });
            while let Some(call) = calls.join_next().await {
                call.unwrap();
            }
        }
        for _ in 0..FETCHES_A_TURN {
            let user = pick(&mut random);
            let is_forced = random.u8(0..200) == 0;
            if is_forced {
                tally.lock().unwrap().least += 1;
            } else {
                world.count_least(user, &mut tally.lock().unwrap());
            }
            let (world, tally) = (Arc::clone(&world), Arc::clone(&tally));
            calls.spawn(async move { world.fetch(user, is_forced, &tally).await });
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap();
        }
    }
    world.emulator.clear_faults();
    report(&world, &tally.lock().unwrap(), turns);
}

fn report(world: &World, tally: &Tally, turns: u64) {
    let Tally { least, shown, refused_in_bound, refused_from_service, failed, deletes, rejections } = tally;
    let stats = world.client.cache().unwrap().stats();
    let counters = world.emulator.counters();
    let hours = world.now() / 3_600;
    let mut out = std::io::stdout();
    writeln!(out, "soak: {turns} turns, {hours} hours of the clock, {shown} tokens shown to the provider")
        .unwrap();
    writeln!(out, "soak: {refused_in_bound} refused within the revocation bound, {refused_from_service} that the service itself gave out; {rejections} rejections, {deletes} deletes, {failed:?}").unwrap();
    writeln!(
        out,
        "soak: {} requests, at least {least} were needed; {} double refreshes",
        stats.upstream_requests, counters.double_refreshes_refused
    )
    .unwrap();
    writeln!(out, "soak: {stats:?}").unwrap();
    assert_eq!(counters.double_refreshes_refused, 0);
    // Of those who have not connected, which the longer the run are the more, nothing is kept for long.
    assert!(*shown > 0 && 2 * stats.hits > *shown, "most tokens came from the cache");
    assert!(
        *least * 3 / 2 > stats.upstream_requests,
        "{} requests, where {least} were needed",
        stats.upstream_requests
    );
    assert!(!failed.contains_key(ErrorKind::DeadlineExceeded.as_str()), "{failed:?}");
}
