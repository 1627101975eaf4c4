//! Limits of the phone, in one place.

/// Characters of one case that can be found by search: what comes after them is shown and not found.
pub const SEARCH_CHARS_MAX: usize = 8_000;
/// Characters of what is searched for; the rest is passed over.
pub const SEARCH_TEXT_CHARS_MAX: usize = 64;
/// Letters of one word (not Chinese) that are told apart.
pub const SEARCH_WORD_CHARS_MAX: usize = 32;
/// Lines of one page of a list or a search.
pub const LIST_LINES_MAX: u32 = 1_000;
/// Cases that may be the same matter as one that is being reported.
pub const SIMILAR_MAX: u32 = 50;
/// Bytes of photo files that a phone is willing to hold by default. What is not stored safely stays beyond it.
pub const CACHE_BYTES_DEFAULT: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes that photos leave free on the disk: words, receipts and what they need to travel still fit.
pub const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// Bytes of a file that are read at a time where the whole is looked at.
pub const READ_BYTES: u64 = 256 * 1024;
/// Small pictures of others' photos that one run fetches.
pub const THUMBS_PER_RUN_MAX: u32 = 200;
/// Bytes of small pictures that one run fetches.
pub const THUMB_BYTES_PER_RUN_MAX: u64 = 8 * 1024 * 1024;
/// How often a small picture that does not come is asked for.
pub const THUMB_TRIES_MAX: u32 = 5;
/// Screens of which is kept what was typed on them and not sent; of more, what was typed longest ago goes.
pub const TYPED_PLACES_MAX: u32 = 500;
/// Letters of a screen's name.
pub const TYPED_PLACE_CHARS_MAX: usize = 100;
/// Letters that one screen's fields hold, names and texts together: three notes of the longest.
pub const TYPED_CHARS_MAX: usize = 12_000;
