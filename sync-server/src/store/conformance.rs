//! One suite for every implementation of [`Store`]: what the seam promises, asked through the seam alone.
//!
//! Public, so that a store in another crate runs it too. It panics at the first broken promise, with the promise as its words.

mod authority;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::keys::Signature;
use yuandian_document::{
    Act, Captured, ChangeHash, DeviceCertificate, DeviceKey, Envelope, Kind, Report, SignedCommit,
    SoftwareRoot, cbor,
};
use yuandian_model::catalogue::Evidence;
use yuandian_model::{
    BlobHash, CaseId, Catalogue, Code, CommitId, Divisions, Grant, GroupId, Incarnation, PartitionId, Role,
    Service, UserId, Writing,
};
use yuandian_sync::message::{CommitNumber, Receipt};
use yuandian_sync::{Cursor, Rendition, StreamId};

use super::{
    Account, Asked, Batch, BlobRef, CommandPart, Committed, ContentWork, EnrollOutcome, Enrollment,
    GateOutcome, Judge, NewInvitation, NonceSpend, Opened, Origin, PageAsk, Prepared, Receiver,
    SavedDocument, Store, Upload, UploadId, UploadOutcome, Work,
};
use crate::hub::Rules;
use crate::streams::streams_for;

const GRID: &str = "410102001";
const NOW: i64 = 1_000_000;

/// Runs the suite; every part gets a new, empty store.
///
/// # Panics
/// At the first promise that does not hold.
pub fn conformance(make: impl Fn() -> Box<dyn Store>) {
    invitations_are_used_once(&*make());
    nonces_are_spent_once_and_tokens_end(&*make());
    batches_are_sequenced_densely_and_replayed(&*make());
    a_command_is_taken_once_under_any_incarnation(&*make());
    a_batch_prepared_on_moved_facts_writes_nothing(&*make());
    pages_hold_what_the_streams_hold(&*make());
    blobs_move_the_cases_that_name_them(&*make());
    timers_run_once(&*make());
    authority::keys_endorse_each_other(&*make());
    authority::rights_end_and_are_remembered(&*make());
    authority::rights_begin_and_end_of_themselves(&*make());
    authority::what_misses_something_waits(&*make());
    authority::operators_see_what_matters(&*make());
}

fn rules() -> Rules {
    // Acts alone are said here: what must be shown with them is no matter of a store's.
    let unseen = |service: &mut Service| service.evidence = Evidence::default();
    Rules::new(Catalogue::embedded().changed("case.snap", unseen), Divisions::zhengzhou())
}

fn certificate(number: u8) -> DeviceCertificate {
    let root = SoftwareRoot::from_seed(&[number + 1; 32]).expect("small numbers are P-256 scalars");
    DeviceCertificate::issue(&root, &DeviceKey::from_seed(&[number; 32])).expect("a key in memory signs")
}

fn wish(number: u8, invitation: u8) -> Enrollment {
    Enrollment {
        invitation: [invitation; 32],
        certificate: certificate(number),
        signer: [number; 16],
        name: format!("Person {number}"),
        app: "suite".into(),
        new_user: UserId([number; 16]),
    }
}

fn invite(store: &dyn Store, number: u8, role: Role) {
    let grid = GRID.parse().expect("a division code");
    let grant = Grant::new(role, grid);
    let invitation = NewInvitation { hash: [number; 32], grant, evidence: None, until_ms: NOW + 1_000 };
    store.invite(&[invitation]).expect("an invitation is kept");
}

fn member(store: &dyn Store, number: u8, role: Role) -> Account {
    store.keys(&[number; 32], NOW).expect("a store has a key");
    invite(store, number, role);
    match store.enroll(&wish(number, number), NOW).expect("enrolment works") {
        EnrollOutcome::Enrolled(account) => account,
        other => panic!("a good invitation enrols, not {other:?}"),
    }
}

fn invitations_are_used_once(store: &dyn Store) {
    assert_eq!(store.enroll(&wish(1, 1), NOW), Ok(EnrollOutcome::Unknown), "no invitation, no way in");
    let account = member(store, 1, Role::Volunteer);
    let again = store.enroll(&wish(1, 1), NOW + 5_000);
    assert_eq!(again, Ok(EnrollOutcome::Enrolled(account.clone())), "the same device gets the same answer");
    assert_eq!(store.enroll(&wish(2, 1), NOW), Ok(EnrollOutcome::Used), "another device does not");
    assert_eq!(store.account(&certificate(2).device), Ok(None), "and leaves nothing behind");
    invite(store, 3, Role::Resident);
    assert_eq!(store.enroll(&wish(3, 3), NOW + 1_000), Ok(EnrollOutcome::Expired), "the end is the end");
    let more = store.enroll(&wish(1, 3), NOW + 999).expect("enrolment works");
    let EnrollOutcome::Enrolled(more) = more else { panic!("a second right is given") };
    assert_eq!((more.user, more.grants.len()), (account.user, 2), "to the same person");
    assert_eq!(store.account(&account.device), Ok(Some(more)), "and is there from then on");
}

fn nonces_are_spent_once_and_tokens_end(store: &dyn Store) {
    let account = member(store, 1, Role::Volunteer);
    let device = account.device;
    store.put_nonce(&device, &[5; 32], NOW + 10).expect("a nonce is kept");
    let spend = NonceSpend { device, nonce: [5; 32], token_hash: [6; 32], token_until_ms: NOW + 100 };
    let wrong = NonceSpend { nonce: [4; 32], ..spend.clone() };
    assert_eq!(store.spend_nonce(&wrong, NOW), Ok(false), "another number is not the number");
    assert_eq!(store.spend_nonce(&spend, NOW + 10), Ok(false), "too late is too late");
    assert_eq!(store.spend_nonce(&spend, NOW + 9), Ok(true), "in time it is spent");
    assert_eq!(store.spend_nonce(&spend, NOW + 9), Ok(false), "once");
    assert_eq!(store.bearer(&[6; 32], NOW + 99), Ok(Some(account)), "the token is good until its end");
    assert_eq!(store.bearer(&[6; 32], NOW + 100), Ok(None), "and not at it");
    assert_eq!(store.bearer(&[7; 32], NOW), Ok(None), "no other token is");
}

struct Writer<'a> {
    store: &'a dyn Store,
    account: Account,
    incarnation: Incarnation,
    group: GroupId,
    chain: (u64, Option<CommitId>),
}

impl<'a> Writer<'a> {
    fn new(store: &'a dyn Store, role: Role) -> Self {
        let account = member(store, 1, role);
        let (incarnation, group) = (Incarnation([1; 16]), GroupId([1; 16]));
        Self { store, account, incarnation, group, chain: (0, None) }
    }

    /// Another command than the last.
    fn next_command(&mut self) {
        self.group = GroupId((u128::from_be_bytes(self.group.0) + 1).to_be_bytes());
    }
}

impl Writer<'_> {
    fn item(&mut self, document: CaseId, kind: Kind, body: Vec<u8>, work: Work) -> Prepared {
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document,
            device: self.account.device,
            incarnation: self.incarnation,
            branch: 0,
            generation: 0,
            group: self.group,
            n: self.chain.0 + 1,
            prev: self.chain.1,
            captured: Captured { wall_ms: 0, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body,
            micro: vec![],
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: DeviceKey::from_seed(&[1; 32]).id(),
        };
        // The store trusts the hub that signatures hold.
        let commit = SignedCommit { envelope: cbor::encode(&envelope), signature: Signature([1; 64]) };
        self.chain = (envelope.n, Some(commit.id()));
        self.next_command();
        Prepared {
            id: commit.id(),
            user: self.account.user,
            commit,
            envelope,
            micros: vec![],
            received_ms: NOW,
            origin: Origin::Pushed,
            adopted: None,
            work,
        }
    }

    fn act(&mut self, document: CaseId, act: &Act) -> Prepared {
        self.item(document, Kind::Act, act.to_bytes(), Work::Act(act.clone()))
    }

    fn report(&mut self, document: CaseId, service: &str) -> Prepared {
        let grid = GRID.parse().expect("a division code");
        self.act(document, &Act::report(Report { service: service.into(), grid, place: None }))
    }

    fn content(&mut self, document: CaseId, base: u64, blobs: Vec<BlobRef>) -> Prepared {
        let photos = u32::try_from(blobs.len()).expect("a few");
        let gate = GateOutcome::Admitted {
            blobs,
            change: ChangeHash([base.to_be_bytes()[7]; 32]),
            title: format!("version {}", base + 1),
            photos,
            conflict: false,
            photos_added: photos,
        };
        let work = Work::Content(ContentWork { base, allowed: Some(Writing::Everything), gate });
        self.item(document, Kind::Content, base.to_be_bytes().to_vec(), work)
    }

    /// Content that preparing saw to be done already.
    fn untried(&mut self, document: CaseId) -> Prepared {
        let work = ContentWork { base: 0, allowed: None, gate: GateOutcome::Untried };
        self.item(document, Kind::Content, vec![1], Work::Content(work))
    }

    fn batch(&self, items: Vec<Prepared>, documents: BTreeMap<CaseId, SavedDocument>) -> Batch {
        let held = BTreeMap::new();
        Batch {
            device: self.account.device,
            user: self.account.user,
            items,
            held,
            documents,
            now_ms: NOW,
            unseen: false,
        }
    }

    fn commit(&self, batch: &Batch) -> Committed {
        self.store
            .commit(&Arc::new(batch.clone()), &(Arc::new(rules()) as Arc<dyn Judge>))
            .expect("a batch is written")
    }

    fn done(&self, items: Vec<Prepared>) -> Vec<Vec<u8>> {
        match self.commit(&self.batch(items, BTreeMap::new())) {
            Committed::Done { receipts, .. } => receipts,
            Committed::Moved => panic!("nothing moved"),
        }
    }
}

fn outcome(receipt: &[u8]) -> (Code, Option<u64>) {
    let receipt: Receipt = cbor::decode("receipt", receipt, 4_096).expect("a receipt is canonical");
    (receipt.code, receipt.seq)
}

fn batches_are_sequenced_densely_and_replayed(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let case = CaseId([1; 16]);
    let items = vec![
        writer.report(case, "case.snap"),
        writer.act(case, &Act::named("dance", None)),
        writer.content(case, 0, vec![]),
        writer.act(case, &Act::named("self_handle", None)),
    ];
    let receipts = writer.done(items.clone());
    let outcomes: Vec<_> = receipts.iter().map(|r| outcome(r)).collect();
    let expected = [(Code::Ok, Some(1)), (Code::RSchema, None), (Code::Ok, Some(2)), (Code::Ok, Some(3))];
    assert_eq!(outcomes, expected, "refusals take no number and leave no gap");
    assert_eq!(writer.done(items.clone()), receipts, "receipts are replayed byte-equal");
    assert_eq!(store.head().expect("a head").head, 3, "and nothing is numbered twice");
    let part = CommandPart::of(&items[1].envelope);
    let situation = store
        .situation(
            &writer.account,
            &Asked { commits: vec![items[1].id], parts: BTreeSet::from([part]), ..Asked::default() },
            NOW,
        )
        .expect("facts can be read");
    assert_eq!(situation.receipts[&items[1].id], receipts[1], "receipts are found by id");
    assert_eq!(situation.tips[&Incarnation([1; 16])].n, 4, "refused commits are in the chain");
    let record = &situation.cases[&case];
    assert_eq!((record.state.stage.as_str(), record.state.act_seq, record.version), ("closed", 2, 1));
    assert_eq!(
        store.changes(&case),
        Ok((vec![0u64.to_be_bytes().to_vec()], 1)),
        "taken changes are the truth"
    );
}

fn a_command_is_taken_once_under_any_incarnation(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let case = CaseId([1; 16]);
    let command = writer.group;
    let report = writer.report(case, "case.snap");
    // Content of the same command is another part of it.
    writer.group = command;
    let first = writer.content(case, 0, vec![]);
    let parts = BTreeSet::from([CommandPart::of(&report.envelope), CommandPart::of(&first.envelope)]);
    let outcomes = |receipts: Vec<Vec<u8>>| receipts.iter().map(|r| outcome(r)).collect::<Vec<_>>();
    assert_eq!(outcomes(writer.done(vec![report, first])), [(Code::Ok, Some(1)), (Code::Ok, Some(2))]);
    let taken = |parts: &BTreeSet<CommandPart>| {
        let asked = Asked { parts: parts.clone(), ..Asked::default() };
        let situation = store.situation(&writer.account, &asked, NOW).expect("facts can be read");
        situation.taken.into_iter().map(|(_, part)| part).collect::<BTreeSet<_>>()
    };
    assert_eq!(taken(&parts), parts, "what was taken is told");
    let unknown = CommandPart { document: CaseId([2; 16]), group: command, kind: Kind::Act };
    assert_eq!(taken(&BTreeSet::from([unknown])), BTreeSet::new(), "and nothing else");
    writer.incarnation = Incarnation([2; 16]);
    writer.chain = (0, None);
    writer.group = command;
    let again = writer.untried(case);
    let next = writer.group;
    let fresh = writer.content(case, 1, vec![]);
    // And twice in one batch.
    writer.group = next;
    let twice = writer.untried(case);
    let items = vec![again, fresh, twice];
    let receipts = writer.done(items.clone());
    let expected = [(Code::Dup, None), (Code::Ok, Some(3)), (Code::Dup, None)];
    assert_eq!(outcomes(receipts.clone()), expected, "the chain goes on, nothing is applied again");
    assert_eq!(writer.done(items), receipts, "and the answer is stored");
    assert_eq!(store.changes(&case).map(|(changes, _)| changes.len()), Ok(2));
    writer.group = command;
    let refused = writer.act(CaseId([9; 16]), &Act::named("claim", None));
    writer.group = command;
    let better = writer.report(CaseId([9; 16]), "case.snap");
    let receipts = writer.done(vec![refused, better]);
    assert_eq!(
        outcomes(receipts),
        [(Code::RGone, None), (Code::Ok, Some(4))],
        "what was refused may come again"
    );
}

fn a_batch_prepared_on_moved_facts_writes_nothing(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let case = CaseId([1; 16]);
    let items = vec![writer.report(case, "case.snap"), writer.content(case, 0, vec![])];
    writer.done(items);
    let before = writer.chain;
    let mut stale = |change: fn(&mut Prepared)| {
        writer.chain = before;
        let mut item = writer.content(case, 1, vec![]);
        change(&mut item);
        let saved = SavedDocument { version: 2, saved: vec![1], heads: vec![] };
        let batch = writer.batch(vec![item], BTreeMap::from([(case, saved)]));
        assert_eq!(writer.commit(&batch), Committed::Moved, "moved facts are noticed");
    };
    stale(|item| {
        if let Work::Content(work) = &mut item.work {
            work.base = 0;
        }
    });
    stale(|item| {
        if let Work::Content(work) = &mut item.work {
            work.allowed = None;
        }
    });
    stale(|item| {
        if let Work::Content(work) = &mut item.work {
            work.allowed = Some(Writing::Additions);
        }
    });
    assert_eq!(store.head().expect("a head").head, 2, "no number is lost");
    assert_eq!(store.document(&case), Ok(None), "no document is kept");
    writer.chain = before;
    let item = writer.content(case, 1, vec![]);
    let saved = SavedDocument { version: 2, saved: vec![1], heads: vec![] };
    let batch = writer.batch(vec![item], BTreeMap::from([(case, saved.clone())]));
    assert!(matches!(writer.commit(&batch), Committed::Done { .. }), "fresh facts are fine");
    assert_eq!(store.document(&case), Ok(Some(saved)), "and the document is kept with them");
}

fn pages_hold_what_the_streams_hold(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    for number in 1..=3 {
        let item = writer.report(CaseId([number; 16]), "case.snap");
        writer.done(vec![item]);
    }
    let touched = writer.content(CaseId([1; 16]), 0, vec![]);
    writer.done(vec![touched]);
    let stream = StreamId::grid(&GRID.parse().expect("a division code"));
    let page = |cursor: u64, bytes_max: usize| {
        let epoch = Some(store.head().expect("a head").epoch);
        let streams = [Cursor::new(stream.clone(), epoch, cursor)];
        let receiver = Receiver {
            user: writer.account.user,
            reads: &|_| false,
            opens: &|_| Opened::Lost,
            words: &|_, _| None,
        };
        store.page(&PageAsk { streams: &streams, receiver, bytes_max, check: false }).expect("a page")
    };
    let whole = page(0, usize::MAX);
    let seqs: Vec<u64> = whole.cases.iter().map(|c| c.seq).collect();
    assert_eq!(seqs, [2, 3, 4], "one row a case, in the order they last moved");
    assert_eq!((whole.more, whole.cursors[0].cursor), (false, 4), "and then the stream is at the head");
    let first = page(0, 1);
    assert_eq!(
        (first.cases.len(), first.more, first.cursors[0].cursor),
        (1, true, 2),
        "a page ends at its size"
    );
    let commits: Vec<u64> = page(3, usize::MAX).cases[0].commits.iter().map(|c| c.seq).collect();
    assert_eq!(commits, [4], "only what is new");
    let case = &whole.cases[0];
    let numbers = [CommitNumber { document: case.document, seq: case.commits[0].seq }];
    let streams = streams_for(writer.account.at(NOW));
    assert_eq!(store.envelopes(&numbers, &streams).expect("envelopes").commits.len(), 1);
    let none = store.envelopes(&numbers, &BTreeSet::new()).expect("envelopes");
    assert!(none.commits.is_empty() && none.certificates.is_empty(), "no stream, no envelope");
    assert_eq!(store.cases(Some(2)).expect("cases").len(), 2, "a list ends at its limit");
    assert_eq!(store.cases(None).expect("cases")[0].record.id, CaseId([1; 16]), "the last moved first");
    let grant = Grant::new(Role::GridWorker, GRID.parse().expect("a division code"));
    assert_eq!(writer.account.grants, [grant]);
}

fn blobs_move_the_cases_that_name_them(store: &dyn Store) {
    let mut writer = Writer::new(store, Role::GridWorker);
    let hash = BlobHash([9; 32]);
    let device = writer.account.device;
    let wanted = Upload {
        id: UploadId([1; 16]),
        hash,
        size: 10,
        device,
        until_ms: NOW + 50,
        stored: false,
        metadata: None,
    };
    assert_eq!(store.open_upload(&wanted), Ok(UploadOutcome::NotReferenced), "nobody asked for it");
    for number in 1..=2 {
        let case = CaseId([number; 16]);
        let (rendition, original) = (Rendition::Original, hash);
        let blob = BlobRef { hash, size: 10, mime: "image/png".into(), shared: true, rendition, original };
        let items = vec![writer.report(case, "case.snap"), writer.content(case, 0, vec![blob])];
        writer.done(items);
    }
    assert_eq!(store.open_upload(&wanted), Ok(UploadOutcome::Open(wanted.clone())), "now it is");
    let other = Upload { id: UploadId([2; 16]), until_ms: NOW + 60, ..wanted.clone() };
    let found = Upload { until_ms: NOW + 60, ..wanted.clone() };
    assert_eq!(store.open_upload(&other), Ok(UploadOutcome::Open(found.clone())), "the same upload again");
    let sized = Upload { size: 11, ..wanted.clone() };
    assert_eq!(store.open_upload(&sized), Ok(UploadOutcome::NotReferenced), "the size is part of it");
    let streams = streams_for(writer.account.at(NOW));
    assert_eq!(
        store.readable_blob(&hash, &writer.account.user, &streams, &|_| false),
        Ok(None),
        "not there yet"
    );
    assert_eq!(store.blob_stored(&wanted, NOW).expect("kept").head, 6, "each case that names it moves");
    assert_eq!(store.blob_stored(&wanted, NOW).expect("kept").head, 6, "once");
    assert_eq!(store.blob_count(), Ok(1));
    assert_eq!(store.upload(&wanted.id, NOW), Ok(Some(Upload { stored: true, ..found })));
    let read = store.readable_blob(&hash, &writer.account.user, &streams, &|_| false).expect("readable");
    assert_eq!(
        read,
        Some(super::ReadableBlob::Whole { mime: "image/png".into(), size: 10, looked_at: None })
    );
    assert_eq!(
        store.readable_blob(&hash, &writer.account.user, &BTreeSet::new(), &|_| false),
        Ok(None),
        "by right alone"
    );
    assert_eq!(store.end_upload(&wanted.id), Ok(true));
    assert_eq!(store.end_upload(&wanted.id), Ok(false));
}

fn timers_run_once(store: &dyn Store) {
    let device = member(store, 1, Role::GridWorker).device;
    store.put_nonce(&device, &[5; 32], NOW + 10).expect("a nonce is kept");
    store.put_nonce(&device, &[6; 32], NOW + 20).expect("a nonce is kept");
    assert_eq!(store.sweep(NOW + 19).expect("swept").next_due_ms, Some(NOW + 20), "the later one counts");
    assert_eq!(store.sweep(NOW + 20).expect("swept").next_due_ms, None, "and is done once");
    store.probe(NOW).expect("a transaction can be written");
    store.checkpoint().expect("a checkpoint can be made");
}
