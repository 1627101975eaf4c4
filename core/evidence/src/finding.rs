//! What a check found: a code with facts, and what it is worth. The words are in the model's `words`.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a finding is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Follows from signatures and hashes.
    Proven,
    /// Somebody says so, and nothing here can tell.
    Claimed,
    /// Worth a person's look; no verdict.
    Remarkable,
    /// Not in the bundle: nothing can be said.
    Missing,
    /// Altered, damaged or contradictory.
    Broken,
}

impl Level {
    /// Stable short name, the key of the translated word.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Claimed => "claimed",
            Self::Remarkable => "remarkable",
            Self::Missing => "missing",
            Self::Broken => "broken",
        }
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is worth.
    pub level: Level,
    /// Stable short name, the key of the words.
    pub code: &'static str,
    /// Which member of the bundle it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Which bytes of it, from the first to behind the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<(u64, u64)>,
    /// Facts for the words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<&'static str, String>,
}

impl Finding {
    /// Something that would prove more, and is not there.
    #[must_use]
    pub fn missing(code: &'static str) -> Self {
        Self::new(Level::Missing, code)
    }

    pub(crate) fn new(level: Level, code: &'static str) -> Self {
        Self { level, code, member: None, bytes: None, facts: BTreeMap::new() }
    }

    pub(crate) fn of(mut self, member: &str) -> Self {
        self.member = Some(member.to_owned());
        self
    }

    pub(crate) fn at(mut self, bytes: (u64, u64)) -> Self {
        self.bytes = Some(bytes);
        self
    }

    pub(crate) fn with(mut self, name: &'static str, fact: impl ToString) -> Self {
        self.facts.insert(name, fact.to_string());
        self
    }
}
