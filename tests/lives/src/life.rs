//! The life of a case as the tables tell it: an interpreter of rows of its own, so small that it can be read beside them.
//!
//! Where a row leaves something open, the reading taken here is said at its line.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::{CaseState, UserId};

use crate::reading::{Flow, Row, Service};

/// Somebody; 0 is the server, 1 the author.
pub type Person = u16;
pub type Args = BTreeMap<String, String>;

pub const SYSTEM: Person = 0;
pub const AUTHOR: Person = 1;
/// Where every case lies: a community. Whoever works there and the centres above it, its street's first.
pub const GRID: &str = "410102001002";
const DESKS: [&str; 4] = [GRID, "410102001", "410102", "4101"];
/// What keeps a case where it is, but for rows that need it (DOMAIN §2.3).
const HOLD: &str = "suspended";

/// The id of somebody.
pub fn id(person: Person) -> UserId {
    let [high, low] = person.to_be_bytes();
    let mut bytes = [0; 16];
    (bytes[0], bytes[15]) = (high, low);
    UserId(bytes)
}

/// Whose id it is.
pub fn person(user: &UserId) -> Person {
    let found = Person::from_be_bytes([user.0[0], user.0[15]]);
    assert_eq!(id(found), *user, "somebody from nowhere");
    found
}

/// Whether a mark is a question that waits for its answer.
pub fn is_asked(mark: &str) -> bool {
    mark.ends_with("_pending") || mark.ends_with("_endorsed")
}

/// What cannot wait by its condition, or by its service whatever the condition, is urgent; nothing else is.
fn marks_under(service: &Service, marks: BTreeSet<String>, condition: Option<&String>) -> BTreeSet<String> {
    let mut marks = marks;
    let urgent = condition.is_some_and(|condition| service.urgent.contains(condition));
    if urgent || service.marks.contains("urgent") {
        marks.insert("urgent".to_owned());
    } else {
        marks.remove("urgent");
    }
    marks
}

/// That somebody came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stay {
    pub who: Person,
    pub over: bool,
    /// Since it was confirmed.
    pub counts: bool,
    /// Whether a word was said for coming, and for leaving.
    pub said_in: bool,
    pub said_out: bool,
}

/// Everything that is decided about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    pub stage: String,
    pub acts: u64,
    pub marks: BTreeSet<String>,
    pub counts: BTreeMap<String, u32>,
    pub holders: Vec<Person>,
    pub waiting: Vec<Person>,
    pub followers: Vec<Person>,
    pub units: Vec<String>,
    pub desk: Option<String>,
    pub condition: Option<String>,
    pub into: Option<String>,
    /// Stages that it came to, with time and person.
    pub steps: Vec<(String, i64, Person)>,
    pub pauses: Vec<(i64, Option<i64>)>,
    pub extensions: Vec<String>,
    /// Units beside the one that leads: what each was asked to do, and whether that is still to be done.
    pub parts: BTreeMap<String, (Option<String>, bool)>,
    /// What was said with a question.
    pub asked: BTreeMap<String, Args>,
    /// Who came and left.
    pub stays: Vec<Stay>,
}

/// An act, as far as its row leaves it to whoever does it.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    pub who: Person,
    pub said: &'a Args,
    pub at_ms: i64,
}

/// What a row makes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// `ok`, `dup` where nothing changes, `r_taken` for a place in the line.
    pub code: &'static str,
    pub life: Life,
    pub promoted: Option<Person>,
}

impl Life {
    /// As the service opens it, by its author. The service's own stage comes before its workflow's.
    pub fn opened(service: &Service, flow: &Flow, at_ms: i64) -> Self {
        let stage = service.opens.as_ref().unwrap_or(&flow.opens).clone();
        Self {
            acts: 1,
            marks: marks_under(service, service.marks.clone(), service.conditions.first().map(|(id, _)| id)),
            counts: BTreeMap::new(),
            holders: vec![],
            waiting: vec![],
            followers: vec![],
            units: vec![],
            desk: None,
            condition: None,
            into: None,
            steps: vec![(stage.clone(), at_ms, AUTHOR)],
            pauses: vec![],
            extensions: vec![],
            parts: BTreeMap::new(),
            asked: BTreeMap::new(),
            stays: vec![],
            stage,
        }
    }

    /// What the rule has decided, in this test's words.
    pub fn of(state: &CaseState) -> Self {
        let people = |users: &[UserId]| users.iter().map(person).collect();
        let progress = &state.progress;
        Self {
            stage: state.stage.clone(),
            acts: state.act_seq,
            marks: progress.marks.iter().map(ToString::to_string).collect(),
            counts: progress.counts.clone(),
            holders: people(&state.holders),
            waiting: people(&state.waiting),
            followers: people(&state.followers),
            units: progress.units.clone(),
            desk: progress.desk.as_ref().map(ToString::to_string),
            condition: progress.condition.clone(),
            into: progress.into.map(|case| case.to_string()),
            steps: progress.steps.iter().map(|s| (s.stage.clone(), s.at_ms, person(&s.by))).collect(),
            pauses: progress.pauses.iter().map(|pause| (pause.from_ms, pause.to_ms)).collect(),
            extensions: progress.extensions.iter().map(|added| added.limit.clone()).collect(),
            parts: progress
                .parts
                .iter()
                .map(|(unit, part)| (unit.clone(), (part.task.clone(), part.done_ms.is_none())))
                .collect(),
            asked: progress.asked.iter().map(|(mark, said)| (mark.to_string(), said.clone())).collect(),
            stays: progress
                .stays
                .iter()
                .map(|stay| Stay {
                    who: person(&stay.user),
                    over: stay.out_ms.is_some(),
                    counts: stay.minutes.is_some(),
                    said_in: stay.in_word.is_some(),
                    said_out: stay.out_word.is_some(),
                })
                .collect(),
        }
    }

    /// Somebody who has had no part in the case so far; `nth` tells several apart.
    pub fn newcomer(&self, nth: u16) -> Person {
        100 + u16::try_from(self.acts).expect("a life is short") * 64 + nth
    }

    /// How often something was counted.
    pub fn count(&self, what: &str) -> u32 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// The marks that stand in the way of a row, by being there or by not being there.
    pub fn hindered<'r>(&self, row: &'r Row) -> Vec<&'r str> {
        let missing = row.needs.iter().filter(|mark| !self.marks.contains(*mark));
        let there = row.bars.iter().filter(|mark| self.marks.contains(*mark));
        let held = row.moves() && self.marks.contains(HOLD) && !row.needs.iter().any(|mark| mark == HOLD);
        missing.chain(there).map(String::as_str).chain(held.then_some(HOLD)).collect()
    }

    /// Whether a row has been done as often as it may be.
    pub fn is_spent(&self, row: &Row) -> bool {
        let count = row.counts.as_ref().map_or(0, |what| self.count(what));
        row.at_most.is_some_and(|most| count >= most)
    }

    /// Whether stage, marks and counts let a row be done.
    pub fn allows(&self, row: &Row) -> bool {
        row.from.contains(&self.stage) && self.hindered(row).is_empty() && !self.is_spent(row)
    }

    /// What a row that is allowed makes of it; none where there is nothing to do it with: no centre above the city's.
    pub fn after(&self, (service, flow): (&Service, &Flow), row: &Row, act: Done<'_>) -> Option<Outcome> {
        let mut next = self.clone();
        next.acts += 1;
        let (mut code, mut promoted) = ("ok", None);
        let unchanged = |code| Some(Outcome { code, life: self.clone(), promoted: None });
        // Whoever answers a question says what was asked, unless other words are used.
        let mut said = Args::new();
        for mark in &row.clears {
            next.marks.remove(mark);
            said.extend(next.asked.remove(mark).unwrap_or_default());
        }
        said.extend(act.said.clone());
        for mark in &row.sets {
            next.marks.insert(mark.clone());
            if is_asked(mark) {
                next.asked.insert(mark.clone(), said.clone());
            }
        }
        if let Some(what) = &row.counts {
            *next.counts.entry(what.clone()).or_default() += 1;
        }
        if let Some(condition) = said.get("condition") {
            next.condition = Some(condition.clone());
            next.marks = marks_under(service, next.marks, Some(condition));
        }
        let argument =
            |name: &str| said.get(name).unwrap_or_else(|| panic!("{}: {name} unsaid", row.id)).clone();
        match row.effect.as_str() {
            // The first who takes it leads it on; who joins finds it where it is.
            // Who has it or waits for it already is told so, and nothing else happens.
            "take" if self.holders.contains(&act.who) => return unchanged("dup"),
            "take" if self.waiting.contains(&act.who) => return unchanged("r_taken"),
            "take" if next.holders.len() < service.capacity => {
                if next.holders.is_empty() {
                    next.come_to(row.to.as_ref());
                }
                next.holders.push(act.who);
            }
            "take" => {
                code = "r_taken";
                next.waiting.push(act.who);
            }
            "give_up" => promoted = next.leave(act.who, flow, row),
            "expel" => promoted = next.holders.first().copied().and_then(|who| next.leave(who, flow, row)),
            effect => {
                next.beside(service, effect, argument, act)?;
                next.come_to(row.to.as_ref());
                // Nobody waits for what has ended.
                if row.moves() && flow.ends.contains(&next.stage) {
                    next.waiting.clear();
                }
            }
        }
        if next.stage != self.stage {
            // A question lapses where no row that needs it can be done any more.
            let can_end = |mark: &String| {
                flow.rows.iter().any(|row| row.needs.contains(mark) && row.from.contains(&next.stage))
            };
            // Whoever leaves a stage has answered whoever sent the case up from it, and what has ended is on no desk.
            let sent_up = |mark: &String| {
                (mark.starts_with("escalated") || mark == "withdrawn") && !row.sets.contains(mark)
            };
            let lapses = |mark: &&String| sent_up(mark) || (is_asked(mark) && !can_end(mark));
            let gone: Vec<String> = next.marks.iter().filter(lapses).cloned().collect();
            if flow.ends.contains(&next.stage) {
                next.desk = None;
            }
            for mark in gone {
                next.marks.remove(&mark);
                next.asked.remove(&mark);
            }
            next.steps.push((next.stage.clone(), act.at_ms, act.who));
        }
        if next == (Self { acts: next.acts, ..self.clone() }) {
            return unchanged("dup");
        }
        Some(Outcome { code, life: next, promoted })
    }

    fn stay_of(&mut self, who: Person) -> Option<&mut Stay> {
        self.stays.iter_mut().find(|stay| stay.who == who && !stay.counts)
    }

    fn come_to(&mut self, stage: Option<&String>) {
        if let Some(stage) = stage {
            self.stage.clone_from(stage);
        }
    }

    /// Effects on what is neither stage nor line, and on the people as a whole.
    fn beside(
        &mut self,
        service: &Service,
        effect: &str,
        argument: impl Fn(&str) -> String,
        act: Done<'_>,
    ) -> Option<()> {
        match effect {
            "" => {}
            "dismiss" => {
                self.holders.clear();
                self.waiting.clear();
                // Work that nobody confirmed was none.
                self.stays.retain(|stay| stay.counts);
            }
            "follow" => {
                if !self.followers.contains(&act.who) {
                    self.followers.push(act.who);
                }
            }
            "unfollow" => self.followers.retain(|who| *who != act.who),
            // "Nobody else": the line goes, too.
            "assign" => {
                self.holders = vec![person(&argument("user").parse().expect("a person"))];
                self.waiting.clear();
            }
            "dispatch" => {
                self.units = vec![argument("unit")];
                self.parts.clear();
            }
            // Who joins has a part to do, a new one where the first is done.
            "join" => {
                let unit = argument("unit");
                if !self.units.contains(&unit) {
                    self.units.push(unit.clone());
                }
                self.parts.insert(unit, (act.said.get("note").cloned(), true));
            }
            // Of somebody who works for no unit it is the part of whoever came first, and there is no second one in these lives.
            "part" => {
                let open = self.parts.values_mut().find(|(_, open)| *open);
                open.expect("a part").1 = false;
            }
            "end_parts" => self.parts.retain(|_, (_, open)| !*open),
            "recall" => {
                self.units.clear();
                self.parts.clear();
            }
            "escalate" => {
                // What neighbours were asked comes to whoever works there first; everything else its street's centre has, and the one above gets.
                let next = match &self.desk {
                    Some(here) => DESKS.iter().position(|desk| desk == here).expect("a centre") + 1,
                    None if service.nearby => 0,
                    None => 2,
                };
                self.desk = Some((*DESKS.get(next)?).to_owned());
            }
            "pause" => self.pauses.push((act.at_ms, None)),
            "resume" => self.pauses.last_mut().expect("it stands").1 = Some(act.at_ms),
            "extend" => self.extensions.push(argument("limit")),
            "merge" => self.into = Some(argument("into")),
            // Who comes is there once; who leaves takes everybody along. Whether a word that is said is right the row does not say.
            "come" => {
                if self.stay_of(act.who).is_none() {
                    self.stays.push(Stay { who: act.who, ..Stay::default() });
                }
                let said = act.said.contains_key("code");
                self.stay_of(act.who).expect("it was made").said_in |= said;
            }
            "go" => {
                if self.stay_of(act.who).is_none() {
                    self.stays.push(Stay { who: act.who, ..Stay::default() });
                }
                self.stays.iter_mut().for_each(|stay| stay.over = true);
                let said = act.said.contains_key("code");
                self.stay_of(act.who).expect("it was made").said_out |= said;
            }
            // Whatever is over counts.
            "credit" => self.stays.iter_mut().for_each(|stay| stay.counts |= stay.over),
            other => panic!("nobody here can read the effect {other}"),
        }
        Some(())
    }

    /// Somebody leaves, the next in line is promoted. The row's stage is for what nobody holds any more; while somebody does, it is as
    /// it was when it was taken.
    fn leave(&mut self, who: Person, flow: &Flow, row: &Row) -> Option<Person> {
        self.waiting.retain(|other| *other != who);
        if !self.holders.contains(&who) {
            return None;
        }
        self.holders.retain(|other| *other != who);
        self.stays.retain(|stay| stay.who != who || stay.counts);
        let promoted = (!self.waiting.is_empty()).then(|| self.waiting.remove(0));
        self.holders.extend(promoted);
        if self.holders.is_empty() {
            self.come_to(row.to.as_ref());
        } else {
            self.come_to(flow.rows.iter().find(|row| row.effect == "take").and_then(|row| row.to.as_ref()));
        }
        promoted
    }
}
