//! Who is forgotten is forgotten: after a world has come to rest its people ask to be, first some and then all, and every byte of every disk is
//! looked through for what was private of them.
//!
//! No link fails any more; phones sync one after another, straight with the server. A malicious phone is nobody's to promise for.

use std::collections::BTreeSet;
use std::io::Read as _;

use serde::Serialize;
use yuandian_device::DeviceError;
use yuandian_sync::message::{NonceRequest, WIRE_VERSION};
use yuandian_sync::{Effect, Input as Given, Machine, Reply, Request, wire};
use yuandian_vfs::Disk;

use crate::http::{self, HttpReply, HttpRequest};
use crate::input::of_seed;
use crate::photo::PLACES;
use crate::world::{MINUTE_MS, World};

/// How often everybody syncs until nothing moves.
const ROUNDS: usize = 3;
/// Effects of one run: more than any needs.
const EFFECTS_MAX: usize = 20_000;
/// How a frame of zstd begins.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Bytes told on both sides of what is left.
const AROUND: usize = 60;
/// Inflated bytes of one frame that are looked through.
const INFLATED_MAX: u64 = 8 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Erased {
    /// Worlds.
    pub seeds: u64,
    /// Places where something private stood before anybody was forgotten.
    pub canaries_before: u64,
    /// Places where it stood afterwards.
    pub canaries_after: u64,
}

/// Plays a seed's world to its end, then forgets its people. `left` hears where something is left.
///
/// # Errors
/// Words, where the world breaks a promise or a phone does not sync.
pub fn erase(seed: u64, left: &mut dyn FnMut(&str)) -> Result<Erased, String> {
    let mut world = World::new(&of_seed(seed), false).map_err(|broken| broken.detail)?;
    world.run().map_err(|broken| format!("seed {seed}: {}: {}", broken.invariant.name(), broken.detail))?;
    world.forget_people(left).map_err(|words| format!("seed {seed}: {words}"))
}

impl World {
    fn forget_people(&mut self, left: &mut dyn FnMut(&str)) -> Result<Erased, String> {
        let owners: BTreeSet<usize> = self.secrets.iter().map(|(owner, _)| *owner).collect();
        let canaries = |of: &BTreeSet<usize>, world: &Self| -> Vec<Vec<u8>> {
            world
                .secrets
                .iter()
                .filter(|(owner, _)| of.contains(owner))
                .map(|(_, words)| words.clone())
                .collect()
        };
        // Whose a place is it does not say: with somebody in the world who never asks, the server keeps theirs.
        let asks = self.devices.iter().all(|device| !device.person.malicious);
        let parts = PLACES.iter().filter(|_| asks).flat_map(|(lng, lat)| [lng, lat]);
        let places: Vec<Vec<u8>> = parts.map(|part| part.to_string().into_bytes()).collect();
        let all = [canaries(&owners, self), places].concat();
        let mut erased =
            Erased { seeds: 1, canaries_before: self.found(&all, &mut |_| {}), canaries_after: 0 };
        // The first half of them: the others' phones drop what they were told, and keep what is their own.
        let first: BTreeSet<usize> = owners.iter().copied().step_by(2).collect();
        self.forget(&first)?;
        erased.canaries_after += self.found(&canaries(&first, self), left);
        let everybody: BTreeSet<usize> = self.devices.iter().map(|device| device.person.number).collect();
        self.forget(&everybody)?;
        erased.canaries_after += self.found(&all, left);
        Ok(erased)
    }

    /// These people ask to be forgotten, each on one phone; then everybody syncs until nothing moves.
    fn forget(&mut self, people: &BTreeSet<usize>) -> Result<(), String> {
        self.server.disk.forget_faults();
        let mut asked = BTreeSet::new();
        for index in 0..self.devices.len() {
            let device = &mut self.devices[index];
            device.disk.forget_faults();
            device.run = None;
            if device.person.malicious || !people.contains(&device.person.number) {
                continue;
            }
            device.tick(self.now_ms);
            let Some(phone) = device.phone.as_mut() else { continue };
            if asked.insert(device.person.number) {
                match phone.forget_me() {
                    // Forgotten already.
                    Ok(()) | Err(DeviceError::ShutOut { .. }) => {}
                    Err(error) => return Err(format!("phone {index} cannot ask: {error}")),
                }
            }
        }
        for _ in 0..ROUNDS {
            for index in 0..self.devices.len() {
                if !self.devices[index].person.malicious {
                    self.sync_straight(index)?;
                }
            }
            self.now_ms += MINUTE_MS;
            let now = self.server_ms();
            if let Some(hub) = self.server.hub() {
                hub.tick(now).map_err(|problem| format!("the server's timers: {problem:?}"))?;
            }
        }
        Ok(())
    }

    /// One run of a phone with nothing between it and the server.
    fn sync_straight(&mut self, index: usize) -> Result<(), String> {
        let number = self.number();
        let mut now = self.now_ms;
        let mut machine = Machine::new(number);
        machine.handle(Given::Start, now);
        for _ in 0..EFFECTS_MAX {
            self.now_ms = now;
            self.devices[index].tick(now);
            let Some(effect) = machine.poll_effect() else {
                let Some(at) = machine.poll_timeout() else { return Ok(()) };
                now = at.max(now);
                machine.handle(Given::Timeout, now);
                continue;
            };
            let given = match effect {
                Effect::Finished(_) => return Ok(()),
                Effect::Ask(request) => self.answered(index, &request)?,
                Effect::Load(load) => {
                    let Some(phone) = self.devices[index].phone.as_mut() else { return Ok(()) };
                    match phone.load(&load) {
                        Ok(loaded) => Given::Loaded(loaded),
                        Err(DeviceError::ShutOut { .. }) => return Ok(()),
                        Err(error) => return Err(format!("phone {index} cannot load: {error}")),
                    }
                }
                Effect::Keep(keep) => {
                    let Some(phone) = self.devices[index].phone.as_mut() else { return Ok(()) };
                    phone.keep(&keep).map_err(|error| format!("phone {index} cannot keep: {error}"))?;
                    Given::Kept
                }
            };
            machine.handle(given, now);
        }
        Err(format!("phone {index} does not come to an end"))
    }

    fn answered(&mut self, index: usize, request: &Request) -> Result<Given, String> {
        let server_ms = self.server_ms();
        let device = &mut self.devices[index];
        let Some(phone) = device.phone.as_mut() else { return Err(format!("phone {index} is off")) };
        let token = phone.token().map_err(|error| error.to_string())?;
        let packed = match request {
            Request::Upload(plan) => {
                let piece = plan.file.map(|hash| phone.upload_piece(&hash, plan.offset, plan.length));
                match piece.transpose() {
                    Ok(piece) => HttpRequest::upload(plan, token, piece.unwrap_or_default()),
                    Err(_) => {
                        return Ok(Given::Replied(Reply::Upload(yuandian_sync::UploadReply::UNREADABLE)));
                    }
                }
            }
            other => {
                let asker = phone.device();
                let nonce = || wire::pack(&NonceRequest { version: WIRE_VERSION, device: asker });
                http::pack(other, token, nonce).ok_or_else(|| "a request that nobody packs".to_owned())?
            }
        };
        let reply: HttpReply =
            self.server.serve(&packed, server_ms).ok_or_else(|| "the server is down".to_owned())?;
        Ok(http::read(request, &reply).map_or_else(Given::Failed, Given::Replied))
    }

    /// In how many places one of these stands: on the disks of honest phones and of the server, as it is and inflated.
    fn found(&self, canaries: &[Vec<u8>], told: &mut dyn FnMut(&str)) -> u64 {
        let phones = self.devices.iter().filter(|device| !device.person.malicious);
        let phones = phones.map(|device| (format!("phone {}", device.index), &device.disk));
        let mut found = 0;
        for (whose, disk) in phones.chain(std::iter::once(("the server".to_owned(), &self.server.disk))) {
            found += on(disk, canaries, &mut |place| told(&format!("{whose}, {place}")));
        }
        found
    }
}

fn on(disk: &Disk, canaries: &[Vec<u8>], told: &mut dyn FnMut(&str)) -> u64 {
    let mut found = 0;
    disk.each_file(|name, bytes| {
        found += within(bytes, canaries, &mut |words| told(&format!("{name}: {words}")));
        for at in memchr::memmem::find_iter(bytes, ZSTD) {
            let mut inflated = Vec::new();
            if let Ok(frame) = zstd::stream::Decoder::with_buffer(&bytes[at..]) {
                // What is no frame, or a part of one, is looked at as far as it goes.
                frame.take(INFLATED_MAX).read_to_end(&mut inflated).ok();
            }
            found += within(&inflated, canaries, &mut |words| told(&format!("{name}, inflated: {words}")));
        }
    });
    found
}

/// How often canaries stand in bytes; each is told with what stands around it.
fn within(bytes: &[u8], canaries: &[Vec<u8>], told: &mut dyn FnMut(&str)) -> u64 {
    let mut found = 0;
    for canary in canaries {
        for at in memchr::memmem::find_iter(bytes, canary) {
            let around = &bytes[at.saturating_sub(AROUND)..(at + canary.len() + AROUND).min(bytes.len())];
            told(&String::from_utf8_lossy(around));
            found += 1;
        }
    }
    found
}
