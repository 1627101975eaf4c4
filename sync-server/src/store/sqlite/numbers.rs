//! The numbers of a batch: dense in every partition that it writes in, in the order of its items.

use std::collections::BTreeMap;

use yuandian_model::{Epoch, PartitionId};
use yuandian_sync::message::PartitionHead;

use super::partitions;
use super::writing::Transaction;
use crate::store::StoreError;

/// Where the partitions of a batch stand when its numbers are taken.
pub struct Numbers {
    /// Of the whole deployment, for answers that have no number.
    root: PartitionHead,
    taken: BTreeMap<PartitionId, PartitionHead>,
}

impl Numbers {
    /// Takes a number for each item that wants one in a partition, and gives them in the order of the items. The partitions are taken in
    /// their own order, so that two writers never wait for each other in a ring.
    pub fn take(
        t: &Transaction<'_>,
        wanted: &[Option<PartitionId>],
    ) -> Result<(Self, Vec<Option<u64>>), StoreError> {
        let mut fresh: BTreeMap<PartitionId, u64> = BTreeMap::new();
        for partition in wanted.iter().flatten() {
            *fresh.entry(*partition).or_default() += 1;
        }
        let (mut taken, mut last) = (BTreeMap::new(), BTreeMap::new());
        for (partition, n) in fresh {
            let head = match partitions::try_advance(t, partition, n)? {
                Some(head) => head,
                None => {
                    partitions::ensure(t, partition)?;
                    partitions::advance(t, partition, n)?
                }
            };
            last.insert(partition, head.head - n);
            taken.insert(partition, head);
        }
        let root = match taken.get(&PartitionId::ONLY) {
            Some(head) => head.clone(),
            None => partitions::head(t)?,
        };
        let mut next = |partition: PartitionId| {
            let last = last.get_mut(&partition)?;
            *last += 1;
            Some(*last)
        };
        let given = wanted.iter().map(|partition| partition.and_then(&mut next)).collect();
        Ok((Self { root, taken }, given))
    }

    /// Where the partitions stand that the batch wrote in; the deployment's where it wrote in none.
    pub fn heads(&self) -> Vec<PartitionHead> {
        if self.taken.is_empty() {
            return vec![self.root.clone()];
        }
        self.taken.values().cloned().collect()
    }

    /// The life that a partition counts in.
    pub fn epoch(&self, partition: PartitionId) -> Epoch {
        self.taken.get(&partition).map_or(self.root.epoch, |head| head.epoch)
    }
}
