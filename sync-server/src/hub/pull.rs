//! PULL, DOCS, MANIFEST and FETCH: what a device may see, by the rights its person has now.

use yuandian_document::cbor;
use yuandian_model::planted::{self, Bug};
use yuandian_model::{CaseId, CaseState};
use yuandian_sync::Cursor;
use yuandian_sync::limits::{DOCS_MAX, FETCH_COMMITS_MAX, MANIFEST_ENTRIES_MAX, PAGE_BYTES_MAX, STREAMS_MAX};
use yuandian_sync::message::{
    Docs, DocsReply, Fetch, FetchReply, Manifest, ManifestReply, Pull, PullReply, PulledCase, Renewed,
    WIRE_VERSION,
};

use super::{Hub, spoken};
use crate::limits::{FUTURE_NOTED_MS, PAGE_BYTES_MIN};
use crate::planted_places;
use crate::problem::Problem;
use crate::store::{Account, DocsAsk, ManifestAsk, PageAsk, Receiver};
use crate::streams::streams_for;

impl Hub {
    pub(super) fn pull(&self, pull: &Pull, account: &Account, now_ms: i64) -> Result<PullReply, Problem> {
        spoken(pull.version)?;
        if pull.streams.len() > STREAMS_MAX {
            return Err(Problem::OverLimit);
        }
        let held = streams_for(account.at(now_ms));
        // A stream without a right comes back nowhere: HELLO says that it is gone.
        let mut streams: Vec<Cursor> =
            pull.streams.iter().filter(|asked| held.contains(&asked.stream)).cloned().collect();
        streams.sort_by(|a, b| (&a.stream, a.partition).cmp(&(&b.stream, b.partition)));
        streams.dedup_by(|later, first| later.stream == first.stream && later.partition == first.partition);
        let bytes_max = pull.max_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX) as usize;
        let rules = self.rules();
        let reads = |state: &CaseState| rules.reads_private(account.at(now_ms), state);
        let words = |case: &CaseId, state: &CaseState| rules.code_words(case, state);
        let mut page = self.store.page(&PageAsk {
            streams: &streams,
            receiver: Receiver { user: account.user, reads: &reads, opens: &self.opener(), words: &words },
            bytes_max,
            check: pull.check,
        })?;
        if planted::is(Bug::ListByDistance) {
            let away = |case: &PulledCase| planted_places::distance_m(&case.document).unwrap_or(f64::MAX);
            page.cases.sort_by(|a, b| away(a).total_cmp(&away(b)));
        }
        self.note_looks(&page.cases, account, now_ms)?;
        if page.from_the_future {
            let noted = self.store.future_cursor()?;
            // Once a while is enough, however often the device asks.
            if noted.is_none_or(|(device, at)| device != account.device || at + FUTURE_NOTED_MS <= now_ms) {
                self.store.note_future(&account.device, now_ms)?;
            }
            tracing::warn!(
                device = %account.device,
                "a cursor counts numbers of this epoch that were never given: was a copy started without a restore?"
            );
        }
        Ok(PullReply {
            version: WIRE_VERSION,
            cases: page.cases,
            cursors: page.cursors,
            more: page.more,
            server_ms: now_ms,
            checks: page.checks,
            notices: Vec::new(),
            renewed: Renewed {
                safe_seq: page.safe_seq,
                // A backup holds every file that is stored in the same moment of the database, read through: the numbers are the same.
                blob_safe_seq: page.safe_seq,
                catalogue: Some(self.rules().catalogue().version()),
                time_token: Some(cbor::encode(&self.time_token(now_ms)?).into()),
                lost: self.lost_of(account)?,
                ..Renewed::default()
            },
            resets: page.resets,
            greet: account.greet || self.lies_elsewhere(&pull.streams, &held)?,
        })
    }

    pub(super) fn docs(&self, docs: &Docs, account: &Account, now_ms: i64) -> Result<DocsReply, Problem> {
        spoken(docs.version)?;
        if docs.wanted.len() > DOCS_MAX {
            return Err(Problem::OverLimit);
        }
        let held = streams_for(account.at(now_ms));
        let rules = self.rules();
        let reads = |state: &CaseState| rules.reads_private(account.at(now_ms), state);
        let words = |case: &CaseId, state: &CaseState| rules.code_words(case, state);
        let opens = self.opener();
        let ask = DocsAsk {
            wanted: &docs.wanted,
            streams: &held,
            receiver: Receiver { user: account.user, reads: &reads, opens: &opens, words: &words },
            bytes_max: docs.max_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX) as usize,
        };
        let page = self.store.docs(&ask)?;
        self.note_looks(&page.cases, account, now_ms)?;
        Ok(DocsReply { version: WIRE_VERSION, epoch: page.epoch, cases: page.cases })
    }

    pub(super) fn manifest(
        &self,
        ask: &Manifest,
        account: &Account,
        now_ms: i64,
    ) -> Result<ManifestReply, Problem> {
        spoken(ask.version)?;
        // Who asks for what is no longer held has not heard the last HELLO.
        if !streams_for(account.at(now_ms)).contains(&ask.stream) {
            return Err(Problem::Unauthorized);
        }
        let page = self.store.manifest(&ManifestAsk {
            stream: &ask.stream,
            partition: ask.partition,
            after: ask.after,
            entries_max: MANIFEST_ENTRIES_MAX,
        })?;
        let head = page.head.map_or_else(
            || self.store.head().map(|head| (head.epoch, 0)),
            |head| Ok((head.epoch, head.head)),
        )?;
        Ok(ManifestReply {
            version: WIRE_VERSION,
            stream: ask.stream.clone(),
            partition: ask.partition,
            epoch: head.0,
            seq: head.1,
            entries: page.entries,
            more: page.more,
        })
    }

    pub(super) fn fetch(&self, fetch: &Fetch, account: &Account, now_ms: i64) -> Result<FetchReply, Problem> {
        spoken(fetch.version)?;
        if fetch.commits.len() > FETCH_COMMITS_MAX {
            return Err(Problem::OverLimit);
        }
        let held = streams_for(account.at(now_ms));
        let found = self.store.envelopes(&fetch.commits, &held)?;
        Ok(FetchReply { version: WIRE_VERSION, commits: found.commits, certificates: found.certificates })
    }
}
