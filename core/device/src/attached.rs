//! What is attached to notes: voice notes, short films, signatures. Kept, recorded, sent and fetched like a photo's original, and never decoded:
//! what kind a file is its first bytes say.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use yuandian_document::{AttachedFile, Edit, NoteEntry, RenditionRef};
use yuandian_model::{BlobHash, CaseId, EntryId};
use yuandian_photo::original_hash;
use yuandian_sync::Rendition;
use yuandian_sync::limits::ATTACHED_MAX;
use yuandian_sync::media::Attached;

use crate::capture::{CaptureInfo, Recorded};
use crate::content;
use crate::downloads::{PhotoFile, PhotoSize};
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::blobs::{self, NewBlob};
use crate::store::{cache, cases};
use crate::view::AttachedView;

/// A file to be attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is said to be.
    pub kind: Attached,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// An attached file of a draft: on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// SHA-256.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// MIME type by its bytes.
    pub mime: String,
    /// When it was added, wall clock ms.
    pub at_ms: i64,
}

impl DraftFile {
    fn entry(&self) -> AttachedFile {
        let file = RenditionRef { hash: self.hash, size: self.size };
        AttachedFile { file, mime: self.mime.clone() }
    }

    /// Its draft was given up: it is among the first to go when room is needed.
    pub(crate) fn leave(&self, db: &Connection) -> Result<()> {
        match cache::here(db, &self.hash)? {
            None => cache::put(db, &self.hash, self.size, Rendition::Attached, 0),
            // A case has it, too.
            Some(_) => Ok(()),
        }
    }
}

/// A kept file ready to be named by a commit.
pub(crate) struct PreparedFile {
    file: DraftFile,
    info: CaptureInfo,
}

impl PreparedFile {
    /// SHA-256.
    pub fn hash(&self) -> BlobHash {
        self.file.hash
    }

    /// What is recorded of it.
    pub fn recorded(&self) -> Result<Recorded> {
        Ok(Recorded {
            original: self.file.hash,
            size: self.file.size,
            mime: self.file.mime.clone(),
            pixels: None,
            source: self.info.source,
            fix: self.info.fix()?,
            remarks: Vec::new(),
        })
    }

    /// Pins it in the command's transaction.
    pub fn pin(&self, db: &Connection, case: &CaseId, order_ms: i64) -> Result<()> {
        let DraftFile { hash, size, mime, .. } = &self.file;
        let order = order_ms.max(0).cast_unsigned();
        let rendition = Rendition::Attached;
        blobs::pin(db, &NewBlob { hash: *hash, doc: *case, size: *size, mime, rendition, order })?;
        cache::put(db, hash, *size, rendition, order_ms)
    }
}

/// The media type of a file that is said to be of a kind; none where its first bytes say something else.
fn mime_of(kind: Attached, bytes: &[u8]) -> Option<&'static str> {
    let found = infer::get(bytes)?.mime_type();
    Some(match (kind, found) {
        (Attached::Voice, "audio/aac") => "audio/aac",
        (Attached::Voice, "audio/amr") => "audio/amr",
        // The same container: most recorders do not say that there is no picture in it.
        (Attached::Voice, "audio/m4a" | "audio/mp4" | "video/mp4") => "audio/mp4",
        (Attached::Voice, "audio/mpeg") => "audio/mpeg",
        (Attached::Voice, "audio/ogg" | "audio/opus") => "audio/ogg",
        (Attached::Voice, "audio/x-wav" | "audio/wav") => "audio/wav",
        (Attached::Video, "video/mp4" | "video/x-m4v") => "video/mp4",
        (Attached::Video, "video/quicktime") => "video/quicktime",
        (Attached::Signature, "image/png") => "image/png",
        _ => return None,
    })
}

impl Phone {
    /// Attaches a file to a draft: it is on disk, and its signed record with it, when this returns. Gives its hash.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a file of another kind or too large, or one more than a note may have; [`DeviceError::NotFound`],
    /// [`DeviceError::NoRoom`].
    pub fn attach(&mut self, id: &CaseId, file: &Attachment, info: &CaptureInfo) -> Result<BlobHash> {
        let mut draft = self.draft(id)?;
        hold_count(draft.files.len() + 1)?;
        let kept = self.keep_attached(file, info)?;
        let hash = kept.hash();
        if draft.files.iter().any(|known| known.hash == hash) {
            return Ok(hash);
        }
        let recorded = kept.recorded()?;
        draft.files.push(kept.file);
        self.put_recorded(id, &draft, &recorded)?;
        Ok(hash)
    }

    /// Takes an attached file out of a draft. It stays on disk until the phone needs the room.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn detach(&mut self, id: &CaseId, file: &BlobHash) -> Result<()> {
        let mut draft = self.draft(id)?;
        let at = draft.files.iter().position(|known| known.hash == *file);
        let removed = draft.files.remove(at.ok_or_else(|| DeviceError::not_found("file", file))?);
        self.save_draft(Some(*id), &draft)?;
        removed.leave(&self.db)
    }

    /// Checks and keeps a file. What is refused leaves nothing behind.
    fn keep_attached(&mut self, file: &Attachment, info: &CaptureInfo) -> Result<PreparedFile> {
        info.fix()?;
        let Attachment { kind, bytes } = file;
        let most = kind.bytes_max();
        if bytes.len() as u64 > most {
            return Err(DeviceError::invalid(kind.id(), format!("at most {most} bytes")));
        }
        let other = || DeviceError::invalid(kind.id(), "its first bytes say that it is something else");
        let mime = mime_of(*kind, bytes).ok_or_else(other)?;
        let hash = BlobHash(original_hash(bytes));
        self.keep_file(&hash, bytes)?;
        let at_ms = self.ports.clock.wall_ms();
        let file = DraftFile { hash, size: bytes.len() as u64, mime: mime.to_owned(), at_ms };
        Ok(PreparedFile { file, info: info.clone() })
    }

    /// Files of a command, kept.
    pub(crate) fn keep_all_attached(
        &mut self,
        files: &[Attachment],
        info: &CaptureInfo,
    ) -> Result<Vec<PreparedFile>> {
        hold_count(files.len())?;
        files.iter().map(|file| self.keep_attached(file, info)).collect()
    }

    /// Attached files of a draft, each as it was when it was added.
    pub(crate) fn prepare_attached(&self, files: &[DraftFile]) -> Result<Vec<PreparedFile>> {
        for file in files {
            if self.look_at(&file.hash, file.size)?.is_some() {
                return Err(DeviceError::Damaged(format!("file {} has changed on disk", file.hash)));
            }
        }
        let prepared = |file: &DraftFile| PreparedFile { file: file.clone(), info: CaptureInfo::default() };
        Ok(files.iter().map(prepared).collect())
    }

    /// A note of words and files; none of neither.
    pub(crate) fn note_edit(&mut self, text: &str, files: &[PreparedFile]) -> Option<Edit> {
        if text.is_empty() && files.is_empty() {
            return None;
        }
        let (ms, random) = self.uuid();
        let files = files.iter().map(|prepared| prepared.file.entry()).collect();
        let note = NoteEntry { text: text.to_owned(), at_ms: ms, files };
        Some(Edit::Note(EntryId::v7(ms, random), note))
    }

    pub(crate) fn attached_view(&self, case: &CaseId, attached: &AttachedFile) -> Result<AttachedView> {
        let AttachedFile { file, mime } = attached;
        let kind = Attached::of(mime).map(Attached::id);
        let (sent, stored) = self.delivery(case, file)?;
        let trouble = cache::trouble_of(&self.db, &file.hash)?.filter(|_| !stored);
        Ok(AttachedView {
            hash: file.hash.to_string(),
            kind: kind.unwrap_or_default().to_owned(),
            kind_text: kind.map(|kind| self.worded(self.words.photo(kind, &[]))).unwrap_or_default(),
            mime: mime.clone(),
            size: file.size,
            local: self.ports.blobs.has(&file.hash),
            sent,
            stored,
            trouble: trouble.map(|why| self.worded(self.words.photo(&why, &[]))),
        })
    }

    /// An attached file of a case by its hash: where it is, for showing and fetching it like a photo's original.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where no note of the case has it.
    pub fn attached_file(&self, case: &CaseId, hash: &BlobHash) -> Result<PhotoFile> {
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let notes = content::current(&self.db, case, stored.snapshot.as_deref())?.view().notes;
        let found =
            notes.into_iter().flat_map(|note| note.entry.files).find(|known| known.file.hash == *hash);
        let AttachedFile { file, mime } = found.ok_or_else(|| DeviceError::not_found("file", hash))?;
        self.file_of(case, (file, mime, PhotoSize::Original))
    }
}

fn hold_count(files: usize) -> Result<()> {
    if files > ATTACHED_MAX {
        return Err(DeviceError::invalid("file", format!("at most {ATTACHED_MAX}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_a_file_is() {
        let mp4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
        let cases: [(Attached, &[u8], Option<&str>); 9] = [
            (Attached::Voice, b"#!AMR\n\x3c\x91\x17\x16\xbe\x66", Some("audio/amr")),
            (
                Attached::Voice,
                b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0OpusHead",
                Some("audio/ogg"),
            ),
            (Attached::Voice, b"RIFF\x24\0\0\0WAVEfmt ", Some("audio/wav")),
            (Attached::Voice, mp4, Some("audio/mp4")),
            (Attached::Video, mp4, Some("video/mp4")),
            (Attached::Signature, mp4, None),
            (Attached::Signature, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some("image/png")),
            (Attached::Voice, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
            (Attached::Video, b"<html>", None),
        ];
        for (kind, bytes, mime) in cases {
            assert_eq!(mime_of(kind, bytes), mime, "{kind:?} {bytes:?}");
            assert!(
                mime.is_none_or(|mime| Attached::of(mime) == Some(kind)),
                "the server reads it the same way"
            );
        }
        assert_eq!(mime_of(Attached::Voice, b""), None);
    }
}
