//! `rules`: verdicts a second on one core; beside it how long the catalogue takes to load and a position to find its grid.
//!
//! Ours is a batch of verdicts: the lives of three services, one after the other, by the rule that phone and server share. The floor is the
//! same batch of bare copies of the states that the verdicts stand on: what any rule must pay that gives a new state for an old one.
//!
//! `ours` and `floor` are ms a batch. Further members: `verdicts_per_second` (the goal), `catalogue_load_ms` and its most,
//! `grid_lookup_us` at 24,000 grids and `micro_grid_lookup_us` at 48,000 micro-grids of a synthetic city, and their most.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;

use serde_json::{Map, json};
use yuandian_model::catalogue::load;
use yuandian_model::grid::{GridIndex, Layer, Reach, synthetic};
use yuandian_model::{
    ActRequest, Actor, CaseState, Catalogue, DivisionCode, Grant, Refusal, Role, UserId, judge,
};

use crate::bench::{Figure, median, round, timed};

/// Verdicts of one batch.
const BATCH: usize = 50_000;
/// Pairs measured.
const PAIRS: usize = 15;
/// What must hold.
const VERDICTS_A_SECOND_MIN: f64 = 500_000.0;
const LOAD_MS_MAX: f64 = 20.0;
/// When everything is said to be done: 2026-09-21 in Zhengzhou, some months before the day until which the clock stands.
const AT_MS: i64 = 1_790_000_000_000;
const LOOKUP_US_MAX: f64 = 5.0;
const LOOKUPS: usize = 100_000;

/// What is judged: a state, an act and who does it.
struct Question {
    state: CaseState,
    act: &'static str,
    args: BTreeMap<String, String>,
    actor: Actor,
}

/// Measures.
///
/// # Errors
/// A life that the rule does not let be lived.
pub fn measure() -> Result<Figure, Box<dyn Error>> {
    let catalogue = Catalogue::embedded();
    let questions = questions(&catalogue).map_err(|refusal| refusal.to_string())?;
    let mut samples = Vec::new();
    for _ in 0..PAIRS {
        let (taken, ours) = timed(|| {
            let mut taken = 0;
            for question in questions.iter().cycle().take(BATCH) {
                let request = ActRequest {
                    photos: 3,
                    args: Some(&question.args),
                    at_ms: AT_MS,
                    ..ActRequest::named(question.act)
                };
                taken +=
                    usize::from(judge(&catalogue, Some(&question.state), &request, &question.actor).is_ok());
            }
            Ok::<_, Refusal>(taken)
        })
        .map_err(|refusal| refusal.to_string())?;
        if taken != BATCH {
            return Err(format!("{taken} of {BATCH} verdicts say yes").into());
        }
        let (_, floor) = timed(|| {
            for question in questions.iter().cycle().take(BATCH) {
                black_box(question.state.clone());
            }
            Ok::<_, Box<dyn Error>>(())
        })?;
        samples.push((ours, floor));
    }
    let loads: Vec<f64> = (0..PAIRS)
        .map(|_| timed(|| load(Catalogue::embedded_files())).map(|(_, ms)| ms))
        .collect::<Result<_, _>>()?;
    let load_ms = median(loads);
    let index = GridIndex::new(synthetic::city(160, 150, 1), Reach::default());
    let positions = synthetic::positions(LOOKUPS, 2);
    let lookup_us = |layer: Layer| -> Result<f64, Box<dyn Error>> {
        let look = || {
            for position in &positions {
                black_box(index.at(*position, layer, None));
            }
            Ok::<_, Box<dyn Error>>(())
        };
        let (_, ms) = timed(look)?;
        Ok(ms * 1e3 / f64::from(u32::try_from(LOOKUPS)?))
    };
    let (grid_us, micro_us) = (lookup_us(Layer::L3)?, lookup_us(Layer::L4)?);
    let per_second = f64::from(u32::try_from(BATCH)?) * 1e3 / median(samples.iter().map(|sample| sample.0));
    let more = Map::from_iter([
        ("verdicts_per_second".to_owned(), json!(per_second.round())),
        ("verdicts_per_second_min".to_owned(), json!(VERDICTS_A_SECOND_MIN)),
        ("catalogue_load_ms".to_owned(), json!(round(load_ms))),
        ("catalogue_load_ms_max".to_owned(), json!(LOAD_MS_MAX)),
        ("services".to_owned(), json!(catalogue.services().count())),
        ("grid_lookup_us".to_owned(), json!(round(grid_us))),
        ("micro_grid_lookup_us".to_owned(), json!(round(micro_us))),
        ("lookup_us_max".to_owned(), json!(LOOKUP_US_MAX)),
        ("synthetic".to_owned(), json!(true)),
    ]);
    Ok(Figure {
        name: "rules",
        samples,
        goal: VERDICTS_A_SECOND_MIN,
        holds: per_second >= VERDICTS_A_SECOND_MIN
            && load_ms <= LOAD_MS_MAX
            && grid_us.max(micro_us) <= LOOKUP_US_MAX,
        more,
        words: format!("{BATCH} verdicts on one core against bare copies of their states"),
    })
}

/// Three lives, each act with the state before it.
fn questions(catalogue: &Catalogue) -> Result<Vec<Question>, Refusal> {
    let lives: [(&str, &[(&str, Role)]); 3] = [
        (
            "case.city.E06010",
            &[
                ("accept", Role::Acceptor),
                ("file", Role::DutyChief),
                ("dispatch", Role::Dispatcher),
                ("start", Role::Handler),
                ("suspend_request", Role::Handler),
                ("suspend_approve", Role::Dispatcher),
                ("resume", Role::Dispatcher),
                ("dispose", Role::Handler),
                ("check_pass", Role::Collector),
                ("close", Role::DutyChief),
            ],
        ),
        (
            "case.snap",
            &[
                ("self_handle", Role::GridWorker),
                ("sample", Role::DutyChief),
                ("check_pass", Role::Collector),
            ],
        ),
        ("help.errand", &[("claim", Role::Volunteer)]),
    ];
    let grid: DivisionCode = "410102001".parse().expect("a street of the embedded table");
    let person = |role: Role| Actor {
        user: UserId([role as u8 + 1; 16]),
        grants: vec![Grant::new(role, grid.clone())],
    };
    let mut questions = Vec::new();
    for (service, acts) in lives {
        let report = ActRequest {
            service: Some(service),
            grid: Some(&grid),
            at_ms: AT_MS,
            ..ActRequest::named("report")
        };
        let mut state = judge(catalogue, None, &report, &person(Role::Resident))?.next;
        for (act, role) in acts {
            let said = [("unit", "unit.sanitation"), ("until", "2026-12-31"), ("reason", "缺料")];
            let args: BTreeMap<String, String> =
                said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let question = Question { state: state.clone(), act, args, actor: person(*role) };
            let request =
                ActRequest { photos: 3, args: Some(&question.args), at_ms: AT_MS, ..ActRequest::named(act) };
            state = judge(catalogue, Some(&state), &request, &question.actor)?.next;
            questions.push(question);
        }
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_can_be_asked() {
        let questions = questions(&Catalogue::embedded()).unwrap();
        assert_eq!(questions.len(), 14, "three lives");
    }
}
