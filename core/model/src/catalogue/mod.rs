//! Services and workflows as data: what can be opened, by whom, with which form, and how it may go on.
//!
//! The embedded catalogue is `data/catalogue/`; a deployment may bring another. Reading checks every reference, so the rest of the core
//! believes what it holds; [`load`] tells every mistake with its file, row and field, and nothing is half-loaded.

mod check;
mod contact;
mod find;
mod load;
mod read;
mod rows;
mod service;
mod versions;
mod workflow;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::calendar::{Limit, WorkingCalendar};
use crate::division::DivisionCode;
use crate::words::OwnWords;

pub use crate::field::{Field, FieldType, Privacy};
pub use check::{KPIS, WHOLE};
pub use contact::{Calls, Contact};
pub use load::{CatalogueFile, Inspection, SCHEMA, inspect, load};
pub use read::Mistake;
pub use service::{
    Condition, Deadline, Dedupe, Evidence, PhotoKind, PlacePrecision, RouteBy, Routing, Service, ServiceId,
    StandardRef, Urgency, Visibility,
};
pub use versions::Catalogues;
pub use workflow::{ActClass, After, Effect, Needed, Offline, Party, ServiceEvidence, Transition, Workflow};

/// A text in both languages; zh-Hans is the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// zh-Hans.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A language that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    ZhHans,
    /// English.
    En,
}

impl Title {
    /// The text in one of both languages.
    #[must_use]
    pub fn read_in(self, language: Language) -> String {
        match language {
            Language::ZhHans => self.zh,
            Language::En => self.en,
        }
    }
}

/// What an argument of an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgumentKind {
    /// Words.
    Text,
    /// A unit's id.
    Unit,
    /// A person's id.
    User,
    /// Another case's id.
    Case,
    /// A filing condition of the service.
    Condition,
    /// A limit, e.g. `4 work_hour`.
    Limit,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A whole number from 1 to 5.
    Score,
    /// Yuan, at most two decimals.
    Money,
    /// A code word: four digits.
    Code,
    /// One of `options`.
    Choice,
}

impl ArgumentKind {
    /// The id used in data files and answers.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Unit => "unit",
            Self::User => "user",
            Self::Case => "case",
            Self::Condition => "condition",
            Self::Limit => "limit",
            Self::Date => "date",
            Self::Score => "score",
            Self::Money => "money",
            Self::Code => "code",
            Self::Choice => "choice",
        }
    }
}

/// What may be said with an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// What people read.
    pub title: Title,
    /// What it is.
    pub kind: ArgumentKind,
    /// For a choice.
    #[serde(default)]
    pub options: Vec<String>,
    /// What people read of each option.
    #[serde(default)]
    pub option_labels: BTreeMap<String, Title>,
    /// For a date: so far ahead at most, and not in the past; any date unless said.
    #[serde(default)]
    pub within: Option<Limit>,
}

/// A class of components (管理部件), as a standard numbers them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentClass {
    /// What programs and other languages call it: it stays, whatever people read.
    pub key: String,
    /// The larger class: the id of a group.
    pub group: String,
    /// What people read.
    pub title: Title,
}

/// The act that opens every case.
pub const OPENING_ACT: &str = "report";

/// The argument by which a report, or whoever files it, names the filing condition.
pub const CONDITION: &str = "condition";

/// The argument by which an author says how satisfied they were.
pub const SCORE: &str = "score";

/// The argument of a report that names family, ids with commas between.
pub const FAMILY: &str = "family";
/// The argument by which a report says the day that was set from outside.
pub const DEADLINE: &str = "deadline";

/// The answer that says why a report shows fewer photos than its service asks for.
pub const NO_PHOTO: &str = "no_photo";

/// The argument by which an act names the case that its own goes on in.
pub const INTO: &str = "into";

/// The loaded catalogue of one version. Copies share one table.
#[derive(Debug, Clone)]
pub struct Catalogue {
    tables: Arc<Tables>,
    calendar: WorkingCalendar,
}

#[derive(Debug, Clone)]
struct Tables {
    version: u32,
    groups: BTreeMap<String, Title>,
    said: OwnWords,
    arguments: BTreeMap<String, Argument>,
    components: BTreeMap<String, ComponentClass>,
    contacts: BTreeMap<(Calls, DivisionCode), Contact>,
    workflows: BTreeMap<String, Workflow>,
    services: BTreeMap<ServiceId, Service>,
}

/// A catalogue that cannot be used: every mistake in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue has {} mistakes, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
pub struct CatalogueError(pub Vec<Mistake>);

impl Catalogue {
    /// The catalogue that ships with this version.
    #[must_use]
    pub fn embedded() -> Self {
        static CATALOGUE: LazyLock<Catalogue> =
            LazyLock::new(|| load(&load::EMBEDDED).expect("the embedded catalogue is checked by a test"));
        CATALOGUE.clone()
    }

    /// The files of the embedded catalogue, to begin one's own with.
    #[must_use]
    pub fn embedded_files() -> &'static [CatalogueFile<'static>] {
        &load::EMBEDDED
    }

    /// The same with one service changed, unchecked: for tests of what a row says.
    #[doc(hidden)]
    #[must_use]
    pub fn changed(&self, id: &str, change: impl FnOnce(&mut Service)) -> Self {
        let mut tables = Tables::clone(&self.tables);
        if let Some(service) = tables.services.get_mut(&ServiceId(id.to_owned())) {
            change(service);
        }
        Self { tables: tables.into(), calendar: self.calendar.clone() }
    }

    /// Version of the catalogue; a case names the one it was opened under.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.tables.version
    }

    /// What it says of its own stages, acts and clocks, in place of the words that ship.
    #[must_use]
    pub fn own_words(&self) -> &OwnWords {
        &self.tables.said
    }

    /// A service and its workflow.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<(&Service, &Workflow)> {
        let service = self.tables.services.get(&ServiceId(id.to_owned()))?;
        let workflow = self.tables.workflows.get(&service.workflow)?;
        Some((service, workflow))
    }

    /// Every service, by id.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.tables.services.values()
    }

    /// Every workflow, by id.
    pub fn workflows(&self) -> impl Iterator<Item = (&str, &Workflow)> {
        self.tables.workflows.iter().map(|(id, w)| (id.as_str(), w))
    }

    /// Every group of services, by id.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &Title)> {
        self.tables.groups.iter().map(|(id, title)| (id.as_str(), title))
    }

    /// Every class of components, by its five digits.
    pub fn components(&self) -> impl Iterator<Item = (&str, &ComponentClass)> {
        self.tables.components.iter().map(|(code, class)| (code.as_str(), class))
    }

    /// The class of a component, by its five digits.
    #[must_use]
    pub fn component(&self, code: &str) -> Option<&ComponentClass> {
        self.tables.components.get(code)
    }

    /// Whom people of a division call: the contact of the smallest division around it that has one; none where nobody is named.
    #[must_use]
    pub fn contact(&self, calls: Calls, grid: &DivisionCode) -> Option<&Contact> {
        grid.lineage().find_map(|division| self.tables.contacts.get(&(calls, division)))
    }

    /// The calendar that its limits are counted by.
    #[must_use]
    pub fn calendar(&self) -> &WorkingCalendar {
        &self.calendar
    }

    /// The same version with the holidays that another version knows and this one does not: limits are what was agreed, holidays are what is.
    #[must_use]
    pub fn with_days_of(&self, other: &Self) -> Self {
        Self { tables: Arc::clone(&self.tables), calendar: self.calendar.with_years_of(&other.calendar) }
    }

    /// What an argument of an act is.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.tables.arguments.get(name)
    }

    /// Services that come from a code of a standard.
    pub fn of_standard<'c>(&'c self, reference: &str, code: &str) -> impl Iterator<Item = &'c Service> {
        let wanted = StandardRef { reference: reference.to_owned(), code: code.to_owned() };
        self.services().filter(move |service| service.standard.contains(&wanted))
    }
}

/// Whether a text may be a form key: 1-64 of `a-z`, `0-9`, `_`, `.`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (1..=crate::limits::WORD_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests;
