//! The feed: what is new in the streams of a device since its cursors, and the repair where a cursor says nothing.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use yuandian_document::keys::{DeviceCertificate, Signature};
use yuandian_document::{SignedCommit, cbor};
use yuandian_model::{CaseId, DeviceId, PartitionId};
use yuandian_sync::limits::{FETCH_COMMITS_MAX, LINES_FIRST_ABOVE};
use yuandian_sync::message::{CommitNumber, ManifestEntry, PartitionHead, StreamCheck};
use yuandian_sync::{Cursor, StreamId};

use super::membership::{holding, present, sum};
use super::pulled::{Names, SMALL_BYTES_MAX, Share, gone, pulled};
use super::row::{count, damaged, signed};
use super::server_acts::PLATFORM_DEVICE;
use super::writing::Transaction;
use super::{error, partitions};
use crate::limits::PAGE_ROWS_MAX;
use crate::store::{DocsAsk, DocsPage, Envelopes, ManifestAsk, ManifestPage, Page, PageAsk, StoreError};

/// Rows by the numbers that were given: for whoever is not far behind.
pub const ROWS: &str =
    "SELECT m.document, m.seq, m.since_seq, m.state, m.reason FROM feed f CROSS JOIN membership m
     ON m.document = f.document AND m.partition = f.partition AND m.stream = ?2 AND m.seq = f.seq
     WHERE f.partition = ?1 AND f.seq > ?3 AND f.seq <= ?4 ORDER BY f.seq LIMIT ?5";
/// The same by what is in the stream, all of it looked at: for streams smaller than what has happened.
pub const ROWS_OF_SMALL: &str = "SELECT document, seq, since_seq, state, reason FROM membership
     WHERE partition = ?1 AND stream = ?2 AND seq > ?3 AND seq <= ?4 ORDER BY seq LIMIT ?5";
pub const ENVELOPE: &str = "SELECT device, envelope, signature FROM commit_log
     WHERE document = ?1 AND seq = ?2 AND device <> ?3 AND signature <> zeroblob(64)";
pub const ENTRIES: &str = "SELECT document, seq FROM membership
     WHERE partition = ?1 AND stream = ?2 AND document > ?3 AND state = 'present' ORDER BY document LIMIT ?4";

struct Row {
    document: CaseId,
    seq: u64,
    since: u64,
    gone: Option<String>,
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let gone = match row.get_ref(3)?.as_str()? {
        "gone" => Some(row.get::<_, Option<String>>(4)?.unwrap_or_default()),
        _ => None,
    };
    Ok(Row { document: CaseId(row.get(0)?), seq: count(row, 1)?, since: count(row, 2)?, gone })
}

/// What has moved in a stream of `held` cases after one number and up to another, in their order, as many as a page may take. What has happened in
/// the partition is looked through, or, where that is much and the stream is smaller, what is in the stream and what went not long ago.
fn rows(
    t: &Transaction<'_>,
    asked: &Cursor,
    (after, head): (u64, u64),
    held: u64,
) -> Result<Vec<Row>, StoreError> {
    let passed = head - after;
    let sql = if passed > u64::from(PAGE_ROWS_MAX) && held < passed { ROWS_OF_SMALL } else { ROWS };
    t.prepare_cached(sql)
        .and_then(|mut s| {
            let wanted = (asked.partition.0, &asked.stream.0, signed(after), signed(head), PAGE_ROWS_MAX);
            s.query_map(wanted, row)?.collect()
        })
        .map_err(error)
}

/// A page while it is filled.
struct Filling<'a> {
    names: Names<'a>,
    ask: &'a PageAsk<'a>,
    page: Page,
    bytes: usize,
    /// What the page has of a case already: it is applied whole or not at all. A line is 0 commits; of a whole one, since when.
    brought: BTreeMap<CaseId, Share>,
    /// Whole streams of the ask whose cursors count.
    whole: Vec<&'a Cursor>,
}

/// What is new in the streams. A person's own stream goes first, because nothing in a list is as near as one's own.
pub fn page(t: &Transaction<'_>, ask: &PageAsk<'_>) -> Result<Page, StoreError> {
    let heads: BTreeMap<PartitionId, PartitionHead> =
        partitions::heads(t)?.into_iter().map(|head| (head.partition, head)).collect();
    let mut page = Page {
        cases: Vec::new(),
        cursors: Vec::new(),
        more: false,
        checks: Vec::new(),
        resets: Vec::new(),
        from_the_future: false,
        safe_seq: heads.get(&PartitionId::ONLY).and_then(|head| head.safe_seq),
    };
    let mut counting = Vec::new();
    for asked in ask.streams {
        let Some(head) = heads.get(&asked.partition) else {
            // Nothing was ever ordered there: a cursor that has moved is of another life.
            if asked.cursor > 0 {
                page.resets.push(asked.clone());
            }
            continue;
        };
        let (held, horizon) = sum(t, asked.partition, &asked.stream)?;
        let same_life = asked.epoch == Some(head.epoch);
        page.from_the_future |= same_life && asked.cursor > head.head;
        let fresh = asked.epoch.is_none() || (same_life && asked.cursor == 0);
        let counts = same_life && asked.cursor <= head.head && asked.cursor >= horizon;
        if fresh || counts {
            counting.push((asked, head, held.count));
        } else {
            page.resets.push(Cursor { epoch: Some(head.epoch), cursor: 0, ..asked.clone() });
        }
    }
    counting.sort_by_key(|(asked, ..)| !asked.stream.is_own());
    let whole = counting
        .iter()
        .filter(|(asked, ..)| asked.epoch.is_some() && !asked.lines_only && !asked.stream.is_summary())
        .map(|(asked, ..)| *asked)
        .collect();
    let mut filling = Filling { names: Names::new(t), ask, page, bytes: 0, brought: BTreeMap::new(), whole };
    for (asked, head, held) in counting {
        filling.stream(asked, head, held)?;
    }
    Ok(filling.page)
}

impl Filling<'_> {
    /// `held`: how many cases are in the stream.
    fn stream(&mut self, asked: &Cursor, head: &PartitionHead, held: u64) -> Result<(), StoreError> {
        let after = if asked.epoch.is_some() { asked.cursor } else { 0 };
        let (mut cursor, mut complete) = (after, false);
        if !self.page.more {
            let found = rows(self.names.t, asked, (after, head.head), held)?;
            complete = self.take(asked, after, &found, &mut cursor)?;
            self.page.more = !complete;
        }
        if complete {
            cursor = head.head;
        }
        let moved = asked.epoch.is_none() || cursor > asked.cursor;
        if complete && (moved || self.ask.check) {
            let (sum, _) = sum(self.names.t, asked.partition, &asked.stream)?;
            self.page.checks.push(StreamCheck {
                stream: asked.stream.clone(),
                partition: asked.partition,
                count: sum.count,
                xor: sum.xor,
            });
        }
        if moved {
            self.page.cursors.push(Cursor { epoch: Some(head.epoch), cursor, ..asked.clone() });
        }
        Ok(())
    }

    /// Takes rows of one stream until the page is full; whether they were all that there are.
    fn take(
        &mut self,
        asked: &Cursor,
        after: u64,
        found: &[Row],
        cursor: &mut u64,
    ) -> Result<bool, StoreError> {
        let much = found.len() > LINES_FIRST_ABOVE;
        for row in found {
            let case = match row.gone.clone() {
                Some(reason) => gone((&asked.stream, asked.partition), row.document, row.seq, reason),
                None => {
                    let share = self.share(asked, after, row, much)?;
                    pulled(
                        &mut self.names,
                        (&asked.stream, asked.partition, row.document, row.seq),
                        share,
                        &self.ask.receiver,
                    )?
                }
            };
            let size = cbor::encode(&case).len();
            if !self.page.cases.is_empty() && self.bytes + size > self.ask.bytes_max {
                return Ok(false);
            }
            self.bytes += size;
            *cursor = row.seq;
            if case.gone.is_none() && !asked.stream.is_summary() {
                let whole = Share::Since(row.seq);
                self.brought.insert(row.document, if case.outstanding { Share::Line } else { whole });
            }
            self.page.cases.push(case);
        }
        Ok(found.len() < PAGE_ROWS_MAX as usize)
    }

    fn share(&self, asked: &Cursor, after: u64, row: &Row, much: bool) -> Result<Share, StoreError> {
        if asked.stream.is_summary() {
            return Ok(Share::Summary);
        }
        if asked.lines_only {
            return Ok(Share::Line);
        }
        if let Some(brought) = self.brought.get(&row.document) {
            return Ok(*brought);
        }
        let mut since = if row.since <= after { after } else { 0 };
        if since == 0 {
            // New in this stream, but perhaps held by another one.
            for other in self.whole.iter().filter(|o| o.partition == asked.partition) {
                let held = present(self.names.t, other.partition, &other.stream, &row.document)?;
                if held.is_some_and(|(_, first)| first <= other.cursor) {
                    since = since.max(other.cursor);
                }
            }
        }
        Ok(if since == 0 && much { Share::Line } else { Share::Since(since) })
    }
}

/// Documents in the order wanted, until the reply is full. All are of one partition; the device asks again for the rest.
pub fn docs(t: &Transaction<'_>, ask: &DocsAsk<'_>) -> Result<DocsPage, StoreError> {
    let mut names = Names::new(t);
    let mut cases = Vec::new();
    let mut bytes = 0;
    let mut of: Option<PartitionHead> = None;
    for wanted in ask.wanted {
        let case = match holding(t, &wanted.document, ask.streams)? {
            None => {
                gone((&StreamId(String::new()), PartitionId::ONLY), wanted.document, 0, NO_RIGHT.to_owned())
            }
            Some(held) => {
                match &of {
                    Some(head) if head.partition != held.partition => continue,
                    Some(_) => {}
                    None => of = partitions::find(t, held.partition)?,
                }
                let share = if wanted.since == 0 { Share::Anew } else { Share::Since(wanted.since) };
                pulled(
                    &mut names,
                    (&held.stream, held.partition, wanted.document, held.seq),
                    share,
                    &ask.receiver,
                )?
            }
        };
        let size = cbor::encode(&case).len();
        if !cases.is_empty() && bytes + size > ask.bytes_max {
            break;
        }
        bytes += size;
        cases.push(case);
    }
    let epoch = of.map_or_else(|| partitions::head(t), Ok)?.epoch;
    Ok(DocsPage { epoch, cases })
}

/// Why a document is not given: no right of the person leads to it, or there is none. One answer for both.
const NO_RIGHT: &str = "no_right";

/// What is in a stream, rising by case.
pub fn manifest(t: &Transaction<'_>, ask: &ManifestAsk<'_>) -> Result<ManifestPage, StoreError> {
    let head = partitions::find(t, ask.partition)?;
    let after = ask.after.as_ref().map_or(&[][..], |case| case.as_bytes());
    let mut entries: Vec<ManifestEntry> = t
        .prepare_cached(ENTRIES)
        .and_then(|mut s| {
            let limit = signed(ask.entries_max as u64 + 1);
            s.query_map((ask.partition.0, &ask.stream.0, after, limit), |row| {
                Ok(ManifestEntry { document: CaseId(row.get(0)?), seq: count(row, 1)? })
            })?
            .collect()
        })
        .map_err(error)?;
    let more = entries.len() > ask.entries_max;
    entries.truncate(ask.entries_max);
    Ok(ManifestPage { head, entries, more })
}

pub fn envelopes(
    t: &Transaction<'_>,
    numbers: &[CommitNumber],
    streams: &BTreeSet<StreamId>,
) -> Result<Envelopes, StoreError> {
    let mut found = Envelopes::default();
    let mut devices: BTreeSet<DeviceId> = BTreeSet::new();
    for number in numbers.iter().take(FETCH_COMMITS_MAX) {
        let row = t
            .prepare_cached(ENVELOPE)
            .and_then(|mut s| {
                s.query_row((number.document.0, signed(number.seq), PLATFORM_DEVICE.0), |row| {
                    let signature = Signature(row.get(2)?);
                    let commit = SignedCommit { envelope: row.get(1)?, signature };
                    Ok((DeviceId(row.get(0)?), commit))
                })
                .optional()
            })
            .map_err(error)?;
        let Some((device, commit)) = row else {
            continue;
        };
        if holding(t, &number.document, streams)?.is_some() {
            devices.insert(device);
            found.commits.push(commit);
        }
    }
    for device in devices {
        let certificates: Vec<DeviceCertificate> = t
            .prepare_cached("SELECT certificate FROM certificate WHERE device = ?1 ORDER BY signer")
            .and_then(|mut s| {
                s.query_map([device.0], |row| {
                    cbor::decode("certificate", row.get_ref(0)?.as_blob()?, SMALL_BYTES_MAX)
                        .map_err(|_| damaged(0, "certificate"))
                })?
                .collect()
            })
            .map_err(error)?;
        found.certificates.extend(certificates);
    }
    Ok(found)
}
