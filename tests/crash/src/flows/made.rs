//! Scenes for the flows: a phone on a disk without faults, a server, other people.

use std::path::Path;

use minicbor::bytes::ByteVec;
use yuandian_device::{ActCommand, CaseId, DeviceError, Draft, Phone, Position, Result};
use yuandian_document::cbor;
use yuandian_model::{Code, Epoch, Role};
use yuandian_sync::Keep;
use yuandian_sync::message::{Push, PushReply, Receipt, RemovedStream, WIRE_VERSION};
use yuandian_vfs::{Disk, Image};

use super::{Flow, Resume, Step};
use crate::home::{self, Life};
use crate::server::{self, Server};

/// A place in 林山寨街道.
const HERE: Position = Position { lng: 113.613_254_7, lat: 34.752_163_9, accuracy_m: Some(12) };

/// A phone on a disk without faults, and everybody else.
pub struct Scene {
    /// The server.
    pub server: Server,
    /// The disk of the phone that the flow is about.
    pub disk: Disk,
    /// The phone, while it is open.
    pub phone: Option<Phone>,
    life: Life,
    others: Vec<(u8, Disk, Phone)>,
    kept: Vec<Keep>,
}

impl Scene {
    /// A phone that knows nobody.
    pub fn new(number: u8) -> Self {
        let (server, disk) = (Server::new(), Disk::new(u64::from(number)));
        let life = Life { number, opened: 0 };
        let phone = home::open(&disk, life).expect("an empty disk takes a store");
        Self { server, disk, phone: Some(phone), life, others: vec![], kept: vec![] }
    }

    /// A phone of a person with this role.
    pub fn with(number: u8, role: Role) -> Self {
        let mut scene = Self::new(number);
        let Self { server, phone, .. } = &mut scene;
        server.enrol(phone.as_mut().expect("it is open"), role, &format!("person {number}"));
        scene.sync();
        scene
    }

    /// The phone.
    pub fn phone(&mut self) -> &mut Phone {
        self.phone.as_mut().expect("it is open")
    }

    /// Sends and receives.
    pub fn sync(&mut self) {
        let Self { server, phone, .. } = self;
        server.sync(phone.as_mut().expect("it is open"));
    }

    /// Sends and receives until the phone is given something of this kind, which it does not keep. What it was given.
    pub fn sync_until(&mut self, last: impl Fn(&Keep) -> bool) -> Vec<Keep> {
        let Self { server, phone, .. } = self;
        let kept = server.sync_until(phone.as_mut().expect("it is open"), last);
        self.kept.clone_from(&kept);
        kept
    }

    /// Where the last run was stopped: the disk, and what was not kept.
    pub fn stopped(&mut self) -> (Image, Keep) {
        let keep = self.kept.pop().expect("something was given");
        (self.still(), keep)
    }

    /// Another person works and syncs.
    pub fn another(&mut self, number: u8, role: Role, work: impl FnOnce(&mut Phone)) {
        let disk = Disk::new(u64::from(number));
        let mut phone = home::open(&disk, Life { number, opened: 0 }).expect("an empty disk takes a store");
        self.server.enrol(&mut phone, role, &format!("person {number}"));
        self.server.sync(&mut phone);
        work(&mut phone);
        self.server.sync(&mut phone);
        self.others.push((number, disk, phone));
    }

    /// The other person works and syncs again.
    pub fn other(&mut self, number: u8, work: impl FnOnce(&mut Phone)) {
        let found = self.others.iter_mut().find(|(other, ..)| *other == number);
        let (_, _, phone) = found.expect("that person is there");
        work(phone);
        self.server.sync(phone);
    }

    /// Both work without knowing of each other; the other one syncs first.
    pub fn meanwhile(
        &mut self,
        number: u8,
        role: Role,
        here: impl FnOnce(&mut Self),
        there: impl FnOnce(&mut Phone),
    ) {
        here(self);
        self.another(number, role, there);
    }

    /// The disk as it is when the phone was closed; the phone is open again after it, in the same life.
    pub fn still(&mut self) -> Image {
        self.phone = None;
        let image = self.disk.image();
        self.life.opened += 1;
        let phone = home::open(&self.disk, self.life).expect("what was closed opens");
        self.phone = Some(phone);
        image
    }

    /// A flow from the disk as it is now.
    pub fn flow(&mut self, name: &'static str, steps: Vec<Step>, resume: Resume) -> Flow {
        let image = self.still();
        self.flow_on(name, image, steps, resume)
    }

    /// A flow from this disk.
    pub fn flow_on(&self, name: &'static str, image: Image, steps: Vec<Step>, resume: Resume) -> Flow {
        // What was recorded beside the flow was written in the life that the flow begins.
        Flow { name, life: self.life, image, opens: false, steps, resume, spoiled: vec![], shows: &[] }
    }
}

/// A small photograph of the test data.
pub fn photo(number: usize) -> Vec<u8> {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/photos");
    std::fs::read(photos.join(["tiny.jpg", "tiny.png"][number])).expect("the test data is there")
}

/// A draft here.
pub fn draft(service: &str, text: &str) -> Draft {
    let no_photo = Some("太暗".to_owned());
    Draft { service: service.into(), position: Some(HERE), text: text.into(), no_photo, ..Draft::default() }
}

/// The only draft there is.
pub fn the_draft(phone: &Phone) -> Result<CaseId> {
    let found = phone.drafts()?.first().map(|(id, _, _)| *id);
    found.ok_or(DeviceError::NotFound { what: "draft", id: "any".into() })
}

/// Captures a case at once.
pub fn capture(phone: &mut Phone, service: &str, text: &str) {
    let id = phone.save_draft(None, &draft(service, text)).expect("a draft");
    phone.finish(&id).expect("a case");
}

/// The case with this text.
pub fn titled(phone: &Phone, text: &str) -> Result<CaseId> {
    let lines = phone.list(u32::MAX, 0)?;
    let found = lines.iter().find(|line| line.title == text && line.stage != "draft");
    found
        .and_then(|line| line.id.parse().ok())
        .ok_or(DeviceError::NotFound { what: "case", id: text.to_owned() })
}

/// Does an act on the case with this text.
pub fn act(phone: &mut Phone, text: &str, name: &str, photos: &[Vec<u8>]) -> Result<()> {
    let case = titled(phone, text)?;
    phone.act(&case, &ActCommand { name, photos, ..ActCommand::default() }).map(drop)
}

/// Receipts that refuse one commit of a batch and take the others back to wait.
pub fn refusing(push: &Push, refused: usize, code: Code) -> Keep {
    let receipt = |(number, item): (usize, &yuandian_sync::message::PushItem)| {
        let receipt = Receipt {
            commit: item.commit.id(),
            code: if number == refused { code } else { Code::HeldMissing },
            seq: None,
            epoch: Epoch([7; 8]),
            received_ms: 1_780_000_600_000,
            facts: [("grid".to_owned(), "410102001".to_owned())].into(),
            signer: None,
            signature: None,
            rules: None,
        };
        ByteVec::from(cbor::encode(&receipt.seal(&server::signer())))
    };
    let receipts = push.items.iter().enumerate().map(receipt).collect();
    Keep::Receipts(PushReply {
        version: WIRE_VERSION,
        receipts,
        partitions: vec![],
        private: vec![],
        links: vec![],
    })
}

/// A greeting's answer that takes the grids away and leaves the person's own stream.
pub fn without_grids(kept: &[Keep]) -> Keep {
    let found =
        kept.iter().rev().find_map(|keep| if let Keep::Hello(reply) = keep { Some(reply) } else { None });
    let mut reply = found.expect("a greeting was answered").clone();
    let (gone, left) = reply.streams.into_iter().partition(|offer| offer.stream.0.starts_with("grid:"));
    let gone: Vec<yuandian_sync::message::StreamOffer> = gone;
    reply.streams = left;
    reply.removed = gone
        .into_iter()
        .map(|offer| RemovedStream { stream: offer.stream, reason: "revoked".into() })
        .collect();
    reply.grants.clear();
    Keep::Hello(reply)
}
