//! How long what was answered in private is kept after its case has ended (DOMAIN §5.6). Phones and the server ask the same.

use crate::catalogue::Catalogue;
use crate::limits::RETENTION_DAYS_DEFAULT;
use crate::rules::CaseState;

/// Days after the end of a case: what the question says, or [`RETENTION_DAYS_DEFAULT`] where it says nothing, as of the exact place, which no
/// question asks for.
#[must_use]
pub fn retention_days(catalogue: &Catalogue, state: &CaseState, key: &str) -> u32 {
    let service = catalogue.service(&state.service.0).map(|(service, _)| service);
    let field = service.and_then(|service| service.field(key));
    field.and_then(|field| field.retention_days).unwrap_or(RETENTION_DAYS_DEFAULT)
}

/// When an answer goes, ms since 1970; none while its case has not ended.
#[must_use]
pub fn kept_until_ms(catalogue: &Catalogue, state: &CaseState, key: &str) -> Option<i64> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let (_, workflow) = catalogue.service(&state.service.0)?;
    let ended_ms = state.progress.since_ms().filter(|_| workflow.ends.contains(&state.stage))?;
    let days = i64::from(retention_days(catalogue, state, key));
    Some(ended_ms.saturating_add(days.saturating_mul(DAY_MS)))
}
