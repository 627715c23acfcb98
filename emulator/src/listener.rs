//! Accepting connections and serving each with HTTP until it ends or a fault takes it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::exchange::{ConnectionHandle, exchange};
use crate::line::{LentLine, Line};
use crate::world::World;

/// As Tokio's own listeners have it.
const BACKLOG: u32 = 1024;
const FAREWELL: Duration = Duration::from_millis(50);

/// Serves until it is told to stop (or dropped), and then cuts what is still open.
pub(crate) async fn listen(
    mut listener: TcpListener,
    encryption: Option<TlsAcceptor>,
    world: Arc<World>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut accepted_so_far = 0;
    let mut restarts = world.restarts.subscribe();
    loop {
        tokio::select! {
            _ = &mut stop => break,
            Some(_) = connections.join_next() => {}
            // The sender lives as long as the world.
            Ok(()) = restarts.changed() => {
                let pause = *restarts.borrow_and_update();
                // The answer to the request that asked for it gets out first.
                tokio::time::sleep(FAREWELL).await;
                let Ok(address) = listener.local_addr() else { break };
                drop(listener);
                connections.shutdown().await;
                tokio::select! {
                    _ = &mut stop => return,
                    returned = come_back(address, pause) => match returned {
                        Ok(returned) => listener = returned,
                        // As if it had not come up again.
                        Err(_) => return,
                    },
                }
            }
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    accepted_so_far += 1;
                    world.state().connections += 1;
                    connections.spawn(serve(socket, encryption.clone(), world.clone(), accepted_so_far));
                }
                // Out of file descriptors, most likely: some will be free again.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Listens again after the pause. Until then the port is kept, without anybody listening: others would take it.
async fn come_back(address: SocketAddr, pause: Duration) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    tokio::time::sleep(pause).await;
    socket.listen(BACKLOG)
}

async fn serve(socket: TcpStream, encryption: Option<TlsAcceptor>, world: Arc<World>, number: u64) {
    let Ok(line) = Line::open(socket, encryption).await else {
        return;
    };
    let line = LentLine::new(line);
    let (takeovers, mut taken_over) = mpsc::channel(1);
    let connection = ConnectionHandle { number, takeovers };
    let server = auto::Builder::new(TokioExecutor::new());
    let service = service_fn(|request| exchange(world.clone(), connection.clone(), request));
    let takeover = tokio::select! {
        takeover = taken_over.recv() => takeover,
        _ = server.serve_connection(TokioIo::new(line.clone()), service) => return,
    };
    if let (Some(takeover), Some(line)) = (takeover, line.take_back()) {
        // What fails here is a write to a client that has gone, and nobody is left to tell.
        let _ = takeover.carry_out(line).await;
    }
}
