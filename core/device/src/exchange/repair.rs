//! Documents after their lines, and streams that are compared case by case.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Transaction;
use yuandian_model::{CaseId, PartitionId};
use yuandian_sync::limits::SNAPSHOT_BYTES_MAX;
use yuandian_sync::message::{Docs, DocsReply, Manifest, ManifestReply, PartitionHead, PulledCase};

use crate::anew::Names;
use crate::content::prove;
use crate::error::Result;
use crate::glance::{project, project_line};
use crate::phone::{PersonRecord, Phone};
use crate::store::outbox::ItemState;
use crate::store::{authored, cases, outbox, streams};

impl Phone {
    pub(super) fn keep_docs(&mut self, asked: &Docs, reply: &DocsReply) -> Result<()> {
        let person = self.person()?;
        let since: BTreeMap<CaseId, u64> =
            asked.wanted.iter().map(|wanted| (wanted.document, wanted.since)).collect();
        let tx = self.db.unchecked_transaction()?;
        let busy = outbox::busy(&tx)?;
        for case in &reply.cases {
            let doc = &case.document;
            let Some(&since) = since.get(doc) else {
                tracing::warn!(%doc, "a document that nobody asked for");
                continue;
            };
            if case.gone.is_some() {
                streams::wanted_no_more(&tx, doc)?;
                continue;
            }
            let Some(facts) = &case.facts else {
                streams::wanted_no_more(&tx, doc)?;
                continue;
            };
            let moved = self.lies_in(&tx, doc, case.partition)?;
            let known = cases::standing(&tx, doc)?;
            let rebuilt = known.is_some_and(|known| known.generation != case.generation);
            match known {
                None => cases::put_line(&tx, doc, facts)?,
                Some(_) => cases::put_facts(&tx, doc, facts)?,
            }
            if since > 0 && (moved || rebuilt) {
                // What was asked for was numbered elsewhere, or stands on what is not there any more.
                streams::want(&tx, doc, 0, streams::urgency(facts, self.has_ended(facts)))?;
            } else if since > 0 {
                streams::wanted_no_more(&tx, doc)?;
                self.apply(&tx, case)?;
                self.settle(&tx, doc)?;
                project(self, &tx, doc)?;
            } else {
                self.receive(&tx, case, &busy, &person)?;
            }
        }
        self.let_go(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// A case lies in this partition. Where it was moved here from another, which is told, its old numbers mean nothing any more.
    pub(super) fn lies_in(&self, tx: &Transaction<'_>, doc: &CaseId, partition: PartitionId) -> Result<bool> {
        let moved = cases::standing(tx, doc)?.is_some() && self.partition_of(tx, doc)? != partition;
        if moved {
            cases::unnumber(tx, doc)?;
        }
        Ok(moved)
    }

    /// A document from its beginning takes the place of what was here. It is looked at when somebody opens it, or at once where this phone
    /// has something of its own to say about it.
    fn receive(
        &self,
        tx: &Transaction<'_>,
        case: &PulledCase,
        busy: &BTreeSet<CaseId>,
        person: &PersonRecord,
    ) -> Result<()> {
        let (doc, Some(facts)) = (&case.document, &case.facts) else { return Ok(()) };
        let snapshot = case.snapshot.as_ref().map(|bytes| bytes.as_slice());
        if snapshot.is_some_and(|bytes| bytes.len() > SNAPSHOT_BYTES_MAX) {
            tracing::error!(%doc, "a snapshot over the limit");
            self.trouble(tx, "heads")?;
            streams::want_again(tx, doc)?;
            return Ok(());
        }
        let rebuilt = cases::standing(tx, doc)?.is_some_and(|known| known.generation != case.generation);
        let names = if rebuilt { Names::of(tx, doc)? } else { Names::default() };
        cases::forget_base(tx, doc)?;
        let mut said_before = false;
        for commit in &case.commits {
            let change = commit.change.filter(|_| snapshot.is_some()).map(|name| name.0);
            said_before |= self.put_commit(tx, doc, (commit, case.seq), change)?;
        }
        cases::put_received(tx, doc, snapshot, case.heads, case.seq)?;
        self.put_beside(tx, case)?;
        if rebuilt {
            tracing::info!(%doc, generation = case.generation, "words went from a case: it was made again");
            cases::begin_generation(tx, doc, case.generation)?;
        }
        let kept = rebuilt && authored::has(tx, doc)?;
        if !busy.contains(doc) && !kept {
            streams::wanted_no_more(tx, doc)?;
            return project_line(self, tx, doc, facts, person);
        }
        let (content, promised) = prove(tx, doc)?;
        if promised {
            streams::wanted_no_more(tx, doc)?;
        } else {
            self.trouble(tx, "heads")?;
        }
        if rebuilt && promised {
            authored::let_old_words_go(tx, doc)?;
            self.put_on_new_ground(tx, doc, content, &names)?;
        }
        // A document that did not come right says nothing of what is lost.
        if said_before || (promised && self.stands_on_lost(tx, doc)?) {
            self.write_anew(tx, doc, None)?;
        }
        self.settle(tx, doc)?;
        project(self, tx, doc)
    }

    /// Whether own words that are on their way were written on what is not here any more. What is written next would take their numbers. A
    /// receipt from before the server was restored is no word about what is said instead: that is judged as it is now.
    fn stands_on_lost(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<bool> {
        for item in outbox::of_case(tx, doc)?.iter().filter(|item| item.state != ItemState::Taken) {
            if !self.stands_on_known(tx, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn keep_manifest(&mut self, asked: &Manifest, reply: &ManifestReply) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        let mut touched = BTreeSet::new();
        if let Some(known) = streams::partition(&tx, asked.partition)?
            && known.epoch != reply.epoch
        {
            let head = PartitionHead {
                partition: asked.partition,
                epoch: reply.epoch,
                head: reply.seq,
                safe_seq: None,
            };
            touched = self.see_heads(&tx, &[head], None)?;
        }
        let Some(mut stream) = streams::find(&tx, asked.partition, &asked.stream)? else { return Ok(()) };
        let first = asked.after.is_none();
        if !first && streams::compare_epoch(&tx, stream.num)? != Some(reply.epoch) {
            // Another life began between two pages: from the beginning.
            streams::compare_from_start(&tx, stream.num)?;
            tx.commit()?;
            return Ok(());
        }
        let last = reply.entries.last().map(|entry| entry.document);
        let to = last.filter(|_| reply.more);
        let mut here: BTreeMap<CaseId, u64> =
            streams::held_between(&tx, stream.num, asked.after.as_ref(), to.as_ref())?.into_iter().collect();
        for entry in &reply.entries {
            let doc = &entry.document;
            let same = here.remove(doc) == Some(entry.seq);
            if !same {
                streams::hold(&tx, doc, &mut stream, entry.seq)?;
            }
            self.lies_in(&tx, doc, asked.partition)?;
            let known = cases::standing(&tx, doc)?;
            let whole = known.is_some_and(|known| known.whole);
            if !same || !whole {
                let since = known.filter(|known| known.whole).map_or(0, |known| known.seq);
                if known.is_none_or(|known| !known.whole || known.seq < entry.seq || known.seq == 0) {
                    let urgency = match cases::case(&tx, doc)? {
                        Some(stored) => streams::urgency(&stored.facts, self.has_ended(&stored.facts)),
                        None => (true, 0),
                    };
                    streams::want(&tx, doc, since, urgency)?;
                }
            }
        }
        for doc in here.keys() {
            streams::unhold(&tx, doc, &mut stream)?;
        }
        streams::put_sum(&tx, stream.num, stream.sum)?;
        streams::compared(&tx, stream.num, first.then_some((reply.epoch, reply.seq)), to.as_ref())?;
        for doc in &touched {
            project(self, &tx, doc)?;
        }
        self.let_go(&tx)?;
        tx.commit()?;
        self.run.compared.insert((asked.partition, asked.stream.clone()));
        self.run.heads.clear();
        Ok(())
    }
}
