//! A document's next generation: the same changes by the same people in the same order, with passages of their words blotted out.
//!
//! A change is named by its bytes, so nothing can be taken out of one that exists. What can be done is to make every change again with a mark
//! in the place of each letter that goes: numbers of operations, authors, times and conflicts stay as they are, only names follow. So who wrote
//! what, what was deleted and what is still disputed reads after it as before, and what somebody wrote meanwhile on the old ground is put on
//! the new one by its names alone ([`Content::on_new_ground`]).
//!
//! Guarantees: a letter that is blotted stands in no change any more, those that were deleted since included; a change without such a letter that
//! stands on none keeps its name; doing it again changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use automerge::legacy::{ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjId, ReadDoc, ScalarValue};

use crate::content::{Content, ContentError, container, guarded};
use crate::entry::NoteEntry;

/// What stands for each letter that went.
pub const BLOT: char = '▇';

/// Finds the passages of a text that go: in characters (Unicode scalar values), the end not counted.
pub type Passages<'a> = dyn Fn(&str) -> Vec<Range<usize>> + 'a;

/// What becomes of a document.
pub struct Redacted {
    /// It.
    pub content: Content,
    /// Each change in the order given: its name and its bytes, which are as before where nothing of it changed.
    pub changes: Vec<(ChangeHash, Vec<u8>)>,
    /// Letters that went.
    pub letters: usize,
}

/// Where these words stand in a text, also over each other. An empty word stands nowhere.
#[must_use]
pub fn places_of(words: &[String], text: &str) -> Vec<Range<usize>> {
    let letters: Vec<char> = text.chars().collect();
    let words = words.iter().map(|word| word.chars().collect::<Vec<char>>()).filter(|word| !word.is_empty());
    let of = |word: Vec<char>| {
        let starts = letters.windows(word.len()).enumerate().filter(|(_, window)| *window == word);
        starts.map(|(start, _)| start..start + word.len()).collect::<Vec<_>>()
    };
    words.flat_map(of).collect()
}

/// Blots the passages of a text out; how many letters went.
pub fn blot(text: &mut String, passages: &Passages<'_>) -> usize {
    let places: BTreeSet<usize> = passages(text).into_iter().flatten().collect();
    let mut gone = 0;
    let after = text.chars().enumerate().map(|(place, letter)| {
        let goes = letter != BLOT && places.contains(&place);
        gone += usize::from(goes);
        if goes { BLOT } else { letter }
    });
    *text = after.collect();
    gone
}

/// Makes a document's changes again, in whatever order they come. Only texts of changes that are `read` are looked at; what goes from a
/// description goes wherever it stands.
///
/// # Errors
/// [`ContentError::Damaged`] for bytes that are no changes of one document.
pub fn redact(changes: &[(&[u8], bool)], passages: &Passages<'_>) -> Result<Redacted, ContentError> {
    guarded(|| {
        let damaged = |e: automerge::LoadChangeError| ContentError::Damaged(e.to_string());
        let parsed: Vec<Change> = changes
            .iter()
            .map(|(bytes, _)| Change::try_from(*bytes).map_err(damaged))
            .collect::<Result<_, _>>()?;
        let mut before = crate::genesis::document();
        before.apply_changes(parsed.iter().cloned())?;
        let read = parsed.iter().zip(changes).filter(|(_, (_, read))| *read).map(|(change, _)| change.hash());
        let letters = letters_to_go(&before, read, passages)?;
        let (fields, notes) = (container(&before, "fields"), container(&before, "notes"));

        let mut renamed: BTreeMap<ChangeHash, ChangeHash> = BTreeMap::new();
        let places: BTreeMap<ChangeHash, usize> =
            parsed.iter().enumerate().map(|(place, change)| (change.hash(), place)).collect();
        let mut made = vec![None; parsed.len()];
        let mut gone = 0;
        // The library gives each change after those that it stands on.
        for change in before.get_changes(&[]) {
            let Some(&place) = places.get(&change.hash()) else { continue };
            let (bytes, read) = &changes[place];
            let mut expanded = change.decode();
            let mut touched = follow(&mut expanded.deps, &renamed);
            let mine = letters.get(&expanded.actor_id);
            let first = expanded.start_op.get();
            for (op, number) in expanded.operations.iter_mut().zip(first..) {
                let is_letter = mine.is_some_and(|mine| mine.contains(&number));
                let (in_fields, in_notes) = (is_in(op, fields.as_ref()), is_in(op, notes.as_ref()));
                let OpType::Put(ScalarValue::Str(kept)) = &mut op.action else { continue };
                let mut text = kept.to_string();
                let blotted = if is_letter {
                    blot(&mut text, &|letter| std::iter::once(0..letter.chars().count()).collect())
                } else if *read && in_fields {
                    blot(&mut text, passages)
                } else if *read && in_notes {
                    blot_note(&mut text, passages)?
                } else {
                    0
                };
                if blotted > 0 {
                    *kept = text.into();
                    touched = true;
                    gone += blotted;
                }
            }
            let (name, bytes) = if touched {
                let change = Change::from(expanded);
                (change.hash(), change.raw_bytes().to_vec())
            } else {
                (change.hash(), bytes.to_vec())
            };
            if name != change.hash() {
                renamed.insert(change.hash(), name);
            }
            made[place] = Some((name, bytes));
        }
        let whole: Option<Vec<_>> = made.into_iter().collect();
        let changes =
            whole.ok_or_else(|| ContentError::Damaged("a change stands on one that is not there".into()))?;
        let mut content = Content::default();
        content.replay(changes.iter().map(|(_, bytes)| bytes.as_slice()))?;
        Ok(Redacted { content, changes, letters: gone })
    })
}

impl Content {
    /// An own change that stands on a generation before this one, put on this one: `renamed` says what changes are called now. Gives its name, its
    /// bytes and the description as its author left it, and writes it into this document; `None` where this document does not hold what it stands on.
    ///
    /// # Errors
    /// [`ContentError::Damaged`] for bytes that are no change.
    pub fn on_new_ground(
        &mut self,
        change: &[u8],
        renamed: &BTreeMap<ChangeHash, ChangeHash>,
    ) -> Result<Option<(ChangeHash, Vec<u8>, String)>, ContentError> {
        let made = guarded(|| {
            let change = Change::try_from(change).map_err(|e| ContentError::Damaged(e.to_string()))?;
            let mut expanded = change.decode();
            follow(&mut expanded.deps, renamed);
            let change = Change::from(expanded);
            let mut document = self.document().clone();
            if change.deps().iter().any(|dep| document.get_change_by_hash(dep).is_none()) {
                return Ok(None);
            }
            let name = change.hash();
            let bytes = change.raw_bytes().to_vec();
            document.apply_changes([change])?;
            let description = match container(&document, "description") {
                Some(description) => document.text_at(&description, &[name])?,
                None => String::new(),
            };
            Ok(Some((Content::of(document), (name, bytes, description))))
        })?;
        Ok(made.map(|(content, made)| {
            *self = content;
            made
        }))
    }
}

/// Names follow; whether one did. A change names what it stands on in rising order.
fn follow(deps: &mut [ChangeHash], renamed: &BTreeMap<ChangeHash, ChangeHash>) -> bool {
    let mut followed = false;
    for dep in deps.iter_mut() {
        if let Some(name) = renamed.get(dep) {
            *dep = *name;
            followed = true;
        }
    }
    deps.sort();
    followed
}

/// The letters of the description that go, by the operations that brought them: those of a passage that stood in it as one of the changes left it,
/// or that stands in it now. For each actor the numbers of its operations.
fn letters_to_go(
    document: &Automerge,
    read: impl Iterator<Item = ChangeHash>,
    passages: &Passages<'_>,
) -> Result<BTreeMap<ActorId, BTreeSet<u64>>, ContentError> {
    let mut letters: BTreeMap<ActorId, BTreeSet<u64>> = BTreeMap::new();
    let Some(description) = container(document, "description") else {
        return Ok(letters);
    };
    let mut states: Vec<Vec<ChangeHash>> = read.map(|hash| vec![hash]).collect();
    if !states.is_empty() {
        states.push(document.get_heads());
    }
    for heads in states {
        // Words that read the same may be other letters: somebody deleted them and wrote them again.
        for index in passages(&document.text_at(&description, &heads)?).into_iter().flatten() {
            if let Some((_, ObjId::Id(number, actor, _))) = document.get_at(&description, index, &heads)? {
                letters.entry(actor).or_default().insert(number);
            }
        }
    }
    Ok(letters)
}

fn is_in(op: &Op, container: Option<&ObjId>) -> bool {
    match (&op.obj, container) {
        (ObjectId::Id(OpId(number, actor)), Some(ObjId::Id(n, a, _))) => (number, actor) == (n, a),
        _ => false,
    }
}

/// An entry that cannot be read shows nothing, and stays as it is.
fn blot_note(json: &mut String, passages: &Passages<'_>) -> Result<usize, ContentError> {
    let Ok(mut note) = serde_json::from_str::<NoteEntry>(json) else { return Ok(0) };
    let gone = blot(&mut note.text, passages);
    if gone > 0 {
        *json = serde_json::to_string(&note).map_err(|e| ContentError::Damaged(e.to_string()))?;
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use yuandian_model::EntryId;
    use yuandian_model::form::SharedAnswer;

    use super::*;
    use crate::Edit;

    const PHONE: &str = "13800001234";

    fn actor(number: u8) -> ActorId {
        ActorId::from([number; 16])
    }

    fn answer(key: &str, value: &str) -> Edit {
        Edit::Answer { key: key.into(), value: SharedAnswer::standing(value) }
    }

    fn note(number: u8, text: &str) -> Edit {
        Edit::Note(EntryId([number; 16]), NoteEntry::of(text, 5))
    }

    /// Every place where the word stands.
    fn word(word: &str) -> impl Fn(&str) -> Vec<Range<usize>> {
        let words = [word.to_owned()];
        move |text: &str| places_of(&words, text)
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let places = |words: &[&str], text: &str| {
            places_of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), text)
        };
        assert_eq!(places(&["井盖", "", "aa"], "井盖井aaa"), [0..2, 3..5, 4..6]);
        assert_eq!(places(&["很长的词"], "短"), []);
    }

    struct Written {
        content: Content,
        changes: Vec<Vec<u8>>,
    }

    impl Written {
        fn by(&mut self, number: u8, edits: &[Edit]) -> ChangeHash {
            let heads = self.content.heads();
            self.at(&heads, number, edits)
        }

        fn at(&mut self, seen: &[ChangeHash], number: u8, edits: &[Edit]) -> ChangeHash {
            let (hash, bytes) = self.content.write(seen, &actor(number), edits, 1_000).unwrap().unwrap();
            self.changes.push(bytes);
            hash
        }

        fn redacted(&self, passages: &Passages<'_>) -> Redacted {
            let changes: Vec<(&[u8], bool)> =
                self.changes.iter().map(|bytes| (bytes.as_slice(), true)).collect();
            redact(&changes, passages).unwrap()
        }
    }

    /// A description that two people wrote at once, an answer in conflict, notes, and a number that was deleted since.
    fn written() -> Written {
        let mut written = Written { content: Content::default(), changes: Vec::new() };
        written.by(1, &[Edit::Describe(format!("井盖坏了,打{PHONE}找我")), answer("address", "东门")]);
        let seen = written.content.heads();
        written.by(1, &[Edit::Describe("井盖坏了,找我".into()), note(7, "附近")]);
        written.at(
            &seen,
            2,
            &[Edit::Describe(format!("东门井盖坏了,打{PHONE}找我")), answer("address", "西门")],
        );
        written.by(3, &[note(8, &format!("回电{PHONE}")), answer("address", PHONE)]);
        written
    }

    #[test]
    fn changes_decode_and_encode_to_the_same_bytes() {
        for bytes in &written().changes {
            let change = Change::try_from(bytes.as_slice()).unwrap();
            assert_eq!(Change::from(change.decode()).raw_bytes(), bytes.as_slice());
        }
    }

    #[test]
    fn nothing_to_go_changes_nothing() {
        let written = written();
        let redacted = written.redacted(&word("无此字"));
        let bytes: Vec<Vec<u8>> = redacted.changes.iter().map(|(_, bytes)| bytes.clone()).collect();
        assert_eq!((bytes, redacted.letters), (written.changes.clone(), 0));
        assert_eq!(redacted.content.heads(), written.content.heads());
    }

    #[test]
    fn a_word_is_gone_from_every_change_and_all_else_reads_as_before() {
        let written = written();
        let redacted = written.redacted(&word(PHONE));
        assert!(redacted.letters >= 3 * PHONE.len());
        let (before, after) = (written.content.view(), redacted.content.view());
        assert_eq!(
            after.description,
            before.description.replace(PHONE, &BLOT.to_string().repeat(PHONE.len()))
        );
        assert_eq!(after.notes[1].entry.text, format!("回电{}", BLOT.to_string().repeat(PHONE.len())));
        assert_eq!(after.notes[0].entry, before.notes[0].entry);
        assert_eq!(after.answers["address"].candidates.len(), before.answers["address"].candidates.len());
        for (_, bytes) in &redacted.changes {
            let text = format!("{:?}", Change::try_from(bytes.as_slice()).unwrap().decode());
            assert!(!text.contains(PHONE), "{text}");
            let letters: String =
                text.split("Str(\"").skip(1).filter_map(|rest| rest.chars().next()).collect();
            assert!(!letters.contains("1380"), "{letters}");
        }
        let names: BTreeSet<ChangeHash> = redacted.changes.iter().map(|(name, _)| *name).collect();
        for head in redacted.content.heads() {
            assert!(names.contains(&head));
        }
        let again: Vec<(&[u8], bool)> = redacted.changes.iter().map(|(_, b)| (b.as_slice(), true)).collect();
        let again = redact(&again, &word(PHONE)).unwrap();
        assert_eq!((again.letters, again.changes), (0, redacted.changes));
    }

    #[test]
    fn every_change_passes_the_gate_as_the_one_before_did() {
        let written = written();
        let redacted = written.redacted(&word(PHONE));
        let mut theirs = Content::default();
        for ((_, bytes), number) in redacted.changes.iter().zip([1, 1, 2, 3]) {
            theirs.admit(bytes, &actor(number)).unwrap();
        }
        assert_eq!(theirs.heads(), redacted.content.heads());
        assert_eq!(theirs.view(), redacted.content.view());
    }

    #[test]
    fn a_word_that_was_deleted_and_written_again_goes_both_times() {
        let mut written = Written { content: Content::default(), changes: Vec::new() };
        let text = format!("打{PHONE}");
        for said in [text.as_str(), "", text.as_str()] {
            written.by(1, &[Edit::Describe(said.into())]);
        }
        let redacted = written.redacted(&word(PHONE));
        assert_eq!(redacted.letters, 2 * PHONE.len());
        assert!(!redacted.content.view().description.contains(PHONE));
    }

    #[test]
    fn the_order_in_which_changes_come_says_nothing() {
        let written = written();
        let backwards: Vec<(&[u8], bool)> =
            written.changes.iter().rev().map(|b| (b.as_slice(), true)).collect();
        let mut redacted = redact(&backwards, &word(PHONE)).unwrap().changes;
        redacted.reverse();
        assert_eq!(redacted, written.redacted(&word(PHONE)).changes);
        assert!(redact(&backwards[..3], &word(PHONE)).is_err(), "the first is missing");
    }

    #[test]
    fn words_of_those_who_are_not_read_stay() {
        let written = written();
        let changes: Vec<(&[u8], bool)> = written
            .changes
            .iter()
            .zip([true, true, true, false])
            .map(|(b, read)| (b.as_slice(), read))
            .collect();
        let after = redact(&changes, &word(PHONE)).unwrap().content.view();
        assert!(!after.description.contains(PHONE));
        assert!(after.notes[1].entry.text.contains(PHONE));
    }

    #[test]
    fn what_was_written_meanwhile_goes_on_on_the_new_ground() {
        let mut written = written();
        let shared = written.changes.len();
        let first = format!("东门井盖坏了,打{PHONE}找我。急");
        let seen = vec![Content::name_of(&written.changes[2]).unwrap()];
        written.at(&seen, 4, &[Edit::Describe(first), note(9, "在这里")]);
        written.by(4, &[note(10, "还在")]);
        let changes: Vec<(&[u8], bool)> =
            written.changes[..shared].iter().map(|b| (b.as_slice(), true)).collect();
        let mut redacted = redact(&changes, &word(PHONE)).unwrap();
        let mut renamed: BTreeMap<ChangeHash, ChangeHash> = written.changes[..shared]
            .iter()
            .zip(&redacted.changes)
            .map(|(old, (new, _))| (Content::name_of(old).unwrap(), *new))
            .collect();
        assert!(
            redacted.content.clone().on_new_ground(&written.changes[4], &BTreeMap::new()).unwrap().is_none()
        );
        let mut left = Vec::new();
        for own in &written.changes[shared..] {
            let (name, _, description) = redacted.content.on_new_ground(own, &renamed).unwrap().unwrap();
            renamed.insert(Content::name_of(own).unwrap(), name);
            left.push(description);
        }
        let blots = BLOT.to_string().repeat(PHONE.len());
        assert_eq!(left[0], format!("东门井盖坏了,打{blots}找我。急"), "their words, and none that went");
        let view = redacted.content.view();
        assert!(view.notes.iter().any(|n| n.entry.text == "在这里") && view.description.ends_with("。急"));
        assert!(!view.description.contains(PHONE));
    }

    #[test]
    fn damaged_changes_are_an_error() {
        assert!(redact(&[(b"nonsense".as_slice(), true)], &word("x")).is_err());
        assert!(Content::default().on_new_ground(b"nonsense", &BTreeMap::new()).is_err());
    }
}
