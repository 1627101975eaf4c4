//! What the case's new state settles by itself, and what this phone may not hold any more.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use yuandian_document::{Kind, Place};
use yuandian_model::{CaseId, Cell500, Code, UserId};
use yuandian_sync::message::{PulledCommit, Receipt};
use yuandian_sync::{CaseFacts, Person};

use super::blobs_of;
use super::push::GENERATION;
use crate::content::{base_content, captured_ms};
use crate::error::Result;
use crate::glance::{project, project_line};
use crate::phone::Phone;
use crate::store::outbox::Intent;
use crate::store::streams::{self, Holding};
use crate::store::{authored, blobs, captures, cases, journal, outbox};

/// How the entry of a claim ends that waits no longer and was not promoted.
const LEFT_THE_LINE: &str = "left the line";

impl Phone {
    /// Outcomes that the case's new state has settled by itself need nobody any more.
    pub(super) fn settle(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<()> {
        self.settle_line(tx, doc)?;
        self.settle_said(tx, doc)
    }

    /// A place in the line, by facts that are newer than the claim's outcome.
    fn settle_line(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<()> {
        let Some(stored) = cases::case(tx, doc)? else {
            return Ok(());
        };
        let me = self.person()?.user;
        let holds = stored.facts.holders.iter().any(|p| p.user == me);
        for entry in claims_in_line(tx, doc)? {
            match stored.facts.my_position {
                _ if holds => journal::settle(tx, entry.id, "promoted")?,
                None => journal::settle(tx, entry.id, LEFT_THE_LINE)?,
                Some(position) => {
                    let position = position.to_string();
                    if entry.facts.get("position") != Some(&position) {
                        let mut facts: BTreeMap<String, String> = entry.facts.clone();
                        facts.insert("position".to_owned(), position);
                        journal::put_facts(tx, entry.id, &facts)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Everything that is new has come. Who waits in a line may hold its case: where no stream does, she waits no longer.
    pub(super) fn leave_lines(&self, tx: &Transaction<'_>) -> Result<()> {
        for doc in streams::leaving(tx)? {
            if streams::holding(tx, &doc)? == Holding::Nothing {
                for entry in claims_in_line(tx, &doc)? {
                    journal::settle(tx, entry.id, LEFT_THE_LINE)?;
                }
            }
        }
        Ok(())
    }

    /// What was refused and is there all the same.
    fn settle_said(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<()> {
        let Some(stored) = cases::case(tx, doc)? else {
            return Ok(());
        };
        let me = self.person()?.user;
        for entry in journal::active_of(tx, doc)? {
            match &entry.intent {
                Intent::Act(_) if entry.code == Code::RTaken => {}
                // Refused because a copy of this phone had done the very same: it is done.
                Intent::Act(act) => {
                    let body = act.to_bytes();
                    let base = cases::base(tx, doc)?;
                    let done = |c: &cases::BaseCommit| c.kind == Kind::Act && c.user == me && c.body == body;
                    if base.iter().any(|c| done(c) && c.took_effect()) {
                        journal::settle(tx, entry.id, "already there")?;
                    }
                }
                // Refused because a copy of this phone had said it before: it is there.
                Intent::Content(edits) => {
                    let content = base_content(tx, doc, stored.snapshot.as_deref())?;
                    if edits.iter().all(|edit| content.holds(edit)) {
                        blobs_of(edits).try_for_each(|hash| blobs::unpark(tx, &hash, doc))?;
                        journal::settle(tx, entry.id, "already there")?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Own commits up to this number whose page will not come: their receipts have said all there is.
    pub(super) fn archive_taken(&self, tx: &Transaction<'_>, doc: &CaseId, seq: u64) -> Result<()> {
        for item in outbox::taken_of(tx, doc)?.into_iter().filter(|item| item.seq.is_none_or(|at| at <= seq))
        {
            match item.numbered() {
                Some(number) => authored::archive(tx, item.local_id, number)?,
                None => outbox::remove(tx, item.local_id)?,
            }
        }
        Ok(())
    }

    /// Own commits that were taken, of a case that is here whole and that no whole stream holds, yet or any more: no page will bring them
    /// into the base, so their receipts do. What the phone knows of the case is not more for that, of a line in it neither.
    pub(super) fn take_by_receipts(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<()> {
        let person = self.person()?;
        let mut commits = Vec::new();
        for item in outbox::taken_of(tx, doc)? {
            let (Some(receipt), Some(n), Some(seq)) = (item.answer(), item.n, item.seq) else { continue };
            let Receipt { code, facts, received_ms, .. } = receipt;
            commits.push(PulledCommit {
                n,
                seq,
                kind: item.intent.kind(),
                device: self.certificate.device,
                incarnation: item.incarnation,
                branch: item.branch,
                generation: GENERATION,
                group: Some(item.group),
                user: person.user,
                name: person.name.clone(),
                wall_ms: captured_ms(&item.captured),
                received_ms,
                code,
                facts,
                body: item.body,
                micros: vec![],
                change: None,
            });
        }
        self.put_commits(tx, doc, &commits, 0)?;
        self.settle_said(tx, doc)?;
        project(self, tx, doc)
    }

    /// Lets go of what nothing holds any more: own work is settled first, then everything pulled is forgotten. What is held by lines or
    /// summaries alone shrinks to its line.
    pub(super) fn let_go(&self, tx: &Transaction<'_>) -> Result<()> {
        for doc in streams::may_go(tx)? {
            let holding = streams::holding(tx, &doc)?;
            if holding == Holding::Whole {
                streams::stays(tx, &doc)?;
                continue;
            }
            self.archive_taken(tx, &doc, u64::MAX)?;
            match cases::case(tx, &doc)? {
                Some(stored) if holding != Holding::Nothing => {
                    if stored.whole {
                        let facts = match holding {
                            Holding::Summary => summary_of(stored.facts),
                            _ => stored.facts,
                        };
                        cases::shrink(tx, &doc, &facts)?;
                        streams::wanted_no_more(tx, &doc)?;
                        project_line(self, tx, &doc, &facts, &self.person()?)?;
                    }
                    streams::stays(tx, &doc)?;
                }
                _ => {
                    blobs::let_go(tx, &doc, self.partition_of(tx, &doc)?)?;
                    captures::let_go(tx, &doc)?;
                    cases::purge(tx, &doc)?;
                    self.changed.borrow_mut().insert(doc);
                }
            }
        }
        for doc in streams::left_behind(tx)? {
            let whole = cases::standing(tx, &doc)?.is_some_and(|standing| standing.whole);
            if whole && streams::holding(tx, &doc)? != Holding::Whole {
                self.take_by_receipts(tx, &doc)?;
            }
        }
        Ok(())
    }
}

/// Open entries of claims that wait in the case's line.
fn claims_in_line(tx: &Transaction<'_>, doc: &CaseId) -> Result<Vec<journal::Entry>> {
    let mut entries = journal::active_of(tx, doc)?;
    entries.retain(|entry| matches!(entry.intent, Intent::Act(_)) && entry.code == Code::RTaken);
    Ok(entries)
}

/// What everybody may know of a public case.
fn summary_of(facts: CaseFacts) -> CaseFacts {
    let cell = |place: Place| match place {
        Place::Cell(_) => Some(place),
        Place::Exact { .. } => place.shown().map(|position| Place::Cell(Cell500::of(position))),
    };
    CaseFacts {
        place: facts.place.and_then(cell),
        author: Person { user: UserId([0; 16]), name: String::new() },
        holders: vec![],
        my_position: None,
        conflict: false,
        progress: None,
        ..facts
    }
}
