//! The phone through its public seam: a real store in a temporary folder, scripted ports, and a tiny referee for a server.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the photographs that come with the project and copy homes"
)]
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

mod acts;
mod attached;
mod attention;
mod bad_input;
mod capture;
mod catalogues;
mod conflicts;
mod doorstep;
#[cfg(feature = "sqlcipher")]
mod encrypted;
mod evidence;
mod fetch;
mod files;
mod forgetting;
mod home;
mod lists;
mod lives;
mod pinned;
mod process;
mod pull;
mod redaction;
mod referee;
mod refill;
mod repair;
mod rights;
mod search;
mod settling;
mod trust;
mod typed;

use home::Home;
use referee::Referee;
use yuandian_device::{ActCommand, CaseId, Draft, Phone, Position};
use yuandian_model::Role;

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/photos");
const HOSTILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/hostile-photos");

/// A place in 林山寨街道.
const HERE: Position = Position { lng: 113.613_254_7, lat: 34.752_163_9, accuracy_m: Some(12) };

/// A matter of which nobody wants a photo: whoever finds it leaves.
const GAS_LEAK: &str = "case.local.L10004";

fn photo(name: &str) -> Vec<u8> {
    std::fs::read(format!("{PHOTOS}/{name}")).unwrap()
}

fn draft(service: &str, text: &str) -> Draft {
    let no_photo = Some("拍不了".to_owned());
    let asked = if service == GAS_LEAK { answers(&[("people_at_risk", "none")]) } else { vec![] };
    Draft {
        service: service.into(),
        position: Some(HERE),
        text: text.into(),
        no_photo,
        answers: asked,
        ..Draft::default()
    }
}

fn answers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Captures a case at once.
fn capture(phone: &mut Phone, service: &str, text: &str) -> CaseId {
    let id = phone.save_draft(None, &draft(service, text)).unwrap();
    phone.finish(&id).unwrap()
}

fn act(name: &str) -> ActCommand<'_> {
    ActCommand { name, ..ActCommand::default() }
}

/// The first words of every note, in order.
fn notes(phone: &Phone, case: &CaseId) -> Vec<String> {
    phone.case(case).unwrap().notes.into_iter().map(|note| note.text).collect()
}

/// What the outbox says of its items: what and how far.
fn outbox(phone: &Phone) -> Vec<(String, String)> {
    phone.outbox().unwrap().into_iter().map(|line| (line.what, line.state)).collect()
}

/// Homes of several people, enrolled with one referee, all in one role.
fn people<const N: usize>(role: Role) -> (Referee, [Home; N], [Phone; N]) {
    people_in(Home::new, role)
}

/// [`people`] whose homes are never encrypted: a test looks for words on their disks.
fn plain_people<const N: usize>(role: Role) -> (Referee, [Home; N], [Phone; N]) {
    people_in(Home::plain, role)
}

fn people_in<const N: usize>(home: fn(u8) -> Home, role: Role) -> (Referee, [Home; N], [Phone; N]) {
    let mut referee = Referee::new();
    let homes: [Home; N] = std::array::from_fn(|index| home(u8::try_from(index + 1).unwrap()));
    let phones = std::array::from_fn(|index| {
        let mut phone = homes[index].open();
        referee.enroll(&mut phone, u8::try_from(index + 1).unwrap(), role);
        phone
    });
    (referee, homes, phones)
}
