//! Between which two moments something was captured.
//!
//! The server's random number in a record was not known before the server spoke it, and the receipt was not given before the record was
//! there: these two prove the window, whatever the phone's clocks say. The phone's stopwatch narrows it; that part is the phone's word.

use serde::Serialize;
use yuandian_document::ServerKey;

use crate::log::CaptureReceipt;
use crate::record::CaptureRecord;
use crate::token::TimeToken;

/// Times of the server's clock, ms since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Proven: the record was made after this. None where it bears no token that the server signed.
    pub after_ms: Option<i64>,
    /// By the phone's stopwatch: not before this. The same as `after_ms` where the stopwatch was begun anew, or contradicts the receipt.
    pub measured_ms: Option<i64>,
    /// Proven: the record was made before this. None while the server has not received it.
    pub before_ms: Option<i64>,
    /// The phone's wall clock lies outside the window: it was wrong, or set.
    pub wall_outside: bool,
    /// The stopwatch says a time after the receipt: it ran too fast, or was made up.
    pub stopwatch_contradicts: bool,
}

impl Window {
    /// The window of a record, by the server's keys that are believed.
    #[must_use]
    pub fn of(record: &CaptureRecord, receipt: Option<&CaptureReceipt>, keys: &[ServerKey]) -> Self {
        let after_ms = record.token.as_ref().and_then(|token| TimeToken::believed(token, keys));
        let before_ms = receipt.map(|receipt| receipt.received_ms);
        let since = record.since_token_ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
        let measured = after_ms.zip(since).map(|(after, since)| after.saturating_add(since));
        let stopwatch_contradicts =
            measured.zip(before_ms).is_some_and(|(measured, before)| measured > before);
        let measured_ms = measured.filter(|_| !stopwatch_contradicts).or(after_ms);
        Self {
            after_ms,
            measured_ms,
            before_ms,
            wall_outside: measured_ms.is_some_and(|from| record.wall_ms < from)
                || before_ms.is_some_and(|to| record.wall_ms > to),
            stopwatch_contradicts,
        }
    }
}
