//! The links: what happens to a request on its way, at the server, and to the reply on its way back.

use std::collections::BTreeSet;

use yuandian_document::{Kind, cbor};
use yuandian_model::Code;
use yuandian_sync::message::{Pull, PullReply, Push, PushReply, Receipt};
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

/// What happens to requests.
const ON_THE_WAY: [Fault; 8] = [
    Fault::RequestLost,
    Fault::Delayed,
    Fault::Duplicated,
    Fault::RequestGarbled,
    Fault::UploadCut,
    Fault::CaptivePortal,
    Fault::Busy429,
    Fault::Busy503,
];
/// What happens to replies.
const ON_THE_WAY_BACK: [Fault; 5] =
    [Fault::ReplyLost, Fault::Delayed, Fault::ReplyGarbled, Fault::ReplyTruncated, Fault::ReplyBomb];

/// What a captive portal says.
const PORTAL: &[u8] = b"<!doctype html><title>Welcome</title><p>Please accept our terms to go on.";

impl World {
    /// How long a message takes.
    fn delay(&mut self) -> i64 {
        if self.faults.healed() { 20 } else { 20 + i64::from(self.input.byte(Part::Links)) * 4 }
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
        let mut up = self.delay();
        self.after(PATIENCE_MS, Event::GiveUp(index, number));
        let fault = self.faults.pick(&ON_THE_WAY, Part::Links, &mut self.input);
        let mut garbled = false;
        let mut later = None;
        match fault {
            Some(Fault::CaptivePortal) => {
                self.situations.reached(Situation::PortalSeen);
                return self.answer_instead(index, number, up, portal());
            }
            Some(Fault::Busy429 | Fault::Busy503) => {
                let status = if fault == Some(Fault::Busy429) { 429 } else { 503 };
                let wait = 1 + i64::from(self.input.byte(Part::Links)) % 8;
                let reply = HttpReply { retry_after_s: Some(wait), ..HttpReply::status(status) };
                return self.answer_instead(index, number, up, reply);
            }
            Some(Fault::RequestGarbled) if !request.body.is_empty() => {
                let at = usize::from(self.input.word(Part::Links)) % request.body.len();
                request.body[at] ^= 1 + self.input.byte(Part::Links) % 255;
                garbled = true;
            }
            Some(Fault::UploadCut) if request.method == "PATCH" && !request.body.is_empty() => {
                let keep = usize::from(self.input.word(Part::Links)) % request.body.len();
                request.body.truncate(keep);
                request.cut = true;
            }
            Some(Fault::Delayed) => up += 250 * i64::from(self.input.byte(Part::Links)),
            Some(Fault::Duplicated) => later = Some(up + 100 * i64::from(self.input.byte(Part::Links))),
            _ => {}
        }
        let lost = fault == Some(Fault::RequestLost);
        if self.overheard.len() < OVERHEARD_MAX && !self.devices[index].person.malicious {
            self.overheard.push(request.clone());
        }
        let travelling = Travelling { device: index, number, request, garbled, copy: false };
        if let Some(later) = later {
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
        // What the links have garbled, and what the malicious phone says again, cannot be told apart from what may travel.
        if !garbled && !self.devices[index].person.malicious {
            self.scan_for_secrets(index, &request.body, "a request")?;
        }
        let file = request.path.starts_with(UPLOADS_PATH).then(|| self.heads());
        self.plan_server_faults(&request.path);
        let before = self.server.disk.struck();
        let now = self.server_ms();
        let reply = self.server.serve(&request, now);
        let struck = self.server.disk.struck() > before;
        if let Some(head) = file {
            self.unlogged_since(head);
        }
        let times = self.served.entry(number).or_default();
        *times += 1;
        let twice = *times > 1;
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        self.situations.reached_if(twice, Situation::DuplicateServed);
        self.situations.reached_if(twice && push.is_some(), Situation::PushServedTwice);
        self.situations.reached_if(garbled && status >= 400, Situation::GarbledRequestRefused);
        self.situations.reached_if(status == 507, Situation::ServerFullAnswered);
        self.situations.reached_if(struck && matches!(status, 500 | 503), Situation::ServerErrorAnswered);
        let malicious = self.devices[index].person.malicious;
        self.situations.reached_if(malicious && (400..500).contains(&status), Situation::MaliceRefused);
        self.situations
            .reached_if(request.method == "PATCH" && status == 409, Situation::UploadOffsetConflict);
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
            self.unheard(index, push.as_ref());
            let private: BTreeSet<_> =
                push.iter().flat_map(|push| push.private.iter().map(|record| record.document)).collect();
            self.unlogged += private.len() as u64;
            self.after_server_step()?;
            return self.answer(index, number, None, copy);
        };
        self.after_server_step()?;
        if status >= 500 {
            self.unheard(index, push.as_ref());
        }
        if status == 200 && request.path == "/v1/push" {
            self.pushed(index, push.as_ref(), &reply)?;
        }
        if status == 200 && request.path == "/v1/pull" {
            self.pulled(index, &request, &reply)?;
        }
        self.scan_for_secrets(index, &reply.body, "a reply")?;
        self.lose_reply(index, number, (request, reply), copy)
    }

    /// A PUSH whose receipts nobody hears.
    fn unheard(&mut self, index: usize, push: Option<&Push>) {
        let Some(user) = self.devices[index].person.user else { return };
        self.reference.unheard(user, push.iter().flat_map(|push| &push.items).map(|item| &item.commit));
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
    fn plan_server_faults(&mut self, path: &str) {
        if self.faults.healed() {
            return;
        }
        let among = [Fault::ServerKilled, Fault::ServerPowerCut, Fault::ServerDiskFull, Fault::ServerIoError];
        let plan = match self.faults.pick(&among, Part::Machines, &mut self.input) {
            Some(Fault::ServerKilled) => DiskFault::Cut(Cut::Kill),
            Some(Fault::ServerPowerCut) => DiskFault::Cut(Cut::Power),
            Some(Fault::ServerDiskFull) => DiskFault::Full(6),
            Some(_) => DiskFault::Error,
            None => return,
        };
        // A PULL does little on the disk.
        let span = if path == "/v1/pull" { 2 } else { 32 };
        let at = self.server.disk.operations() + self.input.below(Part::Machines, span) as u64;
        self.server.disk.plan(at, plan);
    }

    /// What the server took, told to the reference.
    fn pushed(&mut self, index: usize, push: Option<&Push>, reply: &HttpReply) -> Step {
        let lost = || Broken::new(Invariant::OneReceiptPerCommit, "a PUSH with an answer of another kind");
        let push = push.ok_or_else(lost)?;
        let answer: PushReply = wire::unpack("push reply", &reply.body).map_err(|_| lost())?;
        hold(answer.receipts.len() == push.items.len(), Invariant::OneReceiptPerCommit, || {
            format!("{} commits, {} receipts", push.items.len(), answer.receipts.len())
        })?;
        self.check_answered(index, push, &answer)?;
        let between = self.last_push.replace(index).is_some_and(|last| last != index);
        let second = self.devices[index].run.as_ref().is_some_and(|run| run.requests > 4);
        self.situations.reached_if(between && second, Situation::PushBetweenPushes);
        self.situations.reached_if(push.items.len() >= 10, Situation::LongOutbox);
        let trusted = !self.devices[index].person.malicious;
        let Some(user) = self.devices[index].person.user else { return Ok(()) };
        for (item, receipt) in push.items.iter().zip(&answer.receipts) {
            let code = self.reference.answered(user, &item.commit, receipt, trusted, &mut self.situations)?;
            if trusted && self.reference.restored && item.adopt.is_none() && code.is_refused() {
                self.reference.taken_back(user, &item.commit);
            }
            if self.reference.unsaid.remove(&item.commit.id()) {
                let now = self.server_ms();
                let taken = cbor::decode::<Receipt>("receipt", receipt, limits::MESSAGE_BYTES_MAX);
                let before = taken.is_ok_and(|receipt| receipt.received_ms < now);
                self.situations.reached_if(before, Situation::ServerTookUnsaid);
            }
            let envelope = item.commit.open().ok();
            let what =
                envelope.as_ref().map(|e| format!("{:?} of {}", e.kind, e.document)).unwrap_or_default();
            let facts = [10, u8::try_from(index).unwrap_or(255), code as u8];
            self.trace.add(self.now_ms, &facts, || format!("  {what}: {code}"));
            if !trusted {
                // Nobody waits for the malicious phone's runs to end.
                if code.is_taken() {
                    self.there_is_news();
                }
                let act = envelope.as_ref().is_some_and(|e| e.kind == Kind::Act);
                self.situations.reached_if(code.is_refused(), Situation::MaliceReceipt);
                self.situations.reached_if(code == Code::RActor, Situation::ForgedActor);
                self.situations.reached_if(
                    act && matches!(code, Code::RRole | Code::RScope),
                    Situation::ActWithoutRight,
                );
                self.situations.reached_if(code == Code::HeldMissing, Situation::OrphanFlood);
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
            let document = &case.document;
            // Its opening was taken by a server that died before it could say so.
            let unheard = !self.reference.cases().contains_key(document)
                && self.reference.unsaid_cases.contains(document);
            let may = unheard || self.reference.may_hold(user, document);
            hold(may, Invariant::NothingSentWithoutRight, || {
                format!("{document} was sent to phone {index} in {}", case.stream)
            })?;
        }
        for case in page.cases.iter().filter(|case| case.stream.is_summary()) {
            let bare = case
                .facts
                .as_ref()
                .is_none_or(|facts| facts.author.name.is_empty() && facts.holders.is_empty());
            hold(bare, Invariant::NothingSentWithoutRight, || {
                format!("the summary of {} for phone {index} names people", case.document)
            })?;
        }
        let malicious = self.devices[index].person.malicious;
        self.situations.reached_if(malicious && !page.resets.is_empty(), Situation::FutureCursor);
        for cursor in page.cursors.iter().filter(|_| !malicious) {
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
        let fault = self.faults.pick(&ON_THE_WAY_BACK, Part::Links, &mut self.input);
        if fault == Some(Fault::ReplyLost) {
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
        if fault == Some(Fault::ReplyGarbled) && !reply.body.is_empty() {
            let at = usize::from(self.input.word(Part::Links)) % reply.body.len();
            reply.body[at] ^= 1 + self.input.byte(Part::Links) % 255;
            garbled = true;
        }
        if fault == Some(Fault::ReplyTruncated) && !reply.body.is_empty() {
            let keep = usize::from(self.input.word(Part::Links)) % reply.body.len();
            reply.body.truncate(keep);
        }
        if fault == Some(Fault::ReplyBomb) && !reply.body.is_empty() {
            self.situations.reached(Situation::BombSeen);
            reply.body = bomb();
        }
        let mut down = self.delay();
        if fault == Some(Fault::Delayed) {
            down += 250 * i64::from(self.input.byte(Part::Links));
        }
        if !copy {
            self.after(down, Event::Reply(index, number, Some(Box::new(reply)), garbled));
        }
        Ok(())
    }

    /// Somebody else answers.
    fn answer_instead(&mut self, index: usize, number: u64, after: i64, reply: HttpReply) -> Step {
        self.after(after, Event::Reply(index, number, Some(Box::new(reply)), false));
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

/// A captive portal's answer.
fn portal() -> HttpReply {
    HttpReply { kind: "text/html".to_owned(), body: PORTAL.to_vec(), ..HttpReply::status(200) }
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
