//! A street of phones: somebody who asks for help and volunteers who all want to give it, on one server, with links that lose replies and
//! phones that die over them.

use std::collections::BTreeMap;

use yuandian_device::{ActCommand, ActOutcome, Draft, Phone};
use yuandian_model::{CaseId, CaseState, Catalogue, Role, Service, UserId};
use yuandian_server::store::{CaseRecord, Store as _};

use crate::device::{Device, Person};
use crate::http::HttpRequest;
use crate::machine::{Drawn, START_MS};
use crate::photo;
use crate::server::Server;
use crate::straight::{self, Ended, Fate, all_arrives};

/// Where everybody lives.
const GRID: &str = "410102001";
/// What is asked for: one may take the first, two together the second.
const SERVICES: [&str; 2] = ["help.errand", "help.escort"];
/// Turns until every phone has said what it had to: more than any needs.
const TURNS_MAX: usize = 100_000;

/// The embedded tables, but that one person may ask and take without end: what is looked at here is who is first of many, and thirty phones
/// that claim a thousand requests are thirty thousand claims only where nobody has enough. How much one may take has tests of its own.
fn without_limits() -> Catalogue {
    let endless = |service: &mut Service| service.per_day = None;
    SERVICES
        .iter()
        .fold(Server::tables_without_load(), |catalogue, service| catalogue.changed(service, endless))
}

/// A street.
pub struct Field {
    /// The server.
    pub server: Server,
    /// Virtual time, ms since the beginning.
    pub now_ms: i64,
    /// Who asks.
    pub author: Device,
    /// Who wants to help.
    pub claimants: Vec<Device>,
    /// The tables that everybody goes by.
    pub catalogue: Catalogue,
    services: BTreeMap<CaseId, &'static str>,
    drawn: Drawn,
    runs: u64,
}

impl Field {
    /// A server, who asks, and so many volunteers, all enrolled.
    ///
    /// # Errors
    /// Words, where a phone or the server does not do its part.
    pub fn new(seed: u64, claimants: usize) -> Result<Self, String> {
        let catalogue = without_limits();
        let mut server = Server::new(seed, None).judging_by(catalogue.clone());
        server.start().map_err(|e| e.to_string())?;
        let person = |number: usize, role: Role| -> Result<Device, String> {
            let grid = GRID.parse().map_err(|_| "no division")?;
            let person = Person { number, user: None, role, grid, malicious: false };
            Ok(Device::new(number, person, seed.wrapping_mul(1_000).wrapping_add(number as u64)))
        };
        let claimants = (1..=claimants).map(|number| person(number, Role::Volunteer));
        let mut field = Self {
            server,
            now_ms: 0,
            author: person(0, Role::Resident)?,
            claimants: claimants.collect::<Result<_, _>>()?,
            catalogue,
            services: BTreeMap::new(),
            drawn: Drawn::new("claims", seed, 0),
            runs: 0,
        };
        let Self { server, author, claimants, now_ms, .. } = &mut field;
        for device in std::iter::once(author).chain(claimants) {
            straight::enrol(device, server, *now_ms)?;
        }
        Ok(field)
    }

    /// The server's clock, ms since 1970.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        START_MS + self.now_ms
    }

    /// From 0 to below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        let bytes = self.drawn.draw();
        let number = bytes[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number % end.max(1) as u64).unwrap_or(0)
    }

    /// In another order.
    pub fn shuffled<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        for last in (1..all.len()).rev() {
            let other = self.below(last + 1);
            all.swap(last, other);
        }
        all
    }

    /// So many requests are opened, and everybody sees them.
    ///
    /// # Errors
    /// Words, where a phone or the server does not do its part.
    pub fn ask(&mut self, requests: usize) -> Result<Vec<CaseId>, String> {
        let mut opened = Vec::new();
        self.author.tick(self.now_ms);
        for number in 0..requests {
            let service = SERVICES[number % SERVICES.len()];
            let draft = Draft {
                service: service.to_owned(),
                position: Some(photo::place(0)),
                text: format!("Request {number:05}."),
                no_photo: Some("too dark".to_owned()),
                ..Draft::default()
            };
            let phone = phone(&mut self.author)?;
            let saved = phone.save_draft(None, &draft).and_then(|id| phone.finish(&id).map(|_| id));
            let case = saved.map_err(|e| format!("request {number}: {e}"))?;
            self.services.insert(case, service);
            opened.push(case);
        }
        let Self { server, author, claimants, now_ms, runs, .. } = self;
        for device in std::iter::once(author).chain(claimants) {
            *runs += 1;
            straight::sync(device, server, (*runs, now_ms), &mut all_arrives)?;
        }
        Ok(opened)
    }

    /// A volunteer does something to a request, on the phone alone. Whether anything was queued.
    ///
    /// # Errors
    /// Words, where the phone does not let it.
    pub fn does(&mut self, claimant: usize, case: &CaseId, name: &str) -> Result<bool, String> {
        let device = &mut self.claimants[claimant];
        device.tick(self.now_ms);
        let done = phone(device)?.act(case, &ActCommand { name, ..ActCommand::default() });
        Ok(done.map_err(|e| format!("phone {claimant} cannot {name}: {e}"))? == ActOutcome::Queued)
    }

    /// All phones sync in a drawn order, some of them over a broken run again, until each has had a whole one; `heard` looks at each then.
    ///
    /// # Errors
    /// Words, where a phone or the server does not do its part.
    pub fn sync_all(
        &mut self,
        breaks: bool,
        heard: &mut dyn FnMut(&Self, usize) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut waiting: Vec<usize> = (0..self.claimants.len()).collect();
        for _ in 0..TURNS_MAX {
            if waiting.is_empty() {
                return Ok(());
            }
            let drawn = self.below(waiting.len());
            let claimant = waiting[drawn];
            if self.sync(claimant, breaks)? {
                waiting.swap_remove(drawn);
                heard(self, claimant)?;
            }
        }
        Err("the phones do not come to rest".to_owned())
    }

    /// One run of a phone. Whether it was whole.
    fn sync(&mut self, claimant: usize, breaks: bool) -> Result<bool, String> {
        self.runs += 1;
        let mut fates = Drawn::new("fates", self.below(usize::MAX) as u64, self.runs);
        let mut fate = |request: &HttpRequest| match fates.draw()[0] {
            _ if !breaks => Fate::Arrives,
            0..=31 => Fate::ReplyLost,
            32..=63 => Fate::Twice,
            64..=159 if request.path == "/v1/push" => Fate::Killed,
            _ => Fate::Arrives,
        };
        let Self { server, claimants, now_ms, runs, .. } = self;
        let device = &mut claimants[claimant];
        match straight::sync(device, server, (*runs, now_ms), &mut fate)? {
            Ended::With(report) => Ok(report.complete),
            Ended::Killed => {
                device.drop_process();
                device.open(*now_ms).map_err(|e| format!("phone {claimant} does not open: {e}"))?;
                Ok(false)
            }
            Ended::ShutOut => Err(format!("phone {claimant} is shut out")),
        }
    }

    /// How the server has a request.
    ///
    /// # Errors
    /// Words, where it has none.
    pub fn record(&self, case: &CaseId) -> Result<CaseRecord, String> {
        let store = self.server.store().ok_or("the server is down")?;
        let record = store.case(case).map_err(|e| e.to_string())?;
        record.ok_or_else(|| format!("{case} is nowhere"))
    }

    /// What the server's rule has decided of a request.
    ///
    /// # Errors
    /// As [`Field::record`].
    pub fn state(&self, case: &CaseId) -> Result<CaseState, String> {
        Ok(self.record(case)?.state)
    }

    /// How many may hold a request, by the tables.
    #[must_use]
    pub fn capacity(&self, case: &CaseId) -> usize {
        let service = self.services.get(case).and_then(|service| self.catalogue.service(service));
        service.map_or(0, |(service, _)| service.capacity)
    }

    /// Who a volunteer is for the server.
    #[must_use]
    pub fn user(&self, claimant: usize) -> Option<UserId> {
        self.claimants[claimant].person.user
    }
}

fn phone(device: &mut Device) -> Result<&mut Phone, String> {
    device.phone.as_mut().ok_or_else(|| "a phone is off".to_owned())
}
