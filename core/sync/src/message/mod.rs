//! Messages between a phone and the hub. Maps with integer keys; a known message is never extended in place, a new one gets a new version.
//!
//! Members named *reserved* are empty in this version and hold their numbers for what comes next. Who says what when:
//!
//! 1. HELLO (a signed number) gives token, rights, offered streams, keys.
//! 2. PUSH; each commit has one stored, signed receipt for ever.
//! 3. PULL by cursor: lines first where much is new (`outstanding`), whole cases otherwise; then [`Docs`] for the outstanding ones.
//! 4. A version of the catalogue that the phone does not hold, and needs, is fetched ([`CatalogueAsk`]).
//! 5. Capture records go with PUSH, which answers each with a receipt; what is known of a case's photos is asked by [`EvidenceAsk`].
//! 6. A cursor that says nothing (`resets`) or a check that differs leads to [`Manifest`], and from there to [`Docs`].

mod appeal;
mod case;
mod catalogue;
mod commit;
mod docs;
mod enroll;
mod evidence;
mod fetch;
mod hello;
mod key;
mod manifest;
mod pull;
mod pull_wire;
mod push;
mod push_wire;
mod receipt;
mod stream;

pub use appeal::{Appeal, AppealAnswer, AppealReply};
pub use case::{CaseFacts, HeadsName, LookTold, OwnTold, Person, PrivateField, StoredBlob};
pub use catalogue::{CatalogueAsk, CatalogueReply};
pub use commit::{ChangeName, PulledCommit};
pub use docs::{Docs, DocsReply, Wanted};
pub use enroll::{Enroll, Enrolled};
pub use evidence::{EvidenceAsk, EvidenceReply, LinkAnswer, LinkOffer, SeenLog, TakenRecord};
pub use fetch::{CommitNumber, Fetch, FetchReply};
pub use hello::{
    EndedLife, Hello, HelloReply, Nonce, NonceBytes, NonceRequest, PartitionHead, RemovedStream, Wipe,
};
pub use key::SignedMessage;
pub use manifest::{Manifest, ManifestEntry, ManifestReply};
pub use pull::{Pull, PullReply, PulledCase, Renewed};
pub use push::{PrivateReceipt, PrivateRecord, Push, PushItem, PushReply};
pub use receipt::Receipt;
pub use stream::{Cursor, StreamCheck, StreamId, StreamOffer};
pub use yuandian_document::{ServerKey, SignedNotice};

/// Version of every message here.
pub const WIRE_VERSION: u8 = 0;
