//! What the server has done of itself, read from outside. What must have been done follows from the catalogue's tables and the times at which
//! cases came to their stages, and from nothing that the server says of its timers.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_document::cbor;
use yuandian_model::catalogue::{After, Party};
use yuandian_model::{CaseId, Catalogue, Mark, Progress, WorkingCalendar};
use yuandian_vfs::Disk;

use crate::outside::{Copy, act_of};

/// Bytes of a progress, at most.
const PROGRESS_BYTES_MAX: usize = 64 * 1024;
/// The device of what the server does itself.
const PLATFORM: [u8; 16] = [0; 16];

/// A case that waits.
#[derive(Debug, Clone)]
struct Waits {
    service: String,
    stage: String,
    /// When it came to its stage, server's clock, ms since 1970.
    since_ms: i64,
    marks: BTreeSet<Mark>,
    /// What the server has done in it.
    done: Vec<String>,
}

/// What was found wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Acts that the server has done.
    pub fired: u64,
    /// Of these, done before in the same stage.
    pub twice: u64,
    /// Of these, done before their time.
    pub early: u64,
}

/// What comes in every case, and how far the history was read.
pub struct Book {
    catalogue: Catalogue,
    cases: BTreeMap<CaseId, Waits>,
    /// What comes next in each case: when, in which.
    due: BTreeSet<(i64, CaseId)>,
    read_to: i64,
    /// What was found so far.
    pub found: Found,
}

impl Book {
    /// Every case as it stands on the disk of a server that has done nothing of itself yet.
    ///
    /// # Errors
    /// Words, where the disk holds no whole store.
    pub fn open(disk: &Disk) -> Result<Self, String> {
        let mut book = Self {
            catalogue: Catalogue::embedded(),
            cases: BTreeMap::new(),
            due: BTreeSet::new(),
            read_to: 0,
            found: Found::default(),
        };
        let copy = Copy::of(disk)?;
        let head = copy.rows("SELECT coalesce(max(seq), 0) FROM commit_log", [], |row| row.get(0))?;
        book.read_to = head.first().copied().unwrap_or(0);
        let rows = copy.rows("SELECT id, service, stage, progress FROM case_row", [], |row| {
            let (id, service, stage): ([u8; 16], String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((id, service, stage, row.get::<_, Vec<u8>>(3)?))
        })?;
        for (id, service, stage, bytes) in rows {
            let progress: Progress =
                cbor::decode("progress", &bytes, PROGRESS_BYTES_MAX).map_err(|e| e.to_string())?;
            let since_ms = progress.steps.last().ok_or("a case that came to no stage")?.at_ms;
            let waits = Waits { service, stage, since_ms, marks: progress.marks, done: Vec::new() };
            book.expect(CaseId(id), waits);
        }
        Ok(book)
    }

    /// Reads what stands in the history since, and holds it against what had to come.
    ///
    /// # Errors
    /// Words, where the disk holds no whole store.
    pub fn read_on(&mut self, disk: &Disk) -> Result<(), String> {
        let sql = "SELECT seq, document, received_ms, envelope FROM commit_log WHERE device = ?1 AND seq > ?2 ORDER BY seq";
        let read = Copy::of(disk)?.rows(sql, (PLATFORM, self.read_to), |row| {
            let (seq, document): (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
            Ok((seq, document, row.get(2)?, row.get(3)?))
        })?;
        for (seq, document, at_ms, envelope) in read {
            self.read_to = seq;
            let act = act_of(envelope)?.ok_or("the server has written something else than an act")?;
            self.did(CaseId(document), &act, at_ms);
        }
        Ok(())
    }

    /// Acts whose time has come and that stand in no history.
    #[must_use]
    pub fn missing(&self, now_ms: i64) -> u64 {
        self.due.iter().take_while(|(due_ms, _)| *due_ms <= now_ms).count() as u64
    }

    /// When the next act of all comes; none where nothing comes any more.
    #[must_use]
    pub fn next_ms(&self) -> Option<i64> {
        self.due.first().map(|(due_ms, _)| *due_ms)
    }

    fn did(&mut self, case: CaseId, act: &str, at_ms: i64) {
        self.found.fired += 1;
        let Some(mut waits) = self.cases.remove(&case) else {
            self.found.early += 1;
            return;
        };
        let next = self.next(&waits);
        if let Some((_, due_ms)) = &next {
            self.due.remove(&(*due_ms, case));
        }
        match next {
            Some((name, due_ms)) if name == act => self.found.early += u64::from(at_ms < due_ms),
            _ if waits.done.iter().any(|done| done == act) => self.found.twice += 1,
            // What nothing called for has come before any time.
            _ => self.found.early += 1,
        }
        let row = self.catalogue.service(&waits.service).and_then(|(_, workflow)| workflow.act(act));
        if let Some(row) = row {
            waits.marks.extend(row.sets.iter().copied());
            waits.marks.retain(|mark| !row.clears.contains(mark));
            if let Some(stage) = row.to.as_ref().filter(|stage| **stage != waits.stage) {
                waits.stage.clone_from(stage);
                waits.since_ms = at_ms;
            }
        }
        waits.done.push(act.to_owned());
        self.expect(case, waits);
    }

    fn expect(&mut self, case: CaseId, waits: Waits) {
        if let Some((_, due_ms)) = self.next(&waits) {
            self.due.insert((due_ms, case));
        }
        self.cases.insert(case, waits);
    }

    /// The server's next act in a case and its time, by the rows of the tables: the earliest of those of its stage that its marks do not bar.
    fn next(&self, waits: &Waits) -> Option<(String, i64)> {
        let (service, workflow) = self.catalogue.service(&waits.service)?;
        let mut found: Option<(String, i64)> = None;
        for row in &workflow.acts {
            let marked = row.needs.iter().all(|mark| waits.marks.contains(mark))
                && !row.bars.iter().any(|mark| waits.marks.contains(mark));
            if !row.by.contains(&Party::System) || !row.from.contains(&waits.stage) || !marked {
                continue;
            }
            let Some(After::Stage(limit)) = service.after_of(row) else { continue };
            let due_ms = waits.since_ms + WorkingCalendar::embedded().total_ms(limit);
            if found.as_ref().is_none_or(|(_, earliest)| due_ms < *earliest) {
                found = Some((row.id.clone(), due_ms));
            }
        }
        found
    }
}
