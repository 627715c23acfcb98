//! Makes the calls of jobs with the Rust client, and reports their results.
//!
//! It reads each job as a line of JSON from the standard input, and writes its report as a line to the standard output. Jobs
//! run concurrently.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use descope_outbound::{Client, Error, LicenseHandshake};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

#[derive(serde::Deserialize)]
struct Job {
    number: u64,
    client: JobClient,
    calls: Vec<JobCall>,
    workers: usize,
    settle_seconds: f64,
    pause_seconds: f64,
    wall_seconds: f64,
    client_for_each_call: bool,
}

#[derive(serde::Deserialize)]
struct JobClient {
    base_url: String,
    project_id: String,
    management_key: String,
    timeout_seconds: f64,
    license: String,
}

#[derive(Clone, serde::Deserialize)]
struct JobCall {
    r#do: String,
    app: String,
    api_key: String,
}

type DriverError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), DriverError> {
    let (sender, mut lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || io::stdin().lines().try_for_each(|line| sender.send(line)));
    let mut running = JoinSet::new();
    while let Some(line) = lines.recv().await {
        running.spawn(run(serde_json::from_str(&line?)?));
    }
    while let Some(report) = running.join_next().await {
        report??;
    }
    Ok(())
}

async fn run(job: Job) -> Result<(), DriverError> {
    let number = job.number;
    let shared = job.client.build()?;
    tokio::time::sleep(Duration::from_secs_f64(job.settle_seconds)).await;
    let before = memory_kib("VmRSS", true)?;
    let waiting: VecDeque<_> = job.calls.iter().cloned().enumerate().collect();
    let outcomes = vec![Value::Null; job.calls.len()];
    let state = Arc::new((job, Mutex::new((waiting, outcomes))));
    let mut workers = JoinSet::new();
    for _ in 0..state.0.workers {
        workers.spawn(run_calls(Arc::clone(&state), shared.clone()));
    }
    while let Some(finished) = workers.join_next().await {
        finished??;
    }
    let memory = (memory_kib("VmHWM", false)? - before) / 1024.0;
    let outcomes = std::mem::take(&mut locked(&state.1).1);
    let report = json!({ "number": number, "outcomes": outcomes, "memory_mib": memory });
    let mut output = io::stdout().lock();
    writeln!(output, "{report}")?;
    output.flush()?;
    Ok(())
}

/// A job, its calls that have not started, and the results of the others.
type JobState = (Job, Mutex<(VecDeque<(usize, JobCall)>, Vec<Value>)>);

async fn run_calls(state: Arc<JobState>, shared: Client) -> Result<(), DriverError> {
    let (job, work) = &*state;
    loop {
        let next = locked(work).0.pop_front();
        let Some((number, call)) = next else { return Ok(()) };
        let client = if job.client_for_each_call { job.client.build()? } else { shared.clone() };
        let began = Instant::now();
        let called =
            tokio::time::timeout(Duration::from_secs_f64(job.wall_seconds), call_client(&client, &call))
                .await;
        let mut outcome = match called {
            Err(_) => json!({ "kind": "hung", "class": "nothing" }),
            Ok(Ok(token)) => json!({ "kind": "success", "class": "success", "token": token }),
            Ok(Err(error)) => failure(&error),
        };
        outcome["seconds"] = json!(began.elapsed().as_secs_f64());
        locked(work).1[number] = outcome;
        tokio::time::sleep(Duration::from_secs_f64(job.pause_seconds)).await;
    }
}

/// Makes one call, and returns the access token of a fetch.
async fn call_client(client: &Client, call: &JobCall) -> Result<Option<String>, Error> {
    match call.r#do.as_str() {
        "load" => client.load_application(&call.app).await.map(|_| None),
        "upload" => {
            client.upload_user_api_key(&call.app, "user", call.api_key.as_str(), None).await.map(|()| None)
        }
        _ => client
            .fetch_token(&call.app, "user")
            .await
            .map(|token| Some(token.access_token.expose().to_owned())),
    }
}

fn failure(error: &Error) -> Value {
    json!({
        "kind": error.kind().as_str(),
        "class": format!("{:?}", error.kind()),
        "status": error.status(),
        "retry_after": error.retry_after().map(|wait| wait.as_secs()),
        "text": error.to_string(),
        "shown": format!("{error:?} {:?}", error.response()),
    })
}

impl JobClient {
    fn build(&self) -> Result<Client, Error> {
        Client::builder()
            .project_id(&self.project_id)
            .management_key(self.management_key.as_str())
            .base_url(&self.base_url)
            .timeout(Duration::from_secs_f64(self.timeout_seconds))
            .license_handshake(match self.license.as_str() {
                "off" => LicenseHandshake::Off,
                "wait" => LicenseHandshake::Wait,
                _ => LicenseHandshake::Beside,
            })
            .build()
    }
}

/// Reads a memory figure of this process. With `is_beginning` it resets the peak first.
fn memory_kib(name: &str, is_beginning: bool) -> Result<f64, DriverError> {
    if is_beginning {
        fs::write("/proc/self/clear_refs", "5")?;
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such figure")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

fn locked<Content>(mutex: &Mutex<Content>) -> MutexGuard<'_, Content> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
