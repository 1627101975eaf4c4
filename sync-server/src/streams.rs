//! Which streams a case is in and which a person may hold: the one place where this is decided.

use std::collections::BTreeSet;

use yuandian_model::planted::{self, Bug};
use yuandian_model::sight::{Sight, shown_to};
use yuandian_model::{CaseState, Catalogue, DivisionCode, OrgId, PartitionId, Principal, Visibility};
use yuandian_sync::StreamId;

/// Every stream a case belongs in by its facts: those of the people whom its service shows it to and of the units that work on it, in its grid
/// and the divisions above it up to the city; its author, holders and waiting people; and if it is public, its summaries and those of its
/// followers.
///
/// Who once took part keeps the case in the `user:` stream: rows are added here, never taken away. Who follows no longer loses it, and so
/// does a unit that works on it no longer.
#[must_use]
pub fn streams_of(catalogue: &Catalogue, case: &CaseState) -> BTreeSet<StreamId> {
    let terms = catalogue.service(&case.service.0);
    let public = terms.is_some_and(|(service, _)| service.visibility == Visibility::Public);
    let units: Vec<OrgId> = case.progress.units.iter().filter_map(|unit| unit.parse().ok()).collect();
    let mut sights = shown_to(terms);
    sights.extend(units.iter().map(Sight::Unit));
    sights.extend(public.then_some(Sight::Summary));
    let mut streams: BTreeSet<StreamId> =
        case.grid.lineage().flat_map(|g| sights.iter().map(move |sight| stream(*sight, &g))).collect();
    streams.insert(StreamId::user(&case.author));
    if !planted::is(Bug::HolderStreamForgotten) {
        streams.extend(case.holders.iter().chain(&case.waiting).map(StreamId::user));
    }
    streams.extend(case.progress.family.iter().map(StreamId::user));
    if public {
        streams.extend(case.followers.iter().map(StreamId::followed));
    }
    streams
}

/// The stream of what is read together in a division.
fn stream(sight: Sight<'_>, grid: &DivisionCode) -> StreamId {
    match sight {
        Sight::Grid => StreamId::grid(grid),
        Sight::Role(role) => StreamId::role(role, grid),
        Sight::Unit(org) => StreamId::unit(org, grid),
        Sight::Public => StreamId::public(grid),
        Sight::Summary => StreamId::summary(grid),
    }
}

/// The partition of a division: the first digits of its code as a number, or the only one.
#[must_use]
pub fn partition_of(digits: Option<u8>, grid: &DivisionCode) -> PartitionId {
    let prefix = digits.and_then(|digits| grid.as_str().get(..usize::from(digits)));
    prefix.and_then(|prefix| prefix.parse().ok()).map_or(PartitionId::ONLY, PartitionId)
}

/// Every stream that the rights which a person holds now lead to.
#[must_use]
pub fn streams_for(who: Principal<'_>) -> BTreeSet<StreamId> {
    let mut streams = BTreeSet::from([StreamId::user(&who.user()), StreamId::followed(&who.user())]);
    for (sight, grid) in who.sights() {
        streams.insert(stream(sight, grid));
        if sight == Sight::Public && planted::is(Bug::VolunteerReadsGrid) {
            streams.insert(StreamId::grid(grid));
        }
    }
    streams
}

#[cfg(test)]
mod tests {
    use super::*;
    use yuandian_model::{Grant, Role, ServiceId, UserId};

    fn case(service: &str) -> CaseState {
        CaseState {
            service: ServiceId(service.into()),
            catalogue: 1,
            grid: "410102001".parse().unwrap(),
            author: UserId([1; 16]),
            stage: "open".into(),
            act_seq: 1,
            holders: vec![UserId([2; 16])],
            waiting: vec![UserId([3; 16])],
            followers: vec![],
            progress: yuandian_model::Progress::default(),
        }
    }

    #[test]
    fn help_is_public_in_its_divisions_and_a_case_is_not() {
        let catalogue = Catalogue::embedded();
        let names = |service| -> Vec<String> {
            streams_of(&catalogue, &case(service)).into_iter().map(|s| s.0).collect()
        };
        let help = names("help.errand");
        for stream in
            ["grid:4101", "grid:410102", "grid:410102001", "pub:4101", "pub:410102", "pub:410102001"]
        {
            assert!(help.iter().any(|s| s == stream), "{stream}");
        }
        assert_eq!(help.iter().filter(|s| s.starts_with("user:")).count(), 3);
        assert!(!names("case.snap").iter().any(|s| s.starts_with("pub:")));
        let summaries = |service| names(service).iter().filter(|s| s.starts_with("sum:")).count();
        assert_eq!(
            (summaries("case.snap"), summaries("help.errand")),
            (3, 0),
            "only what is public is summed up"
        );
    }

    #[test]
    fn what_is_for_its_handlers_is_in_their_streams_alone() {
        let here = |service| -> Vec<String> {
            let all = streams_of(&Catalogue::embedded(), &case(service)).into_iter().map(|s| s.0);
            all.filter(|s| s.ends_with(":410102001") || s.ends_with("@410102001")).collect()
        };
        let roles = |names: &[&str]| -> Vec<String> {
            names.iter().map(|role| format!("role:{role}@410102001")).collect()
        };
        assert_eq!(
            here("case.petition"),
            roles(&["acceptor", "duty_chief", "handler", "handler_unit", "supervisor"])
        );
        assert_eq!(
            here("alert.elder"),
            roles(&["acceptor", "grid_head", "grid_worker", "service_provider"]),
            "a relative has to do with somebody's, not with a division's"
        );
        // A notice is for people who work no grid, too.
        let notice = [vec!["grid:410102001".to_owned()], roles(&["partner", "resident", "volunteer"])];
        assert_eq!(here("task.notice"), notice.concat());
        assert_eq!(here("nothing.known"), ["grid:410102001"]);
    }

    #[test]
    fn a_unit_has_what_it_works_on_in_every_division_above() {
        let mut dispatched = case("case.city.E06010");
        dispatched.progress.units = vec!["water.co".into(), "gas".into()];
        let units: Vec<String> = streams_of(&Catalogue::embedded(), &dispatched)
            .into_iter()
            .filter(StreamId::is_of_unit)
            .map(|stream| stream.0)
            .collect();
        let expected = [
            "unit:gas@4101",
            "unit:gas@410102",
            "unit:gas@410102001",
            "unit:water.co@4101",
            "unit:water.co@410102",
            "unit:water.co@410102001",
        ];
        assert_eq!(units, expected);
    }

    #[test]
    fn rights_lead_to_streams_while_they_are_held() {
        let user = UserId([1; 16]);
        let of = |grant: Grant| -> Vec<String> {
            streams_for(Principal::new(user, &[grant], 10))
                .into_iter()
                .map(|s| s.0)
                .filter(|s| !s.starts_with("user:") && !s.starts_with("follow:"))
                .collect()
        };
        let right = |role: Role| Grant::new(role, "410102001".parse().unwrap());
        let bound = |role: Role| right(role).of("water.co".parse().unwrap());
        let table: [(Role, &[&str]); 8] = [
            (Role::GridWorker, &["grid:410102001", "role:grid_worker@410102001"]),
            (Role::Handler, &["grid:410102001", "role:handler@410102001"]),
            (Role::Volunteer, &["pub:410102001", "role:volunteer@410102001", "sum:410102001"]),
            (Role::Resident, &["role:resident@410102001", "sum:410102001"]),
            (Role::Partner, &["role:partner@410102001", "sum:410102001"]),
            (Role::ServiceProvider, &["role:service_provider@410102001"]),
            (Role::FamilyContact, &[]),
            (Role::Admin, &[]),
        ];
        for (role, streams) in table {
            assert_eq!(of(right(role)), streams, "{role}");
        }
        for role in [Role::Handler, Role::HandlerUnit, Role::ServiceProvider] {
            assert_eq!(of(bound(role)), ["unit:water.co@410102001"]);
        }
        assert!(of(bound(Role::GridWorker)).is_empty(), "a unit takes the grid away");
        for (from_ms, until_ms, count) in [(Some(10), Some(11), 2), (Some(11), None, 0), (None, Some(10), 0)]
        {
            assert_eq!(of(right(Role::GridWorker).during(from_ms, until_ms)).len(), count);
        }
    }
}
