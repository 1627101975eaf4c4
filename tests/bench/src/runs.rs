//! Runs of a real phone against the hub, in process: every body is packed, counted and unpacked on both sides as over HTTP.

use std::error::Error;

use yuandian_device::Phone;
use yuandian_server::{Request as Asked, Response};
use yuandian_sync::message::{NonceRequest, Push, WIRE_VERSION};
use yuandian_sync::{Effect, Input, Keep, Machine, Reply, Request, RunReport, wire};

use crate::bench::timed;
use crate::city::City;

type Fault = Box<dyn Error + Send + Sync>;

/// Headers of one HTTP/1.1 request as the phone sends it, without the path …
const REQUEST_HEADERS: &str = "POST  HTTP/1.1\r\nhost: yuandian.example.org\r\ncontent-type: application/yuandian+cbor+zstd\r\ncontent-length: 200\r\nauthorization: Bearer 0123456789012345678901234567890123456789012345678901234567890123\r\naccept: */*\r\n\r\n";
/// … and of a reply.
const REPLY_HEADERS: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/yuandian+cbor+zstd\r\ncontent-length: 200\r\ndate: Tue, 24 Nov 2026 20:54:28 GMT\r\n\r\n";

/// What went over the wire in one run.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Requests.
    pub requests: u64,
    /// Bytes of bodies that the phone sent.
    pub sent: u64,
    /// Bytes of bodies that the phone got.
    pub received: u64,
    /// Bytes of the bodies of PUSH requests, and what was in them.
    pub pushed: (u64, Vec<Push>),
    /// Bytes of the bodies of pages.
    pub paged: u64,
    /// Bodies that brought documents or pages, as they came.
    pub bodies: Vec<Vec<u8>>,
    /// When the first page was kept, ms from the beginning.
    pub listed_ms: Option<f64>,
    /// How the run ended.
    pub report: RunReport,
}

impl Traffic {
    /// Bytes of bodies, both ways.
    pub fn body_bytes(&self) -> u64 {
        self.sent + self.received
    }

    /// What headers would add over HTTP/1.1, estimated.
    pub fn header_bytes(&self) -> u64 {
        self.requests * (REQUEST_HEADERS.len() + "/v1/pull".len() + REPLY_HEADERS.len()) as u64
    }
}

/// One run, to its end.
///
/// # Errors
/// The phone's and the server's; a run that has to wait.
pub fn run(city: &City, phone: &mut Phone) -> Result<Traffic, Fault> {
    let mut traffic = Traffic::default();
    let mut machine = Machine::new(1);
    let mut spent_ms = 0.0;
    machine.handle(Input::Start, 0);
    loop {
        let effect = machine.poll_effect().ok_or("a run that has to wait")?;
        let first = matches!(effect, Effect::Keep(Keep::Page(_))) && traffic.listed_ms.is_none();
        let (input, ms) = timed(|| -> Result<Option<Input>, Fault> {
            Ok(Some(match effect {
                Effect::Ask(request) => Input::Replied(ask(city, phone, &request, &mut traffic)?),
                Effect::Load(load) => Input::Loaded(phone.load(&load)?),
                Effect::Keep(keep) => {
                    phone.keep(&keep)?;
                    Input::Kept
                }
                Effect::Finished(report) => {
                    traffic.report = report;
                    return Ok(None);
                }
            }))
        })?;
        spent_ms += ms;
        if first {
            traffic.listed_ms = Some(spent_ms);
        }
        match input {
            Some(input) => machine.handle(input, 0),
            None => return Ok(traffic),
        }
    }
}

/// Enrols a phone.
///
/// # Errors
/// The phone's and the server's.
pub fn enroll(city: &City, phone: &mut Phone, number: u32, grid: &str) -> Result<(), Fault> {
    let wish = phone.enroll_request(&city.invitation(number, grid)?, &format!("Person {number}"))?;
    let Response::Enrolled(reply) = city.stranger(Asked::Enroll(wish))? else {
        return Err("not enrolled".into());
    };
    Ok(phone.enrolled("https://example.invalid", &reply)?)
}

fn ask(city: &City, phone: &Phone, request: &Request, traffic: &mut Traffic) -> Result<Reply, Fault> {
    traffic.requests += 1;
    let token = || -> Result<String, Fault> { Ok(phone.token()?.ok_or("no token")?) };
    macro_rules! travel {
        ($message:expr, $asked:ident, $reply:ident) => {{
            let body = wire::pack($message);
            traffic.sent += body.len() as u64;
            let asked = Asked::$asked(wire::unpack("request", &body)?);
            let answered = match request {
                Request::Nonce | Request::Hello(_) => city.stranger(asked)?,
                _ => city.under(&token()?, asked)?,
            };
            let Response::$reply(reply) = answered else { return Err("another answer".into()) };
            let body = wire::pack(&reply);
            traffic.received += body.len() as u64;
            let reply = Reply::$reply(wire::unpack("reply", &body)?);
            if matches!(reply, Reply::Docs(_) | Reply::Pull(_)) {
                traffic.bodies.push(body);
            }
            reply
        }};
    }
    let before = (traffic.sent, traffic.received);
    Ok(match request {
        Request::Nonce => {
            travel!(&NonceRequest { version: WIRE_VERSION, device: phone.device() }, Nonce, Nonce)
        }
        Request::Hello(hello) => travel!(hello, Hello, Hello),
        Request::Push(push) => {
            let reply = travel!(push, Push, Push);
            traffic.pushed.0 += traffic.sent - before.0;
            traffic.pushed.1.push(push.clone());
            reply
        }
        Request::Pull(pull) => {
            let reply = travel!(pull, Pull, Pull);
            traffic.paged += traffic.received - before.1;
            reply
        }
        Request::Manifest(asked) => travel!(asked, Manifest, Manifest),
        Request::Catalogue(asked) => travel!(asked, Catalogue, Catalogue),
        Request::Docs(asked) => travel!(asked, Docs, Docs),
        Request::Appeal(appeal) => travel!(appeal, Appeal, Appeal),
        Request::Upload(_) => return Err("no photos are measured here".into()),
    })
}
