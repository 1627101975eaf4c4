//! Stays at the door: when somebody came and left, what speaks for it, and the minutes that count for a volunteer.
//!
//! Pure: what was said is held against the code words by whoever knows them, and told here as yes or no.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Effect, Service, Transition};
use crate::ids::UserId;
use crate::limits::{STAY_MINUTES_MAX, STAYS_MAX, WORD_TRIES_MAX};
use crate::progress::Progress;
use crate::refusal::{Code, Refusal};
use crate::rules::ActRequest;

/// The argument that says a code word.
pub const CODE: &str = "code";
/// The argument by which a phone says whether it was near the place.
pub const NEAR: &str = "near";
/// What wrong code words are counted under.
pub const WORD_TRIES: &str = "word_tries";

const MINUTE_MS: i64 = 60_000;

/// Which of the two code words of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Said when somebody comes.
    Coming,
    /// Said when the work is done.
    Leaving,
}

impl Word {
    /// The word that a row of a workflow asks for; none where it asks for none.
    #[must_use]
    pub fn of(row: &Transition) -> Option<Self> {
        match row.effect {
            Effect::Come => Some(Word::Coming),
            Effect::Go => Some(Word::Leaving),
            _ => None,
        }
    }

    /// The id used in messages.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Word::Coming => "coming",
            Word::Leaving => "leaving",
        }
    }
}

/// Somebody's stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Stay {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// When they came, by their own phone as far as the server can believe it, ms since 1970.
    #[n(1)]
    pub in_ms: i64,
    /// Whether the code word was right; none where none was said, or nobody could tell.
    #[n(2)]
    pub in_word: Option<bool>,
    /// Whether their phone was near the place; none where it could not tell. Their own word.
    #[n(3)]
    pub near: Option<bool>,
    /// When they left, in the same way.
    #[n(4)]
    pub out_ms: Option<i64>,
    /// Whether the second code word was right.
    #[n(5)]
    pub out_word: Option<bool>,
    /// Minutes that count, since the work was confirmed.
    #[n(6)]
    pub minutes: Option<u32>,
}

impl Stay {
    fn is_over(&self) -> bool {
        self.out_ms.is_some()
    }

    fn word(&mut self, word: Word) -> &mut Option<bool> {
        match word {
            Word::Coming => &mut self.in_word,
            Word::Leaving => &mut self.out_word,
        }
    }
}

/// Whether there is still a try for a code word: nobody finds one by trying.
///
/// # Errors
/// `r_limit` with `word_tries`.
pub(crate) fn may_try(
    row: &Transition,
    progress: &Progress,
    request: &ActRequest<'_>,
) -> Result<(), Refusal> {
    let says = Word::of(row).is_some() && request.args.is_some_and(|args| args.contains_key(CODE));
    if !says || progress.count(WORD_TRIES) < WORD_TRIES_MAX {
        return Ok(());
    }
    Err(Refusal::new(Code::RLimit, [("act", row.id.clone()), (WORD_TRIES, WORD_TRIES_MAX.to_string())]))
}

/// Somebody comes, or says the word for having come.
///
/// # Errors
/// `r_limit` where a case has seen too many.
pub(crate) fn come(progress: &mut Progress, who: UserId, request: &ActRequest<'_>) -> Result<(), Refusal> {
    let here = stay_of(progress, who, request)?;
    let near = request.args.and_then(|args| args.get(NEAR)).map(|near| near == "yes");
    let stay = &mut progress.stays[here];
    stay.near = stay.near.or(near);
    say(progress, here, Word::Coming, request);
    Ok(())
}

/// Somebody leaves, or says the word for it. Everybody who is there leaves together. Who never said that they came has been there for no time.
///
/// # Errors
/// As [`come`].
pub(crate) fn go(progress: &mut Progress, who: UserId, request: &ActRequest<'_>) -> Result<(), Refusal> {
    let here = stay_of(progress, who, request)?;
    let at_ms = believed_ms(progress, request);
    for stay in progress.stays.iter_mut().filter(|stay| !stay.is_over()) {
        stay.out_ms = Some(at_ms.max(stay.in_ms));
    }
    say(progress, here, Word::Leaving, request);
    Ok(())
}

/// Somebody's stay that does not count yet, from now on where there is none.
fn stay_of(progress: &mut Progress, who: UserId, request: &ActRequest<'_>) -> Result<usize, Refusal> {
    if let Some(here) = progress.stays.iter().position(|stay| stay.user == who && stay.minutes.is_none()) {
        return Ok(here);
    }
    if progress.stays.len() >= STAYS_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", STAYS_MAX.to_string())]));
    }
    let in_ms = believed_ms(progress, request);
    let new =
        Stay { user: who, in_ms, in_word: None, near: None, out_ms: None, out_word: None, minutes: None };
    progress.stays.push(new);
    Ok(progress.stays.len() - 1)
}

fn say(progress: &mut Progress, here: usize, word: Word, request: &ActRequest<'_>) {
    let Some(right) = request.word.filter(|_| request.args.is_some_and(|args| args.contains_key(CODE)))
    else {
        return;
    };
    let said = progress.stays[here].word(word);
    if *said == Some(true) {
        return;
    }
    *said = Some(right);
    if !right {
        *progress.counts.entry(WORD_TRIES.to_owned()).or_default() += 1;
    }
}

/// Somebody holds the case no more before they left: they have not been there for anybody.
pub(crate) fn abandon(progress: &mut Progress, who: Option<&UserId>) {
    progress.stays.retain(|stay| stay.minutes.is_some() || who.is_some_and(|who| stay.user != *who));
}

/// The work is confirmed: stays that are over count, each up to what the service allows.
pub(crate) fn credit(progress: &mut Progress, service: &Service) {
    let most = service.stay_minutes.unwrap_or(STAY_MINUTES_MAX);
    for stay in progress.stays.iter_mut().filter(|stay| stay.minutes.is_none()) {
        let Some(out_ms) = stay.out_ms else { continue };
        let minutes = u32::try_from((out_ms - stay.in_ms) / MINUTE_MS).unwrap_or(0);
        stay.minutes = Some(minutes.min(most));
    }
}

/// When it was, as far as it can be believed: not before the case was, and not after it was told.
fn believed_ms(progress: &Progress, request: &ActRequest<'_>) -> i64 {
    let opened_ms = progress.steps.first().map_or(i64::MIN, |step| step.at_ms);
    request.captured_ms.unwrap_or(request.at_ms).max(opened_ms).min(request.at_ms)
}

#[cfg(test)]
mod tests;
