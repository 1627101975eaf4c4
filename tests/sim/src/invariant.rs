//! What must hold in every world: one list with one name each.

use crate::named::named;

named! {
    /// A promise that a run can break.
    Invariant {
        NoAcknowledgedWriteLost = "no-acknowledged-write-lost", "What a phone called saved is on it after any crash, or on the server, or in the list of what needs the person.";
        NothingDoubled = "nothing-doubled", "What was said once stands once: notes, photos and acts, whatever was sent again.";
        Convergence = "convergence", "After healing every phone that may hold a case shows the server's heads, stage, holders and line.";
        ProjectionsEqual = "projections-equal", "A list line says what the whole case says.";
        OneWinnerPerClaim = "one-winner-per-claim", "At every moment a case has at most as many holders as its service has room for, first received first.";
        WaitingListInOrder = "waiting-list-in-order", "Who waits stands in the order of arrival; a release promotes the first.";
        ReceiptsFinal = "receipts-final", "One commit has one outcome in an epoch, given byte-equal however often it is sent.";
        OneReceiptPerCommit = "one-receipt-per-commit", "A PUSH is answered with one receipt for each of its commits, in their order.";
        NumbersUnique = "numbers-unique", "No two commits of an epoch have one number, and numbers rise in the order of arrival.";
        NumbersDense = "numbers-dense", "Every number of a partition up to its head was given to something, and none above it.";
        CursorsMonotonic = "cursors-monotonic", "A cursor never falls within an epoch but by restoring the phone, and never passes the head.";
        HeldIsPermitted = "held-is-permitted", "After healing a phone holds exactly the cases that its person may hold.";
        NothingSentWithoutRight = "nothing-sent-without-right", "At the moment of sending the receiver has a right to every case in a page.";
        StreamsExact = "streams-exact", "Each stream of a phone has the members that the server's stream has.";
        QueuesDrain = "queues-drain", "Ten virtual minutes after healing nothing waits but what needs a person.";
        BusyIsObeyed = "busy-is-obeyed", "A run asks nothing before the time that a busy server named has passed.";
        HonestNeverMalformed = "honest-never-malformed", "No honest phone's work is refused as malformed, foreign, unsigned or out of its chain.";
        RunsEnd = "runs-end", "Every run of the sync machine ends, and none asks more than once a second for a minute.";
        ServerNeverFails = "server-never-fails", "No request of anybody is answered with 500 unless the server's disk failed.";
        PhoneNeverDamaged = "phone-never-damaged", "No command fails as damaged unless the phone's disk failed.";
        StoresIntact = "stores-intact", "After every crash a store opens, passes SQLite's check, and is whole.";
        PhotosTrue = "photos-true", "A stored photo, film or voice note has its hash; one that the server does not have is whole on its phone, or, where a cleaner or the disk took it, told to its person.";
        CapturesProven = "captures-proven", "Every photo of an honest phone that the server has stands in the log with its record, and the time proven for it is true.";
        PrivateStaysPrivate = "private-stays-private", "A private answer goes from its author to the platform, to its author and to who holds the case, and is in no document and on no other phone.";
        LooksLogged = "looks-logged", "Whoever was told a private answer of somebody else stands in the log of the case.";
        LooksShown = "looks-shown", "Whoever asked sees on their own phone who was told their private answers.";
        AnswersEnd = "answers-end", "A private answer whose time after the end of its case has come is gone from the server.";
        OthersUntouched = "others-untouched", "Nobody changes anything of others but what their own rights allow, a malicious phone included.";
        RefusalsExplained = "refusals-explained", "Every commit that was refused is told to its author with a reason and a next step.";
        Deterministic = "deterministic", "The same bytes make the same run.";
        NoPanic = "no-panic", "Nothing panics.";
    }
}

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub invariant: Invariant,
    /// How, for people.
    pub detail: String,
}

impl Broken {
    /// A broken promise.
    pub fn new(invariant: Invariant, detail: impl Into<String>) -> Self {
        Self { invariant, detail: detail.into() }
    }
}

/// What a step of the world gives.
pub type Step<T = ()> = Result<T, Broken>;

/// Breaks unless the promise holds.
pub fn hold(holds: bool, invariant: Invariant, detail: impl FnOnce() -> String) -> Step {
    if holds { Ok(()) } else { Err(Broken::new(invariant, detail())) }
}
