//! What needs the person, and what is on its way.

use std::sync::Arc;

use yuandian_device::{Amendment, CaseId, Phone};

use crate::answers::{Answer, pairs};
use crate::core::YuandianCore;
use crate::error::CoreError;
use crate::events::EventKind;
use crate::files;

/// Something that needs the person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttentionItem {
    /// Its number.
    pub item: i64,
    /// The case.
    pub case_id: String,
    /// Its first words.
    pub title: String,
    /// The act refused, or `content`.
    pub act: String,
    /// Why, as a code.
    pub code: String,
    /// Why, in words (zh-Hans).
    pub reason: String,
    /// Why, in English.
    pub reason_en: String,
    /// What one can do, ids, the best first.
    pub next: Vec<String>,
    /// The same in words.
    pub next_text: Vec<String>,
    /// What is kept of it.
    pub kept: Vec<String>,
    /// What a reviewer answered to an appeal, where one was denied.
    pub review: Option<String>,
    /// When the answer came, ms since 1970.
    pub at_ms: i64,
}

impl From<yuandian_device::view::AttentionItem> for AttentionItem {
    fn from(item: yuandian_device::view::AttentionItem) -> Self {
        Self {
            item: item.item,
            case_id: item.case,
            title: item.title,
            act: item.act,
            code: item.code,
            reason: item.reason,
            reason_en: item.reason_en,
            next: item.next,
            next_text: item.next_text,
            kept: item.kept,
            review: item.review,
            at_ms: item.at_ms,
        }
    }
}

/// A commit on its way.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutboxLine {
    /// Its number.
    pub item: i64,
    /// The case.
    pub case_id: String,
    /// Act id, or `content`.
    pub act: String,
    /// `queued`, `sent`, `taken`, `held`.
    pub state: String,
    /// Final id, once sent.
    pub commit: Option<String>,
    /// Bytes of its body.
    pub bytes: u64,
}

impl From<yuandian_device::view::OutboxLine> for OutboxLine {
    fn from(line: yuandian_device::view::OutboxLine) -> Self {
        Self {
            item: line.item,
            case_id: line.case,
            act: line.what,
            state: line.state,
            commit: line.commit,
            bytes: line.bytes as u64,
        }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// The 需处理 list, oldest first.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn attention(&self) -> Result<Vec<AttentionItem>, CoreError> {
        self.with_phone(|phone| Ok(phone.attention()?.into_iter().map(Into::into).collect())).await
    }

    /// Sends a refused commit again: with other words, with other answers or arguments, or as it was. The entry is settled.
    ///
    /// # Errors
    /// [`CoreError::NotFound`]; [`CoreError::InvalidInput`] of `item` where it was settled before or this step is not among its `next`;
    /// [`CoreError::Refused`] where the rule says no on this phone: the entry stays.
    pub async fn amend_item(
        &self,
        item: i64,
        text: Option<String>,
        answers: Vec<Answer>,
    ) -> Result<(), CoreError> {
        let set = pairs(answers);
        self.settle(move |phone| phone.amend(item, &Amendment { text: text.as_deref(), set: &set })).await
    }

    /// Turns a refused commit into a note of the case, photos included. The entry is settled.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`] of `item`.
    pub async fn keep_item_as_note(&self, item: i64) -> Result<(), CoreError> {
        self.settle(move |phone| phone.keep_as_note(item)).await
    }

    /// Asks a person to look at a refused commit, with the next sync; at most 1,000 characters. The entry is settled, and comes back with
    /// `review` if the answer is no.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`].
    pub async fn appeal_item(&self, item: i64, why: String) -> Result<(), CoreError> {
        self.settle(move |phone| phone.appeal(item, &why)).await
    }

    /// Gives a refused commit up, photos included. The entry is settled.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`] of `item`.
    pub async fn discard_item(&self, item: i64) -> Result<(), CoreError> {
        self.settle(move |phone| phone.discard(item)).await
    }

    /// Writes a refused commit, its reason and its photos into a zip file. The entry stays.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`] of `item`, [`CoreError::FileUnusable`].
    pub async fn export_item(&self, item: i64, path: String) -> Result<(), CoreError> {
        self.with_phone(move |phone| files::write(&path, &phone.export_item(item)?)).await
    }

    /// Commits on their way, oldest first.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn outbox(&self) -> Result<Vec<OutboxLine>, CoreError> {
        self.with_phone(|phone| Ok(phone.outbox()?.into_iter().map(Into::into).collect())).await
    }
}

impl YuandianCore {
    /// Deals with an entry, then tells whoever listens: of the case, and of the list.
    async fn settle(
        &self,
        work: impl FnOnce(&mut Phone) -> yuandian_device::Result<CaseId> + Send + 'static,
    ) -> Result<(), CoreError> {
        let events = Arc::clone(&self.events);
        self.with_phone(move |phone| {
            let case = work(phone)?;
            events.tell(&EventKind::CaseChanged { case_id: case.to_string() });
            let count = u32::try_from(phone.attention()?.len()).unwrap_or(u32::MAX);
            events.tell(&EventKind::AttentionChanged { count });
            Ok(())
        })
        .await
    }
}
