//! What the record of a photo, its receipt and its place in the log prove. A phone that shows a case and the verifier of a bundle ask the same.

use yuandian_document::{DeviceCertificate, ServerKey, SignedNotice};
use yuandian_model::CaseId;

use crate::finding::{Finding, Level};
use crate::limits::PATH_HASHES_MAX;
use crate::log::{CaptureReceipt, Checkpoint};
use crate::merkle::is_included;
use crate::record::{CaptureRecord, Link, RecordHash, SignedLink, Source};
use crate::statement::{AboutRecord, PathHash, Statement, hashes};
use crate::window::Window;

/// A part of a photo's proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The signed record.
    Record,
    /// The certificate of the key that signed it.
    Device,
    /// The server's receipt.
    Receipt,
    /// From the receipt's leaf to the checkpoint.
    Proof,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::Record, Self::Device, Self::Receipt, Self::Proof];

    /// The end of its name in a bundle.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Record => "record.cbor",
            Self::Device => "device.cbor",
            Self::Receipt => "receipt.cbor",
            Self::Proof => "proof.cbor",
        }
    }
}

/// What there is of a photo's proof.
#[derive(Debug, Clone, Default)]
pub struct PhotoProof {
    /// The signed record.
    pub link: Option<SignedLink>,
    /// The certificate of the key that signed it.
    pub certificate: Option<DeviceCertificate>,
    /// The server's receipt.
    pub receipt: Option<SignedNotice>,
    /// From the receipt's leaf to the checkpoint.
    pub path: Option<Vec<PathHash>>,
}

/// What photos are checked against: keys that are believed, and what they signed.
#[derive(Debug, Clone, Default)]
pub struct ServerWord {
    /// The server's keys.
    pub keys: Vec<ServerKey>,
    /// Where the log stood.
    pub checkpoint: Option<Checkpoint>,
    /// The server's word on the case.
    pub statement: Option<Statement>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The record, where it can be read.
    pub record: Option<CaptureRecord>,
    /// Between which moments it was made.
    pub window: Option<Window>,
    /// What was found, in the order checked.
    pub findings: Vec<Finding>,
}

struct Check<'a> {
    server: &'a ServerWord,
    name_of: &'a dyn Fn(Part) -> String,
    found: Vec<Finding>,
}

/// Checks what there is. What is not there is not said to be missing: the caller knows why it is not. `name_of` names parts for findings.
#[must_use]
pub fn check_photo(
    proof: &PhotoProof,
    server: &ServerWord,
    case: &CaseId,
    name_of: &dyn Fn(Part) -> String,
) -> Checked {
    let mut check = Check { server, name_of, found: Vec::new() };
    let Some((record, name)) = check.recorded(proof, case) else {
        return Checked { findings: check.found, ..Checked::default() };
    };
    let receipt = check.received(proof, &record, name);
    let window = Window::of(&record, receipt.as_ref(), &server.keys);
    check.timed(&record, &window);
    check.placed(&record);
    check.remarked(&record);
    match &server.statement {
        None => {}
        Some(statement) => match statement.records.iter().find(|about| about.record == name) {
            Some(about) => check.chained(about),
            None => check.say(Finding::new(Level::Missing, "no_word_on_chain")),
        },
    }
    Checked { record: Some(record), window: Some(window), findings: check.found }
}

impl Check<'_> {
    fn say(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    fn broken(&mut self, code: &'static str, part: Part) -> Finding {
        Finding::new(Level::Broken, code).of(&(self.name_of)(part))
    }

    /// The record, if a device signed it for this case.
    fn recorded(&mut self, proof: &PhotoProof, case: &CaseId) -> Option<(CaptureRecord, RecordHash)> {
        let signed = proof.link.as_ref()?;
        let link = match signed.open() {
            Ok(link) => link,
            Err(error) => {
                let finding = self.broken("form", Part::Record).with("why", error);
                self.say(finding);
                return None;
            }
        };
        let name = signed.name(&link);
        let signature = proof.certificate.as_ref().map(|certificate| {
            let key =
                certificate.verify().map_err(|error| (Part::Device, "certificate", error.to_string()))?;
            signed.verify(&link, &key).map_err(|error| (Part::Record, "signature", error.to_string()))
        });
        let Link::Captured(record) = link else {
            let finding = self.broken("dropped", Part::Record);
            self.say(finding);
            return None;
        };
        match signature {
            None => {}
            Some(Ok(())) => {
                self.say(Finding::new(Level::Proven, "record_signed").with("device", record.device));
            }
            Some(Err((part, code, why))) => {
                let finding = self.broken(code, part).with("why", why);
                self.say(finding);
            }
        }
        if record.document != *case {
            let finding = self.broken("other_case", Part::Record).with("case", record.document);
            self.say(finding);
        }
        Some((*record, name))
    }

    /// The receipt, if the server signed it for this record, and its place in the log.
    fn received(
        &mut self,
        proof: &PhotoProof,
        record: &CaptureRecord,
        name: RecordHash,
    ) -> Option<CaptureReceipt> {
        let notice = proof.receipt.as_ref()?;
        let believed = CaptureReceipt::believed(notice, &self.server.keys);
        let Some(receipt) = believed.filter(|receipt| receipt.record == name) else {
            let finding = self.broken("signature", Part::Receipt);
            self.say(finding);
            return None;
        };
        self.say(
            Finding::new(Level::Proven, "received")
                .with("at_ms", receipt.received_ms)
                .with("user", receipt.user)
                .with("n", record.n),
        );
        if let (Some(path), Some(checkpoint)) = (&proof.path, &self.server.checkpoint) {
            if receipt.log != checkpoint.log {
                self.say(Finding::new(Level::Missing, "other_log").with("log", receipt.log));
                return Some(receipt);
            }
            let leaf = receipt.entry().hash();
            let stands = path.len() <= PATH_HASHES_MAX
                && is_included(&leaf, receipt.index, checkpoint.size, &hashes(path), &checkpoint.root);
            let finding = if stands {
                Finding::new(Level::Proven, "in_log")
            } else {
                self.broken("not_in_log", Part::Proof)
            };
            self.say(finding.with("index", receipt.index));
        }
        Some(receipt)
    }

    fn timed(&mut self, record: &CaptureRecord, window: &Window) {
        match (window.after_ms, &record.token) {
            (Some(after), _) => self.say(Finding::new(Level::Proven, "not_before").with("at_ms", after)),
            (None, Some(_)) => {
                let finding = self.broken("token", Part::Record);
                self.say(finding);
            }
            (None, None) => self.say(Finding::new(Level::Missing, "no_token")),
        }
        if let Some(measured) = window.measured_ms.filter(|measured| Some(*measured) != window.after_ms) {
            self.say(Finding::new(Level::Claimed, "stopwatch").with("at_ms", measured));
        }
        let flags =
            [(window.stopwatch_contradicts, "stopwatch_contradicts"), (window.wall_outside, "wall_outside")];
        for (_, code) in flags.iter().filter(|(is, _)| *is) {
            self.say(Finding::new(Level::Remarkable, code));
        }
        self.say(Finding::new(Level::Claimed, "wall_clock").with("at_ms", record.wall_ms));
    }

    fn placed(&mut self, record: &CaptureRecord) {
        let Some(fix) = &record.fix else {
            return self.say(Finding::new(Level::Claimed, "no_position"));
        };
        let (lng, lat) = fix.degrees();
        let accuracy = fix.accuracy_m.map_or_else(|| "?".to_owned(), |metres| metres.to_string());
        let provider = if fix.provider.is_empty() { "?" } else { &fix.provider };
        self.say(
            Finding::new(Level::Claimed, "position")
                .with("lng", format!("{lng:.7}"))
                .with("lat", format!("{lat:.7}"))
                .with("accuracy_m", accuracy)
                .with("provider", provider),
        );
        if fix.mock == Some(true) {
            self.say(Finding::new(Level::Remarkable, "mock_position"));
        }
    }

    /// Where the file came from and what its phone saw in it.
    fn remarked(&mut self, record: &CaptureRecord) {
        self.say(match record.source {
            Source::Camera => Finding::new(Level::Claimed, "from_camera"),
            Source::Album => Finding::new(Level::Remarkable, "from_album"),
            Source::Unknown => Finding::new(Level::Claimed, "from_unknown"),
        });
        if !record.remarks.is_empty() {
            self.say(Finding::new(Level::Remarkable, "remarks").with("remarks", record.remarks.join(", ")));
        }
    }

    fn chained(&mut self, about: &AboutRecord) {
        let chain = about.chain;
        let finding = |level, code| Finding::new(level, code).with("before", chain.before);
        self.say(if chain.is_unbroken() {
            finding(Level::Proven, "chain_unbroken")
        } else if chain.forked {
            finding(Level::Remarkable, "chain_forked")
        } else if chain.broken > 0 {
            finding(Level::Remarkable, "chain_broken").with("count", chain.broken)
        } else {
            finding(Level::Remarkable, "chain_gap").with("missing", chain.missing)
        });
        for like in &about.likeness {
            let code = match (like.same_file, like.document.is_some()) {
                (true, true) => "same_file",
                (true, false) => "same_file_elsewhere",
                (false, true) => "looks_like",
                (false, false) => "looks_like_elsewhere",
            };
            let mut finding = Finding::new(Level::Remarkable, code).with("sha256", like.original);
            if let Some(case) = like.document {
                finding = finding.with("case", case);
            }
            self.say(finding);
        }
    }
}
