//! Words that had to go: from every row of the server, with names, numbers, outcomes and authors as before; by an operator, and with a person
//! who is forgotten.

use std::path::Path;

use yuandian_document::{Act, Edit, NoteEntry, redact::BLOT};
use yuandian_model::{CaseId, Code, EntryId, Role};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::hub::{Request, Response};
use yuandian_server::shell::SystemRandomness;
use yuandian_server::store::{Going, Records as _, Store as _};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::private::forget_me;
use crate::world::*;

const NUMBER: &str = "13800001234";

fn blots() -> String {
    BLOT.to_string().repeat(NUMBER.len())
}

fn on_disk(folder: &Path, words: &str) -> bool {
    ["yuandian.db", "yuandian.db-wal"].iter().any(|name| {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

fn note(phone: &mut Phone, case: CaseId, text: &str) -> PushItem {
    phone.made += 1;
    let mut random = [phone.number; 10];
    random[..8].copy_from_slice(&phone.made.to_be_bytes());
    phone.write(case, &[Edit::Note(EntryId::v7(1, random), NoteEntry::of(text, 5))], &[])
}

/// A case with a number in its description, in a note of somebody else and in an act.
fn told(world: &World) -> (Phone, Phone, CaseId) {
    let mut author = world.phone(1, Role::Resident);
    let mut worker = world.phone(20, Role::GridWorker);
    let case = author.new_case();
    let items =
        vec![author.report(case, "case.snap"), author.describe(case, &format!("井盖坏了,打{NUMBER}找我"))];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    world.pull(&mut worker);
    let mut act = Act::named("need_info", None);
    act.args.insert("question".into(), format!("打过{NUMBER}"));
    let items = vec![note(&mut worker, case, &format!("他的电话是{NUMBER}")), worker.act(case, &act)];
    assert_eq!(world.codes(&worker, items), [Code::Ok; 2]);
    world.pull(&mut author);
    (author, worker, case)
}

fn docs(world: &World, phone: &Phone, case: CaseId) -> PulledCase {
    let wanted = vec![Wanted { document: case, since: 0 }];
    let ask = Docs { version: WIRE_VERSION, wanted, max_bytes: 1 << 20 };
    let Ok(Response::Docs(mut reply)) = world.ask_as(phone, Request::Docs(ask)) else { panic!("docs") };
    reply.cases.remove(0)
}

/// The document as a phone that has nothing of it reads it.
fn read(pulled: &PulledCase) -> yuandian_document::ContentView {
    let mut document = match &pulled.snapshot {
        Some(saved) => yuandian_document::Content::load(saved).unwrap(),
        None => yuandian_document::Content::default(),
    };
    for commit in pulled.commits.iter().filter(|commit| !commit.body.is_empty()) {
        if commit.kind == yuandian_document::Kind::Content {
            let by = yuandian_document::actor(
                &commit.device,
                &pulled.document,
                &commit.incarnation,
                commit.branch,
            );
            document.admit(&commit.body, &by).unwrap();
        }
    }
    assert_eq!(Some(yuandian_sync::check::heads_name(&document.heads())), pulled.heads);
    document.view()
}

#[test]
fn an_operators_words_go_from_every_row_and_all_else_stays() {
    let world = World::new();
    let (mut author, mut worker, case) = told(&world);
    let before = docs(&world, &worker, case);
    let sum = |world: &World, phone: &Phone| {
        let ask = Pull { check: true, ..phone.pull() };
        let Ok(Response::Pull(page)) = world.ask_as(phone, Request::Pull(ask)) else { panic!("no page") };
        page.checks
    };
    sum(&world, &worker);
    let done = admin::redact(
        world.directory.path(),
        case,
        vec![NUMBER.into()],
        "the number of somebody else",
        &mut SystemRandomness,
        world.now(),
    )
    .unwrap();
    assert_eq!((done.generation, done.letters), (1, 4 * NUMBER.len() as u64));
    assert!(!on_disk(world.directory.path(), NUMBER), "neither the store nor its log");

    let pulled = world.page(&worker).cases;
    assert_eq!((pulled.len(), pulled[0].generation), (1, 1), "everybody who holds it hears of it");
    assert_eq!(pulled[0].facts.as_ref().unwrap().title, format!("井盖坏了,打{}找我", blots()));
    let after = docs(&world, &worker, case);
    let view = read(&after);
    assert_eq!(view.description, format!("井盖坏了,打{}找我", blots()));
    assert_eq!(view.notes[0].entry.text, format!("他的电话是{}", blots()));
    let named = |case: &PulledCase| -> Vec<_> {
        case.commits.iter().map(|c| (c.n, c.seq, c.device, c.user, c.code, c.facts.clone())).collect()
    };
    assert_eq!(named(&after), named(&before), "names, numbers, outcomes and authors are as before");
    let act = after.commits.iter().find_map(|c| Act::from_bytes(&c.body).ok().filter(|a| !a.args.is_empty()));
    assert_eq!(act.unwrap().args["question"], format!("打过{}", blots()));

    // What is written on the new ground is taken, and a document is opened anew.
    author.documents.remove(&case);
    let page = docs(&world, &author, case);
    let Some(saved) = page.snapshot else {
        return assert!(page.commits.iter().any(|commit| !commit.body.is_empty()));
    };
    author.documents.insert(case, yuandian_document::Content::load(&saved).unwrap());
    let more = author.describe(case, "井盖修好了");
    assert_eq!(world.codes(&author, vec![more]), [Code::Ok]);
    world.pull(&mut worker);
}

#[test]
fn what_stands_on_the_old_ground_waits_and_later_generations_are_the_servers() {
    let world = World::new();
    let (mut author, _, case) = told(&world);
    let going = Going::Words(vec![NUMBER.into()]);
    let rules = world.hub.rules();
    world.store.redact((&case, &going), "", &*rules, world.now()).unwrap();
    let late = author.describe(case, "很深");
    assert_eq!(world.codes(&author, vec![late]), [Code::HeldMissing]);
    // Doing it again finds nothing, and moves nobody.
    let seq = world.store.heads().unwrap()[0].head;
    let again = world.store.redact((&case, &going), "", &*rules, world.now()).unwrap().unwrap();
    assert_eq!((again.letters, again.generation), (0, 1));
    assert_eq!(world.store.heads().unwrap()[0].head, seq);
    assert_eq!(world.store.redact((&CaseId([9; 16]), &going), "", &*rules, 1).unwrap(), None);
    assert_eq!(world.store.redactions(Some(&case)).unwrap().len(), 1);
}

#[test]
fn a_server_that_lost_its_cache_reads_the_same_document() {
    let mut world = World::new();
    let (_, worker, case) = told(&world);
    world
        .store
        .redact((&case, &Going::Words(vec![NUMBER.into()])), "", &*world.hub.rules(), world.now())
        .unwrap();
    rusqlite::Connection::open(world.directory.path().join("yuandian.db"))
        .unwrap()
        .execute("DELETE FROM document_cache", [])
        .unwrap();
    world.restart();
    let mut other = world.phone(21, Role::GridWorker);
    world.pull(&mut other);
    let more = note(&mut other, case, "补充");
    assert_eq!(world.codes(&other, vec![more]), [Code::Ok]);
    let view = read(&docs(&world, &worker, case));
    assert_eq!((view.notes.len(), view.description), (2, format!("井盖坏了,打{}找我", blots())));
}

#[test]
fn who_is_forgotten_leaves_no_number_in_what_they_wrote_and_words_of_others_stay() {
    let world = World::new();
    let (mut author, worker, case) = told(&world);
    forget_me(&world, &mut author);
    let view = read(&docs(&world, &worker, case));
    assert_eq!(view.description, format!("井盖坏了,打{}找我", blots()));
    assert!(view.notes[0].entry.text.contains(NUMBER), "what others wrote of them an operator takes out");
    let line = world.store.redactions(None).unwrap().remove(0);
    assert_eq!((line.case, line.because.as_str()), (case, "forgotten"));
    // A door is given away where only the cell may be known, and says where the pit is elsewhere.
    let mut asker = world.phone(2, Role::Resident);
    let texts = ["3号楼2单元502有人吗", "3号楼2单元502门口井盖坏了"];
    let cases: Vec<CaseId> = ["help.errand", "case.snap"]
        .into_iter()
        .zip(texts)
        .map(|(service, text)| {
            let case = asker.new_case();
            let items = vec![asker.report(case, service), asker.describe(case, text)];
            assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
            case
        })
        .collect();
    forget_me(&world, &mut asker);
    let reads = |case: &CaseId| read(&docs(&world, &worker, *case)).description;
    assert!(!reads(&cases[0]).contains("502"));
    assert_eq!(reads(&cases[1]), texts[1]);
}

#[test]
fn a_backup_of_before_says_what_is_to_be_redacted_again() {
    let world = World::new();
    let (_, _, case) = told(&world);
    let place = tempfile::tempdir().unwrap();
    let data = world.directory.path().to_owned();
    let mut randomness = SystemRandomness;
    let made = admin::back_up((&data, None), place.path(), &mut randomness, 1_000).unwrap();
    admin::redact(&data, case, vec![NUMBER.into()], "as a court said", &mut randomness, 2_000).unwrap();
    admin::back_up((&data, None), place.path(), &mut randomness, 3_000).unwrap();
    let first = made;
    let into = tempfile::tempdir().unwrap();
    let restored =
        admin::put_back((&into.path().join("data"), None), &first, false, &mut randomness, 4_000).unwrap();
    let lines: Vec<_> = restored.to_redact.iter().map(|line| (line.case, line.because.as_str())).collect();
    assert_eq!(lines, [(case, "as a court said")]);
    let into = tempfile::tempdir().unwrap();
    let newest =
        admin::put_back((&into.path().join("data"), None), place.path(), false, &mut randomness, 4_000);
    assert_eq!(newest.unwrap().to_redact, []);
}

#[test]
fn words_that_are_none_and_cases_that_are_not_there_are_refused() {
    let world = World::new();
    let (_, _, case) = told(&world);
    let tries = |case: CaseId, words: &str| {
        admin::redact(world.directory.path(), case, vec![words.into()], "", &mut SystemRandomness, 1)
    };
    assert!(matches!(tries(case, " ,"), Err(AdminError::NoWords(_))));
    assert!(matches!(tries(CaseId([9; 16]), NUMBER), Err(AdminError::UnknownCase(_))));
    assert_eq!(tries(case, "没有的字").unwrap().letters, 0);
    let listed = admin::redactions(world.directory.path(), None, &mut SystemRandomness).unwrap();
    assert_eq!(listed, []);
}
