//! Goes a way with the rule. Before each step the same act is tried in every wrong manner, after it the whole state is compared with what
//! the interpreter made of the row.
//!
//! Every attempt is wrong in one point alone, so that no order among the points decides; where two meet, the reading is said there.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::{ActRequest, Actor, CaseState, Catalogue, Code, Expects, Mark, Refusal, Ruling, judge};

use crate::people::{ELSEWHERE, below, in_turn, parties, somebody, strangers, with_role};
use crate::plan::{Move, Part, Way};
use yuandian_lives::life::{self, Args, Done, GRID, Life, id};
use yuandian_lives::reading::{Flow, Reading, Row, Service};
use yuandian_lives::says;

/// 09:00 in Zhengzhou on a working Monday.
pub const MORNING_MS: i64 = 1_772_413_200_000;
const MINUTE_MS: i64 = 60_000;
/// Longer than every limit of the catalogue.
const TOO_LATE_MS: i64 = 2_000 * 24 * 60 * MINUTE_MS;
/// In what an attempt was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    Role,
    Level,
    Place,
    Stage,
    Photos,
    Argument,
    Mark,
    Limit,
    Stale,
    Opening,
}

impl Wrong {
    /// What can be wrong with an act of a case that is there.
    pub const OF_ACTS: [Wrong; 9] = [
        Wrong::Role,
        Wrong::Level,
        Wrong::Place,
        Wrong::Stage,
        Wrong::Photos,
        Wrong::Argument,
        Wrong::Mark,
        Wrong::Limit,
        Wrong::Stale,
    ];
}

/// What was tried, with how many acts carried out.
#[derive(Debug, Default)]
pub struct Tally {
    pub walks: u32,
    pub steps: u32,
    pub refused: BTreeMap<Wrong, u32>,
    /// Rows that were carried out.
    pub done: BTreeSet<String>,
}

/// The tables and the rule that is held to them.
#[derive(Clone, Copy)]
pub struct Ground<'t> {
    pub catalogue: &'t Catalogue,
    pub reading: &'t Reading,
    pub service: &'t Service,
    pub flow: &'t Flow,
}

/// An act that should be taken; attempts change it in one point.
#[derive(Clone)]
struct Attempt {
    actor: Actor,
    args: Args,
    photos: u32,
    expects: Expects,
    at_ms: i64,
}

/// A case on its way.
pub struct Walk<'t> {
    ground: Ground<'t>,
    tally: &'t mut Tally,
    /// Stages with marks in which every other act was tried.
    known: &'t mut BTreeSet<(String, BTreeSet<String>)>,
    state: CaseState,
    life: Life,
    now_ms: i64,
}

impl<'t> Walk<'t> {
    /// Takes a case that was just opened the way to its end.
    pub fn go(
        ground: Ground<'t>,
        state: CaseState,
        way: &Way,
        known: &'t mut BTreeSet<(String, BTreeSet<String>)>,
        tally: &'t mut Tally,
    ) {
        let life = Life::of(&state);
        tally.walks += 1;
        let mut walk = Self { ground, tally, known, state, life, now_ms: MORNING_MS };
        for step in way {
            walk.others();
            walk.step(*step);
        }
        walk.others();
        assert!(ground.flow.ends.contains(&walk.life.stage), "{}: no end", ground.service.id);
    }

    fn judged(&self, state: &CaseState, row: &str, attempt: &Attempt) -> Result<Ruling, Refusal> {
        let request = ActRequest {
            expects: Some(&attempt.expects),
            photos: attempt.photos,
            args: Some(&attempt.args),
            at_ms: attempt.at_ms,
            // Who says a word knows it here.
            word: Some(true),
            ..ActRequest::named(row)
        };
        judge(self.ground.catalogue, Some(state), &request, &attempt.actor)
    }

    /// Tries what must be refused: with a code, and with facts of which each must be one of those named.
    fn refused(&mut self, wrong: Wrong, row: &Row, attempt: &Attempt, code: Code, facts: &[(&str, &[&str])]) {
        let state = self.state.clone();
        self.refused_in(&state, wrong, row, attempt, (code, facts));
    }

    fn refused_in(
        &mut self,
        state: &CaseState,
        wrong: Wrong,
        row: &Row,
        attempt: &Attempt,
        (code, facts): (Code, &[(&str, &[&str])]),
    ) {
        let at = || format!("{} {} in {:?}: {wrong:?}", self.ground.service.id, row.id, Life::of(state));
        let refusal = match self.judged(state, &row.id, attempt) {
            Err(refusal) => refusal,
            Ok(ruling) => panic!("{}: taken, {}", at(), ruling.code),
        };
        assert_eq!(refusal.code, code, "{}: {refusal}", at());
        for (fact, values) in facts {
            let told =
                refusal.facts.get(*fact).unwrap_or_else(|| panic!("{}: no fact {fact} in {refusal}", at()));
            assert!(values.contains(&told.as_str()), "{}: {refusal}, not {fact} of {values:?}", at());
        }
        *self.tally.refused.entry(wrong).or_default() += 1;
    }

    /// The act as it should be, by one of its parties.
    fn attempt(&self, row: &Row, actor: Actor) -> Attempt {
        let Ground { reading, service, .. } = self.ground;
        let last_ms = self.life.steps.last().map_or(0, |(_, at_ms, _)| *at_ms);
        let due_ms = row.after.as_deref().map_or(0, |after| after_ms(after, last_ms));
        // What decides is written against the last act; what adds or is contended may be behind any number of others.
        let expects = if row.class == "exclusive" {
            Expects {
                stage: Some(self.life.stage.clone()),
                act_seq: Some(self.life.acts),
                assignee: self.state.holders.first().copied(),
            }
        } else {
            Expects {
                stage: Some("long_gone".into()),
                act_seq: Some(0),
                assignee: self.state.holders.last().copied(),
            }
        };
        let at_ms = (self.now_ms + MINUTE_MS).max(due_ms);
        let all = self.life.acts.is_multiple_of(2);
        let args = says::arguments(reading, service, row, &self.life, (all, at_ms));
        Attempt { actor, args, photos: row.photos(service), expects, at_ms }
    }

    /// One row: every wrong manner first, then every right party; the case goes on from the last of them.
    fn step(&mut self, step: Move) {
        let Ground { service, flow, .. } = self.ground;
        let row = &flow.rows[step.row];
        assert!(self.life.allows(row), "{}: {} was planned in {:?}", service.id, row.id, self.life);
        let mut right = parties(service, row, &self.life, step.part);
        // Each of them has its turn to be the one whose act stays.
        let turn = self.turn() + step.row;
        let first = turn % right.len();
        right.rotate_left(first);
        let attempt = self.attempt(row, right[0].clone());
        self.wrong_people(row, &attempt);
        self.wrong_evidence(row, &attempt);
        self.wrong_marks(row, &attempt);
        self.wrong_facts(row, &attempt);
        let mut next = None;
        let last = right.last().expect("somebody can do it").clone();
        for actor in right {
            let attempt = self.attempt(row, actor);
            next = Some((self.taken(row, &self.state, &self.life, &attempt), attempt.at_ms));
            self.tally.steps += 1;
        }
        self.tally.done.insert(row.id.clone());
        let ((state, life), now_ms) = next.expect("somebody can do it");
        (self.state, self.life, self.now_ms) = (state, life, now_ms);
        self.again(row, &last);
    }

    fn turn(&self) -> usize {
        usize::try_from(self.life.acts).expect("a life is short")
    }

    /// The same act by the same person once more: where it would change nothing, nothing is changed, and that is told.
    fn again(&mut self, row: &Row, actor: &Actor) {
        let Ground { service, flow, .. } = self.ground;
        let attempt = self.attempt(row, actor.clone());
        if !self.life.allows(row) {
            return;
        }
        // Who has left has no part in it any more.
        if row.effect == "give_up" {
            self.refused(Wrong::Role, row, &attempt, Code::RRole, &[("act", &[&row.id])]);
            return;
        }
        let done = Done { who: life::person(&actor.user), said: &attempt.args, at_ms: attempt.at_ms };
        let outcome = self.life.after((service, flow), row, done);
        if outcome.is_some_and(|outcome| outcome.life == self.life) {
            self.taken(row, &self.state, &self.life, &attempt);
        }
    }

    /// Judges what must be taken and compares all that comes of it.
    fn taken(&self, row: &Row, state: &CaseState, life: &Life, attempt: &Attempt) -> (CaseState, Life) {
        let Ground { service, flow, .. } = self.ground;
        let at = || format!("{} {} in {life:?}", service.id, row.id);
        let who = life::person(&attempt.actor.user);
        let done = Done { who, said: &attempt.args, at_ms: attempt.at_ms };
        let outcome =
            life.after((service, flow), row, done).unwrap_or_else(|| panic!("{}: nothing to do", at()));
        let ruling =
            self.judged(state, &row.id, attempt).unwrap_or_else(|refusal| panic!("{}: {refusal}", at()));
        let next = &ruling.next;
        assert_eq!(ruling.code.id(), outcome.code, "{}", at());
        assert_eq!(Life::of(next), outcome.life, "{}", at());
        assert_eq!(ruling.promoted, outcome.promoted.map(id), "{}", at());
        let place = outcome.life.waiting.iter().position(|waits| *waits == who);
        let position = place.filter(|_| outcome.code == "r_taken").map(|index| (index + 1).to_string());
        assert_eq!(ruling.facts.get("position"), position.as_ref(), "{}", at());
        // What it is, where it lies, whose it is and under which catalogue never changes.
        assert_eq!((&next.service, next.catalogue), (&state.service, state.catalogue), "{}", at());
        assert_eq!((&next.grid, next.author), (&state.grid, state.author), "{}", at());
        (ruling.next, outcome.life)
    }

    fn wrong_people(&mut self, row: &Row, attempt: &Attempt) {
        let service = self.ground.service;
        let (roles, turn) = (row.roles(service), self.life.acts);
        // Who does not follow has nothing to leave, and who follows may, whatever they are: nobody is the wrong one.
        if row.effect == "unfollow" {
            return;
        }
        if let Some(level) = service.vetting.as_ref().filter(|_| row.vetted) {
            let attempt = Attempt { actor: below(&attempt.actor, level), ..attempt.clone() };
            let facts: &[(&str, &[&str])] = &[("act", &[&row.id]), ("level", &[level])];
            self.refused(Wrong::Level, row, &attempt, Code::RRole, facts);
        }
        let act: &[(&str, &[&str])] = &[("act", &[&row.id])];
        let role = in_turn(&strangers(&roles), turn);
        let who = self.life.newcomer(40);
        for actor in [with_role(who, role, GRID), somebody(who)] {
            self.refused(Wrong::Role, row, &Attempt { actor, ..attempt.clone() }, Code::RRole, act);
        }
        for (nth, role) in roles.into_iter().enumerate() {
            let far = in_turn(&ELSEWHERE, turn + nth as u64);
            let actor = with_role(self.life.newcomer(50), role, far);
            let facts: &[(&str, &[&str])] = &[("grid", &[GRID])];
            self.refused(Wrong::Place, row, &Attempt { actor, ..attempt.clone() }, Code::RScope, facts);
        }
    }

    fn wrong_evidence(&mut self, row: &Row, attempt: &Attempt) {
        let Ground { reading, service, .. } = self.ground;
        if let Some(photos) = row.photos(service).checked_sub(1) {
            let needed = row.photos(service).to_string();
            let facts: &[(&str, &[&str])] = &[("needs", &["photo"]), ("limit", &[&needed])];
            self.refused(Wrong::Photos, row, &Attempt { photos, ..attempt.clone() }, Code::RExpects, facts);
        }
        for (name, required) in &row.args {
            let facts: &[(&str, &[&str])] = &[("argument", &[name])];
            let mut args = attempt.args.clone();
            if *required {
                args.remove(name);
                let unsaid = Attempt { args: args.clone(), ..attempt.clone() };
                self.refused(Wrong::Argument, row, &unsaid, Code::RSchema, facts);
            }
            args.insert(name.clone(), says::nonsense(reading, name).to_owned());
            self.refused(Wrong::Argument, row, &Attempt { args, ..attempt.clone() }, Code::RSchema, facts);
        }
    }

    /// The same case with one mark more or less.
    fn wrong_marks(&mut self, row: &Row, attempt: &Attempt) {
        let hold = "suspended".to_owned();
        let held = row.moves() && !row.needs.contains(&hold);
        let missing = row.needs.iter().map(|mark| ("missing", mark));
        let there = row.bars.iter().chain(held.then_some(&hold)).map(|mark| ("mark", mark));
        for (fact, mark) in missing.chain(there) {
            let mut state = self.state.clone();
            let known: Mark = mark.parse().expect(mark);
            if !state.progress.marks.remove(&known) {
                state.progress.marks.insert(known);
            }
            let facts: &[(&str, &[&str])] =
                &[("stage", &[&self.life.stage.clone()]), ("act", &[&row.id]), (fact, &[mark])];
            self.refused_in(&state, Wrong::Mark, row, attempt, (Code::RState, facts));
        }
    }

    /// Too often, too late, or against what is no longer so.
    fn wrong_facts(&mut self, row: &Row, attempt: &Attempt) {
        if let (Some(what), Some(most)) = (&row.counts, row.at_most) {
            let mut state = self.state.clone();
            state.progress.counts.insert(what.clone(), most);
            let limit = most.to_string();
            let facts: &[(&str, &[&str])] = &[("act", &[&row.id]), ("limit", &[&limit])];
            self.refused_in(&state, Wrong::Limit, row, attempt, (Code::RLimit, facts));
            state.progress.counts.insert(what.clone(), most - 1);
            self.taken(row, &state, &Life::of(&state), attempt);
        }
        self.too_much(row, attempt);
        if row.in_time && self.has_clock() {
            let late = Attempt { at_ms: self.now_ms + TOO_LATE_MS, ..attempt.clone() };
            let facts: &[(&str, &[&str])] = &[("act", &[&row.id]), ("limit", &["time"])];
            self.refused(Wrong::Limit, row, &late, Code::RLimit, facts);
        }
        let stranger = Some(id(self.life.newcomer(45)));
        let right = &attempt.expects;
        let stale = match row.class.as_str() {
            "exclusive" => vec![
                Expects { act_seq: Some(self.life.acts - 1), ..right.clone() },
                Expects { act_seq: Some(self.life.acts + 1), ..right.clone() },
                Expects { stage: Some("long_gone".into()), ..right.clone() },
                Expects { assignee: stranger, ..right.clone() },
            ],
            // What adds belongs to the work of whoever holds it.
            "additive" if !matches!(row.effect.as_str(), "follow" | "unfollow") => {
                vec![Expects { assignee: stranger, ..right.clone() }]
            }
            _ => vec![],
        };
        let (stage, acts) = (self.life.stage.clone(), self.life.acts.to_string());
        for expects in stale {
            let facts: &[(&str, &[&str])] = &[("stage", &[&stage]), ("act_seq", &[&acts])];
            self.refused(Wrong::Stale, row, &Attempt { expects, ..attempt.clone() }, Code::RExpects, facts);
        }
    }

    /// A day too far ahead or behind, and more time than may be added in all.
    fn too_much(&mut self, row: &Row, attempt: &Attempt) {
        let reading = self.ground.reading;
        let days = |limit: &str| limit.strip_suffix(" day").and_then(|days| days.parse::<i64>().ok());
        for (name, _) in &row.args {
            let Some(within) = &reading.arguments[name].within else { continue };
            let facts: &[(&str, &[&str])] = &[("act", &[&row.id]), ("within", &[within])];
            for day in [0, -1, days(within).expect("days") + 1] {
                let mut args = attempt.args.clone();
                args.insert(name.clone(), says::day(attempt.at_ms, day));
                self.refused(Wrong::Limit, row, &Attempt { args, ..attempt.clone() }, Code::RLimit, facts);
            }
        }
        if let Some(most) = &row.up_to {
            let (amount, unit) = most.split_once(' ').expect(most);
            let mut args = attempt.args.clone();
            let more = amount.parse::<u32>().expect(most) + 1;
            args.insert("limit".to_owned(), format!("{more} {unit}"));
            let facts: &[(&str, &[&str])] = &[("act", &[&row.id]), ("up_to", &[most])];
            self.refused(Wrong::Limit, row, &Attempt { args, ..attempt.clone() }, Code::RLimit, facts);
        }
    }

    /// Whether the condition of the case limits a clock that runs in its stage.
    fn has_clock(&self) -> bool {
        let Ground { service, flow, .. } = self.ground;
        let named =
            |(id, _): &&(String, BTreeSet<String>)| self.life.condition.as_ref().is_none_or(|c| c == id);
        let limits = service.conditions.iter().find(named).map(|(_, limits)| limits);
        limits
            .into_iter()
            .flatten()
            .any(|clock| flow.clocks.get(clock).is_some_and(|stages| stages.contains(&self.life.stage)))
    }

    /// Acts that are not possible here: all of them where the case is like this for the first time, else one in turn.
    fn others(&mut self) {
        let Ground { service, flow, .. } = self.ground;
        let all = self.known.insert((self.life.stage.clone(), self.life.marks.clone()));
        let impossible: Vec<&Row> = flow.rows.iter().filter(|row| !self.life.allows(row)).collect();
        let one = self.turn() % impossible.len().max(1);
        let tried = if all { &impossible[..] } else { &impossible[one..impossible.len().min(one + 1)] };
        for row in tried {
            let stage = self.life.stage.clone();
            let mut facts: Vec<(&str, &[&str])> = vec![];
            let (stage, act) = ([stage.as_str()], [row.id.as_str()]);
            let elsewhere = !row.from.contains(&self.life.stage);
            let hindered = self.life.hindered(row);
            let limit = row.at_most.map(|most| most.to_string()).unwrap_or_default();
            let limit = [limit.as_str()];
            let (wrong, code) = if elsewhere {
                facts.extend([("stage", &stage[..]), ("act", &act[..])]);
                (Wrong::Stage, Code::RState)
            } else if hindered.is_empty() {
                facts.extend([("act", &act[..]), ("limit", &limit[..])]);
                (Wrong::Limit, Code::RLimit)
            } else {
                // A mark is told before a limit: the rule names `r_state` before `r_limit`. Of several marks any may be told.
                // One that is missing is told before one that is there.
                let lacks = row.needs.iter().any(|mark| !self.life.marks.contains(mark));
                let fact = if lacks { "missing" } else { "mark" };
                facts.extend([("stage", &stage[..]), ("act", &act[..]), (fact, &hindered[..])]);
                (Wrong::Mark, Code::RState)
            };
            for actor in parties(service, row, &self.life, Part::Any) {
                let attempt = self.attempt(row, actor);
                self.refused(wrong, row, &attempt, code, &facts);
            }
            // Where the stage is another, somebody who has no part in it is told about the case, not about roles.
            if elsewhere && row.effect != "unfollow" {
                let role = in_turn(&strangers(&row.roles(service)), self.life.acts);
                let attempt = self.attempt(row, with_role(self.life.newcomer(40), role, GRID));
                self.refused(wrong, row, &attempt, code, &facts);
            }
        }
        self.closed_to_followers();
    }

    /// What is not public has no summary that somebody could follow: in no stage, by nobody.
    fn closed_to_followers(&mut self) {
        let Ground { service, flow, .. } = self.ground;
        for row in flow.rows.iter().filter(|row| row.effect == "follow" && !row.is_open_in(service)) {
            for role in row.roles(service) {
                let attempt = self.attempt(row, with_role(self.life.newcomer(40), role, GRID));
                self.refused(Wrong::Role, row, &attempt, Code::RRole, &[("act", &[&row.id])]);
            }
        }
    }
}

/// When the server does something of its own.
fn after_ms(after: &str, since_ms: i64) -> i64 {
    // A day that was said is not far, and no service waits longer for an answer.
    let Some((amount, unit)) = after.split_once(' ') else {
        assert!(matches!(after, "@until" | "@routing" | "@routing_twice"), "nobody here can read {after}");
        return since_ms + (says::UNTIL_DAYS + 1) * 24 * 60 * MINUTE_MS;
    };
    let minutes = match unit {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        other => panic!("nobody here can read the unit {other}"),
    };
    since_ms + amount.parse::<i64>().expect(after) * minutes * MINUTE_MS
}
