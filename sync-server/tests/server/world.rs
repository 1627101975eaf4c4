//! A hub on a real database in a temporary directory, with a clock that the test holds.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tempfile::TempDir;
use yuandian_document::cbor;
use yuandian_model::catalogue::Evidence;
use yuandian_model::{CaseId, Catalogue, Code, Divisions, Epoch, Grant, Role, Service};
use yuandian_server::blobs::ObjectBlobs;
use yuandian_server::hub::{Hub, Notifier, Principal, Request, Response};
use yuandian_server::invitation::InvitationCode;
use yuandian_server::keys::DirectoryKeys;
use yuandian_server::problem::Problem;
use yuandian_server::randomness::Randomness;
use yuandian_server::store::{NewInvitation, SqliteStore, Store};
use yuandian_sync::message::*;

use crate::phone::{GRID, Phone, key, sha256};

/// Bytes that differ every time and are the same in every run.
pub struct Counted(pub AtomicU64);

impl Randomness for Counted {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&sha256(&n.to_be_bytes())[..chunk.len()]);
        }
    }
}

pub fn counted(seed: u64) -> Counted {
    Counted(AtomicU64::new(seed << 32))
}

pub struct World {
    pub directory: TempDir,
    pub store: Arc<SqliteStore>,
    pub hub: Arc<Hub>,
    pub now: AtomicI64,
    invitations: AtomicU64,
}

pub const START_MS: i64 = 1_790_000_000_000;

fn open(directory: &Path, seed: u64, digits: Option<u8>) -> (Arc<SqliteStore>, Arc<Hub>) {
    // What must be shown with an act is the matter of tests of its own: the others say acts alone.
    let unseen = |service: &mut Service| service.evidence = Evidence::default();
    let catalogue = Catalogue::embedded().changed("case.snap", unseen).changed("case.city.E06010", unseen);
    open_by(directory, seed, digits, catalogue)
}

fn open_by(
    directory: &Path,
    seed: u64,
    digits: Option<u8>,
    catalogue: Catalogue,
) -> (Arc<SqliteStore>, Arc<Hub>) {
    let store = SqliteStore::open(&directory.join("yuandian.db"), Epoch([7; 8])).unwrap();
    let store = Arc::new(match digits {
        Some(digits) => store.partitioned(digits).unwrap(),
        None => store,
    });
    let blobs = directory.join("blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    let hub = Hub::new(
        store.clone(),
        Arc::new(ObjectBlobs::directory(&blobs).unwrap()),
        Arc::new(DirectoryKeys::at(&directory.join("keys"))),
        catalogue,
        Divisions::zhengzhou(),
        Box::new(counted(seed)),
    );
    (store, Arc::new(hub))
}

impl World {
    pub fn new() -> Self {
        Self::partitioned(None)
    }

    /// A world whose cases are ordered by this many digits of their division's code.
    pub fn partitioned(digits: Option<u8>) -> Self {
        Self::opened(tempfile::tempdir().unwrap(), 0, digits)
    }

    /// On what is in a directory, with the randomness of a life.
    pub fn over(directory: TempDir, life: u64) -> Self {
        Self::opened(directory, life, None)
    }

    fn opened(directory: TempDir, life: u64, digits: Option<u8>) -> Self {
        let (store, hub) = open(directory.path(), 1 + 10_000 * life, digits);
        Self {
            directory,
            store,
            hub,
            now: AtomicI64::new(START_MS),
            invitations: AtomicU64::new(10_000 * life),
        }
    }

    /// By another catalogue than the embedded one.
    pub fn with_catalogue(catalogue: Catalogue) -> Self {
        let mut world = Self::new();
        (world.store, world.hub) = open_by(world.directory.path(), 1, None, catalogue);
        world
    }

    /// The same with somebody who carries notifications.
    pub fn notifying(mut self, notifier: Arc<dyn Notifier>) -> Self {
        let hub = Arc::into_inner(self.hub).expect("nobody else has the hub");
        self.hub = Arc::new(hub.notifying(notifier));
        self
    }

    /// Runs the timers.
    pub fn tick(&self) {
        self.hub.tick(self.now()).unwrap();
    }

    /// The same directory under a new process.
    pub fn restart(&mut self) {
        (self.store, self.hub) =
            open(self.directory.path(), 2 + self.invitations.load(Ordering::SeqCst), None);
    }

    /// Another directory under a new process.
    pub fn move_to(&mut self, directory: &Path) {
        (self.store, self.hub) = open(directory, 77, None);
    }

    pub fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn invite(&self, role: Role, grid: &str) -> String {
        let seed = 1_000 + self.invitations.fetch_add(1, Ordering::SeqCst);
        let code = InvitationCode::draw(&mut counted(seed));
        let invitation = NewInvitation {
            hash: code.hash(),
            grant: Grant::new(role, grid.parse().unwrap()),
            evidence: None,
            until_ms: self.now() + 1_000_000,
        };
        self.store.invite(&[invitation]).unwrap();
        code.to_string()
    }

    pub fn ask(&self, request: Request) -> Result<Response, Problem> {
        self.hub.handle(request, &Principal::Stranger, self.now())
    }

    pub fn ask_as(&self, phone: &Phone, request: Request) -> Result<Response, Problem> {
        let principal = self.hub.authenticate(&phone.token, self.now())?;
        self.hub.handle(request, &principal, self.now())
    }

    /// A phone that is enrolled and has said HELLO.
    pub fn phone(&self, number: u8, role: Role) -> Phone {
        self.phone_in(number, role, GRID)
    }

    pub fn phone_in(&self, number: u8, role: Role, grid: &str) -> Phone {
        let mut phone = Phone::new(number);
        let code = self.invite(role, grid);
        let Ok(Response::Enrolled(enrolled)) =
            self.ask(Request::Enroll(phone.enroll(&code, &format!("Person {number}"))))
        else {
            panic!("not enrolled");
        };
        phone.user = Some(enrolled.user);
        self.hello(&mut phone);
        phone
    }

    pub fn hello(&self, phone: &mut Phone) -> HelloReply {
        let Ok(Response::Nonce(nonce)) = self.ask(Request::Nonce(phone.nonce())) else {
            panic!("no nonce");
        };
        let Ok(Response::Hello(reply)) = self.ask(Request::Hello(phone.hello(nonce.nonce))) else {
            panic!("no hello");
        };
        phone.token = reply.token.clone();
        phone.keys.extend(reply.keys.iter().filter(|key| key.endorser.is_some()).cloned());
        phone.keys.dedup();
        for gone in &reply.removed {
            phone.cursors.remove(&gone.stream.0);
        }
        for offer in &reply.streams {
            let (partition, lines_only) = (offer.partition, offer.lines_only);
            let fresh = yuandian_sync::Cursor::new(offer.stream.clone(), None, 0);
            let cursor = phone.cursors.entry(key(&offer.stream, partition)).or_insert(fresh);
            (cursor.partition, cursor.lines_only) = (partition, lines_only);
        }
        reply
    }

    pub fn push(&self, phone: &Phone, items: Vec<PushItem>) -> Vec<Receipt> {
        self.push_raw(phone, items).iter().map(|bytes| receipt(bytes)).collect()
    }

    pub fn push_raw(&self, phone: &Phone, items: Vec<PushItem>) -> Vec<Vec<u8>> {
        let push = Push { version: WIRE_VERSION, items, private: vec![], links: vec![] };
        match self.ask_as(phone, Request::Push(push)) {
            Ok(Response::Push(reply)) => reply.receipts.into_iter().map(Vec::from).collect(),
            other => panic!("push: {other:?}"),
        }
    }

    pub fn codes(&self, phone: &Phone, items: Vec<PushItem>) -> Vec<Code> {
        self.push(phone, items).into_iter().map(|r| r.code).collect()
    }

    /// A case that a phone has opened and the server has taken.
    pub fn opened_by(&self, phone: &mut Phone) -> CaseId {
        let case = phone.new_case();
        let report = phone.report(case, "case.snap");
        assert_eq!(self.codes(phone, vec![report]), [Code::Ok]);
        case
    }

    pub fn pull(&self, phone: &mut Phone) -> Vec<PulledCase> {
        let mut cases = Vec::new();
        loop {
            let page = self.page(phone);
            phone.keep(&page);
            let more = page.more;
            cases.extend(page.cases);
            if !more {
                return cases;
            }
        }
    }

    pub fn page(&self, phone: &Phone) -> PullReply {
        match self.ask_as(phone, Request::Pull(phone.pull())) {
            Ok(Response::Pull(page)) => page,
            other => panic!("pull: {other:?}"),
        }
    }
}

pub fn receipt(bytes: &[u8]) -> Receipt {
    cbor::decode("receipt", bytes, 64 * 1024).unwrap()
}
