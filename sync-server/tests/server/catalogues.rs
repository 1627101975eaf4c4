//! Versions of the catalogue: published beside a server that runs, signed, fetched; a case goes by the one it was opened under.

use std::path::{Path, PathBuf};

use yuandian_document::{Act, DeviceKey, Kind, Report, SignedCatalogue};
use yuandian_model::catalogue::{CatalogueFile, Mistake};
use yuandian_model::{CaseId, Catalogue, Code, Role};
use yuandian_server::admin::{self, AdminError, Unpublished};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::CATALOGUES_ASKED_MS;
use yuandian_server::shell::SystemRandomness;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

/// What a city says of an act that it alone has.
const WORDS: &str = "[act.handle_alone]\ntitle = { zh = '自行处理', en = 'Handle alone' }\n";

/// The embedded files under another number, each changed.
fn files(version: u32, change: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let numbered = |text: &str| text.replacen("version = 1\n", &format!("version = {version}\n"), 1);
    let own = Catalogue::embedded_files().iter();
    let mut files: Vec<_> = own.map(|file| (file.name.to_owned(), change(&numbered(file.text)))).collect();
    files.push(("words.toml".to_owned(), WORDS.to_owned()));
    files
}

fn folder(world: &World, version: u32, change: impl Fn(&str) -> String) -> PathBuf {
    let folder = world.directory.path().join(format!("catalogue-{version}"));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files(version, change) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn publish(world: &World, from: &Path, key: Option<&Path>) -> Result<u32, AdminError> {
    let data = world.directory.path();
    let published = admin::publish(data, (from, key), &mut SystemRandomness, world.now())?;
    // The server that runs looks once a second.
    world.pass(CATALOGUES_ASKED_MS);
    Ok(published.version)
}

fn unpublished(result: Result<u32, AdminError>) -> Unpublished {
    match result {
        Err(AdminError::Unpublished(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn unchanged(text: &str) -> String {
    text.to_owned()
}

/// In this version nobody handles a case herself.
fn without_self_handling(text: &str) -> String {
    text.replace("id = \"self_handle\"", "id = \"handle_alone\"")
}

fn fetched(world: &World, phone: &Phone, version: u32) -> Option<SignedCatalogue> {
    let ask = CatalogueAsk { version: WIRE_VERSION, catalogue: version };
    let Ok(Response::Catalogue(reply)) = world.ask_as(phone, Request::Catalogue(ask)) else { panic!() };
    reply.signed.map(|bytes| SignedCatalogue::decode(&bytes).unwrap())
}

/// A report written under a version, of something of which nobody wants a photo.
fn reported(phone: &mut Phone, schema: u32) -> (CaseId, PushItem) {
    let case = phone.new_case();
    let report = Report { service: "case.local.L10004".into(), grid: GRID.parse().unwrap(), place: None };
    let mut envelope = phone.envelope(case, Kind::Act, Act::report(report).to_bytes());
    envelope.schema = schema;
    (case, PushItem { commit: phone.chained(&envelope), micros: vec![], adopt: None })
}

fn opened_under(world: &World, case: &CaseId) -> u32 {
    use yuandian_server::store::Store as _;
    world.store.case(case).unwrap().unwrap().state.catalogue
}

#[test]
fn a_published_version_is_told_fetched_and_believed_by_a_server_that_runs() {
    let world = World::new();
    let mut worker = world.phone(1, Role::GridWorker);
    assert_eq!(world.hello(&mut worker).catalogue, 1);
    let from = folder(&world, 1_000, unchanged);
    assert_eq!(publish(&world, &from, None).unwrap(), 1_000);
    assert_eq!(world.page(&worker).renewed.catalogue, Some(1_000), "a page says so before the next greeting");
    let hello = world.hello(&mut worker);
    assert_eq!(hello.catalogue, 1_000);
    let signed = fetched(&world, &worker, 1_000).unwrap();
    let key = hello.keys.iter().find(|key| key.id() == signed.signer()).unwrap();
    assert_eq!(signed.verify(&key.public).unwrap().version(), 1_000);
    let shipped = fetched(&world, &worker, 1).unwrap();
    assert!(shipped.files().eq(sorted_embedded()), "what ships is there for phones that ship with another");
    assert!(fetched(&world, &worker, 1_001).is_none());
}

fn sorted_embedded() -> Vec<CatalogueFile<'static>> {
    let mut files = Catalogue::embedded_files().to_vec();
    files.sort_by_key(|file| file.name);
    files
}

#[test]
fn a_rotated_key_does_not_undo_what_the_one_before_has_signed() {
    let world = World::new();
    let mut worker = world.phone(1, Role::GridWorker);
    publish(&world, &folder(&world, 1_000, unchanged), None).unwrap();
    admin::rotate_key(world.directory.path(), &mut SystemRandomness, world.now()).unwrap();
    let keys = world.hello(&mut worker).keys;
    let signed = fetched(&world, &worker, 1_000).unwrap();
    let signer = keys.iter().position(|key| key.id() == signed.signer());
    assert_eq!(signer, Some(1), "not the one in force");
    assert!(signed.verify(&keys[1].public).is_ok());
}

#[test]
fn an_open_case_keeps_its_version_and_a_new_one_is_opened_under_the_one_it_was_written_under() {
    let mut world = World::new();
    let mut worker = world.phone(1, Role::GridWorker);
    let (old, item) = reported(&mut worker, 1);
    assert_eq!(world.codes(&worker, vec![item]), [Code::Ok]);
    publish(&world, &folder(&world, 1_000, without_self_handling), None).unwrap();
    world.hello(&mut worker);
    // Filed offline before the phone had heard of the new version, and after.
    let ((late, first), (new, second)) = (reported(&mut worker, 1), reported(&mut worker, 1_000));
    assert_eq!(world.codes(&worker, vec![first, second]), [Code::Ok; 2]);
    let items = [old, late, new].map(|case| worker.describe(case, "井盖")).to_vec();
    let rules: Vec<Option<u32>> = world.push(&worker, items).iter().map(|receipt| receipt.rules).collect();
    assert_eq!(rules, [Some(1), Some(1), Some(1_000)], "every verdict says by whose rules");
    assert_eq!([&old, &late, &new].map(|case| opened_under(&world, case)), [1, 1, 1_000]);
    let said = |worker: &mut Phone, world: &World, act: &str| {
        let items = [old, late, new].map(|case| worker.named(case, act)).to_vec();
        world.codes(worker, items)
    };
    assert_eq!(said(&mut worker, &world, "handle_alone"), [Code::RSchema, Code::RSchema, Code::Ok]);
    world.restart();
    world.hello(&mut worker);
    assert_eq!(said(&mut worker, &world, "self_handle"), [Code::Ok, Code::Ok, Code::RSchema]);
}

#[test]
fn a_version_that_nobody_knows_is_taken_for_the_one_in_force_and_the_operator_is_told() {
    let world = World::new();
    let mut worker = world.phone(1, Role::GridWorker);
    let (case, item) = reported(&mut worker, 1_007);
    assert_eq!(
        world.codes(&worker, vec![item]),
        [Code::Ok],
        "filed where a restored server has lost its version"
    );
    assert_eq!(opened_under(&world, &case), 1);
    let Ok(Response::Nonce(nonce)) = world.ask(Request::Nonce(worker.nonce())) else { panic!() };
    let mut hello: Hello =
        yuandian_document::cbor::decode("hello", &worker.hello(nonce.nonce).message, 1 << 16).unwrap();
    hello.catalogue = 1_007;
    let message = yuandian_document::cbor::encode(&hello);
    let signed = worker.signed(yuandian_document::Purpose::Hello, message);
    assert!(matches!(world.ask(Request::Hello(signed)), Ok(Response::Hello(reply)) if reply.catalogue == 1));
    let warnings = |world: &World| {
        admin::summary(world.directory.path(), &mut SystemRandomness, world.now()).unwrap().warnings
    };
    assert!(warnings(&world).iter().any(|warning| warning.contains("1007")), "{:?}", warnings(&world));
    // Whatever a phone says stops nobody from publishing.
    assert_eq!(publish(&world, &folder(&world, 1_003, unchanged), None).unwrap(), 1_003);
    assert!(warnings(&world).iter().any(|warning| warning.contains("1007")));
    assert_eq!(publish(&world, &folder(&world, 1_007, unchanged), None).unwrap(), 1_007);
    assert!(!warnings(&world).iter().any(|warning| warning.contains("1007")));
}

#[test]
fn what_is_wrong_is_told_with_its_next_step_and_nothing_is_published() {
    let world = World::new();
    let mut worker = world.phone(1, Role::GridWorker);
    let said = |result: Result<u32, AdminError>| unpublished(result).to_string();
    let low = said(publish(&world, &folder(&world, 7, unchanged), None));
    assert!(low.contains("1000 or more"), "{low}");
    publish(&world, &folder(&world, 1_000, unchanged), None).unwrap();
    let again = said(publish(&world, &folder(&world, 1_000, unchanged), None));
    assert!(again.contains("give it version 1001"), "{again}");
    let broken = |text: &str| text.replacen("workflow = \"W3\"", "workflow = \"W33\"", 2);
    match unpublished(publish(&world, &folder(&world, 1_001, broken), None)) {
        Unpublished::Mistakes(mistakes) => {
            assert!(mistakes.len() >= 2, "every mistake, not the first: {mistakes:?}");
            let told = |m: &Mistake| !m.file.is_empty() && !m.row.is_empty() && m.field == "workflow";
            assert!(mistakes.iter().all(told), "{mistakes:?}");
        }
        other => panic!("{other:?}"),
    }
    let nowhere = said(publish(&world, &world.directory.path().join("nowhere"), None));
    assert!(nowhere.contains("cannot be read"), "{nowhere}");
    assert_eq!(world.hello(&mut worker).catalogue, 1_000);
}

#[test]
fn a_signed_file_is_published_by_the_key_that_is_trusted_alone() {
    let world = World::new();
    let at = |name: &str| world.directory.path().join(name);
    let texts = files(1_000, unchanged);
    let texts: Vec<CatalogueFile<'_>> =
        texts.iter().map(|(name, text)| CatalogueFile { name, text }).collect();
    let (keeper, stranger) = (DeviceKey::from_seed(&[5; 32]), DeviceKey::from_seed(&[6; 32]));
    std::fs::write(at("signed"), SignedCatalogue::sign(&texts, &keeper).unwrap().encode()).unwrap();
    for (name, key) in [("keeper.pub", &keeper), ("stranger.pub", &stranger)] {
        std::fs::write(at(name), format!("{}\n", hex::encode(key.public()))).unwrap();
    }
    std::fs::write(at("none.pub"), "no key").unwrap();
    let tried = |from: &str, key: Option<&str>| publish(&world, &at(from), key.map(at).as_deref());
    assert!(matches!(unpublished(tried("signed", None)), Unpublished::KeyWanted(_)));
    assert!(matches!(unpublished(tried("signed", Some("stranger.pub"))), Unpublished::Signature(_)));
    assert!(matches!(unpublished(tried("signed", Some("none.pub"))), Unpublished::Unreadable(_)));
    assert!(matches!(unpublished(tried("keeper.pub", Some("keeper.pub"))), Unpublished::Signature(_)));
    let unsigned = publish(&world, &folder(&world, 1_000, unchanged), Some(&at("keeper.pub")));
    assert!(matches!(unpublished(unsigned), Unpublished::Unsigned(_)));
    assert_eq!(tried("signed", Some("keeper.pub")).unwrap(), 1_000);
    let lines = admin::catalogues(world.directory.path(), &mut SystemRandomness).unwrap();
    let told: Vec<(u32, bool, bool)> = lines.iter().map(|l| (l.version, l.in_force, l.ships)).collect();
    assert_eq!(told, [(1, false, true), (1_000, true, false)]);
}

/// From the beginning of these worlds to the evening of the last day that the shipped catalogue knows.
const TO_2027_12_31_MS: i64 = 1_830_214_800_000 - START_MS;

#[test]
fn a_year_that_is_published_later_is_true_of_cases_that_were_open() {
    let world = World::new();
    world.pass(TO_2027_12_31_MS);
    let mut worker = world.phone(1, Role::GridWorker);
    let mut acceptor = world.phone(2, Role::Acceptor);
    // 2027-12-31 17:00 in Zhengzhou, and a working day to answer: nobody knows yet which day of January is worked on first.
    let case = worker.new_case();
    let report = worker.report(case, "case.city.E06012");
    assert_eq!(world.codes(&worker, vec![report]), [Code::Ok]);
    let acted = || world.hub.tick(world.now()).unwrap().acted;
    assert_eq!(acted(), []);
    let own = |world: &World| {
        use yuandian_server::store::{Judge as _, Store as _};
        let state = world.store.case(&case).unwrap().unwrap().state;
        world.hub.rules().own_act(&state)
    };
    assert_eq!(own(&world), None, "no time is better than a wrong one");
    let text = "\n[[calendar.year]]\nyear = 2028\nsource = 'published'\ncitation = 'x'\n[[calendar.year.holiday]]\nname = 'new_year'\nzh = '元旦'\nfrom = 2028-01-01\nto = 2028-01-03\n";
    let from = folder(&world, 1_000, unchanged);
    std::fs::write(from.join("calendar.toml"), text).unwrap();
    publish(&world, &from, None).unwrap();
    world.hello(&mut acceptor);
    assert_eq!(opened_under(&world, &case), 1, "it keeps its version");
    let (act, at_ms) = own(&world).unwrap();
    assert_eq!(act, "escalate_due");
    assert_eq!(acted(), []);
    world.pass(at_ms - world.now());
    assert_eq!(acted(), [(case, act)], "after a stop or without one: the timer was set anew");
}
