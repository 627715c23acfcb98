//! A server on this machine that answers what it is told to, and keeps what it was asked.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// Far more than any client of these tests sends.
const LARGEST_REQUEST: usize = 1024 * 1024;
/// A client that waits longer than this is broken, and the test has failed by then.
const LONGEST_HANG: Duration = Duration::from_secs(30);

/// What comes back for one request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    /// The connection ends without a word.
    Close,
    /// Nothing comes, and the connection stays.
    Hang,
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Waited before the answer.
    pub(crate) delay: Duration,
    /// Waited between any two bytes of the body.
    pub(crate) drip: Option<Duration>,
}

impl Answer {
    /// A status that no client asks again after.
    fn unexpected() -> Self {
        Self::Reply(Reply {
            status: 418,
            headers: Vec::new(),
            body: b"this request was not expected".to_vec(),
            delay: Duration::ZERO,
            drip: None,
        })
    }
}

/// One answer, and when it is given.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The path of the request that gets it whenever it comes; without one, the next request in turn gets it.
    pub(crate) beside: Option<String>,
    pub(crate) answer: Answer,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Which step answered it; none if there was none left.
    pub(crate) step: Option<usize>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Still encoded.
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Listens until it is dropped; every connection serves one request.
pub(crate) struct CannedServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    accepting: AbortHandle,
}

struct State {
    steps: VecDeque<(usize, Step)>,
    received: Vec<Received>,
}

impl CannedServer {
    pub(crate) async fn start(steps: Vec<Step>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            steps: steps.into_iter().enumerate().collect(),
            received: Vec::new(),
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { address, state, accepting })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has come so far, in the order in which it came.
    pub(crate) fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }
}

impl Drop for CannedServer {
    fn drop(&mut self) {
        // The connections belong to that task, and end with it.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        connections.spawn(serve(connection, Arc::clone(&state)));
    }
}

async fn serve(mut connection: TcpStream, state: Arc<Mutex<State>>) -> io::Result<()> {
    let Some(received) = read_request(&mut connection).await? else {
        return Ok(());
    };
    let answer = lock(&state).take(received);
    match answer {
        Answer::Reply(reply) => write_reply(&mut connection, reply).await,
        Answer::Close => Ok(()),
        Answer::Hang => {
            let end = connection.read_u8();
            let _ = tokio::time::timeout(LONGEST_HANG, end).await;
            Ok(())
        }
    }
}

impl State {
    fn take(&mut self, mut received: Received) -> Answer {
        let is_meant = |step: &Step| step.beside.as_ref().is_none_or(|path| *path == received.path);
        let beside = self.steps.iter().position(|(_, step)| step.beside.is_some() && is_meant(step));
        let position = beside.or_else(|| self.steps.iter().position(|(_, step)| is_meant(step)));
        let step = position.and_then(|position| self.steps.remove(position));
        received.step = step.as_ref().map(|(number, _)| *number);
        self.received.push(received);
        step.map_or_else(Answer::unexpected, |(_, step)| step.answer)
    }
}

/// A request, or none where the connection ended before there was one.
async fn read_request(connection: &mut TcpStream) -> io::Result<Option<Received>> {
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

fn parse_head(head: &str) -> Received {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    Received { step: None, method, path: path.to_owned(), query: query.to_owned(), headers, body: Vec::new() }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

async fn write_reply(connection: &mut TcpStream, reply: Reply) -> io::Result<()> {
    let Reply { status, headers, body, delay, drip } = reply;
    tokio::time::sleep(delay).await;
    let mut head = vec![format!("HTTP/1.1 {status} Canned"), "connection: close".to_owned()];
    // A 204 has no body, and so no length of one.
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

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
