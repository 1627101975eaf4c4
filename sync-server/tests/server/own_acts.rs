//! What the server does of itself when a time has come: once, after a restart too, in everybody's history, and not behind a refill's back.

use yuandian_document::Act;
use yuandian_model::{CaseId, Code, Role};
use yuandian_server::store::{Authority as _, Store as _};

use crate::phone::*;
use crate::world::*;

const HOUR_MS: i64 = 3_600_000;

fn asked(world: &World, asker: &mut Phone) -> CaseId {
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "代买菜")];
    assert_eq!(world.codes(asker, items), [Code::Ok; 2]);
    case
}

/// The acts of the timers that are due now.
fn ticked(world: &World) -> Vec<(CaseId, String)> {
    world.hub.tick(world.now()).unwrap().acted
}

fn did(case: CaseId, act: &str) -> Vec<(CaseId, String)> {
    vec![(case, act.to_owned())]
}

fn merge(into: CaseId) -> Act {
    let mut act = Act::named("merge", None);
    act.args.insert("into".to_owned(), into.to_string());
    act
}

fn stage(world: &World, case: &CaseId) -> String {
    world.store.case(case).unwrap().unwrap().state.stage
}

#[test]
fn what_nobody_takes_goes_up_and_then_expires_once_and_in_time() {
    let mut world = World::new();
    let mut asker = world.phone(1, Role::Volunteer);
    let case = asked(&world, &mut asker);
    world.pull(&mut asker);
    world.pass(2 * HOUR_MS - 1);
    assert_eq!(ticked(&world), []);
    world.pass(1);
    assert_eq!(ticked(&world), did(case, "escalate_due"));
    assert_eq!(ticked(&world), []);
    world.pass(2 * HOUR_MS);
    assert_eq!(ticked(&world), did(case, "escalate_again"));
    assert_eq!(ticked(&world), []);
    world.pass(68 * HOUR_MS - 1);
    assert_eq!(ticked(&world), []);
    // Down while the time comes: it is caught up with.
    world.pass(HOUR_MS);
    world.restart();
    assert_eq!(ticked(&world), did(case, "expire"));
    assert_eq!(stage(&world, &case), "expired");
    world.hello(&mut asker);
    let pulled = world.pull(&mut asker);
    let facts = pulled[0].facts.as_ref().unwrap();
    assert_eq!((facts.stage.as_str(), facts.act_seq), ("expired", 4));
    let told: Vec<(&str, u64)> = pulled[0].commits.iter().map(|c| (c.name.as_str(), c.seq)).collect();
    assert_eq!(told, [("平台", 3), ("平台", 4), ("平台", 5)], "in the history under the platform's name");
    assert_eq!(world.codes(&asker, vec![asker.clone().named(case, "cancel")]), [Code::RState]);
}

#[test]
fn what_people_do_moves_the_time_or_ends_it() {
    let world = World::new();
    let (mut asker, mut helper) = (world.phone(1, Role::Volunteer), world.phone(2, Role::Volunteer));
    let (taken, ended) = (asked(&world, &mut asker), asked(&world, &mut asker));
    let (claim, cancel) = (helper.named(taken, "claim"), asker.named(ended, "cancel"));
    assert_eq!(world.codes(&helper, vec![claim]), [Code::Ok]);
    assert_eq!(world.codes(&asker, vec![cancel]), [Code::Ok]);
    world.pass(80 * HOUR_MS);
    assert_eq!(ticked(&world), []);
    world.hello(&mut asker);
    let missed = asker.named(taken, "no_show");
    assert_eq!(world.codes(&asker, vec![missed]), [Code::Ok]);
    assert_eq!(stage(&world, &taken), "open", "the one who did not come is out of it");
    world.pass(2 * HOUR_MS);
    assert_eq!(ticked(&world), did(taken, "escalate_due"), "from when it was open again");
}

#[test]
fn a_restored_server_waits_with_its_own_acts_until_phones_have_brought_back_theirs() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Volunteer);
    let case = asked(&world, &mut asker);
    world.pass(3 * HOUR_MS);
    world.store.open_refill(world.now() + HOUR_MS).unwrap();
    assert_eq!(ticked(&world), []);
    world.pass(HOUR_MS);
    assert_eq!(ticked(&world), did(case, "escalate_due"));
}

#[test]
fn who_reported_the_same_follows_the_case_that_goes_on() {
    let mut world = World::new();
    let (mut one, mut two) = (world.phone(1, Role::Resident), world.phone(2, Role::Resident));
    let (mut head, mut third) = (world.phone(3, Role::GridHead), world.phone_in(4, Role::Resident, "410102"));
    let reported = |phone: &mut Phone| {
        let case = phone.new_case();
        let items = vec![phone.report(case, "case.snap"), phone.describe(case, "路灯坏了")];
        assert_eq!(world.codes(phone, items), [Code::Ok; 2]);
        case
    };
    let (first, same) = (reported(&mut one), reported(&mut two));
    let follow = third.named(same, "follow");
    assert_eq!(world.codes(&third, vec![follow]), [Code::Ok]);
    let mut merged = |into: CaseId| {
        let item = head.act(same, &merge(into));
        world.push(&head, vec![item]).remove(0)
    };
    for (nowhere, code) in [(same, Code::RSchema), (CaseId([9; 16]), Code::RGone)] {
        let receipt = merged(nowhere);
        assert_eq!(receipt.code, code, "it cannot go on there");
        assert_eq!(receipt.facts.get("argument").map(String::as_str), Some("into"));
    }
    assert_eq!(merged(first).code, Code::Ok);
    let before = world.store.case(&first).unwrap().unwrap().state;
    assert_eq!((before.followers.len(), before.act_seq), (0, 1));

    // Down before its time comes: it is caught up with, once.
    world.restart();
    assert_eq!(ticked(&world), did(first, "joined"));
    assert_eq!(ticked(&world), []);
    let state = world.store.case(&first).unwrap().unwrap().state;
    assert_eq!((state.followers, state.act_seq), (vec![two.user.unwrap(), third.user.unwrap()], 2));
    for phone in [&mut two, &mut third] {
        world.hello(phone);
        let pulled = world.pull(phone);
        let line = pulled.iter().find(|line| line.document == first && line.gone.is_none());
        let facts = line.and_then(|line| line.facts.as_ref()).expect("it comes to whoever follows it");
        assert!(facts.followed && facts.stage == "reported");
    }
    world.hello(&mut one);
    let history = world.pull(&mut one);
    let told = history.iter().find(|line| line.document == first).unwrap();
    assert_eq!(
        told.commits.last().map(|c| (c.name.as_str(), c.facts["from"].clone())),
        Some(("平台", same.to_string()))
    );
}

#[test]
fn through_a_row_of_merges_people_come_to_the_last_case_and_no_merge_goes_back() {
    let world = World::new();
    let mut head = world.phone(4, Role::GridHead);
    let mut people = [1, 2, 3].map(|number| world.phone(number, Role::Resident));
    let [first, second, last] = people.each_mut().map(|phone| {
        let case = phone.new_case();
        let item = phone.report(case, "case.snap");
        assert_eq!(world.codes(phone, vec![item]), [Code::Ok]);
        case
    });
    let mut merged = |case: CaseId, into: CaseId| {
        let item = head.act(case, &merge(into));
        world.codes(&head, vec![item])[0]
    };
    assert_eq!(merged(first, second), Code::Ok);
    assert_eq!(merged(second, first), Code::RGone, "the other went on in this one");
    assert_eq!(merged(last, first), Code::RGone);
    assert_eq!(merged(second, last), Code::Ok);
    assert_eq!(ticked(&world), [did(last, "joined"), did(last, "joined")].concat());
    let mut followers = world.store.case(&last).unwrap().unwrap().state.followers;
    followers.sort();
    let mut expected = vec![people[0].user.unwrap(), people[1].user.unwrap()];
    expected.sort();
    assert_eq!(followers, expected);
}

#[test]
fn of_a_case_that_nobody_may_follow_nothing_is_told_to_who_reported_the_same() {
    let world = World::new();
    let (mut one, mut two) = (world.phone(1, Role::Resident), world.phone(2, Role::Resident));
    let mut head = world.phone(3, Role::GridHead);
    let (help, snap) = (one.new_case(), two.new_case());
    let (asked, shown) = (one.report(help, "help.errand"), two.report(snap, "case.snap"));
    assert_eq!(world.codes(&one, vec![asked]), [Code::Ok]);
    assert_eq!(world.codes(&two, vec![shown]), [Code::Ok]);
    let merged = head.act(snap, &merge(help));
    assert_eq!(world.codes(&head, vec![merged]), [Code::Ok]);
    assert_eq!(ticked(&world), []);
    assert_eq!(world.store.case(&help).unwrap().unwrap().state.followers, []);
}
