//! The store's side of sync: what the machine loads and what it has kept, each in one transaction.
//!
//! Guarantees: an item leaves the outbox only together with its outcome; a cursor moves only with its page; nothing is sent before its
//! final form is kept; one refused item stops no other; nothing is believed that the server has not signed where it must.

mod greeting;
mod push;
mod received;
mod repair;
mod settling;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use yuandian_document::{Edit, cbor};
use yuandian_evidence::RecordHash;
use yuandian_model::{BlobHash, CaseId, PartitionId};
use yuandian_sync::limits::{DOCS_MAX, MESSAGE_BYTES_MAX, PAGE_BYTES_DEFAULT, PAGE_BYTES_MAX, STREAMS_MAX};
use yuandian_sync::message::{Docs, Manifest, PartitionHead, Pull, Receipt, StreamId, WIRE_VERSION};
use yuandian_sync::{Keep, Load, Loaded};

use crate::error::Result;
use crate::files::FileTrouble;
use crate::glance::project;
use crate::phone::Phone;
use crate::store::{self, appeals, authored, blobs, cache, meta, outbox, streams};

/// What a phone remembers of the run at hand; forgotten with the process.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Where the partitions stand, told by this run's greeting and not overtaken since.
    heads: Vec<PartitionHead>,
    /// Streams that were compared case by case in this run.
    compared: BTreeSet<(PartitionId, StreamId)>,
    /// Private answers that were offered in this run.
    offered: BTreeSet<(CaseId, String, u64)>,
    /// Capture records that were offered in this run.
    pub(crate) links: BTreeSet<RecordHash>,
    /// Versions of the catalogue that came and could not be believed.
    pub(crate) no_catalogues: BTreeSet<u32>,
    /// Files whose every byte was read in this run and found as it should be.
    pub(crate) intact: RefCell<BTreeSet<BlobHash>>,
}

/// Something that a run has kept, as a screen may want to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncStep {
    /// The server answered commits of these cases.
    Judged {
        /// The cases.
        cases: Vec<CaseId>,
    },
    /// These cases came, changed or went.
    Received {
        /// The cases.
        cases: Vec<CaseId>,
    },
    /// The server has more of a photo file.
    Uploaded {
        /// The case (the first of several that show the photo), where the phone still knows the file.
        case: Option<CaseId>,
        /// Bytes the server has now.
        sent: u64,
        /// Bytes of the file.
        size: u64,
    },
}

/// A stream as this phone holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamState {
    /// Its name: `grid:CODE`, `user:ID` …
    pub stream: String,
    /// Its partition.
    pub partition: u32,
    /// Cases that it was offered with at the last greeting.
    pub offered: u64,
    /// Cases held in it.
    pub held: u64,
    /// The last number applied.
    pub cursor: u64,
    /// Whether it comes as lines alone: the phone's budget leaves no room for its documents.
    pub lines_only: bool,
    /// Whether it waits to be compared case by case.
    pub comparing: bool,
}

/// Where sync stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncState {
    /// Streams held.
    pub streams: Vec<StreamState>,
    /// Documents that are to be fetched.
    pub wanted: u64,
    /// Own commits that the server has and no verified backup yet.
    pub not_backed_up: u64,
    /// How often something did not come out as the server had promised, since this store was made: `sums`, `heads`, `receipts`, `epochs`.
    pub troubles: BTreeMap<String, u64>,
}

impl Phone {
    /// What keeping this will change, for whoever watches the run. Nothing for what only the machine cares about.
    pub(crate) fn step_of(&self, keep: &Keep) -> Result<Option<SyncStep>> {
        let uploaded = |transfer: &yuandian_sync::Transfer, sent| -> Result<Option<SyncStep>> {
            let case = blobs::cases_of(&self.db, &transfer.hash)?.first().copied();
            Ok(Some(SyncStep::Uploaded { case, sent, size: transfer.size }))
        };
        match keep {
            Keep::Receipts(reply) => {
                let mut cases = BTreeSet::new();
                for receipt in &reply.receipts {
                    if let Ok(receipt) = cbor::decode::<Receipt>("receipt", receipt, MESSAGE_BYTES_MAX)
                        && let Some(item) = outbox::of_commit(&self.db, &receipt.commit)?
                    {
                        cases.insert(item.doc);
                    }
                }
                Ok(Some(SyncStep::Judged { cases: cases.into_iter().collect() }))
            }
            Keep::Page(page) => {
                let cases: BTreeSet<CaseId> = page.cases.iter().map(|case| case.document).collect();
                Ok(Some(SyncStep::Received { cases: cases.into_iter().collect() }))
            }
            Keep::Docs { reply, .. } => {
                let cases = reply.cases.iter().map(|case| case.document).collect();
                Ok(Some(SyncStep::Received { cases }))
            }
            Keep::UploadOffset { transfer, offset } => uploaded(transfer, *offset),
            Keep::Uploaded(transfer) => uploaded(transfer, transfer.size),
            Keep::Hello(_)
            | Keep::Manifest { .. }
            | Keep::Catalogue { .. }
            | Keep::Appealed { .. }
            | Keep::UploadAt { .. }
            | Keep::TooLarge(_) => Ok(None),
        }
    }

    /// Reads what the sync machine asks for.
    ///
    /// # Errors
    /// The store's; [`DeviceError::NotEnrolled`], [`DeviceError::ShutOut`].
    pub fn load(&mut self, load: &Load) -> Result<Loaded> {
        Ok(match load {
            Load::Start => Loaded::Start(self.opening()?),
            Load::Hello { nonce } => Loaded::Hello(self.hello(*nonce)?),
            Load::Batch => Loaded::Batch(self.next_batch()?),
            Load::Pull => Loaded::Pull(self.next_pull()?),
            Load::Manifest => {
                Loaded::Manifest(streams::to_compare(&self.db)?.map(|(partition, stream, after)| Manifest {
                    version: WIRE_VERSION,
                    stream,
                    partition,
                    after,
                }))
            }
            Load::Catalogue => Loaded::Catalogue(self.next_catalogue()?),
            Load::Docs => {
                let wanted = streams::wanted(&self.db, DOCS_MAX)?;
                Loaded::Docs((!wanted.is_empty()).then_some(Docs {
                    version: WIRE_VERSION,
                    wanted,
                    max_bytes: PAGE_BYTES_MAX,
                }))
            }
            Load::Appeal => Loaded::Appeal(self.next_appeal()?),
            Load::Transfers => Loaded::Transfers(self.transfers()?),
        })
    }

    /// Keeps what the sync machine hands over. Durable when it returns.
    ///
    /// # Errors
    /// The store's.
    pub fn keep(&mut self, keep: &Keep) -> Result<()> {
        match keep {
            Keep::Hello(reply) => self.keep_hello(reply)?,
            Keep::Receipts(reply) => self.keep_receipts(reply)?,
            Keep::Page(page) => self.keep_page(page)?,
            Keep::Manifest { asked, reply } => self.keep_manifest(asked, reply)?,
            Keep::Catalogue { asked, reply } => self.keep_catalogue(*asked, reply)?,
            Keep::Docs { asked, reply } => self.keep_docs(asked, reply)?,
            Keep::Appealed { commit, ticket } => appeals::sent(&self.db, commit, *ticket)?,
            Keep::UploadAt { transfer, url } => blobs::set_url(&self.db, &transfer.hash, url.as_deref())?,
            Keep::UploadOffset { transfer, offset } => blobs::set_sent(&self.db, &transfer.hash, *offset)?,
            Keep::Uploaded(transfer) => self.keep_uploaded(&transfer.hash)?,
            Keep::TooLarge(transfer) => self.keep_trouble(&transfer.hash, FileTrouble::TooLarge)?,
        }
        store::scrub(&self.db);
        self.remove_doomed()?;
        if matches!(keep, Keep::Hello(_) | Keep::Page(_) | Keep::Uploaded(_)) {
            // What is kept is kept: a disk that fails only now lets nothing go, and the next word tries again.
            if let Err(error) = self.keep_to_budget() {
                tracing::warn!(%error, "the budget of photo files was not looked at");
            }
        }
        Ok(())
    }

    /// Every stream whose cursor goes on; none where a greeting has just said that nothing has moved.
    fn next_pull(&self) -> Result<Pull> {
        let mut cursors = streams::cursors(&self.db)?;
        cursors.truncate(STREAMS_MAX);
        let told = |cursor: &yuandian_sync::Cursor| {
            let heads = self.run.heads.iter();
            heads
                .filter(|head| head.partition == cursor.partition)
                .any(|head| cursor.epoch == Some(head.epoch) && cursor.cursor >= head.head)
        };
        if cursors.iter().all(told) && meta::get(&self.db, meta::LOOK_FIRST)?.is_none() {
            cursors.clear();
        }
        // A first look is long: one large page of lines, instead of many small ones.
        let fresh = cursors.iter().any(|cursor| cursor.epoch.is_none());
        let max_bytes = if fresh { PAGE_BYTES_MAX } else { PAGE_BYTES_DEFAULT };
        Ok(Pull { version: WIRE_VERSION, streams: cursors, max_bytes, check: false })
    }

    fn keep_uploaded(&mut self, hash: &BlobHash) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        blobs::set_stored(&tx, hash)?;
        for doc in blobs::cases_of(&tx, hash)? {
            cache::stored(&tx, hash, self.partition_of(&tx, &doc)?)?;
            project(self, &tx, &doc)?;
        }
        self.let_go(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Removes files that no row names any more. One that cannot be removed now is tried again later.
    pub(crate) fn remove_doomed(&mut self) -> Result<()> {
        let doomed = blobs::doomed(&self.db)?;
        if doomed.is_empty() {
            return Ok(());
        }
        let drafted = self.drafted()?;
        for hash in doomed {
            if !drafted.contains(&hash) && !self.is_named(&hash)? {
                self.ports.blobs.remove(&hash)?;
                if blobs::progress(&self.db, &hash)?.is_none() {
                    cache::forget(&self.db, &hash)?;
                }
            }
            blobs::spare(&self.db, &hash)?;
        }
        Ok(())
    }

    /// Counts something that did not come out as the server had promised.
    pub(crate) fn trouble(&self, tx: &Transaction<'_>, what: &str) -> Result<()> {
        let mut counts = self.troubles_of(tx)?;
        *counts.entry(what.to_owned()).or_default() += 1;
        meta::set(tx, meta::TROUBLES, &serde_json::to_vec(&counts)?)
    }

    fn troubles_of(&self, db: &rusqlite::Connection) -> Result<BTreeMap<String, u64>> {
        match meta::get(db, meta::TROUBLES)? {
            Some(counts) => Ok(serde_json::from_slice(&counts)?),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Where sync stands, as far as this phone knows.
    ///
    /// # Errors
    /// The store's.
    pub fn sync_state(&self) -> Result<SyncState> {
        let streams = streams::all(&self.db)?.into_iter().map(|stream| StreamState {
            stream: stream.cursor.stream.0,
            partition: stream.cursor.partition.0,
            offered: stream.offered,
            held: stream.sum.count,
            cursor: stream.cursor.cursor,
            lines_only: stream.cursor.lines_only,
            comparing: stream.comparing,
        });
        Ok(SyncState {
            streams: streams.collect(),
            wanted: streams::wanted_count(&self.db)?,
            not_backed_up: authored::count(&self.db)?,
            troubles: self.troubles_of(&self.db)?,
        })
    }

    /// The cases that a stream of this phone has, with their numbers in it. Nothing for a stream that it does not hold.
    ///
    /// # Errors
    /// The store's.
    pub fn members(&self, stream: &StreamId, partition: PartitionId) -> Result<BTreeMap<CaseId, u64>> {
        let Some(held) = streams::find(&self.db, partition, stream)? else { return Ok(BTreeMap::new()) };
        Ok(streams::held_between(&self.db, held.num, None, None)?.into_iter().collect())
    }
}

/// Files that edits name and that travel through the transfer queue.
pub(crate) fn blobs_of(edits: &[Edit]) -> impl Iterator<Item = BlobHash> + '_ {
    edits.iter().flat_map(Edit::files)
}
