//! The links: what happens to a request on its way, at the server, and to the reply on its way back.

use yuandian_sync::message::{Pull, PullReply, Push, PushReply};
use yuandian_sync::transfer::UPLOADS_PATH;
use yuandian_sync::{limits, wire};
use yuandian_vfs::{Cut, Fault as DiskFault};

use crate::fault::Fault;
use crate::http::{HttpReply, HttpRequest};
use crate::input::Part;
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::situation::Situation;
use crate::world::{Event, Travelling, World};

/// How long a phone waits for a reply.
const PATIENCE_MS: i64 = 30_000;
/// Messages of others that the malicious phone keeps.
const OVERHEARD_MAX: usize = 64;

/// What a captive portal says.
const PORTAL: &[u8] = b"<!doctype html><title>Welcome</title><p>Please accept our terms to go on.";

impl World {
    fn link(&mut self, fault: Fault) -> bool {
        self.faults.strikes(fault, Part::Links, &mut self.input)
    }

    /// How long a message takes.
    fn delay(&mut self) -> i64 {
        if self.faults.healed() {
            return 20;
        }
        let usual = 20 + i64::from(self.input.byte(Part::Links)) * 4;
        if self.link(Fault::Delayed) { usual + 250 * i64::from(self.input.byte(Part::Links)) } else { usual }
    }

    /// Whether a phone's link is down.
    #[must_use]
    pub fn is_offline(&self, index: usize) -> bool {
        self.devices[index].offline_until_ms > self.now_ms
    }

    /// Sends a request, come what may.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn send(&mut self, index: usize, number: u64, mut request: HttpRequest) -> Step {
        if self.is_offline(index) {
            self.after(500, Event::Reply(index, number, None, false));
            return Ok(());
        }
        let up = self.delay();
        self.after(PATIENCE_MS, Event::GiveUp(index, number));
        let instead = |status, body: &[u8], wait| HttpReply {
            kind: "text/html".to_owned(),
            body: body.to_vec(),
            retry_after_s: wait,
            ..HttpReply::status(status)
        };
        let wait = 1 + i64::from(self.input.byte(Part::Links)) % 8;
        for (fault, reply) in [
            (Fault::CaptivePortal, instead(200, PORTAL, None)),
            (Fault::Busy429, instead(429, b"", Some(wait))),
            (Fault::Busy503, instead(503, b"", Some(wait))),
        ] {
            if self.link(fault) {
                self.situations.reached_if(fault == Fault::CaptivePortal, Situation::PortalSeen);
                self.after(up, Event::Reply(index, number, Some(Box::new(reply)), false));
                return Ok(());
            }
        }
        let mut garbled = false;
        if self.link(Fault::RequestGarbled) && !request.body.is_empty() {
            let at = usize::from(self.input.word(Part::Links)) % request.body.len();
            request.body[at] ^= 1 + self.input.byte(Part::Links) % 255;
            garbled = true;
        }
        if self.link(Fault::UploadCut) && request.method == "PATCH" && !request.body.is_empty() {
            let keep = usize::from(self.input.word(Part::Links)) % request.body.len();
            request.body.truncate(keep);
            request.cut = true;
        }
        let lost = self.link(Fault::RequestLost);
        let twice = self.link(Fault::Duplicated);
        if self.overheard.len() < OVERHEARD_MAX && !self.devices[index].person.malicious {
            self.overheard.push(request.clone());
        }
        let travelling = Travelling { device: index, number, request, garbled, copy: false };
        if twice {
            let later = up + self.delay() + self.delay();
            self.after(later, Event::Arrive(Box::new(Travelling { copy: true, ..travelling.clone() })));
        }
        if !lost {
            self.after(up, Event::Arrive(Box::new(travelling)));
        }
        Ok(())
    }

    /// A request arrives.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn arrive(&mut self, travelling: Travelling) -> Step {
        let Travelling { device: index, number, request, garbled, copy } = travelling;
        if !self.server.is_up() {
            return self.answer(index, number, None, copy);
        }
        self.situations.reached_if(self.given_up.contains(&number), Situation::RequestAfterGiveUp);
        if garbled && is_message(&request) {
            // A changed byte that still makes a message is what TLS would have stopped.
            return self.answer(index, number, None, copy);
        }
        let push = self.push_of(&request);
        self.scan_for_secrets(index, &request.body, "a request")?;
        self.plan_server_faults();
        let before = self.server.disk.struck();
        let now = self.server_ms();
        let reply = self.server.serve(&request, now);
        let struck = self.server.disk.struck() > before;
        let times = self.served.entry(number).or_default();
        *times += 1;
        let twice = *times > 1;
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        self.situations.reached_if(twice, Situation::DuplicateServed);
        self.situations.reached_if(twice && push.is_some(), Situation::PushServedTwice);
        self.situations.reached_if(garbled && status >= 400, Situation::GarbledRequestRefused);
        self.situations.reached_if(status == 507, Situation::ServerFullAnswered);
        self.situations.reached_if(struck && matches!(status, 500 | 503), Situation::ServerErrorAnswered);
        let facts = [9, u8::try_from(index).unwrap_or(255), u8::try_from(status / 100).unwrap_or(0)];
        let path = request.path.clone();
        self.trace.add(self.now_ms, &facts, || {
            format!("the server answers phone {index}: {} {path} -> {status}", request.method)
        });
        hold(status != 500 || struck || self.server.disk.struck() > 0, Invariant::ServerNeverFails, || {
            format!("{} of phone {index} was answered with 500", request.path)
        })?;
        let Some(reply) = reply else {
            self.died_over(&request.path);
            self.after_server_step()?;
            return self.answer(index, number, None, copy);
        };
        self.after_server_step()?;
        if status == 200 && request.path == "/v1/push" {
            self.pushed(index, push.as_ref(), &reply)?;
        }
        if status == 200 && request.path == "/v1/pull" {
            self.pulled(index, &request, &reply)?;
        }
        self.scan_for_secrets(index, &reply.body, "a reply")?;
        self.lose_reply(index, number, (request, reply), copy)
    }

    fn push_of(&self, request: &HttpRequest) -> Option<Push> {
        if request.path == "/v1/push" { wire::unpack("push", &request.body).ok() } else { None }
    }

    fn died_over(&mut self, path: &str) {
        let situation = match path {
            "/v1/push" => Situation::ServerDiedInPush,
            "/v1/pull" => Situation::ServerDiedInPull,
            "/v1/hello" => Situation::ServerDiedInHello,
            path if path.starts_with(UPLOADS_PATH) => Situation::ServerDiedInUpload,
            _ => return,
        };
        self.situations.reached(situation);
    }

    /// The server's disk may fail in this request.
    fn plan_server_faults(&mut self) {
        if self.faults.healed() {
            return;
        }
        for (fault, plan) in [
            (Fault::ServerKilled, DiskFault::Cut(Cut::Kill)),
            (Fault::ServerPowerCut, DiskFault::Cut(Cut::Power)),
            (Fault::ServerDiskFull, DiskFault::Full(6)),
            (Fault::ServerIoError, DiskFault::Error),
        ] {
            // A server fails more rarely than a phone, of which there are many.
            let strikes = self.faults.strikes(fault, Part::Machines, &mut self.input);
            if strikes && self.input.byte(Part::Machines) > 128 {
                let at = self.server.disk.operations() + self.input.below(Part::Machines, 24) as u64;
                self.server.disk.plan(at, plan);
            }
        }
    }

    /// What the server took, told to the reference.
    fn pushed(&mut self, index: usize, push: Option<&Push>, reply: &HttpReply) -> Step {
        let lost = || Broken::new(Invariant::OneReceiptPerCommit, "a PUSH with an answer of another kind");
        let push = push.ok_or_else(lost)?;
        let answer: PushReply = wire::unpack("push reply", &reply.body).map_err(|_| lost())?;
        hold(answer.receipts.len() == push.items.len(), Invariant::OneReceiptPerCommit, || {
            format!("{} commits, {} receipts", push.items.len(), answer.receipts.len())
        })?;
        let between = self.last_push.replace(index).is_some_and(|last| last != index);
        let second = self.devices[index].run.as_ref().is_some_and(|run| run.requests > 4);
        self.situations.reached_if(between && second, Situation::PushBetweenPushes);
        self.situations.reached_if(push.items.len() >= 10, Situation::LongOutbox);
        let trusted = !self.devices[index].person.malicious;
        let Some(user) = self.devices[index].person.user else { return Ok(()) };
        for (item, receipt) in push.items.iter().zip(&answer.receipts) {
            let code = self.reference.answered(user, &item.commit, receipt, trusted, &mut self.situations)?;
            let envelope = item.commit.open().ok();
            let what =
                envelope.as_ref().map(|e| format!("{:?} of {}", e.kind, e.document)).unwrap_or_default();
            let facts = [10, u8::try_from(index).unwrap_or(255), code as u8];
            self.trace.add(self.now_ms, &facts, || format!("  {what}: {code}"));
            if !trusted {
                self.situations.reached_if(code.is_refused(), Situation::MaliceReceipt);
            }
            if let Some(envelope) = envelope {
                self.situations.reached_if(envelope.branch > 0, Situation::BranchRose);
                self.claims.remove(&(index, envelope.document));
                self.clone_wrote(index, envelope.document);
            }
        }
        Ok(())
    }

    /// What the server sends: only to those who may have it, only forward.
    fn pulled(&mut self, index: usize, request: &HttpRequest, reply: &HttpReply) -> Step {
        let (Ok(asked), Ok(page)) = (
            wire::unpack::<Pull>("pull", &request.body),
            wire::unpack::<PullReply>("pull reply", &reply.body),
        ) else {
            return Ok(());
        };
        let Some(user) = self.devices[index].person.user else { return Ok(()) };
        for case in page.cases.iter().filter(|case| case.gone.is_none() && !case.stream.is_summary()) {
            hold(self.reference.may_hold(user, &case.document), Invariant::NothingSentWithoutRight, || {
                format!("{} was sent to phone {index} in {}", case.document, case.stream)
            })?;
        }
        for cursor in &page.cursors {
            let before =
                asked.streams.iter().find(|held| held.stream == cursor.stream && held.epoch == cursor.epoch);
            hold(
                before.is_none_or(|before| before.cursor <= cursor.cursor),
                Invariant::CursorsMonotonic,
                || format!("{} of phone {index} falls to {}", cursor.stream, cursor.cursor),
            )?;
        }
        let fresh = asked.streams.iter().all(|held| held.cursor == 0);
        self.situations.reached_if(fresh && page.cases.len() >= 2, Situation::FirstSyncLate);
        let unsent = page.cases.iter().any(|case| {
            case.facts.is_some()
                && case.commits.iter().any(|c| !c.micros.is_empty())
                && case.stored.is_empty()
        });
        self.situations.reached_if(unsent, Situation::PhotoBeforeCase);
        Ok(())
    }

    fn lose_reply(
        &mut self,
        index: usize,
        number: u64,
        (request, mut reply): (HttpRequest, HttpReply),
        copy: bool,
    ) -> Step {
        if self.link(Fault::ReplyLost) {
            let good = reply.status < 300;
            for (path, situation) in [
                ("/v1/push", Situation::LostPushReply),
                ("/v1/hello", Situation::LostHelloReply),
                ("/v1/pull", Situation::LostPageReply),
            ] {
                self.situations.reached_if(good && request.path == path, situation);
            }
            self.situations.reached_if(good && request.method == "PATCH", Situation::LostUploadReply);
            return Ok(());
        }
        if request.cut {
            self.situations.reached_if(!request.body.is_empty(), Situation::CutUploadKept);
            return self.answer(index, number, None, copy);
        }
        let mut garbled = false;
        if self.link(Fault::ReplyGarbled) && !reply.body.is_empty() {
            let at = usize::from(self.input.word(Part::Links)) % reply.body.len();
            reply.body[at] ^= 1 + self.input.byte(Part::Links) % 255;
            garbled = true;
        }
        if self.link(Fault::ReplyTruncated) && !reply.body.is_empty() {
            let keep = usize::from(self.input.word(Part::Links)) % reply.body.len();
            reply.body.truncate(keep);
        }
        if self.link(Fault::ReplyBomb) && !reply.body.is_empty() {
            self.situations.reached(Situation::BombSeen);
            reply.body = bomb();
        }
        let down = self.delay();
        if !copy {
            self.after(down, Event::Reply(index, number, Some(Box::new(reply)), garbled));
        }
        Ok(())
    }

    /// The news that a connection broke.
    fn answer(&mut self, index: usize, number: u64, reply: Option<HttpReply>, copy: bool) -> Step {
        if !copy {
            self.after(50, Event::Reply(index, number, reply.map(Box::new), false));
        }
        Ok(())
    }
}

/// Whether the body reads as the message of its path.
fn is_message(request: &HttpRequest) -> bool {
    use yuandian_sync::message::{NonceRequest, SignedMessage};
    let body = &request.body;
    match request.path.as_str() {
        "/v1/nonce" => wire::unpack::<NonceRequest>("nonce", body).is_ok(),
        "/v1/hello" => wire::unpack::<SignedMessage>("hello", body).is_ok(),
        "/v1/push" => wire::unpack::<Push>("push", body).is_ok(),
        "/v1/pull" => wire::unpack::<Pull>("pull", body).is_ok(),
        // Bytes of a file: their hash tells.
        path if path.starts_with(UPLOADS_PATH) => false,
        _ => true,
    }
}

/// A small body that inflates beyond every cap.
#[must_use]
pub fn bomb() -> Vec<u8> {
    zstd::bulk::compress(&vec![0; limits::MESSAGE_BYTES_MAX + 1], 1).unwrap_or_default()
}
