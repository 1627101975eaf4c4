//! The server process and the homes of one scenario, in a folder that is gone afterwards.
#![allow(clippy::disallowed_methods, reason = "it starts processes and opens homes")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use yuandian_device::{CaseId, DeviceError, Driver, Phone, RunReport, TrustRoots, platform};

use yuandian_model::calendar::beijing;

use crate::scenario::{self, Scenario};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A phone of the scenario.
pub struct Device {
    home: PathBuf,
    phone: Option<Arc<Mutex<Phone>>>,
    /// The invitation that was written for it.
    pub code: String,
}

impl Device {
    /// The phone, alone.
    pub fn phone(&self) -> MutexGuard<'_, Phone> {
        let phone = self.phone.as_ref().expect("a phone is closed only while it is opened again");
        phone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything of one scenario.
pub struct Stage {
    server: Option<Child>,
    server_bin: PathBuf,
    address: String,
    /// The phones by name.
    pub devices: BTreeMap<String, Device>,
    /// The cases by the names that the steps give them.
    pub cases: BTreeMap<String, CaseId>,
    /// Open forms by phone and case: the heads that they show.
    pub forms: BTreeMap<(String, String), Vec<String>>,
    network: Runtime,
    folder: TempDir,
}

impl Stage {
    /// Starts the server, writes an invitation for each device, and enrols those that begin enrolled.
    pub fn set(scenario: &Scenario, bin_dir: &Path) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|e| e.to_string())?;
        let network =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let server_bin = bin_dir.join(format!("yuandian-server{}", std::env::consts::EXE_SUFFIX));
        let (server, address) = serve(&server_bin, folder.path(), "127.0.0.1:0")?;
        let (devices, cases, forms) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut stage =
            Self { server: Some(server), server_bin, address, devices, cases, forms, network, folder };
        for device in &scenario.devices {
            let code = stage.invite(device)?;
            let home = stage.folder.path().join(&device.name);
            let opened = Device { phone: Some(open(&home)?), home, code: code.clone() };
            stage.devices.insert(device.name.clone(), opened);
            if device.enrolled {
                stage.enroll(&device.name, &code).map_err(|e| format!("enrolling {}: {e}", device.name))?;
            }
        }
        Ok(stage)
    }

    /// A phone by its name.
    pub fn device(&self, name: &str) -> Result<&Device, String> {
        self.devices.get(name).ok_or_else(|| format!("the scenario has no device {name}"))
    }

    /// A case by its name.
    pub fn case(&self, name: &str) -> Result<CaseId, String> {
        self.cases.get(name).copied().ok_or_else(|| format!("no step has made a case {name}"))
    }

    /// Enrols a phone under its name.
    pub fn enroll(&self, name: &str, code: &str) -> Result<(), DeviceError> {
        let device = self.devices.get(name).ok_or(DeviceError::NotEnrolled)?;
        let phone = device.phone.as_ref().ok_or(DeviceError::NotEnrolled)?;
        let driver = Driver::new(&self.address, &TrustRoots::default())?;
        self.network.block_on(driver.enroll(phone, code, name))
    }

    /// One run of sync of a phone.
    pub fn sync(&self, name: &str) -> Result<RunReport, DeviceError> {
        let device = self.devices.get(name).ok_or(DeviceError::NotEnrolled)?;
        let server = device.phone().server()?;
        let mut driver = Driver::new(&server, &TrustRoots::default())?;
        let phone = device.phone.as_ref().ok_or(DeviceError::NotEnrolled)?;
        self.network.block_on(driver.sync(phone))
    }

    /// Closes a phone and opens it again from its home.
    pub fn reopen(&mut self, name: &str) -> Result<(), String> {
        let device =
            self.devices.get_mut(name).ok_or_else(|| format!("the scenario has no device {name}"))?;
        device.phone = None;
        device.phone = Some(open(&device.home)?);
        Ok(())
    }

    /// Ends the server at once, as a power cut would.
    pub fn server_down(&mut self) -> Result<(), String> {
        if let Some(mut server) = self.server.take() {
            server.kill().and_then(|()| server.wait()).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// Starts the server again, at the address it had.
    pub fn server_up(&mut self) -> Result<(), String> {
        let listen = self.address.trim_start_matches("http://").to_owned();
        let (server, address) = serve(&self.server_bin, self.folder.path(), &listen)?;
        (self.server, self.address) = (Some(server), address);
        Ok(())
    }

    /// What a word of a step stands for: `case:NAME` is that case's id, `user:NAME` that person's, `day:N` the day in N days, anything else
    /// itself.
    pub fn given(&self, word: &str) -> Result<String, String> {
        Ok(match word.split_once(':') {
            Some(("case", name)) => self.case(name)?.to_string(),
            Some(("user", name)) => {
                self.device(name)?.phone().person().map_err(|e| e.to_string())?.user.to_string()
            }
            Some(("day", days)) => {
                let days: i64 = days.parse().map_err(|_| format!("{word} is no day"))?;
                beijing(now_ms() + days * DAY_MS).chars().take("2026-01-01".len()).collect()
            }
            _ => word.to_owned(),
        })
    }

    /// A command of the operator. `case:NAME` is the case's id, `user:NAME` the person's.
    pub fn admin(&self, args: &[String]) -> Result<(), String> {
        let args = args.iter().map(|arg| self.given(arg)).collect::<Result<Vec<_>, _>>()?;
        let (verb, rest) = args.split_first().ok_or("an operator's command without a word")?;
        let mut call = Command::new(&self.server_bin);
        let told = call.args(["admin", verb, "--data"]).arg(self.data()).args(rest).output();
        let told = told.map_err(|e| e.to_string())?;
        if told.status.success() {
            return Ok(());
        }
        Err(format!("admin {verb}: {}", String::from_utf8_lossy(&told.stderr)))
    }

    /// Brings what the server is to do later nearer by so many days, while it stands still.
    pub fn days_pass(&mut self, days: i64) -> Result<(), String> {
        self.server_down()?;
        let db = Connection::open(self.data().join("yuandian.db")).map_err(|e| e.to_string())?;
        let ms = days * DAY_MS;
        let rights = "UPDATE person_right SET since_ms = since_ms - ?1, ended_ms = ended_ms - ?1";
        for passes in ["UPDATE timer SET due_ms = due_ms - ?1", rights] {
            db.execute(passes, [ms]).map_err(|e| e.to_string())?;
        }
        drop(db);
        self.server_up()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    fn invite(&self, who: &scenario::Device) -> Result<String, String> {
        let mut call = Command::new(&self.server_bin);
        call.arg("invite").arg("--data").arg(self.data()).args(["--role", &who.role, "--grid", &who.grid]);
        call.args(who.unit.iter().flat_map(|unit| ["--unit", unit]));
        call.args(who.level.iter().flat_map(|level| ["--level", level]));
        let told = call.output().map_err(|e| e.to_string())?;
        if !told.status.success() {
            return Err(format!("no invitation: {}", String::from_utf8_lossy(&told.stderr)));
        }
        Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned())
    }
}

/// Ms since 1970.
#[allow(clippy::disallowed_methods, reason = "the real server and real phones run by the machine's clock")]
fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.server_down();
    }
}

fn open(home: &Path) -> Result<Arc<Mutex<Phone>>, String> {
    platform::open_home(home, None).map(|phone| Arc::new(Mutex::new(phone))).map_err(|e| e.to_string())
}

/// Starts a server and waits until it says where it listens.
fn serve(server: &Path, folder: &Path, listen: &str) -> Result<(Child, String), String> {
    let mut child = Command::new(server)
        .args(["serve", "--listen", listen, "--data"])
        .arg(folder.join("server"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("{}: {e}", server.display()))?;
    let lines = BufReader::new(child.stdout.take().ok_or("a server without output")?).lines();
    for line in lines.map_while(Result::ok) {
        if let Some(address) = line.split_whitespace().find(|word| word.starts_with("http://")) {
            return Ok((child, address.trim_end_matches('/').to_owned()));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    Err("the server ended before it listened".into())
}
