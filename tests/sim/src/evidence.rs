//! What the world knows of captures: when each truly was, and that the server's evidence says nothing else.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_evidence::{Level, Link, PhotoProof, ServerWord, Statement, check_photo};
use yuandian_model::{BlobHash, CaseId, DeviceId};
use yuandian_server::store::{
    Authority as _, CaseLine, EvidenceQuestion, SqliteStore, Store as _, Witness as _,
};
use yuandian_sync::StreamId;
use yuandian_sync::message::EvidenceReply;

use crate::invariant::{Broken, Invariant, Step, hold};
use crate::reference::What;
use crate::situation::Situation;
use crate::world::World;

/// When pictures were taken, true time, ms since 1970: by device and file. A copied phone is the same device.
pub type Captures = BTreeMap<(DeviceId, BlobHash), BTreeSet<i64>>;

impl World {
    /// A person takes a picture now, whatever becomes of it.
    pub fn took(&mut self, index: usize, hash: BlobHash) {
        let now = self.server_ms();
        if let Some(device) = self.devices[index].id {
            self.captures.entry((device, hash)).or_default().insert(now);
        }
    }

    /// Every photo that arrived stands in the log with its record, and what is proven of when it was taken is true.
    ///
    /// # Errors
    /// The promise that breaks.
    pub fn check_evidence(&mut self, lines: &BTreeMap<CaseId, CaseLine>) -> Step {
        let Some(store) = self.server.store().cloned() else { return Ok(()) };
        let broken =
            |e: yuandian_server::store::StoreError| Broken::new(Invariant::ServerNeverFails, e.to_string());
        let keys = store.keys(&[1; 32], self.server_ms()).map_err(broken)?;
        for case in lines.keys() {
            let Some(reply) = self.evidence_of(&store, case)? else { continue };
            let statement = Statement::believed(&reply.statement, &keys);
            let checkpoint = yuandian_evidence::Checkpoint::believed(&reply.checkpoint, &keys);
            let word = ServerWord { keys: keys.clone(), checkpoint, statement };
            hold(word.checkpoint.is_some() && word.statement.is_some(), Invariant::CapturesProven, || {
                format!("{case}: the server did not sign its evidence")
            })?;
            for taken in &reply.records {
                let proof = PhotoProof {
                    link: Some(taken.link.clone()),
                    certificate: Some(taken.certificate.clone()),
                    receipt: Some(taken.receipt.clone()),
                    path: Some(taken.path.clone()),
                };
                let checked = check_photo(&proof, &word, case, &|part| part.member().to_owned());
                let (Some(record), Some(window)) = (checked.record, checked.window) else {
                    return Err(Broken::new(
                        Invariant::CapturesProven,
                        format!("{case}: a record without words"),
                    ));
                };
                let index = self.devices.iter().position(|device| device.id == Some(record.device));
                let Some(index) = index.filter(|index| !self.devices[*index].person.malicious) else {
                    continue;
                };
                let wrong = checked.findings.iter().find(|finding| finding.level == Level::Broken);
                hold(wrong.is_none(), Invariant::CapturesProven, || format!("{case}: {wrong:?}"))?;
                let truths =
                    self.captures.get(&(record.device, record.original)).cloned().unwrap_or_default();
                let holds = |at: &i64| {
                    window.measured_ms.is_none_or(|from| from <= *at)
                        && window.before_ms.is_some_and(|to| *at <= to)
                };
                hold(truths.iter().any(holds), Invariant::CapturesProven, || {
                    format!("{case}: phone {index} took {} at {truths:?}, proven {window:?}", record.original)
                })?;
                self.situations.reached(Situation::CaptureProven);
                self.situations.reached_if(window.wall_outside, Situation::WrongClockShown);
            }
            self.check_recorded(case, &reply)?;
        }
        Ok(())
    }

    fn evidence_of(&self, store: &SqliteStore, case: &CaseId) -> Step<Option<EvidenceReply>> {
        let failed =
            |e: yuandian_server::store::StoreError| Broken::new(Invariant::ServerNeverFails, e.to_string());
        let streams = store.case_streams(case).map_err(failed)?;
        let streams: BTreeSet<StreamId> = streams.into_iter().map(|stream| stream.stream).collect();
        let Some(device) = self.devices.iter().find_map(|device| device.id.zip(device.person.user)) else {
            return Ok(None);
        };
        let question = EvidenceQuestion {
            document: *case,
            seen: None,
            export: false,
            user: device.1,
            device: device.0,
            streams: &streams,
            reads: &|_| true,
        };
        store.evidence(&question, self.server_ms()).map_err(failed)
    }

    /// What a phone called saved, and the server has, has its record there. A restored server may have both from another phone of the person.
    fn check_recorded(&self, case: &CaseId, reply: &EvidenceReply) -> Step {
        if self.reference.restored {
            return Ok(());
        }
        let originals: BTreeSet<(Option<DeviceId>, BlobHash)> = reply
            .records
            .iter()
            .filter_map(|taken| match taken.link.open().ok()? {
                Link::Captured(record) => Some((Some(record.device), record.original)),
                Link::Dropped(_) => None,
            })
            .collect();
        let saved = self.reference.saved.iter().filter(|saved| saved.case == *case && !saved.given_up);
        for saved in saved {
            let (What::Photo(hash) | What::File(hash)) = &saved.what else { continue };
            let device = &self.devices[saved.device];
            if device.person.malicious
                || device.restored
                || device.cloned_from.is_some()
                || !self.server_has(saved)
            {
                continue;
            }
            hold(originals.contains(&(device.id, *hash)), Invariant::CapturesProven, || {
                format!("{case}: file {hash} of phone {} is there without its record", saved.device)
            })?;
        }
        Ok(())
    }
}
