//! Messages between a phone and the hub. Maps with integer keys; a known message is never extended in place, a new one gets a new version.
//!
//! Members named *reserved* are empty in this version and hold their numbers for what comes next.

use std::collections::BTreeMap;
use std::fmt;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_document::keys::{DeviceCertificate, Signature};
use yuandian_document::{Kind, Place, SignedCommit};
use yuandian_model::{
    BlobHash, CaseId, Code, CommitId, DeviceId, DivisionCode, Epoch, Grant, GroupId, Incarnation,
    PartitionId, UserId,
};

/// Version of every message here.
pub const WIRE_VERSION: u8 = 0;

/// What a principal may hold: `grid:CODE`, `pub:CODE`, `user:ID`.
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
    /// Reserved: the last number inside a verified backup.
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
    /// Why.
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
    /// Every stream the device is to hold from now on.
    #[n(7)]
    pub streams: Vec<StreamId>,
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
    /// Reserved: private records by right.
    #[n(15)]
    pub private: Option<ByteVec>,
    /// Reserved: words from the operator.
    #[n(16)]
    pub notices: Vec<String>,
}

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
    /// Facts of the outcome: `first`, `position`, `stage` …
    #[n(5)]
    pub facts: BTreeMap<String, String>,
    /// Reserved: the server's signature.
    #[n(6)]
    pub signature: Option<Signature>,
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
    /// A change chunk or an act.
    #[cbor(n(14), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Micro pictures it brought.
    #[n(15)]
    pub micros: Vec<ByteVec>,
}

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
    /// Reserved: the document as one snapshot instead of changes.
    #[n(7)]
    pub snapshot: Option<ByteVec>,
}

/// What HELLO says once and a page may say again when it has changed meanwhile. All reserved in this version.
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
    /// The last number inside a verified backup.
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
    /// Where each asked stream stands after this page.
    #[n(2)]
    pub cursors: Vec<Cursor>,
    /// Whether there is more.
    #[n(3)]
    pub more: bool,
    /// Server's clock, ms since 1970.
    #[n(4)]
    pub server_ms: i64,
    /// Reserved: private records by right.
    #[n(5)]
    pub private: Option<ByteVec>,
    /// Reserved: words from the operator.
    #[n(6)]
    pub notices: Vec<String>,
    /// Reserved: what HELLO said, where it has changed.
    #[n(7)]
    pub renewed: Renewed,
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
