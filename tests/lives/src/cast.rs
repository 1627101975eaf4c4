//! The people of a life: one for every role that its workflow may need, each with a phone.

use std::collections::BTreeSet;

use yuandian_model::Role;

use crate::life::{AUTHOR, Life, Person};
use crate::reading::{Flow, Row, Service};
use crate::says::UNIT;

/// Roles that see no case of their division as a whole. Volunteers see what one of them may take.
const OUTSIDE: [&str; 7] =
    ["resident", "volunteer", "partner", "enterprise_rep", "service_provider", "family_contact", "admin"];
/// Roles that have to do with no division's cases by what they are.
const NOBODYS: [&str; 2] = ["family_contact", "admin"];
/// So many volunteers are there: one more than hold the same case, and one who waits behind another.
const VOLUNTEERS: usize = 4;

/// Somebody with a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub person: Person,
    pub name: String,
    pub role: String,
    /// The unit that its right is bound to.
    pub unit: Option<&'static str>,
}

/// Everybody who may have to do with a case of a service.
#[derive(Debug, Clone)]
pub struct Cast<'t> {
    pub service: &'t Service,
    pub flow: &'t Flow,
    pub members: Vec<Member>,
}

impl<'t> Cast<'t> {
    /// The author, of a role that may open it, and one of every other role.
    pub fn of(service: &'t Service, flow: &'t Flow, turn: usize) -> Self {
        let role = service.create[turn % service.create.len()].clone();
        let author = Member { person: AUTHOR, name: format!("author.{role}"), role, unit: None };
        let mut members = vec![author];
        for role in Role::ALL.iter().map(|role| role.id()) {
            for nth in 1..=if role == "volunteer" { VOLUNTEERS } else { 1 } {
                let name = if nth == 1 { role.to_owned() } else { format!("{role}{nth}") };
                let person = 10 + Person::try_from(members.len()).expect("few roles");
                // Providers work for the unit that cases are given to, and see those alone.
                let unit = (role == "service_provider").then_some(UNIT);
                members.push(Member { person, name, role: role.to_owned(), unit });
            }
        }
        Self { service, flow, members }
    }

    pub fn member(&self, person: Person) -> &Member {
        self.members.iter().find(|member| member.person == person).expect("somebody of the cast")
    }

    /// Whether somebody's phone has the case: by a role, by the unit's work on it, or by a part in it, once and for all.
    pub fn sees(&self, member: &Member, life: &Life, part: &BTreeSet<Person>) -> bool {
        part.contains(&member.person)
            || match member.unit {
                Some(_) => !Self::is_elsewhere(member, life),
                None => self.is_shown_to(&member.role),
            }
    }

    /// Whether people of a role read whole cases of the service in their division.
    fn is_shown_to(&self, role: &str) -> bool {
        let service = self.service;
        let taken = self.flow.rows.iter().any(|row| row.effect == "take");
        let open = matches!(service.visibility.as_str(), "public" | "grid");
        let named = |list: &[String]| list.iter().any(|named| named == role);
        let of_case = |row: &&Row| !matches!(row.effect.as_str(), "follow" | "unfollow");
        let has_part = self.flow.rows.iter().filter(of_case).any(|row| row.roles(service).contains(role));
        (open && !OUTSIDE.contains(&role))
            || (open && taken && role == "volunteer")
            || (!NOBODYS.contains(&role) && (has_part || named(&service.view)))
    }

    /// Whether somebody's right counts for a unit that does not work on the case.
    fn is_elsewhere(member: &Member, life: &Life) -> bool {
        member.unit.is_some_and(|unit| life.units.iter().all(|here| here != unit))
    }

    fn is_of_role(&self, member: &Member, row: &Row) -> bool {
        row.roles(self.service).contains(member.role.as_str())
    }

    /// Whether a row would be somebody's to do if their unit worked on the case.
    pub fn is_of_another_unit(&self, member: &Member, row: &Row, life: &Life) -> bool {
        self.is_of_role(member, row) && Self::is_elsewhere(member, life)
    }

    /// Whether a row is somebody's to do.
    pub fn may(&self, member: &Member, row: &Row, life: &Life) -> bool {
        let person = member.person;
        (self.is_of_role(member, row) && !Self::is_elsewhere(member, life))
            || (row.is_of("@author") && person == AUTHOR)
            || (row.is_of("@holder") && life.holders.contains(&person))
            || (row.is_of("@waiting") && life.waiting.contains(&person))
    }

    /// Whether somebody reads the private answers of a case that has not ended.
    pub fn reads_private(&self, member: &Member, life: &Life) -> bool {
        // Who neither works the grid nor for a unit has to hold the case.
        let works = member.unit.is_some() || !OUTSIDE.contains(&member.role.as_str());
        let role =
            |roles: &[String]| works && roles.contains(&member.role) && !Self::is_elsewhere(member, life);
        member.person == AUTHOR
            || self.service.private_to.iter().any(|party| match party.as_str() {
                "@holder" => life.holders.contains(&member.person),
                "@handler" => role(&self.service.handle),
                "@approver" => role(&self.service.approve),
                other => role(&[other.to_owned()]),
            })
    }

    /// Whether a row would change nothing if somebody did it, or is nothing to them.
    pub fn is_idle(person: Person, row: &Row, life: &Life) -> bool {
        match row.effect.as_str() {
            "take" => life.holders.contains(&person) || life.waiting.contains(&person),
            "follow" => life.followers.contains(&person),
            "unfollow" => !life.followers.contains(&person),
            _ => false,
        }
    }

    /// Everybody who can do a row now, another one first each turn; the author only after all others.
    pub fn parties(&self, row: &Row, life: &Life, part: &BTreeSet<Person>, turn: usize) -> Vec<Person> {
        if !row.is_open_in(self.service) {
            return vec![];
        }
        let can = |member: &&Member| {
            self.may(member, row, life)
                && self.sees(member, life, part)
                && !Self::is_idle(member.person, row, life)
        };
        let mut found: Vec<Person> =
            self.members.iter().filter(can).map(|member| member.person).filter(|p| *p != AUTHOR).collect();
        let first = turn % found.len().max(1);
        found.rotate_left(first);
        let author = &self.members[0];
        found.extend(can(&author).then_some(AUTHOR));
        found
    }
}

#[cfg(test)]
mod tests {
    use yuandian_model::Catalogue;
    use yuandian_model::sight::shown_by;

    use super::*;

    /// Who may follow a public case without reading it whole: whoever reads its summary.
    const READ_SUMMARIES: [&str; 3] = ["resident", "volunteer", "partner"];

    #[test]
    fn whoever_a_row_is_for_sees_the_case() {
        let (catalogue, reading) = (Catalogue::embedded(), crate::reading::read());
        let mut rows = 0;
        for service in &reading.services {
            let flow = &reading.flows[&service.workflow];
            let cast = Cast::of(service, flow, 0);
            let terms = catalogue.service(&service.id).expect("a service of both");
            for role in Role::ALL.iter().copied() {
                let shown = shown_by(role, terms).is_some();
                assert_eq!(shown, cast.is_shown_to(role.id()), "{} to {role}", service.id);
            }
            for row in flow.rows.iter().filter(|row| row.is_open_in(service)) {
                let follows = |role: &str| {
                    row.effect == "unfollow" || (row.effect == "follow" && READ_SUMMARIES.contains(&role))
                };
                // Relatives and operators do it in cases that they opened.
                let blind = row.roles(service).into_iter().filter(|role| {
                    let shown = shown_by(role.parse().expect("a role"), terms).is_some();
                    !shown && !follows(role) && !NOBODYS.contains(role)
                });
                assert_eq!(blind.collect::<Vec<_>>(), [""; 0], "{}: {}", service.id, row.id);
                rows += 1;
            }
        }
        assert!(rows > 10_000, "{rows}");
    }
}
