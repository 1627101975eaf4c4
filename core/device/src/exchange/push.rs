//! What goes out: commits chained, signed and kept before they are sent, private answers beside them, and what the server says of each.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{Captured, Content, Envelope, SignedCommit, cbor};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{CaseId, Code, CommitId, DivisionCode, Incarnation, PartitionId};
use yuandian_sync::limits::{MESSAGE_BYTES_MAX, PRIVATE_RECORDS_MAX, PUSH_BYTES_MAX, PUSH_COMMITS_MAX};
use yuandian_sync::message::{
    EndedLife, PartitionHead, PrivateReceipt, PrivateRecord, Push, PushItem, PushReply, Receipt, WIRE_VERSION,
};

use crate::error::{DeviceError, Result};
use crate::glance::project;
use crate::phone::{Phone, incarnation};
use crate::store::journal::NewEntry;
use crate::store::outbox::{Intent, Item, ItemState};
use crate::store::{authored, blobs, captures, cases, journal, meta, outbox, private, streams};

/// Of which generation a device writes: the server alone makes later ones.
pub(super) const GENERATION: u32 = 0;
/// How often one item may be written anew before a person is asked.
const REWRITES_MAX: u32 = 3;
/// [`meta::LOOK_FIRST`] of a copied store that has seen every page, but perhaps not every document.
const HAS_LOOKED: u8 = 2;

/// Whether a receipt says that an act stands in the history as a note and did nothing.
fn kept_as_note(receipt: &Receipt) -> bool {
    receipt.facts.get("kept").is_some_and(|kept| kept == "note")
}

impl Phone {
    /// Chains, signs and keeps the next commits, then gives them with the private answers that wait.
    pub(super) fn next_batch(&mut self) -> Result<Push> {
        let nothing = Push { version: WIRE_VERSION, items: vec![], private: vec![], links: vec![] };
        let device = self.certificate.device;
        let tx = self.db.unchecked_transaction()?;
        // What waits here may have been sent by the store that this one is a copy of: look before saying it again.
        if let Some(look) = meta::get(&tx, meta::LOOK_FIRST)? {
            let seen_all =
                look == [HAS_LOOKED] && streams::to_compare(&tx)?.is_none() && !streams::wants_own(&tx)?;
            if !seen_all {
                return Ok(nothing);
            }
            meta::unset(&tx, meta::LOOK_FIRST)?;
        }
        let mut chain = Chain::read(&tx)?;
        let mut items = Vec::new();
        let mut bytes = 0;
        let waiting = outbox::to_send(&tx, PUSH_COMMITS_MAX)?;
        let count = waiting.len();
        for item in waiting {
            let signed = match &item.signed {
                Some(signed) => cbor::decode::<SignedCommit>("commit", signed, MESSAGE_BYTES_MAX)
                    .map_err(|e| DeviceError::Damaged(e.to_string()))?,
                None => {
                    let partition = self.partition_of(&tx, &item.doc)?;
                    let schema = self.schema_of(&tx, &item)?;
                    let envelope = chain.envelope(&item, device, partition, schema, self.key.id())?;
                    let signed = envelope.sign(&self.key);
                    outbox::mark_sent(&tx, item.local_id, envelope.n, &signed.id(), &cbor::encode(&signed))?;
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
            items.push(PushItem { commit: signed, micros, adopt: item.receipt.map(Into::into) });
        }
        chain.write(&tx)?;
        // They are judged after the commits that open their cases, which must not wait behind them.
        let all = items.len() == count && count < PUSH_COMMITS_MAX;
        let mut private = if all { private::pending(&tx)? } else { vec![] };
        let links =
            if all && !planted::is(Bug::RecordNeverSent) { self.links_to_offer(&tx)? } else { vec![] };
        tx.commit()?;
        private.retain(|record| !self.run.offered.contains(&offered(record)));
        private.truncate(PRIVATE_RECORDS_MAX);
        self.run.offered.extend(private.iter().map(offered));
        self.run
            .links
            .extend(links.iter().filter_map(|offer| Some(offer.link.name(&offer.link.open().ok()?))));
        Ok(Push { version: WIRE_VERSION, items, private, links })
    }

    /// The version of the catalogue that a commit is written under: what opens a case is judged by the one that the case names.
    fn schema_of(&self, tx: &Transaction<'_>, item: &Item) -> Result<u32> {
        let opens = matches!(&item.intent, Intent::Act(act) if act.report.is_some());
        let opened = if opens { cases::case(tx, &item.doc)? } else { None };
        Ok(opened.map_or(self.catalogue.version(), |stored| stored.facts.catalogue))
    }

    /// In which partition a case is numbered: by its division.
    pub(super) fn partition_of(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<PartitionId> {
        if meta::get(tx, meta::PARTITION_DIGITS)?.is_none() {
            return Ok(PartitionId::ONLY);
        }
        match cases::case(tx, doc)? {
            Some(stored) => self.partition_by(tx, &stored.facts.grid),
            None => Ok(PartitionId::ONLY),
        }
    }

    /// The partition of a division.
    pub(super) fn partition_by(&self, tx: &Transaction<'_>, grid: &DivisionCode) -> Result<PartitionId> {
        let digits = meta::get(tx, meta::PARTITION_DIGITS)?.and_then(|bytes| bytes.first().copied());
        let Some(digits) = digits else { return Ok(PartitionId::ONLY) };
        let code = grid.to_string().get(..usize::from(digits)).and_then(|code| code.parse().ok());
        Ok(code.map_or(PartitionId::ONLY, PartitionId))
    }

    pub(super) fn keep_receipts(&mut self, reply: &PushReply) -> Result<()> {
        let mut touched = BTreeSet::new();
        // A fresh incarnation needs randomness, which the transaction must not wait for: drawn first, used if needed.
        let mut fresh = [0; 16];
        self.ports.randomness.fill(&mut fresh);
        // What was just numbered is above what the greeting told.
        self.run.heads.clear();
        let keys = self.server_keys()?;
        let tx = self.db.unchecked_transaction()?;
        touched.extend(self.see_heads(&tx, &reply.partitions, None)?);
        for bytes in &reply.receipts {
            let receipt: Receipt = match cbor::decode("receipt", bytes, MESSAGE_BYTES_MAX) {
                Ok(receipt) => receipt,
                Err(error) => {
                    // Not understood: the item stays as it is and is offered again.
                    tracing::warn!(%error, "a receipt that cannot be read");
                    self.trouble(&tx, "receipts")?;
                    continue;
                }
            };
            let Some(item) = outbox::of_commit(&tx, &receipt.commit)? else { continue };
            let waits = matches!(receipt.code, Code::HeldMissing | Code::RetryLater);
            if !waits && !receipt.is_signed_by(&keys) {
                tracing::error!(commit = %receipt.commit, code = %receipt.code, "a receipt that the server did not sign");
                self.trouble(&tx, "receipts")?;
                continue;
            }
            touched.insert(item.doc);
            self.keep_receipt(&tx, &item, (&receipt, bytes), Incarnation(fresh))?;
        }
        for receipt in &reply.private {
            keep_private_receipt(&tx, receipt)?;
        }
        self.keep_link_answers(&tx, &reply.links, &keys)?;
        for doc in &touched {
            project(self, &tx, doc)?;
        }
        self.let_go(&tx)?;
        tx.commit()?;
        Ok(())
    }

    fn keep_receipt(
        &self,
        tx: &Transaction<'_>,
        item: &Item,
        (receipt, bytes): (&Receipt, &[u8]),
        fresh: Incarnation,
    ) -> Result<()> {
        let now_ms = self.ports.clock.wall_ms();
        let tell = || journal::add(tx, &NewEntry::of(item, receipt.code, &receipt.facts, now_ms));
        match receipt.code {
            Code::Ok | Code::OkLate if kept_as_note(receipt) => {
                tell()?;
                self.numbered(tx, item, receipt, bytes)
            }
            // Offered again after a restore, and here already or of a case that has left: no page need come that brings it.
            Code::Ok | Code::OkLate
                if cases::has_item(tx, item)? || cases::standing(tx, &item.doc)?.is_none() =>
            {
                self.numbered(tx, item, receipt, bytes)
            }
            Code::Ok | Code::OkLate => outbox::taken(tx, item.local_id, bytes, receipt.seq),
            Code::Dup => outbox::remove(tx, item.local_id),
            // Somebody has what it builds on, and will bring it: the server keeps it until then.
            Code::HeldMissing if self.stands_on_known(tx, item)? => {
                outbox::set_state(tx, item.local_id, ItemState::Held)
            }
            // Nobody has it that this phone knows of: said again over what both know.
            Code::HeldMissing if item.tries < REWRITES_MAX => self.write_anew(tx, &item.doc, None),
            Code::HeldMissing | Code::RetryLater => outbox::set_state(tx, item.local_id, ItemState::Held),
            Code::RChain | Code::RActor if item.tries < REWRITES_MAX => self.begin_anew(tx, item, fresh),
            _ => {
                let forgets = item.change.is_none() && planted::is(Bug::RefusedActForgotten);
                if !forgets {
                    tell()?;
                }
                self.numbered(tx, item, receipt, bytes)?;
                if let Intent::Content(edits) = &item.intent {
                    self.write_anew(tx, &item.doc, Some(item))?;
                    // The server knows nothing of these photos from this phone: they stay here and are not offered.
                    self.not_ours(tx, &item.doc, edits)?
                        .iter()
                        .try_for_each(|hash| blobs::park(tx, hash, &item.doc))?;
                }
                Ok(())
            }
        }
    }

    /// An answer is final: the item leaves the outbox. One with a number is kept until it is in a verified backup.
    fn numbered(&self, tx: &Transaction<'_>, item: &Item, receipt: &Receipt, bytes: &[u8]) -> Result<()> {
        match receipt.seq {
            Some(seq) => {
                outbox::taken(tx, item.local_id, bytes, Some(seq))?;
                authored::archive(tx, item.local_id, (receipt.epoch, seq))
            }
            None => outbox::remove(tx, item.local_id),
        }
    }

    /// Whether everything that an item builds on is receipted or on its way from this phone. Acts build on nothing that could be missing.
    pub(super) fn stands_on_known(&self, tx: &Transaction<'_>, item: &Item) -> Result<bool> {
        if item.change.is_none() {
            return Ok(true);
        }
        let Ok(missing) = Content::dependencies(&item.body) else { return Ok(false) };
        let mut known: BTreeSet<[u8; 32]> = Content::default().heads().iter().map(|head| head.0).collect();
        known.extend(cases::base(tx, &item.doc)?.iter().filter_map(|commit| commit.change));
        known.extend(outbox::of_case(tx, &item.doc)?.iter().filter_map(|other| other.change));
        Ok(missing.iter().all(|change| known.contains(&change.0)))
    }

    /// Where partitions stand. A new life of one: the server was restored, and gets again what it may have lost; what stands no more of
    /// the old one is distrusted, all of it where nobody says. `ended` is what a greeting says of lives that are over: it names every
    /// partition of this phone, other messages do not. Gives the cases that are to be looked at.
    pub(super) fn see_heads(
        &self,
        tx: &Transaction<'_>,
        heads: &[PartitionHead],
        ended: Option<&[EndedLife]>,
    ) -> Result<BTreeSet<CaseId>> {
        let mut restored = Vec::new();
        for head in heads {
            let known = streams::partition(tx, head.partition)?;
            if let Some(known) =
                known.filter(|known| known.epoch != head.epoch && !planted::is(Bug::RefillForgotten))
            {
                let same = |life: &&EndedLife| life.partition == head.partition && life.epoch == known.epoch;
                let stands = ended.unwrap_or_default().iter().find(same).map_or(0, |life| life.last);
                restored.push((head.partition, stands));
            }
            streams::put_partition(tx, head)?;
        }
        if !restored.is_empty() && ended.is_some() {
            // Of a partition that a greeting does not name nobody says whether it was spared.
            let named: BTreeSet<PartitionId> = heads.iter().map(|head| head.partition).collect();
            for partition in streams::partitions(tx)?.into_iter().filter(|known| !named.contains(known)) {
                streams::forget_partition(tx, partition)?;
                restored.push((partition, 0));
            }
        }
        let touched = if restored.is_empty() { BTreeSet::new() } else { self.refill(tx, &restored)? };
        // What a backup of the new life holds is asked only when what the old one had lost is on its way again.
        for head in heads {
            blobs::backed_up(tx, head)?;
            if let Some(safe) = head.safe_seq {
                authored::prune(tx, head.epoch, safe)?;
            }
        }
        Ok(touched)
    }

    /// Partitions whose logs have begun another life, each with the last number that stands of the one before.
    fn refill(&self, tx: &Transaction<'_>, restored: &[(PartitionId, u64)]) -> Result<BTreeSet<CaseId>> {
        self.trouble(tx, "epochs")?;
        // What was taken and has not come by a page waits no longer for one.
        for item in outbox::all(tx)?.iter().filter(|item| item.state == ItemState::Taken) {
            let (epoch, _) = item.numbered().unwrap_or((authored::BEFORE, 0));
            if !streams::is_lived(tx, epoch)? {
                authored::archive(tx, item.local_id, (authored::BEFORE, 0))?;
            }
        }
        let mut cases: BTreeSet<CaseId> = authored::refill(tx)?.into_iter().collect();
        tracing::warn!(
            ?restored,
            cases = cases.len(),
            "the server was restored: it is offered again what it may have lost"
        );
        for (partition, stands) in restored {
            if !planted::is(Bug::PhotosNotOfferedAgain) {
                blobs::offer_kept_again(tx, *partition)?;
            }
            streams::distrust(tx, *partition, *stands)?;
        }
        if !planted::is(Bug::PhotosNotOfferedAgain) {
            cases.extend(blobs::offer_all_again(tx)?);
        }
        self.appeal_again(tx)?;
        if !planted::is(Bug::PrivateNotOfferedAgain) {
            private::offer_again(tx)?;
        }
        captures::offer_again(tx)?;
        Ok(cases)
    }
}

fn offered(record: &PrivateRecord) -> (CaseId, String, u64) {
    (record.document, record.key.clone(), record.version)
}

fn keep_private_receipt(tx: &Transaction<'_>, receipt: &PrivateReceipt) -> Result<()> {
    let PrivateReceipt { document, key, version, code } = receipt;
    match code {
        Code::Ok | Code::OkLate | Code::Dup => private::acknowledged(tx, document, key, *version),
        // Its case is not there yet.
        Code::RetryLater | Code::HeldMissing => Ok(()),
        code => {
            tracing::warn!(%document, %code, "a private answer was not taken");
            private::refused(tx, document, key, *version)
        }
    }
}

/// A copied store that has seen the last page may speak as soon as it has the documents, too.
pub(super) fn has_looked(tx: &Transaction<'_>) -> Result<()> {
    match meta::get(tx, meta::LOOK_FIRST)? {
        Some(_) => meta::set(tx, meta::LOOK_FIRST, &[HAS_LOOKED]),
        None => Ok(()),
    }
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
        partition: PartitionId,
        schema: u32,
        signer: yuandian_document::KeyId,
    ) -> Result<Envelope> {
        let captured: Captured = cbor::decode("captured", &item.captured, 1024)
            .map_err(|e| DeviceError::Damaged(e.to_string()))?;
        Ok(Envelope {
            version: ENVELOPE_VERSION,
            kind: item.intent.kind(),
            partition,
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
