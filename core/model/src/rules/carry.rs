//! What an act that is allowed makes of a case.

use std::collections::BTreeMap;

use crate::catalogue::{CONDITION, Catalogue, Effect, INTO, SCORE, Service, Transition, Workflow};
use crate::division::DivisionCode;
use crate::grant::OrgId;
use crate::ids::{CaseId, UserId};
use crate::limits;
use crate::mark::Mark;
use crate::progress::{Extension, Part, Pause, Progress, Step};
use crate::refusal::{Code, Refusal};
use crate::stay;

use super::{ActRequest, Actor, CaseState, Ruling, guard, own, wait_ruling};

/// Carries an act out; where it changes nothing the answer is that it was done before.
///
/// # Errors
/// `r_limit` where a list is full, `r_state` where it would change nothing, `r_schema` for an argument that cannot be read.
pub(super) fn carry_out(
    (catalogue, row): (&Catalogue, &Transition),
    (service, workflow): (&Service, &Workflow),
    state: &CaseState,
    request: &ActRequest<'_>,
    actor: &Actor,
) -> Result<Ruling, Refusal> {
    let mut next = state.clone();
    next.act_seq += 1;
    let said = mark((service, row), &mut next, request)?;
    let mut ruling = match row.effect {
        Effect::Take => take(row, service, workflow, next, actor)?,
        Effect::GiveUp => give_up(row, workflow, next, (Some(actor), request)),
        Effect::Expel => give_up(row, workflow, next, (None, request)),
        _ => {
            beside((catalogue, service, row), state, &mut next, (&said, request), actor)?;
            if let Some(stage) = &row.to {
                next.stage.clone_from(stage);
            }
            if row.effect == Effect::Dismiss {
                next.holders.clear();
                stay::abandon(&mut next.progress, None);
            }
            // Nobody waits for what has ended.
            if row.effect == Effect::Dismiss || (row.moves() && workflow.ends.contains(&next.stage)) {
                next.waiting.clear();
            }
            Ruling::of(Code::Ok, next)
        }
    };
    let next = &mut ruling.next;
    if ruling.code == Code::Ok && is_same(next, state) {
        return Ok(Ruling::of(Code::Dup, state.clone()));
    }
    if next.stage != state.stage {
        lapse(row, workflow, next);
        // What has ended lies on nobody's desk: opened again, it begins where it lies.
        if workflow.ends.contains(&next.stage) {
            next.progress.desk = None;
        }
        came_to(next, request.at_ms, actor)?;
    }
    Ok(ruling)
}

/// Whether two states differ in nothing but the number of acts.
fn is_same(next: &CaseState, state: &CaseState) -> bool {
    next.stage == state.stage
        && next.holders == state.holders
        && next.waiting == state.waiting
        && next.followers == state.followers
        && next.progress == state.progress
}

/// Notes that the case came to the stage where it is.
pub(super) fn came_to(state: &mut CaseState, at_ms: i64, actor: &Actor) -> Result<(), Refusal> {
    if state.progress.steps.len() >= limits::STEPS_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", limits::STEPS_MAX.to_string())]));
    }
    let step = Step { stage: state.stage.clone(), at_ms, by: actor.user };
    state.progress.steps.push(step);
    Ok(())
}

/// Marks and counts. Gives what was said with the act, as far as its row asks for it, or with the question it answers.
fn mark(
    (service, row): (&Service, &Transition),
    next: &mut CaseState,
    request: &ActRequest<'_>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let progress = &mut next.progress;
    let mut said = BTreeMap::new();
    for mark in &row.clears {
        progress.marks.remove(mark);
        said.extend(progress.asked.remove(mark).unwrap_or_default());
        progress.asked_ms.remove(mark);
    }
    let given = |name: &str| request.args.and_then(|args| args.get_key_value(name));
    let asked_for = row.arguments().filter_map(|(name, _)| given(name));
    said.extend(asked_for.map(|(key, value)| (key.clone(), value.clone())));
    for mark in &row.sets {
        progress.marks.insert(*mark);
        if mark.is_asked() {
            progress.asked.insert(*mark, said.clone());
            progress.asked_ms.insert(*mark, request.at_ms);
        }
    }
    if let Some(what) = &row.counts {
        let count = progress.counts.entry(what.clone()).or_default();
        *count = count.checked_add(1).ok_or_else(|| Refusal::new(Code::RLimit, [("count", what.clone())]))?;
    }
    if let Some(condition) = said.get(CONDITION) {
        progress.come_under(service, condition);
    }
    progress.score = said.get(SCORE).and_then(|score| score.parse().ok()).or(progress.score);
    Ok(said)
}

/// What was true of the stage that is left goes, and a question that nobody can answer any more lapses.
fn lapse(row: &Transition, workflow: &Workflow, next: &mut CaseState) {
    let answered = |mark: &Mark| {
        row.sets.contains(mark)
            || workflow.acts.iter().any(|act| act.needs.contains(mark) && act.from.contains(&next.stage))
    };
    let open =
        |mark: &&Mark| (mark.is_asked() && !answered(mark)) || (mark.passes() && !row.sets.contains(mark));
    let gone: Vec<Mark> = next.progress.marks.iter().filter(open).copied().collect();
    for mark in gone {
        next.progress.marks.remove(&mark);
        next.progress.asked.remove(&mark);
        next.progress.asked_ms.remove(&mark);
    }
}

/// Effects that touch neither line nor stage.
fn beside(
    (catalogue, service, row): (&Catalogue, &Service, &Transition),
    state: &CaseState,
    next: &mut CaseState,
    (said, request): (&BTreeMap<String, String>, &ActRequest<'_>),
    actor: &Actor,
) -> Result<(), Refusal> {
    let at_ms = request.at_ms;
    let argument = |name: &str| {
        said.get(name).cloned().ok_or_else(|| Refusal::new(Code::RSchema, [("argument", name.to_owned())]))
    };
    let unreadable = |name: &str| Refusal::new(Code::RSchema, [("argument", name.to_owned())]);
    let calendar = catalogue.calendar();
    let progress = &mut next.progress;
    match row.effect {
        Effect::Follow if state.followers.len() >= limits::FOLLOWERS_MAX => {
            return Err(Refusal::new(Code::RLimit, [("limit", limits::FOLLOWERS_MAX.to_string())]));
        }
        Effect::Follow => next.followers.push(actor.user),
        Effect::Unfollow => next.followers.retain(|user| *user != actor.user),
        Effect::Assign => {
            let user = argument("user")?.parse().map_err(|_| unreadable("user"))?;
            next.holders = vec![user];
            next.waiting.clear();
        }
        Effect::Dispatch => {
            progress.units = vec![argument("unit")?];
            progress.parts.clear();
        }
        Effect::Join => join(progress, argument("unit")?, said.get("note"))?,
        Effect::Part => {
            part(row, progress, said.get("unit"), (actor, at_ms)).ok_or_else(|| nothing(row, state))?;
        }
        Effect::EndParts => progress.parts.retain(|_, part| part.done_ms.is_some()),
        Effect::Recall => {
            progress.units.clear();
            progress.parts.clear();
        }
        Effect::Escalate => progress.desk = Some(above(service, state).ok_or_else(|| nothing(row, state))?),
        Effect::Pause => {
            // What was asked for may be over when it is granted.
            guard::said_ahead(catalogue, row, said, at_ms)?;
            let until_ms = said.get("until").and_then(|day| own::day_ms(calendar, day));
            progress.pauses.push(Pause { from_ms: at_ms, to_ms: None, until_ms });
        }
        Effect::Resume => {
            if let Some(pause) = progress.pauses.last_mut().filter(|pause| pause.to_ms.is_none()) {
                pause.to_ms = Some(at_ms.max(pause.from_ms));
            }
        }
        Effect::Extend => {
            let limit = argument("limit")?;
            guard::adds(calendar, row, progress, &limit)?;
            progress.extensions.push(Extension { limit, at_ms });
        }
        Effect::Merge => {
            let into: CaseId = argument(INTO)?.parse().map_err(|_| unreadable(INTO))?;
            progress.into = Some(into);
        }
        Effect::Come => stay::come(progress, actor.user, request)?,
        Effect::Go => stay::go(progress, actor.user, request)?,
        Effect::Credit => stay::credit(progress, service),
        Effect::None | Effect::Dismiss | Effect::Take | Effect::GiveUp | Effect::Expel => {}
    }
    Ok(())
}

/// The division that has a case next when it goes up: whose grid it lies in where only people nearby knew of it, else the centre one level
/// up; none above the city's.
pub(super) fn above(service: &Service, state: &CaseState) -> Option<DivisionCode> {
    match &state.progress.desk {
        Some(desk) => desk.parent(),
        None if service.begins_nearby() => Some(state.whole_grid()),
        None => state.street().parent(),
    }
}

/// A unit comes to work with the one that leads. One that does already, and has done its part, gets another.
fn join(progress: &mut Progress, unit: String, task: Option<&String>) -> Result<(), Refusal> {
    // It has the whole case, and no part of it.
    if progress.units.first() == Some(&unit) {
        return Err(Refusal::new(Code::RSchema, [("argument", "unit".to_owned())]));
    }
    if !progress.units.contains(&unit) {
        if progress.units.len() >= limits::UNITS_MAX {
            return Err(Refusal::new(Code::RLimit, [("limit", limits::UNITS_MAX.to_string())]));
        }
        progress.units.push(unit.clone());
    }
    progress.parts.insert(unit, Part { task: task.cloned(), done_ms: None, by: None });
    Ok(())
}

/// A part is done; none where none is open for this actor.
fn part(
    row: &Transition,
    progress: &mut Progress,
    named: Option<&String>,
    (actor, at_ms): (&Actor, i64),
) -> Option<()> {
    let open: Vec<String> = progress.open_parts().map(str::to_owned).collect();
    let own: Vec<&str> = actor.at(at_ms).units().map(OrgId::as_str).collect();
    let is_own = |unit: &&String| own.is_empty() || own.contains(&unit.as_str());
    // Who works for units says it of one of those alone.
    let unit = named.filter(is_own).or_else(|| open.iter().find(is_own))?;
    let part = progress.parts.get_mut(unit).filter(|part| part.done_ms.is_none())?;
    (part.done_ms, part.by) = (Some(at_ms), Some(actor.user));
    if open.len() > 1 {
        progress.marks.extend(row.clears.iter().copied());
    }
    Some(())
}

fn nothing(row: &Transition, state: &CaseState) -> Refusal {
    Refusal::new(Code::RState, [("stage", state.stage.clone()), ("act", row.id.clone())])
}

fn take(
    row: &Transition,
    service: &Service,
    workflow: &Workflow,
    mut next: CaseState,
    actor: &Actor,
) -> Result<Ruling, Refusal> {
    let room = service.capacity + usize::from(crate::planted::is(crate::planted::Bug::OneHolderTooMany));
    if next.holders.len() < room {
        next.holders.push(actor.user);
        if let Some(stage) = row.to.as_ref().filter(|_| next.stage == workflow.opens) {
            next.stage.clone_from(stage);
        }
        return Ok(Ruling::of(Code::Ok, next));
    }
    if next.waiting.len() >= limits::WAITING_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", limits::WAITING_MAX.to_string())]));
    }
    next.waiting.push(actor.user);
    let position = next.waiting.len();
    Ok(wait_ruling(next, position))
}

/// Somebody leaves: the actor, or whoever came first where nobody is named.
fn give_up(
    row: &Transition,
    workflow: &Workflow,
    mut next: CaseState,
    (actor, request): (Option<&Actor>, &ActRequest<'_>),
) -> Ruling {
    let Some(who) = actor.map(|actor| actor.user).or_else(|| next.holders.first().copied()) else {
        return Ruling::of(Code::Ok, next);
    };
    let held = next.holders.contains(&who);
    next.holders.retain(|user| *user != who);
    stay::abandon(&mut next.progress, Some(&who));
    next.waiting.retain(|user| *user != who);
    let fits = |user: &UserId| !request.conduct.unfit.contains(user);
    let first = if crate::planted::is(crate::planted::Bug::LastInLinePromoted) {
        next.waiting.len().checked_sub(1)
    } else {
        next.waiting.iter().position(fits)
    };
    let promoted = first.filter(|_| held).map(|first| next.waiting.remove(first));
    next.holders.extend(promoted);
    if held {
        let taken =
            workflow.acts.iter().find(|act| act.effect == Effect::Take).and_then(|act| act.to.as_ref());
        let stage = if next.holders.is_empty() { row.to.as_ref() } else { taken };
        if let Some(stage) = stage {
            next.stage.clone_from(stage);
        }
    }
    Ruling { promoted, ..Ruling::of(Code::Ok, next) }
}
