//! What a request as a whole can be told: one closed set, each with its HTTP status, its words and a next step (RFC 9457).

use crate::store::StoreError;

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $status:literal, $title:literal, $next:literal;)+) => {
        /// Why a request was not answered as asked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Problem {
            $($(#[$doc])* $name,)+
        }

        impl Problem {
            /// Every problem.
            pub const ALL: &'static [Problem] = &[$(Problem::$name),+];

            /// Stable id: the end of `urn:yuandian:problem:…`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Problem::$name => $id,)+ }
            }
            /// HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Problem::$name => $status,)+ }
            }
            /// What is wrong, for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Problem::$name => $title,)+ }
            }
            /// What to do next.
            #[must_use]
            pub const fn next(self) -> &'static str {
                match self { $(Problem::$name => $next,)+ }
            }
        }
    };
}

problems! {
    /// The body is not the message expected.
    Malformed = "malformed", 400, "The body is not a message of this kind", "Send the message again as this version writes it";
    /// A checksum by an algorithm that is not known here.
    ChecksumAlgorithm = "checksum_algorithm", 400, "Checksums by this algorithm are not known here", "Use one that OPTIONS names in Tus-Checksum-Algorithm, or none";
    /// The message is of another version.
    Version = "version", 400, "This message version is not spoken here", "Update the app";
    /// A list is longer than its limit.
    OverLimit = "over_limit", 400, "A list in the message is over its limit", "Send it in parts";
    /// The display name cannot be used.
    NameInvalid = "name_invalid", 400, "The name is empty, too long or holds control characters", "Give a name of 1 to 40 characters";
    /// No token, or one that ended.
    Unauthorized = "unauthorized", 401, "No token, or the token has ended", "Say HELLO again";
    /// The nonce is unknown, spent or too old.
    NonceInvalid = "nonce_invalid", 401, "The number is unknown, spent or too old", "Ask for a new number and sign that";
    /// The device is not enrolled here.
    DeviceUnknown = "device_unknown", 403, "This device is not enrolled here", "Enrol it with an invitation";
    /// The device or its person was shut out for good.
    ShutOut = "shut_out", 403, "This device or its person was shut out", "Ask the operator";
    /// A signature or certificate does not hold.
    SignatureInvalid = "signature_invalid", 403, "The signature or certificate does not hold", "Sign with the key of the device's certificate";
    /// No such route.
    NotFound = "not_found", 404, "There is nothing at this address", "Check the address";
    /// No such invitation.
    InvitationUnknown = "invitation_unknown", 404, "No such invitation", "Check the code, or ask for a new one";
    /// No accepted commit of the device names the blob with this size.
    BlobNotReferenced = "blob_not_referenced", 404, "No accepted commit of this device names this file with this size", "Push the commit first";
    /// No such blob, or not for this person.
    BlobUnknown = "blob_unknown", 404, "No such file", "Pull again: it may not be uploaded yet";
    /// No such case, or not for this person.
    CaseUnknown = "case_unknown", 404, "No such case", "Pull again: it may have left";
    /// No such upload.
    UploadUnknown = "upload_unknown", 404, "No such upload, or it has ended", "Begin the upload again";
    /// The route has other methods.
    MethodNotAllowed = "method_not_allowed", 405, "The address does not take this method", "See the routes";
    /// Too slow.
    TooSlow = "too_slow", 408, "The body came too slowly", "Try again on a better link";
    /// Another device has it.
    InvitationUsed = "invitation_used", 409, "The invitation was used by another device", "Ask for a new one";
    /// The upload stands elsewhere.
    UploadOffset = "upload_offset", 409, "The upload stands at another offset", "Ask with HEAD and go on from there";
    /// Too late.
    InvitationExpired = "invitation_expired", 410, "The invitation has expired", "Ask for a new one";
    /// Another protocol version.
    TusVersion = "tus_version", 412, "Tus-Resumable must be 1.0.0", "Speak tus 1.0.0";
    /// Over the size limit.
    TooLarge = "too_large", 413, "The body is over its size limit", "Send less at once";
    /// Another media type.
    MediaType = "media_type", 415, "The media type is not the one this address takes", "Send the media type named in the routes";
    /// Somebody is writing.
    UploadLocked = "upload_locked", 423, "Another request is writing this upload", "Wait, then ask with HEAD";
    /// Too many unfinished uploads.
    TooManyUploads = "too_many_uploads", 429, "Too many unfinished uploads of this device", "Finish or delete some first";
    /// The device sends too much.
    TooFast = "too_fast", 429, "This device sends too much at once", "Send the rest after the time in Retry-After";
    /// Too many appeals without an answer.
    TooManyAppeals = "too_many_appeals", 429, "Too many appeals of this device wait for an answer", "Wait for the answers, then appeal again";
    /// The bytes do not have the promised hash.
    ChecksumMismatch = "checksum_mismatch", 460, "The bytes do not have the promised hash", "Send the file again from the start";
    /// The bytes of one request do not have their checksum.
    PieceMismatch = "piece_mismatch", 460, "The bytes of this request do not have their checksum", "Ask with HEAD and send them again";
    /// A bug.
    Internal = "internal", 500, "The server failed", "Try again later; tell the operator if it stays";
    /// All workers are busy.
    Busy = "busy", 503, "The server is busy", "Try again after the time in Retry-After";
    /// The server does not take work now.
    NotReady = "not_ready", 503, "The server is starting, stopping or not able to write", "Try again after the time in Retry-After";
    /// The disk is full.
    StorageFull = "storage_full", 507, "The server's disk is full", "Keep the work and try again later; the operator must free space";
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Problem::StorageFull,
            StoreError::Busy => Problem::Busy,
            StoreError::Newer { .. }
            | StoreError::Foreign
            | StoreError::Partitioned { .. }
            | StoreError::Copy => Problem::NotReady,
            StoreError::Damaged(reason) => {
                // A bug or a damaged disk: the one place where it is said, so that no caller has to.
                tracing::error!(%reason, "the store failed");
                Problem::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_has_its_own_id_and_a_next_step() {
        let ids: BTreeSet<&str> = Problem::ALL.iter().map(|p| p.id()).collect();
        assert_eq!(ids.len(), Problem::ALL.len());
        for problem in Problem::ALL {
            assert!((400..600).contains(&problem.status()), "{problem:?}");
            assert!(!problem.title().is_empty() && !problem.next().is_empty(), "{problem:?}");
        }
    }
}
