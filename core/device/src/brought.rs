//! The files that a command brings into a case: photos, what is attached to notes, small sizes that came later. One way for all: kept before
//! the command's transaction names them, pinned and recorded within it.

use rusqlite::Connection;
use yuandian_document::PreviewEntry;
use yuandian_model::{BlobHash, CaseId};
use yuandian_sync::Rendition;

use crate::attached::PreparedFile;
use crate::capture::Recorded;
use crate::error::Result;
use crate::evidence::{PreparedPhoto, SmallBytes, pin_small};
use crate::store::previews;

/// Something that a command brings.
pub(crate) enum Brought {
    /// A photo.
    Photo(Box<PreparedPhoto>),
    /// A file beside a note.
    File(PreparedFile),
    /// The small sizes of a photo that is in the case already.
    Preview(Box<PreparedPreview>),
}

/// Small sizes that came after their photo.
pub(crate) struct PreparedPreview {
    /// The original.
    pub original: BlobHash,
    /// What is said of them.
    pub entry: PreviewEntry,
    /// Their bytes.
    pub small: SmallBytes,
}

impl Brought {
    /// Bytes that are to be kept before anything names them.
    pub fn files(&self) -> &[(BlobHash, Vec<u8>)] {
        match self {
            Self::Photo(photo) => photo.small.as_ref().map_or(&[], |small| &small.files),
            Self::File(_) => &[],
            Self::Preview(preview) => &preview.small.files,
        }
    }

    /// Pins the files in the command's transaction: nothing un-stored is ever removed.
    pub fn pin(&self, db: &Connection, case: &CaseId, order_ms: i64) -> Result<()> {
        match self {
            Self::Photo(photo) => {
                photo.pin(db, case, order_ms)?;
                // Its author's platform is asked for a picture of it, unless it has said that it has none.
                if photo.wants_preview {
                    previews::want(db, case, &photo.entry.original.hash)?;
                }
                Ok(())
            }
            Self::File(file) => file.pin(db, case, order_ms),
            Self::Preview(preview) => {
                let PreviewEntry { micro, thumb, medium, .. } = &preview.entry;
                pin_small(db, case, &[(thumb, Rendition::Thumb), (medium, Rendition::Medium)], order_ms)?;
                preview.small.keep_micro(db, case, micro)?;
                previews::given(db, case, &preview.original)
            }
        }
    }

    /// What is recorded of it, where its draft has not done so.
    pub fn recorded(&self) -> Result<Option<Recorded>> {
        match self {
            Self::Photo(photo) => photo.recorded().map(Some),
            Self::File(file) => file.recorded().map(Some),
            Self::Preview(_) => Ok(None),
        }
    }
}

/// Photos as what is brought.
pub(crate) fn photos(photos: Vec<PreparedPhoto>) -> impl Iterator<Item = Brought> {
    photos.into_iter().map(|photo| Brought::Photo(Box::new(photo)))
}
