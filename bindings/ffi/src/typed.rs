//! What somebody has typed on a screen and not sent.

use crate::answers::{Answer, pairs};
use crate::core::YuandianCore;
use crate::error::CoreError;

#[uniffi::export]
impl YuandianCore {
    /// Keeps what stands in the fields of a screen, in place of what was kept there before: it outlives the screen, the app and an empty battery.
    /// No fields: it was sent, or given up. `place`: the screen's name, of the app's choice, at most 100 letters. Of more than 500 screens the one
    /// that has waited longest goes. Durable when it returns; nothing of it is ever sent.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for more than 12,000 letters, and what was kept stays; [`CoreError::StorageFull`].
    pub async fn keep_typed(&self, place: String, fields: Vec<Answer>) -> Result<(), CoreError> {
        self.with_phone(move |phone| Ok(phone.keep_typed(&place, &pairs(fields).into_iter().collect())?))
            .await
    }

    /// What was kept of a screen, by the fields' names in their order; nothing where nothing is.
    ///
    /// # Errors
    /// Those of every call that reads the store.
    pub async fn typed(&self, place: String) -> Result<Vec<Answer>, CoreError> {
        self.with_phone(move |phone| Ok(phone.typed(&place)?.into_iter().map(Answer::from).collect())).await
    }
}
