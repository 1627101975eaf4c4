//! What the operator does to cases and commits: cases are moved and opened again, appeals and the operator's list are answered.

use yuandian_document::Content;
use yuandian_document::envelope::Kind;
use yuandian_model::{CaseId, DivisionCode, UserId};
use yuandian_server::hub::Answered;
use yuandian_server::problem::Problem;
use yuandian_server::store::{AppealLine, Authority as _, Quarantined, ServerAct, Store as _};

use crate::input::Part;
use crate::invariant::Step;
use crate::reference::What;
use crate::shape::GRIDS;
use crate::situation::Situation;
use crate::world::World;

/// What an operator says.
const WORDS: &str = "Seen.";

impl World {
    /// The operator does something to a case or a commit, or nothing.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn operate(&mut self) -> Step {
        let choice = self.input.below(Part::Operator, 8);
        if !self.server.is_up() {
            return Ok(());
        }
        // What an operator does is on a calm day: whether it was done is known.
        self.server.disk.forget_faults();
        match choice {
            1 | 2 => self.move_a_case(),
            3 => self.reopen_a_case(),
            4.. => {
                self.answer_an_appeal();
                self.answer_the_list();
            }
            _ => return Ok(()),
        }
        self.after_server_step()
    }

    /// One of the newest cases, drawn: they are what people write to.
    fn drawn_case(&mut self, fits: impl Fn(&Self, &CaseId) -> bool) -> Option<CaseId> {
        let drawn = self.input.below(Part::Operator, 8);
        let cases: Vec<CaseId> =
            self.reference.cases().keys().rev().filter(|case| fits(self, case)).copied().collect();
        (!cases.is_empty()).then(|| cases[drawn % cases.len()])
    }

    fn move_a_case(&mut self) {
        let to = GRIDS[self.input.below(Part::Operator, 8) % GRIDS.len()];
        let Some(case) = self.drawn_case(|_, _| true) else { return };
        // Half of the cases go to where somebody works.
        let drawn = self.input.byte(Part::Operator);
        let home = &self.devices[usize::from(drawn / 2) % self.devices.len()].person.grid;
        let to: DivisionCode =
            if drawn.is_multiple_of(2) { home.clone() } else { to.parse().expect("a code of the table") };
        let now = self.server_ms();
        let heads = self.server.is_partitioned().then(|| self.heads());
        let (Some(hub), Some(store)) = (self.server.hub(), self.server.store()) else { return };
        let Ok(ServerAct::Done { .. }) = store.move_case(&case, &to, &*hub.rules(), now) else { return };
        let pending = self.devices.iter().any(|device| {
            let waits = |line: &yuandian_device::view::OutboxLine| line.case == case.to_string();
            device.phone.as_ref().is_some_and(|phone| phone.outbox().is_ok_and(|all| all.iter().any(waits)))
        });
        self.situations.reached(Situation::CaseMoved);
        // Its commits get numbers of the new partition: those that they had are nobody's any more.
        if let Some(heads) = heads {
            self.unlogged_since(heads);
        }
        self.situations.reached_if(pending, Situation::MovedWithWork);
        self.reference.moved(&case, &to);
        self.trace.add(self.now_ms, &[16], || format!("{case} is moved to {to}"));
    }

    fn reopen_a_case(&mut self) {
        let Some(case) = self.drawn_case(|world, case| world.reference.is_over(case)) else { return };
        let now = self.server_ms();
        let (Some(hub), Some(store)) = (self.server.hub(), self.server.store()) else { return };
        let Ok(ServerAct::Done { .. }) = store.reopen_case(&case, &*hub.rules(), now) else { return };
        self.situations.reached(Situation::CaseReopened);
        self.reference.reopened(&case);
        self.trace.add(self.now_ms, &[17], || format!("{case} is open again"));
    }

    fn answer_an_appeal(&mut self) {
        let granted = self.input.below(Part::Operator, 2) == 1;
        let now = self.server_ms();
        let (Some(hub), Some(store)) = (self.server.hub(), self.server.store()) else { return };
        let open = |line: &AppealLine| line.granted.is_none();
        let Some(line) = store.appeals().ok().and_then(|all| all.into_iter().find(open)) else {
            return;
        };
        let answered = hub.answer_appeal(line.ticket, granted, WORDS, now);
        let known = self.trusts(&line);
        if let (Ok(Answered::Done), true) = (&answered, known) {
            self.situations.reached(if granted { Situation::AppealGranted } else { Situation::AppealDenied });
            if granted {
                self.stands_again(&line);
            }
        }
        self.told(&answered, "an appeal");
    }

    fn trusts(&self, line: &AppealLine) -> bool {
        self.devices.iter().any(|device| device.person.user == Some(line.user) && !device.person.malicious)
    }

    /// What an operator has taken in after all is there from now on, like anything else that was saved.
    fn stands_again(&mut self, line: &AppealLine) {
        let Ok(envelope) = line.kept.0.open() else { return };
        if envelope.kind != Kind::Content {
            return;
        }
        let (case, person) = (envelope.document, self.person_of(line.user));
        let mut content = Content::default();
        let store = self.server.store().filter(|_| self.server.is_up());
        let Some((changes, _)) = store.and_then(|store| store.changes(&case).ok()) else { return };
        if content.replay(changes.iter().map(Vec::as_slice)).is_err() {
            return;
        }
        let view = content.view();
        for saved in self.reference.saved.iter_mut().filter(|saved| saved.case == case) {
            let there = match &saved.what {
                What::Note(text) => view.notes.iter().any(|note| note.entry.text == *text),
                _ => false,
            };
            if there && Some(saved.person) == person {
                saved.given_up = false;
                saved.granted = true;
            }
        }
    }

    fn person_of(&self, user: UserId) -> Option<usize> {
        let of = |device: &&crate::device::Device| device.person.user == Some(user);
        self.devices.iter().find(of).map(|device| device.person.number)
    }

    fn answer_the_list(&mut self) {
        let release = self.input.below(Part::Operator, 2) == 1;
        let now = self.server_ms();
        let (Some(hub), Some(store)) = (self.server.hub(), self.server.store()) else { return };
        // What can be taken in is rare among what can only be put away.
        let first = |lines: Vec<Quarantined>| {
            lines.iter().find(|line: &&Quarantined| release && line.kept.is_some()).or(lines.first()).cloned()
        };
        let Some(line) = store.quarantine().ok().and_then(first) else { return };
        let answered = hub.answer_quarantine(line.id, release, WORDS, now);
        if answered == Ok(Answered::Done) {
            let kept = release && line.kept.is_some();
            self.situations.reached(if kept { Situation::ListTakenIn } else { Situation::ListSettled });
        }
        self.told(&answered, "a line of the list");
    }

    fn told(&mut self, answered: &Result<Answered, Problem>, what: &str) {
        let facts = [18, u8::from(*answered == Ok(Answered::Done))];
        self.trace.add(self.now_ms, &facts, || format!("the operator answers {what}: {answered:?}"));
    }
}
