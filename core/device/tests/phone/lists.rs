//! What a list says of a case without opening it: until when, where, whose; and what may be the same matter nearby.

use yuandian_device::view::{CaseView, ListLine, TallyView, TimeView};
use yuandian_device::{CaseId, DeviceError, Draft, Order, Phone, Position, SearchAsk, limits::SIMILAR_MAX};
use yuandian_document::Place;
use yuandian_model::{Cell500, Role, Wgs84};
use yuandian_sync::Keep;

use crate::home::Home;
use crate::{GAS_LEAK, HERE, act, answers, capture, draft, people};

fn by_due() -> SearchAsk {
    SearchAsk { order: Order::Due, ..SearchAsk::default() }
}

fn titles(phone: &Phone, ask: &SearchAsk) -> Vec<String> {
    phone.search(ask).unwrap().into_iter().map(|line| line.title).collect()
}

/// What a line says beside its words is what the case says.
fn line_is_of(line: &ListLine, view: &CaseView) {
    let ends = view.times.iter().filter(|time| time.due.is_some());
    let nearest: Option<&TimeView> = ends.min_by_key(|time| time.due.clone());
    assert_eq!(line.due.as_ref(), nearest, "{}", line.title);
    assert_eq!((line.own, line.opened_ms, line.place), (view.own, view.opened_ms, view.place));
}

fn all_lines_are_of_their_cases(phone: &Phone) {
    for line in phone.list(100, 0).unwrap() {
        line_is_of(&line, &phone.case(&line.id.parse().unwrap()).unwrap());
    }
}

#[test]
fn what_is_over_comes_first_then_what_is_due_soonest_and_what_has_ended_last() {
    let (_, homes, [mut phone]) = people::<1>(Role::GridWorker);
    // 1 day, 2 hours, 2 hours of work from the morning on, 30 minutes, an hour.
    let of = [
        ("task.patrol", "巡查"),
        ("help.errand", "代买"),
        ("case.city.E06010", "垃圾"),
        ("case.snap", "随手"),
    ];
    for (service, text) in of {
        capture(&mut phone, service, text);
    }
    let gas = capture(&mut phone, GAS_LEAK, "燃气");
    phone.save_draft(None, &draft("case.snap", "草稿")).unwrap();
    let sorted = ["随手", "燃气", "代买", "垃圾", "巡查"];
    assert_eq!(titles(&phone, &by_due()), sorted, "drafts are no cases");
    let pages: Vec<String> = (0..3)
        .flat_map(|page| titles(&phone, &SearchAsk { limit: 2, offset: 2 * page, ..by_due() }))
        .collect();
    assert_eq!(pages, sorted);
    let colour = |phone: &Phone| {
        let due = phone.search(&by_due()).unwrap()[0].due.clone().unwrap();
        (due.clock, due.colour, due.unit, due.left_ms / 60_000)
    };
    let says =
        |colour: &str, minutes: i64| ("respond".to_owned(), colour.to_owned(), "minute".to_owned(), minutes);
    assert_eq!(colour(&phone), says("green", 30));
    homes[0].clock.advance(25 * 60_000);
    assert_eq!(colour(&phone), says("yellow", 5));
    homes[0].clock.advance(20 * 60_000);
    assert_eq!(colour(&phone), says("red", -15), "read anew, written once");
    assert_eq!(titles(&phone, &by_due()), sorted, "and it stays in front");
    phone.act(&gas, &act("self_handle")).unwrap();
    assert_eq!(titles(&phone, &by_due()), ["随手", "代买", "垃圾", "巡查", "燃气"]);
    let open = SearchAsk { open_only: true, ..by_due() };
    assert_eq!(titles(&phone, &open), ["随手", "代买", "垃圾", "巡查"]);
    let latest = SearchAsk { order: Order::Latest, ..open.clone() };
    assert_eq!(titles(&phone, &latest).len(), 4, "no draft, nothing that has ended");
    assert_eq!(phone.line_of(&gas).unwrap().due, None);
}

#[test]
fn a_search_and_a_filter_come_in_the_same_order() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    for (service, text) in [("task.patrol", "路一"), ("case.snap", "路二"), ("help.errand", "菜")] {
        capture(&mut phone, service, text);
    }
    let gas = capture(&mut phone, GAS_LEAK, "路三");
    let road = SearchAsk { text: "路".into(), mine: true, ..by_due() };
    assert_eq!(titles(&phone, &road), ["路二", "路三", "路一"]);
    assert_eq!(titles(&phone, &SearchAsk { limit: 1, offset: 1, ..road.clone() }), ["路三"]);
    phone.act(&gas, &act("self_handle")).unwrap();
    assert_eq!(titles(&phone, &road), ["路二", "路一", "路三"]);
    let open = SearchAsk { open_only: true, ..road };
    assert_eq!(titles(&phone, &open), ["路二", "路一"]);
    let latest = SearchAsk { order: Order::Latest, ..open };
    assert_eq!(titles(&phone, &latest).len(), 2);
    let patrol = SearchAsk { service: Some("task.patrol".into()), open_only: true, ..SearchAsk::default() };
    assert_eq!(titles(&phone, &patrol), ["路一"]);
}

#[test]
fn a_line_follows_what_becomes_of_its_case_here_and_elsewhere() {
    let (mut referee, _, [mut asker]) = people::<1>(Role::GridWorker);
    let home = Home::new(2);
    let mut helper = home.open();
    referee.enroll(&mut helper, 2, Role::Volunteer);
    let errand = capture(&mut asker, "help.errand", "代买菜");
    let patrol = capture(&mut asker, "task.patrol", "巡查");
    let clock = |phone: &Phone, case: &CaseId| phone.line_of(case).unwrap().due.map(|due| due.clock);
    assert_eq!(clock(&asker, &patrol).as_deref(), Some("start"));
    asker.act(&patrol, &act("start")).unwrap();
    assert_eq!(clock(&asker, &patrol).as_deref(), Some("submit"), "what needs no referee counts at once");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    all_lines_are_of_their_cases(&asker);
    all_lines_are_of_their_cases(&helper);
    assert_eq!(clock(&asker, &errand).as_deref(), Some("claim"));
    let owns = |phone: &Phone| phone.line_of(&errand).unwrap().own;
    assert_eq!((owns(&asker), owns(&helper)), (true, false));
    helper.act(&errand, &act("claim")).unwrap();
    referee.sync(&mut helper);
    referee.sync(&mut asker);
    for phone in [&asker, &helper] {
        assert_eq!(clock(phone, &errand).as_deref(), Some("serve"));
        all_lines_are_of_their_cases(phone);
    }
}

#[test]
fn a_line_says_it_all_before_its_document_is_there() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.city.E06010", "垃圾");
    referee.sync(&mut one);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    let lines = referee.lines(&mut two);
    two.keep(&Keep::Page(lines)).unwrap();
    let line = two.line_of(&case).unwrap();
    assert_eq!((line.sync.as_str(), line.own, line.open), ("loading", false, true));
    let due = line.due.unwrap();
    assert_eq!((due.clock.as_str(), due.unit.as_str()), ("accept", "work_hour"));
    // It was reported before dawn: the limit is used from the morning on.
    assert!(due.due.unwrap().starts_with("2026-05-29T1"), "by working time");
    assert_eq!(line.place, Some((113.613_255, 34.752_164, Some(12))));
}

#[test]
fn where_help_is_wanted_a_list_shows_the_cell_whatever_came() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "help.errand", "代买菜");
    let here = Wgs84::new(HERE.lng, HERE.lat).unwrap();
    let middle = Cell500::of(here).centre();
    let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let cell = Some((rounded(middle.lng()), rounded(middle.lat()), Some(354)));
    assert_eq!(one.line_of(&case).unwrap().place, cell, "its author's own list, too");
    referee.sync(&mut one);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    let mut lines = referee.lines(&mut two);
    let facts = lines.cases[0].facts.as_mut().unwrap();
    facts.place = Some(Place::exact(here, Some(12)));
    two.keep(&Keep::Page(lines)).unwrap();
    assert_eq!((two.line_of(&case).unwrap().place, two.case(&case).unwrap().place), (cell, cell));
}

/// So many metres to the north of [`HERE`].
fn north(metres: f64) -> Position {
    Position { lat: HERE.lat + metres / 111_320.0, ..HERE }
}

fn found_at(phone: &mut Phone, service: &str, metres: f64, text: &str) -> CaseId {
    let id =
        phone.save_draft(None, &Draft { position: Some(north(metres)), ..draft(service, text) }).unwrap();
    phone.finish(&id).unwrap()
}

#[test]
fn what_is_alike_lies_within_the_radius_of_its_service_and_has_not_ended() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    for (metres, text) in [(49.0, "四十九"), (0.0, "此处"), (51.0, "五十一"), (-30.0, "三十")] {
        found_at(&mut one, "case.snap", metres, text);
    }
    found_at(&mut one, GAS_LEAK, 90.0, "燃气");
    let ended = found_at(&mut one, GAS_LEAK, 1.0, "办了");
    one.act(&ended, &act("self_handle")).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    let near = |phone: &Phone, service: &str, limit: u32| {
        let found = phone.similar(service, &HERE, limit).unwrap();
        found.into_iter().map(|similar| (similar.line.title, similar.distance_m)).collect::<Vec<_>>()
    };
    let told = |of: &[(&str, u32)]| of.iter().map(|(title, m)| ((*title).to_owned(), *m)).collect::<Vec<_>>();
    for phone in [&one, &two] {
        assert_eq!(near(phone, "case.snap", 10), told(&[("此处", 0), ("三十", 30), ("四十九", 49)]));
        assert_eq!(near(phone, "case.snap", 2).len(), 2);
        assert_eq!(near(phone, GAS_LEAK, 10), told(&[("燃气", 90)]), "its radius is 100 m");
        assert_eq!(near(phone, "help.errand", 10), vec![], "it names none");
    }
    let refused = |service: &str, at: &Position| match one.similar(service, at, 1) {
        Err(DeviceError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused("case.unknown", &HERE), "service");
    refused("case.snap", &Position { lat: 91.0, ..HERE });
}

#[test]
fn of_many_that_are_alike_the_nearest_are_given() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    for n in 0..=SIMILAR_MAX {
        found_at(&mut phone, "case.snap", f64::from(n) / 2.0, &format!("{n}"));
    }
    for (asked, given) in
        [(SIMILAR_MAX - 1, SIMILAR_MAX - 1), (SIMILAR_MAX, SIMILAR_MAX), (SIMILAR_MAX + 1, SIMILAR_MAX)]
    {
        let found = phone.similar("case.snap", &HERE, asked).unwrap();
        assert_eq!((found.len(), found[0].distance_m), (given as usize, 0));
    }
}

#[test]
fn work_that_is_done_one_by_one_says_how_much_of_it_is_done() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let snap = capture(&mut phone, "case.snap", "井盖");
    let told = Draft { answers: answers(&[("places", "5")]), ..draft("task.patrol", "巡查") };
    let patrol = phone.save_draft(None, &told).unwrap();
    phone.finish(&patrol).unwrap();
    let tally = |phone: &Phone, case: &CaseId| phone.case(case).unwrap().tally;
    assert_eq!(tally(&phone, &snap), None, "nobody counts there");
    assert_eq!(tally(&phone, &patrol), Some(TallyView { done: 0, of: Some(5) }));
    for name in ["start", "record", "record"] {
        phone.act(&patrol, &act(name)).unwrap();
    }
    assert_eq!(tally(&phone, &patrol), Some(TallyView { done: 2, of: Some(5) }), "on its way");
    referee.sync(&mut phone);
    assert_eq!(tally(&phone, &patrol), Some(TallyView { done: 2, of: Some(5) }));
    let untold = capture(&mut phone, "task.patrol", "又一次");
    assert_eq!(tally(&phone, &untold), Some(TallyView { done: 0, of: None }), "nobody said how many");
}

#[test]
fn lines_of_an_earlier_app_are_told_again() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let ended = capture(&mut phone, GAS_LEAK, "燃气");
    capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    phone.act(&ended, &act("self_handle")).unwrap();
    let phone = homes[0].open_again(phone);
    let before = phone.list(10, 0).unwrap();
    drop(phone);
    let columns = ["own", "opened_ms", "open", "due_ms", "timer", "lng", "lat", "radius_m"];
    let dropped = columns.map(|column| format!("ALTER TABLE rows DROP COLUMN {column};")).concat();
    homes[0]
        .opened()
        .execute_batch(&format!(
            "DROP TABLE typed; DROP INDEX rows_open; DROP INDEX rows_by_due; DROP INDEX rows_near; {dropped} PRAGMA user_version = 3;"
        ))
        .unwrap();
    let phone = homes[0].open();
    assert_eq!(phone.list(10, 0).unwrap(), before);
    assert_eq!(titles(&phone, &SearchAsk { open_only: true, ..by_due() }), ["井盖"]);
    drop(phone);
    assert_eq!(homes[0].count("SELECT count(*) FROM meta WHERE key = 'tell_again'"), 0, "once");
}
