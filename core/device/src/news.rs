//! What a phone tells its person of itself after a pull in the background: the fallback where nothing else wakes it. The platform gives the phone its
//! turn every [`PULL_EVERY_MS`]; what is told once is not told again.
//!
//! Guarantees: a request is told no earlier than its ring says, whenever the phone heard of it; nobody is woken at night but by what cannot
//! wait, and what came meanwhile is told in the morning.

use serde::{Deserialize, Serialize};
use yuandian_document::Place;
use yuandian_model::catalogue::{Effect, Title};
use yuandian_model::rules::allowed;
use yuandian_model::{CaseId, CaseState, Mark, Ring};
use yuandian_sync::CaseFacts;

use crate::error::Result;
use crate::phone::{PersonRecord, Phone};
use crate::state::state_of;
use crate::store::{cases, people, rows};
use crate::view::service_text;

/// How often a phone that sleeps is to pull, ms.
pub const PULL_EVERY_MS: i64 = 15 * 60 * 1000;
/// Lines of the list that are looked at, the latest first.
const LOOKED_AT: u32 = 500;
/// A request that is older was told, or is nobody's news any more, ms.
const STILL_NEW_MS: i64 = 24 * 60 * 60 * 1000;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsLine {
    /// The case.
    pub case: String,
    /// `asked`: somebody nearby asks for help; `family`: somebody who named this person as family has raised an alarm; `moved`: a case of this person's
    /// has come to another stage by somebody else.
    pub why: String,
    /// In words.
    pub text: String,
    /// Whether it cannot wait.
    pub urgent: bool,
}

impl Phone {
    /// What is new for this person since the last time, the latest first; asked after a sync. What is told counts as told when this returns.
    ///
    /// # Errors
    /// [`crate::DeviceError::NotEnrolled`]; the store's.
    pub fn news(&mut self) -> Result<Vec<NewsLine>> {
        let person = self.person()?;
        let now_ms = self.server_ms();
        let quiet = self.reach()?.unwrap_or_default().quiet;
        let night = quiet.over_ms(now_ms) > now_ms;
        let mut lines = Vec::new();
        let tx = self.db.unchecked_transaction()?;
        for row in rows::list(&tx, LOOKED_AT, 0)?.into_iter().filter(|row| row.stage != "draft") {
            let Some(facts) = cases::facts(&tx, &row.id)? else { continue };
            let state = state_of(&facts, &person.user);
            let heard = people::heard(&tx, &row.id)?;
            if heard.as_deref() == Some(state.stage.as_str()) {
                continue;
            }
            let urgent = state.progress.marks.contains(&Mark::Urgent);
            let is_family = state.progress.family.contains(&person.user);
            let takes_part = state.author == person.user || state.holders.contains(&person.user);
            let line = if takes_part {
                let by_others = state.progress.steps.last().is_some_and(|step| step.by != person.user);
                // What this phone sees for the first time it has not waited for.
                (heard.is_some() && by_others).then(|| self.moved(&row.id, &state, urgent))
            } else if is_family {
                heard.is_none().then(|| self.alarm(&row.id, &state))
            } else if self.is_asked(&facts, &state, &person, now_ms)? {
                Some(self.asked_line(&row.id, &state, urgent))
            } else if heard.is_none() && self.turn_comes(&facts, &state, now_ms) {
                // Its ring comes later.
                continue;
            } else {
                None
            };
            if night && line.as_ref().is_some_and(|line| !line.urgent) {
                continue;
            }
            lines.extend(line);
            people::hear(&tx, &row.id, &state.stage)?;
        }
        tx.commit()?;
        Ok(lines)
    }

    fn moved(&self, id: &CaseId, state: &CaseState, urgent: bool) -> NewsLine {
        let (service, stage) = (service_text(self, &state.service.0), self.words.stage(&state.stage));
        let told = |stage: &str| self.words.notification("moved", (&service.zh, &service.en), stage);
        let text = self.worded(Title { zh: told(&stage.zh).zh, en: told(&stage.en).en });
        NewsLine { case: id.to_string(), why: "moved".to_owned(), text, urgent }
    }

    fn alarm(&self, id: &CaseId, state: &CaseState) -> NewsLine {
        let service = service_text(self, &state.service.0);
        let text = self.worded(self.words.notification("family", (&service.zh, &service.en), "1"));
        NewsLine { case: id.to_string(), why: "family".to_owned(), text, urgent: true }
    }

    fn asked_line(&self, id: &CaseId, state: &CaseState, urgent: bool) -> NewsLine {
        let service = service_text(self, &state.service.0);
        let text = self.worded(self.words.notification("asked", (&service.zh, &service.en), "1"));
        NewsLine { case: id.to_string(), why: "asked".to_owned(), text, urgent }
    }

    /// Whether somebody else's request waits for this person now.
    fn is_asked(
        &self,
        facts: &CaseFacts,
        state: &CaseState,
        person: &PersonRecord,
        now_ms: i64,
    ) -> Result<bool> {
        let Some(catalogue) = self.catalogue_of(facts)? else { return Ok(false) };
        let takes = allowed(&catalogue, state, &person.actor(), now_ms)
            .iter()
            .any(|row| row.effect == Effect::Take && state.holders.is_empty());
        let ring = self.ring(facts, person)?;
        let since_ms = state.progress.since_ms().unwrap_or(facts.opened_ms);
        let turn = ring.is_some_and(|ring| since_ms + ring.after_ms() <= now_ms);
        Ok(takes && state.service.is_help() && turn && now_ms - since_ms < STILL_NEW_MS)
    }

    /// Whether a request's turn may still come.
    fn turn_comes(&self, facts: &CaseFacts, state: &CaseState, now_ms: i64) -> bool {
        let since_ms = state.progress.since_ms().unwrap_or(facts.opened_ms);
        state.service.is_help() && state.holders.is_empty() && now_ms - since_ms < Ring::Near.after_ms()
    }

    /// The ring of a request that this person is in, by the rights and the home that the platform knows, too.
    fn ring(&self, facts: &CaseFacts, person: &PersonRecord) -> Result<Option<Ring>> {
        let home = self.reach()?.and_then(|reach| reach.home);
        let cell = match facts.place {
            Some(Place::Cell(cell)) => Some(cell),
            _ => None,
        };
        let covers = person.grants.iter().filter(|grant| grant.grid.covers(&facts.grid));
        Ok(covers.filter_map(|grant| Ring::of((&facts.grid, cell), &grant.grid, home)).min())
    }
}
