//! The bounded pool on which the hub runs: so many work, so many wait, the rest is sent away at once.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::limits::{WAITING_REQUESTS_MAX, WORKERS_MAX};
use crate::problem::Problem;

pub struct Pool {
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

impl Pool {
    pub fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(WORKERS_MAX + WAITING_REQUESTS_MAX)),
            workers: Arc::new(Semaphore::new(WORKERS_MAX)),
        }
    }

    /// Runs blocking work. It is finished even if nobody waits for the answer any more.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Problem::Busy)?;
        let worker = self.workers.clone().acquire_owned().await.map_err(|_| Problem::NotReady)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, worker);
            work()
        });
        done.await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a request panicked");
            Err(Problem::Internal)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_the_queue_requests_are_sent_away_at_once() {
        let pool = Arc::new(Pool::new());
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let all = WORKERS_MAX + WAITING_REQUESTS_MAX;
        let work = |pool: Arc<Pool>| {
            let gate = gate.clone();
            async move {
                pool.run(move || {
                    gate.lock().map_err(|_| Problem::Internal)?.recv().map_err(|_| Problem::Internal)
                })
                .await
            }
        };
        let running: Vec<_> = (0..all).map(|_| tokio::spawn(work(pool.clone()))).collect();
        while pool.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| Ok(())).await, Err(Problem::Busy));
        for _ in 0..all {
            open.send(()).unwrap();
        }
        for task in running {
            task.await.unwrap().unwrap();
        }
        assert_eq!(pool.run(|| Ok(())).await, Ok(()));
    }

    #[tokio::test]
    async fn a_panic_is_one_failed_request() {
        let pool = Pool::new();
        assert_eq!(pool.run::<()>(|| panic!("planted")).await, Err(Problem::Internal));
        assert_eq!(pool.run(|| Ok(7)).await, Ok(7));
    }
}
