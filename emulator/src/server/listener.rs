//! Accepts connections, and serves each until it ends or a fault takes it over.

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

use super::client_socket::{ClientSocket, SharedSocket};
use super::request_handler::handle;
use super::response_sender::ConnectionHandle;
use crate::state::EmulatorContext;

/// The backlog of Tokio's own listeners.
const BACKLOG: u32 = 1024;
/// How long a restart waits, so that the response to its own request is sent first.
const RESTART_DELAY: Duration = Duration::from_millis(50);

/// Serves until `stop` fires or is dropped, and then closes every open connection.
pub(crate) async fn listen(
    mut listener: TcpListener,
    tls: Option<TlsAcceptor>,
    context: Arc<EmulatorContext>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut accepted_so_far = 0;
    let mut restarts = context.restarts.subscribe();
    loop {
        tokio::select! {
            _ = &mut stop => break,
            Some(_) = connections.join_next() => {}
            // The context owns the sender, so this never fails.
            Ok(()) = restarts.changed() => {
                let pause = *restarts.borrow_and_update();
                tokio::time::sleep(RESTART_DELAY).await;
                let Ok(address) = listener.local_addr() else { break };
                drop(listener);
                connections.shutdown().await;
                tokio::select! {
                    _ = &mut stop => return,
                    reopened = listen_again(address, pause) => match reopened {
                        Ok(reopened) => listener = reopened,
                        // The emulator stays unreachable, like a service whose restart fails.
                        Err(_) => return,
                    },
                }
            }
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    accepted_so_far += 1;
                    context.state().connections += 1;
                    connections.spawn(serve(socket, tls.clone(), context.clone(), accepted_so_far));
                }
                // Usually the process has too many open files; wait until some are closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Listens again after the pause. Until then it only binds the port, so that no other program takes it.
async fn listen_again(address: SocketAddr, pause: Duration) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    tokio::time::sleep(pause).await;
    socket.listen(BACKLOG)
}

async fn serve(socket: TcpStream, tls: Option<TlsAcceptor>, context: Arc<EmulatorContext>, number: u64) {
    let Ok(socket) = ClientSocket::open(socket, tls).await else {
        return;
    };
    let socket = SharedSocket::new(socket);
    let (takeovers, mut taken_over) = mpsc::channel(1);
    let connection = ConnectionHandle { number, takeovers };
    let server = auto::Builder::new(TokioExecutor::new());
    let service = service_fn(|request| handle(context.clone(), connection.clone(), request));
    let takeover = tokio::select! {
        takeover = taken_over.recv() => takeover,
        _ = server.serve_connection(TokioIo::new(socket.clone()), service) => return,
    };
    if let (Some(takeover), Some(socket)) = (takeover, socket.reclaim()) {
        // This fails only if the client has closed the connection.
        let _ = takeover.run(socket).await;
    }
}
