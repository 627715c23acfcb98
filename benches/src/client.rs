//! A client in Rust, driven over its standard input: compare `python/drive.py` and `node/drive.cjs`.
//!
//! `bench-client NAME ORIGIN DIRECTORY CONCURRENCY`; then each line, `seconds 0.5` or `calls 100`, is answered by one
//! line of JSON.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;

use crate::clients::{Client, Hyper, Ours, PlainReqwest};

mod clients;
mod wire;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, name, origin, directory, concurrency] = arguments.as_slice() else {
        return Err("bench-client NAME ORIGIN DIRECTORY CONCURRENCY".into());
    };
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is there already")?;
    let authority = Path::new(directory).join("authority.pem");
    let concurrency = concurrency.parse()?;
    match name.as_str() {
        "reqwest" => drive(PlainReqwest::open(origin, &authority)?, concurrency).await,
        "hyper" => drive(Hyper::open(origin, &authority)?, concurrency).await,
        "ours" => drive(Ours::open(origin, &authority)?, concurrency).await,
        _ => Err(format!("there is no client {name}").into()),
    }
}

async fn drive<C: Client>(client: C, concurrency: usize) -> Result<(), Failure> {
    let client = Arc::new(client);
    for line in io::stdin().lines() {
        let budget = Arc::new(Budget::parse(&line?)?);
        let began = Instant::now();
        let cpu_began = cpu_time();
        let mut workers = JoinSet::new();
        for _ in 0..concurrency {
            workers.spawn(work(Arc::clone(&client), Arc::clone(&budget)));
        }
        let mut latencies = Vec::new();
        while let Some(worker) = workers.join_next().await {
            latencies.extend(worker??);
        }
        let cpu = cpu_time().saturating_sub(cpu_began);
        let seconds = began.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let answer = serde_json::json!({
            "calls": latencies.len(),
            "seconds": seconds,
            "cpu_seconds": cpu.as_secs_f64(),
            "p50_us": latencies[latencies.len() / 2].as_secs_f64() * 1e6,
            "p99_us": latencies[latencies.len() * 99 / 100].as_secs_f64() * 1e6,
        });
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

async fn work<C: Client>(client: Arc<C>, budget: Arc<Budget>) -> Result<Vec<Duration>, Failure> {
    let mut latencies = Vec::new();
    while budget.allows_one_more() {
        let began = Instant::now();
        if client.fetch_token().await? != wire::ACCESS_TOKEN {
            return Err("another token".into());
        }
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

enum Budget {
    Until(Instant),
    Calls { most: u64, begun: AtomicU64 },
}

impl Budget {
    fn parse(line: &str) -> Result<Self, Failure> {
        match line.split_once(' ') {
            Some(("seconds", seconds)) => {
                Ok(Self::Until(Instant::now() + Duration::from_secs_f64(seconds.parse()?)))
            }
            Some(("calls", calls)) => Ok(Self::Calls { most: calls.parse()?, begun: AtomicU64::new(0) }),
            _ => Err(format!("not to be understood: {line}").into()),
        }
    }

    fn allows_one_more(&self) -> bool {
        match self {
            Self::Until(end) => Instant::now() < *end,
            Self::Calls { most, begun } => begun.fetch_add(1, Ordering::Relaxed) < *most,
        }
    }
}

/// User and system time of the whole process, all its threads.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
