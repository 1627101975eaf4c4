//! Photo files that are fetched: others' small pictures in idle moments, medium ones and originals when somebody asks, own ones that were let
//! go.
//!
//! Guarantees: a file counts only after its bytes were held against its hash; what came before a cut or a kill is gone on from; what a case
//! brought goes with it.

use std::io::ErrorKind;
use std::path::PathBuf;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_document::{ContentView, RenditionRef};
use yuandian_model::{BlobHash, CaseId};
use yuandian_sync::{Rendition, Transfer};

use crate::content;
use crate::error::{DeviceError, Result};
use crate::evidence::is;
use crate::files::FileTrouble;
use crate::limits::{READ_BYTES, THUMB_BYTES_PER_RUN_MAX, THUMB_TRIES_MAX, THUMBS_PER_RUN_MAX};
use crate::phone::Phone;
use crate::store::cache::{self, Here, Wanted};
use crate::store::{blobs, cases};

/// Which size of a photo somebody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoSize {
    /// 320 px.
    Thumb,
    /// 1600 px.
    Medium,
    /// The untouched original.
    Original,
}

impl PhotoSize {
    fn rendition(self) -> Rendition {
        match self {
            Self::Thumb => Rendition::Thumb,
            Self::Medium => Rendition::Medium,
            Self::Original => Rendition::Original,
        }
    }
}

/// A file of a photo: where it is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFile {
    /// The case that shows it.
    pub case: CaseId,
    /// Which size.
    pub size: PhotoSize,
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Bytes.
    pub bytes: u64,
    /// MIME type.
    pub mime: String,
    /// Whether it is on this phone.
    pub here: bool,
    /// Where it lies, where the phone's files have paths and it is here.
    pub path: Option<PathBuf>,
}

impl Phone {
    /// A file of the `n`-th photo of a case, from 1. A photo without the size that is asked for gives the next larger one that it has.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where there is no such case or photo.
    pub fn photo_file(&self, case: &CaseId, n: usize, size: PhotoSize) -> Result<PhotoFile> {
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let person = self.person()?;
        let photos = content::load(&self.db, case, stored.snapshot.as_deref(), &person)?.view().photos;
        let photo = n.checked_sub(1).and_then(|at| photos.into_iter().nth(at));
        let entry = photo.ok_or_else(|| DeviceError::not_found("photo", n))?.entry;
        let small = |file: &RenditionRef, size| (file.clone(), "image/jpeg".to_owned(), size);
        let thumb = entry.thumb.as_ref().filter(|_| size == PhotoSize::Thumb);
        let medium = entry.medium.as_ref().filter(|_| size != PhotoSize::Original);
        let (file, mime, size) = thumb
            .map(|file| small(file, PhotoSize::Thumb))
            .or_else(|| medium.map(|file| small(file, PhotoSize::Medium)))
            .unwrap_or_else(|| (entry.original.clone(), entry.mime.clone(), PhotoSize::Original));
        self.file_of(case, (file, mime, size))
    }

    pub(crate) fn file_of(
        &self,
        case: &CaseId,
        (file, mime, size): (RenditionRef, String, PhotoSize),
    ) -> Result<PhotoFile> {
        let here =
            self.ports.blobs.has(&file.hash) && cache::here(&self.db, &file.hash)? != Some(Here::Broken);
        let path = if here { self.ports.blobs.path(&file.hash) } else { None };
        Ok(PhotoFile { case: *case, size, hash: file.hash, bytes: file.size, mime, here, path })
    }

    /// The bytes of a file that is here, held against its hash; it was shown now. One that was removed or damaged behind the phone's back is
    /// to be fetched, where the server has it.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where it is not here (any more); [`DeviceError::Damaged`] for an own file that the server does not have
    /// either: told in 需处理.
    pub fn show_photo(&mut self, file: &PhotoFile) -> Result<Vec<u8>> {
        let found = self.piece(&file.hash, 0, file.bytes)?;
        let found = found
            .and_then(|bytes| if is(&bytes, &file.hash) { Ok(bytes) } else { Err(FileTrouble::Damaged) });
        match found {
            Ok(bytes) => {
                cache::shown(&self.db, &file.hash, self.ports.clock.wall_ms())?;
                Ok(bytes)
            }
            Err(trouble) => {
                let waits = blobs::progress(&self.db, &file.hash)?.is_some_and(|own| !own.stored);
                if waits {
                    self.keep_trouble(&file.hash, trouble)?;
                    return Err(DeviceError::Damaged(format!("photo {} is not as it was", file.hash)));
                }
                // The server has it.
                cache::set_here(&self.db, &file.hash, Here::LetGo)?;
                Err(DeviceError::not_found("photo", file.hash))
            }
        }
    }

    /// A file was shown without its bytes passing here: it is among the last to be let go.
    ///
    /// # Errors
    /// The store's.
    pub fn shown_photo(&mut self, hash: &BlobHash) -> Result<()> {
        cache::shown(&self.db, hash, self.ports.clock.wall_ms())
    }

    /// Small pictures that are to be fetched now, within what one run fetches.
    pub(crate) fn thumbs_wanted(&self) -> Result<Vec<PhotoFile>> {
        let policies = self.upload_policies()?;
        let mut left = THUMB_BYTES_PER_RUN_MAX;
        let mut files = Vec::new();
        for Wanted { hash, doc, size } in cache::wanted(&self.db, THUMB_TRIES_MAX, THUMBS_PER_RUN_MAX)? {
            let thumb =
                Transfer { hash, size, rendition: Rendition::Thumb, order: 0, urgent: false, url: None };
            if !policies.lets(&thumb, self.link) || size > left {
                break;
            }
            left -= size;
            files.push(PhotoFile {
                case: doc,
                size: PhotoSize::Thumb,
                hash,
                bytes: size,
                mime: "image/jpeg".to_owned(),
                here: false,
                path: None,
            });
        }
        Ok(files)
    }

    /// A small picture did not come: others are tried first.
    pub(crate) fn thumb_tried(&self, hash: &BlobHash) -> Result<()> {
        cache::tried(&self.db, hash)
    }

    /// Begins to fetch a file; gives how many bytes of it are here from before.
    pub(crate) fn begin_fetch(&mut self, file: &PhotoFile) -> Result<u64> {
        let have = self.ports.blobs.part_len(&file.hash);
        self.room_for(file.bytes.saturating_sub(have))?;
        Ok(have)
    }

    /// Keeps bytes of a file that is being fetched.
    pub(crate) fn keep_piece(&mut self, hash: &BlobHash, at: u64, bytes: &[u8]) -> Result<()> {
        match self.ports.blobs.put_part(hash, at, bytes).map_err(DeviceError::from) {
            Err(DeviceError::StorageFull) => Err(self.no_room()?),
            kept => kept,
        }
    }

    /// Throws away what came of a file.
    pub(crate) fn drop_fetch(&mut self, hash: &BlobHash) -> Result<()> {
        Ok(self.ports.blobs.drop_part(hash)?)
    }

    /// All bytes of a file are here: whether they are its own. If so, it is a file of this phone when this returns.
    pub(crate) fn check_fetch(&mut self, file: &PhotoFile) -> Result<bool> {
        let mut whole = Sha256::new();
        let mut at = 0;
        while at < file.bytes {
            let piece = match self.ports.blobs.read_part(&file.hash, at, READ_BYTES.min(file.bytes - at)) {
                Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(false),
                piece => piece?,
            };
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            whole.update(&piece);
        }
        if <[u8; 32]>::from(whole.finalize()) != file.hash.0 || self.ports.blobs.part_len(&file.hash) != at {
            return Ok(false);
        }
        let now_ms = self.ports.clock.wall_ms();
        let tx = self.db.unchecked_transaction()?;
        // The case may have gone while its file came: nothing names it then.
        let held = cases::standing(&tx, &file.case)?.is_some();
        if !held {
            self.ports.blobs.drop_part(&file.hash)?;
            return Ok(true);
        }
        // The row first: a file that no row names would outlive its case. One that a row names and that is not there is fetched again.
        cache::put(&tx, &file.hash, file.bytes, file.size.rendition(), now_ms)?;
        if blobs::progress(&tx, &file.hash)?.is_none() {
            cache::fetched(&tx, &file.hash, &file.case)?;
        }
        tx.commit()?;
        self.changed.borrow_mut().insert(file.case);
        self.ports.blobs.part_is_whole(&file.hash)?;
        self.keep_to_budget_but(Some(&file.hash))?;
        Ok(true)
    }

    /// Writes down which small pictures of a case's photos are to be fetched: others' that the server has and this phone has not.
    pub(crate) fn want_thumbs(&self, db: &Connection, doc: &CaseId, content: &ContentView) -> Result<()> {
        for photo in &content.photos {
            let Some(thumb) = &photo.entry.thumb else { continue };
            if blobs::is_stored(db, doc, &thumb.hash)? && blobs::progress(db, &thumb.hash)?.is_none() {
                let wanted = Wanted { hash: thumb.hash, doc: *doc, size: thumb.size };
                cache::want(db, &wanted, photo.entry.at_ms)?;
            }
        }
        Ok(())
    }
}
