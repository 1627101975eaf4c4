//! Limits of evidence, in one place.

/// A capture record with everything in it, bytes.
pub const RECORD_BYTES_MAX: usize = 2 * 1024;
/// A signed time token, bytes.
pub const TOKEN_BYTES_MAX: usize = 256;
/// A signed receipt, checkpoint or other word of the server, bytes.
pub const NOTICE_BYTES_MAX: usize = 512 * 1024;
/// Name of the receiver that gave a position, bytes.
pub const PROVIDER_BYTES_MAX: usize = 32;
/// Codes of what was odd in a file.
pub const REMARKS_MAX: usize = 12;
/// One such code, bytes.
pub const REMARK_BYTES_MAX: usize = 40;
/// Name and version of an app, bytes.
pub const APP_BYTES_MAX: usize = 64;
/// A media type, bytes.
pub const MIME_BYTES_MAX: usize = 64;
/// Hashes in one proof: a log of 2^63 entries needs as many.
pub const PATH_HASHES_MAX: usize = 64;
/// Custody entries that a statement lists, the newest.
pub const CUSTODY_TOLD_MAX: usize = 200;
/// Other photos that a statement says one looks like.
pub const LIKENESS_TOLD_MAX: usize = 8;
/// Members of a bundle.
pub const BUNDLE_MEMBERS_MAX: usize = 2_048;
/// One member of a bundle, bytes: a whole video.
pub const MEMBER_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A bundle's list of its members, bytes.
pub const LIST_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of a member that one hash in the list stands for: how closely damage can be named.
pub const PIECE_BYTES: usize = 16 * 1024;
