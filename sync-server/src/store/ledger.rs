//! What a batch does to chains and cases, in memory: the one procedure that preparing and sequencing share, so that they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_document::Act;
use yuandian_model::catalogue::{ActClass, INTO};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{
    Actor, Capture, CaseId, CaseState, Code, CommitId, Conduct, DeviceId, DivisionCode, Grant, Incarnation,
    Outcome, Refusal, Role, Standing, UserId, Writing, late::KEPT, refusal::Facts,
};
use yuandian_sync::StreamId;

use super::{
    ACT_SEQ, Adopted, Beside, CaseRecord, CommandPart, Concern, Doings, GateOutcome, Judge, NoShow, Origin,
    Prepared, Rights, Situation, Work,
};
use crate::limits::{CASE_LOG_BYTES_MAX, HELD_MS, HELD_PER_CASE_MAX, HELD_PER_DEVICE_MAX, LATE_GRACE_MS};
use crate::planted_places;

/// The last commit received of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainTip {
    /// Its number.
    pub n: u64,
    /// Its id.
    pub last: CommitId,
}

/// An outcome before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The code of the receipt.
    pub code: Code,
    /// Its facts.
    pub facts: Facts,
    /// Whether it gets a number.
    pub numbered: bool,
    /// Who was first, where somebody was.
    pub first: Option<UserId>,
    /// Until when it waits, ms since 1970; none for what is final.
    pub hold_until_ms: Option<i64>,
    /// What an operator has to look at, with details.
    pub concerns: Vec<(Concern, String)>,
    /// The version of the catalogue by whose rules it was judged.
    pub rules: Option<u32>,
}

impl Verdict {
    /// An outcome that changes nothing.
    #[must_use]
    pub fn still(code: Code) -> Self {
        Self {
            code,
            facts: Facts::new(),
            numbered: false,
            first: None,
            hold_until_ms: None,
            concerns: Vec::new(),
            rules: None,
        }
    }

    /// Taken or kept in the history.
    fn numbered(code: Code, facts: Facts) -> Self {
        Self { facts, numbered: true, ..Self::still(code) }
    }

    /// What it builds on never came.
    #[must_use]
    pub fn missing() -> Self {
        let facts = Facts::from([("what".to_owned(), "missing".to_owned())]);
        Self { facts, ..Self::still(Code::RGone) }.with(Concern::Missing, String::new())
    }

    fn with(mut self, concern: Concern, detail: String) -> Self {
        self.concerns.push((concern, detail));
        self
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self { facts: refusal.facts, ..Self::still(refusal.code) }
    }
}

/// What comes next for a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is judged.
    Verdict(Verdict),
    /// The gate is to be asked; then [`Ledger::after`].
    Gate {
        /// What its author may write.
        writing: Writing,
        /// Whether only by a right that has ended.
        late: bool,
    },
}

/// Chains and cases that a batch touches.
pub struct Ledger<'a> {
    judge: &'a dyn Judge,
    now_ms: i64,
    shut_out: bool,
    people: BTreeMap<UserId, Rights>,
    /// Chains by incarnation.
    pub tips: BTreeMap<Incarnation, ChainTip>,
    /// Cases by id.
    pub cases: BTreeMap<CaseId, CaseRecord>,
    /// Commits that waited and were replaced by their own device.
    pub dropped: BTreeSet<CommitId>,
    /// People's own streams that each case has been in on the way: who held it for one batch took part, too.
    pub passed: BTreeMap<CaseId, BTreeSet<StreamId>>,
    /// Who did not come, by what was decided on the way.
    pub no_shows: Vec<NoShow>,
    doings: BTreeMap<UserId, Doings>,
    /// Requests for help that each person has opened on the way.
    opened: BTreeMap<UserId, usize>,
    taken: BTreeSet<(DeviceId, CommandPart)>,
    photos: BTreeMap<(CaseId, UserId), u32>,
    named: BTreeSet<CaseId>,
    refill_until_ms: i64,
    held: BTreeMap<CommitId, DeviceId>,
    held_by_device: u64,
    held_by_case: BTreeMap<CaseId, u64>,
}

impl<'a> Ledger<'a> {
    /// A ledger over what is stored. `now_ms`: server's clock, ms since 1970.
    #[must_use]
    pub fn new(judge: &'a dyn Judge, situation: &Situation, now_ms: i64) -> Self {
        let waiting = situation.held.values().flatten();
        let device = |held: &super::Held| held.commit.open().ok().map(|envelope| (held.id, envelope.device));
        Self {
            judge,
            now_ms,
            shut_out: situation.shut_out,
            people: situation.people.clone(),
            tips: situation.tips.clone(),
            cases: situation.cases.clone(),
            dropped: BTreeSet::new(),
            passed: BTreeMap::new(),
            no_shows: Vec::new(),
            doings: situation.doings.clone(),
            opened: BTreeMap::new(),
            taken: situation.taken.clone(),
            photos: situation.photos.clone(),
            named: situation.named.clone(),
            refill_until_ms: situation.refill_until_ms,
            held: waiting.filter_map(device).collect(),
            held_by_device: situation.held_by_device,
            held_by_case: situation.held.iter().map(|(case, held)| (*case, held.len() as u64)).collect(),
        }
    }

    /// Takes a commit as far as it goes without the gate.
    pub fn before(&mut self, item: &Prepared) -> Step {
        if item.origin == Origin::Pushed {
            if self.shut_out {
                return Step::Verdict(Verdict::still(Code::RRevoked).with(Concern::Revoked, String::new()));
            }
            if let Err(refusal) = self.chain(item) {
                return Step::Verdict(refusal.into());
            }
            if let Some(old) = item.envelope.supersedes
                && self.held.get(&old) == Some(&item.envelope.device)
            {
                self.dropped.insert(old);
            }
        }
        // The same command's same part is not done a second time.
        if self.taken.contains(&taken_part(item)) {
            return Step::Verdict(Verdict::still(Code::Dup));
        }
        match &item.work {
            Work::Refused(refusal) => Step::Verdict(self.refused(item, refusal.clone())),
            Work::Act(act) => Step::Verdict(self.act(item, act)),
            Work::Content(_) => self.content(item),
        }
    }

    /// Takes a change after the gate has spoken: `None` where it was never asked.
    pub fn after(&mut self, item: &Prepared, late: bool) -> Option<Verdict> {
        let Work::Content(work) = &item.work else {
            return None;
        };
        Some(match &work.gate {
            GateOutcome::Untried => return None,
            GateOutcome::Refused(refusal) => self.refused(item, refusal.clone()),
            GateOutcome::Held => {
                self.wait(item, self.now_ms.saturating_add(HELD_MS).max(self.refill_until_ms))
            }
            GateOutcome::Duplicate => Verdict::still(Code::Dup),
            GateOutcome::Admitted { photos_added, title, photos, conflict, .. } => {
                self.content_taken(item, *photos_added);
                if let Some(record) = self.cases.get_mut(&item.envelope.document) {
                    record.title.clone_from(title);
                    record.photos = *photos;
                    record.conflict = *conflict;
                }
                let verdict = Verdict::numbered(if late { Code::OkLate } else { Code::Ok }, Facts::new());
                match &item.origin {
                    Origin::Granted { words } => Verdict { facts: said(words), ..verdict },
                    _ if late && item.adopted.is_none() => verdict.with(Concern::Late, String::new()),
                    _ => verdict,
                }
            }
        })
    }

    /// The version that the next change of a case stands on.
    #[must_use]
    pub fn version(&self, case: &CaseId) -> u64 {
        self.cases.get(case).map_or(0, |r| r.version)
    }

    /// Takes a commit into its chain: the first is 1 and has none before it, every other follows the last received. While phones refill a
    /// restored server the chain may jump: what lies between was refused, and is nobody's to bring back. What was taken before it was
    /// restored has proven its place already.
    fn chain(&mut self, item: &Prepared) -> Result<(), Refusal> {
        let envelope = &item.envelope;
        let tip = self.tips.get(&envelope.incarnation);
        let (n, prev) = tip.map_or((1, None), |tip| (tip.n.saturating_add(1), Some(tip.last)));
        if item.adopted.is_some() && envelope.n < n {
            return Ok(());
        }
        let jumps = (item.adopted.is_some() || self.refilling()) && envelope.n > n;
        if !jumps && (envelope.n != n || envelope.prev != prev) {
            return Err(Refusal::new(Code::RChain, [("n", n.to_string())]));
        }
        self.tips.insert(envelope.incarnation, ChainTip { n: envelope.n, last: item.id });
        Ok(())
    }

    fn refilling(&self) -> bool {
        self.now_ms < self.refill_until_ms
            || (self.refill_until_ms > 0 && planted::is(Bug::RefillNeverCloses))
    }

    /// A refusal for the bytes alone.
    fn refused(&self, item: &Prepared, refusal: Refusal) -> Verdict {
        let hostile = matches!(refusal.code, Code::RStructure | Code::RLimit | Code::RActor);
        let detail = refusal.facts.get("detail").cloned().unwrap_or_default();
        let verdict = Verdict::from(refusal);
        if item.adopted.is_some() {
            verdict.with(Concern::Contradiction, detail)
        } else if hostile {
            verdict.with(Concern::Hostile, detail)
        } else {
            verdict
        }
    }

    /// Lets a commit wait, within limits; what is judged for the last time has waited long enough.
    fn wait(&mut self, item: &Prepared, until_ms: i64) -> Verdict {
        let waiting = Verdict {
            facts: Facts::from([("until_ms".to_owned(), until_ms.to_string())]),
            hold_until_ms: Some(until_ms),
            ..Verdict::still(Code::HeldMissing)
        };
        match item.origin {
            Origin::Released { last: false } => waiting,
            Origin::Released { last: true } | Origin::Granted { .. } => Verdict::missing(),
            // What was taken once is as much as was taken once.
            Origin::Pushed if item.adopted.is_some() => waiting,
            Origin::Pushed => {
                let by_case = self.held_by_case.entry(item.envelope.document).or_default();
                if self.held_by_device >= HELD_PER_DEVICE_MAX || *by_case >= HELD_PER_CASE_MAX {
                    return Verdict::missing();
                }
                *by_case += 1;
                self.held_by_device += 1;
                self.held.insert(item.id, item.envelope.device);
                waiting
            }
        }
    }

    fn standing(&self, item: &Prepared) -> Standing {
        let rights = self.people.get(&item.user).cloned().unwrap_or_default();
        let capture = Capture { at_ms: item.envelope.captured.at_ms(), received_ms: item.received_ms };
        let now = Actor { user: item.user, grants: rights.grants };
        Standing::of(now, &rights.past, capture, LATE_GRACE_MS)
    }

    /// Judges an act and keeps what follows from it.
    fn act(&mut self, item: &Prepared, act: &Act) -> Verdict {
        let mut verdict = self.judged(item, act);
        if planted::is(Bug::RefusalTellsDistance)
            && verdict.code.is_refused()
            && let Some(metres) = planted_places::distance_m(&item.envelope.document)
        {
            verdict.facts.insert("distance_m".to_owned(), metres.round().to_string());
        }
        if let Some(record) = self.cases.get(&item.envelope.document)
            && verdict.hold_until_ms.is_none()
        {
            verdict.facts.insert(ACT_SEQ.to_owned(), record.state.act_seq.to_string());
        }
        verdict
    }

    fn judged(&mut self, item: &Prepared, act: &Act) -> Verdict {
        let document = item.envelope.document;
        let record = self.cases.get(&document);
        if let Err(refusal) = room(record, item) {
            return refusal.into();
        }
        let state = record.map(|record| record.state.clone());
        let state = state.as_ref();
        if let Some(adopted) = &item.adopted {
            return self.adopt(item, act, adopted);
        }
        if let Origin::Granted { words } = &item.origin {
            if state.is_none() {
                return Verdict::still(Code::RGone);
            }
            self.note(item);
            let mut facts = said(words);
            facts.insert(KEPT.0.to_owned(), KEPT.1.to_owned());
            return Verdict::numbered(Code::OkLate, facts);
        }
        let photos = self.photos.get(&(document, item.user)).copied().unwrap_or_default();
        let judged = self.judge.act(
            state,
            (act, item.envelope.schema),
            &self.standing(item),
            Beside { photos, conduct: self.conduct(item, state), ..beside(item) },
        );
        let judged = judged.and_then(|outcome| self.goes_on(&document, outcome));
        if self.refilling() && must_wait(self.judge.class(state, act), &judged) {
            return self.wait(item, self.refill_until_ms);
        }
        match judged {
            Err(refusal) => refusal.into(),
            Ok(Outcome::Kept { code, facts }) => {
                self.note(item);
                let verdict = Verdict::numbered(code, facts);
                if code == Code::OkLate { verdict.with(Concern::Late, String::new()) } else { verdict }
            }
            Ok(Outcome::Done { ruling, late }) => {
                let ruling = *ruling;
                let numbered = state != Some(&ruling.next);
                if numbered {
                    self.enter(item, act, ruling.next);
                }
                let code = if late { Code::OkLate } else { ruling.code };
                let verdict =
                    Verdict { facts: ruling.facts, numbered, first: ruling.first, ..Verdict::still(code) };
                if late { verdict.with(Concern::Late, String::new()) } else { verdict }
            }
        }
    }

    /// What an act's author does beside its case, as this batch leaves it, and who of those in line could not move up. Counted for help alone.
    fn conduct(&self, item: &Prepared, state: Option<&CaseState>) -> Conduct {
        let document = &item.envelope.document;
        let Some(state) = state else {
            let before = self.doings.get(&item.user).map_or(0, |doings| doings.opened.len());
            let new = self.opened.get(&item.user).copied().unwrap_or_default();
            return Conduct { opened: before + new, ..Conduct::default() };
        };
        if !state.service.is_help() {
            return Conduct::default();
        }
        let unfit =
            |user: &&UserId| !self.judge.may_take(state, &self.conduct_of(user, document), item.received_ms);
        Conduct {
            unfit: state.waiting.iter().filter(unfit).copied().collect(),
            ..self.conduct_of(&item.user, document)
        }
    }

    /// What somebody works on beside a case, and until when they rest.
    fn conduct_of(&self, user: &UserId, beside: &CaseId) -> Conduct {
        let mut doings = self.doings.get(user).cloned().unwrap_or_default();
        for (id, record) in &self.cases {
            if record.state.holders.contains(user) && self.judge.occupies(&record.state) {
                doings.working_on.insert(*id);
            } else {
                doings.working_on.remove(id);
            }
        }
        let missed = self.no_shows.iter().filter(|missed| missed.user == *user);
        doings.no_shows_ms.extend(missed.map(|missed| missed.at_ms));
        let met =
            self.cases.get(beside).map(|record| record.state.holders.iter().chain([&record.state.author]));
        doings.conduct(beside, met.into_iter().flatten())
    }

    /// A case goes on in another only where that one is, and goes on itself.
    fn goes_on(&self, document: &CaseId, outcome: Outcome) -> Result<Outcome, Refusal> {
        let into = match &outcome {
            Outcome::Done { ruling, .. } => ruling.next.progress.into,
            Outcome::Kept { .. } => None,
        };
        let before = self.cases.get(document).and_then(|record| record.state.progress.into);
        let no = |code| Err(Refusal::new(code, [("argument", INTO.to_owned())]));
        match into.filter(|into| Some(*into) != before) {
            Some(into) if into == *document => no(Code::RSchema),
            Some(into) if !self.may_go_on_in(&into) => no(Code::RGone),
            _ => Ok(outcome),
        }
    }

    /// Whether a case is there and was not merged itself, as this batch leaves it.
    fn may_go_on_in(&self, case: &CaseId) -> bool {
        self.cases
            .get(case)
            .map_or_else(|| self.named.contains(case), |record| record.state.progress.into.is_none())
    }

    /// An act whose verdict an earlier epoch has given: that stands, whatever the rule says now. It is applied in the order of its number.
    fn adopt(&mut self, item: &Prepared, act: &Act, adopted: &Adopted) -> Verdict {
        let record = self.cases.get(&item.envelope.document);
        let known = record.map(|record| record.state.clone());
        let grid = match (&known, &act.report) {
            (Some(state), _) => state.grid.clone(),
            (None, Some(report)) => report.grid.clone(),
            (None, None) => return self.orphaned(item),
        };
        let verdict = Verdict::numbered(adopted.code, adopted.facts.clone());
        if adopted.facts.get(KEPT.0).is_some_and(|kept| kept == KEPT.1) && known.is_some() {
            self.note(item);
            return verdict;
        }
        let before = known.as_ref().map_or(0, |state| state.act_seq);
        let after = adopted.act_seq.unwrap_or_default();
        let lost = after.saturating_sub(before + 1);
        if lost > 0 && self.refilling() {
            return self.wait(item, self.refill_until_ms);
        }
        // The receipt proves that its author had the right; what was expected was met.
        let asked = Act { expects: None, ..act.clone() };
        let standing = Standing::present(all_powerful(item.user, &grid));
        let judged = self.judge.act(
            known.as_ref(),
            (&asked, item.envelope.schema),
            &standing,
            Beside { photos: u32::MAX, ..beside(item) },
        );
        let (next, agrees) = match judged {
            Ok(Outcome::Done { ruling, .. }) => {
                let agrees =
                    ruling.code == adopted.code || (ruling.code == Code::Ok && adopted.code == Code::OkLate);
                (Some(ruling.next), agrees)
            }
            Ok(Outcome::Kept { .. }) | Err(_) => (known, false),
        };
        let Some(mut next) = next else {
            return self.orphaned(item).with(Concern::Contradiction, act.name.clone());
        };
        next.act_seq = next.act_seq.max(after);
        self.enter(item, act, next);
        let verdict = if agrees { verdict } else { verdict.with(Concern::Contradiction, act.name.clone()) };
        match lost {
            0 => verdict,
            _ => verdict.with(Concern::Lost, format!("{}-{}", before + 1, after - 1)),
        }
    }

    /// What was taken before the server was restored, of a case that nobody has brought back yet.
    fn orphaned(&mut self, item: &Prepared) -> Verdict {
        if self.refilling() { self.wait(item, self.refill_until_ms) } else { Verdict::missing() }
    }

    /// Whether the gate is to be asked for a change.
    fn content(&mut self, item: &Prepared) -> Step {
        let record = self.cases.get(&item.envelope.document);
        let known = record.is_some();
        if let Err(refusal) = room(record, item) {
            return Step::Verdict(refusal.into());
        }
        if !known && (item.adopted.is_some() || self.refilling()) {
            // Its case comes back with the phone that opened it, which may be later than the window.
            let until_ms = self.now_ms.saturating_add(HELD_MS).max(self.refill_until_ms);
            return Step::Verdict(self.wait(item, until_ms));
        }
        if let Some(adopted) = &item.adopted {
            return Step::Gate { writing: Writing::Everything, late: adopted.code == Code::OkLate };
        }
        if known && matches!(item.origin, Origin::Granted { .. }) {
            return Step::Gate { writing: Writing::Everything, late: true };
        }
        match self.judge.may_write(record.map(|r| &r.state), &self.standing(item), item.received_ms) {
            Ok((writing, late)) => Step::Gate { writing, late },
            // Rights and holders may still come.
            Err(_) if self.refilling() => Step::Verdict(self.wait(item, self.refill_until_ms)),
            Err(refusal) => Step::Verdict(refusal.into()),
        }
    }

    fn content_taken(&mut self, item: &Prepared, photos: u32) {
        if let Some(record) = self.cases.get_mut(&item.envelope.document) {
            record.version += 1;
            record.log_bytes += item.cost();
            self.taken.insert(taken_part(item));
            *self.photos.entry((item.envelope.document, item.user)).or_default() += photos;
        }
    }

    /// Keeps an act in the history without effect.
    fn note(&mut self, item: &Prepared) {
        if let Some(record) = self.cases.get_mut(&item.envelope.document) {
            record.log_bytes += item.cost();
            self.taken.insert(taken_part(item));
        }
    }

    /// Keeps the state after an act.
    fn enter(&mut self, item: &Prepared, act: &Act, next: CaseState) {
        let document = item.envelope.document;
        let opened_ms = self.now_ms;
        if let Some(before) = self.cases.get(&document).filter(|before| self.judge.expels(&before.state, act))
        {
            let gone = before.state.holders.iter().filter(|user| !next.holders.contains(user));
            let missed = |user: &UserId| NoShow {
                user: *user,
                document,
                act_seq: next.act_seq,
                at_ms: item.received_ms,
            };
            self.no_shows.extend(gone.map(missed));
        }
        let own = self.judge.streams(&next).into_iter().filter(StreamId::is_own);
        self.passed.entry(document).or_default().extend(own);
        if next.service.is_help() && !self.cases.contains_key(&document) {
            *self.opened.entry(next.author).or_default() += 1;
        }
        let record = self.cases.entry(document).or_insert_with(|| CaseRecord {
            id: document,
            partition: self.judge.partition(&next.grid),
            state: next.clone(),
            place: act.report.as_ref().and_then(|report| report.place),
            opened_ms,
            touched_ms: opened_ms,
            version: 0,
            log_bytes: 0,
            title: String::new(),
            photos: 0,
            conflict: false,
            aged: false,
        });
        record.state = next;
        record.log_bytes += item.cost();
        self.taken.insert(taken_part(item));
    }
}

/// What is known of an act beside by itself.
fn beside(item: &Prepared) -> Beside {
    Beside {
        case: item.envelope.document,
        photos: 0,
        conduct: Conduct::default(),
        captured_ms: item.envelope.captured.at_ms(),
        received_ms: item.received_ms,
    }
}

/// An operator's words as a fact, if there are any.
fn said(words: &str) -> Facts {
    let spoken = (!words.is_empty()).then(|| ("words".to_owned(), words.to_owned()));
    spoken.into_iter().collect()
}

fn taken_part(item: &Prepared) -> (DeviceId, CommandPart) {
    (item.envelope.device, CommandPart::of(&item.envelope))
}

/// Whether a new act waits until phones have brought back what was decided before: what decides waits always, what only adds where it would be
/// refused for what may still come.
fn must_wait(class: Option<ActClass>, judged: &Result<Outcome, Refusal>) -> bool {
    match judged {
        Ok(Outcome::Done { .. }) => class.is_some_and(|class| class != ActClass::Additive),
        Ok(Outcome::Kept { .. }) => true,
        Err(refusal) => {
            matches!(refusal.code, Code::RGone | Code::RState | Code::RRole | Code::RScope | Code::RExpects)
        }
    }
}

/// Somebody with every role in a division.
fn all_powerful(user: UserId, grid: &DivisionCode) -> Actor {
    Actor { user, grants: Role::ALL.iter().map(|role| Grant::new(*role, grid.clone())).collect() }
}

/// A case must fit one page of a phone that starts anew. The files that the commit names are not counted yet: one pass knows them before it
/// asks, the other after, and both must decide the same. So a case is over its limit by the files of one commit at most.
fn room(record: Option<&CaseRecord>, item: &Prepared) -> Result<(), Refusal> {
    if record.map_or(0, |r| r.log_bytes) + item.pulled_bytes() > CASE_LOG_BYTES_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", CASE_LOG_BYTES_MAX.to_string())]));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
