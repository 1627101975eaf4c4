//! The files that what is written names: which they are, whether they may be so large, and who may read them.

use yuandian_document::{AdmittedChange, AttachedFile, Entry, Envelope, PhotoEntry, RenditionRef};
use yuandian_model::{BlobHash, Code, Refusal};
use yuandian_sync::limits::ATTACHED_MAX;
use yuandian_sync::media::Attached;
use yuandian_sync::{Rendition, media};

use crate::store::BlobRef;

/// Media type of the small renditions, which are made by our own phones.
const RENDITION_MIME: &str = "image/jpeg";

/// The files that new entries name. Micro pictures must travel with this very commit. `known`: every photo of the case.
pub(super) fn named(
    envelope: &Envelope,
    admitted: &AdmittedChange,
    known: &[Entry<PhotoEntry>],
    originals_shared: bool,
) -> Result<Vec<BlobRef>, Refusal> {
    let wrong = |key: &str| Refusal::new(Code::RSchema, [("key", key.to_owned())]);
    let brought = |micro: &RenditionRef| {
        let there = envelope.micro.contains(&micro.hash);
        there.then_some(()).ok_or_else(|| Refusal::new(Code::RStructure, [("key", "micro".to_owned())]))
    };
    let small = |file: &RenditionRef, rendition, original: BlobHash| {
        let file = Named { file: file.clone(), mime: RENDITION_MIME.to_owned(), shared: true, rendition };
        file.of(original, media::bytes_max(RENDITION_MIME))
    };
    let mut blobs = Vec::new();
    for Entry { entry, .. } in &admitted.photos {
        entry.micro.as_ref().map_or(Ok(()), brought)?;
        if !is_image(&entry.mime) {
            return Err(wrong("mime"));
        }
        let original = entry.original.hash;
        blobs.push(
            Named {
                file: entry.original.clone(),
                mime: entry.mime.clone(),
                shared: originals_shared,
                rendition: Rendition::Original,
            }
            .of(original, media::bytes_max(&entry.mime))?,
        );
        for (file, rendition) in [(&entry.thumb, Rendition::Thumb), (&entry.medium, Rendition::Medium)] {
            if let Some(file) = file {
                blobs.push(small(file, rendition, original)?);
            }
        }
    }
    for Entry { entry, .. } in &admitted.previews {
        brought(&entry.micro)?;
        let photo = known.iter().find(|photo| photo.id == entry.of).ok_or_else(|| wrong("of"))?;
        let original = photo.entry.original.hash;
        blobs.push(small(&entry.thumb, Rendition::Thumb, original)?);
        blobs.push(small(&entry.medium, Rendition::Medium, original)?);
    }
    for Entry { entry, .. } in &admitted.notes {
        if entry.files.len() > ATTACHED_MAX {
            return Err(Refusal::new(Code::RLimit, [("limit", ATTACHED_MAX.to_string())]));
        }
        for AttachedFile { file, mime } in &entry.files {
            let kind = Attached::of(mime).ok_or_else(|| wrong("mime"))?;
            let named = Named {
                file: file.clone(),
                mime: mime.clone(),
                shared: originals_shared,
                rendition: Rendition::Attached,
            };
            blobs.push(named.of(file.hash, kind.bytes_max())?);
        }
    }
    Ok(blobs)
}

/// A file as an entry names it.
struct Named {
    file: RenditionRef,
    mime: String,
    shared: bool,
    rendition: Rendition,
}

impl Named {
    /// The row of it, unless it is larger than a file of its kind may be.
    fn of(self, original: BlobHash, limit: u64) -> Result<BlobRef, Refusal> {
        let Named { file, mime, shared, rendition } = self;
        if file.size > limit {
            return Err(Refusal::new(Code::RLimit, [("limit", limit.to_string())]));
        }
        Ok(BlobRef { hash: file.hash, size: file.size, mime, shared, rendition, original })
    }
}

/// Whether a media type may stand in an answer's header: `image/` and a plain word.
fn is_image(mime: &str) -> bool {
    mime.strip_prefix("image/").is_some_and(|word| {
        (1..=32).contains(&word.len())
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+'))
    })
}
