//! What a check of a bundle found, as codes with facts; the words are in the model's `words`.

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::window::Window;

/// One photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhotoReport {
    /// Its place in the bundle, from 1.
    pub n: usize,
    /// SHA-256 of its original, as the list has it.
    pub sha256: String,
    /// Between which moments its record was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What was found, in the order checked.
    pub findings: Vec<Finding>,
}

/// The whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every photo is whole, recorded, received and logged, and nothing is altered.
    Holds,
    /// Nothing is altered, but something that would prove more is not there.
    Incomplete,
    /// Something is altered, damaged or contradictory.
    Broken,
}

impl Verdict {
    /// Stable short name, the key of the translated word.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Incomplete => "incomplete",
            Self::Broken => "broken",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The whole in one word.
    pub verdict: Verdict,
    /// The case, as the list says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Name of the server's first key, hex: all of the server's words stand on it. To be compared with what the authority publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_key: Option<String>,
    /// About the bundle as a whole.
    pub findings: Vec<Finding>,
    /// About each photo.
    pub photos: Vec<PhotoReport>,
}

impl Report {
    /// Every finding, with the photo that it is about.
    pub fn all(&self) -> impl Iterator<Item = (Option<usize>, &Finding)> {
        let of_photos =
            self.photos.iter().flat_map(|photo| photo.findings.iter().map(|f| (Some(photo.n), f)));
        self.findings.iter().map(|f| (None, f)).chain(of_photos)
    }

    pub(crate) fn judged(mut self) -> Self {
        let worst = self.all().map(|(_, finding)| finding.level).max();
        self.verdict = match worst {
            Some(Level::Broken) => Verdict::Broken,
            Some(Level::Missing) => Verdict::Incomplete,
            _ => Verdict::Holds,
        };
        self
    }
}
