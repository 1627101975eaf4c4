//! Cases that wait for an act of the server: a few that real phones have opened, and as many more as are wanted with the rows of these.
//!
//! What a phone and the hub take milliseconds for is done once for each kind of case. Another one of its kind is its rows under another name
//! and some time later: the case, the streams it stands in and the timer that the server has set. It has no document, which no timer asks for.

use sha2::{Digest, Sha256};
use yuandian_device::{ActCommand, CaseId, Draft};
use yuandian_document::cbor;
use yuandian_model::{Progress, Role};
use yuandian_vfs::{Disk, Image};

use crate::device::{Device, Person};
use crate::outside::{Copy, alone};
use crate::photo;
use crate::server::Server;
use crate::straight::{self, Ended, all_arrives};

/// Where everybody lives.
const GRID: &str = "410102001";
/// Over how long the cases were opened, ms: three days.
const SPREAD_MS: u64 = 3 * 24 * 60 * 60 * 1000;
/// Bytes of a progress, at most.
const PROGRESS_BYTES_MAX: usize = 64 * 1024;

/// A kind of case that waits.
struct Kind {
    service: &'static str,
    /// What its form asks.
    answers: &'static [(&'static str, &'static str)],
    /// What a volunteer does in it.
    acts: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind { service: "help.errand", answers: &[], acts: &[] },
    Kind { service: "help.errand", answers: &[], acts: &["claim", "report_back"] },
    Kind { service: "help.escort", answers: &[], acts: &[] },
    Kind {
        service: "order.elder.meal",
        answers: &[("time", "2026-09-25"), ("address", "Door 5")],
        acts: &[],
    },
    Kind { service: "alert.elder", answers: &[("kind", "fall")], acts: &[] },
];

/// The disk of a server on which so many cases wait, none less than there are kinds.
///
/// # Errors
/// Words, where a phone or the server does not do its part.
pub fn waiting(count: usize) -> Result<Image, String> {
    let (mut server, mut clock, mut runs) = (Server::new(0, None), 0, 0);
    server.start().map_err(|e| e.to_string())?;
    let mut people = [phone(0, Role::Resident)?, phone(1, Role::Volunteer)?];
    for person in &mut people {
        straight::enrol(person, &mut server, clock)?;
    }
    let [author, helper] = &mut people;
    let mut sync = |device: &mut Device, server: &mut Server| {
        runs += 1;
        match straight::sync(device, server, (runs, &mut clock), &mut all_arrives)? {
            Ended::With(report) if report.complete => Ok(()),
            other => Err(format!("a run on a perfect day ended as {other:?}")),
        }
    };
    let mut opened = Vec::new();
    for kind in &KINDS {
        opened.push(open(author, kind.service, kind.answers)?);
    }
    sync(author, &mut server)?;
    sync(helper, &mut server)?;
    for (case, kind) in opened.iter().zip(&KINDS) {
        for name in kind.acts {
            let phone = helper.phone.as_mut().ok_or("a phone that was opened")?;
            let command = ActCommand { name, ..ActCommand::default() };
            phone.act(case, &command).map_err(|e| format!("{name}: {e}"))?;
            sync(helper, &mut server)?;
        }
    }
    server.stop();
    let disk = Disk::with(0, &server.disk.image());
    let kinds = opened.iter().map(|case| Ok((*case, progress(&disk, case)?)));
    multiply(&disk, &kinds.collect::<Result<Vec<_>, String>>()?, count).map_err(|e| e.to_string())?;
    Ok(disk.image())
}

fn phone(number: usize, role: Role) -> Result<Device, String> {
    let grid = GRID.parse().map_err(|_| "no division")?;
    let person = Person { number, user: None, role, grid, malicious: false };
    Ok(Device::new(number, person, number as u64))
}

fn open(author: &mut Device, service: &str, answers: &[(&str, &str)]) -> Result<CaseId, String> {
    let said = answers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let draft = Draft {
        service: service.to_owned(),
        position: Some(photo::place(0)),
        text: service.to_owned(),
        answers: said.collect(),
        no_photo: Some("too dark".to_owned()),
        ..Draft::default()
    };
    let phone = author.phone.as_mut().ok_or("a phone that was opened")?;
    let saved = phone.save_draft(None, &draft).and_then(|id| phone.finish(&id).map(|_| id));
    saved.map_err(|e| format!("{service}: {e}"))
}

fn progress(disk: &Disk, case: &CaseId) -> Result<Progress, String> {
    let sql = "SELECT progress FROM case_row WHERE id = ?1";
    let rows = Copy::of(disk)?.rows(sql, [case.0], |row| row.get::<_, Vec<u8>>(0))?;
    let bytes = rows.first().ok_or_else(|| format!("{case} is nowhere"))?;
    cbor::decode("progress", bytes, PROGRESS_BYTES_MAX).map_err(|e| e.to_string())
}

/// More cases of these kinds until there are so many, each opened some time later.
fn multiply(disk: &Disk, kinds: &[(CaseId, Progress)], count: usize) -> rusqlite::Result<()> {
    let mut db = alone(disk)?;
    let all = db.transaction()?;
    for number in kinds.len()..count {
        let drawn: [u8; 32] = Sha256::digest(format!("waiting {number}")).into();
        let (case, mut progress) = kinds[number % kinds.len()].clone();
        let (id, later_ms) = (&drawn[..16], later(&drawn));
        progress.steps.iter_mut().for_each(|step| step.at_ms += later_ms);
        all.prepare_cached(
            "INSERT INTO case_row SELECT ?2, service, catalogue, grid, author, stage, act_seq, holders, waiting, followers, place, partition,
             opened_ms + ?3, touched_ms + ?3, touched_seq, version, log_bytes, title, photos, conflict, aged, ended, ?4
             FROM case_row WHERE id = ?1",
        )?
        .execute((case.0, id, later_ms, cbor::encode(&progress)))?;
        all.prepare_cached(
            "INSERT INTO membership SELECT partition, stream, ?2, seq, since_seq, state, reason, gone_ms
             FROM membership WHERE document = ?1",
        )?
        .execute((case.0, id))?;
        all.prepare_cached("INSERT INTO timer SELECT kind, ?2, due_ms + ?3 FROM timer WHERE subject = ?1")?
            .execute((case.0, id, later_ms))?;
    }
    all.commit()?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// How much later the case of these drawn bytes was opened, ms.
fn later(drawn: &[u8; 32]) -> i64 {
    let number = drawn[24..].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    i64::try_from(number % SPREAD_MS).unwrap_or(0)
}
