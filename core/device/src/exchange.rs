//! The store's side of sync: what the machine loads and what it has kept, each in one transaction.
//!
//! Guarantees: an item leaves the outbox only together with its outcome; a cursor moves only with its page; nothing is sent before its
//! final form is kept; one refused item stops no other.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Transaction;
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::gate::Refusal as GateRefusal;
use yuandian_document::{Captured, Content, Edit, Envelope, Kind, Purpose, SignedCommit, actor, cbor};
use yuandian_model::{BlobHash, CaseId, Code, CommitId, Incarnation, PartitionId};
use yuandian_sync::limits::{
    BUDGET_DEFAULT, MESSAGE_BYTES_MAX, PAGE_BYTES_DEFAULT, PUSH_BYTES_MAX, PUSH_COMMITS_MAX,
};
use yuandian_sync::message::{
    Hello, HelloReply, Pull, PullReply, PulledCase, PulledCommit, Push, PushItem, PushReply, Receipt,
    SignedMessage, StreamId, WIRE_VERSION,
};
use yuandian_sync::{Keep, Load, Loaded};

use crate::content::base_content;
use crate::error::{DeviceError, Result};
use crate::evidence::is;
use crate::glance::project;
use crate::phone::{APP, PersonRecord, Phone, Seen, incarnation};
use crate::store::journal::NewEntry;
use crate::store::outbox::{Intent, Item, ItemState};
use crate::store::{blobs, cases, journal, meta, outbox};

/// Documents are not rebuilt without a redacted text in this version: every one is in its first generation.
const GENERATION: u32 = 0;
/// How often one item may be written anew before a person is asked.
const REWRITES_MAX: u32 = 3;

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
            Keep::UploadOffset { transfer, offset } => uploaded(transfer, *offset),
            Keep::Uploaded(transfer) => uploaded(transfer, transfer.size),
            Keep::Hello(_) | Keep::UploadAt { .. } => Ok(None),
        }
    }

    /// Reads what the sync machine asks for.
    ///
    /// # Errors
    /// The store's; [`DeviceError::NotEnrolled`].
    pub fn load(&mut self, load: &Load) -> Result<Loaded> {
        Ok(match load {
            Load::Hello { nonce } => Loaded::Hello(self.hello(*nonce)?),
            Load::Batch => Loaded::Batch(self.next_batch()?),
            Load::Pull => Loaded::Pull(Pull {
                version: WIRE_VERSION,
                streams: cases::cursors(&self.db)?,
                max_bytes: PAGE_BYTES_DEFAULT,
                check: false,
            }),
            Load::Transfers => Loaded::Transfers(blobs::waiting(&self.db)?),
        })
    }

    /// Keeps what the sync machine hands over. Durable when it returns.
    ///
    /// # Errors
    /// The store's.
    pub fn keep(&mut self, keep: &Keep) -> Result<()> {
        match keep {
            Keep::Hello(reply) => self.keep_hello(reply),
            Keep::Receipts(reply) => self.keep_receipts(reply),
            Keep::Page(page) => self.keep_page(page),
            Keep::UploadAt { transfer, url } => blobs::set_url(&self.db, &transfer.hash, url.as_deref()),
            Keep::UploadOffset { transfer, offset } => blobs::set_sent(&self.db, &transfer.hash, *offset),
            Keep::Uploaded(transfer) => self.keep_uploaded(&transfer.hash),
        }
    }

    fn hello(&self, nonce: [u8; 32]) -> Result<SignedMessage> {
        let hello = Hello {
            version: WIRE_VERSION,
            device: self.certificate.device,
            nonce,
            app: APP.to_owned(),
            catalogue: self.catalogue.version(),
            streams: cases::cursors(&self.db)?,
            free_bytes: self.free_bytes(),
            budget: BUDGET_DEFAULT,
        };
        let message = cbor::encode(&hello);
        let signature = self.key.sign(Purpose::Hello, &message);
        Ok(SignedMessage { message, signature })
    }

    fn keep_hello(&mut self, reply: &HelloReply) -> Result<()> {
        self.seen_monotonic_ms = Some(self.ports.clock.monotonic_ms());
        let head = reply.partitions.first();
        let seen = Seen {
            server_ms: Some(reply.server_ms),
            epoch: head.map(|h| h.epoch),
            seq: head.map(|h| h.head),
        };
        let person =
            PersonRecord { user: reply.user, name: reply.name.clone(), grants: reply.grants.clone() };
        let tx = self.db.unchecked_transaction()?;
        meta::set(&tx, meta::SEEN, &serde_json::to_vec(&seen)?)?;
        meta::set(&tx, meta::PERSON, &serde_json::to_vec(&person)?)?;
        for offer in &reply.streams {
            cases::add_stream(&tx, &offer.stream)?;
        }
        let wanted: BTreeSet<&StreamId> = reply.streams.iter().map(|offer| &offer.stream).collect();
        for removed in reply.removed.iter().filter(|r| !wanted.contains(&r.stream)) {
            cases::remove_stream(&tx, &removed.stream)?;
        }
        self.keep_appeal_answers(&tx, &reply.appeals)?;
        outbox::offer_held_again(&tx)?;
        purge_unheld(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Chains, signs and keeps the next commits, then gives them.
    fn next_batch(&mut self) -> Result<Push> {
        let device = self.certificate.device;
        let schema = self.catalogue.version();
        let tx = self.db.unchecked_transaction()?;
        // What waits here may have been sent by the store that this one is a copy of: look before saying it again.
        if meta::get(&tx, meta::LOOK_FIRST)?.is_some() {
            return Ok(Push { version: WIRE_VERSION, items: vec![], private: vec![] });
        }
        let mut chain = Chain::read(&tx)?;
        let mut items = Vec::new();
        let mut bytes = 0;
        for item in outbox::to_send(&tx, PUSH_COMMITS_MAX)? {
            let signed = match &item.signed {
                Some(signed) => cbor::decode::<SignedCommit>("commit", signed, MESSAGE_BYTES_MAX)
                    .map_err(|e| DeviceError::Damaged(e.to_string()))?,
                None => {
                    let envelope = chain.envelope(&item, device, schema, self.key.id())?;
                    let signed = envelope.sign(&self.key);
                    outbox::mark_sent(&tx, item.local_id, &signed.id(), &cbor::encode(&signed))?;
                    chain.advance(&signed);
                    signed
                }
            };
            let mut micros = Vec::new();
            for hash in &item.micros {
                let micro =
                    blobs::micro(&tx, hash)?.ok_or_else(|| DeviceError::not_found("micro picture", hash))?;
                micros.push(micro.into());
            }
            bytes += signed.envelope.len()
                + micros.iter().map(|m: &minicbor::bytes::ByteVec| m.len()).sum::<usize>();
            if bytes > PUSH_BYTES_MAX && !items.is_empty() {
                break;
            }
            items.push(PushItem { commit: signed, micros, adopt: None });
        }
        chain.write(&tx)?;
        tx.commit()?;
        Ok(Push { version: WIRE_VERSION, items, private: vec![] })
    }

    fn keep_receipts(&mut self, reply: &PushReply) -> Result<()> {
        let mut touched = BTreeSet::new();
        // A fresh incarnation needs randomness, which the transaction must not wait for: drawn first, used if needed.
        let mut fresh = [0; 16];
        self.ports.randomness.fill(&mut fresh);
        let tx = self.db.unchecked_transaction()?;
        for receipt in &reply.receipts {
            let receipt: Receipt = match cbor::decode("receipt", receipt, MESSAGE_BYTES_MAX) {
                Ok(receipt) => receipt,
                Err(error) => {
                    // Not understood: the item stays as it is and is offered again.
                    tracing::warn!(%error, "a receipt that cannot be read");
                    continue;
                }
            };
            let Some(item) = outbox::of_commit(&tx, &receipt.commit)? else { continue };
            touched.insert(item.doc);
            match receipt.code {
                Code::Ok | Code::OkLate => outbox::set_state(&tx, item.local_id, ItemState::Taken)?,
                Code::Dup => outbox::remove(&tx, item.local_id)?,
                // The server lacks something this builds on that this phone does not have either, or it would have been sent
                // before: said again over what both know.
                Code::HeldMissing if item.tries < REWRITES_MAX && item.change.is_some() => {
                    self.write_anew(&tx, &item.doc, None)?;
                }
                Code::HeldMissing | Code::RetryLater => {
                    outbox::set_state(&tx, item.local_id, ItemState::Held)?;
                }
                Code::RChain | Code::RActor if item.tries < REWRITES_MAX => {
                    self.begin_anew(&tx, &item, Incarnation(fresh))?;
                }
                code => {
                    let now_ms = self.ports.clock.wall_ms();
                    journal::add(&tx, &NewEntry::of(&item, code, &receipt.facts, now_ms))?;
                    outbox::remove(&tx, item.local_id)?;
                    if let Intent::Content(edits) = &item.intent {
                        self.write_anew(&tx, &item.doc, Some(&item))?;
                        // The server knows nothing of these photos: they stay on the phone and are not offered.
                        self.unnamed(&tx, &item.doc, edits)?
                            .iter()
                            .try_for_each(|hash| blobs::park(&tx, hash, &item.doc))?;
                    }
                }
            }
        }
        for doc in &touched {
            project(self, &tx, doc)?;
        }
        tx.commit()?;
        Ok(())
    }

    fn keep_page(&mut self, page: &PullReply) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        let mut touched = BTreeSet::new();
        for case in &page.cases {
            if case.gone.is_some() {
                cases::unhold(&tx, &case.document, &case.stream)?;
            } else {
                self.keep_case(&tx, case)?;
                touched.insert(case.document);
            }
        }
        for cursor in &page.cursors {
            cases::put_cursor(&tx, cursor)?;
        }
        if !page.more {
            meta::unset(&tx, meta::LOOK_FIRST)?;
        }
        for doc in &touched {
            self.settle(&tx, doc)?;
            project(self, &tx, doc)?;
        }
        // What still has work pending stays until that is settled: HELLO looks again.
        if page.cases.iter().any(|case| case.gone.is_some()) {
            purge_unheld(&tx)?;
        }
        tx.commit()?;
        Ok(())
    }

    fn keep_case(&self, tx: &Transaction<'_>, case: &PulledCase) -> Result<()> {
        let doc = &case.document;
        let Some(facts) = &case.facts else {
            tracing::warn!(%doc, "a present case without facts");
            return Ok(());
        };
        cases::put_facts(tx, doc, facts)?;
        cases::hold(tx, doc, &case.stream)?;
        let stored = cases::case(tx, doc)?.ok_or_else(|| DeviceError::not_found("case", doc))?;
        let mut content = base_content(tx, doc, stored.snapshot.as_deref())?;
        let mut saved = None;
        let mut said_before = false;
        for commit in &case.commits {
            if cases::in_base(tx, &commit.id)? {
                continue;
            }
            let change = match commit.kind {
                Kind::Act => None,
                Kind::Content => match admit(&mut content, doc, commit) {
                    Ok((change, snapshot)) => {
                        saved = snapshot.or(saved);
                        Some(change)
                    }
                    Err(refusal) => {
                        tracing::error!(commit = %commit.id, %refusal, "a pulled change did not pass the gate");
                        cases::put_quarantine(tx, doc, commit, &refusal.to_string())?;
                        continue;
                    }
                },
            };
            cases::put_base(tx, doc, commit, change)?;
            for micro in &commit.micros {
                let hash = yuandian_photo::original_hash(micro);
                blobs::put_micro(tx, &BlobHash(hash), micro)?;
            }
            if let Some(item) = outbox::of_commit(tx, &commit.id)? {
                outbox::remove(tx, item.local_id)?;
            } else if commit.device == self.certificate.device {
                // A copy of this phone has said it, under another name: one command writes one act and one content at most.
                said_before |= outbox::remove_said(tx, doc, &commit.group, commit.kind)?;
            }
        }
        if let Some(snapshot) = saved {
            cases::put_snapshot(tx, doc, &snapshot)?;
        }
        for blob in &case.stored {
            blobs::put_stored(tx, doc, &blob.hash)?;
        }
        if said_before {
            self.write_anew(tx, doc, None)?;
        }
        Ok(())
    }

    /// Outcomes that the case's new state has settled by itself need nobody any more.
    fn settle(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<()> {
        let Some(stored) = cases::case(tx, doc)? else {
            return Ok(());
        };
        let me = self.person()?.user;
        let holds = stored.facts.holders.iter().any(|p| p.user == me);
        for entry in journal::active_of(tx, doc)? {
            match &entry.intent {
                Intent::Act(_) if entry.code == Code::RTaken => match stored.facts.my_position {
                    _ if holds => journal::settle(tx, entry.id, "promoted")?,
                    None => journal::settle(tx, entry.id, "left the line")?,
                    Some(position) => {
                        let position = position.to_string();
                        if entry.facts.get("position") != Some(&position) {
                            let mut facts: BTreeMap<String, String> = entry.facts.clone();
                            facts.insert("position".to_owned(), position);
                            journal::put_facts(tx, entry.id, &facts)?;
                        }
                    }
                },
                // Refused because a copy of this phone had done the very same: it is done.
                Intent::Act(act) => {
                    let body = act.to_bytes();
                    let base = cases::base(tx, doc)?;
                    if base.iter().any(|c| c.kind == Kind::Act && c.user == me && c.body == body) {
                        journal::settle(tx, entry.id, "already there")?;
                    }
                }
                // Refused because a copy of this phone had said it before: it is there.
                Intent::Content(edits) => {
                    let content = base_content(tx, doc, stored.snapshot.as_deref())?;
                    if edits.iter().all(|edit| content.holds(edit)) {
                        blobs_of(edits).try_for_each(|hash| blobs::unpark(tx, &hash, doc))?;
                        journal::settle(tx, entry.id, "already there")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn keep_uploaded(&mut self, hash: &BlobHash) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        blobs::set_stored(&tx, hash)?;
        for doc in blobs::cases_of(&tx, hash)? {
            project(self, &tx, &doc)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// A piece of a file for an upload, checked against its name when the whole is read.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] or [`DeviceError::Damaged`] where the file was removed or changed behind the phone's back.
    pub fn upload_piece(&self, hash: &BlobHash, offset: u64, length: u64) -> Result<Vec<u8>> {
        let piece = self.blob(hash, offset, length)?;
        if piece.len() as u64 != length {
            return Err(DeviceError::Damaged(format!("photo {hash} is shorter than it was")));
        }
        let whole = blobs::progress(&self.db, hash)?.is_some_and(|p| offset == 0 && p.size == length);
        if whole && !is(&piece, hash) {
            return Err(DeviceError::Damaged(format!("photo {hash} has changed on disk")));
        }
        Ok(piece)
    }
}

/// A pulled change through the same gate as everybody's. Known already is fine.
fn admit(
    content: &mut Content,
    doc: &CaseId,
    commit: &PulledCommit,
) -> std::result::Result<([u8; 32], Option<Vec<u8>>), GateRefusal> {
    let bound = actor(&commit.device, doc, &commit.incarnation, commit.branch);
    match content.admit(&commit.body, &bound) {
        Ok(admitted) => Ok((admitted.hash.0, Some(admitted.saved))),
        Err(GateRefusal::Duplicate(hash)) => Ok((hash.0, None)),
        Err(refusal) => Err(refusal),
    }
}

/// Files that edits name and that travel through the transfer queue.
pub(crate) fn blobs_of(edits: &[Edit]) -> impl Iterator<Item = BlobHash> + '_ {
    let files = |edit: &Edit| match edit {
        Edit::Photo(_, entry) => vec![Some(entry.original.hash), entry.thumb.as_ref().map(|t| t.hash)],
        _ => vec![],
    };
    edits.iter().flat_map(files).flatten()
}

fn purge_unheld(tx: &Transaction<'_>) -> Result<()> {
    cases::unheld(tx)?.iter().try_for_each(|doc| cases::purge(tx, doc))
}

/// The device's chain in this incarnation.
struct Chain {
    incarnation: Incarnation,
    n: u64,
    prev: Option<CommitId>,
}

impl Chain {
    fn read(tx: &Transaction<'_>) -> Result<Self> {
        let n = meta::get(tx, meta::CHAIN_N)?.and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
        let prev = meta::get(tx, meta::CHAIN_PREV)?.and_then(|b| CommitId::from_slice(&b));
        Ok(Self { incarnation: incarnation(tx)?, n, prev })
    }

    fn envelope(
        &self,
        item: &Item,
        device: yuandian_model::DeviceId,
        schema: u32,
        signer: yuandian_document::KeyId,
    ) -> Result<Envelope> {
        let captured: Captured = cbor::decode("captured", &item.captured, 1024)
            .map_err(|e| DeviceError::Damaged(e.to_string()))?;
        Ok(Envelope {
            version: ENVELOPE_VERSION,
            kind: item.intent.kind(),
            partition: PartitionId::ONLY,
            document: item.doc,
            device,
            incarnation: item.incarnation,
            branch: item.branch,
            generation: GENERATION,
            group: item.group,
            n: self.n + 1,
            prev: self.prev,
            captured,
            schema,
            body: item.body.clone(),
            micro: item.micros.clone(),
            supersedes: item.supersedes,
            alg: Algorithm::Ed25519,
            signer,
        })
    }

    fn advance(&mut self, signed: &SignedCommit) {
        self.n += 1;
        self.prev = Some(signed.id());
    }

    fn write(&self, tx: &Transaction<'_>) -> Result<()> {
        debug_assert_eq!(self.incarnation, incarnation(tx)?);
        meta::set(tx, meta::CHAIN_N, &self.n.to_be_bytes())?;
        match &self.prev {
            Some(prev) => meta::set(tx, meta::CHAIN_PREV, prev.as_bytes()),
            None => Ok(()),
        }
    }
}
