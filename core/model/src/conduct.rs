//! What somebody does beside a case and what of it counts in one: how much they hold, how often they did not come, how much they have asked.
//!
//! Pure: the server counts, the rule decides. A phone knows only of itself, and not all of that: what it does not know does not stand in the way.

use std::collections::BTreeSet;

use crate::calendar::beijing;
use crate::catalogue::{Catalogue, Effect, Service, Transition};
use crate::ids::UserId;
use crate::limits::{DOORS_PER_DAY, NO_SHOWS_BEFORE_REST, REST_MS};
use crate::refusal::{Code, Refusal};
use crate::rules::CaseState;

/// What somebody does beside the case that they act in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conduct {
    /// Other cases of services with a load that this person works on now.
    pub working_on: usize,
    /// Until when this person takes nothing, server's clock, ms since 1970 ([`rests_until_ms`]).
    pub rests_until_ms: Option<i64>,
    /// Requests that this person opened within the last 24 hours.
    pub opened: usize,
    /// Other doors that this person was told within the last 24 hours.
    pub doors: usize,
    /// Whether one of the two has said not to want to meet the other.
    pub apart: bool,
    /// Who of those in line could not take it now: they are passed over, and keep their places.
    pub unfit: BTreeSet<UserId>,
}

impl Conduct {
    /// Whether this person could take a case of a service now.
    #[must_use]
    pub fn may_take(&self, service: &Service, at_ms: i64) -> bool {
        let may = service.load.is_none_or(|load| self.working_on < load && self.doors < DOORS_PER_DAY);
        may && !self.apart && !self.rests(service, at_ms)
    }

    fn rests(&self, service: &Service, at_ms: i64) -> bool {
        service.load.is_some() && self.rests_until_ms.is_some_and(|until_ms| at_ms < until_ms)
    }

    /// Whoever takes a case is somebody its author may meet, has room for it, does not rest, and has not seen too many doors.
    ///
    /// # Errors
    /// `r_role` with `apart`; `r_limit` with `load` or `doors` and how many, or with `rests` and the time.
    pub(crate) fn lets(&self, service: &Service, row: &Transition, at_ms: i64) -> Result<(), Refusal> {
        let Some(load) = service.load.filter(|_| row.effect == Effect::Take) else { return Ok(()) };
        let act = || ("act", row.id.clone());
        if self.apart {
            return Err(Refusal::new(Code::RRole, [act(), ("apart", "yes".to_owned())]));
        }
        if let Some(until_ms) = self.rests_until_ms.filter(|_| self.rests(service, at_ms)) {
            return Err(Refusal::new(Code::RLimit, [act(), ("rests", beijing(until_ms))]));
        }
        if self.working_on >= load {
            return Err(Refusal::new(Code::RLimit, [act(), ("load", load.to_string())]));
        }
        if self.doors >= DOORS_PER_DAY {
            return Err(Refusal::new(Code::RLimit, [act(), ("doors", DOORS_PER_DAY.to_string())]));
        }
        Ok(())
    }

    /// Whoever asks has not asked as often as one may in a day.
    ///
    /// # Errors
    /// `r_limit` with `per_day`.
    pub(crate) fn lets_ask(&self, service: &Service) -> Result<(), Refusal> {
        match service.per_day {
            Some(most) if self.opened >= most => {
                Err(Refusal::new(Code::RLimit, [("per_day", most.to_string())]))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a case is work for those who hold it now, as far as its service counts how much that is: while somebody else could still take it.
#[must_use]
pub fn occupies(catalogue: &Catalogue, state: &CaseState) -> bool {
    let Some((service, workflow)) = catalogue.service(&state.service.0) else { return false };
    let taken = |row: &Transition| row.effect == Effect::Take && row.from.contains(&state.stage);
    service.load.is_some() && workflow.acts.iter().any(taken)
}

/// Until when somebody who did not come takes nothing: two weeks from every second time. Times in ms since 1970, in any order.
#[must_use]
pub fn rests_until_ms(no_shows_ms: &[i64]) -> Option<i64> {
    let mut times = no_shows_ms.to_vec();
    times.sort_unstable();
    let counted = times.len() - times.len() % NO_SHOWS_BEFORE_REST;
    times[..counted].last().map(|last| last.saturating_add(REST_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn every_second_time_somebody_did_not_come_they_rest_for_two_weeks() {
        assert_eq!(rests_until_ms(&[]), None);
        assert_eq!(rests_until_ms(&[5]), None);
        assert_eq!(rests_until_ms(&[9, 5]), Some(9 + 14 * DAY_MS));
        assert_eq!(rests_until_ms(&[9, 5, 20 * DAY_MS]), Some(9 + 14 * DAY_MS));
        assert_eq!(rests_until_ms(&[9, 5, 20 * DAY_MS, 21 * DAY_MS]), Some(35 * DAY_MS));
    }

    #[test]
    fn whoever_takes_has_room_and_does_not_rest() {
        let catalogue = Catalogue::embedded();
        let (errand, workflow) = catalogue.service("help.errand").unwrap();
        let claim = workflow.act("claim").unwrap();
        let told = |conduct: &Conduct, at_ms| {
            let refusal = conduct.lets(errand, claim, at_ms).err();
            assert_eq!(refusal.is_none(), conduct.may_take(errand, at_ms));
            refusal.map(|refusal| (refusal.code, refusal.facts.keys().last().cloned().unwrap()))
        };
        for (working_on, limit) in [(0, None), (1, None), (2, Some("load")), (3, Some("load"))] {
            let conduct = Conduct { working_on, ..Conduct::default() };
            assert_eq!(told(&conduct, 0), limit.map(|limit| (Code::RLimit, limit.to_owned())));
        }
        let resting = Conduct { rests_until_ms: Some(10), ..Conduct::default() };
        assert_eq!(told(&resting, 9), Some((Code::RLimit, "rests".to_owned())));
        assert_eq!(told(&resting, 10), None);
        let seen = |doors| Conduct { doors, ..Conduct::default() };
        assert_eq!(told(&seen(9), 0), None);
        assert_eq!(told(&seen(10), 0), Some((Code::RLimit, "doors".to_owned())));
        let apart = Conduct { apart: true, ..Conduct::default() };
        assert_eq!(told(&apart, 0), Some((Code::RRole, "apart".to_owned())));
        // Other steps are nobody's load, and what has none is taken by anybody.
        let full = Conduct { working_on: 9, rests_until_ms: Some(10), ..Conduct::default() };
        assert!(full.lets(errand, workflow.act("arrive").unwrap(), 0).is_ok());
        let (activity, workflow) = catalogue.service("vol.activity").unwrap();
        let joins = workflow.acts.iter().find(|row| row.effect == Effect::Take).unwrap();
        assert!(full.lets(activity, joins, 0).is_ok());
    }

    #[test]
    fn twenty_requests_a_day_are_enough() {
        let catalogue = Catalogue::embedded();
        let errand = catalogue.service("help.errand").unwrap().0;
        let asks = |opened| Conduct { opened, ..Conduct::default() }.lets_ask(errand);
        assert!(asks(19).is_ok());
        let refused = asks(20).unwrap_err();
        assert_eq!((refused.code, refused.facts["per_day"].as_str()), (Code::RLimit, "20"));
        assert!(
            Conduct { opened: 999, ..Conduct::default() }
                .lets_ask(catalogue.service("case.snap").unwrap().0)
                .is_ok()
        );
    }
}
