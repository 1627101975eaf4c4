//! `WAIT`: content-free pokes. One task looks at the head for all connections; correctness never depends on a poke.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, timeout_at};
use yuandian_model::Epoch;
use yuandian_sync::message::PartitionHead;

use super::reply::Reply;
use super::{App, now_ms, routes};
use crate::limits::{TOKEN_MS, WAIT_HEARTBEAT_MS, WAIT_POLL_MS};
use crate::problem::Problem;

/// Where the partition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poke {
    partition: u32,
    epoch: Epoch,
    head: u64,
}

impl Poke {
    fn event(self) -> Vec<u8> {
        let data = serde_json::json!({
            "partition": self.partition, "epoch": self.epoch.to_string(), "head": self.head,
        });
        format!("event: poke\ndata: {data}\n\n").into_bytes()
    }
}

/// Looks at the head while anybody waits.
pub async fn watch_head(app: Arc<App>) {
    loop {
        if app.head.receiver_count() > 0 {
            look(&app).await;
        }
        tokio::time::sleep(Duration::from_millis(WAIT_POLL_MS)).await;
    }
}

async fn look(app: &Arc<App>) {
    let hub = app.hub.clone();
    if let Ok(heads) = app.pool.run(move || hub.heads()).await {
        let poke =
            |head: PartitionHead| Poke { partition: head.partition.0, epoch: head.epoch, head: head.head };
        let pokes: Vec<Poke> = heads.into_iter().map(poke).collect();
        app.head.send_if_modified(|last| std::mem::replace(last, pokes.clone()) != pokes);
    }
}

struct Waiting {
    head: watch::Receiver<Vec<Poke>>,
    /// What this connection was told last.
    told: Vec<Poke>,
    stop: watch::Receiver<bool>,
    ends: Instant,
    _permit: OwnedSemaphorePermit,
}

pub async fn wait(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Reply, Problem> {
    let token = routes::bearer(&headers)?;
    let hub = app.hub.clone();
    app.pool.run(move || hub.authenticate(&token, now_ms())).await?;
    let permit = app.waiters.clone().try_acquire_owned().map_err(|_| Problem::Busy)?;
    let mut head = app.head.subscribe();
    head.mark_changed();
    // A connection outlives no token: afterwards the phone says HELLO again.
    let ends = Instant::now() + Duration::from_millis(TOKEN_MS.unsigned_abs());
    let waiting = Waiting { head, told: Vec::new(), stop: app.stop.subscribe(), ends, _permit: permit };
    look(&app).await;
    let events = stream::unfold(waiting, |mut waiting| async move {
        let event = next(&mut waiting).await?;
        Some((Ok::<Bytes, std::convert::Infallible>(event), waiting))
    });
    let mut reply = Response::new(Body::from_stream(events));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("X-Accel-Buffering", HeaderValue::from_static("no"));
    Ok(reply)
}

async fn next(waiting: &mut Waiting) -> Option<Bytes> {
    let heartbeat = Instant::now() + Duration::from_millis(WAIT_HEARTBEAT_MS);
    loop {
        if Instant::now() >= waiting.ends || *waiting.stop.borrow() {
            return None;
        }
        let until = heartbeat.min(waiting.ends);
        tokio::select! {
            _ = waiting.stop.changed() => return None,
            moved = timeout_at(until, waiting.head.changed()) => match moved {
                Err(_) if until == waiting.ends => return None,
                Err(_) => return Some(Bytes::from_static(b":\n\n")),
                Ok(Err(_)) => return None,
                Ok(Ok(())) => {
                    let heads = waiting.head.borrow_and_update().clone();
                    let new = heads.iter().filter(|poke| !waiting.told.contains(poke));
                    let events: Vec<u8> = new.flat_map(|poke| poke.event()).collect();
                    waiting.told = heads;
                    if !events.is_empty() {
                        return Some(Bytes::from(events));
                    }
                }
            }
        }
    }
}
