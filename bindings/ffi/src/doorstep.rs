//! At the door, as records: code words, who came and left, who was told private answers.

use yuandian_device::view;

/// The code words of a case: four digits each.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CodeWords {
    /// Asked for when somebody comes.
    pub coming: String,
    /// Asked for when they leave.
    pub leaving: String,
}

/// Somebody's stay at the door. Times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StayView {
    /// Who; empty of somebody who holds the case no more.
    pub by: String,
    /// When they came, by their own phone as far as the platform can believe it.
    pub in_ms: i64,
    /// Whether the first code word was right; none where none was said, or nobody has told yet.
    pub in_word: Option<bool>,
    /// Whether their phone was near the place, by its own word; none where it could not tell.
    pub near: Option<bool>,
    /// When they left.
    pub out_ms: Option<i64>,
    /// Whether the second code word was right.
    pub out_word: Option<bool>,
    /// Minutes that count, since it was confirmed.
    pub minutes: Option<u32>,
}

impl From<view::StayView> for StayView {
    fn from(view: view::StayView) -> Self {
        let view::StayView { by, in_ms, in_word, near, out_ms, out_word, minutes } = view;
        Self { by, in_ms, in_word, near, out_ms, out_word, minutes }
    }
}

/// Somebody who was told private answers.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LookView {
    /// Who.
    pub by: String,
    /// Their id, for `keep_apart`.
    pub user: String,
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
    /// The keys of the answers.
    pub keys: Vec<String>,
}

impl From<view::LookView> for LookView {
    fn from(view: view::LookView) -> Self {
        Self { by: view.by, user: view.user, at_ms: view.at_ms, keys: view.keys }
    }
}
