//! Limits of the phone, in one place.

/// Characters of one case that can be found by search: what comes after them is shown and not found.
pub const SEARCH_CHARS_MAX: usize = 8_000;
/// Characters of what is searched for; the rest is passed over.
pub const SEARCH_TEXT_CHARS_MAX: usize = 64;
/// Letters of one word (not Chinese) that are told apart.
pub const SEARCH_WORD_CHARS_MAX: usize = 32;
/// Lines of one page of a list or a search.
pub const LIST_LINES_MAX: u32 = 1_000;
