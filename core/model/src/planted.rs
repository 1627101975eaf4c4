//! Defects planted on purpose, to see that the simulated world finds them: each a line beside the right one, behind one switch.
//!
//! The switch exists only where the feature `planted` is on, is off unless a test turns one defect on for its own thread, and a build
//! without debug assertions refuses the feature. Elsewhere [`is`] is the constant `false`, and the defect is not compiled in.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("planted defects are for the debug builds of tests, never for a release");

macro_rules! bugs {
    ($($(#[$doc:meta])* $name:ident = $area:literal, $id:literal;)+) => {
        /// A planted defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Bug {
            $($(#[$doc])* $name,)+
        }
        impl Bug {
            /// Every one.
            pub const ALL: &'static [Bug] = &[$(Bug::$name),+];
            /// Its name on the command line.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Bug::$name => $id,)+ }
            }
            /// The room it sits in: `sync`, `store`, `gate`, `transfer`, `permissions`, `epochs`, `timers`, `places`.
            #[must_use]
            pub const fn area(self) -> &'static str {
                match self { $(Bug::$name => $area,)+ }
            }
        }
    };
}

bugs! {
    /// The judge lets one more hold a case than there is room for.
    OneHolderTooMany = "sync", "one-holder-too-many";
    /// A release promotes the last in line.
    LastInLinePromoted = "sync", "last-in-line-promoted";
    /// The machine asks again at once, however long the server asked to wait.
    RetryAfterIgnored = "sync", "retry-after-ignored";
    /// A cursor moves one number further than its page.
    CursorOneTooFar = "store", "cursor-one-too-far";
    /// A refused act leaves the outbox without a word to its person.
    RefusedActForgotten = "store", "refused-act-forgotten";
    /// The phone's commits are not synced to the disk.
    PhoneCommitsNotSynced = "store", "phone-commits-not-synced";
    /// The server's commits are not synced to the disk.
    ServerCommitsNotSynced = "store", "server-commits-not-synced";
    /// A number is left out each time that numbers are given.
    NumberSkipped = "store", "number-skipped";
    /// A pulled page does not change the list.
    PageNotProjected = "store", "page-not-projected";
    /// The server answers a PUSH and rolls it back.
    PushRolledBack = "store", "push-rolled-back";
    /// A private answer is taken for a shared one.
    PrivateAnswerShared = "gate", "private-answer-shared";
    /// A file counts as sent after its first piece was offered.
    UploadDoneTooSoon = "transfer", "upload-done-too-soon";
    /// The small sizes of a photo are named and not kept.
    RenditionNotKept = "transfer", "rendition-not-kept";
    /// The server keeps bytes under a hash that is not theirs.
    UploadHashNotChecked = "transfer", "upload-hash-not-checked";
    /// A volunteer may read everything in the grid.
    VolunteerReadsGrid = "permissions", "volunteer-reads-grid";
    /// Everybody who reads a case is told its code words, and who looked at its private answers.
    CodeWordsToEverybody = "permissions", "code-words-to-everybody";
    /// That somebody looked is written down and not shown to whoever asked.
    LookNotShown = "store", "look-not-shown";
    /// Private answers stay after their time.
    RetentionForgotten = "timers", "retention-forgotten";
    /// Cases that are for their handlers are given to everybody who works the grid.
    VisibilityIgnored = "permissions", "visibility-ignored";
    /// Who holds or waits for a case is not given it as their own.
    HolderStreamForgotten = "permissions", "holder-stream-forgotten";
    /// A right reaches the whole street.
    RightReachesTooFar = "permissions", "right-reaches-too-far";
    /// A document that is to be fetched is forgotten.
    WantedForgotten = "sync", "wanted-forgotten";
    /// The last case of a page is dropped.
    PageLastCaseDropped = "sync", "page-last-case-dropped";
    /// A case that went stays in its stream.
    GoneNotUnheld = "store", "gone-not-unheld";
    /// An act is taken in any stage.
    StageNotChecked = "gate", "stage-not-checked";
    /// An exclusive act is taken whatever it expects.
    ExpectsIgnored = "gate", "expects-ignored";
    /// Somebody else's commit is taken as the sender's.
    SignatureNotChecked = "gate", "signature-not-checked";
    /// Each piece of a file is read from its beginning.
    WrongPieceSent = "transfer", "wrong-piece-sent";
    /// The originals are never in the queue.
    OriginalNeverSent = "transfer", "original-never-sent";
    /// What the server has lost is not offered again.
    LostNotOffered = "transfer", "lost-not-offered";
    /// A photo file that was removed or damaged is left out without a word.
    FileTroubleNotTold = "transfer", "file-trouble-not-told";
    /// The record of a capture is never handed in.
    RecordNeverSent = "transfer", "record-never-sent";
    /// A right that has ended counts on.
    EndedRightKept = "permissions", "ended-right-kept";
    /// Who waits reads the private answers, too.
    PrivateAnswerToTheLine = "permissions", "private-answer-to-the-line";
    /// The public summary names the author.
    SummaryWithAuthor = "permissions", "summary-with-author";
    /// A restored server goes on in its old epoch.
    EpochKept = "epochs", "epoch-kept";
    /// Nothing is offered again to a restored server.
    RefillForgotten = "epochs", "refill-forgotten";
    /// A backup counts for one number more than it holds.
    SafeSeqTooHigh = "epochs", "safe-seq-too-high";
    /// What came back by a page is not kept for a restored server.
    TakenNotKept = "epochs", "taken-not-kept";
    /// The files of what is offered again are not.
    PhotosNotOfferedAgain = "epochs", "photos-not-offered-again";
    /// Private answers are not offered to a restored server.
    PrivateNotOfferedAgain = "epochs", "private-not-offered-again";
    /// The clock of ended cases runs for open ones, too.
    AgedAlthoughOpen = "timers", "aged-although-open";
    /// Nothing starts the clock of ended cases.
    AgeClockForgotten = "timers", "age-clock-forgotten";
    /// A case that is old leaves its own people's streams, too.
    OwnStreamAges = "timers", "own-stream-ages";
    /// The window for refilling never closes.
    RefillNeverCloses = "timers", "refill-never-closes";
    /// What waits is never judged for the last time.
    WaitedNeverJudged = "timers", "waited-never-judged";
    /// A server that starts forgets what is due.
    TimersLostAtRestart = "timers", "timers-lost-at-restart";
    /// An act of the server is in the history in one transaction, and done in the next.
    OwnActInTwoParts = "timers", "own-act-in-two-parts";
    /// The server acts an hour before the time.
    OwnActTooEarly = "timers", "own-act-too-early";
    /// The cases of a page come in the order of how far they are away, exactly.
    ListByDistance = "places", "list-by-distance";
    /// What is told of a request for help names the exact place.
    ExactPlaceListed = "places", "exact-place-listed";
    /// Who waits for news hears the later the farther away they happened.
    PokeByDistance = "places", "poke-by-distance";
    /// A refusal in a case says how far away it is.
    RefusalTellsDistance = "places", "refusal-tells-distance";
    /// Who lives near hears by the exact place.
    RingsByExactPlace = "places", "rings-by-exact-place";
}

impl Bug {
    /// Those that the simulated world looks for. The others need a clock that jumps, and are looked for among the server's timers alone, or
    /// break no promise within a world: what tells where somebody is shows by comparing worlds.
    pub fn of_worlds() -> impl Iterator<Item = Bug> {
        let elsewhere =
            |bug: &Bug| matches!(bug, Bug::OwnActInTwoParts | Bug::OwnActTooEarly) || bug.area() == "places";
        Self::ALL.iter().copied().filter(move |bug| !elsewhere(bug))
    }
}

#[cfg(feature = "planted")]
mod switch {
    use super::Bug;

    thread_local! {
        static ON: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
    }

    /// Turns one defect on for this thread, and every other off.
    pub fn plant(bug: Option<Bug>) {
        ON.set(bug);
    }

    /// Whether this defect is on in this thread.
    #[must_use]
    pub fn is(bug: Bug) -> bool {
        ON.get() == Some(bug)
    }
}

#[cfg(feature = "planted")]
pub use switch::{is, plant};

/// Whether this defect is on: never in this build.
#[cfg(not(feature = "planted"))]
#[must_use]
#[inline]
pub const fn is(_bug: Bug) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_defect_has_its_own_name_and_is_off() {
        let ids: BTreeSet<&str> = Bug::ALL.iter().map(|bug| bug.id()).collect();
        assert_eq!(ids.len(), Bug::ALL.len());
        assert!(Bug::ALL.iter().all(|bug| !is(*bug)));
        assert_eq!(ids.len(), 54);
        for area in ["sync", "store", "gate", "transfer", "permissions", "epochs", "timers", "places"] {
            assert!(Bug::ALL.iter().filter(|bug| bug.area() == area).count() >= 4, "{area}");
        }
    }
}
