//! What the operator does to a case, and what the server does when its time has come: acts of the server itself, in the case's history under
//! the platform's name.
//!
//! Such an act is an ordinary commit whose author, device and signer are all zeros: the server vouches for everything it sends, and nobody
//! else can push under that device. It is not given out by FETCH, because there is no certificate to check it with.

use std::collections::BTreeSet;

use super::writing::Transaction;
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::keys::{KeyId, Signature};
use yuandian_document::{Act, Captured, Envelope, Kind, SignedCommit, cbor};
use yuandian_model::limits::{FOLLOWERS_MAX, STEPS_MAX};
use yuandian_model::planted::{self, Bug};
use yuandian_model::progress::Step as ProgressStep;
use yuandian_model::refusal::Facts;
use yuandian_model::{
    Actor, CaseId, Code, CommitId, Conduct, DeviceId, DivisionCode, GroupId, Incarnation, Outcome,
    PartitionId, Standing, UserId,
};
use yuandian_sync::message::{PartitionHead, Receipt};

use super::membership::{Step, leave, of_people, touch};
use super::row::{case, people_blob, signed};
use super::{ages, error, held, keys, notifications, partitions, settings, timers};
use crate::limits::{HELD_MS, JOIN_AGAIN_MS, MERGES_MAX, TIMERS_PER_TICK_MAX};
use crate::store::{Beside, CaseRecord, Judge, ServerAct, StoreError};

/// Author of what the server does itself.
pub const PLATFORM: UserId = UserId([0; 16]);
/// Its name in histories.
pub const PLATFORM_NAME: &str = "平台";
/// Its device.
pub const PLATFORM_DEVICE: DeviceId = DeviceId([0; 16]);

/// What stands in the history of a case that another was merged into.
const JOINED: &str = "joined";

/// Why a case went from the streams of the grid it was moved out of.
const MOVED: &str = "moved";

/// Moves a case to another grid: gone and present in one transaction, and in one number where the partition stays the same.
pub fn move_case(
    t: &Transaction<'_>,
    document: CaseId,
    to: &DivisionCode,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<ServerAct, StoreError> {
    let Some(before) = case(t, &document)? else {
        return Ok(ServerAct::Unknown);
    };
    if before.state.grid == *to {
        return Ok(ServerAct::Unchanged);
    }
    let mut after = before.clone();
    after.state.grid = to.clone();
    after.state.act_seq += 1;
    after.partition = judge.partition(to);
    let args = [("from", before.state.grid.to_string()), ("to", to.to_string())];
    let seq = if after.partition == before.partition {
        let head = partitions::advance(t, after.partition, 1)?;
        let step = Step { partition: after.partition, document, seq: head.head, now_ms };
        let belongs = judge.streams(&after.state);
        leave(t, &step, MOVED, |stream| !of_people(stream) && !belongs.contains(stream))?;
        log(t, &after, &head, ("move", &args), now_ms)?;
        head.head
    } else {
        cross(t, &before, &after, ("move", &args), now_ms)?
    };
    decided(t, &after)?;
    let step = Step { partition: after.partition, document, seq, now_ms };
    ages::touch_row(t, &step, (Some(&before), &after), judge.streams(&after.state), judge)?;
    Ok(ServerAct::Done { seq })
}

/// Takes a case out of one partition and into another: its commits get numbers of the new one, because a number counts in one log alone. Both
/// counters are taken in order of the partitions. Who holds it by name keeps it, in the new partition's stream of the same name.
fn cross(
    t: &Transaction<'_>,
    before: &CaseRecord,
    after: &CaseRecord,
    act: (&str, &[(&str, String)]),
    now_ms: i64,
) -> Result<u64, StoreError> {
    let document = after.id;
    let commits: Vec<CommitId> = t
        .prepare_cached("SELECT id FROM commit_log WHERE document = ?1 AND seq > 0 ORDER BY seq")
        .and_then(|mut s| s.query_map([document.0], |row| Ok(CommitId(row.get(0)?)))?.collect())
        .map_err(error)?;
    let mut wanted = [(before.partition, 1), (after.partition, commits.len() as u64 + 1)];
    wanted.sort_unstable();
    let mut heads = Vec::new();
    for (partition, n) in wanted {
        partitions::ensure(t, partition)?;
        heads.push(partitions::advance(t, partition, n)?);
    }
    let find = |partition: PartitionId| {
        heads
            .iter()
            .find(|head| head.partition == partition)
            .ok_or_else(|| StoreError::Damaged("a partition just written is not there".into()))
    };
    let (old, new) = (find(before.partition)?, find(after.partition)?);
    for (id, seq) in commits.iter().zip(new.head - commits.len() as u64..) {
        t.prepare_cached("UPDATE commit_log SET partition = ?2, seq = ?3 WHERE id = ?1")
            .and_then(|mut s| s.execute((id.0, new.partition.0, signed(seq))))
            .map_err(error)?;
    }
    let step = Step { partition: old.partition, document, seq: old.head, now_ms };
    let mut carried = super::membership::streams_of(t, &document, old.partition)?;
    carried.retain(of_people);
    leave(t, &step, MOVED, |_| true)?;
    log(t, after, new, act, now_ms)?;
    touch(t, &Step { partition: new.partition, seq: new.head, ..step }, Some(&carried))?;
    Ok(new.head)
}

/// Opens a case that ended again, and brings it back whole to those who work there.
pub fn reopen(
    t: &Transaction<'_>,
    document: CaseId,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<ServerAct, StoreError> {
    let Some(before) = case(t, &document)? else {
        return Ok(ServerAct::Unknown);
    };
    let Some(stage) = judge.reopens_to(&before.state) else {
        return Ok(ServerAct::Unchanged);
    };
    let mut after = before.clone();
    after.state.stage = stage;
    after.state.act_seq += 1;
    if after.state.progress.steps.len() < STEPS_MAX {
        let step = ProgressStep { stage: after.state.stage.clone(), at_ms: now_ms, by: PLATFORM };
        after.state.progress.steps.push(step);
    }
    let args = [("from", before.state.stage.clone())];
    let seq = done(t, (&before, &after), ("reopen", &args), judge, now_ms)?;
    Ok(ServerAct::Done { seq })
}

/// By the index of times: of the kinds' own order there is no use here.
pub const OWN_DUE: &str =
    "SELECT subject FROM timer WHERE due_ms <= ?1 AND +kind IN ('own', 'join') ORDER BY due_ms LIMIT ?2";

/// Cases in which the server's own act is due, or something follows from their merge, the one that waits longest first. None while phones of a
/// restored server bring back what it has lost: it may know less of a case than they do.
pub fn own_due(t: &Transaction<'_>, now_ms: i64) -> Result<Vec<CaseId>, StoreError> {
    if held::refill_until(t)? > now_ms {
        return Ok(Vec::new());
    }
    let mut due: Vec<CaseId> = t
        .prepare_cached(OWN_DUE)
        .and_then(|mut s| {
            s.query_map((come_by(now_ms), TIMERS_PER_TICK_MAX), |row| Ok(CaseId(row.get(0)?)))?.collect()
        })
        .map_err(error)?;
    let mut seen = BTreeSet::new();
    due.retain(|case| seen.insert(*case));
    Ok(due)
}

/// Until when the time of an act may have come, for it to be done now: now.
fn come_by(now_ms: i64) -> i64 {
    if planted::is(Bug::OwnActTooEarly) { now_ms + 3_600_000 } else { now_ms }
}

/// The holidays by which the server's own acts were timed.
const DAYS: &str = "days";

/// Whether the server's own acts are timed by these holidays already.
pub fn goes_by_days(t: &Transaction<'_>, days: &str) -> Result<bool, StoreError> {
    Ok(settings::get(t, DAYS)?.as_deref() == Some(days))
}

/// Other holidays are known: every case that has not aged is looked at when timers run next, and its own act timed anew.
pub fn days_known(t: &Transaction<'_>, days: &str, now_ms: i64) -> Result<(), StoreError> {
    settings::set(t, DAYS, days)?;
    t.prepare_cached(
        "INSERT INTO timer (kind, subject, due_ms) SELECT 'own', id, ?1 FROM case_row WHERE aged = 0
         ON CONFLICT (kind, subject) DO UPDATE SET due_ms = min(due_ms, ?1)",
    )
    .and_then(|mut s| s.execute([now_ms]))
    .map(|_| ())
    .map_err(error)
}

/// The people of a case that was merged into another follow that one from now on, where anybody may: who had reported the same is told how it
/// goes on. The other case, the last of a row of merges; none where nothing is to be done.
fn join(
    t: &Transaction<'_>,
    document: CaseId,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Option<CaseId>, StoreError> {
    if !timers::is_due(t, timers::JOIN, &document.0, now_ms)? {
        return Ok(None);
    }
    timers::clear(t, timers::JOIN, &document.0)?;
    let Some(merged) = case(t, &document)? else {
        return Ok(None);
    };
    let Some(before) = goes_on_in(t, &merged)? else {
        // A phone may bring it back to a restored server later.
        if now_ms < merged.touched_ms + HELD_MS {
            timers::set(t, timers::JOIN, &document.0, now_ms + JOIN_AGAIN_MS)?;
        }
        return Ok(None);
    };
    if !judge.may_be_followed(&before.state) {
        return Ok(None);
    }
    let mut after = before.clone();
    let followers = &mut after.state.followers;
    for user in [merged.state.author].iter().chain(&merged.state.followers) {
        if followers.len() < FOLLOWERS_MAX && *user != before.state.author && !followers.contains(user) {
            followers.push(*user);
        }
    }
    if after.state.followers == before.state.followers {
        return Ok(None);
    }
    after.state.act_seq += 1;
    // Who may not see the case that was merged is not told its name.
    let from = judge.is_public(&merged.state).then(|| ("from", document.to_string()));
    done(t, (&before, &after), (JOINED, from.as_slice()), judge, now_ms)?;
    Ok(Some(after.id))
}

/// The case that a merged one goes on in, through merges that came later; none where it is not here.
fn goes_on_in(t: &Transaction<'_>, merged: &CaseRecord) -> Result<Option<CaseRecord>, StoreError> {
    let mut into = merged.state.progress.into;
    for _ in 0..MERGES_MAX {
        let Some(record) = into.map(|id| case(t, &id)).transpose()?.flatten() else {
            return Ok(None);
        };
        into = record.state.progress.into;
        if into.is_none() {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// Does the server's own act in a case, if its time has come: judged by the rule like everybody's; or what follows from its merge in another.
/// The case in which it did something, and what; none where nothing was due.
pub fn act_own(
    t: &Transaction<'_>,
    document: CaseId,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Option<(CaseId, String)>, StoreError> {
    if let Some(into) = join(t, document, judge, now_ms)? {
        return Ok(Some((into, JOINED.to_owned())));
    }
    let known = case(t, &document)?;
    let due = known.as_ref().and_then(|known| judge.own_act(&known.state));
    let (before, name) = match (known, due) {
        (Some(before), Some((name, at_ms))) if at_ms <= come_by(now_ms) => (before, name),
        (_, Some((_, at_ms))) => return timers::set(t, timers::OWN, &document.0, at_ms).map(|()| None),
        (_, None) => return timers::clear(t, timers::OWN, &document.0).map(|()| None),
    };
    let act = Act::named(&name, None);
    let standing = Standing::present(Actor::system());
    let judged = judge.act(
        Some(&before.state),
        (&act, before.state.catalogue),
        &standing,
        Beside {
            case: document,
            photos: u32::MAX,
            conduct: Conduct::default(),
            captured_ms: now_ms,
            received_ms: now_ms,
        },
    );
    let next = match judged {
        Ok(Outcome::Done { ruling, .. }) if ruling.next != before.state => ruling.next,
        other => {
            tracing::error!(case = %document, act = name, ?other, "what was due was not possible");
            return timers::clear(t, timers::OWN, &document.0).map(|()| None);
        }
    };
    let after = CaseRecord { state: next, ..before.clone() };
    done(t, (&before, &after), (&name, &[]), judge, now_ms)?;
    notifications::passed_on(t, (&before, &after), judge, now_ms)?;
    Ok(Some((document, name)))
}

/// Writes what the server has done in a case that stays where it is: into its history, its row and its streams. Its number.
fn done(
    t: &Transaction<'_>,
    (before, after): (&CaseRecord, &CaseRecord),
    act: (&str, &[(&str, String)]),
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let head = partitions::advance(t, after.partition, 1)?;
    log(t, after, &head, act, now_ms)?;
    if planted::is(Bug::OwnActInTwoParts) {
        t.execute_batch("COMMIT; BEGIN IMMEDIATE").map_err(error)?;
    }
    decided(t, after)?;
    let step = Step { partition: after.partition, document: after.id, seq: head.head, now_ms };
    ages::touch_row(t, &step, (Some(before), after), judge.streams(&after.state), judge)?;
    Ok(head.head)
}

fn decided(t: &Transaction<'_>, after: &CaseRecord) -> Result<(), StoreError> {
    let state = &after.state;
    t.prepare_cached(
        "UPDATE case_row SET grid = ?2, partition = ?3, stage = ?4, act_seq = ?5, holders = ?6, waiting = ?7, followers = ?8,
         progress = ?9 WHERE id = ?1",
    )
        .and_then(|mut s| {
            s.execute(rusqlite::params![
                after.id.0,
                state.grid.as_str(),
                after.partition.0,
                state.stage,
                signed(state.act_seq),
                people_blob(&state.holders),
                people_blob(&state.waiting),
                people_blob(&state.followers),
                cbor::encode(&state.progress),
            ])
        })
        .map(|_| ())
        .map_err(error)
}

/// Whose numbers an act of the server counts in: with them its name is nobody else's, in any epoch of any partition.
fn life(head: &PartitionHead) -> Incarnation {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&head.epoch.0);
    bytes[8..12].copy_from_slice(&head.partition.0.to_be_bytes());
    Incarnation(bytes)
}

/// Writes the act into the history under the head's number.
fn log(
    t: &Transaction<'_>,
    case: &CaseRecord,
    head: &PartitionHead,
    (name, args): (&str, &[(&str, String)]),
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut act = Act::named(name, None);
    act.args = args.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let envelope = Envelope {
        version: ENVELOPE_VERSION,
        kind: Kind::Act,
        partition: head.partition,
        document: case.id,
        device: PLATFORM_DEVICE,
        incarnation: life(head),
        branch: 0,
        generation: 0,
        group: GroupId([0; 16]),
        n: head.head,
        prev: None,
        captured: Captured {
            wall_ms: now_ms,
            seen_ms: Some(now_ms),
            since_ms: Some(0),
            epoch: Some(head.epoch),
            seq: Some(head.head),
        },
        schema: case.state.catalogue,
        body: act.to_bytes(),
        micro: Vec::new(),
        supersedes: None,
        alg: Algorithm::Ed25519,
        signer: KeyId([0; 16]),
    };
    let commit = SignedCommit { envelope: cbor::encode(&envelope), signature: Signature([0; 64]) };
    let mut facts = Facts::from([("act_seq".to_owned(), case.state.act_seq.to_string())]);
    facts.extend(act.args);
    let receipt = Receipt {
        commit: commit.id(),
        code: Code::Ok,
        seq: Some(head.head),
        epoch: head.epoch,
        received_ms: now_ms,
        facts,
        signer: None,
        signature: None,
        rules: Some(case.state.catalogue),
    };
    let receipt = keys::sealed(t, receipt)?;
    t.prepare_cached(
        "INSERT INTO commit_log
         (id, partition, seq, document, kind, grp, device, user, received_ms, code, receipt, envelope, signature)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )
    .and_then(|mut s| {
        s.execute(rusqlite::params![
            commit.id().0,
            head.partition.0,
            signed(head.head),
            case.id.0,
            Kind::Act as i64,
            envelope.group.0,
            PLATFORM_DEVICE.0,
            PLATFORM.0,
            now_ms,
            Code::Ok.id(),
            receipt,
            commit.envelope,
            commit.signature.0,
        ])
    })
    .map(|_| ())
    .map_err(error)
}
