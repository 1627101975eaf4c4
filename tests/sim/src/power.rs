//! Processes that end and begin: phones that are killed, switched on, struck by their disks; a server that goes down and comes back.

use yuandian_vfs::Cut;

use crate::fault::Fault;
use crate::input::Part;
use crate::invariant::{Invariant, Step, hold};
use crate::situation::Situation;
use crate::world::{Event, World};

impl World {
    /// The process of a phone is gone; it will be switched on again.
    pub fn crashed(&mut self, index: usize, line: &str) {
        let after = 1_000 * (1 + i64::from(self.input.byte(Part::Machines)));
        let device = &mut self.devices[index];
        if !device.disk.is_off() {
            device.disk.cut(Cut::Kill);
        }
        device.drop_process();
        device.disk.forget_faults();
        let rising = std::mem::replace(&mut device.rising, true);
        self.claims.retain(|(claimant, _)| *claimant != index);
        let (now, line) = (self.now_ms, line.to_owned());
        self.trace.add(now, &[1, u8::try_from(index).unwrap_or(255)], || format!("phone {index} {line}"));
        if !rising {
            self.after(after, Event::PowerOn(index));
        }
    }

    /// Plans a disk fault for one of a phone's next operations, or kills it now; true where its process is gone.
    pub fn strike_phone(&mut self, index: usize) -> bool {
        use yuandian_vfs::Fault as Disk;
        let among = [
            Fault::Killed,
            Fault::KilledInIo,
            Fault::PowerCut,
            Fault::DiskFull,
            Fault::IoError,
            Fault::ShortRead,
        ];
        let plan = match self.faults.pick(&among, Part::Machines, &mut self.input) {
            Some(Fault::Killed) => {
                let out = self.devices[index].run.as_ref().is_some_and(|run| run.out.is_some());
                self.situations.reached_if(out, Situation::KilledBetweenSendAndReply);
                self.crashed(index, "was killed");
                return true;
            }
            Some(Fault::KilledInIo) => Disk::Cut(Cut::Kill),
            Some(Fault::PowerCut) => Disk::Cut(Cut::Power),
            Some(Fault::DiskFull) => Disk::Full(1 + self.input.below(Part::Machines, 40) as u64),
            Some(Fault::IoError) => Disk::Error,
            Some(_) => Disk::ShortRead,
            None => return false,
        };
        let disk = &self.devices[index].disk;
        disk.plan(disk.operations() + self.input.below(Part::Machines, 48) as u64, plan);
        false
    }

    /// A phone is switched on: it opens, and what it called saved is there.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn power_on(&mut self, index: usize) -> Step {
        self.devices[index].rising = false;
        if self.devices[index].phone.is_some() {
            return Ok(());
        }
        let now = self.now_ms;
        let among = [Fault::IoError, Fault::KilledInIo, Fault::PowerCut];
        let plan = match self.faults.pick(&among, Part::Machines, &mut self.input) {
            Some(Fault::IoError) => Some(yuandian_vfs::Fault::Error),
            Some(Fault::PowerCut) => Some(yuandian_vfs::Fault::Cut(Cut::Power)),
            Some(_) => Some(yuandian_vfs::Fault::Cut(Cut::Kill)),
            None => None,
        };
        if let Some(plan) = plan {
            let disk = &self.devices[index].disk;
            disk.power_on();
            disk.plan(disk.operations() + self.input.below(Part::Machines, 24) as u64, plan);
        }
        let device = &mut self.devices[index];
        if let Err(error) = device.open(now) {
            let struck = device.fault_struck();
            device.drop_process();
            device.disk.forget_faults();
            hold(struck, Invariant::StoresIntact, || format!("phone {index} does not open: {error}"))?;
            let off = self.devices[index].disk.is_off();
            self.situations.reached(if off { Situation::KilledInOpen } else { Situation::ErrorInOpen });
            self.devices[index].rising = true;
            self.after(1_000, Event::PowerOn(index));
            return Ok(());
        }
        // What was planned for the opening must not strike the look at what is there.
        self.devices[index].disk.forget_faults();
        self.devices[index].fault_struck();
        self.trace
            .add(now, &[2, u8::try_from(index).unwrap_or(255)], || format!("phone {index} is on again"));
        self.check_after_crash(index)
    }

    /// The server is started; its store is whole.
    pub(crate) fn server_on(&mut self) -> Step {
        if let Err(error) = self.server.start() {
            self.server.disk.forget_faults();
            let detail = format!("the server does not open: {error}");
            hold(self.server.disk.struck() > 0, Invariant::StoresIntact, || detail)?;
            self.after(5_000, Event::ServerOn);
            return Ok(());
        }
        self.trace.add(self.now_ms, &[3], || "the server is up".to_owned());
        Ok(())
    }

    /// After anything that the server did: where its disk has stopped, its process is gone and will be started again.
    pub fn after_server_step(&mut self) -> Step {
        if self.server.disk.is_off() {
            self.server.stop();
            self.server.disk.forget_faults();
            let after = 1_000 * (2 + i64::from(self.input.byte(Part::Machines)) / 4);
            self.trace.add(self.now_ms, &[4], || "the server is down".to_owned());
            self.after(after, Event::ServerOn);
        }
        Ok(())
    }
}
