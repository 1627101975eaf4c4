//! What comes in: pages, and cases whole or as lines.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Transaction;
use yuandian_document::gate::Refusal as GateRefusal;
use yuandian_document::{Content, Kind, actor};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, PartitionId};
use yuandian_sync::check::heads_name;
use yuandian_sync::message::{PartitionHead, PullReply, PulledCase, PulledCommit, StreamId};

use super::greeting::offer_lost;
use super::push::has_looked;
use crate::content::base_content;
use crate::error::{DeviceError, Result};
use crate::glance::{project, project_line};
use crate::phone::{PersonRecord, Phone};
use crate::store::outbox::Item;
use crate::store::streams::{self, Holding, Stream};
use crate::store::{authored, blobs, cases, meta, outbox, people, private};

/// The streams of a page, each read once and its sum written once.
pub(super) struct Held(BTreeMap<(StreamId, PartitionId), Stream>);

impl Held {
    pub fn read(tx: &Transaction<'_>) -> Result<Self> {
        let all = streams::all(tx)?.into_iter();
        Ok(Self(all.map(|s| ((s.cursor.stream.clone(), s.cursor.partition), s)).collect()))
    }

    pub fn write(&self, tx: &Transaction<'_>) -> Result<()> {
        self.0.values().try_for_each(|stream| streams::put_sum(tx, stream.num, stream.sum))
    }

    fn of(&mut self, name: &StreamId, partition: PartitionId) -> Option<&mut Stream> {
        self.0.get_mut(&(name.clone(), partition))
    }
}

impl Phone {
    pub(super) fn keep_page(&mut self, page: &PullReply) -> Result<()> {
        let person = self.person()?;
        let keys = self.server_keys()?;
        let heard = self.heard(page.renewed.time_token.as_ref(), &keys);
        let mut again = BTreeSet::new();
        let tx = self.db.unchecked_transaction()?;
        let mut touched = self.see_lives(&tx, page)?;
        touched.extend(offer_lost(&tx, &page.renewed.lost)?);
        heard.iter().try_for_each(|heard| heard.keep(&tx))?;
        let mut held = Held::read(&tx)?;
        let busy = outbox::busy(&tx)?;
        let goes_on = meta::get(&tx, meta::MORE_PAGES)?.is_some();
        let dropped = usize::from(planted::is(Bug::PageLastCaseDropped));
        for case in page.cases.iter().take(page.cases.len().saturating_sub(dropped)) {
            let whole = self.take(&tx, &mut held, (case, goes_on, &busy), &person)?;
            touched.extend(whole.then_some(case.document));
        }
        held.write(&tx)?;
        for cursor in &page.cursors {
            streams::put_cursor(&tx, cursor)?;
        }
        for check in &page.checks {
            let Some((num, false)) = streams::agrees(&tx, check)? else { continue };
            let name = (check.partition, check.stream.clone());
            tracing::error!(stream = %check.stream, "what is held is not what the server says");
            self.trouble(&tx, "sums")?;
            if !self.run.compared.contains(&name) {
                self.doubt(&tx, num, &check.stream)?;
                again.insert(name);
            }
        }
        if let (Some(safe), Some(head)) = (page.renewed.safe_seq, streams::partition(&tx, PartitionId::ONLY)?)
        {
            let head = PartitionHead { safe_seq: Some(safe), ..head };
            streams::put_partition(&tx, &head)?;
            // The number was told before: a file may have been stored since.
            blobs::backed_up(&tx, &PartitionHead { head: 0, ..head })?;
            authored::prune(&tx, head.epoch, safe)?;
        }
        if let Some(version) = page.renewed.catalogue {
            self.told_catalogue(&tx, version)?;
        }
        match page.more {
            true => meta::set(&tx, meta::MORE_PAGES, &[1])?,
            false => meta::unset(&tx, meta::MORE_PAGES)?,
        }
        if !page.more {
            has_looked(&tx)?;
            self.leave_lines(&tx)?;
        }
        for doc in &touched {
            self.settle(&tx, doc)?;
            if !planted::is(Bug::PageNotProjected) {
                project(self, &tx, doc)?;
            }
        }
        self.let_go(&tx)?;
        if !page.more {
            self.retain(&tx, Some(page.server_ms))?;
        }
        tx.commit()?;
        self.token_monotonic_ms = heard.map(|heard| heard.monotonic_ms()).or(self.token_monotonic_ms);
        self.run.compared.extend(again);
        self.use_told_catalogue()
    }

    /// A stream whose cursor or content says nothing: compared case by case, or, where lines are all there is of it, begun anew.
    fn doubt(&self, tx: &Transaction<'_>, num: i64, name: &StreamId) -> Result<()> {
        let lines = streams::all(tx)?.iter().any(|s| s.num == num && s.cursor.lines_only);
        if lines || name.is_summary() { streams::begin_anew(tx, num) } else { streams::compare(tx, num) }
    }

    /// What a page says of the life of a partition's log: by a cursor that is over, or by one of a life that was not heard of before.
    fn see_lives(&self, tx: &Transaction<'_>, page: &PullReply) -> Result<BTreeSet<CaseId>> {
        let mut touched = BTreeSet::new();
        let resets = page.resets.iter().map(|reset| (reset.partition, reset.epoch));
        let cursors = page.cursors.iter().map(|cursor| (cursor.partition, cursor.epoch));
        for (partition, epoch) in resets.chain(cursors) {
            if let (Some(epoch), Some(known)) = (epoch, streams::partition(tx, partition)?)
                && epoch != known.epoch
            {
                let head = PartitionHead { partition, epoch, head: 0, safe_seq: None };
                touched.extend(self.see_heads(tx, &[head], None)?);
            }
        }
        for reset in &page.resets {
            if let Some(stream) = streams::find(tx, reset.partition, &reset.stream)? {
                self.doubt(tx, stream.num, &reset.stream)?;
            }
        }
        Ok(touched)
    }

    /// Takes one case of a page; whether its document has changed here. `goes_on`: the page goes on where one before it was full. Its cases moved
    /// after the cursor, and what was said in them before that number, and after what is here of them, no page brings any more: it is fetched.
    fn take(
        &self,
        tx: &Transaction<'_>,
        held: &mut Held,
        (case, goes_on, busy): (&PulledCase, bool, &BTreeSet<CaseId>),
        person: &PersonRecord,
    ) -> Result<bool> {
        let doc = &case.document;
        let Some(stream) = held.of(&case.stream, case.partition) else {
            tracing::warn!(%doc, "a case of a stream that is not held");
            return Ok(false);
        };
        if case.gone.is_some() {
            if planted::is(Bug::GoneNotUnheld) {
                return Ok(false);
            }
            streams::unhold(tx, doc, stream)?;
            // The case itself may have to wait for own work to be settled.
            if streams::holding(tx, doc)? != Holding::Whole {
                private::forget(tx, doc)?;
            }
            return Ok(false);
        }
        let Some(facts) = &case.facts else {
            tracing::warn!(%doc, "a present case without facts");
            return Ok(false);
        };
        streams::hold(tx, doc, stream, case.seq)?;
        let lines = stream.cursor.lines_only;
        self.lies_in(tx, doc, case.partition)?;
        let known = cases::standing(tx, doc)?;
        if case.stream.is_summary() {
            // What everybody may know is not put over what this person may know.
            if known.is_some() && streams::holding(tx, doc)? != Holding::Summary {
                return Ok(false);
            }
        }
        // Where a case was here before, what this phone wrote into it may still be kept for a server that is restored.
        let rebuilt = known.map_or(case.generation > 0, |known| known.generation != case.generation);
        self.want_catalogue(tx, facts)?;
        people::earn(tx, doc, facts, &person.user)?;
        match known {
            None => cases::put_line(tx, doc, facts)?,
            Some(_) => {
                cases::put_facts(tx, doc, facts)?;
                if !facts.author.name.is_empty() {
                    cases::rename(tx, doc, &facts.author.user, &facts.author.name)?;
                }
            }
        }
        let here = known.filter(|known| known.whole && !rebuilt).map_or(0, |known| known.seq);
        let wanted =
            rebuilt || streams::wanted_since(tx, doc)?.is_some() || (goes_on && here < stream.cursor.cursor);
        let forgotten = self.wants_to_be_forgotten()?;
        if case.outstanding || lines || case.stream.is_summary() || wanted {
            let line = lines || case.stream.is_summary();
            // A line of a case that is here whole, and nothing of it is missing.
            if !line && (wanted || here < case.seq) {
                streams::want(tx, doc, here, streams::urgency(facts, self.has_ended(facts)))?;
            }
            if let Some(fields) = case.private.as_ref().filter(|_| !forgotten) {
                private::replace(tx, doc, fields, facts.author.user == person.user)?;
                people::put_told(tx, doc, case.own.as_ref())?;
            }
            if rebuilt && line && streams::holding(tx, doc)? != Holding::Whole {
                // Words went from it, and nothing will bring what took their place.
                self.archive_taken(tx, doc, u64::MAX)?;
                authored::let_content_go(tx, doc)?;
                cases::shrink(tx, doc, facts)?;
                cases::begin_generation(tx, doc, case.generation)?;
                project_line(self, tx, doc, facts, person)?;
                return Ok(false);
            }
            if line && streams::holding(tx, doc)? != Holding::Whole {
                // Words that are here whole stay so: only no page of this stream will bring them.
                match known {
                    Some(known) if known.whole => {
                        self.take_by_receipts(tx, doc)?;
                        self.settle(tx, doc)?;
                    }
                    _ => self.archive_taken(tx, doc, case.seq)?,
                }
            }
            if busy.contains(doc) || known.is_some_and(|known| known.whole) {
                return Ok(true);
            }
            project_line(self, tx, doc, facts, person)?;
            return Ok(false);
        }
        self.apply(tx, case)?;
        Ok(true)
    }

    /// Whether a case is at the end of its workflow.
    pub(super) fn has_ended(&self, facts: &yuandian_sync::CaseFacts) -> bool {
        let catalogue = self.catalogue_of(facts).ok().flatten();
        let service = catalogue.as_ref().and_then(|catalogue| catalogue.service(&facts.service));
        service.is_some_and(|(_, workflow)| workflow.ends.contains(&facts.stage))
    }

    /// Commits above what is here.
    pub(super) fn apply(&self, tx: &Transaction<'_>, case: &PulledCase) -> Result<()> {
        let doc = &case.document;
        let (content, said_before) = self.put_commits(tx, doc, &case.commits, case.seq)?;
        cases::arrived(tx, doc, case.seq)?;
        self.put_beside(tx, case)?;
        let promised = case.heads.is_none_or(|name| heads_name(&content.heads()) == name);
        if !promised && !cases::has_quarantined(tx, doc)? {
            tracing::error!(%doc, "the document did not come to what the server says: it is fetched anew");
            self.trouble(tx, "heads")?;
            streams::want_again(tx, doc)?;
        }
        if said_before {
            self.write_anew(tx, doc, None)?;
        }
        Ok(())
    }

    /// Receipted commits come into the base, each through the gate. Gives the document with them, and whether a copy of this phone had said
    /// one of them. `reached`: the number of the case in the log that brings them, for what has no receipt here; a commit of a case that was
    /// moved may bear a smaller one, of another log.
    pub(super) fn put_commits(
        &self,
        tx: &Transaction<'_>,
        doc: &CaseId,
        commits: &[PulledCommit],
        reached: u64,
    ) -> Result<(Content, bool)> {
        let stored = cases::case(tx, doc)?.ok_or_else(|| DeviceError::not_found("case", doc))?;
        let mut content = base_content(tx, doc, stored.snapshot.as_deref())?;
        let mut saved = None;
        let mut said_before = false;
        for commit in commits {
            if cases::in_base(tx, doc, commit)? {
                continue;
            }
            let change = match commit.kind {
                Kind::Act => None,
                Kind::Content => match admit(&mut content, doc, commit) {
                    Ok((change, snapshot)) => {
                        saved = snapshot.or(saved);
                        Some(change)
                    }
                    Err(refusal) => {
                        tracing::error!(%doc, seq = commit.seq, %refusal, "a pulled change did not pass the gate");
                        cases::put_quarantine(tx, doc, commit, &refusal.to_string())?;
                        continue;
                    }
                },
            };
            said_before |= self.put_commit(tx, doc, (commit, reached), change)?;
        }
        if let Some(snapshot) = saved {
            cases::put_snapshot(tx, doc, &snapshot)?;
        }
        Ok((content, said_before))
    }

    /// A receipted commit comes into the base; an own one leaves the outbox. Gives whether a copy of this phone had said it.
    pub(super) fn put_commit(
        &self,
        tx: &Transaction<'_>,
        doc: &CaseId,
        (commit, reached): (&PulledCommit, u64),
        change: Option<[u8; 32]>,
    ) -> Result<bool> {
        cases::put_base(tx, doc, commit, change)?;
        for micro in &commit.micros {
            let hash = yuandian_photo::original_hash(micro);
            blobs::put_micro(tx, doc, &BlobHash(hash), micro)?;
        }
        if commit.device != self.certificate.device {
            return Ok(false);
        }
        let said = |item: &Item| commit.group == Some(item.group) && commit.kind == item.intent.kind();
        if let Some(item) = outbox::of_number(tx, &commit.incarnation, commit.n)?.filter(said) {
            let here = streams::partition(tx, self.partition_of(tx, doc)?)?.map(|head| (head.epoch, reached));
            match item.numbered().or(here) {
                Some(number) if !planted::is(Bug::TakenNotKept) => {
                    authored::archive(tx, item.local_id, number)?;
                }
                _ => outbox::remove(tx, item.local_id)?,
            }
            return Ok(false);
        }
        // A copy of this phone has said it, under another name: one command writes one act and one content at most.
        match &commit.group {
            Some(group) => outbox::remove_said(tx, doc, group, commit.kind),
            None => Ok(false),
        }
    }

    /// Stored files and private answers.
    pub(super) fn put_beside(&self, tx: &Transaction<'_>, case: &PulledCase) -> Result<()> {
        let forgotten = self.wants_to_be_forgotten()?;
        blobs::set_held(tx, &case.document, &case.stored.iter().map(|blob| blob.hash).collect())?;
        // Who wants to be forgotten is told nothing private again by what was under way.
        let told = case.private.as_ref().filter(|_| !forgotten);
        if let (Some(fields), Some(facts)) = (told, &case.facts) {
            let own = facts.author.user == self.person()?.user;
            private::replace(tx, &case.document, fields, own)?;
            people::put_told(tx, &case.document, case.own.as_ref())?;
        }
        Ok(())
    }
}

/// A pulled change through the same gate as everybody's. Known already is fine.
fn admit(
    content: &mut Content,
    doc: &CaseId,
    commit: &PulledCommit,
) -> std::result::Result<([u8; 32], Option<Vec<u8>>), GateRefusal> {
    let bound = actor(&commit.device, doc, &commit.incarnation, commit.branch);
    match content.admit(&commit.body, &bound) {
        Ok(admitted) => Ok((admitted.hash.0, Some(admitted.saved))),
        Err(GateRefusal::Duplicate(hash)) => Ok((hash.0, None)),
        Err(refusal) => Err(refusal),
    }
}
