//! How far a case is beside its stage: its marks, its way through the stages, who works on it, what was counted and asked for.
//!
//! What indicators need (DOMAIN §2.5) is kept here by the rules from the first act on; the indicators are read from it later.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Service, Urgency};
use crate::division::DivisionCode;
use crate::ids::{CaseId, UserId};
use crate::mark::Mark;
use crate::stay::Stay;

/// A stage that a case came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Step {
    /// The stage.
    #[n(0)]
    pub stage: String,
    /// When, server's clock, ms since 1970.
    #[n(1)]
    pub at_ms: i64,
    /// By whom.
    #[n(2)]
    pub by: UserId,
}

/// A time in which the clock stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Pause {
    /// Since when, ms since 1970.
    #[n(0)]
    pub from_ms: i64,
    /// Until when; still, where none.
    #[n(1)]
    pub to_ms: Option<i64>,
    /// Until when it was to stand, ms since 1970; none where nobody said a day.
    #[n(2)]
    pub until_ms: Option<i64>,
}

/// Time that was added to the clocks that ran then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Extension {
    /// How much, e.g. `2 work_day`.
    #[n(0)]
    pub limit: String,
    /// When, server's clock, ms since 1970.
    #[n(1)]
    pub at_ms: i64,
}

/// What a unit does beside the one that leads (联动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Part {
    /// What it was asked to do, where that was said.
    #[n(0)]
    pub task: Option<String>,
    /// When it was done, server's clock, ms since 1970.
    #[n(1)]
    pub done_ms: Option<i64>,
    /// Who said so.
    #[n(2)]
    pub by: Option<UserId>,
}

/// Everything that is decided beside the stage and the people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(default)]
#[cbor(map)]
pub struct Progress {
    /// Its marks.
    #[n(0)]
    pub marks: BTreeSet<Mark>,
    /// What was counted, by the names of the workflow's table.
    #[n(1)]
    pub counts: BTreeMap<String, u32>,
    /// Units that work on it, the one that leads first.
    #[n(2)]
    pub units: Vec<String>,
    /// The filing condition.
    #[n(3)]
    pub condition: Option<String>,
    /// The case it goes on as.
    #[n(4)]
    pub into: Option<CaseId>,
    /// The division whose operation centre has it, where it was taken up there.
    #[n(5)]
    pub desk: Option<DivisionCode>,
    /// The stages it came to, the first first.
    #[n(6)]
    pub steps: Vec<Step>,
    /// When its clock stood.
    #[n(7)]
    pub pauses: Vec<Pause>,
    /// What was added, the first first.
    #[n(8)]
    pub extensions: Vec<Extension>,
    /// What was said with a question that is not answered yet.
    #[n(9)]
    pub asked: BTreeMap<Mark, BTreeMap<String, String>>,
    /// When it was asked, server's clock, ms since 1970.
    #[n(10)]
    pub asked_ms: BTreeMap<Mark, i64>,
    /// What the units beside the one that leads are to do, by unit.
    #[n(11)]
    #[cbor(default)]
    pub parts: BTreeMap<String, Part>,
    /// The last day that is in time by what somebody outside has set, `YYYY-MM-DD`.
    #[n(12)]
    pub deadline: Option<String>,
    /// How satisfied its author was, 1 to 5, as said last.
    #[n(13)]
    pub score: Option<u8>,
    /// Stays at the door, the first first.
    #[n(14)]
    #[cbor(default)]
    pub stays: Vec<Stay>,
    /// The family that its author named, who are told first.
    #[n(15)]
    #[cbor(default)]
    pub family: Vec<UserId>,
}

impl Progress {
    /// Comes under a filing condition: a pressing one makes the case urgent, another one takes that back where the service does not say it
    /// of every case.
    pub(crate) fn come_under(&mut self, service: &Service, condition: &str) {
        let urgent = service.condition(Some(condition)).is_some_and(|known| known.urgency == Urgency::Urgent);
        if urgent {
            self.marks.insert(Mark::Urgent);
        } else if !service.marks.contains(&Mark::Urgent) {
            self.marks.remove(&Mark::Urgent);
        }
        self.condition = Some(condition.to_owned());
    }

    /// How often something was counted.
    #[must_use]
    pub fn count(&self, what: &str) -> u32 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// When it came to the stage where it is, ms since 1970.
    #[must_use]
    pub fn since_ms(&self) -> Option<i64> {
        self.steps.last().map(|step| step.at_ms)
    }

    /// Units whose part is not done yet, in the order in which they came.
    pub fn open_parts(&self) -> impl Iterator<Item = &str> {
        let open = |unit: &&String| self.parts.get(*unit).is_some_and(|part| part.done_ms.is_none());
        self.units.iter().filter(open).map(String::as_str)
    }

    /// Whether its clock stands.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.to_ms.is_none())
    }
}
