//! What was refused is shown to a person, who may take it in after all.

use yuandian_document::Edit;
use yuandian_model::{CaseId, Code, Role};
use yuandian_server::hub::{Answered, Request, Response};
use yuandian_server::limits::{ANSWER_CHARS_MAX, ANSWER_TOLD_MS, APPEALS_PER_DEVICE_MAX};
use yuandian_server::problem::Problem;
use yuandian_server::store::{Authority, Whom};
use yuandian_sync::limits::APPEAL_CHARS_MAX;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn appeal(item: &PushItem, reason: &str) -> Request {
    Request::Appeal(Appeal {
        version: WIRE_VERSION,
        commit: item.commit.clone(),
        micros: item.micros.clone(),
        reason: reason.into(),
    })
}

fn ticket(world: &World, phone: &Phone, item: &PushItem) -> u64 {
    match world.ask_as(phone, appeal(item, "I was there")) {
        Ok(Response::Appeal(reply)) => reply.ticket,
        other => panic!("appeal: {other:?}"),
    }
}

/// A case and somebody without a right to it whose text was refused.
fn refused() -> (World, Phone, Phone, CaseId, PushItem) {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut outsider = world.phone_in(2, Role::GridWorker, "410103");
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.describe(case, "first")];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    outsider.documents.insert(case, author.documents[&case].clone());
    let words = outsider.write(case, &[Edit::Describe("first, and more".into())], &[]);
    assert_eq!(world.codes(&outsider, vec![words.clone()]), [Code::RScope]);
    (world, author, outsider, case, words)
}

#[test]
fn a_granted_text_is_taken_in_under_its_author() {
    let (world, mut author, mut outsider, case, words) = refused();
    let stored = world.push_raw(&outsider, vec![words.clone()]);
    let number = ticket(&world, &outsider, &words);
    assert_eq!(ticket(&world, &outsider, &words), number, "the same appeal again is the same");
    let line = &world.store.appeals().unwrap()[0];
    assert_eq!((line.reason.as_str(), line.granted, line.commit), ("I was there", None, words.commit.id()));
    assert_eq!(world.hub.answer_appeal(number, true, "同意", world.now()), Ok(Answered::Done));
    assert_eq!(world.hub.answer_appeal(number, false, "不", world.now()), Ok(Answered::Unknown), "once");
    let pulled = world.pull(&mut author);
    let taken = pulled[0].commits.last().unwrap();
    assert_eq!(
        (taken.code, taken.user, taken.facts["words"].as_str()),
        (Code::OkLate, outsider.user.unwrap(), "同意")
    );
    assert_eq!(author.documents[&case].view().description, "first, and more");
    assert_eq!(world.push_raw(&outsider, vec![words.clone()]), stored, "an answer once given stays");
    let told = AppealAnswer { commit: words.commit.id(), granted: true, words: "同意".into() };
    assert_eq!(world.hello(&mut outsider).appeals, std::slice::from_ref(&told));
    assert_eq!(world.hello(&mut author).appeals, [], "it is told to its device alone");
    world.pass(ANSWER_TOLD_MS);
    assert_eq!(world.hello(&mut outsider).appeals, [told]);
    world.pass(1);
    assert_eq!(world.hello(&mut outsider).appeals, []);
    assert_eq!(ticket(&world, &outsider, &words), number, "who asks again has not heard the answer");
    assert_eq!(world.hello(&mut outsider).appeals.len(), 1);
}

#[test]
fn a_granted_act_is_a_note_with_the_operators_words() {
    let (world, mut author, mut outsider, case, _) = refused();
    let act = outsider.named(case, "self_handle");
    assert_eq!(world.codes(&outsider, vec![act.clone()]), [Code::RScope]);
    let number = ticket(&world, &outsider, &act);
    assert_eq!(world.hub.answer_appeal(number, true, "他在场", world.now()), Ok(Answered::Done));
    let pulled = world.pull(&mut author);
    assert_eq!(pulled[0].facts.as_ref().unwrap().stage, "reported");
    let facts = &pulled[0].commits.last().unwrap().facts;
    assert_eq!((facts["kept"].as_str(), facts["words"].as_str()), ("note", "他在场"));
}

#[test]
fn a_denied_appeal_changes_nothing_and_is_told() {
    let (world, mut author, mut outsider, _, words) = refused();
    world.pull(&mut author);
    let number = ticket(&world, &outsider, &words);
    assert_eq!(world.hub.answer_appeal(number, false, "不在范围", world.now()), Ok(Answered::Done));
    assert!(world.pull(&mut author).is_empty());
    assert!(!world.hello(&mut outsider).appeals[0].granted);
}

#[test]
fn what_cannot_be_taken_in_stays_open() {
    let (world, _, mut outsider, _, _) = refused();
    let nowhere = outsider.new_case();
    let act = outsider.named(nowhere, "self_handle");
    let text = outsider.describe(nowhere, "words");
    for item in [&act, &text] {
        let number = ticket(&world, &outsider, item);
        assert_eq!(world.hub.answer_appeal(number, true, "好", world.now()), Ok(Answered::NotKept));
        assert_eq!(world.hub.answer_appeal(number, true, "", world.now()), Ok(Answered::Words));
        let long = "好".repeat(ANSWER_CHARS_MAX + 1);
        assert_eq!(world.hub.answer_appeal(number, false, &long, world.now()), Ok(Answered::Words));
        assert_eq!(world.hub.answer_appeal(number, false, &long[3..], world.now()), Ok(Answered::Done));
    }
}

#[test]
fn an_appeal_is_refused_for_signature_and_size_alone() {
    let (world, author, outsider, _, words) = refused();
    assert_eq!(world.ask_as(&author, appeal(&words, "mine")), Err(Problem::SignatureInvalid), "another's");
    let ask = |chars: usize| world.ask_as(&outsider, appeal(&words, &"字".repeat(chars)));
    assert_eq!(ask(APPEAL_CHARS_MAX + 1), Err(Problem::OverLimit));
    world.store.shut_out(&Whom::Device(outsider.device()), world.now()).unwrap();
    assert!(ask(APPEAL_CHARS_MAX).is_ok(), "also of a device that is shut out");
}

#[test]
fn only_so_many_appeals_wait() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    for _ in 0..APPEALS_PER_DEVICE_MAX {
        let act = author.named(case, "self_handle");
        ticket(&world, &author, &act);
    }
    let act = author.named(case, "self_handle");
    assert_eq!(world.ask_as(&author, appeal(&act, "")), Err(Problem::TooManyAppeals));
    assert!(matches!(world.hub.answer_appeal(1, false, "不", world.now()), Ok(Answered::Done)));
    ticket(&world, &author, &act);
}
