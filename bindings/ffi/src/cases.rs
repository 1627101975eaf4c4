//! Reading a case, and what a person does with it: edit, note, act, settle, export.

use yuandian_device::{ActCommand, Addition, BlobHash};

use crate::answers::{Answer, pairs};
use crate::attached::{self, AttachmentInput};
use crate::core::YuandianCore;
use crate::error::CoreError;
use crate::files;
use crate::views::CaseView;

/// An act with what goes along with it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ActInput {
    /// Act id: `claim`, `report_back`, `confirm` … [`CaseView::can`] lists what is possible now.
    pub name: String,
    /// A note with it, at most 2,000 characters.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// Named arguments, at most 32.
    #[uniffi(default = [])]
    pub arguments: Vec<Answer>,
    /// Paths of photos with it, at most 9.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
    /// What is attached to its note, at most 9 files.
    #[uniffi(default = [])]
    pub files: Vec<AttachmentInput>,
}

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ActOutcome {
    /// Kept and queued.
    Queued,
    /// It had been done before: nothing was queued.
    AlreadyDone,
}

impl From<yuandian_device::ActOutcome> for ActOutcome {
    fn from(outcome: yuandian_device::ActOutcome) -> Self {
        match outcome {
            yuandian_device::ActOutcome::Queued => ActOutcome::Queued,
            yuandian_device::ActOutcome::AlreadyDone => ActOutcome::AlreadyDone,
        }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// A case with everything this phone knows of it, by its id or the first characters of it (at least four).
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::NotEnrolled`], [`CoreError::InvalidInput`] where several begin so.
    pub async fn show(&self, case_id: String) -> Result<CaseView, CoreError> {
        self.with_phone(move |phone| Ok(phone.case(&phone.find(&case_id)?)?.into())).await
    }

    /// Answers questions of a case's form; the key `text` is the description. `seen` are the [`CaseView::heads`] that the form was
    /// opened at: what somebody else has answered since becomes a visible conflict. Without it the case as it stands now is meant.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`].
    pub async fn edit(
        &self,
        case_id: String,
        answers: Vec<Answer>,
        seen: Option<Vec<String>>,
    ) -> Result<(), CoreError> {
        let answers = pairs(answers);
        self.change_case(case_id, move |phone, id| Ok(phone.edit(id, &answers, seen.as_deref())?)).await
    }

    /// Adds a note, photos (by path, at most 9) and files (at most 9) to a case.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`], also for a file that is not what it is said to be;
    /// [`CoreError::PhotoRefused`], [`CoreError::FileUnusable`].
    #[uniffi::method(default(files = []))]
    pub async fn note(
        &self,
        case_id: String,
        text: String,
        photos: Vec<String>,
        files: Vec<AttachmentInput>,
    ) -> Result<(), CoreError> {
        self.change_case(case_id, move |phone, id| {
            let (photos, files) = (files::read_photos(&photos)?, attached::read(&files)?);
            let addition = Addition { text: &text, photos: &photos, files: &files, ..Addition::default() };
            Ok(phone.add(id, &addition)?)
        })
        .await
    }

    /// Does an act: judged by the rule here first, by the server for good. Its note and photos go with it.
    ///
    /// # Errors
    /// [`CoreError::Refused`] by the phone's own rule: nothing is queued. [`CoreError::NotFound`], [`CoreError::InvalidInput`],
    /// [`CoreError::PhotoRefused`], [`CoreError::FileUnusable`].
    pub async fn act(&self, case_id: String, act: ActInput) -> Result<ActOutcome, CoreError> {
        self.change_case(case_id, move |phone, id| {
            let (photos, files) = (files::read_photos(&act.photos)?, attached::read(&act.files)?);
            let arguments = pairs(act.arguments);
            let command = ActCommand {
                name: &act.name,
                text: act.text.as_deref(),
                args: &arguments,
                photos: &photos,
                files: &files,
                ..ActCommand::default()
            };
            Ok(phone.act(id, &command)?.into())
        })
        .await
    }

    /// Settles a conflict: keeps the value with this number (from 1).
    ///
    /// # Errors
    /// [`CoreError::NotFound`] for a key without conflict, [`CoreError::InvalidInput`] for a number that is not shown.
    pub async fn resolve(&self, case_id: String, key: String, keep: u32) -> Result<(), CoreError> {
        self.change_case(case_id, move |phone, id| Ok(phone.resolve(id, &key, keep as usize)?)).await
    }

    /// Writes a case, its history and its originals on this phone into a zip file.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::FileUnusable`].
    pub async fn export_case(&self, case_id: String, path: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            let bytes = phone.export(&phone.find(&case_id)?)?;
            files::write(&path, &bytes)
        })
        .await
    }

    /// The micro picture with this hash: a JPEG of at most 2 kB, or nothing where this phone has none.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for what is no hash.
    pub async fn micro(&self, hash: String) -> Result<Option<Vec<u8>>, CoreError> {
        self.with_phone(move |phone| Ok(phone.micro(&hash_of(&hash)?)?)).await
    }

    /// Writes the original of a photo, or another size of it that is on this phone, to `path`.
    ///
    /// # Errors
    /// [`CoreError::NotFound`] where it is not on this phone, [`CoreError::Damaged`], [`CoreError::FileUnusable`], [`CoreError::InvalidInput`].
    pub async fn save_photo(&self, hash: String, path: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            let bytes = phone.whole(&hash_of(&hash)?)?;
            files::write(&path, &bytes)
        })
        .await
    }

    /// The bytes of a photo of this phone, of any of its sizes, or of an attached file, held against their hash: for showing what has no path.
    ///
    /// # Errors
    /// [`CoreError::NotFound`] where it is not on this phone, [`CoreError::Damaged`], [`CoreError::InvalidInput`].
    pub async fn file_bytes(&self, hash: String) -> Result<Vec<u8>, CoreError> {
        self.with_phone(move |phone| Ok(phone.whole(&hash_of(&hash)?)?)).await
    }
}

pub(crate) fn hash_of(text: &str) -> Result<BlobHash, CoreError> {
    text.parse().map_err(|_| CoreError::InvalidInput {
        field: "hash".to_owned(),
        reason: "64 hexadecimal digits are needed".to_owned(),
    })
}
