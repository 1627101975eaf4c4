//! Messages between a phone and the hub. Maps with integer keys; a known message is never extended in place, a new one gets a new version.
//!
//! Members named *reserved* are empty in this version and hold their numbers for what comes next. Who says what when:
//!
//! 1. HELLO (a signed number) gives token, rights, offered streams, keys.
//! 2. PUSH; each commit has one stored, signed receipt for ever.
//! 3. PULL by cursor: lines first where much is new (`outstanding`), whole cases otherwise; then [`Docs`] for the outstanding ones.
//! 4. A cursor that says nothing (`resets`) or a check that differs leads to [`Manifest`], and from there to [`Docs`].

use std::collections::BTreeMap;
use std::fmt;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_document::keys::{
    DeviceCertificate, DeviceKey, KeyError, KeyId, Purpose, Signature, verify_with,
};
use yuandian_document::{Kind, Place, SignedCommit, cbor};
use yuandian_model::{
    BlobHash, CaseId, Code, CommitId, DeviceId, DivisionCode, Epoch, Grant, GroupId, Incarnation,
    PartitionId, UserId,
};

/// Version of every message here.
pub const WIRE_VERSION: u8 = 0;

/// What a principal may hold: `grid:CODE`, `pub:CODE`, `user:ID`, whole cases; `sum:CODE`, `follow:ID`, public summaries only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct StreamId(#[n(0)] pub String);

impl StreamId {
    /// Everything in a grid, for those who work it.
    #[must_use]
    pub fn grid(code: &DivisionCode) -> Self {
        Self(format!("grid:{code}"))
    }
    /// What neighbours of a division may see: open requests for help.
    #[must_use]
    pub fn public(code: &DivisionCode) -> Self {
        Self(format!("pub:{code}"))
    }
    /// A person's own cases and claims.
    #[must_use]
    pub fn user(user: &UserId) -> Self {
        Self(format!("user:{user}"))
    }
    /// Public summaries of a division's public cases: for everybody who lives there.
    #[must_use]
    pub fn summary(code: &DivisionCode) -> Self {
        Self(format!("sum:{code}"))
    }
    /// Public summaries of the cases that a person follows.
    #[must_use]
    pub fn followed(user: &UserId) -> Self {
        Self(format!("follow:{user}"))
    }
    /// Whether the stream brings summaries only: no document, no commit, no person is ever sent in it.
    #[must_use]
    pub fn is_summary(&self) -> bool {
        self.0.starts_with("sum:") || self.0.starts_with("follow:")
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a device has applied a stream in one epoch of its partition: everything with a sequence number up to `cursor`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// The epoch the cursor counts in; none before the first page.
    #[n(1)]
    pub epoch: Option<Epoch>,
    /// The last number applied.
    #[n(2)]
    pub cursor: u64,
    /// The partition whose numbers it counts.
    #[n(3)]
    pub partition: PartitionId,
    /// Whether the device holds list lines alone of it: over its budget, a stream is not held whole.
    #[n(4)]
    pub lines_only: bool,
}

impl Cursor {
    /// A whole stream of the only partition.
    #[must_use]
    pub fn new(stream: StreamId, epoch: Option<Epoch>, cursor: u64) -> Self {
        Self { stream, epoch, cursor, partition: PartitionId::ONLY, lines_only: false }
    }
}

/// A stream that a device may hold, with its size before anything of it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StreamOffer {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// In which partition.
    #[n(1)]
    pub partition: PartitionId,
    /// Cases present in it.
    #[n(2)]
    pub count: u64,
    /// Whether the device's budget leaves room for list lines only.
    #[n(3)]
    pub lines_only: bool,
}

/// A key that the server signs receipts and notices with. The first set is believed at enrolment; a later key is endorsed by an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ServerKey {
    /// Ed25519 public key.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub public: [u8; 32],
    /// Since when it signs, server's clock, ms since 1970.
    #[n(1)]
    pub since_ms: i64,
    /// The earlier key that vouches for it; none for the first.
    #[n(2)]
    pub endorser: Option<KeyId>,
    /// That key's word ([`yuandian_document::Purpose::ServerKey`]) over the public bytes.
    #[n(3)]
    pub endorsement: Option<Signature>,
}

/// An order to forget everything: the device or its person was shut out for good. Signed ([`yuandian_document::Purpose::Wipe`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wipe {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The device it is for: of no use to anybody else.
    #[n(1)]
    pub device: DeviceId,
    /// Server's clock, ms since 1970.
    #[n(2)]
    pub issued_ms: i64,
}

/// A message of the server with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedNotice {
    /// Canonical bytes of the message.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub message: Vec<u8>,
    /// By which key of the set.
    #[n(1)]
    pub signer: KeyId,
    /// Over the bytes.
    #[n(2)]
    pub signature: Signature,
}

/// A message whose bytes are signed by the device's software key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedMessage {
    /// Canonical bytes of the message.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub message: Vec<u8>,
    /// Over them.
    #[n(1)]
    pub signature: Signature,
}

/// `POST /v1/enroll`, signed ([`yuandian_document::Purpose::Enroll`]): a single-use invitation becomes a device's right.
/// The same device with the same code gets the same answer again, so a lost reply is no lost invitation.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enroll {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The invitation.
    #[n(1)]
    pub code: String,
    /// The person's display name.
    #[n(2)]
    pub name: String,
    /// The device's keys.
    #[n(3)]
    pub certificate: DeviceCertificate,
    /// Name and version of the app.
    #[n(4)]
    pub app: String,
}

/// Who the device now speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolled {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The person.
    #[n(1)]
    pub user: UserId,
    /// The person's display name.
    #[n(2)]
    pub name: String,
    /// The person's rights.
    #[n(3)]
    pub grants: Vec<Grant>,
    /// Server's clock, ms since 1970.
    #[n(4)]
    pub server_ms: i64,
}

/// `POST /v1/nonce`: asks for a number to sign.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NonceRequest {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// Who asks.
    #[n(1)]
    pub device: DeviceId,
}

/// A number that is good for one HELLO within a minute.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Nonce {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The number.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// Server's clock, ms since 1970.
    #[n(2)]
    pub server_ms: i64,
}

/// `POST /v1/hello`, signed ([`yuandian_document::Purpose::Hello`]): who I am, what I hold.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// The server's number.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// Name and version of the app.
    #[n(3)]
    pub app: String,
    /// Catalogue version held.
    #[n(4)]
    pub catalogue: u32,
    /// Streams held.
    #[n(5)]
    pub streams: Vec<Cursor>,
    /// Free space on the phone, bytes.
    #[n(6)]
    pub free_bytes: Option<u64>,
    /// Documents that the device is willing to hold.
    #[n(7)]
    pub budget: u32,
}

/// Where a partition stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PartitionHead {
    /// The partition.
    #[n(0)]
    pub partition: PartitionId,
    /// The life of its log.
    #[n(1)]
    pub epoch: Epoch,
    /// Its last sequence number.
    #[n(2)]
    pub head: u64,
    /// The last number inside a verified backup of this epoch: what a device authored up to here need not be offered again.
    #[n(3)]
    pub safe_seq: Option<u64>,
}

/// A stream the device no longer may hold.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RemovedStream {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// Why: `no_right`, `revoked`.
    #[n(1)]
    pub reason: String,
}

/// The answer to HELLO: the only place where streams change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HelloReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// Opaque bearer token.
    #[n(1)]
    pub token: String,
    /// When the token ends, server's clock, ms since 1970.
    #[n(2)]
    pub token_until_ms: i64,
    /// Server's clock, ms since 1970.
    #[n(3)]
    pub server_ms: i64,
    /// The person.
    #[n(4)]
    pub user: UserId,
    /// The person's display name.
    #[n(5)]
    pub name: String,
    /// The person's rights.
    #[n(6)]
    pub grants: Vec<Grant>,
    /// Every stream the device is to hold from now on, with its size.
    #[n(7)]
    pub streams: Vec<StreamOffer>,
    /// Streams it named and may no longer hold.
    #[n(8)]
    pub removed: Vec<RemovedStream>,
    /// The partitions behind them.
    #[n(9)]
    pub partitions: Vec<PartitionHead>,
    /// Reserved: a signed time token.
    #[n(10)]
    pub time_token: Option<ByteVec>,
    /// Reserved: a signed offline lease.
    #[n(11)]
    pub lease: Option<ByteVec>,
    /// Catalogue version in force.
    #[n(12)]
    pub catalogue: u32,
    /// Reserved: the oldest app that is still served.
    #[n(13)]
    pub min_client: Option<String>,
    /// Reserved: blobs up to here are in a verified backup.
    #[n(14)]
    pub blob_safe_seq: Option<u64>,
    /// The server's keys, the one in force first.
    #[n(15)]
    pub keys: Vec<ServerKey>,
    /// Words from the operator.
    #[n(16)]
    pub notices: Vec<String>,
    /// An order to forget everything ([`Wipe`]); then no stream is offered.
    #[n(17)]
    pub wipe: Option<SignedNotice>,
    /// A number for the next HELLO, good for a day: a greeting then costs one request.
    #[n(18)]
    pub next_nonce: Option<NonceBytes>,
    /// Answers to this device's appeals that it has not been told.
    #[n(19)]
    pub appeals: Vec<AppealAnswer>,
    /// Digits of a division code that name its partition: the whole deployment is [`PartitionId::ONLY`] where there are none.
    #[n(20)]
    pub partition_digits: Option<u8>,
}

/// 32 random bytes of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct NonceBytes(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

/// One commit and the micro pictures its envelope names.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PushItem {
    /// The commit.
    #[n(0)]
    pub commit: SignedCommit,
    /// The pictures, in the envelope's order.
    #[n(1)]
    pub micros: Vec<ByteVec>,
    /// The signed [`Receipt`] of an earlier epoch: the commit was taken before the server was restored, and is offered again.
    #[n(2)]
    pub adopt: Option<ByteVec>,
}

/// A private answer on its way to the server: single-writer, outside every document, read only by right.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PrivateRecord {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The form's key, or `position`.
    #[n(1)]
    pub key: String,
    /// The answer; empty takes it back.
    #[n(2)]
    pub value: String,
    /// Rises with every change by its writer: an older one never replaces a newer.
    #[n(3)]
    pub version: u64,
}

/// The outcome of one [`PrivateRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PrivateReceipt {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The key.
    #[n(1)]
    pub key: String,
    /// The version answered.
    #[n(2)]
    pub version: u64,
    /// `ok`, `dup`, or a refusal.
    #[n(3)]
    pub code: Code,
}

/// `POST /v1/push`: at most [`crate::limits::PUSH_COMMITS_MAX`] commits, in order; one bad item stops no other.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Push {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The commits.
    #[n(1)]
    pub items: Vec<PushItem>,
    /// Private answers, at most [`crate::limits::PRIVATE_RECORDS_MAX`]; judged after the commits.
    #[n(2)]
    pub private: Vec<PrivateRecord>,
}

/// The server's stored, final answer to one commit; the same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The commit.
    #[n(0)]
    pub commit: CommitId,
    /// Its outcome.
    #[n(1)]
    pub code: Code,
    /// Its number, where it was taken or changed the case.
    #[n(2)]
    pub seq: Option<u64>,
    /// The epoch the number counts in.
    #[n(3)]
    pub epoch: Epoch,
    /// When it arrived, server's clock, ms since 1970.
    #[n(4)]
    pub received_ms: i64,
    /// Facts of the outcome: `first`, `position`, `stage` …; of a judged act `act_seq`, the number of acts after it.
    #[n(5)]
    pub facts: BTreeMap<String, String>,
    /// Which key of the server signed; none on answers that are not stored.
    #[n(6)]
    pub signer: Option<KeyId>,
    /// Its signature ([`yuandian_document::Purpose::Receipt`]) over this receipt without it.
    #[n(7)]
    pub signature: Option<Signature>,
}

impl Receipt {
    /// What is signed.
    fn unsigned(&self) -> Vec<u8> {
        cbor::encode(&Self { signature: None, ..self.clone() })
    }

    /// Signs it.
    #[must_use]
    pub fn seal(mut self, key: &DeviceKey) -> Self {
        self.signer = Some(key.id());
        self.signature = Some(key.sign(Purpose::Receipt, &self.unsigned()));
        self
    }

    /// Whether one of these keys signed it.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[ServerKey]) -> bool {
        let (Some(signer), Some(signature)) = (self.signer, self.signature) else {
            return false;
        };
        let key = keys.iter().find(|key| key.id() == signer);
        key.is_some_and(|key| key.verify(Purpose::Receipt, &self.unsigned(), &signature).is_ok())
    }
}

impl ServerKey {
    /// Its name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.public)
    }

    /// Checks a signature of the server.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
        verify_with(&self.public, purpose, message, signature)
    }

    /// Whether an earlier key of this set vouches for it.
    #[must_use]
    pub fn is_endorsed_by(&self, known: &[ServerKey]) -> bool {
        let (Some(endorser), Some(endorsement)) = (self.endorser, self.endorsement) else {
            return false;
        };
        let endorser = known.iter().find(|key| key.id() == endorser);
        endorser.is_some_and(|key| key.verify(Purpose::ServerKey, &self.public, &endorsement).is_ok())
    }
}

/// One receipt for each item, in order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PushReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The receipts, as stored: each one canonical [`Receipt`] bytes.
    #[n(1)]
    pub receipts: Vec<ByteVec>,
    /// Where the partitions stand after it.
    #[n(2)]
    pub partitions: Vec<PartitionHead>,
    /// One for each private answer, in order.
    #[n(3)]
    pub private: Vec<PrivateReceipt>,
}

/// `POST /v1/pull`: what is new in these streams.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pull {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// Streams and how far each is applied.
    #[n(1)]
    pub streams: Vec<Cursor>,
    /// Bytes the page should not exceed.
    #[n(2)]
    pub max_bytes: u32,
    /// Whether a [`StreamCheck`] of every stream that the page completes is wanted, moved or not.
    #[n(3)]
    pub check: bool,
}

/// A commit of somebody, without the author's signature: the server vouches, and the whole envelope can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PulledCommit {
    /// Its id.
    #[n(0)]
    pub id: CommitId,
    /// Its number.
    #[n(1)]
    pub seq: u64,
    /// What the body is.
    #[n(2)]
    pub kind: Kind,
    /// With document, incarnation and branch: the actor that the gate binds.
    #[n(3)]
    pub device: DeviceId,
    /// The life of the author's database.
    #[n(4)]
    pub incarnation: Incarnation,
    /// The branch.
    #[n(5)]
    pub branch: u32,
    /// The document's generation.
    #[n(6)]
    pub generation: u32,
    /// What one command wrote shares this.
    #[n(7)]
    pub group: GroupId,
    /// The author.
    #[n(8)]
    pub user: UserId,
    /// The author's display name.
    #[n(9)]
    pub name: String,
    /// Author's wall clock, ms since 1970.
    #[n(10)]
    pub wall_ms: i64,
    /// Server's clock at arrival, ms since 1970.
    #[n(11)]
    pub received_ms: i64,
    /// Its outcome: taken, or `r_taken` for a claim that waits.
    #[n(12)]
    pub code: Code,
    /// Facts of the outcome.
    #[n(13)]
    pub facts: BTreeMap<String, String>,
    /// A change chunk or an act; empty for content that the case's snapshot holds.
    #[cbor(n(14), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Micro pictures it brought.
    #[n(15)]
    pub micros: Vec<ByteVec>,
    /// For content that the snapshot holds: the hash of its change there.
    #[n(16)]
    pub change: Option<ChangeName>,
}

/// Hash of an Automerge change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct ChangeName(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Person {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// Display name.
    #[n(1)]
    pub name: String,
}

/// What is decided about a case, as the receiver may see it. Never recomputed on phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct CaseFacts {
    /// Service id.
    #[n(0)]
    pub service: String,
    /// Catalogue version it was opened under.
    #[n(1)]
    pub catalogue: u32,
    /// Where it lies.
    #[n(2)]
    pub grid: DivisionCode,
    /// Where exactly, as far as it is shared.
    #[n(3)]
    pub place: Option<Place>,
    /// Who opened it.
    #[n(4)]
    pub author: Person,
    /// Its stage.
    #[n(5)]
    pub stage: String,
    /// Number of accepted acts.
    #[n(6)]
    pub act_seq: u64,
    /// Who holds it.
    #[n(7)]
    pub holders: Vec<Person>,
    /// How many wait for it.
    #[n(8)]
    pub waiting: u32,
    /// The receiver's own place in line, 1 being next.
    #[n(9)]
    pub my_position: Option<u32>,
    /// When it was opened, server's clock, ms since 1970.
    #[n(10)]
    pub opened_ms: i64,
    /// First words of its description, at most [`crate::limits::TITLE_CHARS_MAX`]: for a list before the document is there.
    #[n(11)]
    pub title: String,
    /// Number of its photos.
    #[n(12)]
    pub photos: u32,
    /// When it last moved, server's clock, ms since 1970.
    #[n(13)]
    pub touched_ms: i64,
    /// How many follow it.
    #[n(14)]
    pub followers: u32,
    /// Whether the receiver follows it.
    #[n(15)]
    pub followed: bool,
}

/// A blob of a case that the server holds whole.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredBlob {
    /// SHA-256 of its bytes.
    #[n(0)]
    pub hash: BlobHash,
}

/// What is new about one case.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PulledCase {
    /// In which stream.
    #[n(0)]
    pub stream: StreamId,
    /// The case.
    #[n(1)]
    pub document: CaseId,
    /// Its latest number in the stream.
    #[n(2)]
    pub seq: u64,
    /// Why it is gone from the stream; none while it is present.
    #[n(3)]
    pub gone: Option<String>,
    /// Commits with a number above the one since which the device holds the case, rising.
    #[n(4)]
    pub commits: Vec<PulledCommit>,
    /// What is decided. None where it is gone.
    #[n(5)]
    pub facts: Option<CaseFacts>,
    /// Every blob of the case that is stored whole.
    #[n(6)]
    pub stored: Vec<StoredBlob>,
    /// The document as one snapshot instead of changes, where that is smaller. Only ever for a device that has nothing of it.
    #[n(7)]
    pub snapshot: Option<ByteVec>,
    /// Whether only the line is sent now: the device asks for the document with [`Docs`].
    #[n(8)]
    pub outstanding: bool,
    /// What the document's heads are with everything up to `seq` in it ([`crate::check::heads_name`]); none for a line or a summary.
    #[n(9)]
    pub heads: Option<HeadsName>,
    /// Every private answer of the case that the receiver may read now: they replace what it holds. None of a line or a summary.
    #[n(10)]
    pub private: Option<Vec<PrivateField>>,
}

/// First 16 bytes of SHA-256 over a document's heads in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct HeadsName(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// A private answer that the receiver may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct PrivateField {
    /// The form's key, or `position`.
    #[n(0)]
    pub key: String,
    /// The answer.
    #[n(1)]
    pub value: String,
    /// Its writer's version of it.
    #[n(2)]
    pub version: u64,
}

/// Count and sum of a stream, for comparison with what a device holds ([`crate::check::StreamSum`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StreamCheck {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// In which partition.
    #[n(1)]
    pub partition: PartitionId,
    /// Cases present.
    #[n(2)]
    pub count: u64,
    /// XOR of [`crate::check::entry_sum`] over them.
    #[n(3)]
    pub xor: u64,
}

/// What HELLO says once and a page may say again when it has changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Renewed {
    /// A signed time token.
    #[n(0)]
    pub time_token: Option<ByteVec>,
    /// A signed offline lease.
    #[n(1)]
    pub lease: Option<ByteVec>,
    /// Catalogue version in force.
    #[n(2)]
    pub catalogue: Option<u32>,
    /// The oldest app that is still served.
    #[n(3)]
    pub min_client: Option<String>,
    /// The last number inside a verified backup of the only partition.
    #[n(4)]
    pub safe_seq: Option<u64>,
    /// Blobs up to here are in a verified backup.
    #[n(5)]
    pub blob_safe_seq: Option<u64>,
}

/// One page. Applied in one transaction with its cursors, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PullReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// What is new.
    #[n(1)]
    pub cases: Vec<PulledCase>,
    /// Where each asked stream stands after this page, of those that moved.
    #[n(2)]
    pub cursors: Vec<Cursor>,
    /// Whether there is more.
    #[n(3)]
    pub more: bool,
    /// Server's clock, ms since 1970.
    #[n(4)]
    pub server_ms: i64,
    /// Count and sum of streams that this page completes.
    #[n(5)]
    pub checks: Vec<StreamCheck>,
    /// Words from the operator.
    #[n(6)]
    pub notices: Vec<String>,
    /// What HELLO said, where it has changed.
    #[n(7)]
    pub renewed: Renewed,
    /// Asked streams whose cursor says nothing here (another epoch, from the future, older than what is remembered of cases gone): the device
    /// compares with [`Manifest`] instead of beginning anew.
    #[n(8)]
    pub resets: Vec<Cursor>,
    /// The device's rights have changed since its token was given: greet again.
    #[n(9)]
    pub greet: bool,
}

/// `POST /v1/manifest`: what is in a stream, for a device that cannot go on from its cursor. A repair, never a wipe.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The stream.
    #[n(1)]
    pub stream: StreamId,
    /// In which partition.
    #[n(2)]
    pub partition: PartitionId,
    /// Entries after this case; the first page without.
    #[n(3)]
    pub after: Option<CaseId>,
}

/// One case of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ManifestEntry {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// Its latest number in the stream.
    #[n(1)]
    pub seq: u64,
}

/// A page of a manifest, rising by case. The device keeps the `seq` of the first page as its cursor: what moved meanwhile is pulled again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ManifestReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The stream.
    #[n(1)]
    pub stream: StreamId,
    /// In which partition.
    #[n(2)]
    pub partition: PartitionId,
    /// The life of its log.
    #[n(3)]
    pub epoch: Epoch,
    /// Its head when the page was read.
    #[n(4)]
    pub seq: u64,
    /// The cases present.
    #[n(5)]
    pub entries: Vec<ManifestEntry>,
    /// Whether there are more.
    #[n(6)]
    pub more: bool,
}

/// `POST /v1/docs`: documents whose lines the device has, in the order wanted; after a first sync, a manifest, a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Docs {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// At most [`crate::limits::DOCS_MAX`].
    #[n(1)]
    pub wanted: Vec<Wanted>,
    /// Bytes the reply should not exceed; a single larger case goes alone.
    #[n(2)]
    pub max_bytes: u32,
}

/// A document that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wanted {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The last number of it that the device has in this epoch; 0 asks for all of it.
    #[n(1)]
    pub since: u64,
}

/// Documents in the order wanted, as many as fit; the device asks again for the rest. One that it may not hold comes back gone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocsReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The epoch the numbers count in.
    #[n(1)]
    pub epoch: Epoch,
    /// The cases.
    #[n(2)]
    pub cases: Vec<PulledCase>,
}

/// `POST /v1/appeals`: a refused commit is shown to a person. Never refused for authority.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Appeal {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The commit as it was sent.
    #[n(1)]
    pub commit: SignedCommit,
    /// Its micro pictures.
    #[n(2)]
    pub micros: Vec<ByteVec>,
    /// Why, in the person's words, at most [`crate::limits::APPEAL_CHARS_MAX`] characters.
    #[n(3)]
    pub reason: String,
}

/// The appeal is kept.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AppealReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// Its number for asking about it. The same appeal again has the same.
    #[n(1)]
    pub ticket: u64,
}

/// What an operator answered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AppealAnswer {
    /// The commit it was about.
    #[n(0)]
    pub commit: CommitId,
    /// Whether it was taken in the end.
    #[n(1)]
    pub granted: bool,
    /// In words.
    #[n(2)]
    pub words: String,
}

/// `POST /v1/commits`: whole envelopes with their signatures, on demand.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fetch {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// Which.
    #[n(1)]
    pub commits: Vec<CommitId>,
}

/// The envelopes asked for that the device may see; others are left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FetchReply {
    /// [`WIRE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The commits.
    #[n(1)]
    pub commits: Vec<SignedCommit>,
    /// Certificates of the devices that signed them.
    #[n(2)]
    pub certificates: Vec<DeviceCertificate>,
}
