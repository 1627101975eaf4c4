//! A way through a workflow that people with phones can go: over rows that no life has gone over yet, then to an end.

use std::collections::{BTreeSet, VecDeque};

use crate::cast::Cast;
use crate::life::{AUTHOR, Args, Done, Life, Person, id};
use crate::reading::{Reading, Row, Service};
use crate::says;

/// States that are looked at for one step of a way.
const STATES_MAX: usize = 2_000;
/// A day that comes after every run.
const UNTIL: &str = "day:300";

/// One act of a way, with what comes of it.
#[derive(Debug, Clone)]
pub struct Act<'t> {
    pub row: &'t Row,
    pub who: Person,
    pub said: Args,
    pub before: Life,
    pub after: Life,
}

/// A case on its way, and who ever had a part in it.
#[derive(Debug, Clone)]
pub struct Place {
    pub life: Life,
    pub part: BTreeSet<Person>,
}

/// What is said with an act by somebody of the cast. What bears the name of a private question no phone says in an act, which others read.
pub fn said(reading: &Reading, cast: &Cast<'_>, row: &Row, life: &Life, turn: usize) -> Args {
    let mut args = says::arguments(reading, cast.service, row, life, (turn.is_multiple_of(2), 0));
    args.retain(|name, _| can_be_said(cast.service, name));
    for (name, value) in &mut args {
        match reading.arguments[name].kind.as_str() {
            "user" => *value = id(assignee(cast, life, turn)).to_string(),
            "date" => UNTIL.clone_into(value),
            _ => {}
        }
    }
    args
}

/// Whether an act of a service may say something.
pub fn can_be_said(service: &Service, name: &str) -> bool {
    !service.fields.iter().any(|field| field.private && field.key == name)
}

/// Somebody who handles such cases and does not have this one.
fn assignee(cast: &Cast<'_>, life: &Life, turn: usize) -> Person {
    let free = |handles: bool| -> Vec<Person> {
        let other = cast.members.iter().filter(|member| {
            member.person != AUTHOR
                && !life.holders.contains(&member.person)
                && (!handles || cast.service.handle.contains(&member.role))
        });
        other.map(|member| member.person).collect()
    };
    let handlers = free(true);
    let free = if handlers.is_empty() { free(false) } else { handlers };
    free[turn % free.len()]
}

/// Finds ways.
pub struct Search<'s, 't> {
    pub reading: &'s Reading,
    pub cast: &'s Cast<'t>,
    pub turn: usize,
}

/// What tells two states apart.
type Key = (String, BTreeSet<String>, Vec<Person>, Vec<Person>, Vec<String>, bool, Vec<u32>);

impl<'t> Search<'_, 't> {
    fn moves(&self, place: &Place) -> Vec<(Act<'t>, Place)> {
        let mut found = vec![];
        let Place { life, part } = place;
        let turn = self.turn + usize::try_from(life.acts).expect("a life is short");
        let (service, flow) = (self.cast.service, self.cast.flow);
        for row in flow.rows.iter().filter(|row| life.allows(row)) {
            let said = said(self.reading, self.cast, row, life, turn);
            let Some(who) = self.cast.parties(row, life, part, turn).first().copied() else { continue };
            let done = Done { who, said: &said, at_ms: 0 };
            let Some(outcome) = life.after((service, flow), row, done) else { continue };
            if outcome.code == "dup" {
                continue;
            }
            let mut part = part.clone();
            part.extend(outcome.life.holders.iter().chain(&outcome.life.waiting));
            let act = Act { row, who, said, before: life.clone(), after: outcome.life.clone() };
            found.push((act, Place { life: outcome.life, part }));
        }
        found
    }

    fn key(&self, life: &Life) -> Key {
        let counted = self.cast.flow.rows.iter().filter_map(|row| Some((row.counts.as_ref()?, row.at_most?)));
        let counts = counted.map(|(what, most)| life.count(what).min(most)).collect();
        let Life { stage, marks, holders, waiting, followers, units, .. } = life.clone();
        (stage, marks, holders, waiting, units, followers.is_empty(), counts)
    }

    /// Whether people alone bring a case to an end from here.
    fn can_end(&self, place: &Place) -> bool {
        let is_end = |stage: &String| self.cast.flow.ends.contains(stage);
        is_end(&place.life.stage) || self.search(place, |act, _| is_end(&act.after.stage)).is_some()
    }

    /// The shortest way to a place that is no dead end, whose last act is wanted.
    fn to(&self, from: &Place, wanted: impl Fn(&Act<'t>) -> bool) -> Option<(Vec<Act<'t>>, Place)> {
        self.search(from, |act, next| wanted(act) && self.can_end(next))
    }

    fn search(
        &self,
        from: &Place,
        wanted: impl Fn(&Act<'t>, &Place) -> bool,
    ) -> Option<(Vec<Act<'t>>, Place)> {
        let mut seen = BTreeSet::from([self.key(&from.life)]);
        let mut queue = VecDeque::from([(from.clone(), Vec::<Act<'t>>::new())]);
        while let Some((place, way)) = queue.pop_front() {
            if seen.len() > STATES_MAX {
                return None;
            }
            for (act, next) in self.moves(&place) {
                let found = wanted(&act, &next);
                let fresh = seen.insert(self.key(&next.life));
                if found || fresh {
                    let way: Vec<Act<'t>> = way.iter().cloned().chain([act]).collect();
                    if found {
                        return Some((way, next));
                    }
                    queue.push_back((next, way));
                }
            }
        }
        None
    }

    /// About `acts` acts over rows that are not yet `done`, those that end a case last, and on to an end.
    pub fn way(&self, done: &mut BTreeSet<String>, ends: &mut BTreeSet<String>, acts: usize) -> Vec<Act<'t>> {
        let flow = self.cast.flow;
        let opened = Life::opened(self.cast.service, flow, 0);
        let mut place = Place { life: opened, part: BTreeSet::from([AUTHOR]) };
        let mut way: Vec<Act<'t>> = vec![];
        let is_end = |stage: &String| flow.ends.contains(stage);
        while way.len() < acts && flow.rows.iter().any(|row| row.is_anybodys() && !done.contains(&row.id)) {
            let fresh = |act: &Act<'t>| !done.contains(&act.row.id);
            let goes_on = self.to(&place, |act| fresh(act) && !is_end(&act.after.stage));
            let Some((more, next)) = goes_on.or_else(|| self.to(&place, fresh)) else { break };
            done.extend(more.iter().map(|act| act.row.id.clone()));
            way.extend(more);
            place = next;
        }
        if !is_end(&place.life.stage) {
            let other = self.to(&place, |act| is_end(&act.after.stage) && !ends.contains(&act.after.stage));
            let end = other.or_else(|| self.to(&place, |act| is_end(&act.after.stage)));
            let (more, next) = end.unwrap_or_else(|| panic!("{}: no end", self.cast.service.id));
            done.extend(more.iter().map(|act| act.row.id.clone()));
            way.extend(more);
            place = next;
        }
        ends.insert(place.life.stage);
        way
    }
}
