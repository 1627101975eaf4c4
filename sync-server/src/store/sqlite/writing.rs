//! The one connection that writes, and commits that share a transaction: who finds nobody at work leads, does the work of all who stand in line
//! in their order, goes to the disk once for all of them, and hands the lead to the first who came meanwhile.
//!
//! So while one waits for the disk the next group gathers, and no connection goes from thread to thread for every commit. Each caller is answered
//! when the transaction with its work in it is durable; what it sees is as if it had been alone. Where one of a group fails, nothing of the
//! group stays, and every other one works again alone: nobody fails for somebody else.
//!
//! A caller on a quiet server finds nobody at work and commits at once; on a single thread that is always so.

use std::any::Any;
use std::collections::VecDeque;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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

/// How a caller's turn ended.
enum Ended<T> {
    /// Everything in the transaction is on the disk.
    Durable(T),
    /// Nothing of it has happened, because of the caller's own work or of the disk.
    Failed(StoreError),
    /// Nothing of it has happened, because of another's.
    Undone,
    /// The caller's own work panicked.
    Panicked(Box<dyn Any + Send>),
}

/// Where a caller stands.
enum Place<T> {
    /// Others are before it.
    InLine,
    /// It is to lead the next group, its own work first.
    Leads,
    /// Its work is done, and not yet durable.
    Worked(T),
    /// It may go.
    Ended(Ended<T>),
}

/// A caller with its work, in line.
struct Caller<W, T> {
    work: W,
    place: Mutex<Place<T>>,
    moved: Condvar,
}

impl<W, T> Caller<W, T> {
    fn put(&self, place: Place<T>) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
        self.moved.notify_one();
    }

    /// Waits until it ended, or until it is to lead.
    fn wait(&self) -> Option<Ended<T>> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match std::mem::replace(&mut *place, Place::InLine) {
                Place::Ended(ended) => return Some(ended),
                Place::Leads => return None,
                stays => *place = stays,
            }
            place = self.moved.wait(place).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What a leader needs to know of those in line.
trait InLine: Send + Sync {
    /// Does the work. False where nothing of the transaction may stay; then the caller has ended.
    fn work(&self, t: &Transaction<'_>) -> bool;

    /// What it did is on the disk.
    fn durable(&self);

    /// What it did is undone: because of the disk, which said this, or of another.
    fn undone(&self, reason: Option<StoreError>);

    /// It is to lead.
    fn lead(&self);
}

impl<W, T> InLine for Caller<W, T>
where
    W: Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + Sync,
    T: Send,
{
    fn work(&self, t: &Transaction<'_>) -> bool {
        let (place, stays) = match catch_unwind(AssertUnwindSafe(|| (self.work)(t))) {
            Ok(Ok(done)) => (Place::Worked(done), true),
            Ok(Err(reason)) => (Place::Ended(Ended::Failed(reason)), false),
            Err(panic) => (Place::Ended(Ended::Panicked(panic)), false),
        };
        self.put(place);
        stays
    }

    fn durable(&self) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Worked(done) = std::mem::replace(&mut *place, Place::InLine) {
            *place = Place::Ended(Ended::Durable(done));
        }
        self.moved.notify_one();
    }

    fn undone(&self, reason: Option<StoreError>) {
        self.put(Place::Ended(reason.map_or(Ended::Undone, Ended::Failed)));
    }

    fn lead(&self) {
        self.put(Place::Leads);
    }
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Arc<dyn InLine>>,
    /// Whether somebody leads.
    led: bool,
}

/// The writing connection behind its lock, and the line before it.
pub struct Writing {
    writer: Mutex<Connection>,
    line: Mutex<Line>,
}

impl Writing {
    /// Of a connection that nobody else writes with.
    pub fn new(connection: Connection) -> Self {
        Self { writer: Mutex::new(connection), line: Mutex::default() }
    }

    /// The connection with no transaction open in it.
    pub fn alone(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held left no transaction open: what opens one rolls it back when it is dropped.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` in a transaction that others may share, and answers when it is durable. `work` is done a second time where the first was
    /// undone because of another; an error of the second is the caller's own.
    ///
    /// # Errors
    /// What `work` or the disk says; then nothing of it has happened.
    pub fn together<W, T>(&self, work: W) -> Result<T, StoreError>
    where
        W: Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let caller = Arc::new(Caller { work, place: Mutex::new(Place::InLine), moved: Condvar::new() });
        self.stand(Arc::clone(&caller) as Arc<dyn InLine>);
        loop {
            return match caller.wait() {
                None => {
                    self.lead();
                    continue;
                }
                Some(Ended::Durable(done)) => Ok(done),
                Some(Ended::Failed(reason)) => Err(reason),
                Some(Ended::Undone) => self.again(&caller.work),
                Some(Ended::Panicked(panic)) => resume_unwind(panic),
            };
        }
    }

    /// Stands in line, to lead where nobody does.
    fn stand(&self, caller: Arc<dyn InLine>) {
        let mut line = self.line();
        if !line.led {
            line.led = true;
            caller.lead();
        }
        line.waiting.push_back(caller);
    }

    /// Takes a group to the disk, and hands on the lead.
    fn lead(&self) {
        let writer = self.alone();
        let next = || self.line().waiting.pop_front();
        let mut group = Vec::new();
        let ended = group_of(&writer, next, &mut group);
        drop(writer);
        let mut line = self.line();
        match line.waiting.front() {
            Some(first) => first.lead(),
            None => line.led = false,
        }
        drop(line);
        match ended {
            Some(Ok(())) => group.iter().for_each(|caller| caller.durable()),
            // It may have been another's work that did not fit on the disk.
            Some(Err(reason)) if group.len() == 1 => group[0].undone(Some(reason)),
            Some(Err(_)) | None => group.iter().for_each(|caller| caller.undone(None)),
        }
    }

    fn again<T>(&self, work: &impl Fn(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let writer = self.alone();
        run(&writer, "BEGIN IMMEDIATE")?;
        let open = Open(&writer);
        let done = work(&Transaction::within(&writer))?;
        open.commit()?;
        Ok(done)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the work of those in line in one transaction, as many as may share one. What the disk said, or `None` where the work of one has undone
/// that of all: that one has ended and is not of the group any more.
fn group_of(
    writer: &Connection,
    next: impl Fn() -> Option<Arc<dyn InLine>>,
    group: &mut Vec<Arc<dyn InLine>>,
) -> Option<Result<(), StoreError>> {
    if let Err(reason) = run(writer, "BEGIN IMMEDIATE") {
        group.extend(next());
        return Some(Err(reason));
    }
    let open = Open(writer);
    while group.len() < GROUP_COMMITS_MAX
        && let Some(caller) = next()
    {
        if !caller.work(&Transaction::within(writer)) {
            return None;
        }
        group.push(caller);
    }
    Some(open.commit())
}

/// A transaction that was begun: rolled back where nobody commits it.
struct Open<'c>(&'c Connection);

impl Open<'_> {
    fn commit(self) -> Result<(), StoreError> {
        let forgets = yuandian_model::planted::is(yuandian_model::planted::Bug::PushRolledBack);
        run(self.0, if forgets { "ROLLBACK" } else { "COMMIT" })
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // Some errors of the disk have rolled back already.
        if !self.0.is_autocommit()
            && let Err(reason) = self.0.execute_batch("ROLLBACK")
        {
            tracing::error!(%reason, "a transaction could not be rolled back");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
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

    /// One puts 1 and does not go on before `others` stand in line behind it. How often it worked, its answer, and theirs.
    fn one_and<T: Send>(
        writing: &Writing,
        others: Vec<impl FnOnce() -> T + Send>,
    ) -> (usize, Result<(), StoreError>, Vec<T>) {
        let worked = Arc::new(AtomicUsize::new(0));
        let (begun, begins) = mpsc::channel();
        let (go, goes) = mpsc::channel::<()>();
        let goes = Mutex::new(goes);
        let count = others.len();
        let (answer, theirs) = thread::scope(|scope| {
            let counter = Arc::clone(&worked);
            let one = scope.spawn(move || {
                writing.together(move |t| {
                    if counter.fetch_add(1, Ordering::SeqCst) == 0 {
                        begun.send(()).unwrap();
                        goes.lock().unwrap().recv().unwrap();
                    }
                    put(t, 1)
                })
            });
            begins.recv().unwrap();
            let threads: Vec<_> = others
                .into_iter()
                .enumerate()
                .map(|(before, other)| {
                    let thread = scope.spawn(other);
                    // In this order.
                    while writing.line().waiting.len() <= before {
                        thread::yield_now();
                    }
                    thread
                })
                .collect();
            assert_eq!(writing.line().waiting.len(), count);
            go.send(()).unwrap();
            let answer = one.join().unwrap();
            (answer, threads.into_iter().map(|thread| thread.join().unwrap()).collect())
        });
        (worked.load(Ordering::SeqCst), answer, theirs)
    }

    #[test]
    fn two_go_to_the_disk_together_and_both_are_answered() {
        let writing = writing();
        let other = || writing.together(|t| put(t, 2)).is_ok();
        let (worked, answer, theirs) = one_and(&writing, vec![other]);
        assert_eq!((worked, answer.is_ok(), theirs), (1, true, vec![true]));
        assert_eq!(rows(&writing), [1, 2]);
    }

    #[test]
    fn who_fails_fails_alone() {
        let writing = writing();
        let other = || {
            let failed = writing.together(|t| {
                put(t, 2)?;
                Err::<(), _>(StoreError::Full)
            });
            matches!(failed, Err(StoreError::Full))
        };
        let (worked, answer, theirs) = one_and(&writing, vec![other]);
        assert_eq!((worked, answer.is_ok(), theirs), (2, true, vec![true]), "done again, once");
        assert_eq!(rows(&writing), [1]);
    }

    #[test]
    fn who_panics_takes_nobody_along_and_whoever_waits_goes_on() {
        let writing = writing();
        let panics = || {
            let work = |t: &Transaction<'_>| -> Result<(), StoreError> {
                put(t, 2)?;
                panic!("in the middle")
            };
            catch_unwind(AssertUnwindSafe(|| writing.together(work))).is_err()
        };
        let goes_on = || writing.together(|t| put(t, 3)).is_ok();
        let others: Vec<Box<dyn FnOnce() -> bool + Send>> = vec![Box::new(panics), Box::new(goes_on)];
        let (worked, answer, theirs) = one_and(&writing, others);
        assert_eq!((worked, answer.is_ok(), theirs), (2, true, vec![true, true]));
        assert_eq!(rows(&writing), [1, 3]);
    }

    #[test]
    fn more_than_may_share_one_go_in_the_next() {
        let writing = writing();
        let members = i64::try_from(GROUP_COMMITS_MAX).unwrap() * 2;
        let others = (2..=members).map(|n| {
            let writing = &writing;
            move || writing.together(move |t| put(t, n)).is_ok()
        });
        let (worked, answer, theirs) = one_and(&writing, others.collect());
        assert!(worked == 1 && answer.is_ok() && theirs.into_iter().all(|taken| taken));
        assert_eq!(rows(&writing), (1..=members).collect::<Vec<_>>());
    }

    #[test]
    fn after_everybody_has_gone_the_next_one_leads_again() {
        let writing = writing();
        for n in 1..=3 {
            writing.together(move |t| put(t, n)).unwrap();
            assert!(!writing.line().led);
        }
        assert!(matches!(writing.together(|t| put(t, 1)), Err(StoreError::Damaged(_))));
        assert!(!writing.line().led);
        assert_eq!(rows(&writing), [1, 2, 3]);
    }

    #[test]
    fn many_threads_lose_nothing() {
        let writing = writing();
        thread::scope(|scope| {
            for thread in 0..8_i64 {
                let writing = &writing;
                scope.spawn(move || {
                    for n in 0..50 {
                        let fails = n % 10 == 9;
                        let done = writing.together(move |t| {
                            put(t, thread * 100 + n)?;
                            if fails { Err(StoreError::Full) } else { Ok(()) }
                        });
                        assert_eq!(done.is_ok(), !fails);
                    }
                });
            }
        });
        assert_eq!(rows(&writing).len(), 8 * 45);
    }
}
