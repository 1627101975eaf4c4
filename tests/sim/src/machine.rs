//! The machine under a phone: clocks, randomness, room, and the disk they stand on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use yuandian_device::ports::{Clock, Randomness, SpaceProbe};

/// When virtual time begins: 2026-09-21, ms since 1970.
pub const START_MS: i64 = 1_790_000_000_000;

/// A phone's clocks, moved by the world before each step.
#[derive(Debug, Default)]
pub struct Clocks {
    wall_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl Clocks {
    /// Sets both.
    pub fn set(&self, wall_ms: i64, monotonic_ms: i64) {
        self.wall_ms.store(wall_ms, Ordering::Relaxed);
        self.monotonic_ms.store(monotonic_ms.max(0).cast_unsigned(), Ordering::Relaxed);
    }
}

/// The port of [`Clocks`].
pub struct ClockPort(pub Arc<Clocks>);

impl Clock for ClockPort {
    fn wall_ms(&self) -> i64 {
        self.0.wall_ms.load(Ordering::Relaxed)
    }
    fn monotonic_ms(&self) -> u64 {
        self.0.monotonic_ms.load(Ordering::Relaxed)
    }
}

/// Bytes that differ every time and are the same in every run.
#[derive(Debug, Clone)]
pub struct Drawn {
    seed: [u8; 32],
    count: u64,
}

impl Drawn {
    /// Randomness for one life of one part of the world.
    #[must_use]
    pub fn new(name: &str, number: u64, life: u64) -> Self {
        let seed = Sha256::new()
            .chain_update(name.as_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(life.to_be_bytes())
            .finalize();
        Self { seed: seed.into(), count: 0 }
    }

    /// The next 32 bytes.
    pub fn draw(&mut self) -> [u8; 32] {
        self.count += 1;
        Sha256::new().chain_update(self.seed).chain_update(self.count.to_be_bytes()).finalize().into()
    }

    fn give(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let drawn = self.draw();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

impl Randomness for Drawn {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.give(bytes);
    }
}

impl yuandian_server::randomness::Randomness for Drawn {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.give(bytes);
    }
}

/// No word on free space: the disk itself says when it is full.
pub struct NoProbe;

impl SpaceProbe for NoProbe {
    fn free_bytes(&self) -> Option<u64> {
        None
    }
}
