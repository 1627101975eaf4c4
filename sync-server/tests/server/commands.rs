//! What operators do on a data directory.

use yuandian_model::{Code, DivisionCode, Grant, Role};
use yuandian_server::admin::{AdminError, invite, summary};
use yuandian_server::limits::INVITATIONS_PER_COMMAND_MAX;
use yuandian_server::shell::{ServeError, Server as Opened, SystemRandomness, now_ms};

use crate::http::*;
use crate::phone::*;

fn grid(code: &str) -> DivisionCode {
    code.parse().unwrap()
}

#[test]
fn invitations_are_made_within_limits_for_places_that_exist() {
    let place = tempfile::tempdir().unwrap();
    let make = |code: &str, count: u32| {
        let right = Grant::new(Role::Volunteer, grid(code));
        invite(place.path(), (&right, None), count, &mut SystemRandomness, now_ms())
    };
    assert!(matches!(make("410102999", 1), Err(AdminError::UnknownGrid(_))));
    assert!(matches!(make(GRID, 0), Err(AdminError::Count(0))));
    assert!(matches!(make(GRID, INVITATIONS_PER_COMMAND_MAX + 1), Err(AdminError::Count(_))));
    let mut codes: Vec<String> =
        make(GRID, INVITATIONS_PER_COMMAND_MAX).unwrap().iter().map(ToString::to_string).collect();
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), INVITATIONS_PER_COMMAND_MAX as usize);
}

#[test]
fn a_directory_has_one_server_at_a_time() {
    let mut server = Server::new();
    // Answered once means opened and locked.
    assert_eq!(server.send(&Request::new("GET", "/livez")).status, 200);
    assert!(matches!(Opened::open(server.directory.path()), Err(ServeError::Locked(_))));
    server.stop().unwrap();
    assert!(Opened::open(server.directory.path()).is_ok());
}

#[test]
fn the_summary_has_the_heads_that_phones_have() {
    let server = Server::new();
    let mut phone = server.phone(1, Role::GridWorker);
    let (case, bare) = (phone.new_case(), phone.new_case());
    let items = vec![
        phone.report(bare, "case.snap"),
        phone.report(case, "case.snap"),
        phone.describe(case, "a"),
        phone.photo(case, b"file"),
    ];
    assert!(server.push(&phone, items).iter().all(|r| r.code == Code::Ok));
    let seen = summary(server.directory.path(), &mut SystemRandomness, now_ms()).unwrap();
    assert_eq!((seen.head, seen.blobs, seen.cases.len()), (4, 0, 2));
    let hex = |case| -> Vec<String> {
        let document = phone.documents.get(&case).cloned().unwrap_or_default();
        document.heads().iter().map(|h| hex::encode(h.0)).collect()
    };
    assert_eq!((seen.cases[0].id, &seen.cases[0].heads, seen.cases[0].commits), (case, &hex(case), 3));
    assert_eq!((seen.cases[0].photos.expected, seen.cases[0].photos.stored), (1, 0));
    assert_eq!(
        (seen.cases[1].id, &seen.cases[1].heads),
        (bare, &hex(bare)),
        "the genesis' where nobody wrote"
    );
    assert_eq!((seen.cases[1].stage.as_str(), seen.cases[1].act_seq), ("reported", 1));
}
