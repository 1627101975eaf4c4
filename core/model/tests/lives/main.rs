//! The whole life of a case of every service of the catalogue, from its opening to each of its ends, by the right people; and at every
//! step the same act by the wrong ones, in a wrong stage, without its evidence …, refused with the right code.
//!
//! Nothing is written by hand: the ways come from the tables, and what is expected comes from a reading of the tables that knows nothing of
//! the rule (`yuandian-lives`); the rule is only asked and compared (`walk`).

mod open;
mod people;
mod plan;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use walk::{Ground, Tally, Walk, Wrong};
use yuandian_lives::reading::{self, Reading, Row, Service};
use yuandian_model::Catalogue;

/// Services whose rows read alike go the same ways: one of them goes all, each of the others those to the ends.
fn shape(service: &Service) -> String {
    let blank = Service {
        id: String::new(),
        conditions: vec![],
        urgent: BTreeSet::new(),
        fields: vec![],
        ..service.clone()
    };
    format!("{blank:?}")
}

/// What can be wrong with an act of a workflow, by what its rows say.
fn possible(reading: &Reading, wrong: Wrong, rows: &[Row], services: &[&Service]) -> bool {
    let any = |yes: &dyn Fn(&Row) -> bool| rows.iter().any(yes);
    match wrong {
        Wrong::Role | Wrong::Stage | Wrong::Opening => true,
        Wrong::Level => any(&|row| row.vetted && services.iter().any(|service| service.vetting.is_some())),
        Wrong::Place => any(&|row| services.iter().any(|service| !row.roles(service).is_empty())),
        Wrong::Photos => any(&|row| services.iter().any(|service| row.photos(service) > 0)),
        Wrong::Argument => any(&|row| !row.args.is_empty()),
        Wrong::Mark => any(&|row| row.moves() || !row.needs.is_empty() || !row.bars.is_empty()),
        Wrong::Limit => any(&|row| {
            let ahead = row.args.iter().any(|(name, _)| reading.arguments[name].within.is_some());
            row.at_most.is_some() || row.up_to.is_some() || row.in_time || ahead
        }),
        Wrong::Stale => any(&|row| row.class == "exclusive"),
    }
}

fn never(tallies: &BTreeMap<&str, Tally>, reading: &Reading) -> Vec<String> {
    let mut never = vec![];
    for (workflow, flow) in &reading.flows {
        let services: Vec<&Service> =
            reading.services.iter().filter(|service| service.workflow == *workflow).collect();
        for wrong in Wrong::OF_ACTS {
            let tried = tallies[workflow.as_str()].refused.contains_key(&wrong);
            assert_eq!(
                tried,
                possible(reading, wrong, &flow.rows, &services),
                "{workflow}: {wrong:?} was tried: {tried}"
            );
            if !tried {
                never.push(format!("{workflow} {wrong:?}"));
            }
        }
    }
    never
}

#[test]
fn every_service_lives_from_its_opening_to_each_of_its_ends_as_its_tables_say() {
    let catalogue = Catalogue::embedded();
    let reading = reading::read();
    let mut plans = BTreeMap::new();
    let mut shapes = BTreeSet::new();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut services = 0;
    for service in &reading.services {
        let flow = &reading.flows[&service.workflow];
        let ground = Ground { catalogue: &catalogue, reading: &reading, service, flow };
        let public = service.visibility == "public";
        let key = (&service.workflow, &service.opens, service.capacity, &service.marks, public);
        let plan = plans.entry(key).or_insert_with(|| plan::plan(&reading, service));
        let rows = if shapes.insert(shape(service)) { &plan.rows[..] } else { &[] };
        let tally = tallies.entry(&service.workflow).or_default();
        let mut known = BTreeSet::new();
        let case = open::opened(ground, tally);
        for way in plan.ends.iter().chain(rows) {
            Walk::go(ground, case.clone(), way, &mut known, tally);
        }
        services += 1;
    }
    assert_eq!(services, catalogue.services().count());
    for (workflow, flow) in &reading.flows {
        let rows: BTreeSet<String> = flow.rows.iter().map(|row| row.id.clone()).collect();
        assert_eq!(tallies[workflow.as_str()].done, rows, "{workflow}: rows that nobody went through");
    }
    let never = never(&tallies, &reading);
    let sum = |of: fn(&Tally) -> u32| tallies.values().map(of).sum::<u32>();
    let (walks, steps) = (sum(|tally| tally.walks), sum(|tally| tally.steps));
    let refusals = sum(|tally| tally.refused.values().sum());
    println!("lives: {services} services, {walks} walks, {steps} steps, {refusals} refusals tried");
    println!("nothing to try: {}", never.join(", "));
}
