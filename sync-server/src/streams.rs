//! Which streams a case is in and which a person may hold: the one place where this is decided.

use std::collections::BTreeSet;

use yuandian_model::writing::neighbours_may_take;
use yuandian_model::{CaseState, Catalogue, DivisionCode, Grant, PartitionId, Role, UserId, Visibility};
use yuandian_sync::StreamId;

/// Every stream a case belongs in by its facts: its grid and those above it up to the city, its author, holders and waiting people; for help
/// that neighbours can take, the public streams of the same divisions; and if it is public, their summaries and those of its followers.
///
/// Who once took part keeps the case in the `user:` stream: rows are added here, never taken away. Who follows no longer loses it.
#[must_use]
pub fn streams_of(catalogue: &Catalogue, case: &CaseState) -> BTreeSet<StreamId> {
    let mut streams: BTreeSet<StreamId> = case.grid.lineage().map(|g| StreamId::grid(&g)).collect();
    streams.insert(StreamId::user(&case.author));
    if !yuandian_model::planted::is(yuandian_model::planted::Bug::HolderStreamForgotten) {
        streams.extend(case.holders.iter().chain(&case.waiting).map(StreamId::user));
    }
    if neighbours_may_take(catalogue, case) {
        streams.extend(case.grid.lineage().map(|g| StreamId::public(&g)));
    }
    if catalogue.service(&case.service.0).is_some_and(|(service, _)| service.visibility == Visibility::Public)
    {
        streams.extend(case.grid.lineage().map(|g| StreamId::summary(&g)));
        streams.extend(case.followers.iter().map(StreamId::followed));
    }
    streams
}

/// The partition of a division: the first digits of its code as a number, or the only one.
#[must_use]
pub fn partition_of(digits: Option<u8>, grid: &DivisionCode) -> PartitionId {
    let prefix = digits.and_then(|digits| grid.as_str().get(..usize::from(digits)));
    prefix.and_then(|prefix| prefix.parse().ok()).map_or(PartitionId::ONLY, PartitionId)
}

/// Every stream a person's rights lead to.
#[must_use]
pub fn streams_for(user: &UserId, grants: &[Grant]) -> BTreeSet<StreamId> {
    let mut streams = BTreeSet::from([StreamId::user(user), StreamId::followed(user)]);
    for grant in grants {
        let reads = grant.role == Role::Volunteer
            && yuandian_model::planted::is(yuandian_model::planted::Bug::VolunteerReadsGrid);
        if grant.role.works_the_grid() || reads {
            streams.insert(StreamId::grid(&grant.grid));
        } else if grant.role == Role::Volunteer {
            streams.insert(StreamId::public(&grant.grid));
        } else if grant.role == Role::Resident {
            streams.insert(StreamId::summary(&grant.grid));
        }
    }
    streams
}

#[cfg(test)]
mod tests {
    use super::*;
    use yuandian_model::ServiceId;

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
    fn rights_lead_to_streams() {
        let user = UserId([1; 16]);
        let of = |role: Role| -> Vec<String> {
            let grant = Grant { role, grid: "410102001".parse().unwrap() };
            streams_for(&user, &[grant])
                .into_iter()
                .map(|s| s.0)
                .filter(|s| !s.starts_with("user:") && !s.starts_with("follow:"))
                .collect()
        };
        assert_eq!(of(Role::GridWorker), ["grid:410102001"]);
        assert_eq!(of(Role::Volunteer), ["pub:410102001"]);
        assert_eq!(of(Role::Resident), ["sum:410102001"]);
        assert!(of(Role::Admin).is_empty());
    }
}
