//! Appeals and the operator's list: what was refused is shown to a person, who may take it in after all.

use yuandian_document::limits::{MICRO_BYTES_MAX, MICROS_PER_COMMIT_MAX};
use yuandian_document::{CertifiedKey, SignedCommit, cbor};
use yuandian_model::{Code, UserId};
use yuandian_sync::limits::APPEAL_CHARS_MAX;
use yuandian_sync::message::{Appeal, AppealReply, Receipt, WIRE_VERSION};

use super::prepare::Arrived;
use super::{Hub, spoken};
use crate::limits::{ANSWER_CHARS_MAX, BODY_BYTES_MAX};
use crate::problem::Problem;
use crate::store::{Account, AppealOutcome, NewAppeal, Origin};

/// What became of an operator's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Carried out.
    Done,
    /// There is no such line, or it is answered.
    Unknown,
    /// The words are too long, or there are none.
    Words,
    /// Nothing but its description is kept of it, or its case is not there: it cannot be taken in.
    NotKept,
    /// The gate or a limit still refuses it, whoever wants it.
    Refused(Code),
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answered::Done => f.write_str("done"),
            Answered::Unknown => {
                f.write_str("there is no such line, or it is answered: look at the list again")
            }
            Answered::Words => write!(f, "say it in 1 to {ANSWER_CHARS_MAX} characters"),
            Answered::NotKept => {
                f.write_str("its case is not on this server: it can only be dropped or denied")
            }
            Answered::Refused(code) => {
                write!(
                    f,
                    "it cannot be taken in, whoever wants it ({code}): it can only be dropped or denied"
                )
            }
        }
    }
}

impl Hub {
    /// Keeps an appeal: never refused for authority, only for signature and size.
    pub(super) fn appeal(
        &self,
        appeal: Appeal,
        account: &Account,
        now_ms: i64,
    ) -> Result<AppealReply, Problem> {
        spoken(appeal.version)?;
        let small = |micro: &&minicbor::bytes::ByteVec| micro.len() <= MICRO_BYTES_MAX;
        if appeal.reason.chars().count() > APPEAL_CHARS_MAX
            || appeal.micros.len() > MICROS_PER_COMMIT_MAX
            || appeal.micros.iter().filter(small).count() != appeal.micros.len()
        {
            return Err(Problem::OverLimit);
        }
        let envelope = appeal.commit.open().map_err(|_| Problem::Malformed)?;
        CertifiedKey::believed(account.device, &account.key)
            .and_then(|key| appeal.commit.verify(&envelope, &key))
            .map_err(|_| Problem::SignatureInvalid)?;
        let kept = NewAppeal {
            id: appeal.commit.id(),
            document: envelope.document,
            commit: appeal.commit,
            micros: appeal.micros.into_iter().map(Vec::from).collect(),
            reason: appeal.reason,
        };
        match self.store.appeal(account, &kept, now_ms)? {
            AppealOutcome::Kept(ticket) => Ok(AppealReply { version: WIRE_VERSION, ticket }),
            AppealOutcome::TooMany => Err(Problem::TooManyAppeals),
        }
    }

    /// An operator's answer to an appeal. Granted, content is taken through the gate under its author, an act is kept as a note with the words.
    /// `now_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn answer_appeal(
        &self,
        ticket: u64,
        granted: bool,
        words: &str,
        now_ms: i64,
    ) -> Result<Answered, Problem> {
        if !(1..=ANSWER_CHARS_MAX).contains(&words.chars().count()) {
            return Ok(Answered::Words);
        }
        let line = self.store.appeals()?.into_iter().find(|line| line.ticket == ticket);
        let Some(line) = line.filter(|line| line.granted.is_none()) else {
            return Ok(Answered::Unknown);
        };
        if granted {
            let answered = self.take_in(line.kept, line.user, (words, now_ms))?;
            if answered != Answered::Done {
                return Ok(answered);
            }
        }
        let told = self.store.answer(ticket, granted, words, now_ms)?;
        Ok(if told { Answered::Done } else { Answered::Unknown })
    }

    /// An operator's word on a line of the list: taken in where its commit is kept, or seen; or dropped.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn answer_quarantine(
        &self,
        id: u64,
        release: bool,
        words: &str,
        now_ms: i64,
    ) -> Result<Answered, Problem> {
        let Some(line) = self.store.quarantine()?.into_iter().find(|line| line.id == id) else {
            return Ok(Answered::Unknown);
        };
        if release && let Some(kept) = line.kept {
            let answered = self.take_in(kept, line.user, (words, now_ms))?;
            if answered != Answered::Done {
                return Ok(answered);
            }
        }
        Ok(if self.store.settle(id)? { Answered::Done } else { Answered::Unknown })
    }

    fn take_in(
        &self,
        (commit, micros): (SignedCommit, Vec<Vec<u8>>),
        user: UserId,
        (words, now_ms): (&str, i64),
    ) -> Result<Answered, Problem> {
        self.ready(now_ms)?;
        let arrived = Arrived::kept(commit, micros, &self.rules())?;
        let origin = Origin::Granted { words: words.to_owned() };
        let item = arrived.prepared(user, now_ms, origin, None);
        let Some(receipts) = self.sequence_prepared(&[item], now_ms)? else {
            return Err(Problem::Busy);
        };
        let receipt: Option<Receipt> =
            receipts.first().and_then(|bytes| cbor::decode("receipt", bytes, BODY_BYTES_MAX).ok());
        Ok(match receipt.map(|receipt| receipt.code) {
            None => return Err(Problem::Internal),
            Some(Code::RGone) => Answered::NotKept,
            // Already there: the same command came in another commit.
            Some(code) if code.is_taken() => Answered::Done,
            Some(code) => Answered::Refused(code),
        })
    }
}
