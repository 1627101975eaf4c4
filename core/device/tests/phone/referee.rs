//! A tiny referee: takes what phones push, in order, by the real rule and the real gate, numbers it without gaps, and gives pages of it.
//! It can be told to answer the next commits otherwise. One stream, which every phone holds.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use yuandian_device::Phone;
use yuandian_document::{
    Act, CertifiedKey, Content, DeviceKey, Envelope, Kind, Place, Purpose, SignedNotice, actor, cbor,
    gate::RefusalCode,
};
use yuandian_evidence::{CaptureReceipt, Link, LogId};
use yuandian_model::refusal::Facts;
use yuandian_model::{
    BlobHash, CaseId, CaseState, Catalogue, Code, CommitId, DeviceId, Epoch, Grant, Incarnation, PartitionId,
    Role, UserId, judge,
};
use yuandian_sync::check::{StreamSum, heads_name};
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{
    ChangeName, Docs, DocsReply, EndedLife, Enroll, Enrolled, HelloReply, LinkAnswer, LinkOffer, Manifest,
    ManifestEntry, ManifestReply, PartitionHead, PrivateReceipt, PrivateRecord, PullReply, PulledCase,
    PulledCommit, Push, PushItem, PushReply, Receipt, RemovedStream, Renewed, ServerKey, StoredBlob,
    StreamCheck, StreamId, StreamOffer, WIRE_VERSION,
};
use yuandian_sync::{CaseFacts, Cursor, Keep, Load, Loaded, Person};

/// The division that everybody's rights are in.
pub const GRID: &str = "410102001";
/// The first life of the log.
const EPOCH: Epoch = Epoch([7; 8]);
/// The server's clock, ms since 1970.
const SERVER_MS: i64 = 1_780_000_500_000;

#[derive(Clone)]
struct Account {
    user: UserId,
    name: String,
    grants: Vec<Grant>,
    key: CertifiedKey,
}

#[derive(Clone)]
struct Record {
    state: CaseState,
    place: Option<Place>,
    content: Content,
    log: Vec<PulledCommit>,
    stored: BTreeSet<BlobHash>,
    seq: u64,
    generation: u32,
}

/// See the module.
#[derive(Clone)]
pub struct Referee {
    catalogue: Catalogue,
    accounts: BTreeMap<DeviceId, Account>,
    cases: BTreeMap<CaseId, Record>,
    receipts: BTreeMap<CommitId, Vec<u8>>,
    tips: BTreeMap<(DeviceId, Incarnation), (u64, CommitId)>,
    held: BTreeSet<CommitId>,
    /// What to answer to commits yet to come, by how many new ones come before.
    scripted: BTreeMap<u64, Code>,
    arrived: u64,
    seq: u64,
    /// Seed of its key.
    pub seed: u8,
    pub epoch: Epoch,
    /// The last number inside a verified backup.
    pub safe_seq: Option<u64>,
    /// Files that it had and has lost.
    pub lost: Vec<BlobHash>,
    /// How far the life that a restore has ended still stands.
    pub ended: Vec<EndedLife>,
    /// Private answers as they came.
    pub private: Vec<PrivateRecord>,
}

/// The server's key as HELLO tells it.
pub fn server_key(key: &DeviceKey) -> ServerKey {
    ServerKey { public: key.public(), since_ms: 0, endorser: None, endorsement: None }
}

/// The stream that every phone holds.
pub fn stream() -> StreamId {
    StreamId(format!("grid:{GRID}"))
}

impl Referee {
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::embedded(),
            accounts: BTreeMap::new(),
            cases: BTreeMap::new(),
            receipts: BTreeMap::new(),
            tips: BTreeMap::new(),
            held: BTreeSet::new(),
            scripted: BTreeMap::new(),
            arrived: 0,
            seq: 0,
            seed: 0x5e,
            epoch: EPOCH,
            safe_seq: None,
            lost: vec![],
            ended: vec![],
            private: vec![],
        }
    }

    /// Makes the phone speak for person `number` with one role.
    pub fn enroll(&mut self, phone: &mut Phone, number: u8, role: Role) {
        self.enroll_with(phone, number, vec![Grant::new(role, GRID.parse().unwrap())]);
    }

    /// Makes the phone speak for person `number` with these rights.
    pub fn enroll_with(&mut self, phone: &mut Phone, number: u8, grants: Vec<Grant>) {
        let name = format!("person {number}");
        let signed = phone.enroll_request("ABCD-EFGH", &name).unwrap();
        let enroll: Enroll = cbor::decode("enroll", &signed.message, MESSAGE_BYTES_MAX).unwrap();
        let key = enroll.certificate.verify().unwrap();
        let user = UserId([number; 16]);
        let reply = Enrolled {
            version: WIRE_VERSION,
            user,
            name: name.clone(),
            grants: grants.clone(),
            server_ms: SERVER_MS,
        };
        phone.enrolled("https://example.invalid", &reply).unwrap();
        self.accounts.insert(key.device, Account { user, name, grants, key });
    }

    /// From now on the `k`-th new commit (from 1) is answered with this code and has no effect.
    pub fn answer(&mut self, k: u64, code: Code) {
        self.scripted.insert(self.arrived + k, code);
    }

    fn account(&self, phone: &Phone) -> &Account {
        let user = phone.person().unwrap().user;
        self.accounts.values().find(|a| a.user == user).unwrap()
    }

    pub fn hello(&self, phone: &Phone) -> HelloReply {
        let account = self.account(phone);
        HelloReply {
            version: WIRE_VERSION,
            token: "token".into(),
            token_until_ms: SERVER_MS + 900_000,
            server_ms: SERVER_MS,
            user: account.user,
            name: account.name.clone(),
            grants: account.grants.clone(),
            streams: vec![StreamOffer {
                stream: stream(),
                partition: PartitionId::ONLY,
                count: 0,
                lines_only: false,
            }],
            removed: vec![],
            partitions: vec![self.head()],
            time_token: None,
            lease: None,
            catalogue: self.catalogue.version(),
            min_client: None,
            blob_safe_seq: None,
            keys: vec![server_key(&self.key())],
            notices: vec![],
            wipe: None,
            next_nonce: None,
            appeals: vec![],
            partition_digits: None,
            ended: self.ended.clone(),
            lost: self.lost.clone(),
        }
    }

    /// A HELLO after which the phone may hold nothing any more.
    pub fn hello_without_streams(&self, phone: &Phone) -> HelloReply {
        let removed = vec![RemovedStream { stream: stream(), reason: "no_right".into() }];
        HelloReply { streams: vec![], removed, ..self.hello(phone) }
    }

    /// Judges by another catalogue from now on, and says so.
    pub fn go_by(&mut self, catalogue: Catalogue) {
        self.catalogue = catalogue;
    }

    pub fn key(&self) -> DeviceKey {
        DeviceKey::from_seed(&[self.seed; 32])
    }

    /// Where the only partition stands.
    pub fn head(&self) -> PartitionHead {
        PartitionHead {
            partition: PartitionId::ONLY,
            epoch: self.epoch,
            head: self.seq,
            safe_seq: self.safe_seq,
        }
    }

    /// Receipts of capture records, by the server's key; the log is not this referee's matter.
    fn links(&self, push: &Push) -> Vec<LinkAnswer> {
        let answer = |offer: &LinkOffer| {
            let link = offer.link.open().unwrap();
            let record = offer.link.name(&link);
            let receipt = CaptureReceipt {
                record,
                user: UserId([1; 16]),
                received_ms: SERVER_MS,
                log: LogId([1; 16]),
                index: 1,
            };
            let notice = || SignedNotice::sign(&self.key(), Purpose::CaptureReceipt, cbor::encode(&receipt));
            let receipt = matches!(link, Link::Captured(_)).then(notice);
            LinkAnswer { record: Some(record), code: Code::Ok, receipt }
        };
        push.links.iter().map(answer).collect()
    }

    pub fn push(&mut self, push: &Push) -> PushReply {
        let receipts = push.items.iter().map(|item| ByteVec::from(self.receive(item))).collect();
        self.private.extend(push.private.iter().cloned());
        let private = push.private.iter().map(|record| PrivateReceipt {
            document: record.document,
            key: record.key.clone(),
            version: record.version,
            code: if self.cases.contains_key(&record.document) { Code::Ok } else { Code::RetryLater },
        });
        PushReply {
            links: self.links(push),
            version: WIRE_VERSION,
            receipts,
            partitions: vec![self.head()],
            private: private.collect(),
        }
    }

    /// The server's disk is lost and this copy of it begins another life.
    pub fn restored(self) -> Self {
        let life = EndedLife { partition: PartitionId::ONLY, epoch: self.epoch, last: self.seq };
        Self { epoch: Epoch([self.epoch.0[0] + 1; 8]), safe_seq: None, ended: vec![life], ..self }
    }

    /// A page of the cases' lines alone.
    pub fn lines(&self, phone: &mut Phone) -> PullReply {
        let mut page = self.page(phone);
        for case in &mut page.cases {
            let record = &self.cases[&case.document];
            case.commits.clear();
            case.stored.clear();
            case.outstanding = true;
            let facts = case.facts.as_mut().unwrap();
            facts.touched_ms = SERVER_MS + i64::try_from(record.seq).unwrap();
        }
        page
    }

    /// The documents asked for, with a snapshot where they are asked for from the beginning.
    pub fn docs(&self, phone: &Phone, asked: &Docs) -> DocsReply {
        let user = phone.person().unwrap().user;
        let case = |wanted: &yuandian_sync::message::Wanted| {
            let record = &self.cases[&wanted.document];
            let mut case = self.pulled(&wanted.document, record, &user, wanted.since);
            case.heads = Some(heads_name(&record.content.heads()));
            if wanted.since == 0 {
                case.snapshot = Some(record.content.save().into());
                for commit in case.commits.iter_mut().filter(|commit| commit.kind == Kind::Content) {
                    let body = std::mem::take(&mut commit.body);
                    let change = yuandian_document::Content::name_of(&body).unwrap();
                    commit.change = Some(ChangeName(change.0));
                }
            }
            case
        };
        DocsReply { version: WIRE_VERSION, epoch: self.epoch, cases: asked.wanted.iter().map(case).collect() }
    }

    /// The only page of the stream's cases.
    pub fn manifest(&self, asked: &Manifest) -> ManifestReply {
        let entries = self.cases.iter().map(|(id, record)| ManifestEntry { document: *id, seq: record.seq });
        ManifestReply {
            version: WIRE_VERSION,
            stream: asked.stream.clone(),
            partition: asked.partition,
            epoch: self.epoch,
            seq: self.seq,
            entries: entries.collect(),
            more: false,
        }
    }

    /// Forgets a case without a word.
    pub fn lose(&mut self, case: &CaseId) {
        self.cases.remove(case);
    }

    /// Count and sum of the stream.
    pub fn check(&self) -> StreamCheck {
        let mut sum = StreamSum::default();
        for (id, record) in &self.cases {
            sum.add(id, record.seq);
        }
        StreamCheck { stream: stream(), partition: PartitionId::ONLY, count: sum.count, xor: sum.xor }
    }

    /// Compares and fetches until the phone has nothing to ask; gives how many documents came.
    pub fn repair(&mut self, phone: &mut Phone) -> usize {
        let mut documents = 0;
        for _ in 0..32 {
            if let Loaded::Manifest(Some(asked)) = phone.load(&Load::Manifest).unwrap() {
                let reply = self.manifest(&asked);
                phone.keep(&Keep::Manifest { asked, reply }).unwrap();
                continue;
            }
            let Loaded::Docs(Some(asked)) = phone.load(&Load::Docs).unwrap() else { return documents };
            let reply = self.docs(phone, &asked);
            documents += reply.cases.len();
            phone.keep(&Keep::Docs { asked, reply }).unwrap();
        }
        panic!("a repair without end");
    }

    fn receive(&mut self, item: &PushItem) -> Vec<u8> {
        let id = item.commit.id();
        if let Some(receipt) = self.receipts.get(&id) {
            return receipt.clone();
        }
        let envelope = item.commit.open().unwrap();
        item.commit.verify(&envelope, &self.accounts[&envelope.device].key).unwrap();
        self.arrived += 1;
        let (code, facts, seq) = match self.scripted.remove(&self.arrived) {
            // A chain that is refused has not moved.
            Some(Code::RChain) => (Code::RChain, Facts::new(), None),
            scripted => match (self.chain(id, &envelope, item.adopt.is_some()), scripted) {
                (false, _) => (Code::RChain, Facts::new(), None),
                (true, Some(code)) => (code, Facts::new(), None),
                (true, None) => self.judge(&envelope, item),
            },
        };
        let receipt = Receipt {
            commit: id,
            code,
            seq,
            epoch: self.epoch,
            received_ms: SERVER_MS,
            facts,
            signer: None,
            signature: None,
            rules: None,
        };
        let receipt = cbor::encode(&receipt.seal(&self.key()));
        if matches!(code, Code::HeldMissing | Code::RetryLater) {
            self.held.insert(id);
        } else {
            self.receipts.insert(id, receipt.clone());
        }
        receipt
    }

    fn chain(&mut self, id: CommitId, envelope: &Envelope, adopted: bool) -> bool {
        if self.held.remove(&id) {
            return true;
        }
        let place = (envelope.device, envelope.incarnation);
        let (n, prev) = self.tips.get(&place).map_or((1, None), |(n, last)| (n + 1, Some(*last)));
        let holds = (envelope.n == n && envelope.prev == prev) || (adopted && envelope.n >= n);
        if holds {
            self.tips.insert(place, (n, id));
        }
        holds
    }

    fn judge(&mut self, envelope: &Envelope, item: &PushItem) -> (Code, Facts, Option<u64>) {
        let account = &self.accounts[&envelope.device];
        let person = yuandian_model::Actor { user: account.user, grants: account.grants.clone() };
        let record = self.cases.get_mut(&envelope.document);
        let mut facts = Facts::new();
        let code = if envelope.kind == Kind::Content {
            let Some(record) = record else { return (Code::RGone, facts, None) };
            match record.content.admit(&envelope.body, &envelope.actor()).map_err(|refusal| refusal.code()) {
                Ok(_) => Code::Ok,
                Err(RefusalCode::HeldMissing) => return (Code::HeldMissing, facts, None),
                Err(RefusalCode::Duplicate) => return (Code::Dup, facts, None),
                Err(code) => return (code.as_str().parse().unwrap(), facts, None),
            }
        } else {
            let act = Act::from_bytes(&envelope.body).unwrap();
            let state = record.as_ref().map(|r| &r.state);
            let request = yuandian_model::ActRequest { at_ms: SERVER_MS, ..act.request() };
            let ruling = match judge(&self.catalogue, state, &request, &person) {
                Err(refusal) => return (refusal.code, refusal.facts, None),
                Ok(ruling) if state == Some(&ruling.next) => return (ruling.code, ruling.facts, None),
                Ok(ruling) => ruling,
            };
            facts = ruling.facts;
            match record {
                Some(record) => record.state = ruling.next,
                None => {
                    let place = act.report.and_then(|report| report.place);
                    let (content, log) = (Content::default(), vec![]);
                    let stored = BTreeSet::new();
                    let record =
                        Record { state: ruling.next, place, content, log, stored, seq: 0, generation: 0 };
                    self.cases.insert(envelope.document, record);
                }
            }
            ruling.code
        };
        self.seq += 1;
        let (user, name) = (account.user, account.name.clone());
        let record = self.cases.get_mut(&envelope.document).unwrap();
        record.seq = self.seq;
        record.log.push(PulledCommit {
            n: envelope.n,
            seq: self.seq,
            kind: envelope.kind,
            device: envelope.device,
            incarnation: envelope.incarnation,
            branch: envelope.branch,
            generation: envelope.generation,
            group: Some(envelope.group),
            user,
            name,
            wall_ms: envelope.captured.wall_ms,
            received_ms: SERVER_MS,
            code,
            facts: facts.clone(),
            body: envelope.body.clone(),
            change: None,
            micros: item.micros.clone(),
        });
        (code, facts, Some(self.seq))
    }

    /// A whole page of everything above the phone's cursors.
    pub fn page(&self, phone: &mut Phone) -> PullReply {
        let user = phone.person().unwrap().user;
        let held = phone.sync_state().unwrap().streams;
        let since = held.first().map_or(0, |stream| stream.cursor);
        let cases = self.cases.iter().filter(|(_, record)| record.seq > since);
        PullReply {
            version: WIRE_VERSION,
            cases: cases.map(|(id, record)| self.pulled(id, record, &user, since)).collect(),
            cursors: held.iter().map(|_| Cursor::new(stream(), Some(self.epoch), self.seq)).collect(),
            more: false,
            server_ms: SERVER_MS,
            checks: vec![],
            notices: vec![],
            renewed: Renewed::default(),
            resets: vec![],
            greet: false,
        }
    }

    /// Every case as it is pulled now, new or not.
    pub fn everything(&self, phone: &Phone) -> Vec<PulledCase> {
        let user = phone.person().unwrap().user;
        self.cases.iter().map(|(id, record)| self.pulled(id, record, &user, 0)).collect()
    }

    /// The page of a server that was restored: no cursor says anything to it.
    pub fn resets(&self, phone: &mut Phone) -> PullReply {
        let Loaded::Pull(pull) = phone.load(&Load::Pull).unwrap() else { panic!("not a pull") };
        let resets =
            pull.streams.iter().map(|c| Cursor::new(c.stream.clone(), Some(self.epoch), 0)).collect();
        PullReply { cases: vec![], cursors: vec![], resets, ..self.page(phone) }
    }

    fn pulled(&self, id: &CaseId, record: &Record, receiver: &UserId, since: u64) -> PulledCase {
        let state = &record.state;
        let person = |user: &UserId| {
            let account = self.accounts.values().find(|a| a.user == *user);
            Person { user: *user, name: account.map_or_else(String::new, |a| a.name.clone()) }
        };
        let facts = CaseFacts {
            service: state.service.0.clone(),
            catalogue: state.catalogue,
            grid: state.grid.clone(),
            place: record.place,
            author: person(&state.author),
            stage: state.stage.clone(),
            act_seq: state.act_seq,
            holders: state.holders.iter().map(person).collect(),
            waiting: u32::try_from(state.waiting.len()).unwrap(),
            my_position: state.waiting_position(receiver).map(|p| u32::try_from(p).unwrap()),
            opened_ms: SERVER_MS,
            title: record.content.view().description,
            photos: 0,
            touched_ms: SERVER_MS,
            followers: 0,
            followed: false,
            conflict: false,
            progress: Some(state.progress.clone()),
        };
        PulledCase {
            stream: stream(),
            partition: PartitionId::ONLY,
            document: *id,
            seq: record.seq,
            gone: None,
            commits: record.log.iter().filter(|commit| commit.seq > since).cloned().collect(),
            facts: Some(facts),
            stored: record.stored.iter().map(|hash| StoredBlob { hash: *hash }).collect(),
            snapshot: None,
            outstanding: false,
            heads: None,
            private: None,
            own: None,
            generation: record.generation,
        }
    }

    /// A word goes from a case: its document is made again, by the same people.
    pub fn redact(&mut self, case: &CaseId, word: &str) {
        self.seq += 1;
        let record = self.cases.get_mut(case).unwrap();
        let words = [word.to_owned()];
        let passages = |text: &str| yuandian_document::redact::places_of(&words, text);
        let content = |commit: &&mut PulledCommit| commit.kind == Kind::Content;
        let changes: Vec<Vec<u8>> =
            record.log.iter_mut().filter(content).map(|commit| commit.body.clone()).collect();
        let changes: Vec<(&[u8], bool)> = changes.iter().map(|bytes| (bytes.as_slice(), true)).collect();
        let made = yuandian_document::redact::redact(&changes, &passages).unwrap();
        for (commit, (_, bytes)) in record.log.iter_mut().filter(content).zip(made.changes) {
            commit.body = bytes;
        }
        record.content = made.content;
        (record.seq, record.generation) = (self.seq, record.generation + 1);
    }

    /// Everything that a run does but the photos.
    pub fn sync(&mut self, phone: &mut Phone) {
        phone.keep(&Keep::Hello(self.hello(phone))).unwrap();
        for _ in 0..32 {
            let push = batch(phone);
            if push.items.is_empty() && push.links.is_empty() {
                let page = self.page(phone);
                phone.keep(&Keep::Page(page)).unwrap();
                let more = batch(phone);
                if more.items.is_empty() && more.links.is_empty() {
                    return;
                }
                continue;
            }
            let reply = self.push(&push);
            phone.keep(&Keep::Receipts(reply)).unwrap();
        }
        panic!("a run without end");
    }

    /// Takes every photo file that the phone has to send; the server keeps it and says so from then on.
    pub fn take_photos(&mut self, phone: &mut Phone) -> Vec<BlobHash> {
        let Loaded::Transfers(transfers) = phone.load(&Load::Transfers).unwrap() else {
            panic!("no transfers")
        };
        let hashes: Vec<BlobHash> = transfers.iter().map(|t| t.hash).collect();
        for transfer in transfers {
            phone.keep(&Keep::Uploaded(transfer)).unwrap();
        }
        hashes
    }

    /// Something moves on that no phone has said: a file was stored.
    pub fn moved(&mut self) {
        self.seq += 1;
    }

    /// Heads of the referee's own document.
    pub fn heads(&self, case: &CaseId) -> Vec<String> {
        self.cases[case].content.heads().iter().map(ToString::to_string).collect()
    }

    /// Stage of a case.
    pub fn stage(&self, case: &CaseId) -> &str {
        &self.cases[case].state.stage
    }

    /// Puts a commit into a case's log without looking at it: what a damaged or hostile server could send.
    pub fn smuggle(&mut self, case: &CaseId, change: impl FnOnce(&mut PulledCommit)) {
        self.seq += 1;
        let record = self.cases.get_mut(case).unwrap();
        let mut commit = record.log.last().unwrap().clone();
        // Of another life of its author's device: nobody has it yet.
        commit.n = 1_000_000 + self.seq;
        commit.seq = self.seq;
        change(&mut commit);
        record.seq = self.seq;
        record.log.push(commit);
    }

    /// A change that the referee's own document does not refuse, by a stranger.
    pub fn stranger_writes(&mut self, case: &CaseId, edits: &[yuandian_document::Edit]) {
        let (device, incarnation) = (DeviceId([0xee; 16]), Incarnation([0xdd; 16]));
        let record = self.cases.get_mut(case).unwrap();
        let heads = record.content.heads();
        let me = actor(&device, case, &incarnation, 0);
        let (_, body) = record.content.write(&heads, &me, edits, SERVER_MS).unwrap().unwrap();
        self.smuggle(case, |commit| {
            *commit = PulledCommit {
                seq: commit.seq,
                kind: Kind::Content,
                device,
                incarnation,
                branch: 0,
                user: UserId([0xee; 16]),
                name: "stranger".into(),
                body,
                micros: vec![],
                code: Code::Ok,
                ..commit.clone()
            };
        });
    }
}

/// The phone's next batch, kept by the phone as sent.
pub fn batch(phone: &mut Phone) -> Push {
    match phone.load(&Load::Batch).unwrap() {
        Loaded::Batch(push) => push,
        other => panic!("not a batch: {other:?}"),
    }
}

/// The envelopes of a batch.
pub fn envelopes(push: &Push) -> Vec<Envelope> {
    push.items.iter().map(|item| item.commit.open().unwrap()).collect()
}
