//! Memory and time of one call. Memory is counted for the whole process: nothing else may run beside the call.

use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

use crate::Broken;

/// Counts every byte that Rust code asks for. What C libraries take for themselves (zstd's window, capped by its own limit) is not seen.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bounds of one call.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes above what was held before.
    pub bytes: usize,
    /// Wall time. Generous: other work may share the machine; what is slow without end is far beyond it.
    pub time: Duration,
}

/// Runs a call within its bounds.
///
/// # Errors
/// [`Broken`] where it took more.
pub fn within<T>(bounds: Bounds, call: impl FnOnce() -> T) -> Result<T, Broken> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let began = Instant::now();
    let given = call();
    let took = began.elapsed();
    let above = MEMORY.peak_usage().saturating_sub(before);
    if above > bounds.bytes {
        return Err(Broken(format!("more memory than {} KiB", bounds.bytes / 1024)));
    }
    if took > bounds.time {
        return Err(Broken(format!("longer than {} ms", bounds.time.as_millis())));
    }
    Ok(given)
}
