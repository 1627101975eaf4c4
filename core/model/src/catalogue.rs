//! Services and workflows as data: what can be opened, by whom, with which form, and how it may go on.
//!
//! The embedded catalogue is `data/catalogue.toml`. Loading checks every reference, so the rest of the core believes what it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::role::Role;

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

/// A text in both languages; zh-Hans is the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// zh-Hans.
    pub zh: String,
    /// English.
    pub en: String,
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
    /// People of the grid.
    Grid,
    /// Handlers and the author.
    Handler,
}

/// Whether an answer may stand in a shared document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// May be shared.
    #[default]
    Shared,
    /// Stays in the phone's private table.
    Private,
}

/// Kind of a form answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Free text.
    Text,
    /// A decimal number.
    Number,
    /// Yuan, at most two decimals, not negative.
    Money,
    /// One of `options`.
    Choice,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key in documents and commands.
    pub key: String,
    /// Kind of the answer.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What people read.
    pub label: Title,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// For `choice`.
    #[serde(default)]
    pub options: Vec<String>,
    /// Where the answer may live.
    #[serde(default)]
    pub privacy: Privacy,
}

/// Where a service comes from in a standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardRef {
    /// The standard, with its year.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The code in it.
    pub code: String,
}

/// A row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// What people read.
    pub title: Title,
    /// Which workflow its cases follow.
    pub workflow: String,
    /// Who may read its cases.
    pub visibility: Visibility,
    /// Who may open one.
    pub create: Vec<Role>,
    /// How exactly its place is shared.
    pub place: PlacePrecision,
    /// How many may hold one at a time; 1 unless said.
    #[serde(default = "one")]
    pub capacity: usize,
    /// Codes in standards.
    #[serde(default)]
    pub standard: Vec<StandardRef>,
    /// Its form.
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
}

fn one() -> usize {
    1
}

impl Service {
    /// The form's question of a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }
}

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
    /// Anybody with this role where the case lies.
    Role(Role),
}

impl FromStr for Party {
    type Err = crate::role::UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "@author" => Party::Author,
            "@holder" => Party::Holder,
            "@waiting" => Party::Waiting,
            role => Party::Role(role.parse()?),
        })
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
            Party::Author => "@author".into(),
            Party::Holder => "@holder".into(),
            Party::Waiting => "@waiting".into(),
            Party::Role(role) => role.id().into(),
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

/// What an act does to those who hold or wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing but the stage.
    #[default]
    None,
    /// The actor takes a place, or joins the waiting list.
    Take,
    /// The actor leaves; the next in line is promoted.
    GiveUp,
    /// Everybody who held it or waited for it is let go.
    Dismiss,
    /// The actor sees from now on how it goes, through its public summary; the stage stays.
    Follow,
    /// The actor no longer does; the stage stays.
    Unfollow,
}

/// One row of a workflow's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The act.
    pub id: String,
    /// Stages it is possible in.
    pub from: Vec<String>,
    /// Stage it leads to.
    pub to: String,
    /// Who may do it.
    pub by: Vec<Party>,
    /// How it gets along with others.
    pub class: ActClass,
    /// What a phone alone may do.
    pub offline: Offline,
    /// What it does to holders.
    #[serde(default)]
    pub effect: Effect,
    /// Photos that the actor must have put into the case, the same command's included; 0 unless said.
    #[serde(default)]
    pub evidence: u32,
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
            stages.insert(&row.to);
            stages.extend(row.from.iter().map(String::as_str));
        }
        stages
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    version: u32,
    workflow: BTreeMap<String, Workflow>,
    service: Vec<Service>,
}

/// The loaded catalogue of one version.
#[derive(Debug, Clone)]
pub struct Catalogue {
    version: u32,
    workflows: BTreeMap<String, Workflow>,
    services: BTreeMap<ServiceId, Service>,
}

/// Why a catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML of the right shape.
    #[error("the catalogue cannot be read: {0}")]
    Unreadable(String),
    /// A row refers to what is not there, or contradicts itself.
    #[error("catalogue row {row}: {reason}")]
    Row {
        /// Which row.
        row: String,
        /// What is wrong.
        reason: String,
    },
}

impl Catalogue {
    /// The catalogue that ships with this version.
    #[must_use]
    pub fn embedded() -> Self {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
            Catalogue::parse(include_str!("../data/catalogue.toml"))
                .expect("the embedded catalogue is checked by a test")
        });
        CATALOGUE.clone()
    }

    /// Reads and checks a catalogue file.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the row.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: CatalogueFile =
            toml::from_str(text).map_err(|e| CatalogueError::Unreadable(e.to_string()))?;
        let mut services = BTreeMap::new();
        for service in file.service {
            let fail = |reason: String| CatalogueError::Row { row: service.id.0.clone(), reason };
            if !file.workflow.contains_key(&service.workflow) {
                return Err(fail(format!("no workflow {}", service.workflow)));
            }
            if service.capacity == 0 || service.create.is_empty() {
                return Err(fail("capacity 0 or nobody who may open it".into()));
            }
            let follows = |workflow: &Workflow| workflow.acts.iter().any(|row| row.effect == Effect::Follow);
            if service.visibility != Visibility::Public
                && file.workflow.get(&service.workflow).is_some_and(follows)
            {
                return Err(fail("only what is public can be followed".into()));
            }
            let mut keys = BTreeSet::new();
            for field in &service.fields {
                if !keys.insert(&field.key) {
                    return Err(fail(format!("field {} twice", field.key)));
                }
                if !is_key(&field.key) {
                    return Err(fail(format!("{:?} is no field key: a-z, 0-9, _ and .", field.key)));
                }
                if (field.kind == FieldType::Choice) == field.options.is_empty() {
                    return Err(fail(format!("field {}: options belong to a choice", field.key)));
                }
            }
            if services.insert(service.id.clone(), service.clone()).is_some() {
                return Err(fail("stands twice".into()));
            }
        }
        for (id, workflow) in &file.workflow {
            let fail = |reason: String| CatalogueError::Row { row: id.clone(), reason };
            let reached: BTreeSet<&str> =
                workflow.acts.iter().map(|t| t.to.as_str()).chain([workflow.opens.as_str()]).collect();
            let mut acts = BTreeSet::new();
            for row in &workflow.acts {
                if !acts.insert(&row.id) || row.id == OPENING_ACT {
                    return Err(fail(format!("act {} twice or reserved", row.id)));
                }
                if let Some(stage) = row.from.iter().find(|s| !reached.contains(s.as_str())) {
                    return Err(fail(format!("act {}: no way leads to stage {stage}", row.id)));
                }
            }
            if let Some(stage) = workflow.ends.iter().find(|s| !reached.contains(s.as_str())) {
                return Err(fail(format!("no way leads to final stage {stage}")));
            }
        }
        Ok(Self { version: file.version, workflows: file.workflow, services })
    }

    /// Version of the catalogue; a case names the one it was opened under.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// A service and its workflow.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<(&Service, &Workflow)> {
        let service = self.services.get(&ServiceId(id.to_owned()))?;
        let workflow = self.workflows.get(&service.workflow)?;
        Some((service, workflow))
    }

    /// Every service, by id.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// Every workflow, by id.
    pub fn workflows(&self) -> impl Iterator<Item = (&str, &Workflow)> {
        self.workflows.iter().map(|(id, w)| (id.as_str(), w))
    }
}

/// The act that opens every case.
pub const OPENING_ACT: &str = "report";

/// Whether a text may be a form key: 1-64 of `a-z`, `0-9`, `_`, `.`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (1..=crate::limits::WORD_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_holds_the_first_services() {
        let catalogue = Catalogue::embedded();
        let ids: Vec<&str> = catalogue.services().map(|s| s.id.0.as_str()).collect();
        assert_eq!(ids, ["case.city.E06010", "case.snap", "help.errand", "help.escort"]);
        assert_eq!(catalogue.service("help.escort").unwrap().0.capacity, 2);
        let (errand, workflow) = catalogue.service("help.errand").unwrap();
        let keys: Vec<&str> = errand.fields.iter().map(|f| f.key.as_str()).collect();
        assert_eq!(keys, ["list", "budget", "beneficiary", "time_window"]);
        assert!(errand.fields.iter().all(|f| !f.required));
        assert_eq!(workflow.opens, "open");
    }

    #[test]
    fn a_bad_row_is_named() {
        let head = "version = 1\n[workflow.W]\ntitle = { zh = 'a', en = 'a' }\nopens = 'a'\nfinal = []\n";
        let service = |extra: &str| {
            format!(
                "{head}\n[[service]]\nid = 's'\ntitle = {{ zh = 'a', en = 'a' }}\nvisibility = 'grid'\nplace = 'exact'\n{extra}"
            )
        };
        let cases = [
            (
                service("workflow = 'W'\ncreate = ['resident']").replace(
                    "\n[[service]]",
                    "\n[[workflow.W.act]]\nid = 'follow'\nfrom = ['a']\nto = 'a'\nby = ['resident']\nclass = 'additive'\noffline = 'local'\neffect = 'follow'\n[[service]]",
                ),
                "only what is public",
            ),
            (service("workflow = 'X'\ncreate = ['resident']"), "no workflow X"),
            (service("workflow = 'W'\ncreate = []"), "nobody"),
            (service("workflow = 'W'\ncreate = ['resident']\ncapacity = 0"), "capacity"),
            (service("workflow = 'W'\ncreate = ['king']"), "no role"),
            (
                service(
                    "workflow = 'W'\ncreate = ['resident']\n[[service.field]]\nkey = 'A'\ntype = 'text'\nlabel = { zh = 'a', en = 'a' }",
                ),
                "no field key",
            ),
            (
                format!(
                    "{head}\n[[workflow.W.act]]\nid = 'x'\nfrom = ['nowhere']\nto = 'b'\nby = ['resident']\nclass = 'additive'\noffline = 'local'\n[[service]]\nid = 's'\ntitle = {{ zh = 'a', en = 'a' }}\nvisibility = 'grid'\nplace = 'exact'\nworkflow = 'W'\ncreate = ['resident']"
                ),
                "nowhere",
            ),
        ];
        for (text, expected) in cases {
            let error = Catalogue::parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
