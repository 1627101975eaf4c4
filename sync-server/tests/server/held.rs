//! What waits for what it misses: durable, released by what brings it, given up in the end.

use yuandian_document::{Edit, NoteEntry};
use yuandian_model::{CaseId, Code, EntryId, Role};
use yuandian_server::limits::{HELD_MS, HELD_PER_CASE_MAX};
use yuandian_server::store::{Authority, Concern, Whom};
use yuandian_sync::message::*;

use crate::authority::concerns;
use crate::phone::*;
use crate::world::*;

/// A case whose author keeps a change back that a colleague has seen, and written on.
struct Orphan {
    world: World,
    author: Phone,
    colleague: Phone,
    case: CaseId,
    first: PushItem,
}

fn orphan() -> Orphan {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut colleague = world.phone(2, Role::GridWorker);
    let case = world.opened_by(&mut author);
    let first = author.describe(case, "first");
    colleague.documents.insert(case, author.documents[&case].clone());
    Orphan { world, author, colleague, case, first }
}

fn note(phone: &mut Phone, case: CaseId, n: u8) -> PushItem {
    let entry = NoteEntry::of(format!("note {n}"), 7);
    phone.write(case, &[Edit::Note(EntryId::v7(i64::from(n), [phone.number; 10]), entry)], &[])
}

#[test]
fn what_waits_is_released_by_what_it_misses_and_pulled_after_it() {
    let mut o = orphan();
    let items = vec![note(&mut o.colleague, o.case, 1), note(&mut o.colleague, o.case, 2)];
    let held = o.world.push_raw(&o.colleague, items.clone());
    let answers: Vec<Receipt> = held.iter().map(|bytes| receipt(bytes)).collect();
    assert!(answers.iter().all(|r| r.code == Code::HeldMissing && r.seq.is_none() && r.signature.is_some()));
    assert_eq!(answers[0].facts["until_ms"], (o.world.now() + HELD_MS).to_string());
    assert_eq!(o.world.push_raw(&o.colleague, items.clone()), held, "the same answer while it waits");
    o.world.restart();
    o.world.pass(1_000);
    assert_eq!(o.world.push(&o.author, vec![o.first.clone()])[0].seq, Some(2));
    let after = o.world.push(&o.colleague, items);
    assert_eq!(
        after.iter().map(|r| (r.code, r.seq)).collect::<Vec<_>>(),
        [(Code::Ok, Some(3)), (Code::Ok, Some(4))]
    );
    assert_eq!(after[0].received_ms, START_MS, "it arrived when it arrived");
    let mut reader = o.world.phone(3, Role::GridWorker);
    o.world.pull(&mut reader);
    assert_eq!(reader.documents[&o.case].heads(), o.colleague.documents[&o.case].heads());
    assert_eq!(o.world.hub.tick(o.world.now() + 2 * HELD_MS).unwrap().next_due_ms, None, "no clock is left");
}

#[test]
fn what_waits_in_the_same_push_is_released_by_it() {
    let mut o = orphan();
    let (second, report) = (o.author.describe(o.case, "second"), o.first.clone());
    // The author's own chain in order, the changes not: the second rests on the first, which comes after the colleague's.
    let note = note(&mut o.colleague, o.case, 1);
    assert_eq!(o.world.codes(&o.colleague, vec![note.clone()]), [Code::HeldMissing]);
    assert_eq!(o.world.codes(&o.author, vec![report, second]), [Code::Ok, Code::Ok]);
    assert_eq!(o.world.codes(&o.colleague, vec![note]), [Code::Ok]);
}

#[test]
fn what_waited_too_long_goes_to_the_operator_once() {
    let mut o = orphan();
    let note = note(&mut o.colleague, o.case, 1);
    assert_eq!(o.world.codes(&o.colleague, vec![note.clone()]), [Code::HeldMissing]);
    let due = o.world.now() + HELD_MS;
    assert_eq!(o.world.hub.tick(due - 1).unwrap().next_due_ms, Some(due));
    o.world.hello(&mut o.colleague);
    assert_eq!(o.world.codes(&o.colleague, vec![note.clone()]), [Code::HeldMissing]);
    o.world.restart();
    o.world.hub.tick(due).unwrap();
    o.world.hub.tick(due + 1).unwrap();
    o.world.pass(HELD_MS + 2);
    o.world.hello(&mut o.colleague);
    let last = &o.world.push(&o.colleague, vec![note])[0];
    assert_eq!((last.code, last.facts["what"].as_str()), (Code::RGone, "missing"));
    assert_eq!(concerns(&o.world), [Concern::Missing]);
    // What it missed comes after all: the document goes on, the operator takes the note in.
    o.world.hello(&mut o.author);
    assert_eq!(o.world.codes(&o.author, vec![o.first.clone()]), [Code::Ok]);
    let id = o.world.store.quarantine().unwrap()[0].id;
    o.world.hub.answer_quarantine(id, true, "来了", o.world.now()).unwrap();
    assert_eq!(concerns(&o.world), []);
    let mut reader = o.world.phone(3, Role::GridWorker);
    o.world.pull(&mut reader);
    assert_eq!(reader.documents[&o.case].view().notes.len(), 1);
}

#[test]
fn only_so_many_wait_in_a_case() {
    let mut o = orphan();
    let max = u8::try_from(HELD_PER_CASE_MAX).unwrap();
    let items: Vec<PushItem> = (0..=max).map(|n| note(&mut o.colleague, o.case, n)).collect();
    let codes = o.world.codes(&o.colleague, items);
    let held = codes.iter().filter(|code| **code == Code::HeldMissing).count() as u64;
    assert_eq!((held, codes.last()), (HELD_PER_CASE_MAX, Some(&Code::RGone)));
    assert_eq!(concerns(&o.world), [Concern::Missing]);
}

#[test]
fn a_held_commit_is_dropped_by_the_one_that_replaces_it() {
    let mut o = orphan();
    let waits = note(&mut o.colleague, o.case, 1);
    assert_eq!(o.world.codes(&o.colleague, vec![waits.clone()]), [Code::HeldMissing]);
    let old = waits.commit.id();
    let mut thief = o.world.phone(4, Role::GridWorker);
    let act = yuandian_document::Act::named("self_handle", None).to_bytes();
    let replacing = |phone: &mut Phone| {
        let mut envelope = phone.envelope(o.case, yuandian_document::Kind::Act, act.clone());
        envelope.supersedes = Some(old);
        PushItem { commit: phone.chained(&envelope), micros: vec![], adopt: None }
    };
    let foreign = replacing(&mut thief);
    assert_eq!(o.world.codes(&thief, vec![foreign]), [Code::Ok]);
    assert_eq!(
        o.world.codes(&o.colleague, vec![waits.clone()]),
        [Code::HeldMissing],
        "another device's word"
    );
    let own = replacing(&mut o.colleague);
    assert_eq!(o.world.codes(&o.colleague, vec![own]), [Code::RState]);
    assert_eq!(o.world.codes(&o.colleague, vec![waits.clone()]), [Code::Dup]);
    assert_eq!(o.world.codes(&o.author, vec![o.first.clone()]), [Code::Ok]);
    assert_eq!(o.world.codes(&o.colleague, vec![waits]), [Code::Dup], "and is not taken any more");
}

#[test]
fn what_waits_of_a_device_that_is_shut_out_is_kept_apart() {
    let mut o = orphan();
    let waits = note(&mut o.colleague, o.case, 1);
    assert_eq!(o.world.codes(&o.colleague, vec![waits.clone()]), [Code::HeldMissing]);
    o.world.store.shut_out(&Whom::Device(o.colleague.device()), o.world.now()).unwrap();
    assert_eq!(concerns(&o.world), [Concern::Revoked]);
    assert_eq!(o.world.codes(&o.colleague, vec![waits]), [Code::RRevoked]);
    assert_eq!(o.world.codes(&o.author, vec![o.first.clone()]), [Code::Ok]);
    assert!(o.world.pull(&mut o.author)[0].commits.len() == 2);
}

#[test]
fn a_clock_that_stood_still_catches_up_at_once_and_nothing_fires_twice() {
    let mut world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut colleague = world.phone(2, Role::GridWorker);
    for minute in 0..3 {
        let case = world.opened_by(&mut author);
        let mut draft = author.clone();
        draft.describe(case, "never sent");
        colleague.documents.insert(case, draft.documents[&case].clone());
        let items = vec![note(&mut colleague, case, 1), note(&mut colleague, case, 2)];
        assert_eq!(world.codes(&colleague, items), [Code::HeldMissing; 2]);
        world.pass(60_000 * minute);
    }
    world.restart();
    world.pass(10 * HELD_MS);
    assert_eq!(world.hub.tick(world.now()).unwrap().next_due_ms, None);
    assert_eq!(concerns(&world), [Concern::Missing; 6]);
    world.restart();
    world.hub.tick(world.now()).unwrap();
    assert_eq!(concerns(&world).len(), 6);
}
