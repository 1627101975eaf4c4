//! Life-cycles as tables: stages, and what may be done in them by whom.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Title;
use crate::calendar::{Limit, LimitError};
use crate::mark::Mark;
use crate::role::Role;

/// Who an act belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Party {
    /// The one who opened the case.
    Author,
    /// Whoever holds it now.
    Holder,
    /// Whoever waits in line for it.
    Waiting,
    /// Those whom its author has named as family, where the service tells them first.
    Family,
    /// Those who handle cases of this service, where the case lies.
    Handler,
    /// Those who approve in cases of this service, where the case lies.
    Approver,
    /// The server itself, when a time has come.
    System,
    /// Anybody with this role where the case lies.
    Role(Role),
}

impl Party {
    /// Parts that somebody has in a case, and not by a role, with their ids.
    pub const PARTS: [(Party, &'static str); 7] = [
        (Party::Author, "@author"),
        (Party::Holder, "@holder"),
        (Party::Waiting, "@waiting"),
        (Party::Family, "@family"),
        (Party::Handler, "@handler"),
        (Party::Approver, "@approver"),
        (Party::System, "@system"),
    ];
}

impl FromStr for Party {
    type Err = crate::role::UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Self::PARTS.iter().find(|(_, id)| *id == text) {
            Some((party, _)) => Ok(*party),
            None => text.parse().map(Party::Role),
        }
    }
}

impl TryFrom<String> for Party {
    type Error = crate::role::UnknownRole;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> String {
        match party {
            Party::Role(role) => role.id().into(),
            part => Party::PARTS.iter().find(|(p, _)| *p == part).map_or("", |(_, id)| id).into(),
        }
    }
}

/// How an act gets along with others made at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActClass {
    /// Adds to the case; what it carries is kept even when the step itself is refused.
    Additive,
    /// Several may want it; the server says who was first.
    Contended,
    /// Needs the server there and then.
    Exclusive,
}

/// What a phone without the server may do with an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// Done on the phone, told to the server later.
    Local,
    /// Queued and shown as waiting for the server's word.
    QueueIntent,
    /// Not without the server.
    ServerOnly,
}

impl Offline {
    /// The id used in data files and answers.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Offline::Local => "local",
            Offline::QueueIntent => "queue_intent",
            Offline::ServerOnly => "server_only",
        }
    }
}

/// What an act does beside its stage and its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// The actor takes a place, or joins the waiting list.
    Take,
    /// The actor leaves; the next in line is promoted.
    GiveUp,
    /// Whoever came first and holds it is let go; the next in line is promoted.
    Expel,
    /// Everybody who held it or waited for it is let go.
    Dismiss,
    /// The actor sees from now on how it goes, through its public summary; the stage stays.
    Follow,
    /// The actor no longer does; the stage stays.
    Unfollow,
    /// The person named by `user` holds it, and nobody else.
    Assign,
    /// The unit named by `unit` leads.
    Dispatch,
    /// The unit named by `unit` works with the one that leads: its part is open until it is done.
    Join,
    /// A unit's part is done: of the unit that the actor works for, else of the one named by `unit`, else of whichever came first.
    /// Marks that the act takes away stay while another part is open.
    Part,
    /// Parts that are not done are given up; the units stay.
    EndParts,
    /// The lead goes back: no unit has it any more.
    Recall,
    /// The operation centre one level up has it.
    Escalate,
    /// The clock stands until `until` at the latest.
    Pause,
    /// The clock runs again.
    Resume,
    /// The limit that was asked for is added.
    Extend,
    /// The case named by `into` goes on with everybody who reported this one.
    Merge,
    /// The actor has come, or says the code word for it.
    Come,
    /// The actor leaves, or says the code word for it; everybody who came leaves.
    Go,
    /// The work was good: stays that are over count for whoever did it.
    Credit,
}

/// Photos that an act needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Needed {
    /// So many, whatever the service.
    Photos(u32),
    /// As many as the service says.
    OfService(ServiceEvidence),
}

impl Default for Needed {
    fn default() -> Self {
        Needed::Photos(0)
    }
}

/// Which of a service's numbers of photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceEvidence {
    /// How it was found.
    Before,
    /// How it is when the work is done.
    After,
    /// Both.
    BeforeAndAfter,
}

/// When the server does an act of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum After {
    /// So long after the case came to its stage, e.g. `15 minute`.
    Stage(Limit),
    /// As long as the service waits for an answer (`routing.escalate_after`); never where it says nothing.
    Routing,
    /// Twice as long.
    RoutingTwice,
    /// On the day until which its clock was to stand.
    Until,
}

const UNTIL: &str = "@until";
const ROUTING: &str = "@routing";
const ROUTING_TWICE: &str = "@routing_twice";

impl TryFrom<String> for After {
    type Error = LimitError;
    fn try_from(text: String) -> Result<Self, LimitError> {
        match text.as_str() {
            UNTIL => Ok(After::Until),
            ROUTING => Ok(After::Routing),
            ROUTING_TWICE => Ok(After::RoutingTwice),
            limit => limit.parse().map(After::Stage),
        }
    }
}

impl From<After> for String {
    fn from(after: After) -> String {
        match after {
            After::Stage(limit) => limit.to_string(),
            After::Routing => ROUTING.to_owned(),
            After::RoutingTwice => ROUTING_TWICE.to_owned(),
            After::Until => UNTIL.to_owned(),
        }
    }
}

/// One row of a workflow's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The act.
    pub id: String,
    /// Stages it is possible in.
    pub from: Vec<String>,
    /// Stage it leads to; none where the stage stays.
    #[serde(default)]
    pub to: Option<String>,
    /// Who may do it.
    pub by: Vec<Party>,
    /// How it gets along with others.
    pub class: ActClass,
    /// What a phone alone may do.
    pub offline: Offline,
    /// What it does beside.
    #[serde(default)]
    pub effect: Effect,
    /// Photos that the actor must have put into the case, the same command's included.
    #[serde(default)]
    pub evidence: Needed,
    /// What must be said with it, by the names of the catalogue's `argument` table; a name with `?` may be left out.
    #[serde(default)]
    pub args: Vec<String>,
    /// Marks that the case must bear.
    #[serde(default)]
    pub needs: Vec<Mark>,
    /// Marks that the case must not bear.
    #[serde(default)]
    pub bars: Vec<Mark>,
    /// Marks that it sets.
    #[serde(default)]
    pub sets: Vec<Mark>,
    /// Marks that it takes away.
    #[serde(default)]
    pub clears: Vec<Mark>,
    /// What it counts.
    #[serde(default)]
    pub counts: Option<String>,
    /// How often at most, by what it counts; without end unless said.
    #[serde(default)]
    pub at_most: Option<u32>,
    /// For acts that add time: how much they may add in all.
    #[serde(default)]
    pub up_to: Option<Limit>,
    /// For the server's own acts: when. A service may say another time ([`super::Service::after`]).
    #[serde(default)]
    pub after: Option<After>,
    /// Only while the running clock has not ended.
    #[serde(default)]
    pub in_time: bool,
    /// Whoever does it was looked at as closely as the service asks ([`super::Service::vetting`]), and still is.
    #[serde(default)]
    pub vetted: bool,
}

impl Transition {
    /// Whether the act moves the case to another stage, as its row says.
    #[must_use]
    pub fn moves(&self) -> bool {
        self.to.is_some()
    }

    /// Names of what must or may be said with it, and whether it must.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, bool)> {
        self.args
            .iter()
            .map(|name| name.strip_suffix('?').map_or((name.as_str(), true), |name| (name, false)))
    }
}

/// A life-cycle as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// What people read.
    pub title: Title,
    /// Stage after `report`.
    pub opens: String,
    /// Stages where work has ended (some acts, like a rating, may still follow).
    #[serde(rename = "final")]
    pub ends: Vec<String>,
    /// Stages in which the clock of a limit runs, by the name of the limit.
    #[serde(default)]
    pub clocks: BTreeMap<String, Vec<String>>,
    /// What is counted that says how far the work is, as an act's `counts` has it; none where nothing does.
    #[serde(default)]
    pub tally: Option<String>,
    /// The rows.
    #[serde(default, rename = "act")]
    pub acts: Vec<Transition>,
}

impl Workflow {
    /// The row of an act.
    #[must_use]
    pub fn act(&self, id: &str) -> Option<&Transition> {
        self.acts.iter().find(|t| t.id == id)
    }

    /// Every stage the table names.
    #[must_use]
    pub fn stages(&self) -> BTreeSet<&str> {
        let mut stages: BTreeSet<&str> = self.ends.iter().map(String::as_str).collect();
        stages.insert(&self.opens);
        for row in &self.acts {
            stages.extend(row.to.as_deref());
            stages.extend(row.from.iter().map(String::as_str));
        }
        stages
    }
}
