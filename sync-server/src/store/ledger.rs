//! What a batch does to chains and cases, in memory: the one procedure that preparing and sequencing share, so that they cannot differ.

use std::collections::BTreeMap;

use yuandian_document::Act;
use yuandian_model::{Actor, CaseId, Code, CommitId, Incarnation, Refusal, UserId, refusal::Facts};

use super::{CaseRecord, Judge, Prepared};
use crate::limits::CASE_LOG_BYTES_MAX;

/// The last commit received of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainTip {
    /// Its number.
    pub n: u64,
    /// Its id.
    pub last: CommitId,
}

/// An outcome before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The code of the receipt.
    pub code: Code,
    /// Its facts.
    pub facts: Facts,
    /// Whether it gets a number.
    pub numbered: bool,
    /// Who was first, where somebody was.
    pub first: Option<UserId>,
}

impl Verdict {
    /// An outcome that changes nothing.
    #[must_use]
    pub fn still(code: Code) -> Self {
        Self { code, facts: Facts::new(), numbered: false, first: None }
    }

    /// Content that was taken.
    #[must_use]
    pub fn taken() -> Self {
        Self { numbered: true, ..Self::still(Code::Ok) }
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self { facts: refusal.facts, ..Self::still(refusal.code) }
    }
}

/// Chains and cases that a batch touches.
pub struct Ledger<'a> {
    judge: &'a dyn Judge,
    actor: Actor,
    /// Chains by incarnation.
    pub tips: BTreeMap<Incarnation, ChainTip>,
    /// Cases by id.
    pub cases: BTreeMap<CaseId, CaseRecord>,
}

impl<'a> Ledger<'a> {
    /// A ledger over what is stored.
    pub fn new(
        judge: &'a dyn Judge,
        actor: Actor,
        tips: BTreeMap<Incarnation, ChainTip>,
        cases: BTreeMap<CaseId, CaseRecord>,
    ) -> Self {
        Self { judge, actor, tips, cases }
    }

    /// Takes a commit into its chain: the first is 1 and has none before it, every other follows the last received.
    ///
    /// # Errors
    /// `r_chain`; the chain is as before.
    pub fn chain(&mut self, item: &Prepared) -> Result<(), Refusal> {
        let envelope = &item.envelope;
        let tip = self.tips.get(&envelope.incarnation);
        let (n, prev) = tip.map_or((1, None), |tip| (tip.n.saturating_add(1), Some(tip.last)));
        if envelope.n != n || envelope.prev != prev {
            return Err(Refusal::new(Code::RChain, [("n", n.to_string())]));
        }
        self.tips.insert(envelope.incarnation, ChainTip { n, last: item.id });
        Ok(())
    }

    /// Judges an act and keeps what follows from it.
    pub fn act(&mut self, item: &Prepared, act: &Act, now_ms: i64) -> Verdict {
        let document = item.envelope.document;
        let record = self.cases.get(&document);
        if let Err(refusal) = room(record, item.cost()) {
            return refusal.into();
        }
        let ruling = match self.judge.act(record.map(|r| &r.state), act, &self.actor) {
            Ok(ruling) => ruling,
            Err(refusal) => return refusal.into(),
        };
        let numbered = record.is_none_or(|r| r.state != ruling.next);
        let verdict = Verdict { code: ruling.code, facts: ruling.facts, numbered, first: ruling.first };
        if numbered {
            let place = act.report.as_ref().and_then(|report| report.place);
            let record = self.cases.entry(document).or_insert_with(|| CaseRecord {
                id: document,
                state: ruling.next.clone(),
                place,
                opened_ms: now_ms,
                version: 0,
                log_bytes: 0,
            });
            record.state = ruling.next;
            record.log_bytes += item.cost();
        }
        verdict
    }

    /// Whether the author may write content of the case now.
    ///
    /// # Errors
    /// `r_gone`, `r_role`, `r_scope` or `r_limit`.
    pub fn may_write(&self, item: &Prepared) -> Result<(), Refusal> {
        let record = self.cases.get(&item.envelope.document);
        self.judge.may_write(record.map(|r| &r.state), &self.actor)?;
        room(record, item.cost())
    }

    /// Keeps that a change was taken.
    pub fn content_taken(&mut self, item: &Prepared) {
        if let Some(record) = self.cases.get_mut(&item.envelope.document) {
            record.version += 1;
            record.log_bytes += item.cost();
        }
    }

    /// The version that the next change of a case stands on.
    #[must_use]
    pub fn version(&self, case: &CaseId) -> u64 {
        self.cases.get(case).map_or(0, |r| r.version)
    }
}

/// A case must fit one page of a phone that starts anew.
fn room(record: Option<&CaseRecord>, cost: u64) -> Result<(), Refusal> {
    if record.map_or(0, |r| r.log_bytes) + cost > CASE_LOG_BYTES_MAX {
        return Err(Refusal::new(Code::RLimit, [("limit", CASE_LOG_BYTES_MAX.to_string())]));
    }
    Ok(())
}
