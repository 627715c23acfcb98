//! A Rust client, driven over its standard input, like `python/drive.py` and `node/drive.cjs`.
//!
//! `bench-client NAME ORIGIN DIRECTORY CONCURRENCY`. Then it replies to each line, `seconds 0.5` or `calls 100`, with
//! one line of JSON.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;

use crate::clients::{BenchClient, BoxError, Hyper, Ours, PlainReqwest};

mod clients;
mod wire;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, name, origin, directory, concurrency] = arguments.as_slice() else {
        return Err("bench-client NAME ORIGIN DIRECTORY CONCURRENCY".into());
    };
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another provider is installed")?;
    let authority = Path::new(directory).join("authority.pem");
    let concurrency = concurrency.parse()?;
    match name.as_str() {
        "reqwest" => drive(PlainReqwest::open(origin, &authority)?, concurrency).await,
        "hyper" => drive(Hyper::open(origin, &authority)?, concurrency).await,
        "ours" => drive(Ours::open(origin, &authority)?, concurrency).await,
        _ => Err(format!("there is no client {name}").into()),
    }
}

async fn drive<C: BenchClient>(client: C, concurrency: usize) -> Result<(), BoxError> {
    let client = Arc::new(client);
    for line in io::stdin().lines() {
        let limit = Arc::new(WorkLimit::parse(&line?)?);
        let began = Instant::now();
        let cpu_began = cpu_time();
        let mut workers = JoinSet::new();
        for _ in 0..concurrency {
            workers.spawn(work(Arc::clone(&client), Arc::clone(&limit)));
        }
        let mut latencies = Vec::new();
        while let Some(worker) = workers.join_next().await {
            latencies.extend(worker??);
        }
        let cpu = cpu_time().saturating_sub(cpu_began);
        let seconds = began.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let reply = serde_json::json!({
            "calls": latencies.len(),
            "seconds": seconds,
            "cpu_seconds": cpu.as_secs_f64(),
            "p50_us": latencies[latencies.len() / 2].as_secs_f64() * 1e6,
            "p99_us": latencies[latencies.len() * 99 / 100].as_secs_f64() * 1e6,
        });
        writeln!(io::stdout(), "{reply}")?;
    }
    Ok(())
}

async fn work<C: BenchClient>(client: Arc<C>, limit: Arc<WorkLimit>) -> Result<Vec<Duration>, BoxError> {
    let mut latencies = Vec::new();
    while limit.allows_one_more() {
        let began = Instant::now();
        if client.fetch_token().await? != wire::ACCESS_TOKEN {
            return Err("another token".into());
        }
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

enum WorkLimit {
    Until(Instant),
    Calls { maximum: u64, started: AtomicU64 },
}

impl WorkLimit {
    fn parse(line: &str) -> Result<Self, BoxError> {
        match line.split_once(' ') {
            Some(("seconds", seconds)) => {
                Ok(Self::Until(Instant::now() + Duration::from_secs_f64(seconds.parse()?)))
            }
            Some(("calls", calls)) => Ok(Self::Calls { maximum: calls.parse()?, started: AtomicU64::new(0) }),
            _ => Err(format!("unknown line: {line}").into()),
        }
    }

    fn allows_one_more(&self) -> bool {
        match self {
            Self::Until(end) => Instant::now() < *end,
            Self::Calls { maximum, started } => started.fetch_add(1, Ordering::Relaxed) < *maximum,
        }
    }
}

/// User and system time of all threads of the process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
