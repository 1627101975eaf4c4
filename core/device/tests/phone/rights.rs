//! What a person may no longer hold goes, after the own work; who is shut out forgets everything; private answers go where they may.

use yuandian_device::{DeviceError, Draft};
use yuandian_document::{Purpose, cbor};
use yuandian_model::{Code, Grant, Role};
use yuandian_sync::message::{HelloReply, PrivateField, SignedNotice, WIRE_VERSION, Wipe};
use yuandian_sync::{Keep, Load};

use crate::home::{Home, START_MS};
use crate::referee::{Referee, batch};
use crate::{act, answers, capture, draft, notes, outbox, people, photo};

#[test]
fn own_work_is_settled_first_and_then_the_case_and_its_files_go() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    two.note(&case, "看", &[photo("tiny.jpg")]).unwrap();
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    assert_eq!(outbox(&two).len(), 1, "nothing is forgotten that was not said");
    let push = batch(&mut two);
    let reply = referee.push(&push);
    two.keep(&Keep::Receipts(reply)).unwrap();
    assert!(two.case(&case).is_ok(), "its photo is still to be sent");
    let files = referee.take_photos(&mut two);
    assert!(two.case(&case).is_err());
    assert!(
        files.iter().all(|hash| two.blob(hash, 0, 1).is_ok()),
        "no backup of the server has the files yet"
    );
    let greet = |referee: &crate::referee::Referee, phone: &mut yuandian_device::Phone| {
        phone.keep(&Keep::Hello(referee.hello_without_streams(phone))).unwrap();
    };
    greet(&referee, &mut two);
    referee.safe_seq = Some(referee.head().head - 1);
    greet(&referee, &mut two);
    assert!(
        files.iter().all(|hash| two.blob(hash, 0, 1).is_ok()),
        "one from before it was stored does not count"
    );
    referee.safe_seq = Some(referee.head().head);
    greet(&referee, &mut two);
    assert!(files.iter().all(|hash| two.blob(hash, 0, 1).is_err()), "now they go, too");
    assert_eq!((outbox(&two), two.list(10, 0).unwrap()), (vec![], vec![]));
    drop(two);
    for table in ["cases", "base", "held", "blobs", "leaving", "doomed", "kept_files", "stored", "rows"] {
        assert_eq!(homes[1].count(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[test]
fn what_was_taken_of_a_case_that_a_person_must_look_at_waits_for_no_page() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    two.note(&case, "来得及", &[]).unwrap();
    two.note(&case, "来不及", &[]).unwrap();
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    let push = batch(&mut two);
    referee.answer(2, Code::RScope);
    two.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    assert_eq!(outbox(&two), []);
    assert_eq!(
        notes(&two, &case),
        ["来得及"],
        "it is in the case, with the one that was refused in the list"
    );
    let entry = two.attention().unwrap()[0].item;
    assert_eq!(two.sync_state().unwrap().not_backed_up, 1);
    drop(two);
    let mut two = homes[1].open();
    assert_eq!(notes(&two, &case), ["来得及"]);
    two.discard(entry).unwrap();
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    assert!(two.case(&case).is_err(), "who has looked has done with it");
    assert_eq!(outbox(&two), []);
}

#[test]
fn who_lost_a_right_and_a_claim_at_once_is_told_of_the_claim_until_everything_new_has_come() {
    let (mut referee, _, [mut asker, mut first, mut second]) = people::<3>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    for phone in [&mut asker, &mut first, &mut second] {
        referee.sync(phone);
    }
    first.act(&case, &act("claim")).unwrap();
    second.act(&case, &act("claim")).unwrap();
    referee.sync(&mut first);
    second.keep(&Keep::Hello(referee.hello_without_streams(&second))).unwrap();
    let push = batch(&mut second);
    second.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    let told = second.attention().unwrap();
    let codes: Vec<(&str, &str)> = told.iter().map(|item| (item.act.as_str(), item.code.as_str())).collect();
    assert_eq!(codes, [("claim", "r_taken")], "what the phone knew of the line is older than the answer");
    let page = referee.page(&mut second);
    assert!(!page.more);
    second.keep(&Keep::Page(page)).unwrap();
    assert_eq!(second.attention().unwrap(), [], "whoever waits may hold the case, and she may not");
    assert!(second.case(&case).is_err());
}

#[test]
fn who_is_shut_out_forgets_everything_on_the_servers_word_alone() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let photo_hash = phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
    phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    let waiting = phone.save_draft(None, &draft("case.snap", "草稿")).unwrap();
    let drafted = phone.add_draft_photo(&waiting, &photo("small_exif.jpg")).unwrap();
    let order = |device, key: &yuandian_document::DeviceKey| {
        let message = cbor::encode(&Wipe { version: WIRE_VERSION, device, issued_ms: 0 });
        SignedNotice { signature: key.sign(Purpose::Wipe, &message), signer: key.id(), message }
    };
    let device = phone.device();
    let stranger = yuandian_document::DeviceKey::from_seed(&[0xbb; 32]);
    for notice in [order(device, &stranger), order(yuandian_model::DeviceId([9; 16]), &referee.key())] {
        let mut hello = referee.hello_without_streams(&phone);
        hello.wipe = Some(notice);
        phone.keep(&Keep::Hello(hello)).unwrap();
        assert_eq!(phone.list(10, 0).unwrap().len(), 2, "not the server's word, or not for this phone");
    }
    let mut hello = referee.hello_without_streams(&phone);
    hello.wipe = Some(order(device, &referee.key()));
    phone.keep(&Keep::Hello(hello)).unwrap();
    assert_eq!(phone.person(), Err(DeviceError::ShutOut { reason: "revoked".into() }));
    assert_eq!(phone.list(10, 0).unwrap(), []);
    for hash in [photo_hash, drafted] {
        assert!(phone.blob(&hash, 0, 1).is_err());
    }
    drop(phone);
    for table in
        ["cases", "base", "outbox", "authored", "journal", "drafts", "private", "micros", "blobs", "held"]
    {
        assert_eq!(homes[0].count(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    let mut phone = homes[0].open();
    referee.enroll(&mut phone, 1, Role::GridWorker);
    referee.sync(&mut phone);
    assert_eq!(phone.line_of(&id).unwrap().title, "井盖", "a new invitation begins anew");
}

#[test]
fn private_answers_are_offered_until_they_are_taken_and_shown_to_who_may_read_them() {
    let (mut referee, homes, [mut author, mut helper]) = people::<2>(Role::Volunteer);
    let given = Draft {
        answers: answers(&[("beneficiary", "王奶奶"), ("beneficiary_agrees", "yes")]),
        ..draft("help.errand", "买药")
    };
    let id = author.save_draft(None, &given).unwrap();
    author.finish(&id).unwrap();
    author.keep(&Keep::Hello(referee.hello(&author))).unwrap();
    let push = batch(&mut author);
    let keys: Vec<&str> = push.private.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["beneficiary", "beneficiary_agrees", "position"]);
    let reply = referee.push(&push);
    author.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(batch(&mut author).private, [], "once");
    author.edit(&id, &answers(&[("beneficiary", "王奶奶的女儿")]), None).unwrap();
    let push = batch(&mut author);
    assert_eq!((push.items.len(), push.private.len(), push.private[0].version), (0, 1, 2));
    assert_eq!(batch(&mut author).private, [], "a lost answer is asked for again in the next run");
    author.load(&Load::Start).unwrap();
    assert_eq!(batch(&mut author).private, push.private);

    let field =
        |value: &str, version| PrivateField { key: "beneficiary".into(), value: value.into(), version };
    helper.keep(&Keep::Hello(referee.hello(&helper))).unwrap();
    let mut page = referee.page(&mut helper);
    page.cases[0].private = Some(vec![field("王奶奶", 1)]);
    helper.keep(&Keep::Page(page.clone())).unwrap();
    let view = helper.case(&id).unwrap();
    assert_eq!(
        (view.fields["beneficiary"].as_str(), view.private),
        ("王奶奶", vec!["beneficiary".to_owned()])
    );
    page.cases[0].private = Some(vec![]);
    helper.keep(&Keep::Page(page.clone())).unwrap();
    assert!(helper.case(&id).unwrap().private.is_empty());
    // What waits here is newer than what the server says.
    author.keep(&Keep::Page(page)).unwrap();
    assert_eq!(author.case(&id).unwrap().fields["beneficiary"], "王奶奶的女儿");
    drop(helper);
    assert_eq!(homes[1].count("SELECT count(*) FROM private"), 0);
}

#[test]
fn a_right_that_is_not_held_says_why_before_anything_is_sent() {
    const HOUR_MS: i64 = 3_600_000;
    let right = |role: Role| Grant::new(role, "410102001".parse().unwrap());
    let mut referee = Referee::new();
    let home = Home::new(1);
    let mut phone = home.open();
    let (from, until) = (START_MS + 2 * HOUR_MS, START_MS + HOUR_MS);
    let grants = vec![
        right(Role::GridWorker).during(None, Some(until)),
        right(Role::Acceptor).during(Some(from), None),
        right(Role::Handler).of("water.co".parse().unwrap()),
    ];
    referee.enroll_with(&mut phone, 1, grants);
    let told: Vec<_> = phone
        .person()
        .unwrap()
        .rights()
        .into_iter()
        .map(|right| (right.role_text.en, right.unit, right.from, right.until))
        .collect();
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("Grid worker".to_owned(), None, None, at("2026-05-29 05:26")),
            ("Acceptor".to_owned(), None, at("2026-05-29 06:26"), None),
            ("Handler".to_owned(), at("water.co"), None, None),
        ]
    );
    let case = capture(&mut phone, "case.city.E06010", "垃圾");
    referee.sync(&mut phone);
    let why_not = |phone: &yuandian_device::Phone, act: &str| {
        let view = phone.case(&case).unwrap();
        let next = view.next.into_iter().find(|next| next.act == act).unwrap();
        assert_eq!(next.why_not.is_none(), view.can.iter().any(|can| can == act), "{act}");
        next.why_not
    };
    assert_eq!(why_not(&phone, "self_handle"), None);
    assert_eq!(
        why_not(&phone, "accept").as_deref(),
        Some("你的权限自 2026-05-29 06:26 起生效,现在还不能“受理”")
    );
    // Not a word from the server since: the phone goes on by its own time.
    home.clock.advance(HOUR_MS);
    assert_eq!(
        why_not(&phone, "self_handle").as_deref(),
        Some("你的权限已于 2026-05-29 05:26 到期,不能“自处置”")
    );
    let refused = phone.act(&case, &act("self_handle")).unwrap_err();
    let DeviceError::Refused { code, facts } = refused else { panic!("{refused:?}") };
    assert_eq!((code, facts["until"].as_str()), (Code::RRole, "2026-05-29T05:26:40+08:00"));
    let id = phone.save_draft(None, &draft("case.city.E06010", "又是垃圾")).unwrap();
    assert!(matches!(phone.finish(&id), Err(DeviceError::Refused { code: Code::RRole, .. })));
    assert!(phone.draft(&id).is_ok(), "the draft stays");
    assert!(phone.note(&case, "我写的", &[]).is_ok(), "its author writes on");
    home.clock.advance(HOUR_MS);
    assert_eq!(why_not(&phone, "accept"), None);
}

#[test]
fn private_answers_go_with_the_right_that_let_them_be_read_though_the_case_stays() {
    let right = |role: Role| Grant::new(role, "410102001".parse().unwrap());
    let (mut referee, home) = (Referee::new(), Home::new(2));
    let (mut author, mut worker) = (Home::new(1).open(), home.open());
    referee.enroll(&mut author, 1, Role::FamilyContact);
    referee.enroll_with(&mut worker, 2, vec![right(Role::GridWorker), right(Role::Collector)]);
    let given = Draft { answers: answers(&[("kind", "fall")]), ..draft("alert.elder", "摔倒") };
    let id = author.save_draft(None, &given).unwrap();
    author.finish(&id).unwrap();
    referee.sync(&mut author);
    worker.keep(&Keep::Hello(referee.hello(&worker))).unwrap();
    let mut page = referee.page(&mut worker);
    let address = PrivateField { key: "address".into(), value: "3-502".into(), version: 1 };
    page.cases[0].private = Some(vec![address]);
    worker.keep(&Keep::Page(page)).unwrap();
    let read = |worker: &yuandian_device::Phone| worker.case(&id).unwrap().fields.get("address").cloned();
    assert_eq!(read(&worker).as_deref(), Some("3-502"));
    let same = referee.hello(&worker);
    worker.keep(&Keep::Hello(same.clone())).unwrap();
    assert_eq!(read(&worker).as_deref(), Some("3-502"), "a greeting takes nothing that may be read");
    worker.keep(&Keep::Hello(HelloReply { grants: vec![right(Role::Collector)], ..same })).unwrap();
    assert_eq!((read(&worker), worker.case(&id).unwrap().text.as_str()), (None, "摔倒"));
}
