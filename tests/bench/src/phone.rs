//! A phone to be measured: on the real disk, with the machine's own ports, enrolled without a server.

use std::error::Error;
use std::path::Path;

use yuandian_device::Phone;
use yuandian_device::platform::open_home;
use yuandian_model::{Epoch, Grant, PartitionId, Role, UserId};
use yuandian_sync::message::{
    Enrolled, HelloReply, PullReply, PulledCase, Renewed, StreamOffer, WIRE_VERSION,
};
use yuandian_sync::{Cursor, StreamId};

/// The division that everybody's rights are in.
pub const GRID: &str = "410102001";
/// Any moment, ms since 1970.
const NOW_MS: i64 = 1_780_000_000_000;

/// Opens the phone of a folder and makes it a grid worker's.
///
/// # Errors
/// The phone's.
pub fn grid_worker(home: &Path) -> Result<Phone, Box<dyn Error>> {
    let mut phone = open_home(home, None)?;
    enrolled(&mut phone)?;
    Ok(phone)
}

/// Makes a phone a grid worker's.
///
/// # Errors
/// The phone's.
pub fn enrolled(phone: &mut Phone) -> Result<(), Box<dyn Error>> {
    let reply = Enrolled {
        version: WIRE_VERSION,
        user: UserId([1; 16]),
        name: "王网格".to_owned(),
        grants: vec![Grant::new(Role::GridWorker, GRID.parse()?)],
        server_ms: 0,
    };
    phone.enrolled("https://example.invalid", &reply)?;
    Ok(())
}

/// The one stream of a phone that is measured.
pub fn stream() -> StreamId {
    StreamId(format!("grid:{GRID}"))
}

/// A greeting that offers it, with so many cases in it.
///
/// # Errors
/// None that can happen: the division is a constant.
pub fn hello(count: u64) -> Result<HelloReply, Box<dyn Error>> {
    Ok(HelloReply {
        version: WIRE_VERSION,
        token: String::new(),
        token_until_ms: NOW_MS,
        server_ms: NOW_MS,
        user: UserId([1; 16]),
        name: "王网格".to_owned(),
        grants: vec![Grant::new(Role::GridWorker, GRID.parse()?)],
        streams: vec![StreamOffer {
            stream: stream(),
            partition: PartitionId::ONLY,
            count,
            lines_only: false,
        }],
        removed: vec![],
        partitions: vec![],
        time_token: None,
        lease: None,
        catalogue: 1,
        min_client: None,
        blob_safe_seq: None,
        keys: vec![],
        notices: vec![],
        wipe: None,
        next_nonce: None,
        appeals: vec![],
        partition_digits: None,
        ended: vec![],
        lost: Vec::new(),
    })
}

/// A page of it that ends at this number.
pub fn page(cases: Vec<PulledCase>, seq: u64, more: bool) -> PullReply {
    PullReply {
        version: WIRE_VERSION,
        cases,
        cursors: vec![Cursor::new(stream(), Some(Epoch([1; 8])), seq)],
        more,
        server_ms: NOW_MS,
        checks: vec![],
        notices: vec![],
        renewed: Renewed::default(),
        resets: vec![],
        greet: false,
    }
}
