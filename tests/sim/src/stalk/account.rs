//! A light account: keys, a chain and cursors, straight at the hub, with no phone around it.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;
use sha2::{Digest, Sha256};
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{
    Act, Captured, Content, DeviceCertificate, DeviceKey, Edit, Envelope, Kind, PhotoEntry, Purpose,
    RenditionRef, SoftwareRoot, actor, cbor,
};
use yuandian_model::{
    BlobHash, CaseId, CommitId, EntryId, GroupId, Incarnation, PartitionId, Reach, Role, UserId,
};
use yuandian_sync::message::{
    CommitNumber, Enroll, Hello, NonceRequest, Pull, PullReply, PushItem, SignedMessage, WIRE_VERSION,
};
use yuandian_sync::{Cursor, StreamId};

/// Documents that an account's device has room for.
const BUDGET: u32 = 10_000;
/// Bytes of a page.
const PAGE_BYTES: u32 = 512 * 1024;
/// Commits that an account remembers, to fetch them.
const SEEN_MAX: usize = 32;
/// When a device's clock stands: nobody learns anything from it.
const WALL_MS: i64 = 7;

/// Whose observations these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Nobody's: those of the people who ask, and who work with nobody.
    Nobody,
    /// Of attackers who live outside the cell.
    Outside,
    /// Of one who lives in it.
    Inside,
    /// Of one who takes a request of the person looked for.
    Taker,
}

/// What a test of the world knows of somebody before they speak.
#[derive(Debug, Clone)]
pub struct Who {
    /// Whose side they are on.
    pub side: Side,
    /// What they may do, and where.
    pub right: (Role, &'static str),
    /// How they want to hear.
    pub reach: Option<Reach>,
}

/// An account with its device.
pub struct Account {
    /// What was known before.
    pub who: Who,
    /// The person, once enrolled.
    pub user: Option<UserId>,
    /// The last token.
    pub token: String,
    /// How far each stream is held.
    pub cursors: BTreeMap<StreamId, Cursor>,
    /// The commits that came last.
    pub seen: Vec<CommitNumber>,
    number: u16,
    key: DeviceKey,
    certificate: DeviceCertificate,
    incarnation: Incarnation,
    chain: (u64, Option<CommitId>),
    made: u64,
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl Account {
    /// An account that nobody knows yet; seed and number fix its keys.
    ///
    /// # Errors
    /// Words, where no key can be made.
    pub fn new(seed: u64, number: u16, who: Who) -> Result<Self, String> {
        let drawn = |what: &str| sha256(format!("stalk {what} {seed} {number}").as_bytes());
        let key = DeviceKey::from_seed(&drawn("key"));
        let root = SoftwareRoot::from_seed(&drawn("root")).map_err(|e| e.to_string())?;
        let certificate = DeviceCertificate::issue(&root, &key).map_err(|e| e.to_string())?;
        let mut life = [0; 16];
        life.copy_from_slice(&drawn("life")[..16]);
        Ok(Self {
            who,
            user: None,
            token: String::new(),
            cursors: BTreeMap::new(),
            seen: Vec::new(),
            number,
            key,
            certificate,
            incarnation: Incarnation(life),
            chain: (0, None),
            made: 0,
        })
    }

    fn signed(&self, purpose: Purpose, message: Vec<u8>) -> SignedMessage {
        let signature = self.key.sign(purpose, &message);
        SignedMessage { message, signature }
    }

    /// ENROLL by an invitation.
    #[must_use]
    pub fn enroll(&self, code: &str) -> SignedMessage {
        let message = cbor::encode(&Enroll {
            version: WIRE_VERSION,
            code: code.to_owned(),
            name: format!("Person {}", self.number),
            certificate: self.certificate.clone(),
            app: "stalk 0".to_owned(),
        });
        self.signed(Purpose::Enroll, message)
    }

    /// NONCE.
    #[must_use]
    pub fn nonce(&self) -> NonceRequest {
        NonceRequest { version: WIRE_VERSION, device: self.certificate.device }
    }

    /// HELLO with a number to sign.
    #[must_use]
    pub fn hello(&self, nonce: [u8; 32]) -> SignedMessage {
        let message = cbor::encode(&Hello {
            version: WIRE_VERSION,
            device: self.certificate.device,
            nonce,
            app: "stalk 0".to_owned(),
            catalogue: 1,
            streams: self.cursors.values().cloned().collect(),
            free_bytes: None,
            budget: BUDGET,
            keys: Vec::new(),
            forget: false,
            reach: self.who.reach,
            apart: None,
        });
        self.signed(Purpose::Hello, message)
    }

    /// PULL of every stream.
    #[must_use]
    pub fn pull(&self) -> Pull {
        Pull {
            version: WIRE_VERSION,
            streams: self.cursors.values().cloned().collect(),
            max_bytes: PAGE_BYTES,
            check: true,
        }
    }

    /// Takes a page in: cursors, and the names of its commits.
    pub fn keep(&mut self, page: &PullReply) {
        for case in &page.cases {
            let number = |seq| CommitNumber { document: case.document, seq };
            self.seen.extend(case.commits.iter().map(|commit| number(commit.seq)));
        }
        let over = self.seen.len().saturating_sub(SEEN_MAX);
        self.seen.drain(..over);
        for cursor in page.cursors.iter().chain(&page.resets) {
            self.cursors.insert(cursor.stream.clone(), cursor.clone());
        }
    }

    fn random(&mut self) -> [u8; 10] {
        self.made += 1;
        let mut random = [0; 10];
        random.copy_from_slice(&sha256(&[&self.incarnation.0[..], &self.made.to_be_bytes()].concat())[..10]);
        random
    }

    /// The name of a new case.
    pub fn new_case(&mut self, at_ms: i64) -> CaseId {
        CaseId::v7(at_ms, self.random())
    }

    /// A commit at the end of the chain.
    fn commit(&mut self, document: CaseId, kind: Kind, body: Vec<u8>) -> PushItem {
        let n = self.chain.0 + 1;
        let command = sha256(&[&self.incarnation.0[..], &n.to_be_bytes(), &body].concat());
        let mut group = [0; 16];
        group.copy_from_slice(&command[..16]);
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document,
            device: self.certificate.device,
            incarnation: self.incarnation,
            branch: 0,
            generation: 0,
            group: GroupId(group),
            n,
            prev: self.chain.1,
            captured: Captured { wall_ms: WALL_MS, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body,
            micro: Vec::new(),
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: self.key.id(),
        };
        let commit = envelope.sign(&self.key);
        self.chain = (n, Some(commit.id()));
        PushItem { commit, micros: Vec::<ByteVec>::new(), adopt: None }
    }

    /// An act in a case.
    pub fn act(&mut self, case: CaseId, act: &Act) -> PushItem {
        self.commit(case, Kind::Act, act.to_bytes())
    }

    /// A description in a case of which this account has nothing, and a photo there: its bytes, and those of its thumb.
    ///
    /// # Errors
    /// Words, where nothing can be written.
    pub fn describe(
        &mut self,
        case: CaseId,
        text: &str,
        photo: Option<[&[u8]; 2]>,
    ) -> Result<PushItem, String> {
        let mut edits = vec![Edit::Describe(text.into())];
        if let Some(sizes) = photo {
            let reference =
                |bytes: &[u8]| RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
            let [original, thumb] = sizes.map(reference);
            let entry = PhotoEntry {
                original,
                mime: "image/jpeg".into(),
                width: 4,
                height: 3,
                micro: None,
                thumb: Some(thumb),
                medium: None,
                at_ms: WALL_MS,
            };
            edits.push(Edit::Photo(EntryId::v7(WALL_MS, self.random()), entry));
        }
        let by = actor(&self.certificate.device, &case, &self.incarnation, 0);
        let mut document = Content::default();
        let heads = document.heads();
        let written = document.write(&heads, &by, &edits, WALL_MS).map_err(|e| e.to_string())?;
        let (_, body) = written.ok_or("nothing was written")?;
        Ok(self.commit(case, Kind::Content, body))
    }
}
