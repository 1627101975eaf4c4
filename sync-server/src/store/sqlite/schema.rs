//! The tables, and the version that the file carries.

use rusqlite::{Connection, TransactionBehavior};
use yuandian_model::{Epoch, PartitionId};

use super::error;
use super::server_acts::{PLATFORM, PLATFORM_NAME};
use crate::store::StoreError;

/// Version this program writes.
pub const VERSION: i64 = 4;
/// `application_id` of the file: "YDsv".
const APPLICATION: i64 = 0x5944_7376;

const TABLES: &str = "
CREATE TABLE partition (
    id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, head INTEGER NOT NULL CHECK (head >= 0), safe_seq INTEGER
) STRICT;
CREATE TABLE ended_life (epoch BLOB PRIMARY KEY, partition INTEGER NOT NULL, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE person (
    user BLOB PRIMARY KEY, name TEXT NOT NULL, since_ms INTEGER NOT NULL, rights INTEGER NOT NULL DEFAULT 0, shut_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE person_right (
    id INTEGER PRIMARY KEY, user BLOB NOT NULL REFERENCES person (user), role TEXT NOT NULL, grid TEXT NOT NULL, unit TEXT,
    from_ms INTEGER, until_ms INTEGER, since_ms INTEGER NOT NULL, ended_ms INTEGER, vetting TEXT, evidence TEXT
) STRICT;
CREATE INDEX person_right_user ON person_right (user, ended_ms);
CREATE TABLE device (
    device BLOB PRIMARY KEY, user BLOB NOT NULL REFERENCES person (user), key BLOB NOT NULL, app TEXT NOT NULL,
    since_ms INTEGER NOT NULL, shut_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX device_user ON device (user);
CREATE TABLE certificate (
    device BLOB NOT NULL REFERENCES device (device), signer BLOB NOT NULL, certificate BLOB NOT NULL,
    PRIMARY KEY (device, signer)
) STRICT, WITHOUT ROWID;
CREATE TABLE invitation (
    hash BLOB PRIMARY KEY, role TEXT NOT NULL, grid TEXT NOT NULL, unit TEXT, right_from_ms INTEGER, right_until_ms INTEGER,
    vetting TEXT, until_ms INTEGER NOT NULL, used_by BLOB, used_ms INTEGER, evidence TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE nonce (
    device BLOB PRIMARY KEY REFERENCES device (device), nonce BLOB NOT NULL, until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
    hash BLOB PRIMARY KEY, device BLOB NOT NULL REFERENCES device (device), until_ms INTEGER NOT NULL, rights INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_device ON token (device, until_ms);
CREATE TABLE chain (
    device BLOB NOT NULL REFERENCES device (device), incarnation BLOB NOT NULL, n INTEGER NOT NULL, last BLOB NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE case_row (
    id BLOB PRIMARY KEY, service TEXT NOT NULL, catalogue INTEGER NOT NULL, grid TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES person (user), stage TEXT NOT NULL, act_seq INTEGER NOT NULL, holders BLOB NOT NULL,
    waiting BLOB NOT NULL, followers BLOB NOT NULL, place BLOB, partition INTEGER NOT NULL, opened_ms INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL, touched_seq INTEGER NOT NULL, version INTEGER NOT NULL, log_bytes INTEGER NOT NULL,
    title TEXT NOT NULL, photos INTEGER NOT NULL, conflict INTEGER NOT NULL, aged INTEGER NOT NULL CHECK (aged IN (0, 1)),
    ended INTEGER NOT NULL CHECK (ended IN (0, 1)), progress BLOB NOT NULL
) STRICT;
CREATE TABLE commit_log (
    id BLOB PRIMARY KEY, partition INTEGER NOT NULL, seq INTEGER, document BLOB NOT NULL, kind INTEGER NOT NULL, grp BLOB NOT NULL,
    device BLOB NOT NULL, user BLOB NOT NULL, received_ms INTEGER NOT NULL, code TEXT NOT NULL, receipt BLOB NOT NULL, envelope BLOB NOT NULL,
    signature BLOB NOT NULL, change BLOB, granted BLOB, UNIQUE (partition, seq)
) STRICT;
CREATE INDEX commit_document ON commit_log (document, seq);
CREATE INDEX commit_command ON commit_log (grp, device);
CREATE TABLE micro (
    commit_id BLOB NOT NULL REFERENCES commit_log (id), position INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (commit_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX micro_hash ON micro (hash);
CREATE TABLE document_cache (
    document BLOB PRIMARY KEY REFERENCES case_row (id), version INTEGER NOT NULL, saved BLOB NOT NULL, heads BLOB NOT NULL
) STRICT;
CREATE TABLE membership (
    partition INTEGER NOT NULL, stream TEXT NOT NULL, document BLOB NOT NULL REFERENCES case_row (id), seq INTEGER NOT NULL,
    since_seq INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('present', 'gone')), reason TEXT, gone_ms INTEGER,
    PRIMARY KEY (document, partition, stream)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX membership_stream ON membership (partition, stream, document);
CREATE INDEX membership_gone ON membership (gone_ms) WHERE gone_ms IS NOT NULL;
CREATE TABLE feed (
    partition INTEGER NOT NULL, seq INTEGER NOT NULL, document BLOB NOT NULL, PRIMARY KEY (partition, seq, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE stream_sum (
    partition INTEGER NOT NULL, stream TEXT NOT NULL, count INTEGER NOT NULL, xor INTEGER NOT NULL, horizon INTEGER NOT NULL,
    PRIMARY KEY (partition, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE blob_ref (
    hash BLOB NOT NULL, document BLOB NOT NULL REFERENCES case_row (id), device BLOB NOT NULL, size INTEGER NOT NULL,
    mime TEXT NOT NULL, shared INTEGER NOT NULL CHECK (shared IN (0, 1)), rendition INTEGER NOT NULL, original BLOB NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    PRIMARY KEY (hash, document, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_ref_document ON blob_ref (document, hash);
CREATE TABLE blob (
    hash BLOB PRIMARY KEY, size INTEGER NOT NULL, stored_ms INTEGER NOT NULL, lost_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_lost ON blob (hash) WHERE lost_ms IS NOT NULL;
CREATE TABLE upload (
    id BLOB PRIMARY KEY, hash BLOB NOT NULL, device BLOB NOT NULL REFERENCES device (device), size INTEGER NOT NULL,
    until_ms INTEGER NOT NULL, metadata TEXT, UNIQUE (device, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_hash ON upload (hash);
CREATE TABLE contact (
    device BLOB PRIMARY KEY REFERENCES device (device), at_ms INTEGER NOT NULL, app TEXT NOT NULL, budget INTEGER NOT NULL,
    free_bytes INTEGER, over INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_over ON contact (device) WHERE over > 0;
CREATE TABLE contact_stream (
    device BLOB NOT NULL REFERENCES device (device), partition INTEGER NOT NULL, stream TEXT NOT NULL, epoch BLOB,
    cursor INTEGER NOT NULL, lines_only INTEGER NOT NULL CHECK (lines_only IN (0, 1)),
    PRIMARY KEY (device, partition, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE timer (
    kind TEXT NOT NULL, subject BLOB NOT NULL, due_ms INTEGER NOT NULL, PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due_ms);
";

/// Keys, versions of the catalogue, what waits, what an operator looks at, private answers. `granted` of a commit is its receipt after an operator took it in.
const AUTHORITY: &str = "
CREATE TABLE server_key (
    ordinal INTEGER PRIMARY KEY, seed BLOB NOT NULL, public BLOB NOT NULL, since_ms INTEGER NOT NULL, endorser BLOB, endorsement BLOB
) STRICT;
CREATE TABLE believed_key (
    ordinal INTEGER PRIMARY KEY, public BLOB NOT NULL UNIQUE, since_ms INTEGER NOT NULL, endorser BLOB, endorsement BLOB
) STRICT;
CREATE TABLE catalogue (version INTEGER PRIMARY KEY, signed BLOB NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE refill (id INTEGER PRIMARY KEY CHECK (id = 1), until_ms INTEGER NOT NULL) STRICT;
CREATE TABLE held (
    ordinal INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, device BLOB NOT NULL, user BLOB NOT NULL, document BLOB NOT NULL,
    received_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, receipt BLOB NOT NULL, adopted BLOB, envelope BLOB NOT NULL,
    signature BLOB NOT NULL, micros BLOB NOT NULL
) STRICT;
CREATE INDEX held_document ON held (document, ordinal);
CREATE INDEX held_device ON held (device);
CREATE INDEX held_due ON held (due_ms);
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, concern TEXT NOT NULL, commit_id BLOB NOT NULL, document BLOB NOT NULL, device BLOB NOT NULL,
    user BLOB NOT NULL, at_ms INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, envelope BLOB, signature BLOB, micros BLOB
) STRICT;
CREATE INDEX quarantine_device ON quarantine (device);
CREATE TABLE appeal (
    ticket INTEGER PRIMARY KEY, commit_id BLOB NOT NULL UNIQUE, document BLOB NOT NULL, device BLOB NOT NULL, user BLOB NOT NULL,
    received_ms INTEGER NOT NULL, reason TEXT NOT NULL, granted INTEGER CHECK (granted IN (0, 1)), words TEXT NOT NULL,
    answered_ms INTEGER, envelope BLOB NOT NULL, signature BLOB NOT NULL, micros BLOB NOT NULL
) STRICT;
CREATE INDEX appeal_device ON appeal (device, answered_ms);
CREATE TABLE evidence (
    document BLOB NOT NULL REFERENCES case_row (id), user BLOB NOT NULL, photos INTEGER NOT NULL, PRIMARY KEY (document, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE erased (user BLOB PRIMARY KEY REFERENCES person (user), at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE private_record (
    document BLOB NOT NULL REFERENCES case_row (id), key TEXT NOT NULL, value BLOB NOT NULL, version INTEGER NOT NULL,
    until_ms INTEGER, PRIMARY KEY (document, key)
) STRICT, WITHOUT ROWID;
";

/// Who does not want to meet whom; what was given and taken back of private answers, and the hours of volunteers: both are only ever added to.
const LEDGERS: &str = "
CREATE TABLE apart (
    user BLOB NOT NULL REFERENCES person (user), other BLOB NOT NULL, since_ms INTEGER NOT NULL, PRIMARY KEY (user, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX apart_other ON apart (other);
CREATE INDEX private_look_user ON private_look (user, at_ms);
CREATE TABLE consent (
    id INTEGER PRIMARY KEY, user BLOB NOT NULL, document BLOB NOT NULL, key TEXT NOT NULL, given INTEGER NOT NULL CHECK (given IN (0, 1)),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_user ON consent (user, id);
CREATE TABLE hours (
    id INTEGER PRIMARY KEY, user BLOB NOT NULL, document BLOB NOT NULL, service TEXT NOT NULL, grid TEXT NOT NULL, from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL, minutes INTEGER NOT NULL, words INTEGER NOT NULL, confirmed_by BLOB NOT NULL, confirmed_ms INTEGER NOT NULL,
    UNIQUE (user, document, from_ms)
) STRICT;
CREATE TRIGGER hours_stay BEFORE UPDATE ON hours BEGIN SELECT RAISE(ABORT, 'hours are only added to'); END;
CREATE TRIGGER hours_last BEFORE DELETE ON hours BEGIN SELECT RAISE(ABORT, 'hours are only added to'); END;
CREATE TRIGGER consent_stays BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'consent is only added to'); END;
CREATE TRIGGER consent_lasts BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'consent is only added to'); END;
";

/// Documents that were made again without words that had to go: what went is not said. Rows are only added.
const REDACTIONS: &str = "
CREATE TABLE redaction (
    document BLOB NOT NULL REFERENCES case_row (id), generation INTEGER NOT NULL CHECK (generation > 0), at_ms INTEGER NOT NULL,
    because TEXT NOT NULL, letters INTEGER NOT NULL, PRIMARY KEY (document, generation)
) STRICT, WITHOUT ROWID;
";

/// From version 3, which did not say on what a level rests.
const EVIDENCE_OF_LEVELS: &str = "
ALTER TABLE person_right ADD COLUMN evidence TEXT;
ALTER TABLE invitation ADD COLUMN evidence TEXT;
";

/// From version 2, which kept private answers without an end.
const ENDS: &str = "
ALTER TABLE private_record ADD COLUMN until_ms INTEGER;
INSERT INTO timer (kind, subject, due_ms)
    SELECT 'retain', p.document, 0 FROM private_record p JOIN case_row c ON c.id = p.document WHERE c.ended = 1 GROUP BY p.document;
";

/// Neighbour help: who works on what and who did not come, how people are reached and what they are to hear.
const HELP: &str = "
CREATE INDEX case_author ON case_row (author, opened_ms);
CREATE TABLE at_work (
    user BLOB NOT NULL, document BLOB NOT NULL REFERENCES case_row (id), PRIMARY KEY (user, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE no_show (
    user BLOB NOT NULL, document BLOB NOT NULL REFERENCES case_row (id), act_seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (user, document, act_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX right_grid ON person_right (grid, role) WHERE ended_ms IS NULL;
CREATE TABLE reach (
    user BLOB PRIMARY KEY REFERENCES person (user), row INTEGER, col INTEGER, quiet_from INTEGER NOT NULL, quiet_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notification (
    id INTEGER PRIMARY KEY, user BLOB NOT NULL REFERENCES person (user), document BLOB NOT NULL REFERENCES case_row (id), why TEXT NOT NULL,
    since_ms INTEGER NOT NULL, ring INTEGER, made_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, way TEXT, told_ms INTEGER,
    UNIQUE (document, user, why, since_ms)
) STRICT;
CREATE INDEX notification_due ON notification (due_ms) WHERE told_ms IS NULL;
CREATE INDEX notification_user ON notification (user);
";

/// Who was told private answers of somebody else; `answers` are their keys with versions.
const LOOKS: &str = "
CREATE TABLE private_look (
    document BLOB NOT NULL REFERENCES case_row (id), user BLOB NOT NULL REFERENCES person (user), answers TEXT NOT NULL,
    at_ms INTEGER NOT NULL, PRIMARY KEY (document, user, answers)
) STRICT, WITHOUT ROWID;
";

/// Capture records (`kind` 0; 1: thrown away, and nothing else of it told) and the evidence log: leaves, nodes of complete subtrees, and which
/// leaves are about a case's originals. Rows are never changed but where a log stands.
const EVIDENCE: &str = "
CREATE TABLE log (ordinal INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, since_ms INTEGER NOT NULL) STRICT;
CREATE TABLE log_leaf (
    log INTEGER NOT NULL REFERENCES log (ordinal), idx INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (log, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_node (
    log INTEGER NOT NULL REFERENCES log (ordinal), level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (log, level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_handled (
    document BLOB NOT NULL, log INTEGER NOT NULL, idx INTEGER NOT NULL, how INTEGER NOT NULL, original BLOB NOT NULL,
    user BLOB NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (document, log, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE capture (
    device BLOB NOT NULL REFERENCES device (device), incarnation BLOB NOT NULL, n INTEGER NOT NULL, name BLOB NOT NULL,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), user BLOB NOT NULL, received_ms INTEGER NOT NULL, prev BLOB, document BLOB,
    original BLOB, signer BLOB, link BLOB, signature BLOB, log INTEGER, idx INTEGER, receipt BLOB,
    PRIMARY KEY (device, incarnation, n, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_document ON capture (document) WHERE kind = 0;
CREATE INDEX capture_original ON capture (original) WHERE kind = 0;
CREATE TABLE fingerprint (thumb BLOB PRIMARY KEY, phash INTEGER NOT NULL, dhash INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX case_district ON case_row (substr(grid, 1, 6), opened_ms);
";

/// Files that nobody names any more and how far each is on its way; cases that named one once; cases that are held.
const FILES: &str = "
CREATE TABLE blob_fate (
    hash BLOB PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('unnamed', 'condemned', 'going'))
) STRICT, WITHOUT ROWID;
CREATE TABLE blob_once (
    hash BLOB NOT NULL, document BLOB NOT NULL REFERENCES case_row (id), PRIMARY KEY (hash, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE legal_hold (
    document BLOB PRIMARY KEY REFERENCES case_row (id), since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// From version 1, which kept private answers as they were given: they are told to be plain until the hub has sealed them.
const SEALED: &str = "
ALTER TABLE private_record RENAME TO plain_record;
CREATE TABLE private_record (
    document BLOB NOT NULL REFERENCES case_row (id), key TEXT NOT NULL, value BLOB NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (document, key)
) STRICT, WITHOUT ROWID;
INSERT INTO private_record SELECT document, key, CAST (value AS BLOB), version FROM plain_record;
DROP TABLE plain_record;
INSERT INTO setting (key, value) VALUES ('private_plain', '1');
";

/// From version 1, which knew no levels.
const LEVELS: &str = "
ALTER TABLE person_right ADD COLUMN vetting TEXT;
ALTER TABLE invitation ADD COLUMN vetting TEXT;
";

/// Makes the tables in an empty file, with the first epoch; brings an older one to this version.
pub fn prepare(connection: &mut Connection, first_epoch: Epoch) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
    let number = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = number("user_version").map_err(error)?;
    let application = number("application_id").map_err(error)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(error)?;
    if application == 0 && found == 0 && tables == 0 {
        transaction.execute_batch(TABLES).map_err(error)?;
        transaction.execute_batch(AUTHORITY).map_err(error)?;
        transaction.execute_batch(LOOKS).map_err(error)?;
        transaction.execute_batch(HELP).map_err(error)?;
        transaction.execute_batch(LEDGERS).map_err(error)?;
        transaction.execute_batch(REDACTIONS).map_err(error)?;
        transaction.execute_batch(EVIDENCE).map_err(error)?;
        transaction.execute_batch(FILES).map_err(error)?;
        transaction
            .execute(
                "INSERT INTO partition (id, epoch, head) VALUES (?1, ?2, 0)",
                (PartitionId::ONLY.0, first_epoch.0),
            )
            .map_err(error)?;
        transaction
            .execute(
                "INSERT INTO person (user, name, since_ms) VALUES (?1, ?2, 0)",
                (PLATFORM.0, PLATFORM_NAME),
            )
            .map_err(error)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(error)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(error)?;
        return transaction.commit().map_err(error);
    }
    if application != APPLICATION {
        return Err(StoreError::Foreign);
    }
    if found > VERSION {
        return Err(StoreError::Newer { found, known: VERSION });
    }
    if found < 2 {
        transaction.execute_batch(SEALED).map_err(error)?;
        transaction.execute_batch(LOOKS).map_err(error)?;
        transaction.execute_batch(LEVELS).map_err(error)?;
        transaction.execute_batch(HELP).map_err(error)?;
    }
    if found < 3 {
        transaction.execute_batch(ENDS).map_err(error)?;
        transaction.execute_batch(LEDGERS).map_err(error)?;
    }
    if found < VERSION {
        transaction.execute_batch(REDACTIONS).map_err(error)?;
        transaction.execute_batch(EVIDENCE_OF_LEVELS).map_err(error)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(error)?;
    }
    transaction.commit().map_err(error)
}
