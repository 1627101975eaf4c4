//! HELLO: who asks, what it holds, and what it may hold from now on.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_model::{BlobHash, DeviceId, Epoch, Grant, PartitionId, Reach, UserId};

use super::{AppealAnswer, Cursor, ServerKey, SignedNotice, StreamId, StreamOffer};

/// An order to forget everything: the device or its person was shut out for good. Signed ([`yuandian_document::Purpose::Wipe`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wipe {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The device it is for: of no use to anybody else.
    #[n(1)]
    pub device: DeviceId,
    /// Server's clock, ms since 1970.
    #[n(2)]
    pub issued_ms: i64,
}

/// `POST /v1/nonce`: asks for a number to sign.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NonceRequest {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
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
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
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
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
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
    /// The server's later keys as the device believes them, at most [`crate::limits::SERVER_KEYS_MAX`]: one that was put in force after the
    /// backup of a restored server is known to it by this alone.
    #[n(8)]
    pub keys: Vec<ServerKey>,
    /// The person wants to be forgotten: what is private of them is erased, and the answer is the order to forget everything.
    #[n(9)]
    pub forget: bool,
    /// How the person wants to hear of requests nearby; none where nothing was said.
    #[n(10)]
    pub reach: Option<Reach>,
    /// Whom the person does not want to meet, at most [`yuandian_model::limits::APART_MAX`], rising; none where nothing was said.
    #[n(11)]
    pub apart: Option<Vec<UserId>>,
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
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
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
    /// A signed [`yuandian_evidence::TimeToken`] for the next captures.
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
    /// Of each life that the device named and that is over: how far it still stands. What is not named here stands not at all.
    #[n(21)]
    pub ended: Vec<EndedLife>,
    /// Files that this device named and the server has lost, at most [`crate::limits::LOST_TOLD_MAX`]: it is asked to send them again.
    #[n(22)]
    pub lost: Vec<BlobHash>,
}

/// A life of a partition's log that a restore has ended.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EndedLife {
    /// The partition.
    #[n(0)]
    pub partition: PartitionId,
    /// The life.
    #[n(1)]
    pub epoch: Epoch,
    /// The last of its numbers that the log has kept: all above it mean something else now.
    #[n(2)]
    pub last: u64,
}

/// 32 random bytes of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct NonceBytes(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);
