//! At the door: what whoever asked is told and nobody else, code words, hours, and who is not sent there.

use std::collections::BTreeMap;

use yuandian_document::Act;
use yuandian_model::{CaseId, Code, Role, Stay, UserId};
use yuandian_server::hub::{Request, Response};
use yuandian_server::store::{Authority as _, Notifications as _, Records as _, Store as _};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::private::{asked, put, record};
use crate::world::*;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A request with two answers, its asker, and somebody who has taken it.
fn taken() -> (World, Phone, Phone, CaseId) {
    let (world, asker, case) = asked();
    let position = PrivateRecord { key: "position".into(), ..record(case, 1, "{}") };
    assert_eq!(put(&world, &asker, vec![record(case, 1, "王奶奶"), position]), [Code::Ok; 2]);
    let mut helper = world.phone(11, Role::Volunteer);
    does(&world, &mut helper, case, "claim", &[]);
    (world, asker, helper, case)
}

fn tries(world: &World, phone: &mut Phone, case: CaseId, act: &str, args: &[(&str, &str)]) -> Receipt {
    let args: BTreeMap<String, String> =
        args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    phone.captured = Some(world.now());
    let item = phone.act(case, &Act { args, ..Act::named(act, None) });
    world.push(phone, vec![item]).remove(0)
}

fn does(world: &World, phone: &mut Phone, case: CaseId, act: &str, args: &[(&str, &str)]) {
    let told = tries(world, phone, case, act, args);
    assert_eq!(told.code, Code::Ok, "{act}: {:?}", told.facts);
}

fn told(world: &World, phone: &mut Phone) -> Option<OwnTold> {
    world.pull(phone).into_iter().filter_map(|case| case.own).next_back()
}

fn words(world: &World, asker: &mut Phone) -> (String, String) {
    let own = told(world, asker).expect("the author is told");
    (own.coming.unwrap(), own.leaving.unwrap())
}

fn stays(world: &World, case: CaseId) -> Vec<Stay> {
    world.store.case(&case).unwrap().unwrap().state.progress.stays
}

#[test]
fn whoever_asked_sees_who_looked_and_nobody_else_does() {
    let (world, mut asker, mut helper, case) = taken();
    let mut neighbour = world.phone(12, Role::Volunteer);
    let mut worker = world.phone(13, Role::GridWorker);
    assert_eq!(told(&world, &mut asker).map(|own| own.looks), Some(vec![]));
    world.pass(10);
    assert!(world.pull(&mut helper).iter().all(|pulled| pulled.own.is_none()), "only the author is told");
    for other in [&mut neighbour, &mut worker] {
        assert!(world.pull(other).iter().all(|pulled| pulled.own.is_none()));
    }
    let looks = told(&world, &mut asker).unwrap().looks;
    assert_eq!(looks.len(), 1);
    assert_eq!((looks[0].who.name.as_str(), looks[0].at_ms - START_MS), ("Person 11", 10));
    assert_eq!(looks[0].keys, ["beneficiary", "position"]);
    // It moved on for its author alone: nobody else has anything to fetch.
    for phone in [&mut asker, &mut helper, &mut neighbour, &mut worker] {
        assert_eq!(world.pull(phone).len(), 0);
    }
    // The sums that both sides keep agree with it.
    let ask = Pull { check: true, ..asker.pull() };
    let Ok(Response::Pull(page)) = world.ask_as(&asker, Request::Pull(ask)) else { panic!("no page") };
    let own = page.checks.iter().find(|check| check.stream.is_own()).unwrap();
    let seq = asker.cursors[&own.stream.0].cursor;
    assert_eq!((own.count, own.xor), (1, yuandian_sync::check::entry_sum(&case, seq)));
    assert_eq!(world.store.looks(&case).unwrap().len(), 1);
}

#[test]
fn the_word_that_was_told_at_the_door_is_right_and_every_other_is_wrong() {
    let (world, mut asker, mut helper, case) = taken();
    let (coming, leaving) = words(&world, &mut asker);
    assert_ne!(coming, leaving);
    let wrong = |not: &str| (0..).map(|n| format!("{n:04}")).find(|code| code != not).unwrap();
    does(&world, &mut helper, case, "arrive", &[("code", &wrong(&coming)), ("near", "yes")]);
    assert_eq!((stays(&world, case)[0].in_word, stays(&world, case)[0].near), (Some(false), Some(true)));
    // The word for leaving is none for coming.
    does(&world, &mut helper, case, "say_word", &[("code", &leaving)]);
    assert_eq!(stays(&world, case)[0].in_word, Some(false));
    does(&world, &mut helper, case, "say_word", &[("code", &coming)]);
    does(&world, &mut helper, case, "report_back", &[("code", &leaving)]);
    let stay = &stays(&world, case)[0];
    assert_eq!((stay.in_word, stay.out_word), (Some(true), Some(true)));
    // The same after a restart, and over once the case is.
    assert_eq!(words(&world, &mut asker), (coming, leaving));
    does(&world, &mut asker, case, "confirm", &[]);
    assert_eq!(world.pull(&mut asker).pop().unwrap().own, None);
}

#[test]
fn a_word_that_is_tried_a_hundred_times_is_not_found() {
    let (world, _, mut helper, case) = taken();
    does(&world, &mut helper, case, "arrive", &[]);
    let mut refused = 0;
    for n in 0..100 {
        let told = tries(&world, &mut helper, case, "say_word", &[("code", &format!("{n:04}"))]);
        if told.code == Code::RLimit {
            assert_eq!(told.facts["word_tries"], "5");
            refused += 1;
        }
    }
    assert!(refused >= 94, "{refused}");
    does(&world, &mut helper, case, "report_back", &[]);
}

#[test]
fn two_check_outs_are_one_and_the_second_says_why() {
    let (world, _, mut helper, case) = taken();
    does(&world, &mut helper, case, "arrive", &[]);
    does(&world, &mut helper, case, "report_back", &[]);
    let again = tries(&world, &mut helper, case, "report_back", &[]);
    assert_eq!((again.code, again.facts["kept"].as_str()), (Code::RState, "note"));
    assert_eq!(stays(&world, case).len(), 1);
}

#[test]
fn hours_are_written_down_once_confirmed_and_never_changed() {
    let (world, mut asker, mut helper, case) = taken();
    does(&world, &mut helper, case, "arrive", &[]);
    world.pass(45 * MINUTE_MS);
    world.hello(&mut helper);
    does(&world, &mut helper, case, "report_back", &[]);
    assert_eq!(world.store.hours(None).unwrap(), []);
    world.pass(MINUTE_MS);
    world.hello(&mut asker);
    does(&world, &mut asker, case, "confirm", &[]);
    does(&world, &mut asker, case, "rate", &[("score", "5")]);
    let hours = world.store.hours(helper.user.as_ref()).unwrap();
    assert_eq!(hours.len(), 1);
    let line = &hours[0];
    assert_eq!((line.minutes, line.words, line.to_ms - line.from_ms), (45, 0, 45 * MINUTE_MS));
    assert_eq!((Some(line.confirmed_by), line.case), (asker.user, case));
    assert_eq!(world.store.hours(asker.user.as_ref()).unwrap(), []);
    let other = rusqlite::Connection::open(world.directory.path().join("yuandian.db")).unwrap();
    for sql in [
        "UPDATE hours SET minutes = 999",
        "DELETE FROM hours",
        "DELETE FROM consent",
        "UPDATE consent SET given = 0",
    ] {
        assert!(other.execute(sql, []).unwrap_err().to_string().contains("only added to"), "{sql}");
    }
}

#[test]
fn work_that_nobody_confirms_counts_when_its_time_comes() {
    let (world, _, mut helper, case) = taken();
    does(&world, &mut helper, case, "arrive", &[]);
    world.pass(30 * MINUTE_MS);
    world.hello(&mut helper);
    does(&world, &mut helper, case, "report_back", &[]);
    world.pass(4 * DAY_MS);
    world.tick();
    world.tick();
    let hours = world.store.hours(None).unwrap();
    assert_eq!((hours.len(), hours[0].minutes, hours[0].confirmed_by), (1, 30, UserId([0; 16])));
}

#[test]
fn what_was_given_and_taken_back_stands_in_the_ledger() {
    let (world, asker, _, case) = taken();
    assert_eq!(put(&world, &asker, vec![record(case, 2, "")]), [Code::Ok]);
    assert_eq!(put(&world, &asker, vec![record(case, 2, "")]), [Code::Dup]);
    let lines = world.store.consents(asker.user.as_ref().unwrap()).unwrap();
    let told: Vec<(&str, bool)> = lines.iter().map(|line| (line.key.as_str(), line.given)).collect();
    assert_eq!(told, [("beneficiary", true), ("position", true), ("beneficiary", false)]);
}

#[test]
fn answers_go_when_their_time_after_the_end_has_come() {
    let (world, mut asker, mut helper, case) = taken();
    world.pull(&mut asker);
    does(&world, &mut helper, case, "arrive", &[]);
    does(&world, &mut helper, case, "report_back", &[]);
    does(&world, &mut asker, case, "confirm", &[]);
    let private = |phone: &mut Phone| -> Option<Vec<String>> {
        let last = world.pull(phone).pop()?;
        Some(last.private?.into_iter().map(|field| field.key).collect())
    };
    assert_eq!(private(&mut asker), Some(vec!["beneficiary".to_owned(), "position".to_owned()]));
    world.pass(30 * DAY_MS - 1);
    world.tick();
    world.hello(&mut asker);
    assert_eq!(private(&mut asker), None, "nothing new");
    world.pass(1);
    world.tick();
    assert_eq!(private(&mut asker), Some(vec!["beneficiary".to_owned()]), "the place goes after a month");
    // What a phone offers again goes again.
    let late = PrivateRecord { key: "position".into(), ..record(case, 1, "{}") };
    assert_eq!(put(&world, &asker, vec![late]), [Code::Ok]);
    world.tick();
    assert_eq!(private(&mut asker), Some(vec!["beneficiary".to_owned()]));
    world.pass(150 * DAY_MS);
    world.tick();
    world.hello(&mut asker);
    assert_eq!(private(&mut asker), Some(vec![]));
    let other = rusqlite::Connection::open(world.directory.path().join("yuandian.db")).unwrap();
    let left: i64 = other.query_row("SELECT count(*) FROM private_record", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn who_does_not_want_to_meet_somebody_is_not_sent_to_their_door_nor_they_to_theirs() {
    for asker_says in [true, false] {
        let (world, mut asker, case) = asked();
        let mut helper = world.phone(11, Role::Volunteer);
        let mut other = world.phone(12, Role::Volunteer);
        let (says, about) = if asker_says { (&mut asker, &helper) } else { (&mut helper, &asker) };
        says.apart = about.user.map(|user| vec![user]);
        world.hello(says);
        let refused = tries(&world, &mut helper, case, "claim", &[]);
        assert_eq!(refused.code, Code::RRole);
        assert!(refused.facts.contains_key("apart") && !refused.facts.contains_key("level"));
        // In line the same: whoever moves up is somebody who may be met.
        does(&world, &mut other, case, "claim", &[]);
        let says = if asker_says { &mut asker } else { &mut helper };
        says.apart = Some(vec![]);
        world.hello(says);
        assert_eq!(tries(&world, &mut helper, case, "claim", &[]).code, Code::RTaken, "taken back");
    }
}

#[test]
fn who_takes_and_gives_back_is_told_ten_doors_a_day() {
    let world = World::new();
    let mut helper = world.phone(11, Role::Volunteer);
    let mut asker = world.phone(1, Role::Resident);
    let mut sees = |world: &World| {
        let case = asker.new_case();
        let report = asker.report(case, "help.errand");
        assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
        assert_eq!(put(world, &asker, vec![record(case, 1, "王奶奶")]), [Code::Ok]);
        let told = tries(world, &mut helper, case, "claim", &[]);
        if told.code == Code::Ok {
            world.pull(&mut helper);
            does(world, &mut helper, case, "release", &[]);
        }
        (told.code, told.facts.get("doors").cloned())
    };
    for _ in 0..10 {
        assert_eq!(sees(&world).0, Code::Ok);
    }
    assert_eq!(sees(&world), (Code::RLimit, Some("10".to_owned())));
}

#[test]
fn a_provider_that_is_full_lets_the_next_one_have_it() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let [mut full, mut next] = [21, 22].map(|number| world.phone(number, Role::ServiceProvider));
    let case = asker.new_case();
    let report = asker.report(case, "order.elder.meal");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    does(&world, &mut full, case, "accept_order", &[]);
    assert_eq!(tries(&world, &mut full, case, "pass_on", &[]).code, Code::RSchema, "without a reason");
    does(&world, &mut full, case, "pass_on", &[("reason", "今天满员")]);
    let state = world.store.case(&case).unwrap().unwrap().state;
    assert_eq!((state.stage.as_str(), state.progress.count("passed_on")), ("ordered", 1));
    assert!(state.progress.desk.is_some());
    does(&world, &mut next, case, "accept_order", &[]);
}

#[test]
fn what_a_server_of_before_kept_without_an_end_gets_one() {
    let (mut world, mut asker, mut helper, case) = taken();
    does(&world, &mut helper, case, "arrive", &[]);
    does(&world, &mut helper, case, "report_back", &[]);
    does(&world, &mut asker, case, "confirm", &[]);
    let path = world.directory.path().join("yuandian.db");
    let older = rusqlite::Connection::open(&path).unwrap();
    older
        .execute_batch(
            "DROP TABLE redaction; DROP TABLE apart; DROP TABLE hours; DROP TABLE consent; DROP INDEX private_look_user;
             DELETE FROM timer WHERE kind = 'retain';
             ALTER TABLE private_record DROP COLUMN until_ms;
             ALTER TABLE person_right DROP COLUMN evidence; ALTER TABLE invitation DROP COLUMN evidence;
             PRAGMA user_version = 2;",
        )
        .unwrap();
    drop(older);
    world.restart();
    world.tick();
    let kept = |world: &World| -> i64 {
        let db = rusqlite::Connection::open(world.directory.path().join("yuandian.db")).unwrap();
        db.query_row("SELECT count(*) FROM private_record", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(kept(&world), 2);
    world.pass(31 * DAY_MS);
    world.tick();
    assert_eq!(kept(&world), 1);
}

#[test]
fn an_alarm_goes_to_the_family_then_to_the_grid_then_above_until_somebody_answers() {
    let world = World::new();
    let mut elder = world.phone(1, Role::Resident);
    let [mut daughter, mut stranger] = [2, 3].map(|number| world.phone(number, Role::Resident));
    let worker = world.phone(4, Role::GridWorker);
    let chief = world.phone_in(5, Role::L2Head, "410102");
    let provider = world.phone(6, Role::ServiceProvider);
    let report = |elder: &mut Phone, family: &str| {
        let case = elder.new_case();
        let position = yuandian_model::Wgs84::new(113.613_25, 34.752_1).unwrap();
        let place = Some(yuandian_document::Place::Cell(yuandian_model::Cell500::of(position)));
        let report =
            yuandian_document::Report { service: "alert.elder".into(), grid: GRID.parse().unwrap(), place };
        let mut act = Act::report(report);
        act.args.insert("family".into(), family.into());
        (case, elder.act(case, &act))
    };
    let (_, wrong) = report(&mut elder, "nobody");
    assert_eq!(world.codes(&elder, vec![wrong]), [Code::RSchema]);
    // An id that is nobody's stands in nobody's way.
    let named = format!("{},{}", UserId([0xee; 16]), daughter.user.unwrap());
    let (case, raised) = report(&mut elder, &named);
    assert_eq!(world.codes(&elder, vec![raised]), [Code::Ok]);
    let heard = |world: &World| -> Vec<(UserId, &'static str)> {
        let lines = world.store.notifications(&case).unwrap();
        lines.iter().map(|line| (line.notification.user, line.notification.why.id())).collect()
    };
    let who = |phone: &Phone| phone.user.unwrap();
    world.tick();
    assert_eq!(heard(&world), [(who(&daughter), "family")]);
    assert_eq!(
        put(&world, &elder, vec![PrivateRecord { key: "position".into(), ..record(case, 1, "{}") }]),
        [Code::Ok]
    );
    let read = |world: &World, phone: &mut Phone| world.pull(phone).into_iter().find_map(|case| case.private);
    assert_eq!(read(&world, &mut daughter).map(|answers| answers.len()), Some(1), "she knows where to go");
    assert!(world.pull(&mut stranger).is_empty());
    world.pass(MINUTE_MS);
    world.tick();
    assert!(
        heard(&world).contains(&(who(&worker), "yours")) && !heard(&world).contains(&(who(&chief), "yours"))
    );
    world.pass(MINUTE_MS);
    world.tick();
    assert!(heard(&world).contains(&(who(&chief), "yours")));
    assert!(heard(&world).iter().all(|(user, _)| *user != who(&provider) && *user != who(&stranger)));
    does(&world, &mut daughter, case, "acknowledge", &[]);
    assert_eq!(world.store.case(&case).unwrap().unwrap().state.stage, "acknowledged");
    does(&world, &mut daughter, case, "call_off", &[("reason", "按错了")]);
}
