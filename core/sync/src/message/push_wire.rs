//! How a PUSH travels: of each commit only what the server cannot work out itself. It builds the canonical envelope again and checks the
//! signature over that, so nothing is believed that was not believed before.
//!
//! Left out are the place in the chain of what follows its predecessor in the same body, the hashes of pictures that travel beside, a change's
//! actor and checksum, and the time inside a group's name. What can be left out must be: one PUSH has one encoding.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use yuandian_document::envelope::Algorithm;
use yuandian_document::gate::{restore, shorten};
use yuandian_document::limits::{COMMIT_BYTES_MAX, MICROS_PER_COMMIT_MAX};
use yuandian_document::{Captured, Envelope, Kind, SignedCommit, cbor, keys};
use yuandian_model::{BlobHash, CaseId, CommitId, DeviceId, Epoch, GroupId, Incarnation, PartitionId};

use super::{LinkOffer, PrivateRecord, Push, PushItem};

/// Bytes of a group's name that say when it was made.
const GROUP_TIME_BYTES: usize = 6;

#[derive(Encode, Decode)]
#[cbor(map)]
struct PushWire {
    #[n(0)]
    version: u8,
    #[n(1)]
    items: Vec<ItemWire>,
    #[n(2)]
    private: Vec<PrivateRecord>,
    #[n(3)]
    links: Vec<LinkOffer>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ItemWire {
    #[n(0)]
    envelope: EnvelopeWire,
    #[n(1)]
    signature: keys::Signature,
    #[n(2)]
    micros: Vec<ByteVec>,
    #[n(3)]
    adopt: Option<ByteVec>,
}

#[derive(Encode, Decode)]
enum EnvelopeWire {
    /// Bytes that are no canonical envelope: their sender is told so, in its receipt.
    #[n(0)]
    Whole(#[n(0)] ByteVec),
    #[n(1)]
    Short(#[n(0)] Box<ShortEnvelope>),
}

/// An [`Envelope`]. What is alike in many commits comes first and stands together, so that it compresses to next to nothing.
#[derive(Encode, Decode)]
#[cbor(map)]
struct ShortEnvelope {
    #[n(0)]
    version: u8,
    #[n(1)]
    kind: Kind,
    #[n(2)]
    partition: PartitionId,
    #[n(3)]
    device: DeviceId,
    #[n(4)]
    incarnation: Incarnation,
    #[n(5)]
    signer: keys::KeyId,
    #[n(6)]
    alg: Algorithm,
    #[n(7)]
    schema: u32,
    #[n(8)]
    generation: u32,
    #[n(9)]
    branch: u32,
    #[n(10)]
    seen_ms: Option<i64>,
    #[n(11)]
    epoch: Option<Epoch>,
    #[n(12)]
    seq: Option<u64>,
    /// Wall clock, ms since 1970; after `seen_ms` and `since_ms`, where both are there.
    #[n(13)]
    wall_ms: i64,
    #[n(14)]
    since_ms: Option<u64>,
    /// With `prev`: both absent for what follows the commit before it in this body by the same device and incarnation.
    #[n(15)]
    n: Option<u64>,
    #[n(16)]
    prev: Option<CommitId>,
    #[n(17)]
    document: CaseId,
    /// Without the time, where that is the wall clock's.
    #[n(18)]
    group: ByteVec,
    /// Absent where they are the hashes of the pictures beside it.
    #[n(19)]
    micro: Option<Vec<BlobHash>>,
    #[n(20)]
    supersedes: Option<CommitId>,
    /// A change without actor and checksum; otherwise the body as it is.
    #[n(21)]
    change: Option<ByteVec>,
    #[n(22)]
    body: Option<ByteVec>,
}

/// The last commit of each chain, so far in one body.
#[derive(Default)]
struct Chains(BTreeMap<(DeviceId, Incarnation), (u64, CommitId)>);

impl Chains {
    /// The place after the last commit of a chain.
    fn next(&self, device: DeviceId, incarnation: Incarnation) -> Option<(u64, CommitId)> {
        let (n, id) = self.0.get(&(device, incarnation))?;
        Some((n.checked_add(1)?, *id))
    }

    fn see(&mut self, envelope: &Envelope, commit: &SignedCommit) {
        self.0.insert((envelope.device, envelope.incarnation), (envelope.n, commit.id()));
    }
}

impl Push {
    fn wire(&self) -> PushWire {
        let mut chains = Chains::default();
        let items = self.items.iter().map(|item| ItemWire::of(item, &mut chains)).collect();
        PushWire { version: self.version, items, private: self.private.clone(), links: self.links.clone() }
    }
}

impl ItemWire {
    fn of(item: &PushItem, chains: &mut Chains) -> Self {
        let bytes = &item.commit.envelope;
        let envelope = match cbor::decode::<Envelope>("envelope", bytes, COMMIT_BYTES_MAX) {
            Ok(envelope) => {
                let short = ShortEnvelope::of(&envelope, &item.micros, chains);
                chains.see(&envelope, &item.commit);
                EnvelopeWire::Short(Box::new(short))
            }
            Err(_) => EnvelopeWire::Whole(bytes.clone().into()),
        };
        let (micros, adopt) = (item.micros.clone(), item.adopt.clone());
        Self { envelope, signature: item.commit.signature, micros, adopt }
    }

    fn item(self, chains: &mut Chains) -> Result<PushItem, &'static str> {
        let Self { envelope, signature, micros, adopt } = self;
        let commit = match envelope {
            EnvelopeWire::Whole(bytes) => SignedCommit { envelope: bytes.into(), signature },
            EnvelopeWire::Short(short) => {
                let envelope = short.envelope(&micros, chains)?;
                let commit = SignedCommit { envelope: cbor::encode(&envelope), signature };
                chains.see(&envelope, &commit);
                commit
            }
        };
        Ok(PushItem { commit, micros, adopt })
    }
}

impl ShortEnvelope {
    fn of(envelope: &Envelope, micros: &[ByteVec], chains: &Chains) -> Self {
        let Captured { wall_ms, seen_ms, since_ms, epoch, seq } = envelope.captured;
        let follows = chains
            .next(envelope.device, envelope.incarnation)
            .is_some_and(|(n, prev)| (envelope.n, envelope.prev) == (n, Some(prev)));
        let short = match envelope.kind {
            Kind::Content => shorten(&envelope.body, &envelope.actor()),
            Kind::Act => None,
        };
        let beside = hashes(micros).is_some_and(|hashes| hashes == envelope.micro);
        Self {
            version: envelope.version,
            kind: envelope.kind,
            partition: envelope.partition,
            device: envelope.device,
            incarnation: envelope.incarnation,
            signer: envelope.signer,
            alg: envelope.alg,
            schema: envelope.schema,
            generation: envelope.generation,
            branch: envelope.branch,
            seen_ms,
            epoch,
            seq,
            wall_ms: wall_ms.wrapping_sub(expected_ms(seen_ms, since_ms)),
            since_ms,
            n: (!follows).then_some(envelope.n),
            prev: envelope.prev.filter(|_| !follows),
            document: envelope.document,
            group: short_group(&envelope.group, wall_ms).to_vec().into(),
            micro: (!beside).then(|| envelope.micro.clone()),
            supersedes: envelope.supersedes,
            body: short.is_none().then(|| envelope.body.clone().into()),
            change: short.map(|(short, _)| short.into()),
        }
    }

    fn envelope(self, micros: &[ByteVec], chains: &Chains) -> Result<Envelope, &'static str> {
        let (n, prev) = match (self.n, self.prev) {
            (Some(n), prev) => (n, prev),
            (None, Some(_)) => return Err("a commit without its number in its chain"),
            (None, None) => {
                let next = chains.next(self.device, self.incarnation);
                next.map(|(n, prev)| (n, Some(prev))).ok_or("a commit that follows none before it")?
            }
        };
        let wall_ms = self.wall_ms.wrapping_add(expected_ms(self.seen_ms, self.since_ms));
        let micro = match self.micro {
            Some(micro) => micro,
            None => hashes(micros).ok_or("more pictures than a commit may bring")?,
        };
        let mut envelope = Envelope {
            version: self.version,
            kind: self.kind,
            partition: self.partition,
            document: self.document,
            device: self.device,
            incarnation: self.incarnation,
            branch: self.branch,
            generation: self.generation,
            group: whole_group(&self.group, wall_ms).ok_or("a group's name of a wrong length")?,
            n,
            prev,
            captured: Captured {
                wall_ms,
                seen_ms: self.seen_ms,
                since_ms: self.since_ms,
                epoch: self.epoch,
                seq: self.seq,
            },
            schema: self.schema,
            body: Vec::new(),
            micro,
            supersedes: self.supersedes,
            alg: self.alg,
            signer: self.signer,
        };
        envelope.body = match (self.change, self.body) {
            (Some(short), None) => {
                restore(&short, &envelope.actor()).ok_or("a change that cannot be restored")?.bytes
            }
            (None, Some(body)) => body.into(),
            (None, None) | (Some(_), Some(_)) => return Err("a commit has one body"),
        };
        Ok(envelope)
    }
}

/// What the wall clock shows if it goes right.
fn expected_ms(seen_ms: Option<i64>, since_ms: Option<u64>) -> i64 {
    match (seen_ms, since_ms) {
        (Some(seen), Some(since)) => seen.wrapping_add(since.cast_signed()),
        _ => 0,
    }
}

/// Names of pictures, as many as a commit may bring.
fn hashes(micros: &[ByteVec]) -> Option<Vec<BlobHash>> {
    (micros.len() <= MICROS_PER_COMMIT_MAX)
        .then(|| micros.iter().map(|micro| BlobHash(Sha256::digest(micro.as_slice()).into())).collect())
}

fn short_group(group: &GroupId, wall_ms: i64) -> &[u8] {
    let time = wall_ms.to_be_bytes();
    match group.0.strip_prefix(&time[time.len() - GROUP_TIME_BYTES..]) {
        Some(rest) => rest,
        None => &group.0,
    }
}

fn whole_group(bytes: &[u8], wall_ms: i64) -> Option<GroupId> {
    let time = wall_ms.to_be_bytes();
    GroupId::from_slice(bytes)
        .or_else(|| GroupId::from_slice(&[&time[time.len() - GROUP_TIME_BYTES..], bytes].concat()))
}

impl<C> Encode<C> for Push {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), EncodeError<W::Error>> {
        self.wire().encode(e, ctx)
    }
}

impl<'b, C> Decode<'b, C> for Push {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, DecodeError> {
        let PushWire { version, items, private, links } = PushWire::decode(d, ctx)?;
        let mut chains = Chains::default();
        let items = items.into_iter().map(|item| item.item(&mut chains).map_err(DecodeError::message));
        Ok(Self { version, items: items.collect::<Result<_, _>>()?, private, links })
    }
}
