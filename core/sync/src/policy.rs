//! On which networks which sizes of a photo are sent: the person's choice, held against what the platform says of the link now.

use serde::{Deserialize, Serialize};

use crate::transfer::{Rendition, Transfer};

/// When a size may be sent. In rising strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// On any network.
    #[default]
    Any,
    /// Only where bytes cost nothing.
    Unmetered,
    /// Only where bytes cost nothing and the phone is charging.
    Charging,
}

impl Policy {
    /// One step less strict: what an urgent case is worth.
    #[must_use]
    pub fn lifted(self) -> Self {
        match self {
            Self::Charging => Self::Unmetered,
            Self::Unmetered | Self::Any => Self::Any,
        }
    }

    /// Whether it lets bytes through on this link.
    #[must_use]
    pub fn allows(self, link: Link) -> bool {
        match self {
            Self::Any => true,
            Self::Unmetered => !link.metered,
            Self::Charging => !link.metered && link.charging,
        }
    }
}

/// A policy for each size. The micro picture travels with its commit and waits for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Policies {
    /// Of thumbs.
    pub thumb: Policy,
    /// Of medium ones.
    pub medium: Policy,
    /// Of originals, and of what is attached to notes.
    pub original: Policy,
}

impl Policies {
    /// The policy of one size.
    #[must_use]
    pub fn of(&self, rendition: Rendition) -> Policy {
        match rendition {
            Rendition::Micro => Policy::Any,
            Rendition::Thumb => self.thumb,
            Rendition::Medium => self.medium,
            Rendition::Original | Rendition::Attached => self.original,
        }
    }

    /// Whether a blob may be sent on this link now.
    #[must_use]
    pub fn lets(&self, transfer: &Transfer, link: Link) -> bool {
        let policy = self.of(transfer.rendition);
        (if transfer.urgent { policy.lifted() } else { policy }).allows(link)
    }
}

/// What the platform says of its network and power now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Link {
    /// Whether bytes cost something.
    pub metered: bool,
    /// Whether the phone is charging.
    pub charging: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use yuandian_model::BlobHash;

    #[test]
    fn each_policy_lets_through_what_it_says_and_an_urgent_case_one_step_more() {
        let links = [(true, false), (true, true), (false, false), (false, true)]
            .map(|(metered, charging)| Link { metered, charging });
        let table = [
            (Policy::Any, [true; 4], [true; 4]),
            (Policy::Unmetered, [false, false, true, true], [true; 4]),
            (Policy::Charging, [false, false, false, true], [false, false, true, true]),
        ];
        for (policy, plain, urgent) in table {
            let policies = Policies { original: policy, ..Policies::default() };
            for ((link, plain), lifted) in links.into_iter().zip(plain).zip(urgent) {
                let blob = |rendition, urgent| Transfer {
                    hash: BlobHash([1; 32]),
                    size: 1,
                    rendition,
                    order: 1,
                    urgent,
                    url: None,
                };
                assert_eq!(
                    policies.lets(&blob(Rendition::Original, false), link),
                    plain,
                    "{policy:?} {link:?}"
                );
                assert_eq!(
                    policies.lets(&blob(Rendition::Original, true), link),
                    lifted,
                    "{policy:?} {link:?}"
                );
                assert!(policies.lets(&blob(Rendition::Thumb, false), link), "another size has its own");
            }
        }
    }
}
