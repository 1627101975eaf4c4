//! Saying again what cannot stay as it was written: after a refusal, in a new life of the store, on other ground.
//!
//! Guarantees: made from the intents, never from the old bytes; each at the heads that its author saw, so that nobody's words are gone
//! over; what the server has taken stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Transaction;
use yuandian_document::{ChangeHash, Content, ContentError, Edit, Kind, actor};
use yuandian_model::{CaseId, Code, Incarnation};

use crate::content::base_content;
use crate::error::Result;
use crate::phone::{Phone, incarnation};
use crate::store::journal::NewEntry;
use crate::store::outbox::{Intent, Item, ItemState, Rewritten};
use crate::store::{cases, journal, meta, outbox};

impl Phone {
    /// The server knows another history of this device: a copied or restored store. New life, everything unsettled written anew.
    pub(crate) fn begin_anew(&self, tx: &Transaction<'_>, item: &Item, fresh: Incarnation) -> Result<()> {
        if incarnation(tx)? == item.incarnation {
            tracing::warn!(
                "the server knows this device's chain otherwise: going on under a new incarnation"
            );
            meta::set(tx, meta::INCARNATION, fresh.as_bytes())?;
            meta::unset(tx, meta::CHAIN_N)?;
            meta::unset(tx, meta::CHAIN_PREV)?;
        }
        let docs: BTreeSet<CaseId> = outbox::all(tx)?.iter().map(|i| i.doc).collect();
        docs.iter().try_for_each(|doc| self.write_anew(tx, doc, None))
    }

    /// Items that were queued in an earlier life and never sent are written anew in this one. Sent ones keep their final form:
    /// the server may have them already, and says so.
    pub(crate) fn requeue_foreign_incarnations(&mut self) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        let now = incarnation(&tx)?;
        let foreign = |i: &Item| i.incarnation != now && i.state == ItemState::Queued;
        let docs: BTreeSet<CaseId> = outbox::all(&tx)?.iter().filter(|i| foreign(i)).map(|i| i.doc).collect();
        for doc in &docs {
            self.write_anew(&tx, doc, None)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Writes everything of a case that is not settled anew: from its intents, over what the server has taken, on the next branch.
    /// Each at the heads that its author saw, less what was `refused`: what others wrote meanwhile stays a conflict in view.
    pub(crate) fn write_anew(
        &self,
        tx: &Transaction<'_>,
        doc: &CaseId,
        refused: Option<&Item>,
    ) -> Result<()> {
        let Some(stored) = cases::case(tx, doc)? else {
            return Ok(());
        };
        let now = incarnation(tx)?;
        let items = outbox::of_case(tx, doc)?;
        let mut content = base_content(tx, doc, stored.snapshot.as_deref())?;
        let taken = items.iter().filter(|i| i.state == ItemState::Taken && i.intent.kind() == Kind::Content);
        content.replay(taken.map(|i| i.body.as_slice()))?;
        let mut ground = Ground::default();
        if let Some(item) = refused {
            ground.give_up(item);
        }
        let mut branch = stored.branch.map_or(0, |last| last + 1);
        let mut last = None;
        for item in items.iter().filter(|i| i.state != ItemState::Taken) {
            match &item.intent {
                Intent::Act(_) if item.incarnation == now => {}
                Intent::Act(act) => {
                    let body = act.to_bytes();
                    let new = Rewritten {
                        incarnation: now,
                        branch: 0,
                        change: None,
                        body: &body,
                        intent: &item.intent,
                    };
                    outbox::rewrite(tx, item.local_id, &new)?;
                }
                Intent::Content(edits) => {
                    let missing: Vec<_> = edits.iter().filter(|e| !content.holds(e)).cloned().collect();
                    let seen = ground.seen_by(item);
                    // One actor is one linear history: what does not build on its last change is another branch's.
                    if last.is_some_and(|last| !seen.contains(&last)) {
                        branch += 1;
                    }
                    let me = actor(&self.certificate.device, doc, &now, branch);
                    let wall_ms = crate::content::captured_ms(&item.captured);
                    let written = match content.write(&seen, &me, &missing, wall_ms) {
                        // Nobody has what it was written on any more: what is there now has to do.
                        Err(ContentError::UnknownHeads) => {
                            content.write(&content.heads(), &me, &missing, wall_ms)
                        }
                        written => written,
                    };
                    let written = match written {
                        // Over what the others have made of the case it is more than one change may be: the person is asked,
                        // and nothing else waits for the answer.
                        Err(ContentError::TooMuch(detail)) => {
                            let facts = BTreeMap::from([("detail".to_owned(), detail.to_owned())]);
                            let now_ms = self.ports.clock.wall_ms();
                            journal::add(tx, &NewEntry::of(item, Code::RLimit, &facts, now_ms))?;
                            None
                        }
                        written => written?,
                    };
                    match written {
                        None => {
                            ground.give_up(item);
                            outbox::remove(tx, item.local_id)?;
                        }
                        Some((change, body)) => {
                            ground.replace(item, change);
                            last = Some(change);
                            let intent = Intent::Content(missing);
                            let change = Some(change.0);
                            let new =
                                Rewritten { incarnation: now, branch, change, body: &body, intent: &intent };
                            outbox::rewrite(tx, item.local_id, &new)?;
                        }
                    }
                }
            }
        }
        cases::put_branch(tx, doc, branch)
    }
}

/// What the changes of a document were called before it was made again, by their places in their authors' chains.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<cases::Place, ChangeHash>);

impl Names {
    /// As they are here now.
    pub fn of(tx: &Transaction<'_>, doc: &CaseId) -> Result<Self> {
        let names = cases::change_names(tx, doc)?;
        Ok(Self(names.into_iter().map(|(place, change)| (place, ChangeHash(change))).collect()))
    }

    /// What they are called now.
    fn followed(&self, tx: &Transaction<'_>, doc: &CaseId) -> Result<BTreeMap<ChangeHash, ChangeHash>> {
        let now = Self::of(tx, doc)?;
        let follow = |(place, old): (&cases::Place, &ChangeHash)| Some((*old, *now.0.get(place)?));
        Ok(self.0.iter().filter_map(follow).filter(|(old, new)| old != new).collect())
    }
}

impl Phone {
    /// A case's document was made again without words that had to go. What is written here and not settled is put on it as it is, by names alone:
    /// made from its intents it would say again what went, for a description is kept whole.
    pub(crate) fn put_on_new_ground(
        &self,
        tx: &Transaction<'_>,
        doc: &CaseId,
        mut content: Content,
        names: &Names,
    ) -> Result<()> {
        let mut renamed = names.followed(tx, doc)?;
        let items = outbox::of_case(tx, doc)?;
        for item in items.iter().filter(|item| item.state != ItemState::Taken) {
            let (Intent::Content(edits), Some(old)) = (&item.intent, item.change) else { continue };
            let stands = Content::dependencies(&item.body).unwrap_or_default();
            if !stands.iter().any(|dep| renamed.contains_key(dep)) {
                content.replay([item.body.as_slice()])?;
                continue;
            }
            // What stands on something that is not here is written anew like anything else.
            let Some((change, body, description)) = content.on_new_ground(&item.body, &renamed)? else {
                continue;
            };
            renamed.insert(ChangeHash(old), change);
            let as_left = |edit: &Edit| match edit {
                Edit::Describe(_) => Edit::Describe(description.clone()),
                edit => edit.clone(),
            };
            let new = Rewritten {
                incarnation: item.incarnation,
                branch: item.branch,
                change: Some(change.0),
                body: &body,
                intent: &Intent::Content(edits.iter().map(as_left).collect()),
            };
            outbox::rewrite(tx, item.local_id, &new)?;
        }
        Ok(())
    }
}

/// What own changes stood on, while they are written anew: for each old change what stands in its place now.
#[derive(Default)]
struct Ground(BTreeMap<ChangeHash, Vec<ChangeHash>>);

impl Ground {
    /// The heads that the author of an item saw, as they are now. None are known of a body that cannot be read.
    fn seen_by(&self, item: &Item) -> Vec<ChangeHash> {
        let now = |dep: ChangeHash| self.0.get(&dep).cloned().unwrap_or_else(|| vec![dep]);
        let deps = Content::dependencies(&item.body).unwrap_or_default();
        let seen: BTreeSet<ChangeHash> = deps.into_iter().flat_map(now).collect();
        seen.into_iter().collect()
    }

    /// A change that is no more: what it stood on takes its place.
    fn give_up(&mut self, item: &Item) {
        let seen = self.seen_by(item);
        self.put(item, seen);
    }

    /// A change that was written anew.
    fn replace(&mut self, item: &Item, change: ChangeHash) {
        self.put(item, vec![change]);
    }

    fn put(&mut self, item: &Item, instead: Vec<ChangeHash>) {
        if let Some(old) = item.change {
            self.0.insert(ChangeHash(old), instead);
        }
    }
}
