//! A hub on the real disk with many devices, in process: what a request costs without HTTP.
#![allow(clippy::disallowed_methods, reason = "a benchmark owns files, threads and the clock")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{
    Act, Captured, Content, DeviceCertificate, DeviceKey, Edit, Envelope, Kind, Purpose, Report,
    SoftwareRoot, actor, cbor,
};
use yuandian_model::{
    CaseId, Catalogue, Code, CommitId, Divisions, Epoch, Grant, GroupId, Incarnation, PartitionId, Role,
};
use yuandian_server::blobs::ObjectBlobs;
use yuandian_server::invitation::InvitationCode;
use yuandian_server::keys::MemoryKeys;
use yuandian_server::randomness::Randomness;
use yuandian_server::store::{NewInvitation, SqliteStore, Store};
use yuandian_server::{Hub, Principal, Request, Response};
use yuandian_sync::Cursor;
use yuandian_sync::message::{
    Enroll, Hello, NonceRequest, Pull, Push, PushItem, Receipt, SignedMessage, WIRE_VERSION,
};

/// Any moment, ms since 1970.
const NOW_MS: i64 = 1_780_000_000_000;

type Fault = Box<dyn Error + Send + Sync>;

/// Bytes that differ every time and are the same in every run.
struct Counted(AtomicU64);

impl Randomness for Counted {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(n.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// The hub and its clock.
pub struct City {
    /// What is asked.
    pub hub: Hub,
    store: Arc<SqliteStore>,
    now_ms: AtomicI64,
}

/// A device whose commits are signed before anything is measured.
pub struct Device {
    number: u32,
    certificate: DeviceCertificate,
    chain: (u64, Option<CommitId>),
    documents: BTreeMap<CaseId, Content>,
    /// Streams it holds.
    pub cursors: BTreeMap<String, Cursor>,
    /// Of its last greeting.
    pub token: String,
}

impl City {
    /// An empty server in a folder.
    pub fn new(folder: &Path) -> Result<Self, Fault> {
        let store = Arc::new(SqliteStore::open(&folder.join("yuandian.db"), Epoch([7; 8]))?);
        let blobs = folder.join("blobs");
        std::fs::create_dir_all(&blobs)?;
        let hub = Hub::new(
            store.clone(),
            Arc::new(ObjectBlobs::directory(&blobs)?),
            Arc::new(MemoryKeys::default()),
            Catalogue::embedded(),
            Divisions::zhengzhou(),
            Box::new(Counted(AtomicU64::new(0))),
        );
        Ok(Self { hub, store, now_ms: AtomicI64::new(NOW_MS) })
    }

    /// Lets time go by.
    pub fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// One request of somebody who has no token.
    pub fn stranger(&self, request: Request) -> Result<Response, Fault> {
        self.hub.handle(request, &Principal::Stranger, self.now()).map_err(said)
    }

    /// One request of a device, its token looked up as the shell does.
    pub fn ask(&self, device: &Device, request: Request) -> Result<Response, Fault> {
        let now = self.now();
        let principal = self.hub.authenticate(&device.token, now).map_err(said)?;
        self.hub.handle(request, &principal, now).map_err(said)
    }

    /// An invitation for a grid worker.
    pub fn invitation(&self, number: u32, grid: &str) -> Result<String, Fault> {
        let code = InvitationCode::draw(&mut Counted(AtomicU64::new(1_000_000 + u64::from(number))));
        self.store.invite(&[NewInvitation {
            hash: code.hash(),
            grant: Grant::new(Role::GridWorker, grid.parse()?),
            evidence: None,
            until_ms: self.now() + 1_000,
        }])?;
        Ok(code.to_string())
    }

    /// One request under a token.
    pub fn under(&self, token: &str, request: Request) -> Result<Response, Fault> {
        let now = self.now();
        let principal = self.hub.authenticate(token, now).map_err(said)?;
        self.hub.handle(request, &principal, now).map_err(said)
    }

    /// A grid worker with a device.
    pub fn device(&self, number: u32, grid: &str) -> Result<Device, Fault> {
        let seed: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        let root = SoftwareRoot::from_seed(&seed)?;
        let certificate = DeviceCertificate::issue(&root, &DeviceKey::from_seed(&seed))?;
        let code = self.invitation(number, grid)?;
        let mut device = Device {
            number,
            certificate,
            chain: (0, None),
            documents: BTreeMap::new(),
            cursors: BTreeMap::new(),
            token: String::new(),
        };
        let wish = cbor::encode(&Enroll {
            version: WIRE_VERSION,
            code,
            name: format!("Person {number}"),
            certificate: device.certificate.clone(),
            app: "bench 0".to_owned(),
        });
        self.stranger(Request::Enroll(device.signed(Purpose::Enroll, wish)))?;
        self.greet(&mut device)?;
        Ok(device)
    }

    /// Says HELLO.
    pub fn greet(&self, device: &mut Device) -> Result<(), Fault> {
        let id = device.certificate.device;
        let ask = Request::Nonce(NonceRequest { version: WIRE_VERSION, device: id });
        let Response::Nonce(nonce) = self.stranger(ask)? else { return Err("no number".into()) };
        let hello = cbor::encode(&Hello {
            version: WIRE_VERSION,
            device: id,
            nonce: nonce.nonce,
            app: "bench 0".to_owned(),
            catalogue: 1,
            streams: device.cursors.values().cloned().collect(),
            free_bytes: None,
            budget: 10_000,
            keys: vec![],
            forget: false,
            reach: None,
            apart: None,
        });
        let hello = Request::Hello(device.signed(Purpose::Hello, hello));
        let Response::Hello(reply) = self.stranger(hello)? else { return Err("no greeting".into()) };
        device.token = reply.token;
        for offer in reply.streams {
            let fresh = Cursor::new(offer.stream.clone(), None, 0);
            device.cursors.entry(offer.stream.0).or_insert(fresh);
        }
        Ok(())
    }

    /// Sends commits; an error where one was not taken.
    pub fn push(&self, device: &Device, items: Vec<PushItem>) -> Result<(), Fault> {
        let push = Request::Push(Push { version: WIRE_VERSION, items, private: vec![], links: vec![] });
        let Response::Push(reply) = self.ask(device, push)? else { return Err("no receipts".into()) };
        for receipt in reply.receipts {
            let receipt: Receipt = cbor::decode("receipt", &receipt, 64 * 1024)?;
            if receipt.code != Code::Ok {
                return Err(format!("refused: {} {:?}", receipt.code.id(), receipt.facts).into());
            }
        }
        Ok(())
    }

    /// Takes in what is new and counts the cases and the bytes as they travel.
    pub fn catch_up(&self, device: &mut Device) -> Result<(u64, u64), Fault> {
        let (mut cases, mut bytes) = (0, 0);
        loop {
            let pull = Request::Pull(Pull {
                version: WIRE_VERSION,
                streams: device.cursors.values().cloned().collect(),
                max_bytes: yuandian_sync::limits::PAGE_BYTES_DEFAULT,
                check: false,
            });
            let Response::Pull(page) = self.ask(device, pull)? else { return Err("no page".into()) };
            bytes += yuandian_sync::wire::pack(&page).len() as u64;
            cases += page.cases.len() as u64;
            for cursor in page.cursors {
                device.cursors.insert(cursor.stream.0.clone(), cursor);
            }
            if !page.more {
                return Ok((cases, bytes));
            }
        }
    }
}

fn said(problem: yuandian_server::Problem) -> Fault {
    format!("{}: {}", problem.id(), problem.title()).into()
}

impl Device {
    fn key(&self) -> DeviceKey {
        DeviceKey::from_seed(&Sha256::digest(self.number.to_be_bytes()).into())
    }

    fn signed(&self, purpose: Purpose, message: Vec<u8>) -> SignedMessage {
        let signature = self.key().sign(purpose, &message);
        SignedMessage { message, signature }
    }

    fn incarnation(&self) -> Incarnation {
        let mut bytes = [0; 16];
        bytes[..10].copy_from_slice(&self.drawn(b"life", 0));
        Incarnation(bytes)
    }

    /// As hard to compress as drawn bytes are, and the same in every run.
    fn drawn(&self, what: &[u8], n: u64) -> [u8; 10] {
        let digest = Sha256::new()
            .chain_update(what)
            .chain_update(self.number.to_be_bytes())
            .chain_update(n.to_be_bytes())
            .finalize();
        std::array::from_fn(|at| digest[at])
    }

    /// One of its cases, a minute apart.
    pub fn case(&self, n: u32) -> CaseId {
        CaseId::v7(NOW_MS + i64::from(n) * 60_000, self.drawn(b"case", u64::from(n)))
    }

    fn commit(&mut self, document: CaseId, kind: Kind, body: Vec<u8>) -> PushItem {
        let n = self.chain.0 + 1;
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document,
            device: self.certificate.device,
            incarnation: self.incarnation(),
            branch: 0,
            generation: 0,
            group: GroupId::v7(NOW_MS + i64::try_from(n).unwrap_or_default(), self.drawn(b"group", n)),
            n,
            prev: self.chain.1,
            captured: Captured { wall_ms: NOW_MS, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body,
            micro: vec![],
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: self.key().id(),
        };
        let commit = envelope.sign(&self.key());
        self.chain = (n, Some(commit.id()));
        PushItem { commit, micros: vec![], adopt: None }
    }

    /// Opens a case.
    pub fn report(&mut self, case: CaseId, grid: &str) -> Result<PushItem, Fault> {
        let report = Report { service: "case.local.L10004".into(), grid: grid.parse()?, place: None };
        Ok(self.commit(case, Kind::Act, Act::report(report).to_bytes()))
    }

    /// An act without arguments.
    pub fn act(&mut self, case: CaseId, name: &str) -> PushItem {
        self.commit(case, Kind::Act, Act::named(name, None).to_bytes())
    }

    /// Writes the description; its change as bytes, too.
    pub fn describe(&mut self, case: CaseId, text: &str) -> Result<(PushItem, Vec<u8>), Fault> {
        let by = actor(&self.certificate.device, &case, &self.incarnation(), 0);
        let document = self.documents.entry(case).or_default();
        let heads = document.heads();
        let written = document.write(&heads, &by, &[Edit::Describe(text.into())], NOW_MS)?;
        let (_, body) = written.ok_or("the edit changes nothing")?;
        Ok((self.commit(case, Kind::Content, body.clone()), body))
    }

    /// Its copy of a case's document and the actor it writes it as.
    pub fn document(&self, case: CaseId) -> (Content, yuandian_document::ActorId) {
        let by = actor(&self.certificate.device, &case, &self.incarnation(), 0);
        (self.documents.get(&case).cloned().unwrap_or_default(), by)
    }
}
