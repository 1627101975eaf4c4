//! What people write, piece by piece: entries under an id of their own that never change, and the edits that bring them.
//!
//! An entry is one JSON scalar. Fields are only added; what a reader does not know it passes over, and an entry that it cannot read at all it
//! leaves out.

use serde::{Deserialize, Serialize};
use yuandian_model::form::SharedAnswer;
use yuandian_model::{BlobHash, EntryId};

/// A note: one JSON scalar under its id, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteEntry {
    /// The words; empty where the files say it.
    pub text: String,
    /// Writer's wall clock, ms since 1970.
    pub at_ms: i64,
    /// What is attached to it: voice notes, short films, signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<AttachedFile>,
}

impl NoteEntry {
    /// A note of words alone.
    #[must_use]
    pub fn of(text: impl Into<String>, at_ms: i64) -> Self {
        Self { text: text.into(), at_ms, files: Vec::new() }
    }
}

/// A file beside a note. Nothing in the core decodes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// Its bytes.
    #[serde(flatten)]
    pub file: RenditionRef,
    /// MIME type, by its first bytes.
    pub mime: String,
}

/// One stored size of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionRef {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
}

/// A photo: its original by hash, and the small sizes made from it. The pixels live outside the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoEntry {
    /// The untouched original.
    pub original: RenditionRef,
    /// MIME type of the original.
    pub mime: String,
    /// Upright width, pixels; 0 where nobody could tell.
    pub width: u32,
    /// Upright height, pixels.
    pub height: u32,
    /// At most 2 kB, travels with the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micro: Option<RenditionRef>,
    /// 320 px.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb: Option<RenditionRef>,
    /// 1600 px. Photos of earlier apps have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<RenditionRef>,
    /// Writer's wall clock, ms since 1970.
    pub at_ms: i64,
}

impl PhotoEntry {
    /// The files that travel through the transfer queue, the small ones first. The micro picture is not one: it goes with the commit.
    pub fn files(&self) -> impl Iterator<Item = &RenditionRef> {
        [self.thumb.as_ref(), self.medium.as_ref(), Some(&self.original)].into_iter().flatten()
    }
}

/// The small sizes of a photo that its author's platform gave after the photo was in its case. An entry of `photos` like any other: apps that
/// do not know it pass it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewEntry {
    /// The photo.
    pub of: EntryId,
    /// Upright width of the picture that they were made from, pixels.
    pub width: u32,
    /// Upright height, pixels.
    pub height: u32,
    /// At most 2 kB, travels with the commit.
    pub micro: RenditionRef,
    /// 320 px.
    pub thumb: RenditionRef,
    /// 1600 px.
    pub medium: RenditionRef,
    /// Writer's wall clock, ms since 1970.
    pub at_ms: i64,
}

impl PreviewEntry {
    /// The files that travel through the transfer queue, the small one first.
    pub fn files(&self) -> impl Iterator<Item = &RenditionRef> {
        [&self.thumb, &self.medium].into_iter()
    }
}

/// One thing a person writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// The whole description as it should read; merged letter by letter.
    Describe(String),
    /// An answer of the form. Written even where the value is the same, which settles a conflict.
    Answer {
        /// Its key.
        key: String,
        /// Its value. The type keeps private answers out: what makes one is the check of a form.
        value: SharedAnswer,
    },
    /// A new note.
    Note(EntryId, NoteEntry),
    /// A new photo.
    Photo(EntryId, PhotoEntry),
    /// The small sizes of a photo that had none.
    Preview(EntryId, PreviewEntry),
}

impl Edit {
    /// The files that it names and that travel through the transfer queue.
    pub fn files(&self) -> Vec<BlobHash> {
        match self {
            Edit::Describe(_) | Edit::Answer { .. } => Vec::new(),
            Edit::Note(_, note) => note.files.iter().map(|attached| attached.file.hash).collect(),
            Edit::Photo(_, photo) => photo.files().map(|file| file.hash).collect(),
            Edit::Preview(_, preview) => preview.files().map(|file| file.hash).collect(),
        }
    }

    /// The micro picture that it brings.
    pub fn micro(&self) -> Option<BlobHash> {
        match self {
            Edit::Photo(_, photo) => photo.micro.as_ref().map(|micro| micro.hash),
            Edit::Preview(_, preview) => Some(preview.micro.hash),
            _ => None,
        }
    }

    /// The entry that it adds.
    pub fn entry(&self) -> Option<EntryId> {
        match self {
            Edit::Describe(_) | Edit::Answer { .. } => None,
            Edit::Note(id, _) | Edit::Photo(id, _) | Edit::Preview(id, _) => Some(*id),
        }
    }
}
