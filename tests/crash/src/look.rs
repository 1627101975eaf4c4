//! What is on a disk after a fault: SQLite's own word, every row, every photo file; and what the phone shows of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use yuandian_device::view::NoteView;
use yuandian_device::{Phone, Result};
use yuandian_model::BlobHash;
use yuandian_vfs::{Disk, FaultBlobDir};

use crate::home::STORE;

/// Every row of every table, a line a row.
pub type Rows = BTreeMap<String, Vec<String>>;

/// Reads a store that no phone has open, without the phone. A store that was never made has no tables.
///
/// # Errors
/// Words, where the store cannot be read or SQLite finds it damaged.
pub fn rows(disk: &Disk) -> std::result::Result<Rows, String> {
    let words = |e: rusqlite::Error| e.to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = Connection::open_with_flags_and_vfs(Path::new(STORE), flags, disk.vfs()).map_err(words)?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(words)?;
    for check in ["integrity_check", "foreign_key_check"] {
        let mut statement = db.prepare(&format!("PRAGMA {check}")).map_err(words)?;
        let mut said = statement.query([]).map_err(words)?;
        while let Some(row) = said.next().map_err(words)? {
            let line: String = row.get(0).map_err(words)?;
            if line != "ok" {
                return Err(format!("{check}: {line}"));
            }
        }
    }
    // A virtual table's rows are those of its shadow tables. Files that are still to be removed are no part of what a command did.
    let real = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'doomed' AND sql NOT LIKE 'CREATE VIRTUAL%'
         ORDER BY name";
    let mut statement = db.prepare(real).map_err(words)?;
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(words)?;
    names.into_iter().map(|name| Ok((name.clone(), table(&db, &name).map_err(words)?))).collect()
}

fn table(db: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{name}\""))?;
    let columns = statement.column_count();
    let mut found = statement.query([])?;
    let mut lines = vec![];
    while let Some(row) = found.next()? {
        let mut line = String::new();
        for column in 0..columns {
            let cell = match row.get_ref(column)? {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Blob(bytes) => short(bytes),
            };
            line.push_str(&cell);
            line.push('|');
        }
        // That the log is still to be cut is, like a file that is still to be removed, no part of what a command did.
        if !["scrub_due|", "index_due|"].iter().any(|due| name == "meta" && line.starts_with(due)) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Short bytes whole, long ones by their hash.
fn short(bytes: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if bytes.len() <= 64 {
        hex(bytes)
    } else {
        format!("{} bytes {}", bytes.len(), hex(&Sha256::digest(bytes)[..8]))
    }
}

/// In which tables two stores differ, with the first lines that only one has.
pub fn differ(a: &Rows, b: &Rows) -> String {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let none = vec![];
    let mut words = vec![];
    for name in names {
        let lines = |rows: &Rows| rows.get(name).unwrap_or(&none).iter().cloned().collect::<BTreeSet<_>>();
        let (here, there) = (lines(a), lines(b));
        for (mark, line) in
            here.difference(&there).map(|l| ('+', l)).chain(there.difference(&here).map(|l| ('-', l))).take(2)
        {
            words.push(format!("{name} {mark}{}", line.chars().take(160).collect::<String>()));
        }
    }
    words.join("\n    ")
}

/// Photo files that a phone's drafts and cases count on and that the disk does not hold whole, by hash.
pub fn files_missing(disk: &Disk, phone: &Phone, rows: &Rows) -> Result<Vec<String>> {
    let mut named: BTreeSet<BlobHash> = BTreeSet::new();
    for (_, draft, _) in phone.drafts()? {
        named.extend(draft.photos.iter().map(|photo| photo.hash));
        named.extend(draft.files.iter().map(|file| file.hash));
    }
    for line in rows.get("blobs").into_iter().flatten() {
        named.extend(line.split('|').next().and_then(|hash| hash.parse::<BlobHash>().ok()));
    }
    // What was let go is with the server and in its backup: a reference is left, and no file.
    for line in rows.get("files").into_iter().flatten() {
        let mut cells = line.split('|');
        let hash = cells.next().and_then(|hash| hash.parse::<BlobHash>().ok());
        if let (Some(hash), Some("0")) = (hash, cells.nth(2)) {
            named.remove(&hash);
        }
    }
    let mut whole = BTreeSet::new();
    disk.each_file(|name, bytes| {
        let hash = BlobHash(Sha256::digest(bytes).into());
        if name == FaultBlobDir::name(&hash) {
            whole.insert(hash);
        }
    });
    Ok(named.difference(&whole).map(ToString::to_string).collect())
}

/// What a person sees, without what is drawn or read from a clock: equal after a flow that was interrupted and one that was not.
pub fn seen(phone: &Phone) -> Result<String> {
    if phone.person().is_err() {
        return Ok(format!("nobody's phone, {} drafts", phone.drafts()?.len()));
    }
    let mut drafts: Vec<Value> = vec![];
    for (_, draft, _) in phone.drafts()? {
        let photos: Vec<String> = draft.photos.iter().map(|photo| photo.hash.to_string()).collect();
        let files: Vec<String> = draft.files.iter().map(|file| file.hash.to_string()).collect();
        drafts.push(json!([draft.service, draft.text, draft.answers, photos, files]));
    }
    let mut cases = vec![];
    let mut titles = BTreeMap::new();
    for line in phone.list(u32::MAX, 0)?.iter().filter(|line| line.stage != "draft") {
        let case = phone
            .case(&line.id.parse().map_err(|_| yuandian_device::DeviceError::Damaged(line.id.clone()))?)?;
        let files = |note: &NoteView| -> Vec<Value> {
            note.files.iter().map(|f| json!([f.hash, f.kind, f.size, f.local, f.sent, f.stored])).collect()
        };
        let notes: Vec<Value> =
            case.notes.iter().map(|n| json!([n.text, n.by, n.pending, files(n)])).collect();
        let photos: Vec<Value> =
            case.photos.iter().map(|p| json!([p.hash, p.size, p.micro, p.local, p.sent, p.stored])).collect();
        let conflicts: Vec<Value> = case
            .conflicts
            .iter()
            .map(|c| json!([c.key, c.values.iter().map(|v| (&v.value, &v.by)).collect::<BTreeSet<_>>()]))
            .collect();
        let history: Vec<Value> = case.history.iter().map(|h| json!([h.act, h.by, h.outcome])).collect();
        titles.insert(line.id.clone(), case.text.clone());
        cases.push(json!({
            "line": [line.title, line.stage, line.sync, line.claim, line.photos],
            "case": [case.service, case.text, case.stage, case.fields, case.private, case.claim, case.can],
            "notes": sorted(notes), "photos": sorted(photos), "conflicts": conflicts, "history": sorted(history),
        }));
    }
    let title = |id: &String| titles.get(id).cloned().unwrap_or_default();
    let outbox = phone.outbox()?;
    let outbox: Vec<Value> = outbox.iter().map(|l| json!([title(&l.case), l.what, l.state])).collect();
    let attention = phone.attention()?;
    let attention: Vec<Value> =
        attention.iter().map(|i| json!([title(&i.case), i.act, i.code, i.kept])).collect();
    let all = json!({
        "person": phone.person()?.name, "drafts": sorted(drafts), "cases": sorted(cases), "outbox": outbox,
        "attention": sorted(attention),
    });
    Ok(all.to_string())
}

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(Value::to_string);
    values
}
