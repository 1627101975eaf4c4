//! `open`: everything a screen shows of a cold case of 15 changes, against what Automerge alone needs to load and read its document.
//!
//! Ours is the first [`Phone::case`] of a phone whose store was just opened: rows, receipted commits, document, conflicts, history and
//! what the person may do. The floor loads the very snapshot that the phone has stored and reads all of it (`hydrate`). The operating
//! system's cache is left as it is for both.
//!
//! `goal` is for `ratio`. Further members: `case_bytes` (of the snapshot), `changes`, `second_time_ms` (the same call again, warm).

use std::error::Error;
use std::path::Path;

use automerge::Automerge;
use rusqlite::Connection;
use serde_json::{Map, json};
use yuandian_device::CaseId;
use yuandian_device::platform::open_home;
use yuandian_document::{Act, Content, Edit, Kind, NoteEntry, Place, Report, actor};
use yuandian_model::form::SharedAnswer;
use yuandian_model::refusal::Facts;
use yuandian_model::{Code, DeviceId, EntryId, Incarnation, UserId, Wgs84};
use yuandian_sync::message::{PullReply, PulledCase, PulledCommit};
use yuandian_sync::{CaseFacts, Keep, Person};

use crate::bench::{Figure, median, medians, round, timed};
use crate::phone::{GRID, grid_worker, hello, page as page_of, stream};

/// Pairs measured.
const PAIRS: usize = 200;
/// Pairs before them that are not.
const WARM_UP: usize = 10;
/// Changes of the case.
const CHANGES: u8 = 15;
/// People who write them in turn.
const PEOPLE: u8 = 3;
/// What must hold, as a ratio.
const RATIO_MAX: f64 = 2.0;
/// Any moment, ms since 1970.
const NOW_MS: i64 = 1_780_000_000_000;

/// Measures.
///
/// # Errors
/// The disk's and the phone's; a case whose snapshot does not hold what was written.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let case = CaseId([3; 16]);
    let mut phone = grid_worker(folder.path())?;
    phone.keep(&Keep::Hello(hello(1)?))?;
    phone.keep(&Keep::Page(page(case)?))?;
    drop(phone);
    let snapshot = snapshot(folder.path(), &case)?;
    let mut samples = Vec::with_capacity(PAIRS);
    let mut again = Vec::with_capacity(PAIRS);
    for number in 0..WARM_UP + PAIRS {
        let phone = open_home(folder.path(), None)?;
        let bare = || Automerge::load(&snapshot).map(|document| document.hydrate(None));
        let (view, ours, floor) = if number % 2 == 0 {
            let (view, ours) = timed(|| phone.case(&case))?;
            let (_, floor) = timed(bare)?;
            (view, ours, floor)
        } else {
            let (_, floor) = timed(bare)?;
            let (view, ours) = timed(|| phone.case(&case))?;
            (view, ours, floor)
        };
        if view.history.len() != usize::from(CHANGES) + 1 || view.notes.is_empty() {
            return Err("the view does not hold what was written".into());
        }
        let (_, second) = timed(|| phone.case(&case))?;
        if number >= WARM_UP {
            samples.push((ours, floor));
            again.push(second);
        }
    }
    let (ours, floor) = medians(&samples);
    let more = Map::from_iter([
        ("case_bytes".to_owned(), json!(snapshot.len())),
        ("changes".to_owned(), json!(CHANGES)),
        ("second_time_ms".to_owned(), json!(round(median(again)))),
    ]);
    Ok(Figure {
        name: "open",
        samples,
        goal: RATIO_MAX,
        holds: ours / floor <= RATIO_MAX,
        more,
        words: format!(
            "{PAIRS} times a cold case of {CHANGES} changes against loading and reading its document bare"
        ),
    })
}

/// The case as a server sends it: its report and what three people wrote in turn.
fn page(case: CaseId) -> Result<PullReply, Box<dyn Error>> {
    let place = Place::exact(Wgs84::new(113.613_25, 34.752_16)?, Some(12));
    let service = "case.city.E06010".to_owned();
    let report = Report { service: service.clone(), grid: GRID.parse()?, place: Some(place) };
    let mut commits = vec![commit(1, Kind::Act, Act::report(report).to_bytes())];
    let mut content = Content::default();
    for number in 0..CHANGES {
        let by = actor(&device(number), &case, &Incarnation([9; 16]), 0);
        let heads = content.heads();
        let edits = edits(number, &content.view().description);
        let written = content.write(&heads, &by, &edits, NOW_MS)?;
        let (_, body) = written.ok_or("an edit that writes nothing")?;
        commits.push(commit(number + 2, Kind::Content, body));
    }
    let facts = CaseFacts {
        service,
        catalogue: 1,
        grid: GRID.parse()?,
        place: Some(place),
        author: Person { user: UserId([1; 16]), name: "王网格".to_owned() },
        stage: "reported".to_owned(),
        act_seq: 1,
        holders: vec![],
        waiting: 0,
        my_position: None,
        opened_ms: NOW_MS,
        title: String::new(),
        photos: 0,
        touched_ms: NOW_MS,
        followers: 0,
        followed: false,
        conflict: false,
        progress: None,
    };
    let seq = u64::from(CHANGES) + 1;
    let pulled = PulledCase {
        stream: stream(),
        partition: yuandian_model::PartitionId::ONLY,
        document: case,
        seq,
        gone: None,
        commits,
        facts: Some(facts),
        stored: vec![],
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    };
    Ok(page_of(vec![pulled], seq, false))
}

fn device(number: u8) -> DeviceId {
    DeviceId([number % PEOPLE + 1; 16])
}

/// A description, then answers, notes and a longer description.
fn edits(number: u8, text: &str) -> Vec<Edit> {
    let answer =
        |key: &str, value: String| Edit::Answer { key: key.to_owned(), value: SharedAnswer::standing(value) };
    let note = |text: &str| NoteEntry::of(text, NOW_MS);
    match number % 5 {
        0 => vec![
            Edit::Describe(format!("{text}第{number}次到场：东门外公交站旁有暴露垃圾，约三袋，已有异味。")),
            answer("address", format!("东门外公交站旁{number}米")),
        ],
        1 | 3 => vec![answer("amount", format!("{number}袋")), answer("severity", "normal".to_owned())],
        _ => {
            vec![Edit::Note(EntryId([number + 1; 16]), note("已通知环卫，预计今天下午清运，清完拍照上报。"))]
        }
    }
}

fn commit(seq: u8, kind: Kind, body: Vec<u8>) -> PulledCommit {
    let author = seq.saturating_sub(2);
    PulledCommit {
        n: u64::from(seq),
        seq: u64::from(seq),
        kind,
        device: device(author),
        incarnation: Incarnation([9; 16]),
        branch: 0,
        generation: 0,
        group: None,
        user: UserId([author % PEOPLE + 1; 16]),
        name: format!("网格员{}", author % PEOPLE + 1),
        wall_ms: NOW_MS,
        received_ms: NOW_MS,
        code: Code::Ok,
        facts: Facts::new(),
        body,
        micros: vec![],
        change: None,
    }
}

/// The document as the phone has stored it.
fn snapshot(home: &Path, case: &CaseId) -> Result<Vec<u8>, Box<dyn Error>> {
    let db = Connection::open(home.join("phone.db"))?;
    let snapshot: Vec<u8> =
        db.query_row("SELECT snapshot FROM cases WHERE id = ?1", [case.as_bytes()], |row| row.get(0))?;
    let quarantined: i64 = db.query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?;
    if quarantined > 0 {
        return Err("the phone's gate refused what was written".into());
    }
    Ok(snapshot)
}
