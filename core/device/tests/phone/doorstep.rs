//! At the door, and what is kept of a person beside cases: words, stays, hours, what was given in private, news.

use yuandian_device::{ActOutcome, CaseId, DeviceError, Leaving, Phone, Position, Quiet};
use yuandian_model::{Role, Stay, UserId};
use yuandian_sync::Keep;
use yuandian_sync::message::*;

use crate::referee::{Referee, stream};
use crate::{HERE, act, answers, capture, draft, people};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A page of one case as the referee has it, changed.
fn page(
    referee: &Referee,
    phone: &mut Phone,
    case: &CaseId,
    change: impl FnOnce(&mut PulledCase),
) -> PullReply {
    let mut page = referee.page(phone);
    if page.cases.is_empty() {
        let all = referee.everything(phone);
        page.cases = all.into_iter().filter(|pulled| pulled.document == *case).collect();
    }
    change(page.cases.iter_mut().find(|pulled| pulled.document == *case).expect("it is there"));
    assert!(page.cases.iter().all(|pulled| pulled.stream == stream()));
    page
}

fn told(name: &str) -> OwnTold {
    let who = Person { user: UserId([7; 16]), name: name.to_owned() };
    OwnTold {
        looks: vec![LookTold { who, at_ms: 5, keys: vec!["position".into()] }],
        coming: Some("0412".into()),
        leaving: Some("9876".into()),
    }
}

#[test]
fn what_the_author_is_told_is_shown_kept_and_replaced() {
    let (mut referee, homes, [mut asker]) = people::<1>(Role::Resident);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    assert_eq!((asker.case(&case).unwrap().code_words, asker.case(&case).unwrap().looks.len()), (None, 0));
    let new = page(&referee, &mut asker, &case, |pulled| {
        pulled.private = Some(vec![]);
        pulled.own = Some(told("张阿姨"));
    });
    asker.keep(&Keep::Page(new)).unwrap();
    drop(asker);
    let mut asker = homes[0].open();
    let view = asker.case(&case).unwrap();
    assert_eq!(view.code_words, Some(("0412".into(), "9876".into())));
    assert_eq!(
        (view.looks[0].by.as_str(), view.looks[0].keys.as_slice()),
        ("张阿姨", ["position".to_owned()].as_slice())
    );
    let ended = page(&referee, &mut asker, &case, |pulled| pulled.private = Some(vec![]));
    asker.keep(&Keep::Page(ended)).unwrap();
    assert_eq!(asker.case(&case).unwrap().code_words, None);
}

#[test]
fn coming_and_leaving_are_said_offline_with_a_word_and_near_but_never_where() {
    let (mut referee, homes, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    helper.act(&case, &act("claim")).unwrap();
    referee.sync(&mut helper);
    let place = serde_json::to_string(&HERE).unwrap();
    let given = page(&referee, &mut helper, &case, |pulled| {
        pulled.private = Some(vec![PrivateField { key: "position".into(), value: place, version: 1 }]);
    });
    helper.keep(&Keep::Page(given)).unwrap();
    let wrong = helper.arrive(&case, Some("12"), None).unwrap_err();
    assert!(matches!(&wrong, DeviceError::Refused { .. }), "{wrong:?}");
    let away = Position { lat: HERE.lat + 0.0012, ..HERE };
    assert_eq!(helper.arrive(&case, Some("0412"), Some(&away)).unwrap(), ActOutcome::Queued);
    assert_eq!(helper.arrive(&case, None, None).unwrap(), ActOutcome::AlreadyDone);
    homes[1].clock.advance(40 * 60 * 1000);
    let stay = |phone: &Phone| phone.case(&case).unwrap().stays[0].clone();
    assert_eq!((stay(&helper).near, stay(&helper).in_word, stay(&helper).out_ms), (Some(true), None, None));
    // Said later it is a word alone.
    assert_eq!(helper.arrive(&case, Some("0413"), None).unwrap(), ActOutcome::Queued);
    let leaving = Leaving { code: Some("9876"), text: Some("送到了"), ..Leaving::default() };
    assert_eq!(helper.leave(&case, &leaving).unwrap(), ActOutcome::Queued);
    assert_eq!(stay(&helper).out_ms.unwrap() - stay(&helper).in_ms, 40 * 60 * 1000);
    let sent = helper.outbox().unwrap();
    assert_eq!(
        sent.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["arrive", "say_word", "content", "report_back"]
    );
    drop(helper);
    let digits = format!("{:.6}", HERE.lng + 0.0);
    assert_eq!(
        homes[1].count(&format!("SELECT count(*) FROM outbox WHERE instr(intent, '{}') > 0", &digits[..8])),
        0
    );
}

#[test]
fn far_away_is_said_as_such_and_nothing_where_the_door_is_not_known() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    helper.act(&case, &act("claim")).unwrap();
    referee.sync(&mut helper);
    let far = Position { lat: HERE.lat + 0.01, ..HERE };
    helper.arrive(&case, None, Some(&far)).unwrap();
    assert_eq!(helper.case(&case).unwrap().stays[0].near, None);
}

#[test]
fn confirmed_hours_stay_when_their_case_goes() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    helper.act(&case, &act("claim")).unwrap();
    referee.sync(&mut helper);
    let me = helper.person().unwrap().user;
    let stay = Stay {
        user: me,
        in_ms: 1_000,
        in_word: Some(true),
        near: None,
        out_ms: Some(1_000 + 45 * 60_000),
        out_word: None,
        minutes: Some(45),
    };
    let other = Stay { user: UserId([9; 16]), ..stay.clone() };
    let counted = page(&referee, &mut helper, &case, |pulled| {
        let facts = pulled.facts.as_mut().unwrap();
        facts.progress.as_mut().unwrap().stays = vec![other, stay];
    });
    helper.keep(&Keep::Page(counted)).unwrap();
    let gone = page(&referee, &mut helper, &case, |pulled| {
        (pulled.gone, pulled.facts) = (Some("aged".into()), None);
    });
    helper.keep(&Keep::Page(gone)).unwrap();
    assert!(helper.case(&case).is_err());
    let hours = helper.hours().unwrap();
    assert_eq!((hours.len(), hours[0].minutes, hours[0].case.clone()), (1, 45, case.to_string()));
    assert_eq!(asker.hours().unwrap(), []);
}

#[test]
fn what_was_given_in_private_is_kept_with_its_purpose_and_comes_with_ones_own_data() {
    let (mut referee, _, [mut asker]) = people::<1>(Role::Resident);
    let mut asked = draft("help.errand", "代买菜");
    asked.answers = answers(&[("address", "3号楼502"), ("list", "白菜")]);
    let id = asker.save_draft(None, &asked).unwrap();
    asker.finish(&id).unwrap();
    asker.edit(&id, &answers(&[("phone", "13800000000")]), None).unwrap();
    asker.edit(&id, &answers(&[("phone", "")]), None).unwrap();
    let lines = asker.consents().unwrap();
    let keys: Vec<(&str, bool, u32)> =
        lines.iter().map(|line| (line.key.as_str(), line.given, line.retention_days)).collect();
    assert_eq!(
        keys,
        [("address", true, 30), ("position", true, 30), ("phone", true, 30), ("phone", false, 30)]
    );
    assert!(!lines[0].purpose.is_empty() && lines[0].label != "address");
    referee.sync(&mut asker);
    asker.save_draft(None, &draft("case.snap", "草稿")).unwrap();
    let data = asker.own_data().unwrap();
    assert_eq!(data["cases"][0]["fields"]["address"], "3号楼502");
    assert_eq!(
        (data["drafts"].as_array().unwrap().len(), data["consents"].as_array().unwrap().len()),
        (1, 4)
    );
    assert_eq!(data["person"]["user"], asker.person().unwrap().user.to_string());
}

#[test]
fn answers_go_from_the_phone_when_their_time_has_come() {
    let (mut referee, homes, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    for phone in [&mut asker, &mut helper] {
        referee.sync(phone);
    }
    asker.act(&case, &act("cancel")).unwrap();
    referee.sync(&mut asker);
    assert_eq!(asker.case(&case).unwrap().private, ["position"]);
    // A clock that is years ahead takes nothing that one gave oneself.
    homes[0].clock.advance(999 * DAY_MS);
    referee.sync(&mut asker);
    drop(asker);
    let mut asker = homes[0].open();
    let mut page = referee.page(&mut asker);
    let heard_ms = page.server_ms;
    page.server_ms = heard_ms + 29 * DAY_MS;
    asker.keep(&Keep::Page(page.clone())).unwrap();
    assert_eq!(asker.case(&case).unwrap().private, ["position"]);
    page.server_ms = heard_ms + 31 * DAY_MS;
    asker.keep(&Keep::Page(page)).unwrap();
    assert_eq!(asker.case(&case).unwrap().private, Vec::<String>::new());
}

#[test]
fn who_is_not_to_be_met_is_told_with_the_greeting() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    assert!(asker.keep_apart_from(&case, true).is_err(), "nobody has come yet");
    let me = helper.person().unwrap().user;
    assert!(helper.keep_apart(&me, "", true).is_err());
    let apart = helper.keep_apart_from(&case, true).unwrap();
    assert_eq!(apart.iter().map(|apart| apart.user).collect::<Vec<_>>(), [asker.person().unwrap().user]);
    assert_eq!(helper.keep_apart_from(&case, true).unwrap().len(), 1);
    assert_eq!(helper.keep_apart_from(&case, false).unwrap(), []);
    assert_eq!(helper.apart().unwrap(), []);
}

#[test]
fn news_come_once_in_their_ring_and_not_at_night() {
    let (mut referee, homes, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    for phone in [&mut asker, &mut helper] {
        phone.set_reach(Some(&HERE), Quiet { from_minute: 0, to_minute: 0 }).unwrap();
        referee.sync(phone);
    }
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    let whys = |phone: &mut Phone| -> Vec<String> {
        phone.news().unwrap().into_iter().map(|line| line.why).collect()
    };
    assert_eq!(whys(&mut asker), Vec::<String>::new(), "one's own request is no news");
    // All day long is night for who says so. Their home stays where it is.
    let home = helper.reach().unwrap().unwrap().home;
    let all_day = helper.set_quiet(Quiet { from_minute: 1, to_minute: 0 }).unwrap();
    assert_eq!((all_day.home, all_day.quiet.from_minute), (home, 1));
    assert_eq!(whys(&mut helper), Vec::<String>::new());
    assert!(helper.set_quiet(Quiet { from_minute: 24 * 60, to_minute: 0 }).is_err());
    assert_eq!(helper.reach().unwrap(), Some(all_day), "a refusal changes nothing");
    helper.set_quiet(Quiet { from_minute: 0, to_minute: 0 }).unwrap();
    assert_eq!(helper.reach().unwrap().unwrap().home, home);
    assert_eq!(whys(&mut helper), ["asked"]);
    assert_eq!(whys(&mut helper), Vec::<String>::new(), "told once");
    helper.act(&case, &act("claim")).unwrap();
    referee.sync(&mut helper);
    referee.sync(&mut asker);
    let news = asker.news().unwrap();
    assert_eq!((news.len(), news[0].why.as_str(), news[0].case.clone()), (1, "moved", case.to_string()));
    assert!(news[0].text.contains("已接单"), "{}", news[0].text);
    assert_eq!(whys(&mut asker), Vec::<String>::new());
    assert_eq!(whys(&mut helper), Vec::<String>::new(), "what one has done oneself is no news");
    drop(homes);
}

#[test]
fn an_alarm_names_the_family_and_the_family_is_told_at_night_too() {
    let (mut referee, _, [mut elder, mut daughter]) = people::<2>(Role::Resident);
    let (old, young) = (elder.person().unwrap().user, daughter.person().unwrap().user);
    assert!(elder.name_family(&old, "我", true).is_err());
    assert_eq!(elder.name_family(&young, "女儿", true).unwrap().len(), 1);
    let case = elder.sos(None, Some(HERE), "摔倒了").unwrap();
    daughter.set_reach(None, Quiet { from_minute: 1, to_minute: 0 }).unwrap();
    referee.sync(&mut elder);
    referee.sync(&mut daughter);
    let news = daughter.news().unwrap();
    assert_eq!((news.len(), news[0].why.as_str(), news[0].urgent), (1, "family", true));
    assert!(daughter.case(&case).unwrap().can.contains(&"acknowledge".to_owned()));
    assert_eq!(daughter.news().unwrap(), []);
    for number in 10..14 {
        elder.name_family(&UserId([number; 16]), "", true).unwrap();
    }
    assert!(elder.name_family(&UserId([99; 16]), "", true).is_err(), "five are enough");
    assert_eq!(elder.name_family(&young, "", false).unwrap().len(), 4);
}
