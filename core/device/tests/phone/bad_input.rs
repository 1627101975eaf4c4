//! What cannot be used: a typed error each, nothing queued, nothing listed, nothing lost.

use yuandian_device::{ActCommand, CaseId, DeviceError, Draft, Phone, Position};
use yuandian_model::{Code, Role, limits};

use crate::home::Home;
use crate::referee::Referee;
use crate::{GAS_LEAK, HOSTILE, act, answers, capture, draft, people, photo};

fn at(lng: f64, lat: f64) -> Draft {
    Draft { position: Some(Position { lng, lat, accuracy_m: None }), ..draft("case.snap", "x") }
}

fn answered(service: &str, key: &str, value: &str) -> Draft {
    Draft { answers: answers(&[(key, value)]), ..draft(service, "x") }
}

fn untouched(phone: &Phone) {
    assert_eq!(phone.outbox().unwrap(), []);
    assert_eq!(phone.list(10, 0).unwrap(), []);
}

#[test]
fn a_draft_names_the_input_that_is_wrong_and_leaves_nothing() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let over = "字".repeat(limits::DESCRIPTION_CHARS_MAX + 1);
    let long = "字".repeat(limits::FIELD_CHARS_MAX + 1);
    let table = [
        (draft("case.unknown", "x"), "service"),
        (draft("", "x"), "service"),
        (answered("case.snap", "colour", "red"), "colour"),
        (answered("case.snap", "severity", "enormous"), "severity"),
        (answered("help.errand", "budget", "-1"), "budget"),
        (answered("help.errand", "budget", "1.234"), "budget"),
        (answered("help.errand", "budget", "ten"), "budget"),
        (answered("case.snap", "address", &long), "address"),
        (at(0.0, 0.0), "at"),
        (at(180.1, 34.0), "at"),
        (at(113.0, -90.1), "at"),
        (at(f64::NAN, 34.0), "at"),
        (draft("case.snap", &over), "text"),
    ];
    for (bad, field) in table {
        match phone.save_draft(None, &bad) {
            Err(DeviceError::Invalid { field: named, reason }) => {
                assert_eq!(named, field);
                assert!(!reason.is_empty());
            }
            other => panic!("{field}: {other:?}"),
        }
        untouched(&phone);
    }
}

#[test]
fn a_text_at_its_limit_is_taken_whole_and_travels() {
    let (mut referee, _, [mut phone, mut other]) = people::<2>(Role::GridWorker);
    for chars in [limits::DESCRIPTION_CHARS_MAX - 1, limits::DESCRIPTION_CHARS_MAX] {
        let text = "字".repeat(chars);
        let case = capture(&mut phone, "case.snap", &text);
        phone.note(&case, &"注".repeat(limits::NOTE_CHARS_MAX), &[]).unwrap();
        phone.edit(&case, &answers(&[("address", &"址".repeat(limits::FIELD_CHARS_MAX))]), None).unwrap();
        referee.sync(&mut phone);
        referee.sync(&mut other);
        let read = other.case(&case).unwrap();
        assert_eq!((read.text, read.notes.len(), read.fields.len()), (text, 1, 2));
    }
    assert_eq!(phone.attention().unwrap(), []);
}

#[test]
fn a_whole_rewrite_of_a_text_at_its_limit_is_taken() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", &"甲".repeat(limits::DESCRIPTION_CHARS_MAX));
    phone.edit(&case, &answers(&[("text", &"乙".repeat(limits::DESCRIPTION_CHARS_MAX))]), None).unwrap();
    referee.sync(&mut phone);
    assert_eq!((phone.outbox().unwrap(), phone.attention().unwrap()), (vec![], vec![]));
    assert_eq!(phone.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn words_over_their_limit_change_nothing_of_a_case() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "x");
    let before = (phone.case(&case).unwrap(), phone.outbox().unwrap());
    let invalid = |result: Result<(), DeviceError>, field: &str| {
        assert!(
            matches!(&result, Err(DeviceError::Invalid { field: named, .. }) if named == field),
            "{result:?}"
        );
    };
    invalid(phone.note(&case, &"字".repeat(limits::NOTE_CHARS_MAX + 1), &[]), "text");
    invalid(phone.note(&case, "  ", &[]), "text");
    let photos = vec![photo("tiny.jpg"); limits::PHOTOS_PER_COMMAND_MAX + 1];
    invalid(phone.note(&case, "x", &photos), "photo");
    invalid(phone.edit(&case, &answers(&[("colour", "red")]), None), "colour");
    let over = "字".repeat(limits::DESCRIPTION_CHARS_MAX + 1);
    invalid(phone.edit(&case, &answers(&[("text", &over)]), None), "text");
    invalid(phone.edit(&case, &answers(&[("address", "x")]), Some(&["nonsense".into()])), "seen");
    let nowhere = "07".repeat(32);
    invalid(phone.edit(&case, &answers(&[("address", "x")]), Some(&[nowhere])), "seen");
    let with = |args: &[(String, String)]| {
        phone.act(&case, &ActCommand { name: "self_handle", args, ..ActCommand::default() }).map(|_| ())
    };
    let mut with = with;
    invalid(with(&answers(&[("Not A Key", "x")])), "Not A Key");
    invalid(with(&answers(&[("reason", &"字".repeat(limits::FIELD_CHARS_MAX + 1))])), "reason");
    let many: Vec<_> = (0..=limits::ACT_ARGS_MAX).map(|n| (format!("k{n}"), "x".to_owned())).collect();
    invalid(with(&many), "set");
    assert_eq!((phone.case(&case).unwrap(), phone.outbox().unwrap()), before);
    let as_many = &many[..limits::ACT_ARGS_MAX];
    let taken = ActCommand { name: "self_handle", args: as_many, ..ActCommand::default() };
    phone.act(&case, &taken).unwrap();
}

#[test]
fn a_draft_takes_as_many_photos_as_one_command_may_bring() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "x")).unwrap();
    let jpeg = photo("tiny.jpg");
    // Bytes after the end of the picture make every one a file of its own.
    let numbered = |number: usize| [jpeg.clone(), vec![u8::try_from(number).unwrap()]].concat();
    for number in 0..limits::PHOTOS_PER_COMMAND_MAX {
        phone.add_draft_photo(&id, &numbered(number)).unwrap();
    }
    let one_more = phone.add_draft_photo(&id, &numbered(limits::PHOTOS_PER_COMMAND_MAX));
    assert!(matches!(one_more, Err(DeviceError::Invalid { field, .. }) if field == "photo"));
    phone.finish(&id).unwrap();
    assert_eq!(phone.case(&id).unwrap().photos.len(), limits::PHOTOS_PER_COMMAND_MAX);
}

#[test]
fn every_hostile_photo_is_refused_by_name_and_leaves_nothing() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "x");
    let id = phone.save_draft(None, &draft("case.snap", "draft")).unwrap();
    let before = (phone.case(&case).unwrap(), phone.outbox().unwrap(), phone.draft(&id).unwrap());
    let mut names: Vec<String> = std::fs::read_dir(HOSTILE)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 11);
    for name in names {
        let bytes = std::fs::read(format!("{HOSTILE}/{name}")).unwrap();
        let refused = |result: DeviceError| {
            assert!(
                matches!(&result, DeviceError::Photo { code, .. } if !code.is_empty()),
                "{name}: {result:?}"
            );
        };
        refused(phone.add_draft_photo(&id, &bytes).unwrap_err());
        refused(phone.note(&case, "with words", std::slice::from_ref(&bytes)).unwrap_err());
        let photos = [photo("tiny.jpg"), bytes];
        let command = ActCommand { name: "self_handle", photos: &photos, ..ActCommand::default() };
        refused(phone.act(&case, &command).unwrap_err());
        assert_eq!((phone.case(&case).unwrap(), phone.outbox().unwrap(), phone.draft(&id).unwrap()), before);
    }
    drop(phone);
    assert_eq!(home.count("SELECT count(*) FROM blobs"), 0);
}

#[test]
fn a_role_that_may_not_open_a_case_is_told_and_keeps_the_draft() {
    let (_, _, [mut phone]) = people::<1>(Role::Dispatcher);
    let id = phone.save_draft(None, &draft("case.snap", "x")).unwrap();
    let Err(DeviceError::Refused { code, facts }) = phone.finish(&id) else { panic!("not refused") };
    assert_eq!((code, facts["service"].as_str()), (Code::RRole, "case.snap"));
    assert_eq!(phone.outbox().unwrap(), []);
    assert_eq!(phone.line_of(&id).unwrap().sync, "draft");
}

#[test]
fn nobody_can_finish_before_enrolling_and_the_draft_waits() {
    let home = Home::new(1);
    let mut phone = home.open();
    let id = phone.save_draft(None, &draft("case.snap", "x")).unwrap();
    assert_eq!(phone.finish(&id), Err(DeviceError::NotEnrolled));
    assert_eq!(phone.person(), Err(DeviceError::NotEnrolled));
    assert_eq!(phone.server(), Err(DeviceError::NotEnrolled));
    Referee::new().enroll(&mut phone, 1, Role::Resident);
    phone.finish(&id).unwrap();
}

#[test]
fn a_name_or_code_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let phone = Home::new(1).open();
    let at = "名".repeat(limits::NAME_CHARS_MAX);
    let (over, code) = (format!("{at}名"), "c".repeat(64));
    for (given, name, field) in [
        ("ABCD", "", "name"),
        ("ABCD", "  ", "name"),
        ("ABCD", over.as_str(), "name"),
        (" ", "王", "code"),
        (&format!("{code}c"), "王", "code"),
    ] {
        let refused = phone.enroll_request(given, name);
        assert!(
            matches!(&refused, Err(DeviceError::Invalid { field: named, .. }) if named == field),
            "{refused:?}"
        );
    }
    assert!(phone.enroll_request(&code, &at).is_ok());
}

#[test]
fn what_this_phone_does_not_hold_is_not_found() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let nobody = CaseId([9; 16]);
    let case = DeviceError::NotFound { what: "case", id: nobody.to_string() };
    assert_eq!(phone.case(&nobody), Err(case.clone()));
    assert_eq!(phone.line_of(&nobody), Err(case.clone()));
    assert_eq!(phone.note(&nobody, "x", &[]), Err(case.clone()));
    assert_eq!(phone.edit(&nobody, &[], None), Err(case.clone()));
    assert_eq!(phone.act(&nobody, &act("claim")), Err(case.clone()));
    assert_eq!(phone.export(&nobody), Err(case));
    let draft = DeviceError::NotFound { what: "draft", id: nobody.to_string() };
    assert_eq!(phone.finish(&nobody), Err(draft.clone()));
    assert_eq!(phone.add_draft_photo(&nobody, &photo("tiny.jpg")), Err(draft));
    assert!(matches!(
        phone.blob(&yuandian_device::BlobHash([1; 32]), 0, 1),
        Err(DeviceError::NotFound { what: "photo", .. })
    ));
    untouched(&phone);
}

#[test]
fn a_rewrite_that_the_gate_would_refuse_is_refused_where_it_is_typed_and_nothing_else_waits() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    let text = |letter: &str| answers(&[("text", letter.repeat(limits::DESCRIPTION_CHARS_MAX).as_str())]);
    one.edit(&case, &text("一"), None).unwrap();
    two.edit(&case, &text("二"), None).unwrap();
    for _ in 0..2 {
        referee.sync(&mut one);
        referee.sync(&mut two);
    }
    let merged = one.case(&case).unwrap().text;
    assert_eq!(merged.chars().count(), 2 * limits::DESCRIPTION_CHARS_MAX, "both people's words");
    let refused = one.edit(&case, &text("三"), None);
    assert!(matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "text"), "{refused:?}");
    assert_eq!(one.outbox().unwrap(), []);
    one.note(&case, "合并后太长", &[]).unwrap();
    referee.sync(&mut one);
    assert_eq!(one.outbox().unwrap(), [], "everything else goes on");
}

#[test]
fn a_private_answer_is_no_argument_of_an_act() {
    let (_, _, [mut asker]) = people::<1>(Role::Resident);
    let case = capture(&mut asker, "help.errand", "代买菜");
    let before = asker.outbox().unwrap();
    let args = answers(&[("beneficiary", "王秀兰 13800000000")]);
    let command = ActCommand { name: "cancel", args: &args, ..ActCommand::default() };
    let refused = asker.act(&case, &command);
    assert!(
        matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "beneficiary"),
        "{refused:?}"
    );
    assert_eq!(asker.outbox().unwrap(), before);
}

#[test]
fn a_late_autosave_does_not_open_a_finished_case_again() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    let late = phone.save_draft(Some(case), &draft("case.snap", "井盖盖"));
    assert!(matches!(late, Err(DeviceError::NotFound { what: "draft", .. })), "{late:?}");
    assert_eq!(phone.drafts().unwrap(), []);
}
