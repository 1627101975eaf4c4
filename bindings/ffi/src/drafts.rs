//! A case being written: autosaved on every change, never touched by sync.

use yuandian_device::Draft;

use crate::answers::{Answer, pairs};
use crate::attached::DraftFile;
use crate::core::YuandianCore;
use crate::error::CoreError;
use crate::events::EventKind;
use crate::files::read_photo;
use crate::lists::ListLine;

/// A position as the receiver gave it: WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct Position {
    /// Longitude, degrees.
    pub lng: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Claimed radius, metres.
    pub accuracy_m: Option<u32>,
}

impl From<yuandian_device::Position> for Position {
    fn from(position: yuandian_device::Position) -> Self {
        Self { lng: position.lng, lat: position.lat, accuracy_m: position.accuracy_m }
    }
}

impl From<Position> for yuandian_device::Position {
    fn from(position: Position) -> Self {
        Self { lng: position.lng, lat: position.lat, accuracy_m: position.accuracy_m }
    }
}

/// What a person has entered so far. Photos are added by [`YuandianCore::add_photo`] and stay.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct DraftInput {
    /// Service id.
    pub service: String,
    /// Where, unless unknown.
    pub position: Option<Position>,
    /// The description, at most 2,000 characters.
    pub text: String,
    /// Form answers in the order entered.
    pub answers: Vec<Answer>,
    /// Why there are fewer photos than the service asks for, at most 1,000 characters.
    #[uniffi(default = None)]
    pub no_photo: Option<String>,
}

/// A photo of a draft: its original is on disk.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftPhoto {
    /// SHA-256 of the original, hex.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// MIME type by its bytes.
    pub mime: String,
    /// When it was added, ms since 1970.
    pub at_ms: i64,
    /// SHA-256 of its 320 px picture, once that is made.
    pub thumb: Option<String>,
    /// Why it has none: `needs_platform` until the platform gives a picture, `no_decoder` where it cannot.
    pub no_preview: Option<String>,
}

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct DraftRecord {
    /// Its id; the case made of it keeps it.
    pub id: String,
    /// What was entered.
    pub entered: DraftInput,
    /// Photos taken so far.
    pub photos: Vec<DraftPhoto>,
    /// What is attached so far.
    pub files: Vec<DraftFile>,
    /// Last change, ms since 1970.
    pub updated_ms: i64,
}

fn record(id: &yuandian_device::CaseId, draft: Draft, updated_ms: i64) -> DraftRecord {
    let photo = |photo: yuandian_device::DraftPhoto| DraftPhoto {
        hash: photo.hash.to_string(),
        size: photo.size,
        mime: photo.mime,
        at_ms: photo.at_ms,
        thumb: photo.small.map(|small| small.thumb.hash.to_string()),
        no_preview: photo.no_preview,
    };
    DraftRecord {
        id: id.to_string(),
        entered: DraftInput {
            service: draft.service,
            position: draft.position.map(Into::into),
            text: draft.text,
            answers: draft.answers.into_iter().map(Into::into).collect(),
            no_photo: draft.no_photo,
        },
        photos: draft.photos.into_iter().map(photo).collect(),
        files: draft.files.into_iter().map(DraftFile::from).collect(),
        updated_ms,
    }
}

/// A place in what is about to be published that gives a person away.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GiveawayView {
    /// Where it stands: `text` for the description, else the key of an answer.
    pub field: String,
    /// `phone`, `id_number`, `plate`, `door`, `absence`, `access`.
    pub kind: String,
    /// Where it begins, in Unicode scalar values from the field's beginning.
    pub start: u32,
    /// Where it ends, the character there not counted.
    pub end: u32,
    /// The very characters.
    pub found: String,
    /// What it would tell and where that belongs instead, in words.
    pub text: String,
}

impl From<yuandian_device::GiveawayView> for GiveawayView {
    fn from(view: yuandian_device::GiveawayView) -> Self {
        let yuandian_device::GiveawayView { field, kind, start, end, found, text } = view;
        Self { field, kind, start, end, found, text }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// What the words of a draft would tell everybody of the person it is about, for services that hide where somebody lives: to be shown
    /// before [`YuandianCore::finish`]. It warns and never vouches.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn giveaways(&self, draft: String) -> Result<Vec<GiveawayView>, CoreError> {
        self.with_phone(move |phone| {
            let draft = phone.draft(&phone.find(&draft)?)?;
            Ok(phone.giveaways(&draft)?.into_iter().map(GiveawayView::from).collect())
        })
        .await
    }

    /// The same of one text while it is typed.
    ///
    /// # Errors
    /// [`CoreError::ShutDown`].
    pub async fn giveaways_in(&self, text: String) -> Result<Vec<GiveawayView>, CoreError> {
        self.with_phone(move |phone| {
            Ok(phone.told_by("text", &text).into_iter().map(GiveawayView::from).collect())
        })
        .await
    }

    /// Saves a draft, a new one or over the one with this id, and returns its id. Durable when it returns.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for an unknown service or key, a place outside the world, a text over its limit;
    /// [`CoreError::NotFound`], [`CoreError::StorageFull`].
    pub async fn save_draft(&self, id: Option<String>, entered: DraftInput) -> Result<String, CoreError> {
        let events = std::sync::Arc::clone(&self.events);
        self.with_phone(move |phone| {
            let id = id.map(|id| phone.find(&id)).transpose()?;
            let kept = id.map(|id| phone.draft(&id)).transpose()?.unwrap_or_default();
            let Draft { photos, files, .. } = kept;
            let draft = Draft {
                service: entered.service,
                position: entered.position.map(Into::into),
                text: entered.text,
                answers: pairs(entered.answers),
                photos,
                files,
                no_photo: entered.no_photo,
            };
            let id = phone.save_draft(id, &draft)?.to_string();
            events.tell(&EventKind::CaseChanged { case_id: id.clone() });
            Ok(id)
        })
        .await
    }

    /// Adds the photo at `path` to a draft and returns its hash. The original is on disk, whole, before the draft names it; the file
    /// at `path` is only read.
    ///
    /// # Errors
    /// [`CoreError::FileUnusable`], [`CoreError::PhotoRefused`], [`CoreError::InvalidInput`] for a tenth photo,
    /// [`CoreError::NotFound`], [`CoreError::StorageFull`].
    pub async fn add_photo(&self, draft: String, path: String) -> Result<String, CoreError> {
        self.change_case(draft, move |phone, id| {
            let original = read_photo(&path)?;
            Ok(phone.add_draft_photo(id, &original)?.to_string())
        })
        .await
    }

    /// Takes a photo out of a draft. Its file stays until the phone needs the room.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn remove_photo(&self, draft: String, hash: String) -> Result<(), CoreError> {
        self.change_case(draft, move |phone, id| {
            let found =
                hash.parse().map_err(|_| CoreError::NotFound { what: "photo".to_owned(), id: hash })?;
            Ok(phone.remove_draft_photo(id, &found)?)
        })
        .await
    }

    /// A draft by its id.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn draft(&self, id: String) -> Result<DraftRecord, CoreError> {
        self.with_phone(move |phone| {
            let id = phone.find(&id)?;
            let draft = phone.draft(&id)?;
            Ok(record(&id, draft, phone.line_of(&id)?.updated_ms))
        })
        .await
    }

    /// All drafts, latest first.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn drafts(&self) -> Result<Vec<DraftRecord>, CoreError> {
        self.with_phone(|phone| {
            let drafts = phone.drafts()?;
            Ok(drafts.into_iter().map(|(id, draft, at_ms)| record(&id, draft, at_ms)).collect())
        })
        .await
    }

    /// Gives a draft up.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn discard_draft(&self, id: String) -> Result<(), CoreError> {
        self.change_case(id, |phone, id| Ok(phone.discard_draft(id)?)).await
    }

    /// Makes a case of a draft, in one transaction, and returns its line: 已存在本机 once it returns.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`]; [`CoreError::Refused`] where the rule says no on this phone already; [`CoreError::InvalidInput`],
    /// [`CoreError::PhotoRefused`], [`CoreError::NotFound`], [`CoreError::StorageFull`]. The draft stays.
    pub async fn finish(&self, draft: String) -> Result<ListLine, CoreError> {
        self.change_case(draft, |phone, id| {
            let case = phone.finish(id)?;
            Ok(phone.line_of(&case)?.into())
        })
        .await
    }
}
