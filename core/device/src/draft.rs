//! Drafts: a case being written, saved on every change, its photos' originals on disk before it names them. The phone's own; never touched
//! by sync.

use serde::{Deserialize, Serialize};
use yuandian_model::catalogue::Service;
use yuandian_model::{BlobHash, CaseId, Code, Refusal, Wgs84, form, limits};

use crate::attached::DraftFile;
use crate::capture::{CaptureInfo, Recorded};
use crate::error::{DeviceError, Result};
use crate::evidence::{DraftPhoto, Seen};
use crate::phone::Phone;
use crate::store::captures::State;
use crate::store::cases;

/// A position as entered: degrees WGS-84 and the radius that the receiver claims, metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Longitude, degrees.
    pub lng: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Accuracy, metres.
    pub accuracy_m: Option<u32>,
}

/// A case being written: autosaved on every change, never touched by sync.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Service id.
    pub service: String,
    /// Where, unless unknown.
    pub position: Option<Position>,
    /// The description.
    pub text: String,
    /// Form answers in the order entered.
    pub answers: Vec<(String, String)>,
    /// Photos taken so far: their originals are on disk.
    pub photos: Vec<DraftPhoto>,
    /// What is attached to it so far: on disk.
    #[serde(default)]
    pub files: Vec<DraftFile>,
    /// Why there are fewer photos than its service asks for: whoever cannot take one can report all the same.
    #[serde(default)]
    pub no_photo: Option<String>,
}

impl Draft {
    /// Whether its service asks for more photos of how it was found.
    pub(crate) fn lacks_photos(&self, service: &Service) -> bool {
        u32::try_from(self.photos.len()).is_ok_and(|photos| photos < service.evidence.before_min)
    }

    /// Every file that it needs on disk.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = BlobHash> + '_ {
        let photos = self.photos.iter().flat_map(DraftPhoto::files);
        photos.chain(self.files.iter().map(|file| file.hash))
    }

    /// Bytes of its originals and of what is attached to it.
    pub(crate) fn bytes(&self) -> u64 {
        let photos = self.photos.iter().map(|photo| photo.size);
        photos.chain(self.files.iter().map(|file| file.size)).sum()
    }
}

impl Phone {
    /// Saves a draft: a new one, or over an old one. Durable when it returns.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for an unknown service or key, a place outside the world, a text over its limit;
    /// [`DeviceError::NotFound`] for a draft that was finished.
    pub fn save_draft(&mut self, id: Option<CaseId>, draft: &Draft) -> Result<CaseId> {
        self.check_draft(draft, false)?;
        // A late autosave of what was finished meanwhile must not open it again.
        if let Some(id) = &id
            && cases::case(&self.db, id)?.is_some()
        {
            return Err(DeviceError::not_found("draft", id));
        }
        let id = id.unwrap_or_else(|| {
            let (ms, random) = self.uuid();
            CaseId::v7(ms, random)
        });
        let now = self.ports.clock.wall_ms();
        cases::put_draft(&self.db, &id, &serde_json::to_string(draft)?, now)?;
        Ok(id)
    }

    /// Adds a photo to a draft: the original is hashed and on disk before the draft names it.
    ///
    /// # Errors
    /// [`DeviceError::Photo`], [`DeviceError::NotFound`], [`DeviceError::StorageFull`].
    pub fn add_draft_photo(&mut self, id: &CaseId, original: &[u8]) -> Result<BlobHash> {
        self.capture(id, original, &CaptureInfo::default())
    }

    /// The same with what the platform says of the capture. The signed record is durable together with the draft that names the photo.
    ///
    /// # Errors
    /// Those of [`Phone::add_draft_photo`], and [`DeviceError::Invalid`] for a position outside the world.
    pub fn capture(&mut self, id: &CaseId, original: &[u8], info: &CaptureInfo) -> Result<BlobHash> {
        let mut draft = self.draft(id)?;
        if draft.photos.len() >= limits::PHOTOS_PER_COMMAND_MAX {
            return Err(DeviceError::invalid("photo", format!("at most {}", limits::PHOTOS_PER_COMMAND_MAX)));
        }
        let fix = info.fix()?;
        if let Some((service, _)) = self.catalogue.service(&draft.service) {
            self.may_come_from(service, info.source)?;
        }
        let (photo, seen) = self.keep_original(original)?;
        let hash = photo.hash;
        if draft.photos.iter().any(|p| p.hash == hash) {
            return Ok(hash);
        }
        let (size, mime) = (photo.size, photo.mime.clone());
        let Seen { pixels, remarks } = seen;
        let recorded = Recorded { original: hash, size, mime, pixels, source: info.source, fix, remarks };
        draft.photos.push(photo);
        self.put_recorded(id, &draft, &recorded)?;
        Ok(hash)
    }

    /// Keeps a draft with the record of a file that was just added to it.
    pub(crate) fn put_recorded(&self, id: &CaseId, draft: &Draft, recorded: &Recorded) -> Result<()> {
        let now = self.ports.clock.wall_ms();
        let tx = self.db.unchecked_transaction()?;
        self.taken_again(&tx, &recorded.original)?;
        cases::put_draft(&tx, id, &serde_json::to_string(draft)?, now)?;
        self.record(&tx, id, recorded, State::Draft)?;
        tx.commit()?;
        Ok(())
    }

    /// Takes a photo out of a draft. Its files stay until the phone needs the room.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn remove_draft_photo(&mut self, id: &CaseId, photo: &BlobHash) -> Result<()> {
        let mut draft = self.draft(id)?;
        let at = draft.photos.iter().position(|known| known.hash == *photo);
        let removed = draft.photos.remove(at.ok_or_else(|| DeviceError::not_found("photo", photo))?);
        self.save_draft(Some(*id), &draft)?;
        removed.leave(&self.db)
    }

    /// A draft by its id.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn draft(&self, id: &CaseId) -> Result<Draft> {
        let json = cases::draft(&self.db, id)?.ok_or_else(|| DeviceError::not_found("draft", id))?;
        Ok(serde_json::from_str(&json)?)
    }

    /// All drafts, latest first, with the wall clock of their last change (ms).
    ///
    /// # Errors
    /// The store's.
    pub fn drafts(&self) -> Result<Vec<(CaseId, Draft, i64)>> {
        let rows = cases::drafts(&self.db)?;
        rows.into_iter().map(|(id, json, at)| Ok((id, serde_json::from_str(&json)?, at))).collect()
    }

    /// Gives a draft up. Its photo files stay until the phone needs the room.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn discard_draft(&mut self, id: &CaseId) -> Result<()> {
        let files = self.draft(id)?;
        let tx = self.db.unchecked_transaction()?;
        cases::remove_draft(&tx, id)?;
        self.drop_records(&tx, id)?;
        for photo in &files.photos {
            photo.leave(&tx)?;
        }
        for file in &files.files {
            file.leave(&tx)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Checks what is entered; `complete` also asks for the required answers.
    pub(crate) fn check_draft(&self, draft: &Draft, complete: bool) -> Result<(Service, form::Answers)> {
        let (service, _) = self.catalogue.service(&draft.service).ok_or_else(|| {
            let known: Vec<&str> = self.catalogue.services().map(|s| s.id.0.as_str()).collect();
            DeviceError::invalid(
                "service",
                format!("no service {:?}; there are: {}", draft.service, known.join(", ")),
            )
        })?;
        if let Some(position) = draft.position {
            Wgs84::new(position.lng, position.lat)?;
        }
        form::text_within("text", &draft.text, limits::DESCRIPTION_CHARS_MAX)?;
        let answers = form::check(service, &draft.answers, complete)?;
        let no_photo = form::why_no_photo(draft.no_photo.as_deref().unwrap_or_default())?;
        if complete && draft.lacks_photos(service) && no_photo.is_none() {
            let needed = service.evidence.before_min.to_string();
            return Err(Refusal::new(Code::RExpects, [("shows", needed)]).into());
        }
        Ok((service.clone(), answers))
    }
}
