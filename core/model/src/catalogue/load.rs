//! From files to a catalogue: each file may hold any of the tables; what one names may stand in another.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::check;
use super::read::{Mistake, Row};
use super::{
    Argument, Catalogue, CatalogueError, Condition, Field, Service, ServiceId, Tables, Title, Transition,
    Workflow,
};
use crate::calendar::WorkingCalendar;

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
pub(super) static EMBEDDED: [CatalogueFile<'static>; 13] = embedded![
    "catalogue.toml",
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
    pub(super) arguments: BTreeMap<String, Argument>,
    pub(super) workflows: BTreeMap<String, (String, Workflow)>,
    pub(super) services: BTreeMap<ServiceId, (String, Service)>,
    profiles: BTreeMap<String, Table>,
    forms: BTreeMap<String, Vec<Field>>,
}

/// Reads and checks a catalogue.
///
/// # Errors
/// [`CatalogueError`] with every mistake, in the order of files, rows and fields.
pub fn load(files: &[CatalogueFile<'_>]) -> Result<Catalogue, CatalogueError> {
    let mut mistakes = Vec::new();
    let mut draft = Draft::default();
    let mut tables = Vec::new();
    for file in files {
        match file.text.parse::<Table>() {
            Ok(table) => tables.push((file.name, table)),
            Err(error) => {
                let line = error
                    .span()
                    .map(|span| file.text[..span.start.min(file.text.len())].matches('\n').count() + 1);
                let row = line.map(|line| format!("line {line}")).unwrap_or_default();
                mistakes.push(Mistake {
                    file: file.name.to_owned(),
                    row,
                    field: String::new(),
                    reason: error.message().to_owned(),
                });
            }
        }
    }
    for (name, table) in &mut tables {
        shared(name, table, &mut draft, &mut mistakes);
    }
    for (name, table) in tables {
        services(name, table, &mut draft, &mut mistakes);
    }
    if draft.version.is_none() {
        let field = "version".to_owned();
        let reason = "no file says which version this is".to_owned();
        mistakes.push(Mistake { file: String::new(), row: String::new(), field, reason });
    }
    check::all(&draft, &mut mistakes);
    if !mistakes.is_empty() {
        mistakes.sort();
        mistakes.dedup();
        return Err(CatalogueError(mistakes));
    }
    let Draft { version, groups, arguments, workflows, services, .. } = draft;
    let tables = Tables {
        version: version.unwrap_or_default(),
        groups,
        arguments,
        calendar: WorkingCalendar::embedded(),
        workflows: workflows.into_iter().map(|(id, (_, workflow))| (id, workflow)).collect(),
        services: services.into_iter().map(|(id, (_, service))| (id, service)).collect(),
    };
    Ok(Catalogue { tables: tables.into() })
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
        match (number, draft.version) {
            (None, _) => whole("version", format!("{version} is no version: a whole number from 1")),
            (Some(_), Some(_)) => whole("version", "another file says which version this is".to_owned()),
            (Some(number), None) => draft.version = Some(number),
        }
    }
    named(file, table, "group", mistakes, |_, row, id| {
        let title: Option<Title> = row.required("title");
        draft.groups.extend(title.map(|title| (id.to_owned(), title)));
    });
    named(file, table, "argument", mistakes, |_, row, id| {
        let (title, kind) = (row.required("title"), row.required("kind"));
        let options = row.or_default("options");
        if let (Some(title), Some(kind)) = (title, kind) {
            draft.arguments.insert(id.to_owned(), Argument { title, kind, options });
        }
    });
    named(file, table, "profile", mistakes, |_, row, id| {
        let profile = row.rest();
        if draft.profiles.insert(id.to_owned(), profile).is_some() {
            row.wrong("", "stands twice");
        }
    });
    named(file, table, "form", mistakes, |_, row, id| {
        let fields = fields(row);
        if draft.forms.insert(id.to_owned(), fields).is_some() {
            row.wrong("", "stands twice");
        }
    });
    named(file, table, "workflow", mistakes, |file, row, id| {
        let (title, opens, ends) = (row.required("title"), row.required("opens"), row.required("final"));
        let clocks = row.or_default("clocks");
        let mut acts: Vec<Transition> = Vec::new();
        row.rows("act", |row| acts.extend(row.whole()));
        let (Some(title), Some(opens), Some(ends)) = (title, opens, ends) else { return };
        let workflow = Workflow { title, opens, ends, clocks, acts };
        if let Some((other, _)) = draft.workflows.insert(id.to_owned(), (file.to_owned(), workflow)) {
            row.wrong("", format!("stands in {other}, too"));
        }
    });
}

/// Reads every `[kind.id]` of a file.
fn named(
    file: &str,
    table: &mut Table,
    kind: &str,
    mistakes: &mut Vec<Mistake>,
    mut read: impl FnMut(&str, &mut Row<'_>, &str),
) {
    let Some(found) = table.remove(kind) else { return };
    let mistake = |row: String, mistakes: &mut Vec<Mistake>| {
        let (file, field) = (file.to_owned(), String::new());
        mistakes.push(Mistake { file, row, field, reason: "a table is expected".to_owned() });
    };
    let Value::Table(rows) = found else {
        mistake(kind.to_owned(), mistakes);
        return;
    };
    for (id, value) in rows {
        let name = format!("{kind} {id}");
        let Value::Table(inside) = value else {
            mistake(name, mistakes);
            continue;
        };
        let mut row = Row::new(file, &name, inside, mistakes);
        read(file, &mut row, &id);
        row.end();
    }
}

fn services(file: &str, mut table: Table, draft: &mut Draft, mistakes: &mut Vec<Mistake>) {
    let rows = table.remove("service");
    for key in table.keys() {
        mistakes.push(Mistake {
            file: file.to_owned(),
            row: String::new(),
            field: key.clone(),
            reason: "no such table: group, argument, profile, form, workflow, service".to_owned(),
        });
    }
    let Some(rows) = rows else { return };
    let rows = if let Value::Array(rows) = rows { rows } else { vec![rows] };
    for (index, row) in rows.into_iter().enumerate() {
        let id = row.get("id").and_then(Value::as_str);
        let name = id.map_or_else(|| format!("service[{index}]"), |id| format!("service {id}"));
        let Value::Table(inside) = row else {
            let (file, field) = (file.to_owned(), String::new());
            mistakes.push(Mistake { file, row: name, field, reason: "a table is expected".to_owned() });
            continue;
        };
        let mut row = Row::new(file, &name, inside, mistakes);
        let service = service(&mut row, draft);
        if let Some(service) = service {
            let id = service.id.clone();
            if let Some((other, _)) = draft.services.insert(id, (file.to_owned(), service)) {
                row.wrong("id", format!("stands in {other}, too"));
            }
        }
        row.end();
    }
}

fn service(row: &mut Row<'_>, draft: &Draft) -> Option<Service> {
    if let Some(profile) = row.optional::<String>("profile") {
        match draft.profiles.get(&profile) {
            Some(profile) => row.inherit(profile),
            None => row.wrong("profile", format!("no profile {profile:?}")),
        }
    }
    let mut questions = Vec::new();
    if let Some(form) = row.optional::<String>("form") {
        match draft.forms.get(&form) {
            Some(form) => questions.extend(form.iter().cloned()),
            None => row.wrong("form", format!("no form {form:?}")),
        }
    }
    questions.extend(fields(row));
    let mut conditions = Vec::new();
    row.rows("condition", |row| conditions.extend(condition(row)));
    let (id, title, workflow) = (row.required("id"), row.required("title"), row.required("workflow"));
    let (visibility, place) = (row.required("visibility"), row.required("place"));
    let service = Service {
        help: row.optional("help"),
        opens: row.optional("opens"),
        group: row.or_default("group"),
        words: row.or_default("words"),
        standard: row.or_default("standard"),
        create: row.required("create").unwrap_or_default(),
        handle: row.or_default("handle"),
        approve: row.or_default("approve"),
        view: row.or_default("view"),
        capacity: row.optional("capacity").unwrap_or(1),
        evidence: row.or_default("evidence"),
        conditions,
        routing: row.optional("routing"),
        offline: row.or_default("offline"),
        kpi: row.or_default("kpi"),
        dedupe: row.optional("dedupe"),
        reward: row.optional("reward"),
        marks: row.or_default("marks"),
        fields: questions,
        id: id?,
        title: title?,
        workflow: workflow?,
        visibility: visibility?,
        place: place?,
    };
    Some(service)
}

fn condition(row: &mut Row<'_>) -> Option<Condition> {
    let (id, title) = (row.required("id"), row.required("title"));
    let urgency = row.or_default("urgency");
    let (limits, close) = (row.or_default("limits"), row.optional("close"));
    Some(Condition { id: id?, title: title?, urgency, limits, close })
}

fn fields(row: &mut Row<'_>) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    row.rows("field", |row| found.extend(row.whole()));
    found
}
