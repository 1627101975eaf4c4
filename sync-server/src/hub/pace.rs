//! How much one device may push: what it sends above it is asked for again later, so that no phone takes the others' time.

use std::collections::BTreeMap;

use yuandian_model::DeviceId;

use crate::limits::{PUSH_PACE_COMMITS_MAX, PUSH_PACE_MS};

/// Commits of each device in its running span. Lives with the process: a restart forgets it, which harms nobody.
#[derive(Debug, Default)]
pub struct Pace(BTreeMap<DeviceId, (i64, u64)>);

impl Pace {
    /// Counts commits of a device in; false where it has sent enough for now. `now_ms`: server's clock, ms since 1970.
    pub fn admits(&mut self, device: &DeviceId, commits: u64, now_ms: i64) -> bool {
        let running = |began: &i64| (0..PUSH_PACE_MS).contains(&now_ms.saturating_sub(*began));
        let (began, sent) =
            self.0.get(device).copied().filter(|(began, _)| running(began)).unwrap_or((now_ms, 0));
        if sent + commits > PUSH_PACE_COMMITS_MAX {
            return false;
        }
        // Only devices whose span runs are remembered.
        if sent == 0 {
            self.0.retain(|_, (began, _)| running(began));
        }
        self.0.insert(*device, (began, sent + commits));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_sends_up_to_its_limit_in_a_span_and_no_other_device_pays_for_it() {
        let (one, other) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let mut pace = Pace::default();
        assert!(pace.admits(&one, PUSH_PACE_COMMITS_MAX - 1, 0));
        assert!(pace.admits(&one, 1, 5));
        assert!(!pace.admits(&one, 1, PUSH_PACE_MS - 1));
        assert!(pace.admits(&other, PUSH_PACE_COMMITS_MAX, PUSH_PACE_MS - 1));
        assert!(!pace.admits(&other, PUSH_PACE_COMMITS_MAX + 1, PUSH_PACE_MS * 3), "not all at once");
        assert!(pace.admits(&one, 1, PUSH_PACE_MS));
        assert_eq!(pace.0.len(), 2);
        assert!(pace.admits(&one, 1, -5), "a clock that was set back begins anew");
        assert!(pace.admits(&one, 1, PUSH_PACE_MS * 9));
        assert_eq!(pace.0.len(), 1, "what is over is forgotten");
    }
}
