//! What a person does on the phone: captures, edits, notes, acts. One transaction each; saved when it returns.

use rusqlite::Transaction;
use yuandian_document::{Act, Content, Edit, PhotoEntry, Place, Report, cbor};
use yuandian_model::catalogue::{FAMILY, INTO, NO_PHOTO, PlacePrecision, Privacy, Service};
use yuandian_model::stay::{CODE, Word};
use yuandian_model::writing::{CONTENT, Writing, may_write};
use yuandian_model::{
    ActRequest, BlobHash, CaseId, CaseState, Cell500, Code, CommitId, EntryId, Expects, GroupId, Refusal,
    Wgs84, form, judge, limits,
};
use yuandian_sync::{CaseFacts, Person};

use crate::attached::Attachment;
use crate::brought::{self, Brought};
use crate::capture::CaptureInfo;
use crate::content;
use crate::draft::Position;
use crate::error::{DeviceError, Result};
use crate::evidence::PreparedPhoto;
use crate::glance::project_written;
use crate::phone::{Phone, incarnation};
use crate::state::decided;
use crate::store::captures::{self, State};
use crate::store::outbox::{self, Intent, NewItem};
use crate::store::{cases, people, private};

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActOutcome {
    /// Kept and queued.
    Queued,
    /// It had been done before: nothing was queued.
    AlreadyDone,
}

/// An act with what goes along with it.
#[derive(Debug, Clone, Default)]
pub struct ActCommand<'a> {
    /// Act id.
    pub name: &'a str,
    /// A note with it.
    pub text: Option<&'a str>,
    /// Named arguments.
    pub args: &'a [(String, String)],
    /// Photos with it, whole files.
    pub photos: &'a [Vec<u8>],
    /// What is attached to its note: a signature, a voice note.
    pub files: &'a [Attachment],
    /// What the platform says of where they came from.
    pub info: CaptureInfo,
}

/// What is added to a case.
#[derive(Debug, Clone, Default)]
pub struct Addition<'a> {
    /// The words.
    pub text: &'a str,
    /// Photos, whole files.
    pub photos: &'a [Vec<u8>],
    /// What is attached to the note.
    pub files: &'a [Attachment],
    /// What the platform says of where photos and files came from.
    pub info: CaptureInfo,
}

impl Phone {
    /// Makes a case of a draft: report, content, photos, list line, outbox, in one transaction. 已存在本机 when it returns.
    ///
    /// # Errors
    /// [`DeviceError::NotEnrolled`]; [`DeviceError::Refused`] where the rule says no on this phone already, and with `r_expects` where
    /// photos are missing and nothing says why;
    /// [`DeviceError::Invalid`], [`DeviceError::Photo`], [`DeviceError::NotFound`], [`DeviceError::StorageFull`]. The draft stays.
    pub fn finish(&mut self, id: &CaseId) -> Result<CaseId> {
        let draft = self.draft(id)?;
        let person = self.person()?;
        let (service, answers) = self.check_draft(&draft, true)?;
        let actor = person.actor();
        let grid = actor.at(self.server_ms()).opens_in(&service)?;
        let place = draft.position.map(|p| shared_place(&service, p)).transpose()?;
        let report = Report { service: service.id.0.clone(), grid: grid.clone(), place };
        let mut act = Act::report(report);
        act.args.extend(form::told(&service, &answers));
        if let Some(family) = self.family_told()?.filter(|_| service.tells_family()) {
            act.args.insert(FAMILY.to_owned(), family);
        }
        let opened = judge(&self.catalogue, None, &self.asked(&act, 0), &actor)?.next;
        let facts = CaseFacts {
            service: service.id.0.clone(),
            catalogue: self.catalogue.version(),
            grid,
            place,
            author: Person { user: person.user, name: person.name.clone() },
            stage: opened.stage,
            act_seq: 1,
            holders: vec![],
            waiting: 0,
            my_position: None,
            opened_ms: self.ports.clock.wall_ms(),
            title: String::new(),
            photos: 0,
            touched_ms: 0,
            followers: 0,
            followed: false,
            conflict: false,
            progress: Some(opened.progress),
        };
        let photos = draft.photos.iter().map(|p| self.prepare(p)).collect::<Result<Vec<_>>>()?;
        let mut edits = Vec::new();
        if !draft.text.trim().is_empty() {
            edits.push(Edit::Describe(draft.text.trim().to_owned()));
        }
        let no_photo = draft.no_photo.as_deref().filter(|_| draft.lacks_photos(&service));
        if let Some(value) = form::why_no_photo(no_photo.unwrap_or_default())? {
            edits.push(Edit::Answer { key: NO_PHOTO.to_owned(), value });
        }
        edits.extend(answers.shared.into_iter().map(|(key, value)| Edit::Answer { key, value }));
        edits.extend(self.photo_edits(&photos));
        let files = self.prepare_attached(&draft.files)?;
        edits.extend(self.note_edit("", &files));
        let brought: Vec<Brought> =
            brought::photos(photos).chain(files.into_iter().map(Brought::File)).collect();
        let mut private: Vec<(String, String)> =
            answers.private.into_iter().map(|(key, value)| (key, value.for_private_table())).collect();
        if let (PlacePrecision::Cell, Some(position)) = (service.place, draft.position) {
            private.push(("position".to_owned(), serde_json::to_string(&position)?));
        }
        let at_ms = self.ports.clock.wall_ms();
        let mut intents = vec![Intent::Act(act)];
        if !edits.is_empty() {
            intents.push(Intent::Content(edits));
        }
        self.command(id, intents, &brought, |tx| {
            cases::put_facts(tx, id, &facts)?;
            for (key, value) in &private {
                give(tx, (id, &service.id.0), (key, value), at_ms)?;
            }
            cases::remove_draft(tx, id)
        })?;
        Ok(*id)
    }

    /// Answers questions of a case's form. Against older heads than the document's (`seen`), a concurrent answer becomes a
    /// visible conflict; `None` means the case as it stands now.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Invalid`]; [`DeviceError::Refused`] for words that are another person's to change.
    pub fn edit(
        &mut self,
        case: &CaseId,
        answers: &[(String, String)],
        seen: Option<&[String]>,
    ) -> Result<()> {
        let service = self.service_of(case)?;
        self.may_rewrite(case)?;
        let text = |(key, _): &&(String, String)| key == "text" || key == "description";
        let form_answers: Vec<_> = answers.iter().filter(|a| !text(a)).cloned().collect();
        let checked = form::check(&service, &form_answers, false)?;
        let mut edits: Vec<Edit> =
            checked.shared.into_iter().map(|(key, value)| Edit::Answer { key, value }).collect();
        for (key, value) in answers.iter().filter(text) {
            form::text_within(key, value, limits::DESCRIPTION_CHARS_MAX)?;
            edits.push(Edit::Describe(value.clone()));
        }
        let private: Vec<(String, String)> =
            checked.private.into_iter().map(|(key, value)| (key, value.for_private_table())).collect();
        let at_ms = self.ports.clock.wall_ms();
        let intents = if edits.is_empty() { vec![] } else { vec![Intent::Content(edits).into()] };
        self.say(case, intents, &[], seen, |tx| {
            private.iter().try_for_each(|(key, value)| give(tx, (case, &service.id.0), (key, value), at_ms))
        })
    }

    /// Adds a note and photos to a case. Photos are whole files.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Invalid`], [`DeviceError::Photo`]; [`DeviceError::Refused`] for a case that one may only
    /// read.
    pub fn note(&mut self, case: &CaseId, text: &str, photos: &[Vec<u8>]) -> Result<()> {
        self.add(case, &Addition { text, photos, ..Addition::default() })
    }

    /// Adds words, photos and files to a case, in one transaction.
    ///
    /// # Errors
    /// Those of [`Phone::note`], and [`DeviceError::Invalid`] for a position outside the world or a file that is not what it is said to be.
    pub fn add(&mut self, case: &CaseId, addition: &Addition<'_>) -> Result<()> {
        self.may_add(case)?;
        if !addition.photos.is_empty() {
            self.may_come_into(case, addition.info.source)?;
        }
        let (edits, brought) = self.note_edits(addition)?;
        if edits.is_empty() {
            return Err(DeviceError::invalid("text", "a note needs words, a photo or a file"));
        }
        self.command(case, vec![Intent::Content(edits)], &brought, |_| Ok(()))
    }

    /// Settles a conflict: keeps the n-th value shown (from 1).
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] for a key without conflict, [`DeviceError::Invalid`] for a number that is not shown.
    pub fn resolve(&mut self, case: &CaseId, key: &str, keep: usize) -> Result<()> {
        let shown = self.case(case)?;
        let conflict = shown.conflicts.iter().find(|c| c.key == key);
        let conflict = conflict.ok_or_else(|| DeviceError::not_found("conflict", key))?;
        let chosen =
            conflict.values.iter().find(|v| v.n == keep).ok_or_else(|| {
                DeviceError::invalid("keep", format!("choose 1 to {}", conflict.values.len()))
            })?;
        self.may_rewrite(case)?;
        let value = form::SharedAnswer::standing(chosen.value.as_str());
        let edit = Edit::Answer { key: key.to_owned(), value };
        self.command(case, vec![Intent::Content(vec![edit])], &[], |_| Ok(()))
    }

    /// Does an act: judged by the rule here first, by the server for good. Its note and photos go in the same group.
    ///
    /// # Errors
    /// [`DeviceError::Refused`] by the phone's own rule: nothing is queued. [`DeviceError::NotFound`], [`DeviceError::Invalid`],
    /// [`DeviceError::Photo`].
    pub fn act(&mut self, case: &CaseId, command: &ActCommand<'_>) -> Result<ActOutcome> {
        let person = self.person()?;
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let state = decided(self, &stored.facts, &content::overlay(&self.db, case)?.0, &person);
        let mut act = Act::named(command.name, Some(expects_of(&state)));
        self.put_arguments(&mut act, (case, &stored.facts), command.args)?;
        let photos =
            u32::try_from(command.photos.len()).unwrap_or(u32::MAX).saturating_add(stored.facts.photos);
        let catalogue = self.catalogue_wanted(&stored.facts)?;
        let ruling = judge(&catalogue, Some(&state), &self.asked(&act, photos), &person.actor())?;
        let waits_already = ruling.code == Code::RTaken && ruling.next == state;
        // Whether a code word is right this phone cannot tell: it is asked.
        let says_word = act.args.contains_key(CODE)
            && catalogue
                .service(&stored.facts.service)
                .and_then(|(_, workflow)| workflow.act(&act.name))
                .is_some_and(|row| Word::of(row).is_some());
        if (ruling.code == Code::Dup && !says_word) || waits_already {
            return Ok(ActOutcome::AlreadyDone);
        }
        if !command.photos.is_empty() {
            self.may_come_into(case, command.info.source)?;
        }
        let ActCommand { text, photos, files, info, .. } = command;
        let text = text.unwrap_or_default();
        let (edits, brought) = self.note_edits(&Addition { text, photos, files, info: info.clone() })?;
        let mut intents = Vec::new();
        if !edits.is_empty() {
            intents.push(Intent::Content(edits));
        }
        intents.push(Intent::Act(act));
        self.command(case, intents, &brought, |_| Ok(()))?;
        Ok(ActOutcome::Queued)
    }

    /// The act as this phone's rule is asked about it: now, by the phone's best knowledge of the server's clock, against what is decided. Who
    /// put photos into the case the server knows better.
    pub(crate) fn asked<'a>(&self, act: &'a Act, photos: u32) -> ActRequest<'a> {
        ActRequest { expects: None, photos, at_ms: self.server_ms(), ..act.request() }
    }

    /// Puts arguments into an act, each checked.
    pub(crate) fn put_arguments(
        &self,
        act: &mut Act,
        (case, facts): (&CaseId, &CaseFacts),
        args: &[(String, String)],
    ) -> Result<()> {
        let catalogue = self.catalogue_wanted(facts)?;
        for (key, value) in args {
            if !yuandian_model::catalogue::is_key(key) {
                return Err(DeviceError::invalid(key, "not an argument's name: a-z, 0-9, _ and ."));
            }
            form::text_within(key, value, limits::FIELD_CHARS_MAX)?;
            let field = catalogue.service(&facts.service).and_then(|(service, _)| service.field(key));
            if field.is_some_and(|f| f.privacy == Privacy::Private) {
                return Err(DeviceError::invalid(
                    key,
                    "stays on this phone: use `edit`, an act is read by others",
                ));
            }
            if key == INTO && value.parse() == Ok(*case) {
                return Err(DeviceError::invalid(key, "this very case: name the one that it goes on in"));
            }
            act.args.insert(key.clone(), value.clone());
        }
        if act.args.len() > limits::ACT_ARGS_MAX {
            return Err(DeviceError::invalid("set", format!("at most {} arguments", limits::ACT_ARGS_MAX)));
        }
        Ok(())
    }

    /// A case by its id or the first characters of it (at least four), if only one begins so.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`]; [`DeviceError::Invalid`] where several do.
    pub fn find(&self, text: &str) -> Result<CaseId> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        let wanted = text.to_ascii_lowercase();
        let mut ids = cases::ids(&self.db)?;
        ids.extend(self.drafts()?.into_iter().map(|(id, _, _)| id));
        let mut found = ids.into_iter().filter(|id| wanted.len() >= 4 && id.to_string().starts_with(&wanted));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id),
            (Some(_), Some(_)) => Err(DeviceError::invalid("case", format!("several begin with {text:?}"))),
            (None, _) => Err(DeviceError::not_found("case", text.chars().take(80).collect::<String>())),
        }
    }

    /// Whether the description and the answers are this person's to change, and here to be changed: over words that nobody has seen a
    /// change would stand beside them.
    pub(crate) fn may_rewrite(&self, case: &CaseId) -> Result<()> {
        let line = cases::standing(&self.db, case)?.is_some_and(|standing| !standing.whole);
        if line {
            let reason = "only the line of this case is here: sync before changing its words; notes and photos can be added now";
            return Err(DeviceError::invalid("case", reason));
        }
        match self.writing(case)? {
            Writing::Everything => Ok(()),
            Writing::Additions => Err(Refusal::new(Code::RRole, [("act", CONTENT.to_owned())]).into()),
        }
    }

    /// Whether this person may add notes and photos.
    pub(crate) fn may_add(&self, case: &CaseId) -> Result<()> {
        self.writing(case).map(|_| ())
    }

    fn writing(&self, case: &CaseId) -> Result<Writing> {
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let person = self.person()?;
        let state = decided(self, &stored.facts, &content::overlay(&self.db, case)?.0, &person);
        match self.catalogue_of(&stored.facts)? {
            Some(catalogue) => Ok(may_write(&catalogue, &state, &person.actor(), self.server_ms())?),
            // What a version decides that is not here, nobody says here: notes and photos fit every one.
            None => Ok(may_write(&self.catalogue, &state, &person.actor(), self.server_ms())?
                .min(Writing::Additions)),
        }
    }

    pub(crate) fn service_of(&self, case: &CaseId) -> Result<Service> {
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let unknown =
            || DeviceError::invalid("service", format!("{} is newer than this app", stored.facts.service));
        let catalogue = self.catalogue_wanted(&stored.facts)?;
        Ok(catalogue.service(&stored.facts.service).ok_or_else(unknown)?.0.clone())
    }

    fn note_edits(&mut self, addition: &Addition<'_>) -> Result<(Vec<Edit>, Vec<Brought>)> {
        let Addition { text, photos, files, info } = addition;
        info.fix()?;
        if photos.len() > limits::PHOTOS_PER_COMMAND_MAX {
            return Err(DeviceError::invalid("photo", format!("at most {}", limits::PHOTOS_PER_COMMAND_MAX)));
        }
        let text = text.trim();
        form::text_within("text", text, limits::NOTE_CHARS_MAX)?;
        let files = self.keep_all_attached(files, info)?;
        let mut edits: Vec<Edit> = self.note_edit(text, &files).into_iter().collect();
        let prepared = photos
            .iter()
            .map(|bytes| {
                let (kept, _) = self.keep_original(bytes)?;
                Ok(self.prepare(&kept)?.taken(info))
            })
            .collect::<Result<Vec<_>>>()?;
        edits.extend(self.photo_edits(&prepared));
        let brought = brought::photos(prepared).chain(files.into_iter().map(Brought::File));
        Ok((edits, brought.collect()))
    }

    fn photo_edits(&mut self, photos: &[PreparedPhoto]) -> Vec<Edit> {
        let mut edit = |entry: &PhotoEntry| {
            let (ms, random) = self.uuid();
            Edit::Photo(EntryId::v7(ms, random), entry.clone())
        };
        photos.iter().map(|p| edit(&p.entry)).collect()
    }

    pub(crate) fn command(
        &mut self,
        case: &CaseId,
        intents: Vec<Intent>,
        brought: &[Brought],
        also: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        self.say(case, intents.into_iter().map(Saying::from).collect(), brought, None, also)
    }

    /// The one way anything gets written: intents become commits in the outbox, together with all they bring.
    pub(crate) fn say(
        &mut self,
        case: &CaseId,
        sayings: Vec<Saying>,
        brought: &[Brought],
        seen: Option<&[String]>,
        also: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        let person = self.person()?;
        let captured = self.captured()?;
        let (ms, random) = self.uuid();
        let group = GroupId::v7(ms, random);
        for brought in brought {
            self.keep_renditions(brought)?;
        }
        let device = self.certificate.device;
        let tx = self.db.unchecked_transaction()?;
        also(&tx)?;
        for brought in brought {
            let recorded = brought.recorded()?;
            if let Some(recorded) = &recorded {
                self.taken_again(&tx, &recorded.original)?;
            }
            brought.pin(&tx, case, ms)?;
            let Some(recorded) = recorded else { continue };
            if captures::has(&tx, case, &recorded.original)? {
                captures::finish(&tx, case, &recorded.original)?;
            } else {
                self.record(&tx, case, &recorded, State::Waiting)?;
            }
        }
        // What a draft left out goes nowhere.
        self.drop_records(&tx, case)?;
        let mut written = None;
        for Saying { intent, supersedes } in sayings {
            let writer = Writer { tx: &tx, device, case, group, captured: &captured, supersedes };
            match &intent {
                Intent::Act(act) => writer.queue(&intent, None, &act.to_bytes(), &[])?,
                Intent::Content(edits) => {
                    written = Some(writer.write_content(&intent, edits, seen)?);
                }
            }
        }
        project_written(self, &tx, case, &person, written)?;
        tx.commit()?;
        Ok(())
    }
}

/// What an act is written against.
pub(crate) fn expects_of(state: &CaseState) -> Expects {
    Expects {
        stage: Some(state.stage.clone()),
        assignee: state.holders.first().copied(),
        act_seq: Some(state.act_seq),
    }
}

/// One commit of a command: what is meant, and the refused commit that it replaces.
pub(crate) struct Saying {
    pub intent: Intent,
    pub supersedes: Option<CommitId>,
}

impl From<Intent> for Saying {
    fn from(intent: Intent) -> Self {
        Self { intent, supersedes: None }
    }
}

fn shared_place(service: &Service, position: Position) -> Result<Place> {
    let wgs84 = Wgs84::new(position.lng, position.lat)?;
    Ok(match service.place {
        PlacePrecision::Exact => Place::exact(wgs84, position.accuracy_m),
        PlacePrecision::Cell => Place::Cell(Cell500::of(wgs84)),
    })
}

/// Puts commits into the outbox within a command's transaction.
struct Writer<'a> {
    tx: &'a Transaction<'a>,
    device: yuandian_model::DeviceId,
    case: &'a CaseId,
    group: GroupId,
    captured: &'a yuandian_document::Captured,
    supersedes: Option<CommitId>,
}

impl Writer<'_> {
    fn queue(
        &self,
        intent: &Intent,
        written: Option<([u8; 32], u32)>,
        body: &[u8],
        micros: &[BlobHash],
    ) -> Result<()> {
        let (change, branch) = match written {
            Some((change, branch)) => (Some(change), branch),
            None => (None, 0),
        };
        let captured = cbor::encode(self.captured);
        let item = NewItem {
            doc: *self.case,
            group: self.group,
            intent,
            incarnation: incarnation(self.tx)?,
            branch,
            change,
            body,
            micros,
            captured: &captured,
            supersedes: self.supersedes,
        };
        outbox::push(self.tx, &item)?;
        Ok(())
    }

    /// Gives the document with the edits and everything else on its way in it.
    fn write_content(&self, intent: &Intent, edits: &[Edit], seen: Option<&[String]>) -> Result<Content> {
        let stored =
            cases::case(self.tx, self.case)?.ok_or_else(|| DeviceError::not_found("case", self.case))?;
        let mut content = content::current(self.tx, self.case, stored.snapshot.as_deref())?;
        let heads = content.heads();
        let seen = match seen {
            None => heads.clone(),
            Some(texts) => {
                let parse = |t: &String| {
                    t.parse().map_err(|_| DeviceError::invalid("seen", "not a version of this case"))
                };
                texts.iter().map(parse).collect::<Result<Vec<_>>>()?
            }
        };
        let mut sorted = seen.clone();
        sorted.sort();
        let branch = match stored.branch {
            Some(last) if sorted != heads => last + 1,
            last => last.unwrap_or_default(),
        };
        let actor = yuandian_document::actor(&self.device, self.case, &incarnation(self.tx)?, branch);
        let Some((change, body)) = content.write(&seen, &actor, edits, self.captured.wall_ms)? else {
            return Ok(content);
        };
        if stored.branch != Some(branch) {
            cases::put_branch(self.tx, self.case, branch)?;
        }
        self.queue(intent, Some((change.0, branch)), &body, &micros_of(edits))?;
        Ok(content)
    }
}

/// Micro pictures that edits bring.
pub(crate) fn micros_of(edits: &[Edit]) -> Vec<BlobHash> {
    edits.iter().filter_map(Edit::micro).collect()
}

/// What an edit says, in words that can be read back; each file that it brings apart.
pub(crate) fn kept_words(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::Describe(text) => vec![text.clone()],
        Edit::Answer { key, value } => vec![format!("{key} = {value}")],
        Edit::Note(_, note) => {
            let files = note.files.iter().map(|attached| format!("file {}", attached.file.hash));
            let words = Some(note.text.clone()).filter(|text| !text.is_empty());
            words.into_iter().chain(files).collect()
        }
        Edit::Photo(_, photo) => vec![format!("photo {}", photo.original.hash)],
        Edit::Preview(_, preview) => vec![format!("preview of {}", preview.of)],
    }
}

/// Keeps a private answer of a case of a service, and that it was given; an empty one takes it back. `at_ms`: this phone's clock.
pub(crate) fn give(
    tx: &Transaction<'_>,
    (doc, service): (&CaseId, &str),
    (key, value): (&str, &str),
    at_ms: i64,
) -> Result<()> {
    private::put(tx, doc, key, value)?;
    let given = !value.is_empty();
    people::consent(
        tx,
        &people::Consent { doc: *doc, service: service.to_owned(), key: key.to_owned(), given, at_ms },
    )
}
