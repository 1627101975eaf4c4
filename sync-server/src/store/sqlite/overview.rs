//! What the operator sees: cases with their counts.

use super::writing::Transaction;

use super::error;
use super::row::{CASE_COLUMN_COUNT as N, CASE_COLUMNS, count, heads, record};
use crate::store::{CaseLine, StoreError};

/// How many numbers of each partition are looked through for each case of a list that ends somewhere.
const NUMBERS_A_CASE: i64 = 16;

/// The newest cases among those of the newest numbers; every count is one index range.
pub fn sql() -> String {
    format!(
        "SELECT {CASE_COLUMNS},
         (SELECT count(*) FROM commit_log c WHERE c.document = case_row.id AND c.seq > 0),
         (SELECT count(DISTINCT r.hash) FROM blob_ref r WHERE r.document = case_row.id),
         (SELECT count(DISTINCT r.hash) FROM blob_ref r CROSS JOIN blob b ON b.hash = r.hash
          WHERE r.document = case_row.id AND r.proven = 1 AND b.lost_ms IS NULL),
         (SELECT heads FROM document_cache d WHERE d.document = case_row.id)
         FROM case_row WHERE id IN
         (SELECT f.document FROM partition p CROSS JOIN feed f ON f.partition = p.id WHERE f.seq > p.head - ?2)
         ORDER BY touched_ms DESC, touched_seq DESC LIMIT ?1"
    )
}

pub fn cases(t: &Transaction<'_>, limit: Option<u32>) -> Result<Vec<CaseLine>, StoreError> {
    // No limit: all cases of all numbers.
    let limits = limit.map_or([-1, i64::MAX], |limit| [i64::from(limit), i64::from(limit) * NUMBERS_A_CASE]);
    t.prepare_cached(&sql())
        .and_then(|mut statement| {
            statement
                .query_map(limits, |row| {
                    Ok(CaseLine {
                        record: record(row)?,
                        commits: count(row, N)?,
                        photos: (count(row, N + 1)?, count(row, N + 2)?),
                        heads: heads(row, N + 3)?,
                    })
                })?
                .collect()
        })
        .map_err(error)
}

pub fn blob_count(t: &Transaction<'_>) -> Result<u64, StoreError> {
    t.query_row("SELECT count(*) FROM blob WHERE lost_ms IS NULL", [], |row| count(row, 0)).map_err(error)
}
