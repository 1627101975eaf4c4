//! The simulated world's server (the real hub on a real store in memory), and runs of the real sync machine against it: what a phone gets
//! to keep comes from here.

use std::cell::{Cell, RefCell};
use std::path::Path;

use yuandian_device::Phone;
use yuandian_document::DeviceKey;
use yuandian_model::{Epoch, Role};
use yuandian_server::store::SqliteStore;
use yuandian_sim::http::{self, HttpReply, HttpRequest};
use yuandian_sync::message::{Enrolled, NonceRequest, ServerKey, WIRE_VERSION};
use yuandian_sync::{Effect, Failure, Input, Keep, Machine, Reply, Request, wire};
use yuandian_vfs::Image;

/// The division that everybody lives and works in.
const GRID: &str = "410102001";
/// The simulated server's store on its disk.
const STORE: &str = "server.db";
const START_MS: i64 = 1_780_000_500_000;
const ADDRESS: &str = "http://server.invalid";

/// A second key of the server, which signs the receipts that a flow makes for itself.
pub fn signer() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

/// A server that is up.
pub struct Server {
    inner: RefCell<yuandian_sim::server::Server>,
    now_ms: Cell<i64>,
}

impl Server {
    /// An empty one.
    ///
    /// # Panics
    /// Where a disk without faults fails.
    pub fn new() -> Self {
        let mut inner = yuandian_sim::server::Server::new(7, None);
        inner.start().expect("an empty disk takes a store");
        Self { inner: RefCell::new(inner), now_ms: Cell::new(START_MS) }
    }

    fn tick(&self) -> i64 {
        self.now_ms.set(self.now_ms.get() + 1_000);
        self.now_ms.get()
    }

    fn serve(&self, request: &HttpRequest) -> HttpReply {
        let now = self.tick();
        self.inner.borrow_mut().serve(request, now).expect("it is up")
    }

    /// Its disk, as a backup has it.
    pub fn backup(&self) -> Image {
        let mut inner = self.inner.borrow_mut();
        inner.stop();
        let image = inner.disk.image();
        inner.start().expect("what was stopped starts");
        image
    }

    /// Its disk has died: it goes on from a backup, in a new epoch.
    pub fn restore(&self, backup: &Image) {
        let now = self.tick();
        let mut inner = self.inner.borrow_mut();
        inner.stop();
        inner.disk.restore(backup);
        let vfs = inner.disk.vfs().to_owned();
        let restored = SqliteStore::restored(Path::new(STORE), Some(&vfs), Epoch([2; 8]), now);
        drop(restored.expect("a backup is whole"));
        inner.start().expect("what was restored starts");
    }

    /// The server's answer to an invitation that this phone was given.
    pub fn enrolment(&self, phone: &Phone, role: Role, name: &str) -> Enrolled {
        let (grid, now) = (GRID.parse().expect("a division"), self.tick());
        let code = self.inner.borrow_mut().invite(role, &grid, now).expect("an invitation");
        let request = phone.enroll_request(&code, name).expect("a good request");
        let reply = self.serve(&HttpRequest::message("/v1/enroll", None, wire::pack(&request)));
        wire::unpack("enrolled", &reply.body).expect("enrolled")
    }

    /// Enrols a phone.
    pub fn enrol(&self, phone: &mut Phone, role: Role, name: &str) {
        let reply = self.enrolment(phone, role, name);
        phone.enrolled(ADDRESS, &reply).expect("the phone keeps it");
    }

    /// A whole run. What the phone was given to keep, in order.
    pub fn sync(&self, phone: &mut Phone) -> Vec<Keep> {
        self.sync_until(phone, |_| false)
    }

    /// A run that ends before the phone keeps something of this kind; that is the last one of the list.
    pub fn sync_until(&self, phone: &mut Phone, last: impl Fn(&Keep) -> bool) -> Vec<Keep> {
        let mut machine = Machine::default();
        let (mut kept, mut token) = (vec![], None);
        machine.handle(Input::Start, 0);
        loop {
            while let Some(effect) = machine.poll_effect() {
                let input = match effect {
                    Effect::Ask(request) => {
                        self.ask(phone, &request, &mut token).map_or_else(Input::Failed, Input::Replied)
                    }
                    Effect::Load(load) => Input::Loaded(phone.load(&load).expect("the phone reads")),
                    Effect::Keep(keep) => {
                        let stop = last(&keep);
                        kept.push(keep.clone());
                        if stop {
                            return kept;
                        }
                        phone.keep(&keep).expect("the phone keeps");
                        Input::Kept
                    }
                    Effect::Finished(report) => {
                        assert!(report.complete, "{report:?}");
                        return kept;
                    }
                };
                machine.handle(input, 0);
            }
            let at = machine.poll_timeout().expect("a machine without effects waits");
            machine.handle(Input::Timeout, at);
        }
    }

    fn ask(&self, phone: &Phone, request: &Request, token: &mut Option<String>) -> Result<Reply, Failure> {
        let sent = if let Request::Upload(plan) = request {
            let bytes = plan.file.map(|hash| phone.upload_piece(&hash, plan.offset, plan.length));
            let bytes = bytes.transpose().expect("the phone reads").unwrap_or_default();
            HttpRequest::upload(plan, token.clone(), bytes)
        } else {
            let device = phone.device();
            let nonce = || wire::pack(&NonceRequest { version: WIRE_VERSION, device });
            http::pack(request, token.clone(), nonce).expect("a message")
        };
        let mut reply = http::read(request, &self.serve(&sent))?;
        if let Reply::Hello(hello) = &mut reply {
            *token = Some(hello.token.clone());
            // The first set of keys is believed: with it, receipts that the flows make themselves.
            hello.keys.push(ServerKey {
                public: signer().public(),
                since_ms: START_MS,
                endorser: None,
                endorsement: None,
            });
        }
        Ok(reply)
    }
}
