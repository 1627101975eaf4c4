mod edges;
mod offers;
mod side;

use super::*;
use crate::role::Role;

fn grid(text: &str) -> DivisionCode {
    text.parse().unwrap()
}
fn person(number: u8, role: Role, at: &str) -> Actor {
    Actor { user: UserId([number; 16]), grants: vec![Grant::new(role, grid(at))] }
}
fn act(name: &str) -> ActRequest<'_> {
    ActRequest::named(name)
}

struct World {
    catalogue: Catalogue,
    state: Option<CaseState>,
}
impl World {
    fn opened(service: &str, author: &Actor) -> Self {
        let mut world = Self { catalogue: Catalogue::embedded(), state: None };
        let at = grid("410102001");
        let report = ActRequest { service: Some(service), grid: Some(&at), ..act("report") };
        assert_eq!(world.judge(&report, author).unwrap().code, Code::Ok);
        world
    }
    fn judge(&mut self, request: &ActRequest<'_>, actor: &Actor) -> Result<Ruling, Refusal> {
        let ruling = judge(&self.catalogue, self.state.as_ref(), request, actor)?;
        self.state = Some(ruling.next.clone());
        Ok(ruling)
    }
    fn code(&mut self, name: &str, actor: &Actor) -> Code {
        self.judge(&act(name), actor).map_or_else(|refusal| refusal.code, |ruling| ruling.code)
    }
    fn stage(&self) -> &str {
        &self.state.as_ref().unwrap().stage
    }
}

fn asker() -> Actor {
    person(1, Role::Resident, "410102001")
}
fn volunteer(number: u8) -> Actor {
    person(number, Role::Volunteer, "410102001")
}

#[test]
fn first_claim_wins_and_the_others_wait_in_line() {
    let mut world = World::opened("help.errand", &asker());
    assert_eq!(world.code("claim", &volunteer(11)), Code::Ok);
    let second = world.judge(&act("claim"), &volunteer(12)).unwrap();
    assert_eq!((second.code, second.first), (Code::RTaken, Some(UserId([11; 16]))));
    assert_eq!(second.facts["position"], "1");
    let third = world.judge(&act("claim"), &volunteer(13)).unwrap();
    assert_eq!(third.facts["position"], "2");
    assert_eq!(world.stage(), "claimed");
    assert_eq!(world.state.as_ref().unwrap().holders, [UserId([11; 16])]);
}

#[test]
fn a_release_promotes_the_next_in_the_same_step() {
    let mut world = World::opened("help.errand", &asker());
    for number in [11, 12, 13] {
        world.code("claim", &volunteer(number));
    }
    let ruling = world.judge(&act("release"), &volunteer(11)).unwrap();
    assert_eq!((ruling.code, ruling.promoted), (Code::Ok, Some(UserId([12; 16]))));
    assert_eq!(world.stage(), "claimed");
    assert_eq!(world.state.as_ref().unwrap().waiting, [UserId([13; 16])]);
    world.code("release", &volunteer(12));
    world.code("release", &volunteer(13));
    assert_eq!(world.stage(), "open", "nobody left: it is open again");
}

#[test]
fn leaving_the_waiting_list_touches_nobody_else() {
    let mut world = World::opened("help.errand", &asker());
    for number in [11, 12, 13] {
        world.code("claim", &volunteer(number));
    }
    let ruling = world.judge(&act("release"), &volunteer(12)).unwrap();
    assert_eq!(ruling.promoted, None);
    let state = world.state.unwrap();
    assert_eq!((state.holders, state.waiting), (vec![UserId([11; 16])], vec![UserId([13; 16])]));
    assert_eq!(state.stage, "claimed");
}

#[test]
fn nobody_holds_or_waits_for_what_was_cancelled_and_nobody_waits_for_what_is_done() {
    let mut world = World::opened("help.errand", &asker());
    world.code("claim", &volunteer(11));
    world.code("claim", &volunteer(12));
    let mut cancelled = World { catalogue: Catalogue::embedded(), state: world.state.clone() };
    cancelled.code("cancel", &asker());
    let state = cancelled.state.unwrap();
    assert_eq!((state.holders, state.waiting), (vec![], vec![]));
    world.code("report_back", &volunteer(11));
    assert_eq!(world.state.as_ref().unwrap().waiting.len(), 1, "until it is confirmed the line stands");
    world.code("confirm", &asker());
    let state = world.state.unwrap();
    assert_eq!((state.holders, state.waiting), (vec![UserId([11; 16])], vec![]));
}

#[test]
fn claiming_twice_changes_nothing() {
    let mut world = World::opened("help.errand", &asker());
    world.code("claim", &volunteer(11));
    world.code("claim", &volunteer(12));
    let before = world.state.clone();
    assert_eq!(world.code("claim", &volunteer(11)), Code::Dup);
    assert_eq!(world.code("claim", &volunteer(12)), Code::RTaken);
    assert_eq!(world.state, before);
}

#[test]
fn the_waiting_list_ends_somewhere() {
    let mut world = World::opened("help.errand", &asker());
    let many = |n: usize| {
        let mut user = [9; 16];
        user[0] = u8::try_from(n).unwrap();
        Actor { user: UserId(user), ..volunteer(9) }
    };
    for n in 0..=limits::WAITING_MAX {
        assert!(world.judge(&act("claim"), &many(n)).is_ok(), "{n}");
    }
    assert_eq!(world.code("claim", &many(limits::WAITING_MAX + 1)), Code::RLimit);
}

#[test]
fn following_changes_who_hears_of_it_and_nothing_else() {
    let mut world = World::opened("case.snap", &asker());
    let neighbour = person(20, Role::Resident, "410102");
    assert_eq!(world.code("unfollow", &neighbour), Code::Dup, "nothing to leave");
    assert_eq!(world.code("follow", &neighbour), Code::Ok);
    assert_eq!(world.code("follow", &neighbour), Code::Dup, "once");
    let state = world.state.clone().unwrap();
    assert_eq!((state.followers, state.stage.as_str()), (vec![UserId([20; 16])], "reported"));
    assert!(state.holders.is_empty() && state.act_seq == 2);
    assert_eq!(world.code("follow", &person(21, Role::Resident, "410103")), Code::RScope);
    assert_eq!(world.code("unfollow", &neighbour), Code::Ok);
    assert_eq!(world.state.as_ref().unwrap().followers, []);
    let mut help = World::opened("help.errand", &asker());
    assert_eq!(help.code("follow", &neighbour), Code::RSchema, "help is nobody's to watch");
}

#[test]
fn so_many_follow_a_case_and_no_more() {
    let mut world = World::opened("case.snap", &asker());
    let many = |n: usize| {
        let mut user = [9; 16];
        user[..2].copy_from_slice(&u16::try_from(n).unwrap().to_be_bytes());
        Actor { user: UserId(user), ..person(9, Role::Resident, "410102001") }
    };
    for n in 1..=limits::FOLLOWERS_MAX {
        assert_eq!(world.code("follow", &many(n)), Code::Ok, "{n}");
    }
    assert_eq!(world.code("follow", &many(limits::FOLLOWERS_MAX + 1)), Code::RLimit);
}

#[test]
fn the_whole_errand_ends_confirmed() {
    let mut world = World::opened("help.errand", &asker());
    let helper = volunteer(11);
    for (name, actor, stage) in [
        ("claim", &helper, "claimed"),
        ("depart", &helper, "en_route"),
        ("arrive", &helper, "in_service"),
        ("report_back", &helper, "done_by_volunteer"),
        ("confirm", &asker(), "confirmed"),
        ("rate", &asker(), "rated"),
    ] {
        assert_eq!(world.code(name, actor), Code::Ok, "{name}");
        assert_eq!(world.stage(), stage);
    }
}

#[test]
fn each_wrong_act_gets_its_own_code() {
    let mut world = World::opened("help.errand", &asker());
    assert_eq!(world.code("claim", &person(20, Role::Resident, "410102001")), Code::RRole);
    assert_eq!(world.code("claim", &person(21, Role::Volunteer, "410103")), Code::RScope);
    assert_eq!(world.code("confirm", &asker()), Code::RState);
    assert_eq!(world.code("dance", &asker()), Code::RSchema);
    assert_eq!(world.code("report", &volunteer(11)), Code::RState);
    assert_eq!(world.code("report", &asker()), Code::Dup);
    assert_eq!(world.code("cancel", &asker()), Code::Ok);
    assert_eq!(world.code("claim", &volunteer(11)), Code::RState);
    assert_eq!(world.stage(), "cancelled");
}

#[test]
fn opening_needs_a_known_service_a_role_and_a_grid() {
    let catalogue = Catalogue::embedded();
    let at = grid("410102001");
    let try_open = |service: &str, actor: &Actor| {
        let request = ActRequest { service: Some(service), grid: Some(&at), ..act("report") };
        judge(&catalogue, None, &request, actor).map_or_else(|r| r.code, |r| r.code)
    };
    assert_eq!(try_open("case.nothing", &asker()), Code::RSchema);
    assert_eq!(try_open("help.errand", &person(5, Role::Acceptor, "410102001")), Code::RRole);
    assert_eq!(try_open("help.errand", &person(5, Role::Resident, "410103")), Code::RScope);
    assert_eq!(try_open("help.errand", &person(5, Role::Resident, "4101")), Code::Ok);
    assert_eq!(judge(&catalogue, None, &act("claim"), &asker()).unwrap_err().code, Code::RGone);
}

#[test]
fn an_exclusive_act_must_meet_what_it_expects() {
    let worker = person(1, Role::GridWorker, "410102001");
    let mut world = World::opened("case.city.E06010", &worker);
    let acceptor = person(2, Role::Acceptor, "410102");
    let stale = Expects { act_seq: Some(7), ..Expects::default() };
    let request = ActRequest { expects: Some(&stale), ..act("accept") };
    assert_eq!(world.judge(&request, &acceptor).unwrap_err().code, Code::RExpects);
    let fresh = Expects { act_seq: Some(1), stage: Some("reported".into()), assignee: None };
    let request = ActRequest { expects: Some(&fresh), ..act("accept") };
    assert_eq!(world.judge(&request, &acceptor).unwrap().next.stage, "accepted");
}

/// Thirty people want what three may hold; then, one after the other, everybody who holds it lets go.
#[test]
fn of_thirty_claimants_as_many_win_as_fit_and_every_release_promotes_the_next() {
    for capacity in [1, 3] {
        let mut world = World::opened("help.errand", &asker());
        world.catalogue = world.catalogue.changed("help.errand", |service| service.capacity = capacity);
        let people: Vec<u8> = (100..130).collect();
        for (index, number) in people.iter().enumerate() {
            let ruling = world.judge(&act("claim"), &volunteer(*number)).unwrap();
            if index < capacity {
                assert_eq!(ruling.code, Code::Ok, "{number}");
            } else {
                let position = (index - capacity + 1).to_string();
                assert_eq!((ruling.code, &ruling.facts["position"]), (Code::RTaken, &position));
                assert_eq!(ruling.first, Some(UserId([100; 16])));
            }
            assert_eq!(ruling.next.act_seq, index as u64 + 2, "each of them is one act");
        }
        for (index, number) in people.iter().enumerate() {
            let ruling = world.judge(&act("release"), &volunteer(*number)).unwrap();
            let promoted = people.get(index + capacity).map(|next| UserId([*next; 16]));
            assert_eq!(ruling.promoted, promoted, "{number} of {capacity}");
            let held = ruling.next.holders.len();
            assert_eq!(held, capacity.min(people.len() - index - 1));
            assert_eq!(ruling.next.stage, if held == 0 { "open" } else { "claimed" });
        }
    }
}

#[test]
fn capacity_above_one_admits_that_many() {
    let mut world = World::opened("help.errand", &asker());
    world.catalogue = world.catalogue.changed("help.errand", |service| service.capacity = 2);
    let codes: Vec<Code> = (11..15).map(|n| world.code("claim", &volunteer(n))).collect();
    assert_eq!(codes, [Code::Ok, Code::Ok, Code::RTaken, Code::RTaken]);
}

#[test]
fn buttons_are_what_the_rule_allows() {
    let mut world = World::opened("help.errand", &asker());
    let ids = |world: &World, actor: &Actor| -> Vec<String> {
        allowed(&world.catalogue, world.state.as_ref().unwrap(), actor, 0)
            .iter()
            .map(|t| t.id.clone())
            .collect()
    };
    assert_eq!(ids(&world, &volunteer(11)), ["claim"]);
    assert_eq!(ids(&world, &asker()), ["cancel"]);
    world.code("claim", &volunteer(11));
    assert_eq!(ids(&world, &volunteer(11)), ["release", "depart", "arrive", "turned_away", "report_back"]);
    assert_eq!(ids(&world, &volunteer(12)), ["claim"]);
}

/// An act of the full case, at a time and with arguments.
fn step(world: &mut World, (name, role): (&str, Role), at: &str, args: &[(&str, &str)]) -> Code {
    let args = args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let at_ms = at.parse::<crate::calendar::Moment>().unwrap().ms();
    let request = ActRequest { args: Some(&args), at_ms, photos: 9, ..act(name) };
    world.judge(&request, &person(2, role, "410102001")).map_or_else(|no| no.code, |yes| yes.code)
}

fn dispatched() -> World {
    let mut world = World::opened("case.city.E06010", &person(1, Role::GridWorker, "410102001"));
    let at = "2026-03-02T09:00+08:00";
    for (act, args) in [
        (("accept", Role::Acceptor), &[][..]),
        (("file", Role::DutyChief), &[]),
        (("dispatch", Role::Dispatcher), &[("unit", "unit.a")]),
    ] {
        assert_eq!(step(&mut world, act, at, args), Code::Ok);
    }
    world
}

#[test]
fn what_an_act_is_not_asked_to_say_is_not_kept() {
    let mut world = dispatched();
    let long = "x".repeat(4_000);
    let said = [("reason", "重复"), ("condition", "nowhere"), ("user", long.as_str())];
    let asking = ("void_request", Role::GridWorker);
    assert_eq!(step(&mut world, asking, "2026-03-02T09:30+08:00", &said), Code::Ok);
    let progress = &world.state.as_ref().unwrap().progress;
    assert_eq!(progress.condition, None, "nobody names a filing condition by the way");
    let kept = BTreeMap::from([("reason".to_owned(), "重复".to_owned())]);
    assert_eq!(progress.asked, BTreeMap::from([(crate::Mark::VoidPending, kept)]));
}

#[test]
fn more_time_is_asked_for_before_the_limit_is_over_and_a_pause_does_not_count() {
    let mut world = dispatched();
    let due = |world: &World| {
        let running = clock::running(&world.catalogue, world.state.as_ref().unwrap()).unwrap();
        assert_eq!(running[0].clock, "dispose");
        let due = running[0].due(world.catalogue.calendar()).unwrap();
        nearest_is(world, due);
        due.map(|due| world.catalogue.calendar().rfc3339(due))
    };
    assert_eq!(due(&world).as_deref(), Some("2026-03-02T15:00:00+08:00"), "4 work_hour");
    let more = [("limit", "2 work_hour"), ("reason", "等吊车")];
    let asking = ("extend_request", Role::Handler);
    assert_eq!(step(&mut world, asking, "2026-03-02T15:00:01+08:00", &more), Code::RLimit);
    assert_eq!(step(&mut world, asking, "2026-03-02T15:00+08:00", &more), Code::Ok);
    let same_day = "2026-03-02T16:00+08:00";
    assert_eq!(step(&mut world, ("extend_endorse", Role::HandlerUnit), same_day, &[]), Code::Ok);
    assert_eq!(step(&mut world, ("extend_approve", Role::Dispatcher), same_day, &[]), Code::Ok);
    assert_eq!(due(&world).as_deref(), Some("2026-03-02T17:00:00+08:00"));
    let pause = [("until", "2026-03-10"), ("reason", "暴雨")];
    assert_eq!(step(&mut world, ("suspend_request", Role::Handler), same_day, &pause), Code::Ok);
    assert_eq!(step(&mut world, ("suspend_approve", Role::Dispatcher), same_day, &[]), Code::Ok);
    assert_eq!(due(&world), None, "its clock stands");
    assert_eq!(step(&mut world, ("dispose", Role::Handler), same_day, &[]), Code::RState);
    assert_eq!(step(&mut world, ("resume", Role::Dispatcher), "2026-03-03T10:00+08:00", &[]), Code::Ok);
    assert_eq!(due(&world).as_deref(), Some("2026-03-03T11:00:00+08:00"), "an hour was left");
}

/// What a list keeps of a case's clocks says the same as the case does, read back and by the calendar alone.
fn nearest_is(world: &World, due: Option<crate::calendar::Moment>) {
    let (catalogue, state) = (&world.catalogue, world.state.as_ref().unwrap());
    let nearest = clock::nearest(catalogue, state);
    assert_eq!(nearest.as_ref().map(|(at, _)| *at), due);
    let Some((at, timer)) = nearest else { return };
    let kept: clock::Timer = serde_json::from_str(&serde_json::to_string(&timer).unwrap()).unwrap();
    for now_ms in [at.ms() - 1, at.ms(), at.ms() + 86_400_000] {
        let now = crate::calendar::Moment::from_ms(now_ms).unwrap();
        let whole = clock::standing(catalogue, state, now);
        assert!(whole.contains(&kept.left(catalogue.calendar(), now).unwrap()), "{whole:?}");
    }
}
