//! Who may write into a case's document. The phone asks before it queues, the server before it takes; one rule for both.

use crate::authorize::{Action, Record, authorize};
use crate::catalogue::{Catalogue, Effect, Service, Visibility, Workflow};
use crate::refusal::Refusal;
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

/// Whether neighbours see the cases of a service because one of them may take it.
#[must_use]
pub fn neighbours_may_take((service, workflow): (&Service, &Workflow)) -> bool {
    matches!(service.visibility, Visibility::Public | Visibility::Grid)
        && workflow.acts.iter().any(|act| act.effect == Effect::Take)
}

/// The author and whoever works the grid and reads the case there write everything, and so does whoever handles cases of a unit that works on
/// it; whoever holds or waits, a provider, and everybody else whom the case is shown to whole, add notes and photos and leave the author's words
/// alone. So whoever may read it may write to it, in every stage: a case that has ended still takes notes, a refused claim's among them. `at_ms`: now, server's clock, ms since 1970.
///
/// # Errors
/// `r_scope` for a right that holds elsewhere or for another unit, `r_role` for none, or for one that has ended or not begun.
pub fn may_write(
    catalogue: &Catalogue,
    state: &CaseState,
    actor: &Actor,
    at_ms: i64,
) -> Result<Writing, Refusal> {
    let record = Record::Case { service: catalogue.service(&state.service.0), state };
    let may = |action| authorize(actor.at(at_ms), action, record);
    match may(Action::Write) {
        Ok(()) => Ok(Writing::Everything),
        Err(_) => may(Action::Add).map(|()| Writing::Additions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ServiceId;
    use crate::grant::Grant;
    use crate::ids::UserId;
    use crate::refusal::Code;
    use crate::role::Role;

    fn person(number: u8, role: Role, grid: &str) -> Actor {
        Actor { user: UserId([number; 16]), grants: vec![Grant::new(role, grid.parse().unwrap())] }
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
            let found = may_write(&catalogue, &case(service), &actor, 0).map_err(|refusal| refusal.code);
            assert_eq!(found, expected, "{who}");
        }
    }
}
