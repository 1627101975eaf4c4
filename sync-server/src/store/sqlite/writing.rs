//! The one connection that writes, and commits that share a transaction: while one waits for the disk the others queue behind it, and then go
//! to the disk together.
//!
//! Each caller does its own work on its own thread, in the order in which they get the connection, and is answered when the transaction with
//! its work in it is durable. So what a caller sees is as if it had been alone. Where one of them fails, nothing of the shared transaction
//! stays, and every one of them works again alone: nobody fails for somebody else.
//!
//! A caller on a quiet server finds nobody waiting behind it and commits at once; on a single thread that is always so.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::run;
use crate::limits::GROUP_COMMITS_MAX;
use crate::store::StoreError;

/// A connection with a transaction open in it. Only what opened it ends it.
pub struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// Of a connection on which a transaction was begun.
    pub fn within(connection: &'c Connection) -> Self {
        Self(connection)
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

/// What became of a shared transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Everything in it is on the disk.
    Durable,
    /// Nothing in it has happened.
    Undone,
}

#[derive(Default)]
struct Shared {
    fate: Mutex<Option<Fate>>,
    told: Condvar,
}

impl Shared {
    fn tell(&self, fate: Fate) {
        *self.fate.lock().unwrap_or_else(PoisonError::into_inner) = Some(fate);
        self.told.notify_all();
    }

    fn wait(&self) -> Fate {
        let mut fate = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match *fate {
                Some(fate) => return fate,
                None => fate = self.told.wait(fate).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

struct Open {
    shared: Arc<Shared>,
    /// Callers whose work is in it.
    members: usize,
}

/// The connection, and the shared transaction that is open in it, if any: then somebody is on the way who will end it.
pub struct Writer {
    connection: Connection,
    open: Option<Open>,
}

impl Deref for Writer {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Writer {
    fn join(&mut self) -> Result<Arc<Shared>, StoreError> {
        if let Some(open) = &self.open {
            return Ok(Arc::clone(&open.shared));
        }
        run(&self.connection, "BEGIN IMMEDIATE")?;
        let shared = Arc::<Shared>::default();
        self.open = Some(Open { shared: Arc::clone(&shared), members: 0 });
        Ok(shared)
    }

    /// Ends the shared transaction: durable, or undone with what the disk said.
    fn finish(&mut self) -> Result<(), StoreError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let forgets = yuandian_model::planted::is(yuandian_model::planted::Bug::PushRolledBack);
        let done = run(&self.connection, if forgets { "ROLLBACK" } else { "COMMIT" });
        if done.is_err() {
            self.roll_back();
        }
        open.shared.tell(if done.is_ok() { Fate::Durable } else { Fate::Undone });
        done
    }

    fn undo(&mut self) {
        if let Some(open) = self.open.take() {
            self.roll_back();
            open.shared.tell(Fate::Undone);
        }
    }

    fn roll_back(&self) {
        // Some errors of the disk have rolled back already.
        if !self.connection.is_autocommit()
            && let Err(reason) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%reason, "a transaction could not be rolled back");
        }
    }
}

/// A caller's turn: a panic in its work undoes what was shared with it.
struct Turn<'a>(MutexGuard<'a, Writer>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.undo();
        }
    }
}

/// The writing connection behind its lock.
pub struct Writing {
    writer: Mutex<Writer>,
    /// Callers of [`Writing::together`] on their way to the lock.
    coming: AtomicUsize,
}

impl Writing {
    /// Of a connection that nobody else writes with.
    pub fn new(connection: Connection) -> Self {
        Self { writer: Mutex::new(Writer { connection, open: None }), coming: AtomicUsize::new(0) }
    }

    /// The connection with no transaction open in it.
    pub fn alone(&self) -> MutexGuard<'_, Writer> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(reason) = writer.finish() {
            // Those whose it was are told, and try again for themselves.
            tracing::warn!(%reason, "a shared transaction failed");
        }
        writer
    }

    /// Does `work` in a transaction that others may share, and answers when it is durable. `work` is done a second time where the first was
    /// undone; an error of the second is the caller's own.
    ///
    /// # Errors
    /// What `work` or the disk says; then nothing of it has happened.
    pub fn together<T>(
        &self,
        work: impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.attempt(&work, false)? {
            Some(done) => Ok(done),
            None => self.attempt(&work, true)?.ok_or(StoreError::Busy),
        }
    }

    /// One attempt; `None` where it was undone because of somebody else.
    fn attempt<T>(
        &self,
        work: &impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
        alone: bool,
    ) -> Result<Option<T>, StoreError> {
        let mut turn = Turn(if alone { self.alone() } else { self.queue() });
        let shared = turn.0.join()?;
        let done = work(&Transaction::within(&turn.0.connection));
        let Some(open) = &mut turn.0.open else {
            return Err(StoreError::Busy);
        };
        open.members += 1;
        let members = open.members;
        let ended = match done {
            Err(reason) => {
                turn.0.undo();
                Err(reason)
            }
            Ok(done) if alone || members >= GROUP_COMMITS_MAX || self.coming.load(Ordering::SeqCst) == 0 => {
                turn.0.finish().map(|()| done)
            }
            Ok(done) => {
                drop(turn);
                return Ok((shared.wait() == Fate::Durable).then_some(done));
            }
        };
        match ended {
            Ok(done) => Ok(Some(done)),
            // It may have been another's work that did not fit on the disk.
            Err(_) if members > 1 => Ok(None),
            Err(reason) => Err(reason),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Writer> {
        self.coming.fetch_add(1, Ordering::SeqCst);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.coming.fetch_sub(1, Ordering::SeqCst);
        writer
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::*;

    fn writing() -> Writing {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE row (n INTEGER PRIMARY KEY)").unwrap();
        Writing::new(connection)
    }

    fn put(t: &Transaction<'_>, n: i64) -> Result<(), StoreError> {
        t.execute("INSERT INTO row (n) VALUES (?1)", [n]).map(|_| ()).map_err(super::super::error)
    }

    fn rows(writing: &Writing) -> Vec<i64> {
        let writer = writing.alone();
        assert!(writer.is_autocommit(), "no transaction was left open");
        let mut statement = writer.prepare("SELECT n FROM row ORDER BY n").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// One puts 1 and leaves its transaction open, as if somebody were coming; then `then` is done. How often the one worked, and its answer.
    fn after_one(writing: &Writing, then: impl FnOnce()) -> (usize, Result<(), StoreError>) {
        let worked = AtomicUsize::new(0);
        writing.coming.fetch_add(1, Ordering::SeqCst);
        let answer = thread::scope(|scope| {
            let one = scope.spawn(|| {
                writing.together(|t| {
                    worked.fetch_add(1, Ordering::SeqCst);
                    put(t, 1)
                })
            });
            while writing.writer.lock().unwrap_or_else(PoisonError::into_inner).open.is_none() {
                thread::yield_now();
            }
            writing.coming.fetch_sub(1, Ordering::SeqCst);
            then();
            one.join().unwrap()
        });
        (worked.into_inner(), answer)
    }

    #[test]
    fn two_go_to_the_disk_together_and_both_are_answered() {
        let writing = writing();
        let (worked, answer) = after_one(&writing, || writing.together(|t| put(t, 2)).unwrap());
        assert_eq!((worked, answer.is_ok(), rows(&writing)), (1, true, vec![1, 2]));
    }

    #[test]
    fn who_fails_fails_alone() {
        let writing = writing();
        let (worked, answer) = after_one(&writing, || {
            let failed = writing.together(|t| {
                put(t, 2)?;
                Err::<(), _>(StoreError::Full)
            });
            assert!(matches!(failed, Err(StoreError::Full)));
        });
        assert_eq!((worked, answer.is_ok(), rows(&writing)), (2, true, vec![1]), "done again, once");
    }

    #[test]
    fn who_panics_takes_nobody_along() {
        let writing = writing();
        let (worked, answer) = after_one(&writing, || {
            let work = |t: &Transaction<'_>| -> Result<(), StoreError> {
                put(t, 2)?;
                panic!("in the middle")
            };
            assert!(catch_unwind(AssertUnwindSafe(|| writing.together(work))).is_err());
        });
        assert_eq!((worked, answer.is_ok(), rows(&writing)), (2, true, vec![1]));
    }

    #[test]
    fn who_needs_the_connection_alone_ends_what_is_open() {
        let writing = writing();
        let (worked, answer) = after_one(&writing, || assert!(writing.alone().is_autocommit()));
        assert_eq!((worked, answer.is_ok(), rows(&writing)), (1, true, vec![1]));
    }

    #[test]
    fn as_many_as_may_share_do_and_the_last_goes_to_the_disk() {
        let writing = writing();
        let members = i64::try_from(GROUP_COMMITS_MAX).unwrap();
        writing.coming.fetch_add(1, Ordering::SeqCst);
        thread::scope(|scope| {
            let writing = &writing;
            for n in 1..=members {
                scope.spawn(move || writing.together(|t| put(t, n)).unwrap());
            }
        });
        assert_eq!(rows(&writing), (1..=members).collect::<Vec<_>>());
    }
}
