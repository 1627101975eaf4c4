//! What is attached to notes: voice notes, short films, signatures.

use yuandian_device::{Attached, Attachment, view};

use crate::cases::hash_of;
use crate::core::YuandianCore;
use crate::error::CoreError;
use crate::files;
use crate::photos::PhotoFile;

/// What can be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AttachedKind {
    /// A voice note: AAC, AMR, MP4, MP3, Ogg or WAV, at most 10 MiB.
    Voice,
    /// A short film: MP4 or QuickTime, at most 64 MiB.
    Video,
    /// Strokes of a hand: PNG, at most 512 KiB.
    Signature,
}

impl From<AttachedKind> for Attached {
    fn from(kind: AttachedKind) -> Self {
        match kind {
            AttachedKind::Voice => Self::Voice,
            AttachedKind::Video => Self::Video,
            AttachedKind::Signature => Self::Signature,
        }
    }
}

/// A file to be attached; it is only read.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttachmentInput {
    /// What it is; its first bytes must say the same.
    pub kind: AttachedKind,
    /// Where it lies.
    pub path: String,
}

impl AttachmentInput {
    fn read(&self) -> Result<Attachment, CoreError> {
        Ok(Attachment { kind: self.kind.into(), bytes: files::read_photo(&self.path)? })
    }
}

/// Reads files to be attached, in order.
pub(crate) fn read(files: &[AttachmentInput]) -> Result<Vec<Attachment>, CoreError> {
    files.iter().map(AttachmentInput::read).collect()
}

/// A file beside a note.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttachedView {
    /// SHA-256 of its bytes, hex.
    pub hash: String,
    /// `voice`, `video`, `signature`; empty of a kind that this app does not know.
    pub kind: String,
    /// The kind in words.
    pub kind_text: String,
    /// MIME type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this phone.
    pub local: bool,
    /// Bytes that the platform has, as far as this phone knows.
    pub sent: u64,
    /// Whether the platform holds and has verified it.
    pub stored: bool,
    /// What is wrong with it, in words.
    pub trouble: Option<String>,
}

impl From<view::AttachedView> for AttachedView {
    fn from(file: view::AttachedView) -> Self {
        Self {
            hash: file.hash,
            kind: file.kind,
            kind_text: file.kind_text,
            mime: file.mime,
            size: file.size,
            local: file.local,
            sent: file.sent,
            stored: file.stored,
            trouble: file.trouble,
        }
    }
}

/// An attached file of a draft.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftFile {
    /// SHA-256, hex.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// MIME type.
    pub mime: String,
    /// When it was added, ms since 1970.
    pub at_ms: i64,
}

impl From<yuandian_device::DraftFile> for DraftFile {
    fn from(file: yuandian_device::DraftFile) -> Self {
        Self { hash: file.hash.to_string(), size: file.size, mime: file.mime, at_ms: file.at_ms }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// Attaches a file to a draft and returns its hash. It is on disk, whole, before the draft names it.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for a file that is not what it is said to be, too large, or one too many;
    /// [`CoreError::FileUnusable`], [`CoreError::NotFound`], [`CoreError::NoRoom`].
    pub async fn add_file(&self, draft: String, file: AttachmentInput) -> Result<String, CoreError> {
        self.change_case(draft, move |phone, id| {
            Ok(phone.attach(id, &file.read()?, &yuandian_device::CaptureInfo::default())?.to_string())
        })
        .await
    }

    /// Takes an attached file out of a draft.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`].
    pub async fn remove_file(&self, draft: String, hash: String) -> Result<(), CoreError> {
        self.change_case(draft, move |phone, id| Ok(phone.detach(id, &hash_of(&hash)?)?)).await
    }

    /// An attached file of a case by its hash. It counts as shown.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn attached_file(&self, case_id: String, hash: String) -> Result<PhotoFile, CoreError> {
        self.with_phone(move |phone| {
            let file = phone.attached_file(&phone.find(&case_id)?, &hash_of(&hash)?)?;
            if file.here {
                phone.shown_photo(&file.hash)?;
            }
            Ok(file.into())
        })
        .await
    }

    /// [`YuandianCore::attached_file`], fetched from the platform where it is not here, as [`YuandianCore::fetch_photo`] does.
    ///
    /// # Errors
    /// Those of [`YuandianCore::fetch_photo`].
    pub async fn fetch_attached(&self, case_id: String, hash: String) -> Result<PhotoFile, CoreError> {
        self.fetch_file(move |phone| Ok(phone.attached_file(&phone.find(&case_id)?, &hash_of(&hash)?)?)).await
    }
}
