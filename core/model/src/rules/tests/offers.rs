//! What may come next: which acts are shown to whom, whose they are, and what stands in the way.

use super::*;

/// Each offer as its act, whose it is, and the code of what stands in the way, `-` where nothing does.
fn shown(world: &World, actor: &Actor, at: &str) -> Vec<String> {
    let at_ms = at.parse::<crate::calendar::Moment>().unwrap().ms();
    let line = |offer: Offer<'_>| {
        let by: Vec<String> = offer.by.into_iter().map(String::from).collect();
        let refusal = offer.refusal.map_or("-", |refusal| refusal.code.id());
        format!("{} {} {refusal}", offer.row.id, by.join(","))
    };
    let state = world.state.as_ref().unwrap();
    offers(&world.catalogue, state, actor, at_ms).into_iter().map(line).collect()
}

const NOON: &str = "2026-03-02T12:00+08:00";

#[test]
fn every_act_of_the_stage_is_shown_with_whose_it_is_and_what_stands_in_the_way() {
    let mut world = World::opened("help.errand", &asker());
    for (who, actor, claim, cancel) in [
        ("a volunteer", &volunteer(11), "-", "r_role"),
        ("the author", &asker(), "r_role", "-"),
        ("a neighbour", &person(20, Role::Resident, "410102001"), "r_role", "r_role"),
        ("a volunteer elsewhere", &person(21, Role::Volunteer, "410103"), "r_scope", "r_role"),
    ] {
        let expected = [
            "send_to_review moderator r_role".to_owned(),
            format!("claim volunteer {claim}"),
            format!("cancel @author {cancel}"),
        ];
        assert_eq!(shown(&world, actor, NOON), expected, "{who}");
    }
    world.code("claim", &volunteer(11));
    let claim = |actor: &Actor| shown(&world, actor, NOON).iter().any(|line| line.starts_with("claim "));
    assert_eq!(
        [claim(&volunteer(11)), claim(&volunteer(12))],
        [false, true],
        "who holds it is not asked to claim"
    );
}

#[test]
fn what_the_server_does_by_itself_is_offered_to_nobody() {
    let world = dispatched();
    let state = world.state.as_ref().unwrap();
    let (_, workflow) = world.catalogue.service(&state.service.0).unwrap();
    let own = |id: &str| workflow.act(id).unwrap().by.contains(&crate::catalogue::Party::System);
    let here = workflow.acts.iter().filter(|row| row.from.contains(&state.stage)).count();
    let acts: Vec<String> = shown(&world, &person(2, Role::Dispatcher, "410102"), NOON)
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert!(own("resume_due") && own("info_lapse"));
    assert!(!acts.iter().any(|id| own(id)), "{acts:?}");
    assert_eq!(acts.len(), here - 4, "all others but leaving, which who does not follow has done already");
}

#[test]
fn parties_are_the_roles_that_the_service_means_each_once() {
    let mut world = dispatched();
    world.catalogue = world.catalogue.changed("case.city.E06010", |service| {
        service.handle = vec![Role::Handler, Role::Partner];
    });
    let lines = shown(&world, &person(2, Role::Partner, "410102001"), NOON);
    assert!(lines.contains(&"start handler,handler_unit,partner -".to_owned()), "{lines:?}");
    assert!(lines.contains(&"joint dispatcher r_role".to_owned()), "{lines:?}");
}

#[test]
fn what_must_be_asked_for_in_time_is_offered_until_the_limit_is_over() {
    let world = dispatched();
    let handler = person(2, Role::Handler, "410102001");
    let more = |at| {
        let lines = shown(&world, &handler, at);
        lines.into_iter().find(|line| line.starts_with("extend_request ")).unwrap()
    };
    assert!(more("2026-03-02T15:00+08:00").ends_with(" -"));
    assert!(more("2026-03-02T15:00:01+08:00").ends_with(" r_limit"));
    let lines = shown(&world, &handler, "2026-03-02T15:00:01+08:00");
    let dispose = lines.iter().find(|line| line.starts_with("dispose ")).unwrap();
    assert!(dispose.ends_with(" -"), "the work itself is done late: {dispose}");
}

#[test]
fn following_is_offered_once_and_of_what_is_public_alone() {
    let mut world = World::opened("case.snap", &asker());
    let neighbour = person(20, Role::Resident, "410102001");
    let of_following = |world: &World| -> Vec<String> {
        let lines = shown(world, &neighbour, NOON);
        let word = |line: String| {
            let (id, refusal) = (line.split(' ').next()?, line.rsplit(' ').next()?);
            id.ends_with("follow").then(|| format!("{id} {refusal}"))
        };
        lines.into_iter().filter_map(word).collect()
    };
    let buttons = |world: &World| -> Vec<String> {
        let rows = allowed(&world.catalogue, world.state.as_ref().unwrap(), &neighbour, 0);
        rows.iter().map(|row| row.id.clone()).collect()
    };
    assert_eq!(of_following(&world), ["follow -"]);
    assert_eq!(buttons(&world), ["follow"]);
    world.code("follow", &neighbour);
    assert_eq!(of_following(&world), ["unfollow -"]);
    assert_eq!(buttons(&world), ["unfollow"]);
    world.code("unfollow", &neighbour);
    world.catalogue = world.catalogue.changed("case.snap", |service| service.visibility = Visibility::Grid);
    assert_eq!(of_following(&world), ["follow r_role"]);
    assert_eq!(buttons(&world), Vec::<String>::new());
}

#[test]
fn of_a_service_that_is_not_in_the_catalogue_nothing_is_offered_and_no_clock_runs() {
    let mut world = World::opened("help.errand", &asker());
    world.state.as_mut().unwrap().service = ServiceId("help.gone".into());
    let state = world.state.clone().unwrap();
    assert_eq!(shown(&world, &volunteer(11), NOON), Vec::<String>::new());
    assert_eq!(allowed(&world.catalogue, &state, &volunteer(11), 0), Vec::<&Transition>::new());
    assert_eq!(clock::running(&world.catalogue, &state), Ok(Vec::new()));
    assert_eq!(world.code("claim", &volunteer(11)), Code::RSchema);
}
