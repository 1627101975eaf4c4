//! What a case allows to be written: letters in `description`, answers in `fields`, new entries in `notes` and `photos`.
//!
//! Nothing is ever deleted or overwritten but letters of the description and answers of the form, and those only where
//! their author saw them. Hiding an entry is a new entry that says so.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{
    Automerge, ChangeHash, ExpandedChange, ObjId, ObjType, Patch, PatchAction, ROOT, ReadDoc, ScalarValue,
    Value,
};
use uuid::Uuid;

use super::limits::{
    ANSWER_VALUES_MAX, DESCRIPTION_CHARS_MAX, ENTRY_BYTES_MAX, FIELD_BYTES_MAX, FIELD_KEY_BYTES_MAX,
};
use super::refusal::{Limit, Refusal, Schema};
use super::{Outcome, Policy};

/// The policy of a case's content document.
#[derive(Debug, Clone, Copy, Default)]
pub struct CasePolicy;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Description,
    Fields,
    Entries,
}

/// The four containers that genesis makes.
struct Containers {
    description: ObjId,
    fields: ObjId,
    notes: ObjId,
    photos: ObjId,
}

impl Policy for CasePolicy {
    fn inspect_operations(&self, base: &Automerge, change: &ExpandedChange) -> Result<(), Refusal> {
        let containers = Containers::of(base)?;
        if change.operations.is_empty() {
            return Err(Schema::Empty.into());
        }
        if !change.extra_bytes.is_empty() {
            return Err(Schema::ExtraBytes.into());
        }
        let mut written: BTreeSet<(&ObjId, &str)> = BTreeSet::new();
        let mut fields = Answers { base, deps: &change.deps, seen: BTreeMap::new() };
        for (counter, op) in (change.start_op.get()..).zip(&change.operations) {
            if matches!(op.action, OpType::Make(_)) {
                return Err(Schema::NewObject.into());
            }
            let (place, object) = containers.find(&op.obj).ok_or(Schema::Place)?;
            match place {
                Place::Description => letter(op)?,
                Place::Fields => {
                    let key = answer(op)?;
                    fields.replace(object, key, op, OpId::new(counter, &change.actor_id))?;
                }
                Place::Entries => {
                    let key = entry(op)?;
                    if !base.get_all(object, key).is_ok_and(|values| values.is_empty())
                        || !written.insert((object, key))
                    {
                        return Err(Schema::Overwrite.into());
                    }
                }
            }
        }
        Ok(())
    }

    fn inspect_outcome(&self, outcome: &Outcome<'_>) -> Result<(), Refusal> {
        let containers = Containers::of(outcome.before)?;
        if outcome.patches.iter().any(|patch| !containers.allows(patch)) {
            return Err(Schema::SideEffect.into());
        }
        containers.unnamed_keys_stay(outcome)?;
        for op in &outcome.change.operations {
            if let (Some((Place::Fields, object)), Ok(key)) = (containers.find(&op.obj), map_key(op))
                && value_ids(outcome.after, object, key).len() > ANSWER_VALUES_MAX
            {
                return Err(Limit::AnswerValues.into());
            }
        }
        let text = outcome.after.text(&containers.description).map_err(|_| Schema::NotACase)?;
        if text.chars().count() > DESCRIPTION_CHARS_MAX {
            return Err(Limit::Description.into());
        }
        Ok(())
    }
}

impl Containers {
    fn of(document: &Automerge) -> Result<Self, Schema> {
        let find = |name: &str, wanted: ObjType| match document.get(ROOT, name) {
            Ok(Some((Value::Object(found), id))) if found == wanted => Ok(id),
            _ => Err(Schema::NotACase),
        };
        Ok(Self {
            description: find("description", ObjType::Text)?,
            fields: find("fields", ObjType::Map)?,
            notes: find("notes", ObjType::Map)?,
            photos: find("photos", ObjType::Map)?,
        })
    }

    fn find(&self, id: &ObjectId) -> Option<(Place, &ObjId)> {
        let ObjectId::Id(OpId(counter, actor)) = id else { return None };
        let is = |object: &ObjId| matches!(object, ObjId::Id(c, a, _) if c == counter && a == actor);
        [
            (Place::Description, &self.description),
            (Place::Fields, &self.fields),
            (Place::Entries, &self.notes),
            (Place::Entries, &self.photos),
        ]
        .into_iter()
        .find(|(_, object)| is(object))
    }

    /// The patches that allowed operations can make: letters come and go, answers are put, entries appear.
    fn allows(&self, patch: &Patch) -> bool {
        match &patch.action {
            PatchAction::SpliceText { marks, .. } => patch.obj == self.description && marks.is_none(),
            PatchAction::DeleteSeq { .. } => patch.obj == self.description,
            PatchAction::PutMap { value: (Value::Scalar(_), _), conflict, .. } => {
                patch.obj == self.fields
                    || (!conflict && (patch.obj == self.notes || patch.obj == self.photos))
            }
            PatchAction::Conflict { .. } => patch.obj == self.fields,
            _ => false,
        }
    }

    /// An operation may name a victim in another object than its own. So every key that no operation names must hold exactly
    /// the values that it held, conflicting ones included.
    fn unnamed_keys_stay(&self, outcome: &Outcome<'_>) -> Result<(), Schema> {
        let named: BTreeSet<&str> = outcome
            .change
            .operations
            .iter()
            .filter(|op| self.find(&op.obj).is_some_and(|(place, _)| place == Place::Fields))
            .filter_map(|op| map_key(op).ok())
            .collect();
        for object in [&ROOT, &self.fields, &self.notes, &self.photos] {
            for key in outcome.before.keys(object) {
                if *object == self.fields && named.contains(key.as_str()) {
                    continue;
                }
                if value_ids(outcome.before, object, &key) != value_ids(outcome.after, object, &key) {
                    return Err(Schema::SideEffect);
                }
            }
        }
        Ok(())
    }
}

/// The operations whose values are in view at a key, the losers of a conflict included.
fn value_ids(document: &Automerge, object: &ObjId, key: &str) -> Vec<ObjId> {
    document.get_all(object, key).unwrap_or_default().into_iter().map(|(_, id)| id).collect()
}

/// One character comes, or one that its author saw goes.
fn letter(op: &Op) -> Result<(), Refusal> {
    match (&op.action, &op.key, op.insert) {
        (OpType::Put(ScalarValue::Str(text)), Key::Seq(_), true) if op.pred.is_empty() => {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(_), None) => Ok(()),
                _ => Err(Schema::Character.into()),
            }
        }
        (OpType::Delete, Key::Seq(ElementId::Id(element)), false) if op.pred.iter().eq([element]) => Ok(()),
        _ => Err(Schema::Kind.into()),
    }
}

/// One plain value under a well-formed key. Gives the key.
fn answer(op: &Op) -> Result<&str, Refusal> {
    let value = put(op)?;
    let key = map_key(op)?;
    if key.len() > FIELD_KEY_BYTES_MAX {
        return Err(Limit::FieldKey.into());
    }
    let well_formed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
    if key.is_empty() || !key.bytes().all(well_formed) {
        return Err(Schema::Key.into());
    }
    match value {
        ScalarValue::Str(text) if text.len() > FIELD_BYTES_MAX => Err(Limit::Field.into()),
        ScalarValue::F64(number) if !number.is_finite() => Err(Schema::Type.into()),
        ScalarValue::Str(_)
        | ScalarValue::Int(_)
        | ScalarValue::F64(_)
        | ScalarValue::Boolean(_)
        | ScalarValue::Null => Ok(key),
        _ => Err(Schema::Type.into()),
    }
}

/// One JSON object under a UUID, replacing nothing. Gives the key.
fn entry(op: &Op) -> Result<&str, Refusal> {
    if matches!(op.action, OpType::Delete) || !op.pred.is_empty() {
        return Err(Schema::Overwrite.into());
    }
    let ScalarValue::Str(json) = put(op)? else { return Err(Schema::Type.into()) };
    let key = map_key(op)?;
    if Uuid::try_parse(key).map(|id| id.hyphenated().to_string()).as_deref() != Ok(key) {
        return Err(Schema::Key.into());
    }
    if json.len() > ENTRY_BYTES_MAX {
        return Err(Limit::Entry.into());
    }
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json) {
        Ok(_) => Ok(key),
        Err(_) => Err(Schema::Json.into()),
    }
}

fn put(op: &Op) -> Result<&ScalarValue, Schema> {
    match &op.action {
        OpType::Put(value) if !op.insert => Ok(value),
        OpType::Delete => Err(Schema::Overwrite),
        _ => Err(Schema::Kind),
    }
}

fn map_key(op: &Op) -> Result<&str, Schema> {
    match &op.key {
        Key::Map(key) => Ok(key),
        Key::Seq(_) => Err(Schema::Kind),
    }
}

/// The answers that the author saw, by key: what each of his own must replace, no more and no less.
struct Answers<'a> {
    base: &'a Automerge,
    deps: &'a [ChangeHash],
    seen: BTreeMap<String, Vec<OpId>>,
}

impl Answers<'_> {
    fn replace(&mut self, fields: &ObjId, key: &str, op: &Op, own: OpId) -> Result<(), Schema> {
        let seen = match self.seen.get(key) {
            Some(seen) => seen.clone(),
            None => self.at_dependencies(fields, key)?,
        };
        if !op.pred.iter().eq(&seen) {
            return Err(Schema::Predecessor);
        }
        self.seen.insert(key.to_owned(), vec![own]);
        Ok(())
    }

    /// The operations in view at the author's heads, in the order of [`Op::pred`].
    fn at_dependencies(&self, fields: &ObjId, key: &str) -> Result<Vec<OpId>, Schema> {
        let values = self.base.get_all_at(fields, key, self.deps).map_err(|_| Schema::Predecessor)?;
        let ids = values.into_iter().filter_map(|(_, id)| match id {
            ObjId::Id(counter, actor, _) => Some(OpId(counter, actor)),
            ObjId::Root => None,
        });
        let mut ids: Vec<OpId> = ids.collect();
        ids.sort_unstable();
        Ok(ids)
    }
}
