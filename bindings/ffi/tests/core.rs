//! The facade through its own calls: what closes, what is told, what fails and how.
#![allow(clippy::disallowed_methods, reason = "it lays out the files that a phone is given")]

use std::path::Path;

use yuandian_ffi::{
    ActInput, Answer, CoreError, DraftInput, EventKind, Language, ListAsk, ListOrder, Position, YuandianCore,
    services,
};

const SMALL_PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/photos/tiny.jpg");
const NO_PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/hostile-photos/html.jpg");

fn snap(text: &str) -> DraftInput {
    DraftInput {
        service: "case.snap".into(),
        position: Some(Position { lng: 113.65, lat: 34.76, accuracy_m: Some(8) }),
        text: text.into(),
        answers: vec![Answer { key: "severity".into(), value: "low".into() }],
        no_photo: Some("拍不了".into()),
    }
}

async fn open(home: &Path) -> Result<std::sync::Arc<YuandianCore>, CoreError> {
    YuandianCore::open(home.display().to_string()).await
}

#[tokio::test]
async fn shutdown_gives_the_home_back_and_ends_everything() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let draft = core.save_draft(None, snap("井盖缺失")).await.unwrap();
    assert_eq!(open(home.path()).await.err(), Some(CoreError::InUse));
    let events = core.events().unwrap();
    let (ended, done) = tokio::join!(events.next(), core.shutdown());
    assert_eq!((ended, done), (None, Ok(())));
    assert_eq!(core.list(10, 0).await, Err(CoreError::ShutDown));
    assert_eq!(core.sync().await, Err(CoreError::ShutDown));
    assert_eq!(core.events().err(), Some(CoreError::ShutDown));
    assert_eq!(core.shutdown().await, Ok(()));

    let again = open(home.path()).await.unwrap();
    assert_eq!(again.draft(draft).await.unwrap().entered, snap("井盖缺失"));
}

#[tokio::test]
async fn words_are_read_in_the_language_that_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let draft = core.save_draft(None, snap("井盖缺失")).await.unwrap();
    for (language, words) in
        [(Language::En, ["Snap a problem", "Draft"]), (Language::ZhHans, ["随手拍", "草稿"])]
    {
        core.set_language(language).await.unwrap();
        let line = core.line(draft.clone()).await.unwrap();
        assert_eq!([line.service_text.as_str(), line.stage_text.as_str()], words);
        assert_eq!(line.title, "井盖缺失", "what people wrote stays what they wrote");
    }
}

#[tokio::test]
async fn a_dropped_core_gives_its_home_back() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    core.save_draft(None, snap("路灯不亮")).await.unwrap();
    drop(core);
    assert_eq!(open(home.path()).await.unwrap().drafts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn photos_survive_that_the_text_is_saved_again() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let draft = core.save_draft(None, snap("一")).await.unwrap();
    let hash = core.add_photo(draft.clone(), SMALL_PHOTO.into()).await.unwrap();
    assert_eq!(core.save_draft(Some(draft.clone()), snap("二")).await.unwrap(), draft);
    let kept = core.draft(draft.clone()).await.unwrap();
    assert_eq!((kept.entered.text.as_str(), kept.photos.len()), ("二", 1));
    assert_eq!(kept.photos[0].size, std::fs::metadata(SMALL_PHOTO).unwrap().len());
    let back = home.path().join("back.jpg").display().to_string();
    core.save_photo(hash.clone(), back.clone()).await.unwrap();
    assert_eq!(std::fs::read(back).unwrap(), std::fs::read(SMALL_PHOTO).unwrap());
    core.remove_photo(draft.clone(), hash.clone()).await.unwrap();
    assert_eq!(core.draft(draft.clone()).await.unwrap().photos, []);
    let gone = core.remove_photo(draft, hash.clone()).await;
    assert_eq!(gone, Err(CoreError::NotFound { what: "photo".into(), id: hash }));
}

#[tokio::test]
async fn a_change_is_told_until_it_is_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let events = core.events().unwrap();
    let draft = core.save_draft(None, snap("一")).await.unwrap();
    let first = events.next().await.unwrap();
    assert_eq!(first.kind, EventKind::CaseChanged { case_id: draft.clone() });
    assert_eq!(events.next().await.as_ref(), Some(&first));
    events.acknowledge(first.number);
    core.discard_draft(draft.clone()).await.unwrap();
    let second = events.next().await.unwrap();
    assert_eq!(second.kind, EventKind::CaseChanged { case_id: draft });
    assert!(second.number > first.number);
    events.stop();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn bad_input_is_a_variant_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let field = |answer: Result<String, CoreError>| match answer {
        Err(CoreError::InvalidInput { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let unknown = DraftInput { service: "case.unknown".into(), ..snap("x") };
    assert_eq!(field(core.save_draft(None, unknown).await), "service");
    for (lng, lat) in [(0.0, 0.0), (181.0, 34.0), (113.0, f64::NAN)] {
        let nowhere = DraftInput { position: Some(Position { lng, lat, accuracy_m: None }), ..snap("x") };
        assert_eq!(field(core.save_draft(None, nowhere).await), "at", "{lng},{lat}");
    }
    for (chars, fits) in [(1_999, true), (2_000, true), (2_001, false)] {
        let saved = core.save_draft(None, snap(&"字".repeat(chars))).await;
        assert_eq!(saved.is_ok(), fits, "{chars}");
        if let Ok(id) = saved {
            core.discard_draft(id).await.unwrap();
        }
    }
    assert_eq!(core.drafts().await.unwrap(), []);

    let draft = core.save_draft(None, snap("x")).await.unwrap();
    let refused = core.add_photo(draft.clone(), NO_PHOTO.into()).await;
    assert!(matches!(refused, Err(CoreError::PhotoRefused { .. })), "{refused:?}");
    let missing = core.add_photo(draft.clone(), "没有.jpg".into()).await;
    assert!(
        matches!(&missing, Err(CoreError::FileUnusable { path, .. }) if path == "没有.jpg"),
        "{missing:?}"
    );
    assert_eq!(core.finish(draft.clone()).await, Err(CoreError::NotEnrolled));
    assert_eq!(core.sync().await, Err(CoreError::NotEnrolled));
    let act = ActInput { name: "claim".into(), text: None, arguments: vec![], photos: vec![], files: vec![] };
    assert_eq!(core.act(draft.clone(), act).await, Err(CoreError::NotEnrolled));
    assert!(matches!(core.show("nothing".into()).await, Err(CoreError::NotFound { .. })));
    assert!(matches!(core.micro("x".into()).await, Err(CoreError::InvalidInput { .. })));
    assert_eq!(core.draft(draft).await.unwrap().photos, []);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_and_nothing_is_kept_of_it() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let enrolled = core.enroll(format!("http://{nobody}"), "7K3M-9QRT-2XWB".into(), "甲".into()).await;
    assert!(matches!(enrolled, Err(CoreError::Unreachable { .. })), "{enrolled:?}");
    assert_eq!(core.person().await, Err(CoreError::NotEnrolled));
    let address = core.enroll("ftp://example".into(), "7K3M".into(), "甲".into()).await;
    assert!(matches!(address, Err(CoreError::InvalidInput { field, .. }) if field == "server"));
}

#[test]
fn every_service_says_its_form_in_both_languages() {
    let forms = services();
    let errand = forms.iter().find(|form| form.id == "help.errand").unwrap();
    assert!(errand.place_is_coarse);
    let private: Vec<&str> =
        errand.fields.iter().filter(|f| f.stays_private).map(|f| f.key.as_str()).collect();
    assert_eq!(private, ["beneficiary", "beneficiary_agrees", "address", "phone"]);
    for form in &forms {
        assert!(!form.title.zh.is_empty() && !form.title.en.is_empty(), "{}", form.id);
        for field in &form.fields {
            let chosen = ["choice", "multi", "checkbox_list"].contains(&field.kind.as_str());
            assert_eq!(chosen, !field.options.is_empty(), "{} {}", form.id, field.key);
        }
    }
}

#[tokio::test]
async fn a_form_is_that_of_the_catalogue_in_force() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let form = core.service_form("help.errand".into()).await.unwrap().unwrap();
    assert_eq!(Some(&form), services().iter().find(|shipped| shipped.id == "help.errand"));
    assert_eq!(core.service_form("help.nothing".into()).await.unwrap(), None);
}

#[tokio::test]
async fn a_list_is_asked_and_an_entry_that_is_not_there_is_said_so() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    core.save_draft(None, snap("井盖缺失")).await.unwrap();
    let ask = |text: &str| ListAsk {
        text: text.into(),
        stage: Some("draft".into()),
        service: None,
        sync: None,
        mine: true,
        open_only: false,
        order: None,
        limit: 10,
        offset: 0,
    };
    assert_eq!(core.search(ask("井盖")).await.unwrap()[0].title, "井盖缺失");
    assert_eq!(core.search(ask("路灯")).await.unwrap(), []);
    let nobody = Err(CoreError::NotFound { what: "item".into(), id: "7".into() });
    assert_eq!(core.amend_item(7, None, vec![]).await, nobody);
    assert_eq!(core.keep_item_as_note(7).await, nobody);
    assert_eq!(core.appeal_item(7, "x".into()).await, nobody);
    assert_eq!(core.discard_item(7).await, nobody);
    assert_eq!(core.export_item(7, home.path().join("x.zip").display().to_string()).await, nobody);
    assert!(!home.path().join("x.zip").exists());
}

#[tokio::test]
async fn a_form_says_at_every_answer_what_is_asked_and_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let answers = |pairs: &[(&str, &str)]| -> Vec<Answer> {
        pairs.iter().map(|(key, value)| Answer { key: (*key).into(), value: (*value).into() }).collect()
    };
    let state = core.form_state("hazard.fireworks".into(), vec![]).await.unwrap();
    assert!(!state.asked.contains(&"vehicle_plate".to_owned()), "{state:?}");
    assert_eq!((state.required, state.wrong), (vec!["act".to_owned()], vec![]));
    let driven = answers(&[("act", "transport"), ("severity", "huge"), ("vehicle_plate", "豫A12345")]);
    let state = core.form_state("hazard.fireworks".into(), driven).await.unwrap();
    assert!(state.asked.contains(&"vehicle_plate".to_owned()), "{state:?}");
    let [wrong] = &state.wrong[..] else { panic!("{state:?}") };
    assert_eq!(wrong.key, "severity");
    assert!(wrong.text.zh.contains("紧急程度") && wrong.text.en.contains("Severity"), "{wrong:?}");
    let hidden = answers(&[("act", "sale"), ("vehicle_plate", "一个远远超过十个字的车牌")]);
    let state = core.form_state("hazard.fireworks".into(), hidden).await.unwrap();
    assert_eq!(state.wrong, [], "what is not asked is not wrong");
    let both = answers(&[("met", "met"), ("needs", "none,meals")]);
    let state = core.form_state("task.visit".into(), both).await.unwrap();
    assert_eq!(state.wrong[0].key, "needs");
    assert!(core.form_state("case.unknown".into(), vec![]).await.is_err());
    let form = core.service_form("case.city.E06010".into()).await.unwrap().unwrap();
    assert_eq!((form.photos.before, form.photos.after, form.photos.camera_only), (2, 1, false));
    assert_eq!(form.photos.kinds, ["near", "far"]);
    let severity = form.fields.iter().find(|field| field.key == "severity").unwrap();
    assert_eq!(severity.options[2].label.zh, "紧急");
    assert!(form.help.is_some());
}

#[tokio::test]
async fn a_phone_of_nobody_yet_offers_what_a_resident_may_open_and_counts_its_drafts() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let found = core.find_services("井盖".into()).await.unwrap();
    assert!(!found.is_empty());
    let ids: Vec<String> =
        core.find_services(String::new()).await.unwrap().into_iter().map(|s| s.id).collect();
    assert!(ids.contains(&"case.snap".to_owned()) && ids.contains(&"help.errand".to_owned()));
    assert!(!ids.contains(&"patrol.round".to_owned()));
    core.save_draft(None, snap("井盖缺失")).await.unwrap();
    assert_eq!(core.work_counts().await.unwrap().drafts, 1);
}

#[tokio::test]
async fn what_was_typed_and_not_sent_is_there_when_the_home_is_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let answer = |key: &str, value: &str| Answer { key: key.into(), value: value.into() };
    let typed = vec![answer("note", "灯杆编号 12"), answer("step", "")];
    core.keep_typed("case".into(), typed.clone()).await.unwrap();
    let long = core.keep_typed("case".into(), vec![answer("note", &"字".repeat(12_001))]).await;
    assert!(matches!(long, Err(CoreError::InvalidInput { field, .. }) if field == "fields"));
    core.shutdown().await.unwrap();
    let core = open(home.path()).await.unwrap();
    assert_eq!(core.typed("case".into()).await.unwrap(), typed);
    core.keep_typed("case".into(), vec![]).await.unwrap();
    assert_eq!(core.typed("case".into()).await.unwrap(), vec![]);
}

#[tokio::test]
async fn a_list_by_limits_has_no_drafts_and_a_draft_is_ones_own() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let draft = core.save_draft(None, snap("井盖缺失")).await.unwrap();
    let line = core.line(draft).await.unwrap();
    assert_eq!((line.own, line.open, line.due, line.place), (true, false, None, None));
    assert_eq!(line.opened_ms, line.updated_ms);
    let ask = |open_only: bool, order: Option<ListOrder>| ListAsk {
        text: String::new(),
        stage: None,
        service: None,
        sync: None,
        mine: false,
        open_only,
        order,
        limit: 10,
        offset: 0,
    };
    for (open_only, order, lines) in [
        (false, None, 1),
        (false, Some(ListOrder::Latest), 1),
        (true, None, 0),
        (false, Some(ListOrder::Due), 0),
    ] {
        assert_eq!(core.search(ask(open_only, order)).await.unwrap().len(), lines, "{open_only} {order:?}");
    }
}

#[tokio::test]
async fn what_is_alike_is_asked_for_with_a_service_and_a_place() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let here = Position { lng: 113.65, lat: 34.76, accuracy_m: None };
    assert_eq!(core.similar("case.snap".into(), here, 10).await.unwrap(), []);
    let unknown = core.similar("case.unknown".into(), here, 10).await;
    assert!(matches!(unknown, Err(CoreError::InvalidInput { field, .. }) if field == "service"));
    let nowhere = core.similar("case.snap".into(), Position { lat: 91.0, ..here }, 10).await;
    assert!(matches!(nowhere, Err(CoreError::InvalidInput { .. })));
}

#[tokio::test]
async fn somebody_can_be_called_before_anybody_has_enrolled() {
    let home = tempfile::tempdir().unwrap();
    let core = open(home.path()).await.unwrap();
    let contact = core.community_contact().await.unwrap().unwrap();
    assert_eq!(
        (contact.grid.as_str(), contact.calls.as_str(), contact.telephone.as_str()),
        ("4101", "community", "12345")
    );
    assert!(contact.title.zh.contains("12345") && contact.title.en.contains("12345"));
}
