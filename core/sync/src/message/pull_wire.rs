//! How the cases of a page travel: of each commit only what the receiver cannot work out itself. Left out are a change's actor and checksum,
//! and the name of heads that are the last change. What can be left out must be: one case has one encoding.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};
use yuandian_document::gate::{restore, shorten};
use yuandian_document::{ActorId, ChangeHash, Kind, actor};
use yuandian_model::{CaseId, Code, DeviceId, GroupId, Incarnation, PartitionId, UserId};

use super::{
    CaseFacts, ChangeName, HeadsName, OwnTold, PrivateField, PulledCase, PulledCommit, StoredBlob, StreamId,
};
use crate::check::heads_name;

#[derive(Encode, Decode)]
#[cbor(map)]
struct CaseWire {
    #[n(0)]
    stream: StreamId,
    #[n(1)]
    document: CaseId,
    #[n(2)]
    seq: u64,
    #[n(3)]
    gone: Option<String>,
    #[n(4)]
    commits: Vec<CommitWire>,
    #[n(5)]
    facts: Option<CaseFacts>,
    #[n(6)]
    stored: Vec<StoredBlob>,
    #[n(7)]
    snapshot: Option<ByteVec>,
    #[n(8)]
    outstanding: bool,
    #[n(9)]
    heads: Option<HeadsWire>,
    #[n(10)]
    private: Option<Vec<PrivateField>>,
    /// None is the only one.
    #[n(11)]
    partition: Option<PartitionId>,
    #[n(12)]
    own: Option<OwnTold>,
    /// None is the first.
    #[n(13)]
    generation: Option<u32>,
}

#[derive(Encode, Decode)]
enum HeadsWire {
    /// One head: the last change of these commits.
    #[n(0)]
    Last,
    #[n(1)]
    Named(#[n(0)] HeadsName),
}

/// A [`PulledCommit`]. What is alike in many commits comes first and stands together, so that it compresses to next to nothing.
#[derive(Encode, Decode)]
#[cbor(map)]
struct CommitWire {
    #[n(0)]
    kind: Kind,
    #[n(1)]
    device: DeviceId,
    #[n(2)]
    incarnation: Incarnation,
    #[n(3)]
    branch: u32,
    #[n(4)]
    generation: u32,
    #[n(5)]
    user: UserId,
    #[n(6)]
    name: String,
    #[n(7)]
    code: Code,
    #[n(8)]
    facts: BTreeMap<String, String>,
    /// How far its number is below the case's.
    #[n(9)]
    below: u64,
    #[n(10)]
    received_ms: i64,
    #[n(11)]
    wall_ms: i64,
    #[n(12)]
    n: u64,
    #[n(13)]
    group: Option<GroupId>,
    #[n(14)]
    micros: Vec<ByteVec>,
    #[n(15)]
    change: Option<ChangeName>,
    /// A change without actor and checksum; otherwise the body as it is.
    #[n(16)]
    short: Option<ByteVec>,
    #[n(17)]
    body: Option<ByteVec>,
}

fn bound(document: &CaseId, device: &DeviceId, incarnation: &Incarnation, branch: u32) -> ActorId {
    actor(device, document, incarnation, branch)
}

impl CommitWire {
    /// With the name of its change, where it has one that the receiver can see.
    fn of(commit: &PulledCommit, document: &CaseId, seq: u64) -> (Self, Option<[u8; 32]>) {
        let by = bound(document, &commit.device, &commit.incarnation, commit.branch);
        let short = match commit.kind {
            Kind::Content => shorten(&commit.body, &by),
            Kind::Act => None,
        };
        let name = short.as_ref().map(|(_, hash)| *hash).or(commit.change.map(|name| name.0));
        let wire = Self {
            kind: commit.kind,
            device: commit.device,
            incarnation: commit.incarnation,
            branch: commit.branch,
            generation: commit.generation,
            user: commit.user,
            name: commit.name.clone(),
            code: commit.code,
            facts: commit.facts.clone(),
            below: seq.wrapping_sub(commit.seq),
            received_ms: commit.received_ms,
            wall_ms: commit.wall_ms,
            n: commit.n,
            group: commit.group,
            micros: commit.micros.clone(),
            change: commit.change,
            body: short.is_none().then(|| commit.body.clone().into()),
            short: short.map(|(short, _)| short.into()),
        };
        (wire, name)
    }

    fn commit(self, document: &CaseId, seq: u64) -> Result<(PulledCommit, Option<[u8; 32]>), &'static str> {
        let mut name = self.change.map(|name| name.0);
        let body = match (self.short, self.body) {
            (Some(short), None) => {
                let by = bound(document, &self.device, &self.incarnation, self.branch);
                let restored = restore(&short, &by).ok_or("a change that cannot be restored")?;
                name = Some(restored.hash);
                restored.bytes
            }
            (None, Some(body)) => body.into(),
            (None, None) | (Some(_), Some(_)) => return Err("a commit has one body"),
        };
        let commit = PulledCommit {
            n: self.n,
            seq: seq.wrapping_sub(self.below),
            kind: self.kind,
            device: self.device,
            incarnation: self.incarnation,
            branch: self.branch,
            generation: self.generation,
            group: self.group,
            user: self.user,
            name: self.name,
            wall_ms: self.wall_ms,
            received_ms: self.received_ms,
            code: self.code,
            facts: self.facts,
            body,
            micros: self.micros,
            change: self.change,
        };
        Ok((commit, name))
    }
}

impl PulledCase {
    fn wire(&self) -> CaseWire {
        let mut last = None;
        let mut commits = Vec::with_capacity(self.commits.len());
        for commit in &self.commits {
            let (wire, name) = CommitWire::of(commit, &self.document, self.seq);
            if wire.kind == Kind::Content {
                last = name;
            }
            commits.push(wire);
        }
        let last = last.map(|hash| heads_name(&[ChangeHash(hash)]));
        let heads = self.heads.map(|named| match last {
            Some(name) if name == named => HeadsWire::Last,
            _ => HeadsWire::Named(named),
        });
        CaseWire {
            stream: self.stream.clone(),
            document: self.document,
            seq: self.seq,
            gone: self.gone.clone(),
            commits,
            facts: self.facts.clone(),
            stored: self.stored.clone(),
            snapshot: self.snapshot.clone(),
            outstanding: self.outstanding,
            heads,
            private: self.private.clone(),
            own: self.own.clone(),
            generation: (self.generation != 0).then_some(self.generation),
            partition: (self.partition != PartitionId::ONLY).then_some(self.partition),
        }
    }
}

impl CaseWire {
    fn case(self) -> Result<PulledCase, &'static str> {
        let mut last = None;
        let mut commits = Vec::with_capacity(self.commits.len());
        for wire in self.commits {
            let (commit, name) = wire.commit(&self.document, self.seq)?;
            if commit.kind == Kind::Content {
                last = name;
            }
            commits.push(commit);
        }
        let heads = match self.heads {
            None => None,
            Some(HeadsWire::Named(name)) => Some(name),
            Some(HeadsWire::Last) => {
                let last = last.ok_or("heads that are a change which is not here")?;
                Some(heads_name(&[ChangeHash(last)]))
            }
        };
        if self.partition == Some(PartitionId::ONLY) {
            return Err("the only partition is not named");
        }
        if self.generation == Some(0) {
            return Err("the first generation is not named");
        }
        Ok(PulledCase {
            stream: self.stream,
            partition: self.partition.unwrap_or(PartitionId::ONLY),
            document: self.document,
            seq: self.seq,
            gone: self.gone,
            commits,
            facts: self.facts,
            stored: self.stored,
            snapshot: self.snapshot,
            outstanding: self.outstanding,
            heads,
            private: self.private,
            own: self.own,
            generation: self.generation.unwrap_or_default(),
        })
    }
}

impl<C> Encode<C> for PulledCase {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), EncodeError<W::Error>> {
        self.wire().encode(e, ctx)
    }
}

impl<'b, C> Decode<'b, C> for PulledCase {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, DecodeError> {
        CaseWire::decode(d, ctx)?.case().map_err(DecodeError::message)
    }
}
