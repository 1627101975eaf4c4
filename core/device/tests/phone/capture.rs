//! Capture without a network: durable, private where it must be, and whole on the way out.

use std::io::Read;

use yuandian_device::{DeviceError, Draft, Position};
use yuandian_document::{Act, Kind, Place};
use yuandian_model::{Cell500, Code, Role, Wgs84, limits};

use crate::home::{Home, contains};
use crate::referee::{Referee, batch, envelopes};
use crate::{HERE, answers, capture, draft, outbox, people, photo};

#[test]
fn a_draft_with_its_photo_and_then_the_case_outlive_the_process() {
    let (home, mut referee) = (Home::new(1), Referee::new());
    let original = photo("small_exif.jpg");
    let (id, hash) = {
        let mut phone = home.open();
        referee.enroll(&mut phone, 1, Role::GridWorker);
        let id = phone.save_draft(None, &draft("case.city.E06010", "三袋垃圾\n在东门")).unwrap();
        (id, phone.add_draft_photo(&id, &original).unwrap())
    };
    {
        let mut phone = home.open();
        let kept = phone.draft(&id).unwrap();
        assert_eq!((kept.text.as_str(), kept.photos.len()), ("三袋垃圾\n在东门", 1));
        assert_eq!(kept.photos[0].hash, hash);
        assert_eq!(phone.line_of(&id).unwrap().sync, "draft");
        assert_eq!(phone.outbox().unwrap(), []);
        assert_eq!(phone.finish(&id).unwrap(), id);
    }
    let mut phone = home.open();
    assert_eq!(phone.draft(&id), Err(DeviceError::NotFound { what: "draft", id: id.to_string() }));
    let list = phone.list(10, 0).unwrap();
    assert_eq!(list.len(), 1);
    let line = &list[0];
    assert_eq!(
        (line.title.as_str(), line.stage.as_str(), line.sync.as_str(), line.photos),
        ("三袋垃圾", "reported", "saved", 1)
    );
    let view = phone.case(&id).unwrap();
    assert_eq!((view.author.as_str(), view.photos[0].hash.as_str()), ("person 1", hash.to_string().as_str()));
    assert!(view.photos[0].local && !view.photos[0].stored);
    assert_eq!(phone.blob(&hash, 0, u64::MAX).unwrap(), original, "the original is untouched");

    let queued = ["report", "content"].map(|what| (what.to_owned(), "queued".to_owned()));
    assert_eq!(outbox(&phone), queued);
    let push = batch(&mut phone);
    let sent = envelopes(&push);
    assert_eq!(sent[0].group, sent[1].group, "one command is one group");
    assert_eq!((sent[0].n, sent[1].n, sent[1].prev), (1, 2, Some(push.items[0].commit.id())));
    assert_eq!(push.items[1].micros.len(), 1);
    assert!(push.items[1].micros[0].len() <= 2048);
}

#[test]
fn a_photo_taken_twice_is_one_photo_of_the_draft() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "")).unwrap();
    let first = phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
    assert_eq!(phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap(), first);
    assert_eq!(phone.draft(&id).unwrap().photos.len(), 1);
}

#[test]
fn a_photo_that_only_the_platform_can_show_is_evidence_all_the_same() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "路灯")).unwrap();
    let hash = phone.add_draft_photo(&id, &photo("tiny.heic")).unwrap();
    phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    assert_eq!(referee.take_photos(&mut phone), [hash]);
    let shown = &phone.case(&id).unwrap().photos[0];
    assert_eq!((shown.mime.as_str(), &shown.micro), ("image/heic", &None));
}

#[test]
fn an_edit_is_shown_at_once_and_kept_as_private_where_the_form_says_so() {
    let (_, home, [mut phone]) = people::<1>(Role::Resident);
    let case = capture(&mut phone, "help.errand", "买菜");
    phone
        .edit(&case, &answers(&[("list", "白菜"), ("beneficiary", "母亲"), ("text", "代买菜")]), None)
        .unwrap();
    drop(phone);
    let view = home[0].open().case(&case).unwrap();
    assert_eq!((view.text.as_str(), view.title.as_str()), ("代买菜", "代买菜"));
    assert_eq!((view.fields["list"].as_str(), view.fields["beneficiary"].as_str()), ("白菜", "母亲"));
    assert_eq!(view.private, ["beneficiary", "position"]);
}

#[test]
fn private_answers_and_the_exact_place_of_help_are_in_no_document_and_in_no_act() {
    let (mut referee, [asker_home, helper_home], [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    const SECRET: &str = "王秀兰3号楼502";
    let id = asker
        .save_draft(
            None,
            &Draft {
                answers: answers(&[
                    ("beneficiary", SECRET),
                    ("beneficiary_agrees", "yes"),
                    ("list", "白菜 两棵"),
                ]),
                ..draft("help.errand", "代买菜")
            },
        )
        .unwrap();
    asker.finish(&id).unwrap();
    asker.edit(&id, &answers(&[("beneficiary", &format!("{SECRET}室"))]), None).unwrap();

    let mut push = batch(&mut asker);
    assert_eq!(push.items.len(), 2, "a private answer is in no commit");
    let private = std::mem::take(&mut push.private);
    let keys: Vec<&str> = private.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(
        keys,
        ["beneficiary", "beneficiary_agrees", "position"],
        "they go to the platform beside the commits"
    );
    let exact = Place::exact(Wgs84::new(HERE.lng, HERE.lat).unwrap(), HERE.accuracy_m);
    let Place::Exact { lng_e7, lat_e7, .. } = exact else { panic!("not exact") };
    let traces: [Vec<u8>; 8] = [
        SECRET.as_bytes().to_vec(),
        b"beneficiary".to_vec(),
        HERE.lng.to_string().into_bytes(),
        HERE.lat.to_string().into_bytes(),
        HERE.lng.to_be_bytes().to_vec(),
        HERE.lat.to_be_bytes().to_vec(),
        u32::try_from(lng_e7).unwrap().to_be_bytes().to_vec(),
        u32::try_from(lat_e7).unwrap().to_be_bytes().to_vec(),
    ];
    let wire = yuandian_document::cbor::encode(&push);
    let envelopes = envelopes(&push);
    assert!(contains(&wire, "白菜".as_bytes()), "what is shared is there to be found");
    for (number, trace) in traces.iter().enumerate() {
        assert!(!contains(&wire, trace), "trace {number} is in what others get");
        for envelope in &envelopes {
            assert!(!contains(&envelope.body, trace), "trace {number} in a body");
        }
    }
    let report = Act::from_bytes(&envelopes[0].body).unwrap().report.unwrap();
    assert_eq!(report.place, Some(Place::Cell(Cell500::of(Wgs84::new(HERE.lng, HERE.lat).unwrap()))));

    referee.sync(&mut asker);
    referee.sync(&mut helper);
    let shown = helper.case(&id).unwrap();
    assert_eq!(shown.fields.keys().collect::<Vec<_>>(), ["list"]);
    assert_eq!(shown.place.unwrap().2, Some(354), "others see the cell");
    let own = asker.case(&id).unwrap();
    assert_eq!(own.fields["beneficiary"], format!("{SECRET}室"));
    drop((asker, helper));
    for (home, private) in [(&asker_home, true), (&helper_home, false)] {
        for (table, bytes) in home.tables() {
            for (number, trace) in traces.iter().enumerate() {
                // That something was given is kept, and not what.
                let given = table == "consents" && number == 1;
                let here = private && (given || (table == "private" && matches!(number, 0..=3)));
                assert_eq!(contains(&bytes, trace), here, "trace {number} in {table}");
            }
        }
    }
}

#[test]
fn a_case_is_placed_exactly_and_may_have_no_place_at_all() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let with = capture(&mut phone, "case.snap", "井盖");
    let without = phone.save_draft(None, &Draft { position: None, ..draft("case.snap", "噪音") }).unwrap();
    phone.finish(&without).unwrap();
    let (lng, lat, radius) = phone.case(&with).unwrap().place.unwrap();
    assert_eq!((lng, lat), (113.613_255, 34.752_164), "shown to the decimetre");
    assert_eq!(radius, Some(12));
    assert_eq!(phone.case(&without).unwrap().place, None);
    let places = envelopes(&batch(&mut phone)).into_iter().filter(|e| e.kind == Kind::Act);
    let shared: Vec<bool> = places
        .map(|e| matches!(Act::from_bytes(&e.body).unwrap().report.unwrap().place, Some(Place::Exact { .. })))
        .collect();
    assert_eq!(shared, [true, false]);
}

#[test]
fn an_export_holds_the_case_its_history_and_the_very_bytes_of_its_originals() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "广告")).unwrap();
    let originals = [photo("tiny.png"), photo("small_exif.jpg")];
    let hashes = originals.each_ref().map(|original| phone.add_draft_photo(&id, original).unwrap());
    phone.finish(&id).unwrap();
    let zip = phone.export(&id).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut file = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let told: serde_json::Value = serde_json::from_slice(&file("case.json")).unwrap();
    assert_eq!((told["id"].as_str(), told["text"].as_str()), (Some(id.to_string().as_str()), Some("广告")));
    let history: serde_json::Value = serde_json::from_slice(&file("history.json")).unwrap();
    assert_eq!(history, told["history"]);
    assert_eq!(history[0]["act"], "report");
    assert_eq!(file(&format!("photos/{}.png", hashes[0])), originals[0]);
    assert_eq!(file(&format!("photos/{}.jpeg", hashes[1])), originals[1]);
    assert_eq!(zip.len(), 4);
}

#[test]
fn a_case_is_found_by_its_first_four_characters_if_only_one_begins_so() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let first = capture(&mut phone, "case.snap", "一");
    let text = first.to_string();
    assert_eq!(phone.find(&text[..4]), Ok(first));
    assert!(matches!(phone.find(&text[..3]), Err(DeviceError::NotFound { what: "case", .. })));
    assert!(matches!(phone.find("ffff"), Err(DeviceError::NotFound { what: "case", .. })));
    // The same minute: ids begin alike.
    home.clock.advance(1);
    let second = capture(&mut phone, "case.snap", "二");
    assert!(matches!(phone.find(&text[..4]), Err(DeviceError::Invalid { field, .. }) if field == "case"));
    assert_eq!(phone.find(&second.to_string()), Ok(second));
}

#[test]
fn drafts_come_first_and_pages_of_the_list_fit_together() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let mut cases = Vec::new();
    for number in 0..3 {
        home.clock.advance(10);
        cases.insert(0, capture(&mut phone, "case.snap", &format!("case {number}")).to_string());
    }
    for number in 0..2 {
        home.clock.advance(10);
        cases
            .insert(0, phone.save_draft(None, &draft("case.snap", &number.to_string())).unwrap().to_string());
    }
    let page = |limit, offset| -> Vec<String> {
        phone.list(limit, offset).unwrap().into_iter().map(|line| line.id).collect()
    };
    assert_eq!(page(100, 0), cases);
    for size in 1..6_u32 {
        let pages: Vec<String> = (0..5).step_by(size as usize).flat_map(|from| page(size, from)).collect();
        assert_eq!(pages, cases, "pages of {size}");
    }
    assert_eq!(page(10, 5), [""; 0]);
    assert_eq!(page(0, 0), [""; 0]);
}

#[test]
fn a_draft_given_up_is_gone_and_the_position_has_no_need_of_accuracy() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let position = Position { accuracy_m: None, ..HERE };
    let id = phone.save_draft(None, &Draft { position: Some(position), ..draft("case.snap", "x") }).unwrap();
    assert_eq!(phone.draft(&id).unwrap().position, Some(position));
    phone.discard_draft(&id).unwrap();
    let gone = Err(DeviceError::NotFound { what: "draft", id: id.to_string() });
    assert_eq!(phone.discard_draft(&id), gone);
    assert_eq!(phone.list(10, 0).unwrap(), []);
}

#[test]
fn a_report_shows_what_its_service_asks_for_or_says_why_not() {
    let (mut referee, _, [mut phone, mut colleague]) = people::<2>(Role::GridWorker);
    let mut entered = Draft { no_photo: None, ..draft("case.city.E06010", "垃圾") };
    let id = phone.save_draft(None, &entered).unwrap();
    phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
    let Err(DeviceError::Refused { code, facts }) = phone.finish(&id) else { panic!("one photo of two") };
    assert_eq!((code, facts["shows"].as_str()), (Code::RExpects, "2"));
    assert_eq!(phone.words().reason(code, &facts).zh, "请至少拍 2 张照片;拍不了,请写明原因");
    entered = phone.draft(&id).unwrap();
    for (reason, fits) in [("  ", false), ("太暗", true)] {
        entered.no_photo = Some(reason.to_owned());
        phone.save_draft(Some(id), &entered).unwrap();
        assert_eq!(phone.finish(&id).is_ok(), fits, "{reason:?}");
    }
    let enough =
        phone.save_draft(None, &Draft { no_photo: Some("不用".into()), ..draft("case.snap", "路灯") });
    let enough = enough.unwrap();
    phone.add_draft_photo(&enough, &photo("tiny.png")).unwrap();
    phone.finish(&enough).unwrap();
    let too_long = Some("长".repeat(limits::FIELD_CHARS_MAX + 1));
    let refused = phone.save_draft(None, &Draft { no_photo: too_long, ..draft("case.snap", "x") });
    assert!(matches!(refused, Err(DeviceError::Invalid { field, .. }) if field == "no_photo"));
    referee.sync(&mut phone);
    referee.sync(&mut colleague);
    let seen = colleague.case(&id).unwrap();
    assert_eq!((seen.fields["no_photo"].as_str(), seen.photos.len()), ("太暗", 1));
    assert!(!colleague.case(&enough).unwrap().fields.contains_key("no_photo"), "it shows what was asked for");
}

#[test]
fn a_report_is_timed_by_the_condition_that_its_answers_bring_it_under() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::Volunteer);
    let mut open = |what: &str| {
        let answers = answers(&[("what", what)]);
        let id = phone.save_draft(None, &Draft { answers, ..draft("help.lost", "走失") }).unwrap();
        phone.finish(&id).unwrap();
        let left_ms = |phone: &yuandian_device::Phone| phone.case(&id).unwrap().times[0].left_ms;
        let before = left_ms(&phone);
        referee.sync(&mut phone);
        assert!((before - left_ms(&phone)).abs() < 60_000, "the server says the same");
        before / 60_000
    };
    assert!((25..=30).contains(&open("person")), "half an hour");
    assert!((1_435..=1_440).contains(&open("pet")), "a day");
}

#[test]
fn an_act_says_what_the_phone_may_do_with_it_alone() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "买药");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    let next = helper.case(&case).unwrap().next;
    let claim = next.iter().find(|next| next.act == "claim").unwrap();
    assert_eq!((claim.offline.as_str(), claim.why_not.as_deref()), ("queue_intent", None));
}
