//! What can go wrong, as a person can act on it: the public error of the phone, and how the private ones become it.

use yuandian_document::{ContentError, KeyError};
use yuandian_model::form::FieldError;
use yuandian_model::place::PlaceError;
use yuandian_model::refusal::Facts;
use yuandian_model::{Code, Refusal};
use yuandian_photo::PhotoError;

/// Why a command did not happen. Nothing is queued or changed when one is returned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// An input cannot be used: mend it and try again.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The rule says no already on this phone.
    #[error("refused: {code}")]
    Refused {
        /// Which no.
        code: Code,
        /// What it rests on.
        facts: Facts,
    },
    /// Not a usable photograph: take another.
    #[error("photo refused ({code}): {reason}")]
    Photo {
        /// Stable id of the reason.
        code: &'static str,
        /// The reason.
        reason: String,
    },
    /// This phone holds no such case, draft, item or photo.
    #[error("no such {what}: {id}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The entry of the 需处理 list was dealt with before.
    #[error("item {item} was settled before: {how}")]
    Settled {
        /// The entry.
        item: i64,
        /// How: `amended`, `noted`, `appealed`, `discarded`, or what the case itself has settled.
        how: String,
    },
    /// This step does not fit the entry: choose one of those it offers.
    #[error("{step:?} does not fit item {item}; possible: {}", next.join(", "))]
    NotOffered {
        /// The entry.
        item: i64,
        /// The step.
        step: &'static str,
        /// What it offers, ids.
        next: Vec<String>,
    },
    /// The phone speaks for nobody yet: enrol with an invitation.
    #[error("this phone is not enrolled: use an invitation code first")]
    NotEnrolled,
    /// The server has shut this phone or its person out and everything was forgotten: a new invitation begins anew.
    #[error(
        "the server has shut this phone out ({reason}) and everything on it was forgotten: a new invitation is needed"
    )]
    ShutOut {
        /// Why: `revoked`.
        reason: String,
    },
    /// The server could not be reached; everything is kept.
    #[error("the server is out of reach: {0}")]
    Unreachable(String),
    /// Whoever answers shows a certificate that this phone does not trust; nothing was sent. The phone's date may be wrong, the server's certificate may have
    /// expired, or the city's own authority is not among those that the app knows.
    #[error("the server's certificate is not trusted: {0}")]
    Untrusted(String),
    /// The server said no to the request as a whole (an invitation used before …).
    #[error("the server refuses: {0}")]
    ServerRefused(String),
    /// Another process has this phone's store open: close it there.
    #[error("another process uses this phone's store: close it first")]
    InUse,
    /// The phone is full: free some space. What was saved before is safe.
    #[error("the phone's storage is full: free some space and try again")]
    StorageFull,
    /// No room for a photo, beside what words need: they can still be written. What waits to be sent frees its room once it is safe.
    #[error("no room for photos: {waiting_bytes} bytes wait to be sent; free some space, or sync first")]
    NoRoom {
        /// Bytes of photo files that the server does not have yet.
        waiting_bytes: u64,
        /// Free bytes on the disk, where the system says.
        free_bytes: Option<u64>,
    },
    /// The server does not give this file: it does not have it yet, or one may not see it (any more).
    #[error("the server does not give this file: {id}")]
    Withheld {
        /// SHA-256 of the file.
        id: String,
    },
    /// What came is not the file that was asked for, more than once: tell your administrator.
    #[error("the server gave other bytes than those of {id}")]
    WrongBytes {
        /// SHA-256 of the file.
        id: String,
    },
    /// The store was written by a newer app: update this one.
    #[error("the store has schema {found}, this app knows {known}: update the app")]
    NewerStore {
        /// Found in the file.
        found: i64,
        /// Known here.
        known: i64,
    },
    /// The platform's key store gives no root key: unlock the phone and try again. Nothing is lost.
    #[error("the key store gives no key: {0}")]
    KeyStore(String),
    /// The key does not fit this phone's home, and nothing was changed. With its own key all of it opens; without it, what the server has comes
    /// to a new home by a new invitation, and what was not sent is lost. A home that is not encrypted opens without a key.
    #[error("{}", if *encrypted { "this is not the key of this phone's home" } else { "this phone's home is not encrypted: it opens without a key" })]
    WrongKey {
        /// Whether the home is encrypted at all.
        encrypted: bool,
    },
    /// The store or a file in it cannot be read: export what can be read and call support.
    #[error("the store cannot be read: {0}")]
    Damaged(String),
}

/// Result of a phone's command.
pub type Result<T> = std::result::Result<T, DeviceError>;

impl DeviceError {
    #[expect(clippy::needless_pass_by_value, reason = "literals, ids and errors alike are given")]
    pub(crate) fn invalid(field: &str, reason: impl ToString) -> Self {
        DeviceError::Invalid { field: field.to_owned(), reason: reason.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "literals, ids and errors alike are given")]
    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        DeviceError::NotFound { what, id: id.to_string() }
    }
}

impl From<rusqlite::Error> for DeviceError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => DeviceError::StorageFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DeviceError::InUse,
            _ => DeviceError::Damaged(error.to_string()),
        }
    }
}

impl From<std::io::Error> for DeviceError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => DeviceError::StorageFull,
            _ => DeviceError::Damaged(error.to_string()),
        }
    }
}

impl From<FieldError> for DeviceError {
    fn from(error: FieldError) -> Self {
        let field = error.key().to_owned();
        let words = error.to_string();
        let reason = words.strip_prefix(&format!("{field}: ")).unwrap_or(&words).to_owned();
        DeviceError::Invalid { field, reason }
    }
}

impl From<PlaceError> for DeviceError {
    fn from(error: PlaceError) -> Self {
        DeviceError::invalid("at", error)
    }
}

impl From<Refusal> for DeviceError {
    fn from(refusal: Refusal) -> Self {
        DeviceError::Refused { code: refusal.code, facts: refusal.facts }
    }
}

impl From<PhotoError> for DeviceError {
    fn from(error: PhotoError) -> Self {
        DeviceError::Photo { code: error.code(), reason: error.to_string() }
    }
}

impl From<ContentError> for DeviceError {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::UnknownHeads => DeviceError::invalid("seen", error),
            ContentError::TooMuch(_) => DeviceError::invalid("text", error),
            ContentError::Damaged(_) => DeviceError::Damaged(error.to_string()),
        }
    }
}

impl From<KeyError> for DeviceError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::RootUnavailable(reason) => DeviceError::KeyStore(reason),
            _ => DeviceError::Damaged(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for DeviceError {
    fn from(error: serde_json::Error) -> Self {
        DeviceError::Damaged(error.to_string())
    }
}
