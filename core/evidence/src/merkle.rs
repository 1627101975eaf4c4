//! The Merkle tree of RFC 6962 (section 2.1): roots, inclusion and consistency proofs, over nodes that somebody keeps.
//!
//! Kept are the complete subtrees alone: node (level, index) covers the leaves from `index << level` on, `1 << level` of them. They are
//! written once and never change, so any number of readers need no lock.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// RFC 6962, 2.1: of a leaf's bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// RFC 6962, 2.1: of two subtrees.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Nodes of complete subtrees, as they are kept.
pub trait Nodes {
    /// What reading can go wrong with.
    type Error;
    /// The hash of a complete subtree that is there.
    ///
    /// # Errors
    /// The keeper's, also where it is not there.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The nodes that appending one leaf completes, from its own up: level, index, hash. `size`: leaves before it.
///
/// # Errors
/// The keeper's.
pub fn append<N: Nodes>(nodes: &N, size: u64, leaf: Hash) -> Result<Vec<(u32, u64, Hash)>, N::Error> {
    let mut made = vec![(0, size, leaf)];
    let (mut level, mut index, mut hash) = (0, size, leaf);
    while index % 2 == 1 {
        hash = node_hash(&nodes.node(level, index - 1)?, &hash);
        (level, index) = (level + 1, index / 2);
        made.push((level, index, hash));
    }
    Ok(made)
}

/// The root over the first `size` leaves.
///
/// # Errors
/// The keeper's.
pub fn root<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 { Ok(empty_root()) } else { subtree(nodes, 0, size) }
}

/// The largest power of two below `count`, which is more than one.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// MTH over `count` leaves from `start` on.
fn subtree<N: Nodes>(nodes: &N, start: u64, count: u64) -> Result<Hash, N::Error> {
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return nodes.node(level, start >> level);
    }
    let left = split(count);
    Ok(node_hash(&subtree(nodes, start, left)?, &subtree(nodes, start + left, count - left)?))
}

/// The path that proves leaf `index` in the tree of the first `size` leaves (RFC 6962, 2.1.1), from the leaf up.
///
/// # Errors
/// The keeper's. `index` must be below `size`.
pub fn inclusion<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut count) = (0, size);
    let mut down = Vec::new();
    while count > 1 {
        let left = split(count);
        if index - start < left {
            down.push(subtree(nodes, start + left, count - left)?);
            count = left;
        } else {
            down.push(subtree(nodes, start, left)?);
            (start, count) = (start + left, count - left);
        }
    }
    down.reverse();
    Ok(down)
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` ones (RFC 6962, 2.1.2). Empty where they are the same, or
/// the old one is empty.
///
/// # Errors
/// The keeper's. `old` must be at most `new`.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut start, mut count, mut whole) = (0, new, true);
    let mut down = Vec::new();
    while old - start < count {
        let left = split(count);
        if old - start <= left {
            down.push(subtree(nodes, start + left, count - left)?);
            count = left;
        } else {
            down.push(subtree(nodes, start, left)?);
            (start, count, whole) = (start + left, count - left, false);
        }
    }
    if !whole {
        down.push(subtree(nodes, start, count)?);
    }
    down.reverse();
    Ok(down)
}

/// Whether a leaf is at `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn is_included(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// A tree by its size and root.
pub type Stand = (u64, Hash);

/// Whether one tree is the beginning of another (RFC 9162, 2.1.4.2).
#[must_use]
pub fn is_consistent(old: &Stand, new: &Stand, path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (*old, *new);
    if old_size == 0 || old_size == new_size {
        return path.is_empty() && (old_size == 0 && old_root == empty_root() || old_root == new_root);
    }
    if old_size > new_size {
        return false;
    }
    let mut path = path.iter();
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at % 2 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    // A complete subtree is its own beginning.
    let first = if old_size.is_power_of_two() { Some(&old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && old_hash == old_root && new_hash == new_root
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;

    /// Kept in memory, with the leaves beside for a reading by the definition.
    #[derive(Default)]
    struct Kept {
        nodes: RefCell<BTreeMap<(u32, u64), Hash>>,
        leaves: Vec<Hash>,
    }

    impl Nodes for Kept {
        type Error = (u32, u64);
        fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error> {
            self.nodes.borrow().get(&(level, index)).copied().ok_or((level, index))
        }
    }

    impl Kept {
        fn of(count: u64) -> Self {
            let mut kept = Self::default();
            for number in 0..count {
                let leaf = leaf_hash(&number.to_be_bytes());
                for (level, index, hash) in append(&kept, number, leaf).unwrap() {
                    assert!(kept.nodes.borrow_mut().insert((level, index), hash).is_none(), "written once");
                }
                kept.leaves.push(leaf);
            }
            kept
        }
    }

    /// RFC 6962, 2.1, word for word.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
            }
        }
    }

    #[test]
    fn hashes_are_those_of_the_rfc() {
        // Certificate Transparency's own test vectors (certificate-transparency-go, rfc6962): the leaf without bytes and "L123456".
        assert_eq!(
            hex::encode(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex::encode(leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            hex::encode(leaf_hash(b"L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
        );
    }

    #[test]
    fn every_leaf_of_every_size_is_proven_and_no_other() {
        let kept = Kept::of(70);
        for size in 0..=70_u64 {
            let root = root(&kept, size).unwrap();
            assert_eq!(root, mth(&kept.leaves[..usize::try_from(size).unwrap()]), "{size}");
            for index in 0..size {
                let path = inclusion(&kept, index, size).unwrap();
                let leaf = kept.leaves[usize::try_from(index).unwrap()];
                assert!(is_included(&leaf, index, size, &path, &root), "{index} of {size}");
                assert!(!is_included(&leaf_hash(b"other"), index, size, &path, &root));
                assert!(size == 1 || !is_included(&leaf, (index + 1) % size, size, &path, &root));
                assert!(!is_included(&leaf, index, size, &[path.as_slice(), &[leaf]].concat(), &root));
                if let [_, shorter @ ..] = path.as_slice() {
                    assert!(!is_included(&leaf, index, size, shorter, &root), "{index} of {size}, cut");
                }
            }
        }
        assert!(!is_included(&kept.leaves[0], 0, 0, &[], &empty_root()));
    }

    #[test]
    fn every_older_size_is_a_beginning_and_no_other_tree_is() {
        let kept = Kept::of(40);
        let stand = |size| (size, root(&kept, size).unwrap());
        for new in 0..=40 {
            for old in 0..=new {
                let path = consistency(&kept, old, new).unwrap();
                assert!(is_consistent(&stand(old), &stand(new), &path), "{old} of {new}");
                if old > 0 {
                    assert!(!is_consistent(&(old, leaf_hash(b"x")), &stand(new), &path), "{old} of {new}");
                    assert!(!is_consistent(&stand(old), &(new, leaf_hash(b"x")), &path));
                    assert!(!is_consistent(
                        &stand(old),
                        &stand(new),
                        &[path.as_slice(), &[[7; 32]]].concat()
                    ));
                }
                if old < new {
                    assert!(!is_consistent(&stand(new), &stand(old), &path));
                }
            }
        }
    }
}
