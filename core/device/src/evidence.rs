//! Photos on their way into a case: the original first and untouched, then the small sizes made from it.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_document::{PhotoEntry, RenditionRef};
use yuandian_model::{BlobHash, CaseId};
use yuandian_photo::limits::ORIGINAL_BYTES_MAX;
use yuandian_photo::{Examined, examine, original_hash};
use yuandian_sync::Rendition;

use crate::brought::Brought;
use crate::capture::{CaptureInfo, Recorded};
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::previews::{NO_DECODER, SmallSizes, made_small};
use crate::store::blobs::{self, NewBlob};
use crate::store::cache;

/// What every small size is.
const RENDITION_MIME: &str = "image/jpeg";

/// A photo of a draft: its original is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPhoto {
    /// SHA-256 of the original.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// MIME type by its bytes.
    pub mime: String,
    /// When it was added, wall clock ms.
    pub at_ms: i64,
    /// Its small sizes, once they are made: their files are on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small: Option<SmallSizes>,
    /// Why it has no small sizes, where this phone cannot make them: the platform is asked for a picture of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_preview: Option<String>,
}

impl DraftPhoto {
    /// Every file that the draft needs.
    pub(crate) fn files(&self) -> impl Iterator<Item = BlobHash> + '_ {
        let small = self.small.iter().flat_map(|small| [&small.micro, &small.thumb, &small.medium]);
        std::iter::once(self.hash).chain(small.map(|file| file.hash))
    }

    /// Its draft was given up: its files are the first to go when room is needed.
    pub(crate) fn leave(&self, db: &Connection) -> Result<()> {
        let left = |hash: &BlobHash, size, rendition| match cache::here(db, hash)? {
            None => cache::put(db, hash, size, rendition, 0),
            // A case has it, too.
            Some(_) => Ok(()),
        };
        left(&self.hash, self.size, Rendition::Original)?;
        if let Some(small) = &self.small {
            left(&small.thumb.hash, small.thumb.size, Rendition::Medium)?;
            left(&small.medium.hash, small.medium.size, Rendition::Medium)?;
            blobs::doom(db, &small.micro.hash)?;
        }
        Ok(())
    }
}

/// What was seen in a file that goes into its record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Upright width and height, pixels.
    pub pixels: Option<(u32, u32)>,
    /// Codes of what is odd.
    pub remarks: Vec<String>,
}

impl Seen {
    /// `wall_ms`: this phone's clock, which a picture's own times are held against.
    fn in_file(examined: &Examined, wall_ms: i64) -> Self {
        let ahead = examined.metadata.warnings_at(wall_ms);
        let warnings = examined.warnings.iter().chain(&ahead).map(|warning| warning.code());
        let hints = examined.edit_hints.iter().map(|hint| hint.code());
        let codes: BTreeSet<&str> = warnings.chain(hints).collect();
        let remarks = codes.into_iter().map(str::to_owned).collect();
        let pixels = examined.upright_dimensions().map(|size| (size.width, size.height));
        Self { pixels, remarks }
    }
}

/// A photo ready to be named by a commit.
pub(crate) struct PreparedPhoto {
    pub entry: PhotoEntry,
    /// What is recorded of it where its draft has not done so.
    pub info: CaptureInfo,
    remarks: Vec<String>,
    /// Whether the platform is still to be asked for a picture of it.
    pub wants_preview: bool,
    /// The small sizes that are not on disk yet, and the micro picture, which is kept in the store.
    pub small: Option<SmallBytes>,
}

/// Bytes of the small sizes, where they were just made; a draft may have them on disk already.
pub(crate) struct SmallBytes {
    pub micro: Vec<u8>,
    pub files: Vec<(BlobHash, Vec<u8>)>,
}

impl SmallBytes {
    /// Keeps the micro picture in the store.
    pub fn keep_micro(&self, db: &Connection, case: &CaseId, micro: &RenditionRef) -> Result<()> {
        blobs::put_micro(db, case, &micro.hash, &self.micro)?;
        // Its draft may have had it as a file: the store has it now.
        blobs::doom(db, &micro.hash)
    }
}

impl PreparedPhoto {
    /// With what the platform says of it.
    pub fn taken(self, info: &CaptureInfo) -> Self {
        Self { info: info.clone(), ..self }
    }

    /// What is recorded of it.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a position outside the world.
    pub fn recorded(&self) -> Result<Recorded> {
        let PhotoEntry { original, mime, width, height, .. } = &self.entry;
        Ok(Recorded {
            original: original.hash,
            size: original.size,
            mime: mime.clone(),
            pixels: (*width > 0).then_some((*width, *height)),
            source: self.info.source,
            fix: self.info.fix()?,
            remarks: self.remarks.clone(),
        })
    }

    /// Pins the files in the command's transaction: nothing un-stored is ever removed.
    pub fn pin(&self, db: &Connection, case: &CaseId, order_ms: i64) -> Result<()> {
        // The small ones first: of a picture that is smaller than a thumb they are one file.
        let thumb = self.entry.thumb.as_ref().map(|file| (file, Rendition::Thumb));
        let medium = self.entry.medium.as_ref().map(|file| (file, Rendition::Medium));
        let small: Vec<_> = thumb.into_iter().chain(medium).collect();
        pin_small(db, case, &small, order_ms)?;
        pinned(db, case, (&self.entry.original, &self.entry.mime, Rendition::Original), order_ms)?;
        match (&self.entry.micro, &self.small) {
            (Some(micro), Some(small)) => small.keep_micro(db, case, micro),
            _ => Ok(()),
        }
    }
}

/// Pins small sizes of a photo.
pub(crate) fn pin_small(
    db: &Connection,
    case: &CaseId,
    files: &[(&RenditionRef, Rendition)],
    order_ms: i64,
) -> Result<()> {
    files
        .iter()
        .try_for_each(|(file, rendition)| pinned(db, case, (file, RENDITION_MIME, *rendition), order_ms))
}

fn pinned(
    db: &Connection,
    case: &CaseId,
    (file, mime, rendition): (&RenditionRef, &str, Rendition),
    order_ms: i64,
) -> Result<()> {
    let order = order_ms.max(0).cast_unsigned();
    blobs::pin(db, &NewBlob { hash: file.hash, doc: *case, size: file.size, mime, rendition, order })?;
    cache::put(db, &file.hash, file.size, rendition, order_ms)
}

impl Phone {
    /// Hashes, checks and keeps an original. Durable when it returns; refused files leave nothing behind.
    pub(crate) fn keep_original(&mut self, original: &[u8]) -> Result<(DraftPhoto, Seen)> {
        let examined = self.keep_examined(original)?;
        for warning in &examined.warnings {
            tracing::debug!(?warning, "photo metadata is odd");
        }
        let hash = BlobHash(examined.original_hash);
        let photo = DraftPhoto {
            hash,
            size: examined.byte_len,
            mime: examined.format.media_type().to_owned(),
            at_ms: self.ports.clock.wall_ms(),
            small: None,
            no_preview: None,
        };
        let seen = Seen::in_file(&examined, photo.at_ms);
        Ok((photo, seen))
    }

    /// The small sizes of a kept original: those that its draft has, else made now. One that only the platform can decode goes without.
    pub(crate) fn prepare(&self, photo: &DraftPhoto) -> Result<PreparedPhoto> {
        let original = self.intact(photo)?;
        let examined = examine(&original)?;
        let size = examined.upright_dimensions();
        let mut entry = PhotoEntry {
            original: RenditionRef { hash: photo.hash, size: photo.size },
            mime: photo.mime.clone(),
            width: size.map_or(0, |s| s.width),
            height: size.map_or(0, |s| s.height),
            micro: None,
            thumb: None,
            medium: None,
            at_ms: photo.at_ms,
        };
        let Seen { remarks, .. } = Seen::in_file(&examined, photo.at_ms);
        let made = match self.kept_small(photo)? {
            Some(kept) => Some(kept),
            None => made_small(&original, &examined)?,
        };
        let Some((sizes, small)) = made else {
            let wants_preview = photo.no_preview.as_deref() != Some(NO_DECODER);
            return Ok(PreparedPhoto {
                entry,
                info: CaptureInfo::default(),
                remarks,
                wants_preview,
                small: None,
            });
        };
        entry.micro = Some(sizes.micro);
        entry.thumb = Some(sizes.thumb);
        entry.medium = Some(sizes.medium);
        // Where only the platform could decode it, its picture says how large it is.
        if entry.width == 0 {
            (entry.width, entry.height) = (sizes.width, sizes.height);
        }
        Ok(PreparedPhoto {
            entry,
            info: CaptureInfo::default(),
            remarks,
            wants_preview: false,
            small: Some(small),
        })
    }

    /// Keeps the small sizes before the command's transaction names them.
    pub(crate) fn keep_renditions(&mut self, brought: &Brought) -> Result<()> {
        let keeps = !yuandian_model::planted::is(yuandian_model::planted::Bug::RenditionNotKept);
        for (hash, bytes) in brought.files().iter().filter(|_| keeps) {
            self.keep_file(hash, bytes)?;
        }
        Ok(())
    }

    /// The bytes of a draft's original, as they were when it was taken.
    pub(crate) fn intact(&self, photo: &DraftPhoto) -> Result<Vec<u8>> {
        let original = self.ports.blobs.read(&photo.hash, 0, photo.size)?;
        if original_hash(&original) != photo.hash.0 {
            return Err(DeviceError::Damaged(format!("photo {} has changed on disk", photo.hash)));
        }
        Ok(original)
    }

    /// Reads a piece of a photo file of this phone. For uploads and for showing.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where the file is not on this phone.
    pub fn blob(&self, hash: &BlobHash, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.ports.blobs.read(hash, offset, length).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => DeviceError::not_found("photo", hash),
            _ => e.into(),
        })
    }

    /// A photo file of this phone, held against its hash.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where the file is not on this phone, [`DeviceError::Damaged`] where its bytes are others.
    pub fn whole(&self, hash: &BlobHash) -> Result<Vec<u8>> {
        let bytes = self.blob(hash, 0, ORIGINAL_BYTES_MAX as u64)?;
        if is(&bytes, hash) {
            Ok(bytes)
        } else {
            Err(DeviceError::Damaged(format!("photo {hash} has changed on disk")))
        }
    }

    /// The micro picture of a photo, everybody's: at most 2 kB of JPEG.
    ///
    /// # Errors
    /// The store's.
    pub fn micro(&self, hash: &BlobHash) -> Result<Option<Vec<u8>>> {
        blobs::micro(&self.db, hash)
    }
}

/// Whether bytes are those of a hash.
pub(crate) fn is(bytes: &[u8], hash: &BlobHash) -> bool {
    <[u8; 32]>::from(Sha256::digest(bytes)) == hash.0
}
