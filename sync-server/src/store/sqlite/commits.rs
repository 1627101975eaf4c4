//! The sequencing transaction: dedupe, chain, judge, then dense numbers, then the inserts that carry them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction};
use yuandian_document::cbor;
use yuandian_model::{Actor, CaseId, Code, CommitId, DeviceId, Epoch, Incarnation, PartitionId};
use yuandian_sync::message::{PartitionHead, Receipt};

use super::membership::Step;
use super::row::{case, count, heads_blob, people_blob, place_blob, signed};
use super::{ages, documents, error, partitions, people};
use crate::store::{
    Account, Batch, CaseRecord, ChainTip, CommandPart, Committed, ContentWork, GateOutcome, Judge, Ledger,
    Prepared, Situation, StoreError, Verdict, Work,
};

pub fn situation(
    t: &Transaction<'_>,
    account: &Account,
    commits: &[CommitId],
    parts: &BTreeSet<CommandPart>,
) -> Result<Situation, StoreError> {
    let mut situation = Situation {
        tips: tips(t, &account.device)?,
        taken: taken(t, &account.device, parts)?,
        grants: people::grants(t, &account.user)?,
        ..Situation::default()
    };
    for id in commits {
        if let Some(receipt) = receipt(t, id)? {
            situation.receipts.insert(*id, receipt);
        }
    }
    let cases: BTreeSet<CaseId> = parts.iter().map(|part| part.document).collect();
    for id in cases {
        if let Some(record) = case(t, &id)? {
            situation.cases.insert(id, record);
        }
    }
    Ok(situation)
}

pub const TAKEN: &str = "SELECT 1 FROM commit_log WHERE device = ?1 AND document = ?2 AND grp = ?3 AND kind = ?4 AND seq IS NOT NULL";

/// Which of these parts were taken from the device, under any incarnation.
fn taken(
    t: &Transaction<'_>,
    device: &DeviceId,
    parts: &BTreeSet<CommandPart>,
) -> Result<BTreeSet<CommandPart>, StoreError> {
    let mut taken = BTreeSet::new();
    for part in parts {
        let found = t
            .prepare_cached(TAKEN)
            .and_then(|mut s| s.exists((device.0, part.document.0, part.group.0, part.kind as i64)))
            .map_err(error)?;
        if found {
            taken.insert(*part);
        }
    }
    Ok(taken)
}

fn tips(t: &Transaction<'_>, device: &DeviceId) -> Result<BTreeMap<Incarnation, ChainTip>, StoreError> {
    t.prepare_cached("SELECT incarnation, n, last FROM chain WHERE device = ?1")
        .and_then(|mut statement| {
            statement
                .query_map([device.0], |row| {
                    let tip = ChainTip { n: count(row, 1)?, last: CommitId(row.get(2)?) };
                    Ok((Incarnation(row.get(0)?), tip))
                })?
                .collect()
        })
        .map_err(error)
}

fn receipt(t: &Transaction<'_>, id: &CommitId) -> Result<Option<Vec<u8>>, StoreError> {
    t.prepare_cached("SELECT receipt FROM commit_log WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0)).optional())
        .map_err(error)
}

/// What is to be answered for one item.
enum Outcome {
    /// As before.
    Replayed(Vec<u8>),
    /// Judged now.
    Judged(Verdict),
}

/// Orders, judges and writes a batch. On [`Committed::Moved`] the caller rolls back.
pub fn commit(t: &Transaction<'_>, batch: &Batch, judge: &dyn Judge) -> Result<Committed, StoreError> {
    let documents: BTreeSet<CaseId> = batch.items.iter().map(|i| i.envelope.document).collect();
    let mut before = BTreeMap::new();
    for id in &documents {
        if let Some(record) = case(t, id)? {
            before.insert(*id, record);
        }
    }
    let tips_before = tips(t, &batch.device)?;
    let actor = Actor { user: batch.user, grants: people::grants(t, &batch.user)? };
    let parts = batch.items.iter().map(|item| CommandPart::of(&item.envelope)).collect();
    let taken = taken(t, &batch.device, &parts)?;
    let mut ledger = Ledger::new(judge, actor, tips_before.clone(), before.clone(), taken);

    let mut seen: BTreeMap<CommitId, usize> = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(batch.items.len());
    for (index, item) in batch.items.iter().enumerate() {
        let outcome = match receipt(t, &item.id)? {
            Some(receipt) => Outcome::Replayed(receipt),
            None if seen.contains_key(&item.id) => Outcome::Judged(Verdict::still(Code::RetryLater)),
            None => match decide(&mut ledger, item, batch.now_ms) {
                Some(verdict) => Outcome::Judged(verdict),
                None => return Ok(Committed::Moved),
            },
        };
        seen.entry(item.id).or_insert(index);
        outcomes.push(outcome);
    }

    // From here on nothing is decided any more: numbers are taken, then only rows that carry them are written.
    let (tips, cases) = (ledger.tips, ledger.cases);
    let numbers = Numbers::take(t, batch, &outcomes, &cases)?;
    let heads = numbers.heads();
    let mut writer = Writer { t, batch, numbers, last: BTreeMap::new() };
    writer.cases(&before, &cases)?;
    let mut receipts: Vec<Vec<u8>> = Vec::with_capacity(batch.items.len());
    for (item, outcome) in batch.items.iter().zip(outcomes) {
        receipts.push(match outcome {
            Outcome::Replayed(receipt) => receipt,
            // The same commit twice in one PUSH: one row, one receipt.
            Outcome::Judged(v) if v.code == Code::RetryLater => {
                seen.get(&item.id).and_then(|first| receipts.get(*first)).cloned().unwrap_or_default()
            }
            Outcome::Judged(verdict) => writer.item(item, verdict, cases.get(&item.envelope.document))?,
        });
    }
    writer.chains(&tips_before, &tips)?;
    writer.moved(&before, &cases, judge)?;
    writer.documents(&before, &cases)?;
    Ok(Committed::Done { receipts, heads })
}

/// The verdict on one item, or `None` where it was prepared against facts that have moved.
fn decide(ledger: &mut Ledger<'_>, item: &Prepared, now_ms: i64) -> Option<Verdict> {
    let chained = ledger.chain(item);
    if chained.is_ok() != item.chained {
        return None;
    }
    if let Err(refusal) = chained {
        return Some(refusal.into());
    }
    if ledger.was_taken(item) {
        return Some(Verdict::still(Code::Dup));
    }
    Some(match &item.work {
        Work::Refused(refusal) => refusal.clone().into(),
        Work::Act(act) => ledger.act(item, act, now_ms),
        Work::Content(work) => {
            let allowed = ledger.may_write(item);
            if allowed.as_ref().ok() != work.allowed.as_ref()
                || ledger.version(&item.envelope.document) != work.base
            {
                return None;
            }
            match (allowed, &work.gate) {
                (Err(refusal), _) => refusal.into(),
                (Ok(_), GateOutcome::Refused(refusal)) => refusal.clone().into(),
                (Ok(_), GateOutcome::Held) => Verdict::still(Code::HeldMissing),
                (Ok(_), GateOutcome::Duplicate) => Verdict::still(Code::Dup),
                (Ok(_), GateOutcome::Admitted { .. }) => {
                    ledger.content_taken(item);
                    Verdict::taken()
                }
                (Ok(_), GateOutcome::Untried) => return None,
            }
        }
    })
}

/// The numbers of a batch: of every partition that it writes in, taken in order of the partitions, so that two writers never wait for each
/// other in a ring.
struct Numbers {
    /// Of the whole deployment, for answers that have no number.
    root: PartitionHead,
    taken: BTreeMap<PartitionId, (PartitionHead, u64)>,
}

impl Numbers {
    fn take(
        t: &Transaction<'_>,
        batch: &Batch,
        outcomes: &[Outcome],
        cases: &BTreeMap<CaseId, CaseRecord>,
    ) -> Result<Self, StoreError> {
        let mut fresh: BTreeMap<PartitionId, u64> = BTreeMap::new();
        for (item, outcome) in batch.items.iter().zip(outcomes) {
            if let (Outcome::Judged(verdict), Some(case)) = (outcome, cases.get(&item.envelope.document))
                && verdict.numbered
            {
                *fresh.entry(case.partition).or_default() += 1;
            }
        }
        let mut taken = BTreeMap::new();
        for (partition, n) in fresh {
            partitions::ensure(t, partition)?;
            let head = partitions::advance(t, partition, n)?;
            taken.insert(partition, (head.clone(), head.head - n));
        }
        Ok(Self { root: partitions::head(t)?, taken })
    }

    /// Where the partitions stand that the batch wrote in; the deployment's where it wrote in none.
    fn heads(&self) -> Vec<PartitionHead> {
        if self.taken.is_empty() {
            return vec![self.root.clone()];
        }
        self.taken.values().map(|(head, _)| head.clone()).collect()
    }

    fn next(&mut self, partition: PartitionId) -> Option<u64> {
        let (_, last) = self.taken.get_mut(&partition)?;
        *last += 1;
        Some(*last)
    }

    fn epoch(&self, partition: PartitionId) -> Epoch {
        self.taken.get(&partition).map_or(self.root.epoch, |(head, _)| head.epoch)
    }
}

struct Writer<'a> {
    t: &'a Transaction<'a>,
    batch: &'a Batch,
    numbers: Numbers,
    last: BTreeMap<CaseId, u64>,
}

impl Writer<'_> {
    fn item(
        &mut self,
        item: &Prepared,
        verdict: Verdict,
        case: Option<&CaseRecord>,
    ) -> Result<Vec<u8>, StoreError> {
        let partition = case.map_or(PartitionId::ONLY, |case| case.partition);
        let mut facts = verdict.facts;
        if let Some(first) = verdict.first {
            facts.insert("first".into(), people::name(self.t, &first)?);
        }
        let seq = if verdict.numbered { self.numbers.next(partition) } else { None };
        if let Some(seq) = seq {
            self.last.insert(item.envelope.document, seq);
        }
        let receipt = cbor::encode(&Receipt {
            commit: item.id,
            code: verdict.code,
            seq,
            epoch: self.numbers.epoch(partition),
            received_ms: self.batch.now_ms,
            facts,
            signer: None,
            signature: None,
        });
        // What got no number is nobody's to read: its answer is kept, its bytes are not, or refusals would fill the disk.
        let taken = seq.is_some();
        let envelope: &[u8] = if taken { &item.commit.envelope } else { &[] };
        let micros = if taken { item.micros.as_slice() } else { &[] };
        let (blobs, change) = match &item.work {
            Work::Content(ContentWork { gate: GateOutcome::Admitted { blobs, change, .. }, .. }) if taken => {
                (blobs.as_slice(), Some(change))
            }
            _ => (&[][..], None),
        };
        self.t
            .prepare_cached(
                "INSERT INTO commit_log
                 (id, seq, document, kind, grp, device, user, received_ms, code, receipt, envelope, signature, partition, change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )
            .and_then(|mut statement| {
                statement.execute(rusqlite::params![
                    item.id.0,
                    seq.map(signed),
                    item.envelope.document.0,
                    item.envelope.kind as i64,
                    item.envelope.group.0,
                    self.batch.device.0,
                    self.batch.user.0,
                    self.batch.now_ms,
                    verdict.code.id(),
                    receipt,
                    envelope,
                    item.commit.signature.0,
                    partition.0,
                    change.map(|change| change.0),
                ])
            })
            .map_err(error)?;
        for (position, (hash, bytes)) in micros.iter().enumerate() {
            self.t
                .prepare_cached(
                    "INSERT INTO micro (commit_id, position, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
                )
                .and_then(|mut s| s.execute((item.id.0, signed(position as u64), hash.0, bytes)))
                .map_err(error)?;
        }
        for blob in blobs {
            self.t
                .prepare_cached(
                    // Bytes that the device sent for another case are proven here too; and what was once an original stays the sender's.
                    "INSERT INTO blob_ref (hash, document, device, size, mime, shared, proven)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6,
                      EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = ?1 AND r.device = ?3 AND r.proven = 1))
                     ON CONFLICT (hash, document, device) DO UPDATE SET shared = min(shared, excluded.shared)",
                )
                .and_then(|mut s| {
                    s.execute((
                        blob.hash.0,
                        item.envelope.document.0,
                        self.batch.device.0,
                        signed(blob.size),
                        &blob.mime,
                        blob.shared,
                    ))
                })
                .map_err(error)?;
        }
        Ok(receipt)
    }

    fn chains(
        &self,
        before: &BTreeMap<Incarnation, ChainTip>,
        after: &BTreeMap<Incarnation, ChainTip>,
    ) -> Result<(), StoreError> {
        for (incarnation, tip) in after.iter().filter(|(key, tip)| before.get(key) != Some(tip)) {
            self.t
                .prepare_cached(
                    "INSERT INTO chain (device, incarnation, n, last) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (device, incarnation) DO UPDATE SET n = ?3, last = ?4",
                )
                .and_then(|mut s| s.execute((self.batch.device.0, incarnation.0, signed(tip.n), tip.last.0)))
                .map_err(error)?;
        }
        Ok(())
    }

    /// Cases whose facts changed: new ones are inserted, others only where nobody decided in between.
    fn cases(
        &self,
        before: &BTreeMap<CaseId, CaseRecord>,
        after: &BTreeMap<CaseId, CaseRecord>,
    ) -> Result<(), StoreError> {
        for (id, record) in after.iter().filter(|(id, record)| before.get(id) != Some(record)) {
            let state = &record.state;
            match before.get(id) {
                None => self
                    .t
                    .prepare_cached(
                        "INSERT INTO case_row (id, service, catalogue, grid, author, stage, act_seq, holders, waiting, followers, place,
                         opened_ms, touched_ms, touched_seq, version, log_bytes, title, photos, partition, aged)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, 0, ?13, ?14, ?15, ?16, ?17, 0)",
                    )
                    .and_then(|mut s| {
                        s.execute(rusqlite::params![
                            id.0,
                            state.service.0,
                            state.catalogue,
                            state.grid.as_str(),
                            state.author.0,
                            state.stage,
                            signed(state.act_seq),
                            people_blob(&state.holders),
                            people_blob(&state.waiting),
                            people_blob(&state.followers),
                            place_blob(record.place.as_ref()),
                            record.opened_ms,
                            signed(record.version),
                            signed(record.log_bytes),
                            record.title,
                            record.photos,
                            record.partition.0,
                        ])
                    })
                    .map_err(error)?,
                Some(old) => self
                    .t
                    .prepare_cached(
                        "UPDATE case_row SET stage = ?3, act_seq = ?4, holders = ?5, waiting = ?6, followers = ?7, version = ?8,
                         log_bytes = ?9, title = ?10, photos = ?11
                         WHERE id = ?1 AND act_seq = ?2",
                    )
                    .and_then(|mut s| {
                        s.execute(rusqlite::params![
                            id.0,
                            signed(old.state.act_seq),
                            state.stage,
                            signed(state.act_seq),
                            people_blob(&state.holders),
                            people_blob(&state.waiting),
                            people_blob(&state.followers),
                            signed(record.version),
                            signed(record.log_bytes),
                            record.title,
                            record.photos,
                        ])
                    })
                    .map_err(error)
                    .and_then(|rows| {
                        // One writer at a time: on SQLite this cannot be lost. Elsewhere it means: judge again.
                        if rows == 1 { Ok(rows) } else { Err(StoreError::Busy) }
                    })?,
            };
        }
        Ok(())
    }

    /// Moves every case with a new number on, in every stream it is in and every one it now belongs in.
    fn moved(
        &self,
        before: &BTreeMap<CaseId, CaseRecord>,
        cases: &BTreeMap<CaseId, CaseRecord>,
        judge: &dyn Judge,
    ) -> Result<(), StoreError> {
        for (id, seq) in &self.last {
            let Some(record) = cases.get(id) else {
                continue;
            };
            let step =
                Step { partition: record.partition, document: *id, seq: *seq, now_ms: self.batch.now_ms };
            ages::touch(self.t, &step, before.get(id), record, judge)?;
        }
        Ok(())
    }

    fn documents(
        &self,
        before: &BTreeMap<CaseId, CaseRecord>,
        after: &BTreeMap<CaseId, CaseRecord>,
    ) -> Result<(), StoreError> {
        for (id, document) in &self.batch.documents {
            let version = after.get(id).map_or(0, |r| r.version);
            if version == before.get(id).map_or(0, |r| r.version) || version != document.version {
                continue;
            }
            documents::keep(self.t, id, document, &heads_blob(&document.heads))?;
        }
        Ok(())
    }
}
