//! What happened, pulled by whoever shows it: a queue a listener, each event kept until it is acknowledged.
//!
//! Events say what to read anew, never what it says: reading is a call. They live in memory and end with the process, which loses
//! nothing, since a screen reads everything when it opens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::core::YuandianCore;
use crate::error::CoreError;
use crate::handles::Counted;
use crate::on_core::on_core;
use crate::photos::PreviewWanted;
use crate::sync::{SyncProgress, SyncReport};

/// Events that one listener may leave waiting; beyond it they become one [`EventKind::Missed`].
pub(crate) const EVENTS_WAITING_MAX: usize = 1_000;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum EventKind {
    /// A case or draft is new, has changed or is gone: read its line, and itself if it is open.
    CaseChanged {
        /// Its id.
        case_id: String,
    },
    /// A run of sync goes on.
    SyncProgressed {
        /// How far it is.
        progress: SyncProgress,
    },
    /// A run of sync has ended.
    SyncFinished {
        /// How.
        report: SyncReport,
    },
    /// The 需处理 list has changed: read it.
    AttentionChanged {
        /// Number of items in it.
        count: u32,
    },
    /// A photo of a draft that only the platform can decode: give a picture of it, or say that there is none.
    PreviewNeeded {
        /// Which, and where it lies.
        preview: PreviewWanted,
    },
    /// More of a file that is being fetched is here.
    FileProgressed {
        /// The case that shows it.
        case_id: String,
        /// SHA-256 of the file.
        hash: String,
        /// Bytes that are here.
        have: u64,
        /// Bytes in all.
        bytes: u64,
    },
    /// The listener was too slow and events were dropped: read everything anew.
    Missed,
}

/// An event with its number.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CoreEvent {
    /// For [`EventStream::acknowledge`]; rises within a stream.
    pub number: u64,
    /// What happened.
    pub kind: EventKind,
}

/// Everybody who listens.
#[derive(Default)]
pub(crate) struct Events(Mutex<Listeners>);

#[derive(Default)]
struct Listeners {
    queues: Vec<Weak<Queue>>,
    ended: bool,
}

impl Events {
    /// Tells every listener.
    pub(crate) fn tell(&self, kind: &EventKind) {
        self.locked().queues.retain(|queue| {
            let queue = queue.upgrade();
            queue.is_some_and(|queue| {
                queue.push(kind.clone());
                true
            })
        });
    }

    /// Ends every stream, and those that would be opened later.
    pub(crate) fn stop_all(&self) {
        let mut listeners = self.locked();
        listeners.ended = true;
        for queue in listeners.queues.drain(..).filter_map(|queue| queue.upgrade()) {
            queue.stop();
        }
    }

    fn listen(&self) -> Result<Arc<Queue>, CoreError> {
        let mut listeners = self.locked();
        if listeners.ended {
            return Err(CoreError::ShutDown);
        }
        let queue = Arc::new(Queue::default());
        listeners.queues.push(Arc::downgrade(&queue));
        Ok(queue)
    }

    fn locked(&self) -> MutexGuard<'_, Listeners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<CoreEvent>,
    /// How many at the front were handed out and are not acknowledged.
    handed_out: usize,
    last_number: u64,
    stopped: bool,
}

impl Queue {
    fn push(&self, kind: EventKind) {
        let mut waiting = self.locked();
        if waiting.stopped {
            return;
        }
        let fresh = waiting.events.iter().skip(waiting.handed_out);
        // What nobody has looked at yet says the same already. What was handed out may have been read before this change.
        if fresh.clone().any(|event| event.kind == kind) {
            return;
        }
        let kind = if waiting.events.len() - waiting.handed_out >= EVENTS_WAITING_MAX {
            let keep = waiting.handed_out;
            waiting.events.truncate(keep);
            EventKind::Missed
        } else {
            kind
        };
        waiting.last_number += 1;
        let number = waiting.last_number;
        waiting.events.push_back(CoreEvent { number, kind });
        drop(waiting);
        self.changed.notify_waiters();
    }

    fn stop(&self) {
        let mut waiting = self.locked();
        waiting.stopped = true;
        waiting.events.clear();
        waiting.handed_out = 0;
        drop(waiting);
        self.changed.notify_waiters();
    }

    async fn next(&self) -> Option<CoreEvent> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Listening before looking: what comes in between is not slept over.
            changed.as_mut().enable();
            {
                let mut waiting = self.locked();
                if waiting.stopped {
                    return None;
                }
                if let Some(first) = waiting.events.front().cloned() {
                    waiting.handed_out = waiting.handed_out.max(1);
                    return Some(first);
                }
            }
            changed.await;
        }
    }

    fn acknowledge(&self, number: u64) {
        let mut waiting = self.locked();
        while waiting.handed_out > 0 && waiting.events.front().is_some_and(|event| event.number <= number) {
            waiting.events.pop_front();
            waiting.handed_out -= 1;
        }
    }

    fn locked(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What happens from the moment it was opened, for one listener.
#[derive(uniffi::Object)]
pub struct EventStream(Arc<Queue>, #[expect(dead_code, reason = "it counts while it lives")] Counted);

#[uniffi::export]
impl YuandianCore {
    /// Begins to listen. Does no input or output.
    ///
    /// # Errors
    /// [`CoreError::ShutDown`].
    pub fn events(&self) -> Result<Arc<EventStream>, CoreError> {
        Ok(Arc::new(EventStream(self.events.listen()?, Counted::stream())))
    }
}

#[uniffi::export]
impl EventStream {
    /// Waits for the oldest event that was not acknowledged; `None` once stopped. Asking again without acknowledging gives the same
    /// event again, so a listener that dies while handling one has not lost it.
    pub async fn next(&self) -> Option<CoreEvent> {
        let queue = Arc::clone(&self.0);
        on_core(async move { queue.next().await }).await
    }

    /// This event was handled. Numbers that were never handed out change nothing.
    pub fn acknowledge(&self, number: u64) {
        self.0.acknowledge(number);
    }

    /// Ends the stream: a waiting [`EventStream::next`] returns `None` at once. Stopping twice is no error.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: usize) -> EventKind {
        EventKind::CaseChanged { case_id: id.to_string() }
    }

    fn at_hand(queue: &Queue) -> Option<CoreEvent> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            tokio::select! { biased; event = queue.next() => event, () = async {} => None }
        })
    }

    #[test]
    fn an_event_is_given_again_until_it_is_acknowledged() {
        let queue = Queue::default();
        queue.push(case(1));
        queue.push(case(2));
        let first = at_hand(&queue).unwrap();
        assert_eq!(at_hand(&queue), Some(first.clone()));
        queue.acknowledge(first.number);
        let second = at_hand(&queue).unwrap();
        assert_eq!(second.kind, case(2));
        assert!(second.number > first.number);
        queue.acknowledge(second.number);
        assert_eq!(at_hand(&queue), None);
    }

    #[test]
    fn what_was_never_handed_out_cannot_be_acknowledged() {
        let queue = Queue::default();
        queue.push(case(1));
        queue.acknowledge(u64::MAX);
        assert_eq!(at_hand(&queue).map(|event| event.kind), Some(case(1)));
    }

    #[test]
    fn a_change_during_handling_is_told_again_and_one_that_nobody_saw_is_not() {
        let queue = Queue::default();
        queue.push(case(1));
        queue.push(case(1));
        let handled = at_hand(&queue).unwrap();
        queue.push(case(1));
        queue.push(case(1));
        queue.acknowledge(handled.number);
        let again = at_hand(&queue).unwrap();
        assert_eq!(again.kind, case(1));
        queue.acknowledge(again.number);
        assert_eq!(at_hand(&queue), None);
    }

    #[test]
    fn beyond_the_limit_a_slow_listener_is_told_to_read_everything() {
        for (told, first) in [
            (EVENTS_WAITING_MAX - 1, case(0)),
            (EVENTS_WAITING_MAX, case(0)),
            (EVENTS_WAITING_MAX + 1, EventKind::Missed),
        ] {
            let queue = Queue::default();
            (0..told).for_each(|id| queue.push(case(id)));
            assert_eq!(at_hand(&queue).map(|event| event.kind), Some(first), "{told}");
        }
    }

    #[test]
    fn a_stopped_queue_ends_and_takes_nothing_more() {
        let queue = Queue::default();
        queue.push(case(1));
        queue.stop();
        queue.push(case(2));
        assert_eq!(at_hand(&queue), None);
        assert!(queue.locked().events.is_empty());
    }
}
