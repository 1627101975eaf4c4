//! Claims of many at once: requests for help, each claimed by every volunteer of a street while nobody has a link; then all sync in any order,
//! over replies that are lost, pushes that come twice and phones that die.
//!
//! Held against the order of arrival ([`line`]): a request has as many holders as there is room for, first come first, the others wait in
//! order; everybody is told with the first whole sync; who gives up hands over in the same act. And what nobody takes has an owner when twice
//! the time has passed for which its service waits for an answer.

pub mod field;
pub mod line;
mod look;

use std::collections::BTreeSet;

use serde::Serialize;
use yuandian_model::CaseId;

use field::Field;
use line::lines;
use look::{compare, nobody_comes, promotions, untold};

/// Waves of claims: in each, everybody claims the same part of the requests.
const WAVES: usize = 4;
/// Of so many requests a holder gives one up.
const RELEASED_OF: usize = 4;
/// Of so many requests everybody gives one up.
const EMPTIED_OF: usize = 16;
/// For so many requests that are claimed, one more that nobody claims.
const QUIET_OF: usize = 8;

/// What was found over all seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Seeds run.
    pub seeds: u64,
    /// Requests that were claimed.
    pub requests: u64,
    /// Requests that nobody claimed.
    pub unclaimed: u64,
    /// Claims that were taken or put in line.
    pub claims: u64,
    /// Requests held, or waited for, by others than came first.
    pub winners_wrong: u64,
    /// Claims whose outcome a phone did not show after its sync.
    pub losers_untold: u64,
    /// Who moved up over a release.
    pub promotions: u64,
    /// Of these, under another number than the release.
    pub promotions_apart: u64,
    /// Requests that nobody holds and no desk has, twice the time after which their service asks further up.
    pub ownerless: u64,
}

impl Report {
    /// Whether every promise held, and something was tried.
    #[must_use]
    pub fn holds(&self) -> bool {
        let wrong = self.winners_wrong + self.losers_untold + self.promotions_apart + self.ownerless;
        wrong == 0 && self.claims > 0 && self.promotions > 0
    }

    /// Counts one seed's.
    pub fn add(&mut self, one: &Self) {
        self.seeds += one.seeds;
        self.requests += one.requests;
        self.unclaimed += one.unclaimed;
        self.claims += one.claims;
        self.winners_wrong += one.winners_wrong;
        self.losers_untold += one.losers_untold;
        self.promotions += one.promotions;
        self.promotions_apart += one.promotions_apart;
        self.ownerless += one.ownerless;
    }
}

/// So many requests, each claimed by so many volunteers, on one server. `told` hears of each claim whose outcome a phone did not show.
///
/// # Errors
/// Words, where a phone or the server does not do its part.
pub fn run(
    seed: u64,
    (requests, claimants): (usize, usize),
    told: &mut dyn FnMut(&str),
) -> Result<Report, String> {
    let mut field = Field::new(seed, claimants)?;
    let all = field.ask(requests + requests / QUIET_OF + 1)?;
    let (claimed, quiet) = all.split_at(requests);
    let mut report =
        Report { seeds: 1, requests: requests as u64, unclaimed: quiet.len() as u64, ..Report::default() };
    for wave in claimed.chunks(requests.div_ceil(WAVES).max(1)) {
        claim(&mut field, wave)?;
        field.sync_all(true, &mut |field, claimant| {
            let untold = untold(field, claimant, wave)?;
            untold.iter().for_each(|words| told(words));
            report.losers_untold += untold.len() as u64;
            Ok(())
        })?;
    }
    compare(&field, claimed, &mut report)?;
    release(&mut field, claimed)?;
    field.sync_all(true, &mut |_, _| Ok(()))?;
    field.sync_all(false, &mut |field, claimant| {
        let untold = untold(field, claimant, claimed)?;
        untold.iter().for_each(|words| told(words));
        report.losers_untold += untold.len() as u64;
        Ok(())
    })?;
    compare(&field, claimed, &mut report)?;
    let lines = lines(&field.server.disk, &|case| field.capacity(case))?;
    report.claims = lines.values().map(|line| line.claims).sum();
    promotions(&field, &lines, &mut report)?;
    nobody_comes(&mut field, &all, &mut report)?;
    Ok(report)
}

/// Everybody claims all of these, each in another order, and nobody has a link.
fn claim(field: &mut Field, cases: &[CaseId]) -> Result<(), String> {
    for claimant in 0..field.claimants.len() {
        for case in field.shuffled(cases.to_vec()) {
            field.does(claimant, &case, "claim")?;
        }
    }
    Ok(())
}

/// Some holders give up, and of a few requests everybody does, holders and waiting.
fn release(field: &mut Field, cases: &[CaseId]) -> Result<(), String> {
    for (number, case) in cases.iter().enumerate() {
        let state = field.state(case)?;
        let leaves: BTreeSet<_> = match number {
            number if number % EMPTIED_OF == 1 => state.holders.iter().chain(&state.waiting).collect(),
            number if number.is_multiple_of(RELEASED_OF) => state.holders.first().into_iter().collect(),
            _ => continue,
        };
        for claimant in 0..field.claimants.len() {
            if field.user(claimant).is_some_and(|user| leaves.contains(&user)) {
                field.does(claimant, case, "release")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use yuandian_model::planted::{Bug, plant};

    use super::*;

    fn with(bug: Option<Bug>) -> Report {
        plant(bug);
        let report = run(1, (16, 5), &mut |_| {});
        plant(None);
        report.unwrap()
    }

    #[test]
    fn of_many_claims_as_many_win_as_there_is_room_for_and_all_are_told() {
        let report = with(None);
        assert!(report.holds(), "{report:?}");
        assert_eq!((report.requests, report.claims), (16, 80));
    }

    #[test]
    fn one_holder_too_many_is_found() {
        assert!(with(Some(Bug::OneHolderTooMany)).winners_wrong > 0);
    }

    #[test]
    fn who_moves_up_out_of_turn_is_found() {
        assert!(with(Some(Bug::LastInLinePromoted)).winners_wrong > 0);
    }

    #[test]
    fn a_loser_who_is_not_told_is_found() {
        assert!(with(Some(Bug::RefusedActForgotten)).losers_untold > 0);
    }
}
