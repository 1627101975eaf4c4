//! Bodies as they arrive: with a cap, a longest pause and a longest time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::limits::{BODY_MS_MAX, BODY_PAUSE_MS_MAX};
use crate::problem::Problem;

/// Bytes that are read and thrown away before a refusal, so that a client still sending hears it instead of a broken pipe.
const DRAIN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Longest time that is spent on it, ms.
const DISCARD_MS_MAX: u64 = 10_000;

/// The next piece; `None` at the end.
pub async fn piece(stream: &mut BodyDataStream) -> Result<Option<Bytes>, Problem> {
    match timeout(Duration::from_millis(BODY_PAUSE_MS_MAX), stream.next()).await {
        Err(_) => Err(Problem::TooSlow),
        Ok(None) => Ok(None),
        Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
        // Cut: nobody is there to hear the answer.
        Ok(Some(Err(_))) => Err(Problem::Malformed),
    }
}

/// A whole body of at most `max` bytes.
pub async fn whole(body: Body, max: usize) -> Result<Vec<u8>, Problem> {
    let mut stream = body.into_data_stream();
    let read = async {
        let mut whole = Vec::new();
        while let Some(bytes) = piece(&mut stream).await? {
            if whole.len() + bytes.len() > max {
                return Err(Problem::TooLarge);
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    };
    let read = timeout(Duration::from_millis(BODY_MS_MAX), read).await.unwrap_or(Err(Problem::TooSlow));
    if read == Err(Problem::TooLarge) {
        discard(&mut stream).await;
    }
    read
}

/// Reads on without keeping anything, within bounds of size and time.
pub async fn discard(stream: &mut BodyDataStream) {
    let reading = async {
        let mut left = DRAIN_BYTES_MAX;
        while let Ok(Some(bytes)) = piece(stream).await {
            match left.checked_sub(bytes.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // What is still to come when the time is over is the client's loss.
    let _ = timeout(Duration::from_millis(DISCARD_MS_MAX), reading).await;
}
