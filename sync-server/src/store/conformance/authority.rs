//! The second half of the seam: keys, rights, what waits, the operator's list, appeals.

use std::collections::BTreeMap;

use yuandian_model::{CaseId, Code, Grant, Role, Writing};

use super::{GRID, NOW, Writer, member, outcome};
use crate::limits::HELD_MS;
use crate::store::{
    AppealOutcome, Asked, Batch, Committed, Concern, ContentWork, GateOutcome, NewAppeal, Origin, Prepared,
    RightsChange, Store, Whom, Work,
};

/// Keys endorse each other and the first is made once.
pub(super) fn keys_endorse_each_other(store: &dyn Store) {
    let first = store.keys(&[1; 32], NOW).expect("a key is made");
    assert_eq!(store.keys(&[2; 32], NOW + 1), Ok(first.clone()), "once");
    let keys = store.rotate_key(&[3; 32], NOW + 2).expect("a key is added");
    assert_eq!((keys.len(), &keys[1..]), (2, first.as_slice()), "the newest first");
    assert!(keys[0].is_endorsed_by(&first), "with the word of the one before");
}

/// A right ends and does not vanish; whoever is shut out has none.
pub(super) fn rights_end_and_are_remembered(store: &dyn Store) {
    let account = member(store, 1, Role::Volunteer);
    let whom = Whom::Device(account.device);
    let grant = Grant::new(Role::GridWorker, GRID.parse().expect("a division code"));
    let done = |count| Ok(RightsChange::Done { user: account.user, count });
    assert_eq!(store.grant(&whom, &grant, NOW), done(1));
    assert_eq!(store.grant(&whom, &grant, NOW), done(0), "held already");
    assert_eq!(store.revoke(&whom, Some(&grant), NOW + 5), done(1));
    assert_eq!(store.revoke(&whom, Some(&grant), NOW + 6), done(0));
    let situation = store.situation(&account, &Asked::default(), NOW + 7).expect("facts can be read");
    let rights = &situation.people[&account.user];
    assert_eq!(rights.grants, account.grants);
    assert_eq!(rights.past.iter().map(|p| (&p.grant, p.ended_ms)).collect::<Vec<_>>(), [(&grant, NOW + 5)]);
    assert_eq!(store.shut_out(&Whom::User(account.user), NOW), done(1));
    let out = store.account(&account.device).expect("an account").expect("it is known");
    assert!(out.shut_out && out.grants.is_empty());
}

/// A right begins and ends when its time has come, once, and the timer knows the next time.
pub(super) fn rights_begin_and_end_of_themselves(store: &dyn Store) {
    let account = member(store, 1, Role::Volunteer);
    let whom = Whom::Device(account.device);
    let right = |until_ms| {
        let grant = Grant::new(Role::Handler, GRID.parse().expect("a division code"));
        grant.of("water.co".parse().expect("a unit")).during(Some(NOW + 5), Some(until_ms))
    };
    let done = |count| Ok(RightsChange::Done { user: account.user, count });
    assert_eq!(store.grant(&whom, &right(NOW + 20), NOW), done(1));
    assert_eq!(store.grant(&whom, &right(NOW + 10), NOW), done(1), "another time is another right");
    assert_eq!(store.grant(&whom, &right(NOW + 10), NOW), done(0));
    let due = |now_ms| store.sweep(now_ms).expect("swept").next_due_ms;
    assert_eq!(due(NOW), Some(NOW + 5));
    assert_eq!(due(NOW + 5), Some(NOW + 10));
    let known = || store.account(&account.device).expect("an account").expect("it is known").grants;
    let mut expected = [vec![right(NOW + 10), right(NOW + 20)], account.grants.clone()].concat();
    expected.sort();
    assert_eq!(known(), expected);
    assert_eq!(due(NOW + 10), Some(NOW + 20));
    assert_eq!(store.revoke(&whom, Some(&right(NOW + 20)), NOW + 15), done(1));
    assert_eq!(due(NOW + 15), None, "nothing is to come");
    assert_eq!(known(), account.grants);
    let situation = store.situation(&account, &Asked::default(), NOW + 30).expect("facts can be read");
    let past = &situation.people[&account.user].past;
    let mut ends: Vec<_> = past.iter().map(|past| (past.ended_ms, past.grant.clone())).collect();
    ends.sort();
    assert_eq!(ends, [(NOW + 10, right(NOW + 10)), (NOW + 15, right(NOW + 20))]);
}

fn waiting(writer: &mut Writer<'_>, case: CaseId) -> Prepared {
    let gate = GateOutcome::Held;
    let work = ContentWork { base: 0, allowed: Some(Writing::Everything), gate };
    writer.item(case, yuandian_document::Kind::Content, vec![9], Work::Content(work))
}

/// What waits is kept with its answer, seen by every batch of its case, and goes in one transaction.
pub(super) fn what_misses_something_waits(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let case = CaseId([1; 16]);
    let report = writer.report(case, "case.snap");
    writer.done(vec![report]);
    let held = waiting(&mut writer, case);
    let answer = writer.done(vec![held.clone()]);
    assert_eq!(outcome(&answer[0]), (Code::HeldMissing, None));
    let seen = |items: Vec<Prepared>| Batch {
        held: BTreeMap::from([(case, vec![held.id])]),
        ..writer.batch(items, BTreeMap::new())
    };
    let again = match writer.commit(&seen(vec![held.clone()])) {
        Committed::Done { receipts, .. } => receipts,
        Committed::Moved => panic!("nothing moved"),
    };
    assert_eq!(again, answer, "the same answer while it waits");
    let blind = Batch::unseen(&writer.account, vec![held.clone()], NOW);
    assert_eq!(writer.commit(&blind), Committed::Moved, "what waits in its case was not seen");
    assert_eq!(store.ripe(NOW + HELD_MS - 1).expect("read").len(), 0);
    assert_eq!(store.ripe(NOW + HELD_MS).expect("read").len(), 1, "until its time is over");
    // What it missed has come: the batch that brings it has seen it wait.
    let gate = GateOutcome::Admitted {
        blobs: vec![],
        photos_added: 0,
        change: yuandian_document::ChangeHash([9; 32]),
        title: String::new(),
        photos: 0,
        conflict: false,
    };
    let work = Work::Content(ContentWork { base: 0, allowed: Some(Writing::Everything), gate });
    let released = Prepared { origin: Origin::Released { last: false }, work, ..held.clone() };
    let blind = writer.batch(vec![released.clone()], BTreeMap::new());
    assert_eq!(writer.commit(&blind), Committed::Moved, "who has not seen it wait prepares again");
    let Committed::Done { receipts, .. } = writer.commit(&seen(vec![released])) else {
        panic!("nothing moved");
    };
    assert_eq!(outcome(&receipts[0]), (Code::Ok, Some(2)));
    assert_eq!(writer.done(vec![held]), receipts, "from now on that is the answer");
    assert_eq!(store.ripe(i64::MAX).expect("read").len(), 0, "and its clock is gone");
}

/// What waits of a device that is shut out goes to the list; appeals are kept once.
pub(super) fn operators_see_what_matters(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let case = CaseId([1; 16]);
    let report = writer.report(case, "case.snap");
    writer.done(vec![report]);
    let held = waiting(&mut writer, case);
    writer.done(vec![held.clone()]);
    let appeal = NewAppeal {
        id: held.id,
        document: case,
        commit: held.commit.clone(),
        micros: vec![],
        reason: "why".into(),
    };
    let kept = store.appeal(&writer.account, &appeal, NOW);
    assert_eq!(kept, Ok(AppealOutcome::Kept(1)));
    assert_eq!(store.appeal(&writer.account, &appeal, NOW + 1), kept, "once");
    assert_eq!(store.answer(1, false, "no", NOW + 2), Ok(true));
    assert_eq!(store.answer(1, true, "yes", NOW + 3), Ok(false), "one answer");
    assert_eq!(store.answers(&writer.account.device, NOW + 2).expect("read").len(), 1);
    assert_eq!(store.answers(&writer.account.device, NOW + 3).expect("read").len(), 0);
    store.shut_out(&Whom::Device(writer.account.device), NOW).expect("shut out");
    let lines = store.quarantine().expect("a list");
    assert_eq!(
        lines.iter().map(|l| (l.concern, l.code)).collect::<Vec<_>>(),
        [(Concern::Revoked, Code::RRevoked)]
    );
    assert_eq!(store.settle(lines[0].id), Ok(true));
    assert_eq!(store.settle(lines[0].id), Ok(false));
}
