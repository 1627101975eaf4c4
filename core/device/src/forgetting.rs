//! Being forgotten: what is private of a person goes from this phone at once, from the platform and every phone that syncs with the next greeting.
//!
//! Guarantees: the wish outlives kills and is said until it is done; what was erased is overwritten in the store's file, and its log is cut.

use crate::error::Result;
use crate::phone::Phone;
use crate::store::{self, blobs, cases, meta, private, typed};

impl Phone {
    /// The person wants to be forgotten. Private answers, exact places, drafts with their files and what was typed and not sent go from this phone
    /// now. The next sync closes the account: the platform erases what is private of this person, whoever held it drops it, and this phone forgets
    /// everything. Cases stay readable for those who handle them. Nothing of it can be taken back.
    ///
    /// # Errors
    /// [`crate::DeviceError::NotEnrolled`]; the store's.
    pub fn forget_me(&mut self) -> Result<()> {
        self.person()?;
        let drafts = self.drafts()?;
        let tx = self.db.unchecked_transaction()?;
        meta::set(&tx, meta::FORGET_ME, &[1])?;
        // The next run greets.
        meta::unset(&tx, meta::TOKEN)?;
        meta::unset(&tx, meta::REACH)?;
        private::forget_all(&tx)?;
        typed::forget_all(&tx)?;
        for (id, draft, _) in &drafts {
            cases::remove_draft(&tx, id)?;
            self.drop_records(&tx, id)?;
            draft.hashes().try_for_each(|hash| blobs::doom(&tx, &hash))?;
        }
        meta::set(&tx, meta::SCRUB_DUE, &[1])?;
        tx.commit()?;
        store::scrub(&self.db);
        self.remove_doomed()?;
        tracing::warn!("the person wants to be forgotten: the next sync closes the account");
        Ok(())
    }

    /// Whether the person waits to be forgotten by the platform.
    ///
    /// # Errors
    /// The store's.
    pub fn wants_to_be_forgotten(&self) -> Result<bool> {
        Ok(meta::get(&self.db, meta::FORGET_ME)?.is_some())
    }
}
