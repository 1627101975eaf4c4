//! PULL, FETCH and blobs: what a device may see, by the rights its person has now.

use bytes::Bytes;
use yuandian_model::BlobHash;
use yuandian_sync::Cursor;
use yuandian_sync::limits::{FETCH_COMMITS_MAX, PAGE_BYTES_MAX, STREAMS_MAX};
use yuandian_sync::message::{Fetch, FetchReply, Pull, PullReply, Renewed, WIRE_VERSION};

use super::{Hub, Response, spoken};
use crate::limits::PAGE_BYTES_MIN;
use crate::problem::Problem;
use crate::store::{Account, PageAsk, ReadableBlob};
use crate::streams::streams_for;

/// Media type of micro pictures, which no entry names.
const MICRO_MIME: &str = "image/jpeg";

impl Hub {
    pub(super) fn pull(&self, pull: &Pull, account: &Account, now_ms: i64) -> Result<PullReply, Problem> {
        spoken(pull.version)?;
        if pull.streams.len() > STREAMS_MAX {
            return Err(Problem::OverLimit);
        }
        let held = streams_for(&account.user, &account.grants);
        // A stream without a right comes back nowhere: HELLO says that it is gone.
        let mut streams: Vec<Cursor> =
            pull.streams.iter().filter(|asked| held.contains(&asked.stream)).cloned().collect();
        streams.sort_by(|a, b| a.stream.cmp(&b.stream));
        streams.dedup_by(|later, first| later.stream == first.stream);
        let bytes_max = pull.max_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX) as usize;
        let page = self.store.page(&PageAsk { streams: &streams, receiver: account.user, bytes_max })?;
        Ok(PullReply {
            version: WIRE_VERSION,
            cases: page.cases,
            cursors: page.cursors,
            more: page.more,
            server_ms: now_ms,
            checks: Vec::new(),
            notices: Vec::new(),
            renewed: Renewed::default(),
            resets: Vec::new(),
            greet: false,
        })
    }

    pub(super) fn fetch(&self, fetch: &Fetch, account: &Account) -> Result<FetchReply, Problem> {
        spoken(fetch.version)?;
        if fetch.commits.len() > FETCH_COMMITS_MAX {
            return Err(Problem::OverLimit);
        }
        let held = streams_for(&account.user, &account.grants);
        let found = self.store.envelopes(&fetch.commits, &held)?;
        Ok(FetchReply { version: WIRE_VERSION, commits: found.commits, certificates: found.certificates })
    }

    /// Absent and forbidden are one answer: nobody learns what exists.
    pub(super) fn blob(&self, hash: &BlobHash, account: &Account) -> Result<Response, Problem> {
        let held = streams_for(&account.user, &account.grants);
        match self.store.readable_blob(hash, &account.user, &held)?.ok_or(Problem::BlobUnknown)? {
            ReadableBlob::Micro(bytes) => {
                Ok(Response::Blob { mime: MICRO_MIME.to_owned(), bytes: Bytes::from(bytes) })
            }
            ReadableBlob::Whole { mime } => match self.blobs.get(hash)? {
                Some(bytes) => Ok(Response::Blob { mime, bytes }),
                None => {
                    tracing::error!(%hash, "a blob that was stored is not there");
                    Err(Problem::Internal)
                }
            },
        }
    }
}
