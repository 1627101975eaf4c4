//! PUSH: what is taken, what is refused, and that both are for ever.

use minicbor::bytes::ByteVec;
use yuandian_document::{Act, Content, Edit, Kind, NoteEntry, Place, Report};
use yuandian_model::form::SharedAnswer;
use yuandian_model::{Code, DeviceId, EntryId, Incarnation, PartitionId, Role, Wgs84};
use yuandian_server::hub::{Request, Response};
use yuandian_server::problem::Problem;
use yuandian_sync::limits::PUSH_COMMITS_MAX;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

#[test]
fn a_report_with_its_text_reaches_the_colleague_of_the_grid() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut colleague = world.phone(2, Role::GridWorker);
    let case = author.new_case();
    let items = vec![author.report(case, "case.city.E06010"), author.describe(case, "门口有垃圾")];
    let receipts = world.push(&author, items);
    assert_eq!(
        receipts.iter().map(|r| (r.code, r.seq)).collect::<Vec<_>>(),
        [(Code::Ok, Some(1)), (Code::Ok, Some(2))]
    );
    let pulled = world.pull(&mut colleague);
    assert_eq!(pulled.len(), 1);
    let facts = pulled[0].facts.as_ref().unwrap();
    assert_eq!((facts.stage.as_str(), facts.author.name.as_str()), ("reported", "Person 1"));
    assert_eq!(colleague.documents[&case].view().description, "门口有垃圾");
    assert_eq!(colleague.documents[&case].heads(), author.documents[&case].heads());
    assert!(world.pull(&mut colleague).is_empty(), "nothing new, nothing sent");
}

#[test]
fn the_same_commits_again_give_the_same_bytes() {
    let mut world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let items = vec![
        author.report(case, "case.snap"),
        author.describe(case, "a"),
        author.named(case, "dance"),
        author.describe(case, "ab"),
    ];
    let first = world.push_raw(&author, items.clone());
    let codes: Vec<Code> = first.iter().map(|r| receipt(r).code).collect();
    assert_eq!(codes, [Code::Ok, Code::Ok, Code::RSchema, Code::Ok], "one bad item stops no other");
    world.pass(60_000);
    assert_eq!(world.push_raw(&author, items.clone()), first);
    world.restart();
    assert_eq!(world.push_raw(&author, items.clone()), first);
    let twice = vec![items[0].clone(), items[0].clone(), items[2].clone(), items[2].clone()];
    let again = world.push_raw(&author, twice);
    assert_eq!(again, [&first[0], &first[0], &first[2], &first[2]].map(Clone::clone));
}

#[test]
fn a_commit_twice_in_one_push_is_one_commit() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    let text = author.describe(case, "a");
    let raw = world.push_raw(&author, vec![report.clone(), report, text.clone(), text]);
    assert_eq!(raw[0], raw[1]);
    assert_eq!(raw[2], raw[3]);
    assert_eq!((receipt(&raw[0]).seq, receipt(&raw[2]).seq), (Some(1), Some(2)));
}

#[test]
fn a_wrong_signature_is_answered_but_takes_nobodys_place() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let good = author.report(case, "case.snap");
    let mut bad = good.clone();
    bad.commit.signature.0[3] ^= 1;
    assert_eq!(world.codes(&author, vec![bad]), [Code::RSig]);
    let thief = world.phone(2, Role::GridWorker);
    assert_eq!(world.codes(&thief, vec![good.clone()]), [Code::RSig], "a commit of another device");
    assert_eq!(world.codes(&author, vec![good]), [Code::Ok]);
}

#[test]
fn a_copied_database_breaks_its_chain_and_goes_on_under_a_new_incarnation() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    assert_eq!(world.codes(&author, vec![report]), [Code::Ok]);
    let mut copy = author.clone();
    let other = copy.new_case();
    let ours = author.describe(case, "ours");
    assert_eq!(world.codes(&author, vec![ours]), [Code::Ok]);
    let theirs = vec![copy.describe(case, "theirs"), copy.report(other, "case.snap")];
    let refused = world.push_raw(&copy, theirs.clone());
    assert_eq!(receipt(&refused[0]).code, Code::RChain);
    assert_eq!(receipt(&refused[1]).code, Code::RChain);
    assert_eq!(world.push_raw(&copy, theirs), refused, "a stored, final answer");
    copy.incarnation = Incarnation([99; 16]);
    copy.chain = (0, None);
    copy.documents.clear();
    world.pull(&mut copy);
    let again = vec![copy.describe(case, "ours, theirs"), copy.report(other, "case.snap")];
    assert_eq!(world.codes(&copy, again), [Code::Ok, Code::Ok]);
    let last = author.named(case, "self_handle");
    assert_eq!(world.codes(&author, vec![last]), [Code::Ok], "the original is untouched");
}

#[test]
fn a_copied_home_that_sends_a_command_again_does_not_do_it_again() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    assert_eq!(world.codes(&author, vec![report.clone()]), [Code::Ok]);
    let mut copy = author.clone();
    let words = author.describe(case, "新的");
    assert_eq!(world.codes(&author, vec![words.clone()]), [Code::Ok]);
    // The copy has the same commands in its outbox, rewritten under its new incarnation.
    copy.incarnation = Incarnation([77; 16]);
    copy.chain = (0, None);
    let mut rewritten = |original: &PushItem, body: Option<Vec<u8>>| {
        let envelope = original.commit.open().unwrap();
        let body = body.unwrap_or(envelope.body);
        let envelope =
            yuandian_document::Envelope { group: envelope.group, ..copy.envelope(case, envelope.kind, body) };
        PushItem { commit: copy.chained(&envelope), micros: vec![], adopt: None }
    };
    let by = yuandian_document::actor(&author.device(), &case, &Incarnation([77; 16]), 0);
    let mut document = Content::default();
    let heads = document.heads();
    let (_, body) = document.write(&heads, &by, &[Edit::Describe("新的".into())], 7_000).unwrap().unwrap();
    let items = vec![rewritten(&report, None), rewritten(&words, Some(body))];
    let again = world.push(&copy, items.clone());
    assert_eq!(again.iter().map(|r| (r.code, r.seq)).collect::<Vec<_>>(), [(Code::Dup, None); 2]);
    assert_eq!(world.push(&copy, items), again);
    let last = copy.named(case, "self_handle");
    assert_eq!(world.codes(&copy, vec![last]), [Code::Ok], "the copy's own chain goes on");
    let mut reader = world.phone(2, Role::GridWorker);
    world.pull(&mut reader);
    assert_eq!(reader.documents[&case].view().description, "新的");
}

#[test]
fn a_gap_in_the_chain_is_refused() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let _never_sent = author.report(case, "case.snap");
    let second = author.report(case, "case.snap");
    assert_eq!(world.codes(&author, vec![second]), [Code::RChain]);
}

#[test]
fn a_foreign_actor_is_refused() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    let mut forger = author.clone();
    forger.incarnation = Incarnation([50; 16]);
    let stolen = forger.write(case, &[Edit::Describe("as somebody else".into())], &[]);
    let body = stolen.commit.open().unwrap().body;
    let envelope = author.envelope(case, Kind::Content, body);
    let item = PushItem { commit: author.chained(&envelope), micros: vec![], adopt: None };
    assert_eq!(world.codes(&author, vec![report, item]), [Code::Ok, Code::RActor]);
}

#[test]
fn hostile_changes_are_refused_and_the_document_goes_on() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = world.opened_by(&mut author);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/hostile-changes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "change"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let body = std::fs::read(&file).unwrap();
        let envelope = author.envelope(case, Kind::Content, body);
        let item = PushItem { commit: envelope.sign(&author.key()), micros: vec![], adopt: None };
        let received = world.push(&author, vec![item]);
        let code = received[0].code;
        assert!(code.is_refused() || code == Code::HeldMissing, "{}: {code}", file.display());
        assert_eq!(received[0].seq, None);
        // Over the size of any commit: not even opened, so nothing of the chain is used.
        if envelope.sign(&author.key()).open().is_ok() {
            author.chained(&envelope);
        }
    }
    let honest = author.describe(case, "still here");
    assert_eq!(world.codes(&author, vec![honest]), [Code::Ok]);
}

#[test]
fn each_form_of_a_bad_commit_has_its_code() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = |grid: &str, place: Option<Place>, service: &str| {
        Act::report(Report { service: service.into(), grid: grid.parse().unwrap(), place }).to_bytes()
    };
    let exact = Place::exact(Wgs84::new(113.6, 34.7).unwrap(), None);
    let nowhere = Place::Exact { lng_e7: 0, lat_e7: 0, accuracy_m: None };
    let outside = Place::Exact { lng_e7: 2_000_000_000, lat_e7: 0, accuracy_m: None };
    let mut long = Act::named("claim", None);
    long.args.insert("text".into(), "x".repeat(5_000));
    let cases: Vec<(&str, Vec<u8>, Code)> = vec![
        ("a grid that does not exist", report("410102999", None, "case.snap"), Code::RSchema),
        ("an unknown service", report(GRID, None, "case.none"), Code::RSchema),
        ("a place in the sea of zeros", report(GRID, Some(nowhere), "case.snap"), Code::RSchema),
        ("a place outside the world", report(GRID, Some(outside), "case.snap"), Code::RSchema),
        ("a door where only the cell may stand", report(GRID, Some(exact), "help.errand"), Code::RSchema),
        ("bytes that are no act", vec![1, 2, 3], Code::RStructure),
        ("an argument over its limit", long.to_bytes(), Code::RLimit),
        ("an act of a case that nobody opened", Act::named("claim", None).to_bytes(), Code::RGone),
        ("a grid that the right does not reach", report("410103001", None, "case.snap"), Code::RScope),
    ];
    for (why, body, code) in cases {
        let envelope = author.envelope(case, Kind::Act, body);
        let item = PushItem { commit: author.chained(&envelope), micros: vec![], adopt: None };
        assert_eq!(world.codes(&author, vec![item]), [code], "{why}");
    }
    let mut twisted = |change: fn(&mut yuandian_document::Envelope)| {
        let mut envelope = author.envelope(case, Kind::Act, report(GRID, None, "case.snap"));
        change(&mut envelope);
        PushItem { commit: author.chained(&envelope), micros: vec![], adopt: None }
    };
    let generation = twisted(|e| e.generation = 1);
    assert_eq!(world.codes(&author, vec![generation]), [Code::RSchema]);
    let mut foreign = author.envelope(case, Kind::Act, report(GRID, None, "case.snap"));
    foreign.device = DeviceId([1; 16]);
    let item = PushItem { commit: foreign.sign(&author.key()), micros: vec![], adopt: None };
    assert_eq!(world.codes(&author, vec![item]), [Code::RSig]);
    let mut guessed = author.envelope(case, Kind::Act, report(GRID, None, "case.snap"));
    guessed.partition = PartitionId(2);
    let good = PushItem { commit: author.chained(&guessed), micros: vec![], adopt: None };
    assert_eq!(
        world.codes(&author, vec![good]),
        [Code::Ok],
        "a partition is a guess; refused commits stay in the chain"
    );
}

#[test]
fn micro_pictures_must_be_the_ones_that_were_signed() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = world.opened_by(&mut author);
    let with = |author: &mut Phone, named: &[Vec<u8>], sent: &[Vec<u8>]| {
        let mut envelope = author.envelope(case, Kind::Act, Act::named("dance", None).to_bytes());
        envelope.micro = named.iter().map(|m| yuandian_model::BlobHash(sha256(m))).collect();
        let micros = sent.iter().map(|m| ByteVec::from(m.clone())).collect();
        PushItem { commit: author.chained(&envelope), micros, adopt: None }
    };
    let (at, above) = (vec![1; 2048], vec![1; 2049]);
    let none = with(&mut author, std::slice::from_ref(&at), &[]);
    let other = with(&mut author, std::slice::from_ref(&at), &[vec![2; 10]]);
    let large = with(&mut author, std::slice::from_ref(&above), std::slice::from_ref(&above));
    let fits = with(&mut author, std::slice::from_ref(&at), std::slice::from_ref(&at));
    let codes = world.codes(&author, vec![none, other, large, fits]);
    assert_eq!(codes, [Code::RStructure, Code::RStructure, Code::RLimit, Code::RSchema]);

    let original = vec![9; 1_000];
    let entry = photo_entry(&original, Some(&vec![8; 10]));
    let edit = Edit::Photo(EntryId::v7(1, [1; 10]), entry);
    let mut unnamed = author.clone();
    let item = unnamed.write(case, &[edit], &[]);
    assert_eq!(world.codes(&author, vec![item]), [Code::RStructure], "a photo names its micro picture");
}

#[test]
fn private_answers_never_enter_a_shared_document() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let report = asker.report(case, "help.errand");
    let answer = |key: &str| Edit::Answer { key: key.into(), value: SharedAnswer::standing("x") };
    let mut leaking = asker.clone();
    let private = leaking.write(case, &[answer("beneficiary")], &[]);
    assert_eq!(world.codes(&asker, vec![report, private]), [Code::Ok, Code::RSchema]);
    leaking.documents.remove(&case);
    let shared = leaking.write(case, &[answer("list")], &[]);
    // The refused change is not in the document, so its actor's second change has no first.
    let codes = world.codes(&leaking, vec![shared]);
    assert_eq!(codes, [Code::Ok], "the document on trial went back to before the refused change");
}

#[test]
fn what_builds_on_a_refused_change_is_held_and_the_rest_goes_through() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    let entry = photo_entry(&[9; 10], None);
    let bad = Edit::Photo(
        EntryId::v7(1, [1; 10]),
        yuandian_document::PhotoEntry { mime: "text/html".into(), ..entry },
    );
    let refused = author.write(case, &[bad], &[]);
    let held = author.describe(case, "builds on it");
    let other = author.new_case();
    let independent = author.report(other, "case.snap");
    let codes = world.codes(&author, vec![report, refused, held, independent]);
    assert_eq!(codes[0], Code::Ok);
    assert_eq!(codes[1], Code::RSchema);
    assert_eq!(codes[2], Code::HeldMissing);
    assert_eq!(codes[3], Code::Ok);
}

#[test]
fn who_may_write_into_a_case() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let report = asker.report(case, "help.errand");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    let note = |phone: &mut Phone| {
        let entry = NoteEntry::of("note", 1);
        let mut random = [phone.number; 10];
        random[..8].copy_from_slice(&phone.chain.0.to_be_bytes());
        phone.documents.insert(case, Content::default());
        let mut life = [1; 16];
        life[0] = phone.number;
        life[1] = u8::try_from(phone.chain.0).unwrap();
        phone.incarnation = Incarnation(life);
        phone.chain = (0, None);
        phone.write(case, &[Edit::Note(EntryId::v7(1, random), entry)], &[])
    };
    let mut volunteer = world.phone(2, Role::Volunteer);
    let mut far = world.phone_in(3, Role::Volunteer, "410103");
    let mut neighbour = world.phone(4, Role::Resident);
    let mut worker = world.phone_in(5, Role::GridWorker, "410102");
    let item = note(&mut volunteer);
    assert_eq!(world.codes(&volunteer, vec![item]), [Code::Ok], "help is still wanted");
    let item = note(&mut far);
    assert_eq!(world.codes(&far, vec![item]), [Code::RScope]);
    let item = note(&mut neighbour);
    assert_eq!(world.codes(&neighbour, vec![item]), [Code::RRole]);
    let item = note(&mut worker);
    assert_eq!(world.codes(&worker, vec![item]), [Code::Ok]);
    let cancel = asker.named(case, "cancel");
    assert_eq!(world.codes(&asker, vec![cancel]), [Code::Ok]);
    let mut late = world.phone(6, Role::Volunteer);
    let item = note(&mut late);
    assert_eq!(
        world.codes(&late, vec![item]),
        [Code::Ok],
        "a claim that came too late may still leave its words"
    );
    asker.documents.clear();
    let item = note(&mut asker);
    assert_eq!(
        world.codes(&asker, vec![item]),
        [Code::Ok],
        "a case that has ended still takes its author's notes"
    );
    let nowhere = asker.new_case();
    let item = asker.describe(nowhere, "of nothing");
    assert_eq!(world.codes(&asker, vec![item]), [Code::RGone]);
}

#[test]
fn helpers_add_to_a_request_and_leave_the_askers_words_alone() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut volunteer = world.phone(2, Role::Volunteer);
    let mut worker = world.phone(3, Role::GridWorker);
    let case = asker.new_case();
    let list = |value: &str| Edit::Answer { key: "list".into(), value: SharedAnswer::standing(value) };
    let asked = vec![
        asker.report(case, "help.errand"),
        asker.write(case, &[Edit::Describe("两盒降压药".into()), list("药")], &[]),
    ];
    assert_eq!(world.codes(&asker, asked), [Code::Ok; 2]);
    let note = |random: u8| {
        let entry = NoteEntry::of("我去", 1);
        Edit::Note(EntryId::v7(1, [random; 10]), entry)
    };
    world.pull(&mut volunteer);
    for (life, held) in [(60, false), (70, true)] {
        if held {
            let claim = volunteer.named(case, "claim");
            assert_eq!(world.codes(&volunteer, vec![claim]), [Code::Ok]);
        }
        for (step, edits) in [
            (0, vec![Edit::Describe("两盒毒药".into())]),
            (1, vec![list("别的")]),
            (2, vec![note(life), Edit::Describe(String::new())]),
        ] {
            // A refused change is not in the document: each is tried on another life's copy.
            let mut other = volunteer.clone();
            other.incarnation = Incarnation([life + step; 16]);
            other.chain = (0, None);
            let item = other.write(case, &edits, &[]);
            let receipt = world.push(&other, vec![item]).remove(0);
            assert_eq!((receipt.code, receipt.facts["act"].as_str()), (Code::RRole, "content"), "{edits:?}");
        }
        let items = vec![volunteer.write(case, &[note(life + 5)], &[]), volunteer.photo(case, &[life; 9])];
        assert_eq!(world.codes(&volunteer, items), [Code::Ok; 2], "notes and photos are welcome");
    }
    world.pull(&mut worker);
    let item = worker.describe(case, "两盒降压药，急");
    assert_eq!(world.codes(&worker, vec![item]), [Code::Ok], "whoever works the grid may mend the words");
    world.pull(&mut asker);
    assert_eq!(asker.documents[&case].view().description, "两盒降压药，急");
}

#[test]
fn of_a_refused_commit_the_answer_is_kept_and_the_bytes_are_not() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let nowhere = author.new_case();
    let refused = author.photo(nowhere, b"photo");
    let answer = world.push_raw(&author, vec![refused.clone()]);
    assert_eq!(receipt(&answer[0]).code, Code::RGone);
    let database = rusqlite::Connection::open(world.directory.path().join("yuandian.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT sum(length(envelope)) FROM commit_log"), 0);
    assert_eq!(count("SELECT count(*) FROM micro"), 0);
    assert_eq!(world.push_raw(&author, vec![refused]), answer, "asked again, it is the same");
    let fetch = Request::Fetch(Fetch {
        version: 0,
        commits: vec![CommitNumber { document: nowhere, seq: 0 }, CommitNumber { document: nowhere, seq: 1 }],
    });
    let Ok(Response::Fetch(found)) = world.ask_as(&author, fetch) else { panic!() };
    assert!(found.commits.is_empty() && found.certificates.is_empty());
}

#[test]
fn private_answers_never_enter_an_act() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let report = asker.report(case, "help.errand");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    let mut leaking = Act::named("cancel", None);
    leaking.args.insert("beneficiary".into(), "x".into());
    let item = asker.act(case, &leaking);
    let receipt = world.push(&asker, vec![item]).remove(0);
    assert_eq!((receipt.code, receipt.facts["key"].as_str()), (Code::RSchema, "beneficiary"));
    let opening = Report { service: "help.errand".into(), grid: GRID.parse().unwrap(), place: None };
    let mut opening = Act::report(opening);
    opening.args.insert("beneficiary".into(), "x".into());
    let other = asker.new_case();
    let item = asker.act(other, &opening);
    assert_eq!(world.codes(&asker, vec![item]), [Code::RSchema], "nor the one that opens a case");
    let cancel = asker.named(case, "cancel");
    assert_eq!(world.codes(&asker, vec![cancel]), [Code::Ok]);
}

#[test]
fn a_push_has_at_most_so_many_commits() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let report = author.report(case, "case.snap");
    let many = |n: usize| {
        Request::Push(Push { version: 0, items: vec![report.clone(); n], private: vec![], links: vec![] })
    };
    assert!(matches!(world.ask_as(&author, many(PUSH_COMMITS_MAX)), Ok(Response::Push(_))));
    assert_eq!(world.ask_as(&author, many(PUSH_COMMITS_MAX + 1)).unwrap_err(), Problem::OverLimit);
    let other = Request::Push(Push { version: 9, items: vec![], private: vec![], links: vec![] });
    assert_eq!(world.ask_as(&author, other).unwrap_err(), Problem::Version);
}

#[test]
fn a_saved_document_that_is_lost_or_damaged_is_made_again() {
    let mut world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let items =
        vec![author.report(case, "case.snap"), author.describe(case, "a"), author.describe(case, "ab")];
    assert_eq!(world.codes(&author, items), [Code::Ok; 3]);
    let database = world.directory.path().join("yuandian.db");
    let other = rusqlite::Connection::open(&database).unwrap();
    for (sql, text) in [
        ("UPDATE document_cache SET saved = x'00'", "abc"),
        ("DELETE FROM document_cache", "abcd"),
        ("UPDATE document_cache SET version = 1, saved = x''", "abcde"),
    ] {
        other.execute(sql, []).unwrap();
        let item = author.describe(case, text);
        assert_eq!(world.codes(&author, vec![item]), [Code::Ok], "{sql}");
    }
    drop(other);
    world.restart();
    let mut reader = world.phone(2, Role::GridWorker);
    world.pull(&mut reader);
    assert_eq!(reader.documents[&case].view().description, "abcde");
}
