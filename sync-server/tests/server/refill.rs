//! A server restored from a backup is refilled by the phones: what was decided stays decided, what waits is judged when the window closes.

use yuandian_document::{Edit, NoteEntry};
use yuandian_model::{CaseId, Code, EntryId, Epoch, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::HELD_PER_CASE_MAX;
use yuandian_server::problem::Problem;
use yuandian_server::store::{Authority, Concern, SqliteStore, Store};
use yuandian_sync::message::*;

use crate::authority::concerns;
use crate::phone::*;
use crate::world::*;

const WINDOW_MS: i64 = 60 * 60 * 1000;

/// A backup of a world, and the world begun anew from it under another epoch.
struct Backup(tempfile::TempDir);

impl Backup {
    fn of(world: &World) -> Self {
        world.store.checkpoint().unwrap();
        let kept = tempfile::tempdir().unwrap();
        std::fs::copy(world.directory.path().join("yuandian.db"), kept.path().join("yuandian.db")).unwrap();
        Self(kept)
    }

    fn restore(&self, lost: &World) -> World {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().join("yuandian.db");
        std::fs::copy(self.0.path().join("yuandian.db"), &at).unwrap();
        drop(SqliteStore::restored(&at, None, Epoch([8; 8]), lost.now()).unwrap());
        let world = World::over(directory, 1);
        world.pass(lost.now() - world.now() + 1_000);
        world.store.open_refill(world.now() + WINDOW_MS).unwrap();
        world
    }
}

/// What a phone sends again, with what it was told.
fn again(items: &[PushItem], receipts: &[Vec<u8>]) -> Vec<PushItem> {
    let pairs = items.iter().zip(receipts);
    let taken = pairs.filter(|(_, bytes)| receipt(bytes).seq.is_some());
    taken.map(|(item, bytes)| PushItem { adopt: Some(bytes.clone().into()), ..item.clone() }).collect()
}

fn close(world: &World) {
    world.pass(WINDOW_MS);
    world.hub.tick(world.now()).unwrap();
}

fn facts(world: &World, case: CaseId) -> (String, u64, Vec<String>, usize) {
    let line = world.store.cases(None).unwrap().into_iter().find(|line| line.record.id == case).unwrap();
    let state = line.record.state;
    let holders = state.holders.iter().map(ToString::to_string).collect();
    (state.stage, state.act_seq, holders, state.waiting.len())
}

/// An errand with three claims after the backup; each phone's part of it.
struct Errand {
    lost: World,
    backup: Backup,
    case: CaseId,
    asker: Phone,
    volunteers: Vec<Phone>,
    opened: Vec<PushItem>,
    told: Vec<Vec<u8>>,
    claims: Vec<Vec<PushItem>>,
}

fn errand() -> Errand {
    errand_where(|_| {})
}

/// After the backup and before anything else something happens to the server.
fn errand_where(happens: impl Fn(&World)) -> Errand {
    let lost = World::new();
    let mut asker = lost.phone(1, Role::Resident);
    let mut volunteers: Vec<Phone> = (11..14).map(|n| lost.phone(n, Role::Volunteer)).collect();
    let backup = Backup::of(&lost);
    happens(&lost);
    std::iter::once(&mut asker).chain(&mut volunteers).for_each(|phone| drop(lost.hello(phone)));
    let case = asker.new_case();
    let opened = vec![asker.report(case, "help.errand"), asker.describe(case, "代买菜")];
    let told = lost.push_raw(&asker, opened.clone());
    let mut claims = Vec::new();
    for volunteer in &mut volunteers {
        let claim = vec![volunteer.named(case, "claim")];
        let answers = lost.push_raw(volunteer, claim.clone());
        claims.push(again(&claim, &answers));
    }
    Errand { lost, backup, case, asker, volunteers, opened, told, claims }
}

#[test]
fn claims_that_come_back_in_any_order_keep_their_verdicts() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut e = errand();
        let before = facts(&e.lost, e.case);
        let world = e.backup.restore(&e.lost);
        for phone in std::iter::once(&mut e.asker).chain(&mut e.volunteers) {
            world.hello(phone);
        }
        for index in order {
            let codes = world.codes(&e.volunteers[index], e.claims[index].clone());
            assert_eq!(codes, [Code::HeldMissing], "its case is not there yet");
        }
        let items = again(&e.opened, &e.told);
        assert_eq!(world.codes(&e.asker, items.clone()), [Code::Ok, Code::Ok]);
        assert_eq!(facts(&world, e.case), before, "order {order:?}");
        for (index, expected) in [Code::Ok, Code::RTaken, Code::RTaken].into_iter().enumerate() {
            let answer = &world.push(&e.volunteers[index], e.claims[index].clone())[0];
            assert_eq!((answer.code, answer.epoch), (expected, Epoch([8; 8])));
            assert_eq!(answer.facts["act_seq"], (index + 2).to_string());
        }
        let raw = world.push_raw(&e.asker, items.clone());
        assert_eq!(world.push_raw(&e.asker, items), raw, "nothing twice");
        assert_eq!(concerns(&world), []);
    }
}

#[test]
fn a_claim_that_nobody_brings_back_leaves_a_gap_that_is_listed() {
    let mut e = errand();
    let world = e.backup.restore(&e.lost);
    world.hello(&mut e.asker);
    world.hello(&mut e.volunteers[1]);
    assert_eq!(world.codes(&e.asker, again(&e.opened, &e.told)), [Code::Ok, Code::Ok]);
    assert_eq!(world.codes(&e.volunteers[1], e.claims[1].clone()), [Code::HeldMissing]);
    close(&world);
    world.hello(&mut e.volunteers[1]);
    let answer = &world.push(&e.volunteers[1], e.claims[1].clone())[0];
    assert_eq!(answer.code, Code::RTaken, "the verdict stands, though nobody holds it now");
    assert_eq!(concerns(&world), [Concern::Contradiction, Concern::Lost]);
    assert_eq!(world.store.quarantine().unwrap()[1].detail, "2-2");
    // The winner's phone comes a day late: its verdict stands, too, and somebody has to look.
    world.hello(&mut e.volunteers[0]);
    assert_eq!(world.codes(&e.volunteers[0], e.claims[0].clone()), [Code::Ok]);
    assert_eq!(concerns(&world).len(), 3);
}

#[test]
fn a_new_claim_waits_until_the_window_closes() {
    let mut e = errand();
    let world = e.backup.restore(&e.lost);
    world.hello(&mut e.asker);
    assert_eq!(world.codes(&e.asker, again(&e.opened, &e.told)), [Code::Ok, Code::Ok]);
    let mut newcomer = world.phone(20, Role::Volunteer);
    let claim = newcomer.named(e.case, "claim");
    let held = &world.push(&newcomer, vec![claim.clone()])[0];
    assert_eq!(held.code, Code::HeldMissing);
    let until = world.store.ripe(i64::MAX).unwrap()[0].due_ms;
    assert_eq!(held.facts["until_ms"], until.to_string());
    let note = newcomer.write(e.case, &[Edit::Note(EntryId::v7(1, [20; 10]), NoteEntry::of("我来", 7))], &[]);
    let code = world.codes(&newcomer, vec![note])[0];
    assert_eq!(code, Code::Ok, "what only adds goes on at once");
    // The old winner comes last, and is still the first.
    world.hello(&mut e.volunteers[0]);
    assert_eq!(world.codes(&e.volunteers[0], e.claims[0].clone()), [Code::Ok]);
    close(&world);
    world.hello(&mut newcomer);
    let answer = &world.push(&newcomer, vec![claim])[0];
    assert_eq!((answer.code, answer.facts["first"].as_str()), (Code::RTaken, "Person 11"));
    assert_eq!(concerns(&world), []);
}

#[test]
fn the_holders_next_steps_come_back_after_the_claim() {
    let mut e = errand();
    let steps = vec![
        e.volunteers[0].named(e.case, "depart"),
        e.volunteers[0].named(e.case, "arrive"),
        e.volunteers[0].named(e.case, "confirm"),
    ];
    let told = e.lost.push_raw(&e.volunteers[0], steps.clone());
    let before = facts(&e.lost, e.case);
    let fresh = e.volunteers[0].named(e.case, "report_back");
    let world = e.backup.restore(&e.lost);
    world.hello(&mut e.volunteers[0]);
    let mut items = e.claims[0].clone();
    items.extend(again(&steps, &told));
    assert_eq!(items.len(), 3, "the refused one is not offered again");
    items.push(fresh.clone());
    assert_eq!(world.codes(&e.volunteers[0], items.clone()), [Code::HeldMissing; 4]);
    for index in [2, 1] {
        world.hello(&mut e.volunteers[index]);
        world.push(&e.volunteers[index], e.claims[index].clone());
    }
    world.hello(&mut e.asker);
    world.push(&e.asker, again(&e.opened, &e.told));
    let (_, act_seq, holders, waiting) = before;
    let expected = ("done_by_volunteer".to_owned(), act_seq + 1, holders, waiting);
    assert_eq!(facts(&world, e.case), expected, "and the work not yet told goes on at once");
    assert_eq!(world.codes(&e.volunteers[0], items), [Code::Ok; 4]);
    assert_eq!(concerns(&world), []);
}

#[test]
fn a_receipt_that_nobody_signed_or_of_another_commit_says_nothing() {
    let mut e = errand();
    let world = e.backup.restore(&e.lost);
    world.hello(&mut e.asker);
    assert_eq!(world.codes(&e.asker, again(&e.opened, &e.told)), [Code::Ok, Code::Ok]);
    // A volunteer who waited says that the claim was won.
    world.hello(&mut e.volunteers[1]);
    let told = receipt(e.claims[1][0].adopt.as_ref().unwrap());
    let forged = Receipt { code: Code::Ok, ..told };
    let item =
        PushItem { adopt: Some(yuandian_document::cbor::encode(&forged).into()), ..e.claims[1][0].clone() };
    assert_eq!(world.codes(&e.volunteers[1], vec![item]), [Code::HeldMissing], "like any new claim");
    let borrowed = PushItem { adopt: e.claims[0][0].adopt.clone(), ..e.claims[2][0].clone() };
    world.hello(&mut e.volunteers[2]);
    assert_eq!(world.codes(&e.volunteers[2], vec![borrowed]), [Code::HeldMissing]);
    close(&world);
    assert_eq!(facts(&world, e.case).2, [e.volunteers[1].user.unwrap().to_string()], "first come now");
}

#[test]
fn a_copy_that_was_not_restored_adopts_nothing() {
    let mut e = errand();
    e.lost.hello(&mut e.volunteers[1]);
    let before = facts(&e.lost, e.case);
    assert_eq!(e.lost.codes(&e.volunteers[1], e.claims[1].clone()), [Code::RTaken], "it is there");
    assert_eq!(facts(&e.lost, e.case), before);
}

#[test]
fn text_that_comes_before_its_case_waits_for_it_also_after_the_window() {
    let mut e = errand();
    // A volunteer's note rests on the asker's words; both were taken, and both are lost.
    e.lost.hello(&mut e.volunteers[0]);
    e.lost.pull(&mut e.volunteers[0]);
    let text = NoteEntry::of("在路上", 7);
    let note = vec![e.volunteers[0].write(e.case, &[Edit::Note(EntryId::v7(1, [11; 10]), text)], &[])];
    let told = e.lost.push_raw(&e.volunteers[0], note.clone());
    let before = e.volunteers[0].documents[&e.case].heads();
    let world = e.backup.restore(&e.lost);
    close(&world);
    world.hello(&mut e.volunteers[0]);
    let note = again(&note, &told);
    assert_eq!(world.codes(&e.volunteers[0], note.clone()), [Code::HeldMissing]);
    world.pass(WINDOW_MS);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut e.asker);
    assert_eq!(world.codes(&e.asker, again(&e.opened, &e.told)), [Code::Ok, Code::Ok]);
    world.hello(&mut e.volunteers[0]);
    assert_eq!(
        world.codes(&e.volunteers[0], note),
        [Code::Ok],
        "without a right to it now: the receipt proves it"
    );
    let mut reader = world.phone(30, Role::GridWorker);
    world.pull(&mut reader);
    assert_eq!(reader.documents[&e.case].heads(), before);
    assert_eq!(concerns(&world), []);
}

#[test]
fn a_phone_brings_back_more_than_strangers_may_let_wait() {
    let lost = World::new();
    let mut worker = lost.phone(1, Role::GridWorker);
    let mut reader = lost.phone(2, Role::GridWorker);
    let backup = Backup::of(&lost);
    let case = worker.new_case();
    let report = vec![worker.report(case, "case.snap")];
    let report = again(&report, &lost.push_raw(&worker, report.clone()));
    lost.pull(&mut reader);
    let notes: Vec<PushItem> = (0..=HELD_PER_CASE_MAX)
        .map(|n| {
            let text = NoteEntry::of(n.to_string(), 7);
            let id = EntryId::v7(i64::try_from(n).unwrap(), [2; 10]);
            reader.write(case, &[Edit::Note(id, text)], &[])
        })
        .collect();
    let notes = again(&notes, &lost.push_raw(&reader, notes.clone()));
    let world = backup.restore(&lost);
    world.hello(&mut reader);
    assert!(world.codes(&reader, notes.clone()).iter().all(|code| *code == Code::HeldMissing));
    world.hello(&mut worker);
    assert_eq!(world.codes(&worker, report), [Code::Ok]);
    assert!(world.codes(&reader, notes).iter().all(|code| *code == Code::Ok));
}

#[test]
fn a_phone_is_told_how_far_the_life_stands_that_it_knows() {
    let lost = World::new();
    let mut phone = lost.phone(1, Role::GridWorker);
    let (first, second) = (phone.new_case(), phone.new_case());
    let report = phone.report(first, "case.snap");
    lost.push(&phone, vec![report]);
    lost.pull(&mut phone);
    let (life, backup) = (lost.store.head().unwrap(), Backup::of(&lost));
    let report = phone.report(second, "case.snap");
    lost.push(&phone, vec![report]);
    lost.pull(&mut phone);
    let mut stranger = phone.clone();
    stranger.cursors.values_mut().for_each(|cursor| cursor.epoch = Some(Epoch([6; 8])));

    let world = backup.restore(&lost);
    let told = world.hello(&mut phone);
    assert_eq!(told.partitions[0].epoch, Epoch([8; 8]));
    let ended = EndedLife { partition: life.partition, epoch: life.epoch, last: 1 };
    assert_eq!(told.ended, [ended], "the second report is not in it");
    assert_eq!(
        world.hello(&mut stranger).ended,
        [],
        "of a life that this log does not go back to nothing stands"
    );
    phone.cursors.values_mut().for_each(|cursor| cursor.epoch = Some(Epoch([8; 8])));
    assert_eq!(world.hello(&mut phone).ended, [], "who knows the new life need not be told");
}

#[test]
fn what_was_signed_with_a_key_that_only_phones_know_is_adopted_where_a_known_one_vouches_for_it() {
    let mut e = errand_where(|world| {
        world.store.rotate_key(&[42; 32], world.now()).unwrap();
        world.pass(1);
        world.store.rotate_key(&[43; 32], world.now()).unwrap();
    });
    let before = facts(&e.lost, e.case);
    let world = e.backup.restore(&e.lost);
    assert_eq!(e.asker.keys.len(), 2);
    let own = world.hello(&mut e.asker).keys;
    assert_eq!(own.len(), 3, "the one of the backup, which signs, and the two that the phone has brought");
    let items = again(&e.opened, &e.told);
    let receipts = world.push(&e.asker, items);
    assert!(receipts.iter().all(|receipt| receipt.code == Code::Ok && receipt.is_signed_by(&own[..1])));
    for index in [2, 0, 1] {
        world.hello(&mut e.volunteers[index]);
        world.push(&e.volunteers[index], e.claims[index].clone());
    }
    assert_eq!((facts(&world, e.case), concerns(&world)), (before, vec![]), "first come is first still");
}

#[test]
fn a_key_that_nobody_vouches_for_is_not_believed() {
    let world = World::new();
    let mut phone = world.phone(1, Role::GridWorker);
    let own = world.hello(&mut phone).keys;
    let foreign = yuandian_document::DeviceKey::from_seed(&[66; 32]);
    let key = ServerKey {
        public: foreign.public(),
        since_ms: 1,
        endorser: Some(own[0].id()),
        endorsement: Some(foreign.sign(yuandian_document::Purpose::ServerKey, &foreign.public())),
    };
    phone.keys = vec![key];
    assert_eq!(world.hello(&mut phone).keys, own);
    phone.keys = vec![phone.keys[0].clone(); yuandian_sync::limits::SERVER_KEYS_MAX];
    let ask = |phone: &Phone| {
        let Ok(Response::Nonce(nonce)) = world.ask(Request::Nonce(phone.nonce())) else { panic!() };
        world.ask(Request::Hello(phone.hello(nonce.nonce)))
    };
    assert!(ask(&phone).is_ok());
    phone.keys.push(phone.keys[0].clone());
    assert_eq!(ask(&phone).unwrap_err(), Problem::OverLimit);
}
