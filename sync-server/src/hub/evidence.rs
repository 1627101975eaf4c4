//! EVIDENCE: capture records come in and are answered with receipts; what is known of a case's photos is told to whom it is for.

use yuandian_document::{CertifiedKey, Purpose, cbor};
use yuandian_evidence::{CaptureReceipt, Link, RecordHash, TimeToken};
use yuandian_model::{CaseState, Code};
use yuandian_sync::limits::PUSH_LINKS_MAX;
use yuandian_sync::message::{EvidenceAsk, EvidenceReply, LinkAnswer, LinkOffer, ServerKey, SignedNotice};

use super::{Hub, spoken};
use crate::problem::Problem;
use crate::store::{Account, EvidenceQuestion, NewLink};
use crate::streams::streams_for;

impl Hub {
    /// The server's word what time it is, for the captures to come.
    pub(super) fn time_token(&self, now_ms: i64) -> Result<SignedNotice, Problem> {
        self.ready(now_ms)?;
        let token = TimeToken { server_ms: now_ms, serial: self.draw() };
        Ok(self.store.notice(Purpose::TimeToken, cbor::encode(&token))?)
    }

    /// Answers links in order. One that is not the device's own, or that nobody can read, is told so and stops no other.
    pub(super) fn keep_links(
        &self,
        offers: Vec<LinkOffer>,
        account: &Account,
        now_ms: i64,
    ) -> Result<Vec<LinkAnswer>, Problem> {
        if offers.len() > PUSH_LINKS_MAX {
            return Err(Problem::OverLimit);
        }
        if offers.is_empty() {
            return Ok(Vec::new());
        }
        let refused = |code| LinkAnswer { record: None, code, receipt: None };
        if account.shut_out {
            return Ok(offers.iter().map(|_| refused(Code::RRevoked)).collect());
        }
        self.ready(now_ms)?;
        let keys = self.keys(now_ms)?;
        let key = CertifiedKey::believed(account.device, &account.key).map_err(|_| Problem::Internal)?;
        let opened: Vec<Result<NewLink, Refused>> =
            offers.into_iter().map(|offer| open(offer, &key, &keys)).collect();
        let good: Vec<NewLink> = opened.iter().filter_map(|link| link.as_ref().ok()).cloned().collect();
        let mut answers = self.store.put_links(account, &good, now_ms)?.into_iter();
        let answer = |link: Result<NewLink, Refused>| match link {
            Ok(_) => answers.next().unwrap_or_else(|| refused(Code::RetryLater)),
            Err((record, code)) => LinkAnswer { record, code, receipt: None },
        };
        Ok(opened.into_iter().map(answer).collect())
    }

    /// What is known of a case's photos: all of it for whoever works on the case by right, that of their own photos for everybody else. A case
    /// that the reader does not hold is a case that is not there.
    pub(super) fn evidence(
        &self,
        ask: &EvidenceAsk,
        account: &Account,
        now_ms: i64,
    ) -> Result<EvidenceReply, Problem> {
        spoken(ask.version)?;
        self.ready(now_ms)?;
        let streams = streams_for(account.at(now_ms));
        let rules = self.rules();
        let reads = |state: &CaseState| rules.reads_evidence(account.at(now_ms), state);
        let question = EvidenceQuestion {
            document: ask.document,
            seen: ask.seen,
            export: ask.export,
            user: account.user,
            device: account.device,
            streams: &streams,
            reads: &reads,
        };
        self.store.evidence(&question, now_ms)?.ok_or(Problem::CaseUnknown)
    }
}

/// The name of a link that is not taken, where it can be read, and why.
type Refused = (Option<RecordHash>, Code);

fn open(offer: LinkOffer, key: &CertifiedKey, keys: &[ServerKey]) -> Result<NewLink, Refused> {
    let LinkOffer { link, adopt } = offer;
    let opened = link.open().map_err(|_| (None, Code::RSchema))?;
    let name = link.name(&opened);
    link.verify(&opened, key).map_err(|_| (Some(name), Code::RSig))?;
    let adopted = adopt.and_then(|notice| CaptureReceipt::believed(&notice, keys));
    let adopted = adopted.filter(|receipt| receipt.record == name && is_captured(&opened));
    Ok(NewLink { link, opened, name, adopted })
}

fn is_captured(link: &Link) -> bool {
    matches!(link, Link::Captured(_))
}
