//! Who may write into a case's document. The phone asks before it queues, the server before it takes; one rule for both.

use crate::catalogue::{Catalogue, Effect, Visibility};
use crate::refusal::{Code, Refusal};
use crate::role::{Grant, Role};
use crate::rules::{Actor, CaseState};

/// How much a person may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Writing {
    /// Notes and photos beside what stands there.
    Additions,
    /// The description and the answers, too.
    Everything,
}

/// The name under which content stands in the facts of a refusal.
pub const CONTENT: &str = "content";

/// Whether neighbours see a case because one of them may take it.
#[must_use]
pub fn neighbours_may_take(catalogue: &Catalogue, case: &CaseState) -> bool {
    catalogue.service(&case.service.0).is_some_and(|(service, workflow)| {
        matches!(service.visibility, Visibility::Public | Visibility::Grid)
            && workflow.acts.iter().any(|act| act.effect == Effect::Take)
    })
}

/// The author and everybody who works the grid write everything; whoever holds or waits, and the volunteers of the grid where neighbours
/// may take it, add notes and photos and leave the author's words alone. So whoever may read it may write to it, in every stage: a case
/// that has ended still takes notes, a refused claim's among them.
///
/// # Errors
/// `r_scope` for a right that holds elsewhere, `r_role` for none.
pub fn may_write(catalogue: &Catalogue, state: &CaseState, actor: &Actor) -> Result<Writing, Refusal> {
    let user = &actor.user;
    let here = |grant: &Grant| grant.grid.covers(&state.grid);
    let works = |grant: &Grant| grant.role.works_the_grid();
    if state.author == *user || actor.grants.iter().any(|grant| works(grant) && here(grant)) {
        return Ok(Writing::Everything);
    }
    let neighbours = neighbours_may_take(catalogue, state);
    let helps = |grant: &Grant| grant.role == Role::Volunteer && neighbours;
    let takes_part = state.holders.contains(user) || state.waiting.contains(user);
    if takes_part || actor.grants.iter().any(|grant| helps(grant) && here(grant)) {
        return Ok(Writing::Additions);
    }
    Err(if actor.grants.iter().any(|grant| works(grant) || helps(grant)) {
        Refusal::new(Code::RScope, [("grid", state.grid.to_string())])
    } else {
        Refusal::new(Code::RRole, [("act", CONTENT.to_owned())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ServiceId;
    use crate::ids::UserId;

    fn person(number: u8, role: Role, grid: &str) -> Actor {
        Actor { user: UserId([number; 16]), grants: vec![Grant { role, grid: grid.parse().unwrap() }] }
    }

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
            progress: crate::progress::Progress::default(),
        }
    }

    #[test]
    fn who_may_write_what() {
        use Writing::{Additions, Everything};
        let catalogue = Catalogue::embedded();
        let street = "410102001";
        let table = [
            ("the author", "help.errand", person(1, Role::Resident, street), Ok(Everything)),
            ("who holds it", "help.errand", person(2, Role::Resident, street), Ok(Additions)),
            ("who waits", "help.errand", person(3, Role::Resident, street), Ok(Additions)),
            ("a volunteer", "help.errand", person(9, Role::Volunteer, "410102"), Ok(Additions)),
            ("a volunteer elsewhere", "help.errand", person(9, Role::Volunteer, "410103"), Err(Code::RScope)),
            ("a neighbour", "help.errand", person(9, Role::Resident, street), Err(Code::RRole)),
            ("who works the grid", "help.errand", person(9, Role::GridWorker, street), Ok(Everything)),
            ("who works another", "help.errand", person(9, Role::GridWorker, "410103"), Err(Code::RScope)),
            (
                "a volunteer where nobody takes",
                "case.snap",
                person(9, Role::Volunteer, street),
                Err(Code::RRole),
            ),
        ];
        for (who, service, actor, expected) in table {
            let found = may_write(&catalogue, &case(service), &actor).map_err(|refusal| refusal.code);
            assert_eq!(found, expected, "{who}");
        }
    }
}
