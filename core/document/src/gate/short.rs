//! A change without what its envelope says already. The actor is derived from the envelope and the checksum from the rest, so neither needs
//! to travel: 24 bytes that nothing compresses.
//!
//! Nothing is trusted for it: what is restored is judged by [`super::admit`] like every other change.

use automerge::ActorId;

use super::chunk::{Chunk, plain, unwrap};
use super::leb::Bytes;
use super::limits::BODY_BYTES_MAX;

/// Length of an actor of ours, as it stands before the actor.
const ACTOR_BYTES: u8 = 16;
/// A hash that a change names.
const HASH_BYTES: u64 = 32;

/// A change and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The change chunk.
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The change without its actor, and its hash; `None` for what could not be restored to the very same bytes from that.
#[must_use]
pub fn shorten(change: &[u8], actor: &ActorId) -> Option<(Vec<u8>, [u8; 32])> {
    let chunk = unwrap(change).ok()?;
    let (before, rest) = dependencies(chunk.body())?;
    let written = rest.strip_prefix(&[ACTOR_BYTES])?.strip_prefix(actor.to_bytes())?;
    let short = [before, written].concat();
    let restored = restore(&short, actor)?;
    (restored.bytes == change).then_some((short, restored.hash))
}

/// The change whose actor was left out; `None` where these bytes cannot be one.
#[must_use]
pub fn restore(short: &[u8], actor: &ActorId) -> Option<Restored> {
    if actor.to_bytes().len() != usize::from(ACTOR_BYTES) {
        return None;
    }
    let (before, rest) = dependencies(short)?;
    let body = [before, &[ACTOR_BYTES], actor.to_bytes(), rest].concat();
    if body.len() > BODY_BYTES_MAX {
        return None;
    }
    let Chunk { bytes, hash, .. } = plain(&body);
    Some(Restored { bytes, hash })
}

/// A change's body, cut behind its dependencies.
fn dependencies(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut bytes = Bytes::new(body);
    let count = bytes.unsigned().ok()?;
    bytes.take(count.checked_mul(HASH_BYTES)?).ok()?;
    body.split_at_checked(body.len() - bytes.len())
}

#[cfg(test)]
mod tests {
    use yuandian_model::{CaseId, DeviceId, Incarnation};

    use super::*;
    use crate::{Content, Edit, actor};
    use yuandian_model::form::SharedAnswer;

    fn written() -> (Vec<u8>, ActorId) {
        let by = actor(&DeviceId([1; 16]), &CaseId([2; 16]), &Incarnation([3; 16]), 0);
        let mut content = Content::default();
        let heads = content.heads();
        let edits = [Edit::Answer { key: "severity".into(), value: SharedAnswer::standing("high") }];
        (content.write(&heads, &by, &edits, 5).unwrap().unwrap().1, by)
    }

    #[test]
    fn a_change_comes_back_byte_for_byte_with_its_name() {
        let (change, by) = written();
        let (short, hash) = shorten(&change, &by).unwrap();
        assert!(short.len() + 24 <= change.len());
        let restored = restore(&short, &by).unwrap();
        assert_eq!((restored.bytes.as_slice(), restored.hash), (change.as_slice(), hash));
        assert_eq!(Content::default().admit(&change, &by).unwrap().hash.0, hash);
    }

    #[test]
    fn another_actor_is_not_left_out() {
        let (change, _) = written();
        assert_eq!(shorten(&change, &ActorId::from([9; 16])), None);
        assert_eq!(shorten(&change, &ActorId::from([9; 8])), None);
    }

    #[test]
    fn what_is_no_change_is_not_shortened_and_short_ones_are_restored_to_themselves_or_not_at_all() {
        let (change, by) = written();
        for cut in 0..change.len() {
            assert_eq!(shorten(&change[..cut], &by), None, "cut at {cut}");
        }
        for at in 0..change.len() {
            let mut damaged = change.clone();
            damaged[at] ^= 0x11;
            if let Some((short, _)) = shorten(&damaged, &by) {
                assert_eq!(restore(&short, &by).unwrap().bytes, damaged, "byte {at}");
            }
        }
        let (short, _) = shorten(&change, &by).unwrap();
        for at in 0..short.len() {
            for cut in [&short[..at], &short[at..]] {
                if let Some(restored) = restore(cut, &by) {
                    assert_eq!(shorten(&restored.bytes, &by).map(|(short, _)| short).as_deref(), Some(cut));
                }
            }
        }
        assert_eq!(restore(&[0xff; 64], &by), None);
        assert_eq!(restore(&vec![0; BODY_BYTES_MAX], &by), None, "over the limit with its actor");
        assert!(restore(&vec![0; BODY_BYTES_MAX - 17], &by).is_some());
    }
}
