//! The device's sync machine: one run from HELLO to the last uploaded byte, without I/O.
//!
//! `handle(input, now)`, then drain `poll_effect()` until `None`, then sleep until `poll_timeout()`. Durable state lives only in the
//! device's store: nothing is sent before the store has said that it was kept, and nothing is forgotten before the store has applied it.
//! Every run ends: pauses, rounds and failures in a row are bounded, and only what has never been reached before in the run counts as
//! progress.
//!
//! A run: with a good token at once, else a greeting; what I did; what is new; streams that cannot go on are compared; documents after
//! their lines, behind versions of the catalogue that they need; appeals; photos last.

mod uploads;
mod vocabulary;

use std::collections::VecDeque;

use crate::limits::{
    BACKOFF_MS_MAX, BACKOFF_MS_MIN, FAILURES_IN_A_ROW_MAX, GREETINGS_MAX, REPAIR_REQUESTS_MAX,
    RETRY_AFTER_MS_MAX, ROUNDS_MAX,
};
use crate::message::{DocsReply, ManifestReply, PullReply};
use crate::transfer::TransferQueue;
use uploads::Upload;
use yuandian_model::planted::{self, Bug};

pub use vocabulary::{
    Effect, Failure, Input, Keep, Load, Loaded, Opening, Reply, Request, RunReport, UploadReply,
};

/// What the store's next [`Input::Kept`] leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// To the outbox: what I did is judged before I look.
    Outbox,
    /// To the next page.
    Page,
    /// To a greeting: the rights have changed.
    Greeting,
    /// To the next page of a stream's cases, or the next stream.
    Manifest,
    /// To the next version of the catalogue.
    Catalogue,
    /// To the next documents.
    Docs,
    /// To the next appeal.
    Appeal,
    /// Nowhere: the phone was shut out.
    End,
    /// On with the blob at hand.
    Upload,
    /// On with the next one: that at hand was given up.
    NextUpload,
}

/// The machine. One run at a time.
#[derive(Debug, Default)]
pub struct Machine {
    dice: u64,
    running: bool,
    effects: VecDeque<Effect>,
    outstanding: Option<Request>,
    loading: Option<Load>,
    keeping: Option<After>,
    retry_at: Option<i64>,
    failures_in_a_row: u32,
    rounds: u32,
    repairs: u32,
    greetings: u32,
    /// The token was refused, or the server asked for it: no run goes on without a greeting.
    must_greet: bool,
    /// The number being signed is one that was kept: the server may know it no more.
    number_was_kept: bool,
    looked: bool,
    greeted_again: bool,
    compared: bool,
    received: bool,
    no_manifests: bool,
    no_catalogues: bool,
    no_docs: bool,
    queue: TransferQueue,
    upload: Option<Upload>,
    left_behind: bool,
    report: RunReport,
}

impl Machine {
    /// A machine whose pauses are spread by `seed`, so that phones which lost the same server do not come back in the same moment.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { dice: seed, ..Self::default() }
    }

    /// Takes one input. An input that does not fit the phase (a late reply) changes nothing.
    pub fn handle(&mut self, input: Input, now_ms: i64) {
        match input {
            Input::Start if !self.running => {
                *self = Self { running: true, ..Self::new(self.dice) };
                self.load(Load::Start);
            }
            Input::Replied(reply) => self.replied(reply),
            Input::Failed(failure) => self.failed(&failure, now_ms),
            Input::Loaded(loaded) => self.loaded(loaded),
            Input::Kept => self.kept(),
            Input::Timeout if self.retry_at.is_some_and(|at| now_ms >= at) => {
                self.retry_at = None;
                if let Some(request) = self.outstanding.clone() {
                    self.ask(request);
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
        self.report.requests += u32::from(!matches!(request, Request::Upload(_)));
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
                | (Some(Request::Manifest(_)), Reply::Manifest(_))
                | (Some(Request::Catalogue(_)), Reply::Catalogue(_))
                | (Some(Request::Docs(_)), Reply::Docs(_))
                | (Some(Request::Appeal(_)), Reply::Appeal(_))
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
                self.must_greet = false;
                // It may bring streams that nobody has looked at.
                self.looked = false;
                let after = if hello.wipe.is_some() { After::End } else { After::Outbox };
                self.keep(Keep::Hello(hello), after);
            }
            Reply::Push(push) => {
                self.progress();
                self.greeted_again = false;
                self.report.pushed += push.receipts.len() as u64;
                self.keep(Keep::Receipts(push), After::Outbox);
            }
            Reply::Pull(page) => self.paged(asked.as_ref(), page),
            Reply::Manifest(page) => self.manifested(asked, page),
            Reply::Catalogue(reply) => {
                self.progress();
                let Some(Request::Catalogue(asked)) = asked else { return };
                self.keep(Keep::Catalogue { asked, reply }, After::Catalogue);
            }
            Reply::Docs(docs) => self.documented(asked, docs),
            Reply::Appeal(kept) => {
                self.progress();
                let Some(Request::Appeal(appeal)) = asked else { return };
                self.report.appealed += 1;
                let keep = Keep::Appealed { commit: appeal.commit.id(), ticket: kept.ticket };
                self.keep(keep, After::Appeal);
            }
            Reply::Upload(answer) => self.upload_answered(&answer),
        }
    }

    fn paged(&mut self, asked: Option<&Request>, page: PullReply) {
        self.progress();
        self.report.pulled += page.cases.len() as u64;
        // A page that moves no cursor would be asked for again for ever.
        let moved = matches!(asked, Some(Request::Pull(pull))
            if page.cursors.iter().any(|cursor| !pull.streams.contains(cursor)));
        self.left_behind |= page.more && !moved;
        self.looked = !(page.more && moved);
        let after = if page.greet && self.greetings < GREETINGS_MAX {
            self.greetings += 1;
            After::Greeting
        } else if self.looked {
            After::Outbox
        } else {
            After::Page
        };
        self.keep(Keep::Page(page), after);
    }

    fn manifested(&mut self, asked: Option<Request>, reply: ManifestReply) {
        self.progress();
        let Some(Request::Manifest(asked)) = asked else { return };
        self.report.compared += u64::from(asked.after.is_none());
        self.compared = true;
        self.keep(Keep::Manifest { asked, reply }, After::Manifest);
    }

    fn documented(&mut self, asked: Option<Request>, reply: DocsReply) {
        self.heard();
        let Some(Request::Docs(asked)) = asked else { return };
        if reply.cases.is_empty() {
            // Nothing of what was asked for: the same question would get the same answer.
            self.no_docs = true;
            self.left_behind = true;
            return self.load(Load::Appeal);
        }
        self.progress();
        self.received = true;
        self.report.documents += reply.cases.len() as u64;
        self.keep(Keep::Docs { asked, reply }, After::Docs);
    }

    fn loaded(&mut self, loaded: Loaded) {
        let wanted = matches!(
            (&self.loading, &loaded),
            (Some(Load::Start), Loaded::Start(_))
                | (Some(Load::Hello { .. }), Loaded::Hello(_))
                | (Some(Load::Batch), Loaded::Batch(_))
                | (Some(Load::Pull), Loaded::Pull(_))
                | (Some(Load::Manifest), Loaded::Manifest(_))
                | (Some(Load::Catalogue), Loaded::Catalogue(_))
                | (Some(Load::Docs), Loaded::Docs(_))
                | (Some(Load::Appeal), Loaded::Appeal(_))
                | (Some(Load::Transfers), Loaded::Transfers(_))
        );
        if !wanted {
            return;
        }
        self.loading = None;
        match loaded {
            Loaded::Start(opening) if opening.token && !self.must_greet => self.load(Load::Batch),
            Loaded::Start(opening) => match opening.nonce {
                Some(nonce) => {
                    self.number_was_kept = true;
                    self.load(Load::Hello { nonce });
                }
                None => self.ask(Request::Nonce),
            },
            Loaded::Hello(hello) => self.ask(Request::Hello(hello)),
            Loaded::Batch(push) if !push.is_empty() && self.rounds < ROUNDS_MAX => {
                self.rounds += 1;
                self.looked = false;
                self.ask(Request::Push(push));
            }
            Loaded::Batch(push) => {
                self.left_behind |= !push.is_empty();
                self.received = false;
                // Nothing (more) to send: look what is new, and when nothing came of that either, go on to what is to be repaired.
                self.load(if self.looked { Load::Manifest } else { Load::Pull });
            }
            Loaded::Pull(pull) if pull.streams.is_empty() => {
                self.looked = true;
                self.load(Load::Manifest);
            }
            Loaded::Pull(pull) => self.ask(Request::Pull(pull)),
            Loaded::Manifest(Some(manifest)) if !self.no_manifests && self.repairs < REPAIR_REQUESTS_MAX => {
                self.repairs += 1;
                self.ask(Request::Manifest(manifest));
            }
            Loaded::Manifest(more) => {
                self.left_behind |= more.is_some();
                // What moved while streams were compared is above their new cursors.
                let look_again = std::mem::take(&mut self.compared);
                self.looked = !look_again;
                self.load(if look_again { Load::Pull } else { Load::Catalogue });
            }
            Loaded::Catalogue(Some(ask)) if !self.no_catalogues && self.repairs < REPAIR_REQUESTS_MAX => {
                self.repairs += 1;
                self.ask(Request::Catalogue(ask));
            }
            Loaded::Catalogue(more) => {
                self.left_behind |= more.is_some();
                self.load(Load::Docs);
            }
            Loaded::Docs(Some(docs)) if !self.no_docs && self.repairs < REPAIR_REQUESTS_MAX => {
                self.repairs += 1;
                self.ask(Request::Docs(docs));
            }
            Loaded::Docs(more) => {
                self.left_behind |= more.is_some();
                // A copy of a phone waits with what it has to say until it has seen what was said before.
                self.load(if self.received { Load::Batch } else { Load::Appeal });
            }
            Loaded::Appeal(Some(appeal)) if self.rounds < ROUNDS_MAX => {
                self.rounds += 1;
                self.ask(Request::Appeal(appeal));
            }
            Loaded::Appeal(more) => {
                self.left_behind |= more.is_some();
                self.load(Load::Transfers);
            }
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
            Some(After::Greeting) => self.greet(),
            Some(After::Manifest) => self.load(Load::Manifest),
            Some(After::Catalogue) => self.load(Load::Catalogue),
            Some(After::Docs) => self.load(Load::Docs),
            Some(After::Appeal) => self.load(Load::Appeal),
            Some(After::End) => self.finish(true),
            Some(After::NextUpload) => self.next_upload(),
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

    /// Begins with a greeting, whatever the token is good for.
    fn greet(&mut self) {
        self.must_greet = true;
        self.load(Load::Start);
    }

    fn failed(&mut self, failure: &Failure, now_ms: i64) {
        if self.outstanding.is_none() || self.retry_at.is_some() {
            return;
        }
        let kept_number = std::mem::take(&mut self.number_was_kept);
        if *failure == Failure::Unauthorized {
            self.heard();
            // A kept number may have ended without anything being wrong.
            if kept_number && matches!(self.outstanding, Some(Request::Hello(_))) {
                return self.ask(Request::Nonce);
            }
            if !self.greeted_again {
                self.greeted_again = true;
                self.outstanding = None;
                // The photos are looked for anew after the greeting.
                self.upload = None;
                return self.greet();
            }
        }
        self.report.failures += 1;
        self.report.last_failure = Some(failure.to_string());
        self.report.untrusted = matches!(failure, Failure::Untrusted(_));
        self.failures_in_a_row += 1;
        if let Failure::Refused(_) | Failure::Unauthorized = failure {
            self.heard();
            return self.refused(failure);
        }
        let asked = match failure {
            Failure::Busy { retry_after_ms: Some(ms) } if !planted::is(Bug::RetryAfterIgnored) => {
                (*ms).clamp(0, RETRY_AFTER_MS_MAX)
            }
            _ => 0,
        };
        if asked > BACKOFF_MS_MAX {
            self.report.retry_after_ms = Some(asked);
        }
        // Never spoken to: no waiting, the work is kept and the person is told at once.
        let silent =
            !self.report.reached && matches!(failure, Failure::Unreachable(_) | Failure::Untrusted(_));
        if silent || asked > BACKOFF_MS_MAX || self.failures_in_a_row > FAILURES_IN_A_ROW_MAX {
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
        self.retry_at = Some(now_ms.saturating_add(self.spread(pause).max(asked)));
    }

    /// A server that does not take one kind of repair or an appeal still takes the rest.
    fn refused(&mut self, failure: &Failure) {
        let next = match (&self.outstanding, failure) {
            (Some(Request::Manifest(_)), Failure::Refused(_)) => {
                self.no_manifests = true;
                Load::Catalogue
            }
            (Some(Request::Catalogue(_)), Failure::Refused(_)) => {
                self.no_catalogues = true;
                Load::Docs
            }
            (Some(Request::Docs(_)), Failure::Refused(_)) => {
                self.no_docs = true;
                Load::Appeal
            }
            (Some(Request::Appeal(_)), Failure::Refused(_)) => Load::Transfers,
            _ => return self.finish(false),
        };
        self.outstanding = None;
        self.left_behind = true;
        self.load(next);
    }

    /// A pause between half of this and all of it.
    fn spread(&mut self, pause_ms: i64) -> i64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let half = pause_ms / 2;
        let span = (pause_ms - half).unsigned_abs() + 1;
        half + i64::try_from(mixed % span).unwrap_or(0)
    }

    fn finish(&mut self, complete: bool) {
        self.report.complete = complete;
        self.running = false;
        self.outstanding = None;
        self.retry_at = None;
        self.effects.push_back(Effect::Finished(self.report.clone()));
    }
}
