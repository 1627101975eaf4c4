//! The content document: what people write about a case. Merges without a referee; nothing in it decides anything.
//!
//! The only module besides the gate that speaks to Automerge. Foreign changes come in through [`Content::admit`] alone.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjId, Patch, PatchAction, ROOT, ReadDoc,
    ScalarValue, Value,
};
use serde::{Deserialize, Serialize};
use yuandian_model::limits::TITLE_CHARS_MAX;
use yuandian_model::{BlobHash, EntryId};

use crate::entry::{Edit, NoteEntry, PhotoEntry, PreviewEntry, RenditionRef};
use crate::gate::{self, Checks, Refusal};
use crate::genesis;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The document does not know the heads it was to be edited at.
    #[error("the text was written against a version that this phone does not hold")]
    UnknownHeads,
    /// More than the gate lets through in one change: write less at a time. Every letter that comes or goes counts.
    #[error("too much at once ({0}): make the change smaller")]
    TooMuch(&'static str),
    /// The CRDT library failed on receipted bytes: rebuild the document from its changes.
    #[error("the document cannot be read: {0}")]
    Damaged(String),
}

impl From<AutomergeError> for ContentError {
    fn from(error: AutomergeError) -> Self {
        ContentError::Damaged(error.to_string())
    }
}

/// One value of an answer and the change it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The value.
    pub value: String,
    /// The change that wrote it: look its author and time up by this.
    pub change: ChangeHash,
}

/// An answer: one value, or several that nobody has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// All values in view in a fixed order; the first is what is shown until somebody settles it.
    pub candidates: Vec<Candidate>,
}

impl Answer {
    /// The value shown.
    #[must_use]
    pub fn value(&self) -> &str {
        self.candidates.first().map_or("", |c| c.value.as_str())
    }

    /// Whether people wrote different values without seeing each other's.
    #[must_use]
    pub fn in_conflict(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.value != self.value())
    }
}

/// An entry and the change it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its id.
    pub id: EntryId,
    /// What it says.
    pub entry: T,
    /// The change that wrote it.
    pub change: ChangeHash,
}

/// The document, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentView {
    /// The description.
    pub description: String,
    /// Answers by key.
    pub answers: BTreeMap<String, Answer>,
    /// Notes in causal order.
    pub notes: Vec<Entry<NoteEntry>>,
    /// Photos in causal order.
    pub photos: Vec<Entry<PhotoEntry>>,
    /// Small sizes that came later, in causal order.
    pub previews: Vec<Entry<PreviewEntry>>,
}

/// What a list shows of a text: the first characters of its first line that says something, at most [`TITLE_CHARS_MAX`]; empty where none does.
#[must_use]
pub fn title_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(TITLE_CHARS_MAX).collect()
}

impl ContentView {
    /// The files that travel through the transfer queue, each with the entry that names it and the change that the entry came with.
    pub fn files(&self) -> impl Iterator<Item = (EntryId, ChangeHash, BlobHash)> + '_ {
        let of = |id: EntryId, change: ChangeHash| move |file: &RenditionRef| (id, change, file.hash);
        let photos = self.photos.iter().flat_map(move |e| e.entry.files().map(of(e.id, e.change)));
        let previews = self.previews.iter().flat_map(move |e| e.entry.files().map(of(e.id, e.change)));
        let notes = self
            .notes
            .iter()
            .flat_map(move |e| e.entry.files.iter().map(|attached| &attached.file).map(of(e.id, e.change)));
        photos.chain(previews).chain(notes)
    }
}

/// A content document in memory: a cache of its changes, thrown away whenever in doubt.
#[derive(Clone)]
pub struct Content {
    document: Automerge,
}

impl Default for Content {
    fn default() -> Self {
        Self { document: genesis::document() }
    }
}

impl Content {
    /// A document that was made by this crate.
    pub(crate) fn of(document: Automerge) -> Self {
        Self { document }
    }

    pub(crate) fn document(&self) -> &Automerge {
        &self.document
    }

    /// Loads a snapshot that this device saved and stored itself.
    ///
    /// # Errors
    /// [`ContentError::Damaged`]: rebuild from the changes.
    pub fn load(snapshot: &[u8]) -> Result<Self, ContentError> {
        guarded(|| Ok(Self { document: Automerge::load(snapshot)? }))
    }

    /// Adds changes that passed the gate before and were stored since. Known ones are passed over.
    ///
    /// # Errors
    /// [`ContentError::Damaged`]; the document is as before.
    pub fn replay<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), ContentError> {
        let parsed = |bytes: &[u8]| Change::try_from(bytes).map_err(|e| ContentError::Damaged(e.to_string()));
        let trial = guarded(|| {
            let changes = changes.into_iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
            let mut document = self.document.clone();
            document.apply_changes(changes)?;
            Ok(document)
        })?;
        self.document = trial;
        Ok(())
    }

    /// Lets a foreign change in through the gate: bound to `actor`, within the policy of a case.
    /// Gives the change in the form to store.
    ///
    /// # Errors
    /// The gate's [`Refusal`]; the document is as before.
    pub fn admit(&mut self, raw: &[u8], actor: &ActorId) -> Result<AdmittedChange, Refusal> {
        let (content, admitted) = self.with(raw, actor)?;
        *self = content;
        Ok(admitted)
    }

    /// The document as [`Content::admit`] would leave it.
    ///
    /// # Errors
    /// Those of [`Content::admit`].
    pub fn with(&self, raw: &[u8], actor: &ActorId) -> Result<(Self, AdmittedChange), Refusal> {
        let admitted = gate::admit(&self.document, raw, &Checks::case(actor))?;
        let put = |patch: &Patch| match &patch.action {
            PatchAction::PutMap { key, .. } => key.parse().ok(),
            _ => None,
        };
        let added: BTreeSet<EntryId> = admitted.patches.iter().filter_map(put).collect();
        let change = AdmittedChange {
            hash: admitted.change_hash,
            bytes: admitted.bytes,
            saved: admitted.saved,
            photos: entries(&admitted.document, "photos", |id| added.contains(id)),
            previews: entries(&admitted.document, "photos", |id| added.contains(id)),
            notes: entries(&admitted.document, "notes", |id| added.contains(id)),
        };
        Ok((Self { document: admitted.document }, change))
    }

    /// Current heads, in rising order.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads = self.document.get_heads();
        heads.sort();
        heads
    }

    /// The whole document as bytes, for [`Content::load`].
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.document.save()
    }

    /// Writes edits as one change of `actor` against the heads that their author saw, and gives its bytes.
    /// `None` where the edits change nothing.
    ///
    /// Against older heads than the document's the caller passes the actor of the next branch: one actor is one linear history.
    ///
    /// # Errors
    /// [`ContentError`]; the document is as before.
    pub fn write(
        &mut self,
        seen: &[ChangeHash],
        actor: &ActorId,
        edits: &[Edit],
        wall_ms: i64,
    ) -> Result<Option<(ChangeHash, Vec<u8>)>, ContentError> {
        let at_head = {
            let mut seen = seen.to_vec();
            seen.sort();
            seen == self.heads()
        };
        let trial = guarded(|| {
            let mut branch = if at_head {
                self.document.clone()
            } else {
                self.document.fork_at(seen).map_err(|_| ContentError::UnknownHeads)?
            };
            branch.set_actor(actor.clone());
            let mut tx = branch.transaction();
            for edit in edits {
                put(&mut tx, edit)?;
            }
            let options = CommitOptions::default().with_time(wall_ms.div_euclid(1000));
            if tx.commit_with(options).0.is_none() {
                return Ok(None);
            }
            let change = branch.get_last_local_change().ok_or(ContentError::UnknownHeads)?;
            let written = (change.hash(), change.raw_bytes().to_vec());
            // What the gate would refuse later is said now, while the writer can still mend it.
            gate::scan(&written.1).map_err(|refusal| ContentError::TooMuch(refusal.detail()))?;
            let document = if at_head {
                branch
            } else {
                let mut whole = self.document.clone();
                whole.apply_changes([change])?;
                whole
            };
            Ok(Some((document, written)))
        })?;
        Ok(trial.map(|(document, written)| {
            self.document = document;
            written
        }))
    }

    /// What an own, stored change stands on.
    ///
    /// # Errors
    /// [`ContentError::Damaged`] for bytes that are no change.
    pub fn dependencies(change: &[u8]) -> Result<Vec<ChangeHash>, ContentError> {
        guarded(|| {
            let change = Change::try_from(change).map_err(|e| ContentError::Damaged(e.to_string()))?;
            Ok(change.deps().to_vec())
        })
    }

    /// The name of an own, stored change.
    ///
    /// # Errors
    /// [`ContentError::Damaged`] for bytes that are no change.
    pub fn name_of(change: &[u8]) -> Result<ChangeHash, ContentError> {
        guarded(|| Ok(Change::try_from(change).map_err(|e| ContentError::Damaged(e.to_string()))?.hash()))
    }

    /// Whether an edit is in the document already: an entry by its id, an answer or description by its value.
    #[must_use]
    pub fn holds(&self, edit: &Edit) -> bool {
        let view = self.view();
        match edit {
            Edit::Describe(text) => view.description == *text,
            Edit::Answer { key, value } => {
                view.answers.get(key).is_some_and(|a| !a.in_conflict() && *value == *a.value())
            }
            Edit::Note(id, _) => view.notes.iter().any(|n| n.id == *id),
            Edit::Photo(id, _) => view.photos.iter().any(|p| p.id == *id),
            Edit::Preview(id, _) => view.previews.iter().any(|p| p.id == *id),
        }
    }

    /// Reads the document. Entries that are not well-formed cannot pass the gate and are left out.
    #[must_use]
    pub fn view(&self) -> ContentView {
        let document = &self.document;
        let Some(description) = container(document, "description") else {
            return ContentView::default();
        };
        ContentView {
            description: document.text(&description).unwrap_or_default(),
            answers: answers(document),
            notes: entries(document, "notes", |_| true),
            photos: entries(document, "photos", |_| true),
            previews: entries(document, "photos", |_| true),
        }
    }
}

/// What [`Content::admit`] let in.
#[derive(Debug)]
pub struct AdmittedChange {
    /// The change's name.
    pub hash: ChangeHash,
    /// Its canonical bytes: store and send on these.
    pub bytes: Vec<u8>,
    /// The whole document saved, proven to load.
    pub saved: Vec<u8>,
    /// Photos it adds.
    pub photos: Vec<Entry<PhotoEntry>>,
    /// Small sizes it adds.
    pub previews: Vec<Entry<PreviewEntry>>,
    /// Notes it adds.
    pub notes: Vec<Entry<NoteEntry>>,
}

/// No panic of the CRDT library gets out; it is a damaged document instead.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, ContentError>) -> Result<T, ContentError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ContentError::Damaged("the library gave up".into())))
}

pub(crate) fn container(document: &Automerge, name: &str) -> Option<ObjId> {
    match document.get(ROOT, name) {
        Ok(Some((Value::Object(_), id))) => Some(id),
        _ => None,
    }
}

fn put(tx: &mut automerge::transaction::Transaction<'_>, edit: &Edit) -> Result<(), ContentError> {
    let object = |tx: &automerge::transaction::Transaction<'_>, name: &str| match tx.get(ROOT, name) {
        Ok(Some((Value::Object(_), id))) => Ok(id),
        _ => Err(ContentError::Damaged(format!("no {name}"))),
    };
    match edit {
        Edit::Describe(text) => {
            let description = object(tx, "description")?;
            tx.update_text(&description, text)?;
        }
        Edit::Answer { key, value } => {
            let fields = object(tx, "fields")?;
            if tx.get_all(&fields, key.as_str())?.len() > 1 {
                // Putting a conflict's winner again would delete the loser instead of writing, and the gate lets nothing be
                // deleted: so the settled value is always a write of its own, in the settler's name.
                tx.put(&fields, key, ScalarValue::Null)?;
            }
            tx.put(&fields, key, &**value)?;
        }
        Edit::Note(id, entry) => put_entry(tx, &object(tx, "notes")?, *id, entry)?,
        Edit::Photo(id, entry) => put_entry(tx, &object(tx, "photos")?, *id, entry)?,
        Edit::Preview(id, entry) => put_entry(tx, &object(tx, "photos")?, *id, entry)?,
    }
    Ok(())
}

fn put_entry<T: Serialize>(
    tx: &mut automerge::transaction::Transaction<'_>,
    map: &ObjId,
    id: EntryId,
    entry: &T,
) -> Result<(), ContentError> {
    let json = serde_json::to_string(entry).map_err(|e| ContentError::Damaged(e.to_string()))?;
    tx.put(map, id.to_string(), json)?;
    Ok(())
}

fn answers(document: &Automerge) -> BTreeMap<String, Answer> {
    let Some(fields) = container(document, "fields") else {
        return BTreeMap::new();
    };
    let read = |key: String| {
        let values = document.get_all(&fields, key.as_str()).ok()?;
        // Automerge gives the losers first and its winner last: the winner is shown.
        let candidates: Vec<Candidate> = values
            .into_iter()
            .rev()
            .filter_map(|(value, id)| {
                Some(Candidate { value: text_of(&value)?, change: document.hash_for_opid(&id)? })
            })
            .collect();
        (!candidates.is_empty()).then_some((key, Answer { candidates }))
    };
    document.keys(&fields).filter_map(read).collect()
}

fn text_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Scalar(scalar) => Some(match scalar.as_ref() {
            ScalarValue::Str(text) => text.to_string(),
            ScalarValue::Int(number) => number.to_string(),
            ScalarValue::F64(number) => number.to_string(),
            ScalarValue::Boolean(truth) => truth.to_string(),
            _ => return None,
        }),
        Value::Object(_) => None,
    }
}

fn entries<T: for<'de> Deserialize<'de>>(
    document: &Automerge,
    name: &str,
    wanted: impl Fn(&EntryId) -> bool,
) -> Vec<Entry<T>> {
    let Some(map) = container(document, name) else {
        return Vec::new();
    };
    let mut found: Vec<(ObjId, Entry<T>)> = document
        .keys(&map)
        .filter_map(|key| {
            let id: EntryId = key.parse().ok()?;
            if !wanted(&id) {
                return None;
            }
            let (value, op) = document.get(&map, key.as_str()).ok()??;
            let entry = serde_json::from_str(&text_of(&value)?).ok()?;
            let change = document.hash_for_opid(&op)?;
            Some((op, Entry { id, entry, change }))
        })
        .collect();
    // Operation ids are in Lamport order: the same on every device, and no entry before one that its author had seen.
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use yuandian_model::form::SharedAnswer;

    use super::*;

    fn actor(number: u8) -> ActorId {
        ActorId::from([number; 16])
    }
    fn answer(key: &str, value: &str) -> Edit {
        Edit::Answer { key: key.into(), value: SharedAnswer::standing(value) }
    }
    fn note(number: u8, text: &str) -> Edit {
        Edit::Note(EntryId([number; 16]), NoteEntry::of(text, 5))
    }
    fn write(content: &mut Content, by: u8, edits: &[Edit]) -> Vec<u8> {
        let heads = content.heads();
        content.write(&heads, &actor(by), edits, 1_000).unwrap().unwrap().1
    }

    #[test]
    fn what_one_writes_the_other_reads_through_the_gate() {
        let mut ours = Content::default();
        let bytes = write(
            &mut ours,
            1,
            &[Edit::Describe("门口有垃圾".into()), answer("severity", "high"), note(7, "附近")],
        );
        let mut theirs = Content::default();
        theirs.admit(&bytes, &actor(1)).unwrap();
        assert_eq!(theirs.view(), ours.view());
        assert_eq!(theirs.view().description, "门口有垃圾");
        assert_eq!(theirs.view().notes[0].entry.text, "附近");
        let reloaded = Content::load(&theirs.save()).unwrap();
        assert_eq!((reloaded.view(), reloaded.heads()), (theirs.view(), theirs.heads()));
    }

    #[test]
    fn different_fields_merge_and_the_same_field_shows_both_until_settled() {
        let (mut a, mut b) = (Content::default(), Content::default());
        let from_a = write(&mut a, 1, &[answer("address", "东门"), answer("severity", "high")]);
        let from_b = write(&mut b, 2, &[answer("amount", "三袋"), answer("severity", "low")]);
        a.admit(&from_b, &actor(2)).unwrap();
        b.admit(&from_a, &actor(1)).unwrap();
        assert_eq!(a.view(), b.view());
        let view = a.view();
        assert_eq!((view.answers["address"].value(), view.answers["amount"].value()), ("东门", "三袋"));
        assert!(view.answers["severity"].in_conflict());
        let winner = view.answers["severity"].value().to_owned();
        let settled = write(&mut a, 1, &[answer("severity", &winner)]);
        b.admit(&settled, &actor(1)).unwrap();
        assert!(!b.view().answers["severity"].in_conflict(), "writing the shown value settles it");
        assert_eq!(b.view().answers["severity"].value(), winner);
    }

    #[test]
    fn a_form_saved_from_older_heads_is_a_conflict_not_an_overwrite() {
        let mut content = Content::default();
        write(&mut content, 1, &[answer("severity", "low")]);
        let opened_at = content.heads();
        write(&mut content, 2, &[answer("severity", "high")]);
        let (_, bytes) =
            content.write(&opened_at, &actor(3), &[answer("severity", "normal")], 0).unwrap().unwrap();
        let shown = &content.view().answers["severity"];
        let values: Vec<&str> = shown.candidates.iter().map(|c| c.value.as_str()).collect();
        assert_eq!(values.len(), 2);
        assert!(values.contains(&"high") && values.contains(&"normal"));
        assert!(!bytes.is_empty());
    }

    #[test]
    fn writing_nothing_new_writes_nothing() {
        let mut content = Content::default();
        write(&mut content, 1, &[answer("severity", "low")]);
        let heads = content.heads();
        assert!(content.write(&heads, &actor(1), &[answer("severity", "low")], 0).unwrap().is_none());
        assert!(content.holds(&answer("severity", "low")));
        assert!(!content.holds(&note(9, "x")));
    }

    #[test]
    fn unknown_heads_and_damaged_snapshots_are_errors() {
        let mut content = Content::default();
        let nowhere = [ChangeHash([7; 32])];
        assert!(matches!(
            content.write(&nowhere, &actor(1), &[note(1, "x")], 0),
            Err(ContentError::UnknownHeads)
        ));
        assert!(Content::load(b"nonsense").is_err());
        assert!(content.replay([b"nonsense".as_slice()]).is_err());
        assert_eq!(content.view(), ContentView::default());
    }

    #[test]
    fn more_than_the_gate_takes_is_refused_where_it_is_written() {
        let mut content = Content::default();
        let text = |letter: &str, chars: usize| [Edit::Describe(letter.repeat(chars))];
        write(&mut content, 1, &text("一", 3_000));
        let heads = content.heads();
        let refused = content.write(&heads, &actor(1), &text("二", 2_001), 0);
        assert!(matches!(refused, Err(ContentError::TooMuch("op_bomb"))), "3,000 letters go and 2,001 come");
        assert_eq!(content.heads(), heads);
        assert!(content.write(&heads, &actor(1), &text("二", 2_000), 0).unwrap().is_some());
    }

    #[test]
    fn entries_are_append_only_for_everybody() {
        let mut ours = Content::default();
        let first = write(&mut ours, 1, &[note(7, "原话")]);
        let mut theirs = Content::default();
        theirs.admit(&first, &actor(1)).unwrap();
        let forged = write(&mut theirs, 2, &[note(7, "改过")]);
        assert!(ours.admit(&forged, &actor(2)).is_err());
        assert_eq!(ours.view().notes[0].entry.text, "原话");
    }
}
