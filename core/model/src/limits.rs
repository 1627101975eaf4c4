//! Limits of the domain, in one place. Sizes in characters (Unicode scalar values) unless the name says bytes.

/// Description of a case, characters. A whole rewrite is one operation a letter gone and one a letter come, and must stay within
/// what the gate takes in one change.
pub const DESCRIPTION_CHARS_MAX: usize = 2_000;
/// One note, characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// One form answer, characters.
pub const FIELD_CHARS_MAX: usize = 1_000;
/// A person's display name, characters.
pub const NAME_CHARS_MAX: usize = 40;
/// Photos one command may add.
pub const PHOTOS_PER_COMMAND_MAX: usize = 9;
/// Arguments of one act.
pub const ACT_ARGS_MAX: usize = 32;
/// Name of an act or of an act's argument, bytes.
pub const WORD_BYTES_MAX: usize = 64;
/// People waiting for one claim. Beyond it a claim is refused: nobody waits behind a hundred.
pub const WAITING_MAX: usize = 100;
/// Characters of a list title made from the text.
pub const TITLE_CHARS_MAX: usize = 40;
/// People who follow one case.
pub const FOLLOWERS_MAX: usize = 1_000;
/// Stages that one case may come to, again and again counted each time.
pub const STEPS_MAX: usize = 200;
/// Units that work on one case.
pub const UNITS_MAX: usize = 16;
/// Amount of a time limit, in its unit.
pub const LIMIT_AMOUNT_MAX: u32 = 100_000;
/// Suspensions of one clock.
pub const SUSPENSIONS_MAX: usize = 1_000;
/// Cases that share one clock.
pub const BUNDLE_CASES_MAX: usize = 1_000;
/// Warning points of one limit.
pub const WARNING_POINTS_MAX: usize = 32;
/// How far before and after its end a limit may warn, percent of the limit.
pub const WARNING_PERCENT_MAX: i32 = 1_000;
/// Working windows of one day.
pub const WINDOWS_PER_DAY_MAX: usize = 8;
/// Years of one working calendar.
pub const CALENDAR_YEARS_MAX: usize = 50;
