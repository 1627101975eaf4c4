//! A phone's loop around the sync machine, as the real driver has it, with the world's links for a network. All that knows the machine's
//! effects and requests is in this file and in `http`.

use yuandian_device::DeviceError;
use yuandian_sync::limits::BACKOFF_MS_MAX;
use yuandian_sync::message::{NonceRequest, WIRE_VERSION};
use yuandian_sync::{Effect, Failure, Input as Given, Keep, Load, Machine, Reply, Request, RunReport, wire};

use crate::device::Run;
use crate::fault::Fault;
use crate::http::{self, HttpReply, HttpRequest};
use crate::input::Part;
use crate::invariant::{Invariant, Step, hold};
use crate::situation::Situation;
use crate::world::{Event, MINUTE_MS, World};

/// A run that lives longer asks more than anybody needs.
const RUN_MS_MAX: i64 = 6 * 60 * MINUTE_MS;

impl World {
    /// Begins a run, unless one is under way.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn start_run(&mut self, index: usize) -> Step {
        let number = self.number();
        let now = self.now_ms;
        let device = &mut self.devices[index];
        if device.phone.is_none() || device.run.is_some() {
            return Ok(());
        }
        // A store that cannot be read now says so when the run loads from it.
        device.token = device.phone.as_ref().and_then(|phone| phone.token().ok().flatten());
        let mut machine = Machine::new(number);
        machine.handle(Given::Start, now);
        device.run = Some(Run {
            machine,
            number,
            out: None,
            timer_ms: None,
            began_ms: now,
            requests: 0,
            not_before_ms: 0,
        });
        let running = self.devices.iter().filter(|d| d.run.is_some()).count();
        self.situations.reached_if(running >= 2, Situation::RunsOverlap);
        self.situations.reached_if(running >= 4, Situation::ManyRunsOverlap);
        self.pump(index)
    }

    /// Does what the machine wants until it waits for something.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn pump(&mut self, index: usize) -> Step {
        loop {
            let now = self.now_ms;
            let Some(run) = &mut self.devices[index].run else { return Ok(()) };
            let effect = run.machine.poll_effect();
            let Some(effect) = effect else {
                let (number, timer) = (run.number, run.machine.poll_timeout());
                if run.timer_ms != timer {
                    run.timer_ms = timer;
                    if let Some(at) = timer {
                        self.after(at - now, Event::Timer(index, number));
                    }
                }
                return Ok(());
            };
            if matches!(effect, Effect::Keep(_)) && self.strike_phone(index) {
                self.situations.reached(Situation::KilledBeforeKeep);
                return Ok(());
            }
            if !matches!(effect, Effect::Keep(_)) && self.strike_phone(index) {
                return Ok(());
            }
            let due = match &effect {
                Effect::Keep(keep) => self.refusals_due(index, keep),
                _ => Vec::new(),
            };
            let keeps = matches!(effect, Effect::Keep(_));
            let device = &mut self.devices[index];
            device.tick(now);
            let (Some(phone), Some(run)) = (&mut device.phone, &mut device.run) else { return Ok(()) };
            let given = match effect {
                Effect::Ask(request) => {
                    self.ask(index, request)?;
                    continue;
                }
                Effect::Load(load) => {
                    let loaded = phone.load(&load).map(Given::Loaded);
                    if loaded.is_err() && load == Load::Batch {
                        self.situations.reached_if(device.disk.is_off(), Situation::KilledInBatch);
                    }
                    loaded
                }
                Effect::Keep(keep) => {
                    let kept = phone.keep(&keep).map(|()| Given::Kept);
                    if kept.is_err() && device.disk.is_off() {
                        self.situations.reached_if(matches!(keep, Keep::Page(_)), Situation::KilledInPage);
                        self.situations
                            .reached_if(matches!(keep, Keep::Receipts(_)), Situation::KilledInReceipts);
                    }
                    kept
                }
                Effect::Finished(report) => {
                    self.finished(index, report);
                    return Ok(());
                }
            };
            match given {
                Ok(given) => {
                    run.machine.handle(given, now);
                    if keeps {
                        self.check_kept(index, &due)?;
                    }
                }
                Err(error) => return self.sync_failed(index, &error),
            }
        }
    }

    fn finished(&mut self, index: usize, report: RunReport) {
        let device = &mut self.devices[index];
        let began_ms = device.run.take().map_or(0, |run| run.began_ms);
        let facts = [6, u8::try_from(index).unwrap_or(255), u8::from(report.complete)];
        let line = format!("phone {index} has synced: {report:?}");
        let retry = !report.complete && report.reached;
        self.situations.reached_if(!report.complete, Situation::RunGaveUp);
        self.situations.reached_if(!report.reached, Situation::RunSilent);
        self.situations.reached_if(report.uploaded > 0 && report.failures > 0, Situation::UploadFinished);
        device.last = Some(report);
        self.trace.add(self.now_ms, &facts, || line);
        self.synced(index);
        self.run_ended(index, began_ms);
        if retry {
            self.after(MINUTE_MS / 2, Event::Wake(index));
        }
    }

    /// The store did not give or keep something: the run is over, the work is kept.
    fn sync_failed(&mut self, index: usize, error: &DeviceError) -> Step {
        let device = &mut self.devices[index];
        let struck = device.fault_struck();
        let line = format!("phone {index} could not sync: {error}");
        device.run = None;
        if device.disk.is_off() {
            self.situations.reached(Situation::DiedInSync);
            self.crashed(index, "died while syncing");
            return Ok(());
        }
        hold(struck, Invariant::PhoneNeverDamaged, || line.clone())?;
        self.situations.reached_if(*error == DeviceError::StorageFull, Situation::FullInSync);
        self.situations.reached_if(*error != DeviceError::StorageFull, Situation::ErrorInSync);
        self.trace.add(self.now_ms, &[7, u8::try_from(index).unwrap_or(255)], || line);
        Ok(())
    }

    fn ask(&mut self, index: usize, request: Request) -> Step {
        let number = self.number();
        let device = &mut self.devices[index];
        let (Some(phone), Some(run)) = (&mut device.phone, &mut device.run) else { return Ok(()) };
        run.requests += 1;
        let lived = self.now_ms - run.began_ms;
        let crowded = run.requests > 60 + u64::try_from(lived / 250).unwrap_or(0) + 100;
        hold(!crowded && lived < RUN_MS_MAX, Invariant::RunsEnd, || {
            format!("phone {index} has sent {} requests in {lived} ms", run.requests)
        })?;
        let (wanted, now) = (run.not_before_ms, self.now_ms);
        hold(now >= wanted, Invariant::BusyIsObeyed, || {
            format!("phone {index} asks {} ms before the server wanted", wanted - now)
        })?;
        let packed = match &request {
            Request::Upload(plan) => {
                let piece = match plan.file {
                    None => Ok(Vec::new()),
                    Some(hash) => phone.upload_piece(&hash, plan.offset, plan.length),
                };
                match piece {
                    Ok(piece) => HttpRequest::upload(plan, device.token.clone(), piece),
                    // As the driver does: this blob stays behind, the others go on.
                    Err(_) if !device.disk.is_off() => {
                        let told = plan.file.is_some_and(|file| phone.is_in_trouble(&file).unwrap_or(false));
                        run.out = Some((number, request));
                        let reply = HttpReply { tus: true, ..HttpReply::status(if told { 0 } else { 423 }) };
                        self.after(1, Event::Reply(index, number, Some(Box::new(reply)), false));
                        return Ok(());
                    }
                    Err(error) => return self.sync_failed(index, &error),
                }
            }
            other => {
                let asker = phone.device();
                let nonce = || wire::pack(&NonceRequest { version: WIRE_VERSION, device: asker });
                match http::pack(other, device.token.clone(), nonce) {
                    Some(packed) => packed,
                    None => return Ok(()),
                }
            }
        };
        run.out = Some((number, request));
        if self.faults.strikes(Fault::Killed, Part::Machines, &mut self.input) {
            let soon = 4 * i64::from(self.input.byte(Part::Machines));
            self.after(soon, Event::Kill(index));
        }
        self.send(index, number, packed)
    }

    /// A reply, or the news that there is none.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn replied(&mut self, index: usize, number: u64, reply: Option<&HttpReply>, garbled: bool) -> Step {
        let now = self.now_ms;
        let device = &mut self.devices[index];
        let Some((_, request)) = device.run.as_mut().and_then(|run| run.out.take_if(|(n, _)| *n == number))
        else {
            self.situations.reached_if(reply.is_some(), Situation::ReplyToDeadRun);
            return Ok(());
        };
        let answer = match reply {
            Some(reply) => http::read(&request, reply),
            None => Err(Failure::Unreachable("the connection broke".to_owned())),
        };
        // What a changed byte made readable is what TLS would have stopped.
        let answer = match answer {
            Ok(_) if garbled => Err(Failure::Unreachable("the connection broke".to_owned())),
            other => other,
        };
        self.situations.reached_if(garbled && answer.is_err(), Situation::GarbledReplyRefused);
        if let Ok(Reply::Hello(hello)) = &answer {
            device.token = Some(hello.token.clone());
        }
        match &answer {
            Err(Failure::Unauthorized) => self.situations.reached(Situation::TokenExpired),
            Err(Failure::Busy { retry_after_ms: Some(_) }) => self.situations.reached(Situation::BusyObeyed),
            Ok(Reply::Upload(upload)) if upload.status == 409 => {
                self.situations.reached(Situation::UploadOffsetConflict);
            }
            Ok(Reply::Pull(page)) => self.situations.reached_if(page.cases.len() >= 5, Situation::LongPage),
            _ => {}
        }
        let told = match &answer {
            Ok(reply) => format!("{reply:?}").chars().take(160).collect::<String>(),
            Err(failure) => failure.to_string(),
        };
        let facts = [8, u8::try_from(index).unwrap_or(255), u8::from(answer.is_ok())];
        self.trace.add(now, &facts, || format!("phone {index} hears: {told}"));
        if let Some(run) = &mut self.devices[index].run {
            if let Err(Failure::Busy { retry_after_ms: Some(ms) }) = &answer {
                run.not_before_ms = now + (*ms).clamp(0, BACKOFF_MS_MAX);
            }
            run.machine.handle(answer.map_or_else(Given::Failed, Given::Replied), now);
        }
        self.pump(index)
    }

    /// The phone waits no longer.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn give_up(&mut self, index: usize, number: u64) -> Step {
        let waits = |run: &Run| run.out.as_ref().is_some_and(|(n, _)| *n == number);
        if self.devices[index].run.as_ref().is_some_and(waits) {
            self.given_up.insert(number);
            return self.replied(index, number, None, false);
        }
        Ok(())
    }

    /// A machine's timer.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn timer(&mut self, index: usize, number: u64) -> Step {
        let now = self.now_ms;
        if let Some(run) = &mut self.devices[index].run
            && run.number == number
            && run.timer_ms.is_some_and(|at| at <= now)
        {
            run.timer_ms = None;
            run.machine.handle(Given::Timeout, now);
            return self.pump(index);
        }
        Ok(())
    }
}
