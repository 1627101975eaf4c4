//! A phone to be measured: on the real disk, with the machine's own ports, enrolled without a server.

use std::error::Error;
use std::path::Path;

use yuandian_device::Phone;
use yuandian_device::platform::open_home;
use yuandian_model::{Grant, Role, UserId};
use yuandian_sync::message::{Enrolled, WIRE_VERSION};

/// The division that everybody's rights are in.
pub const GRID: &str = "410102001";

/// Opens the phone of a folder and makes it a grid worker's.
///
/// # Errors
/// The phone's.
pub fn grid_worker(home: &Path) -> Result<Phone, Box<dyn Error>> {
    let mut phone = open_home(home)?;
    let reply = Enrolled {
        version: WIRE_VERSION,
        user: UserId([1; 16]),
        name: "王网格".to_owned(),
        grants: vec![Grant { role: Role::GridWorker, grid: GRID.parse()? }],
        server_ms: 0,
    };
    phone.enrolled("https://example.invalid", &reply)?;
    Ok(phone)
}
