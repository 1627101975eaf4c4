//! Situations that a good run of worlds must have reached: each needs a fault or a concurrent actor. What was never reached was never
//! tested.

use std::collections::BTreeMap;

use crate::named::named;

/// Situations that come less than ten times in 1,605 worlds, or in 80 of the mix of help: counted, and not asked of every run.
pub const RARE: [Situation; 11] = [
    Situation::HelpPromoted,
    Situation::CancelledUnderWay,
    Situation::ConfirmedByTime,
    Situation::OrderDone,
    Situation::Amended,
    Situation::AppealDenied,
    Situation::AppealGranted,
    Situation::ListTakenIn,
    Situation::ListSettled,
    Situation::ActRefusedExpects,
    Situation::RestoredPhoneLost,
];

/// Situations of help between neighbours, orders for the elderly and alarms: asked of the mix that is about them, and of no other.
pub const HELP: [Situation; 13] = [
    Situation::HelpClaimed,
    Situation::LostClaimExplained,
    Situation::HelpPromoted,
    Situation::NoShow,
    Situation::CancelledUnderWay,
    Situation::ReportedBack,
    Situation::HelpConfirmed,
    Situation::HelpRated,
    Situation::Disputed,
    Situation::ConfirmedByTime,
    Situation::EscalatedByTime,
    Situation::OrderDone,
    Situation::AlarmAcknowledged,
];

named! {
    /// A situation worth reaching.
    Situation {
        RunsOverlap = "runs-overlap", "Two phones have runs under way at the same moment.";
        ManyRunsOverlap = "many-runs-overlap", "Four phones or more have runs under way at the same moment.";
        PushBetweenPushes = "push-between-pushes", "Between two pushes of one run another phone pushed.";
        ReplyToDeadRun = "reply-to-dead-run", "A reply came for a run that had ended.";
        RequestAfterGiveUp = "request-after-give-up", "A request arrived after its phone had given it up.";
        DuplicateServed = "duplicate-served", "The server answered one request twice.";
        PushServedTwice = "push-served-twice", "The server answered one PUSH twice.";
        ReceiptReplayed = "receipt-replayed", "A commit was answered from its stored outcome.";
        LostPushReply = "lost-push-reply", "The server took commits and the phone did not hear of it.";
        LostHelloReply = "lost-hello-reply", "The server spent a nonce and the phone did not hear of it.";
        LostPageReply = "lost-page-reply", "A page with news was lost on its way.";
        LostUploadReply = "lost-upload-reply", "The server kept bytes and the phone did not hear of it.";
        CutUploadKept = "cut-upload-kept", "A cut piece of a file left bytes behind that the phone goes on from.";
        UploadOffsetConflict = "upload-offset-conflict", "A phone sent a piece from another offset than the server's.";
        UploadFinished = "upload-finished-after-failures", "A file arrived whole in a run that had failures.";
        CaptureProven = "capture-proven", "The proven time of a photo held its true time.";
        WrongClockShown = "wrong-clock-shown", "A phone's clock lay outside the proven time of its photo.";
        FileTroubleTold = "file-trouble-told", "A phone told its person of a photo file that was gone or damaged.";
        LostFileSentAgain = "lost-file-sent-again", "A file that the server had lost was there again at rest.";
        PortalSeen = "portal-seen", "A phone read a captive portal's page.";
        BombSeen = "bomb-seen", "A phone met a reply that inflates beyond the cap.";
        GarbledReplyRefused = "garbled-reply-refused", "A garbled reply was not believed.";
        GarbledRequestRefused = "garbled-request-refused", "The server did not believe a garbled request.";
        BusyObeyed = "busy-obeyed", "A phone waited for as long as the server asked.";
        RunGaveUp = "run-gave-up", "A run ended with work left.";
        RunSilent = "run-silent", "A run ended without having spoken to anybody.";
        TokenExpired = "token-expired", "A phone's token ended in the middle of a run.";
        WroteWhileSyncing = "wrote-while-syncing", "A person wrote while a run was under way.";
        WroteOffline = "wrote-offline", "A person wrote while the link was down.";
        ClaimOffline = "claim-offline", "A person claimed while the link was down.";
        ClaimLost = "claim-lost", "A claim came second and waits.";
        ClaimRace = "claim-race", "Two claims of one case were on their way at the same moment.";
        ThreeInLine = "three-in-line", "Three or more wait for one case.";
        Promoted = "promoted", "A release promoted the next in line.";
        ReleaseEmpties = "release-empties", "A release left nobody.";
        LeftTheLine = "left-the-line", "Somebody left the waiting list.";
        CancelledWhileClaimed = "cancelled-while-claimed", "A request was cancelled while somebody held it.";
        ActRefused = "act-refused", "The server refused an act that the phone had predicted to pass.";
        ActRefusedState = "act-refused-state", "An act came too late for the case's stage.";
        ActRefusedExpects = "act-refused-expects", "An exclusive act met other facts than it expected.";
        ContentAfterEnd = "content-after-end", "Words for a case arrived after it had ended.";
        ConflictShown = "conflict-shown", "A phone showed a conflict with more than one value.";
        ConflictResolved = "conflict-resolved", "A person settled a conflict.";
        StaleForm = "stale-form", "A form was saved that had been opened at older heads.";
        BranchRose = "branch-rose", "A stale form was written on the next branch.";
        ContentRefused = "content-refused", "The server refused content.";
        HeldMissing = "held-missing", "A commit waited for something it builds on.";
        ChainBroken = "chain-broken", "The server refused a commit because the phone was copied or restored.";
        RestoredPhoneSynced = "restored-phone-synced", "A restored phone finished a run.";
        RestoredPhoneLost = "restored-phone-lost-unsent", "A restored phone had written things since its image that nobody else had.";
        CloneSynced = "clone-synced", "A clone and its original both finished runs.";
        CloneAndOriginalWrote = "clone-and-original-wrote", "A clone and its original both wrote into one case.";
        KilledBetweenSendAndReply = "killed-between-send-and-reply", "A phone died with a request under way.";
        KilledBeforeKeep = "killed-before-keep", "A phone died with an answer in its hands that it had not kept.";
        KilledInCommand = "killed-in-command", "A phone died in the middle of a person's command.";
        KilledInCapture = "killed-in-capture", "A phone died while a case was being captured.";
        KilledInPhoto = "killed-in-photo", "A phone died while a photo was being kept.";
        KilledInOpen = "killed-in-open", "A phone died while it was opening.";
        KilledInPage = "killed-in-page", "A phone died while a page was being kept.";
        KilledInReceipts = "killed-in-receipts", "A phone died while receipts were being kept.";
        KilledInBatch = "killed-in-batch", "A phone died while commits were being signed.";
        DiedInSync = "died-in-sync", "A phone died at a disk operation of a run.";
        CommandNotSaved = "command-not-saved", "A command failed and said so.";
        CommandSavedUnsaid = "command-saved-unsaid", "A command died after it was durable, before it could say so.";
        FullInCommand = "full-in-command", "A command met a full disk.";
        FullInSync = "full-in-sync", "A run met a full disk.";
        ErrorInCommand = "error-in-command", "A command met an I/O error.";
        ErrorInSync = "error-in-sync", "A run met an I/O error.";
        ErrorInOpen = "error-in-open", "A phone could not be opened for an I/O error, and could later.";
        PhotoAfterCrash = "photo-after-crash", "A photo whose phone died before it was sent arrived whole.";
        PhotoBeforeCase = "case-before-photo", "Others saw a case whose photo had not arrived.";
        SamePhotoTwice = "same-photo-twice", "One photo was added to two cases.";
        ServerDiedInPush = "server-died-in-push", "The server died over a PUSH.";
        ServerDiedInPull = "server-died-in-pull", "The server died over a PULL.";
        ServerDiedInUpload = "server-died-in-upload", "The server died over a piece of a file.";
        ServerDiedInHello = "server-died-in-hello", "The server died over a HELLO.";
        ServerPowerCutAndBack = "server-power-cut-and-back", "The server lost its power and came back.";
        ServerFullAnswered = "server-full-answered", "The server answered that its disk is full.";
        ServerErrorAnswered = "server-error-answered", "The server answered that its disk failed.";
        ServerActed = "server-acted", "The server did an act of its own because a time had come.";
        ServerTookUnsaid = "server-took-unsaid", "The server had taken a PUSH when it died over the answer.";
        ClockTenYears = "clock-ten-years", "A phone wrote with a clock that was years off.";
        ClockBackwards = "clock-backwards", "A phone's clock jumped back between two of its writes.";
        MaliceRefused = "malice-refused", "A malicious message was refused whole.";
        MaliceReceipt = "malice-receipt", "A malicious commit got a refusal of its own.";
        MaliceReplay = "malice-replay", "A malicious phone sent another phone's commits.";
        MaliceBomb = "malice-bomb", "A malicious phone sent a bomb.";
        FirstSyncLate = "first-sync-late", "A phone saw its first page after others had written cases.";
        LongPage = "page-with-many-cases", "One page brought five cases or more.";
        LongOutbox = "long-outbox", "A phone sent ten commits or more in one PUSH.";
        DayOffline = "day-offline", "A link was down for a day or more.";
        CaseMoved = "case-moved", "An operator moved a case to another grid.";
        MovedWithWork = "moved-with-work", "A case was moved while a phone had unsent work in it.";
        CaseReopened = "case-reopened", "A case that had ended was opened again.";
        AppealGranted = "appeal-granted", "An appeal was granted.";
        AppealDenied = "appeal-denied", "An appeal was denied.";
        ListTakenIn = "list-taken-in", "A commit on the operator's list was taken in.";
        ListSettled = "list-settled", "A line of the operator's list was put away.";
        Amended = "amended", "What was refused was sent again.";
        KeptAsNote = "kept-as-note", "What was refused was kept as a note.";
        Appealed = "appealed", "A person asked for what was refused to be looked at.";
        EntryExported = "entry-exported", "What was refused was exported.";
        EntryDiscarded = "entry-discarded", "What was refused was given up.";
        TwoHolders = "two-holders", "Two people hold one case that has room for two.";
        Followed = "followed", "Somebody who has no part in a case follows it.";
        ForgedActor = "forged-actor", "A change under another's name, with a good signature, was refused.";
        ForgedGroup = "forged-group", "A malicious phone used the name of another phone's command.";
        ActWithoutRight = "act-without-right", "A malicious phone tried an act without a right.";
        FutureCursor = "future-cursor", "A malicious phone asked for what comes after a number that was never given.";
        OrphanFlood = "orphan-flood", "A malicious phone sent changes that build on what nobody has.";
        HelpClaimed = "help-claimed", "A request for help was claimed.";
        LostClaimExplained = "lost-claim-explained", "At rest a phone told who waits for a request who was first, and the place in line.";
        HelpPromoted = "help-promoted", "Who held a request for help gave it up, and the next in line has it.";
        NoShow = "no-show", "A helper who did not come was put out.";
        CancelledUnderWay = "cancelled-under-way", "A request was cancelled while somebody was on the way.";
        ReportedBack = "reported-back", "A helper said that it was done.";
        HelpConfirmed = "help-confirmed", "Who had asked confirmed it.";
        HelpRated = "help-rated", "Who had asked rated it.";
        Disputed = "disputed", "Who had asked said that it was not done.";
        ConfirmedByTime = "confirmed-by-time", "What nobody confirmed was confirmed by the server in its time.";
        EscalatedByTime = "escalated-by-time", "What nobody claimed was sent further up by the server in its time.";
        OrderDone = "order-done", "An order for an elder was done at the door.";
        AlarmAcknowledged = "alarm-acknowledged", "Somebody saw to an elder's alarm.";
        HealedWithWork = "healed-with-work", "At healing a phone still had commits to send.";
        HealedWithPhotos = "healed-with-photos", "At healing a phone still had photos to send.";
        HealedWhileDown = "healed-while-down", "At healing a phone or the server was down.";
    }
}

/// How often each was reached.
#[derive(Debug, Default, Clone)]
pub struct Situations(BTreeMap<Situation, u64>);

impl Situations {
    /// It happened.
    pub fn reached(&mut self, situation: Situation) {
        *self.0.entry(situation).or_default() += 1;
    }

    /// It happened if this holds.
    pub fn reached_if(&mut self, holds: bool, situation: Situation) {
        if holds {
            self.reached(situation);
        }
    }

    /// How often.
    #[must_use]
    pub fn count(&self, situation: Situation) -> u64 {
        self.0.get(&situation).copied().unwrap_or(0)
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        for (situation, count) in &other.0 {
            *self.0.entry(*situation).or_default() += count;
        }
    }
}
