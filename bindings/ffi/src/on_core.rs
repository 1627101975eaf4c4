//! The core's own threads: two workers named `yd-core` and at most four more for blocking work.
//!
//! A foreign executor polls exported futures on whatever thread it likes, the screen's included. Work handed to
//! [`on_core`] runs here instead; the polled future only waits for it. Dropping that future (a cancelled coroutine)
//! aborts the work at its next await; a panic in it is raised again where it is awaited, so that the binding can
//! report it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::error::CoreError;
use crate::handles::Counted;

/// Threads that run the core's futures.
const WORKER_THREADS: usize = 2;
/// Threads for blocking work (files, the database) at one time.
const BLOCKING_THREADS_MAX: usize = 4;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .thread_name("yd-core")
            .enable_all()
            .build()
            .expect("the system has threads left for the core")
    })
}

/// Runs `work` on the core's threads and waits for it from anywhere.
pub(crate) fn on_core<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> OnCore<T> {
    let answer = Answer::default();
    let filled = answer.clone();
    OnCore { task: spawned(Box::pin(async move { filled.fill(work.await) })), answer }
}

/// Runs blocking `work` on one of the core's threads for it. Once begun it runs to its end, even if nobody waits any more.
pub(crate) async fn on_core_blocking<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, CoreError>
where
    T: Send + 'static,
    E: Into<CoreError> + Send + 'static,
{
    let answer = Answer::default();
    let filled = answer.clone();
    let task = spawned_blocking(Box::new(move || filled.fill(work().map_err(Into::into))));
    OnCore { task, answer }.await
}

// The runtime sees one kind of task of each sort: what it generates for one is some kilobytes, and there are as many kinds of answers as calls.

fn spawned(work: Pin<Box<dyn Future<Output = ()> + Send>>) -> Task {
    Task { handle: runtime().spawn(work), _counted: Counted::call() }
}

fn spawned_blocking(work: Box<dyn FnOnce() + Send>) -> Task {
    Task { handle: runtime().spawn_blocking(work), _counted: Counted::call() }
}

/// Where a task leaves its answer for who waits for it.
pub(crate) struct Answer<T>(Arc<Mutex<Option<T>>>);

impl<T> Answer<T> {
    /// Leaves the answer.
    pub(crate) fn fill(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// The answer of a task that is done.
    pub(crate) fn taken(&self) -> T {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.expect("a task that is done has left its answer, and it is taken once")
    }
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Work that runs on the core's threads until it is done or this is dropped.
pub(crate) struct OnCore<T> {
    task: Task,
    answer: Answer<T>,
}

impl<T> Future for OnCore<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.task).poll(context).map(|()| self.answer.taken())
    }
}

struct Task {
    handle: JoinHandle<()>,
    _counted: Counted,
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.handle).poll(context).map(|joined| match joined {
            Ok(()) => (),
            Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
            Err(_) => unreachable!("only drop aborts the work, and then nobody polls"),
        })
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.handle.abort();
    }
}
