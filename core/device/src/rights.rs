//! A person's rights as people read them.

use yuandian_model::Grant;
use yuandian_model::calendar::{Moment, beijing_minute};
use yuandian_model::catalogue::Title;
use yuandian_model::words::Words;

/// A right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightView {
    /// The role in words.
    pub role_text: Title,
    /// Code of the division where it holds.
    pub grid: String,
    /// The unit or provider that it is held for; none for every case there.
    pub unit: Option<String>,
    /// How closely the person was looked at, `l0` to `l3`; none where nothing is said, which is as `l1`.
    pub level: Option<String>,
    /// From when, like `2026-07-01 00:00` in Asia/Shanghai; none where it has no beginning.
    pub from: Option<String>,
    /// When it ends, in the same form; none where it does not.
    pub until: Option<String>,
}

impl RightView {
    pub(crate) fn of(grant: &Grant) -> Self {
        let at = |ms: i64| Moment::from_ms(ms).map_or_else(|_| ms.to_string(), beijing_minute);
        Self {
            role_text: Words::embedded().role(grant.role.id()),
            grid: grant.grid.to_string(),
            unit: grant.of.as_ref().map(ToString::to_string),
            level: grant.vetting.as_ref().map(ToString::to_string),
            from: grant.from_ms.map(at),
            until: grant.until_ms.map(at),
        }
    }
}
