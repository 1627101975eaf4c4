//! Who hears of a request nearby, and when: the neighbours first, then the grid, then a kilometre around (DOMAIN §4.3).
//!
//! Guarantees: how soon somebody hears follows from the request's division and its 500 m cell, which everybody may know, and from what that
//! person has said of their own home: never from where the asker's door is. So nobody learns from a time, or from many, what the cell does
//! not say already.

use chrono::{FixedOffset, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Effect, Party, RouteBy, Transition};
use crate::division::DivisionCode;
use crate::ids::UserId;
use crate::mark::Mark;
use crate::place::Cell500;
use crate::role::Role;
use crate::rules::CaseState;
use crate::vetting::Vetting;

const MINUTE_MS: i64 = 60_000;
/// How far the last ring reaches, metres between the middles of two cells.
const NEAR_M: f64 = 1_000.0;

/// One of the circles in which people hear, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ring {
    /// At home in the same cell.
    Cell,
    /// In the same grid.
    Grid,
    /// Within a kilometre, or nobody knows where.
    Near,
}

impl Ring {
    /// Every ring, the nearest first.
    pub const ALL: [Ring; 3] = [Ring::Cell, Ring::Grid, Ring::Near];

    /// How long after the request it is its turn, ms.
    #[must_use]
    pub fn after_ms(self) -> i64 {
        match self {
            Ring::Cell => 0,
            Ring::Grid => 5 * MINUTE_MS,
            Ring::Near => 15 * MINUTE_MS,
        }
    }

    /// The ring of somebody who holds a right in a division that covers the request's, with the cell of their home where they have told it;
    /// none where they are too far away.
    #[must_use]
    pub fn of(
        asked: (&DivisionCode, Option<Cell500>),
        right: &DivisionCode,
        home: Option<Cell500>,
    ) -> Option<Self> {
        let (grid, cell) = asked;
        let apart_m = cell.zip(home).map(|(cell, home)| if cell == home { 0.0 } else { cell.apart_m(home) });
        match apart_m {
            Some(0.0) => Some(Ring::Cell),
            _ if right == grid => Some(Ring::Grid),
            Some(metres) if metres > NEAR_M => None,
            _ => Some(Ring::Near),
        }
    }
}

/// When somebody does not want to be woken, minutes of the day in Asia/Shanghai; the same twice: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Quiet {
    /// From when.
    #[n(0)]
    pub from_minute: u16,
    /// Until when.
    #[n(1)]
    pub to_minute: u16,
}

impl Default for Quiet {
    /// From 22:00 to 07:00.
    fn default() -> Self {
        Self { from_minute: 22 * 60, to_minute: 7 * 60 }
    }
}

impl Quiet {
    /// Whether both are minutes of a day.
    #[must_use]
    pub fn is_of_a_day(self) -> bool {
        self.from_minute < 24 * 60 && self.to_minute < 24 * 60
    }

    /// The first moment from `at_ms` on at which somebody may be told, ms since 1970.
    #[must_use]
    pub fn over_ms(self, at_ms: i64) -> i64 {
        let Some(zone) = FixedOffset::east_opt(8 * 60 * 60) else { return at_ms };
        let Some(local) = zone.timestamp_millis_opt(at_ms).single() else { return at_ms };
        let minute = local.hour() * 60 + local.minute();
        let (from, to) = (u32::from(self.from_minute), u32::from(self.to_minute));
        let inside = if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to };
        if !inside {
            return at_ms;
        }
        let end = NaiveTime::from_hms_opt(to / 60, to % 60, 0).unwrap_or_default();
        let days = TimeDelta::days(i64::from(local.time() >= end));
        let over = local.date_naive().and_time(end) + days;
        over.and_local_timezone(zone).single().map_or(at_ms, |over| over.timestamp_millis().max(at_ms))
    }
}

/// How somebody wants to hear of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
pub struct Reach {
    /// The cell of their home; none where they have not told it.
    #[n(0)]
    pub home: Option<Cell500>,
    /// When they are not woken.
    #[n(1)]
    pub quiet: Quiet,
}

/// Whom a request that waits for somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// People who hear of it first, by name; where there are some nobody else is looked for yet.
    pub people: Vec<UserId>,
    /// Roles that may take it.
    pub roles: Vec<Role>,
    /// How closely they were looked at, at least.
    pub vetting: Vetting,
    /// Whether it does not wait for the end of the night.
    pub urgent: bool,
    /// Whether everybody hears at once: those who handle it, and not neighbours in their turn.
    pub at_once: bool,
    /// Since when it waits, server's clock, ms since 1970.
    pub since_ms: i64,
}

/// Whom a case looks for now among people nearby; none where it looks for nobody.
#[must_use]
pub fn sought(catalogue: &Catalogue, state: &CaseState) -> Option<Sought> {
    let (service, workflow) = catalogue.service(&state.service.0)?;
    let since_ms = state.progress.since_ms().filter(|_| state.stage == workflow.opens)?;
    let urgent = state.progress.marks.contains(&Mark::Urgent);
    match service.routing.as_ref()?.by {
        RouteBy::Radius => {
            let takes = |row: &&Transition| row.effect == Effect::Take && row.from.contains(&state.stage);
            let take = workflow.acts.iter().find(takes)?;
            let role = |party: &Party| if let Party::Role(role) = party { Some(*role) } else { None };
            let roles = take.by.iter().filter_map(role).collect();
            let vetting = service.vetting.filter(|_| take.vetted).unwrap_or(Vetting::L0);
            Some(Sought { people: Vec::new(), roles, vetting, urgent, at_once: false, since_ms })
        }
        RouteBy::Provider | RouteBy::Family => {
            let people = state.progress.family.clone();
            let roles = if people.is_empty() { service.handle.clone() } else { Vec::new() };
            Some(Sought { people, roles, vetting: Vetting::L0, urgent, at_once: true, since_ms })
        }
        RouteBy::Grid | RouteBy::Unit => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Wgs84;

    fn grid(code: &str) -> DivisionCode {
        code.parse().unwrap()
    }

    #[test]
    fn the_nearest_hear_first_and_the_far_away_not_at_all() {
        let here = Cell500::of(Wgs84::new(113.62, 34.75).unwrap());
        let beside = Cell500 { row: here.row + 1, column: here.column };
        let far = Cell500 { row: here.row + 3, column: here.column };
        let asked = grid("410102001002003");
        let of = |right: &str, home| Ring::of((&asked, Some(here)), &grid(right), home);
        assert_eq!(of("410102001", Some(here)), Some(Ring::Cell));
        assert_eq!(of("410102001002003", Some(here)), Some(Ring::Cell));
        assert_eq!(of("410102001002003", Some(far)), Some(Ring::Grid), "a grid is a neighbourhood");
        assert_eq!(of("410102001002003", None), Some(Ring::Grid));
        assert_eq!(of("410102001", Some(beside)), Some(Ring::Near));
        assert_eq!(of("410102001", None), Some(Ring::Near));
        assert_eq!(of("410102001", Some(far)), None);
        assert_eq!(Ring::of((&asked, None), &grid("410102001"), Some(far)), Some(Ring::Near));
        assert_eq!(Ring::ALL.map(Ring::after_ms), [0, 300_000, 900_000]);
    }

    #[test]
    fn the_night_ends_at_its_end() {
        let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
        let table = [
            (Quiet::default(), "2026-09-07T21:59:59+08:00", "2026-09-07T21:59:59+08:00"),
            (Quiet::default(), "2026-09-07T22:00:00+08:00", "2026-09-08T07:00:00+08:00"),
            (Quiet::default(), "2026-09-08T06:59:00+08:00", "2026-09-08T07:00:00+08:00"),
            (Quiet::default(), "2026-09-08T07:00:00+08:00", "2026-09-08T07:00:00+08:00"),
            (
                Quiet { from_minute: 780, to_minute: 840 },
                "2026-09-08T13:30:00+08:00",
                "2026-09-08T14:00:00+08:00",
            ),
            (
                Quiet { from_minute: 5, to_minute: 5 },
                "2026-09-08T00:05:00+08:00",
                "2026-09-08T00:05:00+08:00",
            ),
        ];
        for (quiet, now, over) in table {
            assert_eq!(quiet.over_ms(at(now)), at(over), "{quiet:?} {now}");
        }
        assert!(Quiet::default().is_of_a_day());
        assert!(!Quiet { from_minute: 1440, to_minute: 0 }.is_of_a_day());
    }
}
