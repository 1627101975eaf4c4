//! The room that photo files take: a budget, what is let go when it is passed, and when no photo can be taken any more.
//!
//! A file goes captured (pinned), being sent (pinned), stored, let go (a reference is left), fetched again. Guarantees: what a verified backup
//! of the server does not hold is never let go; where everything is pinned the phone stays over its budget and says so; a photo is refused,
//! with what waits to be sent, before the room that words need is gone.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use yuandian_model::BlobHash;
use yuandian_photo::{Examined, look};

use crate::error::{DeviceError, Result};
use crate::limits::{CACHE_BYTES_DEFAULT, FREE_BYTES_MIN};
use crate::phone::Phone;
use crate::ports::BlobDir;
use crate::store::{blobs, cache, meta};

/// How much room photo files take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheState {
    /// Bytes that this phone is willing to hold.
    pub budget_bytes: u64,
    /// Bytes of the files that are here, drafts' included.
    pub held_bytes: u64,
    /// Bytes of them that may be let go now.
    pub may_go_bytes: u64,
    /// Whether more is held than the budget, because nothing may be let go.
    pub over_budget: bool,
    /// Bytes that the server does not have yet.
    pub waiting_bytes: u64,
    /// Free bytes on the disk, where the system says.
    pub free_bytes: Option<u64>,
}

impl Phone {
    /// Bytes of photo files that this phone is willing to hold.
    ///
    /// # Errors
    /// The store's.
    pub fn cache_budget(&self) -> Result<u64> {
        let kept = meta::get(&self.db, meta::CACHE_BUDGET)?.and_then(|bytes| bytes.try_into().ok());
        Ok(kept.map_or(CACHE_BYTES_DEFAULT, u64::from_be_bytes))
    }

    /// Sets how many bytes of photo files this phone is willing to hold; what is above it and safe is let go at once.
    ///
    /// # Errors
    /// The store's.
    pub fn set_cache_budget(&mut self, bytes: u64) -> Result<CacheState> {
        let tx = self.db.unchecked_transaction()?;
        meta::set(&tx, meta::CACHE_BUDGET, &bytes.to_be_bytes())?;
        self.let_go_within(&tx, self.over_budget()?, None)?;
        let state = self.cache()?;
        tx.commit()?;
        self.remove_let_go();
        Ok(state)
    }

    /// How much room photo files take.
    ///
    /// # Errors
    /// The store's.
    pub fn cache(&self) -> Result<CacheState> {
        let drafted = self.drafted()?;
        let budget_bytes = self.cache_budget()?;
        let held_bytes = cache::held_bytes(&self.db)? + self.drafted_bytes()?;
        let may_go = cache::may_go(&self.db)?.into_iter().filter(|(hash, _)| !drafted.contains(hash));
        Ok(CacheState {
            budget_bytes,
            held_bytes,
            may_go_bytes: may_go.map(|(_, size)| size).sum(),
            over_budget: held_bytes > budget_bytes,
            waiting_bytes: blobs::waiting_bytes(&self.db)?,
            free_bytes: self.free_bytes(),
        })
    }

    /// Lets files go until the budget holds, or nothing may go any more.
    pub(crate) fn keep_to_budget(&mut self) -> Result<()> {
        self.keep_to_budget_but(None)
    }

    /// [`Phone::keep_to_budget`], keeping the file that somebody is about to look at.
    pub(crate) fn keep_to_budget_but(&mut self, file: Option<&BlobHash>) -> Result<()> {
        let over = self.over_budget()?;
        if over > 0 { self.let_go_of(over, file).map(|_| ()) } else { Ok(()) }
    }

    /// Bytes held above the budget.
    fn over_budget(&self) -> Result<u64> {
        let held = cache::held_bytes(&self.db)? + self.drafted_bytes()?;
        Ok(held.saturating_sub(self.cache_budget()?))
    }

    /// Lets files go that are safe elsewhere, at least so many bytes where there are so many. Gives how many went.
    fn let_go_of(&mut self, bytes: u64, but: Option<&BlobHash>) -> Result<u64> {
        let tx = self.db.unchecked_transaction()?;
        let gone = self.let_go_within(&tx, bytes, but)?;
        tx.commit()?;
        self.remove_let_go();
        Ok(gone)
    }

    /// Removes what was let go. It is let go whatever becomes of this: what cannot be removed now is removed later.
    fn remove_let_go(&mut self) {
        if let Err(error) = self.remove_doomed() {
            tracing::warn!(%error, "files that were let go are still to be removed");
        }
    }

    fn let_go_within(&self, tx: &Transaction<'_>, bytes: u64, but: Option<&BlobHash>) -> Result<u64> {
        let mut gone = 0;
        if bytes == 0 {
            return Ok(gone);
        }
        let mut needed = self.drafted()?;
        needed.extend(but);
        for (hash, size) in cache::may_go(tx)?.into_iter().filter(|(hash, _)| !needed.contains(hash)) {
            if gone >= bytes {
                break;
            }
            cache::let_go(tx, &hash)?;
            gone += size;
        }
        Ok(gone)
    }

    /// Keeps a photo file, durably. Where the disk is full, or would leave no room for words, what is safe elsewhere is let go first.
    pub(crate) fn keep_file(&mut self, hash: &BlobHash, bytes: &[u8]) -> Result<()> {
        self.room_for(bytes.len() as u64)?;
        let broken = cache::here(&self.db, hash)? == Some(cache::Here::Broken);
        if broken {
            // A file of its name is no reason not to write it: that one is damaged.
            self.ports.blobs.remove(hash)?;
        }
        self.with_room(bytes.len() as u64, |blobs| blobs.put(hash, bytes))?;
        if broken { self.right_again(hash) } else { Ok(()) }
    }

    /// Keeps an original under its hash while it is looked at; what was seen of one that is refused is the answer, and nothing is kept of it.
    /// Where it had been in trouble, the transaction that names it again says that it is not: see [`Phone::taken_again`].
    ///
    /// # Errors
    /// [`DeviceError::Photo`], [`DeviceError::NoRoom`], the disk's.
    pub(crate) fn keep_examined(&mut self, original: &[u8]) -> Result<Examined> {
        if original.len() > yuandian_photo::limits::ORIGINAL_BYTES_MAX {
            // No room is made for what no phone may keep.
            look(original)?;
        }
        let mut looked = None;
        let kept = self.room_for(original.len() as u64).and_then(|()| {
            self.with_room(original.len() as u64, |blobs| {
                blobs.keep(original, &mut || looked.insert(look(original)).is_ok())
            })
        });
        // What no phone may keep is said before what this one cannot.
        let looked = looked.unwrap_or_else(|| look(original))?;
        let hash =
            kept?.ok_or_else(|| DeviceError::Damaged("a file that was accepted was not kept".into()))?;
        Ok(looked.named(hash.0))
    }

    /// Writes to the folder of files; where that is full, once more with room made.
    fn with_room<T>(
        &mut self,
        bytes: u64,
        mut write: impl FnMut(&mut dyn BlobDir) -> std::io::Result<T>,
    ) -> Result<T> {
        let mut written = write(self.ports.blobs.as_mut());
        // A store that cannot say what it lets go is full as well.
        if written.as_ref().is_err_and(is_full) && self.let_go_of(bytes, None).unwrap_or(0) > 0 {
            written = write(self.ports.blobs.as_mut());
        }
        match written {
            Err(error) if is_full(&error) => Err(self.no_room()?),
            written => Ok(written?),
        }
    }

    /// Room for so many bytes more, beside what words need.
    ///
    /// # Errors
    /// [`DeviceError::NoRoom`].
    pub(crate) fn room_for(&mut self, bytes: u64) -> Result<()> {
        let wanted = bytes.saturating_add(FREE_BYTES_MIN);
        let lacks = |free: Option<u64>| free.map_or(0, |free| wanted.saturating_sub(free));
        let lacking = lacks(self.free_bytes());
        if lacking == 0 {
            return Ok(());
        }
        self.let_go_of(lacking, None)?;
        if lacks(self.free_bytes()) > 0 { Err(self.no_room()?) } else { Ok(()) }
    }

    /// Why no photo can be taken.
    pub(crate) fn no_room(&self) -> Result<DeviceError> {
        let waiting_bytes = blobs::waiting_bytes(&self.db)?;
        Ok(DeviceError::NoRoom { waiting_bytes, free_bytes: self.free_bytes() })
    }

    /// Every file that a draft needs.
    pub(crate) fn drafted(&self) -> Result<BTreeSet<BlobHash>> {
        let drafts = self.drafts()?;
        Ok(drafts.iter().flat_map(|(_, draft, _)| draft.hashes()).collect())
    }

    /// Bytes of the drafts' originals and of what is attached to them.
    fn drafted_bytes(&self) -> Result<u64> {
        let drafts = self.drafts()?;
        Ok(drafts.iter().map(|(_, draft, _)| draft.bytes()).sum())
    }

    /// Whether a row needs a file on disk: a case's that did not let it go, one that waits for a backup, or one that was fetched.
    pub(crate) fn is_named(&self, hash: &BlobHash) -> Result<bool> {
        if blobs::is_kept(&self.db, hash)? {
            return Ok(true);
        }
        Ok(match cache::here(&self.db, hash)? {
            Some(cache::Here::LetGo) => false,
            _ => blobs::progress(&self.db, hash)?.is_some() || cache::is_fetched(&self.db, hash)?,
        })
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}
