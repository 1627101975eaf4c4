//! From files to a catalogue: each file may hold any of the tables; what one names may stand in another.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::read::{Mistake, Row};
use super::{
    Argument, Catalogue, CatalogueError, ComponentClass, Contact, Field, Service, ServiceId, Tables, Title,
    Workflow,
};
use super::{check, rows};
use crate::calendar::WorkingCalendar;
use crate::limits::{CATALOGUE_FILE_BYTES_MAX, CATALOGUE_FILES_MAX};
use crate::words::{OwnWords, Words};

/// One file of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueFile<'t> {
    /// Its name, as mistakes give it.
    pub name: &'t str,
    /// What is in it: TOML.
    pub text: &'t str,
}

/// The format that this version reads.
pub const SCHEMA: u32 = 1;

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(CatalogueFile { name: $name, text: include_str!(concat!("../../data/catalogue/", $name)) }),+]
    };
}

/// The files that ship with this version.
pub(super) static EMBEDDED: [CatalogueFile<'static>; 15] = embedded![
    "catalogue.toml",
    "components.toml",
    "contacts.toml",
    "services-city.toml",
    "services-components.toml",
    "services-enterprise.toml",
    "services-help.toml",
    "services-local.toml",
    "services-orders.toml",
    "services-people.toml",
    "services-safety.toml",
    "services-tasks.toml",
    "services.toml",
    "workflows-services.toml",
    "workflows.toml",
];

/// What the files hold, before it is believed. Where each thing stands is kept for the mistakes.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) version: Option<u32>,
    pub(super) groups: BTreeMap<String, Title>,
    pub(super) said: OwnWords,
    pub(super) arguments: BTreeMap<String, Argument>,
    /// Where it says anything of the calendar: the embedded one with that.
    calendar: Option<WorkingCalendar>,
    pub(super) components: BTreeMap<String, (String, ComponentClass)>,
    pub(super) contacts: BTreeMap<String, (String, Contact)>,
    pub(super) workflows: BTreeMap<String, (String, Workflow)>,
    pub(super) services: BTreeMap<ServiceId, (String, Service)>,
    /// Every id that stands, by its kind, and in which file: also of rows that cannot be read, so that who names one is not blamed.
    stands: BTreeMap<(&'static str, String), String>,
    /// Workflows with something that cannot be read: what holds for the whole of one is not judged.
    pub(super) partial: BTreeSet<String>,
    pub(super) forms: BTreeMap<String, Vec<Field>>,
    pub(super) profiles: BTreeMap<String, (String, Table)>,
    /// Rows of services, readable or not.
    rows: usize,
}

impl Draft {
    /// Whether a row of this kind and id stands somewhere, readable or not.
    pub(super) fn stands(&self, kind: &'static str, id: &str) -> bool {
        self.stands.contains_key(&(kind, id.to_owned()))
    }

    fn read(files: &[CatalogueFile<'_>], mistakes: &mut Vec<Mistake>) -> Self {
        let mut draft = Self::default();
        let mut tables = Vec::new();
        if files.len() > CATALOGUE_FILES_MAX {
            let reason = format!("{} files, and at most {CATALOGUE_FILES_MAX} are read", files.len());
            mistakes.push(of_all("", reason));
        }
        for file in files.iter().take(CATALOGUE_FILES_MAX) {
            tables.extend(parsed(file, mistakes).map(|table| (file.name, table)));
        }
        for (name, table) in &mut tables {
            shared(name, table, &mut draft, mistakes);
        }
        profiles(&draft, mistakes);
        for (name, table) in tables {
            services(name, table, &mut draft, mistakes);
        }
        if draft.version.is_none() && !draft.stands("version", "") {
            mistakes.push(of_all("version", "no file says which version this is".to_owned()));
        }
        check::all(&draft, mistakes);
        draft
    }
}

/// A mistake of the catalogue as a whole.
fn of_all(field: &str, reason: String) -> Mistake {
    Mistake { file: String::new(), row: String::new(), field: field.to_owned(), reason }
}

/// Reads and checks a catalogue.
///
/// # Errors
/// [`CatalogueError`] with every mistake, in the order of files, rows and fields.
pub fn load(files: &[CatalogueFile<'_>]) -> Result<Catalogue, CatalogueError> {
    let mut mistakes = Vec::new();
    let draft = Draft::read(files, &mut mistakes);
    if !mistakes.is_empty() {
        sort(&mut mistakes);
        return Err(CatalogueError(mistakes));
    }
    let Draft {
        version, groups, said, arguments, calendar, components, contacts, workflows, services, ..
    } = draft;
    let tables = Tables {
        version: version.unwrap_or_default(),
        groups,
        said,
        arguments,
        components: components.into_iter().map(|(code, (_, class))| (code, class)).collect(),
        contacts: contacts.into_values().map(|(_, c)| ((c.calls, c.grid.clone()), c)).collect(),
        workflows: workflows.into_iter().map(|(id, (_, workflow))| (id, workflow)).collect(),
        services: services.into_iter().map(|(id, (_, service))| (id, service)).collect(),
    };
    let calendar = calendar.unwrap_or_else(WorkingCalendar::embedded);
    Ok(Catalogue { tables: tables.into(), calendar })
}

/// What is in the files of a catalogue, for those who keep one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Which version it says it is.
    pub version: Option<u32>,
    /// Rows of services, good or not.
    pub services: usize,
    /// Workflows that can be read.
    pub workflows: usize,
    /// Everything that is wrong, in the order of files, rows and fields. Where it is empty [`load`] takes the files.
    pub mistakes: Vec<Mistake>,
}

/// Looks for every mistake, and for every stage, act and clock that people would read as an id because neither `words` nor the catalogue
/// itself has words for it.
#[must_use]
pub fn inspect(files: &[CatalogueFile<'_>], words: &Words) -> Inspection {
    let mut mistakes = Vec::new();
    let draft = Draft::read(files, &mut mistakes);
    let mut words = words.clone();
    words.learn(&draft.said);
    for (id, (file, workflow)) in &draft.workflows {
        for field in words.missing_of(workflow) {
            let (file, row) = (file.clone(), format!("workflow {id}"));
            mistakes.push(Mistake { file, row, field, reason: "has no words".to_owned() });
        }
    }
    for field in words.missing_of_every_catalogue() {
        let file = "words".to_owned();
        mistakes.push(Mistake { file, row: String::new(), field, reason: "has no words".to_owned() });
    }
    sort(&mut mistakes);
    Inspection { version: draft.version, services: draft.rows, workflows: draft.workflows.len(), mistakes }
}

fn sort(mistakes: &mut Vec<Mistake>) {
    mistakes.sort();
    mistakes.dedup();
}

fn parsed(file: &CatalogueFile<'_>, mistakes: &mut Vec<Mistake>) -> Option<Table> {
    let mut wrong = |row: String, reason: String| {
        mistakes.push(Mistake { file: file.name.to_owned(), row, field: String::new(), reason });
    };
    let size = file.text.len();
    if size > CATALOGUE_FILE_BYTES_MAX {
        wrong(String::new(), format!("{size} bytes, and at most {CATALOGUE_FILE_BYTES_MAX} are read"));
        return None;
    }
    match file.text.parse::<Table>() {
        Ok(table) => Some(table),
        Err(error) => {
            let before = |end: usize| file.text.bytes().take(end).filter(|b| *b == b'\n').count() + 1;
            let row = error.span().map(|span| format!("line {}", before(span.start)));
            wrong(row.unwrap_or_default(), error.message().trim_end().to_owned());
            None
        }
    }
}

/// Everything but the services, which stand on it. What is left in the table is unknown.
fn shared(file: &str, table: &mut Table, draft: &mut Draft, mistakes: &mut Vec<Mistake>) {
    let mut whole = |field: &str, reason: String| {
        let (file, row, field) = (file.to_owned(), String::new(), field.to_owned());
        mistakes.push(Mistake { file, row, field, reason });
    };
    if let Some(schema) = table.remove("schema")
        && schema.as_integer() != Some(i64::from(SCHEMA))
    {
        whole("schema", format!("{schema} is not a format that this version reads: it reads {SCHEMA}"));
    }
    if let Some(version) = table.remove("version") {
        let number = version.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        let other = draft.stands.insert(("version", String::new()), file.to_owned());
        match (number, other) {
            (None, _) => whole("version", format!("{version} is no version: a whole number from 1")),
            (Some(_), Some(other)) => whole("version", format!("{other} says which version this is, too")),
            (Some(number), None) => draft.version = Some(number),
        }
    }
    if let Some(says) = table.remove("calendar") {
        let told = |field: String, reason: String| {
            let (file, row) = (file.to_owned(), "calendar".to_owned());
            Mistake { file, row, field, reason }
        };
        let wrong = |reason: String| told(String::new(), reason);
        let other = draft.stands.insert(("calendar", String::new()), file.to_owned());
        match (says, other) {
            (_, Some(other)) => mistakes.push(wrong(format!("stands in {other}, too"))),
            (Value::Table(says), None) => match WorkingCalendar::embedded().otherwise(says) {
                Ok(calendar) => draft.calendar = Some(calendar),
                Err(errors) => mistakes.extend(
                    errors.iter().map(|error| told(error.field().unwrap_or_default(), error.to_string())),
                ),
            },
            _ => mistakes.push(wrong("a table is expected".to_owned())),
        }
    }
    named(file, table, "group", draft, mistakes, |draft, row, id| {
        let title = rows::title(row, "title");
        draft.groups.extend(title.map(|title| (id.to_owned(), title)));
    });
    named(file, table, "stage", draft, mistakes, |draft, row, id| {
        draft.said.stage.extend(rows::title(row, "title").map(|title| (id.to_owned(), title)));
    });
    named(file, table, "act", draft, mistakes, |draft, row, id| {
        draft.said.act.extend(rows::title(row, "title").map(|title| (id.to_owned(), title)));
    });
    named(file, table, "clock", draft, mistakes, |draft, row, id| {
        draft.said.clock.extend(rows::title(row, "title").map(|title| (id.to_owned(), title)));
    });
    named(file, table, "argument", draft, mistakes, |draft, row, id| {
        let argument = rows::argument(row);
        draft.arguments.extend(argument.map(|argument| (id.to_owned(), argument)));
    });
    named(file, table, "component", draft, mistakes, |draft, row, code| {
        let class = rows::component(row, code);
        draft.components.extend(class.map(|class| (code.to_owned(), (file.to_owned(), class))));
    });
    named(file, table, "contact", draft, mistakes, |draft, row, id| {
        let contact = rows::contact(row);
        draft.contacts.extend(contact.map(|contact| (id.to_owned(), (file.to_owned(), contact))));
    });
    named(file, table, "profile", draft, mistakes, |draft, row, id| {
        draft.profiles.entry(id.to_owned()).or_insert((file.to_owned(), row.rest()));
    });
    named(file, table, "form", draft, mistakes, |draft, row, id| {
        let fields = rows::fields(row);
        draft.forms.entry(id.to_owned()).or_insert(fields);
    });
    named(file, table, "workflow", draft, mistakes, |draft, row, id| {
        let mistakes = row.mistakes();
        let workflow = rows::workflow(row);
        if row.mistakes() > mistakes {
            draft.partial.insert(id.to_owned());
        }
        if let Some(workflow) = workflow {
            draft.workflows.entry(id.to_owned()).or_insert((file.to_owned(), workflow));
        }
    });
}

/// Reads every `[kind.id]` of a file.
fn named(
    file: &str,
    table: &mut Table,
    kind: &'static str,
    draft: &mut Draft,
    mistakes: &mut Vec<Mistake>,
    mut read: impl FnMut(&mut Draft, &mut Row<'_>, &str),
) {
    let Some(found) = table.remove(kind) else { return };
    let mistake = |row: String, mistakes: &mut Vec<Mistake>| {
        let (file, field) = (file.to_owned(), String::new());
        mistakes.push(Mistake { file, row, field, reason: "a table is expected".to_owned() });
    };
    let Value::Table(found) = found else {
        mistake(kind.to_owned(), mistakes);
        return;
    };
    for (id, value) in found {
        let name = format!("{kind} {id}");
        let other = draft.stands.insert((kind, id.clone()), file.to_owned());
        let Value::Table(inside) = value else {
            mistake(name, mistakes);
            continue;
        };
        let mut row = Row::new(file, &name, inside, mistakes);
        if !rows::is_id(&id) {
            row.wrong("id", rows::NO_ID);
        }
        if let Some(other) = other {
            row.wrong("", format!("stands in {other}, too"));
        }
        read(draft, &mut row, &id);
        row.end();
    }
}

/// What a profile says is judged where it stands, once, and not in every service that takes from it.
fn profiles(draft: &Draft, mistakes: &mut Vec<Mistake>) {
    for (id, (file, profile)) in &draft.profiles {
        let mut row = Row::new(file, &format!("profile {id}"), profile.clone(), mistakes).in_part();
        for (field, reason) in [("id", "every service has its own"), ("profile", "takes from no other")] {
            if row.has(field) {
                row.wrong(field, reason);
            }
        }
        rows::service(&mut row, draft);
        row.end();
    }
}

fn services(file: &str, mut table: Table, draft: &mut Draft, mistakes: &mut Vec<Mistake>) {
    let found = table.remove("service");
    for key in table.keys() {
        mistakes.push(Mistake {
            file: file.to_owned(),
            row: String::new(),
            field: key.clone(),
            reason: format!("no such table: {TABLES}"),
        });
    }
    let Some(found) = found else { return };
    let found = if let Value::Array(found) = found { found } else { vec![found] };
    for (index, row) in found.into_iter().enumerate() {
        draft.rows += 1;
        let id = row.get("id").and_then(Value::as_str).map(str::to_owned);
        let name = id.as_ref().map_or_else(|| format!("service[{index}]"), |id| format!("service {id}"));
        let Value::Table(inside) = row else {
            let (file, field) = (file.to_owned(), String::new());
            mistakes.push(Mistake { file, row: name, field, reason: "a table is expected".to_owned() });
            continue;
        };
        let other = id.and_then(|id| draft.stands.insert(("service", id), file.to_owned()));
        let mut row = Row::new(file, &name, inside, mistakes);
        if let Some(other) = other {
            row.wrong("id", format!("stands in {other}, too"));
        }
        if let Some(service) = rows::service(&mut row, draft) {
            draft.services.entry(service.id.clone()).or_insert((file.to_owned(), service));
        }
        row.end();
    }
}

/// What may stand at the top of a file.
const TABLES: &str = "schema, version, group, stage, act, clock, argument, calendar, component, contact, profile, form, workflow, service";
