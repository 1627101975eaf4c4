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
    /// Every code, in the alphabet's order.
    pub const CODES: &'static [&'static str] = &[
        "altered",
        "certificate",
        "chain_broken",
        "chain_forked",
        "chain_gap",
        "chain_unbroken",
        "checkpoint",
        "custody",
        "dropped",
        "form",
        "from_album",
        "from_camera",
        "from_unknown",
        "future_format",
        "gone",
        "in_log",
        "key_without_endorsement",
        "list_signed",
        "looks_like",
        "looks_like_elsewhere",
        "mock_position",
        "no_photos",
        "no_position",
        "no_record",
        "no_server_key",
        "no_token",
        "no_word_on_chain",
        "not_a_bundle",
        "not_before",
        "not_in_log",
        "not_included",
        "original_altered",
        "original_as_listed",
        "original_not_included",
        "original_untouched",
        "other_case",
        "other_log",
        "position",
        "received",
        "record_of_another",
        "record_signed",
        "remarks",
        "same_file",
        "same_file_elsewhere",
        "server_key",
        "server_key_trusted",
        "signature",
        "stopwatch",
        "stopwatch_contradicts",
        "token",
        "too_many_members",
        "unlisted",
        "unreadable",
        "wall_clock",
        "wall_outside",
    ];

    /// Something that would prove more, and is not there.
    #[must_use]
    pub fn missing(code: &'static str) -> Self {
        Self::new(Level::Missing, code)
    }

    pub(crate) fn new(level: Level, code: &'static str) -> Self {
        debug_assert!(Self::CODES.contains(&code), "{code} is not listed");
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

    #[expect(clippy::needless_pass_by_value, reason = "numbers, names and texts alike are given")]
    pub(crate) fn with(mut self, name: &'static str, fact: impl ToString) -> Self {
        self.facts.insert(name, fact.to_string());
        self
    }
}
