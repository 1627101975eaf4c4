//! Tables of the phone's store and their versions. Forward only; a newer file is refused, never guessed at.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{DeviceError, Result};

/// What this code reads and writes (`PRAGMA user_version`).
pub const SCHEMA: i64 = 4;

const V1: &str = "
-- Small facts about this phone: keys, incarnation, chain, person, server.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Versions of the catalogue as the server signed them: the one in force and those of cases that are here. `signed` is NULL of one that is
-- still to be fetched.
CREATE TABLE catalogues (version INTEGER PRIMARY KEY, signed BLOB) STRICT;

-- A case this phone knows. `snapshot` is a cache of its receipted changes, `facts` what the server decided last (JSON).
-- whole: 0 a line alone, 1 the document is here. proven: 0 as it was received, to be looked at when it is first opened. `heads`: what it
-- must come to then. `seq`: everything of it up to this number is here. `branch`: the one this phone writes on.
CREATE TABLE cases (
    id BLOB PRIMARY KEY,
    snapshot BLOB,
    facts TEXT NOT NULL,
    branch INTEGER,
    whole INTEGER NOT NULL DEFAULT 1,
    proven INTEGER NOT NULL DEFAULT 1,
    heads BLOB,
    seq INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- Where writing goes on in a case that this phone has written in and does not hold any more: what it wrote may be taken later.
CREATE TABLE branches (doc BLOB PRIMARY KEY, branch INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Receipted commits of everybody, as pulled: with the outbox the truth behind every view. Named by their place in their author's chain.
CREATE TABLE base (
    doc BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    change BLOB,
    body BLOB NOT NULL,
    user BLOB NOT NULL,
    name TEXT NOT NULL,
    wall_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    code TEXT NOT NULL,
    facts TEXT NOT NULL,
    device BLOB NOT NULL,
    incarnation BLOB NOT NULL,
    n INTEGER NOT NULL,
    branch INTEGER NOT NULL,
    PRIMARY KEY (doc, device, incarnation, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX base_by_case ON base (doc, seq);

-- Own commits that are not in the base yet, with the intents they were made from.
-- state: 0 queued, 1 sent (chained and signed, final), 2 taken by the server, 3 held by the server. `receipt`: the server's
-- signed word about it; of one that is to be sent, the word of an earlier epoch, which goes with it.
CREATE TABLE outbox (
    local_id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc BLOB NOT NULL,
    grp BLOB NOT NULL,
    kind INTEGER NOT NULL,
    intent TEXT NOT NULL,
    incarnation BLOB NOT NULL,
    branch INTEGER NOT NULL,
    change BLOB,
    body BLOB NOT NULL,
    micros TEXT NOT NULL,
    captured BLOB NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    n INTEGER,
    commit_id BLOB,
    signed BLOB,
    tries INTEGER NOT NULL DEFAULT 0,
    supersedes BLOB,
    receipt BLOB,
    seq INTEGER
) STRICT;
CREATE INDEX outbox_by_case ON outbox (doc, local_id);
-- Partial, so that a capture, which has no id yet, does not write a page of it.
CREATE UNIQUE INDEX outbox_by_commit ON outbox (commit_id) WHERE commit_id IS NOT NULL;
CREATE INDEX outbox_by_number ON outbox (n) WHERE n IS NOT NULL;

-- Own commits that the server has numbered, until they are in a verified backup: a server that is restored gets them again.
CREATE TABLE authored (
    commit_id BLOB PRIMARY KEY,
    n INTEGER NOT NULL,
    local_id INTEGER NOT NULL,
    doc BLOB NOT NULL,
    grp BLOB NOT NULL,
    kind INTEGER NOT NULL,
    intent TEXT NOT NULL,
    incarnation BLOB NOT NULL,
    branch INTEGER NOT NULL,
    change BLOB,
    body BLOB NOT NULL,
    micros TEXT NOT NULL,
    captured BLOB NOT NULL,
    signed BLOB NOT NULL,
    receipt BLOB,
    epoch BLOB NOT NULL,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX authored_by_seq ON authored (epoch, seq);

-- Outcomes that a person should know. active: 1 until settled. Never pruned while active. `signed` are the bytes that were answered and
-- `micros` what they brought: an appeal shows them to a person.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc BLOB NOT NULL,
    kind INTEGER NOT NULL,
    act TEXT,
    code TEXT NOT NULL,
    facts TEXT NOT NULL,
    intent TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    commit_id BLOB,
    signed BLOB,
    micros TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    settled TEXT
) STRICT;
CREATE INDEX journal_by_case ON journal (doc, active);
CREATE INDEX journal_active ON journal (id) WHERE active = 1;
CREATE INDEX journal_by_commit ON journal (commit_id) WHERE commit_id IS NOT NULL;

-- Refused commits that their author wants a person to look at, in the order of asking. state: 0 to be sent, 1 has a ticket, 2 denied,
-- 3 granted.
CREATE TABLE appeals (
    id INTEGER PRIMARY KEY,
    commit_id BLOB NOT NULL UNIQUE,
    doc BLOB NOT NULL,
    signed BLOB NOT NULL,
    micros TEXT NOT NULL,
    reason TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    ticket INTEGER
) STRICT;
CREATE INDEX appeals_waiting ON appeals (id) WHERE state = 0;
CREATE INDEX appeals_by_case ON appeals (doc, state);

-- One row a case for lists: no list ever loads a document. `pos` is its time (ms << 20) and something for ties: the order of the list.
-- `words` names what the index has of it (nothing yet where it is NULL), `whole` says that its document was read for that.
CREATE TABLE rows (
    pos INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    service TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    sync TEXT NOT NULL,
    claim TEXT NOT NULL,
    photos INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    words INTEGER,
    whole INTEGER NOT NULL
) STRICT;
CREATE INDEX rows_unread ON rows (pos) WHERE whole = 0;
CREATE INDEX rows_unfound ON rows (pos) WHERE words IS NULL;
-- Which gram is in which row: grams and marks are made by our code, the index keeps no text and no places.
CREATE VIRTUAL TABLE search USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize=\"ascii tokenchars ':.'\");

-- Where each partition stands, as it was told last.
CREATE TABLE partitions (id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, head INTEGER NOT NULL, safe_seq INTEGER) STRICT;

-- Streams this phone is to hold and how far each is applied, with count and sum of what it holds in each. compare: 1 where the cursor says
-- nothing and the cases are compared one by one, from `compare_after` on, as they stood at `compare_seq` of `compare_epoch`.
CREATE TABLE streams (
    num INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL,
    id TEXT NOT NULL,
    epoch BLOB,
    cursor INTEGER NOT NULL DEFAULT 0,
    lines_only INTEGER NOT NULL DEFAULT 0,
    offered INTEGER NOT NULL DEFAULT 0,
    count INTEGER NOT NULL DEFAULT 0,
    xor INTEGER NOT NULL DEFAULT 0,
    compare INTEGER NOT NULL DEFAULT 0,
    compare_after BLOB,
    compare_epoch BLOB,
    compare_seq INTEGER,
    UNIQUE (partition, id)
) STRICT;
-- Which case is held by which stream, with its number there.
CREATE TABLE held (
    doc BLOB NOT NULL, stream INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (doc, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_by_stream ON held (stream, doc);
-- Documents to be fetched: what is still open first, then the newest.
CREATE TABLE wanted (
    doc BLOB PRIMARY KEY, since INTEGER NOT NULL, open INTEGER NOT NULL, touched_ms INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_order ON wanted (open DESC, touched_ms DESC, doc);
-- Cases that no stream holds any more: purged as soon as nothing of them is on its way.
CREATE TABLE leaving (doc BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Files that no row names any more: removed after the transaction that said so.
CREATE TABLE doomed (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Photo files of own cases, pinned until stored. One file may belong to several cases.
-- state: 0 to be sent, 1 stored by the server, 2 kept but not offered.
CREATE TABLE blobs (
    hash BLOB NOT NULL,
    doc BLOB NOT NULL,
    size INTEGER NOT NULL,
    mime TEXT NOT NULL,
    rendition INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    url TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hash, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_case ON blobs (doc, state);
CREATE INDEX blobs_waiting ON blobs (state) WHERE state = 0;

-- Stored files of cases that went, until a verified backup of the server has them. `until`: a number that was given after the file was stored.
CREATE TABLE kept_files (
    hash BLOB NOT NULL,
    doc BLOB NOT NULL,
    size INTEGER NOT NULL,
    mime TEXT NOT NULL,
    rendition INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (hash, doc)
) STRICT, WITHOUT ROWID;

-- Micro pictures of everybody's photos, and which blobs the server says it holds.
CREATE TABLE micros (hash BLOB NOT NULL, doc BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (hash, doc)) STRICT, WITHOUT ROWID;
CREATE INDEX micros_by_case ON micros (doc);
CREATE TABLE stored (doc BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (doc, hash)) STRICT, WITHOUT ROWID;

-- Drafts are the phone's own and never touched by sync.
CREATE TABLE drafts (id BLOB PRIMARY KEY, draft TEXT NOT NULL, updated_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Private answers, and exact places of neighbour help: they go to the platform, which shows them to those whom the service names, and to
-- nobody else. own: 1 written here; pending: 1 until the platform has this version.
CREATE TABLE private (
    doc BLOB NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, version INTEGER NOT NULL, own INTEGER NOT NULL,
    pending INTEGER NOT NULL, PRIMARY KEY (doc, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX private_pending ON private (doc) WHERE pending = 1;

-- Capture records, each life of the store a chain of its own; rows stay, for the chain goes on from the last.
-- state: 0 of a draft, 1 to be handed in, 2 answered, 3 thrown away and to be told, 4 thrown away and told. `link` is the signed record, or
-- the word that it was thrown away; `receipt` the server's signed word.
CREATE TABLE captures (
    incarnation BLOB NOT NULL, n INTEGER NOT NULL, name BLOB NOT NULL UNIQUE, doc BLOB NOT NULL, original BLOB NOT NULL,
    link BLOB NOT NULL, signature BLOB NOT NULL, state INTEGER NOT NULL, receipt BLOB, PRIMARY KEY (incarnation, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX captures_of_case ON captures (doc, original);
CREATE INDEX captures_waiting ON captures (incarnation, n) WHERE state IN (1, 3);
-- What the server said last of a case's photos.
CREATE TABLE evidence (doc BLOB PRIMARY KEY, reply BLOB NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Pulled changes that did not pass the gate on this phone: kept apart for a report, never applied.
CREATE TABLE quarantine (
    device BLOB NOT NULL, incarnation BLOB NOT NULL, n INTEGER NOT NULL, doc BLOB NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (device, incarnation, n)
) STRICT, WITHOUT ROWID;
";

const V2: &str = "
-- What the platform tells this person as the author of a case, and nobody else (JSON): who looked at private answers, the code words.
CREATE TABLE told (doc BLOB PRIMARY KEY, own TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- This person's own stays that count, kept when their cases have gone: a row is never changed.
CREATE TABLE hours (
    doc BLOB NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, minutes INTEGER NOT NULL, service TEXT NOT NULL,
    grid TEXT NOT NULL, confirmed_ms INTEGER NOT NULL, PRIMARY KEY (doc, from_ms)
) STRICT, WITHOUT ROWID;

-- Which stage of a case this person was told of by the phone itself.
CREATE TABLE heard (doc BLOB PRIMARY KEY, stage TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What this person gave in private on this phone and took back, in its order: a row is never changed.
CREATE TABLE consents (
    id INTEGER PRIMARY KEY, doc BLOB NOT NULL, service TEXT NOT NULL, key TEXT NOT NULL, given INTEGER NOT NULL, at_ms INTEGER NOT NULL
) STRICT;
";

const V3: &str = "
-- How often a case's document was made again without words that had to go.
ALTER TABLE cases ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
";

const V4: &str = "
-- What was typed on a screen and not sent (JSON, pairs of name and text), by the screen. Never touched by sync.
CREATE TABLE typed (place TEXT PRIMARY KEY, fields TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What a line says beside its words: whose, since when, whether it has not ended, when the nearest of its limits ends (server's clock) and which that
-- is (JSON), and where, as far as a list may show it. Lines that stood before are told again when the store is opened.
ALTER TABLE rows ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN opened_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN open INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rows ADD COLUMN due_ms INTEGER;
ALTER TABLE rows ADD COLUMN timer TEXT;
ALTER TABLE rows ADD COLUMN lng REAL;
ALTER TABLE rows ADD COLUMN lat REAL;
ALTER TABLE rows ADD COLUMN radius_m INTEGER;
CREATE INDEX rows_open ON rows (pos) WHERE open = 1;
CREATE INDEX rows_by_due ON rows (due_ms, open DESC, pos DESC);
CREATE INDEX rows_near ON rows (service, lat) WHERE open = 1;
INSERT INTO meta (key, value) SELECT 'tell_again', x'01' WHERE EXISTS (SELECT 1 FROM rows);
";

/// Brings a store up to [`SCHEMA`], in one transaction.
///
/// # Errors
/// [`DeviceError::NewerStore`] for a file of a newer app; SQLite's errors.
pub fn migrate(connection: &mut Connection) -> Result<()> {
    let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    let found = version(connection)?;
    if found > SCHEMA {
        return Err(DeviceError::NewerStore { found, known: SCHEMA });
    }
    if found < SCHEMA {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if found < 1 {
            tx.execute_batch(V1)?;
            tx.execute_batch(super::cache::TABLES)?;
            tx.execute_batch(super::previews::TABLES)?;
        }
        if found < 2 {
            tx.execute_batch(V2)?;
        }
        if found < 3 {
            tx.execute_batch(V3)?;
        }
        tx.execute_batch(V4)?;
        tx.pragma_update(None, "user_version", SCHEMA)?;
        tx.commit()?;
    }
    Ok(())
}
