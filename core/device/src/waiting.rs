//! Waiting for a poke of the server: content-free, and nothing depends on it. Where none can come, waiting is polling.
#![allow(clippy::disallowed_methods, reason = "this is where the phone meets the real network and clock")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout_at};
use yuandian_model::{Epoch, PartitionId};

use crate::driver::{Driver, lock};
use crate::error::Result;
use crate::phone::Phone;
use crate::store::streams;

/// How long to wait before looking anyway, where no poke can come.
const POLL: Duration = Duration::from_secs(60);
/// One event, bytes; a longer one is not ours.
const EVENT_BYTES_MAX: usize = 4 * 1024;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// There may be something new: sync.
    Poked,
    /// No poke can come (no token, a server that is out of reach or has no room), and enough time has passed to look anyway: sync.
    Deaf,
    /// The time given is over and nothing was heard.
    Quiet,
}

/// Where a partition stands, as a poke says it.
#[derive(Deserialize)]
struct Poke {
    partition: u32,
    epoch: String,
    head: u64,
}

impl Phone {
    /// Whether a poke says something that this phone has not pulled.
    fn is_news(&self, poke: &Poke) -> Result<bool> {
        let Ok(epoch) = poke.epoch.parse::<Epoch>() else { return Ok(true) };
        let all = streams::all(&self.db)?;
        let of = |stream: &&streams::Stream| stream.cursor.partition == PartitionId(poke.partition);
        Ok(all.iter().filter(of).any(|stream| {
            stream.comparing || stream.cursor.epoch != Some(epoch) || stream.cursor.cursor < poke.head
        }))
    }
}

impl Driver {
    /// Waits until the server pokes, at most `longest`. The phone is not locked meanwhile.
    ///
    /// # Errors
    /// The store's; a network failure is no error but [`Waited::Deaf`].
    pub async fn wait(&self, phone: &Arc<Mutex<Phone>>, longest: Duration) -> Result<Waited> {
        let start = Instant::now();
        let end = start + longest;
        let Some(token) = lock(phone).token()? else { return Ok(deaf(start, end).await) };
        let request = self.get("/v1/wait").bearer_auth(token).header(ACCEPT, "text/event-stream");
        let Ok(sent) = timeout_at(end, request.send()).await else { return Ok(Waited::Quiet) };
        let Ok(mut events) = sent else { return Ok(deaf(start, end).await) };
        if events.status() == StatusCode::UNAUTHORIZED {
            // The token has ended: the next run greets.
            return Ok(Waited::Poked);
        }
        let kind = events.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if events.status() != StatusCode::OK
            || !kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
        {
            return Ok(deaf(start, end).await);
        }
        let mut heard = Vec::new();
        loop {
            match timeout_at(end, events.chunk()).await {
                Err(_) => return Ok(Waited::Quiet),
                Ok(Ok(Some(chunk))) => heard.extend_from_slice(&chunk),
                // The stream has ended or broken: what was poked meanwhile is not known.
                Ok(Ok(None) | Err(_)) => return Ok(deaf(start, end).await),
            }
            while let Some(at) = heard.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = heard.drain(..at + 2).collect();
                if let Some(poke) = read(&event)
                    && lock(phone).is_news(&poke)?
                {
                    return Ok(Waited::Poked);
                }
            }
            if heard.len() > EVENT_BYTES_MAX {
                return Ok(deaf(start, end).await);
            }
        }
    }
}

/// Waits as long as polling does, counted from the beginning.
async fn deaf(start: Instant, end: Instant) -> Waited {
    let until = start + POLL;
    sleep_until(until.min(end)).await;
    if until <= end { Waited::Deaf } else { Waited::Quiet }
}

/// The poke of an event; none in a heartbeat or in what is not ours.
fn read(event: &[u8]) -> Option<Poke> {
    let text = std::str::from_utf8(event).ok()?;
    let data = text.lines().find_map(|line| line.strip_prefix("data: "))?;
    serde_json::from_str(data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poke_is_read_and_a_heartbeat_is_not_one() {
        let event = b"event: poke\ndata: {\"partition\":1,\"epoch\":\"0707070707070707\",\"head\":5}\n\n";
        let poke = read(event).unwrap();
        assert_eq!((poke.partition, poke.head), (1, 5));
        assert!(poke.epoch.parse::<Epoch>().is_ok());
        for other in [&b":\n\n"[..], b"data: <html>\n\n", b"\xff\n\n"] {
            assert!(read(other).is_none());
        }
    }
}
