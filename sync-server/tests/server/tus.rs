//! Uploads from outside, over a socket: tus 1.0 as a client with a bad link sees it.

use std::io::{Read, Write};

use base64::Engine as _;
use yuandian_model::{CaseId, Code, Role};
use yuandian_sync::limits::BLOB_BYTES_MAX;

use crate::http::*;
use crate::phone::*;

const OCTETS: &str = "application/offset+octet-stream";

pub fn create(phone: &Phone, hash: &[u8; 32], size: u64) -> Request {
    let metadata = base64::engine::general_purpose::STANDARD.encode(hex::encode(hash));
    Request::new("POST", "/v1/uploads")
        .bearer(&phone.token)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", &size.to_string())
        .header("Upload-Metadata", &format!("filename eA==,sha256 {metadata}"))
}

pub fn patch(location: &str, offset: u64, body: &[u8]) -> Request {
    Request::new("PATCH", location)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Offset", &offset.to_string())
        .header("Content-Type", OCTETS)
        .body(body)
}

pub fn plain(method: &str, location: &str) -> Request {
    Request::new(method, location).header("Tus-Resumable", "1.0.0")
}

pub struct Setting {
    pub server: Server,
    pub phone: Phone,
    pub case: CaseId,
    pub file: Vec<u8>,
}

/// A case with a photo whose original is waited for.
pub fn waited_for(size: usize) -> Setting {
    let server = Server::new();
    let mut phone = server.phone(1, Role::GridWorker);
    let case = phone.new_case();
    let file: Vec<u8> = (0..size).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
    let items = vec![phone.report(case, "case.snap"), phone.photo(case, &file)];
    let codes: Vec<Code> = server.push(&phone, items).iter().map(|r| r.code).collect();
    assert_eq!(codes, [Code::Ok, Code::Ok]);
    Setting { server, phone, case, file }
}

impl Setting {
    pub fn begin(&self) -> (String, Answer) {
        let answer = self.server.send(&create(&self.phone, &sha256(&self.file), self.file.len() as u64));
        assert_eq!(answer.status, 201, "{answer:?}");
        (answer.header("location").to_owned(), answer)
    }

    /// How many files are in the spool.
    pub fn spooled(&self) -> usize {
        std::fs::read_dir(self.server.directory.path().join("spool")).unwrap().count()
    }

    pub fn offset(&self, location: &str) -> u64 {
        let answer = self.server.send(&plain("HEAD", location));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("upload-length"), self.file.len().to_string());
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.header("upload-offset").parse().unwrap()
    }
}

#[test]
fn a_file_goes_up_in_pieces_and_everybody_learns_that_it_is_there() {
    let set = waited_for(600_000);
    let mut other = set.server.phone(2, Role::GridWorker);
    assert!(set.server.pull(&mut other).cases[0].stored.is_empty());
    let (location, answer) = set.begin();
    assert_eq!(answer.header("upload-offset"), "0");
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert!(answer.header("upload-expires").ends_with(" GMT"));
    assert!(location.starts_with("/v1/uploads/") && location.len() == 12 + 32, "{location}");
    let mut offset = 0;
    for piece in set.file.chunks(256 * 1024) {
        let answer = set.server.send(&patch(&location, offset, piece));
        assert_eq!(answer.status, 204, "{answer:?}");
        offset += piece.len() as u64;
        assert_eq!(answer.header("upload-offset"), offset.to_string());
    }
    assert_eq!(set.offset(&location), 600_000, "asked again, it is still whole");
    let again = set.server.send(&patch(&location, 600_000, &[]));
    assert_eq!((again.status, again.header("upload-offset")), (204, "600000"));
    let (_, known) = set.begin();
    assert_eq!(known.header("upload-offset"), "600000");
    let page = set.server.pull(&mut other);
    assert_eq!(page.cases.len(), 1);
    assert!(page.cases[0].commits.is_empty(), "a feed row without commits");
    assert_eq!(page.cases[0].stored[0].hash.0, sha256(&set.file));
    let get =
        Request::new("GET", &format!("/v1/blobs/{}", hex::encode(sha256(&set.file)))).bearer(&other.token);
    let answer = set.server.send(&get);
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-disposition"), "attachment");
    assert!(answer.body == set.file);
    let tag = answer.header("etag").to_owned();
    assert_eq!(set.server.send(&get.header("If-None-Match", &tag)).status, 304);
    let spool = std::fs::read_dir(set.server.directory.path().join("spool")).unwrap();
    assert_eq!(spool.count(), 0, "nothing is left behind");
}

#[test]
fn what_arrived_before_a_cut_is_kept_also_over_a_restart() {
    let mut set = waited_for(400_000);
    let (location, _) = set.begin();
    patch(&location, 0, &set.file).cut_after(&set.server, 123_456);
    let mut offset = set.offset(&location);
    assert_eq!(offset, 123_456);
    set.server.restart();
    assert_eq!(set.offset(&location), offset, "an address outlives the process");
    let at = usize::try_from(offset).unwrap();
    patch(&location, offset, &set.file[at..]).cut_after(&set.server, 100_000);
    offset = set.offset(&location);
    assert_eq!(offset, 223_456);
    let (same, answer) = set.begin();
    assert_eq!((same.as_str(), answer.header("upload-offset")), (location.as_str(), "223456"), "found again");
    let answer = set.server.send(&patch(&location, offset, &set.file[223_456..]));
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "400000"));
}

#[test]
fn each_wrong_request_has_its_status() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    assert_eq!(set.server.send(&patch(&location, 0, &set.file[..400])).status, 204);
    let good = patch(&location, 400, &set.file[400..500]);
    let without = |name: &str, value: Option<&str>| {
        let mut request = Request::new("PATCH", &location).body(&set.file[400..500]);
        for (key, default) in [("Tus-Resumable", "1.0.0"), ("Upload-Offset", "400"), ("Content-Type", OCTETS)]
        {
            match value {
                _ if key != name => request = request.header(key, default),
                Some(value) => request = request.header(key, value),
                None => {}
            }
        }
        request
    };
    let unknown = format!("/v1/uploads/{}", "0".repeat(32));
    let cases: Vec<(&str, Request, u16, &str)> = vec![
        ("a repeated offset", patch(&location, 0, &set.file[..10]), 409, "upload_offset"),
        ("a later offset", patch(&location, 401, &set.file[401..410]), 409, "upload_offset"),
        ("no offset", without("Upload-Offset", None), 400, "malformed"),
        ("a word for an offset", without("Upload-Offset", Some("+400")), 400, "malformed"),
        ("an offset beyond all numbers", without("Upload-Offset", Some(&"9".repeat(30))), 413, "too_large"),
        ("no version", without("Tus-Resumable", None), 412, "tus_version"),
        ("another version", without("Tus-Resumable", Some("0.2.0")), 412, "tus_version"),
        ("another type", without("Content-Type", Some("image/jpeg")), 415, "media_type"),
        ("no type", without("Content-Type", None), 415, "media_type"),
        ("beyond the promised length", patch(&location, 400, &[0; 601]), 413, "too_large"),
        ("an unknown upload", patch(&unknown, 0, b"x"), 404, "upload_unknown"),
        ("a name that is none", patch("/v1/uploads/x", 0, b"x"), 404, "upload_unknown"),
        ("a method that is none here", plain("PUT", &location), 405, "method_not_allowed"),
        ("reading it", plain("GET", &location), 405, "method_not_allowed"),
    ];
    for (why, request, status, problem) in cases {
        let answer = set.server.send(&request);
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{why}");
        assert_eq!(answer.header("tus-resumable"), "1.0.0", "{why}");
        assert_eq!(set.offset(&location), 400, "{why}: nothing moved");
    }
    let old = set.server.send(&Request::new("HEAD", &location));
    assert_eq!((old.status, old.header("tus-version")), (412, "1.0.0"));
    assert_eq!(set.server.send(&good).status, 204);
}

#[test]
fn a_body_without_a_length_ends_at_the_promised_size() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let chunked = |bytes: &[u8]| {
        let mut body = format!("{:x}\r\n", bytes.len()).into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n0\r\n\r\n");
        Request::new("PATCH", &location)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", "0")
            .header("Content-Type", OCTETS)
            .header("Transfer-Encoding", "chunked")
            .body(body)
    };
    let above = set.server.send(&chunked(&[1; 1_001]));
    assert_eq!((above.status, above.problem().as_str()), (413, "too_large"));
    assert_eq!(set.offset(&location), 0);
    let at = set.server.send(&chunked(&set.file));
    assert_eq!((at.status, at.header("upload-offset")), (204, "1000"));
}

#[test]
fn creating_asks_for_a_token_and_a_commit_that_names_the_file() {
    let set = waited_for(1_000);
    let hash = sha256(&set.file);
    let other = set.server.phone(2, Role::GridWorker);
    let bare = |request: Request| set.server.send(&request);
    let no_token = Request::new("POST", "/v1/uploads").header("Tus-Resumable", "1.0.0");
    let metadata = |text: &str| {
        Request::new("POST", "/v1/uploads")
            .bearer(&set.phone.token)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", "1000")
            .header("Upload-Metadata", text)
    };
    let mut forged = set.phone.clone();
    forged.token = "0".repeat(64);
    let cases: Vec<(&str, Request, u16, &str)> = vec![
        ("no token", no_token, 401, "unauthorized"),
        ("a forged token", create(&forged, &hash, 1_000), 401, "unauthorized"),
        ("another size", create(&set.phone, &hash, 999), 404, "blob_not_referenced"),
        ("another file", create(&set.phone, &[1; 32], 1_000), 404, "blob_not_referenced"),
        ("another device", create(&other, &hash, 1_000), 404, "blob_not_referenced"),
        ("the largest", create(&set.phone, &hash, BLOB_BYTES_MAX), 404, "blob_not_referenced"),
        ("above the largest", create(&set.phone, &hash, BLOB_BYTES_MAX + 1), 413, "too_large"),
        ("no hash", metadata("filename eA=="), 400, "malformed"),
        ("a hash that is none", metadata("sha256 eA=="), 400, "malformed"),
        ("not base64", metadata("sha256 ***"), 400, "malformed"),
    ];
    for (why, request, status, problem) in cases {
        let answer = bare(request);
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{why}");
    }
    let options = bare(Request::new("OPTIONS", "/v1/uploads"));
    assert_eq!((options.status, options.header("tus-version")), (204, "1.0.0"));
    assert_eq!(
        options.header("tus-extension"),
        "creation,creation-with-upload,checksum,expiration,termination"
    );
    assert_eq!(options.header("tus-max-size"), BLOB_BYTES_MAX.to_string());
}

#[test]
fn bytes_that_are_not_the_promised_ones_are_thrown_away_and_sent_again() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let answer = set.server.send(&patch(&location, 0, &[3; 1_000]));
    assert_eq!((answer.status, answer.problem().as_str()), (460, "checksum_mismatch"));
    assert_eq!(set.offset(&location), 0);
    let answer = set.server.send(&patch(&location, 0, &set.file));
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "1000"));
}

#[test]
fn only_one_request_writes_an_upload_at_a_time() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let bytes = patch(&location, 0, &set.file).bytes();
    let mut slow = set.server.connect();
    slow.write_all(&bytes[..bytes.len() - 500]).unwrap();
    // The first half is in the spool when the file is there: the server is inside that PATCH now.
    let name = location.rsplit('/').next().unwrap();
    let spool = set.server.directory.path().join("spool").join(name);
    while !spool.exists() {
        std::thread::yield_now();
    }
    let second = set.server.send(&patch(&location, 0, &set.file));
    assert_eq!((second.status, second.problem().as_str()), (423, "upload_locked"));
    let ending = set.server.send(&plain("DELETE", &location));
    assert_eq!(ending.status, 423);
    slow.write_all(&bytes[bytes.len() - 500..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert_eq!(set.offset(&location), 1_000);
}

#[test]
fn who_asks_for_the_offset_takes_over_from_a_connection_that_hangs() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let bytes = patch(&location, 0, &set.file).bytes();
    let mut hanging = set.server.connect();
    hanging.write_all(&bytes[..bytes.len() - 600]).unwrap();
    let name = location.rsplit('/').next().unwrap();
    let spool = set.server.directory.path().join("spool").join(name);
    while std::fs::metadata(&spool).map_or(0, |file| file.len()) < 400 {
        std::thread::yield_now();
    }
    assert_eq!(set.offset(&location), 400);
    let bytes = patch(&location, 400, &set.file[400..]).bytes();
    let mut hanging = set.server.connect();
    hanging.write_all(&bytes[..bytes.len() - 300]).unwrap();
    while std::fs::metadata(&spool).map_or(0, |file| file.len()) < 700 {
        std::thread::yield_now();
    }
    let (same, answer) = set.begin();
    assert_eq!((same, answer.header("upload-offset")), (location.clone(), "700"), "or begins it again");
    let answer = set.server.send(&patch(&location, 700, &set.file[700..]));
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "1000"));
}

#[test]
fn an_upload_can_be_ended_and_methods_can_be_overridden() {
    let set = waited_for(1_000);
    let (location, _) = set.begin();
    let overridden = Request::new("POST", &location)
        .header("Tus-Resumable", "1.0.0")
        .header("X-HTTP-Method-Override", "PATCH")
        .header("Upload-Offset", "0")
        .header("Content-Type", OCTETS)
        .body(&set.file[..300]);
    assert_eq!(set.server.send(&overridden).status, 204);
    assert_eq!(set.offset(&location), 300);
    assert_eq!(set.server.send(&plain("DELETE", &location)).status, 204);
    assert_eq!(set.server.send(&plain("HEAD", &location)).status, 404);
    assert_eq!(set.server.send(&plain("DELETE", &location)).status, 404);
    let (fresh, answer) = set.begin();
    assert_ne!(fresh, location);
    assert_eq!(answer.header("upload-offset"), "0");
    let _ = set.case;
}
