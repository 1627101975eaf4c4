//! Uploads whose pieces carry a checksum, uploads that begin with bytes, and what HEAD says again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest as _, Sha1};
use yuandian_server::limits::UPLOAD_METADATA_BYTES_MAX;

use crate::http::*;
use crate::phone::sha256;
use crate::tus::*;

fn summed(algorithm: &str, bytes: &[u8]) -> String {
    let sum = match algorithm {
        "sha1" => Sha1::digest(bytes).to_vec(),
        _ => sha256(bytes).to_vec(),
    };
    format!("{algorithm} {}", BASE64.encode(sum))
}

#[test]
fn a_piece_with_its_checksum_counts_by_either_algorithm() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let options = set.server.send(&Request::new("OPTIONS", "/v1/uploads"));
    assert_eq!(options.header("tus-checksum-algorithm"), "sha1,sha256");
    for (algorithm, from, to) in [("sha1", 0, 400), ("sha256", 400, 1_000)] {
        let piece = &set.file[from..to];
        let request =
            patch(&location, from as u64, piece).header("Upload-Checksum", &summed(algorithm, piece));
        let answer = set.server.send(&request);
        assert_eq!((answer.status, answer.header("upload-offset")), (204, to.to_string().as_str()));
    }
    let again = patch(&location, 1_000, b"").header("Upload-Checksum", &summed("sha1", b""));
    assert_eq!(set.server.send(&again).status, 204);
    assert_eq!(set.spooled(), 0, "nothing is left behind");
}

#[test]
fn a_piece_whose_checksum_does_not_hold_moves_nothing() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    assert_eq!(set.server.send(&patch(&location, 0, &set.file[..100])).status, 204);
    let good = summed("sha1", &set.file[100..200]);
    let cases = [
        (summed("sha1", b"other"), 460, "piece_mismatch"),
        (summed("sha256", b"other"), 460, "piece_mismatch"),
        (good.replace("sha1", "md5"), 400, "checksum_algorithm"),
        (good.replace("sha1", "SHA1"), 400, "checksum_algorithm"),
        (good.replace("sha1", "sha256"), 400, "malformed"),
        ("sha1".to_owned(), 400, "malformed"),
        ("sha1 ***".to_owned(), 400, "malformed"),
    ];
    for (checksum, status, problem) in cases {
        let request = patch(&location, 100, &set.file[100..200]).header("Upload-Checksum", &checksum);
        let answer = set.server.send(&request);
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{checksum}");
        assert_eq!(set.offset(&location), 100, "{checksum}");
    }
    let request = patch(&location, 100, &set.file[100..200]).header("Upload-Checksum", &good);
    assert_eq!(set.server.send(&request).header("upload-offset"), "200");
    assert_eq!(set.spooled(), 1, "the upload's own file, and none beside it");
}

#[test]
fn of_a_piece_with_a_checksum_that_is_cut_nothing_counts_also_over_a_restart() {
    let mut set = waited_for(400_000);
    let (location, _) = set.begin();
    patch(&location, 0, &set.file).cut_after(&set.server, 50_000);
    assert_eq!(set.offset(&location), 50_000);
    let rest = patch(&location, 50_000, &set.file[50_000..])
        .header("Upload-Checksum", &summed("sha1", &set.file[50_000..]));
    rest.cut_after(&set.server, 123_456);
    assert_eq!(set.offset(&location), 50_000);
    // As a kill in the middle would leave it.
    let spool = set.server.directory.path().join("spool");
    let name = location.rsplit('/').next().unwrap();
    std::fs::write(spool.join(format!("{name}.piece")), b"half a piece").unwrap();
    set.server.restart();
    assert_eq!(set.offset(&location), 50_000);
    let answer = set.server.send(&rest);
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "400000"));
    assert_eq!(set.spooled(), 0);
}

#[test]
fn an_upload_can_begin_with_its_bytes() {
    let set = waited_for(1_000);
    let begin = |bytes: &[u8]| {
        create(&set.phone, &sha256(&set.file), 1_000)
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes)
    };
    let wrong = set.server.send(&begin(&set.file[..10]).header("Upload-Checksum", &summed("sha1", b"x")));
    assert_eq!((wrong.status, wrong.problem().as_str()), (460, "piece_mismatch"));
    let above = set.server.send(&begin(&[1; 1_001]));
    assert_eq!((above.status, above.problem().as_str()), (413, "too_large"));
    let first = set.server.send(&begin(&set.file[..300]));
    assert_eq!((first.status, first.header("upload-offset")), (201, "300"));
    let again = set.server.send(&begin(&set.file[..300]));
    assert_eq!((again.status, again.header("upload-offset")), (201, "300"), "it stands where it stood");
    let location = first.header("location").to_owned();
    assert_eq!(set.server.send(&patch(&location, 300, &set.file[300..])).header("upload-offset"), "1000");

    let whole = waited_for(2_000);
    let request = create(&whole.phone, &sha256(&whole.file), 2_000)
        .header("Content-Type", "application/offset+octet-stream")
        .body(&whole.file[..]);
    let answer = whole.server.send(&request);
    assert_eq!((answer.status, answer.header("upload-offset")), (201, "2000"), "in one request");
    assert_eq!(answer.header("upload-expires"), "", "what is whole does not end");
    assert_eq!(whole.spooled(), 0);
}

#[test]
fn what_a_client_said_of_its_file_is_said_again() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let said = |answer: Answer| answer.header("upload-metadata").to_owned();
    let hash = format!("sha256 {}", BASE64.encode(hex::encode(sha256(&set.file))));
    assert_eq!(said(set.server.send(&plain("HEAD", &location))), format!("filename eA==,{hash}"));
    let with = |metadata: &str| {
        let request = Request::new("POST", "/v1/uploads")
            .bearer(&set.phone.token)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", "1000")
            .header("Upload-Metadata", metadata);
        set.server.send(&request)
    };
    assert_eq!(with(&hash).status, 201);
    assert_eq!(said(set.server.send(&plain("HEAD", &location))), hash, "the last word counts");
    let long = format!("x {},{hash}", "A".repeat(UPLOAD_METADATA_BYTES_MAX));
    assert_eq!(with(&long).status, 413);
    assert_eq!(with(&format!("{hash},{hash}")).status, 400, "a key twice");
}
