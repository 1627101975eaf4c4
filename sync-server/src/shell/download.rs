//! `GET` and `HEAD /v1/blobs/{hash}`: a file in pieces, whole or from where a reader wants to go on (RFC 9110 §13 and §14).
//!
//! A file is named by its hash, so its tag never lies and it may be kept for ever. One range is answered as such; several at once are answered
//! with the whole file, as the RFC allows. No more than a piece of a file is in memory for a reader, however slowly the reader takes it.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::stream;
use http_range_header::parse_range_header;
use yuandian_model::BlobHash;

use super::reply::{Reply, number};
use super::{App, now_ms, routes};
use crate::hub::Reading;
use crate::limits::READ_BYTES;
use crate::problem::Problem;

/// What of a file is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// The reader has it.
    Unchanged,
    /// All of it.
    Whole,
    /// A part inside it.
    Part(Range<u64>),
    /// The range that was asked for is beyond it.
    Beyond,
}

/// `GET` and `HEAD`.
pub async fn blob(
    State(app): State<Arc<App>>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Reply, Problem> {
    let token = routes::bearer(&headers)?;
    let hub = app.hub.clone();
    let found = app.pool.run(move || {
        let now = now_ms();
        let principal = hub.authenticate(&token, now)?;
        let hash: BlobHash = hash.parse().map_err(|_| Problem::BlobUnknown)?;
        hub.may_read(&hash, &principal, now)
    });
    let reading = Arc::new(found.await?);
    let tag = format!("\"{}\"", reading.hash);
    let (status, part) = match answer(&headers, &tag, reading.size) {
        Answer::Unchanged => (StatusCode::NOT_MODIFIED, None),
        Answer::Whole => (StatusCode::OK, Some(0..reading.size)),
        Answer::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Answer::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, None),
    };
    let mut reply = match &part {
        // The first piece is read before the status is said: what is missing is told, and not cut off.
        Some(part) => pieces(app, reading.clone(), part.clone()).await?,
        None => Response::new(Body::empty()),
    };
    *reply.status_mut() = status;
    let said = reply.headers_mut();
    let range = match &part {
        Some(part) if status == StatusCode::PARTIAL_CONTENT => {
            Some(format!("bytes {}-{}/{}", part.start, part.end - 1, reading.size))
        }
        None if status == StatusCode::RANGE_NOT_SATISFIABLE => Some(format!("bytes */{}", reading.size)),
        _ => None,
    };
    if let Some(range) = range {
        said.insert(header::CONTENT_RANGE, value(&range)?);
    }
    if let Some(part) = part {
        said.insert(header::CONTENT_LENGTH, number(part.end - part.start));
    }
    said.insert(header::CONTENT_TYPE, HeaderValue::from_static(reading.mime));
    said.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    said.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    said.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    said.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, immutable, max-age=31536000"));
    said.insert(header::ETAG, value(&tag)?);
    Ok(reply)
}

fn value(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|_| Problem::Internal)
}

/// What the headers of a request want of a file. A range that cannot be read is no range.
fn answer(headers: &HeaderMap, tag: &str, size: u64) -> Answer {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let holds = |held: &str| {
        let held = held.trim();
        held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag
    };
    if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(holds)) {
        return Answer::Unchanged;
    }
    // A part of another file is of no use to who holds the beginning of this one.
    if text(header::IF_RANGE).is_some_and(|held| held.trim() != tag) {
        return Answer::Whole;
    }
    let one = text(header::RANGE).filter(|range| !range.contains(','));
    let Some(asked) = one.and_then(|range| parse_range_header(range).ok()) else {
        return Answer::Whole;
    };
    match asked.validate(size).as_deref() {
        Ok([part]) => Answer::Part(*part.start()..part.end() + 1),
        _ => Answer::Beyond,
    }
}

/// The bytes of a part, read as they are taken.
async fn pieces(app: Arc<App>, reading: Arc<Reading>, part: Range<u64>) -> Result<Reply, Problem> {
    let first = piece(&app, &reading, &part).await?;
    if first.len() as u64 == part.end - part.start {
        return Ok(Response::new(Body::from(first)));
    }
    let rest = part.start + first.len() as u64..part.end;
    let pieces = stream::unfold((Some(first), rest), move |(first, rest)| {
        let (app, reading) = (app.clone(), reading.clone());
        async move {
            if let Some(first) = first {
                return Some((Ok(first), (None, rest)));
            }
            if rest.is_empty() {
                return None;
            }
            match piece(&app, &reading, &rest).await {
                Ok(bytes) => {
                    let next = rest.start + bytes.len() as u64..rest.end;
                    Some((Ok(bytes), (None, next)))
                }
                // The connection ends short of its length: the reader asks for the rest.
                Err(problem) => Some((Err(std::io::Error::other(problem.title())), (None, 0..0))),
            }
        }
    });
    Ok(Response::new(Body::from_stream(pieces)))
}

async fn piece(app: &Arc<App>, reading: &Arc<Reading>, part: &Range<u64>) -> Result<Bytes, Problem> {
    let (hub, reading) = (app.hub.clone(), reading.clone());
    let part = part.start..part.end.min(part.start + READ_BYTES);
    app.pool.run(move || hub.read(&reading, part, now_ms())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_follows_from_the_headers_alone() {
        const TAG: &str = "\"ab\"";
        let asked = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_str(value).unwrap());
            }
            answer(&headers, TAG, 100)
        };
        let range = |text| asked(&[("range", text)]);
        assert_eq!(asked(&[]), Answer::Whole);
        assert_eq!(range("bytes=0-0"), Answer::Part(0..1));
        assert_eq!(range("bytes=10-"), Answer::Part(10..100));
        assert_eq!(range("bytes=-5"), Answer::Part(95..100));
        assert_eq!(range("bytes=90-1000"), Answer::Part(90..100), "to its end");
        assert_eq!(range("bytes=100-"), Answer::Beyond);
        assert_eq!(range("bytes=-0"), Answer::Beyond);
        for whole in ["bytes=0-1,5-6", "bytes=x", "bytes=9-3-1", "lines=0-1", "bytes", ""] {
            assert_eq!(range(whole), Answer::Whole, "{whole}");
        }
        assert_eq!(asked(&[("range", "bytes=10-"), ("if-range", TAG)]), Answer::Part(10..100));
        for other in ["\"cd\"", "W/\"ab\"", "Mon, 30 Nov 2026 00:00:00 GMT"] {
            assert_eq!(asked(&[("range", "bytes=10-"), ("if-range", other)]), Answer::Whole, "{other}");
        }
        for held in [TAG, "*", "W/\"ab\"", "\"cd\", \"ab\""] {
            assert_eq!(
                asked(&[("if-none-match", held), ("range", "bytes=10-")]),
                Answer::Unchanged,
                "{held}"
            );
        }
        assert_eq!(asked(&[("if-none-match", "\"cd\"")]), Answer::Whole);
    }
}
