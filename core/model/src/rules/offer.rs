//! What may come next in a case: every act of its stage, by whom, and what stands in one person's way.

use crate::authorize::vetted;
use crate::catalogue::{Catalogue, Party, Service, Transition, Workflow};
use crate::refusal::{Code, Refusal};

use super::{Actor, CaseState, clock, done_before, followed, guard, permit};

/// An act that is possible in the stage of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'c> {
    /// Its row.
    pub row: &'c Transition,
    /// Whose it is: parties, with the roles that the service means in place of `@handler` and `@approver`.
    pub by: Vec<Party>,
    /// Why this person cannot do it now; none where she can.
    pub refusal: Option<Refusal>,
}

/// Acts of the stage in the table's order, the server's own and what this person has done already left out. `at_ms`: now, by the best knowledge of the server's clock. What must
/// be said or shown with an act is not asked here.
#[must_use]
pub fn offers<'c>(catalogue: &'c Catalogue, state: &CaseState, actor: &Actor, at_ms: i64) -> Vec<Offer<'c>> {
    let Some((service, workflow)) = catalogue.service(&state.service.0) else {
        return Vec::new();
    };
    let peoples = |row: &&Transition| {
        row.from.contains(&state.stage)
            && !row.by.contains(&Party::System)
            && done_before(row, state, actor).is_none()
    };
    let offer = |row: &'c Transition| {
        let refusal = in_the_way((service, workflow), row, state, (actor, at_ms)).err();
        let over = || {
            let over = row.in_time && clock::is_over(catalogue, (service, workflow), state, at_ms);
            over.then(|| Refusal::new(Code::RLimit, [("act", row.id.clone()), ("limit", "time".to_owned())]))
        };
        Offer { row, by: parties(service, row), refusal: refusal.or_else(over) }
    };
    workflow.acts.iter().filter(peoples).map(offer).collect()
}

/// Acts that a person may do now, by the rule, in the table's order. For buttons; the server still decides. `at_ms`: as for [`offers`].
#[must_use]
pub fn allowed<'c>(
    catalogue: &'c Catalogue,
    state: &CaseState,
    actor: &Actor,
    at_ms: i64,
) -> Vec<&'c Transition> {
    let Some((service, workflow)) = catalogue.service(&state.service.0) else {
        return Vec::new();
    };
    let permitted = |row: &&Transition| {
        row.from.contains(&state.stage) && in_the_way((service, workflow), row, state, (actor, at_ms)).is_ok()
    };
    workflow.acts.iter().filter(permitted).collect()
}

fn in_the_way(
    terms: (&Service, &Workflow),
    row: &Transition,
    state: &CaseState,
    (actor, at_ms): (&Actor, i64),
) -> Result<(), Refusal> {
    permit(row, terms, state, actor.at(at_ms))?;
    followed(row, terms.0)?;
    vetted(actor.at(at_ms), row, terms.0, state)?;
    guard::marked(terms.0, row, state)?;
    match done_before(row, state, actor) {
        Some(ruling) => Err(Refusal { code: ruling.code, facts: ruling.facts }),
        None => Ok(()),
    }
}

fn parties(service: &Service, row: &Transition) -> Vec<Party> {
    let roles = |roles: &[crate::role::Role]| roles.iter().copied().map(Party::Role).collect();
    let mut named: Vec<Party> = Vec::new();
    for party in &row.by {
        let meant: Vec<Party> = match party {
            Party::Handler => roles(&service.handle),
            Party::Approver => roles(&service.approve),
            other => vec![*other],
        };
        for party in meant {
            if !named.contains(&party) {
                named.push(party);
            }
        }
    }
    named
}
