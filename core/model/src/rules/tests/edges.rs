//! Where lists end, where clocks do not run, and what is left of time that was added.

use super::*;
use crate::calendar::{Colour, Moment};
use crate::progress::{Extension, Pause, Step};

/// No moment: out of what times can be.
const NEVER_MS: i64 = i64::MAX;

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

#[test]
fn a_case_comes_to_so_many_stages_and_no_more() {
    let start = ("start", Role::Handler);
    let came = |count: usize| {
        let mut world = dispatched();
        let steps = &mut world.state.as_mut().unwrap().progress.steps;
        let step = Step { stage: "dispatched".into(), at_ms: 0, by: UserId([1; 16]) };
        steps.resize(count, step);
        (step_code(&mut world, start), world.state.unwrap().progress.steps.len())
    };
    let most = limits::STEPS_MAX;
    assert_eq!([came(most - 1), came(most)], [(Code::Ok, most), (Code::RLimit, most)]);
}

fn step_code(world: &mut World, act: (&str, Role)) -> Code {
    step(world, act, "2026-03-02T10:00+08:00", &[("unit", "unit.z"), ("score", "5")])
}

#[test]
fn so_many_units_work_on_a_case_each_of_them_once() {
    let joined = |units: usize, known: bool| {
        let mut world = dispatched();
        let progress = &mut world.state.as_mut().unwrap().progress;
        progress.units = (0..units).map(|n| format!("unit.{n}")).collect();
        if known {
            progress.units[1] = "unit.z".into();
        }
        let code = step_code(&mut world, ("joint", Role::Dispatcher));
        (code, world.state.unwrap().progress.units.len())
    };
    let most = limits::UNITS_MAX;
    assert_eq!(joined(most - 1, false), (Code::Ok, most));
    assert_eq!(joined(most, false), (Code::RLimit, most));
    assert_eq!(
        joined(most, true),
        (Code::Ok, most),
        "it is there already: it is joint now, and no longer list"
    );
}

#[test]
fn a_clock_that_stood_is_started_once() {
    let mut world = dispatched();
    let progress = &mut world.state.as_mut().unwrap().progress;
    progress.marks.insert(crate::Mark::Suspended);
    let ended = Pause { from_ms: 1, to_ms: Some(2), until_ms: None };
    progress.pauses = vec![ended];
    assert_eq!(step_code(&mut world, ("resume", Role::Dispatcher)), Code::Ok);
    assert_eq!(world.state.unwrap().progress.pauses, [ended], "what has ended is left as it is");
}

#[test]
fn no_clock_runs_where_a_case_has_ended_or_its_service_has_no_limits() {
    let clocks =
        |world: &World| clock::running(&world.catalogue, world.state.as_ref().unwrap()).unwrap().len();
    let mut world = dispatched();
    assert!(clocks(&world) > 0);
    world.state.as_mut().unwrap().stage = "closed".into();
    assert_eq!(clocks(&world), 0);
    world = dispatched();
    world.catalogue = world.catalogue.changed("case.city.E06010", |service| service.conditions.clear());
    assert_eq!(clocks(&world), 0);
}

#[test]
fn a_clock_that_cannot_be_read_is_told_and_is_not_over() {
    let broken = |change: fn(&mut CaseState)| {
        let mut world = dispatched();
        change(world.state.as_mut().unwrap());
        world
    };
    let worlds = [
        broken(|state| state.progress.pauses.push(Pause { from_ms: NEVER_MS, to_ms: None, until_ms: None })),
        broken(|state| {
            state.progress.pauses.push(Pause { from_ms: 0, to_ms: Some(NEVER_MS), until_ms: None });
        }),
        broken(|state| state.progress.steps.last_mut().unwrap().at_ms = NEVER_MS),
    ];
    for world in worlds {
        let state = world.state.as_ref().unwrap();
        assert!(clock::running(&world.catalogue, state).is_err());
        assert!(!over(&world, at("2027-01-01T00:00+08:00").ms()));
    }
    assert!(over(&dispatched(), at("2027-01-01T00:00+08:00").ms()));
    assert!(!over(&dispatched(), NEVER_MS), "no time");
}

fn over(world: &World, at_ms: i64) -> bool {
    let state = world.state.as_ref().unwrap();
    let found = world.catalogue.service(&state.service.0).unwrap();
    clock::is_over(&world.catalogue, found, state, at_ms)
}

/// Four working hours, two more and one more: seven are one limit, yellow when a fifth of them is left.
#[test]
fn what_was_added_is_left_with_the_limit_and_colours_go_by_all_of_it() {
    let mut world = dispatched();
    let since_ms = world.state.as_ref().unwrap().progress.since_ms().unwrap();
    let added = |limit: &str, at_ms| Extension { limit: limit.into(), at_ms };
    world.state.as_mut().unwrap().progress.extensions = vec![
        // To the clock that ran before this one.
        added("9 work_day", since_ms - 1),
        added("2 work_hour", since_ms),
        added("1 work_hour", since_ms + 1),
    ];
    let running = clock::running(&world.catalogue, world.state.as_ref().unwrap()).unwrap();
    let left = |now: &str| {
        let left = running[0].left(world.catalogue.calendar(), at(now)).unwrap();
        assert_eq!(left.clock, "dispose");
        assert_eq!(left.due, Some(at("2026-03-02T18:00+08:00")));
        let turns = (left.colour == Colour::Green).then(|| at("2026-03-02T16:36+08:00"));
        assert_eq!(left.yellow, turns);
        (left.left_ms / 60_000, left.colour)
    };
    assert_eq!(left("2026-03-02T14:59+08:00"), (181, Colour::Green));
    assert_eq!(left("2026-03-02T15:00+08:00"), (180, Colour::Green));
    assert_eq!(left("2026-03-02T16:35+08:00"), (85, Colour::Green));
    assert_eq!(left("2026-03-02T16:36+08:00"), (84, Colour::Yellow));
    assert_eq!(left("2026-03-02T17:00+08:00"), (60, Colour::Yellow));
    assert_eq!(left("2026-03-02T18:00+08:00"), (0, Colour::Yellow), "its last moment is in time");
    assert_eq!(left("2026-03-03T08:31+08:00"), (-1, Colour::Red));
    assert_eq!(left("2026-03-03T09:31+08:00"), (-61, Colour::Red), "over by more than what was added last");
    assert_eq!(left("2026-03-03T17:30+08:00"), (-420, Colour::Red));
    assert_eq!(left("2026-03-03T17:31+08:00"), (-421, Colour::DarkRed), "over by more than all of it");
}

#[test]
fn an_exclusive_act_expects_the_one_who_holds_the_case_now() {
    let meets = |holders: &[u8], expected: u8| {
        let mut world = dispatched();
        world.state.as_mut().unwrap().holders = holders.iter().map(|number| UserId([*number; 16])).collect();
        let expects = Expects { assignee: Some(UserId([expected; 16])), ..Expects::default() };
        let args = BTreeMap::from([("unit".to_owned(), "unit.z".to_owned())]);
        let request = ActRequest { expects: Some(&expects), args: Some(&args), ..act("joint") };
        let dispatcher = person(2, Role::Dispatcher, "410102001");
        world.judge(&request, &dispatcher).map_or_else(|no| no.code, |yes| yes.code)
    };
    assert_eq!(meets(&[8], 8), Code::Ok);
    assert_eq!([meets(&[8], 9), meets(&[8, 9], 9), meets(&[], 8)], [Code::RExpects; 3]);
}

#[test]
fn who_waits_and_asks_again_is_told_the_same_place() {
    let mut world = World::opened("help.errand", &asker());
    for number in 11..15 {
        world.code("claim", &volunteer(number));
    }
    for (number, position) in [(12, "1"), (13, "2"), (14, "3")] {
        let again = world.judge(&act("claim"), &volunteer(number)).unwrap();
        assert_eq!((again.code, again.facts["position"].as_str()), (Code::RTaken, position));
        assert_eq!(again.first, Some(UserId([11; 16])));
    }
}

#[test]
fn who_holds_what_is_done_does_not_claim_it_again() {
    let mut world = World::opened("help.errand", &asker());
    world.code("claim", &volunteer(11));
    assert_eq!(world.code("claim", &volunteer(11)), Code::Dup);
    assert_eq!(world.code("report_back", &volunteer(11)), Code::Ok);
    assert_eq!(world.code("claim", &volunteer(11)), Code::RState);
}

#[test]
fn a_case_is_taken_up_above_its_street_and_ends_at_the_city() {
    let mut world = dispatched();
    world.state.as_mut().unwrap().grid = grid("410102001002");
    let mut up = || {
        let reason = [("reason", "超出街道权限")];
        let code = step(&mut world, ("escalate", Role::L2Head), "2026-03-02T10:00+08:00", &reason);
        (code, world.state.as_ref().unwrap().progress.desk.as_ref().map(ToString::to_string))
    };
    assert_eq!(up(), (Code::Ok, Some("410102".to_owned())));
    assert_eq!(up(), (Code::Ok, Some("4101".to_owned())));
    assert_eq!(up(), (Code::RState, Some("4101".to_owned())), "nobody is above the city");
}

#[test]
fn a_case_bears_the_marks_of_its_service_from_the_first() {
    let catalogue =
        Catalogue::embedded().changed("case.snap", |service| service.marks = vec![crate::Mark::Sensitive]);
    let at = grid("410102001");
    let report = ActRequest { service: Some("case.snap"), grid: Some(&at), ..act("report") };
    let opened = judge(&catalogue, None, &report, &asker()).unwrap();
    assert_eq!(opened.next.progress.marks.into_iter().collect::<Vec<_>>(), [crate::Mark::Sensitive]);
}

#[test]
fn what_is_the_servers_own_no_person_does() {
    let mut world = dispatched();
    world.state.as_mut().unwrap().progress.marks.insert(crate::Mark::Suspended);
    let dispatcher = person(2, Role::Dispatcher, "410102001");
    assert_eq!(world.code("resume_due", &dispatcher), Code::RRole);
    assert_eq!(world.code("resume_due", &Actor::system()), Code::Ok);
    assert_eq!(world.state.unwrap().progress.marks.len(), 0);
}
