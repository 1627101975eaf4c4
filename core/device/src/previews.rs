//! The small sizes of photos: made off the shutter's path, caught up after a kill, or given by the platform where only it can decode.
//!
//! Guarantees: a draft names a small size only after its file is on disk; what was not made when the phone was killed is made with the next
//! call or when the draft is finished; a picture that the platform gives is looked at like any other.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use yuandian_document::{ChangeHash, Edit, Entry, PhotoEntry, PreviewEntry, RenditionRef};
use yuandian_model::{BlobHash, CaseId, EntryId};
use yuandian_photo::{
    AllRenditions, Examined, Preview, Rendition, examine, render_all, render_platform_preview,
};

use crate::brought::{Brought, PreparedPreview};
use crate::content;
use crate::error::{DeviceError, Result};
use crate::evidence::{DraftPhoto, SmallBytes, is};
use crate::phone::Phone;
use crate::store::outbox::Intent;
use crate::store::{cases, previews};

/// Why this phone cannot make small sizes: only the platform decodes this format.
pub const NEEDS_PLATFORM: &str = "needs_platform";
/// The platform cannot either.
pub const NO_DECODER: &str = "no_decoder";

/// The small sizes of a photo, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmallSizes {
    /// At most 2 kB.
    pub micro: RenditionRef,
    /// 320 px.
    pub thumb: RenditionRef,
    /// 1600 px.
    pub medium: RenditionRef,
    /// Upright width of what they were made from, pixels.
    pub width: u32,
    /// Upright height, pixels.
    pub height: u32,
}

/// A photo that the platform is asked to decode: it writes an upright JPEG of it and gives that to [`Phone::provide_preview`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedPreview {
    /// The draft or the case that it belongs to.
    pub case: CaseId,
    /// SHA-256 of the original, the id for the answer.
    pub id: BlobHash,
    /// Where the original lies, where the phone's files have paths.
    pub path: Option<PathBuf>,
}

impl Phone {
    /// Makes the small sizes that a draft's photos lack: for the moment after the shutter. Gives how many photos got theirs. Calling it again,
    /// or never, changes nothing but when the work is done.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Photo`], [`DeviceError::NoRoom`].
    pub fn render_draft(&mut self, id: &CaseId) -> Result<u32> {
        let lacks = |photo: &DraftPhoto| photo.small.is_none() && photo.no_preview.is_none();
        let waiting: Vec<DraftPhoto> = self.draft(id)?.photos.into_iter().filter(lacks).collect();
        let mut rendered = 0;
        for photo in waiting {
            let original = self.intact(&photo)?;
            let made = made_small(&original, &examine(&original)?)?;
            rendered += u32::from(made.is_some());
            match made {
                Some(made) => self.keep_small(id, &photo.hash, made)?,
                None => self.note_preview(id, &photo.hash, NEEDS_PLATFORM)?,
            }
        }
        Ok(rendered)
    }

    /// Own photos that only the platform can decode, and that nobody has given up: those of drafts, then those of cases.
    ///
    /// # Errors
    /// The store's.
    pub fn previews_needed(&self) -> Result<Vec<NeedPreview>> {
        let mut needed = Vec::new();
        for (draft, entered, _) in self.drafts()? {
            let asked =
                entered.photos.iter().filter(|photo| photo.no_preview.as_deref() == Some(NEEDS_PLATFORM));
            needed.extend(asked.map(|photo| self.needed(draft, photo.hash)));
        }
        needed.extend(previews::wanted(&self.db)?.into_iter().map(|(hash, case)| self.needed(case, hash)));
        Ok(needed)
    }

    fn needed(&self, case: CaseId, id: BlobHash) -> NeedPreview {
        NeedPreview { case, id, path: self.ports.blobs.path(&id) }
    }

    /// Takes the platform's picture of an own photo: an upright JPEG, from which the small sizes are made. The original stays what it is. In a
    /// case it is written as the same person's word on the photo.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] where nothing wants a picture of it (any more), [`DeviceError::Photo`] for what is no usable picture;
    /// [`DeviceError::Refused`] where one may not write into its case any more: it is not asked for again.
    pub fn provide_preview(&mut self, id: &BlobHash, picture: &[u8]) -> Result<()> {
        let cases = self.cases_wanting(id)?;
        let draft =
            self.draft_of(id).map(Some).or_else(|e| if cases.is_empty() { Err(e) } else { Ok(None) })?;
        let examined = examine(picture)?;
        let made = render_platform_preview(picture)?;
        if let Some(draft) = draft {
            self.keep_small(&draft, id, kept_as(made.clone(), &examined))?;
        }
        // What one case does not take the others may.
        let given: Vec<Result<()>> = cases
            .into_iter()
            .map(|case| self.give_preview(&case, id, kept_as(made.clone(), &examined)))
            .collect();
        given.into_iter().collect()
    }

    fn cases_wanting(&self, id: &BlobHash) -> Result<Vec<CaseId>> {
        let wanted = previews::wanted(&self.db)?.into_iter();
        Ok(wanted.filter(|(hash, _)| hash == id).map(|(_, case)| case).collect())
    }

    /// Small sizes of a photo that is in its case already.
    fn give_preview(
        &mut self,
        case: &CaseId,
        original: &BlobHash,
        (sizes, small): (SmallSizes, SmallBytes),
    ) -> Result<()> {
        if let Err(refused) = self.may_add(case) {
            previews::given(&self.db, case, original)?;
            return Err(refused);
        }
        let Some(stored) = cases::case(&self.db, case)? else {
            return previews::given(&self.db, case, original);
        };
        let person = self.person()?;
        let loaded = content::load(&self.db, case, stored.snapshot.as_deref(), &person)?;
        let own =
            |change: &ChangeHash| loaded.authors.get(&change.0).is_some_and(|by| by.user == person.user);
        let photos = loaded.view().photos;
        let lacks = |photo: &&Entry<PhotoEntry>| {
            photo.entry.original.hash == *original && photo.entry.thumb.is_none() && own(&photo.change)
        };
        let Some(of) = photos.iter().find(lacks).map(|photo| photo.id) else {
            // Another phone of the same person was first.
            return previews::given(&self.db, case, original);
        };
        let (ms, random) = self.uuid();
        let SmallSizes { micro, thumb, medium, width, height } = sizes;
        let entry = PreviewEntry { of, width, height, micro, thumb, medium, at_ms: ms };
        let edit = Edit::Preview(EntryId::v7(ms, random), entry.clone());
        let brought = Brought::Preview(Box::new(PreparedPreview { original: *original, entry, small }));
        self.command(case, vec![Intent::Content(vec![edit])], &[brought], |_| Ok(()))
    }

    /// The platform cannot decode it either: the photo is evidence without a preview, and says so.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn no_preview(&mut self, id: &BlobHash) -> Result<()> {
        let cases = self.cases_wanting(id)?;
        for case in &cases {
            previews::given(&self.db, case, id)?;
        }
        match self.draft_of(id) {
            Ok(draft) => self.note_preview(&draft, id, NO_DECODER),
            Err(_) if !cases.is_empty() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn draft_of(&self, photo: &BlobHash) -> Result<CaseId> {
        let drafts = self.drafts()?;
        let has = |entered: &crate::draft::Draft| entered.photos.iter().any(|known| known.hash == *photo);
        let found = drafts.into_iter().find(|(_, entered, _)| has(entered));
        found.map(|(draft, _, _)| draft).ok_or_else(|| DeviceError::not_found("photo", photo))
    }

    /// Files first, then the row that names them.
    fn keep_small(&mut self, draft: &CaseId, photo: &BlobHash, made: (SmallSizes, SmallBytes)) -> Result<()> {
        let (sizes, bytes) = made;
        for (hash, bytes) in &bytes.files {
            self.keep_file(hash, bytes)?;
        }
        self.keep_file(&sizes.micro.hash, &bytes.micro)?;
        self.change_draft_photo(draft, photo, |photo| {
            photo.small = Some(sizes);
            photo.no_preview = None;
        })
    }

    fn note_preview(&mut self, draft: &CaseId, photo: &BlobHash, why: &str) -> Result<()> {
        self.change_draft_photo(draft, photo, |photo| photo.no_preview = Some(why.to_owned()))
    }

    fn change_draft_photo(
        &mut self,
        draft: &CaseId,
        photo: &BlobHash,
        change: impl FnOnce(&mut DraftPhoto),
    ) -> Result<()> {
        let mut entered = self.draft(draft)?;
        if let Some(known) = entered.photos.iter_mut().find(|known| known.hash == *photo) {
            change(known);
            self.save_draft(Some(*draft), &entered)?;
        }
        Ok(())
    }

    /// The small sizes that a draft has on disk, each as it was written; none where one of them is not.
    pub(crate) fn kept_small(&self, photo: &DraftPhoto) -> Result<Option<(SmallSizes, SmallBytes)>> {
        let Some(sizes) = &photo.small else { return Ok(None) };
        let whole = |part: &RenditionRef| {
            let bytes = self.ports.blobs.read(&part.hash, 0, part.size).ok();
            bytes.filter(|bytes| is(bytes, &part.hash))
        };
        let kept = (whole(&sizes.micro), whole(&sizes.thumb), whole(&sizes.medium));
        let (Some(micro), Some(_), Some(_)) = kept else { return Ok(None) };
        Ok(Some((sizes.clone(), SmallBytes { micro, files: vec![] })))
    }
}

/// Makes the small sizes of a picture, from one decode; none where only the platform can decode it.
pub(crate) fn made_small(picture: &[u8], examined: &Examined) -> Result<Option<(SmallSizes, SmallBytes)>> {
    Ok(match render_all(picture, examined)? {
        Preview::Ready(made) => Some(kept_as(made, examined)),
        Preview::Unavailable(_) => None,
    })
}

fn kept_as(made: AllRenditions, examined: &Examined) -> (SmallSizes, SmallBytes) {
    let AllRenditions { micro, thumb, medium } = made;
    let size = examined.upright_dimensions();
    let sizes = SmallSizes {
        micro: part(&micro),
        thumb: part(&thumb),
        medium: part(&medium),
        width: size.map_or(0, |s| s.width),
        height: size.map_or(0, |s| s.height),
    };
    let files = vec![(sizes.thumb.hash, thumb.bytes), (sizes.medium.hash, medium.bytes)];
    (sizes, SmallBytes { micro: micro.bytes, files })
}

fn part(rendition: &Rendition) -> RenditionRef {
    RenditionRef { hash: BlobHash(rendition.sha256), size: rendition.bytes.len() as u64 }
}
