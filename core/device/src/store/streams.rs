//! Streams, what they hold, and what is to be fetched or to go because of it.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::{CaseId, Epoch, PartitionId};
use yuandian_sync::check::StreamSum;
use yuandian_sync::message::{PartitionHead, StreamCheck, StreamOffer, Wanted};
use yuandian_sync::{CaseFacts, Cursor, StreamId};

use yuandian_model::planted::{self, Bug};

use super::id;
use crate::error::Result;

/// How often one document is asked for before it waits for news of its case.
pub const WANT_TRIES_MAX: u32 = 2;

/// A stream as stored.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its number here.
    pub num: i64,
    /// Where it stands.
    pub cursor: Cursor,
    /// What is held in it.
    pub sum: StreamSum,
    /// Cases that it was offered with.
    pub offered: u64,
    /// Whether it waits to be compared.
    pub comparing: bool,
}

const COLUMNS: &str = "num, partition, id, epoch, cursor, lines_only, count, xor, offered, compare";

fn stream(r: &rusqlite::Row<'_>) -> rusqlite::Result<Stream> {
    let epoch = r.get::<_, Option<Vec<u8>>>(3)?.and_then(|bytes| Epoch::from_slice(&bytes));
    let cursor = Cursor {
        stream: StreamId(r.get(2)?),
        epoch,
        cursor: r.get::<_, i64>(4)?.cast_unsigned(),
        partition: PartitionId(r.get(1)?),
        lines_only: r.get(5)?,
    };
    let sum =
        StreamSum { count: r.get::<_, i64>(6)?.cast_unsigned(), xor: r.get::<_, i64>(7)?.cast_unsigned() };
    Ok(Stream {
        num: r.get(0)?,
        cursor,
        sum,
        offered: r.get::<_, i64>(8)?.cast_unsigned(),
        comparing: r.get(9)?,
    })
}

/// Every stream to hold.
pub fn all(c: &Connection) -> Result<Vec<Stream>> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM streams ORDER BY partition, id"))?;
    let rows = statement.query_map([], stream)?;
    rows.map(|row| Ok(row?)).collect()
}

/// Streams whose cursor goes on: the others are compared first.
pub fn cursors(c: &Connection) -> Result<Vec<Cursor>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM streams WHERE compare = 0 ORDER BY partition, id"))?;
    let rows = statement.query_map([], stream)?;
    rows.map(|row| Ok(row?.cursor)).collect()
}

/// One stream; `None` where the phone does not hold it.
pub fn find(c: &Connection, partition: PartitionId, name: &StreamId) -> Result<Option<Stream>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM streams WHERE partition = ?1 AND id = ?2"))?
        .query_row(params![partition.0, name.0], stream)
        .optional()?)
}

/// Begins to hold a stream; a held one stays where it is. One that comes to be held otherwise (whole, lines alone) begins anew.
pub fn offer(c: &Connection, offer: &StreamOffer) -> Result<()> {
    if let Some(known) = find(c, offer.partition, &offer.stream)?
        && known.cursor.lines_only != offer.lines_only
    {
        remove(c, known.num)?;
    }
    c.prepare_cached(
        "INSERT INTO streams (partition, id, lines_only, offered) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (partition, id) DO UPDATE SET offered = ?4",
    )?
    .execute(params![offer.partition.0, offer.stream.0, offer.lines_only, offer.count.cast_signed()])?;
    Ok(())
}

/// Gives a stream up: its cases leave, unless another one holds them.
pub fn remove(c: &Connection, num: i64) -> Result<()> {
    empty(c, num)?;
    c.prepare_cached("DELETE FROM streams WHERE num = ?1")?.execute([num])?;
    Ok(())
}

/// Lets every case of a stream go, unless another one holds it.
fn empty(c: &Connection, num: i64) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO leaving (doc) SELECT doc FROM held WHERE stream = ?1")?
        .execute([num])?;
    c.prepare_cached("DELETE FROM held WHERE stream = ?1")?.execute([num])?;
    Ok(())
}

/// A stream of lines alone whose cursor says nothing begins anew: its lines are all there is of it.
pub fn begin_anew(c: &Connection, num: i64) -> Result<()> {
    empty(c, num)?;
    c.prepare_cached(
        "UPDATE streams SET epoch = NULL, cursor = 0, count = 0, xor = 0, compare = 0 WHERE num = ?1",
    )?
    .execute([num])?;
    Ok(())
}

/// Moves a cursor; only ever in the transaction that applies its page.
pub fn put_cursor(c: &Connection, cursor: &Cursor) -> Result<()> {
    c.prepare_cached("UPDATE streams SET epoch = ?3, cursor = ?4 WHERE partition = ?1 AND id = ?2")?
        .execute(params![
            cursor.partition.0,
            cursor.stream.0,
            cursor.epoch.map(|e| e.0),
            cursor.cursor.cast_signed() + i64::from(planted::is(Bug::CursorOneTooFar))
        ])?;
    Ok(())
}

/// Writes count and sum of a stream.
pub fn put_sum(c: &Connection, num: i64, sum: StreamSum) -> Result<()> {
    c.prepare_cached("UPDATE streams SET count = ?2, xor = ?3 WHERE num = ?1")?.execute(params![
        num,
        sum.count.cast_signed(),
        sum.xor.cast_signed()
    ])?;
    Ok(())
}

/// A stream holds a case under this number.
pub fn hold(c: &Connection, doc: &CaseId, stream: &mut Stream, seq: u64) -> Result<()> {
    if let Some(before) = number(c, doc, stream.num)? {
        stream.sum.remove(doc, before);
    }
    c.prepare_cached(
        "INSERT INTO held (doc, stream, seq) VALUES (?1, ?2, ?3) ON CONFLICT (doc, stream) DO UPDATE SET seq = ?3",
    )?
    .execute(params![doc.as_bytes(), stream.num, seq.cast_signed()])?;
    stream.sum.add(doc, seq);
    c.prepare_cached("DELETE FROM leaving WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

fn number(c: &Connection, doc: &CaseId, num: i64) -> Result<Option<u64>> {
    let seq: Option<i64> = c
        .prepare_cached("SELECT seq FROM held WHERE doc = ?1 AND stream = ?2")?
        .query_row(params![doc.as_bytes(), num], |r| r.get(0))
        .optional()?;
    Ok(seq.map(i64::cast_unsigned))
}

/// A stream no longer holds a case.
pub fn unhold(c: &Connection, doc: &CaseId, stream: &mut Stream) -> Result<()> {
    let Some(before) = number(c, doc, stream.num)? else { return Ok(()) };
    stream.sum.remove(doc, before);
    c.prepare_cached("DELETE FROM held WHERE doc = ?1 AND stream = ?2")?
        .execute(params![doc.as_bytes(), stream.num])?;
    c.prepare_cached("INSERT OR IGNORE INTO leaving (doc) VALUES (?1)")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// What holds a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Nothing.
    Nothing,
    /// Public summaries alone.
    Summary,
    /// Lines alone.
    Lines,
    /// At least one whole stream.
    Whole,
}

/// How much of a case the phone is to hold.
pub fn holding(c: &Connection, doc: &CaseId) -> Result<Holding> {
    let mut statement = c.prepare_cached(
        "SELECT streams.id, streams.lines_only FROM held JOIN streams ON streams.num = held.stream WHERE held.doc = ?1",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |r| Ok((StreamId(r.get(0)?), r.get::<_, bool>(1)?)))?;
    let mut most = Holding::Nothing;
    for row in rows {
        let (name, lines_only) = row?;
        most = most.max(match (name.is_summary(), lines_only) {
            (true, _) => Holding::Summary,
            (false, true) => Holding::Lines,
            (false, false) => Holding::Whole,
        });
    }
    Ok(most)
}

/// A stream's cursor says nothing: its cases are compared one by one.
pub fn compare(c: &Connection, num: i64) -> Result<()> {
    c.prepare_cached(
        "UPDATE streams SET compare = 1, compare_after = NULL, compare_epoch = NULL, compare_seq = NULL
         WHERE num = ?1 AND compare = 0",
    )?
    .execute([num])?;
    Ok(())
}

/// The next stream to be compared, and from where.
pub fn to_compare(c: &Connection) -> Result<Option<(PartitionId, StreamId, Option<CaseId>)>> {
    let found = c
        .prepare_cached(
            "SELECT partition, id, compare_after FROM streams WHERE compare = 1 ORDER BY partition, id LIMIT 1",
        )?
        .query_row([], |r| {
            let after = r.get::<_, Option<Vec<u8>>>(2)?.and_then(|bytes| CaseId::from_slice(&bytes));
            Ok((PartitionId(r.get(0)?), StreamId(r.get(1)?), after))
        })
        .optional()?;
    Ok(found)
}

/// A page of the comparison is done: the first one says where the stream will stand, the last one puts it there.
pub fn compared(c: &Connection, num: i64, first: Option<(Epoch, u64)>, after: Option<&CaseId>) -> Result<()> {
    if let Some((epoch, seq)) = first {
        c.prepare_cached("UPDATE streams SET compare_epoch = ?2, compare_seq = ?3 WHERE num = ?1")?
            .execute(params![num, epoch.0, seq.cast_signed()])?;
    }
    match after {
        Some(after) => {
            c.prepare_cached("UPDATE streams SET compare_after = ?2 WHERE num = ?1")?
                .execute(params![num, after.as_bytes()])?;
        }
        None => {
            c.prepare_cached(
                "UPDATE streams SET epoch = compare_epoch, cursor = compare_seq, compare = 0,
                        compare_after = NULL, compare_epoch = NULL, compare_seq = NULL WHERE num = ?1",
            )?
            .execute([num])?;
        }
    }
    Ok(())
}

/// A comparison begins again: what was compared was of another life.
pub fn compare_from_start(c: &Connection, num: i64) -> Result<()> {
    c.prepare_cached(
        "UPDATE streams SET compare_after = NULL, compare_epoch = NULL, compare_seq = NULL WHERE num = ?1",
    )?
    .execute([num])?;
    Ok(())
}

/// In which epoch the comparison at hand began.
pub fn compare_epoch(c: &Connection, num: i64) -> Result<Option<Epoch>> {
    let epoch: Option<Vec<u8>> = c
        .prepare_cached("SELECT compare_epoch FROM streams WHERE num = ?1")?
        .query_row([num], |r| r.get(0))
        .optional()?
        .flatten();
    Ok(epoch.and_then(|bytes| Epoch::from_slice(&bytes)))
}

/// Cases held by a stream, rising, after one and up to another.
pub fn held_between(
    c: &Connection,
    num: i64,
    after: Option<&CaseId>,
    to: Option<&CaseId>,
) -> Result<Vec<(CaseId, u64)>> {
    let mut statement = c.prepare_cached(
        "SELECT doc, seq FROM held WHERE stream = ?1 AND (?2 IS NULL OR doc > ?2) AND (?3 IS NULL OR doc <= ?3) ORDER BY doc",
    )?;
    let bytes = |case: Option<&CaseId>| case.map(|case| case.as_bytes().to_vec());
    let rows = statement.query_map(params![num, bytes(after), bytes(to)], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?))
    })?;
    rows.map(|row| {
        let (doc, seq) = row?;
        Ok((id(doc, CaseId::from_slice)?, seq.cast_unsigned()))
    })
    .collect()
}

/// Whether a stream of the page holds just what the server says; `None` for one that the phone does not hold.
pub fn agrees(c: &Connection, check: &StreamCheck) -> Result<Option<(i64, bool)>> {
    let found = find(c, check.partition, &check.stream)?;
    Ok(found.map(|s| (s.num, s.sum.count == check.count && s.sum.xor == check.xor)))
}

/// Wants a document; one that is wanted already keeps what it needs more of.
pub fn want(c: &Connection, doc: &CaseId, since: u64, (open, touched_ms): (bool, i64)) -> Result<()> {
    if planted::is(Bug::WantedForgotten) {
        return Ok(());
    }
    c.prepare_cached(
        "INSERT INTO wanted (doc, since, open, touched_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (doc) DO UPDATE SET since = MIN(since, ?2), open = ?3, touched_ms = ?4, tries = 0",
    )?
    .execute(params![doc.as_bytes(), since.cast_signed(), open, touched_ms])?;
    Ok(())
}

/// Wants a document from the beginning, once more: what came of it is not what was promised. Gives whether it will be asked for.
pub fn want_again(c: &Connection, doc: &CaseId) -> Result<bool> {
    let tries: u32 = c
        .prepare_cached(
            "INSERT INTO wanted (doc, since, open, touched_ms, tries) VALUES (?1, 0, 1, 0, 1)
             ON CONFLICT (doc) DO UPDATE SET since = 0, tries = tries + 1 RETURNING tries",
        )?
        .query_row([doc.as_bytes()], |r| r.get(0))?;
    Ok(tries < WANT_TRIES_MAX)
}

/// Whether a document is wanted, and since when.
pub fn wanted_since(c: &Connection, doc: &CaseId) -> Result<Option<u64>> {
    let since: Option<i64> = c
        .prepare_cached("SELECT since FROM wanted WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(since.map(i64::cast_unsigned))
}

/// A document has come, or is not to be had.
pub fn wanted_no_more(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM wanted WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// The query behind every request for documents; its plan is tested.
pub const WANTED_SQL: &str =
    "SELECT doc, since FROM wanted WHERE tries < ?1 ORDER BY open DESC, touched_ms DESC, doc LIMIT ?2";

/// The next documents to ask for.
pub fn wanted(c: &Connection, limit: usize) -> Result<Vec<Wanted>> {
    let mut statement = c.prepare_cached(WANTED_SQL)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement
        .query_map(params![WANT_TRIES_MAX, limit], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (doc, since) = row?;
        Ok(Wanted { document: id(doc, CaseId::from_slice)?, since: since.cast_unsigned() })
    })
    .collect()
}

/// How many documents are to be fetched.
pub fn wanted_count(c: &Connection) -> Result<u64> {
    let count: i64 = c.query_row("SELECT count(*) FROM wanted", [], |r| r.get(0))?;
    Ok(count.cast_unsigned())
}

/// Whether a document is wanted of which this phone has something to say.
pub fn wants_own(c: &Connection) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM wanted WHERE tries < ?1 AND doc IN (SELECT doc FROM outbox) LIMIT 1")?
        .exists([WANT_TRIES_MAX])?)
}

/// Cases that nothing whole holds any more and of which nothing is on its way, photos included, that nobody needs to look at or is asked about.
pub fn may_go(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(
        "SELECT doc FROM leaving WHERE
             NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.doc = leaving.doc AND outbox.state IN (0, 1, 3))
         AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.doc = leaving.doc AND journal.active = 1)
         AND NOT EXISTS (SELECT 1 FROM appeals WHERE appeals.doc = leaving.doc AND appeals.state < 2)
         AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.doc = leaving.doc AND blobs.state = 0)",
    )?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Cases that nothing holds whole any more, or may not.
pub fn leaving(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT doc FROM leaving")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Cases that leave, or would but for a person who has to look at them, with own commits that were taken and have come by no page.
pub fn left_behind(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(
        "SELECT DISTINCT outbox.doc FROM leaving JOIN outbox ON outbox.doc = leaving.doc WHERE outbox.state = 2",
    )?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// A case stays: something holds it.
pub fn stays(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM leaving WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// Where a partition stands as it was told last.
pub fn partition(c: &Connection, partition: PartitionId) -> Result<Option<PartitionHead>> {
    let found = c
        .prepare_cached("SELECT epoch, head, safe_seq FROM partitions WHERE id = ?1")?
        .query_row([partition.0], |r| {
            Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?, r.get::<_, Option<i64>>(2)?))
        })
        .optional()?;
    found
        .map(|(epoch, head, safe)| {
            Ok(PartitionHead {
                partition,
                epoch: id(epoch, Epoch::from_slice)?,
                head: head.cast_unsigned(),
                safe_seq: safe.map(i64::cast_unsigned),
            })
        })
        .transpose()
}

/// Whether an epoch is the present life of a partition that this phone has heard of.
pub fn is_lived(c: &Connection, epoch: Epoch) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM partitions WHERE epoch = ?1")?.exists([epoch.0])?)
}

/// Every partition that this phone has heard of.
pub fn partitions(c: &Connection) -> Result<Vec<PartitionId>> {
    let mut statement = c.prepare_cached("SELECT id FROM partitions ORDER BY id")?;
    let found = statement.query_map([], |r| r.get(0).map(PartitionId))?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// Forgets where a partition stood.
pub fn forget_partition(c: &Connection, partition: PartitionId) -> Result<()> {
    c.prepare_cached("DELETE FROM partitions WHERE id = ?1")?.execute([partition.0])?;
    Ok(())
}

/// Keeps where a partition stands.
pub fn put_partition(c: &Connection, head: &PartitionHead) -> Result<()> {
    c.prepare_cached(
        "INSERT OR REPLACE INTO partitions (id, epoch, head, safe_seq) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        head.partition.0,
        head.epoch.0,
        head.head.cast_signed(),
        head.safe_seq.map(u64::cast_signed)
    ])?;
    Ok(())
}

/// What was numbered above what still stands of an epoch that is over says nothing any more: the cases are compared and fetched anew. So are
/// those that no stream holds, as soon as one does: own work keeps them here.
pub fn distrust(c: &Connection, partition: PartitionId, above: u64) -> Result<()> {
    c.prepare_cached(
        "UPDATE cases SET seq = 0 WHERE id IN (SELECT held.doc FROM held JOIN streams ON streams.num = held.stream
             WHERE streams.partition = ?1 AND held.seq > ?2) OR NOT EXISTS (SELECT 1 FROM held WHERE held.doc = cases.id)",
    )?
    .execute(params![partition.0, above.cast_signed()])?;
    for mut stream in all(c)?.into_iter().filter(|stream| stream.cursor.partition == partition) {
        for (doc, seq) in held_between(c, stream.num, None, None)?.into_iter().filter(|(_, seq)| *seq > above)
        {
            stream.sum.remove(&doc, seq);
            stream.sum.add(&doc, 0);
        }
        c.prepare_cached("UPDATE held SET seq = 0 WHERE stream = ?1 AND seq > ?2")?
            .execute(params![stream.num, above.cast_signed()])?;
        put_sum(c, stream.num, stream.sum)?;
    }
    Ok(())
}

/// When a case is fetched: what is still open first, then what moved last.
#[must_use]
pub fn urgency(facts: &CaseFacts, ended: bool) -> (bool, i64) {
    (!ended, facts.touched_ms)
}
