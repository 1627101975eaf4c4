//! What the core holds for its callers, counted: so that a test in any language can show that nothing is left behind.

use std::sync::atomic::{AtomicU32, Ordering};

/// What the core holds for its callers in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct OpenHandles {
    /// Cores that were opened and not let go.
    pub cores: u32,
    /// Streams of events.
    pub streams: u32,
    /// Calls under way: one that was cancelled is under way no more.
    pub calls: u32,
}

static CORES: AtomicU32 = AtomicU32::new(0);
static STREAMS: AtomicU32 = AtomicU32::new(0);
static CALLS: AtomicU32 = AtomicU32::new(0);

/// What the core holds for its callers now.
#[uniffi::export]
pub fn open_handles() -> OpenHandles {
    let of = |count: &AtomicU32| count.load(Ordering::SeqCst);
    OpenHandles { cores: of(&CORES), streams: of(&STREAMS), calls: of(&CALLS) }
}

/// One of them, for as long as it lives.
pub(crate) struct Counted(&'static AtomicU32);

impl Counted {
    pub fn core() -> Self {
        Self::one(&CORES)
    }

    pub fn stream() -> Self {
        Self::one(&STREAMS)
    }

    pub fn call() -> Self {
        Self::one(&CALLS)
    }

    fn one(count: &'static AtomicU32) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
