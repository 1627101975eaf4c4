//! Photos on their way into a case: the original first and untouched, then the small sizes made from it.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_document::{PhotoEntry, RenditionRef};
use yuandian_model::{BlobHash, CaseId};
use yuandian_photo::{Examined, Preview, examine, original_hash, render};
use yuandian_sync::Rendition;

use crate::capture::{CaptureInfo, Recorded};
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::blobs::{self, NewBlob};

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
    fn in_file(examined: &Examined) -> Self {
        let mut remarks: Vec<String> =
            examined.warnings.iter().map(|warning| warning.code().to_owned()).collect();
        remarks.sort();
        remarks.dedup();
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
    micro: Option<Vec<u8>>,
    thumb: Option<Vec<u8>>,
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
        let order = order_ms.max(0).cast_unsigned();
        let of = |part: &RenditionRef, mime, rendition| NewBlob {
            hash: part.hash,
            doc: *case,
            size: part.size,
            mime,
            rendition,
            order,
        };
        blobs::pin(db, &of(&self.entry.original, &self.entry.mime, Rendition::Original))?;
        if let Some(thumb) = &self.entry.thumb {
            blobs::pin(db, &of(thumb, "image/jpeg", Rendition::Thumb))?;
        }
        if let (Some(part), Some(bytes)) = (&self.entry.micro, &self.micro) {
            blobs::put_micro(db, case, &part.hash, bytes)?;
        }
        Ok(())
    }
}

impl Phone {
    /// Hashes, checks and keeps an original. Durable when it returns; refused files leave nothing behind.
    pub(crate) fn keep_original(&mut self, original: &[u8]) -> Result<(DraftPhoto, Seen)> {
        let examined = examine(original)?;
        for warning in &examined.warnings {
            tracing::debug!(?warning, "photo metadata is odd");
        }
        let hash = BlobHash(examined.original_hash);
        self.ports.blobs.put(&hash, original)?;
        let photo = DraftPhoto {
            hash,
            size: examined.byte_len,
            mime: examined.format.media_type().to_owned(),
            at_ms: self.ports.clock.wall_ms(),
        };
        Ok((photo, Seen::in_file(&examined)))
    }

    /// Makes the small sizes of a kept original. One that only the platform can decode goes without.
    pub(crate) fn prepare(&self, photo: &DraftPhoto) -> Result<PreparedPhoto> {
        let original = self.ports.blobs.read(&photo.hash, 0, photo.size)?;
        if original_hash(&original) != photo.hash.0 {
            return Err(DeviceError::Damaged(format!("photo {} has changed on disk", photo.hash)));
        }
        let examined = examine(&original)?;
        let size = examined.upright_dimensions();
        let mut entry = PhotoEntry {
            original: RenditionRef { hash: photo.hash, size: photo.size },
            mime: photo.mime.clone(),
            width: size.map_or(0, |s| s.width),
            height: size.map_or(0, |s| s.height),
            micro: None,
            thumb: None,
            at_ms: photo.at_ms,
        };
        let Seen { remarks, .. } = Seen::in_file(&examined);
        match render(&original, &examined)? {
            Preview::Unavailable(_) => {
                Ok(PreparedPhoto { entry, info: CaptureInfo::default(), remarks, micro: None, thumb: None })
            },
            Preview::Ready(small) => {
                entry.micro = Some(part(&small.micro));
                entry.thumb = Some(part(&small.thumb));
                let (micro, thumb) = (Some(small.micro.bytes), Some(small.thumb.bytes));
                Ok(PreparedPhoto { entry, info: CaptureInfo::default(), remarks, micro, thumb })
            }
        }
    }

    /// Keeps the small sizes before the command's transaction names them.
    pub(crate) fn keep_renditions(&mut self, photo: &PreparedPhoto) -> Result<()> {
        let keeps = !yuandian_model::planted::is(yuandian_model::planted::Bug::RenditionNotKept);
        if let (Some(part), Some(bytes)) = (&photo.entry.thumb, photo.thumb.as_ref().filter(|_| keeps)) {
            self.ports.blobs.put(&part.hash, bytes)?;
        }
        Ok(())
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

    /// The micro picture of a photo, everybody's: at most 2 kB of JPEG.
    ///
    /// # Errors
    /// The store's.
    pub fn micro(&self, hash: &BlobHash) -> Result<Option<Vec<u8>>> {
        blobs::micro(&self.db, hash)
    }
}

fn part(rendition: &yuandian_photo::Rendition) -> RenditionRef {
    RenditionRef { hash: BlobHash(rendition.sha256), size: rendition.bytes.len() as u64 }
}

/// Whether bytes are those of a hash.
pub(crate) fn is(bytes: &[u8], hash: &BlobHash) -> bool {
    <[u8; 32]>::from(Sha256::digest(bytes)) == hash.0
}
