//! What people may do by the rights that they have, or ever had: late work is taken by rights that have ended.

use std::collections::BTreeSet;

use yuandian_model::catalogue::{After, Effect, Party, Service, Transition};
use yuandian_model::{CaseId, DivisionCode, Role, UserId, WorkingCalendar};
use yuandian_server::limits::AGE_OUT_MS;
use yuandian_sync::CaseFacts;

use crate::invariant::{Invariant, Step, hold};
use crate::reference::{RefCase, Reference};

/// What the server does in a case that another was merged into.
const JOINED: &str = "joined";

impl Reference {
    fn had_here(&self, user: UserId, known: &RefCase, fits: impl Fn(Role) -> bool) -> bool {
        self.ever.get(&user).is_some_and(|rights| {
            rights.iter().any(|(role, grid)| fits(*role) && known.grids.iter().any(|here| covers(grid, here)))
        })
    }

    /// Whether a case of this service may be opened there by a person.
    #[must_use]
    pub fn may_ever_open(&self, user: UserId, opened: &RefCase) -> bool {
        let Some((service, _)) = self.catalogue.service(&opened.service) else { return false };
        self.had_here(user, opened, |role| service.create.contains(&role))
    }

    /// Whether an act on a case is any of a person's business.
    #[must_use]
    pub fn may_ever_do(&self, user: UserId, case: &CaseId, act: &str) -> bool {
        let Some(known) = self.cases.get(case) else { return false };
        let Some((service, workflow)) = self.catalogue.service(&known.service) else { return false };
        let Some(row) = workflow.act(act) else { return false };
        // Whoever follows may leave, and nobody else has anything to leave.
        row.effect == Effect::Unfollow
            || row.by.iter().any(|party| match party {
                Party::Author => known.author == user,
                Party::Holder | Party::Waiting => known.took_part.contains(&user),
                Party::Role(role) => self.had_here(user, known, |had| had == *role),
                Party::Handler => self.had_here(user, known, |had| service.handle.contains(&had)),
                Party::Approver => self.had_here(user, known, |had| service.approve.contains(&had)),
                // Nobody here names a family.
                Party::Family | Party::System => false,
            })
    }

    /// Whether somebody reads the private answers of a case that has these facts: its author, and whom its service names.
    #[must_use]
    pub fn reads_private(&self, user: UserId, facts: &CaseFacts) -> bool {
        let holds = facts.holders.iter().any(|holder| holder.user == user);
        let Some((service, _)) = self.catalogue.service(&facts.service) else { return false };
        let rights = self.ever.get(&user).into_iter().flatten();
        let roles: BTreeSet<Role> =
            rights.filter(|(_, grid)| covers(grid, &facts.grid)).map(|(role, _)| *role).collect();
        let has = |named: &[Role]| named.iter().any(|role| roles.contains(role));
        let named = |party: &Party| match party {
            Party::Holder => holds,
            Party::Handler => has(&service.handle),
            Party::Approver => has(&service.approve),
            Party::Role(role) => roles.contains(role),
            _ => false,
        };
        facts.author.user == user || service.private_to.iter().any(named)
    }

    /// An act of a case that is none of a person's business, drawn; none where everything is.
    #[must_use]
    pub fn not_theirs(&self, user: UserId, case: &CaseId, drawn: usize) -> Option<String> {
        let known = self.cases.get(case)?;
        let (_, workflow) = self.catalogue.service(&known.service)?;
        let not = |name: &&String| !self.may_ever_do(user, case, name);
        let acts: Vec<&String> = workflow.acts.iter().map(|row| &row.id).filter(not).collect();
        acts.get(drawn % acts.len().max(1)).map(|name| (*name).clone())
    }

    /// Whether a person may ever have written into a case.
    #[must_use]
    pub fn may_ever_write(&self, user: UserId, known: &RefCase) -> bool {
        known.took_part.contains(&user)
            || self.had_here(user, known, |role| self.is_shown_to(role, &known.service))
    }

    /// A case was moved by an operator.
    pub fn moved(&mut self, case: &CaseId, to: &DivisionCode) {
        if let Some(known) = self.cases.get_mut(case) {
            known.grid = to.clone();
            known.grids.insert(to.clone());
            known.act_seq += 1;
        }
    }

    /// A case that had ended was opened again by an operator.
    pub fn reopened(&mut self, case: &CaseId) {
        let Some(known) = self.cases.get_mut(case) else { return };
        let Some((_, workflow)) = self.catalogue.service(&known.service) else { return };
        known.stage =
            workflow.act("reopen").and_then(|row| row.to.clone()).unwrap_or_else(|| workflow.opens.clone());
        known.act_seq += 1;
    }

    /// The server did an act of its own.
    ///
    /// # Errors
    /// [`Invariant::OneWinnerPerClaim`] where it is not the server's, or not of the stage.
    pub fn own_act(&mut self, case: &CaseId, act: &str) -> Step {
        if act == JOINED {
            self.joined(case);
            return Ok(());
        }
        let unsure = self.restored || self.vague.contains(case);
        let Some(known) = self.cases.get_mut(case) else { return Ok(()) };
        let row = self.catalogue.service(&known.service).and_then(|(_, workflow)| {
            let ends = workflow.ends.clone();
            workflow.act(act).map(|row| (row.clone(), ends))
        });
        let Some((row, ends)) = row else { return Ok(()) };
        let fits = row.by.contains(&Party::System) && (unsure || row.from.contains(&known.stage));
        hold(fits, Invariant::OneWinnerPerClaim, || {
            format!("the server did {act} in stage {} of {case}", known.stage)
        })?;
        known.act_seq += 1;
        let Some(to) = &row.to else { return Ok(()) };
        known.stage.clone_from(to);
        if row.effect == Effect::Dismiss {
            known.holders.clear();
        }
        if row.effect == Effect::Dismiss || ends.contains(to) {
            known.waiting.clear();
        }
        if ends.contains(to) {
            self.just_ended.insert(*case);
        }
        Ok(())
    }

    /// The cases in which a merged one goes on, one after the other: it may have been merged into one that was merged later.
    fn goes_on_in(&self, known: &RefCase) -> impl Iterator<Item = CaseId> {
        let next = |case: &CaseId| self.cases.get(case).and_then(|known| known.into);
        std::iter::successors(known.into, next).take(self.cases.len())
    }

    /// The people of what was merged into a case, or into one that was merged into it, follow it.
    fn joined(&mut self, survivor: &CaseId) {
        let merged = self.cases.values().filter(|known| self.goes_on_in(known).any(|case| case == *survivor));
        let people = merged.flat_map(|known| std::iter::once(known.author).chain(known.followers.clone()));
        let people: Vec<UserId> = people.collect();
        if let Some(known) = self.cases.get_mut(survivor) {
            known.followers.extend(people);
            known.act_seq += 1;
        }
    }

    /// The server may have done acts of its own that nobody told of: in these cases, or wherever one may come within a long time.
    pub fn own_acts_unheard(&mut self, due: Option<Vec<CaseId>>) {
        let soon = |service: &Service, row: &Transition| match service.after_of(row) {
            Some(After::Stage(limit)) => WorkingCalendar::embedded().total_ms(limit) <= AGE_OUT_MS,
            Some(After::Until | After::Routing | After::RoutingTwice) => true,
            None => false,
        };
        let own = |known: &RefCase| {
            let service = self.catalogue.service(&known.service);
            let here =
                |service: &Service, row: &Transition| row.from.contains(&known.stage) && soon(service, row);
            known.into.is_some()
                || service.is_some_and(|(service, flow)| flow.acts.iter().any(|row| here(service, row)))
        };
        let all = || self.cases.iter().filter(|(_, known)| own(known)).map(|(id, _)| *id).collect();
        let unsure: Vec<CaseId> = due.unwrap_or_else(all);
        let merged = unsure.iter().filter_map(|case| self.cases.get(case));
        let survivors: BTreeSet<CaseId> = merged.flat_map(|known| self.goes_on_in(known)).collect();
        survivors.iter().for_each(|survivor| self.joined(survivor));
        self.vague.extend(survivors);
        self.just_ended.extend(unsure.iter().copied());
        self.vague.extend(unsure);
    }

    /// A long time begins: whatever has ended by now is old when it has passed, whoever ended it.
    pub fn time_passes(&mut self) {
        self.just_ended.clear();
    }

    /// A long time has passed: what has ended by now is old, but for what the server has ended itself meanwhile.
    pub fn grows_old(&mut self) {
        let old = |case: &&CaseId| self.is_over(case) && !self.just_ended.contains(*case);
        self.old = self.cases.keys().filter(old).copied().collect();
    }

    /// The server was copied: with it, where its cases lie.
    pub fn copied(&mut self) {
        self.copied = self.cases.iter().map(|(case, known)| (*case, known.grid.clone())).collect();
    }

    /// The server was restored: what an operator moved since the copy lies where it lay, for no phone has said it.
    pub fn went_back(&mut self) {
        for (case, known) in &mut self.cases {
            known.grid = self.copied.get(case).unwrap_or(&known.opened_in).clone();
        }
    }

    /// Whether a case is at the end of its workflow.
    #[must_use]
    pub fn is_over(&self, case: &CaseId) -> bool {
        self.cases.get(case).is_some_and(|known| {
            let service = self.catalogue.service(&known.service);
            service.is_some_and(|(_, workflow)| workflow.ends.contains(&known.stage))
        })
    }
}

/// Whether a division is another or lies in it: compared as text, as the codes are made.
fn covers(grid: &DivisionCode, here: &DivisionCode) -> bool {
    here.as_str().starts_with(grid.as_str())
}
