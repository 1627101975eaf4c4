//! Limits of the server, in one place (those of the wire are `yuandian_sync::limits`, those of commits `yuandian_document::limits`).

/// A message's body as it arrives, compressed, bytes.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bodies of strangers, and as many of devices, that are in memory at the same time: 256 MiB each; beyond it they are sent away at once.
pub const BODIES_MAX: usize = 128;
/// How long an access token is good, ms.
pub const TOKEN_MS: i64 = 15 * 60 * 1000;
/// How many tokens of one device are good at a time: one for each process that shares its key, and room.
pub const TOKENS_PER_DEVICE_MAX: u32 = 8;
/// How long a nonce is good, ms.
pub const NONCE_MS: i64 = 60 * 1000;
/// How long the number that a HELLO gives for the next one is good, ms.
pub const NEXT_NONCE_MS: i64 = 24 * 60 * 60 * 1000;
/// How long an invitation is good, ms.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Invitations made by one command.
pub const INVITATIONS_PER_COMMAND_MAX: u32 = 1_000;
/// How long an upload that does not move is kept, ms.
pub const UPLOAD_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often the spool is looked through for what belongs to no upload any more, ms.
pub const SPOOL_CLEARED_MS: i64 = 60 * 60 * 1000;
/// What a client may say of its file in `Upload-Metadata`, bytes.
pub const UPLOAD_METADATA_BYTES_MAX: usize = 4 * 1024;
/// How long a file that nobody names is kept before it is condemned, ms.
pub const UNNAMED_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long a condemned file is kept before it goes, ms.
pub const CONDEMNED_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often it is looked whether a file of a held case may go now, ms.
pub const HOLD_LOOK_MS: i64 = 24 * 60 * 60 * 1000;
/// How soon bytes that could not be removed are tried again, ms.
pub const GOING_RETRY_MS: i64 = 60 * 60 * 1000;
/// Bytes of a file that are in memory at a time where it is read.
pub const READ_BYTES: u64 = 256 * 1024;
/// Files that a backup marks as lost by itself; more are a disk that is away rather than damage, and an operator's to look at.
pub const LOST_PER_BACKUP_MAX: usize = 64;
/// How long before and after a case photos of others are compared with its own, ms: three months.
pub const LIKENESS_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Photos that one is compared with, the newest.
pub const LIKENESS_PHOTOS_MAX: u32 = 20_000;
/// A thumb that a fingerprint is taken of, bytes.
pub const THUMB_BYTES_MAX: u64 = 256 * 1024;
/// Within this time the same person's looks at one original are one entry in the log, ms.
pub const VIEW_AGAIN_MS: i64 = 60 * 60 * 1000;
/// Unfinished uploads of one device.
pub const UPLOADS_PER_DEVICE_MAX: u64 = 256;
/// Name and version of an app, bytes.
pub const APP_BYTES_MAX: usize = 200;
/// Grants of one person: more invitations are refused.
pub const GRANTS_PER_USER_MAX: usize = 64;
/// How often a PUSH is prepared again when others moved its cases meanwhile.
pub const PREPARE_ROUNDS_MAX: u32 = 24;
/// Rows of one stream that one PULL looks at: lines of so many cases fill the page that a phone asks for.
pub const PAGE_ROWS_MAX: u32 = 2_000;
/// Smallest page a device may ask for, bytes.
pub const PAGE_BYTES_MIN: u32 = 16 * 1024;
/// How long what follows from a merge waits for the other case to come back to a restored server, before it looks again, ms.
pub const JOIN_AGAIN_MS: i64 = 60 * 60 * 1000;
/// Cases that went on in one another, in a row: what follows from a merge looks no further.
pub const MERGES_MAX: usize = 64;
/// Timers run by one tick.
pub const TIMERS_PER_TICK_MAX: u32 = 1_000;
/// Cases on the plain page.
pub const PAGE_CASES_MAX: u32 = 200;
/// Times a store operation that lost a race inside the database is tried again.
pub const STORE_RETRIES_MAX: u32 = 8;

/// Requests that work at the same time: blocking threads.
pub const WORKERS_MAX: usize = 36;
/// Commits of different devices that share one transaction: half of those that work at the same time, so that others prepare theirs meanwhile.
pub const GROUP_COMMITS_MAX: usize = WORKERS_MAX / 2;
/// Documents that are kept open, as bytes of their saved form. Open, one takes some twenty times as much: 2,900 of 15 changes were 52 MiB.
pub const OPEN_DOCUMENTS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Requests that wait for a worker; beyond it they are sent away at once.
pub const WAITING_REQUESTS_MAX: usize = 256;
/// Uploads that are verified and stored at the same time: a piece of each is in memory.
pub const FINISHING_UPLOADS_MAX: usize = 2;
/// Open `WAIT` connections.
pub const WAITERS_MAX: usize = 4_096;
/// How often the head is looked at for `WAIT`, ms.
pub const WAIT_POLL_MS: u64 = 300;
/// How often a silent `WAIT` says that it lives, ms.
pub const WAIT_HEARTBEAT_MS: u64 = 15_000;
/// Longest time for a request's head, and for an open connection without a request, ms.
pub const HEADER_MS_MAX: u64 = 30_000;
/// Longest pause between two pieces of a body, ms.
pub const BODY_PAUSE_MS_MAX: u64 = 30_000;
/// Longest time a message's whole body may take, ms.
pub const BODY_MS_MAX: u64 = 120_000;
/// How long running requests may take after a stop, ms.
pub const DRAIN_MS_MAX: u64 = 20_000;
/// What a client sent away is told to wait, seconds.
pub const RETRY_AFTER_S: u32 = 2;
/// Longest sleep between two ticks, ms.
pub const TICK_MS_MAX: i64 = 15_000;
/// How long a writer waits for another process at the same database, ms.
pub const DATABASE_BUSY_MS: u32 = 10_000;
/// Everything that one case sends to a phone that starts anew, bytes, as `Prepared::cost` counts it: it comes in one page, which must be below
/// `yuandian_sync::limits::MESSAGE_BYTES_MAX`.
pub const CASE_LOG_BYTES_MAX: u64 = 6 * 1024 * 1024;
/// What PULL says of a commit beside what its envelope holds, bytes: its id, number, times, code, and the names of its author and of who was
/// first, 40 characters of 4 bytes each. Small acts are mostly this: without it, a case of claims and releases outgrows the page.
pub const PULLED_COMMIT_BYTES: u64 = 512;
/// What PULL says of a file that is stored, bytes: its hash and what is around it.
pub const PULLED_BLOB_BYTES: u64 = 40;
/// How long a stream remembers that a case went, ms: a device that was away longer compares with the manifest.
pub const GONE_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Rows of gone cases that one tick forgets.
pub const GONE_PER_TICK_MAX: u32 = 1_000;
/// How long after its end a case stays in the streams of those who work there, ms.
pub const AGE_OUT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long after the end of a right work is still taken that was captured before it, ms.
pub const LATE_GRACE_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// Commits and private answers that one device may push in a span: 200 a second, and all that a long day brings at once.
pub const PUSH_PACE_COMMITS_MAX: u64 = 12_000;
/// That span, ms.
pub const PUSH_PACE_MS: i64 = 60 * 1000;
/// How long a commit waits for what it builds on, ms; then it goes to the operator.
pub const HELD_MS: i64 = 5 * 24 * 60 * 60 * 1000;
/// Commits of one device that wait; the next goes to the operator at once.
pub const HELD_PER_DEVICE_MAX: u64 = 256;
/// Commits that wait in one case.
pub const HELD_PER_CASE_MAX: u64 = 64;
/// Held commits that are judged for the last time in one tick, give or take those of one case.
pub const RIPE_PER_TICK_MAX: u32 = 256;
/// Lines of one device on the operator's list: what a hostile phone adds beyond it is refused all the same, and only counted.
pub const QUARANTINE_PER_DEVICE_MAX: u64 = 256;
/// Appeals of one device that wait for an answer.
pub const APPEALS_PER_DEVICE_MAX: u64 = 256;
/// How long a device is told an answer to its appeal at every HELLO, ms.
pub const ANSWER_TOLD_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Characters of an operator's answer.
pub const ANSWER_CHARS_MAX: usize = 500;
/// How long after a restore phones refill the server before contended acts are judged again, ms.
pub const REFILL_MS: i64 = 6 * 60 * 60 * 1000;
/// How often the server makes a backup of itself, ms.
pub const BACKUP_EVERY_MS: i64 = 24 * 60 * 60 * 1000;
/// How soon it tries again after one that failed, ms.
pub const BACKUP_RETRY_MS: i64 = 60 * 60 * 1000;
/// Age of the last backup above which the operator is warned, ms.
pub const BACKUP_STALE_MS: i64 = 26 * 60 * 60 * 1000;
/// Backups kept in one place.
pub const BACKUPS_KEPT: usize = 7;
/// How often the same device's cursor from the future is noted, ms.
pub const FUTURE_NOTED_MS: i64 = 60 * 60 * 1000;
/// How long a hub goes by the catalogues it knows before it asks its store for others, ms.
pub const CATALOGUES_ASKED_MS: i64 = 1_000;
/// Within how long a person's requests for help are counted, ms.
pub const ASKING_MS: i64 = 24 * 60 * 60 * 1000;
/// People of one role in one division whom one ring looks at. More hear of it by syncing.
pub const RING_PEOPLE_MAX: u32 = 2_000;
/// Notifications that one run of the timers hands over.
pub const NOTIFICATIONS_PER_TICK_MAX: u32 = 1_000;
