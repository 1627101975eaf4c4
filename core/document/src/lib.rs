//! What a case is made of: signed commits around content (one Automerge change, merges) or an act (a command, judged), the content
//! document itself, and the gate through which foreign bytes come in.
//!
//! Guarantees: no clock, no I/O, no randomness; no foreign byte reaches Automerge but through [`gate`]; the same value has one encoding.

pub mod act;
pub mod actor;
pub mod catalogue;
pub mod cbor;
pub mod content;
mod entry;
pub mod envelope;
pub mod gate;
pub mod genesis;
pub mod keys;
pub mod limits;
pub mod redact;
pub mod server_key;

pub use act::{Act, Place, Report};
pub use actor::actor;
pub use automerge::{ActorId, ChangeHash};
pub use catalogue::{SignedCatalogue, SignedCatalogueError};
pub use content::{AdmittedChange, Answer, Candidate, Content, ContentError, ContentView, Entry, title_of};
pub use entry::{AttachedFile, Edit, NoteEntry, PhotoEntry, PreviewEntry, RenditionRef};
pub use envelope::{Body, Captured, CommitError, Envelope, Kind, SignedCommit};
pub use keys::{
    CertifiedKey, DeviceCertificate, DeviceKey, KeyError, KeyId, Purpose, Signature, Signer, SoftwareRoot,
    compressed_point, fixed_signature,
};
pub use server_key::{ServerKey, SignedNotice};
