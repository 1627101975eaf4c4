//! The first change of every content document: constant bytes, the same for every case, so that two phones never make rival containers.
//!
//! Being the same everywhere it binds nothing: only envelope and actor bind a later change to its document.

use automerge::{Automerge, Change};

/// The change chunk: actor `yuandian-genesis`, time 0, containers `description` (text), `fields`, `notes`, `photos` (maps).
/// Shipped as bytes, because an encoder that changes would change its hash.
pub const GENESIS: &[u8] = include_bytes!("../data/genesis.change");

/// A document that holds the genesis change and nothing else.
#[must_use]
pub fn document() -> Automerge {
    let mut document = Automerge::new();
    let change = Change::try_from(GENESIS).expect("the constant is checked by a test");
    document.apply_changes([change]).expect("the constant is checked by a test");
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, ObjType, ROOT};

    /// How the constant was made; equal bytes prove that today's encoder still agrees.
    fn made_now() -> Vec<u8> {
        let mut document = Automerge::new().with_actor(ActorId::from(b"yuandian-genesis".as_slice()));
        let mut tx = document.transaction();
        tx.put_object(ROOT, "description", ObjType::Text).unwrap();
        for map in ["fields", "notes", "photos"] {
            tx.put_object(ROOT, map, ObjType::Map).unwrap();
        }
        tx.commit_with(CommitOptions::default().with_time(0));
        document.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    #[test]
    fn the_constant_is_what_the_encoder_makes_and_never_changes() {
        assert_eq!(hex::encode(GENESIS), hex::encode(made_now()));
        assert_eq!(
            document().get_heads()[0].to_string(),
            include_str!("../data/genesis.hash").trim(),
            "the hash that every document in the field builds on"
        );
    }
}
