//! What must hold between the rows of a catalogue. Every mistake is told.

use std::collections::{BTreeMap, BTreeSet};

use super::load::Draft;
use super::read::Mistake;
use super::{
    ActClass, After, ArgumentKind, CONDITION, DEADLINE, Effect, Field, FieldType, INTO, NO_PHOTO, Needed,
    OPENING_ACT, Offline, Party, PlacePrecision, Privacy, Service, Title, Transition, Workflow,
};
use crate::form;
use crate::limits::{LOAD_MAX, PHOTOS_PER_COMMAND_MAX};
use crate::mark::Mark;
use crate::role::Role;
use crate::sight::shown_by;

/// Indicators that a service may count for (DOMAIN §2.5).
pub const KPIS: [&str; 24] = [
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
    "check_ontime_rate",
    "avg_dispose_time",
    "patrol_coverage",
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

    fn each_once<T: Ord>(&mut self, field: &str, list: &[T]) {
        if list.iter().collect::<BTreeSet<_>>().len() < list.len() {
            self.wrong(field, "says one thing twice");
        }
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
    let mut opens: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, service) in draft.services.values() {
        opens.entry(&service.workflow).or_default().extend(service.opens.as_deref());
    }
    for (id, (file, workflow)) in &draft.workflows {
        let mut at = At { file, row: format!("workflow {id}"), mistakes };
        acts_of(draft, workflow, &mut at);
        if !draft.partial.contains(id) {
            let others = opens.remove(id.as_str()).unwrap_or_default();
            ways_of(workflow, &others, &mut at);
        }
    }
    let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
    for (code, (file, class)) in &draft.components {
        let mut at = At { file, row: format!("component {code}"), mistakes };
        if let Some(other) = keys.insert(&class.key, code) {
            at.wrong("key", format!("component {other} is called so, too"));
        }
        if !draft.stands("group", &class.group) {
            at.wrong("group", format!("no group {:?}", class.group));
        }
    }
    let mut answered = BTreeMap::new();
    for (id, (file, contact)) in &draft.contacts {
        let mut at = At { file, row: format!("contact {id}"), mistakes };
        if let Some(other) = answered.insert((contact.calls, &contact.grid), id) {
            at.wrong("grid", format!("contact {other} is called for this there, too"));
        }
    }
    for (id, (file, service)) in &draft.services {
        let mut at = At { file, row: format!("service {id}"), mistakes };
        alone(draft, service, &mut at);
        match draft.workflows.get(&service.workflow) {
            Some(_) if draft.partial.contains(&service.workflow) => {}
            Some((_, workflow)) => in_workflow(service, workflow, &mut at),
            None if draft.stands("workflow", &service.workflow) => {}
            None => at.wrong("workflow", format!("no workflow {}", service.workflow)),
        }
    }
}

fn acts_of(draft: &Draft, workflow: &Workflow, at: &mut At<'_>) {
    let carried = carried(workflow);
    let row = at.row.clone();
    let mut acts = BTreeSet::new();
    for act in &workflow.acts {
        at.row = format!("{row} act {}", act.id);
        if !acts.insert(&act.id) || act.id == OPENING_ACT {
            at.wrong("id", format!("act {} twice or reserved", act.id));
        }
        if act.from.is_empty() || act.by.is_empty() {
            at.wrong("from", "possible in no stage, or by nobody");
        }
        at.each_once("from", &act.from);
        at.each_once("by", &act.by);
        act_of(draft, &carried, act, at);
    }
    at.row = row;
}

/// What must hold of a workflow's stages together: where they are reached from and lead to, which questions are answered.
/// `others` are stages that services open in.
fn ways_of(workflow: &Workflow, others: &BTreeSet<&str>, at: &mut At<'_>) {
    let stages = workflow.stages();
    let roots =
        others.iter().copied().filter(|stage| stages.contains(stage)).chain([workflow.opens.as_str()]);
    let onward = |act: &Transition, from: &str| act.from.iter().any(|stage| stage == from);
    let reached = closure(roots, |stage| {
        workflow.acts.iter().filter(|act| onward(act, stage)).filter_map(|act| act.to.as_deref()).collect()
    });
    let ending = closure(workflow.ends.iter().map(String::as_str), |stage| {
        let into = workflow.acts.iter().filter(|act| act.to.as_deref() == Some(stage));
        into.flat_map(|act| act.from.iter().map(String::as_str)).collect()
    });
    let row = at.row.clone();
    for act in &workflow.acts {
        if let Some(stage) = act.from.iter().find(|s| !reached.contains(s.as_str())) {
            at.row = format!("{row} act {}", act.id);
            at.wrong("from", format!("no way leads to stage {stage}"));
        }
    }
    at.row = row;
    if workflow.ends.is_empty() {
        at.wrong("final", "no stage: nothing would ever end");
    }
    at.each_once("final", &workflow.ends);
    for stage in workflow.ends.iter().filter(|s| !reached.contains(s.as_str())) {
        at.wrong("final", format!("no way leads to final stage {stage}"));
    }
    for stage in stages.iter().filter(|stage| !ending.contains(*stage)) {
        let leaves = |act: &Transition| onward(act, stage) && act.to.as_deref() != Some(stage);
        if !workflow.acts.iter().filter(|act| act.moves()).any(leaves) {
            at.wrong("act", format!("nothing leads out of stage {stage}, and it is not final"));
        } else if !workflow.ends.is_empty() {
            at.wrong("act", format!("no way leads from stage {stage} to a final one"));
        }
    }
    for mark in Mark::ALL {
        let is_set = workflow.acts.iter().any(|act| act.sets.contains(mark));
        let answered = workflow.acts.iter().any(|act| act.clears.contains(mark));
        if (mark.is_asked() || mark.stops()) && is_set && !answered {
            at.wrong("act", format!("{mark} is set and nothing takes it away"));
        }
        let needed = workflow.acts.iter().find(|act| act.needs.contains(mark));
        if let (true, Some(act)) = (!is_set && mark.is_asked(), needed) {
            at.wrong("act", format!("{} needs {mark}, which nothing sets", act.id));
        }
    }
    if let Some(tally) = &workflow.tally
        && !workflow.acts.iter().any(|act| act.counts.as_ref() == Some(tally))
    {
        at.wrong("tally", format!("no act counts {tally}"));
    }
    for (clock, stages) in &workflow.clocks {
        let field = format!("clocks.{clock}");
        if stages.is_empty() {
            at.wrong(&field, "runs in no stage");
        }
        if clock == WHOLE {
            at.wrong(&field, "stands for the whole way in every workflow");
        }
        for stage in stages.iter().filter(|stage| !reached.contains(stage.as_str())) {
            at.wrong(&field, format!("no way leads to stage {stage}"));
        }
    }
}

/// Everything that some roots lead to, themselves included.
fn closure<'w>(
    roots: impl Iterator<Item = &'w str>,
    next: impl Fn(&str) -> Vec<&'w str>,
) -> BTreeSet<&'w str> {
    let mut open: Vec<&str> = roots.collect();
    let mut found: BTreeSet<&str> = open.iter().copied().collect();
    while let Some(stage) = open.pop() {
        open.extend(next(stage).into_iter().filter(|stage| found.insert(stage)));
    }
    found
}

fn act_of(draft: &Draft, carried: &BTreeSet<(Mark, &str)>, act: &Transition, at: &mut At<'_>) {
    let mut names = BTreeSet::new();
    for (name, _) in act.arguments() {
        if !draft.stands("argument", name) {
            at.wrong("args", format!("no argument {name}"));
        }
        if !names.insert(name) {
            at.wrong("args", format!("{name} twice"));
        }
    }
    let asked = asked_by(act.effect);
    if let Some((name, kind)) = asked {
        let is_asked = act.arguments().any(|(argument, required)| argument == name && required);
        // What was asked for is kept; who answers need not say it again.
        let kept = || act.clears.iter().any(|mark| carried.contains(&(*mark, name)));
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
    match (act.effect == Effect::Extend, act.up_to) {
        (true, None) => at.wrong("up_to", "adds time, and does not say how much in all"),
        (false, Some(_)) => at.wrong("up_to", "its effect adds no time"),
        _ => {}
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

/// The argument that an effect cannot do without.
fn asked_by(effect: Effect) -> Option<(&'static str, ArgumentKind)> {
    match effect {
        Effect::Assign => Some(("user", ArgumentKind::User)),
        Effect::Dispatch | Effect::Join => Some(("unit", ArgumentKind::Unit)),
        Effect::Merge => Some((INTO, ArgumentKind::Case)),
        Effect::Pause => Some(("until", ArgumentKind::Date)),
        Effect::Extend => Some(("limit", ArgumentKind::Limit)),
        _ => None,
    }
}

/// Which questions always come with which arguments: whoever asks one says it, or answers one that came with it.
fn carried(workflow: &Workflow) -> BTreeSet<(Mark, &'static str)> {
    let names = workflow.acts.iter().filter_map(|act| asked_by(act.effect)).map(|(name, _)| name);
    let names: BTreeSet<&str> = names.collect();
    let asking = |mark: Mark| workflow.acts.iter().filter(move |act| act.sets.contains(&mark));
    let asked = Mark::ALL.iter().copied().filter(|mark| mark.is_asked() && asking(*mark).next().is_some());
    let asked: Vec<Mark> = asked.collect();
    let mut carried = BTreeSet::new();
    loop {
        let before = carried.len();
        for (mark, name) in asked.iter().flat_map(|mark| names.iter().map(move |name| (*mark, *name))) {
            let says = |act: &Transition| {
                act.arguments().any(|(argument, required)| argument == name && required)
                    || act.clears.iter().any(|other| carried.contains(&(*other, name)))
            };
            if asking(mark).all(says) {
                carried.insert((mark, name));
            }
        }
        if carried.len() == before {
            return carried;
        }
    }
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
    if service.tally_of.is_some() && workflow.tally.is_none() {
        at.wrong("tally_of", format!("{} has no tally", service.workflow));
    }
    let of_service = workflow.acts.iter().any(|row| matches!(row.evidence, Needed::OfService(_)));
    if !of_service && service.evidence.after_min > 0 {
        at.wrong("evidence.after_min", format!("no act of {} asks for it", service.workflow));
    }
    let private: BTreeSet<&str> =
        service.fields.iter().filter(|f| f.privacy == Privacy::Private).map(|f| f.key.as_str()).collect();
    for row in &workflow.acts {
        for (argument, _) in row.arguments().filter(|(argument, _)| private.contains(argument)) {
            let reason =
                format!("{} of {} says it, and everybody reads what an act says", row.id, service.workflow);
            at.wrong(&format!("field {argument}.key"), reason);
        }
    }
    let held = workflow.acts.iter().any(|row| matches!(row.effect, Effect::Take | Effect::Assign));
    let works_grid = |role: Role| role.works_the_grid() && shown_by(role, (service, workflow)).is_some();
    let whole = |role: Role| role.works_for_units() || works_grid(role);
    let reads = |party: &Party| match party {
        Party::Holder => held,
        Party::Handler => service.handle.iter().any(|role| whole(*role)),
        Party::Approver => service.approve.iter().any(|role| whole(*role)),
        Party::Role(role) => whole(*role),
        Party::Family => service.tells_family(),
        Party::Author | Party::Waiting | Party::System => false,
    };
    if service.private_to.is_empty() && !private.is_empty() {
        at.wrong("private_to", "nobody: its private answers would be for nobody");
    }
    if let Some(party) = service.private_to.iter().find(|party| !reads(party))
        && !private.is_empty()
    {
        let party = String::from(*party);
        at.wrong(
            "private_to",
            format!("{party}: in {} nobody is that who could read them", service.workflow),
        );
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
    for act in service.after.keys() {
        match workflow.act(act).map(|row| row.after) {
            Some(Some(After::Stage(_) | After::Routing | After::RoutingTwice)) => {}
            Some(_) => at.wrong("after", format!("the time of {act} is none of a stage's")),
            None => at.wrong("after", format!("{} has no act {act}", service.workflow)),
        }
    }
    if service.vetting.is_some() && !workflow.acts.iter().any(|row| row.vetted) {
        at.wrong("vetting", format!("no act of {} asks for it", service.workflow));
    }
    let waits = service.routing.as_ref().is_some_and(|routing| routing.escalate_after.is_some());
    if waits && !workflow.acts.iter().any(|row| row.after == Some(After::Routing)) {
        at.wrong("routing.escalate_after", format!("no act of {} waits for it", service.workflow));
    }
    for condition in &service.conditions {
        for clock in condition.limits.keys() {
            if clock != WHOLE && !workflow.clocks.contains_key(clock) {
                at.wrong("condition", format!("{}: {} has no clock {clock}", condition.id, service.workflow));
            }
        }
    }
}

/// Which condition a case is opened under, and which day was set from outside, is said where everybody reads it.
fn told_by_answers(service: &Service, at: &mut At<'_>) {
    for (nth, condition) in service.conditions.iter().enumerate() {
        let Some(when) = &condition.when else { continue };
        let field = format!("condition {}.when", condition.id);
        if nth == 0 {
            at.wrong(&field, "the first condition is meant where no other is");
        }
        if let Some(mistake) = form::shared_mistake(&service.fields, when) {
            let reason = match mistake {
                form::Reason::ReadsPrivate(key) => format!("reads the private field {key}"),
                other => other.to_string(),
            };
            at.wrong(&field, reason);
        }
    }
    let said = service.conditions.iter().any(|condition| condition.when.is_some());
    for (key, is_said) in [(CONDITION, said), (DEADLINE, service.deadline.is_some())] {
        if is_said && service.field(key).is_some_and(|field| field.privacy == Privacy::Private) {
            at.wrong(&format!("field {key}.key"), "is private, and a report says something of this name");
        }
    }
    if service.field(NO_PHOTO).is_some() {
        at.wrong(&format!("field {NO_PHOTO}.key"), "stands for why there is no photo, in every form");
    }
    if let Some(key) = &service.tally_of {
        let numbers = |field: &Field| field.kind == FieldType::Number && field.privacy == Privacy::Shared;
        if !service.field(key).is_some_and(numbers) {
            at.wrong("tally_of", format!("no question {key} for a number that everybody reads"));
        }
    }
    if let Some(deadline) = &service.deadline {
        let days = |field: &&Field| field.key == deadline.field && field.kind == FieldType::Date;
        match service.fields.iter().find(days).map(|field| field.privacy) {
            Some(Privacy::Shared) => {}
            Some(Privacy::Private) => {
                at.wrong("deadline.field", "is private, and everybody reads a deadline");
            }
            None => at.wrong("deadline.field", format!("no question {} for a day", deadline.field)),
        }
    }
}

/// What must hold of a service by itself.
fn alone(draft: &Draft, service: &Service, at: &mut At<'_>) {
    told_by_answers(service, at);
    if let Some(help) = &service.help {
        at.title("help", help);
    }
    // What one person does in a day or at a time is counted of requests for help.
    for (field, limit) in [("load", service.load), ("per_day", service.per_day)] {
        match limit {
            Some(most) if !(1..=LOAD_MAX).contains(&most) => {
                at.wrong(field, format!("{most}: from 1 to {LOAD_MAX}"));
            }
            Some(_) if !service.id.is_help() => {
                at.wrong(field, "only requests for help (help.…) are counted");
            }
            _ => {}
        }
    }
    if service.capacity == 0 {
        at.wrong("capacity", "0: nobody could ever hold one");
    }
    if service.create.is_empty() {
        at.wrong("create", "nobody may open one");
    }
    if !draft.stands("group", &service.group) {
        at.wrong("group", format!("no group {:?}", service.group));
    }
    for kpi in service.kpi.iter().filter(|kpi| !KPIS.contains(&kpi.as_str())) {
        at.wrong("kpi", format!("no indicator {kpi:?}"));
    }
    for (field, photos) in
        [("before_min", service.evidence.before_min), ("after_min", service.evidence.after_min)]
    {
        if photos as usize > PHOTOS_PER_COMMAND_MAX {
            let reason = format!("{photos}, and one command takes at most {PHOTOS_PER_COMMAND_MAX} photos");
            at.wrong(&format!("evidence.{field}"), reason);
        }
    }
    at.each_once("evidence.kinds", &service.evidence.kinds);
    for (field, roles) in [
        ("create", &service.create),
        ("handle", &service.handle),
        ("approve", &service.approve),
        ("view", &service.view),
    ] {
        at.each_once(field, roles);
        let nobodys = roles.iter().find(|role| field != "create" && !role.is_of_a_division());
        if let Some(role) = nobodys {
            at.wrong(field, format!("{role}: no case of a division is theirs by this role"));
        }
    }
    at.each_once("kpi", &service.kpi);
    at.each_once("words", &service.words);
    at.each_once("marks", &service.marks);
    at.each_once("standard", &service.standard);
    if service.words.iter().any(|word| word.trim().is_empty()) {
        at.wrong("words", "one is empty");
    }
    if service
        .standard
        .iter()
        .any(|standard| standard.reference.trim().is_empty() || standard.code.trim().is_empty())
    {
        at.wrong("standard", "a standard or a code is empty");
    }
    let mut conditions = BTreeSet::new();
    for condition in &service.conditions {
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
