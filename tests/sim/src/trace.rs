//! What happened, for people and for comparing two runs.

use sha2::{Digest, Sha256};

/// The run's story: always digested, kept as lines only where somebody wants to read it.
pub struct Trace {
    digest: Sha256,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// A story that is kept, or only digested.
    #[must_use]
    pub fn new(kept: bool) -> Self {
        Self { digest: Sha256::new(), lines: kept.then(Vec::new) }
    }

    /// Adds what happened. `facts` decide the digest; `line` is for people and made only where it is kept.
    pub fn add(&mut self, now_ms: i64, facts: &[u8], line: impl FnOnce() -> String) {
        self.digest.update(now_ms.to_be_bytes());
        self.digest.update((facts.len() as u64).to_be_bytes());
        self.digest.update(facts);
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{:>10}.{:03}  {}", now_ms / 1000, now_ms % 1000, line()));
        }
    }

    /// The digest of everything so far.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// The lines, where kept.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
