//! Sums by which phone and server know, in a few bytes, that they hold the same.

use sha2::{Digest, Sha256};
use yuandian_document::ChangeHash;
use yuandian_model::CaseId;

use crate::message::HeadsName;

/// The sum of one case in a stream: the first 8 bytes of SHA-256 over its id and its number there.
#[must_use]
pub fn entry_sum(document: &CaseId, seq: u64) -> u64 {
    let digest = Sha256::new().chain_update(document.0).chain_update(seq.to_be_bytes()).finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// The name of a document's heads, which must be in rising order.
#[must_use]
pub fn heads_name(heads: &[ChangeHash]) -> HeadsName {
    let mut digest = Sha256::new();
    for head in heads {
        digest.update(head.0);
    }
    let mut first = [0; 16];
    first.copy_from_slice(&digest.finalize()[..16]);
    HeadsName(first)
}

/// Count and XOR of a stream's cases: kept up to date entry by entry, in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamSum {
    /// Cases in it.
    pub count: u64,
    /// XOR of their [`entry_sum`]s.
    pub xor: u64,
}

impl StreamSum {
    /// A case comes in.
    pub fn add(&mut self, document: &CaseId, seq: u64) {
        self.count += 1;
        self.xor ^= entry_sum(document, seq);
    }

    /// A case goes out; it must have been added with this number.
    pub fn remove(&mut self, document: &CaseId, seq: u64) {
        self.count = self.count.saturating_sub(1);
        self.xor ^= entry_sum(document, seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_forgets_the_order_and_what_went() {
        let (a, b) = (CaseId([1; 16]), CaseId([2; 16]));
        let mut one = StreamSum::default();
        one.add(&a, 5);
        one.add(&b, 7);
        one.remove(&a, 5);
        one.add(&a, 9);
        let mut other = StreamSum::default();
        other.add(&a, 9);
        other.add(&b, 7);
        assert_eq!(one, other);
        assert_ne!(entry_sum(&a, 5), entry_sum(&a, 6));
    }
}
