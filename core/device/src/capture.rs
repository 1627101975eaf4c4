//! Capture records: made in the moment an original is on disk, signed, chained, and handed in when their case is.

use minicbor::bytes::ByteVec;
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use yuandian_document::SignedNotice;
use yuandian_document::cbor;
use yuandian_evidence::limits::{NOTICE_BYTES_MAX, REMARKS_MAX};
use yuandian_evidence::{
    CaptureReceipt, CaptureRecord, Dropped, Fix, Link, RECORD_VERSION, RecordHash, SignedLink, Source,
    TimeToken,
};
use yuandian_model::catalogue::PlacePrecision;
use yuandian_model::{BlobHash, CaseId, Code, Incarnation};
use yuandian_sync::limits::PUSH_LINKS_MAX;
use yuandian_sync::message::{LinkAnswer, LinkOffer, ServerKey};

use crate::draft::Draft;
use crate::error::{DeviceError, Result};
use crate::phone::{APP, Phone, incarnation};
use crate::store::captures::{self, State};
use crate::store::{cases, meta};

/// What the platform says of a capture beside its bytes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CaptureInfo {
    /// Camera or album.
    pub source: Source,
    /// Where the phone was, as its receiver says.
    pub fix: Option<PhoneFix>,
}

/// A position of the platform's receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhoneFix {
    /// Longitude, degrees WGS-84.
    pub lng: f64,
    /// Latitude, degrees WGS-84.
    pub lat: f64,
    /// Radius that the receiver claims, metres.
    pub accuracy_m: Option<u32>,
    /// Which receiver: `gps`, `network`, `fused` …
    pub provider: String,
    /// Whether the platform says that another app made the position up; none where it does not say.
    pub mock: Option<bool>,
}

impl CaptureInfo {
    /// The position as a record has it.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a place outside the world.
    pub(crate) fn fix(&self) -> Result<Option<Fix>> {
        let Some(fix) = &self.fix else { return Ok(None) };
        Fix::of(fix.lng, fix.lat, fix.accuracy_m, &fix.provider, fix.mock)
            .map(Some)
            .ok_or_else(|| DeviceError::invalid("position", "not a place on the earth: degrees WGS-84"))
    }
}

/// An original that is on disk, and what there is to record of it.
pub(crate) struct Recorded {
    pub original: BlobHash,
    pub size: u64,
    pub mime: String,
    pub pixels: Option<(u32, u32)>,
    pub source: Source,
    pub fix: Option<Fix>,
    pub remarks: Vec<String>,
}

/// The server's time, heard just now.
pub(crate) struct Heard<'t> {
    signed: &'t [u8],
    monotonic_ms: u64,
}

impl Heard<'_> {
    /// Keeps it in the transaction of what it came with.
    pub fn keep(&self, tx: &Connection) -> Result<()> {
        meta::set(tx, meta::TIME_TOKEN, self.signed)
    }

    /// When it came, monotonic ms.
    pub fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms
    }
}

impl Phone {
    /// Makes, signs and keeps the record of a captured file, in the transaction that names the file.
    pub(crate) fn record(
        &self,
        tx: &Connection,
        doc: &CaseId,
        recorded: &Recorded,
        state: State,
    ) -> Result<RecordHash> {
        let incarnation = incarnation(tx)?;
        let tip = captures::tip(tx, &incarnation)?;
        let n = tip.map_or(1, |(n, _)| n + 1);
        let now = self.ports.clock.monotonic_ms();
        let token = self.time_token(tx)?;
        // Where only the cell may be known no record says more.
        let fix = recorded.fix.clone().filter(|_| self.is_place_shared(tx, doc).unwrap_or(false));
        let since_token_ms = token.as_ref().and(self.token_monotonic_ms).map(|at| now.saturating_sub(at));
        let record = CaptureRecord {
            version: RECORD_VERSION,
            original: recorded.original,
            size: recorded.size,
            mime: recorded.mime.clone(),
            pixels: recorded.pixels,
            document: *doc,
            device: self.certificate.device,
            incarnation,
            n,
            prev: tip.map(|(_, name)| name),
            wall_ms: self.ports.clock.wall_ms(),
            monotonic_ms: now,
            token: token.map(Into::into),
            since_token_ms,
            fix,
            source: recorded.source,
            app: APP.to_owned(),
            signer: self.key.id(),
            remarks: recorded.remarks.iter().take(REMARKS_MAX).cloned().collect(),
        };
        let link = Link::Captured(Box::new(record));
        let signed = link.sign(&self.key);
        let name = signed.name(&link);
        captures::add(tx, (&incarnation, n), (doc, &recorded.original), (&name, &signed), state)?;
        Ok(name)
    }

    /// Whether the exact place of a draft or case may be told; not of what is not known here.
    fn is_place_shared(&self, tx: &Connection, doc: &CaseId) -> Result<bool> {
        let service = match (cases::draft(tx, doc)?, cases::case(tx, doc)?) {
            (_, Some(stored)) => stored.facts.service,
            (Some(draft), None) => serde_json::from_str::<Draft>(&draft)?.service,
            (None, None) => return Ok(false),
        };
        let found = self.catalogue.service(&service);
        Ok(found.is_some_and(|(service, _)| service.place == PlacePrecision::Exact))
    }

    /// Files of a draft that go nowhere: their places in the chain are accounted for, and nothing else of them is told.
    pub(crate) fn drop_records(&self, tx: &Connection, doc: &CaseId) -> Result<()> {
        for (incarnation, n, record) in captures::of_draft(tx, doc)? {
            let word = self.dropped(incarnation, n, record);
            captures::drop_record(tx, (&incarnation, n), &word)?;
        }
        Ok(())
    }

    fn dropped(&self, incarnation: Incarnation, n: u64, record: RecordHash) -> SignedLink {
        let device = self.certificate.device;
        let signer = self.key.id();
        Link::Dropped(Dropped { version: RECORD_VERSION, device, incarnation, n, record, signer })
            .sign(&self.key)
    }

    /// The last signed word of the server's clock.
    fn time_token(&self, tx: &Connection) -> Result<Option<Vec<u8>>> {
        meta::get(tx, meta::TIME_TOKEN)
    }

    /// A signed word of the server's clock that has just come, if the server signed it.
    pub(crate) fn heard<'t>(&self, signed: Option<&'t ByteVec>, keys: &[ServerKey]) -> Option<Heard<'t>> {
        let signed = signed?.as_slice();
        if TimeToken::believed(signed, keys).is_none() {
            tracing::warn!("a time token that the server did not sign");
            return None;
        }
        Some(Heard { signed, monotonic_ms: self.ports.clock.monotonic_ms() })
    }

    /// Records to be handed in now.
    pub(crate) fn links_to_offer(&self, tx: &Connection) -> Result<Vec<LinkOffer>> {
        let waiting = captures::waiting(tx, PUSH_LINKS_MAX)?;
        let offer = |waiting: captures::Waiting| LinkOffer {
            adopt: waiting.receipt.as_deref().and_then(read_receipt),
            link: waiting.link,
        };
        let fresh = waiting.into_iter().filter(|waiting| !self.run.links.contains(&waiting.name));
        Ok(fresh.map(offer).collect())
    }

    /// Keeps what the server says of records.
    pub(crate) fn keep_link_answers(
        &self,
        tx: &Transaction<'_>,
        answers: &[LinkAnswer],
        keys: &[ServerKey],
    ) -> Result<()> {
        for answer in answers {
            let Some(name) = &answer.record else {
                tracing::error!(code = %answer.code, "a capture record that the server cannot read");
                continue;
            };
            let receipt = answer.receipt.as_ref();
            let believed = receipt.and_then(|receipt| CaptureReceipt::believed(receipt, keys));
            match answer.code {
                Code::Ok | Code::Dup if receipt.is_none() => captures::answered(tx, name, None)?,
                Code::Ok | Code::Dup if believed.as_ref().is_some_and(|b| b.record == *name) => {
                    captures::answered(tx, name, receipt)?;
                }
                Code::Ok | Code::Dup => {
                    tracing::error!(record = %name, "a receipt of a capture that the server did not sign");
                    self.trouble(tx, "receipts")?;
                }
                // It comes again with the next run; a phone that was shut out has forgotten it by then.
                Code::RetryLater | Code::RRevoked => {}
                code => {
                    tracing::error!(record = %name, %code, "the server does not take a capture record");
                    captures::answered(tx, name, None)?;
                }
            }
        }
        Ok(())
    }
}

/// A kept receipt.
pub(crate) fn read_receipt(bytes: &[u8]) -> Option<SignedNotice> {
    cbor::decode("capture receipt", bytes, NOTICE_BYTES_MAX).ok()
}
