//! Commits that waited: judged a last time when their time is over. What comes for them in time is released by the batch that brings it.

use std::collections::BTreeSet;

use yuandian_model::CommitId;
use yuandian_model::planted::{self, Bug};

use super::Hub;
use super::prepare::{Arrived, adopted_first};
use crate::limits::{PREPARE_ROUNDS_MAX, RIPE_PER_TICK_MAX};
use crate::problem::Problem;
use crate::store::{Account, Asked, Held, Origin, Prepared};

impl Hub {
    /// Judges what has waited long enough, one case after the other, adopted acts in the order of their numbers. What is overtaken too often
    /// stays due.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub(super) fn judge_ripe(&self, now_ms: i64) -> Result<(), Problem> {
        if planted::is(Bug::WaitedNeverJudged) {
            return Ok(());
        }
        let mut left = RIPE_PER_TICK_MAX;
        while left > 0 {
            let held = self.store.ripe(now_ms)?;
            if held.is_empty() {
                return Ok(());
            }
            left = left.saturating_sub(u32::try_from(held.len()).unwrap_or(u32::MAX));
            if !self.judge_last(&held, now_ms)? {
                tracing::warn!("what waited was overtaken too often");
                return Ok(());
            }
        }
        Ok(())
    }

    fn judge_last(&self, held: &[Held], now_ms: i64) -> Result<bool, Problem> {
        let mut items = Vec::with_capacity(held.len());
        for one in held {
            let arrived = Arrived::kept(one.commit.clone(), one.micros.clone(), &self.rules())?;
            let origin = Origin::Released { last: true };
            items.push(arrived.prepared(one.user, one.received_ms, origin, one.adopted.clone()));
        }
        items.sort_by_key(adopted_first);
        Ok(self.sequence_prepared(&items, now_ms)?.is_some())
    }

    /// Sequences commits that their devices do not send now. Their receipts, or `None` where others were faster too often.
    pub(super) fn sequence_prepared(
        &self,
        items: &[Prepared],
        now_ms: i64,
    ) -> Result<Option<Vec<Vec<u8>>>, Problem> {
        let Some(first) = items.first() else {
            return Ok(Some(Vec::new()));
        };
        let account = Account {
            device: first.envelope.device,
            key: [0; 32],
            user: first.user,
            name: String::new(),
            grants: Vec::new(),
            shut_out: false,
            greet: false,
        };
        let asked = Asked::of(items);
        for _ in 0..PREPARE_ROUNDS_MAX {
            let situation = self.store.situation(&account, &asked, now_ms)?;
            // Somebody else may have judged it meanwhile.
            let waits: BTreeSet<CommitId> = situation.held.values().flatten().map(|held| held.id).collect();
            let due = |item: &&Prepared| {
                !matches!(item.origin, Origin::Released { .. }) || waits.contains(&item.id)
            };
            let tried: Vec<Prepared> = items.iter().filter(due).cloned().collect();
            if tried.is_empty() {
                return Ok(Some(Vec::new()));
            }
            let Some(tried) = self.prepare(tried, &account, &situation, now_ms)? else {
                continue;
            };
            if let Some((receipts, _)) = self.settle(tried)? {
                return Ok(Some(receipts));
            }
        }
        Ok(None)
    }
}
