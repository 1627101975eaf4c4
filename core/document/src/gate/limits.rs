//! Every limit of the gate, in one place, with its unit and its reason.
//!
//! The limits are generous for people and far below what hurts a phone: an ordinary edit is 100 B to 10 KB.

/// Longest body of a change, in bytes, after inflating. A form of sixty long answers is 240 KiB; 254 KB of DEFLATE can
/// inflate to 256 MB.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of the longest chunk header: magic, checksum, type, and the body's length as LEB128.
pub const CHUNK_HEADER_BYTES_MAX: usize = 4 + 4 + 1 + 10;

/// Longest change chunk as it arrives, in bytes, packed or not. What the gate gives out unpacked, it takes in again.
pub const CHUNK_BYTES_MAX: usize = CHUNK_HEADER_BYTES_MAX + BODY_BYTES_MAX;

/// Largest ratio of inflated to packed bytes. Text packs at 2 to 10; only a bomb passes 100.
pub const INFLATE_RATIO_MAX: usize = 100;

/// Most dependencies of one change. A change depends on the heads that its author saw: rarely more than five.
pub const DEPENDENCIES_MAX: u64 = 64;

/// Most heads a document may have. Whoever writes next depends on all of them, so they must stay well within
/// [`DEPENDENCIES_MAX`]: a document with more heads could be written by nobody.
pub const HEADS_MAX: usize = 32;

/// Most values in view at one answer. Whoever settles a conflict names the author of each.
pub const ANSWER_VALUES_MAX: usize = 32;

/// Most actors a change may name beside its own: everybody whose characters or answers it touches.
pub const OTHER_ACTORS_MAX: u64 = 256;

/// Shortest and longest actor id, in bytes, that the structural steps read. The binding step asks for the bound actor's own 16.
pub const ACTOR_BYTES_MIN: u64 = 1;
/// See [`ACTOR_BYTES_MIN`].
pub const ACTOR_BYTES_MAX: u64 = 32;

/// Longest commit message, in bytes of UTF-8. Ours is empty.
pub const MESSAGE_BYTES_MAX: u64 = 256;

/// Most operations of one change, and the largest sum of run lengths in any of its columns. 57 bytes can declare 20 million.
///
/// Each character of a text splice is one operation, so a writer of a longer text splits it into several changes.
pub const OPERATIONS_MAX: u64 = 5_000;

/// Most bytes that the run-lengths of a string column may expand to, counted as length times run.
pub const KEY_BYTES_EXPANDED_MAX: u64 = 1024 * 1024;

/// Times run from minus this to this, in seconds: every clock that counts milliseconds in 64 bits fits. Automerge keeps times as
/// differences in 64 bits, without a check: a change near either end of them is accepted, and then the next one by anybody
/// panics.
pub const TIME_MAX: i64 = 1 << 54;

/// Operation counters stay below this. Automerge keeps them in 32 bits and panics at the top: one change near it bricks the
/// document for everybody, so half of the space is left as a margin.
pub const OPERATION_COUNTER_END: u64 = 1 << 31;

/// Most changes of one case, its genesis among them. Save and load of 2,000 changes cost 24 ms for every further change.
pub const CHANGES_PER_CASE_MAX: usize = 1_000;

/// Most operations in the whole history of one case. Every further change pays for all of them in save and load: 50 ms at the
/// limit, by measurement, and growing in proportion. A description of 1,000 characters could be typed anew 50 times.
pub const OPERATIONS_PER_CASE_MAX: u64 = 50_000;

/// Longest saved document of a case, in bytes. A case of 100 changes saves as 10 KB.
pub const SAVED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Longest description, in Unicode scalar values.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;

/// Longest key of a form answer, in bytes.
pub const FIELD_KEY_BYTES_MAX: usize = 64;

/// Longest form answer, in bytes of UTF-8.
pub const FIELD_BYTES_MAX: usize = 4 * 1024;

/// Longest entry of `notes` or `photos`, in bytes of JSON.
pub const ENTRY_BYTES_MAX: usize = 8 * 1024;
