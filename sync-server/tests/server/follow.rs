//! Public summaries: who follows a public case hears how it goes, and never more.

use yuandian_document::{Act, Place, cbor};
use yuandian_model::{Code, Role, UserId};
use yuandian_server::hub::{Request, Response};
use yuandian_sync::StreamId;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

const SECRET: &str = "3号楼2单元 王先生";

fn reported(world: &World) -> (Phone, yuandian_model::CaseId) {
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let note = yuandian_document::Edit::Answer {
        key: "address".into(),
        value: yuandian_model::form::SharedAnswer::standing(SECRET),
    };
    let items = vec![
        author.report(case, "case.snap"),
        author.describe(case, "路灯坏了\n第二行没有人看"),
        author.write(case, &[note], &[]),
        author.photo(case, b"original"),
    ];
    assert!(world.codes(&author, items).iter().all(|code| *code == Code::Ok));
    (author, case)
}

#[test]
fn a_resident_sees_the_summary_of_a_public_case_and_nothing_of_its_people_or_its_document() {
    let world = World::new();
    let (author, case) = reported(&world);
    let mut neighbour = world.phone_in(2, Role::Resident, "410102");
    let pulled = world.pull(&mut neighbour);
    assert_eq!(pulled.len(), 1);
    let line = &pulled[0];
    assert_eq!(line.stream, StreamId::summary(&"410102".parse().unwrap()));
    assert!(line.commits.is_empty() && line.snapshot.is_none() && line.heads.is_none() && !line.outstanding);
    assert!(line.stored.is_empty() && line.private.is_none());
    let facts = line.facts.as_ref().unwrap();
    assert_eq!((facts.title.as_str(), facts.photos, facts.stage.as_str()), ("路灯坏了", 1, "reported"));
    assert_eq!((facts.author.user, facts.author.name.as_str()), (UserId([0; 16]), ""));
    assert!(facts.holders.is_empty() && matches!(facts.place, Some(Place::Cell(_))));
    let wire = cbor::encode(line);
    let found = |needle: &[u8]| wire.windows(needle.len()).any(|window| window == needle);
    assert!(!found(SECRET.as_bytes()) && !found(&author.user.unwrap().0) && !found(b"Person 1"));

    // By no other way either.
    let docs = Docs { version: 0, wanted: vec![Wanted { document: case, since: 0 }], max_bytes: 1 << 20 };
    let Ok(Response::Docs(reply)) = world.ask_as(&neighbour, Request::Docs(docs)) else { panic!() };
    assert_eq!(reply.cases[0].gone.as_deref(), Some("no_right"));
    let fetch = Request::Fetch(Fetch {
        version: 0,
        commits: [1, 2, 3, 4].map(|seq| CommitNumber { document: case, seq }).to_vec(),
    });
    let Ok(Response::Fetch(reply)) = world.ask_as(&neighbour, fetch) else { panic!() };
    assert!(reply.commits.is_empty() && reply.certificates.is_empty());
    let micro = yuandian_model::BlobHash(sha256(&[1; 100]));
    assert!(world.ask_as(&neighbour, Request::Blob(micro)).is_err());
    assert!(world.ask_as(&author, Request::Blob(micro)).is_ok());
}

#[test]
fn help_is_in_no_summary() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "药")];
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    let mut neighbour = world.phone(2, Role::Resident);
    assert!(world.pull(&mut neighbour).is_empty());
    let act = neighbour.act(case, &Act::named("follow", None));
    assert_eq!(world.codes(&neighbour, vec![act]), [Code::RSchema]);
}

#[test]
fn who_follows_hears_of_it_until_it_is_followed_no_longer() {
    let world = World::new();
    let (mut author, case) = reported(&world);
    let mut neighbour = world.phone(2, Role::Resident);
    let follow = neighbour.named(case, "follow");
    assert_eq!(world.codes(&neighbour, vec![follow]), [Code::Ok]);
    let streams = |cases: &[PulledCase]| -> Vec<(String, Option<String>)> {
        let kind = |case: &PulledCase| case.stream.0.split(':').next().unwrap().to_owned();
        cases.iter().map(|case| (kind(case), case.gone.clone())).collect()
    };
    let pulled = world.pull(&mut neighbour);
    assert_eq!(streams(&pulled), [("follow".into(), None), ("sum".into(), None)]);
    let facts = pulled[0].facts.as_ref().unwrap();
    assert_eq!((facts.followers, facts.followed), (1, true));
    let seen = world.pull(&mut author).pop().unwrap().facts.unwrap();
    assert_eq!((seen.followers, seen.followed), (1, false));

    // Also from where no summary of the grid is held any more.
    neighbour.cursors.retain(|stream, _| stream.starts_with("follow:"));
    let handle = author.named(case, "self_handle");
    assert_eq!(world.codes(&author, vec![handle]), [Code::Ok]);
    let pulled = world.pull(&mut neighbour);
    assert_eq!(pulled[0].facts.as_ref().unwrap().stage, "closed");
    let unfollow = neighbour.named(case, "unfollow");
    assert_eq!(world.codes(&neighbour, vec![unfollow]), [Code::Ok]);
    assert_eq!(streams(&world.pull(&mut neighbour)), [("follow".into(), Some("unfollowed".into()))]);
}
