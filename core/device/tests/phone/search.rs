//! Lists: everything, filtered, searched; kept up with every change of a case, and in one order.

use yuandian_device::limits::LIST_LINES_MAX;
use yuandian_device::{Phone, SearchAsk};
use yuandian_model::{Code, Role};

use crate::{GAS_LEAK, act, answers, capture, draft, people};

/// Titles of what is found.
fn found(phone: &Phone, ask: &SearchAsk) -> Vec<String> {
    phone.search(ask).unwrap().into_iter().map(|line| line.title).collect()
}

fn text(words: &str) -> SearchAsk {
    SearchAsk { text: words.into(), ..SearchAsk::default() }
}

#[test]
fn two_characters_anywhere_in_a_case_find_it() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.city.E06010", "嵩山路口有暴露垃圾");
    phone.edit(&case, &answers(&[("address", "桐柏路 BRT 站")]), None).unwrap();
    phone.note(&case, "环卫已通知", &[]).unwrap();
    referee.sync(&mut phone);
    homes[0].clock.advance(1_000_000);
    capture(&mut phone, "case.snap", "井盖缺失 No.12");
    let (garbage, cover) = ("嵩山路口有暴露垃圾", "井盖缺失 No.12");
    for words in ["垃圾", "圾", "桐柏", "brt", "BR", "环卫", "通知 垃圾", "exposed garb"] {
        assert_eq!(found(&phone, &text(words)), [garbage], "{words}");
    }
    for words in ["井盖", "no 12", "随手拍"] {
        assert_eq!(found(&phone, &text(words)), [cover], "{words}");
    }
    let grid = phone.case(&case).unwrap().grid_name;
    assert_eq!(found(&phone, &text(&grid)), [cover, garbage], "latest first: {grid}");
    for words in ["路灯", "垃圾 井盖", "。", "\" OR 1", "grams:垃圾", "person"] {
        assert_eq!(found(&phone, &text(words)), Vec::<String>::new(), "{words}");
    }
    assert_eq!(found(&phone, &text(" ")), [cover, garbage]);
}

#[test]
fn what_a_case_says_no_more_finds_it_no_more() {
    let (mut referee, home, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    phone.edit(&case, &answers(&[("text", "路灯")]), None).unwrap();
    assert_eq!(
        (found(&phone, &text("井盖")), found(&phone, &text("路灯"))),
        (vec![], vec!["路灯".to_owned()])
    );
    referee.sync(&mut phone);
    let stage = |stage: &str| SearchAsk { stage: Some(stage.into()), ..text("路灯") };
    let sync = |sync: &str| SearchAsk { sync: Some(sync.into()), ..SearchAsk::default() };
    assert_eq!((found(&phone, &stage("reported")).len(), found(&phone, &sync("delivered")).len()), (1, 1));
    phone.act(&case, &act("self_handle")).unwrap();
    assert_eq!((found(&phone, &stage("reported")).len(), found(&phone, &stage("closed")).len()), (0, 1));
    assert_eq!((found(&phone, &sync("delivered")).len(), found(&phone, &sync("saved")).len()), (0, 1));
    referee.answer(1, Code::RScope);
    referee.sync(&mut phone);
    assert_eq!((found(&phone, &stage("reported")).len(), found(&phone, &sync("attention")).len()), (1, 1));
    drop(phone);
    let mut phone = home[0].open();
    assert_eq!(found(&phone, &stage("reported")).len(), 1, "the index is as durable as the line");
    phone.discard(phone.attention().unwrap()[0].item).unwrap();
    phone.keep(&yuandian_sync::Keep::Hello(referee.hello_without_streams(&phone))).unwrap();
    assert_eq!(found(&phone, &text("")), Vec::<String>::new());
    assert_eq!(
        found(&phone, &text("路灯")),
        Vec::<String>::new(),
        "what may not be held is not found either"
    );
}

#[test]
fn filters_meet_and_mine_is_what_one_opened_holds_or_waits_for() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::Volunteer);
    let first = capture(&mut one, "help.errand", "代买菜");
    capture(&mut one, "help.errand", "代取药");
    capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    let mine = SearchAsk { mine: true, ..SearchAsk::default() };
    let help = SearchAsk { service: Some("help.errand".into()), ..SearchAsk::default() };
    assert_eq!((found(&one, &mine).len(), found(&two, &mine).len(), found(&two, &help).len()), (3, 0, 2));
    two.act(&first, &act("claim")).unwrap();
    assert_eq!(found(&two, &mine), ["代买菜"], "wanted already");
    referee.sync(&mut two);
    assert_eq!(found(&two, &mine), ["代买菜"]);
    let all = SearchAsk { stage: Some("claimed".into()), mine: true, text: "代买".into(), ..help.clone() };
    assert_eq!(found(&two, &all), ["代买菜"]);
    assert_eq!(found(&two, &SearchAsk { service: Some("case.snap".into()), ..all }), Vec::<String>::new());
    assert_eq!(found(&two, &SearchAsk { service: Some("\" OR \"".into()), ..help }), Vec::<String>::new());
}

#[test]
fn drafts_come_first_and_are_filtered_and_searched_alike() {
    let (_, homes, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "垃圾一");
    phone.save_draft(None, &draft("case.snap", "垃圾二")).unwrap();
    homes[0].clock.advance(1);
    phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    assert_eq!(found(&phone, &text("垃圾")), ["垃圾二", "垃圾一"]);
    let drafts = SearchAsk { stage: Some("draft".into()), ..SearchAsk::default() };
    assert_eq!(found(&phone, &drafts), ["井盖", "垃圾二"]);
    assert_eq!(found(&phone, &SearchAsk { offset: 1, ..text("垃圾") }), ["垃圾一"]);
    assert_eq!(found(&phone, &SearchAsk { offset: 2, ..text("垃圾") }), Vec::<String>::new());
    assert_eq!(found(&phone, &SearchAsk { limit: 1, ..text("垃圾") }), ["垃圾二"]);
    assert_eq!(found(&phone, &SearchAsk { stage: Some("reported".into()), ..text("垃圾") }), ["垃圾一"]);
}

#[test]
fn a_private_answer_is_no_way_to_a_case() {
    let (_, _, [mut phone]) = people::<1>(Role::Volunteer);
    let mut entered = draft("help.errand", "代买菜");
    entered.answers = answers(&[("beneficiary", "王桂兰"), ("beneficiary_agrees", "yes"), ("list", "青菜")]);
    let id = phone.save_draft(None, &entered).unwrap();
    phone.finish(&id).unwrap();
    assert_eq!((found(&phone, &text("青菜")).len(), found(&phone, &text("桂兰")).len()), (1, 0));
}

#[test]
fn lines_of_one_moment_are_all_there_and_a_page_has_its_limit() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    for number in 0..40 {
        capture(&mut phone, "case.snap", &format!("同时 {number}"));
    }
    let all = found(&phone, &SearchAsk { limit: u32::MAX, ..text("同时") });
    assert_eq!(all.len(), 40);
    let pages: Vec<String> = (0..4)
        .flat_map(|page| found(&phone, &SearchAsk { limit: 10, offset: page * 10, ..text("同时") }))
        .collect();
    assert_eq!(pages, all);
    assert_eq!(found(&phone, &SearchAsk { limit: 0, ..text("同时") }), Vec::<String>::new());
    for limit in [LIST_LINES_MAX - 1, LIST_LINES_MAX, LIST_LINES_MAX + 1] {
        assert_eq!(phone.list(limit, 0).unwrap().len(), 40);
    }
}

#[test]
fn a_capture_is_found_at_once_and_by_its_last_words_alone() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    phone.edit(&case, &answers(&[("text", "路灯")]), None).unwrap();
    let stored = capture(&mut phone, "case.snap", "护栏");
    assert_eq!(phone.list(10, 0).unwrap().len(), 2);
    drop(phone);
    let mut phone = homes[0].open();
    assert_eq!((found(&phone, &text("井盖")).len(), found(&phone, &text("路灯")).len()), (0, 1));
    assert_eq!(found(&phone, &text("护栏")), ["护栏"]);
    let discarded = capture(&mut phone, "case.snap", "围挡");
    for number in 1..=6 {
        referee.answer(number, Code::RScope);
    }
    referee.sync(&mut phone);
    for item in phone.attention().unwrap() {
        phone.discard(item.item).unwrap();
    }
    assert_eq!(found(&phone, &text("围挡")), Vec::<String>::new(), "{discarded} {stored}");
    assert_eq!(phone.list(10, 0).unwrap(), []);
}
