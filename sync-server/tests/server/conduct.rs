//! How much one person takes and asks: counted where it is decided, also within one push and after a restart; and how closely whoever takes
//! was looked at.

use yuandian_model::{CaseId, Code, Grant, Role, Vetting};
use yuandian_server::admin;
use yuandian_server::hub::{Request, Response};
use yuandian_server::store::{Authority, Store, Whom};

use crate::phone::*;
use crate::world::*;

const HOUR_MS: i64 = 3_600_000;

fn errands(world: &World, asker: &mut Phone, count: usize) -> Vec<CaseId> {
    let cases: Vec<CaseId> = (0..count).map(|_| asker.new_case()).collect();
    let items = cases.iter().map(|case| asker.report(*case, "help.errand")).collect();
    assert_eq!(world.codes(asker, items), vec![Code::Ok; count]);
    cases
}

fn does(world: &World, phone: &mut Phone, case: CaseId, act: &str) -> Code {
    let item = phone.named(case, act);
    world.codes(phone, vec![item])[0]
}

fn limit(receipt: &yuandian_sync::message::Receipt) -> Option<&str> {
    receipt
        .facts
        .keys()
        .map(String::as_str)
        .find(|fact| matches!(*fact, "load" | "rests" | "per_day" | "level"))
}

#[test]
fn one_person_works_on_two_requests_at_a_time() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut helper = world.phone(2, Role::Volunteer);
    let cases = errands(&world, &mut asker, 5);
    // In one push, claimed without a link: the third is one too many.
    let claims = cases[..3].iter().map(|case| helper.named(*case, "claim")).collect();
    let told = world.push(&helper, claims);
    assert_eq!(told.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::Ok, Code::Ok, Code::RLimit]);
    assert_eq!(limit(&told[2]), Some("load"));
    assert_eq!(does(&world, &mut helper, cases[0], "arrive"), Code::Ok);
    assert_eq!(does(&world, &mut helper, cases[3], "claim"), Code::RLimit, "on the way or there is work");
    assert_eq!(does(&world, &mut helper, cases[0], "report_back"), Code::Ok);
    assert_eq!(does(&world, &mut helper, cases[3], "claim"), Code::Ok, "what is done is none");
    assert_eq!(does(&world, &mut helper, cases[1], "release"), Code::Ok);
    let both = vec![helper.named(cases[4], "claim"), helper.named(cases[2], "claim")];
    assert_eq!(world.codes(&helper, both), [Code::Ok, Code::RLimit], "and what was given up");
}

#[test]
fn whoever_has_no_room_is_passed_over_and_keeps_the_place_in_line() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let [mut first, mut full, mut free] = [2, 3, 4].map(|number| world.phone(number, Role::Volunteer));
    let cases = errands(&world, &mut asker, 3);
    assert_eq!(does(&world, &mut first, cases[0], "claim"), Code::Ok);
    assert_eq!(does(&world, &mut full, cases[0], "claim"), Code::RTaken);
    assert_eq!(does(&world, &mut free, cases[0], "claim"), Code::RTaken);
    for case in &cases[1..] {
        assert_eq!(does(&world, &mut full, *case, "claim"), Code::Ok);
    }
    assert_eq!(does(&world, &mut first, cases[0], "release"), Code::Ok);
    let state = world.store.case(&cases[0]).unwrap().unwrap().state;
    assert_eq!(state.holders, [free.user.unwrap()]);
    assert_eq!(state.waiting, [full.user.unwrap()]);
}

#[test]
fn who_did_not_come_twice_rests_for_two_weeks() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut helper = world.phone(2, Role::Volunteer);
    let cases = errands(&world, &mut asker, 4);
    for case in &cases[..2] {
        assert_eq!(does(&world, &mut helper, *case, "claim"), Code::Ok);
        assert_eq!(does(&world, &mut asker, *case, "no_show"), Code::Ok);
        let state = world.store.case(case).unwrap().unwrap().state;
        assert_eq!((state.stage.as_str(), state.holders.len()), ("open", 0), "it is free at once");
    }
    let claim = helper.named(cases[2], "claim");
    let told = &world.push(&helper, vec![claim])[0];
    assert_eq!((told.code, limit(told)), (Code::RLimit, Some("rests")));
    world.pass(14 * 24 * HOUR_MS);
    world.hello(&mut helper);
    assert_eq!(does(&world, &mut helper, cases[2], "claim"), Code::Ok);
}

#[test]
fn two_hundred_requests_of_a_day_are_twenty() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let items = (0..200).map(|_| asker.new_case()).collect::<Vec<_>>();
    let items = items.into_iter().map(|case| asker.report(case, "help.errand")).collect();
    let told = world.push(&asker, items);
    assert_eq!(told.iter().filter(|receipt| receipt.code == Code::Ok).count(), 20);
    assert!(told[20..].iter().all(|r| r.code == Code::RLimit && limit(r) == Some("per_day")));
    let late = asker.new_case();
    let late = asker.report(late, "help.errand");
    assert_eq!(world.codes(&asker, vec![late]), [Code::RLimit], "in a push of its own, too");
    // What is no request for help is reported as often as there is reason to.
    let snap = asker.new_case();
    let snap = asker.report(snap, "case.snap");
    assert_eq!(world.codes(&asker, vec![snap]), [Code::Ok]);
    world.pass(24 * HOUR_MS + 1);
    world.hello(&mut asker);
    errands(&world, &mut asker, 1);
}

#[test]
fn a_level_that_ends_between_taking_and_arriving_is_missed_at_the_door() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut helper = world.phone(2, Role::Volunteer);
    let case = asker.new_case();
    let report = asker.report(case, "help.escort");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    let claim = helper.named(case, "claim");
    let told = &world.push(&helper, vec![claim])[0];
    assert_eq!((told.code, told.facts.get("level").map(String::as_str)), (Code::RRole, Some("l3")));
    let until_ms = world.now() + HOUR_MS;
    let trained = Grant::new(Role::Volunteer, GRID.parse().unwrap()).vetted(Vetting::L3);
    let whom = Whom::Device(helper.device());
    world.store.grant(&whom, &trained.during(None, Some(until_ms)), world.now()).unwrap();
    world.hello(&mut helper);
    assert_eq!(does(&world, &mut helper, case, "claim"), Code::Ok);
    world.pass(HOUR_MS + 1);
    world.hello(&mut helper);
    helper.captured = Some(world.now());
    let arrive = helper.named(case, "arrive");
    let told = &world.push(&helper, vec![arrive])[0];
    assert_eq!((told.code, told.facts.contains_key("until")), (Code::RRole, true));
    assert_eq!(does(&world, &mut helper, case, "release"), Code::Ok, "and somebody else can come");
}

#[test]
fn a_child_opens_what_asks_nothing_in_private_and_takes_nothing() {
    let world = World::new();
    let mut other = world.phone(2, Role::Resident);
    let minor = |role: Role| Grant::new(role, GRID.parse().unwrap()).vetted(Vetting::Minor);
    let random = &mut yuandian_server::shell::SystemRandomness;
    let data = world.directory.path();
    let invited = admin::invite(data, (&minor(Role::Volunteer), None), 1, random, world.now()).unwrap();
    let mut child = Phone::new(1);
    let enroll = Request::Enroll(child.enroll(&invited[0].to_string(), "小明"));
    let Ok(Response::Enrolled(enrolled)) = world.ask(enroll) else { panic!("not enrolled") };
    child.user = Some(enrolled.user);
    let whom = Whom::User(enrolled.user);
    world.store.grant(&whom, &minor(Role::Resident), world.now()).unwrap();
    world.hello(&mut child);
    for (service, code) in [
        ("case.snap", Code::Ok),
        ("help.errand", Code::RRole),
        ("alert.sos", Code::Ok),
        ("help.child", Code::RRole),
    ] {
        let case = child.new_case();
        let report = child.report(case, service);
        let told = world.push(&child, vec![report]).remove(0);
        assert_eq!(told.code, code, "{service}: {:?}", told.facts);
        let says = told.facts.get("minor").map(String::as_str);
        assert_eq!(says, (code == Code::RRole).then_some(service), "whoever is refused is told why");
    }
    let case = other.new_case();
    let report = other.report(case, "help.errand");
    assert_eq!(world.codes(&other, vec![report]), [Code::Ok]);
    let claim = child.named(case, "claim");
    let told = world.push(&child, vec![claim]).remove(0);
    assert_eq!((told.code, told.facts["level"].as_str()), (Code::RRole, "l0"));
    // The day comes: by another right the same person asks like anybody.
    world.store.grant(&whom, &Grant::new(Role::Resident, GRID.parse().unwrap()), world.now()).unwrap();
    world.hello(&mut child);
    let case = child.new_case();
    let report = child.report(case, "help.errand");
    assert_eq!(world.codes(&child, vec![report]), [Code::Ok]);
}

#[test]
fn on_what_a_level_rests_is_kept_with_the_right() {
    let world = World::new();
    let volunteer = world.phone(1, Role::Volunteer);
    let data = world.directory.path();
    let random = &mut yuandian_server::shell::SystemRandomness;
    let right = |level| Grant::new(Role::Volunteer, GRID.parse().unwrap()).vetted(level);
    let whom = Whom::User(volunteer.user.unwrap());
    let given =
        admin::grant(data, &whom, (&right(Vetting::L3), Some("急救证 2026-0412")), random, world.now());
    assert_eq!(given.unwrap(), 1);
    admin::grant(data, &whom, (&right(Vetting::L2), None), random, world.now()).unwrap();
    let invited =
        admin::invite(data, (&right(Vetting::L2), Some("社区担保")), 1, random, world.now()).unwrap();
    let mut other = Phone::new(9);
    let enroll = Request::Enroll(other.enroll(&invited[0].to_string(), "另一位"));
    let Ok(Response::Enrolled(enrolled)) = world.ask(enroll) else { panic!("not enrolled") };
    other.user = Some(enrolled.user);
    let lines = admin::levels(data, random).unwrap();
    let mut told: Vec<_> = lines.iter().map(|line| (line.level, line.evidence.as_deref())).collect();
    told.sort();
    assert_eq!(
        told,
        [(Vetting::L2, None), (Vetting::L2, Some("社区担保")), (Vetting::L3, Some("急救证 2026-0412"))]
    );
    assert_eq!(lines.iter().filter(|line| line.user == enrolled.user).count(), 1);
    world.store.revoke(&whom, None, world.now()).unwrap();
    assert_eq!(admin::levels(data, random).unwrap().len(), 1, "what has ended is not listed");
}
