//! Whether each operation has a shape that an honest encoder could give it: the right kind of key for its object, and
//! insertions only where there is an order to insert into.
//!
//! Automerge accepts an insertion into a map, saves it and loads it again, and then panics on the next change that anybody
//! else has written beside it.

use std::collections::BTreeMap;

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{Automerge, ExpandedChange, ObjId, ObjType, ReadDoc};

use super::refusal::{Refusal, Structure};

/// Checks every operation against the object that it writes into, which is in `base` or made earlier in the same change.
pub(super) fn fits(base: &Automerge, change: &ExpandedChange) -> Result<(), Refusal> {
    let own_first = change.start_op.get();
    let mut made: BTreeMap<u64, ObjType> = BTreeMap::new();
    for (own, operation) in (own_first..).zip(&change.operations) {
        let object = match &operation.obj {
            ObjectId::Root => Some(ObjType::Map),
            ObjectId::Id(OpId(counter, actor)) if *actor == change.actor_id && *counter >= own_first => {
                made.get(counter).copied()
            }
            ObjectId::Id(OpId(counter, actor)) => {
                base.object_type(ObjId::Id(*counter, actor.clone(), 0)).ok()
            }
        };
        let object = object.ok_or(Structure::Object)?;
        if !fits_into(operation, object.is_sequence()) {
            return Err(Structure::Shape.into());
        }
        if let OpType::Make(kind) = operation.action {
            made.insert(own, kind);
        }
    }
    Ok(())
}

fn fits_into(operation: &Op, sequence: bool) -> bool {
    let key_fits = match (&operation.key, operation.insert) {
        (Key::Map(_), insert) => !sequence && !insert,
        (Key::Seq(ElementId::Head), insert) => sequence && insert,
        (Key::Seq(ElementId::Id(_)), _) => sequence,
    };
    let action_fits = match &operation.action {
        OpType::Delete | OpType::Increment(_) => !operation.insert && !operation.pred.is_empty(),
        OpType::MarkBegin(_) | OpType::MarkEnd(_) => sequence && operation.insert,
        OpType::Make(_) | OpType::Put(_) => !sequence || operation.insert || !operation.pred.is_empty(),
    };
    key_fits && action_fits && (!operation.insert || operation.pred.is_empty())
}
