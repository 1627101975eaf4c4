//! A phone as the server sees one: keys, a chain, and a document per case. Whoever carries its messages is an argument.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{
    Act, Captured, Content, DeviceCertificate, DeviceKey, Edit, Envelope, Kind, PhotoEntry, Place, Purpose,
    RenditionRef, Report, SignedCommit, SoftwareRoot, actor, cbor,
};
use yuandian_model::catalogue::PlacePrecision;
use yuandian_model::{
    BlobHash, CaseId, CommitId, DeviceId, EntryId, GroupId, Incarnation, PartitionId, Reach, UserId, Wgs84,
};
use yuandian_sync::message::*;
use yuandian_sync::{Cursor, StreamId};

pub const GRID: &str = "410102001";

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[derive(Clone)]
pub struct Phone {
    pub number: u8,
    pub certificate: DeviceCertificate,
    pub incarnation: Incarnation,
    pub user: Option<UserId>,
    pub token: String,
    pub cursors: BTreeMap<String, Cursor>,
    /// The server's later keys as it believes them.
    pub keys: Vec<ServerKey>,
    pub chain: (u64, Option<CommitId>),
    pub documents: BTreeMap<CaseId, Content>,
    pub budget: u32,
    /// What its wall clock says; 7 unless told.
    pub captured: Option<i64>,
    pub made: u64,
    /// Whether its greetings ask to be forgotten.
    pub forget: bool,
    /// How its person wants to hear of requests.
    pub reach: Option<Reach>,
    pub apart: Option<Vec<UserId>>,
}

impl Phone {
    pub fn new(number: u8) -> Self {
        let root = SoftwareRoot::from_seed(&[number + 1; 32]).unwrap();
        let certificate = DeviceCertificate::issue(&root, &device_key(number)).unwrap();
        Self {
            number,
            certificate,
            incarnation: Incarnation([number; 16]),
            user: None,
            token: String::new(),
            cursors: BTreeMap::new(),
            keys: vec![],
            forget: false,
            reach: None,
            apart: None,
            chain: (0, None),
            documents: BTreeMap::new(),
            budget: 10_000,
            captured: None,
            made: 0,
        }
    }

    pub fn device(&self) -> DeviceId {
        self.certificate.device
    }

    pub fn key(&self) -> DeviceKey {
        device_key(self.number)
    }

    pub fn signed(&self, purpose: Purpose, message: Vec<u8>) -> SignedMessage {
        let signature = self.key().sign(purpose, &message);
        SignedMessage { message, signature }
    }

    pub fn enroll(&self, code: &str, name: &str) -> SignedMessage {
        let message = cbor::encode(&Enroll {
            version: WIRE_VERSION,
            code: code.to_owned(),
            name: name.to_owned(),
            certificate: self.certificate.clone(),
            app: "test 0".to_owned(),
        });
        self.signed(Purpose::Enroll, message)
    }

    pub fn hello(&self, nonce: [u8; 32]) -> SignedMessage {
        let message = cbor::encode(&Hello {
            version: WIRE_VERSION,
            device: self.device(),
            nonce,
            app: "test 0".to_owned(),
            catalogue: 1,
            streams: self.cursors.values().cloned().collect(),
            free_bytes: None,
            budget: self.budget,
            keys: self.keys.clone(),
            forget: self.forget,
            reach: self.reach,
            apart: self.apart.clone(),
        });
        self.signed(Purpose::Hello, message)
    }

    pub fn nonce(&self) -> NonceRequest {
        NonceRequest { version: WIRE_VERSION, device: self.device() }
    }

    pub fn new_case(&mut self) -> CaseId {
        self.made += 1;
        let mut random = [self.number; 10];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        CaseId::v7(1_700_000_000_000, random)
    }

    /// An envelope at the end of the chain, not signed yet; a command of its own.
    pub fn envelope(&self, document: CaseId, kind: Kind, body: Vec<u8>) -> Envelope {
        let command = sha256(&[&self.incarnation.0[..], &self.chain.0.to_be_bytes(), &body].concat());
        let group = GroupId(command[..16].try_into().unwrap());
        Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document,
            device: self.device(),
            incarnation: self.incarnation,
            branch: 0,
            generation: 0,
            group,
            n: self.chain.0 + 1,
            prev: self.chain.1,
            captured: Captured {
                wall_ms: self.captured.unwrap_or(7),
                seen_ms: None,
                since_ms: None,
                epoch: None,
                seq: None,
            },
            schema: 1,
            body,
            micro: vec![],
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: self.key().id(),
        }
    }

    /// Signs and moves the chain on.
    pub fn chained(&mut self, envelope: &Envelope) -> SignedCommit {
        let commit = envelope.sign(&self.key());
        self.chain = (envelope.n, Some(commit.id()));
        commit
    }

    pub fn act(&mut self, case: CaseId, act: &Act) -> PushItem {
        let envelope = self.envelope(case, Kind::Act, act.to_bytes());
        PushItem { commit: self.chained(&envelope), micros: vec![], adopt: None }
    }

    pub fn named(&mut self, case: CaseId, name: &str) -> PushItem {
        self.act(case, &Act::named(name, None))
    }

    pub fn report(&mut self, case: CaseId, service: &str) -> PushItem {
        self.report_in(case, service, GRID)
    }

    pub fn report_in(&mut self, case: CaseId, service: &str, grid: &str) -> PushItem {
        let position = Wgs84::new(113.613_25, 34.752_1).unwrap();
        let known = yuandian_model::Catalogue::embedded();
        let coarse = known.service(service).is_some_and(|(service, _)| service.place == PlacePrecision::Cell);
        let place = if coarse {
            Place::Cell(yuandian_model::Cell500::of(position))
        } else {
            Place::exact(position, Some(12))
        };
        let report = Report { service: service.into(), grid: grid.parse().unwrap(), place: Some(place) };
        self.act(case, &Act::report(report))
    }

    /// Writes into the own copy of the document and gives the commit.
    pub fn write(&mut self, case: CaseId, edits: &[Edit], micros: &[Vec<u8>]) -> PushItem {
        let by = actor(&self.device(), &case, &self.incarnation, 0);
        let document = self.documents.entry(case).or_default();
        let heads = document.heads();
        let (_, body) = document.write(&heads, &by, edits, 7_000).unwrap().unwrap();
        let mut envelope = self.envelope(case, Kind::Content, body);
        envelope.micro = micros.iter().map(|m| BlobHash(sha256(m))).collect();
        let commit = self.chained(&envelope);
        PushItem { commit, micros: micros.iter().map(|m| m.clone().into()).collect(), adopt: None }
    }

    pub fn describe(&mut self, case: CaseId, text: &str) -> PushItem {
        self.write(case, &[Edit::Describe(text.into())], &[])
    }

    /// A photo whose original is these bytes, with a micro picture.
    pub fn photo(&mut self, case: CaseId, original: &[u8]) -> PushItem {
        let micro = vec![self.number; 100];
        let entry = photo_entry(original, Some(&micro));
        self.made += 1;
        let mut random = [self.number; 10];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        self.write(case, &[Edit::Photo(EntryId::v7(1, random), entry)], &[micro])
    }

    /// Takes a page in: documents and cursors.
    pub fn keep(&mut self, page: &PullReply) {
        for case in &page.cases {
            let document = self.documents.entry(case.document).or_default();
            for commit in case.commits.iter().filter(|c| c.kind == Kind::Content) {
                let by = actor(&commit.device, &case.document, &commit.incarnation, commit.branch);
                match document.admit(&commit.body, &by) {
                    Ok(_) => {}
                    Err(refusal) => assert_eq!(refusal.code().as_str(), "dup", "{refusal}"),
                }
            }
        }
        for cursor in &page.cursors {
            self.cursors.insert(key(&cursor.stream, cursor.partition), cursor.clone());
        }
    }

    pub fn pull(&self) -> Pull {
        Pull {
            version: WIRE_VERSION,
            streams: self.cursors.values().cloned().collect(),
            max_bytes: 512 * 1024,
            check: false,
        }
    }
}

pub fn photo_entry(original: &[u8], micro: Option<&Vec<u8>>) -> PhotoEntry {
    let reference = |bytes: &[u8]| RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    PhotoEntry {
        original: reference(original),
        mime: "image/jpeg".into(),
        width: 4,
        height: 3,
        micro: micro.map(|m| reference(m)),
        thumb: None,
        medium: None,
        at_ms: 7,
    }
}

/// Under which a cursor is kept: the stream's name, in front of it the partition where there are many.
pub fn key(stream: &StreamId, partition: PartitionId) -> String {
    match partition {
        PartitionId::ONLY => stream.0.clone(),
        PartitionId(number) => format!("{number}/{stream}"),
    }
}

fn device_key(number: u8) -> DeviceKey {
    DeviceKey::from_seed(&[number; 32])
}
