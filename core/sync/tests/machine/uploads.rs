//! Photos: byte by byte, across cut links, lost addresses and servers that count otherwise.

use yuandian_sync::limits::{FAILURES_IN_A_ROW_MAX, PATCH_BYTES};
use yuandian_sync::{Transfer, UploadReply};

use crate::world::{Answer, World, blob, busy, status, unreachable};

const AT_1: &str = "keep /v1/uploads/1";

fn world(transfers: Vec<Transfer>) -> World {
    World { transfers, ..World::default() }
}

/// A blob of which the server has so many bytes from an earlier run.
fn begun(size: u64, offset: u64) -> World {
    let mut world = world(vec![Transfer { url: Some("/v1/uploads/1".into()), ..blob(1, size) }]);
    world.uploads.insert("/v1/uploads/1".into(), (size, offset));
    world
}

#[test]
fn a_photo_goes_in_pieces() {
    let mut world = world(vec![blob(1, 600_000)]);
    let report = world.run();
    let pieces = [
        "POST",
        AT_1,
        "PATCH 0+262144",
        "keep offset 262144",
        "PATCH 262144+262144",
        "keep offset 524288",
        "PATCH 524288+75712",
        "keep uploaded 1",
        "finished",
    ];
    assert_eq!(world.uploading(), pieces);
    assert_eq!((report.complete, report.uploaded, report.uploaded_bytes), (true, 1, 600_000));
    assert!(world.transfers.is_empty());
}

#[test]
fn a_piece_is_never_larger_than_its_limit() {
    for (size, patches) in
        [(0, 0), (1, 1), (PATCH_BYTES - 1, 1), (PATCH_BYTES, 1), (PATCH_BYTES + 1, 2), (2 * PATCH_BYTES, 2)]
    {
        let mut world = world(vec![blob(1, size)]);
        let report = world.run();
        let sent = world.log.iter().filter(|word| word.starts_with("PATCH")).count();
        assert_eq!((sent, report.uploaded, report.uploaded_bytes), (patches, 1, size), "{size} bytes");
        assert!(world.transfers.is_empty(), "{size} bytes: the store must hear that they are stored");
    }
}

#[test]
fn what_the_server_has_already_is_not_sent() {
    let mut world = world(vec![blob(1, 600_000)]);
    world.stored.insert(blob(1, 0).hash);
    let report = world.run();
    assert_eq!(world.uploading(), ["POST", AT_1, "HEAD", "keep uploaded 1", "finished"]);
    assert_eq!((report.complete, report.uploaded, report.uploaded_bytes), (true, 1, 0));
}

#[test]
fn a_server_that_gives_no_offset_at_first_is_asked_for_it() {
    let mut world = world(vec![blob(1, 10)]);
    world.uploads.insert("/v1/uploads/x".into(), (10, 0));
    let location = Some("/v1/uploads/x".to_owned());
    let report = world.run_but(|verb, _| {
        let reply = UploadReply { status: 201, offset: None, location: location.clone() };
        (verb == "POST").then_some(Answer::Upload(reply))
    });
    let expected = ["POST", "keep /v1/uploads/x", "HEAD", "keep offset 0", "PATCH 0+10", "keep uploaded 1"];
    assert_eq!(world.uploading()[..6], expected);
    assert_eq!((report.complete, report.uploaded_bytes), (true, 10));
}

#[test]
fn an_upload_of_an_earlier_run_goes_on_where_the_server_is() {
    let mut world = begun(600_000, 400_000);
    let report = world.run();
    let expected = ["HEAD", "keep offset 400000", "PATCH 400000+200000", "keep uploaded 1", "finished"];
    assert_eq!(world.uploading(), expected);
    assert_eq!((report.complete, report.uploaded_bytes), (true, 200_000));
}

#[test]
fn a_cut_piece_goes_on_where_the_server_is() {
    let mut world = world(vec![blob(1, 300_000)]);
    let report = world.run_but(|verb, nth| (verb == "PATCH" && nth == 1).then_some(Answer::Cut(200_000)));
    let expected = [
        "POST",
        AT_1,
        "PATCH 0+262144",
        "wait",
        "HEAD",
        "keep offset 200000",
        "PATCH 200000+100000",
        "keep uploaded 1",
        "finished",
    ];
    // How long it waits is spread.
    let told: Vec<&str> = world
        .uploading()
        .into_iter()
        .map(|word| if word.starts_with("wait ") { "wait" } else { word })
        .collect();
    assert_eq!(told, expected);
    assert_eq!((report.complete, report.failures, report.uploaded_bytes), (true, 1, 300_000));
}

#[test]
fn a_link_that_drops_every_piece_but_moves_brings_the_photo_home() {
    let mut world = world(vec![blob(1, 3_000_000)]);
    let report = world.run_but(|verb, _| (verb == "PATCH").then_some(Answer::Cut(200_000)));
    assert_eq!((report.complete, report.failures, report.uploaded), (true, 15, 1));
    let waits: Vec<_> = world.log.iter().filter(|word| word.starts_with("wait")).collect();
    let short = |word: &&String| word[5..].parse::<i64>().is_ok_and(|ms| ms <= 200);
    assert!(waits.iter().all(short), "each piece moved, so no pause grows: {waits:?}");
}

#[test]
fn a_link_that_drops_every_piece_and_moves_nothing_ends_the_run() {
    for offset in [0, 100_000] {
        let mut world = begun(300_000, offset);
        let report = world.run_but(|verb, _| (verb == "PATCH").then_some(Answer::Cut(0)));
        assert_eq!((report.reached, report.complete), (true, false), "at {offset}");
        assert_eq!(report.failures, FAILURES_IN_A_ROW_MAX + 1, "at {offset}");
    }
}

#[test]
fn a_server_that_counts_otherwise_is_asked_and_believed() {
    for refused in [409, 460] {
        let mut world = begun(300_000, 100);
        let report = world
            .run_but(|verb, nth| (verb == "PATCH" && nth == 1).then_some(Answer::Upload(status(refused))));
        let expected = ["HEAD", "keep offset 100", "PATCH 100+262144", "HEAD", "keep offset 100"];
        assert_eq!(world.uploading()[..5], expected, "{refused}");
        assert_eq!((report.complete, report.uploaded), (true, 1), "{refused}");
    }
}

#[test]
fn a_server_that_refuses_every_piece_is_left_and_the_others_go_on() {
    for refused in [409, 460] {
        let mut world = begun(300_000, 100);
        world.transfers.push(blob(2, 10));
        let most = usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1;
        let report = world
            .run_but(|verb, nth| (verb == "PATCH" && nth <= most).then_some(Answer::Upload(status(refused))));
        assert_eq!((report.complete, report.uploaded), (false, 1), "{refused}");
        assert_eq!(world.transfers.len(), 1, "{refused}: the other waits for the next run");
    }
}

#[test]
fn a_lost_address_is_forgotten_and_the_upload_begins_anew() {
    for lost in [404, 410] {
        let mut world = begun(10, 4);
        let report =
            world.run_but(|verb, nth| (verb == "HEAD" && nth == 1).then_some(Answer::Upload(status(lost))));
        let expected = [
            "HEAD",
            "keep no address",
            "POST",
            "keep /v1/uploads/2",
            "PATCH 0+10",
            "keep uploaded 1",
            "finished",
        ];
        assert_eq!(world.uploading(), expected, "{lost}");
        assert_eq!((report.complete, report.uploaded_bytes), (true, 10), "{lost}");
    }
}

#[test]
fn a_server_that_loses_every_address_is_left_alone() {
    let mut world = world(vec![blob(1, 10), blob(2, 10)]);
    let report = world.run_but(|verb, _| (verb == "PATCH").then_some(Answer::Upload(status(404))));
    assert_eq!((report.complete, report.uploaded), (false, 0));
    let begun = world.log.iter().filter(|word| *word == "POST").count();
    let most = usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1;
    assert_eq!(begun, 2 * most, "each blob is begun a bounded number of times");
}

#[test]
fn a_photo_that_never_arrives_whole_is_not_sent_for_ever() {
    // Two pieces: the second always finds the upload thrown away, as when the bytes do not have the hash that was announced.
    let mut world = world(vec![blob(1, 300_000), blob(2, 10)]);
    let most = usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1;
    let report = world.run_but(|verb, nth| {
        let last_piece = verb == "PATCH" && nth % 2 == 0 && nth <= 2 * most;
        last_piece.then_some(Answer::Upload(status(410)))
    });
    assert_eq!((report.complete, report.uploaded), (false, 1), "the other one went");
    let begun = world.log.iter().filter(|word| *word == "POST").count();
    assert_eq!(begun, most + 1, "sending again what was sent before is no progress");
    assert_eq!(report.uploaded_bytes, PATCH_BYTES + 10);
}

#[test]
fn a_server_that_loses_what_it_had_is_not_filled_for_ever() {
    let mut world = world(vec![blob(1, 600_000)]);
    let answer = |status, offset| UploadReply { status, offset: Some(offset), location: None };
    let report = world.run_but(|verb, nth| match verb {
        "HEAD" => Some(Answer::Upload(answer(200, 0))),
        "PATCH" if nth % 2 == 1 => Some(Answer::Upload(answer(204, PATCH_BYTES))),
        "PATCH" => Some(Answer::Failed(unreachable())),
        _ => None,
    });
    assert_eq!((report.complete, report.failures), (false, FAILURES_IN_A_ROW_MAX + 1));
    assert_eq!(report.uploaded_bytes, PATCH_BYTES, "the same bytes count once");
}

#[test]
fn a_photo_that_turns_out_to_be_stored_is_progress() {
    let mut world = world(vec![]);
    for number in 1..=3 {
        let url = format!("/v1/uploads/{number}");
        world.uploads.insert(url.clone(), (10, 10));
        world.transfers.push(Transfer { url: Some(url), ..blob(number, 10) });
    }
    // Three failures before each answer: more in all than a run bears in a row.
    let report =
        world.run_but(|verb, nth| (verb == "HEAD" && nth % 4 != 0).then(|| Answer::Failed(unreachable())));
    assert_eq!((report.complete, report.uploaded, report.failures), (true, 3, 9));
}

#[test]
fn a_blob_that_cannot_move_stays_and_the_others_go_on() {
    let location = |location: &str| UploadReply { location: Some(location.into()), ..status(423) };
    let unusable = [
        ("POST", status(423)),
        ("POST", status(404)),
        ("POST", UploadReply { status: 201, offset: Some(0), location: None }),
        ("PATCH", location("/elsewhere")),
        ("PATCH", status(204)),
        ("PATCH", UploadReply { status: 204, offset: Some(11), location: None }),
    ];
    for (at, reply) in unusable {
        let mut world = world(vec![blob(1, 10), blob(2, 20)]);
        let report =
            world.run_but(|verb, nth| (verb == at && nth == 1).then(|| Answer::Upload(reply.clone())));
        assert_eq!((report.complete, report.uploaded, report.failures), (false, 1, 0), "{at} {reply:?}");
        assert_eq!(world.transfers.iter().map(|t| t.hash.0[0]).collect::<Vec<_>>(), [1], "{at} {reply:?}");
        assert!(!world.log.iter().any(|word| word.starts_with("wait")), "{at} {reply:?}");
    }
}

#[test]
fn a_piece_that_moves_nothing_is_a_failure_like_any_other() {
    let mut world = world(vec![blob(1, 10)]);
    let still = UploadReply { status: 204, offset: Some(0), location: None };
    let report = world.run_but(|verb, _| (verb == "PATCH").then(|| Answer::Upload(still.clone())));
    assert_eq!((report.complete, report.uploaded), (false, 0));
    let sent = world.log.iter().filter(|word| word.starts_with("PATCH")).count();
    assert_eq!(sent, usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1);
}

#[test]
fn a_lost_link_ends_the_run_and_keeps_every_blob() {
    let mut world = world(vec![blob(1, 10), blob(2, 10)]);
    let report = world.run_but(|verb, _| (verb == "POST").then(|| Answer::Failed(unreachable())));
    assert_eq!((report.complete, report.failures), (false, FAILURES_IN_A_ROW_MAX + 1));
    assert_eq!(world.transfers.len(), 2);
}

#[test]
fn a_file_that_is_too_large_for_the_server_is_told_and_the_others_go_on() {
    for at in ["POST", "PATCH"] {
        let mut world = world(vec![blob(1, 10), blob(2, 20)]);
        let report = world.run_but(|verb, nth| (verb == at && nth == 1).then(|| Answer::Upload(status(413))));
        assert_eq!((report.complete, report.uploaded, report.failures), (false, 1, 0), "{at}");
        let told: Vec<_> = world.log.iter().filter(|word| word.starts_with("keep too large")).collect();
        assert_eq!(told, ["keep too large 1"], "{at}");
        assert_eq!(world.transfers.iter().map(|t| t.hash.0[0]).collect::<Vec<_>>(), [1], "{at}");
    }
}

#[test]
fn a_file_that_cannot_be_read_here_is_left_alone_and_the_run_has_done_all_there_was_to_do() {
    let mut world = world(vec![blob(1, 10), blob(2, 20)]);
    let unreadable =
        |verb: &str, nth| (verb == "PATCH" && nth == 1).then_some(Answer::Upload(UploadReply::UNREADABLE));
    let report = world.run_but(unreadable);
    assert_eq!((report.complete, report.uploaded, report.failures), (true, 1, 0));
    assert_eq!(world.transfers.iter().map(|t| t.hash.0[0]).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_head_that_goes_backwards_is_believed_and_its_bytes_are_sent_again() {
    let mut world = begun(600_000, 400_000);
    let back = UploadReply { status: 200, offset: Some(100_000), location: None };
    let report = world.run_but(|verb, nth| match (verb, nth) {
        // Known at 400,000 and cut; then the server has lost three quarters of it.
        ("PATCH", 1) => Some(Answer::Failed(unreachable())),
        ("HEAD", 2) => Some(Answer::Upload(back.clone())),
        _ => None,
    });
    let sent: Vec<_> = world.log.iter().filter(|word| word.starts_with("PATCH")).cloned().collect();
    assert_eq!(sent[..2], ["PATCH 400000+200000", "PATCH 100000+262144"], "the server's word counts");
    // This one has its bytes after all and says so with 409: asked, it is believed again.
    assert_eq!((report.complete, report.uploaded), (true, 1));
    assert!(world.transfers.is_empty());
}

#[test]
fn a_busy_server_is_asked_how_far_it_is_before_more_is_sent() {
    let mut world = world(vec![blob(1, 300_000)]);
    let report = world.run_but(|verb, nth| (verb == "PATCH" && nth == 1).then(|| Answer::Failed(busy(None))));
    let told: Vec<&str> = world
        .uploading()
        .into_iter()
        .filter(|word| !word.starts_with("wait") && !word.starts_with("keep"))
        .collect();
    let expected = ["POST", "PATCH 0+262144", "HEAD", "PATCH 0+262144", "PATCH 262144+37856", "finished"];
    assert_eq!(told, expected);
    assert_eq!((report.complete, report.failures), (true, 1));
}

#[test]
fn an_offset_beyond_the_end_or_a_head_without_one_moves_nothing_and_stops_no_other() {
    for reply in [
        UploadReply { status: 200, offset: Some(301_000), location: None },
        UploadReply { status: 200, offset: None, location: None },
        UploadReply { status: 423, offset: Some(0), location: None },
        UploadReply { status: 302, offset: None, location: Some("/v1/uploads/9".into()) },
    ] {
        let mut world = begun(300_000, 100);
        world.transfers.push(blob(2, 10));
        let report =
            world.run_but(|verb, nth| (verb == "HEAD" && nth == 1).then(|| Answer::Upload(reply.clone())));
        assert_eq!((report.complete, report.uploaded), (false, 1), "{reply:?}");
        assert!(
            !world.log.iter().any(|word| word == "PATCH 100+262144"),
            "{reply:?}: nothing is sent on such a word"
        );
    }
}
