//! When a limit ends, how much of it has gone and how much is left, with the times at which the clock stood
//! taken out.
//!
//! Time that counts is all time for natural units, and the time inside windows for `work_hour` and
//! `work_day`; suspended time never counts. A limit ends at the first moment at which as much has counted: at
//! a window's end, not at the start of the next window, and a suspension that begins just then changes
//! nothing.
//!
//! `work_day`: a start outside the windows, or in a suspension, moves to the next moment of work (both ends
//! of a window are inside it). From there the limit ends at the same clock time so many working days later.
//! That is the working time of so many days, so a suspension moves the end by the working time it holds: one
//! of k whole working days by k working days, one of no working time not at all. A start at the very start of
//! a window has two ends of that measure, the evening and the next morning: it is the morning, the same clock
//! time.

use super::limit::{Limit, Unit};
use super::suspension::Suspensions;
use super::{CalendarError, Moment, Source, WorkingCalendar};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// When a limit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last moment that is in time.
    pub at: Moment,
    /// Where the holidays from the start to the end come from; none where a natural unit runs through a year
    /// that is not known.
    pub holidays: Option<Source>,
}

impl WorkingCalendar {
    /// When the limit ends; none while an open suspension holds the clock.
    ///
    /// # Errors
    /// [`CalendarError::YearUnknown`] for a working unit that starts in or runs into such a year,
    /// [`CalendarError::OutOfRange`] beyond 2200.
    pub fn due(
        &self,
        start: Moment,
        limit: Limit,
        suspensions: &Suspensions,
    ) -> Result<Option<Due>, CalendarError> {
        let used_ms = self.total_ms(limit);
        let at = match limit.unit() {
            Unit::WorkDay => self.due_days(start, used_ms, suspensions)?,
            unit => self.used(start, unit, used_ms, suspensions)?,
        };
        Ok(at.map(|at| Due { at, holidays: self.source(start, at) }))
    }

    /// How long the limit is in time that counts, ms; a working day has as much as its windows.
    #[must_use]
    pub fn total_ms(&self, limit: Limit) -> i64 {
        let unit_ms = match limit.unit() {
            Unit::Minute => MINUTE_MS,
            Unit::UrgentHour | Unit::WorkHour | Unit::Hour => HOUR_MS,
            Unit::Day => DAY_MS,
            Unit::WorkDay => self.table.day_ms,
        };
        i64::from(limit.amount()) * unit_ms
    }

    /// How long the limit is where a working day counts as a whole one, ms: what limits of several units are weighed by.
    #[must_use]
    pub fn whole_days_ms(&self, limit: Limit) -> i64 {
        let ms = self.total_ms(limit);
        if limit.unit().is_working() {
            // Windows are a part of a day, and amounts are small.
            ms.saturating_mul(DAY_MS) / self.table.day_ms.max(1)
        } else {
            ms
        }
    }

    /// How much time that counts has gone by, ms: working time for a working unit. None before the start.
    ///
    /// # Errors
    /// [`CalendarError::YearUnknown`] where a working unit starts in such a year or `now` lies in one.
    pub fn elapsed_ms(
        &self,
        start: Moment,
        unit: Unit,
        suspensions: &Suspensions,
        now: Moment,
    ) -> Result<i64, CalendarError> {
        let end = now.max(start);
        let mut elapsed_ms = self.counted(unit, start, end)?;
        for suspension in suspensions.merged() {
            let from = suspension.from.clamp(start, end);
            let to = suspension.to.map_or(end, |to| to.clamp(start, end));
            elapsed_ms -= self.counted(unit, from, to)?;
        }
        Ok(elapsed_ms)
    }

    /// How much of the limit is left in time that counts, ms; negative once it is over. At night after the
    /// end it is 0 and the limit over all the same: whether something is late is a question to [`Due::at`].
    ///
    /// # Errors
    /// As [`Self::elapsed_ms`].
    pub fn remaining_ms(
        &self,
        start: Moment,
        limit: Limit,
        suspensions: &Suspensions,
        now: Moment,
    ) -> Result<i64, CalendarError> {
        Ok(self.total_ms(limit) - self.elapsed_ms(start, limit.unit(), suspensions, now)?)
    }

    /// The first moment at which so much of the unit's time has counted; none while an open suspension holds
    /// the clock.
    pub(super) fn used(
        &self,
        start: Moment,
        unit: Unit,
        used_ms: i64,
        suspensions: &Suspensions,
    ) -> Result<Option<Moment>, CalendarError> {
        self.check_known(unit, start)?;
        if used_ms <= 0 {
            return Ok(Some(start));
        }
        let (mut cursor, mut left_ms) = (start, used_ms);
        for suspension in suspensions.merged() {
            if suspension.to.is_some_and(|to| to <= cursor) {
                continue;
            }
            if suspension.from > cursor {
                // Far in the future, where the calendar ends: the limit ends before it, or says so itself.
                let Ok(counted_ms) = self.counted(unit, cursor, suspension.from) else { break };
                if left_ms <= counted_ms {
                    break;
                }
                left_ms -= counted_ms;
            }
            match suspension.to {
                Some(to) => cursor = to,
                None => return Ok(None),
            }
        }
        self.after(unit, cursor, left_ms).map(Some)
    }

    /// The end of a limit in working days, given as working time.
    fn due_days(
        &self,
        start: Moment,
        used_ms: i64,
        suspensions: &Suspensions,
    ) -> Result<Option<Moment>, CalendarError> {
        self.check_known(Unit::WorkDay, start)?;
        let Some(begin) = self.at_work(start, suspensions, true)? else { return Ok(None) };
        let Some(end) = self.used(begin, Unit::WorkDay, used_ms, suspensions)? else { return Ok(None) };
        let spans = &self.table.spans;
        let Some(of_day) = spans.starts(begin.ms()) else { return Ok(Some(end)) };
        match spans.turns_to(end.ms(), of_day) {
            None => Ok(Some(end)),
            Some(None) => Err(self.unknown(self.table.known_years().1 + 1)),
            Some(Some(morning)) => self.at_work(Moment::from_ms(morning)?, suspensions, false),
        }
    }

    /// The first moment from `at` on that is inside a window and not suspended; none while an open suspension
    /// holds the clock. A suspension that begins at the very moment counts for a start (the clock does not
    /// run yet), not for an end (it has run out).
    fn at_work(
        &self,
        at: Moment,
        suspensions: &Suspensions,
        starting: bool,
    ) -> Result<Option<Moment>, CalendarError> {
        let mut at = self.entered(at)?;
        for suspension in suspensions.merged() {
            let begun = suspension.from < at || (starting && suspension.from == at);
            if !begun || suspension.to.is_some_and(|to| to <= at) {
                continue;
            }
            match suspension.to {
                Some(to) => at = self.entered(to)?,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn entered(&self, at: Moment) -> Result<Moment, CalendarError> {
        self.check_known(Unit::WorkDay, at)?;
        let entered = self.table.spans.entered(at.ms());
        Moment::from_ms(entered.ok_or_else(|| self.unknown(self.table.known_years().1 + 1))?)
    }

    /// Time that counts between two moments in order, ms.
    fn counted(&self, unit: Unit, from: Moment, to: Moment) -> Result<i64, CalendarError> {
        if !unit.is_working() {
            return Ok(to.ms() - from.ms());
        }
        self.check_known(unit, from)?;
        self.check_known(unit, to)?;
        Ok(self.table.spans.worked_until(to.ms()) - self.table.spans.worked_until(from.ms()))
    }

    /// The first moment at which so much time has counted from `from` on, were nothing suspended.
    fn after(&self, unit: Unit, from: Moment, counted_ms: i64) -> Result<Moment, CalendarError> {
        if !unit.is_working() {
            return Moment::from_ms(from.ms().saturating_add(counted_ms));
        }
        self.check_known(unit, from)?;
        let worked_ms = self.table.spans.worked_until(from.ms()) + counted_ms;
        let reached = self.table.spans.reached(worked_ms);
        Moment::from_ms(reached.ok_or_else(|| self.unknown(self.table.known_years().1 + 1))?)
    }

    fn check_known(&self, unit: Unit, at: Moment) -> Result<(), CalendarError> {
        if unit.is_working() && self.table.year_index(at.ms()).is_none() {
            return Err(self.unknown(self.table.local_year(at)));
        }
        Ok(())
    }
}
