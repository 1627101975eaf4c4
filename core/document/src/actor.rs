//! Who a change is by, to the CRDT: derived, so that nobody keeps a register and a restored or cloned database cannot reuse a name.

use automerge::ActorId;
use sha2::{Digest, Sha256};
use yuandian_model::{CaseId, DeviceId, Incarnation};

/// The actor of one device in one document in one life of its database on one branch: the first 16 bytes of
/// SHA-256(device ‖ document ‖ incarnation ‖ branch as four big-endian bytes). One actor is always one linear history.
#[must_use]
pub fn actor(device: &DeviceId, document: &CaseId, incarnation: &Incarnation, branch: u32) -> ActorId {
    let mut hash = Sha256::new();
    hash.update(device.as_bytes());
    hash.update(document.as_bytes());
    hash.update(incarnation.as_bytes());
    hash.update(branch.to_be_bytes());
    ActorId::from(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_name_counts() {
        let of = |device: u8, document: u8, incarnation: u8, branch: u32| {
            actor(&DeviceId([device; 16]), &CaseId([document; 16]), &Incarnation([incarnation; 16]), branch)
        };
        let base = of(1, 2, 3, 0);
        assert_eq!(base, of(1, 2, 3, 0));
        assert_eq!(base.to_bytes().len(), 16);
        for other in [of(9, 2, 3, 0), of(1, 9, 3, 0), of(1, 2, 9, 0), of(1, 2, 3, 1)] {
            assert_ne!(base, other);
        }
    }
}
