//! Services: what can be opened, by whom, with which form, and what is promised.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Title;
use super::workflow::{After, Offline, Party, Transition};
use crate::calendar::Limit;
use crate::division::{DivisionCode, Level};
use crate::field::Field;
use crate::mark::Mark;
use crate::role::Role;
use crate::vetting::Vetting;

/// Name of a service, e.g. `case.city.E06010`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceId(pub String);

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ServiceId {
    /// Whether it is neighbour help, where exact places and private answers stay on the phone.
    #[must_use]
    pub fn is_help(&self) -> bool {
        self.0.starts_with("help.")
    }
}

/// How exactly the place may stand in the shared document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacePrecision {
    /// Position with its accuracy.
    Exact,
    /// Only the fixed 500 m cell; the exact position stays on the phone.
    Cell,
}

/// Who may read a case beyond the people who work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anybody.
    Public,
    /// Whoever works the grid, and where neighbours may take it, volunteers.
    Grid,
    /// The author, and people of the roles that the service or a row of its workflow names.
    Handler,
}

/// Where a service comes from in a standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardRef {
    /// The standard, with its year.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The code in it.
    pub code: String,
}

/// Photos that a service asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Of how it was found, at least.
    #[serde(default)]
    pub before_min: u32,
    /// Of how it is when the work is done, at least.
    #[serde(default)]
    pub after_min: u32,
    /// Kinds that are asked for: `near`, `far`, `reference`, `before`, `after`.
    #[serde(default)]
    pub kinds: Vec<PhotoKind>,
    /// Only pictures that the app has taken itself.
    #[serde(default)]
    pub camera_only: bool,
}

/// What a photo shows (DOMAIN §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoKind {
    /// The thing itself.
    Near,
    /// The thing in its surroundings.
    Far,
    /// Something that shows where it is.
    Reference,
    /// Before the work.
    Before,
    /// After the work.
    After,
}

impl PhotoKind {
    /// The id used in data files and answers.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Far => "far",
            Self::Reference => "reference",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// How pressing a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// In its turn.
    #[default]
    Normal,
    /// Cannot wait.
    Urgent,
}

/// A filing condition (立案条件): one class has several, each with limits and a closing criterion of its own (DOMAIN §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its id inside the service.
    pub id: String,
    /// What people read.
    pub title: Title,
    /// An expression over the form's shared answers: where it holds, a case is opened under this condition.
    pub when: Option<String>,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Limits by the name of their clock, e.g. `dispose` = `4 work_hour`.
    pub limits: BTreeMap<String, Limit>,
    /// When the case may be closed.
    pub close: Option<Title>,
}

/// To whom a case goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteBy {
    /// Whoever works the grid.
    Grid,
    /// The unit in charge.
    Unit,
    /// Whoever is near.
    Radius,
    /// A provider.
    Provider,
    /// The family that its author has named; whoever handles it where none is named.
    Family,
}

/// Routing of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// To whom first.
    pub by: RouteBy,
    /// After which time without an answer one level up, e.g. `2 hour`.
    #[serde(default)]
    pub escalate_after: Option<Limit>,
}

/// When two reports are probably one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dedupe {
    /// Metres apart, at most.
    pub radius_m: u32,
    /// Hours apart, at most.
    pub hours: u32,
}

/// A day that somebody outside has set, as an answer of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The question whose answer is the last day that is in time.
    pub field: String,
    /// How long before the end of that day it shows red.
    pub red_before: Limit,
}

/// A row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// What people read.
    pub title: Title,
    /// A sentence that tells it from what it is mixed up with.
    pub help: Option<Title>,
    /// The larger class it is listed under: the id of a group.
    pub group: String,
    /// Other words that people look for it by.
    pub words: Vec<String>,
    /// Codes in standards.
    pub standard: Vec<StandardRef>,
    /// Which workflow its cases follow.
    pub workflow: String,
    /// The stage that its cases begin in, where it is another than the workflow's.
    pub opens: Option<String>,
    /// Who may read its cases.
    pub visibility: Visibility,
    /// Who may open one.
    pub create: Vec<Role>,
    /// Who handles them: `@handler` in the workflow's table.
    pub handle: Vec<Role>,
    /// Who approves: `@approver` in the workflow's table.
    pub approve: Vec<Role>,
    /// Who else may look at them.
    pub view: Vec<Role>,
    /// Who reads its private answers beside the author, while a case has not ended: whoever holds it unless said.
    pub private_to: Vec<Party>,
    /// How exactly its place is shared.
    pub place: PlacePrecision,
    /// How many may hold one at a time; 1 unless said.
    pub capacity: usize,
    /// How closely whoever takes one was looked at, at least.
    pub vetting: Option<Vetting>,
    /// Whether a child may open one: where nothing is said, where nothing is asked in private ([`Service::opens_to_minors`]).
    pub minors: Option<bool>,
    /// How many of the services that say so one person works on at a time.
    pub load: Option<usize>,
    /// How many requests one person opens within 24 hours.
    pub per_day: Option<usize>,
    /// Minutes of one stay that count for a volunteer, at most.
    pub stay_minutes: Option<u32>,
    /// Photos.
    pub evidence: Evidence,
    /// Filing conditions; the first is meant where none is named.
    pub conditions: Vec<Condition>,
    /// A day set from outside that its cases must meet.
    pub deadline: Option<Deadline>,
    /// The question whose answer says how many the workflow's tally is to come to; none where nobody says it.
    pub tally_of: Option<String>,
    /// To whom it goes first.
    pub routing: Option<Routing>,
    /// Acts for which a phone alone may do less than the workflow's row says.
    pub offline: BTreeMap<String, Offline>,
    /// Times after which the server does an act of its own, where they are others than the workflow's row says.
    pub after: BTreeMap<String, Limit>,
    /// Indicators it counts for (DOMAIN §2.5).
    pub kpi: Vec<String>,
    /// When two reports are probably one.
    pub dedupe: Option<Dedupe>,
    /// Points for whoever reported something that was filed.
    pub reward: Option<u32>,
    /// Marks that a case begins with.
    pub marks: Vec<Mark>,
    /// Its form.
    pub fields: Vec<Field>,
}

impl Service {
    /// Whether a child may open one by itself.
    #[must_use]
    pub fn opens_to_minors(&self) -> bool {
        let private = || self.fields.iter().any(|field| field.privacy == crate::catalogue::Privacy::Private);
        self.minors.unwrap_or_else(|| !private())
    }

    /// The form's question of a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// What a phone alone may do with an act of its workflow.
    #[must_use]
    pub fn offline_of(&self, row: &Transition) -> Offline {
        self.offline.get(&row.id).copied().unwrap_or(row.offline)
    }

    /// When the server does an act of its own; none where it never comes by itself.
    #[must_use]
    pub fn after_of(&self, row: &Transition) -> Option<After> {
        let routed = || self.routing.as_ref().and_then(|routing| routing.escalate_after);
        match (row.after?, self.after.get(&row.id)) {
            (_, Some(limit)) => Some(After::Stage(*limit)),
            (After::Routing, None) => routed().map(After::Stage),
            (After::RoutingTwice, None) => routed().and_then(Limit::twice).map(After::Stage),
            (after, None) => Some(after),
        }
    }

    /// The division that a case lies in which somebody opens by a right in this one: where only the cell may be known, no smaller than a grid,
    /// for a micro-grid is smaller than a cell.
    #[must_use]
    pub fn shown_in(&self, right: &DivisionCode) -> DivisionCode {
        if self.place == PlacePrecision::Cell { right.up_to(Level::Grid) } else { right.clone() }
    }

    /// Whether it goes to people nearby first, and where those do not answer to whoever works the grid where it lies.
    #[must_use]
    pub fn begins_nearby(&self) -> bool {
        self.routing.as_ref().is_some_and(|routing| !matches!(routing.by, RouteBy::Grid | RouteBy::Unit))
    }

    /// Whether the family that its author has named is told first.
    #[must_use]
    pub fn tells_family(&self) -> bool {
        self.routing.as_ref().is_some_and(|routing| routing.by == RouteBy::Family)
    }

    /// The filing condition of an id, or the first.
    #[must_use]
    pub fn condition(&self, id: Option<&str>) -> Option<&Condition> {
        match id {
            Some(id) => self.conditions.iter().find(|condition| condition.id == id),
            None => self.conditions.first(),
        }
    }
}
