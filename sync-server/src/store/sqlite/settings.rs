//! What is fixed when a store is made, and what marks a copy.

use rusqlite::OptionalExtension;
use yuandian_model::DeviceId;

use super::error;
use super::writing::Transaction;
use crate::store::StoreError;

/// Digits of a division's code that name its partition.
const PARTITION_DIGITS: &str = "partition_digits";

pub fn get(t: &Transaction<'_>, key: &str) -> Result<Option<String>, StoreError> {
    t.prepare_cached("SELECT value FROM setting WHERE key = ?1")
        .and_then(|mut s| s.query_row([key], |row| row.get(0)).optional())
        .map_err(error)
}

pub fn set(t: &Transaction<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
    )
    .and_then(|mut s| s.execute((key, value)))
    .map(|_| ())
    .map_err(error)
}

pub fn clear(t: &Transaction<'_>, key: &str) -> Result<(), StoreError> {
    t.prepare_cached("DELETE FROM setting WHERE key = ?1")
        .and_then(|mut s| s.execute([key]))
        .map(|_| ())
        .map_err(error)
}

/// Digits of a division's code that name its partition; none where there is one for all.
pub fn partition_digits(t: &Transaction<'_>) -> Result<Option<u8>, StoreError> {
    let value = get(t, PARTITION_DIGITS)?;
    value
        .map(|digits| digits.parse().map_err(|_| StoreError::Damaged(format!("{digits} partition digits"))))
        .transpose()
}

/// Fixes the digits in a store that has ordered nothing yet.
///
/// # Errors
/// [`StoreError::Partitioned`] where it has, with others.
pub fn fix_partition_digits(t: &Transaction<'_>, digits: u8) -> Result<(), StoreError> {
    let ordered: bool = t
        .query_row("SELECT EXISTS (SELECT 1 FROM partition WHERE head > 0)", [], |row| row.get(0))
        .map_err(error)?;
    let found = partition_digits(t)?;
    if ordered && found != Some(digits) {
        return Err(StoreError::Partitioned { found: found.unwrap_or(0), wanted: digits });
    }
    set(t, PARTITION_DIGITS, &digits.to_string())
}

/// The last cursor that counted numbers of its epoch which were never given: device and when, ms since 1970.
const FROM_THE_FUTURE: &str = "cursor_from_the_future";

pub fn note_future(t: &Transaction<'_>, device: &DeviceId, now_ms: i64) -> Result<(), StoreError> {
    set(t, FROM_THE_FUTURE, &format!("{device} {now_ms}"))
}

/// The device that last told a cursor from the future, and when, ms since 1970.
pub fn future(t: &Transaction<'_>) -> Result<Option<(DeviceId, i64)>, StoreError> {
    let read = |value: String| {
        let (device, at) = value.split_once(' ')?;
        Some((device.parse().ok()?, at.parse().ok()?))
    };
    Ok(get(t, FROM_THE_FUTURE)?.and_then(read))
}
