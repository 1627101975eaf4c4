//! Side actions of a case: joint work, a pause and more time within their bounds, what a report says of its answers, and times of the
//! service's own.

use std::collections::BTreeMap;

use super::*;
use crate::calendar::Moment;
use crate::catalogue::Deadline;
use crate::grant::OrgId;
use crate::rules::clock::{TimeLeft, standing};

/// 2026-09-07 09:00 in Zhengzhou, a Monday.
const MONDAY_MS: i64 = 1_788_742_800_000;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn of_unit(number: u8, unit: &str) -> Actor {
    let mut grant = Grant::new(Role::Handler, grid("410102001"));
    grant.of = Some(unit.parse::<OrgId>().unwrap());
    Actor { user: UserId([number; 16]), grants: vec![grant] }
}

fn said(args: &[(&str, &str)]) -> BTreeMap<String, String> {
    args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

impl World {
    fn says(&mut self, by: &Actor, name: &str, args: &[(&str, &str)], at_ms: i64) -> Result<Ruling, Refusal> {
        let args = said(args);
        self.judge(&ActRequest { args: Some(&args), photos: 9, at_ms, ..act(name) }, by)
    }

    /// A matter that a unit works on since Monday morning.
    fn at_work() -> (Self, Actor) {
        let roles = [Role::GridWorker, Role::Acceptor, Role::DutyChief, Role::Dispatcher, Role::HandlerUnit];
        let grants = roles.iter().map(|role| Grant::new(*role, grid("410102001"))).collect();
        let staff = Actor { user: UserId([1; 16]), grants };
        let mut world = Self::opened("case.city.E06010", &staff);
        world.says(&staff, "accept", &[], MONDAY_MS).unwrap();
        world.says(&staff, "file", &[], MONDAY_MS).unwrap();
        world.says(&staff, "dispatch", &[("unit", "unit.a")], MONDAY_MS).unwrap();
        world.says(&staff, "start", &[], MONDAY_MS).unwrap();
        (world, staff)
    }

    fn progress(&self) -> &Progress {
        &self.state.as_ref().unwrap().progress
    }

    fn marked(&self, mark: &str) -> bool {
        self.progress().marks.iter().any(|known| known.id() == mark)
    }
}

#[test]
fn the_lead_hands_in_when_every_unit_has_done_its_part() {
    let (mut world, staff) = World::at_work();
    world.says(&staff, "joint", &[("unit", "unit.b"), ("note", "断电")], MONDAY_MS).unwrap();
    world.says(&staff, "joint", &[("unit", "unit.c")], MONDAY_MS).unwrap();
    let hindered = world.says(&staff, "dispose", &[], MONDAY_MS).unwrap_err();
    assert_eq!((hindered.code, hindered.facts["mark"].as_str()), (Code::RState, "parts_open"));
    // Whoever works for a unit says it of that one, whatever else is named.
    world.says(&of_unit(7, "unit.c"), "joint_done", &[("unit", "unit.b")], MONDAY_MS + 5).unwrap();
    let part = &world.progress().parts["unit.c"];
    assert_eq!((part.done_ms, part.by), (Some(MONDAY_MS + 5), Some(UserId([7; 16]))));
    assert_eq!(world.progress().open_parts().collect::<Vec<_>>(), ["unit.b"]);
    assert_eq!(world.progress().parts["unit.b"].task.as_deref(), Some("断电"));
    assert!(world.marked("parts_open"));
    let again = world.says(&staff, "joint_done", &[("unit", "unit.c")], MONDAY_MS).unwrap_err();
    assert_eq!(again.code, Code::RState, "done before");
    let nobody = world.says(&staff, "joint_done", &[("unit", "unit.z")], MONDAY_MS).unwrap_err();
    assert_eq!(nobody.code, Code::RState, "works on something else");
    world.says(&staff, "joint_done", &[], MONDAY_MS).unwrap();
    assert!(!world.marked("parts_open") && world.marked("joint"));
    world.says(&staff, "dispose", &[], MONDAY_MS).unwrap();
}

#[test]
fn a_unit_gets_another_part_and_a_returned_case_has_none() {
    let (mut world, staff) = World::at_work();
    world.says(&staff, "joint", &[("unit", "unit.b")], MONDAY_MS).unwrap();
    world.says(&staff, "joint_done", &[], MONDAY_MS).unwrap();
    world.says(&staff, "joint", &[("unit", "unit.b"), ("note", "再断一次")], MONDAY_MS).unwrap();
    assert_eq!(world.progress().open_parts().collect::<Vec<_>>(), ["unit.b"]);
    world.says(&staff, "return_request", &[("reason", "不是我们的")], MONDAY_MS).unwrap();
    world.says(&staff, "return_approve", &[], MONDAY_MS).unwrap();
    assert!(world.progress().parts.is_empty() && !world.marked("parts_open"));
}

#[test]
fn who_supervises_is_answered_before_the_case_is_closed() {
    let (mut world, staff) = World::at_work();
    let supervisor = person(5, Role::Supervisor, "410102");
    let level = [("level", "street"), ("cause", "timeout")];
    world.says(&supervisor, "supervise", &level, MONDAY_MS).unwrap();
    world.says(&supervisor, "supervise_ask", &[("question", "为什么拖延")], MONDAY_MS).unwrap();
    world.says(&staff, "dispose", &[], MONDAY_MS).unwrap();
    world.says(&person(6, Role::Collector, "410102001"), "check_pass", &[], MONDAY_MS).unwrap();
    let hindered = world.says(&staff, "close", &[], MONDAY_MS).unwrap_err();
    assert_eq!((hindered.code, hindered.facts["mark"].as_str()), (Code::RState, "reply_due"));
    world.says(&staff, "supervise_reply", &[("note", "缺人手")], MONDAY_MS).unwrap();
    world.says(&staff, "close", &[], MONDAY_MS).unwrap();
}

#[test]
fn time_is_added_as_often_and_as_much_as_the_row_says() {
    let (mut world, staff) = World::at_work();
    let more = |world: &mut World, limit: &str| {
        world.says(&staff, "extend_request", &[("limit", limit), ("reason", "雨")], MONDAY_MS)?;
        world.says(&staff, "extend_endorse", &[], MONDAY_MS)?;
        world.says(&staff, "extend_approve", &[], MONDAY_MS)
    };
    more(&mut world, "15 work_day").unwrap();
    let too_much = more(&mut world, "6 day").unwrap_err();
    assert_eq!((too_much.code, too_much.facts["up_to"].as_str()), (Code::RLimit, "20 work_day"));
    let words = crate::words::Words::embedded().reason(too_much.code, &too_much.facts);
    assert_eq!(words.zh, "“批准延期”合计最多20个工作日");
    assert_eq!(words.en, "“Grant more time” adds at most 20 working days in all");
    // A day is a day, whether people work on it or not.
    world.says(&staff, "extend_approve", &[("limit", "5 day")], MONDAY_MS).unwrap();
    assert_eq!(world.progress().extensions.len(), 2);
}

#[test]
fn a_pause_ends_after_today_and_within_a_year() {
    let (mut world, staff) = World::at_work();
    for (until, fits) in
        [("2026-09-07", false), ("2026-09-06", false), ("2027-09-09", false), ("2026-09-08", true)]
    {
        let asked = world.says(&staff, "suspend_request", &[("until", until), ("reason", "雨")], MONDAY_MS);
        match asked {
            Ok(_) => assert!(fits, "{until}"),
            Err(refusal) => {
                assert_eq!((refusal.code, fits), (Code::RLimit, false), "{until}");
                let words = crate::words::Words::embedded().reason(refusal.code, &refusal.facts);
                assert_eq!(words.zh, "“申请挂账”的日期只能在今后366天以内");
            }
        }
    }
    let last = world.says(&staff, "suspend_approve", &[("until", "2027-09-08")], MONDAY_MS).unwrap();
    assert!(last.next.progress.is_paused(), "the last day that fits");
}

#[test]
fn a_report_says_which_condition_its_answers_bring_it_under() {
    let catalogue = Catalogue::embedded();
    let at = grid("410102001");
    let opened = |service: &str, args: &[(&str, &str)]| {
        let args = said(args);
        let report = ActRequest {
            service: Some(service),
            grid: Some(&at),
            args: Some(&args),
            at_ms: MONDAY_MS,
            ..act("report")
        };
        judge(&catalogue, None, &report, &asker()).map(|ruling| ruling.next)
    };
    let lost = opened("help.lost", &[("condition", "person")]).unwrap();
    let clocks = standing(&catalogue, &lost, Moment::from_ms(MONDAY_MS).unwrap());
    assert_eq!(clocks[0].due.unwrap().ms(), MONDAY_MS + HOUR_MS / 2);
    let other = opened("help.lost", &[]).unwrap();
    let clocks = standing(&catalogue, &other, Moment::from_ms(MONDAY_MS).unwrap());
    assert_eq!(clocks[0].due.unwrap().ms(), MONDAY_MS + DAY_MS, "the first is meant where none is named");
    let unknown = opened("help.lost", &[("condition", "dragon")]).unwrap_err();
    assert_eq!((unknown.code, unknown.facts["argument"].as_str()), (Code::RSchema, "condition"));
    let help = opened("talent.subsidy_help", &[("deadline", "tomorrow")]).unwrap_err();
    assert_eq!((help.code, help.facts["argument"].as_str()), (Code::RSchema, "deadline"));
    let plain = opened("case.snap", &[("deadline", "2026-09-20")]).unwrap();
    assert_eq!(plain.progress.deadline, None, "a service without one has none");
}

#[test]
fn a_day_set_from_outside_turns_red_in_time_and_nothing_makes_it_stand() {
    let catalogue = Catalogue::embedded();
    let deadline = catalogue.service("talent.subsidy_help").unwrap().0.deadline.clone();
    assert_eq!(
        deadline,
        Some(Deadline { field: "external_deadline".into(), red_before: "5 day".parse().unwrap() })
    );
    let args = said(&[("deadline", "2026-09-20")]);
    let at = grid("410102001");
    let report = ActRequest {
        service: Some("talent.subsidy_help"),
        grid: Some(&at),
        args: Some(&args),
        at_ms: MONDAY_MS,
        ..act("report")
    };
    let mut state = judge(&catalogue, None, &report, &asker()).unwrap().next;
    // The last day ends at midnight in Zhengzhou, sixteen hours after it began there in UTC.
    let due_ms = MONDAY_MS + 13 * DAY_MS + 15 * HOUR_MS;
    let colour = |at_ms: i64| {
        let times = standing(&catalogue, &state, Moment::from_ms(at_ms).unwrap());
        let last = times.last().unwrap();
        assert_eq!((last.clock.as_str(), last.due.unwrap().ms()), ("deadline", due_ms));
        assert_eq!(last.left_ms, due_ms - at_ms);
        last.colour.id()
    };
    assert_eq!(colour(due_ms - 5 * DAY_MS - 1), "green");
    assert_eq!(colour(due_ms - 5 * DAY_MS), "red");
    assert_eq!(colour(due_ms), "red", "the last moment is in time");
    assert_eq!(colour(due_ms + 1), "dark_red");
    state.stage = "rated".into();
    let ended = standing(&catalogue, &state, Moment::from_ms(due_ms).unwrap());
    assert_eq!(ended, [], "what has ended is timed by nothing");
}

#[test]
fn each_service_waits_as_long_as_it_says() {
    let first = |service: &str, author: &Actor| {
        let world = World::opened(service, author);
        let state = CaseState { progress: Progress::default(), ..world.state.unwrap() };
        let mut state = state;
        state.progress.steps =
            vec![crate::progress::Step { stage: state.stage.clone(), at_ms: MONDAY_MS, by: author.user }];
        next_own(&world.catalogue, &state).map(|(row, at_ms)| (row.id.clone(), at_ms - MONDAY_MS))
    };
    let due = |id: &str, after_ms: i64| Some((id.to_owned(), after_ms));
    assert_eq!(first("help.errand", &asker()), due("escalate_due", 2 * HOUR_MS));
    assert_eq!(first("help.lost", &asker()), due("escalate_due", HOUR_MS / 2));
    assert_eq!(first("help.offer", &asker()), due("expire", 180 * DAY_MS), "nobody waits for an answer");
    let duty = person(3, Role::Acceptor, "410102");
    assert_eq!(first("alert.ai", &duty), due("escalate_due", HOUR_MS / 6));
    let elder = person(3, Role::FamilyContact, "410102001");
    assert_eq!(first("alert.elder", &elder), due("escalate_due", 60_000));
}

#[test]
fn a_service_may_leave_an_act_to_the_server() {
    use crate::catalogue::Offline;
    let catalogue = Catalogue::embedded();
    let claim = |service: &str| {
        let (service, workflow) = catalogue.service(service).unwrap();
        service.offline_of(workflow.act("claim").unwrap())
    };
    assert_eq!((claim("help.errand"), claim("help.child")), (Offline::QueueIntent, Offline::ServerOnly));
    assert_eq!(
        [Offline::Local.id(), Offline::QueueIntent.id(), Offline::ServerOnly.id()],
        ["local", "queue_intent", "server_only"]
    );
}

#[test]
fn the_lead_has_no_part_and_what_is_given_up_waits_no_more() {
    let (mut world, staff) = World::at_work();
    let lead = world.says(&staff, "joint", &[("unit", "unit.a")], MONDAY_MS).unwrap_err();
    assert_eq!((lead.code, lead.facts["argument"].as_str()), (Code::RSchema, "unit"));
    assert!(!world.marked("parts_open"));
    world.says(&staff, "joint", &[("unit", "unit.b")], MONDAY_MS).unwrap();
    world.says(&staff, "joint_end", &[("reason", "来不了")], MONDAY_MS).unwrap();
    assert!(!world.marked("parts_open") && world.progress().parts.is_empty());
    world.says(&staff, "joint", &[("unit", "unit.c")], MONDAY_MS).unwrap();
    world.says(&of_unit(7, "unit.c"), "joint_done", &[], MONDAY_MS).unwrap();
    assert!(!world.marked("parts_open"), "nobody waits for the one that was let go");
}

#[test]
fn a_pause_that_is_over_when_it_is_granted_is_none() {
    let (mut world, staff) = World::at_work();
    world.says(&staff, "suspend_request", &[("until", "2026-09-08"), ("reason", "雨")], MONDAY_MS).unwrap();
    let late = MONDAY_MS + 3 * DAY_MS;
    let over = world.says(&staff, "suspend_approve", &[], late).unwrap_err();
    assert_eq!((over.code, over.facts["within"].as_str()), (Code::RLimit, "366 day"));
    assert_eq!(world.progress().count("suspensions"), 0, "the only one is not spent");
    world.says(&staff, "suspend_approve", &[("until", "2026-09-20")], late).unwrap();
}

#[test]
fn above_the_city_nothing_goes_up_and_what_comes_later_comes() {
    let mut catalogue = World::opened("help.errand", &asker());
    let city = CaseState { grid: grid("4101"), ..catalogue.state.take().unwrap() };
    let mut state = city;
    state.progress.steps[0].at_ms = MONDAY_MS;
    assert_eq!(
        next_own(&catalogue.catalogue, &state).unwrap().0.id,
        "escalate_due",
        "to whoever works there"
    );
    state.progress.desk = Some(grid("4101"));
    let (row, at_ms) = next_own(&catalogue.catalogue, &state).unwrap();
    assert_eq!((row.id.as_str(), at_ms), ("expire", MONDAY_MS + 3 * DAY_MS));
}

#[test]
fn a_pressing_condition_makes_a_case_urgent_and_another_takes_that_back() {
    let staff = Actor {
        user: UserId([1; 16]),
        grants: [Role::GridWorker, Role::Acceptor, Role::DutyChief]
            .map(|role| Grant::new(role, grid("410102001")))
            .to_vec(),
    };
    let mut world = World::opened("case.city.P01001", &staff);
    assert!(world.marked("urgent"), "an open manhole is meant where nothing else is said");
    world.says(&staff, "accept", &[], MONDAY_MS).unwrap();
    world.says(&staff, "file", &[("condition", "worn")], MONDAY_MS).unwrap();
    assert!(!world.marked("urgent"));
    let local = World::opened("case.local.L10009", &staff);
    assert!(local.marked("urgent"));
    let mut local = local;
    local.says(&staff, "accept", &[], MONDAY_MS).unwrap();
    local.says(&staff, "file", &[("condition", "gap_fix")], MONDAY_MS).unwrap();
    assert!(local.marked("urgent"), "its service says so of every case");
}

#[test]
fn the_score_is_kept_for_those_who_count() {
    let mut world = World::opened("help.errand", &asker());
    world.says(&volunteer(11), "claim", &[], MONDAY_MS).unwrap();
    world.says(&volunteer(11), "report_back", &[], MONDAY_MS).unwrap();
    world.says(&asker(), "confirm", &[], MONDAY_MS).unwrap();
    assert_eq!(world.progress().score, None);
    world.says(&asker(), "rate", &[("score", "4")], MONDAY_MS).unwrap();
    assert_eq!(world.progress().score, Some(4));
}

#[test]
fn a_clock_says_whose_holidays_it_counts_by_and_one_that_nobody_can_count_says_why() {
    use crate::rules::clock::unknown_year;
    let catalogue = Catalogue::embedded();
    let clocks = |moment: &str| {
        let mut world = World::opened("case.city.E06010", &asker());
        let at_ms = moment.parse::<Moment>().unwrap().ms();
        let state = world.state.as_mut().unwrap();
        state.stage = "dispatched".into();
        state.progress.steps.push(crate::progress::Step {
            stage: "dispatched".into(),
            at_ms,
            by: asker().user,
        });
        let now = Moment::from_ms(at_ms).unwrap();
        let told = |left: &TimeLeft| (left.clock.clone(), left.unit.id(), left.by_rule);
        let times: Vec<_> = standing(&catalogue, state, now).iter().map(told).collect();
        (times, unknown_year(&catalogue, state, now))
    };
    let dispose = |by_rule| vec![("dispose".to_owned(), "work_hour", by_rule)];
    assert_eq!(clocks("2026-09-07T09:00+08:00"), (dispose(false), None));
    assert_eq!(clocks("2027-09-06T09:00+08:00"), (dispose(true), None), "2027 is not published yet");
    assert_eq!(
        clocks("2027-12-31T17:00+08:00"),
        (vec![], Some(2028)),
        "nobody knows when January begins to work"
    );
}
