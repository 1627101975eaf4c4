//! A checked answer, of the type that says where it may live.
//!
//! Which of the two an answer becomes is decided in one place, [`super::check`], by the privacy of its field. An edit of a document takes
//! a [`SharedAnswer`] and nothing else, and no way leads from a [`PrivateAnswer`] to one.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// An answer that may stand in a shared document, in its canonical form. Read back by serde from what this phone kept of its own edits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SharedAnswer(String);

impl SharedAnswer {
    pub(super) fn checked(canonical: String) -> Self {
        Self(canonical)
    }

    /// A value that stands in a shared document already, to be written there again: where a conflict is settled, and in what tests
    /// forge. Never for what a person enters: that goes through [`super::check`].
    #[must_use]
    pub fn standing(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Deref for SharedAnswer {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SharedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for SharedAnswer {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for SharedAnswer {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// An answer that stays in the private table. It does not show itself: neither serde nor a log line reads it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrivateAnswer(String);

impl PrivateAnswer {
    pub(super) fn checked(canonical: String) -> Self {
        Self(canonical)
    }

    /// The text, for the private table and for nothing else.
    #[must_use]
    pub fn for_private_table(self) -> String {
        self.0
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateAnswer(…)")
    }
}

impl PartialEq<str> for PrivateAnswer {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for PrivateAnswer {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
