//! Where a change stands in the history of the case: what it builds on, whether it is its actor's next one, and whether
//! its operations are numbered and refer as an honest author's would.

use std::collections::BTreeMap;

use automerge::legacy::{ElementId, Key, ObjectId, OpId};
use automerge::{ActorId, Automerge, ChangeHash, ChangeMetadata, ExpandedChange};

use super::limits::{CHANGES_PER_CASE_MAX, OPERATIONS_PER_CASE_MAX};
use super::refusal::{Chain, Limit, Refusal, Structure};
use super::scan::Scanned;

/// The changes of the base, by their names.
pub(super) struct History<'a> {
    changes: BTreeMap<ChangeHash, ChangeMetadata<'a>>,
}

/// What an author had seen when he wrote: the closure of the change's dependencies.
pub(super) struct Past {
    /// For each actor its last change seen: sequence number and last operation.
    last: BTreeMap<ActorId, Last>,
    operation_max: u64,
}

#[derive(Clone, Copy, Default)]
struct Last {
    seq: u64,
    operation: u64,
}

impl<'a> History<'a> {
    pub fn of(base: &'a Automerge) -> Self {
        Self { changes: base.get_changes_meta(&[]).into_iter().map(|change| (change.hash, change)).collect() }
    }

    /// Refuses what the base has already, what it cannot place yet, and what would be one change too many.
    pub fn receive(&self, scanned: &Scanned) -> Result<(), Refusal> {
        if self.changes.contains_key(&scanned.hash) {
            return Err(Refusal::Duplicate(scanned.hash));
        }
        let missing: Vec<ChangeHash> =
            scanned.deps.iter().filter(|hash| !self.changes.contains_key(hash)).copied().collect();
        if !missing.is_empty() {
            return Err(Refusal::MissingDeps(missing));
        }
        if self.changes.len() >= CHANGES_PER_CASE_MAX {
            return Err(Limit::ChangesPerCase.into());
        }
        let operations: u64 =
            self.changes.values().map(|change| (change.max_op + 1).saturating_sub(change.start_op)).sum();
        if operations.saturating_add(scanned.operations) > OPERATIONS_PER_CASE_MAX {
            return Err(Limit::OperationsPerCase.into());
        }
        Ok(())
    }

    /// Checks that the change is its actor's next one and numbered from its dependencies' last operation. All
    /// dependencies are known: see [`receive`](Self::receive).
    pub fn place(&self, scanned: &Scanned) -> Result<Past, Refusal> {
        let past = self.past(&scanned.deps);
        let own_last = self
            .changes
            .values()
            .filter(|change| *change.actor == scanned.actor)
            .map(|change| change.seq)
            .max();
        let own_last = own_last.unwrap_or(0);
        if scanned.seq <= own_last {
            return Err(Chain::SeqReused.into());
        }
        if scanned.seq > own_last + 1 {
            return Err(Chain::SeqGap.into());
        }
        if past.last.get(&scanned.actor).map_or(0, |last| last.seq) != own_last {
            return Err(Chain::Forked.into());
        }
        if scanned.start_op != past.operation_max + 1 {
            return Err(Structure::StartOp.into());
        }
        Ok(past)
    }

    /// Everything that `deps` stand on, themselves included.
    fn past(&self, deps: &[ChangeHash]) -> Past {
        let mut past = Past { last: BTreeMap::new(), operation_max: 0 };
        let mut unread: BTreeMap<ChangeHash, &ChangeMetadata<'a>> =
            self.changes.iter().map(|(hash, change)| (*hash, change)).collect();
        let mut stack = deps.to_vec();
        while let Some(hash) = stack.pop() {
            let Some(change) = unread.remove(&hash) else { continue };
            let last = past.last.entry(change.actor.as_ref().clone()).or_default();
            last.seq = last.seq.max(change.seq);
            last.operation = last.operation.max(change.max_op);
            past.operation_max = past.operation_max.max(change.max_op);
            stack.extend_from_slice(&change.deps);
        }
        past
    }
}

impl Past {
    /// Every operation refers only to operations that its author had seen: of the past, or earlier ones of this change.
    ///
    /// The numbers alone are compared here; that the operation named is there and fits is for the trial to find out.
    pub fn holds_references(&self, change: &ExpandedChange) -> Result<(), Refusal> {
        let own_first = change.start_op.get();
        for (own, operation) in (own_first..).zip(&change.operations) {
            let seen = |id: &OpId| {
                let OpId(counter, actor) = id;
                let own_earlier = *actor == change.actor_id && (own_first..own).contains(counter);
                let of_the_past =
                    self.last.get(actor).is_some_and(|last| (1..=last.operation).contains(counter));
                own_earlier || of_the_past
            };
            let object = match &operation.obj {
                ObjectId::Root => None,
                ObjectId::Id(id) => Some(id),
            };
            let element = match &operation.key {
                Key::Map(_) | Key::Seq(ElementId::Head) => None,
                Key::Seq(ElementId::Id(id)) => Some(id),
            };
            if !object.into_iter().chain(element).chain(operation.pred.iter()).all(seen) {
                return Err(Structure::Reference.into());
            }
        }
        Ok(())
    }
}
