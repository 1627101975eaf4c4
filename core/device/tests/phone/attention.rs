//! What a person does with a refused commit, and what becomes of its entry, its photos and its words.

use yuandian_device::{Amendment, DeviceError};
use yuandian_document::{Act, Envelope, Kind};
use yuandian_model::{Code, Role};
use yuandian_sync::Keep;
use yuandian_sync::message::AppealAnswer;

use crate::referee::{batch, envelopes};
use crate::{GAS_LEAK, act, answers, capture, draft, notes, outbox, people, photo};

/// A delivered case whose next content was refused, with what the person wrote.
macro_rules! refused {
    ($referee:ident, $home:ident, $phone:ident, $case:ident, $code:expr, $write:expr) => {
        let (mut $referee, [$home], [mut $phone]) = people::<1>(Role::GridWorker);
        let $case = capture(&mut $phone, "case.snap", "井盖");
        $referee.sync(&mut $phone);
        $write(&mut $phone, &$case);
        $referee.answer(1, $code);
        $referee.sync(&mut $phone);
        assert_eq!($phone.attention().unwrap().len(), 1);
    };
}

fn note_with_photo(phone: &mut yuandian_device::Phone, case: &yuandian_device::CaseId) {
    phone.note(case, "太长的话", &[photo("tiny.jpg")]).unwrap();
}

fn supersedes(envelopes: &[Envelope]) -> Vec<bool> {
    envelopes.iter().map(|envelope| envelope.supersedes.is_some()).collect()
}

#[test]
fn a_refused_note_is_changed_and_sent_again_in_the_place_of_the_old_one() {
    refused!(referee, home, phone, case, Code::RLimit, note_with_photo);
    let item = phone.attention().unwrap()[0].item;
    assert_eq!(phone.blob(&photo_of(&phone, item), 0, 9).unwrap().len(), 9, "pinned while it is open");
    phone.amend(item, &Amendment { text: Some("短话"), set: &[] }).unwrap();
    assert_eq!(phone.attention().unwrap(), []);
    assert_eq!(phone.line_of(&case).unwrap().sync, "saved");
    let sent = envelopes(&batch(&mut phone));
    assert_eq!(supersedes(&sent), [true], "it names what it replaces");
    referee.sync(&mut phone);
    assert_eq!(notes(&phone, &case), ["短话"]);
    assert_eq!(phone.case(&case).unwrap().photos.len(), 1);
    assert_eq!(referee.take_photos(&mut phone).len(), 2, "its photo is offered again");
    assert_eq!(
        phone.amend(item, &Amendment::default()),
        Err(DeviceError::Settled { item, how: "amended".into() })
    );
    drop(phone);
    assert_eq!(home.count("SELECT count(*) FROM journal WHERE active = 1"), 0);
}

fn photo_of(phone: &yuandian_device::Phone, item: i64) -> yuandian_device::BlobHash {
    let entries = phone.attention().unwrap();
    let entry = entries.iter().find(|entry| entry.item == item).unwrap();
    entry.kept.iter().find_map(|kept| kept.strip_prefix("photo ")).unwrap().parse().unwrap()
}

#[test]
fn a_refused_answer_is_set_otherwise_and_an_unknown_one_changes_nothing() {
    refused!(referee, home, phone, case, Code::RStructure, |phone: &mut yuandian_device::Phone, case: &_| {
        phone.edit(case, &answers(&[("severity", "high"), ("address", "桐柏路")]), None).unwrap();
    });
    let item = phone.attention().unwrap()[0].item;
    let wrong = answers(&[("colour", "red")]);
    let refused = phone.amend(item, &Amendment { text: None, set: &wrong });
    assert!(matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "colour"), "{refused:?}");
    assert_eq!(phone.attention().unwrap().len(), 1);
    phone.amend(item, &Amendment { text: None, set: &answers(&[("severity", "low")]) }).unwrap();
    referee.sync(&mut phone);
    let fields = phone.case(&case).unwrap().fields;
    assert_eq!((fields["severity"].as_str(), fields["address"].as_str()), ("low", "桐柏路"));
    drop(phone);
    assert_eq!(home.count("SELECT count(*) FROM journal WHERE active = 1"), 0);
}

#[test]
fn a_refused_act_is_sent_again_on_what_is_so_now_unless_the_rule_says_no_here_already() {
    let (mut referee, _, [mut phone, mut other]) = people::<2>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    referee.sync(&mut phone);
    referee.sync(&mut other);
    phone.act(&case, &act("self_handle")).unwrap();
    referee.answer(1, Code::RExpects);
    referee.sync(&mut phone);
    let item = phone.attention().unwrap()[0].item;
    phone.amend(item, &Amendment { text: Some("已清理"), set: &answers(&[("way", "挖掘")]) }).unwrap();
    let again = envelopes(&batch(&mut phone));
    assert_eq!(again.iter().map(|e| e.kind).collect::<Vec<_>>(), [Kind::Content, Kind::Act]);
    assert_eq!(supersedes(&again), [false, true], "the act replaces the act");
    assert_eq!(again[0].group, again[1].group);
    assert_eq!(Act::from_bytes(&again[1].body).unwrap().args["way"], "挖掘");
    referee.sync(&mut phone);
    assert_eq!(
        (phone.case(&case).unwrap().stage.as_str(), notes(&phone, &case)),
        ("closed", vec!["已清理".into()])
    );

    let two = capture(&mut phone, GAS_LEAK, "路灯");
    referee.sync(&mut phone);
    referee.sync(&mut other);
    phone.act(&two, &act("self_handle")).unwrap();
    referee.answer(1, Code::RExpects);
    referee.sync(&mut phone);
    other.act(&two, &act("self_handle")).unwrap();
    referee.sync(&mut other);
    referee.sync(&mut phone);
    let item = phone.attention().unwrap()[0].item;
    let refused = phone.amend(item, &Amendment::default());
    assert!(matches!(refused, Err(DeviceError::Refused { code: Code::RState, .. })), "{refused:?}");
    assert_eq!((phone.attention().unwrap().len(), outbox(&phone)), (1, vec![]), "the entry stays");
}

#[test]
fn what_was_refused_becomes_a_note_in_words_with_its_photos() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    referee.sync(&mut phone);
    phone
        .act(&case, &crate::ActCommand { args: &answers(&[("way", "挖掘")]), ..act("self_handle") })
        .unwrap();
    referee.answer(1, Code::RState);
    referee.sync(&mut phone);
    note_with_photo(&mut phone, &case);
    referee.answer(1, Code::RRole);
    referee.sync(&mut phone);
    let items: Vec<i64> = phone.attention().unwrap().iter().map(|entry| entry.item).collect();
    for item in items {
        assert_eq!(phone.keep_as_note(item), Ok(case));
    }
    assert_eq!(supersedes(&envelopes(&batch(&mut phone))), [true, true]);
    referee.sync(&mut phone);
    assert_eq!(notes(&phone, &case), ["自处置\nway = 挖掘", "太长的话"]);
    assert_eq!(phone.case(&case).unwrap().photos.len(), 1);
    assert_eq!((phone.attention().unwrap(), outbox(&phone)), (vec![], vec![]));
}

#[test]
fn an_appeal_shows_the_very_bytes_and_a_denied_one_comes_back_with_its_words() {
    refused!(referee, home, phone, case, Code::RRole, note_with_photo);
    drop(phone);
    let refused_bytes = home.count("SELECT length(signed) FROM journal WHERE active = 1");
    let mut phone = home.open();
    let item = phone.attention().unwrap()[0].item;
    let long = "字".repeat(1_001);
    assert!(matches!(phone.appeal(item, &long), Err(DeviceError::Invalid { .. })));
    phone.appeal(item, &long[..3_000]).unwrap();
    assert_eq!((phone.attention().unwrap(), outbox(&phone)), (vec![], vec![]));
    drop(phone);
    let mut phone = home.open();
    let appeal = phone.next_appeal().unwrap().unwrap();
    assert_eq!((appeal.micros.len(), appeal.reason.chars().count()), (1, 1_000));
    assert_eq!(i64::try_from(yuandian_document::cbor::encode(&appeal.commit).len()).unwrap(), refused_bytes);
    phone.keep_appeal_sent(&appeal, 7).unwrap();
    assert_eq!(phone.next_appeal().unwrap(), None, "sent once");

    let answer =
        |granted, words: &str| AppealAnswer { commit: appeal.commit.id(), granted, words: words.into() };
    let mut hello = referee.hello(&phone);
    hello.appeals = vec![answer(false, "不在范围")];
    phone.keep(&Keep::Hello(hello.clone())).unwrap();
    phone.keep(&Keep::Hello(hello)).unwrap();
    let back = phone.attention().unwrap();
    assert_eq!((back.len(), back[0].item, back[0].review.as_deref()), (1, item, Some("不在范围")));
    assert!(!back[0].next.contains(&"appeal".to_owned()), "answered once");
    assert_eq!(phone.line_of(&case).unwrap().sync, "attention");
    assert!(matches!(phone.appeal(item, "再"), Err(DeviceError::NotOffered { step: "appeal", .. })));
}

#[test]
fn after_a_granted_appeal_the_photos_are_offered_again() {
    refused!(referee, home, phone, case, Code::RRole, note_with_photo);
    let item = phone.attention().unwrap()[0].item;
    phone.appeal(item, "").unwrap();
    let appeal = phone.next_appeal().unwrap().unwrap();
    phone.keep_appeal_sent(&appeal, 7).unwrap();
    assert_eq!(referee.take_photos(&mut phone), [], "the server knows nothing of them");
    let mut hello = referee.hello(&phone);
    hello.appeals = vec![AppealAnswer { commit: appeal.commit.id(), granted: true, words: "同意".into() }];
    phone.keep(&Keep::Hello(hello)).unwrap();
    assert_eq!(
        (phone.attention().unwrap(), phone.line_of(&case).unwrap().sync.as_str()),
        (vec![], "uploading")
    );
    assert_eq!(referee.take_photos(&mut phone).len(), 2);
    drop((phone, home));
}

#[test]
fn a_restored_server_is_asked_again_unless_it_had_said_no() {
    refused!(referee, home, phone, case, Code::RRole, note_with_photo);
    let ask = |phone: &mut yuandian_device::Phone| {
        let appeal = phone.next_appeal().unwrap()?;
        phone.keep_appeal_sent(&appeal, 7).unwrap();
        Some(appeal.commit.id())
    };
    let item = phone.attention().unwrap()[0].item;
    phone.appeal(item, "我在场").unwrap();
    let commit = ask(&mut phone).unwrap();
    let answered = |referee: &crate::referee::Referee, phone: &mut yuandian_device::Phone, granted| {
        let mut hello = referee.hello(phone);
        hello.appeals = vec![AppealAnswer { commit, granted, words: "看过".into() }];
        phone.keep(&Keep::Hello(hello)).unwrap();
    };
    // Asked, and not answered.
    let mut referee = referee.restored();
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    referee.sync(&mut phone);
    assert_eq!(ask(&mut phone), Some(commit));
    // Granted: what was taken in may be lost with the answer, and its photos wait for it.
    answered(&referee, &mut phone, true);
    assert_eq!(referee.take_photos(&mut phone).len(), 2);
    referee.epoch = yuandian_model::Epoch([9; 8]);
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    drop(phone);
    let mut phone = home.open();
    referee.sync(&mut phone);
    assert_eq!(referee.take_photos(&mut phone), [], "a server that knows nothing of them would refuse them");
    assert_eq!(ask(&mut phone), Some(commit));
    // Denied: the person has the answer, and what to do is the person's.
    answered(&referee, &mut phone, false);
    assert_eq!(phone.attention().unwrap()[0].review.as_deref(), Some("看过"));
    referee.epoch = yuandian_model::Epoch([10; 8]);
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    assert_eq!(ask(&mut phone), None);
    assert_eq!(phone.line_of(&case).unwrap().sync, "attention");
}

#[test]
fn a_photo_that_other_words_show_does_not_wait_for_a_reviewer() {
    refused!(referee, home, phone, case, Code::RRole, note_with_photo);
    let item = phone.attention().unwrap()[0].item;
    phone.appeal(item, "我在场").unwrap();
    phone.note(&case, "再看", &[photo("tiny.jpg")]).unwrap();
    referee.sync(&mut phone);
    let files = referee.take_photos(&mut phone);
    assert_eq!(files.len(), 2);
    let mut referee = referee.restored();
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    referee.sync(&mut phone);
    assert_eq!(referee.take_photos(&mut phone), files);
    drop((phone, home));
}

#[test]
fn an_export_is_a_copy_and_a_discard_lets_the_photos_go() {
    refused!(referee, home, phone, case, Code::RLimit, note_with_photo);
    let entry = phone.attention().unwrap().remove(0);
    let hash = photo_of(&phone, entry.item);
    let bytes = phone.export_item(entry.item).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, ["entry.json".to_owned(), format!("photos/{hash}.jpeg")]);
    let told: serde_json::Value = serde_json::from_reader(zip.by_name("entry.json").unwrap()).unwrap();
    assert_eq!((told["entry"]["code"].as_str(), told["facts"].is_object()), (Some("r_limit"), true));
    assert_eq!(phone.attention().unwrap(), std::slice::from_ref(&entry));
    phone.discard(entry.item).unwrap();
    assert_eq!(
        (phone.attention().unwrap(), phone.line_of(&case).unwrap().sync.as_str()),
        (vec![], "delivered")
    );
    assert!(phone.blob(&hash, 0, 1).is_err());
    referee.sync(&mut phone);
    assert_eq!(notes(&phone, &case), Vec::<String>::new());
    drop(phone);
    assert_eq!(home.count("SELECT count(*) FROM blobs"), 0);
}

#[test]
fn a_discard_leaves_a_photo_that_something_else_names() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let first = phone.save_draft(None, &draft("case.snap", "一")).unwrap();
    let hash = phone.add_draft_photo(&first, &photo("tiny.jpg")).unwrap();
    phone.finish(&first).unwrap();
    referee.sync(&mut phone);
    note_with_photo(&mut phone, &first);
    referee.answer(1, Code::RLimit);
    referee.sync(&mut phone);
    phone.discard(phone.attention().unwrap()[0].item).unwrap();
    assert!(phone.blob(&hash, 0, 1).is_ok(), "the case has it");
    let second = capture(&mut phone, "case.snap", "二");
    referee.sync(&mut phone);
    phone.note(&second, "", &[photo("tiny.png")]).unwrap();
    referee.answer(1, Code::RLimit);
    referee.sync(&mut phone);
    let waiting = phone.save_draft(None, &draft("case.snap", "三")).unwrap();
    let hash = phone.add_draft_photo(&waiting, &photo("tiny.png")).unwrap();
    phone.discard(phone.attention().unwrap()[0].item).unwrap();
    assert!(phone.blob(&hash, 0, 1).is_ok(), "a draft has it");
}

#[test]
fn a_case_that_was_refused_whole_is_never_called_delivered_and_goes_with_its_last_entry() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.answer(1, Code::RScope);
    referee.sync(&mut phone);
    let codes: Vec<(i64, String)> =
        phone.attention().unwrap().into_iter().map(|entry| (entry.item, entry.code)).collect();
    assert_eq!(codes.iter().map(|(_, code)| code.as_str()).collect::<Vec<_>>(), ["r_scope", "r_gone"]);
    phone.appeal(codes[0].0, "是我的网格").unwrap();
    phone.discard(codes[1].0).unwrap();
    assert_eq!(phone.line_of(&case).unwrap().sync, "saved");
    let appeal = phone.next_appeal().unwrap().unwrap();
    phone.keep_appeal_sent(&appeal, 1).unwrap();
    let mut hello = referee.hello(&phone);
    hello.appeals = vec![AppealAnswer { commit: appeal.commit.id(), granted: false, words: "不是".into() }];
    phone.keep(&Keep::Hello(hello)).unwrap();
    assert!(
        matches!(phone.keep_as_note(codes[0].0), Err(DeviceError::NotOffered { .. })),
        "nowhere to put it"
    );
    phone.discard(codes[0].0).unwrap();
    assert_eq!(phone.list(10, 0).unwrap(), []);
    assert!(matches!(phone.case(&case), Err(DeviceError::NotFound { .. })));
}

#[test]
fn what_does_not_fit_an_entry_says_what_does() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::Volunteer);
    let case = capture(&mut one, "help.errand", "买菜");
    referee.sync(&mut one);
    referee.sync(&mut two);
    for phone in [&mut one, &mut two] {
        phone.act(&case, &act("claim")).unwrap();
        referee.sync(phone);
    }
    let item = two.attention().unwrap()[0].item;
    let not_offered =
        |step| DeviceError::NotOffered { item, step, next: vec!["wait".to_owned(), "release".to_owned()] };
    assert_eq!(two.amend(item, &Amendment::default()), Err(not_offered("amend")));
    assert_eq!(two.keep_as_note(item), Err(not_offered("note")));
    assert_eq!(two.appeal(item, "x"), Err(not_offered("appeal")));
    assert_eq!(two.discard(item), Err(not_offered("discard")), "a place in the line is left by `release`");
    assert!(two.export_item(item).is_ok());
    assert_eq!(two.discard(99), Err(DeviceError::NotFound { what: "item", id: "99".into() }));
}

#[test]
fn a_refused_note_does_not_hold_back_a_photo_that_the_case_has_too() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = phone.save_draft(None, &draft("case.snap", "一")).unwrap();
    let hash = phone.add_draft_photo(&case, &photo("tiny.jpg")).unwrap();
    phone.finish(&case).unwrap();
    referee.sync(&mut phone);
    note_with_photo(&mut phone, &case);
    referee.answer(1, Code::RLimit);
    referee.sync(&mut phone);
    assert!(referee.take_photos(&mut phone).contains(&hash));
}

/// Two pictures may share a small size, and two people one picture. What somebody else has said of it is that phone's to bring: here the
/// right may have ended, and the server would say no for ever.
#[test]
fn a_refused_photo_is_not_offered_because_somebody_else_shows_the_same() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = one.save_draft(None, &draft("case.snap", "一")).unwrap();
    one.add_draft_photo(&case, &photo("tiny.jpg")).unwrap();
    one.finish(&case).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    note_with_photo(&mut two, &case);
    referee.answer(1, Code::RScope);
    referee.sync(&mut two);
    assert_eq!(referee.take_photos(&mut two), [], "it is not this phone's to bring");
    assert_eq!(referee.take_photos(&mut one).len(), 2);
}

#[test]
fn appeals_go_in_the_order_of_asking_also_within_one_moment() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    for words in ["一", "二", "三", "四", "五", "六"] {
        phone.note(&case, words, &[]).unwrap();
        referee.answer(1, Code::RRole);
        referee.sync(&mut phone);
    }
    let mut asked: Vec<_> = phone.attention().unwrap().iter().map(|entry| entry.item).collect();
    asked.reverse();
    for item in &asked {
        phone.appeal(*item, &item.to_string()).unwrap();
    }
    let mut sent = Vec::new();
    while let Some(appeal) = phone.next_appeal().unwrap() {
        sent.push(appeal.reason.parse::<i64>().unwrap());
        phone.keep_appeal_sent(&appeal, 7).unwrap();
    }
    assert_eq!((sent.len(), sent), (6, asked));
}
