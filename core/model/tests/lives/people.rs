//! People with the roles that rows name, and with others.

use std::collections::BTreeSet;

use yuandian_model::{Actor, DivisionCode, Grant, Role, Vetting};

use crate::plan::Part;
use yuandian_lives::life::{AUTHOR, GRID, Life, Person, SYSTEM, id};
use yuandian_lives::reading::{Row, Service};

/// Where a right reaches the case, and where it does not.
pub const HERE: [&str; 4] = ["410102", "4101", "410102001", GRID];
pub const ELSEWHERE: [&str; 3] = ["410103", "410102002", "410102001003"];

/// A division.
pub fn grid(code: &str) -> DivisionCode {
    code.parse().expect("a division")
}

/// A person without any role.
pub fn somebody(person: Person) -> Actor {
    Actor { user: id(person), grants: vec![] }
}

/// A person with one role.
pub fn with_role(person: Person, role: &str, at: &str) -> Actor {
    let role = role.parse::<Role>().expect(role);
    Actor { user: id(person), grants: vec![Grant::new(role, grid(at)).vetted(Vetting::L3)] }
}

/// The same person, looked at less closely than this.
pub fn below(actor: &Actor, level: &str) -> Actor {
    let level = level.parse::<Vetting>().expect(level);
    let lower = Vetting::ALL.into_iter().rfind(|lower| *lower < level).expect("there is a lower one");
    let grants = actor.grants.iter().map(|grant| grant.clone().vetted(lower)).collect();
    Actor { user: actor.user, grants }
}

/// Roles that are none of these.
pub fn strangers(known: &BTreeSet<&str>) -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.id()).filter(|role| !known.contains(role)).collect()
}

/// One of a list, another one each turn.
pub fn in_turn<T: Copy>(list: &[T], turn: u64) -> T {
    *list.iter().cycle().nth(usize::try_from(turn).expect("few turns")).expect("a list with something in it")
}

/// Everybody who may do a row now, their rights reaching as far as it takes.
pub fn parties(service: &Service, row: &Row, life: &Life, part: Part) -> Vec<Actor> {
    let turn = life.acts;
    if row.effect == "unfollow" {
        let follows =
            |role: &str| life.followers.first().map(|who| with_role(*who, role, in_turn(&HERE, turn)));
        return row.roles(service).into_iter().filter_map(follows).collect();
    }
    if !row.is_open_in(service) {
        return vec![];
    }
    let mut found = vec![];
    for (nth, role) in row.roles(service).into_iter().enumerate() {
        let nth = u16::try_from(nth).expect("few roles");
        found.push(with_role(life.newcomer(nth), role, in_turn(&HERE, turn + u64::from(nth))));
    }
    // Whoever has a part needs no right, but where it asks how closely they were looked at.
    let alone = |person| if row.vetted { with_role(person, "volunteer", GRID) } else { somebody(person) };
    let of = |name: &str, people: &[Person]| people.first().copied().filter(|_| row.is_of(name)).map(alone);
    found.extend(row.is_of("@author").then(|| somebody(AUTHOR)));
    found.extend(of("@holder", &life.holders).filter(|_| part != Part::Waiting));
    found.extend(of("@waiting", &life.waiting).filter(|_| part != Part::Holder));
    found.extend(row.is_of("@system").then(|| somebody(SYSTEM)));
    found
}
