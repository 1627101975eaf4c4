//! What a batch is prepared against, and the commits that wait: read by preparing, and read again by sequencing.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_document::{Act, SignedCommit};
use yuandian_model::catalogue::INTO;
use yuandian_model::conduct::rests_until_ms;
use yuandian_model::refusal::Facts;
use yuandian_model::{
    CaseId, Code, CommitId, Conduct, DeviceId, Epoch, Grant, Incarnation, PastGrant, UserId,
};
use yuandian_sync::message::{Receipt, ServerKey};

use super::{CaseRecord, ChainTip, CommandPart, Prepared, Work};

/// A person's rights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Given and not taken back, rising.
    pub grants: Vec<Grant>,
    /// Ended not too long ago.
    pub past: Vec<PastGrant>,
}

/// What somebody does beside a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doings {
    /// Cases that are work for this person now.
    pub working_on: BTreeSet<CaseId>,
    /// When this person took a case and did not come, server's clock, ms since 1970.
    pub no_shows_ms: Vec<i64>,
    /// Requests that this person opened within the last day.
    pub opened: BTreeSet<CaseId>,
    /// Requests whose private answers this person was told within the last day.
    pub doors: BTreeSet<CaseId>,
    /// People whom this person does not want to meet, and who do not want to meet this person.
    pub apart: BTreeSet<UserId>,
}

impl Doings {
    /// What of it counts in a case beside, where one would meet these people.
    #[must_use]
    pub fn conduct<'u>(&self, beside: &CaseId, mut met: impl Iterator<Item = &'u UserId>) -> Conduct {
        let others = |cases: &BTreeSet<CaseId>| cases.iter().filter(|case| *case != beside).count();
        Conduct {
            working_on: others(&self.working_on),
            doors: others(&self.doors),
            apart: met.any(|person| self.apart.contains(person)),
            rests_until_ms: rests_until_ms(&self.no_shows_ms),
            opened: self.opened.len(),
            ..Conduct::default()
        }
    }
}

/// Somebody who took a case and did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoShow {
    /// The person.
    pub user: UserId,
    /// The case.
    pub document: CaseId,
    /// The number of the act that says so.
    pub act_seq: u64,
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
}

/// The verdict of an earlier epoch on a commit that is offered again, by its signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Its code.
    pub code: Code,
    /// Its facts.
    pub facts: Facts,
    /// The number of the case's acts after it; none for content.
    pub act_seq: Option<u64>,
}

impl Adopted {
    /// Takes a receipt at its word: of this commit, from none of the present epochs, signed by one of the keys, with a number. Everything else says nothing.
    #[must_use]
    pub fn of(receipt: &Receipt, commit: &CommitId, epochs: &[Epoch], keys: &[ServerKey]) -> Option<Self> {
        let counts = receipt.commit == *commit
            && !epochs.contains(&receipt.epoch)
            && receipt.seq.is_some()
            && receipt.is_signed_by(keys);
        counts.then(|| Self {
            code: receipt.code,
            facts: receipt.facts.clone(),
            act_seq: receipt.facts.get(ACT_SEQ).and_then(|n| n.parse().ok()),
        })
    }
}

/// The fact of a judged act that counts the case's acts after it.
pub const ACT_SEQ: &str = "act_seq";

/// A commit that waits for what it misses.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: CommitId,
    /// Its author.
    pub user: UserId,
    /// As it arrived.
    pub commit: SignedCommit,
    /// Its micro pictures.
    pub micros: Vec<Vec<u8>>,
    /// When it arrived, ms since 1970.
    pub received_ms: i64,
    /// When it is judged for the last time, ms since 1970.
    pub due_ms: i64,
    /// Its verdict before the server was restored.
    pub adopted: Option<Adopted>,
}

/// What is to be known before a batch is judged.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Commits whose receipts are wanted.
    pub commits: Vec<CommitId>,
    /// Parts of commands, with their cases.
    pub parts: BTreeSet<CommandPart>,
    /// Cases that acts name as those which others go on in.
    pub named: BTreeSet<CaseId>,
}

impl Asked {
    /// Everything of a batch but the receipts.
    pub fn of<'i>(items: impl IntoIterator<Item = &'i Prepared>) -> Self {
        let mut asked = Self::default();
        for item in items {
            asked.parts.insert(CommandPart::of(&item.envelope));
            if let Work::Act(act) = &item.work {
                asked.named.extend(named(act));
            }
        }
        asked
    }
}

/// The case that an act names as the one which its own goes on in.
#[must_use]
pub fn named(act: &Act) -> Option<CaseId> {
    act.args.get(INTO)?.parse().ok()
}

/// What a PUSH is prepared against, read in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// Stored receipts among the ids asked for, those of held commits too.
    pub receipts: BTreeMap<CommitId, Vec<u8>>,
    /// Chains of the device, by incarnation.
    pub tips: BTreeMap<Incarnation, ChainTip>,
    /// The parts of commands that were taken, of those asked for and of those held, under any incarnation.
    pub taken: BTreeSet<(DeviceId, CommandPart)>,
    /// The cases of the parts asked for that exist.
    pub cases: BTreeMap<CaseId, CaseRecord>,
    /// The cases named by the acts asked for, and by those held, that exist and were not merged themselves.
    pub named: BTreeSet<CaseId>,
    /// The pushing person's rights, and those of the authors of what is held.
    pub people: BTreeMap<UserId, Rights>,
    /// What people do beside the cases: the pushing person, the authors of what is held, and those in line; of requests for help alone.
    pub doings: BTreeMap<UserId, Doings>,
    /// Whether the pushing device or its person was shut out.
    pub shut_out: bool,
    /// What waits in the cases asked for, in the order it came.
    pub held: BTreeMap<CaseId, Vec<Held>>,
    /// How many commits of the device wait.
    pub held_by_device: u64,
    /// Photos that each person has put into a case.
    pub photos: BTreeMap<(CaseId, UserId), u32>,
    /// Until when phones refill a server that was restored, ms since 1970; 0 for one that was not.
    pub refill_until_ms: i64,
}

impl Situation {
    /// The ids of what waits, by case.
    #[must_use]
    pub fn held_ids(&self) -> BTreeMap<CaseId, Vec<CommitId>> {
        self.held.iter().map(|(case, held)| (*case, held.iter().map(|h| h.id).collect())).collect()
    }
}
