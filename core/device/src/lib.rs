//! A phone: the store, drafts, outbox, projections and attention list, and the loop that drives sync over HTTP. The one public Rust API
//! that apps see.
//!
//! Guarantees: what a command returns `Ok` for is durable; one transaction a command; capture needs neither network nor position; private
//! answers and exact places of neighbour help never enter a document. [`Phone`] is synchronous and single-threaded; threads, tokio and
//! sockets live in [`driver`], files and clocks in [`platform`].

mod anew;
mod apart;
mod attached;
mod attention;
mod background;
mod brought;
mod bundle;
mod cache;
mod capture;
mod catalogues;
mod contact;
mod content;
mod doorstep;
mod downloads;
mod draft;
pub mod driver;
mod error;
mod evidence;
mod exchange;
mod export;
mod family;
mod fetching;
mod files;
mod forgetting;
mod forms;
mod giveaways;
mod glance;
mod grams;
pub mod limits;
mod line;
mod news;
mod own_data;
mod phone;
pub mod platform;
pub mod ports;
mod previews;
mod proof;
mod reach;
mod retention;
mod rights;
mod search;
mod sending;
mod services;
mod similar;
mod sos;
mod sources;
mod state;
mod store;
mod typed;
pub mod view;
mod waiting;
mod write;

pub use apart::Apart;
pub use attached::{Attachment, DraftFile};
pub use attention::Amendment;
pub use background::BackgroundUpload;
pub use bundle::{BundleAsk, BundleTold};
pub use cache::CacheState;
pub use capture::{CaptureInfo, PhoneFix};
pub use contact::ContactView;
pub use doorstep::Leaving;
pub use downloads::{PhotoFile, PhotoSize};
pub use draft::{Draft, Position};
pub use driver::{Driver, TrustRoots};
pub use error::{DeviceError, Result};
pub use evidence::DraftPhoto;
pub use exchange::{StreamState, SyncState, SyncStep};
pub use family::Relative;
pub use forms::{FormState, WrongAnswer};
pub use giveaways::GiveawayView;
pub use news::{NewsLine, PULL_EVERY_MS};
pub use own_data::{ConsentLine, HoursLine};
pub use phone::{APP, PersonRecord, Phone};
pub use previews::{NEEDS_PLATFORM, NO_DECODER, NeedPreview, SmallSizes};
pub use proof::{FindingView, PhotoEvidence, finding_words};
pub use rights::RightView;
pub use search::{Order, SearchAsk};
pub use sending::PhotosSent;
pub use services::ServiceLine;
pub use similar::Similar;
pub use store::pragmas::PRAGMAS;
pub use waiting::Waited;
pub use write::{ActCommand, ActOutcome, Addition};
pub use yuandian_document::{KeyError, KeyId, Signer, compressed_point, fixed_signature};
pub use yuandian_evidence::bundle::{PhotoReport, Report, Verdict, verify};
pub use yuandian_evidence::{Finding, Level, Source, Window};
pub use yuandian_model::calendar::beijing;
pub use yuandian_model::{BlobHash, CaseId, Quiet, Reach, UserId};
pub use yuandian_photo::limits::ORIGINAL_BYTES_MAX;
pub use yuandian_sync::media::Attached;
pub use yuandian_sync::{Link, Policies, Policy, RunReport};

/// A copy of a JPEG for sharing at full size: the same pixels, without EXIF, XMP and what stands behind the picture. The original stays.
///
/// # Errors
/// [`DeviceError::Photo`] for what is no whole JPEG.
pub fn for_sharing(original: &[u8]) -> Result<Vec<u8>> {
    Ok(yuandian_photo::strip_jpeg(original)?)
}

/// Every word that people read, without a phone.
#[must_use]
pub fn words() -> yuandian_model::words::Words {
    yuandian_model::words::Words::embedded()
}
