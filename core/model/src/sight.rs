//! What a right lets its person read, and by which of that a service shows its cases: both sides of a stream, said once.

use crate::catalogue::{Effect, Party, Service, Transition, Visibility, Workflow};
use crate::grant::{Grant, OrgId};
use crate::planted::{self, Bug};
use crate::role::Role;
use crate::writing::neighbours_may_take;

/// What is read together in a division, whole or in summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight<'g> {
    /// The cases that everybody who works the grid reads.
    Grid,
    /// The cases that are for people of one role.
    Role(Role),
    /// The cases that a unit works on.
    Unit(&'g OrgId),
    /// What neighbours may take.
    Public,
    /// Summaries of public cases.
    Summary,
}

/// What a right shows. Whoever works for one unit does not see its division, and a right that is bound to a unit without working for it shows
/// nothing.
pub(crate) fn sights_of(grant: &Grant) -> Vec<Sight<'_>> {
    match &grant.of {
        Some(org) if grant.role.works_for_units() => vec![Sight::Unit(org)],
        Some(_) => vec![],
        None => sights_of_role(grant.role),
    }
}

fn sights_of_role(role: Role) -> Vec<Sight<'static>> {
    let mut sights = match role {
        Role::Resident | Role::Partner => vec![Sight::Summary],
        Role::Volunteer => vec![Sight::Public, Sight::Summary],
        _ if role.works_the_grid() => vec![Sight::Grid],
        _ => vec![],
    };
    sights.extend(role.is_of_a_division().then_some(Sight::Role(role)));
    sights
}

/// By which sight people of a role read whole cases of a service in their division, the widest; none where they do not.
#[must_use]
pub fn shown_by(role: Role, terms: (&Service, &Workflow)) -> Option<Sight<'static>> {
    let open = terms.0.visibility != Visibility::Handler || planted::is(Bug::VisibilityIgnored);
    if open && role.works_the_grid() {
        Some(Sight::Grid)
    } else if role == Role::Volunteer && neighbours_may_take(terms) {
        Some(Sight::Public)
    } else {
        is_for(role, terms).then_some(Sight::Role(role))
    }
}

/// By which sights whole cases of a service are read in their divisions, each once, beside those of the units that work on them. Cases of a
/// service that is not known are for everybody who works the grid, as most are.
#[must_use]
pub fn shown_to(terms: Option<(&Service, &Workflow)>) -> Vec<Sight<'static>> {
    let Some(terms) = terms else { return vec![Sight::Grid] };
    let mut sights: Vec<_> = Role::ALL.iter().filter_map(|role| shown_by(*role, terms)).collect();
    sights.sort_unstable();
    sights.dedup();
    sights
}

/// Whether cases of a service are for people of a role: the service names it, or a row of its workflow does.
fn is_for(role: Role, (service, workflow): (&Service, &Workflow)) -> bool {
    let lists = [&service.handle, &service.approve, &service.view];
    // Who follows does so by a summary.
    let of_case = |row: &&Transition| !matches!(row.effect, Effect::Follow | Effect::Unfollow);
    let mut parties = workflow.acts.iter().filter(of_case).flat_map(|row| &row.by);
    role.is_of_a_division()
        && (lists.iter().any(|roles| roles.contains(&role))
            || parties.any(|party| *party == Party::Role(role)))
}

/// Whether a right lets its person read whole cases of a service where it reaches.
pub(crate) fn reads_whole(grant: &Grant, terms: Option<(&Service, &Workflow)>) -> bool {
    match (&grant.of, terms) {
        (Some(_), _) => grant.role.works_for_units(),
        // Of a service that is not known here, whoever has the case may have it by any right.
        (None, None) => grant.role.is_of_a_division(),
        (None, Some(terms)) => shown_by(grant.role, terms).is_some(),
    }
}
