//! A server on this machine that sends prepared responses and records the requests.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// Far larger than any request of these tests.
const LARGEST_REQUEST: usize = 1024 * 1024;
/// A client that waits longer is broken, and its test has failed by then.
const LONGEST_HANG: Duration = Duration::from_secs(30);

/// The server's reaction to one request.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    Respond(CannedResponse),
    /// Close the connection without a response.
    Close,
    /// Send nothing and keep the connection open.
    Hang,
}

/// An HTTP response.
#[derive(Clone, Debug)]
pub(crate) struct CannedResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The delay before the response.
    pub(crate) delay: Duration,
    /// The delay between two bytes of the body.
    pub(crate) drip: Option<Duration>,
}

impl Reaction {
    /// A status that no client retries.
    fn unexpected() -> Self {
        Self::Respond(CannedResponse {
            status: 418,
            headers: Vec::new(),
            body: b"this request was not expected".to_vec(),
            delay: Duration::ZERO,
            drip: None,
        })
    }
}

/// One reaction, and the request that it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct CannedStep {
    /// The path of a request that may arrive at any time. A step without a path belongs to the next request in order.
    pub(crate) beside: Option<String>,
    pub(crate) reaction: Reaction,
}

/// A recorded request.
#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    /// The number of the step that the server used, or none if no step was left.
    pub(crate) step: Option<usize>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The encoded query.
    pub(crate) query: String,
    /// The headers, with names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The server listens until it is dropped. Every connection serves one request.
pub(crate) struct CannedServer {
    address: SocketAddr,
    state: Arc<Mutex<CannedState>>,
    accepting: AbortHandle,
}

struct CannedState {
    steps: VecDeque<(usize, CannedStep)>,
    received: Vec<RecordedRequest>,
}

impl CannedServer {
    pub(crate) async fn start(steps: Vec<CannedStep>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(CannedState {
            steps: steps.into_iter().enumerate().collect(),
            received: Vec::new(),
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { address, state, accepting })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order of their arrival.
    pub(crate) fn received(&self) -> Vec<RecordedRequest> {
        lock(&self.state).received.clone()
    }
}

impl Drop for CannedServer {
    fn drop(&mut self) {
        // The connections belong to this task and end with it.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<CannedState>>) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        connections.spawn(serve(connection, Arc::clone(&state)));
    }
}

async fn serve(mut connection: TcpStream, state: Arc<Mutex<CannedState>>) -> io::Result<()> {
    let Some(received) = read_request(&mut connection).await? else {
        return Ok(());
    };
    let reaction = lock(&state).take(received);
    match reaction {
        Reaction::Respond(response) => write_response(&mut connection, response).await,
        Reaction::Close => Ok(()),
        Reaction::Hang => {
            let end = connection.read_u8();
            let _ = tokio::time::timeout(LONGEST_HANG, end).await;
            Ok(())
        }
    }
}

impl CannedState {
    fn take(&mut self, mut received: RecordedRequest) -> Reaction {
        let is_meant = |step: &CannedStep| step.beside.as_ref().is_none_or(|path| *path == received.path);
        let beside = self.steps.iter().position(|(_, step)| step.beside.is_some() && is_meant(step));
        let position = beside.or_else(|| self.steps.iter().position(|(_, step)| is_meant(step)));
        let step = position.and_then(|position| self.steps.remove(position));
        received.step = step.as_ref().map(|(number, _)| *number);
        self.received.push(received);
        step.map_or_else(Reaction::unexpected, |(_, step)| step.reaction)
    }
}

/// Read a request. Return `None` if the connection ends before a complete request.
async fn read_request(connection: &mut TcpStream) -> io::Result<Option<RecordedRequest>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > LARGEST_REQUEST || connection.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut received = parse_head(&String::from_utf8_lossy(&bytes[..head]));
    let length = received.header("content-length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0).min(LARGEST_REQUEST);
    let body = head + 4;
    while bytes.len() < body + length {
        if connection.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    received.body = bytes.split_off(body);
    Ok(Some(received))
}

fn parse_head(head: &str) -> RecordedRequest {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    RecordedRequest {
        step: None,
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    }
}

impl RecordedRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

async fn write_response(connection: &mut TcpStream, response: CannedResponse) -> io::Result<()> {
    let CannedResponse { status, headers, body, delay, drip } = response;
    tokio::time::sleep(delay).await;
    let mut head = vec![format!("HTTP/1.1 {status} Canned"), "connection: close".to_owned()];
    // A 204 has no body and therefore no content length.
    if status != 204 && !headers.iter().any(|(name, _)| name == "content-length") {
        head.push(format!("content-length: {}", body.len()));
    }
    head.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let head = head.join("\r\n") + "\r\n\r\n";
    connection.write_all(head.as_bytes()).await?;
    match drip {
        None => connection.write_all(&body).await?,
        Some(pause) => {
            for byte in body {
                connection.write_all(&[byte]).await?;
                tokio::time::sleep(pause).await;
            }
        }
    }
    connection.shutdown().await
}

fn lock(state: &Mutex<CannedState>) -> MutexGuard<'_, CannedState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
