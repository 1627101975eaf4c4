//! What Kotlin, Swift and Python see of Yuandian.
//!
//! The facade converts and delegates; it holds no rules and no SQL. One [`YuandianCore`] a process and home; everything that touches
//! the store or the network is `async` and runs on the core's own threads (see [`on_core`]), never on the thread that polls.
//!
//! Rules of the surface, each held by `tests/surface.rs`: at most six parameters, then a record; `Result` wherever something can fail;
//! no name that a language has taken (`Observation`, `Error`, `Task`, `Result`, `Data`, a method `close`, an error field `message`).
#![forbid(unsafe_code)]

mod answers;
mod attached;
mod attention;
mod cases;
mod catalogue;
mod core;
mod doorstep;
mod drafts;
mod error;
mod events;
mod evidence;
mod files;
mod handles;
mod lists;
mod on_core;
mod people;
mod photos;
mod root_key;
mod sync;
mod typed;
mod views;

pub use answers::Answer;
pub use attached::{AttachedKind, AttachedView, AttachmentInput, DraftFile};
pub use attention::{AttentionItem, OutboxLine};
pub use cases::{ActInput, ActOutcome};
pub use catalogue::{BilingualText, Contact, ServiceChoice, ServiceField, ServiceForm, services};
pub use core::{CoreVersion, Grant, Language, Opening, PersonRecord, YuandianCore, core_version};
pub use doorstep::{CodeWords, LookView, StayView};
pub use drafts::{DraftInput, DraftPhoto, DraftRecord, GiveawayView, Position};
pub use error::CoreError;
pub use events::{CoreEvent, EventKind, EventStream};
pub use evidence::{BundleReport, CaptureFacts, EvidenceFinding, PhotoEvidence, PhotoSource, verify_bundle};
pub use handles::{OpenHandles, open_handles};
pub use lists::{ListAsk, ListLine, ListOrder, SimilarCase};
pub use people::{ConsentLine, HoursLine, LeaveInput, NewsLine, PersonView};
pub use photos::{
    BackgroundUpload, CacheState, PhotoFile, PhotoSize, PhotosSent, PreviewWanted, UploadHeader,
    UploadPolicies, UploadPolicy,
};
pub use root_key::{RootKey, RootKeyError};
pub use sync::{StreamState, SyncProgress, SyncReport, SyncState, Trouble, WorkCounts};
pub use views::{
    CaseView, ClaimView, Conflict, ConflictValue, HistoryLine, NoteView, PhotoPart, PhotoView, PlaceView,
    TallyView, TimeView,
};

uniffi::setup_scaffolding!();
