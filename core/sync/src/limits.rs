//! Limits of the wire, in one place. A decoder looks at nothing larger.

/// One decoded request or reply, bytes.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Commits in one PUSH.
pub const PUSH_COMMITS_MAX: usize = 256;
/// Bytes of commits in one PUSH; a single larger one still goes alone.
pub const PUSH_BYTES_MAX: usize = 1024 * 1024;
/// Streams in one HELLO or PULL.
pub const STREAMS_MAX: usize = 1_000;
/// Later keys of the server in one HELLO.
pub const SERVER_KEYS_MAX: usize = 16;
/// Bytes a PULL page aims at; a single larger case goes alone.
pub const PAGE_BYTES_DEFAULT: u32 = 512 * 1024;
/// Largest page a device may ask for, bytes.
pub const PAGE_BYTES_MAX: u32 = 4 * 1024 * 1024;
/// Envelopes in one FETCH.
pub const FETCH_COMMITS_MAX: usize = 256;
/// Bytes of one PATCH of an upload: small enough that a bad link makes progress, large enough that a good one is filled.
pub const PATCH_BYTES: u64 = 256 * 1024;
/// One uploaded file of any kind, bytes: a photo's original may be as large.
pub const BLOB_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A voice note, bytes: ten minutes of what phones record for speech.
pub const VOICE_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// A signature, bytes: a few strokes as PNG.
pub const SIGNATURE_BYTES_MAX: u64 = 512 * 1024;
/// Files beside one note.
pub const ATTACHED_MAX: usize = 9;
/// A short film, bytes: half a minute of what phones record.
pub const VIDEO_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Failures in a row without any progress after which a run ends; the work stays queued.
pub const FAILURES_IN_A_ROW_MAX: u32 = 6;
/// Rounds of push and pull in one run; what is left after them waits for the next.
pub const ROUNDS_MAX: u32 = 16;
/// Manifests and requests for documents in one run; what is left after them waits for the next.
pub const REPAIR_REQUESTS_MAX: u32 = 1_000;
/// How often one run greets again because the server says that the rights have changed.
pub const GREETINGS_MAX: u32 = 2;
/// Longest time that a busy server may ask to be left alone, ms: a day.
pub const RETRY_AFTER_MS_MAX: i64 = 86_400_000;
/// A document's snapshot, bytes: as large as a case's whole log may be.
pub const SNAPSHOT_BYTES_MAX: usize = 6 * 1024 * 1024;
/// First pause after a failure, ms; doubles each time. A run pauses between half of it and all of it.
pub const BACKOFF_MS_MIN: i64 = 200;
/// Longest pause inside a run, ms. A server that asks for more ends the run.
pub const BACKOFF_MS_MAX: i64 = 10_000;
/// zstd window of a body, as a power of two: what a decoder reserves.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Private answers in one PUSH.
pub const PRIVATE_RECORDS_MAX: usize = 256;
/// Capture records in one PUSH.
pub const PUSH_LINKS_MAX: usize = 256;
/// Capture records that one answer about a case's photos tells, the newest.
pub const EVIDENCE_RECORDS_MAX: usize = 500;
/// One private answer, bytes.
pub const PRIVATE_BYTES_MAX: usize = 4 * 1024;
/// Documents asked for in one request.
pub const DOCS_MAX: usize = 2_048;
/// Entries in one page of a manifest.
pub const MANIFEST_ENTRIES_MAX: usize = 20_000;
pub use yuandian_model::limits::TITLE_CHARS_MAX;
/// Characters of an appeal's reason.
pub const APPEAL_CHARS_MAX: usize = 1_000;
/// New cases of one stream above which a page sends lines first and the documents when they are asked for.
pub const LINES_FIRST_ABOVE: usize = 64;
/// Documents that a phone is willing to hold by default.
pub const BUDGET_DEFAULT: u32 = 10_000;
/// How often a file that is fetched may come with other bytes than its own before it is given up.
pub const WRONG_FILES_MAX: u32 = 2;
/// Lost files that a device is told of in one answer: the next are told when these are found.
pub const LOST_TOLD_MAX: u32 = 1_000;
