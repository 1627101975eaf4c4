use super::*;
use crate::catalogue::{Catalogue, Visibility};
use crate::ids::UserId;
use crate::progress::Progress;
use crate::seeded::Random;
use crate::sight::Sight;
use crate::writing::{Writing, may_write};

const HERE: &str = "410102001";
const SERVICE: &str = "case.city.E06010";

#[test]
fn whoever_follows_may_leave_without_any_right_here() {
    let catalogue = Catalogue::embedded();
    let mut state = case("case.snap", "reported", &[]);
    let follower = person(&[]);
    let unfollow = |state: &CaseState| {
        let terms = catalogue.service("case.snap").unwrap();
        let row = terms.1.act("unfollow").unwrap();
        authorize(follower.at(0), Action::Act(row), Record::Case { service: Some(terms), state })
    };
    assert_eq!(unfollow(&state).unwrap_err().code, Code::RRole);
    state.followers.push(follower.user);
    assert_eq!(unfollow(&state), Ok(()));
}

fn grant(role: Role, at: &str) -> Grant {
    Grant::new(role, at.parse().unwrap())
}

fn of(role: Role, at: &str, org: &str) -> Grant {
    grant(role, at).of(org.parse().unwrap())
}

fn person(grants: &[Grant]) -> Actor {
    Actor { user: UserId([9; 16]), grants: grants.to_vec() }
}

fn case(service: &str, stage: &str, units: &[&str]) -> CaseState {
    CaseState {
        service: crate::ServiceId(service.into()),
        catalogue: 1,
        grid: HERE.parse().unwrap(),
        author: UserId([1; 16]),
        stage: stage.into(),
        act_seq: 4,
        holders: vec![],
        waiting: vec![],
        followers: vec![],
        progress: Progress {
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
            ..Progress::default()
        },
    }
}

fn asked(catalogue: &Catalogue, state: &CaseState, act: &str, who: Principal<'_>) -> Result<(), Refusal> {
    let service = catalogue.service(&state.service.0);
    let row = service.unwrap().1.act(act).unwrap();
    authorize(who, Action::Act(row), Record::Case { service, state })
}

fn told(refusal: &Refusal) -> (Code, Option<&str>) {
    let fact = ["until", "from", "unit"].iter().find_map(|name| refusal.facts.get(*name));
    (refusal.code, fact.map(String::as_str))
}

#[test]
fn a_right_of_a_unit_counts_while_the_unit_works_on_the_case() {
    let catalogue = Catalogue::embedded();
    let lead = case(SERVICE, "dispatched", &["unit.a"]);
    let joint = case(SERVICE, "dispatched", &["unit.b", "unit.a"]);
    let recalled = case(SERVICE, "filed", &[]);
    let other = (Code::RScope, Some("unit.a"));
    let table = [
        ("without a unit", grant(Role::Handler, HERE), [None, None, None]),
        ("of a unit", of(Role::Handler, "410102", "unit.a"), [None, None, Some(other)]),
        ("of another", of(Role::Handler, HERE, "unit.c"), [Some((Code::RScope, Some("unit.c"))); 3]),
        ("of a unit elsewhere", of(Role::Handler, "410103", "unit.a"), [Some((Code::RScope, None)); 3]),
        (
            "of a unit, another role",
            of(Role::Collector, HERE, "unit.a"),
            [
                Some((Code::RRole, None)),
                Some((Code::RRole, None)),
                // Its part is told about the case.
                Some((Code::RState, None)),
            ],
        ),
    ];
    for (who, right, expected) in table {
        let actor = person(&[right]);
        for (state, expected) in [&lead, &joint, &recalled].into_iter().zip(expected) {
            let refusal = asked(&catalogue, state, "start", actor.at(0)).err();
            assert_eq!(refusal.as_ref().map(told), expected, "{who} in {:?}", state.progress.units);
        }
    }
}

#[test]
fn who_works_for_a_unit_reads_and_writes_its_cases_alone() {
    let catalogue = Catalogue::embedded();
    let theirs = case(SERVICE, "dispatched", &["unit.a"]);
    let others = case(SERVICE, "dispatched", &["unit.b"]);
    let unit: OrgId = "unit.a".parse().unwrap();
    let (all, notes) = (Ok(Writing::Everything), Ok(Writing::Additions));
    let table = [
        (grant(Role::Handler, HERE), vec![Sight::Grid, Sight::Role(Role::Handler)], all, all),
        (of(Role::Handler, HERE, "unit.a"), vec![Sight::Unit(&unit)], all, Err(Code::RScope)),
        (of(Role::HandlerUnit, HERE, "unit.a"), vec![Sight::Unit(&unit)], all, Err(Code::RScope)),
        (of(Role::ServiceProvider, HERE, "unit.a"), vec![Sight::Unit(&unit)], notes, Err(Code::RScope)),
        (
            grant(Role::ServiceProvider, HERE),
            vec![Sight::Role(Role::ServiceProvider)],
            Err(Code::RRole),
            Err(Code::RRole),
        ),
        // A role that is held for no unit gains nothing by one.
        (of(Role::GridWorker, HERE, "unit.a"), vec![], Err(Code::RRole), Err(Code::RRole)),
        (of(Role::Resident, HERE, "unit.a"), vec![], Err(Code::RRole), Err(Code::RRole)),
    ];
    for (right, sights, on_theirs, on_others) in table {
        let actor = person(std::slice::from_ref(&right));
        let seen: Vec<_> = actor.at(0).sights().map(|(sight, grid)| (sight, grid.as_str())).collect();
        assert_eq!(seen, sights.into_iter().map(|sight| (sight, HERE)).collect::<Vec<_>>(), "{right}");
        let may = |state| may_write(&catalogue, state, &actor, 0).map_err(|refusal| refusal.code);
        assert_eq!((may(&theirs), may(&others)), (on_theirs, on_others), "{right}");
    }
}

#[test]
fn a_right_is_held_from_its_beginning_up_to_its_end() {
    let catalogue = Catalogue::embedded();
    let state = case(SERVICE, "dispatched", &["unit.a"]);
    let (from, until) = (beijing(1_000_000), beijing(2_000_000));
    let (coming, ended) =
        (Some((Code::RRole, Some(from.as_str()))), Some((Code::RRole, Some(until.as_str()))));
    for right in [grant(Role::Handler, HERE), of(Role::Handler, HERE, "unit.a")] {
        let actor = person(&[right.during(Some(1_000_000), Some(2_000_000))]);
        for (at_ms, expected) in
            [(999_999, coming), (1_000_000, None), (1_999_999, None), (2_000_000, ended), (i64::MAX, ended)]
        {
            let who = actor.at(at_ms);
            let refusal = asked(&catalogue, &state, "start", who).err();
            assert_eq!(refusal.as_ref().map(told), expected, "{at_ms}");
            let refusal = may_write(&catalogue, &state, &actor, at_ms).err();
            assert_eq!(refusal.as_ref().map(told), expected, "{at_ms}");
            assert_eq!(who.sights().next().is_some(), expected.is_none(), "{at_ms}");
        }
    }
    // What would not reach here is no reason, whenever it is held.
    let elsewhere = grant(Role::Handler, "410103").during(None, Some(5));
    let foreign = of(Role::Handler, HERE, "unit.b").during(None, Some(5));
    for right in [elsewhere, foreign] {
        let refusal = asked(&catalogue, &state, "start", person(&[right]).at(9)).unwrap_err();
        assert_eq!(told(&refusal), (Code::RRole, None));
    }
    let said = |rights: &[Grant]| {
        let refusal = asked(&catalogue, &state, "start", person(rights).at(9_000)).unwrap_err();
        ["until", "from"].iter().find_map(|fact| refusal.facts.get(*fact).cloned())
    };
    let ends = |until_ms| grant(Role::Handler, HERE).during(None, Some(until_ms));
    let begins = |from_ms| grant(Role::Handler, HERE).during(Some(from_ms), None);
    assert_eq!(said(&[ends(3_000), ends(7_000), ends(5_000)]), Some(beijing(7_000)), "the last end");
    assert_eq!(
        said(&[begins(30_000), ends(3_000), begins(20_000)]),
        Some(beijing(20_000)),
        "the next beginning"
    );
}

#[test]
fn a_case_is_opened_by_a_right_that_is_held_whatever_its_unit() {
    let catalogue = Catalogue::embedded();
    let (service, _) = catalogue.service("case.snap").unwrap();
    let role = service.create[0];
    let grid = HERE.parse().unwrap();
    let open = |right: Grant| {
        let actor = person(&[right]);
        let opened = authorize(actor.at(10), Action::Open, Record::New { service, grid: &grid });
        let anywhere = actor.at(10).opens_in(service).map(|grid| grid.to_string());
        (
            opened.err().map(|refusal| refusal.code),
            anywhere.map_err(|refusal| told(&refusal).1.map(str::to_owned)),
        )
    };
    let here = || Ok::<_, Option<String>>(HERE.to_owned());
    assert_eq!(open(grant(role, HERE)), (None, here()));
    assert_eq!(open(of(role, HERE, "unit.a")), (None, here()));
    assert_eq!(open(grant(role, HERE).during(Some(10), Some(11))), (None, here()));
    assert_eq!(open(grant(role, HERE).during(Some(11), None)), (Some(Code::RRole), Err(Some(beijing(11)))));
    assert_eq!(open(grant(role, HERE).during(None, Some(10))), (Some(Code::RRole), Err(Some(beijing(10)))));
    assert_eq!(open(grant(role, "410103")), (Some(Code::RScope), Ok("410103".to_owned())));
    assert_eq!(open(grant(Role::Admin, HERE)), (Some(Code::RRole), Err(None)));
    let later = [grant(role, "410103").during(None, Some(5)), grant(role, HERE)];
    assert_eq!(
        person(&later).at(10).opens_in(service).map(|grid| grid.to_string()).ok(),
        here().ok(),
        "the first that is held"
    );
}

#[test]
fn what_is_asked_of_the_wrong_record_is_refused() {
    let catalogue = Catalogue::embedded();
    let state = case(SERVICE, "dispatched", &[]);
    let known = catalogue.service(SERVICE);
    let (service, workflow) = known.unwrap();
    let actor = person(&[grant(Role::Handler, HERE)]);
    let new = Record::New { service, grid: &state.grid };
    let there = Record::Case { service: known, state: &state };
    let unknown = Record::Case { service: None, state: &state };
    let row = workflow.act("start").unwrap();
    let table = [
        (Action::Act(row), new, Some(Code::RGone)),
        (Action::Add, new, Some(Code::RGone)),
        (Action::Write, new, Some(Code::RGone)),
        (Action::Open, there, Some(Code::RState)),
        (Action::Act(row), unknown, Some(Code::RSchema)),
        (Action::Write, unknown, None),
    ];
    for (action, record, expected) in table {
        let refusal = authorize(actor.at(0), action, record).err();
        assert_eq!(refusal.map(|refusal| refusal.code), expected, "{action:?}");
    }
}

/// What rights meant before they had units and validities.
fn plainly(actor: &Actor, roles: &[Role], grid: &DivisionCode) -> Option<Code> {
    let held: Vec<_> = actor.grants.iter().filter(|grant| roles.contains(&grant.role)).collect();
    match held.iter().any(|grant| grant.grid.covers(grid)) {
        true => None,
        false if held.is_empty() => Some(Code::RRole),
        false => Some(Code::RScope),
    }
}

#[test]
fn a_right_without_unit_and_validity_is_what_it_always_was() {
    const GRIDS: [&str; 6] = ["4101", "410102", HERE, "410102001002", "410103", "410102002"];
    const UNITS: [&[&str]; 3] = [&[], &["unit.a"], &["unit.a", "unit.b"]];
    let catalogue = Catalogue::embedded();
    let services: Vec<_> = catalogue.services().map(|service| service.id.0.clone()).collect();
    let mut random = Random::new(21);
    let mut pick = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
    let (mut yes, mut no) = (0, 0);
    for _ in 0..4_000 {
        let rights: Vec<_> =
            (0..pick(4)).map(|_| grant(Role::ALL[pick(Role::ALL.len())], GRIDS[pick(GRIDS.len())])).collect();
        let actor = person(&rights);
        let (service, workflow) = catalogue.service(&services[pick(services.len())]).unwrap();
        let row = &workflow.acts[pick(workflow.acts.len())];
        let state =
            case(&service.id.0, &row.from.first().cloned().unwrap_or_default(), UNITS[pick(UNITS.len())]);
        let at_ms = i64::try_from(pick(1_000)).unwrap();
        let roles: Vec<Role> = row
            .by
            .iter()
            .flat_map(|party| match party {
                Party::Handler => service.handle.clone(),
                Party::Approver => service.approve.clone(),
                Party::Role(role) => vec![*role],
                _ => vec![],
            })
            .collect();
        let act = asked(&catalogue, &state, &row.id, actor.at(at_ms)).err();
        if row.from.is_empty() {
            continue;
        }
        assert_eq!(
            act.as_ref().map(|refusal| refusal.code),
            plainly(&actor, &roles, &state.grid),
            "{rights:?} {}",
            row.id
        );
        let new = Record::New { service, grid: &state.grid };
        let open = authorize(actor.at(at_ms), Action::Open, new).err().map(|refusal| refusal.code);
        assert_eq!(open, plainly(&actor, &service.create, &state.grid), "{rights:?} {}", service.id.0);
        let open = service.visibility != Visibility::Handler;
        let taken = workflow.acts.iter().any(|row| row.effect == Effect::Take);
        let mut adds = [&service.handle[..], &service.approve, &service.view].concat();
        let of_case = workflow.acts.iter().filter(|row| !row.id.ends_with("follow"));
        adds.extend(of_case.flat_map(|row| &row.by).filter_map(|party| match party {
            Party::Role(role) => Some(*role),
            _ => None,
        }));
        adds.retain(|role| !matches!(role, Role::FamilyContact | Role::Admin));
        adds.extend(Role::ALL.iter().filter(|role| open && role.works_the_grid()));
        adds.extend((open && taken).then_some(Role::Volunteer));
        let works: Vec<Role> = adds.iter().copied().filter(|role| role.works_the_grid()).collect();
        let written = may_write(&catalogue, &state, &actor, at_ms);
        let expected = match (plainly(&actor, &works, &state.grid), plainly(&actor, &adds, &state.grid)) {
            (None, _) => Ok(Writing::Everything),
            (_, None) => Ok(Writing::Additions),
            (_, Some(code)) => Err(code),
        };
        assert_eq!(written.map_err(|refusal| refusal.code), expected, "{rights:?}");
        let sights = rights.iter().filter(|right| right.role.works_the_grid()).count();
        assert_eq!(actor.at(at_ms).sights().filter(|(sight, _)| *sight == Sight::Grid).count(), sights);
        if act.is_none() { yes += 1 } else { no += 1 }
    }
    assert!(yes > 100 && no > 100, "{yes} {no}");
}

#[test]
fn private_answers_are_for_those_whom_the_service_names_and_who_see_the_case() {
    let catalogue = Catalogue::embedded();
    let petition = case("case.petition", "accepted", &["unit.a"]);
    let asked = |who: &Actor, state: &CaseState| {
        let service = catalogue.service(&state.service.0);
        authorize(who.at(0), Action::ReadPrivate, Record::Case { service, state }).map_err(|no| no.code)
    };
    let author = Actor { user: petition.author, grants: vec![] };
    assert_eq!(asked(&author, &petition), Ok(()));
    let table = [
        (grant(Role::Handler, HERE), Ok(())),
        (grant(Role::DutyChief, "410102"), Ok(())),
        (of(Role::HandlerUnit, HERE, "unit.a"), Ok(())),
        (of(Role::HandlerUnit, HERE, "unit.b"), Err(Code::RScope)),
        (grant(Role::Handler, "410103"), Err(Code::RScope)),
        // Who may look at the case, and who may not even do that.
        (grant(Role::Supervisor, HERE), Err(Code::RRole)),
        (grant(Role::GridWorker, HERE), Err(Code::RRole)),
        (grant(Role::Resident, HERE), Err(Code::RRole)),
    ];
    for (right, expected) in table {
        assert_eq!(asked(&person(std::slice::from_ref(&right)), &petition), expected, "{right}");
    }
    // A provider of no unit sees an order, and its door when it is theirs.
    let mut order = case("order.elder.meal", "ordered", &[]);
    let provider = person(&[grant(Role::ServiceProvider, HERE)]);
    assert_eq!(asked(&provider, &order), Err(Code::RRole));
    order.holders.push(provider.user);
    assert_eq!(asked(&provider, &order), Ok(()));
    // Whoever holds a request for help, and nobody who waits for it.
    let mut help = case("help.errand", "claimed", &[]);
    let helper = person(&[grant(Role::Volunteer, HERE)]);
    assert_eq!(asked(&helper, &help), Err(Code::RRole));
    help.waiting.push(helper.user);
    assert_eq!(asked(&helper, &help), Err(Code::RRole));
    help.holders.push(helper.user);
    assert_eq!(asked(&helper, &help), Ok(()));
    let unknown = case("nothing.known", "open", &[]);
    assert_eq!(asked(&helper, &unknown), Err(Code::RSchema));
}

#[test]
fn a_right_shows_what_its_role_has_to_do_with() {
    use Sight::{Grid, Public, Summary};
    let shows = |role: Role| -> Vec<Sight<'static>> {
        match role {
            Role::Resident | Role::Partner => vec![Summary, Sight::Role(role)],
            Role::Volunteer => vec![Public, Summary, Sight::Role(role)],
            Role::EnterpriseRep | Role::ServiceProvider => vec![Sight::Role(role)],
            Role::FamilyContact | Role::Admin => vec![],
            _ => vec![Grid, Sight::Role(role)],
        }
    };
    for role in Role::ALL.iter().copied() {
        let actor = person(&[grant(role, HERE)]);
        let seen: Vec<_> = actor.at(0).sights().map(|(sight, _)| sight).collect();
        assert_eq!(seen, shows(role), "{role}");
    }
    let catalogue = Catalogue::embedded();
    let shown = |service: &str| crate::sight::shown_to(catalogue.service(service));
    assert_eq!(shown("case.snap"), [Grid]);
    assert_eq!(shown("help.errand"), [Grid, Public]);
    let chain = [Role::Acceptor, Role::DutyChief, Role::HandlerUnit, Role::Handler, Role::Supervisor];
    assert_eq!(shown("case.petition"), chain.map(Sight::Role));
    assert_eq!(shown("nothing.known"), [Grid]);
}

#[test]
fn a_person_is_told_of_rights_that_are_held_or_will_be() {
    let [over, held, coming] = [(None, Some(10)), (Some(5), Some(20)), (Some(15), None)]
        .map(|(from_ms, until_ms)| grant(Role::Handler, HERE).during(from_ms, until_ms));
    let actor = person(&[over, held.clone(), coming.clone()]);
    assert_eq!(actor.at(10).told(), [held, coming]);
}

#[test]
fn a_right_in_a_micro_grid_opens_a_request_in_its_grid_and_says_no_more() {
    let catalogue = Catalogue::embedded();
    let (errand, snap) =
        (catalogue.service("help.errand").unwrap().0, catalogue.service("case.snap").unwrap().0);
    let user = UserId([1; 16]);
    let rights = [grant(Role::Resident, "41010200100200304")];
    let who = Principal::new(user, &rights, 0);
    let code = |code: &str| code.parse::<DivisionCode>().unwrap();
    assert_eq!(who.opens_in(errand).unwrap(), code("410102001002003"));
    assert_eq!(who.opens_in(snap).unwrap(), code("41010200100200304"));
    let opens = |grid: &str| authorize(who, Action::Open, Record::New { service: errand, grid: &code(grid) });
    assert!(opens("410102001002003").is_ok());
    assert_eq!(opens("410102001002004").unwrap_err().code, Code::RScope);
    assert_eq!(opens("410102001002").unwrap_err().code, Code::RScope);
}
