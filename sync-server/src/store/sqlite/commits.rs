//! The sequencing transaction: dedupe, chain, judge, then dense numbers, then the inserts that carry them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use yuandian_document::{Act, Kind, cbor};
use yuandian_model::{CaseId, Code, CommitId, DeviceId, Incarnation, PartitionId, UserId};
use yuandian_sync::StreamId;

use super::keys::{Ready, Sealer};
use super::numbers::Numbers;
use super::row::{case, count, heads_blob, people_blob, place_blob, signed};
use super::writing::Transaction;
use super::{ages, documents, doings, error, held, membership, people, quarantine, rights};
use crate::store::{
    self, Asked, Batch, CaseRecord, ChainTip, CommandPart, Committed, ContentWork, GateOutcome, Judge,
    Ledger, Origin, Prepared, Situation, Step, StoreError, Verdict, Work,
};

/// What a batch of this device is judged by.
pub fn situation(
    t: &Transaction<'_>,
    (device, user): (&DeviceId, &UserId),
    asked: &Asked,
    now_ms: i64,
) -> Result<Situation, StoreError> {
    let Asked { commits, parts, named } = asked;
    let mut named = named.clone();
    let cases: BTreeSet<CaseId> = parts.iter().map(|part| part.document).collect();
    let bearings = bearings(t, device)?;
    let held = if bearings.any_held { held::of_cases(t, &cases)? } else { BTreeMap::new() };
    let mut of_devices: BTreeSet<(DeviceId, CommandPart)> =
        parts.iter().map(|part| (*device, *part)).collect();
    let mut users = BTreeSet::from([*user]);
    for waiting in held.values().flatten() {
        let envelope = waiting.commit.open().map_err(|e| StoreError::Damaged(e.to_string()))?;
        of_devices.insert((envelope.device, CommandPart::of(&envelope)));
        users.insert(waiting.user);
        if envelope.kind == Kind::Act {
            named.extend(Act::from_bytes(&envelope.body).ok().as_ref().and_then(store::named));
        }
    }
    let mut situation = Situation {
        tips: tips(t, device)?,
        taken: taken(t, &of_devices)?,
        shut_out: bearings.shut_out,
        held_by_device: bearings.held_by_device,
        refill_until_ms: bearings.refill_until_ms,
        held,
        ..Situation::default()
    };
    for id in named {
        if case(t, &id)?.is_some_and(|record| record.state.progress.into.is_none()) {
            situation.named.insert(id);
        }
    }
    for user in &users {
        let user = *user;
        situation.people.insert(user, rights::of(t, &user, now_ms)?);
    }
    for id in commits {
        if let Some(receipt) = answered(t, id, &situation)? {
            situation.receipts.insert(*id, receipt);
        }
    }
    for id in cases {
        if let Some(record) = case(t, &id)? {
            situation.cases.insert(id, record);
        }
        for (user, photos) in evidence(t, &id)? {
            situation.photos.insert((id, user), photos);
        }
    }
    let acts: BTreeSet<CaseId> =
        parts.iter().filter(|part| part.kind == Kind::Act).map(|part| part.document).collect();
    let asks = |id: &CaseId| situation.cases.get(id).is_none_or(|record| record.state.service.is_help());
    if acts.iter().any(asks) || !situation.held.is_empty() {
        users.extend(situation.cases.values().flat_map(|record| record.state.waiting.iter().copied()));
        situation.doings = doings::of(t, &users, now_ms)?;
    }
    Ok(situation)
}

pub const BEARINGS: &str = "SELECT
     EXISTS (SELECT 1 FROM device d JOIN person p USING (user) WHERE d.device = ?1 AND (d.shut_ms IS NOT NULL OR p.shut_ms IS NOT NULL)),
     (SELECT count(*) FROM held WHERE device = ?1), (SELECT until_ms FROM refill WHERE id = 1),
     EXISTS (SELECT 1 FROM held WHERE ordinal > 0)";

/// What is to be known of a device and of the whole store whatever a batch brings.
struct Bearings {
    shut_out: bool,
    held_by_device: u64,
    refill_until_ms: i64,
    any_held: bool,
}

fn bearings(t: &Transaction<'_>, device: &DeviceId) -> Result<Bearings, StoreError> {
    t.prepare_cached(BEARINGS)
        .and_then(|mut s| {
            s.query_row([device.0], |row| {
                Ok(Bearings {
                    shut_out: row.get(0)?,
                    held_by_device: count(row, 1)?,
                    refill_until_ms: row.get::<_, Option<i64>>(2)?.unwrap_or_default(),
                    any_held: row.get(3)?,
                })
            })
        })
        .map_err(error)
}

pub const EVIDENCE: &str = "SELECT user, photos FROM evidence WHERE document = ?1";

/// Photos that each person has put into a case.
fn evidence(t: &Transaction<'_>, case: &CaseId) -> Result<Vec<(UserId, u32)>, StoreError> {
    t.prepare_cached(EVIDENCE)
        .and_then(|mut s| s.query_map([case.0], |row| Ok((UserId(row.get(0)?), row.get(1)?)))?.collect())
        .map_err(error)
}

pub const TAKEN: &str = "SELECT 1 FROM commit_log WHERE device = ?1 AND document = ?2 AND grp = ?3 AND kind = ?4 AND seq IS NOT NULL";

/// Which of these parts were taken, under any incarnation.
fn taken(
    t: &Transaction<'_>,
    parts: &BTreeSet<(DeviceId, CommandPart)>,
) -> Result<BTreeSet<(DeviceId, CommandPart)>, StoreError> {
    let mut taken = BTreeSet::new();
    for (device, part) in parts {
        let found = t
            .prepare_cached(TAKEN)
            .and_then(|mut s| s.exists((device.0, part.document.0, part.group.0, part.kind as i64)))
            .map_err(error)?;
        if found {
            taken.insert((*device, *part));
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

/// The answer that was given to a commit of one of the situation's cases, final or not.
fn answered(
    t: &Transaction<'_>,
    id: &CommitId,
    situation: &Situation,
) -> Result<Option<Vec<u8>>, StoreError> {
    match receipt(t, id)? {
        None if situation.held.values().flatten().any(|held| held.id == *id) => held::receipt(t, id),
        known => Ok(known),
    }
}

/// What is to be answered for one item.
enum Outcome {
    /// As before.
    Replayed(Vec<u8>),
    /// Judged now.
    Judged(Verdict),
}

impl Outcome {
    fn is_numbered(&self) -> bool {
        matches!(self, Outcome::Judged(verdict) if verdict.numbered)
    }
}

/// Orders, judges and writes a batch. On [`Committed::Moved`] nothing was written.
pub fn commit(
    t: &Transaction<'_>,
    batch: &Batch,
    judge: &dyn Judge,
    ready: &Ready,
) -> Result<Committed, StoreError> {
    let asked = Asked::of(&batch.items);
    let situation = situation(t, (&batch.device, &batch.user), &asked, batch.now_ms)?;
    if situation.held_ids() != batch.held {
        return Ok(Committed::Moved);
    }
    let mut ledger = Ledger::new(judge, &situation, batch.now_ms);

    let mut seen: BTreeMap<CommitId, usize> = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(batch.items.len());
    for (index, item) in batch.items.iter().enumerate() {
        let pushed = item.origin == Origin::Pushed;
        let before = if pushed { answered(t, &item.id, &situation)? } else { None };
        let outcome = match before {
            Some(receipt) => Outcome::Replayed(receipt),
            None if pushed && seen.contains_key(&item.id) => {
                Outcome::Judged(Verdict::still(Code::RetryLater))
            }
            None => match decide(&mut ledger, item) {
                // What comes to wait may be released by what follows it: that is for preparing to find out.
                Some(verdict) if batch.unseen && verdict.hold_until_ms.is_some() => {
                    return Ok(Committed::Moved);
                }
                Some(verdict) => {
                    let case = ledger.cases.get(&item.envelope.document).map(|case| &case.state);
                    let rules = Some(judge.rules_version(case, item.envelope.schema));
                    Outcome::Judged(Verdict { rules, ..verdict })
                }
                None => return Ok(Committed::Moved),
            },
        };
        seen.entry(item.id).or_insert(index);
        outcomes.push(outcome);
    }

    // From here on nothing is decided any more: numbers are taken, then only rows that carry them are written.
    let Ledger { tips, cases, dropped, passed, no_shows, .. } = ledger;
    let partition = |(item, outcome): (&Prepared, &Outcome)| {
        cases.get(&item.envelope.document).filter(|_| outcome.is_numbered()).map(|case| case.partition)
    };
    let wanted: Vec<Option<PartitionId>> = batch.items.iter().zip(&outcomes).map(partition).collect();
    let (numbers, given) = Numbers::take(t, &wanted)?;
    let heads = numbers.heads();
    let documents = batch.items.iter().map(|item| item.envelope.document);
    let last = documents.zip(&given).filter_map(|(document, seq)| Some((document, (*seq)?))).collect();
    let writer = Writer { t, batch, sealer: ready.sealer(t)?, numbers, last };
    writer.cases(&situation.cases, &cases, judge)?;
    let mut receipts: Vec<Vec<u8>> = Vec::with_capacity(batch.items.len());
    for ((item, outcome), seq) in batch.items.iter().zip(outcomes).zip(given) {
        receipts.push(match outcome {
            Outcome::Replayed(receipt) => receipt,
            // The same commit twice in one PUSH: one row, one receipt.
            Outcome::Judged(v) if v.code == Code::RetryLater => {
                seen.get(&item.id).and_then(|first| receipts.get(*first)).cloned().unwrap_or_default()
            }
            Outcome::Judged(verdict) => {
                writer.item(item, verdict, (cases.get(&item.envelope.document), seq))?
            }
        });
    }
    for id in &dropped {
        held::drop_replaced(t, id, batch.now_ms)?;
    }
    doings::not_come(t, &no_shows)?;
    writer.chains(&situation.tips, &tips)?;
    writer.moved((&situation.cases, &cases), &passed, judge)?;
    let documents = writer.documents(&situation.cases, &cases)?;
    Ok(Committed::Done { receipts, heads, documents })
}

/// The verdict on one item, or `None` where it was prepared against facts that have moved.
fn decide(ledger: &mut Ledger<'_>, item: &Prepared) -> Option<Verdict> {
    let verdict = match (ledger.before(item), &item.work) {
        (Step::Verdict(_), Work::Content(work)) if work.allowed.is_some() => return None,
        (Step::Verdict(verdict), _) => verdict,
        (Step::Gate { writing, late }, Work::Content(work)) => {
            let version = ledger.version(&item.envelope.document);
            if work.allowed != Some(writing) || work.base != version {
                return None;
            }
            ledger.after(item, late)?
        }
        (Step::Gate { .. }, _) => return None,
    };
    // What is released was seen to need no waiting.
    let waits_again = verdict.hold_until_ms.is_some() && item.origin != Origin::Pushed;
    (!waits_again).then_some(verdict)
}

struct Writer<'a> {
    t: &'a Transaction<'a>,
    batch: &'a Batch,
    sealer: Sealer,
    numbers: Numbers,
    /// The last number that each case gets.
    last: BTreeMap<CaseId, u64>,
}

impl Writer<'_> {
    fn item(
        &self,
        item: &Prepared,
        mut verdict: Verdict,
        (case, seq): (Option<&CaseRecord>, Option<u64>),
    ) -> Result<Vec<u8>, StoreError> {
        let partition = case.map_or(PartitionId::ONLY, |case| case.partition);
        if let Some(first) = verdict.first {
            verdict.facts.insert("first".into(), people::name(self.t, &first)?);
        }
        let number = (seq, self.numbers.epoch(partition));
        let receipt = self.sealer.receipt(item.id, &verdict, number, item.received_ms);
        if let Some(until_ms) = verdict.hold_until_ms {
            held::keep(self.t, item, until_ms, &receipt)?;
            return Ok(receipt);
        }
        let taken = seq.is_some();
        match item.origin {
            Origin::Pushed => {}
            Origin::Released { .. } => held::forget(self.t, &item.id)?,
            // What an operator wanted and the gate did not stays as it was answered.
            Origin::Granted { .. } if !taken => return Ok(receipt),
            Origin::Granted { .. } => {}
        }
        self.log(item, &verdict, (partition, seq), &receipt)?;
        if taken {
            self.beside(item)?;
        }
        for (concern, detail) in &verdict.concerns {
            let micros = || held::micros_blob(item.micros.iter().map(|(_, bytes)| bytes.as_slice()));
            let subject = quarantine::Subject {
                commit: item.id,
                envelope: &item.envelope,
                user: item.user,
                code: verdict.code,
                kept: (!taken).then(|| (&item.commit, micros())),
            };
            quarantine::put(self.t, &subject, *concern, detail, self.batch.now_ms)?;
        }
        Ok(receipt)
    }

    /// The row of a commit. What got no number is nobody's to read: its answer is kept, its bytes are not, or refusals would fill the disk.
    /// One that an operator takes in keeps the answer it had.
    fn log(
        &self,
        item: &Prepared,
        verdict: &Verdict,
        (partition, seq): (PartitionId, Option<u64>),
        receipt: &[u8],
    ) -> Result<(), StoreError> {
        let envelope: &[u8] = if seq.is_some() { &item.commit.envelope } else { &[] };
        let change = match &item.work {
            Work::Content(ContentWork { gate: GateOutcome::Admitted { change, .. }, .. })
                if seq.is_some() =>
            {
                Some(change.0)
            }
            _ => None,
        };
        self.t
            .prepare_cached(
                "INSERT INTO commit_log
                 (id, seq, document, kind, grp, device, user, received_ms, code, receipt, envelope, signature, partition, change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (id) DO UPDATE SET seq = ?2, code = ?9, granted = ?10, envelope = ?11, signature = ?12, partition = ?13,
                 change = ?14 WHERE seq IS NULL",
            )
            .and_then(|mut statement| {
                statement.execute(rusqlite::params![
                    item.id.0,
                    seq.map(signed),
                    item.envelope.document.0,
                    item.envelope.kind as i64,
                    item.envelope.group.0,
                    item.envelope.device.0,
                    item.user.0,
                    item.received_ms,
                    verdict.code.id(),
                    receipt,
                    envelope,
                    item.commit.signature.0,
                    partition.0,
                    change,
                ])
            })
            .map(|_| ())
            .map_err(error)
    }

    /// What a taken commit brings beside its row: micro pictures, the files it names, evidence.
    fn beside(&self, item: &Prepared) -> Result<(), StoreError> {
        for (position, (hash, bytes)) in item.micros.iter().enumerate() {
            self.t
                .prepare_cached(
                    "INSERT INTO micro (commit_id, position, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
                )
                .and_then(|mut s| s.execute((item.id.0, signed(position as u64), hash.0, bytes)))
                .map_err(error)?;
        }
        let Work::Content(work) = &item.work else {
            return Ok(());
        };
        let GateOutcome::Admitted { blobs, photos_added, .. } = &work.gate else {
            return Ok(());
        };
        for blob in blobs {
            self.t
                .prepare_cached(
                    // Bytes that the device sent for another case are proven here too; and what was once an original stays the sender's.
                    "INSERT INTO blob_ref (hash, document, device, size, mime, shared, rendition, original, proven)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                      EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = ?1 AND r.device = ?3 AND r.proven = 1))
                     ON CONFLICT (hash, document, device) DO UPDATE SET shared = min(shared, excluded.shared),
                      rendition = max(rendition, excluded.rendition)",
                )
                .and_then(|mut s| {
                    s.execute((
                        blob.hash.0,
                        item.envelope.document.0,
                        item.envelope.device.0,
                        signed(blob.size),
                        &blob.mime,
                        blob.shared,
                        blob.rendition as i64,
                        blob.original.0,
                    ))
                })
                .map_err(error)?;
        }
        if *photos_added == 0 {
            return Ok(());
        }
        self.t
            .prepare_cached(
                "INSERT INTO evidence (document, user, photos) VALUES (?1, ?2, ?3)
                 ON CONFLICT (document, user) DO UPDATE SET photos = photos + ?3",
            )
            .and_then(|mut s| s.execute((item.envelope.document.0, item.user.0, photos_added)))
            .map(|_| ())
            .map_err(error)
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

    /// Cases whose facts changed or that get a number: new ones are inserted, others only where nobody decided in between.
    fn cases(
        &self,
        before: &BTreeMap<CaseId, CaseRecord>,
        after: &BTreeMap<CaseId, CaseRecord>,
        judge: &dyn Judge,
    ) -> Result<(), StoreError> {
        let changed = |id: &CaseId, record| self.last.contains_key(id) || before.get(id) != Some(record);
        for (id, record) in after.iter().filter(|(id, record)| changed(id, record)) {
            let state = &record.state;
            let ended = judge.has_ended(state);
            let last = self.last.get(id).copied().map(signed);
            match before.get(id) {
                None => self
                    .t
                    .prepare_cached(
                        "INSERT INTO case_row (id, service, catalogue, grid, author, stage, act_seq, holders, waiting, followers, place,
                         opened_ms, touched_ms, touched_seq, version, log_bytes, title, photos, partition, aged, ended, conflict, progress)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?20, coalesce(?21, 0), ?13, ?14, ?15, ?16, ?17, 0, ?18, ?19, ?22)",
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
                            ended,
                            record.conflict,
                            self.batch.now_ms,
                            last,
                            cbor::encode(&state.progress),
                        ])
                    })
                    .map_err(error)?,
                Some(old) => self
                    .t
                    .prepare_cached(
                        "UPDATE case_row SET stage = ?3, act_seq = ?4, holders = ?5, waiting = ?6, followers = ?7, version = ?8,
                         log_bytes = ?9, title = ?10, photos = ?11, ended = ?12, conflict = ?13, touched_seq = coalesce(?14, touched_seq),
                         touched_ms = CASE WHEN ?14 IS NULL THEN touched_ms ELSE ?15 END, aged = CASE WHEN ?14 IS NULL THEN aged ELSE ?16 END,
                         progress = ?17
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
                            ended,
                            record.conflict,
                            last,
                            self.batch.now_ms,
                            record.aged && ended,
                            cbor::encode(&state.progress),
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
        (before, cases): (&BTreeMap<CaseId, CaseRecord>, &BTreeMap<CaseId, CaseRecord>),
        passed: &BTreeMap<CaseId, BTreeSet<StreamId>>,
        judge: &dyn Judge,
    ) -> Result<(), StoreError> {
        for (id, seq) in &self.last {
            let Some(record) = cases.get(id) else {
                continue;
            };
            let step = membership::Step {
                partition: record.partition,
                document: *id,
                seq: *seq,
                now_ms: self.batch.now_ms,
            };
            let mut belongs = judge.streams(&record.state);
            belongs.extend(passed.get(id).into_iter().flatten().cloned());
            ages::touch(self.t, &step, (before.get(id), record), belongs, judge)?;
        }
        Ok(())
    }

    fn documents(
        &self,
        before: &BTreeMap<CaseId, CaseRecord>,
        after: &BTreeMap<CaseId, CaseRecord>,
    ) -> Result<Vec<CaseId>, StoreError> {
        let mut kept = Vec::new();
        for (id, document) in &self.batch.documents {
            let version = after.get(id).map_or(0, |r| r.version);
            if version == before.get(id).map_or(0, |r| r.version) || version != document.version {
                continue;
            }
            documents::keep(self.t, id, document, &heads_blob(&document.heads))?;
            kept.push(*id);
        }
        Ok(kept)
    }
}
