//! How a case comes into being: by whom, where, and by nobody else.

use yuandian_model::catalogue::OPENING_ACT;
use yuandian_model::{ActRequest, Actor, CaseState, Code, Refusal, Ruling, judge};

use crate::people::{ELSEWHERE, HERE, grid, in_turn, strangers, with_role};
use crate::walk::{Ground, MORNING_MS, Tally, Wrong};
use yuandian_lives::life::{AUTHOR, GRID, Life, id};

/// Opens a case by every role that may, and refuses it to every other, to those of elsewhere, and where nobody knows the service.
pub fn opened(ground: Ground<'_>, tally: &mut Tally) -> CaseState {
    let Ground { catalogue, service, flow, .. } = ground;
    let (here, unknown) = (grid(GRID), format!("{}.unknown", service.id));
    let report = |service, grid, actor: &Actor| {
        let request = ActRequest { service, grid, at_ms: MORNING_MS, ..ActRequest::named(OPENING_ACT) };
        judge(catalogue, None, &request, actor)
    };
    let mut no = |result: Result<Ruling, Refusal>, code: Code, fact: Option<(&str, &str)>| {
        let refusal = result.map(|ruling| ruling.code).expect_err(&service.id);
        assert_eq!(refusal.code, code, "{}: {refusal}", service.id);
        if let Some((fact, value)) = fact {
            assert_eq!(refusal.facts.get(fact).map(String::as_str), Some(value), "{}: {refusal}", service.id);
        }
        *tally.refused.entry(Wrong::Opening).or_default() += 1;
    };
    let name = Some(service.id.as_str());
    let mut state = None;
    for (nth, role) in service.create.iter().enumerate() {
        let author = with_role(AUTHOR, role, in_turn(&HERE, nth as u64));
        let ruling = report(name, Some(&here), &author).expect(&service.id);
        assert_eq!(
            (ruling.code, Life::of(&ruling.next)),
            (Code::Ok, Life::opened(service, flow, MORNING_MS))
        );
        let next = &ruling.next;
        assert_eq!(
            (next.service.0.as_str(), &next.grid, next.author),
            (service.id.as_str(), &here, id(AUTHOR))
        );
        state = Some(ruling.next);
        for far in ELSEWHERE {
            no(report(name, Some(&here), &with_role(AUTHOR, role, far)), Code::RScope, Some(("grid", GRID)));
        }
        no(report(Some(&unknown), Some(&here), &author), Code::RSchema, Some(("service", &unknown)));
        no(report(name, None, &author), Code::RSchema, Some(("grid", "")));
    }
    for role in strangers(&service.create.iter().map(String::as_str).collect()) {
        no(
            report(name, Some(&here), &with_role(AUTHOR, role, GRID)),
            Code::RRole,
            Some(("service", &service.id)),
        );
    }
    let state = state.expect("somebody may open it");
    let again = |person| {
        let report = ActRequest::named(OPENING_ACT);
        judge(catalogue, Some(&state), &report, &with_role(person, &service.create[0], GRID))
    };
    // The author's report that comes twice is one report; anybody else's is none.
    let twice = again(AUTHOR).expect(&service.id);
    assert_eq!((twice.code, &twice.next), (Code::Dup, &state));
    no(again(AUTHOR + 1), Code::RState, Some(("stage", &state.stage)));
    let row = &flow.rows[0];
    let acted = |state, act| judge(catalogue, state, &ActRequest::named(act), &Actor::system());
    no(acted(None, &row.id), Code::RGone, None);
    no(acted(Some(&state), "dance"), Code::RSchema, Some(("act", "dance")));
    state
}
