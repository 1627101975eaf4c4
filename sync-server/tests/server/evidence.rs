//! Capture records: received once, chained, told to whom they are for; and the log that they stand in.

use yuandian_document::{DeviceKey, SignedNotice, cbor};
use yuandian_evidence::merkle::{is_consistent, is_included};
use yuandian_evidence::{
    AboutRecord, CaptureReceipt, CaptureRecord, ChainState, Checkpoint, Dropped, Entry, Handling, Link,
    RECORD_VERSION, RecordHash, SignedLink, Source, Statement, TimeToken, hashes,
};
use yuandian_model::{BlobHash, CaseId, Code, Epoch, Incarnation, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::problem::Problem;
use yuandian_server::store::{SqliteStore, Witness};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

/// A phone's chain, made by hand.
pub struct Chain {
    n: u64,
    prev: Option<RecordHash>,
}

impl Chain {
    pub fn new() -> Self {
        Self { n: 0, prev: None }
    }

    pub fn next(&mut self, phone: &Phone, case: CaseId, original: &[u8]) -> LinkOffer {
        let link = self.record(phone, case, original);
        let signed = link.sign(&phone.key());
        self.prev = Some(signed.name(&link));
        LinkOffer { link: signed, adopt: None }
    }

    fn record(&mut self, phone: &Phone, case: CaseId, original: &[u8]) -> Link {
        self.n += 1;
        Link::Captured(Box::new(CaptureRecord {
            version: RECORD_VERSION,
            original: BlobHash(sha256(original)),
            size: original.len() as u64,
            mime: "image/jpeg".to_owned(),
            pixels: None,
            document: case,
            device: phone.device(),
            incarnation: phone.incarnation,
            n: self.n,
            prev: self.prev,
            wall_ms: 5,
            monotonic_ms: 6,
            token: None,
            since_token_ms: None,
            fix: None,
            source: Source::Camera,
            app: "test 0".to_owned(),
            signer: phone.key().id(),
            remarks: vec![],
        }))
    }
}

fn hand_in(world: &World, phone: &Phone, links: Vec<LinkOffer>) -> Vec<LinkAnswer> {
    let push = Push { version: WIRE_VERSION, items: vec![], private: vec![], links };
    match world.ask_as(phone, Request::Push(push)) {
        Ok(Response::Push(reply)) => reply.links,
        other => panic!("push: {other:?}"),
    }
}

fn ask(world: &World, phone: &Phone, case: CaseId, export: bool) -> Result<EvidenceReply, Problem> {
    let ask = EvidenceAsk { version: WIRE_VERSION, document: case, seen: None, export };
    world.ask_as(phone, Request::Evidence(ask)).map(|response| match response {
        Response::Evidence(reply) => reply,
        other => panic!("{other:?}"),
    })
}

fn keys(world: &World) -> Vec<ServerKey> {
    use yuandian_server::store::Authority;
    world.store.keys(&[0; 32], world.now()).unwrap()
}

fn name_of(offer: &LinkOffer) -> RecordHash {
    offer.link.name(&offer.link.open().unwrap())
}

fn statement(world: &World, reply: &EvidenceReply) -> Statement {
    Statement::believed(&reply.statement, &keys(world)).unwrap()
}

fn checkpoint(world: &World, reply: &EvidenceReply) -> Checkpoint {
    Checkpoint::believed(&reply.checkpoint, &keys(world)).unwrap()
}

fn about(world: &World, reply: &EvidenceReply, offer: &LinkOffer) -> AboutRecord {
    let statement = statement(world, reply);
    statement.records.into_iter().find(|about| about.record == name_of(offer)).unwrap()
}

/// A case of a grid worker with a photo that its record was handed in for.
fn recorded(world: &World, author: &mut Phone, chain: &mut Chain, original: &[u8]) -> (CaseId, LinkOffer) {
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.photo(case, original)];
    assert_eq!(world.codes(author, items), [Code::Ok; 2]);
    let offer = chain.next(author, case, original);
    assert_eq!(hand_in(world, author, vec![offer.clone()])[0].code, Code::Ok);
    (case, offer)
}

#[test]
fn every_contact_gives_the_servers_time_signed() {
    let world = World::new();
    let mut phone = world.phone(1, Role::GridWorker);
    let hello = world.hello(&mut phone);
    let page = world.page(&phone);
    let tokens = [hello.time_token.unwrap(), page.renewed.time_token.unwrap()];
    assert_ne!(tokens[0], tokens[1], "each has a number of its own");
    for token in tokens {
        assert_eq!(TimeToken::believed(&token, &keys(&world)), Some(world.now()));
        let forger = DeviceKey::from_seed(&[99; 32]);
        let forged = ServerKey { public: forger.public(), since_ms: 0, endorser: None, endorsement: None };
        assert_eq!(TimeToken::believed(&token, &[forged]), None);
    }
}

#[test]
fn a_record_is_received_once_and_answered_alike_for_ever() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut chain = Chain::new();
    let (case, offer) = recorded(&world, &mut author, &mut chain, b"one");
    let first = hand_in(&world, &author, vec![offer.clone()]);
    world.pass(1_000);
    let again = hand_in(&world, &author, vec![offer.clone(), offer.clone()]);
    assert_eq!(again[0], first[0]);
    assert_eq!((again[0].code, &again[0]), (Code::Dup, &again[1]));
    let receipt = CaptureReceipt::believed(first[0].receipt.as_ref().unwrap(), &keys(&world)).unwrap();
    assert_eq!((receipt.record, Some(receipt.user)), (name_of(&offer), author.user));
    assert_eq!((receipt.received_ms, receipt.index), (START_MS, 1), "the first leaf says that the log began");
    let reply = ask(&world, &author, case, false).unwrap();
    let stand = checkpoint(&world, &reply);
    assert_eq!((stand.size, stand.log), (2, receipt.log));
    assert_eq!(reply.records.len(), 1);
    let path = hashes(&reply.records[0].path);
    assert!(is_included(&receipt.entry().hash(), receipt.index, stand.size, &path, &stand.root));
    let certified = reply.records[0].certificate.verify().unwrap();
    let link = reply.records[0].link.open().unwrap();
    reply.records[0].link.verify(&link, &certified).unwrap();
}

#[test]
fn a_link_that_is_not_the_devices_own_or_cannot_be_read_stops_no_other() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let other = world.phone(2, Role::GridWorker);
    let case = author.new_case();
    let mut chain = Chain::new();
    let good = chain.next(&author, case, b"good");
    let foreign = Chain::new().next(&other, case, b"foreign");
    let mut forged = chain.next(&author, case, b"forged");
    forged.link.signature.0[3] ^= 1;
    let noise = LinkOffer { link: SignedLink { link: vec![1, 2, 3], ..good.link.clone() }, adopt: None };
    let answers = hand_in(&world, &author, vec![foreign.clone(), forged, noise, good]);
    let codes: Vec<Code> = answers.iter().map(|answer| answer.code).collect();
    assert_eq!(codes, [Code::RSig, Code::RSig, Code::RSchema, Code::Ok]);
    assert_eq!(answers[0].record, Some(name_of(&foreign)));
    assert!(answers[..3].iter().all(|answer| answer.receipt.is_none()));
    let many = vec![foreign; yuandian_sync::limits::PUSH_LINKS_MAX + 1];
    let push = Push { version: WIRE_VERSION, items: vec![], private: vec![], links: many };
    assert_eq!(world.ask_as(&author, Request::Push(push)), Err(Problem::OverLimit));
}

#[test]
fn gaps_copies_and_breaks_of_a_chain_show_and_what_was_thrown_away_is_accounted_for() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut chain = Chain::new();
    let (case, one) = recorded(&world, &mut author, &mut chain, b"one");
    let dropped = chain.record(&author, case, b"two");
    let two = dropped.sign(&author.key());
    chain.prev = Some(two.name(&dropped));
    let items = vec![author.photo(case, b"three")];
    assert_eq!(world.codes(&author, items), [Code::Ok]);
    let three = chain.next(&author, case, b"three");
    assert_eq!(hand_in(&world, &author, vec![three.clone()])[0].code, Code::Ok);
    let chain_of = |offer| about(&world, &ask(&world, &author, case, false).unwrap(), offer).chain;
    let whole = |before| ChainState { before, missing: 0, broken: 0, forked: false };
    assert_eq!(chain_of(&one), whole(0));
    assert_eq!(chain_of(&three), ChainState { before: 1, missing: 1, broken: 0, forked: false });
    let word = Link::Dropped(Dropped {
        version: RECORD_VERSION,
        device: author.device(),
        incarnation: author.incarnation,
        n: 2,
        record: two.name(&dropped),
        signer: author.key().id(),
    });
    let word = LinkOffer { link: word.sign(&author.key()), adopt: None };
    let told = hand_in(&world, &author, vec![word.clone(), word]);
    assert_eq!((told[0].code, told[1].code, &told[0].receipt), (Code::Ok, Code::Dup, &None));
    assert_eq!(chain_of(&three), whole(2));
    assert!(chain_of(&three).is_unbroken());
    // A copy of the store goes on from the same place.
    let mut copy = Chain { n: 2, prev: Some(two.name(&dropped)) };
    assert_eq!(world.codes(&author, vec![author.clone().photo(case, b"x")]), [Code::Ok]);
    let clone = copy.next(&author, case, b"x");
    assert_eq!(hand_in(&world, &author, vec![clone])[0].code, Code::Ok);
    assert!(chain_of(&three).forked);
    // A record that names another before it than is there.
    let mut other = world.phone(3, Role::GridWorker);
    let mut liar = Chain::new();
    let (lied, _) = recorded(&world, &mut other, &mut liar, b"a");
    liar.prev = Some(RecordHash([9; 32]));
    assert_eq!(world.codes(&other, vec![other.clone().photo(lied, b"b")]), [Code::Ok]);
    let b = liar.next(&other, lied, b"b");
    assert_eq!(hand_in(&world, &other, vec![b.clone()])[0].code, Code::Ok);
    let reply = ask(&world, &other, lied, false).unwrap();
    assert_eq!(about(&world, &reply, &b).chain.broken, 1);
}

#[test]
fn who_works_on_a_case_sees_its_records_and_others_their_own_alone() {
    let world = World::new();
    let mut resident = world.phone(1, Role::Resident);
    let worker = world.phone(2, Role::GridWorker);
    let stranger = world.phone_in(3, Role::GridWorker, "410103");
    let mut author = world.phone(4, Role::GridWorker);
    let (case, _) = recorded(&world, &mut resident, &mut Chain::new(), b"at home");
    let records = |phone: &Phone| ask(&world, phone, case, false).map(|reply| reply.records.len());
    assert_eq!(records(&resident), Ok(1), "one's own");
    assert_eq!(records(&worker), Ok(1));
    assert_eq!(records(&stranger), Err(Problem::CaseUnknown));
    assert_eq!(ask(&world, &worker, CaseId([9; 16]), false), Err(Problem::CaseUnknown));
    // A worker's photo in the resident's case is the worker's: its record tells where the worker stood.
    author.documents.insert(case, resident.documents[&case].clone());
    assert_eq!(world.codes(&author, vec![author.clone().photo(case, b"by the worker")]), [Code::Ok]);
    let offer = Chain::new().next(&author, case, b"by the worker");
    assert_eq!(hand_in(&world, &author, vec![offer])[0].code, Code::Ok);
    assert_eq!((records(&worker), records(&resident)), (Ok(2), Ok(1)));
    // A record for a case whose photos do not name the file is nobody's evidence.
    let loose = Chain { n: 1, prev: None }.next(&author, case, b"never named");
    assert_eq!(hand_in(&world, &author, vec![loose])[0].code, Code::Ok);
    assert_eq!(records(&worker), Ok(2));
}

#[test]
fn an_export_is_in_the_log_before_it_is_answered_and_the_log_only_grows() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let (case, _) = recorded(&world, &mut author, &mut Chain::new(), b"one");
    let before = ask(&world, &author, case, false).unwrap();
    assert!(statement(&world, &before).handled.is_empty());
    world.pass(60_000);
    let seen = SeenLog { log: checkpoint(&world, &before).log, size: checkpoint(&world, &before).size };
    let export = EvidenceAsk { version: WIRE_VERSION, document: case, seen: Some(seen), export: true };
    let Ok(Response::Evidence(after)) = world.ask_as(&author, Request::Evidence(export)) else { panic!() };
    let (old, new) = (checkpoint(&world, &before), checkpoint(&world, &after));
    assert_eq!(new.size, old.size + 2, "the export, and the picture of its page");
    let path = hashes(&after.consistency);
    assert!(is_consistent(&(old.size, old.root), &(new.size, new.root), &path));
    let told = statement(&world, &after);
    let [entry, derivative] = told.handled.as_slice() else { panic!("{told:?}") };
    assert!(matches!(derivative.entry, Entry::Handled { how: Handling::Derivative, .. }));
    assert!(is_included(&entry.entry.hash(), entry.index, new.size, &hashes(&entry.path), &new.root));
    let expected = Entry::Handled {
        how: Handling::Export,
        original: BlobHash(sha256(b"one")),
        document: case,
        user: author.user.unwrap(),
        device: author.device(),
        at_ms: START_MS + 60_000,
    };
    assert_eq!((&entry.entry, told.handled_before), (&expected, 0));
}

#[test]
fn the_same_file_in_another_case_is_told_with_that_case_where_one_may_see_it() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut far = world.phone_in(2, Role::GridWorker, "410103");
    let mut chain = Chain::new();
    let (first, one) = recorded(&world, &mut author, &mut chain, b"same");
    let (second, _) = recorded(&world, &mut author, &mut chain, b"same");
    let elsewhere = far.new_case();
    let items = vec![far.report_in(elsewhere, "case.snap", "410103001"), far.photo(elsewhere, b"same")];
    assert_eq!(world.codes(&far, items), [Code::Ok; 2]);
    let offer = Chain::new().next(&far, elsewhere, b"same");
    hand_in(&world, &far, vec![offer]);
    let reply = ask(&world, &author, first, false).unwrap();
    let mut told: Vec<Option<CaseId>> =
        about(&world, &reply, &one).likeness.iter().map(|like| like.document).collect();
    told.sort();
    assert_eq!(told, [None, Some(second)], "of a case that the reader does not see the name is not told");
}

#[test]
fn a_restored_server_begins_a_log_with_the_stand_of_the_last_and_takes_receipts_of_it() {
    let mut world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut chain = Chain::new();
    let (case, one) = recorded(&world, &mut author, &mut chain, b"one");
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("yuandian.db");
    world.store.backup_to(&copy, world.now()).unwrap();
    world.pass(10_000);
    assert_eq!(world.codes(&author, vec![author.clone().photo(case, b"two")]), [Code::Ok]);
    let two = chain.next(&author, case, b"two");
    let lost = hand_in(&world, &author, vec![two.clone()]).remove(0);
    let last = checkpoint(&world, &ask(&world, &author, case, false).unwrap());
    world.pass(86_400_000);
    drop(SqliteStore::restored(&copy, None, Epoch([8; 8]), world.now()).unwrap());
    world.move_to(place.path());
    world.hello(&mut author);
    // Offered again, with the word of the log that is over; and once with nothing but its own.
    let kept = hand_in(&world, &author, vec![one.clone()]).remove(0);
    assert_eq!(kept.code, Code::Dup, "the backup has it");
    let again = LinkOffer { adopt: lost.receipt.clone(), ..two.clone() };
    let adopted = hand_in(&world, &author, vec![again]).remove(0);
    let receipt = CaptureReceipt::believed(adopted.receipt.as_ref().unwrap(), &keys(&world)).unwrap();
    assert_eq!(receipt.received_ms, START_MS + 10_000, "as early as the earlier log had said");
    assert_ne!(receipt.log, last.log);
    assert_eq!(receipt.index, 1);
    let began = world.store.log_entry(&receipt.log, 0).unwrap();
    let Entry::Began { previous: Some(previous) } = began else { panic!("{began:?}") };
    let previous: SignedNotice = cbor::decode("notice", &previous, 4096).unwrap();
    let previous = Checkpoint::believed(&previous, &keys(&world)).unwrap();
    assert_eq!((previous.log, previous.size), (last.log, 2), "what the backup had of it");
    // A forged earlier receipt makes nothing older.
    assert_eq!(world.codes(&author, vec![author.clone().photo(case, b"three")]).len(), 1);
    let three = chain.next(&author, case, b"three");
    let forger = DeviceKey::from_seed(&[99; 32]);
    let early = CaptureReceipt { record: name_of(&three), received_ms: 1, ..receipt.clone() };
    let forged =
        SignedNotice::sign(&forger, yuandian_document::Purpose::CaptureReceipt, cbor::encode(&early));
    let answer = hand_in(&world, &author, vec![LinkOffer { adopt: Some(forged), ..three }]).remove(0);
    let receipt = CaptureReceipt::believed(answer.receipt.as_ref().unwrap(), &keys(&world)).unwrap();
    assert_eq!(receipt.received_ms, world.now());
}

#[test]
fn a_chain_belongs_to_one_life_of_a_store() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut chain = Chain::new();
    recorded(&world, &mut author, &mut chain, b"one");
    author.incarnation = Incarnation([77; 16]);
    author.chain = (0, None);
    let (case, offer) = recorded(&world, &mut author, &mut Chain::new(), b"in the next life");
    let reply = ask(&world, &author, case, false).unwrap();
    assert_eq!(
        about(&world, &reply, &offer).chain,
        ChainState { before: 0, missing: 0, broken: 0, forked: false }
    );
}
