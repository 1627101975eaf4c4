//! What only Automerge can tell, asked where it can do no harm: under `catch_unwind`, on copies.
//!
//! After a panic nothing of the copy is used again: Automerge leaves a document that still saves, but cannot be loaded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash, ExpandedChange, Patch, PatchLog, SaveOptions};

use super::limits::SAVED_BYTES_MAX;
use super::refusal::{Limit, Refusal, Structure};

/// Runs `ask` and turns a panic into a refusal. `ask` owns or only reads what it touches, so nothing half-done is seen after.
/// Reading counts too: a document with a hostile change in it may panic whoever looks at it.
pub(super) fn quietly<T>(ask: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or(Err(Refusal::Structure(Structure::Panic)))
}

/// Parses a plain change chunk that has passed the scan, and asks that encoding its meaning again gives the same bytes:
/// whatever two decoders could read differently is refused here.
pub(super) fn parse(bytes: &[u8], hash: ChangeHash) -> Result<(Change, ExpandedChange), Refusal> {
    quietly(|| {
        let change = Change::try_from(bytes).map_err(|_| Structure::Parse)?;
        let expanded = change.decode();
        let again = Change::from(expanded.clone());
        if change.hash() != hash || again.hash() != hash || again.raw_bytes() != bytes {
            return Err(Structure::NotCanonical.into());
        }
        Ok((change, expanded))
    })
}

/// Applies the change to a copy of `base`. Gives the copy and what changed in it.
pub(super) fn apply(base: &Automerge, change: Change) -> Result<(Automerge, Vec<Patch>), Refusal> {
    quietly(move || {
        let hash = change.hash();
        let mut copy = base.clone();
        let mut log = PatchLog::active();
        copy.apply_changes_log_patches([change], &mut log).map_err(|_| Structure::Apply)?;
        if !copy.get_heads().contains(&hash) {
            return Err(Structure::Apply.into());
        }
        let patches = copy.make_patches(&mut log);
        Ok((copy, patches))
    })
}

/// Saves the document and loads it again: the heads and everything to be read in it must be the same. Gives the saved bytes.
pub(super) fn reload(document: &Automerge) -> Result<Vec<u8>, Refusal> {
    quietly(|| {
        let saved = document.save_with_options(SaveOptions { deflate: true, retain_orphans: false });
        if saved.len() > SAVED_BYTES_MAX {
            return Err(Limit::SavedBytes.into());
        }
        let loaded = Automerge::load(&saved).map_err(|_| Structure::Reload)?;
        if loaded.get_heads() != document.get_heads() || loaded.hydrate(None) != document.hydrate(None) {
            return Err(Structure::Diverged.into());
        }
        Ok(saved)
    })
}
