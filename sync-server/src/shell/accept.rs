//! Connections: a head that does not come in time ends its connection, an open one included that has nothing to say.

use std::io;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::limits::HEADER_MS_MAX;

/// Pause after the system had no more connections to give, ms.
const ACCEPT_PAUSE_MS: u64 = 200;

/// Accepts connections until it is told to stop, then waits for the running requests. `header_ms_max`: longest time for a request's head, ms.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    mut stop: watch::Receiver<bool>,
    header_ms_max: u64,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_millis(header_ms_max));
    let running = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            () = told(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) if is_of_the_connection(&error) => continue,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be taken");
                    tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
                    continue;
                }
            },
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = running.watch(connection);
        tokio::spawn(async move {
            // It ended badly: the client's business, and nothing of it may stand in a log.
            let _ = connection.await;
        });
    }
    drop(listener);
    running.shutdown().await;
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone is a server that is.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The same with the limit of this server.
pub async fn serve_within_limits(listener: TcpListener, router: Router, stop: watch::Receiver<bool>) {
    serve(listener, router, stop, HEADER_MS_MAX).await;
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn a_head_that_does_not_come_ends_its_connection_and_no_other() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, stop) = watch::channel(false);
        let router = Router::new().route("/", get(|| async { "here" }));
        let server = tokio::spawn(serve(listener, router, stop, 50));
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: a").await.unwrap();
        let mut rest = Vec::new();
        // Ends although this side never hangs up.
        let _ = slow.read_to_end(&mut rest).await;
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
        let mut good = TcpStream::connect(address).await.unwrap();
        good.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        good.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("here"), "{answer}");
        tell.send(true).unwrap();
        server.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "stopped");
    }
}
