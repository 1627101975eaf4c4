//! Promises about what a phone keeps and what the server counts: looked at when an answer is kept, when a PUSH is answered, and at rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use yuandian_document::{Kind, cbor};
use yuandian_model::{CaseId, Code, PartitionId};
use yuandian_server::store::{ManifestAsk, Store as _};
use yuandian_sync::message::{Push, PushReply, Receipt};
use yuandian_sync::{Keep, StreamId, limits};
use yuandian_vfs::Disk;

use crate::device::Device;
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::server::DATABASE;
use crate::world::{MINUTE_MS, World};

/// An outcome of which the person is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    case: String,
    what: String,
    code: Code,
}

/// Numbers that were given up to a head, apart from those that stand in the log.
#[must_use]
pub fn missing(logged: &BTreeSet<u64>, head: u64) -> u64 {
    head.saturating_sub(logged.range(..=head).count() as u64)
}

/// Where a phone stands in each of its streams.
type Cursors = BTreeMap<(String, u32), u64>;

fn cursors(device: &Device) -> Option<Cursors> {
    let state = device.phone.as_ref()?.sync_state().ok()?;
    Some(state.streams.into_iter().map(|s| ((s.stream, s.partition), s.cursor)).collect())
}

/// The first stream whose cursor is lower than it was.
#[must_use]
pub fn fallen(before: &Cursors, after: &Cursors) -> Option<String> {
    let lower = |(stream, cursor): &(&(String, u32), &u64)| {
        before.get(*stream).is_some_and(|before| before > *cursor)
    };
    after.iter().find(lower).map(|((stream, _), _)| stream.clone())
}

impl World {
    /// Of which refusals a phone is to tell its person when it keeps these receipts.
    #[must_use]
    pub fn refusals_due(&self, index: usize, keep: &Keep) -> Vec<Due> {
        let (Keep::Receipts(reply), Some(phone)) = (keep, &self.devices[index].phone) else {
            return Vec::new();
        };
        let sent = phone.outbox().unwrap_or_default();
        let copied = self.devices[index].restored || self.devices[index].cloned_from.is_some();
        let receipt = |bytes: &minicbor::bytes::ByteVec| {
            cbor::decode::<Receipt>("receipt", bytes, limits::MESSAGE_BYTES_MAX).ok()
        };
        // What is written anew on a receipt has other names after it: the rest of the reply says nothing of it. A refused content has
        // every other one of its case written anew, and in a copied store the acts of it, too.
        let (mut anew, mut content_anew) = (BTreeSet::new(), BTreeSet::new());
        let due = |receipt: Receipt| {
            let line = sent.iter().find(|line| line.commit == Some(receipt.commit.to_string()))?;
            if matches!(receipt.code, Code::RChain | Code::RActor) {
                anew.insert(line.case.clone());
            }
            let content = line.what == "content";
            let gone = anew.contains(&line.case) || content && content_anew.contains(&line.case);
            let told = receipt.code.is_refused() && !gone;
            if told && content {
                let set = if copied { &mut anew } else { &mut content_anew };
                set.insert(line.case.clone());
            }
            told.then(|| Due { case: line.case.clone(), what: line.what.clone(), code: receipt.code })
        };
        reply.receipts.iter().filter_map(receipt).filter_map(due).collect()
    }

    /// A phone has kept an answer: its person is told of every refusal in it, and no cursor has fallen or passed the head.
    ///
    /// # Errors
    /// [`Invariant::RefusalsExplained`], [`Invariant::CursorsMonotonic`].
    pub fn check_kept(&mut self, index: usize, due: &[Due]) -> Step {
        let Some(phone) = &self.devices[index].phone else { return Ok(()) };
        if !due.is_empty() {
            let Ok(entries) = phone.attention() else { return Ok(()) };
            for due in due {
                let explained = entries.iter().any(|entry| {
                    entry.case == due.case
                        && entry.act == due.what
                        && entry.code == due.code.id()
                        && !entry.reason.is_empty()
                        && !entry.reason_en.is_empty()
                        && !entry.next.is_empty()
                });
                hold(explained, Invariant::RefusalsExplained, || {
                    format!("phone {index} says nothing of {} of {}: {}", due.what, due.case, due.code)
                })?;
            }
        }
        let Some(after) = cursors(&self.devices[index]) else { return Ok(()) };
        let before = std::mem::take(&mut self.devices[index].cursors);
        // In another life of the server every stream begins at what was safe.
        let falls = fallen(&before, &after).filter(|_| !self.reference.restored);
        if let Some(stream) = falls {
            let detail = format!("phone {index} fell back in {stream}: {before:?}, {after:?}");
            return Err(Broken::new(Invariant::CursorsMonotonic, detail));
        }
        let heads = self.heads().unwrap_or_default();
        let beyond = after
            .iter()
            .find(|((_, partition), cursor)| heads.get(partition).is_some_and(|head| *cursor > head));
        hold(beyond.is_none() || self.reference.restored, Invariant::CursorsMonotonic, || {
            format!("phone {index} stands at {beyond:?}, the server at {heads:?}")
        })?;
        self.devices[index].cursors = after;
        self.after_server_step()
    }

    /// A PUSH was answered: nothing was taken for the sender's that another device has signed, and nobody's private answers were written
    /// by another. Counts numbers that stand in no log.
    ///
    /// # Errors
    /// [`Invariant::OthersUntouched`].
    pub fn check_answered(&mut self, index: usize, push: &Push, answer: &PushReply) -> Step {
        let own = self.devices[index].id;
        let user = self.devices[index].person.user;
        for (item, receipt) in push.items.iter().zip(&answer.receipts) {
            let (Ok(envelope), Ok(receipt)) =
                (item.commit.open(), cbor::decode::<Receipt>("receipt", receipt, limits::MESSAGE_BYTES_MAX))
            else {
                continue;
            };
            // What an act could miss is only what a restored server has lost and its phones bring again.
            let waits =
                receipt.code == Code::HeldMissing && envelope.kind == Kind::Act && item.adopt.is_none();
            let closed_ms = self.refill_until_ms + 10 * MINUTE_MS;
            hold(!waits || self.server_ms() < closed_ms, Invariant::QueuesDrain, || {
                format!("an act of phone {index} waits though no server is being refilled")
            })?;
            let foreign = Some(envelope.device) != own && receipt.seq.is_some();
            hold(!foreign, Invariant::OthersUntouched, || {
                format!("phone {index} was believed to be {}", envelope.device)
            })?;
        }
        let mut written = BTreeSet::new();
        for receipt in answer.private.iter().filter(|receipt| receipt.code == Code::Ok) {
            let author = self.reference.cases().get(&receipt.document).map(|known| known.author);
            hold(author.is_none() || author == user, Invariant::OthersUntouched, || {
                format!("phone {index} wrote a private answer of {}", receipt.document)
            })?;
            written.insert(receipt.document);
        }
        self.unlogged += written.len() as u64;
        Ok(())
    }

    /// At rest: every number that was given stands in the log, but for the few that only say that something beside it has changed.
    ///
    /// # Errors
    /// [`Invariant::NumbersDense`].
    pub fn check_numbers(&self) -> Step {
        let (logged, moved, head, told) = counted(&self.server.disk)
            .map_err(|e| Broken::new(Invariant::StoresIntact, format!("{DATABASE}: {e}")))?;
        let highest = logged.last().copied().unwrap_or_default().max(moved);
        hold(highest <= head, Invariant::NumbersDense, || {
            format!("number {highest} was given, the head is {head}")
        })?;
        let missing = missing(&logged, head).saturating_sub(told);
        hold(missing <= self.unlogged, Invariant::NumbersDense, || {
            format!("{missing} numbers of {head} are missing, {} may be", self.unlogged)
        })
    }

    /// At rest: a phone's streams have the members that the server's have, under the same numbers.
    ///
    /// # Errors
    /// [`Invariant::StreamsExact`].
    pub fn check_streams(&self, index: usize) -> Step {
        let (Some(phone), Some(store)) = (&self.devices[index].phone, self.server.store()) else {
            return Ok(());
        };
        let failed = |what: String| Broken::new(Invariant::StreamsExact, what);
        let state = phone.sync_state().map_err(|e| failed(e.to_string()))?;
        for of in state.streams {
            let (stream, partition) = (StreamId(of.stream), PartitionId(of.partition));
            let ask = ManifestAsk {
                stream: &stream,
                partition,
                after: None,
                entries_max: limits::MANIFEST_ENTRIES_MAX,
            };
            let page = store.manifest(&ask).map_err(|e| failed(e.to_string()))?;
            let there: BTreeMap<CaseId, u64> =
                page.entries.iter().map(|entry| (entry.document, entry.seq)).collect();
            let here = phone.members(&stream, partition).map_err(|e| failed(e.to_string()))?;
            hold(here == there, Invariant::StreamsExact, || {
                format!("phone {index} has {here:?} in {stream}, the server {there:?}")
            })?;
        }
        Ok(())
    }
}

/// The numbers in a server's log, the highest number of a membership, the head, and how many numbers at most were given to tell an author who looked
/// or that answers have gone.
fn counted(disk: &Disk) -> rusqlite::Result<(BTreeSet<u64>, u64, u64, u64)> {
    let copy = Disk::with(0, &disk.image());
    let db = Connection::open_with_flags_and_vfs(Path::new(DATABASE), OpenFlags::default(), copy.vfs())?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mut logged = db.prepare("SELECT seq FROM commit_log WHERE seq IS NOT NULL")?;
    let logged = logged
        .query_map([], |row| row.get::<_, i64>(0))?
        .map(|number| Ok(number?.cast_unsigned()))
        .collect::<rusqlite::Result<_>>()?;
    let one = |query: &str| db.query_row(query, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
    let moved = one("SELECT coalesce(max(max(seq, since_seq)), 0) FROM membership")?;
    let told = one(
        "SELECT (SELECT count(*) FROM private_look) + (SELECT count(DISTINCT hex(document) || key) FROM consent)
             - (SELECT count(*) FROM private_record)",
    )?;
    Ok((logged, moved, one("SELECT max(head) FROM partition")?, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_left_out_is_seen() {
        let logged = |numbers: &[u64]| numbers.iter().copied().collect();
        for (numbers, head, expected) in
            [(&[][..], 0, 0), (&[1, 2, 3], 3, 0), (&[1, 3], 3, 1), (&[1, 2], 3, 1), (&[2, 5], 6, 4)]
        {
            assert_eq!(missing(&logged(numbers), head), expected, "{numbers:?} of {head}");
        }
    }

    #[test]
    fn a_cursor_that_falls_is_seen_and_one_that_goes_is_not() {
        let at = |cursors: &[(&str, u64)]| -> Cursors {
            cursors.iter().map(|(stream, cursor)| (((*stream).to_owned(), 0), *cursor)).collect()
        };
        let before = at(&[("grid:1", 5), ("user:2", 3)]);
        assert_eq!(fallen(&before, &at(&[("grid:1", 5), ("user:2", 9)])), None);
        assert_eq!(fallen(&before, &at(&[("grid:1", 5)])), None);
        assert_eq!(fallen(&before, &at(&[("pub:3", 0), ("user:2", 2)])), Some("user:2".to_owned()));
    }
}
