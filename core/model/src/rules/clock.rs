//! The clocks of a case: which run, since when, how much of each is left, and in which colour that shows.
//!
//! A limit starts at the server's clock, when the case comes to the first of its clock's stages; coming back to them starts it anew. What the
//! case stood still does not count, and time that was added is counted after the limit itself, for the clocks that ran when it was added.

use crate::calendar::{
    CalendarError, Colour, Limit, Moment, Suspension, Suspensions, Thresholds, WorkingCalendar,
};
use crate::catalogue::{Catalogue, Service, WHOLE, Workflow};

use super::CaseState;

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its name, as the workflow and the filing condition have it.
    pub clock: String,
    /// Since when.
    pub since: Moment,
    /// What the filing condition grants.
    pub limit: Limit,
    /// What was added to it.
    pub added: Vec<Limit>,
    /// When it stood.
    pub stood: Suspensions,
}

/// How a clock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLeft {
    /// Its name.
    pub clock: String,
    /// When it ends; none while it stands.
    pub due: Option<Moment>,
    /// What is left of it, in the time that its limit counts, ms; below zero when it is over.
    pub left_ms: i64,
    /// How that shows.
    pub colour: Colour,
}

impl Running {
    /// When it ends; none while it stands.
    ///
    /// # Errors
    /// [`CalendarError`] where working time is asked of a year whose holidays nobody knows.
    pub fn due(&self, calendar: &WorkingCalendar) -> Result<Option<Moment>, CalendarError> {
        let mut end = calendar.due(self.since, self.limit, &self.stood)?.map(|due| due.at);
        for limit in &self.added {
            end = match end {
                Some(at) => calendar.due(at, *limit, &self.stood)?.map(|due| due.at),
                None => None,
            };
        }
        Ok(end)
    }

    /// How it stands now.
    ///
    /// # Errors
    /// As [`Running::due`].
    pub fn left(&self, calendar: &WorkingCalendar, now: Moment) -> Result<TimeLeft, CalendarError> {
        let thresholds = Thresholds::default();
        // Time that was added is counted as if the last of it were the limit.
        let (mut since, mut limit) = (self.since, self.limit);
        for added in &self.added {
            match calendar.due(since, limit, &self.stood)? {
                Some(end) if end.at <= now => (since, limit) = (end.at, *added),
                _ => break,
            }
        }
        Ok(TimeLeft {
            clock: self.clock.clone(),
            due: self.due(calendar)?,
            left_ms: calendar.remaining_ms(since, limit, &self.stood, now)?,
            colour: calendar.colour(since, limit, &self.stood, now, thresholds)?,
        })
    }
}

/// The clocks that run in a case, the one of its stage first, the one of the whole way last.
///
/// # Errors
/// [`CalendarError`] where what is kept of the case is no time.
pub fn running(catalogue: &Catalogue, state: &CaseState) -> Result<Vec<Running>, CalendarError> {
    let Some((service, workflow)) = catalogue.service(&state.service.0) else {
        return Ok(Vec::new());
    };
    clocks(service, workflow, state)
}

pub(super) fn clocks(
    service: &Service,
    workflow: &Workflow,
    state: &CaseState,
) -> Result<Vec<Running>, CalendarError> {
    let progress = &state.progress;
    let Some(condition) = service.condition(progress.condition.as_deref()) else {
        return Ok(Vec::new());
    };
    if workflow.ends.contains(&state.stage) {
        return Ok(Vec::new());
    }
    let here = |clock: &String| workflow.clocks.get(clock).filter(|stages| stages.contains(&state.stage));
    let of_stage =
        condition.limits.iter().filter_map(|(clock, limit)| here(clock).map(|s| (clock, *limit, Some(s))));
    let whole = condition
        .limits
        .iter()
        .filter(|(clock, _)| *clock == WHOLE)
        .map(|(clock, limit)| (clock, *limit, None));
    let stood = stood(state)?;
    let mut found = Vec::new();
    for (clock, limit, stages) in of_stage.chain(whole) {
        let inside = |stage: &String| stages.is_none_or(|stages| stages.contains(stage));
        let came = progress.steps.iter().rev().take_while(|step| inside(&step.stage)).last();
        let Some(came) = came else { continue };
        let since = Moment::from_ms(came.at_ms)?;
        // What was added before this clock began was added to another.
        let of_it = progress.extensions.iter().filter(|added| added.at_ms >= came.at_ms);
        let added = of_it.filter_map(|added| added.limit.parse().ok()).collect();
        found.push(Running { clock: clock.clone(), since, limit, added, stood: stood.clone() });
    }
    Ok(found)
}

/// When the clocks of a case stood.
///
/// # Errors
/// [`CalendarError`] where what is kept of the case is no time.
pub(super) fn stood(state: &CaseState) -> Result<Suspensions, CalendarError> {
    let mut pauses = Vec::new();
    for pause in &state.progress.pauses {
        let to = pause.to_ms.map(Moment::from_ms).transpose()?;
        pauses.push(Suspension { from: Moment::from_ms(pause.from_ms)?, to });
    }
    Suspensions::new(&pauses)
}

/// Whether the clock of the stage has ended. A clock that nobody can read has not.
pub(super) fn is_over(
    catalogue: &Catalogue,
    (service, workflow): (&Service, &Workflow),
    state: &CaseState,
    at_ms: i64,
) -> bool {
    let Ok(running) = clocks(service, workflow, state) else { return false };
    let Ok(now) = Moment::from_ms(at_ms) else { return false };
    let stage = running.iter().find(|running| running.clock != WHOLE);
    let due = stage.and_then(|running| running.due(catalogue.calendar()).ok().flatten());
    due.is_some_and(|due| due < now)
}
