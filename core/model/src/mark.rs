//! Marks of a case beside its stage (DOMAIN §2.3): what is asked for and not yet answered, and what is true of it.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident = $number:literal $id:literal $kind:ident),+ $(,)?) => {
        /// Something true of a case beside its stage.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
        #[serde(try_from = "String", into = "String")]
        #[cbor(index_only)]
        pub enum Mark {
            $($(#[$doc])* #[n($number)] $name),+
        }
        impl Mark {
            /// Every mark.
            pub const ALL: &'static [Mark] = &[$(Mark::$name),+];
            /// The id used in data files, words and messages.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Mark::$name => $id),+ }
            }
            fn kind(self) -> Kind {
                match self { $(Mark::$name => Kind::$kind),+ }
            }
        }
    };
}

#[derive(PartialEq, Eq)]
enum Kind {
    Asked,
    Hold,
    Flag,
    Passing,
}

marks! {
    /// More time was asked for (延期).
    ExtendPending = 0 "extend_pending" Asked,
    /// More time was asked for, and the unit agrees.
    ExtendEndorsed = 1 "extend_endorsed" Asked,
    /// A pause was asked for (挂账).
    SuspendPending = 2 "suspend_pending" Asked,
    /// The clock stands.
    Suspended = 3 "suspended" Hold,
    /// The unit wants to give it back (退回).
    ReturnPending = 4 "return_pending" Asked,
    /// A score is disputed (申诉).
    AppealPending = 5 "appeal_pending" Asked,
    /// A score is disputed, and the unit stands behind it.
    AppealEndorsed = 6 "appeal_endorsed" Asked,
    /// Somebody wants it void (作废).
    VoidPending = 7 "void_pending" Asked,
    /// The author was asked for more (补充信息).
    InfoPending = 8 "info_pending" Asked,
    /// The author wants it done again (重办).
    ReopenPending = 9 "reopen_pending" Asked,
    /// Cannot wait.
    Urgent = 20 "urgent" Flag,
    /// Somebody above looks at it (督办).
    Supervised = 21 "supervised" Flag,
    /// Done on the spot by who found it (随手办).
    SelfHandled = 22 "self_handled" Flag,
    /// Several units work on it (联动).
    Joint = 23 "joint" Flag,
    /// Closed without a check.
    ForcedClose = 24 "forced_close" Flag,
    /// Goes on as another case.
    Merged = 25 "merged" Flag,
    /// Not for many eyes.
    Sensitive = 26 "sensitive" Flag,
    /// Sent up from the stage where it is (吹哨), by somebody or because nobody answered.
    Escalated = 27 "escalated" Passing,
    /// Sent up again from the same stage: nobody answered there either.
    EscalatedTwice = 33 "escalated_twice" Passing,
    /// The work was done a day ago: what is private is read by its author alone from now on.
    Withdrawn = 34 "withdrawn" Passing,
    /// The two sides see it differently.
    Disputed = 28 "disputed" Flag,
    /// Picked for a sample check.
    Sampled = 29 "sampled" Flag,
    /// A higher body looks at the answer again (复查 复核).
    Reviewed = 30 "reviewed" Flag,
    /// A unit that works with the one that leads has not done its part yet (联动).
    PartsOpen = 31 "parts_open" Flag,
    /// Who supervises wants an answer (督办).
    ReplyDue = 32 "reply_due" Flag,
}

impl Mark {
    /// Whether it is a question that somebody must answer. One that nobody can answer any more lapses.
    #[must_use]
    pub fn is_asked(self) -> bool {
        self.kind() == Kind::Asked
    }

    /// Whether it is true of the stage where the case is alone, and goes with it.
    #[must_use]
    pub fn passes(self) -> bool {
        self.kind() == Kind::Passing
    }

    /// Whether it stops the case's way: while it is there the stage does not change, but by what needs it.
    #[must_use]
    pub fn stops(self) -> bool {
        self.kind() == Kind::Hold
    }
}

/// A word that is no mark.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no mark {0:?}; marks are: {marks}", marks = Mark::ALL.iter().map(|m| m.id()).collect::<Vec<_>>().join(", "))]
pub struct UnknownMark(pub String);

impl FromStr for Mark {
    type Err = UnknownMark;
    fn from_str(text: &str) -> Result<Self, UnknownMark> {
        let found = Mark::ALL.iter().copied().find(|mark| mark.id() == text);
        found.ok_or_else(|| UnknownMark(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Mark {
    type Error = UnknownMark;
    fn try_from(text: String) -> Result<Self, UnknownMark> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> String {
        mark.id().to_owned()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_survives_its_id_and_is_of_one_kind() {
        for mark in Mark::ALL {
            assert_eq!(mark.id().parse::<Mark>().unwrap(), *mark);
            assert!(!(mark.is_asked() && mark.stops()));
        }
        assert!("frozen".parse::<Mark>().unwrap_err().to_string().contains("suspended"));
    }
}
