//! What HELLO offers: every stream of a person's rights in every partition it lies in, with its size, as far as the device's budget goes.

use std::collections::BTreeSet;

use yuandian_model::PartitionId;
use yuandian_sync::message::{Hello, StreamOffer};
use yuandian_sync::{Cursor, StreamId};

use super::Hub;
use crate::limits::NEXT_NONCE_MS;
use crate::problem::Problem;
use crate::store::{Account, Contact, ContactStream};

impl Hub {
    /// Offers within the device's budget, and how many documents are over it.
    pub(super) fn offered(
        &self,
        hello: &Hello,
        account: &Account,
        streams: &BTreeSet<StreamId>,
    ) -> Result<(Vec<StreamOffer>, u64), Problem> {
        let existing = self.existing()?;
        let digits = self.rules().partition_digits();
        let places: Vec<(StreamId, PartitionId)> = streams
            .iter()
            .flat_map(|stream| {
                partitions_of(stream, digits, &existing)
                    .into_iter()
                    .map(|partition| (stream.clone(), partition))
            })
            .collect();
        let counts = self.store.stream_counts(&places)?;
        let counted = places.into_iter().zip(counts).map(|((stream, partition), n)| (stream, partition, n));
        let offered = within_budget(counted.collect(), hello.budget);
        if offered.1 > 0 {
            tracing::info!(device = %account.device, budget = hello.budget, over = offered.1, "a device is over its budget");
        }
        Ok(offered)
    }

    /// Whether streams of the person lie in a partition in which the device does not ask for them: it has begun since the device was offered
    /// its streams.
    pub(super) fn lies_elsewhere(
        &self,
        asked: &[Cursor],
        streams: &BTreeSet<StreamId>,
    ) -> Result<bool, Problem> {
        let digits = self.rules().partition_digits();
        if digits.is_none() || asked.is_empty() {
            return Ok(false);
        }
        let named: BTreeSet<(&StreamId, PartitionId)> =
            asked.iter().map(|cursor| (&cursor.stream, cursor.partition)).collect();
        let existing = self.existing()?;
        Ok(streams.iter().any(|stream| {
            let partitions = partitions_of(stream, digits, &existing);
            partitions.into_iter().any(|partition| !named.contains(&(stream, partition)))
        }))
    }

    /// Partitions that have ordered something.
    fn existing(&self) -> Result<Vec<PartitionId>, Problem> {
        let heads = self.store.heads()?;
        Ok(heads.iter().filter(|head| head.head > 0).map(|head| head.partition).collect())
    }

    /// Keeps what the device told.
    pub(super) fn greeted(
        &self,
        hello: &Hello,
        account: &Account,
        (offers, over): &(Vec<StreamOffer>, u64),
        (next_nonce, now_ms): ([u8; 32], i64),
    ) -> Result<(), Problem> {
        let streams = offers
            .iter()
            .map(|offer| {
                let told = hello
                    .streams
                    .iter()
                    .find(|cursor| cursor.stream == offer.stream && cursor.partition == offer.partition);
                ContactStream {
                    partition: offer.partition,
                    stream: offer.stream.clone(),
                    epoch: told.and_then(|cursor| cursor.epoch),
                    cursor: told.map_or(0, |cursor| cursor.cursor),
                    lines_only: offer.lines_only,
                }
            })
            .collect();
        let contact = Contact {
            at_ms: now_ms,
            app: hello.app.clone(),
            budget: hello.budget,
            free_bytes: hello.free_bytes,
            over: *over,
            streams,
            next_nonce: Some((next_nonce, now_ms + NEXT_NONCE_MS)),
        };
        Ok(self.store.greeted(&account.device, &contact)?)
    }
}

/// In which of the partitions that have ordered something a stream lies. One of a division deep enough lies in that division's, whether it
/// exists or not. A person's own lie in all of them, and in the one that a deployment always has: whoever has no other right still asks for
/// pages, and is told by one that a partition has begun.
fn partitions_of(stream: &StreamId, digits: Option<u8>, existing: &[PartitionId]) -> Vec<PartitionId> {
    let Some(digits) = digits.map(usize::from) else {
        return vec![PartitionId::ONLY];
    };
    let code = stream.division();
    // A case of a division too high for a partition of its own is ordered by the one that a deployment always has.
    let of = |partition: &PartitionId, code: &str| {
        *partition == PartitionId::ONLY || format!("{:0digits$}", partition.0).starts_with(code)
    };
    match code {
        Some(code) if code.len() >= digits => {
            code.get(..digits).and_then(|prefix| prefix.parse().ok()).map(PartitionId).into_iter().collect()
        }
        Some(code) => existing.iter().copied().filter(|partition| of(partition, code)).collect(),
        None => {
            let all: BTreeSet<PartitionId> = existing.iter().copied().chain([PartitionId::ONLY]).collect();
            all.into_iter().collect()
        }
    }
}

/// Offers within a budget of documents: a person's own first, then small streams before large ones; of what does not fit there are lines only.
/// Summaries are lines anyway and cost nothing.
fn within_budget(counted: Vec<(StreamId, PartitionId, u64)>, budget: u32) -> (Vec<StreamOffer>, u64) {
    let mut order: Vec<usize> = (0..counted.len()).collect();
    order.sort_by_key(|index| {
        let (stream, _, count) = &counted[*index];
        (!stream.is_own(), *count)
    });
    let mut lines: BTreeSet<usize> = BTreeSet::new();
    let (mut held, mut over) = (0, 0);
    for index in order {
        let (stream, _, count) = &counted[index];
        if stream.is_summary() {
            continue;
        }
        if held + count > u64::from(budget) {
            over += count;
            lines.insert(index);
        } else {
            held += count;
        }
    }
    let offers = counted
        .into_iter()
        .enumerate()
        .map(|(index, (stream, partition, count))| StreamOffer {
            stream,
            partition,
            count,
            lines_only: lines.contains(&index),
        })
        .collect();
    (offers, over)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(name: &str) -> StreamId {
        StreamId(name.into())
    }

    #[test]
    fn streams_lie_in_the_partitions_of_their_divisions() {
        let existing = [PartitionId::ONLY, PartitionId(410_102), PartitionId(410_103), PartitionId(410_202)];
        let of = |name: &str, digits| -> Vec<u32> {
            partitions_of(&stream(name), digits, &existing).iter().map(|p| p.0).collect()
        };
        for name in ["grid:4101", "user:x", "sum:410102001"] {
            assert_eq!(of(name, None), [1], "{name}");
        }
        assert_eq!(of("grid:410102001", Some(6)), [410_102]);
        assert_eq!(of("pub:410102", Some(6)), [410_102]);
        assert_eq!(of("unit:a@410102001", Some(6)), [410_102]);
        assert_eq!(of("unit:a@4101", Some(6)), [1, 410_102, 410_103]);
        assert_eq!(of("sum:410199", Some(6)), [410_199], "not there yet, but there it will be");
        assert_eq!(of("grid:4101", Some(6)), [1, 410_102, 410_103]);
        assert_eq!(of("user:x", Some(6)), [1, 410_102, 410_103, 410_202]);
        assert_eq!(of("follow:x", Some(6)), [1, 410_102, 410_103, 410_202]);
        assert_eq!(
            partitions_of(&stream("user:x"), Some(6), &[]),
            [PartitionId::ONLY],
            "nothing is ordered yet"
        );
        assert_eq!(partitions_of(&stream("grid:4101"), Some(6), &[]), []);
    }

    #[test]
    fn ones_own_goes_first_and_small_streams_before_large_ones() {
        let counted = || {
            [("grid:a", 60), ("grid:b", 40), ("sum:c", 1_000), ("user:x", 10)]
                .map(|(name, count)| (stream(name), PartitionId::ONLY, count))
                .to_vec()
        };
        let lines = |budget| -> (Vec<String>, u64) {
            let (offers, over) = within_budget(counted(), budget);
            let lines = offers.into_iter().filter(|o| o.lines_only).map(|o| o.stream.0).collect();
            (lines, over)
        };
        assert_eq!(lines(110), (vec![], 0), "at the budget");
        assert_eq!(lines(111), (vec![], 0));
        assert_eq!(lines(109), (vec!["grid:a".to_owned()], 60), "above it");
        assert_eq!(lines(49), (vec!["grid:a".to_owned(), "grid:b".to_owned()], 100));
        assert_eq!(lines(9).0.len(), 3);
    }
}
