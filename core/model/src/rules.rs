//! The one rule: `(state, act, actor) -> ruling`. Phones predict with it, the server decides with it; only the server's answer counts.
//!
//! Pure: workflows are table data of [`crate::catalogue`], facts are arguments. A ruling is the whole next state, so judging again after a
//! lost race is calling again.

mod carry;
pub mod clock;
mod guard;
mod offer;
mod own;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::authorize::{Action, Principal, Record, authorize, vetted};
use crate::catalogue::{
    ActClass, Catalogue, Effect, OPENING_ACT, Service, ServiceId, Transition, Urgency, Visibility, Workflow,
};
use crate::conduct::Conduct;
use crate::division::{DivisionCode, Level};
use crate::grant::Grant;
use crate::ids::UserId;
use crate::limits;
use crate::mark::Mark;
use crate::progress::Progress;
use crate::refusal::{Code, Facts, Refusal};
use crate::stay;

pub use guard::photos_needed;
pub use offer::{Offer, allowed, offers};
pub use own::next_own;

/// Who acts, with the rights given to them: whether one is held is a question of the time ([`Actor::at`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub user: UserId,
    /// Roles, where they hold and how long.
    pub grants: Vec<Grant>,
}

/// The server as somebody who acts: no person has this id.
pub(crate) const SYSTEM: UserId = UserId([0; 16]);

impl Actor {
    /// The server itself, when a time has come.
    #[must_use]
    pub fn system() -> Self {
        Self { user: SYSTEM, grants: Vec::new() }
    }
}

/// What the act was written against. An absent member expects nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Expects {
    /// The stage seen.
    #[n(0)]
    pub stage: Option<String>,
    /// The holder seen.
    #[n(1)]
    pub assignee: Option<UserId>,
    /// The number of the last act seen.
    #[n(2)]
    pub act_seq: Option<u64>,
}

/// An act as the rule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRequest<'a> {
    /// Id of the act, `report` to open a case.
    pub act: &'a str,
    /// For `report`: the service.
    pub service: Option<&'a str>,
    /// For `report`: where the case lies.
    pub grid: Option<&'a DivisionCode>,
    /// What it was written against.
    pub expects: Option<&'a Expects>,
    /// Photos that the actor has put into the case, the same command's included.
    pub photos: u32,
    /// What is said with it.
    pub args: Option<&'a BTreeMap<String, String>>,
    /// When it came, server's clock, ms since 1970. A phone gives its best knowledge of that clock.
    pub at_ms: i64,
    /// What the actor does beside this case, as far as it is known here.
    pub conduct: Conduct,
    /// When it was done, as far as its phone can say it, ms since 1970; none where that is now.
    pub captured_ms: Option<i64>,
    /// Whether the code word that is said is the right one; none where nobody here can tell.
    pub word: Option<bool>,
}

impl<'a> ActRequest<'a> {
    /// An act without anything beside.
    #[must_use]
    pub fn named(act: &'a str) -> Self {
        Self {
            act,
            service: None,
            grid: None,
            expects: None,
            photos: 0,
            args: None,
            at_ms: 0,
            conduct: Conduct::default(),
            captured_ms: None,
            word: None,
        }
    }
}

/// What has been decided about a case. Never a field of a merging document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseState {
    /// Its service.
    pub service: ServiceId,
    /// Catalogue version it was opened under.
    pub catalogue: u32,
    /// Where it lies.
    pub grid: DivisionCode,
    /// Who opened it.
    pub author: UserId,
    /// Its stage.
    pub stage: String,
    /// Number of accepted acts, `report` being 1.
    pub act_seq: u64,
    /// Who holds it, first come first.
    pub holders: Vec<UserId>,
    /// Who waits for it, first in line first.
    pub waiting: Vec<UserId>,
    /// Who follows it, first come first. A phone knows of itself alone.
    #[serde(default)]
    pub followers: Vec<UserId>,
    /// Everything else that is decided.
    #[serde(default)]
    pub progress: Progress,
}

/// The rule's yes: the code to put on the receipt and the whole next state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// [`Code::Ok`]; [`Code::Dup`] where nothing changes; [`Code::RTaken`] for a place in the waiting list.
    pub code: Code,
    /// The state after it.
    pub next: CaseState,
    /// Facts for the words: `position`, `promoted` …
    pub facts: Facts,
    /// Who was first, for [`Code::RTaken`].
    pub first: Option<UserId>,
    /// Who moved up, after a release.
    pub promoted: Option<UserId>,
}

impl Ruling {
    fn of(code: Code, next: CaseState) -> Self {
        Self { code, next, facts: Facts::new(), first: None, promoted: None }
    }
}

impl CaseState {
    /// Place in the waiting list of a person, 1 being next.
    #[must_use]
    pub fn waiting_position(&self, user: &UserId) -> Option<usize> {
        self.waiting.iter().position(|u| u == user).map(|index| index + 1)
    }

    /// The street that it lies in, or what it lies in above streets.
    fn street(&self) -> DivisionCode {
        self.grid.up_to(Level::Street)
    }

    /// The grid of a full-time worker that it lies in, or what it lies in above grids.
    fn whole_grid(&self) -> DivisionCode {
        self.grid.up_to(Level::Grid)
    }
}

/// Judges one act.
///
/// # Errors
/// A [`Refusal`] with one of `r_schema`, `r_gone`, `r_role`, `r_scope`, `r_state`, `r_expects`, `r_limit` and the facts it rests on.
pub fn judge(
    catalogue: &Catalogue,
    state: Option<&CaseState>,
    request: &ActRequest<'_>,
    actor: &Actor,
) -> Result<Ruling, Refusal> {
    let Some(state) = state else {
        return open(catalogue, request, actor);
    };
    if request.act == OPENING_ACT {
        // The same report again (a copied phone, a doubled form): nothing to do if it is the author's own.
        return if state.author == actor.user {
            Ok(Ruling::of(Code::Dup, state.clone()))
        } else {
            let facts = [("stage", state.stage.clone()), ("act", OPENING_ACT.to_owned())];
            Err(Refusal::new(Code::RState, facts))
        };
    }
    let (service, workflow) = catalogue
        .service(&state.service.0)
        .ok_or_else(|| Refusal::new(Code::RSchema, [("service", state.service.0.clone())]))?;
    let row = workflow.act(request.act).ok_or_else(|| {
        Refusal::new(Code::RSchema, [("act", request.act.chars().take(limits::WORD_BYTES_MAX).collect())])
    })?;
    if let Some(done) = done_before(row, state, actor) {
        return Ok(done);
    }
    permit(row, (service, workflow), state, actor.at(request.at_ms))?;
    followed(row, service)?;
    if !row.from.contains(&state.stage) && !crate::planted::is(crate::planted::Bug::StageNotChecked) {
        return Err(Refusal::new(Code::RState, [("stage", state.stage.clone()), ("act", row.id.clone())]));
    }
    vetted(actor.at(request.at_ms), row, service, state)?;
    guard::marked(service, row, state)?;
    stay::may_try(row, &state.progress, request)?;
    request.conduct.lets(service, row, request.at_ms)?;
    guard::said(catalogue, service, row, request)?;
    if row.in_time && clock::is_over(catalogue, (service, workflow), state, request.at_ms) {
        let facts = [("act", row.id.clone()), ("limit", "time".to_owned())];
        return Err(Refusal::new(Code::RLimit, facts));
    }
    match row.class {
        ActClass::Exclusive if crate::planted::is(crate::planted::Bug::ExpectsIgnored) => {}
        ActClass::Exclusive => meet(request.expects, state)?,
        ActClass::Additive => continues(request.expects, state)?,
        ActClass::Contended => {}
    }
    guard::proven(service, row, request)?;
    carry::carry_out((catalogue, row), (service, workflow), state, request, actor)
}

fn open(catalogue: &Catalogue, request: &ActRequest<'_>, actor: &Actor) -> Result<Ruling, Refusal> {
    if request.act != OPENING_ACT {
        return Err(Refusal::new(Code::RGone, []));
    }
    let id = request.service.unwrap_or_default();
    let unknown =
        || Refusal::new(Code::RSchema, [("service", id.chars().take(limits::WORD_BYTES_MAX).collect())]);
    let (service, workflow) = catalogue.service(id).ok_or_else(unknown)?;
    let grid = request.grid.ok_or_else(|| Refusal::new(Code::RSchema, [("grid", String::new())]))?;
    authorize(actor.at(request.at_ms), Action::Open, Record::New { service, grid })?;
    request.conduct.lets_ask(service)?;
    let mut state = CaseState {
        service: service.id.clone(),
        catalogue: catalogue.version(),
        grid: grid.clone(),
        author: actor.user,
        stage: service.opens.as_ref().unwrap_or(&workflow.opens).clone(),
        act_seq: 1,
        holders: Vec::new(),
        waiting: Vec::new(),
        followers: Vec::new(),
        progress: Progress { marks: service.marks.iter().copied().collect(), ..Progress::default() },
    };
    if service.condition(None).is_some_and(|first| first.urgency == Urgency::Urgent) {
        state.progress.marks.insert(Mark::Urgent);
    }
    guard::reported(service, request, &mut state.progress)?;
    carry::came_to(&mut state, request.at_ms, actor)?;
    Ok(Ruling::of(Code::Ok, state))
}

/// Said again by the one who already has it: an honest answer, no second effect.
fn done_before(row: &Transition, state: &CaseState, actor: &Actor) -> Option<Ruling> {
    let same = |done: bool| done.then(|| Ruling::of(Code::Dup, state.clone()));
    match row.effect {
        Effect::Follow => return same(state.followers.contains(&actor.user)),
        Effect::Unfollow => return same(!state.followers.contains(&actor.user)),
        Effect::Take if row.from.contains(&state.stage) => {}
        _ => return None,
    }
    if state.holders.contains(&actor.user) {
        return Some(Ruling::of(Code::Dup, state.clone()));
    }
    state.waiting_position(&actor.user).map(|position| wait_ruling(state.clone(), position))
}

/// Whether somebody has a right to an act, whenever it may be done.
fn permit(
    row: &Transition,
    terms: (&Service, &Workflow),
    state: &CaseState,
    who: Principal<'_>,
) -> Result<(), Refusal> {
    authorize(who, Action::Act(row), Record::Case { service: Some(terms), state })
}

/// What is not public has no summary that somebody could follow.
fn followed(row: &Transition, service: &Service) -> Result<(), Refusal> {
    if row.effect == Effect::Follow && service.visibility != Visibility::Public {
        return Err(Refusal::new(Code::RRole, [("act", row.id.clone())]));
    }
    Ok(())
}

fn meet(expects: Option<&Expects>, state: &CaseState) -> Result<(), Refusal> {
    let Some(expects) = expects else {
        return Ok(());
    };
    let stage = expects.stage.as_ref().is_none_or(|s| *s == state.stage);
    let assignee = expects.assignee.as_ref().is_none_or(|a| state.holders.first() == Some(a));
    let act_seq = expects.act_seq.is_none_or(|n| n == state.act_seq);
    if stage && assignee && act_seq { Ok(()) } else { Err(unexpected(state)) }
}

/// What is added belongs to the work of those who hold the case: it is at home in every stage that its row names and behind any number of
/// other acts, but not where the one whose work it saw is gone.
fn continues(expects: Option<&Expects>, state: &CaseState) -> Result<(), Refusal> {
    match expects.and_then(|expects| expects.assignee) {
        Some(assignee) if !state.holders.contains(&assignee) => Err(unexpected(state)),
        _ => Ok(()),
    }
}

fn unexpected(state: &CaseState) -> Refusal {
    Refusal::new(Code::RExpects, [("stage", state.stage.clone()), ("act_seq", state.act_seq.to_string())])
}

/// Whether one of the parties that an act belongs to is this person, here.
pub(crate) fn fits(
    row: &Transition,
    terms: (&Service, &Workflow),
    state: &CaseState,
    who: Principal<'_>,
) -> bool {
    permit(row, terms, state, who).is_ok()
}

fn wait_ruling(next: CaseState, position: usize) -> Ruling {
    let first = next.holders.first().copied();
    let facts = Facts::from([("position".to_owned(), position.to_string())]);
    Ruling { facts, first, ..Ruling::of(Code::RTaken, next) }
}

#[cfg(test)]
mod tests;
