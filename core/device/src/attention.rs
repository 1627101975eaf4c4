//! The 需处理 list and what a person does with its entries: change and send again, keep as a note, ask for a review, export, discard.
//!
//! Guarantees: an entry is settled in the transaction that writes what became of it, or not at all; the photos of a refused commit stay
//! pinned until its entry is closed; what is sent again names the commit that it replaces.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::json;
use yuandian_document::{Act, AttachedFile, ChangeHash, Edit, NoteEntry};
use yuandian_model::catalogue::OPENING_ACT;
use yuandian_model::form;
use yuandian_model::limits::{DESCRIPTION_CHARS_MAX, NOTE_CHARS_MAX};
use yuandian_model::rules::judge;
use yuandian_model::{BlobHash, CaseId, Code, EntryId};
use yuandian_sync::limits::APPEAL_CHARS_MAX;
use yuandian_sync::message::{Appeal, AppealAnswer, WIRE_VERSION};

use crate::content;
use crate::error::{DeviceError, Result};
use crate::exchange::blobs_of;
use crate::export::Export;
use crate::glance::project;
use crate::phone::Phone;
use crate::state::decided;
use crate::store::outbox::Intent;
use crate::store::{appeals, blobs, cache, cases, journal, outbox, rows};
use crate::view::AttentionItem;
use crate::write::{Saying, give, kept_words};

/// What a person changes before something is sent again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Amendment<'a> {
    /// Other words: of the description, else of the note; with an act they go along as a note.
    pub text: Option<&'a str>,
    /// Other answers, or other arguments of an act.
    pub set: &'a [(String, String)],
}

/// Facts of an entry that say what a reviewer answered …
const REVIEW: &str = "review";
/// … and that a refused act stands in the history as a note already.
const KEPT: &str = "kept";

impl Phone {
    /// What needs the person, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn attention(&self) -> Result<Vec<AttentionItem>> {
        let entries = journal::active(&self.db)?.into_iter().map(|entry| self.attention_item(entry));
        let mut items = entries.collect::<Result<Vec<_>>>()?;
        items.extend(self.files_in_trouble()?);
        items.sort_by_key(|item| item.at_ms);
        Ok(items)
    }

    fn attention_item(&self, entry: journal::Entry) -> Result<AttentionItem> {
        let next = self.offered(&entry);
        let mut facts = entry.facts;
        let (act, kept) = match &entry.intent {
            Intent::Act(act) => (act.name.clone(), vec![]),
            Intent::Content(edits) => ("content".to_owned(), edits.iter().flat_map(kept_words).collect()),
        };
        facts.entry("act".to_owned()).or_insert_with(|| act.clone());
        let reason = self.words.reason(entry.code, &facts);
        let title = rows::row(&self.db, &entry.doc)?.map(|row| self.titled(row.title, &row.service));
        Ok(AttentionItem {
            item: entry.id,
            case: entry.doc.to_string(),
            title: title.unwrap_or_default(),
            act,
            code: entry.code.id().to_owned(),
            reason: reason.zh,
            reason_en: reason.en,
            next_text: next.iter().map(|n| self.worded(self.words.next(n))).collect(),
            next,
            kept,
            review: facts.remove(REVIEW),
            at_ms: entry.at_ms,
        })
    }

    /// What one can do about an entry, the best first.
    fn offered(&self, entry: &journal::Entry) -> Vec<String> {
        let noted = entry.facts.get(KEPT).is_some_and(|kept| kept == "note");
        let opens = matches!(&entry.intent, Intent::Act(act) if act.report.is_some());
        let fits = |step: &&String| match step.as_str() {
            "note" => !noted && !opens,
            "amend" => !noted,
            // Asked once, answered once; and only what was sent can be shown to anybody.
            "appeal" => !entry.facts.contains_key(REVIEW) && entry.commit.is_some(),
            _ => true,
        };
        let mut next: Vec<String> = self.words.next_steps(entry.code).iter().filter(fits).cloned().collect();
        // What is only told (late work that was kept as a note) is read and put away.
        if next.is_empty() {
            next.push("discard".to_owned());
        }
        next
    }

    /// An entry that still needs the person, for which this step is offered.
    fn open_entry(&self, item: i64, step: &'static str) -> Result<journal::Entry> {
        if item < 0 {
            let next = self.file_in_trouble(item).map(|_| crate::files::STEPS.map(str::to_owned).to_vec())?;
            return Err(DeviceError::NotOffered { item, step, next });
        }
        let entry = journal::entry(&self.db, item)?.ok_or_else(|| DeviceError::not_found("item", item))?;
        if let Some(how) = entry.settled {
            return Err(DeviceError::Settled { item, how });
        }
        let next = self.offered(&entry);
        let always = step == "export" || (step == "discard" && entry.code != Code::RTaken);
        if !always && !next.iter().any(|offered| offered == step) {
            return Err(DeviceError::NotOffered { item, step, next });
        }
        Ok(entry)
    }

    /// Sends a refused commit again, changed or as it was. What is there already by now is only settled. Gives the case.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Settled`], [`DeviceError::NotOffered`]; [`DeviceError::Refused`] where the rule says no
    /// on this phone, [`DeviceError::Invalid`] for an input. The entry stays then.
    pub fn amend(&mut self, item: i64, amendment: &Amendment<'_>) -> Result<CaseId> {
        let entry = self.open_entry(item, "amend")?;
        match &entry.intent {
            Intent::Content(edits) => self.amend_content(&entry, edits, amendment)?,
            Intent::Act(act) => self.amend_act(&entry, act, amendment)?,
        }
        Ok(entry.doc)
    }

    fn amend_content(
        &mut self,
        entry: &journal::Entry,
        edits: &[Edit],
        amendment: &Amendment<'_>,
    ) -> Result<()> {
        let mut edits = edits.to_vec();
        if let Some(text) = amendment.text {
            self.replace_text(&mut edits, text)?;
        }
        let checked = form::check(&self.service_of(&entry.doc)?, amendment.set, false)?;
        for (key, value) in checked.shared {
            edits.retain(|edit| !matches!(edit, Edit::Answer { key: old, .. } if *old == key));
            edits.push(Edit::Answer { key, value });
        }
        if edits.iter().any(|edit| matches!(edit, Edit::Describe(_) | Edit::Answer { .. })) {
            self.may_rewrite(&entry.doc)?;
        }
        let private: Vec<(String, String)> =
            checked.private.into_iter().map(|(key, value)| (key, value.for_private_table())).collect();
        self.send_again(entry, edits, vec![], "amended", &private)
    }

    /// The words go where the old ones were.
    fn replace_text(&mut self, edits: &mut Vec<Edit>, text: &str) -> Result<()> {
        if let Some(old) = edits.iter_mut().find(|edit| matches!(edit, Edit::Describe(_))) {
            form::text_within("text", text, DESCRIPTION_CHARS_MAX)?;
            *old = Edit::Describe(text.to_owned());
            return Ok(());
        }
        if edits.iter().filter(|edit| matches!(edit, Edit::Note(..))).count() > 1 {
            return Err(DeviceError::invalid("text", "it has several notes: send them again one by one"));
        }
        let files = |edit: &Edit| match edit {
            Edit::Note(_, note) => note.files.clone(),
            _ => Vec::new(),
        };
        let files: Vec<AttachedFile> = edits.iter().flat_map(files).collect();
        edits.retain(|edit| !matches!(edit, Edit::Note(..)));
        let mut notes = self.notes_of(text)?;
        // What was attached stays, whatever the words are now.
        match notes.first_mut() {
            Some(Edit::Note(_, first)) => first.files = files,
            _ if files.is_empty() => {}
            _ => {
                let (ms, random) = self.uuid();
                notes.push(Edit::Note(EntryId::v7(ms, random), NoteEntry { files, ..NoteEntry::of("", ms) }));
            }
        }
        edits.extend(notes);
        Ok(())
    }

    fn amend_act(&mut self, entry: &journal::Entry, act: &Act, amendment: &Amendment<'_>) -> Result<()> {
        let person = self.person()?;
        let stored =
            cases::case(&self.db, &entry.doc)?.ok_or_else(|| DeviceError::not_found("case", entry.doc))?;
        let mut act = act.clone();
        let state = decided(self, &stored.facts, &content::overlay(&self.db, &entry.doc)?.0, &person);
        let state = (act.name != OPENING_ACT).then_some(state);
        if let Some(state) = &state {
            self.put_arguments(&mut act, (&entry.doc, &stored.facts), amendment.set)?;
            act.expects = Some(crate::write::expects_of(state));
        }
        let asked = self.asked(&act, u32::MAX);
        let ruling = judge(&self.catalogue_wanted(&stored.facts)?, state.as_ref(), &asked, &person.actor())?;
        let done = ruling.code == Code::Dup
            || (ruling.code == Code::RTaken && state.is_some_and(|state| state == ruling.next));
        let edits = match amendment.text {
            Some(text) => self.notes_of(text)?,
            None => vec![],
        };
        let acts = if done { vec![] } else { vec![act] };
        self.send_again(entry, edits, acts, "amended", &[])
    }

    /// Turns a refused commit into a note: what was meant in words, its photos beside it. Gives the case.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Settled`], [`DeviceError::NotOffered`]; [`DeviceError::Refused`] where one may not write
    /// here at all any more: the entry stays.
    pub fn keep_as_note(&mut self, item: i64) -> Result<CaseId> {
        let entry = self.open_entry(item, "note")?;
        let mut words: Vec<String> = Vec::new();
        let mut entries = Vec::new();
        match &entry.intent {
            Intent::Act(act) => {
                words.push(self.worded(self.words.act(&act.name)));
                words.extend(act.args.iter().map(|(key, value)| format!("{key} = {value}")));
            }
            Intent::Content(edits) => {
                for edit in edits {
                    match edit {
                        Edit::Photo(..) | Edit::Preview(..) => entries.push(edit.clone()),
                        // Its files go along.
                        Edit::Note(_, note) if !note.files.is_empty() => entries.push(edit.clone()),
                        _ => words.extend(kept_words(edit)),
                    }
                }
            }
        }
        self.may_add(&entry.doc)?;
        let mut edits = self.notes_of(&words.join("\n"))?;
        edits.extend(entries);
        self.send_again(&entry, edits, vec![], "noted", &[])?;
        Ok(entry.doc)
    }

    /// Text as notes of an allowed length, each under an id of its own; none of an empty text.
    fn notes_of(&mut self, text: &str) -> Result<Vec<Edit>> {
        let letters: Vec<char> = text.trim().chars().collect();
        let mut note = |letters: &[char]| {
            let (ms, random) = self.uuid();
            let text: String = letters.iter().collect();
            Edit::Note(EntryId::v7(ms, random), NoteEntry::of(text, ms))
        };
        Ok(letters.chunks(NOTE_CHARS_MAX).map(&mut note).collect())
    }

    /// Queues what replaces a refused commit and settles its entry, in one transaction.
    fn send_again(
        &mut self,
        entry: &journal::Entry,
        edits: Vec<Edit>,
        acts: Vec<Act>,
        how: &str,
        private: &[(String, String)],
    ) -> Result<()> {
        let stored =
            cases::case(&self.db, &entry.doc)?.ok_or_else(|| DeviceError::not_found("case", entry.doc))?;
        let content = content::current(&self.db, &entry.doc, stored.snapshot.as_deref())?;
        let missing: Vec<Edit> = edits.into_iter().filter(|edit| !content.holds(edit)).collect();
        let photos: Vec<BlobHash> = blobs_of(&missing).collect();
        let (service, at_ms) = (stored.facts.service.clone(), self.ports.clock.wall_ms());
        let supersedes = entry.commit;
        let replaces_act = !acts.is_empty();
        let mut sayings = Vec::new();
        if !missing.is_empty() {
            // One commit replaces one: where an act is sent again, the act does.
            let supersedes = supersedes.filter(|_| !replaces_act);
            sayings.push(Saying { intent: Intent::Content(missing), supersedes });
        }
        sayings.extend(acts.into_iter().map(|act| Saying { intent: Intent::Act(act), supersedes }));
        self.say(&entry.doc, sayings, &[], None, |tx| {
            photos.iter().try_for_each(|hash| blobs::unpark(tx, hash, &entry.doc))?;
            private
                .iter()
                .try_for_each(|(key, value)| give(tx, (&entry.doc, &service), (key, value), at_ms))?;
            journal::settle(tx, entry.id, how)
        })
    }

    /// Asks a person to look at a refused commit: sent with the next sync, its bytes and pictures beside the words. Its photos stay on the
    /// phone until it is answered. Gives the case.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Settled`], [`DeviceError::NotOffered`]; [`DeviceError::Invalid`] for words over
    /// [`APPEAL_CHARS_MAX`] characters.
    pub fn appeal(&mut self, item: i64, why: &str) -> Result<CaseId> {
        let entry = self.open_entry(item, "appeal")?;
        form::text_within("text", why.trim(), APPEAL_CHARS_MAX)?;
        let tx = self.db.unchecked_transaction()?;
        if !appeals::queue(&tx, entry.id, why.trim())? {
            return Err(DeviceError::NotOffered { item, step: "appeal", next: self.offered(&entry) });
        }
        journal::settle(&tx, entry.id, "appealed")?;
        project(self, &tx, &entry.doc)?;
        tx.commit()?;
        Ok(entry.doc)
    }

    /// A zip of one entry: `entry.json` (what was meant, the reason), `photos/<hash>.<kind>` and `files/<hash>.<kind>`. The entry stays: it is a copy.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Settled`].
    pub fn export_item(&self, item: i64) -> Result<Vec<u8>> {
        let entry = self.open_entry(item, "export")?;
        let edits = match &entry.intent {
            Intent::Content(edits) => edits.clone(),
            Intent::Act(_) => vec![],
        };
        let intent = serde_json::to_value(&entry.intent)?;
        let commit = entry.commit.map(|commit| commit.to_string());
        let facts = serde_json::to_value(&entry.facts)?;
        let told = json!({
            "entry": self.attention_item(entry)?, "facts": facts, "commit": commit, "intent": intent,
        });
        let mut export = Export::new();
        export.json("entry.json", &told)?;
        for edit in &edits {
            let (folder, files) = match edit {
                Edit::Photo(_, photo) => ("photos", vec![(&photo.original, &photo.mime)]),
                Edit::Note(_, note) => {
                    ("files", note.files.iter().map(|attached| (&attached.file, &attached.mime)).collect())
                }
                _ => continue,
            };
            for (file, mime) in files {
                export.original(self, folder, (&file.hash, file.size), mime)?;
            }
        }
        export.finish()
    }

    /// Gives a refused commit up: its entry is closed and its photos go, unless something else on this phone names them. A case that never
    /// reached the server and has nothing left goes with it. Gives the case.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Settled`], [`DeviceError::NotOffered`] for a place in a line: leave the line instead.
    pub fn discard(&mut self, item: i64) -> Result<CaseId> {
        if item < 0 {
            return self.give_file_up(item);
        }
        let entry = self.open_entry(item, "discard")?;
        let drafted = self.drafted()?;
        let mut gone = Vec::new();
        let tx = self.db.unchecked_transaction()?;
        journal::settle(&tx, entry.id, "discarded")?;
        if let Intent::Content(edits) = &entry.intent {
            let others = journal::active_of(&tx, &entry.doc)?;
            let named = |hash: &BlobHash| {
                others.iter().any(|other| match &other.intent {
                    Intent::Content(edits) => blobs_of(edits).any(|other| other == *hash),
                    Intent::Act(_) => false,
                })
            };
            for hash in self.unnamed(&tx, &entry.doc, edits)?.into_iter().filter(|hash| !named(hash)) {
                blobs::forget_parked(&tx, &hash, &entry.doc)?;
                if blobs::progress(&tx, &hash)?.is_none() && !drafted.contains(&hash) {
                    cache::forget(&tx, &hash)?;
                    gone.push(hash);
                }
            }
        }
        if cases::is_only_here(&tx, &entry.doc)? {
            cases::purge(&tx, &entry.doc)?;
        } else {
            project(self, &tx, &entry.doc)?;
        }
        tx.commit()?;
        for hash in &gone {
            self.ports.blobs.remove(hash)?;
        }
        Ok(entry.doc)
    }

    /// Files of refused edits that nothing else in the case shows.
    fn unnamed(&self, db: &Connection, doc: &CaseId, edits: &[Edit]) -> Result<Vec<BlobHash>> {
        self.unshown(db, doc, edits, |_, _| true)
    }

    /// Files of edits that nothing else which this phone has said shows: what somebody else shows is theirs to bring.
    pub(crate) fn not_ours(&self, db: &Connection, doc: &CaseId, edits: &[Edit]) -> Result<Vec<BlobHash>> {
        let own = |commit: &cases::BaseCommit| commit.device == self.certificate.device;
        let mut said: BTreeSet<[u8; 32]> =
            cases::base(db, doc)?.into_iter().filter(own).filter_map(|commit| commit.change).collect();
        said.extend(outbox::of_case(db, doc)?.into_iter().filter_map(|item| item.change));
        let these: BTreeSet<EntryId> = edits.iter().filter_map(Edit::entry).collect();
        self.unshown(db, doc, edits, |entry, change| said.contains(&change.0) && !these.contains(&entry))
    }

    fn unshown(
        &self,
        db: &Connection,
        doc: &CaseId,
        edits: &[Edit],
        counts: impl Fn(EntryId, ChangeHash) -> bool,
    ) -> Result<Vec<BlobHash>> {
        let refused: BTreeSet<BlobHash> = blobs_of(edits).collect();
        let stored = cases::case(db, doc)?;
        let (false, Some(stored)) = (refused.is_empty(), stored) else {
            return Ok(refused.into_iter().collect());
        };
        let content = content::current(db, doc, stored.snapshot.as_deref())?.view();
        let counted = content.files().filter(|(entry, change, _)| counts(*entry, *change));
        let shown: BTreeSet<BlobHash> = counted.map(|(_, _, hash)| hash).collect();
        Ok(refused.difference(&shown).copied().collect())
    }

    /// The oldest appeal that the server does not have, as it is sent.
    ///
    /// # Errors
    /// The store's.
    pub fn next_appeal(&self) -> Result<Option<Appeal>> {
        let Some(waiting) = appeals::next(&self.db)? else { return Ok(None) };
        let commit = yuandian_document::cbor::decode(
            "commit",
            &waiting.signed,
            yuandian_sync::limits::MESSAGE_BYTES_MAX,
        )
        .map_err(|e| DeviceError::Damaged(e.to_string()))?;
        let mut micros = Vec::new();
        for hash in &waiting.micros {
            let micro =
                blobs::micro(&self.db, hash)?.ok_or_else(|| DeviceError::not_found("micro picture", hash))?;
            micros.push(micro.into());
        }
        Ok(Some(Appeal { version: WIRE_VERSION, commit, micros, reason: waiting.reason }))
    }

    /// The server has the appeal about this commit.
    ///
    /// # Errors
    /// The store's.
    pub fn keep_appeal_sent(&self, appeal: &Appeal, ticket: u64) -> Result<()> {
        appeals::sent(&self.db, &appeal.commit.id(), ticket)
    }

    /// What reviewers answered: granted, the photos are offered again; denied, the entry needs the person again, with the words.
    pub(crate) fn keep_appeal_answers(
        &self,
        tx: &rusqlite::Transaction<'_>,
        answers: &[AppealAnswer],
    ) -> Result<()> {
        for answer in answers {
            let Some(doc) = appeals::answered(tx, &answer.commit, answer.granted)? else { continue };
            let Some(entry) = journal::of_commit(tx, &answer.commit)? else { continue };
            if answer.granted {
                if let Intent::Content(edits) = &entry.intent {
                    blobs_of(edits).try_for_each(|hash| blobs::unpark(tx, &hash, &doc))?;
                }
            } else if entry.settled.as_deref() == Some("appealed") {
                let mut facts = entry.facts;
                facts.insert(REVIEW.to_owned(), answer.words.clone());
                journal::open_again(tx, entry.id, &facts)?;
            }
            project(self, tx, &doc)?;
        }
        Ok(())
    }

    /// A restored server is asked again what it may not know of any more. Photos that nothing else shows wait until it has taken in what names
    /// them.
    pub(crate) fn appeal_again(&self, tx: &rusqlite::Transaction<'_>) -> Result<()> {
        for commit in appeals::ask_again(tx)? {
            let Some(entry) = journal::of_commit(tx, &commit)? else { continue };
            if let Intent::Content(edits) = &entry.intent {
                self.not_ours(tx, &entry.doc, edits)?
                    .iter()
                    .try_for_each(|hash| blobs::park(tx, hash, &entry.doc))?;
            }
        }
        Ok(())
    }
}
