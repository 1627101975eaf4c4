//! Plays the steps of a scenario and holds each to what is written beside it.
#![allow(clippy::disallowed_methods, reason = "photos are read from the test data")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yuandian_device::{
    ActCommand, ActOutcome, Amendment, CaseId, DeviceError, Draft, Phone, Position, SearchAsk,
};

use crate::observe;
use crate::scenario::{EntryStep, Scenario, Step, What, test_file};
use crate::stage::Stage;

/// What came of a step: the phone's answer, or its error.
type Answer = Result<Value, DeviceError>;

/// Plays a scenario to its end and gives its digest.
pub fn play(stage: &mut Stage, scenario: &Scenario) -> Result<String, String> {
    let mut observed = Vec::new();
    for (number, step) in (1..).zip(&scenario.steps) {
        let told = |why: String| format!("step {number}: {why}");
        let answer = carry_out(stage, &step.what).map_err(told)?;
        let seen = named(stage, held_to(step, answer).map_err(told)?);
        if let Some(difference) = step.answers.as_ref().and_then(|e| observe::differs(e, &seen, "")) {
            return Err(told(difference));
        }
        observed.push(seen);
    }
    // Whatever no step has looked at is compared too.
    for device in &scenario.devices {
        let seen =
            look(&stage.device(&device.name)?.phone(), stage, None).unwrap_or_else(|e| observe::error(&e));
        observed.push(named(stage, seen));
    }
    Ok(observe::digest(&Value::Array(observed)))
}

fn held_to(step: &Step, answer: Answer) -> Result<Value, String> {
    match (answer, &step.fails) {
        (Ok(seen), None) => Ok(seen),
        (Ok(seen), Some(expected)) => Err(format!("expected {expected}, but it was done: {seen}")),
        (Err(error), None) => Err(format!("{error} ({})", observe::error(&error))),
        (Err(error), Some(expected)) => {
            let seen = observe::error(&error);
            observe::differs(expected, &seen, "").map_or(Ok(seen), Err)
        }
    }
}

/// Ids become the names that the steps gave them.
fn named(stage: &Stage, value: Value) -> Value {
    match value {
        Value::String(text) => {
            let name = |text: String, (name, id): (&String, &CaseId)| text.replace(&id.to_string(), name);
            Value::String(stage.cases.iter().fold(text, name))
        }
        Value::Array(values) => values.into_iter().map(|value| named(stage, value)).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, named(stage, value))).collect(),
        plain => plain,
    }
}

fn carry_out(stage: &mut Stage, what: &What) -> Result<Answer, String> {
    Ok(match what {
        What::Capture { on, name, .. } => {
            let made = capture(&mut stage.device(on)?.phone(), what)?;
            made.and_then(|id| {
                stage.cases.insert(name.clone(), id);
                let phone = stage.devices[on].phone();
                Ok(observe::line(&phone.line_of(&id)?))
            })
        }
        What::Finish { on, case } => {
            let id = stage.case(case)?;
            let mut phone = stage.device(on)?.phone();
            phone.finish(&id).and_then(|id| Ok(observe::line(&phone.line_of(&id)?)))
        }
        What::OpenForm { on, case } => {
            let id = stage.case(case)?;
            let opened = stage.device(on)?.phone().case(&id);
            opened.map(|view| {
                stage.forms.insert((on.clone(), case.clone()), view.heads);
                Value::Null
            })
        }
        What::Edit { on, case, set, as_opened } => {
            let id = stage.case(case)?;
            let opened = stage.forms.get(&(on.clone(), case.clone())).filter(|_| *as_opened);
            if *as_opened && opened.is_none() {
                return Err(format!("no step has opened the form of {case} on {on}"));
            }
            let seen = opened.map(Vec::as_slice);
            stage.device(on)?.phone().edit(&id, &pairs(set), seen).map(|()| Value::Null)
        }
        What::Note { on, case, text, photos } => {
            let (id, photos) = (stage.case(case)?, read_all(photos)?);
            stage.device(on)?.phone().note(&id, &text.whole(), &photos).map(|()| Value::Null)
        }
        What::Act { on, case, act, text, set, photos } => {
            let (id, photos) = (stage.case(case)?, read_all(photos)?);
            let given = |(key, value): (&String, &String)| Ok((key.clone(), stage.given(value)?));
            let set = set.iter().map(given).collect::<Result<Vec<_>, String>>()?;
            let command = ActCommand {
                name: act,
                text: text.as_deref(),
                args: &set,
                photos: &photos,
                ..ActCommand::default()
            };
            let outcome = |outcome| match outcome {
                ActOutcome::Queued => json!("queued"),
                ActOutcome::AlreadyDone => json!("already_done"),
            };
            stage.device(on)?.phone().act(&id, &command).map(outcome)
        }
        What::Attention { on, case, step, text, set } => {
            let (id, set) = (stage.case(case)?, pairs(set));
            deal_with(&mut stage.device(on)?.phone(), &id, *step, text.as_deref(), &set).map(|()| Value::Null)
        }
        What::Search { on, text, stage: in_stage, service, sync, mine } => {
            let ask = SearchAsk {
                text: text.clone(),
                stage: in_stage.clone(),
                service: service.clone(),
                sync: sync.clone(),
                mine: *mine,
                ..SearchAsk::default()
            };
            let found = stage.device(on)?.phone().search(&ask);
            found.map(|lines| {
                let mut found: BTreeSet<String> = lines.into_iter().map(|line| line.id).collect();
                let known = stage.cases.values().map(ToString::to_string).filter(|id| found.remove(id));
                let known: Vec<String> = known.collect();
                json!(known.into_iter().chain(found).collect::<Vec<_>>())
            })
        }
        What::Admin { args } => {
            stage.admin(args)?;
            Ok(Value::Null)
        }
        What::DaysPass { days } => {
            stage.days_pass(*days)?;
            Ok(Value::Null)
        }
        What::Resolve { on, case, key, keep } => {
            let id = stage.case(case)?;
            resolve(&mut stage.device(on)?.phone(), &id, key, keep).map(|()| Value::Null)
        }
        What::Sync { on } => {
            stage.device(on)?;
            stage.sync(on).map(|report| observe::report(&report))
        }
        What::Reopen { on } => {
            stage.reopen(on)?;
            Ok(Value::Null)
        }
        What::Enroll { on, code } => {
            let code = match code.strip_prefix("of:") {
                Some(device) => stage.device(device)?.code.clone(),
                None => code.clone(),
            };
            stage.device(on)?;
            stage.enroll(on, &code).map(|()| Value::Null)
        }
        What::ServerDown {} => {
            stage.server_down()?;
            Ok(Value::Null)
        }
        What::ServerUp {} => {
            stage.server_up()?;
            Ok(Value::Null)
        }
        What::Look { on, case } => {
            let only = case.as_ref().map(|name| stage.case(name)).transpose()?;
            look(&stage.device(on)?.phone(), stage, only)
        }
    })
}

/// Everything that a phone shows, or one case of it.
fn look(phone: &Phone, stage: &Stage, only: Option<CaseId>) -> Answer {
    if let Some(id) = only {
        return Ok(observe::case(&phone.case(&id)?));
    }
    let lines = phone.list(1_000, 0)?;
    // By name: the order of a list is that of times, which differ from run to run.
    let (mut list, mut cases) = (Vec::new(), BTreeMap::new());
    for (name, id) in &stage.cases {
        if let Some(line) = lines.iter().find(|line| line.id == id.to_string()) {
            list.push(observe::line(line));
            if line.stage != "draft" {
                cases.insert(name.clone(), observe::case(&phone.case(id)?));
            }
        }
    }
    Ok(json!({
        "list": list, "unknown": lines.len() - list.len(), "cases": cases,
        "attention": phone.attention()?.iter().map(observe::attention).collect::<Vec<_>>(),
        "outbox": phone.outbox()?.iter().map(observe::outbox).collect::<Vec<_>>(),
    }))
}

fn capture(phone: &mut Phone, what: &What) -> Result<Result<CaseId, DeviceError>, String> {
    let What::Capture { service, at, text, set, photos, no_photo, draft, .. } = what else {
        return Err("only a capture captures".into());
    };
    let position = match at.as_deref() {
        None => None,
        Some([lng, lat]) => Some(Position { lng: *lng, lat: *lat, accuracy_m: None }),
        // Accuracy is written as a whole number of metres.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the list holds small whole numbers"
        )]
        Some([lng, lat, accuracy]) => {
            Some(Position { lng: *lng, lat: *lat, accuracy_m: Some(*accuracy as u32) })
        }
        Some(other) => return Err(format!("a place of {} numbers", other.len())),
    };
    let photos = read_all(photos)?;
    let entered = Draft {
        service: service.clone(),
        position,
        text: text.whole(),
        answers: pairs(set),
        no_photo: no_photo.clone(),
        ..Draft::default()
    };
    let mut save = || {
        let id = phone.save_draft(None, &entered)?;
        for photo in &photos {
            if let Err(error) = phone.add_draft_photo(&id, photo) {
                phone.discard_draft(&id)?;
                return Err(error);
            }
        }
        if *draft { Ok(id) } else { phone.finish(&id) }
    };
    Ok(save())
}

/// Numbers of entries depend on what came before: the case names its only one; 0 is nobody's.
fn deal_with(
    phone: &mut Phone,
    id: &CaseId,
    step: EntryStep,
    text: Option<&str>,
    set: &[(String, String)],
) -> Result<(), DeviceError> {
    let entries = phone.attention()?;
    let item = entries.iter().find(|entry| entry.case == id.to_string()).map_or(0, |entry| entry.item);
    match step {
        EntryStep::Amend => phone.amend(item, &Amendment { text, set }),
        EntryStep::Note => phone.keep_as_note(item),
        EntryStep::Appeal => phone.appeal(item, text.unwrap_or_default()),
        EntryStep::Discard => phone.discard(item),
    }
    .map(|_| ())
}

/// Settles a conflict by the value: the numbers of values depend on ids.
fn resolve(phone: &mut Phone, id: &CaseId, key: &str, keep: &str) -> Result<(), DeviceError> {
    let shown = phone.case(id)?;
    let conflict = shown.conflicts.iter().find(|conflict| conflict.key == key);
    let number = conflict.and_then(|conflict| conflict.values.iter().find(|value| value.value == keep));
    phone.resolve(id, key, number.map_or(0, |value| value.n))
}

fn pairs(set: &BTreeMap<String, String>) -> Vec<(String, String)> {
    set.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn read_all(names: &[String]) -> Result<Vec<Vec<u8>>, String> {
    let read = |name: &String| std::fs::read(test_file(name)).map_err(|e| format!("{name}: {e}"));
    names.iter().map(read).collect()
}
