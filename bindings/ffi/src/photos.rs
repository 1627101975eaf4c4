//! Photos as files: their small sizes, how far they are sent, the room that they take, and fetching those that are not here.

use std::path::Path;
use std::sync::Arc;

use yuandian_device::{Driver, Phone, PhotoFile as DeviceFile};

use crate::cases::hash_of;
use crate::core::{YuandianCore, lock};
use crate::error::CoreError;
use crate::events::EventKind;
use crate::files;
use crate::on_core::on_core;

/// Which size of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PhotoSize {
    /// 320 px.
    Thumb,
    /// 1600 px.
    Medium,
    /// The untouched original.
    Original,
}

impl From<PhotoSize> for yuandian_device::PhotoSize {
    fn from(size: PhotoSize) -> Self {
        match size {
            PhotoSize::Thumb => Self::Thumb,
            PhotoSize::Medium => Self::Medium,
            PhotoSize::Original => Self::Original,
        }
    }
}

/// A file of a photo.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotoFile {
    /// SHA-256 of its bytes, hex.
    pub hash: String,
    /// Bytes.
    pub bytes: u64,
    /// MIME type.
    pub mime: String,
    /// Whether it is on this phone; else fetch it.
    pub here: bool,
    /// Where it lies, read only; none where it is not here, and in an encrypted home: [`crate::YuandianCore::file_bytes`] gives what it holds.
    pub path: Option<String>,
}

impl From<DeviceFile> for PhotoFile {
    fn from(file: DeviceFile) -> Self {
        let path = file.path.as_deref().and_then(Path::to_str).map(str::to_owned);
        Self { hash: file.hash.to_string(), bytes: file.bytes, mime: file.mime, here: file.here, path }
    }
}

/// How far photos are on their way to the platform.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotosSent {
    /// How many there are.
    pub photos: u32,
    /// Of how many the platform has the original, verified.
    pub delivered: u32,
    /// Of each that is under way: how much of its original the platform has, percent.
    pub percents: Vec<u32>,
    /// How many have not begun.
    pub waiting: u32,
    /// How many of those wait for another network or for power.
    pub held_back: u32,
    /// How many cannot be sent as they are.
    pub troubled: u32,
    /// Bytes that the platform does not have yet.
    pub waiting_bytes: u64,
    /// All of it in words; empty without photos.
    pub text: String,
}

impl From<yuandian_device::PhotosSent> for PhotosSent {
    fn from(sent: yuandian_device::PhotosSent) -> Self {
        Self {
            photos: sent.photos,
            delivered: sent.delivered,
            percents: sent.percents,
            waiting: sent.waiting,
            held_back: sent.held_back,
            troubled: sent.troubled,
            waiting_bytes: sent.waiting_bytes,
            text: sent.text,
        }
    }
}

/// How much room photo files take.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CacheState {
    /// Bytes that this phone is willing to hold.
    pub budget_bytes: u64,
    /// Bytes of the files that are here.
    pub held_bytes: u64,
    /// Bytes of them that may be let go now.
    pub may_go_bytes: u64,
    /// Whether more is held than the budget, because nothing may be let go.
    pub over_budget: bool,
    /// Bytes that the platform does not have yet.
    pub waiting_bytes: u64,
    /// Free bytes on the disk, where the system says.
    pub free_bytes: Option<u64>,
}

impl From<yuandian_device::CacheState> for CacheState {
    fn from(state: yuandian_device::CacheState) -> Self {
        Self {
            budget_bytes: state.budget_bytes,
            held_bytes: state.held_bytes,
            may_go_bytes: state.may_go_bytes,
            over_budget: state.over_budget,
            waiting_bytes: state.waiting_bytes,
            free_bytes: state.free_bytes,
        }
    }
}

/// When a size of photos is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum UploadPolicy {
    /// On any network.
    AnyNetwork,
    /// Only where bytes cost nothing.
    Unmetered,
    /// Only where bytes cost nothing and the phone is charging.
    Charging,
}

impl From<yuandian_device::Policy> for UploadPolicy {
    fn from(policy: yuandian_device::Policy) -> Self {
        match policy {
            yuandian_device::Policy::Any => Self::AnyNetwork,
            yuandian_device::Policy::Unmetered => Self::Unmetered,
            yuandian_device::Policy::Charging => Self::Charging,
        }
    }
}

impl From<UploadPolicy> for yuandian_device::Policy {
    fn from(policy: UploadPolicy) -> Self {
        match policy {
            UploadPolicy::AnyNetwork => Self::Any,
            UploadPolicy::Unmetered => Self::Unmetered,
            UploadPolicy::Charging => Self::Charging,
        }
    }
}

/// A policy for each size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct UploadPolicies {
    /// Of thumbs.
    pub thumb: UploadPolicy,
    /// Of medium pictures.
    pub medium: UploadPolicy,
    /// Of originals.
    pub original: UploadPolicy,
}

/// A photo that only the platform can decode.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PreviewWanted {
    /// The draft or the case that it belongs to.
    pub case_id: String,
    /// SHA-256 of the original: the id for the answer.
    pub id: String,
    /// Where the original lies, read only.
    pub path: Option<String>,
}

impl From<yuandian_device::NeedPreview> for PreviewWanted {
    fn from(needed: yuandian_device::NeedPreview) -> Self {
        let path = needed.path.as_deref().and_then(Path::to_str).map(str::to_owned);
        Self { case_id: needed.case.to_string(), id: needed.id.to_string(), path }
    }
}

/// A request that the platform sends as it is, in a session of its own.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BackgroundUpload {
    /// SHA-256 of the file: the id for the outcome.
    pub hash: String,
    /// A case that shows it.
    pub case_id: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Where to, absolute.
    pub url: String,
    /// Headers.
    pub headers: Vec<UploadHeader>,
    /// The file to send; a part of it where `offset` is not 0: write the rest with [`YuandianCore::spool_upload`] first.
    pub path: Option<String>,
    /// First byte to send.
    pub offset: u64,
    /// Bytes to send; 0 for a request without a body.
    pub length: u64,
}

/// A header of a request.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UploadHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl From<yuandian_device::BackgroundUpload> for BackgroundUpload {
    fn from(upload: yuandian_device::BackgroundUpload) -> Self {
        let header = |(name, value)| UploadHeader { name, value };
        Self {
            hash: upload.hash.to_string(),
            case_id: upload.case.map(|case| case.to_string()),
            method: upload.method.to_owned(),
            url: upload.url,
            headers: upload.headers.into_iter().map(header).collect(),
            path: upload.path.as_deref().and_then(Path::to_str).map(str::to_owned),
            offset: upload.offset,
            length: upload.length,
        }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// Makes the small sizes that a draft's photos lack, for the moment after the shutter. Photos that only the platform can decode are told by
    /// [`EventKind::PreviewNeeded`]. Gives how many got theirs.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::PhotoRefused`], [`CoreError::NoRoom`].
    pub async fn render_draft(&self, draft: String) -> Result<u32, CoreError> {
        let events = Arc::clone(&self.events);
        self.change_case(draft, move |phone, id| {
            let rendered = phone.render_draft(id)?;
            for needed in phone.previews_needed()?.into_iter().filter(|needed| needed.case == *id) {
                events.tell(&EventKind::PreviewNeeded { preview: needed.into() });
            }
            Ok(rendered)
        })
        .await
    }

    /// Own photos, of drafts and of cases, that only the platform can decode, and that nobody has given up.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn previews_needed(&self) -> Result<Vec<PreviewWanted>, CoreError> {
        self.with_phone(|phone| Ok(phone.previews_needed()?.into_iter().map(PreviewWanted::from).collect()))
            .await
    }

    /// Gives the platform's picture of a photo: an upright JPEG at `path`, which is only read.
    ///
    /// # Errors
    /// [`CoreError::NotFound`] where nothing wants a picture of it any more, [`CoreError::PhotoRefused`], [`CoreError::FileUnusable`];
    /// [`CoreError::Refused`] where one may not write into its case any more.
    pub async fn provide_preview(&self, id: String, path: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| Ok(phone.provide_preview(&hash_of(&id)?, &files::read_photo(&path)?)?))
            .await
    }

    /// The platform cannot decode it either: the photo is kept and sent without a preview.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn no_preview(&self, id: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| Ok(phone.no_preview(&hash_of(&id)?)?)).await
    }

    /// How far the photos are that were taken on this phone, of all cases.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn photos_sent(&self) -> Result<PhotosSent, CoreError> {
        self.with_phone(|phone| Ok(phone.photos_sent()?.into())).await
    }

    /// How much room photo files take.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn cache(&self) -> Result<CacheState, CoreError> {
        self.with_phone(|phone| Ok(phone.cache()?.into())).await
    }

    /// Sets how many bytes of photo files this phone is willing to hold; what is above it and safe on the platform is let go at once.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn set_cache_budget(&self, bytes: u64) -> Result<CacheState, CoreError> {
        self.with_phone(move |phone| Ok(phone.set_cache_budget(bytes)?.into())).await
    }

    /// What the platform says of its network and power now; unmetered and without power until it says anything.
    ///
    /// # Errors
    /// [`CoreError::ShutDown`].
    pub async fn set_network(&self, metered: bool, charging: bool) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            phone.set_network(yuandian_device::Link { metered, charging });
            Ok(())
        })
        .await
    }

    /// On which networks which sizes are sent.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn upload_policies(&self) -> Result<UploadPolicies, CoreError> {
        self.with_phone(|phone| {
            let kept = phone.upload_policies()?;
            Ok(UploadPolicies {
                thumb: kept.thumb.into(),
                medium: kept.medium.into(),
                original: kept.original.into(),
            })
        })
        .await
    }

    /// Chooses on which networks which sizes are sent; good from the next run on.
    ///
    /// # Errors
    /// [`CoreError::StorageFull`].
    pub async fn set_upload_policies(&self, policies: UploadPolicies) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            let policies = yuandian_device::Policies {
                thumb: policies.thumb.into(),
                medium: policies.medium.into(),
                original: policies.original.into(),
            };
            Ok(phone.set_upload_policies(&policies)?)
        })
        .await
    }

    /// A file of the `number`-th photo of a case, from 1; the next larger one where there is none of this size. It counts as shown.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn photo_file(
        &self,
        case_id: String,
        number: u32,
        size: PhotoSize,
    ) -> Result<PhotoFile, CoreError> {
        self.with_phone(move |phone| {
            let file = phone.photo_file(&phone.find(&case_id)?, number as usize, size.into())?;
            if file.here {
                phone.shown_photo(&file.hash)?;
            }
            Ok(file.into())
        })
        .await
    }

    /// [`YuandianCore::photo_file`], fetched from the platform where it is not here: progress comes as [`EventKind::FileProgressed`]. A cut
    /// fetch goes on where it was with the next call.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::Unreachable`], [`CoreError::Withheld`], [`CoreError::WrongBytes`], [`CoreError::NoRoom`];
    /// [`CoreError::ShutDown`] where the core is shut down meanwhile.
    pub async fn fetch_photo(
        &self,
        case_id: String,
        number: u32,
        size: PhotoSize,
    ) -> Result<PhotoFile, CoreError> {
        self.fetch_file(move |phone| {
            let id = phone.find(&case_id)?;
            Ok(phone.photo_file(&id, number as usize, size.into())?)
        })
        .await
    }

    /// The next uploads, at most so many, for a platform that sends them itself while the core sleeps.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`], [`CoreError::Damaged`].
    pub async fn background_uploads(&self, most: u32) -> Result<Vec<BackgroundUpload>, CoreError> {
        self.with_phone(move |phone| {
            let uploads = phone.background_uploads(most as usize)?;
            Ok(uploads.into_iter().map(BackgroundUpload::from).collect())
        })
        .await
    }

    /// Writes the rest of a file, from `offset` on, to `path`: for a platform that sends whole files. The file is held against its hash first.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::Damaged`] (told in 需处理), [`CoreError::FileUnusable`].
    pub async fn spool_upload(&self, hash: String, offset: u64, path: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            let rest = phone.upload_rest(&hash_of(&hash)?, offset)?;
            files::write(&path, &rest)
        })
        .await
    }

    /// The platform has begun an upload at the address that the answer's `Location` gives.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`] for an address of another server.
    pub async fn background_begun(&self, hash: String, location: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| Ok(phone.background_begun(&hash_of(&hash)?, &location)?)).await
    }

    /// How an upload of the platform ended: the answer's status and `Upload-Offset`.
    ///
    /// # Errors
    /// [`CoreError::NotFound`] for a file that does not wait.
    pub async fn background_ended(
        &self,
        hash: String,
        status: u16,
        offset: Option<u64>,
    ) -> Result<(), CoreError> {
        self.with_phone(move |phone| Ok(phone.background_ended(&hash_of(&hash)?, status, offset)?)).await
    }
}

impl YuandianCore {
    /// A file of a case, fetched from the platform where it is not here.
    pub(crate) async fn fetch_file(
        &self,
        which: impl Fn(&Phone) -> Result<DeviceFile, CoreError> + Send + 'static,
    ) -> Result<PhotoFile, CoreError> {
        let (lease, roots) = (self.lease(), self.roots.clone());
        let (events, stop) = (Arc::clone(&self.events), Arc::clone(&self.stop));
        on_core(async move {
            let lease = lease.await?;
            let phone = lease.phone();
            let (file, server) = {
                let phone = lock(phone);
                (which(&phone)?, phone.server()?)
            };
            // A connection of its own: the one for runs is busy while a run goes on.
            let mut driver = Driver::new(&server, &roots)?;
            let (hash, bytes) = (file.hash.to_string(), file.bytes);
            let fetch = driver.fetch(phone, &file, |have| {
                let (case_id, hash) = (file.case.to_string(), hash.clone());
                events.tell(&EventKind::FileProgressed { case_id, hash, have, bytes });
            });
            stop.or_stopped_for_ever(fetch).await.ok_or(CoreError::ShutDown)??;
            let mut phone = lock(phone);
            phone.shown_photo(&file.hash)?;
            Ok(which(&phone)?.into())
        })
        .await
    }
}
