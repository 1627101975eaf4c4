//! The rows of a catalogue, read field by field: each field that cannot be read is told by its own name.

use std::collections::{BTreeMap, BTreeSet};

use super::contact::is_telephone;
use super::load::Draft;
use super::read::Row;
use super::{
    Argument, ArgumentKind, ComponentClass, Condition, Contact, Field, Party, Service, ServiceId, Title,
    Transition, Workflow, is_key,
};
use crate::field::Bound;
use crate::limits::{
    ACT_ARGS_MAX, TELEPHONE_BYTES_MAX, TELEPHONE_DIGITS_MIN, WORD_BYTES_MAX, WORKFLOW_ACTS_MAX,
    WORKFLOW_STAGES_MAX,
};

/// Whether a text may be the id of a row: 1-64 of `A-Z`, `a-z`, `0-9`, `_`, `.`, `-`.
pub(super) fn is_id(text: &str) -> bool {
    (1..=WORD_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

pub(super) const NO_ID: &str = "no id: 1 to 64 of A-Z, a-z, 0-9, _, . and -";
const NO_KEY: &str = "no name: 1 to 64 of a-z, 0-9, _ and .";

/// A text that must be there in both languages.
pub(super) fn title(row: &mut Row<'_>, field: &'static str) -> Option<Title> {
    let title: Title = row.required(field)?;
    for (language, text) in [("zh", &title.zh), ("en", &title.en)] {
        if text.trim().is_empty() {
            row.wrong(&format!("{field}.{language}"), "a translation is missing");
        }
    }
    Some(title)
}

pub(super) fn argument(row: &mut Row<'_>) -> Option<Argument> {
    let (title, kind) = (title(row, "title"), row.required("kind"));
    let options: Vec<String> = row.or_default("options");
    let (option_labels, within) = (row.table("option_labels"), row.optional("within"));
    if within.is_some() && kind.is_some_and(|kind| kind != ArgumentKind::Date) {
        row.wrong("within", "only a date lies so far ahead at most");
    }
    if kind == Some(ArgumentKind::Choice) {
        labelled(row, &options, &option_labels);
    }
    match kind {
        Some(ArgumentKind::Choice) if options.is_empty() => row.wrong("options", "nothing to choose from"),
        Some(kind) if kind != ArgumentKind::Choice && !(options.is_empty() && option_labels.is_empty()) => {
            row.wrong("options", "only a choice has options");
        }
        _ => {}
    }
    each_once(row, "options", &options);
    if options.iter().any(|option| !is_key(option)) {
        row.wrong("options", NO_KEY);
    }
    Some(Argument { title: title?, kind: kind?, options, option_labels, within })
}

/// Every option is said in both languages, and nothing else is.
fn labelled(row: &mut Row<'_>, options: &[String], labels: &BTreeMap<String, Title>) {
    for option in options {
        match labels.get(option) {
            None => row.wrong("option_labels", format!("{option} has no words")),
            Some(title) if title.zh.trim().is_empty() || title.en.trim().is_empty() => {
                row.wrong("option_labels", format!("{option}: a translation is missing"));
            }
            Some(_) => {}
        }
    }
    if let Some(other) = labels.keys().find(|label| !options.contains(label)) {
        row.wrong("option_labels", format!("{other} is no option"));
    }
}

pub(super) fn component(row: &mut Row<'_>, code: &str) -> Option<ComponentClass> {
    if code.len() != 5 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        row.wrong("id", "a class of components is five digits");
    }
    let (key, group, title) = (row.required::<String>("key"), row.required("group"), title(row, "title"));
    if key.as_deref().is_some_and(|key| !is_key(key)) {
        row.wrong("key", NO_KEY);
    }
    Some(ComponentClass { key: key?, group: group?, title: title? })
}

pub(super) fn contact(row: &mut Row<'_>) -> Option<Contact> {
    let (grid, calls, title) = (row.required("grid"), row.required("calls"), title(row, "title"));
    let telephone = row.required::<String>("telephone");
    if telephone.as_deref().is_some_and(|telephone| !is_telephone(telephone)) {
        let reason = format!(
            "cannot be dialled: digits, at least {TELEPHONE_DIGITS_MIN}, with + or - among them, {TELEPHONE_BYTES_MAX} letters at most"
        );
        row.wrong("telephone", reason);
    }
    Some(Contact { grid: grid?, calls: calls?, title: title?, telephone: telephone? })
}

fn each_once<T: Ord>(row: &mut Row<'_>, field: &str, list: &[T]) {
    if list.iter().collect::<BTreeSet<_>>().len() < list.len() {
        row.wrong(field, "says one thing twice");
    }
}

pub(super) fn workflow(row: &mut Row<'_>) -> Option<Workflow> {
    let (title, opens, ends) = (title(row, "title"), row.required("opens"), row.required("final"));
    let (clocks, tally) = (row.or_default("clocks"), row.optional::<String>("tally"));
    let mut acts: Vec<Transition> = Vec::new();
    row.rows("act", |row| acts.extend(act(row)));
    if acts.len() > WORKFLOW_ACTS_MAX {
        row.wrong("act", format!("{} acts, and at most {WORKFLOW_ACTS_MAX} are read", acts.len()));
        acts.truncate(WORKFLOW_ACTS_MAX);
    }
    let workflow = Workflow { title: title?, opens: opens?, ends: ends?, clocks, tally, acts };
    let stages = workflow.stages();
    if stages.len() > WORKFLOW_STAGES_MAX {
        row.wrong("act", format!("{} stages, and at most {WORKFLOW_STAGES_MAX} are read", stages.len()));
    }
    if let Some(stage) = stages.into_iter().find(|stage| !is_key(stage)) {
        row.wrong("act", format!("stage {stage:?} is {NO_KEY}"));
    }
    if let Some(clock) = workflow.clocks.keys().find(|clock| !is_key(clock)) {
        row.wrong("clocks", format!("{clock:?} is {NO_KEY}"));
    }
    Some(workflow)
}

fn act(row: &mut Row<'_>) -> Option<Transition> {
    let (id, from, to) = (row.required::<String>("id"), row.required("from"), row.optional("to"));
    let (by, class, offline) = (row.required("by"), row.required("class"), row.required("offline"));
    let (effect, evidence) = (row.or_default("effect"), row.or_default("evidence"));
    let mut args: Vec<String> = row.or_default("args");
    if args.len() > ACT_ARGS_MAX {
        row.wrong("args", format!("{} arguments, and at most {ACT_ARGS_MAX} are read", args.len()));
        args.truncate(ACT_ARGS_MAX);
    }
    let (needs, bars) = (row.or_default("needs"), row.or_default("bars"));
    let (sets, clears) = (row.or_default("sets"), row.or_default("clears"));
    let (counts, at_most) = (row.optional("counts"), row.optional("at_most"));
    let (up_to, after) = (row.optional("up_to"), row.optional("after"));
    let (in_time, vetted) = (row.or_default("in_time"), row.or_default("vetted"));
    if id.as_deref().is_some_and(|id| !is_key(id)) {
        row.wrong("id", NO_KEY);
    }
    Some(Transition {
        id: id?,
        from: from?,
        to,
        by: by?,
        class: class?,
        offline: offline?,
        effect,
        evidence,
        args,
        needs,
        bars,
        sets,
        clears,
        counts,
        at_most,
        up_to,
        after,
        in_time,
        vetted,
    })
}

pub(super) fn service(row: &mut Row<'_>, draft: &Draft) -> Option<Service> {
    if let Some(profile) = row.optional::<String>("profile") {
        match draft.profiles.get(&profile) {
            Some((_, profile)) => row.inherit(profile),
            None if draft.stands("profile", &profile) => {}
            None => row.wrong("profile", format!("no profile {profile:?}")),
        }
    }
    let mut questions = Vec::new();
    if let Some(form) = row.optional::<String>("form") {
        match draft.forms.get(&form) {
            Some(form) => questions.extend(form.iter().cloned()),
            None if draft.stands("form", &form) => {}
            None => row.wrong("form", format!("no form {form:?}")),
        }
    }
    questions.extend(fields(row));
    let mut conditions = Vec::new();
    row.rows("condition", |row| conditions.extend(condition(row)));
    let (id, title, workflow) =
        (row.required::<ServiceId>("id"), title(row, "title"), row.required("workflow"));
    if id.as_ref().is_some_and(|id| !is_id(&id.0)) {
        row.wrong("id", NO_ID);
    }
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
        private_to: row.optional("private_to").unwrap_or_else(|| vec![Party::Holder]),
        capacity: row.optional("capacity").unwrap_or(1),
        vetting: row.optional("vetting"),
        minors: row.optional("minors"),
        load: row.optional("load"),
        per_day: row.optional("per_day"),
        stay_minutes: row.optional("stay_minutes"),
        evidence: row.or_default("evidence"),
        conditions,
        deadline: row.optional("deadline"),
        tally_of: row.optional("tally_of"),
        routing: row.optional("routing"),
        offline: row.or_default("offline"),
        after: row.or_default("after"),
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
    let (id, title) = (row.required::<String>("id"), title(row, "title"));
    if id.as_deref().is_some_and(|id| !is_key(id)) {
        row.wrong("id", NO_KEY);
    }
    let (when, urgency) = (row.optional("when"), row.or_default("urgency"));
    let limits = row.table("limits");
    let close = if row.has("close") { self::title(row, "close") } else { row.optional("close") };
    Some(Condition { id: id?, title: title?, when, urgency, limits, close })
}

pub(super) fn fields(row: &mut Row<'_>) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    row.rows("field", |row| found.extend(field(row)));
    found
}

fn field(row: &mut Row<'_>) -> Option<Field> {
    let (key, kind, label) = (row.required("key"), row.required("type"), row.required("label"));
    let bound = |bound: Option<Bound>| bound.map(|bound| bound.0);
    let (help, purpose) = (row.optional("help"), row.optional("purpose"));
    let (required, required_when) = (row.or_default("required"), row.optional("required_when"));
    let visible_when = row.optional("visible_when");
    let (constraint, constraint_message) = (row.optional("constraint"), row.optional("constraint_message"));
    let (options, option_labels) = (row.or_default("options"), row.table("option_labels"));
    let (min, max) = (bound(row.optional("min")), bound(row.optional("max")));
    let (min_length, max_length) = (row.optional("min_length"), row.optional("max_length"));
    let (min_count, max_count) = (row.optional("min_count"), row.optional("max_count"));
    let (privacy, retention_days) = (row.or_default("privacy"), row.optional("retention_days"));
    let open311 = row.or_default("open311");
    Some(Field {
        key: key?,
        kind: kind?,
        label: label?,
        help,
        required,
        required_when,
        visible_when,
        constraint,
        constraint_message,
        options,
        option_labels,
        min,
        max,
        min_length,
        max_length,
        min_count,
        max_count,
        privacy,
        purpose,
        retention_days,
        open311,
    })
}
