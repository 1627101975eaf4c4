//! What is proven of a case's photos, as this phone knows it: its own records, and what the server said when it was last asked.

use serde::Serialize;
use yuandian_document::SignedNotice;
use yuandian_document::cbor;
use yuandian_evidence::merkle::is_consistent;
use yuandian_evidence::{
    Checked, Checkpoint, Finding, Level, PhotoProof, ServerWord, Statement, Window, check_photo, hashes,
};
use yuandian_model::catalogue::Title;
use yuandian_model::{BlobHash, CaseId};
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{EvidenceAsk, EvidenceReply, SeenLog, ServerKey, TakenRecord, WIRE_VERSION};

use crate::capture::read_receipt;
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::{captures, meta};

/// One finding in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    /// `proven`, `claimed`, `remarkable`, `missing`, `broken`.
    pub level: Level,
    /// Stable id.
    pub code: String,
    /// The same in words.
    pub text: String,
}

/// What is proven of one photo of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhotoEvidence {
    /// SHA-256 of the original.
    pub hash: String,
    /// Its place among the case's photos, from 1.
    pub n: usize,
    /// Who took it.
    pub by: String,
    /// Between which moments; none for a photo without a record.
    pub window: Option<Window>,
    /// What was found, the worth of each beside it.
    pub findings: Vec<FindingView>,
    /// When the server was last asked, this phone's wall clock, ms since 1970; none where it never was.
    pub asked_ms: Option<i64>,
}

/// What is known of a case's evidence.
pub(crate) struct Known {
    pub word: ServerWord,
    /// The signed forms of what `word` says.
    pub checkpoint: Option<SignedNotice>,
    pub statement: Option<SignedNotice>,
    pub records: Vec<(BlobHash, TakenRecord)>,
    pub asked_ms: Option<i64>,
}

impl Phone {
    /// The question to the server about a case's photos. `export`: the originals leave the system, which the log is to say.
    ///
    /// # Errors
    /// The store's.
    pub fn evidence_ask(&self, case: &CaseId, export: bool) -> Result<EvidenceAsk> {
        let seen = self.seen_checkpoint()?.map(|seen| SeenLog { log: seen.log, size: seen.size });
        Ok(EvidenceAsk { version: WIRE_VERSION, document: *case, seen, export })
    }

    fn seen_checkpoint(&self) -> Result<Option<Checkpoint>> {
        let Some(bytes) = meta::get(&self.db, meta::CHECKPOINT)? else { return Ok(None) };
        let Some(notice) = read_receipt(&bytes) else { return Ok(None) };
        Ok(Checkpoint::believed(&notice, &self.server_keys()?))
    }

    /// Keeps the server's answer, if the server signed it and its log is still the one that was shown before.
    ///
    /// # Errors
    /// [`DeviceError::Unreachable`] for an answer that cannot be believed: nothing is kept of it; the store's.
    pub fn keep_evidence(&mut self, case: &CaseId, reply: &EvidenceReply) -> Result<()> {
        let keys = self.server_keys()?;
        let unlike =
            |what: &str| DeviceError::Unreachable(format!("evidence that cannot be believed: {what}"));
        let checkpoint = Checkpoint::believed(&reply.checkpoint, &keys);
        let checkpoint = checkpoint.ok_or_else(|| unlike("the server did not sign its log"))?;
        let statement = Statement::believed(&reply.statement, &keys);
        if statement.is_none_or(|statement| statement.document != *case) {
            return Err(unlike("the server did not sign what it says of this case"));
        }
        let mut newest = true;
        if let Some(seen) = self.seen_checkpoint()?.filter(|seen| seen.log == checkpoint.log) {
            let stands = |c: &Checkpoint| (c.size, c.root);
            let path = hashes(&reply.consistency);
            // Two answers may overtake each other: an older stand proves nothing against a newer one.
            newest = checkpoint.size >= seen.size;
            if newest && !is_consistent(&stands(&seen), &stands(&checkpoint), &path) {
                let tx = self.db.unchecked_transaction()?;
                self.trouble(&tx, "evidence_log")?;
                tx.commit()?;
                tracing::error!(log = %checkpoint.log, "the evidence log is not the one that was shown before");
                return Err(unlike("the log is not the one that was shown before"));
            }
        }
        let tx = self.db.unchecked_transaction()?;
        captures::put_told(&tx, case, &cbor::encode(reply), self.ports.clock.wall_ms())?;
        // What was seen of a log is never forgotten for less of it.
        if newest {
            meta::set(&tx, meta::CHECKPOINT, &cbor::encode(&reply.checkpoint))?;
        }
        tx.commit()?;
        Ok(())
    }

    /// What this phone knows of a case's evidence.
    pub(crate) fn evidence_known(&self, case: &CaseId) -> Result<Known> {
        let keys: Vec<ServerKey> = self.server_keys()?;
        let none = |keys| Known {
            word: ServerWord { keys, ..ServerWord::default() },
            checkpoint: None,
            statement: None,
            records: Vec::new(),
            asked_ms: None,
        };
        let Some((bytes, asked_ms)) = captures::told(&self.db, case)? else { return Ok(none(keys)) };
        let Ok(reply) = cbor::decode::<EvidenceReply>("evidence", &bytes, MESSAGE_BYTES_MAX) else {
            return Ok(none(keys));
        };
        let records = reply.records.into_iter().filter_map(|record| match record.link.open().ok()? {
            yuandian_evidence::Link::Captured(link) => Some((link.original, record)),
            yuandian_evidence::Link::Dropped(_) => None,
        });
        Ok(Known {
            word: ServerWord {
                checkpoint: Checkpoint::believed(&reply.checkpoint, &keys),
                statement: Statement::believed(&reply.statement, &keys),
                keys,
            },
            checkpoint: Some(reply.checkpoint),
            statement: Some(reply.statement),
            records: records.collect(),
            asked_ms: Some(asked_ms),
        })
    }

    /// What there is of a photo's proof: what the server gave, or else this phone's own record.
    pub(crate) fn proof_of(&self, case: &CaseId, original: &BlobHash, known: &Known) -> Result<PhotoProof> {
        if let Some((_, taken)) = known.records.iter().find(|(hash, _)| hash == original) {
            return Ok(PhotoProof {
                link: Some(taken.link.clone()),
                certificate: Some(taken.certificate.clone()),
                receipt: Some(taken.receipt.clone()),
                path: Some(taken.path.clone()),
            });
        }
        let Some(own) = captures::own(&self.db, case, original)? else { return Ok(PhotoProof::default()) };
        Ok(PhotoProof {
            link: Some(own.link),
            certificate: Some(self.certificate.clone()),
            receipt: own.receipt.as_deref().and_then(read_receipt),
            path: None,
        })
    }

    /// What is proven of a case's photos, in their order. Reads what is on this phone; [`crate::Driver::evidence`] asks the server first.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`]; the store's.
    pub fn photo_evidence(&self, case: &CaseId) -> Result<Vec<PhotoEvidence>> {
        let view = self.case(case)?;
        let known = self.evidence_known(case)?;
        let mut told = Vec::new();
        for (at, photo) in view.photos.iter().enumerate() {
            let hash: BlobHash =
                photo.hash.parse().map_err(|_| DeviceError::not_found("photo", &photo.hash))?;
            let checked = self.checked(case, &hash, &known)?;
            told.push(PhotoEvidence {
                hash: photo.hash.clone(),
                n: at + 1,
                by: photo.by.clone(),
                window: checked.window,
                findings: checked.findings.iter().map(|finding| self.finding(finding)).collect(),
                asked_ms: known.asked_ms,
            });
        }
        Ok(told)
    }

    pub(crate) fn checked(&self, case: &CaseId, original: &BlobHash, known: &Known) -> Result<Checked> {
        let proof = self.proof_of(case, original, known)?;
        if proof.link.is_none() {
            let findings = vec![Finding::missing("no_record")];
            return Ok(Checked { findings, ..Checked::default() });
        }
        Ok(check_photo(&proof, &known.word, case, &|part| part.member().to_owned()))
    }

    /// A finding in the language in which views are read.
    #[must_use]
    pub fn finding(&self, finding: &Finding) -> FindingView {
        FindingView {
            level: finding.level,
            code: finding.code.to_owned(),
            text: self.worded(finding_words(&self.words, finding)),
        }
    }
}

/// A finding in words.
#[must_use]
pub fn finding_words(words: &yuandian_model::words::Words, finding: &Finding) -> Title {
    words.finding(finding.code, finding.facts.iter().map(|(name, value)| (*name, value.as_str())))
}
