//! The device's sync machine: one run from HELLO to the last uploaded byte, without I/O.
//!
//! `handle(input, now)`, then drain `poll_effect()` until `None`, then sleep until `poll_timeout()`. Durable state lives only in the
//! device's store: nothing is sent before the store has said that it was kept, and nothing is forgotten before the store has applied it.
//! Every run ends: pauses and failures in a row are bounded, and only what has never been reached before in the run counts as progress.
#![expect(
    clippy::large_enum_variant,
    reason = "a few values at a time, each moved once: a box would cost more than it saves"
)]

use std::collections::VecDeque;

use crate::limits::{BACKOFF_MS_MAX, BACKOFF_MS_MIN, FAILURES_IN_A_ROW_MAX, ROUNDS_MAX};
use crate::message::{HelloReply, Nonce, Pull, PullReply, Push, PushReply, SignedMessage};
use crate::transfer::{Transfer, TransferQueue, UploadPlan};

/// What goes over the network. One is outstanding at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Ask for a number to sign.
    Nonce,
    /// A signed HELLO.
    Hello(SignedMessage),
    /// Commits.
    Push(Push),
    /// What is new.
    Pull(Pull),
    /// A step of an upload.
    Upload(UploadPlan),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The number.
    Nonce(Nonce),
    /// Token, rights, streams.
    Hello(HelloReply),
    /// Receipts.
    Push(PushReply),
    /// A page.
    Pull(PullReply),
    /// The answer to an upload's step, whatever its status.
    Upload(UploadReply),
}

/// The parts of an HTTP answer that tus speaks in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadReply {
    /// HTTP status.
    pub status: u16,
    /// `Upload-Offset`.
    pub offset: Option<u64>,
    /// `Location`.
    pub location: Option<String>,
}

/// Why a request has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, a cut one, or an answer that is none (a captive portal).
    #[error("{0}")]
    Unreachable(String),
    /// The server is busy.
    #[error("the server is busy")]
    Busy {
        /// `Retry-After`, ms.
        retry_after_ms: Option<i64>,
    },
    /// The token has ended.
    #[error("the server does not know this phone's token any more")]
    Unauthorized,
    /// The server refuses the request as a whole, in words for the log.
    #[error("refused: {0}")]
    Refused(String),
}

/// Something the device's store must give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load {
    /// A HELLO over this number, signed.
    Hello {
        /// The server's number.
        nonce: [u8; 32],
    },
    /// The next commits to send: chained, signed and kept before they are given.
    Batch,
    /// The next PULL.
    Pull,
    /// Every blob that has not been stored by the server.
    Transfers,
}

/// What the store gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// The signed HELLO.
    Hello(SignedMessage),
    /// Commits; none left if empty.
    Batch(Push),
    /// The PULL.
    Pull(Pull),
    /// The blobs.
    Transfers(Vec<Transfer>),
}

/// Something the store must keep, each in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// Rights and streams.
    Hello(HelloReply),
    /// Outcomes.
    Receipts(PushReply),
    /// A page with its cursors.
    Page(PullReply),
    /// Where an upload was begun, or that its address is no longer good.
    UploadAt {
        /// The blob.
        transfer: Transfer,
        /// Its address from now on.
        url: Option<String>,
    },
    /// How far an upload is.
    UploadOffset {
        /// The blob.
        transfer: Transfer,
        /// Bytes the server has.
        offset: u64,
    },
    /// The server has it whole and verified.
    Uploaded(Transfer),
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send, and answer with [`Input::Replied`] or [`Input::Failed`].
    Ask(Request),
    /// Read from the store, and answer with [`Input::Loaded`].
    Load(Load),
    /// Keep in the store, and answer with [`Input::Kept`].
    Keep(Keep),
    /// The run has ended.
    Finished(RunReport),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Begin a run.
    Start,
    /// The outstanding request was answered.
    Replied(Reply),
    /// It was not.
    Failed(Failure),
    /// The store read something.
    Loaded(Loaded),
    /// The store kept something.
    Kept,
    /// The time of `poll_timeout` has come.
    Timeout,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunReport {
    /// Whether the server was spoken to at all; a refusal is an answer too.
    pub reached: bool,
    /// Whether everything there was to do was done.
    pub complete: bool,
    /// Commits sent.
    pub pushed: u64,
    /// Cases received.
    pub pulled: u64,
    /// Blobs stored by the server.
    pub uploaded: u64,
    /// Bytes of blobs sent.
    pub uploaded_bytes: u64,
    /// Network failures overcome or not.
    pub failures: u32,
    /// The last failure, for the log.
    pub last_failure: Option<String>,
}

/// What the store's next [`Input::Kept`] leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// To the outbox: what I did is judged before I look.
    Outbox,
    /// To the next page.
    Page,
    /// On with the blob at hand.
    Upload,
}

/// The blob at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Upload {
    transfer: Transfer,
    /// Where the server is with it, unless it has to be asked.
    offset: Option<u64>,
    /// The furthest it was seen in this run: only what goes beyond is progress, so that one which is sent again and again has an end.
    furthest: Option<u64>,
}

/// The machine. One run at a time.
#[derive(Debug, Default)]
pub struct Machine {
    running: bool,
    effects: VecDeque<Effect>,
    outstanding: Option<Request>,
    loading: Option<Load>,
    keeping: Option<After>,
    retry_at: Option<i64>,
    failures_in_a_row: u32,
    rounds: u32,
    looked: bool,
    greeted_again: bool,
    queue: TransferQueue,
    upload: Option<Upload>,
    left_behind: bool,
    report: RunReport,
}

impl Machine {
    /// Takes one input. An input that does not fit the phase (a late reply) changes nothing.
    pub fn handle(&mut self, input: Input, now_ms: i64) {
        match input {
            Input::Start if !self.running => {
                *self = Self { running: true, ..Self::default() };
                self.ask(Request::Nonce);
            }
            Input::Replied(reply) => self.replied(reply),
            Input::Failed(failure) => self.failed(&failure, now_ms),
            Input::Loaded(loaded) => self.loaded(loaded),
            Input::Kept => self.kept(),
            Input::Timeout if self.retry_at.is_some_and(|at| now_ms >= at) => {
                self.retry_at = None;
                if let Some(request) = self.outstanding.clone() {
                    self.effects.push_back(Effect::Ask(request));
                }
            }
            Input::Start | Input::Timeout => {}
        }
    }

    /// The next thing to do, until `None`.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to send [`Input::Timeout`], wall or monotonic ms of the caller's `now`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<i64> {
        self.retry_at
    }

    fn ask(&mut self, request: Request) {
        self.outstanding = Some(request.clone());
        self.effects.push_back(Effect::Ask(request));
    }

    fn load(&mut self, load: Load) {
        self.loading = Some(load.clone());
        self.effects.push_back(Effect::Load(load));
    }

    fn keep(&mut self, keep: Keep, after: After) {
        self.keeping = Some(after);
        self.effects.push_back(Effect::Keep(keep));
    }

    fn heard(&mut self) {
        self.report.reached = true;
    }

    fn progress(&mut self) {
        self.heard();
        self.failures_in_a_row = 0;
    }

    fn replied(&mut self, reply: Reply) {
        // A reply of another kind than asked for is late or forged: the outstanding request still waits for its own.
        let answers = matches!(
            (&self.outstanding, &reply),
            (Some(Request::Nonce), Reply::Nonce(_))
                | (Some(Request::Hello(_)), Reply::Hello(_))
                | (Some(Request::Push(_)), Reply::Push(_))
                | (Some(Request::Pull(_)), Reply::Pull(_))
                | (Some(Request::Upload(_)), Reply::Upload(_))
        );
        if !answers || self.retry_at.is_some() {
            return;
        }
        let asked = self.outstanding.take();
        match reply {
            Reply::Nonce(nonce) => {
                // No progress yet: a HELLO that never comes through begins here each time.
                self.heard();
                self.load(Load::Hello { nonce: nonce.nonce });
            }
            Reply::Hello(hello) => {
                self.progress();
                // It may bring streams that nobody has looked at.
                self.looked = false;
                self.keep(Keep::Hello(hello), After::Outbox);
            }
            Reply::Push(push) => {
                self.progress();
                self.greeted_again = false;
                self.report.pushed += push.receipts.len() as u64;
                self.keep(Keep::Receipts(push), After::Outbox);
            }
            Reply::Pull(page) => {
                self.progress();
                self.report.pulled += page.cases.len() as u64;
                // A page that moves no cursor would be asked for again for ever.
                let moved = matches!(asked, Some(Request::Pull(pull))
                    if page.cursors.iter().any(|cursor| !pull.streams.contains(cursor)));
                self.left_behind |= page.more && !moved;
                self.looked = !(page.more && moved);
                let after = if self.looked { After::Outbox } else { After::Page };
                self.keep(Keep::Page(page), after);
            }
            Reply::Upload(answer) => self.upload_answered(&answer),
        }
    }

    fn loaded(&mut self, loaded: Loaded) {
        let wanted = matches!(
            (&self.loading, &loaded),
            (Some(Load::Hello { .. }), Loaded::Hello(_))
                | (Some(Load::Batch), Loaded::Batch(_))
                | (Some(Load::Pull), Loaded::Pull(_))
                | (Some(Load::Transfers), Loaded::Transfers(_))
        );
        if !wanted {
            return;
        }
        self.loading = None;
        match loaded {
            Loaded::Hello(hello) => self.ask(Request::Hello(hello)),
            Loaded::Batch(push) if !push.items.is_empty() && self.rounds < ROUNDS_MAX => {
                self.rounds += 1;
                self.looked = false;
                self.ask(Request::Push(push));
            }
            Loaded::Batch(push) => {
                self.left_behind |= !push.items.is_empty();
                // Nothing (more) to send: look what is new, and when nothing came of that either, go on to the photos.
                self.load(if self.looked { Load::Transfers } else { Load::Pull });
            }
            Loaded::Pull(pull) => self.ask(Request::Pull(pull)),
            Loaded::Transfers(transfers) => {
                self.queue = TransferQueue::of(transfers);
                self.next_upload();
            }
        }
    }

    fn kept(&mut self) {
        match self.keeping.take() {
            Some(After::Outbox) => self.load(Load::Batch),
            Some(After::Page) => self.load(Load::Pull),
            Some(After::Upload) => match self.upload.clone() {
                Some(Upload { transfer, offset: Some(at), .. }) if at >= transfer.size => {
                    self.report.uploaded += 1;
                    self.next_upload();
                }
                Some(Upload { transfer, offset, .. }) => self.ask(Request::Upload(transfer.plan(offset))),
                None => {}
            },
            None => {}
        }
    }

    fn next_upload(&mut self) {
        let next = self.queue.next_transfer();
        self.upload = next.map(|transfer| Upload { transfer, offset: None, furthest: None });
        match &self.upload {
            Some(upload) => {
                let plan = upload.transfer.plan(None);
                self.ask(Request::Upload(plan));
            }
            None => self.finish(!self.left_behind),
        }
    }

    fn upload_answered(&mut self, answer: &UploadReply) {
        let Some(Upload { mut transfer, offset, furthest }) = self.upload.take() else {
            return;
        };
        match answer.status {
            200..=299 if transfer.url.is_none() => {
                let Some(location) = answer.location.clone() else {
                    return self.leave_behind();
                };
                transfer.url = Some(location);
                let keep = Keep::UploadAt { transfer: transfer.clone(), url: transfer.url.clone() };
                // A new one begins at 0; one that the server knows already, or that has no bytes to send, is asked for.
                let offset = answer.offset.filter(|at| *at == 0 && transfer.size > 0);
                self.upload = Some(Upload { transfer, offset, furthest: furthest.or(offset) });
                self.keep(keep, After::Upload);
            }
            200..=299 => {
                let Some(at) = answer.offset.filter(|at| *at <= transfer.size) else {
                    return self.leave_behind();
                };
                let done = at == transfer.size;
                let before = furthest.unwrap_or(at);
                self.report.uploaded_bytes += at.saturating_sub(before);
                if done || at > before {
                    self.progress();
                    // A long night of photos outlives many tokens: each piece that arrives earns the next greeting.
                    self.greeted_again = false;
                } else if offset.is_some_and(|sent_from| at <= sent_from) {
                    self.failures_in_a_row += 1;
                    if self.failures_in_a_row > FAILURES_IN_A_ROW_MAX {
                        return self.leave_behind();
                    }
                }
                let furthest = Some(before.max(at));
                self.upload = Some(Upload { transfer: transfer.clone(), offset: Some(at), furthest });
                let keep =
                    if done { Keep::Uploaded(transfer) } else { Keep::UploadOffset { transfer, offset: at } };
                self.keep(keep, After::Upload);
            }
            // The server counts otherwise, or bytes were damaged on the way, or its address has ended: ask, or begin anew.
            404 | 409 | 410 | 460
                if transfer.url.is_some() && self.failures_in_a_row < FAILURES_IN_A_ROW_MAX =>
            {
                self.failures_in_a_row += 1;
                if matches!(answer.status, 404 | 410) {
                    transfer.url = None;
                    let keep = Keep::UploadAt { transfer: transfer.clone(), url: None };
                    self.upload = Some(Upload { transfer, offset: None, furthest });
                    self.keep(keep, After::Upload);
                } else {
                    let plan = transfer.plan(None);
                    self.upload = Some(Upload { transfer, offset: None, furthest });
                    self.ask(Request::Upload(plan));
                }
            }
            _ => self.leave_behind(),
        }
    }

    /// The blob at hand does not move now; it stays in the store for the next run, and the others go on.
    fn leave_behind(&mut self) {
        self.left_behind = true;
        self.failures_in_a_row = 0;
        self.next_upload();
    }

    fn failed(&mut self, failure: &Failure, now_ms: i64) {
        if self.outstanding.is_none() || self.retry_at.is_some() {
            return;
        }
        self.report.failures += 1;
        self.report.last_failure = Some(failure.to_string());
        self.failures_in_a_row += 1;
        match failure {
            Failure::Unauthorized if !self.greeted_again => {
                self.heard();
                self.greeted_again = true;
                // The photos are looked for anew after the greeting.
                self.upload = None;
                return self.ask(Request::Nonce);
            }
            Failure::Refused(_) | Failure::Unauthorized => {
                self.heard();
                return self.finish(false);
            }
            Failure::Unreachable(_) | Failure::Busy { .. } => {}
        }
        // Never spoken to: no waiting, the work is kept and the person is told at once.
        let silent = !self.report.reached && matches!(failure, Failure::Unreachable(_));
        if silent || self.failures_in_a_row > FAILURES_IN_A_ROW_MAX {
            return self.finish(false);
        }
        // A number is good for one HELLO, and the server may have used it up.
        if matches!(self.outstanding, Some(Request::Hello(_))) {
            self.outstanding = Some(Request::Nonce);
        }
        // A cut upload: the server knows how far it came.
        if let Some(upload) = &mut self.upload
            && upload.transfer.url.is_some()
        {
            upload.offset = None;
            self.outstanding = Some(Request::Upload(upload.transfer.plan(None)));
        }
        let pause = (BACKOFF_MS_MIN << (self.failures_in_a_row - 1).min(10)).min(BACKOFF_MS_MAX);
        let asked = match failure {
            Failure::Busy { retry_after_ms: Some(ms) } => (*ms).clamp(0, BACKOFF_MS_MAX),
            _ => 0,
        };
        self.retry_at = Some(now_ms.saturating_add(pause.max(asked)));
    }

    fn finish(&mut self, complete: bool) {
        self.report.complete = complete;
        self.running = false;
        self.outstanding = None;
        self.retry_at = None;
        self.effects.push_back(Effect::Finished(self.report.clone()));
    }
}
