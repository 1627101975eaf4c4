//! The one error that apps see, by what a person can do about it, and how the phone's own becomes it.

use yuandian_device::DeviceError;
use yuandian_model::Code;
use yuandian_model::refusal::Facts;

/// Why a call did not happen. Nothing was queued or changed when one is returned; what was saved before is safe.
///
/// The texts in `reason` are for a log or a support call; what a person reads is built from the variant and its codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CoreError {
    /// An input cannot be used: mend this field and try again.
    #[error("{field}: {reason}")]
    InvalidInput {
        /// Which input: `text`, `at`, `service`, a form key …
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The rule says no on this phone already: choose one of the next steps.
    #[error("refused: {code}")]
    Refused {
        /// Which no: `r_state`, `r_role` …
        code: String,
        /// Why, in words (zh-Hans).
        reason: String,
        /// Why, in English.
        reason_en: String,
        /// What one can do, ids, the best first.
        next: Vec<String>,
    },
    /// Not a usable photograph: take another.
    #[error("photo refused ({code}): {reason}")]
    PhotoRefused {
        /// Stable id of the reason.
        code: String,
        /// The reason.
        reason: String,
    },
    /// A file that was named cannot be read or written: choose another, free space or grant access.
    #[error("{path}: {reason}")]
    FileUnusable {
        /// The path as it was given.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// This phone holds no such thing: go back to the list.
    #[error("no such {what}: {id}")]
    NotFound {
        /// What was looked for: `case`, `draft`, `photo`, `conflict`.
        what: String,
        /// Its id as it was given.
        id: String,
    },
    /// The phone speaks for nobody yet: enrol with an invitation.
    #[error("not enrolled")]
    NotEnrolled,
    /// The server could not be reached: everything is kept; try again later.
    #[error("the server is out of reach: {reason}")]
    Unreachable {
        /// What the network said.
        reason: String,
    },
    /// Whoever answers shows a certificate that is not trusted; nothing was sent. The phone's date may be wrong, the server's certificate may have expired,
    /// or the city's own authority is not among the roots that the core was opened with.
    #[error("the server's certificate is not trusted: {reason}")]
    UntrustedServer {
        /// What is wrong with it.
        reason: String,
    },
    /// The server said no to the request as a whole (an invitation used before …): ask for another invitation.
    #[error("the server refuses: {reason}")]
    ServerRefused {
        /// The server's words.
        reason: String,
    },
    /// Another process or another core has this home open: close it there.
    #[error("another process uses this home")]
    InUse,
    /// The phone is full: free some space and try again.
    #[error("the storage is full")]
    StorageFull,
    /// No room for photos, beside what words need: sync first, or free some space. Words can still be written.
    #[error("no room for photos: {waiting_bytes} bytes wait to be sent")]
    NoRoom {
        /// Bytes of photo files that the platform does not have yet.
        waiting_bytes: u64,
        /// Free bytes on the disk, where the system says.
        free_bytes: Option<u64>,
    },
    /// The platform does not give this file: it does not have it yet, or one may not see it.
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
    #[error("the store has schema {found}, this app knows {known}")]
    AppTooOld {
        /// Schema found in the store.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// The platform's key store gives no key: unlock the phone and try again. Nothing is lost.
    #[error("the key store gives no key: {reason}")]
    KeyStoreLocked {
        /// What the platform said.
        reason: String,
    },
    /// The key does not fit this home, and nothing was changed: open it with its own key, and one that is not encrypted without a key. Where the
    /// key is lost, what was delivered comes to a new home by a new invitation; what was not sent is lost with the key.
    #[error("{}", if *encrypted { "this is not the key of this home" } else { "this home is not encrypted" })]
    WrongKey {
        /// Whether the home is encrypted at all.
        encrypted: bool,
    },
    /// The store or a file in it cannot be read: export what can be read and call support.
    #[error("the store cannot be read: {reason}")]
    Damaged {
        /// What was found.
        reason: String,
    },
    /// The core was shut down: open it again.
    #[error("the core was shut down")]
    ShutDown,
}

impl From<DeviceError> for CoreError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Invalid { field, reason } => CoreError::InvalidInput { field, reason },
            DeviceError::Refused { code, facts } => refused(code, &facts),
            DeviceError::Photo { code, reason } => CoreError::PhotoRefused { code: code.to_owned(), reason },
            DeviceError::NotFound { what, id } => CoreError::NotFound { what: what.to_owned(), id },
            DeviceError::Settled { .. } | DeviceError::NotOffered { .. } => {
                CoreError::InvalidInput { field: "item".to_owned(), reason: error.to_string() }
            }
            DeviceError::NotEnrolled => CoreError::NotEnrolled,
            // Told as what it is: somebody has decided it, and everything on the phone was forgotten because of it.
            DeviceError::ShutOut { .. } => refused(Code::RRevoked, &Facts::new()),
            DeviceError::Unreachable(reason) => CoreError::Unreachable { reason },
            DeviceError::Untrusted(reason) => CoreError::UntrustedServer { reason },
            DeviceError::ServerRefused(reason) => CoreError::ServerRefused { reason },
            DeviceError::InUse => CoreError::InUse,
            DeviceError::StorageFull => CoreError::StorageFull,
            DeviceError::NoRoom { waiting_bytes, free_bytes } => {
                CoreError::NoRoom { waiting_bytes, free_bytes }
            }
            DeviceError::Withheld { id } => CoreError::Withheld { id },
            DeviceError::WrongBytes { id } => CoreError::WrongBytes { id },
            DeviceError::NewerStore { found, known } => CoreError::AppTooOld { found, known },
            DeviceError::KeyStore(reason) => CoreError::KeyStoreLocked { reason },
            DeviceError::WrongKey { encrypted } => CoreError::WrongKey { encrypted },
            DeviceError::Damaged(reason) => CoreError::Damaged { reason },
        }
    }
}

fn refused(code: Code, facts: &Facts) -> CoreError {
    let words = yuandian_device::words();
    let reason = words.reason(code, facts);
    CoreError::Refused {
        code: code.id().to_owned(),
        reason: reason.zh,
        reason_en: reason.en,
        next: words.next_steps(code).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_that_was_shut_out_is_told_so_and_not_to_enrol() {
        let told = CoreError::from(DeviceError::ShutOut { reason: "revoked".to_owned() });
        let CoreError::Refused { code, reason, reason_en, next } = told else { panic!("{told:?}") };
        assert_eq!(code, "r_revoked");
        assert!(!reason.is_empty() && !reason_en.is_empty() && !next.is_empty());
    }
}
