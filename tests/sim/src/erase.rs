//! Who is forgotten is forgotten: after a world has come to rest and the server was copied its people ask to be, first some and then all; the
//! server is copied again, and every byte of every disk and of the older copies is looked through for what was private of them: as it is,
//! inflated, and, where it is sealed, opened with every key that is still anywhere. What gave them away in words that were shared is looked for
//! everywhere but in the older copies, which hold it until they age out.
//!
//! No link fails any more; phones sync one after another, straight with the server. A malicious phone is nobody's to promise for.

use std::collections::BTreeSet;
use std::io::Read as _;

use serde::Serialize;
use yuandian_device::DeviceError;
use yuandian_server::keys::SubjectKey;
use yuandian_vfs::Disk;

use crate::authority::ServerCopy;
use crate::input::of_seed;
use crate::photo::PLACES;
use crate::sealed::laid_open;
use crate::straight::{self, all_arrives};
use crate::world::{MINUTE_MS, World};

/// How often everybody syncs until nothing moves.
const ROUNDS: usize = 3;
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
        let owners: BTreeSet<usize> =
            self.secrets.iter().chain(&self.given_away).map(|(owner, _)| *owner).collect();
        let canaries = |of: &BTreeSet<usize>, all: &[(usize, Vec<u8>)]| -> Vec<Vec<u8>> {
            all.iter().filter(|(owner, _)| of.contains(owner)).map(|(_, words)| words.clone()).collect()
        };
        // Whose a place is it does not say: with somebody in the world who never asks, the server keeps theirs.
        let asks = self.devices.iter().all(|device| !device.person.malicious);
        let parts = PLACES.iter().filter(|_| asks).flat_map(|(lng, lat)| [lng, lat]);
        let places: Vec<Vec<u8>> = parts.map(|part| part.to_string().into_bytes()).collect();
        let all = [canaries(&owners, &self.secrets), places].concat();
        let given = canaries(&owners, &self.given_away);
        let mut copies = vec![self.copied()?];
        let before = self.found(&all, &copies, &mut |_| {}) + self.found(&given, &copies, &mut |_| {});
        let mut erased = Erased { seeds: 1, canaries_before: before, canaries_after: 0 };
        // The first half of them: the others' phones drop what they were told, and keep what is their own.
        let first: BTreeSet<usize> = owners.iter().copied().step_by(2).collect();
        self.forget(&first)?;
        copies.push(self.copied()?);
        erased.canaries_after += self.found(&canaries(&first, &self.secrets), &copies, left);
        // What was shared is not sealed: copies of before hold it until they have aged out.
        erased.canaries_after += self.found(&canaries(&first, &self.given_away), &copies[1..], left);
        let everybody: BTreeSet<usize> = self.devices.iter().map(|device| device.person.number).collect();
        self.forget(&everybody)?;
        copies.push(self.copied()?);
        erased.canaries_after += self.found(&all, &copies, left);
        erased.canaries_after += self.found(&given, &copies[2..], left);
        Ok(erased)
    }

    /// A copy of the server as it is now; its keys go beside those of the copies before.
    fn copied(&mut self) -> Result<ServerCopy, String> {
        let now = self.server_ms();
        self.server.disk.forget_faults();
        let copy = self.server.back_up(self.reference.rights(), now);
        copy.ok_or_else(|| "the server cannot be copied".to_owned())
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
        let Self { devices, server, now_ms, .. } = self;
        straight::sync(&mut devices[index], server, (number, now_ms), &mut all_arrives).map(|_| ())
    }

    /// In how many places one of these stands: on the disks of honest phones and of the server and in its copies, as it is, inflated, and opened.
    fn found(&self, canaries: &[Vec<u8>], copies: &[ServerCopy], told: &mut dyn FnMut(&str)) -> u64 {
        let keys = self.server.keys_anywhere();
        let phones = self.devices.iter().filter(|device| !device.person.malicious);
        let phones = phones.map(|device| (format!("phone {}", device.index), &device.disk));
        let mut found = 0;
        for (whose, disk) in phones.chain(std::iter::once(("the server".to_owned(), &self.server.disk))) {
            found += on(disk, (canaries, &keys), &mut |place| told(&format!("{whose}, {place}")));
        }
        for (number, copy) in copies.iter().enumerate() {
            let mut say = |words: &str| told(&format!("copy {number} of the server: {words}"));
            found += within(copy.database(), (canaries, &keys), &mut say);
        }
        found
    }
}

fn on(disk: &Disk, (canaries, keys): (&[Vec<u8>], &[SubjectKey]), told: &mut dyn FnMut(&str)) -> u64 {
    let mut found = 0;
    disk.each_file(|name, bytes| {
        found += within(bytes, (canaries, keys), &mut |words| told(&format!("{name}: {words}")));
        for at in memchr::memmem::find_iter(bytes, ZSTD) {
            let mut inflated = Vec::new();
            if let Ok(frame) = zstd::stream::Decoder::with_buffer(&bytes[at..]) {
                // What is no frame, or a part of one, is looked at as far as it goes.
                frame.take(INFLATED_MAX).read_to_end(&mut inflated).ok();
            }
            let mut say = |words: &str| told(&format!("{name}, inflated: {words}"));
            found += within(&inflated, (canaries, keys), &mut say);
        }
    });
    found
}

/// How often canaries stand in bytes, or in what is sealed there; each is told with what stands around it.
fn within(bytes: &[u8], (canaries, keys): (&[Vec<u8>], &[SubjectKey]), told: &mut dyn FnMut(&str)) -> u64 {
    let opened = laid_open(bytes, keys);
    plain(bytes, canaries, told) + plain(&opened, canaries, &mut |words| told(&format!("sealed, {words}")))
}

fn plain(bytes: &[u8], canaries: &[Vec<u8>], told: &mut dyn FnMut(&str)) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A world at rest with something private in it.
    fn told_in_private() -> World {
        (21..)
            .find_map(|seed| {
                let mut world = World::new(&of_seed(seed), false).ok()?;
                world.run().ok()?;
                (!world.confided.is_empty() && !world.server.keys_in_use().is_empty()).then_some(world)
            })
            .expect("one of all worlds")
    }

    #[test]
    fn a_key_that_was_kept_with_a_copy_is_found() {
        let mut world = told_in_private();
        let keys = world.server.keys_in_use();
        let clean = world.forget_people(&mut |_| {}).unwrap();
        assert!(clean.canaries_before > 0 && clean.canaries_after == 0, "{clean:?}");
        let mut world = told_in_private();
        let copies = [world.copied().unwrap()];
        let secrets: Vec<Vec<u8>> = world.secrets.iter().map(|(_, words)| words.clone()).collect();
        let everybody = world.devices.iter().map(|device| device.person.number).collect();
        world.forget(&everybody).unwrap();
        let sealed = |world: &World| {
            let mut places = Vec::new();
            world.found(&secrets, &copies, &mut |place| places.push(place.to_owned()));
            places.iter().filter(|place| place.contains("sealed, ")).count()
        };
        assert!(sealed(&world) > 0, "in a copy of before, until the next is made");
        world.copied().unwrap();
        assert_eq!(sealed(&world), 0);
        world.server.unforget(&keys);
        assert!(sealed(&world) > 0, "by the key that was kept");
    }
}
