//! Ways through a workflow, found with the interpreter alone: to every end on the shortest way, and through every row from every stage
//! that it names, each way going on to an end. A stage of a row that no way leads to ends the test.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use yuandian_lives::life::{AUTHOR, Done, Life, Outcome, Person, SYSTEM, is_asked};
use yuandian_lives::reading::{Flow, Reading, Row, Service};
use yuandian_lives::says;

/// States that are looked at for one plan; beyond it the search is no search.
const STATES_MAX: usize = 400_000;

/// Whose leaving it is, where that tells two outcomes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Any,
    Holder,
    Waiting,
}

/// One row of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub row: usize,
    pub part: Part,
}

pub type Way = Vec<Move>;

/// The ways through a service's workflow.
#[derive(Debug)]
pub struct Plan {
    /// One to each end.
    pub ends: Vec<Way>,
    /// What else is needed to do every row from every stage, with all that may become of people and questions.
    pub rows: Vec<Way>,
}

/// Who could do a row now, as far as the outcome depends on it.
pub fn people(service: &Service, row: &Row, life: &Life) -> Vec<(Part, Person)> {
    let of = |part: &str, people: &[Person]| people.first().copied().filter(|_| row.is_of(part));
    let (holder, waiting) = (of("@holder", &life.holders), of("@waiting", &life.waiting));
    let by_role = (!row.roles(service).is_empty()).then(|| life.newcomer(0));
    let author = row.is_of("@author").then_some(AUTHOR);
    let system = row.is_of("@system").then_some(SYSTEM);
    match row.effect.as_str() {
        "give_up" => {
            let leaves = [(Part::Holder, holder), (Part::Waiting, waiting)];
            leaves.into_iter().filter_map(|(part, who)| Some((part, who?))).collect()
        }
        "unfollow" => life.followers.first().map(|who| (Part::Any, *who)).into_iter().collect(),
        _ if !row.is_open_in(service) => vec![],
        _ => {
            let one = by_role.or(author).or(holder).or(waiting).or(system);
            one.map(|who| (Part::Any, who)).into_iter().collect()
        }
    }
}

struct Search<'r> {
    reading: &'r Reading,
    service: &'r Service,
    flow: &'r Flow,
}

/// What tells two states apart: what a row may ask of it, and no more.
type Key = (String, BTreeSet<String>, usize, usize, bool, Vec<u32>);

impl Search<'_> {
    fn key(&self, life: &Life) -> Key {
        let rows = || self.flow.rows.iter();
        let asked = |mark: &&String| rows().any(|row| row.needs.contains(mark) || row.bars.contains(mark));
        let marks = life.marks.iter().filter(asked).cloned().collect();
        let counts = rows().filter_map(|row| Some((row.counts.as_ref()?, row.at_most?)));
        let counts = counts.map(|(what, most)| life.count(what).min(most)).collect();
        let held = life.holders.len();
        (life.stage.clone(), marks, held, life.waiting.len().min(2), life.followers.is_empty(), counts)
    }

    fn moves(&self, life: &Life, only: impl Fn(&Row) -> bool) -> Vec<(Move, Outcome)> {
        let mut found = vec![];
        for (row, act) in self.flow.rows.iter().enumerate().filter(|(_, row)| only(row) && life.allows(row)) {
            let said = says::arguments(self.reading, self.service, act, life, (false, 0));
            for (part, who) in people(self.service, act, life) {
                let outcome = life.after((self.service, self.flow), act, Done { who, said: &said, at_ms: 0 });
                let outcome = outcome.filter(|outcome| outcome.code != "dup");
                found.extend(outcome.map(|outcome| (Move { row, part }, outcome)));
            }
        }
        found
    }

    fn has_ended(&self, life: &Life) -> bool {
        self.flow.ends.contains(&life.stage)
    }

    /// What a way goes through.
    fn turns(&self, opened: &Life, way: &Way) -> Vec<Turn> {
        let mut life = opened.clone();
        let mut turns = vec![];
        for step in way {
            let moves = self.moves(&life, |row| row.id == self.flow.rows[step.row].id);
            let (_, outcome) =
                moves.into_iter().find(|(next, _)| next == step).expect("a way that can be gone");
            turns.push(turn(self.flow, &life, *step, &outcome));
            life = outcome.life;
        }
        turns
    }

    /// The shortest way on to an end.
    fn end(&self, life: &Life) -> Option<Way> {
        // Rows that lead on, and those that take away what stands in the way of one.
        let bars = |mark: &String| {
            mark == "suspended" || self.flow.rows.iter().any(|row| row.moves() && row.bars.contains(mark))
        };
        let on = |row: &Row| row.moves() || row.clears.iter().any(bars);
        let mut seen = BTreeSet::from([self.key(life)]);
        let mut queue = VecDeque::from([(life.clone(), Way::new())]);
        while let Some((life, way)) = queue.pop_front() {
            if self.has_ended(&life) {
                return Some(way);
            }
            for (next, outcome) in self.moves(&life, on) {
                if seen.insert(self.key(&outcome.life)) {
                    queue.push_back((outcome.life, way.iter().copied().chain([next]).collect()));
                }
            }
        }
        None
    }
}

/// How a row came out, where one row may come out in several ways: where it was done, what became of the people, and with which
/// open question the case went on to another stage: there it lapses or not.
type Turn = (usize, String, &'static str, Option<String>);

/// What a plan has to show at least once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    End(String),
    Row(usize, String),
    People(usize, &'static str),
    Question(usize, String),
}

const PROMOTED: &str = "promoted";
const PROMOTED_FIRST: &str = "promoted before another";
const LINE_LET_GO: &str = "the line is let go";
const LEFT_THE_LINE: &str = "left the line";
const OTHERS_HOLD_IT: &str = "others hold it";

fn turn(flow: &Flow, before: &Life, step: Move, outcome: &Outcome) -> Turn {
    let row = &flow.rows[step.row];
    let leaves = matches!(row.effect.as_str(), "give_up" | "expel");
    let people = match step.part {
        _ if outcome.promoted.is_some() && outcome.life.waiting.is_empty() => PROMOTED,
        _ if outcome.promoted.is_some() => PROMOTED_FIRST,
        Part::Waiting => LEFT_THE_LINE,
        _ if !before.waiting.is_empty() && outcome.life.waiting.is_empty() => LINE_LET_GO,
        _ if leaves && !outcome.life.holders.is_empty() => OTHERS_HOLD_IT,
        _ => outcome.code,
    };
    let mut open = before.marks.iter().filter(|mark| is_asked(mark) && !row.clears.contains(*mark));
    let one = open.next().filter(|_| open.next().is_none() && outcome.life.stage != before.stage);
    (step.row, before.stage.clone(), people, one.cloned())
}

fn wishes(service: &Service, flow: &Flow) -> BTreeSet<Wish> {
    let mut wishes: BTreeSet<Wish> = flow.ends.iter().cloned().map(Wish::End).collect();
    for (index, row) in flow.rows.iter().enumerate().filter(|(_, row)| row.is_open_in(service)) {
        wishes.extend(row.from.iter().map(|stage| Wish::Row(index, stage.clone())));
        if matches!(row.effect.as_str(), "give_up" | "expel") {
            wishes.extend([PROMOTED, PROMOTED_FIRST].map(|people| Wish::People(index, people)));
            wishes.extend((service.capacity > 1).then_some(Wish::People(index, OTHERS_HOLD_IT)));
            wishes.extend(row.is_of("@waiting").then_some(Wish::People(index, LEFT_THE_LINE)));
        }
        if row.effect == "assign" && flow.rows.iter().any(|row| row.is_of("@waiting")) {
            wishes.insert(Wish::People(index, LINE_LET_GO));
        }
        wishes.extend(questions(flow, row).map(|mark| Wish::Question(index, mark.clone())));
    }
    wishes
}

/// Questions that may be open when a row leads to another stage.
fn questions<'f>(flow: &'f Flow, row: &'f Row) -> impl Iterator<Item = &'f String> {
    let asked: BTreeSet<&String> =
        flow.rows.iter().flat_map(|row| &row.sets).filter(|mark| is_asked(mark)).collect();
    let on = |stage: &&String| row.to.as_ref().is_some_and(|to| to != *stage);
    let may_be = move |mark: &&String| {
        let asked_in =
            |stage: &String| flow.rows.iter().any(|row| row.needs.contains(mark) && row.from.contains(stage));
        let stays = !row.clears.contains(mark) && !row.bars.contains(mark) && !row.needs.contains(mark);
        stays && row.from.iter().filter(on).any(asked_in)
    };
    asked.into_iter().filter(may_be)
}

/// Finds the ways of a service.
pub fn plan(reading: &Reading, service: &Service) -> Plan {
    let flow = &reading.flows[&service.workflow];
    let search = Search { reading, service, flow };
    let mut wishes = wishes(service, flow);
    let first = Life::opened(service, flow, 0);
    let mut seen = BTreeSet::from([search.key(&first)]);
    let mut nodes: Vec<(Life, Option<(usize, Move)>)> = vec![(first, None)];
    let mut ends: Vec<usize> = vec![];
    let mut turns: BTreeMap<Turn, (usize, Move, Life)> = BTreeMap::new();
    let mut at = 0;
    while !wishes.is_empty() {
        assert!(at < nodes.len().min(STATES_MAX), "{}: no way to {wishes:?}", service.id);
        let life = nodes[at].0.clone();
        if wishes.remove(&Wish::End(life.stage.clone())) {
            ends.push(at);
        }
        for (step, outcome) in search.moves(&life, |_| true) {
            let turn = turn(flow, &life, step, &outcome);
            wishes.remove(&Wish::Row(step.row, life.stage.clone()));
            wishes.remove(&Wish::People(step.row, turn.2));
            if let Some(mark) = &turn.3 {
                wishes.remove(&Wish::Question(step.row, mark.clone()));
            }
            turns.entry(turn).or_insert_with(|| (at, step, outcome.life.clone()));
            if seen.insert(search.key(&outcome.life)) {
                nodes.push((outcome.life, Some((at, step))));
            }
        }
        at += 1;
    }
    let way_to = |mut node: usize| {
        let mut way = Way::new();
        while let Some((parent, step)) = nodes[node].1 {
            way.push(step);
            node = parent;
        }
        way.reverse();
        way
    };
    let ends: Vec<Way> = ends.into_iter().map(way_to).collect();
    let opened = &nodes[0].0;
    let mut covered: BTreeSet<Turn> = ends.iter().flat_map(|way| search.turns(opened, way)).collect();
    let to_turn = |node: usize, step: Move| way_to(node).into_iter().chain([step]).collect();
    let mut long: Vec<(&Turn, Way, &Life)> =
        turns.iter().map(|(turn, (node, step, life))| (turn, to_turn(*node, *step), life)).collect();
    // The longest first: others lie on them.
    long.sort_by_key(|(_, way, _)| std::cmp::Reverse(way.len()));
    let mut rows = vec![];
    for (turn, mut way, life) in long {
        if covered.contains(turn) {
            continue;
        }
        let on = search.end(life);
        way.extend(on.unwrap_or_else(|| panic!("{}: no end after {turn:?}", service.id)));
        covered.extend(search.turns(opened, &way));
        assert!(covered.contains(turn), "{}: {turn:?} is not on its own way", service.id);
        rows.push(way);
    }
    Plan { ends, rows }
}
