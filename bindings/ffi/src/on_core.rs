//! The core's own threads: two workers named `yd-core` and at most four more for blocking work.
//!
//! A foreign executor polls exported futures on whatever thread it likes, the screen's included. Work handed to
//! [`on_core`] runs here instead; the polled future only waits for it. Dropping that future (a cancelled coroutine)
//! aborts the work at its next await; a panic in it is raised again where it is awaited, so that the binding can
//! report it.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
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
    OnCore { work: runtime().spawn(work), _counted: Counted::call() }
}

/// Runs blocking `work` on one of the core's threads for it. Once begun it runs to its end, even if nobody waits any more.
pub(crate) async fn on_core_blocking<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, CoreError>
where
    T: Send + 'static,
    E: Into<CoreError> + Send + 'static,
{
    OnCore { work: runtime().spawn_blocking(work), _counted: Counted::call() }.await.map_err(Into::into)
}

/// Work that runs on the core's threads until it is done or this is dropped.
pub(crate) struct OnCore<T> {
    work: JoinHandle<T>,
    _counted: Counted,
}

impl<T> Future for OnCore<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.work).poll(context).map(|joined| match joined {
            Ok(value) => value,
            Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
            Err(_) => unreachable!("only drop aborts the work, and then nobody polls"),
        })
    }
}

impl<T> Drop for OnCore<T> {
    fn drop(&mut self) {
        self.work.abort();
    }
}
