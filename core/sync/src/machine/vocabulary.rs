//! What the machine says and hears: requests and replies, loads and keeps, inputs and effects.
#![expect(
    clippy::large_enum_variant,
    reason = "a few values at a time, each moved once: a box would cost more than it saves"
)]

use yuandian_model::CommitId;

use crate::message::{
    Appeal, AppealReply, CatalogueAsk, CatalogueReply, Docs, DocsReply, HelloReply, Manifest, ManifestReply,
    Nonce, Pull, PullReply, Push, PushReply, SignedMessage,
};
use crate::transfer::{Transfer, UploadPlan};

/// What goes over the network. One is outstanding at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Ask for a number to sign.
    Nonce,
    /// A signed HELLO.
    Hello(SignedMessage),
    /// Commits.
    Push(Push),
    /// What is new.
    Pull(Pull),
    /// What is in a stream.
    Manifest(Manifest),
    /// A version of the catalogue.
    Catalogue(CatalogueAsk),
    /// Documents whose lines the phone has.
    Docs(Docs),
    /// A refused commit, for a person to look at.
    Appeal(Appeal),
    /// A step of an upload.
    Upload(UploadPlan),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The number.
    Nonce(Nonce),
    /// Token, rights, streams.
    Hello(HelloReply),
    /// Receipts.
    Push(PushReply),
    /// A page.
    Pull(PullReply),
    /// A page of a stream's cases.
    Manifest(ManifestReply),
    /// A version of the catalogue.
    Catalogue(CatalogueReply),
    /// Documents.
    Docs(DocsReply),
    /// The appeal is kept.
    Appeal(AppealReply),
    /// The answer to an upload's step, whatever its status.
    Upload(UploadReply),
}

/// The parts of an HTTP answer that tus speaks in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadReply {
    /// HTTP status.
    pub status: u16,
    /// `Upload-Offset`.
    pub offset: Option<u64>,
    /// `Location`.
    pub location: Option<String>,
}

impl UploadReply {
    /// No request was made: the file cannot be read here, its person was told, and there is nothing else to be done about it now.
    pub const UNREADABLE: Self = Self { status: 0, offset: None, location: None };
}

/// Why a request has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, a cut one, or an answer that is none (a captive portal).
    #[error("{0}")]
    Unreachable(String),
    /// Whoever answers shows a certificate that this phone does not trust: one that has expired, of another name or of an unknown authority.
    #[error("{0}")]
    Untrusted(String),
    /// The server is busy.
    #[error("the server is busy")]
    Busy {
        /// `Retry-After`, ms.
        retry_after_ms: Option<i64>,
    },
    /// The token has ended.
    #[error("the server does not know this phone's token any more")]
    Unauthorized,
    /// The server refuses the request as a whole, in words for the log.
    #[error("refused: {0}")]
    Refused(String),
}

/// Something the device's store must give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load {
    /// How the run is to begin.
    Start,
    /// A HELLO over this number, signed.
    Hello {
        /// The server's number.
        nonce: [u8; 32],
    },
    /// The next commits to send: chained, signed and kept before they are given.
    Batch,
    /// The next PULL.
    Pull,
    /// The next question about a stream that cannot go on from its cursor.
    Manifest,
    /// The next version of the catalogue that is needed and not held.
    Catalogue,
    /// The next documents to ask for.
    Docs,
    /// The next appeal to send.
    Appeal,
    /// Every blob that has not been stored by the server.
    Transfers,
}

/// What the store gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// How the run is to begin.
    Start(Opening),
    /// The signed HELLO.
    Hello(SignedMessage),
    /// Commits and private answers; none left if empty.
    Batch(Push),
    /// The PULL; without streams nothing is to be asked.
    Pull(Pull),
    /// The question, or none.
    Manifest(Option<Manifest>),
    /// The version to ask for, or none.
    Catalogue(Option<CatalogueAsk>),
    /// The documents to ask for, or none.
    Docs(Option<Docs>),
    /// The appeal, or none.
    Appeal(Option<Appeal>),
    /// The blobs.
    Transfers(Vec<Transfer>),
}

/// How a run begins: with a good token at once, else with a greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// Whether the store holds a token that has not ended as far as it knows.
    pub token: bool,
    /// A number that the last HELLO gave for the next one: it saves asking.
    pub nonce: Option<[u8; 32]>,
}

/// Something the store must keep, each in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// Rights and streams.
    Hello(HelloReply),
    /// Outcomes.
    Receipts(PushReply),
    /// A page with its cursors.
    Page(PullReply),
    /// A page of a stream's cases.
    Manifest {
        /// What was asked.
        asked: Manifest,
        /// The page.
        reply: ManifestReply,
    },
    /// A version of the catalogue.
    Catalogue {
        /// What was asked.
        asked: CatalogueAsk,
        /// What came.
        reply: CatalogueReply,
    },
    /// Documents.
    Docs {
        /// What was asked.
        asked: Docs,
        /// As many as fitted.
        reply: DocsReply,
    },
    /// The server has an appeal.
    Appealed {
        /// The commit it is about.
        commit: CommitId,
        /// Its number for asking about it.
        ticket: u64,
    },
    /// Where an upload was begun, or that its address is no longer good.
    UploadAt {
        /// The blob.
        transfer: Transfer,
        /// Its address from now on.
        url: Option<String>,
    },
    /// How far an upload is.
    UploadOffset {
        /// The blob.
        transfer: Transfer,
        /// Bytes the server has.
        offset: u64,
    },
    /// The server has it whole and verified.
    Uploaded(Transfer),
    /// The server takes no file of this size: nobody but a person can do anything about it.
    TooLarge(Transfer),
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send, and answer with [`Input::Replied`] or [`Input::Failed`].
    Ask(Request),
    /// Read from the store, and answer with [`Input::Loaded`].
    Load(Load),
    /// Keep in the store, and answer with [`Input::Kept`].
    Keep(Keep),
    /// The run has ended.
    Finished(RunReport),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Begin a run.
    Start,
    /// The outstanding request was answered.
    Replied(Reply),
    /// It was not.
    Failed(Failure),
    /// The store read something.
    Loaded(Loaded),
    /// The store kept something.
    Kept,
    /// The time of `poll_timeout` has come.
    Timeout,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct RunReport {
    /// Whether the server was spoken to at all; a refusal is an answer too.
    pub reached: bool,
    /// Whether everything there was to do was done.
    pub complete: bool,
    /// Commits answered.
    pub pushed: u64,
    /// Cases received: lines, changes and whole ones.
    pub pulled: u64,
    /// Documents received after their lines.
    pub documents: u64,
    /// Streams that were compared case by case.
    pub compared: u64,
    /// Appeals that the server has.
    pub appealed: u64,
    /// Requests made, uploads not counted.
    pub requests: u32,
    /// Blobs stored by the server.
    pub uploaded: u64,
    /// Bytes of blobs sent.
    pub uploaded_bytes: u64,
    /// Small pictures of others' photos fetched after everything else.
    pub fetched: u64,
    /// Network failures overcome or not.
    pub failures: u32,
    /// The last failure, for the log.
    pub last_failure: Option<String>,
    /// Whether that was a certificate that this phone does not trust.
    pub untrusted: bool,
    /// How long a busy server asked to be left alone, ms, where that was longer than a run may wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<i64>,
}
