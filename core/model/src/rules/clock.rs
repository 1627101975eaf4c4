//! The clocks of a case: which run, since when, how much of each is left, and in which colour that shows.
//!
//! A limit starts at the server's clock, when the case comes to the first of its clock's stages; coming back to them starts it anew. What the
//! case stood still does not count, and time that was added is counted after the limit itself, for the clocks that ran when it was added.

use serde::{Deserialize, Serialize};

use crate::calendar::{
    CalendarError, Colour, Limit, Moment, Source, Suspension, Suspensions, Thresholds, Unit, WorkingCalendar,
};
use crate::catalogue::{Catalogue, DEADLINE, Service, WHOLE, Workflow};

use super::{CaseState, own};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A day that somebody outside has set: nothing makes it stand, and it counts all time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetDay {
    /// Its end.
    pub due: Moment,
    /// How long before that it shows red, ms.
    pub red_before_ms: i64,
}

/// Something that a case is timed by. With the calendar it says at any time how it stands, without the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A clock of its filing condition.
    Clock(Running),
    /// A day set from outside.
    Day(SetDay),
}

/// A part of what a clock grants, and from when it is used; none where the clock stands before.
type Used = (Option<Moment>, Limit);

/// How a clock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLeft {
    /// Its name.
    pub clock: String,
    /// When it ends; none while it stands.
    pub due: Option<Moment>,
    /// When it turns yellow; none where it has already, or stands.
    pub yellow: Option<Moment>,
    /// What is left of it, in the time that its limit counts, ms; below zero when it is over.
    pub left_ms: i64,
    /// How that shows.
    pub colour: Colour,
    /// What its limit counts.
    pub unit: Unit,
    /// Whether holidays by rule lie in it, which may be others once they are published.
    pub by_rule: bool,
}

impl Running {
    /// The limit and what was added to it, each with the moment from which it is used; none of those that come behind a clock that stands.
    fn parts(&self, calendar: &WorkingCalendar) -> Result<Vec<Used>, CalendarError> {
        let mut parts = vec![(Some(self.since), self.limit)];
        let mut end = Some(self.since);
        for (before, limit) in std::iter::once(&self.limit).chain(&self.added).zip(&self.added) {
            end = match end {
                Some(since) => calendar.due(since, *before, &self.stood)?.map(|due| due.at),
                None => None,
            };
            parts.push((end, *limit));
        }
        Ok(parts)
    }

    /// When it ends; none while it stands.
    ///
    /// # Errors
    /// [`CalendarError`] where working time is asked of a year whose holidays nobody knows.
    pub fn due(&self, calendar: &WorkingCalendar) -> Result<Option<Moment>, CalendarError> {
        self.end(calendar, &self.parts(calendar)?)
    }

    fn end(&self, calendar: &WorkingCalendar, parts: &[Used]) -> Result<Option<Moment>, CalendarError> {
        let Some((Some(since), limit)) = parts.last() else { return Ok(None) };
        Ok(calendar.due(*since, *limit, &self.stood)?.map(|due| due.at))
    }

    /// How it stands now: all of it is the limit and what was added, and colours go by how much of all is left.
    ///
    /// # Errors
    /// As [`Running::due`].
    pub fn left(&self, calendar: &WorkingCalendar, now: Moment) -> Result<TimeLeft, CalendarError> {
        let thresholds = Thresholds::default();
        let parts = self.parts(calendar)?;
        let begun = |(since, _): &Used| since.is_some_and(|since| since <= now);
        // The part that is being used, and those that are whole.
        let current = parts.iter().rposition(begun).unwrap_or(0);
        let total_ms = |parts: &[Used]| {
            parts.iter().map(|(_, limit)| calendar.total_ms(*limit)).fold(0_i64, i64::saturating_add)
        };
        let (since, limit) = (parts[current].0.unwrap_or(self.since), parts[current].1);
        let later_ms = total_ms(&parts[current + 1..]);
        let left_ms = calendar.remaining_ms(since, limit, &self.stood, now)?.saturating_add(later_ms);
        let all_ms = total_ms(&parts);
        let yellow_ms = all_ms / 100 * i64::from(thresholds.yellow_left());
        let due = self.end(calendar, &parts)?;
        let colour = match left_ms {
            left if left > yellow_ms => Colour::Green,
            // At its very end it is in time, and at night after it nothing more has counted.
            _ if due.is_none_or(|due| now <= due) => Colour::Yellow,
            left if -left > all_ms / 100 * i64::from(thresholds.dark_red_over()) => Colour::DarkRed,
            _ => Colour::Red,
        };
        Ok(TimeLeft {
            clock: self.clock.clone(),
            due,
            yellow: self.turns_yellow(calendar, &parts, yellow_ms)?.filter(|at| now < *at),
            left_ms,
            colour,
            unit: self.limit.unit(),
            by_rule: self.is_by_rule(calendar, due),
        })
    }

    fn is_by_rule(&self, calendar: &WorkingCalendar, due: Option<Moment>) -> bool {
        let working = self.added.iter().chain([&self.limit]).any(|limit| limit.unit().is_working());
        working && due.and_then(|due| calendar.source(self.since, due)) == Some(Source::Generated)
    }

    /// When so much of all is left, to a percent of the part that it falls into.
    fn turns_yellow(
        &self,
        calendar: &WorkingCalendar,
        parts: &[Used],
        left_ms: i64,
    ) -> Result<Option<Moment>, CalendarError> {
        let mut left_ms = left_ms;
        for (since, limit) in parts.iter().rev() {
            let part_ms = calendar.total_ms(*limit);
            if left_ms <= part_ms {
                let Some(since) = since else { return Ok(None) };
                let percent = i32::try_from((left_ms * 100 + part_ms - 1) / part_ms).unwrap_or(100);
                let warned = calendar.warning_points(*since, *limit, &self.stood, &[percent])?;
                return Ok(warned.first().and_then(|warning| warning.at));
            }
            left_ms -= part_ms;
        }
        Ok(None)
    }
}

impl SetDay {
    fn left(&self, now: Moment) -> TimeLeft {
        let left_ms = self.due.ms() - now.ms();
        let colour = match left_ms {
            left if left < 0 => Colour::DarkRed,
            left if left <= self.red_before_ms => Colour::Red,
            _ => Colour::Green,
        };
        let (clock, due, unit) = (DEADLINE.to_owned(), Some(self.due), Unit::Day);
        TimeLeft { clock, due, yellow: None, left_ms, colour, unit, by_rule: false }
    }
}

impl Timer {
    /// When it ends; none while it stands.
    ///
    /// # Errors
    /// As [`Running::due`].
    pub fn due(&self, calendar: &WorkingCalendar) -> Result<Option<Moment>, CalendarError> {
        match self {
            Self::Clock(clock) => clock.due(calendar),
            Self::Day(day) => Ok(Some(day.due)),
        }
    }

    /// How it stands now.
    ///
    /// # Errors
    /// As [`Running::due`].
    pub fn left(&self, calendar: &WorkingCalendar, now: Moment) -> Result<TimeLeft, CalendarError> {
        match self {
            Self::Clock(clock) => clock.left(calendar, now),
            Self::Day(day) => Ok(day.left(now)),
        }
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

/// Everything that a case is timed by: its clocks, and a day set from outside last.
fn timers(catalogue: &Catalogue, state: &CaseState) -> impl Iterator<Item = Timer> {
    let clocks = running(catalogue, state).unwrap_or_default().into_iter();
    clocks.map(Timer::Clock).chain(outside(catalogue, state).map(Timer::Day))
}

/// How everything stands that a case is timed by. What no calendar can read is left out, for a wrong time is worse than none.
#[must_use]
pub fn standing(catalogue: &Catalogue, state: &CaseState, now: Moment) -> Vec<TimeLeft> {
    let calendar = catalogue.calendar();
    timers(catalogue, state).filter_map(|timer| timer.left(calendar, now).ok()).collect()
}

/// What of it ends first, and when; none where nothing runs or its end is not known. What is over is the first of all.
#[must_use]
pub fn nearest(catalogue: &Catalogue, state: &CaseState) -> Option<(Moment, Timer)> {
    let calendar = catalogue.calendar();
    let ends = timers(catalogue, state).filter_map(|timer| Some((timer.due(calendar).ok()??, timer)));
    ends.min_by_key(|(due, _)| *due)
}

/// The first year whose holidays would have to be known for a clock that [`standing`] leaves out; none where it leaves out none.
#[must_use]
pub fn unknown_year(catalogue: &Catalogue, state: &CaseState, now: Moment) -> Option<i32> {
    let clocks = running(catalogue, state).unwrap_or_default();
    let year = |clock: &Running| match clock.left(catalogue.calendar(), now) {
        Err(CalendarError::YearUnknown { year, .. }) => Some(year),
        _ => None,
    };
    clocks.iter().filter_map(year).min()
}

/// The day that somebody outside has set, in a case that has not ended.
fn outside(catalogue: &Catalogue, state: &CaseState) -> Option<SetDay> {
    let (service, workflow) = catalogue.service(&state.service.0)?;
    let deadline = service.deadline.as_ref().filter(|_| !workflow.ends.contains(&state.stage))?;
    let calendar = catalogue.calendar();
    let begins_ms = own::day_ms(calendar, state.progress.deadline.as_ref()?)?;
    let due = Moment::from_ms(begins_ms.checked_add(DAY_MS)?).ok()?;
    Some(SetDay { due, red_before_ms: calendar.whole_days_ms(deadline.red_before) })
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
