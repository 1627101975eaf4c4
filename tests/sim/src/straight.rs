//! A phone straight with the server: nothing between them but what the caller loses. For whoever looks at one thing and needs no links, no
//! queue of events and no faults of disks.

use yuandian_device::DeviceError;
use yuandian_model::UserId;
use yuandian_sync::message::{NonceRequest, WIRE_VERSION};
use yuandian_sync::{Effect, Failure, Input as Given, Machine, Reply, Request, RunReport, UploadReply, wire};

use crate::device::Device;
use crate::http::{self, HttpReply, HttpRequest};
use crate::machine::START_MS;
use crate::server::Server;

/// Effects of one run: more than any needs.
const EFFECTS_MAX: usize = 20_000;

/// What becomes of a request and its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Both arrive.
    Arrives,
    /// The server does it, and the phone does not hear of it.
    ReplyLost,
    /// The server is asked twice; the phone hears the second answer.
    Twice,
    /// The server does it, and the phone dies before it hears of it.
    Killed,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// With its own report.
    With(RunReport),
    /// The phone died, as [`Fate::Killed`] says: the process is the caller's to end.
    Killed,
    /// The phone's person is shut out, or the machine waits for nothing.
    ShutOut,
}

/// Nothing is lost.
pub fn all_arrives(_: &HttpRequest) -> Fate {
    Fate::Arrives
}

/// The person of a phone that has never been opened enrols; `now_ms` is virtual. The id that the server gave.
///
/// # Errors
/// Words, where the phone or the server does not do its part.
pub fn enrol(device: &mut Device, server: &mut Server, now_ms: i64) -> Result<UserId, String> {
    let (role, grid) = (device.person.role, device.person.grid.clone());
    let server_ms = START_MS + now_ms;
    let code = server.invite(role, &grid, server_ms).map_err(|e| format!("inviting: {e}"))?;
    device.open(now_ms).map_err(|e| format!("a new phone: {e}"))?;
    let name = format!("Person {}", device.person.number);
    let phone = device.phone.as_mut().ok_or("a phone that was opened")?;
    let request = phone.enroll_request(&code, &name).map_err(|e| format!("enrolling: {e}"))?;
    let reply = server.serve(&HttpRequest::message("/v1/enroll", None, wire::pack(&request)), server_ms);
    let enrolled: yuandian_sync::message::Enrolled = reply
        .and_then(|reply| wire::unpack("enrolled", &reply.body).ok())
        .ok_or("an invitation was refused")?;
    phone.enrolled("sim", &enrolled).map_err(|e| format!("enrolled: {e}"))?;
    device.id = Some(phone.device());
    device.person.user = Some(enrolled.user);
    Ok(enrolled.user)
}

/// One run from `clock`, virtual ms, which goes on with it; `fate` says what becomes of each request.
///
/// # Errors
/// Words, where the phone's store fails, the server is down, or the run does not come to an end.
pub fn sync(
    device: &mut Device,
    server: &mut Server,
    (number, clock): (u64, &mut i64),
    fate: &mut dyn FnMut(&HttpRequest) -> Fate,
) -> Result<Ended, String> {
    let index = device.index;
    let mut machine = Machine::new(number);
    machine.handle(Given::Start, *clock);
    for _ in 0..EFFECTS_MAX {
        device.tick(*clock);
        let Some(effect) = machine.poll_effect() else {
            let Some(at) = machine.poll_timeout() else { return Ok(Ended::ShutOut) };
            *clock = at.max(*clock);
            machine.handle(Given::Timeout, *clock);
            continue;
        };
        let given = match effect {
            Effect::Finished(report) => return Ok(Ended::With(report)),
            Effect::Ask(request) => match answered(device, (server, *clock), &request, fate)? {
                Some(given) => given,
                None => return Ok(Ended::Killed),
            },
            Effect::Load(load) => {
                let Some(phone) = device.phone.as_mut() else { return Ok(Ended::ShutOut) };
                match phone.load(&load) {
                    Ok(loaded) => Given::Loaded(loaded),
                    Err(DeviceError::ShutOut { .. }) => return Ok(Ended::ShutOut),
                    Err(error) => return Err(format!("phone {index} cannot load: {error}")),
                }
            }
            Effect::Keep(keep) => {
                let Some(phone) = device.phone.as_mut() else { return Ok(Ended::ShutOut) };
                phone.keep(&keep).map_err(|error| format!("phone {index} cannot keep: {error}"))?;
                Given::Kept
            }
        };
        machine.handle(given, *clock);
    }
    Err(format!("phone {index} does not come to an end"))
}

/// What the machine is given for a request; none where the phone died over it.
fn answered(
    device: &mut Device,
    (server, now_ms): (&mut Server, i64),
    request: &Request,
    fate: &mut dyn FnMut(&HttpRequest) -> Fate,
) -> Result<Option<Given>, String> {
    let index = device.index;
    let Some(phone) = device.phone.as_mut() else { return Err(format!("phone {index} is off")) };
    let token = phone.token().map_err(|error| error.to_string())?;
    let packed = match request {
        Request::Upload(plan) => {
            let piece = plan.file.map(|hash| phone.upload_piece(&hash, plan.offset, plan.length));
            match piece.transpose() {
                Ok(piece) => HttpRequest::upload(plan, token, piece.unwrap_or_default()),
                Err(_) => return Ok(Some(Given::Replied(Reply::Upload(UploadReply::UNREADABLE)))),
            }
        }
        other => {
            let asker = phone.device();
            let nonce = || wire::pack(&NonceRequest { version: WIRE_VERSION, device: asker });
            http::pack(other, token, nonce).ok_or("a request that nobody packs")?
        }
    };
    let mut serve = || -> Result<HttpReply, String> {
        server.serve(&packed, START_MS + now_ms).ok_or_else(|| "the server is down".to_owned())
    };
    let mut reply = serve()?;
    match fate(&packed) {
        Fate::Arrives => {}
        Fate::Twice => reply = serve()?,
        Fate::ReplyLost => {
            return Ok(Some(Given::Failed(Failure::Unreachable("the connection broke".to_owned()))));
        }
        Fate::Killed => return Ok(None),
    }
    Ok(Some(http::read(request, &reply).map_or_else(Given::Failed, Given::Replied)))
}
