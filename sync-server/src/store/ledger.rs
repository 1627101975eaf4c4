//! What a batch does to chains and cases, in memory: the one procedure that preparing and sequencing share, so that they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_document::Act;
use yuandian_model::{Actor, CaseId, Code, CommitId, Incarnation, Refusal, UserId, Writing, refusal::Facts};

use super::{CaseRecord, CommandPart, ContentWork, GateOutcome, Judge, Prepared, Work};
use crate::limits::CASE_LOG_BYTES_MAX;

/// The last commit received of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainTip {
    /// Its number.
    pub n: u64,
    /// Its id.
    pub last: CommitId,
}

/// An outcome before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The code of the receipt.
    pub code: Code,
    /// Its facts.
    pub facts: Facts,
    /// Whether it gets a number.
    pub numbered: bool,
    /// Who was first, where somebody was.
    pub first: Option<UserId>,
}

impl Verdict {
    /// An outcome that changes nothing.
    #[must_use]
    pub fn still(code: Code) -> Self {
        Self { code, facts: Facts::new(), numbered: false, first: None }
    }

    /// Content that was taken.
    #[must_use]
    pub fn taken() -> Self {
        Self { numbered: true, ..Self::still(Code::Ok) }
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self { facts: refusal.facts, ..Self::still(refusal.code) }
    }
}

/// Chains and cases that a batch touches.
pub struct Ledger<'a> {
    judge: &'a dyn Judge,
    actor: Actor,
    /// Chains by incarnation.
    pub tips: BTreeMap<Incarnation, ChainTip>,
    /// Cases by id.
    pub cases: BTreeMap<CaseId, CaseRecord>,
    taken: BTreeSet<CommandPart>,
}

impl<'a> Ledger<'a> {
    /// A ledger over what is stored.
    pub fn new(
        judge: &'a dyn Judge,
        actor: Actor,
        tips: BTreeMap<Incarnation, ChainTip>,
        cases: BTreeMap<CaseId, CaseRecord>,
        taken: BTreeSet<CommandPart>,
    ) -> Self {
        Self { judge, actor, tips, cases, taken }
    }

    /// Whether the same command's same part was taken before: it is not done a second time.
    #[must_use]
    pub fn was_taken(&self, item: &Prepared) -> bool {
        self.taken.contains(&CommandPart::of(&item.envelope))
    }

    /// Takes a commit into its chain: the first is 1 and has none before it, every other follows the last received.
    ///
    /// # Errors
    /// `r_chain`; the chain is as before.
    pub fn chain(&mut self, item: &Prepared) -> Result<(), Refusal> {
        let envelope = &item.envelope;
        let tip = self.tips.get(&envelope.incarnation);
        let (n, prev) = tip.map_or((1, None), |tip| (tip.n.saturating_add(1), Some(tip.last)));
        if envelope.n != n || envelope.prev != prev {
            return Err(Refusal::new(Code::RChain, [("n", n.to_string())]));
        }
        self.tips.insert(envelope.incarnation, ChainTip { n, last: item.id });
        Ok(())
    }

    /// Judges an act and keeps what follows from it.
    pub fn act(&mut self, item: &Prepared, act: &Act, now_ms: i64) -> Verdict {
        let document = item.envelope.document;
        let record = self.cases.get(&document);
        if let Err(refusal) = room(record, item) {
            return refusal.into();
        }
        let ruling = match self.judge.act(record.map(|r| &r.state), act, &self.actor) {
            Ok(ruling) => ruling,
            Err(refusal) => return refusal.into(),
        };
        let numbered = record.is_none_or(|r| r.state != ruling.next);
        let verdict = Verdict { code: ruling.code, facts: ruling.facts, numbered, first: ruling.first };
        if numbered {
            let place = act.report.as_ref().and_then(|report| report.place);
            let record = self.cases.entry(document).or_insert_with(|| CaseRecord {
                id: document,
                place,
                partition: self.judge.partition(&ruling.next.grid),
                state: ruling.next.clone(),
                opened_ms: now_ms,
                touched_ms: now_ms,
                version: 0,
                log_bytes: 0,
                title: String::new(),
                photos: 0,
                aged: false,
            });
            record.state = ruling.next;
            record.log_bytes += item.cost();
            self.taken.insert(CommandPart::of(&item.envelope));
        }
        verdict
    }

    /// What the author may write into the case now.
    ///
    /// # Errors
    /// `r_gone`, `r_role`, `r_scope` or `r_limit`.
    pub fn may_write(&self, item: &Prepared) -> Result<Writing, Refusal> {
        let record = self.cases.get(&item.envelope.document);
        let writing = self.judge.may_write(record.map(|r| &r.state), &self.actor)?;
        room(record, item)?;
        Ok(writing)
    }

    /// Keeps that a change was taken.
    pub fn content_taken(&mut self, item: &Prepared) {
        if let Some(record) = self.cases.get_mut(&item.envelope.document) {
            record.version += 1;
            record.log_bytes += item.cost();
            if let Work::Content(ContentWork { gate: GateOutcome::Admitted { title, photos, .. }, .. }) =
                &item.work
            {
                record.title.clone_from(title);
                record.photos = *photos;
            }
            self.taken.insert(CommandPart::of(&item.envelope));
        }
    }

    /// The version that the next change of a case stands on.
    #[must_use]
    pub fn version(&self, case: &CaseId) -> u64 {
        self.cases.get(case).map_or(0, |r| r.version)
    }
}

/// A case must fit one page of a phone that starts anew. The files that the commit names are not counted yet: one pass knows them before it
/// asks, the other after, and both must decide the same. So a case is over its limit by the files of one commit at most.
fn room(record: Option<&CaseRecord>, item: &Prepared) -> Result<(), Refusal> {
    if record.map_or(0, |r| r.log_bytes) + item.pulled_bytes() > CASE_LOG_BYTES_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", CASE_LOG_BYTES_MAX.to_string())]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use minicbor::bytes::ByteVec;
    use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
    use yuandian_document::keys::Signature;
    use yuandian_document::limits::{MICRO_BYTES_MAX, MICROS_PER_COMMIT_MAX};
    use yuandian_document::{Captured, DeviceKey, Envelope, Kind, SignedCommit, cbor};
    use yuandian_model::limits::NAME_CHARS_MAX;
    use yuandian_model::{BlobHash, DeviceId, GroupId, PartitionId, ServiceId};
    use yuandian_sync::StreamId;
    use yuandian_sync::limits::MESSAGE_BYTES_MAX;
    use yuandian_sync::message::{PullReply, PulledCase, PulledCommit, Renewed, StoredBlob, WIRE_VERSION};
    use yuandian_sync::wire::{pack, unpack};

    use super::*;
    use crate::limits::PULLED_BLOB_BYTES;

    const CASE: CaseId = CaseId([1; 16]);

    fn prepared(kind: Kind, body: Vec<u8>, micros: usize) -> Prepared {
        let micros = vec![(BlobHash([7; 32]), vec![7; MICRO_BYTES_MAX]); micros];
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document: CASE,
            device: DeviceId([2; 16]),
            incarnation: Incarnation([3; 16]),
            branch: 0,
            generation: 0,
            group: GroupId([4; 16]),
            n: 1,
            prev: None,
            captured: Captured { wall_ms: 0, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body,
            micro: micros.iter().map(|(hash, _)| *hash).collect(),
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: DeviceKey::from_seed(&[1; 32]).id(),
        };
        let commit = SignedCommit { envelope: cbor::encode(&envelope), signature: Signature([0; 64]) };
        let work = Work::Refused(Refusal::new(Code::RGone, []));
        Prepared { id: commit.id(), commit, envelope, micros, chained: true, work }
    }

    /// What PULL makes of it, every number and name as large as it can be.
    fn pulled(item: &Prepared) -> PulledCommit {
        let name = "\u{1F600}".repeat(NAME_CHARS_MAX);
        PulledCommit {
            id: item.id,
            seq: u64::MAX,
            kind: item.envelope.kind,
            device: item.envelope.device,
            incarnation: item.envelope.incarnation,
            branch: u32::MAX,
            generation: u32::MAX,
            group: item.envelope.group,
            user: UserId([5; 16]),
            name: name.clone(),
            wall_ms: i64::MAX,
            received_ms: i64::MAX,
            code: Code::RTaken,
            facts: Facts::from([("first".into(), name), ("position".into(), u64::MAX.to_string())]),
            body: item.envelope.body.clone(),
            micros: item.micros.iter().map(|(_, bytes)| ByteVec::from(bytes.clone())).collect(),
            change: None,
        }
    }

    #[test]
    fn a_commit_is_charged_for_all_that_is_sent_of_it() {
        for (kind, body, micros) in [
            (Kind::Act, Act::named("claim", None).to_bytes(), 0),
            (Kind::Content, vec![0; 64 * 1024], MICROS_PER_COMMIT_MAX),
        ] {
            let item = prepared(kind, body, micros);
            let sent = cbor::encode(&pulled(&item)).len() as u64;
            assert!(sent <= item.pulled_bytes(), "{sent} of {}", item.pulled_bytes());
        }
        let stored = cbor::encode(&StoredBlob { hash: BlobHash([0; 32]) }).len() as u64;
        assert!(stored <= PULLED_BLOB_BYTES, "{stored}");
    }

    #[test]
    fn a_case_of_the_smallest_acts_at_its_limit_is_a_page_that_a_phone_unpacks() {
        let item = prepared(Kind::Act, Act::named("claim", None).to_bytes(), 0);
        let count = CASE_LOG_BYTES_MAX / item.pulled_bytes();
        let case = PulledCase {
            stream: StreamId::user(&UserId([5; 16])),
            document: CASE,
            seq: u64::MAX,
            gone: None,
            commits: vec![pulled(&item); usize::try_from(count).unwrap()],
            facts: None,
            stored: Vec::new(),
            snapshot: None,
            outstanding: false,
            heads: None,
            private: None,
        };
        let page = PullReply {
            version: WIRE_VERSION,
            cases: vec![case],
            cursors: Vec::new(),
            more: false,
            server_ms: i64::MAX,
            checks: Vec::new(),
            notices: Vec::new(),
            renewed: Renewed::default(),
            resets: Vec::new(),
            greet: false,
        };
        assert!(cbor::encode(&page).len() < MESSAGE_BYTES_MAX);
        assert_eq!(unpack::<PullReply>("page", &pack(&page)).unwrap(), page);
    }

    #[test]
    fn a_case_takes_what_reaches_its_limit_and_nothing_above_it() {
        let item = prepared(Kind::Act, Act::named("claim", None).to_bytes(), 0);
        let state = yuandian_model::CaseState {
            service: ServiceId("case.snap".into()),
            catalogue: 1,
            grid: "410102001".parse().unwrap(),
            author: UserId([5; 16]),
            stage: "reported".into(),
            act_seq: 1,
            holders: Vec::new(),
            waiting: Vec::new(),
            followers: Vec::new(),
        };
        let at = |log_bytes: u64| {
            let record = CaseRecord {
                id: CASE,
                state: state.clone(),
                place: None,
                partition: PartitionId::ONLY,
                opened_ms: 0,
                touched_ms: 0,
                version: 0,
                log_bytes,
                title: String::new(),
                photos: 0,
                aged: false,
            };
            room(Some(&record), &item).map_err(|refusal| refusal.code)
        };
        let last = CASE_LOG_BYTES_MAX - item.pulled_bytes();
        assert_eq!([at(last - 1), at(last), at(last + 1)], [Ok(()), Ok(()), Err(Code::RLimit)]);
    }
}
