//! What must hold between the rows of a catalogue. Every mistake is told.

use std::collections::BTreeSet;

use super::load::Draft;
use super::read::Mistake;
use super::{
    ActClass, ArgumentKind, Effect, Field, FieldType, Needed, OPENING_ACT, Offline, Party, PlacePrecision,
    Privacy, Service, Title, Transition, Workflow,
};
use crate::form;
use crate::mark::Mark;

/// Indicators that a service may count for (DOMAIN §2.5).
pub const KPIS: [&str; 22] = [
    "filed_rate",
    "filed_ontime_rate",
    "dispatch_accuracy",
    "disposed_rate",
    "disposed_ontime_rate",
    "closed_rate",
    "closed_ontime_rate",
    "completion_rate",
    "rework_rate",
    "extension_rate",
    "return_rate",
    "self_handle_share",
    "duplicate_rate",
    "recurrence_rate",
    "response_rate",
    "solve_rate",
    "satisfy_rate",
    "valid_report_rate",
    "verify_ontime_rate",
    "avg_dispose_time",
    "visit_coverage",
    "overdue_open",
];

/// Clocks that a condition may limit, beside those of its workflow: the whole way from opening to the end.
pub const WHOLE: &str = "whole";

/// Where a check looks, and where it puts what it finds.
struct At<'m> {
    file: &'m str,
    row: String,
    mistakes: &'m mut Vec<Mistake>,
}

impl At<'_> {
    fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        self.mistakes.push(Mistake {
            file: self.file.to_owned(),
            row: self.row.clone(),
            field: field.to_owned(),
            reason: reason.into(),
        });
    }

    fn title(&mut self, field: &str, title: &Title) {
        for (language, text) in [("zh", &title.zh), ("en", &title.en)] {
            if text.trim().is_empty() {
                self.wrong(&format!("{field}.{language}"), "a translation is missing");
            }
        }
    }
}

pub(super) fn all(draft: &Draft, mistakes: &mut Vec<Mistake>) {
    for (id, (file, workflow)) in &draft.workflows {
        workflow_of(draft, workflow, &mut At { file, row: format!("workflow {id}"), mistakes });
    }
    for (id, (file, service)) in &draft.services {
        let mut at = At { file, row: format!("service {id}"), mistakes };
        match draft.workflows.get(&service.workflow) {
            Some((_, workflow)) => {
                in_workflow(service, workflow, &mut at);
                alone(draft, service, workflow, &mut at);
            }
            None => at.wrong("workflow", format!("no workflow {}", service.workflow)),
        }
    }
}

fn workflow_of(draft: &Draft, workflow: &Workflow, at: &mut At<'_>) {
    at.title("title", &workflow.title);
    let reached: BTreeSet<&str> =
        workflow.acts.iter().filter_map(|t| t.to.as_deref()).chain([workflow.opens.as_str()]).collect();
    let row = at.row.clone();
    let mut acts = BTreeSet::new();
    for act in &workflow.acts {
        at.row = format!("{row} act {}", act.id);
        if !acts.insert(&act.id) || act.id == OPENING_ACT {
            at.wrong("id", format!("act {} twice or reserved", act.id));
        }
        if let Some(stage) = act.from.iter().find(|s| !reached.contains(s.as_str())) {
            at.wrong("from", format!("no way leads to stage {stage}"));
        }
        if act.from.is_empty() || act.by.is_empty() {
            at.wrong("from", "possible in no stage, or by nobody");
        }
        act_of(draft, workflow, act, at);
    }
    at.row = row;
    for stage in workflow.ends.iter().filter(|s| !reached.contains(s.as_str())) {
        at.wrong("final", format!("no way leads to final stage {stage}"));
    }
    for stage in workflow.stages() {
        let leaves =
            |act: &Transition| act.from.iter().any(|s| s == stage) && act.to.as_deref() != Some(stage);
        let goes_on = workflow.acts.iter().filter(|act| act.moves()).any(leaves);
        if !goes_on && !workflow.ends.iter().any(|end| end == stage) {
            at.wrong("act", format!("nothing leads out of stage {stage}, and it is not final"));
        }
    }
    for mark in Mark::ALL {
        let sets: Vec<&Transition> = workflow.acts.iter().filter(|act| act.sets.contains(mark)).collect();
        let answered = workflow.acts.iter().any(|act| act.clears.contains(mark));
        if (mark.is_asked() || mark.stops()) && !sets.is_empty() && !answered {
            at.wrong("act", format!("{mark} is set and nothing takes it away"));
        }
        let needed = workflow.acts.iter().find(|act| act.needs.contains(mark));
        if let (true, Some(act)) = (sets.is_empty() && mark.is_asked(), needed) {
            at.wrong("act", format!("{} needs {mark}, which nothing sets", act.id));
        }
    }
    for (clock, stages) in &workflow.clocks {
        for stage in stages.iter().filter(|stage| !reached.contains(stage.as_str())) {
            at.wrong(&format!("clocks.{clock}"), format!("no way leads to stage {stage}"));
        }
    }
}

fn act_of(draft: &Draft, workflow: &Workflow, act: &Transition, at: &mut At<'_>) {
    for (name, _) in act.arguments().filter(|(name, _)| !draft.arguments.contains_key(*name)) {
        at.wrong("args", format!("no argument {name}"));
    }
    let asked = match act.effect {
        Effect::Assign => Some(("user", ArgumentKind::User)),
        Effect::Dispatch | Effect::Join => Some(("unit", ArgumentKind::Unit)),
        Effect::Merge => Some(("into", ArgumentKind::Case)),
        Effect::Pause => Some(("until", ArgumentKind::Date)),
        Effect::Extend => Some(("limit", ArgumentKind::Limit)),
        _ => None,
    };
    if let Some((name, kind)) = asked {
        let is_asked = act.arguments().any(|(argument, required)| argument == name && required);
        // What was asked for is kept; who answers need not say it again.
        let kept = || act.clears.iter().any(|mark| carries(workflow, *mark, name, Mark::ALL.len()));
        if !is_asked && !kept() {
            at.wrong("args", format!("its effect needs the argument {name}"));
        }
        if draft.arguments.get(name).is_some_and(|argument| argument.kind != kind) {
            at.wrong("args", format!("the argument {name} is of another kind"));
        }
    }
    if let Some(mark) = act.needs.iter().find(|mark| act.bars.contains(mark)) {
        at.wrong("needs", format!("needs {mark} and bars it"));
    }
    if let Some(mark) = act.sets.iter().find(|mark| act.clears.contains(mark)) {
        at.wrong("sets", format!("sets {mark} and takes it away"));
    }
    if act.at_most.is_some() && act.counts.is_none() {
        at.wrong("at_most", "says how often, and not what is counted");
    }
    if act.at_most == Some(0) {
        at.wrong("at_most", "0: never");
    }
    if act.class == ActClass::Exclusive && act.offline == Offline::Local {
        at.wrong("offline", "an exclusive act is not done by a phone alone");
    }
    let is_timed = act.by.contains(&Party::System);
    if is_timed != act.after.is_some() {
        at.wrong("after", "the server's own acts say after which time, and no others do");
    }
}

/// Whether a question always comes with an argument: whoever asks it says so, or answers one that did. `steps` ends a circle.
fn carries(workflow: &Workflow, mark: Mark, name: &str, steps: usize) -> bool {
    let mut asking = workflow.acts.iter().filter(|act| act.sets.contains(&mark)).peekable();
    let says = |act: &Transition| {
        act.arguments().any(|(argument, required)| argument == name && required)
            || (steps > 0 && act.clears.iter().any(|other| carries(workflow, *other, name, steps - 1)))
    };
    mark.is_asked() && asking.peek().is_some() && asking.all(says)
}

/// What a service and its workflow owe each other.
fn in_workflow(service: &Service, workflow: &Workflow, at: &mut At<'_>) {
    let names = |party: Party| workflow.acts.iter().any(|row| row.by.contains(&party));
    for (party, roles, field) in
        [(Party::Handler, &service.handle, "handle"), (Party::Approver, &service.approve, "approve")]
    {
        if names(party) && roles.is_empty() {
            at.wrong(field, format!("nobody, and acts of {} are theirs", service.workflow));
        }
    }
    if let Some(opens) = service.opens.as_ref().filter(|opens| !workflow.stages().contains(opens.as_str())) {
        at.wrong("opens", format!("{} has no stage {opens}", service.workflow));
    }
    for (act, offline) in &service.offline {
        let Some(row) = workflow.act(act) else {
            at.wrong("offline", format!("{} has no act {act}", service.workflow));
            continue;
        };
        let rank = |offline: Offline| match offline {
            Offline::Local => 0,
            Offline::QueueIntent => 1,
            Offline::ServerOnly => 2,
        };
        if rank(*offline) < rank(row.offline) {
            at.wrong("offline", format!("{act}: a service may ask for more than its workflow, not for less"));
        }
    }
    for condition in &service.conditions {
        for clock in condition.limits.keys() {
            if clock != WHOLE && !workflow.clocks.contains_key(clock) {
                at.wrong("condition", format!("{}: {} has no clock {clock}", condition.id, service.workflow));
            }
        }
    }
}

/// What must hold of a service by itself.
fn alone(draft: &Draft, service: &Service, workflow: &Workflow, at: &mut At<'_>) {
    at.title("title", &service.title);
    if let Some(help) = &service.help {
        at.title("help", help);
    }
    if service.capacity == 0 {
        at.wrong("capacity", "0: nobody could ever hold one");
    }
    if service.create.is_empty() {
        at.wrong("create", "nobody may open one");
    }
    if !draft.groups.contains_key(&service.group) {
        at.wrong("group", format!("no group {:?}", service.group));
    }
    for kpi in service.kpi.iter().filter(|kpi| !KPIS.contains(&kpi.as_str())) {
        at.wrong("kpi", format!("no indicator {kpi:?}"));
    }
    let of_service = workflow.acts.iter().any(|row| matches!(row.evidence, Needed::OfService(_)));
    if !of_service && service.evidence.after_min > 0 {
        at.wrong("evidence.after_min", format!("no act of {} asks for it", service.workflow));
    }
    let mut conditions = BTreeSet::new();
    for condition in &service.conditions {
        at.title("condition.title", &condition.title);
        if !conditions.insert(&condition.id) {
            at.wrong("condition", format!("{} twice", condition.id));
        }
    }
    for form::FormMistake { key, attribute, reason } in form::mistakes(&service.fields) {
        let field = if key.is_empty() { attribute.to_owned() } else { format!("field {key}.{attribute}") };
        at.wrong(&field, reason.to_string());
    }
    let exact = |f: &&Field| f.kind == FieldType::Point && f.privacy == Privacy::Shared;
    if let (PlacePrecision::Cell, Some(field)) = (service.place, service.fields.iter().find(exact)) {
        let reason = "where only the cell is shared, a point is private";
        at.wrong(&format!("field {}.privacy", field.key), reason);
    }
}
