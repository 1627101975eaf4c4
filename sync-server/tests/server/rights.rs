//! Rights with a unit and rights with a validity: what they open, when they end, who learns of it.

use std::collections::BTreeSet;
use std::process::Command;

use yuandian_document::{Act, Edit, NoteEntry};
use yuandian_model::calendar::{beijing, instant};
use yuandian_model::{CaseId, Code, DivisionCode, EntryId, Grant, Role};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::hub::Request;
use yuandian_server::limits::LATE_GRACE_MS;
use yuandian_server::problem::Problem;
use yuandian_server::shell::SystemRandomness;
use yuandian_server::store::{Authority, RightsChange, Store, Whom};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

const SERVICE: &str = "case.city.E06010";
const HOUR_MS: i64 = 3_600_000;

fn right(role: Role) -> Grant {
    Grant::new(role, GRID.parse().unwrap())
}

fn of_unit(role: Role, unit: &str) -> Grant {
    right(role).of(unit.parse().unwrap())
}

/// A role that leads to no stream.
const BLIND: Role = Role::EnterpriseRep;

/// Somebody who sees nothing and gets a right.
fn holder(world: &World, number: u8, grant: &Grant) -> Phone {
    let mut phone = world.phone(number, BLIND);
    let given = world.store.grant(&Whom::Device(phone.device()), grant, world.now()).unwrap();
    assert!(matches!(given, RightsChange::Done { count: 1, .. }));
    world.hello(&mut phone);
    phone
}

/// The answer to a note that its phone says it wrote at a time; a refused one is forgotten, as phones do.
fn noted(world: &World, phone: &mut Phone, case: CaseId, at_ms: i64) -> Receipt {
    let before = phone.documents.get(&case).cloned();
    phone.captured = Some(at_ms);
    let mut random = [phone.number; 10];
    random[..8].copy_from_slice(&phone.chain.0.to_be_bytes());
    let entry = NoteEntry::of("seen", at_ms);
    let item = phone.write(case, &[Edit::Note(EntryId::v7(at_ms, random), entry)], &[]);
    let receipt = world.push(phone, vec![item]).remove(0);
    if !receipt.code.is_taken() {
        phone.documents.remove(&case);
        phone.documents.extend(before.map(|before| (case, before)));
    }
    receipt
}

fn reported(world: &World) -> CaseId {
    let mut author = world.phone(1, Role::Resident);
    let case = author.new_case();
    let report = author.report(case, SERVICE);
    assert_eq!(world.codes(&author, vec![report]), [Code::Ok]);
    case
}

fn streams(phone: &Phone, kind: &str) -> Vec<String> {
    phone.cursors.keys().filter(|name| name.starts_with(kind)).cloned().collect()
}

/// Everything that the end of a right means, with or without a new process in between, before and after its timer has run.
fn ends_of_itself(restarted: bool) {
    let mut world = World::new();
    let case = reported(&world);
    let until = world.now() + HOUR_MS;
    let mut worker = holder(&world, 2, &right(Role::GridWorker).during(None, Some(until)));
    assert_eq!(streams(&worker, "grid:"), [format!("grid:{GRID}")]);
    assert_eq!(world.pull(&mut worker).len(), 1);
    world.pass(HOUR_MS - 1);
    world.hello(&mut worker);
    assert_eq!(noted(&world, &mut worker, case, until - 1).code, Code::Ok);
    assert!(!world.page(&worker).greet);
    world.pass(1);
    if restarted {
        world.restart();
    }
    // Nothing has run yet, and the right is over.
    let answers = |world: &World, worker: &mut Phone| {
        let (in_time, late) = (noted(world, worker, case, until - 1), noted(world, worker, case, until));
        assert_eq!((in_time.code, in_time.seq.is_some()), (Code::OkLate, true));
        assert_eq!((late.code, late.facts["until"].as_str()), (Code::RRole, beijing(until).as_str()));
    };
    answers(&world, &mut worker);
    assert!(world.page(&worker).cases.is_empty(), "its stream brings nothing any more");
    let manifest = Manifest {
        version: WIRE_VERSION,
        stream: yuandian_sync::StreamId(format!("grid:{GRID}")),
        partition: yuandian_model::PartitionId::ONLY,
        after: None,
    };
    assert_eq!(world.ask_as(&worker, Request::Manifest(manifest)), Err(Problem::Unauthorized));
    world.hub.tick(world.now()).unwrap();
    assert!(world.page(&worker).greet, "and the phone is told to greet");
    let reply = world.hello(&mut worker);
    assert_eq!(reply.grants, [right(BLIND)]);
    let gone: Vec<_> =
        reply.removed.iter().map(|gone| (gone.stream.0.as_str(), gone.reason.as_str())).collect();
    let (grid, role) = (format!("grid:{GRID}"), format!("role:grid_worker@{GRID}"));
    assert_eq!(gone, [(grid.as_str(), "no_right"), (role.as_str(), "no_right")]);
    assert!(!world.page(&worker).greet, "once");
    answers(&world, &mut worker);
    world.pass(LATE_GRACE_MS);
    world.hello(&mut worker);
    assert_eq!(noted(&world, &mut worker, case, until - 1).code, Code::OkLate, "taken for a while");
    world.pass(1);
    assert_eq!(noted(&world, &mut worker, case, until - 1).code, Code::RRole);
}

#[test]
fn a_right_ends_of_itself() {
    ends_of_itself(false);
}

#[test]
fn a_right_ends_of_itself_under_a_new_process() {
    ends_of_itself(true);
}

#[test]
fn a_right_begins_when_its_time_has_come() {
    let world = World::new();
    let case = reported(&world);
    let from = world.now() + HOUR_MS;
    let grant = right(Role::GridWorker).during(Some(from), Some(from + 1_000));
    let mut worker = holder(&world, 2, &grant);
    assert!(streams(&worker, "grid:").is_empty());
    let reply = world.hello(&mut worker);
    assert_eq!(reply.grants, [grant, right(BLIND)], "the phone knows what will be");
    let receipt = noted(&world, &mut worker, case, world.now());
    assert_eq!((receipt.code, receipt.facts["from"].as_str()), (Code::RRole, beijing(from).as_str()));
    world.pass(HOUR_MS - 1);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut worker);
    assert!(streams(&worker, "grid:").is_empty() && !world.page(&worker).greet);
    world.pass(1);
    world.hub.tick(world.now()).unwrap();
    assert!(world.page(&worker).greet);
    world.hello(&mut worker);
    assert_eq!(streams(&worker, "grid:").len(), 1);
    assert_eq!(world.pull(&mut worker).len(), 1);
    assert_eq!(noted(&world, &mut worker, case, world.now()).code, Code::Ok);
    world.pass(1_000);
    world.hub.tick(world.now()).unwrap();
    assert!(world.page(&worker).greet, "the timer was set anew for its end");
}

#[test]
fn a_right_that_was_taken_before_its_end_ended_when_it_was_taken() {
    let world = World::new();
    let case = reported(&world);
    let (taken, until) = (world.now() + HOUR_MS, world.now() + 2 * HOUR_MS);
    let mut worker = holder(&world, 2, &right(Role::GridWorker).during(None, Some(until)));
    world.pull(&mut worker);
    world.pass(HOUR_MS);
    let whom = Whom::Device(worker.device());
    world.store.revoke(&whom, Some(&right(Role::GridWorker)), taken).unwrap();
    world.pass(2 * HOUR_MS);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut worker);
    assert_eq!(noted(&world, &mut worker, case, taken - 1).code, Code::OkLate);
    let late = noted(&world, &mut worker, case, taken);
    assert_eq!(late.code, Code::RRole);
    assert!(!late.facts.contains_key("until"), "it did not end of itself");
}

/// People of every desk, and a case that was dispatched to `water`.
struct Desks {
    world: World,
    case: CaseId,
    dispatcher: Phone,
}

fn dispatch(case: CaseId, dispatcher: &mut Phone, name: &str, unit: &str) -> PushItem {
    let act = Act { args: [("unit".to_owned(), unit.to_owned())].into(), ..Act::named(name, None) };
    dispatcher.act(case, &act)
}

fn desks() -> Desks {
    let world = World::new();
    let case = reported(&world);
    let mut acceptor = world.phone(11, Role::Acceptor);
    let mut chief = world.phone(12, Role::DutyChief);
    let mut dispatcher = world.phone(13, Role::Dispatcher);
    let accept = acceptor.named(case, "accept");
    assert_eq!(world.codes(&acceptor, vec![accept]), [Code::Ok]);
    let file = chief.named(case, "file");
    assert_eq!(world.codes(&chief, vec![file]), [Code::Ok]);
    let item = dispatch(case, &mut dispatcher, "dispatch", "water");
    assert_eq!(world.codes(&dispatcher, vec![item]), [Code::Ok]);
    Desks { world, case, dispatcher }
}

#[test]
fn who_works_for_a_unit_holds_and_handles_what_it_works_on() {
    let Desks { world, case, mut dispatcher } = desks();
    let mut water = holder(&world, 2, &of_unit(Role::Handler, "water"));
    let mut gas = holder(&world, 3, &of_unit(Role::Handler, "gas"));
    let mut any = holder(&world, 4, &right(Role::Handler));
    assert_eq!(streams(&water, "unit:"), [format!("unit:water@{GRID}")]);
    assert!(streams(&water, "grid:").is_empty(), "the division is not opened");
    assert_eq!(world.pull(&mut any).len(), 1);
    let pulled = world.pull(&mut water);
    assert_eq!((pulled.len(), pulled[0].document, pulled[0].stream.is_of_unit()), (1, case, true));
    assert!(world.pull(&mut gas).is_empty());
    let started = gas.named(case, "start");
    let receipt = &world.push(&gas, vec![started])[0];
    assert_eq!((receipt.code, receipt.facts["unit"].as_str()), (Code::RScope, "gas"));
    assert_eq!(noted(&world, &mut gas, case, world.now()).code, Code::RScope);
    let started = water.named(case, "start");
    assert_eq!(world.codes(&water, vec![started]), [Code::Ok]);
    assert_eq!(noted(&world, &mut water, case, world.now()).code, Code::Ok);
    // A second unit is brought in.
    let joint = dispatch(case, &mut dispatcher, "joint", "gas");
    assert_eq!(world.codes(&dispatcher, vec![joint]), [Code::Ok]);
    assert_eq!(world.pull(&mut gas).len(), 1);
    let done = gas.named(case, "joint_done");
    assert_eq!(world.codes(&gas, vec![done]), [Code::Ok]);
    // Taken back from both: it leaves their phones, and nobody else's.
    let asking = Act {
        args: [("reason".to_owned(), "not ours".to_owned())].into(),
        ..Act::named("return_request", None)
    };
    let asked = water.act(case, &asking);
    assert_eq!(world.codes(&water, vec![asked]), [Code::Ok]);
    let back = dispatcher.named(case, "return_approve");
    assert_eq!(world.codes(&dispatcher, vec![back]), [Code::Ok]);
    for phone in [&mut water, &mut gas] {
        let gone = world.pull(phone);
        assert_eq!(gone.last().unwrap().gone.as_deref(), Some("recalled"));
    }
    assert!(world.pull(&mut any).iter().all(|case| case.gone.is_none()));
    let receipt = noted(&world, &mut water, case, world.now());
    assert_eq!((receipt.code, receipt.facts["unit"].as_str()), (Code::RScope, "water"));
    // And comes again with the next dispatch.
    let item = dispatch(case, &mut dispatcher, "dispatch", "gas");
    assert_eq!(world.codes(&dispatcher, vec![item]), [Code::Ok]);
    assert_eq!(world.pull(&mut gas).last().unwrap().gone, None);
    assert!(world.pull(&mut water).is_empty());
}

#[test]
fn a_provider_adds_to_what_it_works_on_and_rewrites_nothing() {
    let Desks { world, case, .. } = desks();
    let mut provider = holder(&world, 2, &of_unit(Role::ServiceProvider, "water"));
    assert_eq!(world.pull(&mut provider).len(), 1);
    assert_eq!(noted(&world, &mut provider, case, world.now()).code, Code::Ok);
    let rewritten = provider.describe(case, "mine now");
    assert_eq!(world.codes(&provider, vec![rewritten]), [Code::RRole]);
}

#[test]
fn rights_that_differ_in_unit_or_time_are_different_rights() {
    let world = World::new();
    let phone = world.phone(2, Role::Resident);
    let whom = Whom::Device(phone.device());
    let until = |ms: i64| right(Role::Handler).during(None, Some(world.now() + ms));
    let rights = [
        right(Role::Handler),
        of_unit(Role::Handler, "water"),
        of_unit(Role::Handler, "gas"),
        until(5),
        until(9),
    ];
    let user = phone.user.unwrap();
    let done = |count| Ok(RightsChange::Done { user, count });
    for grant in &rights {
        assert_eq!(world.store.grant(&whom, grant, world.now()), done(1), "{grant}");
        assert_eq!(world.store.grant(&whom, grant, world.now()), done(0), "{grant}");
    }
    assert_eq!(world.store.account(&phone.device()).unwrap().unwrap().grants.len(), 6);
    assert_eq!(world.store.revoke(&whom, Some(&rights[1]), world.now()), done(1), "one unit's");
    assert_eq!(world.store.revoke(&whom, Some(&rights[0]), world.now()), done(4), "whatever unit and time");
}

#[test]
fn a_right_that_makes_no_sense_is_not_given() {
    let world = World::new();
    let phone = world.phone(2, Role::Resident);
    let whom = Whom::Device(phone.device());
    let now = world.now();
    let path = world.directory.path();
    let give = |grant: Grant| {
        let given = admin::grant(path, &whom, (&grant, None), &mut SystemRandomness, now);
        let invited = admin::invite(path, (&grant, None), 1, &mut SystemRandomness, now).map(|_| 1);
        match (given, invited) {
            (Ok(count), Ok(_)) => Ok(count),
            (Err(given), Err(invited)) => {
                assert_eq!(given.to_string(), invited.to_string());
                Err(given)
            }
            (given, invited) => panic!("{given:?} {invited:?}"),
        }
    };
    assert!(matches!(give(of_unit(Role::GridWorker, "water")), Err(AdminError::NoUnit(Role::GridWorker))));
    let handler = |from_ms, until_ms| give(right(Role::Handler).during(from_ms, until_ms));
    assert!(matches!(handler(None, Some(now)), Err(AdminError::Over(_))));
    assert!(matches!(handler(Some(now + 5), Some(now + 5)), Err(AdminError::EndsBeforeItBegins(..))));
    assert!(matches!(handler(Some(now - 5), Some(now + 1)), Ok(1)));
    assert!(matches!(give(of_unit(Role::ServiceProvider, "water").during(Some(now + 5), None)), Ok(1)));
}

#[test]
fn an_invitation_brings_its_unit_and_its_time() {
    let world = World::new();
    let grant = of_unit(Role::Handler, "water").during(Some(world.now() + 5), Some(world.now() + HOUR_MS));
    let codes =
        admin::invite(world.directory.path(), (&grant, None), 1, &mut SystemRandomness, world.now()).unwrap();
    let phone = Phone::new(2);
    let Ok(yuandian_server::hub::Response::Enrolled(enrolled)) =
        world.ask(Request::Enroll(phone.enroll(&codes[0].to_string(), "Person 2")))
    else {
        panic!("not enrolled");
    };
    assert_eq!(enrolled.grants, [grant]);
    world.pass(HOUR_MS);
    world.hub.tick(world.now()).unwrap();
    assert_eq!(world.store.account(&phone.device()).unwrap().unwrap().grants, [], "and ends in time");
}

/// What the command prints, or the end of what it says is wrong.
fn command(data: &std::path::Path, line: &str) -> Result<String, String> {
    let mut words: Vec<&str> = line.split(' ').collect();
    let data = data.to_str().unwrap();
    words.extend(["--data", data]);
    let done = Command::new(env!("CARGO_BIN_EXE_yuandian-server")).args(&words).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match done.status.code() {
        Some(0) => Ok(text(&done.stdout)),
        Some(2) => Err(text(&done.stderr)),
        code => panic!("{code:?} {}", text(&done.stderr)),
    }
}

#[test]
fn operators_say_units_and_times_on_the_command_line() {
    let world = World::new();
    let phone = world.phone(2, Role::Resident);
    let run = |line: &str| command(world.directory.path(), line);
    let code =
        run("invite --role handler --grid 410102 --unit water --from 2026-01-01 --until 2199-07-01").unwrap();
    assert_eq!(code.len(), 14, "{code}");
    let user = phone.user.unwrap();
    let grant = |more: &str| run(&format!("admin grant --user {user} --role handler --grid 410102 {more}"));
    assert_eq!(grant("--unit water --until 2199-07-01T08:00+08:00"), Ok("done: 1".to_owned()));
    assert_eq!(grant("--unit gas"), Ok("done: 1".to_owned()));
    let told = world.store.account(&phone.device()).unwrap().unwrap().grants;
    let until_ms = instant("2199-07-01T08:00+08:00").unwrap().ms();
    let handler = Grant::new(Role::Handler, "410102".parse().unwrap());
    let expected = handler.clone().of("water".parse().unwrap()).during(None, Some(until_ms));
    assert!(told.contains(&expected), "{told:?}");
    for (more, wrong) in [
        ("--unit Water", "is no unit"),
        ("--until tomorrow", "is no instant"),
        ("--until 2199-02-30", "does not exist"),
        ("--from 2199-07-01T08:00", "no offset"),
        ("--until 1999-01-01", "would have ended on 1999-01-01T00:00:00+08:00"),
        ("--from 2199-01-02 --until 2199-01-02", "cannot begin"),
    ] {
        let said = grant(more).unwrap_err();
        assert!(said.contains(wrong), "{more}: {said}");
    }
    let worker = run(&format!("admin grant --user {user} --role grid_worker --grid 410102 --unit water"));
    assert!(worker.unwrap_err().contains("held for no unit"));
    let revoked = run(&format!("admin revoke --user {user} --role handler --grid 410102 --unit water"));
    assert_eq!(revoked, Ok("done: 1".to_owned()));
    let told = world.store.account(&phone.device()).unwrap().unwrap().grants;
    assert!(told.contains(&handler.of("gas".parse().unwrap())) && told.len() == 2, "{told:?}");
}

#[test]
fn whoever_works_a_grid_sees_its_cases_and_those_of_no_other() {
    let world = World::new();
    let mut author = world.phone(1, Role::Resident);
    let community = "410102001002";
    let inside = |digits: &str| format!("{community}{digits}").parse::<DivisionCode>().unwrap();
    let worker =
        |number: u8, digits: &str| holder(&world, number, &Grant::new(Role::GridWorker, inside(digits)));
    let (mut third, mut micro, mut other, mut whole) =
        (worker(2, "003"), worker(3, "00307"), worker(4, "004"), worker(5, ""));
    let (here, there) = (author.new_case(), author.new_case());
    let reports = [(here, inside("003")), (there, inside("00307"))]
        .map(|(case, grid)| author.report_in(case, SERVICE, grid.as_str()));
    assert_eq!(world.codes(&author, reports.to_vec()), [Code::Ok; 2]);
    let sees = |phone: &mut Phone| {
        world.hello(phone);
        let cases: BTreeSet<CaseId> = world.pull(phone).iter().map(|case| case.document).collect();
        cases
    };
    assert_eq!(sees(&mut third), BTreeSet::from([here, there]), "a micro-grid lies in its grid");
    assert_eq!(sees(&mut micro), BTreeSet::from([there]));
    assert_eq!(sees(&mut other), BTreeSet::new());
    assert_eq!(sees(&mut whole), BTreeSet::from([here, there]));
    let nowhere = author.new_case();
    let item = author.report_in(nowhere, SERVICE, "410102999001003");
    assert_eq!(world.push(&author, vec![item])[0].facts["grid"], "410102999001003");
}
