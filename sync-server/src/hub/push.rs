//! PUSH: one receipt for each commit, in order; one bad item stops no other. Prepared without a lock, sequenced in one transaction, prepared
//! again where somebody was faster.

use std::sync::{Arc, PoisonError};

use minicbor::bytes::ByteVec;
use yuandian_document::{CertifiedKey, cbor};
use yuandian_model::{Code, CommitId, Epoch, refusal::Facts};
use yuandian_sync::limits::{PRIVATE_RECORDS_MAX, PUSH_COMMITS_MAX};
use yuandian_sync::message::{PartitionHead, Push, PushReply, Receipt, ServerKey, WIRE_VERSION};

use super::prepare::{Arrived, open};
use super::{Hub, spoken};
use crate::limits::PREPARE_ROUNDS_MAX;
use crate::problem::Problem;
use crate::store::{Account, Adopted, Asked, Batch, Committed, Origin};

/// Stored receipts in order, and where the partitions stand after them.
pub(super) type Sequenced = (Vec<Vec<u8>>, Vec<PartitionHead>);

impl Hub {
    pub(super) fn push(&self, push: Push, account: &Account, now_ms: i64) -> Result<PushReply, Problem> {
        spoken(push.version)?;
        if push.items.len() > PUSH_COMMITS_MAX || push.private.len() > PRIVATE_RECORDS_MAX {
            return Err(Problem::OverLimit);
        }
        let sent = (push.items.len() + push.private.len() + push.links.len()) as u64;
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if !pace.admits(&account.device, sent, now_ms) {
            return Err(Problem::TooFast);
        }
        drop(pace);
        let key = CertifiedKey::believed(account.device, &account.key).map_err(|_| Problem::Internal)?;
        let mut arrived: Vec<Arrived> = Vec::new();
        // Where each item's answer is: among the sequenced ones, or said at once.
        let mut places: Vec<Result<usize, (CommitId, Code)>> = Vec::new();
        let rules = self.rules();
        for item in push.items {
            places.push(open(item, &key, &rules).map(|a| {
                arrived.push(a);
                arrived.len() - 1
            }));
        }
        let (receipts, partitions) = match self.sequence(&arrived, account, now_ms)? {
            Some(done) => done,
            None => {
                let head = self.store.head()?;
                let later = |a: &Arrived| said(a.id, Code::RetryLater, head.epoch, now_ms);
                (arrived.iter().map(later).collect(), vec![head])
            }
        };
        let strange = places.iter().any(Result::is_err);
        let epoch = if strange { self.store.head()?.epoch } else { Epoch([0; 8]) };
        let receipts = places
            .into_iter()
            .map(|place| match place {
                Ok(index) => receipts.get(index).cloned().unwrap_or_default(),
                Err((id, code)) => said(id, code, epoch, now_ms),
            })
            .map(ByteVec::from)
            .collect();
        let private = self.keep_private(&push.private, account, now_ms)?;
        let links = self.keep_links(push.links, account, now_ms)?;
        Ok(PushReply { version: WIRE_VERSION, receipts, partitions, private, links })
    }

    /// Receipts of everything that is the device's own; `None` where others were faster too often.
    fn sequence(
        &self,
        arrived: &[Arrived],
        account: &Account,
        now_ms: i64,
    ) -> Result<Option<Sequenced>, Problem> {
        let asked = Asked {
            commits: arrived.iter().map(|a| a.id).collect(),
            parts: arrived.iter().map(Arrived::part).collect(),
            named: arrived.iter().filter_map(Arrived::named).collect(),
        };
        self.ready(now_ms)?;
        let (mut keys, mut epochs): (Vec<ServerKey>, Vec<Epoch>) = Default::default();
        if arrived.iter().any(|a| a.adopt.is_some()) {
            keys = self.keys(now_ms)?;
            epochs = self.store.heads()?.iter().map(|head| head.epoch).collect();
        }
        let items = || {
            arrived.iter().map(|a| {
                let adopted = a.adopt.as_ref().and_then(|r| Adopted::of(r, &a.id, &epochs, &keys));
                a.prepared(account.user, now_ms, Origin::Pushed, adopted)
            })
        };
        if arrived.iter().all(Arrived::needs_no_trial) {
            let batch = Arc::new(Batch::unseen(account, items().collect(), now_ms));
            if let Committed::Done { receipts, heads, .. } = self.store.commit(&batch, &self.judge())? {
                return Ok(Some((receipts, heads)));
            }
        }
        for _ in 0..PREPARE_ROUNDS_MAX {
            let situation = self.store.situation(account, &asked, now_ms)?;
            let Some(tried) = self.prepare(items().collect(), account, &situation, now_ms)? else {
                continue;
            };
            if let Some(done) = self.settle(tried)? {
                return Ok(Some(done));
            }
        }
        tracing::warn!(device = %account.device, "a push was overtaken too often");
        Ok(None)
    }
}

/// An answer that is not stored.
fn said(commit: CommitId, code: Code, epoch: Epoch, received_ms: i64) -> Vec<u8> {
    cbor::encode(&Receipt {
        commit,
        code,
        seq: None,
        epoch,
        received_ms,
        facts: Facts::new(),
        signer: None,
        signature: None,
        rules: None,
    })
}
