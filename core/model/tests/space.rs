//! Every state that a case of a workflow can come to, tried out with the rule: nothing hangs, nothing is out of reach, nothing is allowed
//! that changes nothing.

#![allow(clippy::unwrap_used, reason = "a test fails where its sample is not as it should be")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use yuandian_model::catalogue::{ArgumentKind, Catalogue, Effect, Party, Service, Transition, Workflow};
use yuandian_model::{ActRequest, Actor, CaseState, Code, DivisionCode, Grant, Mark, Role, UserId, judge};

const STREET: &str = "410102001";
/// States of one workflow, beyond which the exploration is no exploration.
const STATES_MAX: usize = 200_000;

fn street() -> DivisionCode {
    STREET.parse().unwrap()
}

fn user(number: u8) -> UserId {
    UserId([number; 16])
}

fn with_role(number: u8, role: Role) -> Actor {
    Actor { user: user(number), grants: vec![Grant::new(role, "4101".parse().unwrap())] }
}

/// One person for each party that a row names: the author is 1, holders are found in the state.
fn actors(row: &Transition, service: &Service, state: &CaseState) -> Vec<Actor> {
    let plain = |user: UserId| Actor { user, grants: vec![] };
    let of_role = |role: &Role| {
        let number = 100 + u8::try_from(Role::ALL.iter().position(|r| r == role).unwrap()).unwrap();
        // Two who could take it: the second waits.
        if row.effect == Effect::Take {
            vec![with_role(number, *role), with_role(number + 50, *role)]
        } else {
            vec![with_role(number, *role)]
        }
    };
    row.by
        .iter()
        .flat_map(|party| match party {
            Party::Author => vec![plain(state.author)],
            Party::Holder => state.holders.iter().copied().map(plain).collect(),
            Party::Waiting => state.waiting.iter().copied().map(plain).collect(),
            Party::Family => state.progress.family.iter().copied().map(plain).collect(),
            Party::System => vec![Actor::system()],
            Party::Handler => service.handle.iter().flat_map(of_role).collect(),
            Party::Approver => service.approve.iter().flat_map(of_role).collect(),
            Party::Role(role) => of_role(role),
        })
        .collect()
}

fn arguments(catalogue: &Catalogue, service: &Service, row: &Transition) -> BTreeMap<String, String> {
    let said = |name: &str| match catalogue.argument(name).unwrap().kind {
        ArgumentKind::Text => "因为".to_owned(),
        ArgumentKind::Unit if row.effect == Effect::Join => "unit.b".to_owned(),
        ArgumentKind::Unit => "unit.a".to_owned(),
        ArgumentKind::User => user(9).to_string(),
        ArgumentKind::Case => yuandian_model::CaseId([7; 16]).to_string(),
        ArgumentKind::Condition => service.conditions.first().map(|c| c.id.clone()).unwrap_or_default(),
        ArgumentKind::Limit => "2 work_day".to_owned(),
        ArgumentKind::Date => "1970-03-01".to_owned(),
        ArgumentKind::Score => "5".to_owned(),
        ArgumentKind::Money => "10.50".to_owned(),
        ArgumentKind::Code => "0000".to_owned(),
        ArgumentKind::Choice => catalogue.argument(name).unwrap().options[0].clone(),
    };
    row.arguments().filter(|(_, required)| *required).map(|(name, _)| (name.to_owned(), said(name))).collect()
}

/// What tells two states apart for the rule: counts as far as a row caps them, lines as far as they matter.
type Key = (String, BTreeSet<Mark>, usize, usize, BTreeMap<String, u32>, usize);

fn key(workflow: &Workflow, state: &CaseState) -> Key {
    let capped = |what: &String| {
        let most = workflow
            .acts
            .iter()
            .filter(|act| act.counts.as_ref() == Some(what))
            .filter_map(|act| act.at_most)
            .max();
        most.map(|most| state.progress.count(what).min(most))
    };
    let counts =
        state.progress.counts.keys().filter_map(|what| Some((what.clone(), capped(what)?))).collect();
    let asked = |mark: &&Mark| {
        mark.stops() || workflow.acts.iter().any(|act| act.needs.contains(mark) || act.bars.contains(mark))
    };
    let marks = state.progress.marks.iter().filter(asked).copied().collect();
    (
        state.stage.clone(),
        marks,
        state.holders.len(),
        state.waiting.len().min(1),
        counts,
        state.progress.units.len().min(1),
    )
}

/// What an act changed, its own number and the step's time aside.
fn changed(before: &CaseState, after: &CaseState) -> bool {
    let plain = |state: &CaseState| CaseState { act_seq: 0, ..state.clone() };
    plain(before) != plain(after)
}

struct Explored {
    states: usize,
    acts: BTreeSet<String>,
    ends: BTreeSet<String>,
}

fn explore(catalogue: &Catalogue, service: &Service, workflow: &Workflow) -> Explored {
    let at = street();
    let creator = Actor { user: user(1), grants: vec![Grant::new(service.create[0], at.clone())] };
    let report = ActRequest { service: Some(&service.id.0), grid: Some(&at), ..ActRequest::named("report") };
    let first = judge(catalogue, None, &report, &creator).unwrap().next;
    let mut seen = BTreeMap::from([(key(workflow, &first), false)]);
    let mut queue = VecDeque::from([first]);
    let (mut acts, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut leads: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    while let Some(mut state) = queue.pop_front() {
        // Stages that were passed do not matter here, only that they are counted somewhere.
        state.progress.steps.truncate(1);
        state.progress.pauses.retain(|pause| pause.to_ms.is_none());
        state.progress.extensions.clear();
        let here = key(workflow, &state);
        if workflow.ends.contains(&state.stage) {
            ends.insert(state.stage.clone());
        }
        for row in &workflow.acts {
            let args = arguments(catalogue, service, row);
            let mut outcomes = BTreeSet::new();
            for actor in actors(row, service, &state) {
                let request = ActRequest {
                    photos: u32::MAX,
                    args: Some(&args),
                    at_ms: 1_000,
                    word: Some(true),
                    ..ActRequest::named(&row.id)
                };
                let Ok(ruling) = judge(catalogue, Some(&state), &request, &actor) else { continue };
                if ruling.code == Code::Dup {
                    continue;
                }
                assert!(
                    changed(&state, &ruling.next) || ruling.code == Code::RTaken,
                    "{} in {here:?} is allowed and does nothing",
                    row.id
                );
                acts.insert(row.id.clone());
                let there = key(workflow, &ruling.next);
                // The same act by another of its parties leads to the same stage, unless people in line are told apart.
                if !matches!(row.effect, Effect::Take | Effect::GiveUp | Effect::Expel) {
                    outcomes.insert((ruling.next.stage.clone(), ruling.next.progress.marks.clone()));
                }
                leads.entry(here.clone()).or_default().insert(there.clone());
                if let std::collections::btree_map::Entry::Vacant(new) = seen.entry(there) {
                    new.insert(false);
                    queue.push_back(ruling.next);
                }
            }
            assert!(outcomes.len() <= 1, "{} in {here:?} leads to {outcomes:?}", row.id);
        }
        assert!(seen.len() <= STATES_MAX, "{} has too many states", service.workflow);
    }
    // From everywhere there is a way to an end.
    let mut good: BTreeSet<Key> = seen.keys().filter(|key| workflow.ends.contains(&key.0)).cloned().collect();
    loop {
        let more: Vec<Key> = leads
            .iter()
            .filter(|(from, to)| !good.contains(*from) && to.iter().any(|to| good.contains(to)))
            .map(|(from, _)| from.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        good.extend(more);
    }
    let stuck: Vec<&Key> = seen.keys().filter(|key| !good.contains(*key)).collect();
    assert!(stuck.is_empty(), "{}: no way to an end from {:?}", service.workflow, stuck.first());
    Explored { states: seen.len(), acts, ends }
}

#[test]
fn every_workflow_can_be_walked_to_every_end_and_hangs_nowhere() {
    let catalogue = Catalogue::embedded();
    let mut said = String::new();
    for (id, _) in catalogue.workflows() {
        let users: Vec<&Service> = catalogue.services().filter(|service| service.workflow == id).collect();
        let service = users.iter().min_by_key(|service| (service.capacity, service.create.len())).expect(id);
        // Two may hold it at most: more of the same adds nothing.
        let small = catalogue.changed(&service.id.0, |service| service.capacity = service.capacity.min(2));
        let (service, workflow) = small.service(&service.id.0).unwrap();
        let explored = explore(&small, service, workflow);
        let ends: BTreeSet<String> = workflow.ends.iter().cloned().collect();
        assert_eq!(explored.ends, ends, "{id}: ends that nothing leads to");
        let rows: BTreeSet<String> = workflow.acts.iter().map(|row| row.id.clone()).collect();
        let never: Vec<&String> = rows.difference(&explored.acts).collect();
        // Following is for what strangers may see.
        let unused = |act: &&&String| !act.ends_with("follow");
        assert_eq!(never.iter().filter(unused).count(), 0, "{id}: never possible: {never:?}");
        said += &format!("{id} {} states, {} acts\n", explored.states, explored.acts.len());
    }
    println!("{said}");
}
