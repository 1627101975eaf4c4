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
/// Longest time that one act may add to a clock, days; working days where its unit counts working time.
pub const ADDED_DAYS_MAX: u32 = 366;
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
/// Questions of one form.
pub const FIELDS_MAX: usize = 64;
/// Options of one question.
pub const OPTIONS_MAX: usize = 64;
/// An option's id, bytes.
pub const OPTION_ID_BYTES_MAX: usize = 64;
/// A label of an option, characters, in each language.
pub const OPTION_LABEL_CHARS_MAX: usize = 40;
/// Options that one answer may choose.
pub const SELECTED_MAX: usize = 64;
/// Files (photos, videos, recordings, signatures) that one answer may name.
pub const FILES_PER_ANSWER_MAX: usize = 9;
/// An opaque name of a household or a person, bytes.
pub const OPAQUE_ID_BYTES_MAX: usize = 64;
/// Digits of a number before its point.
pub const NUMBER_WHOLE_DIGITS_MAX: usize = 15;
/// Digits of a number after its point.
pub const NUMBER_DECIMALS_MAX: usize = 12;
/// Digits of an amount in yuan after its point.
pub const MONEY_DECIMALS_MAX: usize = 2;
/// Years a date may lie in.
pub const DATE_YEARS: std::ops::RangeInclusive<u16> = 1900..=2200;
/// Days after the end of its case that a private answer is kept where nothing else is said.
pub const RETENTION_DAYS_DEFAULT: u32 = 30;
/// Days that an answer may be kept at most.
pub const RETENTION_DAYS_MAX: u32 = 36_500;
/// An expression of a form, bytes.
pub const EXPR_BYTES_MAX: usize = 1_000;
/// Parentheses, calls, `not` and signs inside one another.
pub const EXPR_NESTING_MAX: usize = 32;
/// Parts of an expression: every literal, key, function and operation is one.
pub const EXPR_NODES_MAX: usize = 200;
/// Choices that are tried out to learn whether an expression can come true; beyond it the form is believed.
pub const EXPR_TRIALS_MAX: usize = 4_096;
/// One file of a catalogue, bytes.
pub const CATALOGUE_FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Files of a catalogue.
pub const CATALOGUE_FILES_MAX: usize = 256;
/// The first version that a deployment may give its own catalogue: lower numbers ship with the software, so that neither takes the other's.
pub const DEPLOYED_CATALOGUE_MIN: u32 = 1_000;
/// Acts of one workflow.
pub const WORKFLOW_ACTS_MAX: usize = 256;
/// Stages of one workflow.
pub const WORKFLOW_STAGES_MAX: usize = 64;
/// What is looked for in a catalogue, characters; what comes behind is not looked at.
pub const FIND_CHARS_MAX: usize = 64;
/// Words of one list of the lexicon of what gives people away.
pub const GIVEAWAY_WORDS_MAX: usize = 200;
/// One word of that lexicon, characters.
pub const GIVEAWAY_WORD_CHARS_MAX: usize = 12;
/// Parts of one phrase of that lexicon.
pub const GIVEAWAY_PARTS_MAX: usize = 6;
/// Characters that may stand between two parts of a phrase.
pub const GIVEAWAY_GAP_CHARS_MAX: usize = 12;
/// Times that somebody may not come before they rest (DOMAIN §4.5).
pub const NO_SHOWS_BEFORE_REST: usize = 2;
/// Digits of a code word.
pub const CODE_DIGITS: usize = 4;
/// Wrong code words that may be said in one case.
pub const WORD_TRIES_MAX: u32 = 5;
/// Stays at the door in one case.
pub const STAYS_MAX: usize = 64;
/// Minutes of one stay that count where the service says nothing.
pub const STAY_MINUTES_MAX: u32 = 24 * 60;
/// Doors that somebody may be told within a day: who takes and gives back sees no more.
pub const DOORS_PER_DAY: usize = 10;
/// People whom somebody may name as family.
pub const FAMILY_MAX: usize = 5;
/// People whom one person may not want to meet.
pub const APART_MAX: usize = 200;
/// Bytes of a telephone number.
pub const TELEPHONE_BYTES_MAX: usize = 20;
/// Digits of a telephone number, at least: 110 is one.
pub const TELEPHONE_DIGITS_MIN: usize = 3;
/// How long somebody who did not come rests, ms.
pub const REST_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// Requests that a service may let one person work on at a time, or open within a day.
pub const LOAD_MAX: usize = 100;
