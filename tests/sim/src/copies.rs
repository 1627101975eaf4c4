//! The turn of the outer world: phones that go back to an image of their disk or are copied, a server that is switched off, and the operator.

use yuandian_model::CaseId;
use yuandian_vfs::Cut;

use crate::fault::Fault;
use crate::input::Part;
use crate::invariant::Step;
use crate::situation::Situation;
use crate::world::{Event, MINUTE_MS, World};

/// Images of a phone that are kept to go back to.
const BACKUPS_MAX: usize = 2;
/// Chances of a phone at each turn of the operator to go back to an image of its disk.
const RESTORE_CHANCES: usize = 3;
/// Devices of a world, clones included.
const DEVICES_MAX: usize = 34;

impl World {
    /// The operator and the outer world: backups, restores, clones, a server that is switched off.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn operator(&mut self) -> Step {
        if self.faults.healed() {
            return Ok(());
        }
        let pause = MINUTE_MS + 1_000 * i64::from(self.input.byte(Part::Operator));
        self.after(pause, Event::Operator);
        // What an operator does is done or not: one who is told neither looks, and does it again.
        self.server.disk.forget_faults();
        let index = self.input.below(Part::Operator, self.devices.len());
        if self.devices[index].phone.is_some() && self.devices[index].backups.len() < BACKUPS_MAX {
            let backup = crate::device::Backup {
                image: self.devices[index].disk.image(),
                saved: self.reference.saved.len(),
                at_ms: self.now_ms,
            };
            self.devices[index].backups.push(backup);
        }
        for _ in 0..RESTORE_CHANCES {
            if self.faults.strikes(Fault::PhoneRestored, Part::Operator, &mut self.input) {
                self.restore_phone(index)?;
                break;
            }
        }
        if self.faults.strikes(Fault::PhoneCloned, Part::Operator, &mut self.input) {
            self.clone_phone(index)?;
        }
        self.spoil_server()?;
        self.authority(index)?;
        self.operate()?;
        if self.faults.strikes(Fault::ServerKilled, Part::Operator, &mut self.input) && self.server.is_up() {
            self.server.disk.cut(Cut::Kill);
            self.after_server_step()?;
        }
        if self.faults.strikes(Fault::ServerPowerCut, Part::Operator, &mut self.input) && self.server.is_up()
        {
            self.server.disk.cut(Cut::Power);
            self.situations.reached(Situation::ServerPowerCutAndBack);
            self.after_server_step()?;
        }
        Ok(())
    }

    /// A phone goes back to an image of its disk.
    fn restore_phone(&mut self, index: usize) -> Step {
        let choice = self.input.below(Part::Operator, BACKUPS_MAX);
        let Some(backup) = self.devices[index].backups.get(choice).cloned() else { return Ok(()) };
        if self.devices[index].rising {
            return Ok(());
        }
        self.devices[index].drop_process();
        self.devices[index].disk.forget_faults();
        self.counter += 1;
        // Half of the restores are of a kind that the phone itself cannot see.
        let seen = self.input.below(Part::Operator, 2) == 0;
        self.devices[index].restore(&backup.image, seen.then_some(1_000_000 + self.counter));
        self.devices[index].restored = true;
        let mut lost = false;
        for saved in self.reference.saved.iter_mut().skip(backup.saved).filter(|saved| saved.device == index)
        {
            saved.given_up = true;
            lost = true;
        }
        self.situations.reached_if(lost, Situation::RestoredPhoneLost);
        let at = backup.at_ms;
        self.trace.add(self.now_ms, &[13, u8::try_from(index).unwrap_or(255)], || {
            format!("phone {index} goes back to its image of {} s", at / 1000)
        });
        self.power_on(index)
    }

    /// A phone's disk is copied onto a second phone; both go on.
    fn clone_phone(&mut self, index: usize) -> Step {
        if self.devices.len() >= DEVICES_MAX
            || self.devices[index].phone.is_none()
            || self.devices[index].person.malicious
        {
            return Ok(());
        }
        let new = self.devices.len();
        self.counter += 1;
        let mut clone = self.devices[index].clone_as(new, self.counter);
        clone.cloned_from = Some(index);
        let spoiled: Vec<_> =
            self.spoiled.iter().filter(|(of, _)| *of == index).map(|(_, hash)| *hash).collect();
        self.spoiled.extend(spoiled.into_iter().map(|hash| (new, hash)));
        self.devices.push(clone);
        self.trace.add(self.now_ms, &[14, u8::try_from(new).unwrap_or(255)], || {
            format!("phone {new} is a clone of {index}")
        });
        self.after(1_000, Event::Person(new));
        self.after(2_000, Event::Wake(new));
        self.power_on(new)
    }

    /// A run has ended well or not: what that says of restored and cloned phones.
    pub fn synced(&mut self, index: usize) {
        let complete =
            |device: &crate::device::Device| device.last.as_ref().is_some_and(|last| last.complete);
        let device = &self.devices[index];
        let restored = device.restored && complete(device);
        let pair = device.cloned_from.map(|from| complete(&self.devices[from]) && complete(device));
        self.situations.reached_if(restored, Situation::RestoredPhoneSynced);
        self.situations.reached_if(pair == Some(true), Situation::CloneSynced);
    }

    /// A commit of a device arrived: whether its clone has written into the same case.
    pub fn clone_wrote(&mut self, index: usize, case: CaseId) {
        self.devices[index].wrote.insert(case);
        let other = |d: &crate::device::Device| {
            d.index != index
                && (d.cloned_from == Some(index) || self.devices[index].cloned_from == Some(d.index))
                && d.wrote.contains(&case)
        };
        let both = self.devices.iter().any(other);
        self.situations.reached_if(both, Situation::CloneAndOriginalWrote);
    }
}
