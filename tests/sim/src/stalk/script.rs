//! What everybody does, day after day: the same whatever the place is, but for what is private in the requests of the person looked for.

use sha2::{Digest, Sha256};
use yuandian_device::Position;
use yuandian_document::{Act, Place, Report};
use yuandian_model::{BlobHash, CaseId, Cell500, Code, Quiet, Reach, Role, Wgs84};
use yuandian_server::hub::Request;
use yuandian_sync::StreamId;
use yuandian_sync::message::{
    Appeal, CatalogueAsk, Docs, EvidenceAsk, Fetch, Manifest, PrivateRecord, Push, PushReply, Receipt,
    WIRE_VERSION, Wanted,
};

use super::account::{Side, Who};
use super::town::{MINUTE_MS, Town};
use super::{degrees, middle};
use crate::machine::{Drawn, START_MS};

const SERVICE: &str = "help.errand";
/// The grid of every request, the street around it, and the county around that.
const GRID: &str = "410102001002003";
const STREET: &str = "410102001";
const COUNTY: &str = "410102";
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Minutes after a request that are lived through one by one: the last ring is after 15.
const CLOSE_MINUTES: usize = 17;
/// What is tried on a request without any right to it; nobody takes it.
const REFUSED: [&str; 9] =
    ["arrive", "confirm", "rate", "open_the_door", "report_back", "no_show", "release", "depart", "dispute"];
/// Homes of attackers, metres east and north of the middle of the cell: all outside it, some near the reach of the last ring.
const HOMES: [(f64, f64); 8] = [
    (500.0, 0.0),
    (-1_000.0, 0.0),
    (0.0, 1_000.0),
    (500.0, -500.0),
    (1_000.0, 0.0),
    (0.0, -1_000.0),
    (-500.0, 500.0),
    (1_500.0, 500.0),
];
/// Where attackers ask themselves, and other people: metres east and north of the middle.
const PROBES: [(f64, f64); 5] =
    [(-150.0, -150.0), (50.0, -50.0), (150.0, 50.0), (-50.0, 150.0), (700.0, 300.0)];
/// The bytes of the photo in the first request, and of its thumb.
const PHOTO: [&[u8]; 2] = [b"a picture of a shopping list", b"a small one"];

/// Everybody.
struct Cast {
    target: usize,
    residents: Vec<usize>,
    attackers: Vec<usize>,
    inside: usize,
    taker: usize,
}

/// A request of somebody.
#[derive(Clone, Copy)]
struct Asked {
    by: usize,
    case: CaseId,
}

/// Plays a world in which the person looked for lives at a place.
///
/// # Errors
/// Words, where the server refuses what it must take.
pub fn play(town: &mut Town, (accounts, days): (usize, usize), seed: u64, home: Wgs84) -> Result<(), String> {
    let cast = cast(town, accounts)?;
    let mut drawn = Drawn::new("stalk script", seed, 0);
    let mut mine: Vec<CaseId> = Vec::new();
    let mut others: Vec<Asked> = Vec::new();
    for day in 0..days {
        let minute = u16::from_be_bytes([drawn.draw()[0], drawn.draw()[0]]) % (10 * 60);
        let at_ms = START_MS + day as i64 * DAY_MS + i64::from(minute) * MINUTE_MS;
        town.tick(at_ms)?;
        others.extend(probes(town, &cast, day)?);
        town.minutes(3)?;
        let case = target_asks(town, &cast, day, home)?;
        mine.push(case);
        let looks = (cast.attackers.len() / 5).clamp(1, 10);
        let awake: Vec<usize> =
            cast.attackers.iter().copied().filter(|attacker| attacker % looks == day % looks).collect();
        for minute in 0..CLOSE_MINUTES {
            town.tick(town.now_ms + if minute == 0 { 0 } else { MINUTE_MS })?;
            for (n, attacker) in
                awake.iter().copied().enumerate().filter(|(n, _)| n % CLOSE_MINUTES == minute)
            {
                attack(town, attacker, &mine, day + n)?;
            }
        }
        take_anothers(town, &cast, day, &others)?;
        peep(town, cast.inside, case)?;
        for hours in [1, 2, 3, 6] {
            town.tick(town.now_ms + hours * HOUR_MS / 2)?;
        }
        town.tick(town.now_ms + 3 * HOUR_MS)?;
    }
    let Some(last) = mine.last().copied() else { return Ok(()) };
    accept(town, &cast, last)
}

fn cast(town: &mut Town, accounts: usize) -> Result<Cast, String> {
    let plain = |side, role, grid| Who { side, right: (role, grid), reach: None };
    let wakes = Quiet { from_minute: 0, to_minute: 0 };
    let at_home = |(east, north)| Some(Reach { home: Some(Cell500::of(degrees(east, north))), quiet: wakes });
    let target = town.join(plain(Side::Nobody, Role::Resident, STREET))?;
    let residents =
        (0..2).map(|_| town.join(plain(Side::Nobody, Role::Resident, STREET))).collect::<Result<_, _>>()?;
    let attacker = |n: usize| match n % 3 {
        0 => plain(Side::Outside, Role::Volunteer, GRID),
        1 => Who {
            reach: at_home(HOMES[n / 3 % HOMES.len()]),
            ..plain(Side::Outside, Role::Volunteer, COUNTY)
        },
        _ => plain(Side::Outside, Role::Volunteer, STREET),
    };
    let attackers = (0..accounts).map(|n| town.join(attacker(n))).collect::<Result<_, _>>()?;
    let neighbour = |side| Who { reach: at_home((0.0, 0.0)), ..plain(side, Role::Volunteer, COUNTY) };
    let inside = town.join(neighbour(Side::Inside))?;
    let taker = town.join(plain(Side::Taker, Role::Volunteer, STREET))?;
    Ok(Cast { target, residents, attackers, inside, taker })
}

fn codes(reply: &PushReply) -> Vec<Code> {
    let code = |bytes: &minicbor::bytes::ByteVec| {
        let receipt: Option<Receipt> = yuandian_document::cbor::decode("receipt", bytes, 64 * 1024).ok();
        receipt.map_or(Code::RetryLater, |receipt| receipt.code)
    };
    reply.receipts.iter().map(code).collect()
}

/// Somebody asks at a place: as a phone does it, the cell in the report, and what is private beside it.
fn ask(
    town: &mut Town,
    by: usize,
    (place, address): (Wgs84, &str),
    (text, photo): (&str, Option<[&'static [u8]; 2]>),
) -> Result<Asked, String> {
    town.hello(by)?;
    let at_ms = town.now_ms;
    let account = &mut town.accounts[by];
    let case = account.new_case(at_ms);
    let grid = GRID.parse().map_err(|_| "a grid that is none")?;
    let report = Report { service: SERVICE.into(), grid, place: Some(Place::Cell(Cell500::of(place))) };
    let items = vec![account.act(case, &Act::report(report)), account.describe(case, text, photo)?];
    let position = Position { lng: place.lng(), lat: place.lat(), accuracy_m: Some(12) };
    let position = serde_json::to_string(&position).map_err(|e| e.to_string())?;
    let record = |key: &str, value: &str| PrivateRecord {
        document: case,
        key: key.to_owned(),
        value: value.to_owned(),
        version: 1,
    };
    // A form has its own keys: of those that it does not have the author is told so, and nobody else anything.
    let private = vec![
        record("position", &position),
        record("beneficiary", address),
        record("address", address),
        record("phone", &format!("138{}", address.len())),
    ];
    let reply = town.push(by, items, private)?;
    let kept: Vec<Code> = reply.private.iter().take(2).map(|receipt| receipt.code).collect();
    if codes(&reply) != [Code::Ok; 2] || kept != [Code::Ok; 2] {
        return Err(format!("a request is not taken: {:?} {:?}", codes(&reply), reply.private));
    }
    for bytes in photo.into_iter().flatten() {
        town.upload(by, bytes)?;
    }
    Ok(Asked { by, case })
}

fn target_asks(town: &mut Town, cast: &Cast, day: usize, home: Wgs84) -> Result<CaseId, String> {
    // As long as it is far east and north: a length tells something, too.
    let long = ((home.lng() - middle().lng()) * 20_000.0 + (home.lat() - middle().lat()) * 90_000.0).abs();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a thousand")]
    let address = format!("{:.6} {:.6} {}", home.lng(), home.lat(), "号".repeat(long as usize));
    let photo = (day == 0).then_some(PHOTO);
    Ok(ask(town, cast.target, (home, &address), ("Milk and bread, please", photo))?.case)
}

/// Attackers ask themselves, and every third day somebody else does.
fn probes(town: &mut Town, cast: &Cast, day: usize) -> Result<Vec<Asked>, String> {
    let mut asked = Vec::new();
    let mut probe = |town: &mut Town, by: usize, n: usize| -> Result<(), String> {
        let (east, north) = PROBES[n % PROBES.len()];
        asked.push(ask(town, by, (degrees(east, north), "3-502"), ("A parcel", None))?);
        Ok(())
    };
    if let Some(by) = cast.attackers.get(day % cast.attackers.len().max(1)) {
        probe(town, *by, day)?;
    }
    if day.is_multiple_of(3)
        && let Some(by) = cast.residents.get(day / 3 % cast.residents.len().max(1))
    {
        probe(town, *by, day + 2)?;
    }
    Ok(asked)
}

/// Every call that an account can make, as far as none of them takes what the person looked for has asked.
fn attack(town: &mut Town, who: usize, mine: &[CaseId], turn: usize) -> Result<(), String> {
    let Some((first, last)) = mine.first().zip(mine.last()) else { return Ok(()) };
    town.hello(who)?;
    town.pull(who)?;
    let unknown = CaseId([7; 16]);
    let wanted = |document: CaseId| Wanted { document, since: 0 };
    let docs = Docs {
        version: WIRE_VERSION,
        wanted: vec![wanted(*last), wanted(*first), wanted(unknown)],
        max_bytes: 1 << 20,
    };
    drop(town.call(who, Request::Docs(docs.clone())));
    let mut streams: Vec<StreamId> = town.accounts[who].cursors.keys().cloned().collect();
    let many = streams.len().max(1);
    streams.rotate_left(turn % many);
    let theirs = town.accounts[0].user.map(|user| StreamId::user(&user));
    let grid = StreamId(format!("grid:{GRID}"));
    for stream in streams.into_iter().take(2).chain(theirs).chain([grid]) {
        let only = yuandian_model::PartitionId::ONLY;
        let ask = Manifest { version: WIRE_VERSION, stream, partition: only, after: None };
        drop(town.call(who, Request::Manifest(ask)));
    }
    let commits = town.accounts[who].seen.clone();
    drop(town.call(who, Request::Fetch(Fetch { version: WIRE_VERSION, commits })));
    for document in [*last, unknown] {
        let ask = EvidenceAsk { version: WIRE_VERSION, document, seen: None, export: turn % 2 == 1 };
        drop(town.call(who, Request::Evidence(ask)));
    }
    let [photo, thumb] = PHOTO.map(|bytes| BlobHash(Sha256::digest(bytes).into()));
    for hash in [photo, thumb, BlobHash([9; 32])] {
        drop(town.call(who, Request::Blob(hash)));
    }
    drop(town.call(who, Request::OpenUpload { hash: photo, size: PHOTO[0].len() as u64 }));
    drop(town.call(who, Request::Catalogue(CatalogueAsk { version: WIRE_VERSION, catalogue: 1 })));
    refused(town, who, *last, turn)?;
    let nobody = "00".repeat(32);
    drop(town.with_token(who, &nobody, Request::Docs(docs.clone())));
    drop(town.strange(who, Request::Docs(docs)));
    Ok(())
}

/// Acts, words and private answers that are not for this account to say.
fn refused(town: &mut Town, who: usize, case: CaseId, turn: usize) -> Result<(), String> {
    let account = &mut town.accounts[who];
    let names = [REFUSED[turn % REFUSED.len()], REFUSED[(turn + 4) % REFUSED.len()]];
    let mut items: Vec<_> = names.iter().map(|name| account.act(case, &Act::named(name, None))).collect();
    items.push(account.describe(case, "Where do you live?", None)?);
    let commit = items[0].commit.clone();
    let private = ["position", "beneficiary"].map(|key| PrivateRecord {
        document: case,
        key: key.to_owned(),
        value: "{}".to_owned(),
        version: 9,
    });
    let push = Push { version: WIRE_VERSION, items, private: private.to_vec(), links: Vec::new() };
    drop(town.call(who, Request::Push(push)));
    if turn.is_multiple_of(8) {
        let appeal =
            Appeal { version: WIRE_VERSION, commit, micros: Vec::new(), reason: "Let me".to_owned() };
        drop(town.call(who, Request::Appeal(appeal)));
    }
    Ok(())
}

/// An attacker takes what somebody else has asked, reads what is private of it, and lets it go.
fn take_anothers(town: &mut Town, cast: &Cast, day: usize, others: &[Asked]) -> Result<(), String> {
    let Some(asked) = others.last().copied() else { return Ok(()) };
    let takers: Vec<usize> = cast.attackers.iter().copied().filter(|who| *who != asked.by).collect();
    let Some(who) = takers.get((day * 7 + 1) % takers.len().max(1)).copied() else { return Ok(()) };
    town.hello(who)?;
    for name in ["claim", "depart", "release"] {
        let item = town.accounts[who].act(asked.case, &Act::named(name, None));
        let reply = town.push(who, vec![item], Vec::new())?;
        if codes(&reply) != [Code::Ok] {
            return Err(format!("{name} of a probe is not taken: {:?}", codes(&reply)));
        }
        town.pull(who)?;
    }
    Ok(())
}

/// A neighbour looks at what is new.
fn peep(town: &mut Town, who: usize, case: CaseId) -> Result<(), String> {
    town.hello(who)?;
    town.pull(who)?;
    let wanted = vec![Wanted { document: case, since: 0 }];
    let docs = Docs { version: WIRE_VERSION, wanted, max_bytes: 1 << 20 };
    drop(town.call(who, Request::Docs(docs)));
    refused(town, who, case, who)
}

/// At last one takes the request and is told; what the others see goes on.
fn accept(town: &mut Town, cast: &Cast, case: CaseId) -> Result<(), String> {
    town.hello(cast.taker)?;
    let claim = town.accounts[cast.taker].act(case, &Act::named("claim", None));
    let reply = town.push(cast.taker, vec![claim], Vec::new())?;
    if codes(&reply) != [Code::Ok] {
        return Err(format!("the request was not free at the end: {:?}", codes(&reply)));
    }
    town.pull(cast.taker)?;
    peep(town, cast.inside, case)?;
    for (turn, attacker) in cast.attackers.iter().take(3).enumerate() {
        attack(town, *attacker, &[case], turn)?;
        town.minutes(1)?;
    }
    Ok(())
}
