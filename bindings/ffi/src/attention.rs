//! What needs the person, and what is on its way.

use crate::core::YuandianCore;
use crate::error::CoreError;

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

    /// Commits on their way, oldest first.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn outbox(&self) -> Result<Vec<OutboxLine>, CoreError> {
        self.with_phone(|phone| Ok(phone.outbox()?.into_iter().map(Into::into).collect())).await
    }
}
