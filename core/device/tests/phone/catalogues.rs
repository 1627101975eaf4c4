//! Versions of the catalogue on a phone: told, fetched, believed, kept while a case needs them; a case of an unknown one can be read and noted.

use yuandian_device::{ActCommand, CaseId, DeviceError, Order, Phone, SearchAsk};
use yuandian_document::{DeviceKey, SignedCatalogue};
use yuandian_model::calendar::Moment;
use yuandian_model::catalogue::CatalogueFile;
use yuandian_model::{Catalogue, Role};
use yuandian_sync::message::{CatalogueAsk, CatalogueReply, HelloReply, WIRE_VERSION};
use yuandian_sync::{Keep, Load, Loaded};

use crate::home::{Home, START_MS};
use crate::referee::{GRID, Referee, batch, envelopes};
use crate::{GAS_LEAK, act, answers, capture, notes, people, photo};

/// The embedded catalogue under another number, in which nobody handles a case herself and 随手拍 has another name.
fn city(version: u32, key: &DeviceKey) -> SignedCatalogue {
    city_saying(version, key, "")
}

/// The same with something said beside.
fn city_saying(version: u32, key: &DeviceKey, more: &str) -> SignedCatalogue {
    let change = |text: &str| {
        text.replacen("version = 1\n", &format!("version = {version}\n"), 1)
            .replace("\"self_handle\"", "\"handle_alone\"")
            .replace("zh = \"随手拍\", en = \"Snap a problem\"", "zh = \"郑好拍\", en = \"Snap\"")
    };
    let own = Catalogue::embedded_files();
    let texts: Vec<String> = own.iter().map(|file| change(file.text)).collect();
    let mut files: Vec<CatalogueFile<'_>> =
        own.iter().zip(&texts).map(|(file, text)| CatalogueFile { name: file.name, text }).collect();
    let text = format!("[act.handle_alone]\ntitle = {{ zh = '自行处理', en = 'Handle alone' }}\n{more}");
    files.push(CatalogueFile { name: "words.toml", text: &text });
    SignedCatalogue::sign(&files, key).unwrap()
}

fn wanted(phone: &mut Phone) -> Option<u32> {
    match phone.load(&Load::Catalogue).unwrap() {
        Loaded::Catalogue(asked) => asked.map(|asked| asked.catalogue),
        other => panic!("{other:?}"),
    }
}

fn keep(phone: &mut Phone, version: u32, signed: Option<Vec<u8>>) {
    let asked = CatalogueAsk { version: WIRE_VERSION, catalogue: version };
    let reply = CatalogueReply { version: WIRE_VERSION, signed: signed.map(Into::into) };
    phone.keep(&Keep::Catalogue { asked, reply }).unwrap();
}

fn told(referee: &Referee, phone: &mut Phone, version: u32) {
    phone.keep(&Keep::Hello(HelloReply { catalogue: version, ..referee.hello(phone) })).unwrap();
}

#[test]
fn the_version_in_force_is_fetched_once_and_used_after_a_restart() {
    let (referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let earlier = capture(&mut phone, "case.snap", "井盖");
    told(&referee, &mut phone, 1_000);
    assert_eq!((phone.catalogue().version(), wanted(&mut phone)), (1, Some(1_000)), "until it is here");
    keep(&mut phone, 1_000, Some(city(1_000, &referee.key()).encode()));
    assert_eq!((phone.catalogue().version(), wanted(&mut phone)), (1_000, None));
    drop(phone);
    let mut phone = homes[0].open();
    assert_eq!(phone.catalogue().version(), 1_000);
    assert_eq!(phone.words().act("handle_alone").zh, "自行处理", "a city says its own acts itself");
    let later = capture(&mut phone, "case.snap", "路灯");
    assert_eq!(phone.line_of(&later).unwrap().service_text, "郑好拍");
    let versions = [&earlier, &later].map(|case| phone.case(case).unwrap().catalogue);
    assert_eq!(versions, [1, 1_000]);
    let titles = [&earlier, &later].map(|case| phone.case_service(case).unwrap().unwrap().title.zh);
    assert_eq!(titles, ["随手拍", "郑好拍"], "each by its own version");
    let can = |phone: &Phone, case: &CaseId| phone.case(case).unwrap().can;
    assert!(can(&phone, &earlier).contains(&"self_handle".to_owned()), "an open case keeps its version");
    assert!(can(&phone, &later).contains(&"handle_alone".to_owned()));
    assert!(matches!(phone.act(&later, &act("self_handle")), Err(DeviceError::Refused { .. })));
    let photos = [photo("tiny.jpg"), photo("tiny.png")];
    assert!(phone.act(&earlier, &ActCommand { photos: &photos, ..act("self_handle") }).is_ok());
    let schemas: Vec<u32> = envelopes(&batch(&mut phone)).iter().map(|envelope| envelope.schema).collect();
    assert_eq!((schemas[0], schemas[2]), (1, 1_000), "a report is judged by the version it was filed under");
}

#[test]
fn a_case_of_a_version_that_is_not_here_can_be_read_and_takes_notes_alone() {
    let (mut referee, _, [mut author, mut colleague]) = people::<2>(Role::GridWorker);
    told(&referee, &mut author, 1_000);
    let signed = city(1_000, &referee.key());
    keep(&mut author, 1_000, Some(signed.encode()));
    referee.go_by(signed.catalogue().unwrap());
    let case = capture(&mut author, "case.snap", "井盖");
    referee.sync(&mut author);
    referee.sync(&mut colleague);
    let shown = colleague.case(&case).unwrap();
    assert_eq!((shown.text.as_str(), shown.catalogue, shown.notes_only), ("井盖", 1_000, true));
    assert_eq!((shown.can, shown.next, shown.times), (vec![], vec![], vec![]));
    assert_eq!(colleague.case_service(&case).unwrap(), None);
    let refusals = [
        colleague.act(&case, &act("handle_alone")).map(|_| ()),
        colleague.edit(&case, &answers(&[("address", "桐柏路")]), None),
    ];
    for refused in refusals {
        let Err(DeviceError::Invalid { reason, .. }) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("version 1000") && reason.contains("sync"), "{reason}");
    }
    colleague.note(&case, "我看到了", &[photo("tiny.jpg")]).unwrap();
    assert_eq!(notes(&colleague, &case), ["我看到了"]);
    assert_eq!(wanted(&mut colleague), Some(1_000), "the case asks for its version");
    keep(&mut colleague, 1_000, Some(signed.encode()));
    let shown = colleague.case(&case).unwrap();
    assert!(!shown.notes_only && shown.can.contains(&"handle_alone".to_owned()), "{:?}", shown.can);
    referee.sync(&mut colleague);
    assert_eq!(notes(&colleague, &case), ["我看到了"]);
}

#[test]
fn what_no_key_of_the_server_has_signed_is_not_believed_and_not_asked_for_again_in_this_run() {
    let (referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let (good, foreign) = (city(1_000, &referee.key()), DeviceKey::from_seed(&[0xbb; 32]));
    let mut damaged = good.encode();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    let bad = [
        None,
        Some(vec![]),
        Some(b"<html>sign in to the network</html>".to_vec()),
        Some(damaged),
        Some(city(1_000, &foreign).encode()),
        Some(city(1_001, &referee.key()).encode()),
    ];
    for reply in bad {
        phone.load(&Load::Start).unwrap();
        told(&referee, &mut phone, 1_000);
        assert_eq!(wanted(&mut phone), Some(1_000), "each run asks again");
        keep(&mut phone, 1_000, reply);
        assert_eq!((phone.catalogue().version(), wanted(&mut phone)), (1, None));
    }
    assert_eq!(phone.sync_state().unwrap().troubles.get("catalogues"), Some(&5));
    phone.load(&Load::Start).unwrap();
    keep(&mut phone, 1_000, Some(good.encode()));
    assert_eq!(phone.catalogue().version(), 1_000);
}

#[test]
fn a_version_goes_when_a_newer_one_is_in_force_and_no_case_needs_it() {
    let (referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let key = referee.key();
    let mut filed = Vec::new();
    for version in [1_000, 1_001, 1_002] {
        told(&referee, &mut phone, version);
        keep(&mut phone, version, Some(city(version, &key).encode()));
        if version != 1_001 {
            filed.push(capture(&mut phone, "case.snap", "井盖"));
        }
    }
    assert!(phone.case(&filed[0]).unwrap().can.contains(&"handle_alone".to_owned()));
    drop(phone);
    assert_eq!(homes[0].count("SELECT count(*) FROM catalogues WHERE version = 1000"), 1);
    assert_eq!(homes[0].count("SELECT count(*) FROM catalogues WHERE version = 1001"), 0);
    // A server that was restored to before all this says what is in force there.
    let mut phone = homes[0].open();
    told(&referee, &mut phone, 1);
    assert_eq!(phone.catalogue().version(), 1);
    assert!(
        phone.case(&filed[1]).unwrap().can.contains(&"handle_alone".to_owned()),
        "and the case keeps its own"
    );
}

#[test]
fn one_is_shown_what_one_may_open_and_first_what_is_opened_most() {
    let (_, _, [mut worker]) = people::<1>(Role::GridWorker);
    let (_, _, [resident]) = people::<1>(Role::Resident);
    let ids = |phone: &Phone, text: &str| {
        phone.services(text).unwrap().into_iter().map(|line| line.id).collect::<Vec<_>>()
    };
    let catalogue = Catalogue::embedded();
    let is_workers = |service: &&yuandian_model::Service| {
        service.create.contains(&Role::GridWorker) && !service.create.contains(&Role::Resident)
    };
    let workers = catalogue.services().find(is_workers).unwrap().id.0.clone();
    assert_eq!([ids(&worker, ""), ids(&resident, "")].map(|ids| ids.contains(&workers)), [true, false]);
    assert_eq!([ids(&worker, &workers).len(), ids(&resident, &workers).len()], [1, 0]);
    assert_eq!(ids(&worker, "bllj")[0], "case.city.E06010");
    for text in ["一", "二"] {
        capture(&mut worker, "case.city.E06010", text);
    }
    capture(&mut worker, "case.snap", "三");
    let first = &worker.services("").unwrap()[..3];
    let shown: Vec<(&str, u64)> = first.iter().map(|line| (line.id.as_str(), line.used)).collect();
    assert_eq!(&shown[..2], [("case.city.E06010", 2), ("case.snap", 1)]);
    assert_eq!((shown[2].1, first[0].group_text.as_str()), (0, "市容环境"));
}

#[test]
fn one_calls_whom_the_catalogue_in_force_names_for_ones_division() {
    let called =
        |phone: &Phone| phone.community_contact().unwrap().map(|contact| (contact.grid, contact.telephone));
    let hotline = Some(("4101".to_owned(), "12345".to_owned()));
    let home = Home::new(9);
    assert_eq!(called(&home.open()), hotline, "before anybody has enrolled, the city's");
    let (referee, _, [mut phone]) = people::<1>(Role::Resident);
    assert_eq!(called(&phone), hotline);
    let street = format!(
        "[contact.street]\ngrid = '{GRID}'\ncalls = 'community'\ntitle = {{ zh = '街道', en = 'Street' }}\ntelephone = '0371-1234'\n"
    );
    told(&referee, &mut phone, 1_000);
    keep(&mut phone, 1_000, Some(city_saying(1_000, &referee.key(), &street).encode()));
    assert_eq!(called(&phone), Some((GRID.to_owned(), "0371-1234".to_owned())));
}

#[test]
fn a_list_goes_by_the_holidays_of_the_catalogue_in_force() {
    let (referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let at = |text: &str| text.parse::<Moment>().unwrap().ms();
    homes[0].clock.advance(at("2027-01-03T23:00+08:00") - START_MS);
    capture(&mut phone, "case.city.E06010", "两个工作时");
    homes[0].clock.advance(at("2027-01-04T20:00+08:00") - at("2027-01-03T23:00+08:00"));
    capture(&mut phone, GAS_LEAK, "一小时");
    let listed = |phone: &Phone| {
        let ask = SearchAsk { order: Order::Due, ..SearchAsk::default() };
        phone.search(&ask).unwrap().into_iter().map(|line| line.title).collect::<Vec<_>>()
    };
    assert_eq!(listed(&phone), ["两个工作时", "一小时"], "over since the morning of Monday");
    let published = "[[calendar.year]]\nyear = 2027\nsource = 'published'\ncitation = 'x'\n[[calendar.year.holiday]]\nname = 'new_year'\n\
                     zh = '元旦'\nfrom = 2027-01-04\nto = 2027-01-04\nworkdays = [2027-01-09]\n";
    told(&referee, &mut phone, 1_000);
    keep(&mut phone, 1_000, Some(city_saying(1_000, &referee.key(), published).encode()));
    assert_eq!(listed(&phone), ["一小时", "两个工作时"], "Monday turned out to be a holiday");
    drop(phone);
    assert_eq!(listed(&homes[0].open()), ["一小时", "两个工作时"]);
}
