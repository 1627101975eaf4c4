//! Rights and their ends: signed answers, late work, who is shut out.

use yuandian_document::{Captured, Edit, Kind, NoteEntry, Purpose, cbor};
use yuandian_model::{CaseId, Code, EntryId, Grant, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::LATE_GRACE_MS;
use yuandian_server::problem::Problem;
use yuandian_server::store::{Authority, Concern, RightsChange, Store, Whom};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn right(role: Role, at: &str) -> Grant {
    Grant::new(role, at.parse().unwrap())
}

pub fn concerns(world: &World) -> Vec<Concern> {
    world.store.quarantine().unwrap().into_iter().map(|line| line.concern).collect()
}

/// A note that its phone says it wrote at a time.
fn note_at(phone: &mut Phone, case: CaseId, at_ms: i64) -> PushItem {
    let entry = NoteEntry::of("seen", at_ms);
    phone.captured = Some(at_ms);
    let item = phone.write(case, &[Edit::Note(EntryId::v7(at_ms, [phone.number; 10]), entry)], &[]);
    phone.captured = None;
    item
}

fn named_at(phone: &mut Phone, case: CaseId, name: &str, at_ms: i64) -> PushItem {
    phone.captured = Some(at_ms);
    let item = phone.named(case, name);
    phone.captured = None;
    item
}

#[test]
fn every_stored_answer_is_signed_by_a_key_that_hello_gives() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let keys = world.hello(&mut author).keys;
    assert_eq!(keys.len(), 1);
    let case = author.new_case();
    let items = vec![
        author.report(case, "case.snap"),
        author.describe(case, "a"),
        author.named(case, "dance"),
        author.named(case, "self_handle"),
    ];
    let receipts = world.push(&author, items);
    for receipt in &receipts {
        assert!(receipt.is_signed_by(&keys), "{}", receipt.code);
        let forged = Receipt { received_ms: receipt.received_ms + 1, ..receipt.clone() };
        assert!(!forged.is_signed_by(&keys));
    }
    let numbers: Vec<_> = receipts.iter().map(|r| r.facts.get("act_seq").map(String::as_str)).collect();
    assert_eq!(numbers, [Some("1"), None, Some("1"), Some("2")], "an act's answer counts the acts after it");
}

#[test]
fn a_new_key_is_endorsed_by_the_one_before_and_old_answers_still_hold() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let first = world.hello(&mut author).keys;
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    let old = world.push_raw(&author, vec![report.clone()]);
    world.store.rotate_key(&[42; 32], world.now()).unwrap();
    let keys = world.hello(&mut author).keys;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[1], first[0], "the newest first");
    assert!(keys[0].is_endorsed_by(&first));
    assert_eq!(world.push_raw(&author, vec![report]), old, "stored answers stay as they are");
    assert!(receipt(&old[0]).is_signed_by(&keys));
    let done = author.named(case, "self_handle");
    let fresh = &world.push(&author, vec![done])[0];
    assert!(fresh.is_signed_by(&keys[..1]) && !fresh.is_signed_by(&first));
}

#[test]
fn late_work_is_kept_and_flagged_and_late_decisions_are_not() {
    let world = World::new();
    let mut resident = world.phone(1, Role::Resident);
    let mut worker = world.phone(2, Role::GridWorker);
    let case = resident.new_case();
    let report = resident.report(case, "case.city.E06010");
    assert_eq!(world.codes(&resident, vec![report]), [Code::Ok]);
    world.pull(&mut worker);
    let before = world.now() - 1;
    let user = worker.user.unwrap();
    let ended = world.store.revoke(&Whom::User(user), None, world.now()).unwrap();
    assert_eq!(ended, RightsChange::Done { user, count: 1 });
    world.pass(1_000);
    let items = vec![
        note_at(&mut worker, case, before),
        named_at(&mut worker, case, "self_handle", before),
        note_at(&mut worker, case, world.now()),
        named_at(&mut worker, case, "self_handle", world.now()),
    ];
    let receipts = world.push(&worker, items);
    let outcomes: Vec<_> = receipts.iter().map(|r| (r.code, r.seq.is_some())).collect();
    let (late, no) = ((Code::OkLate, true), (Code::RRole, false));
    assert_eq!(outcomes, [late, late, no, no]);
    assert_eq!(receipts[1].facts["kept"], "note");
    assert_eq!(concerns(&world), [Concern::Late, Concern::Late]);
    let pulled = world.pull(&mut resident);
    assert_eq!(pulled[0].facts.as_ref().unwrap().stage, "reported", "a note has no effect");
    let codes: Vec<Code> = pulled[0].commits.iter().map(|c| c.code).collect();
    assert_eq!(codes, [Code::Ok, Code::OkLate, Code::OkLate], "and stands in the history");
}

#[test]
fn late_work_that_comes_after_the_grace_is_refused() {
    let world = World::new();
    let mut worker = world.phone(2, Role::GridWorker);
    let case = world.opened_by(&mut worker);
    let before = world.now() - 1;
    let other = right(Role::Resident, GRID);
    let whom = Whom::Device(worker.device());
    world.store.grant(&whom, &other, world.now()).unwrap();
    world.store.revoke(&whom, Some(&right(Role::GridWorker, GRID)), world.now()).unwrap();
    world.pass(LATE_GRACE_MS);
    world.hello(&mut worker);
    let last = named_at(&mut worker, case, "self_handle", before);
    assert_eq!(world.codes(&worker, vec![last]), [Code::OkLate]);
    world.pass(1);
    let late = named_at(&mut worker, case, "self_handle", before);
    assert_eq!(world.codes(&worker, vec![late]), [Code::RRole]);
}

#[test]
fn a_change_of_rights_asks_every_token_to_greet_and_the_streams_follow() {
    let world = World::new();
    let mut worker = world.phone(2, Role::GridWorker);
    assert!(!world.page(&worker).greet);
    let whom = Whom::Device(worker.device());
    world.store.grant(&whom, &right(Role::GridWorker, "410103"), world.now()).unwrap();
    assert!(world.page(&worker).greet);
    let reply = world.hello(&mut worker);
    assert!(reply.streams.iter().any(|offer| offer.stream.0 == "grid:410103"));
    assert!(!world.page(&worker).greet, "said once");
    world.store.grant(&whom, &right(Role::GridWorker, "410103"), world.now()).unwrap();
    assert!(!world.page(&worker).greet, "nothing changed");
    world.store.revoke(&whom, Some(&right(Role::GridWorker, "410103")), world.now()).unwrap();
    assert!(world.page(&worker).greet);
    let reply = world.hello(&mut worker);
    assert_eq!(reply.removed[0].reason, "no_right");
    let again = world.store.grant(&whom, &right(Role::GridWorker, "410103"), world.now() + 1).unwrap();
    assert!(matches!(again, RightsChange::Done { count: 1, .. }), "a right that ended can be given again");
    assert_eq!(world.store.account(&worker.device()).unwrap().unwrap().grants.len(), 2);
}

#[test]
fn nobody_unknown_is_given_a_right_and_nobody_too_many() {
    let world = World::new();
    let worker = world.phone(2, Role::GridWorker);
    let stranger = Whom::Device(Phone::new(9).device());
    let grant = |whom: &Whom, n: usize| {
        let at = format!("41010{}", 1_000_000 + n);
        world.store.grant(whom, &right(Role::GridWorker, &at[..12]), world.now()).unwrap()
    };
    assert_eq!(grant(&stranger, 0), RightsChange::Unknown);
    let whom = Whom::User(worker.user.unwrap());
    let last = yuandian_server::limits::GRANTS_PER_USER_MAX - 1;
    for n in 0..last {
        assert!(matches!(grant(&whom, n), RightsChange::Done { count: 1, .. }), "{n}");
    }
    assert_eq!(grant(&whom, last), RightsChange::TooMany);
}

#[test]
fn who_is_shut_out_is_told_to_forget_everything_and_what_it_sends_is_kept_apart() {
    let world = World::new();
    let mut worker = world.phone(2, Role::GridWorker);
    let case = world.opened_by(&mut worker);
    world.store.shut_out(&Whom::Device(worker.device()), world.now()).unwrap();
    assert_eq!(world.ask_as(&worker, Request::Pull(worker.pull())), Err(Problem::Unauthorized));
    let code = world.invite(Role::Volunteer, GRID);
    let again = world.ask(Request::Enroll(worker.enroll(&code, "Person 2")));
    assert_eq!(again, Err(Problem::ShutOut), "an invitation is no way back");
    let reply = world.hello(&mut worker);
    let wipe = reply.wipe.expect("an order");
    let key = reply.keys.iter().find(|key| key.id() == wipe.signer).unwrap();
    key.verify(Purpose::Wipe, &wipe.message, &wipe.signature).unwrap();
    let order: Wipe = cbor::decode("wipe", &wipe.message, 4_096).unwrap();
    assert_eq!(order.device, worker.device(), "of use to nobody else");
    assert!(reply.streams.is_empty());
    assert!(reply.removed.iter().all(|gone| gone.reason == "revoked"));
    let items = vec![worker.describe(case, "after"), worker.named(case, "self_handle")];
    let first = world.push_raw(&worker, items.clone());
    assert!(first.iter().all(|r| receipt(r).code == Code::RRevoked));
    assert_eq!(world.push_raw(&worker, items), first);
    assert_eq!(concerns(&world), [Concern::Revoked; 2]);
    assert!(world.store.quarantine().unwrap().iter().all(|line| line.kept.is_some()), "with its bytes");
}

#[test]
fn a_person_who_is_shut_out_is_out_on_every_device() {
    let world = World::new();
    let mut worker = world.phone(2, Role::GridWorker);
    let user = worker.user.unwrap();
    world.store.shut_out(&Whom::User(user), world.now()).unwrap();
    assert!(world.hello(&mut worker).wipe.is_some());
    assert_eq!(world.store.account(&worker.device()).unwrap().unwrap().grants, []);
}

#[test]
fn an_act_needs_the_photos_that_its_row_asks_for() {
    let asks = |service: &mut yuandian_model::Service| service.evidence.after_min = 0;
    let world = World::with_catalogue(yuandian_model::Catalogue::embedded().changed("case.snap", asks));
    let mut worker = world.phone(2, Role::GridWorker);
    let case = worker.new_case();
    let items = vec![worker.report(case, "case.snap"), worker.named(case, "self_handle")];
    let receipts = world.push(&worker, items);
    assert_eq!((receipts[1].code, receipts[1].facts["needs"].as_str()), (Code::RExpects, "photo"));
    // The photo of the same command counts, a refused one does not.
    let mut forged = worker.clone();
    forged.incarnation = yuandian_model::Incarnation([50; 16]);
    let stolen = forged.photo(case, b"picture").commit.open().unwrap();
    let mut envelope = worker.envelope(case, Kind::Content, stolen.body);
    envelope.micro = stolen.micro;
    let micro = vec![worker.number; 100];
    let refused = PushItem { commit: worker.chained(&envelope), micros: vec![micro.into()], adopt: None };
    let act = worker.named(case, "self_handle");
    assert_eq!(world.codes(&worker, vec![refused, act]), [Code::RActor, Code::RExpects]);
    let items = vec![worker.photo(case, b"picture"), worker.named(case, "self_handle")];
    assert_eq!(world.codes(&worker, items), [Code::Ok, Code::Ok]);
    assert_eq!(concerns(&world), [Concern::Hostile]);
}

#[test]
fn captured_says_the_bracket_before_the_wall_clock() {
    let world = World::new();
    let mut worker = world.phone(2, Role::GridWorker);
    let case = world.opened_by(&mut worker);
    let end = world.now();
    world.store.revoke(&Whom::Device(worker.device()), None, end).unwrap();
    let at = |worker: &mut Phone, seen: i64, since: u64| {
        let body = yuandian_document::Act::named("self_handle", None).to_bytes();
        let mut envelope = worker.envelope(case, Kind::Act, body);
        // A wall clock that says it was in time, or that it was not, does not matter.
        let wall_ms = if seen + i64::try_from(since).unwrap() < end { end + 5 } else { 0 };
        envelope.captured =
            Captured { wall_ms, seen_ms: Some(seen), since_ms: Some(since), epoch: None, seq: None };
        PushItem { commit: worker.chained(&envelope), micros: vec![], adopt: None }
    };
    let items = vec![at(&mut worker, end - 10, 9), at(&mut worker, end - 10, 10)];
    assert_eq!(world.codes(&worker, items), [Code::OkLate, Code::RRole]);
}

#[test]
fn a_request_that_needs_a_device_needs_one() {
    let world = World::new();
    let ask = Request::Appeal(Appeal {
        version: WIRE_VERSION,
        commit: Phone::new(1).report(CaseId([1; 16]), "case.snap").commit,
        micros: vec![],
        reason: String::new(),
    });
    let answer: Result<Response, Problem> = world.ask(ask);
    assert_eq!(answer, Err(Problem::Unauthorized));
}
