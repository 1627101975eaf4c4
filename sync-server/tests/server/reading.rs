//! Files read over a socket: whole, in parts, not at all; and what somebody without a right learns, which is nothing.

use yuandian_document::{Edit, PhotoEntry};
use yuandian_model::{Code, EntryId, Role};

use crate::http::*;
use crate::phone::*;
use crate::tus::*;

fn get(phone: &Phone, bytes: &[u8]) -> Request {
    Request::new("GET", &format!("/v1/blobs/{}", hex::encode(sha256(bytes)))).bearer(&phone.token)
}

/// A file that is stored.
fn stored(size: usize) -> Setting {
    let set = waited_for(size);
    let (location, _) = set.begin();
    assert_eq!(set.server.send(&patch(&location, 0, &set.file)).status, 204);
    set
}

#[test]
fn a_file_is_read_whole_and_in_parts() {
    let set = stored(700_000);
    let ask = |pairs: &[(&str, &str)]| {
        let request = pairs.iter().fold(get(&set.phone, &set.file), |r, (n, v)| r.header(n, v));
        set.server.send(&request)
    };
    let whole = ask(&[]);
    assert_eq!((whole.status, whole.header("content-length")), (200, "700000"));
    assert_eq!(whole.header("cache-control"), "private, immutable, max-age=31536000");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.body == set.file, "over several pieces");
    let tag = whole.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", hex::encode(sha256(&set.file))));
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=262143-262144", 262_143, 262_145),
        ("bytes=100-", 100, 700_000),
        ("bytes=-7", 699_993, 700_000),
        ("bytes=699999-800000", 699_999, 700_000),
    ] {
        let part = ask(&[("Range", range)]);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/700000", to - 1));
        assert_eq!(part.header("content-length"), (to - from).to_string());
        assert!(part.body == set.file[from..to], "{range}");
    }
    let beyond = ask(&[("Range", "bytes=700000-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */700000"));
    assert_eq!(ask(&[("Range", "bytes=0-1,5-6")]).status, 200);
    assert_eq!(ask(&[("Range", "bytes=5-"), ("If-Range", &tag)]).status, 206);
    assert_eq!(ask(&[("Range", "bytes=5-"), ("If-Range", "\"other\"")]).status, 200);
    let held = ask(&[("If-None-Match", &tag), ("Range", "bytes=5-")]);
    assert_eq!((held.status, held.body.len(), held.header("etag")), (304, 0, tag.as_str()));
}

#[test]
fn head_says_what_get_would_without_the_bytes() {
    let set = stored(300_000);
    let path = format!("/v1/blobs/{}", hex::encode(sha256(&set.file)));
    let head = set.server.send(&Request::new("HEAD", &path).bearer(&set.phone.token));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!((head.header("content-length"), head.header("content-type")), ("300000", "image/jpeg"));
    assert_eq!(head.header("x-content-type-options"), "nosniff");
    let micro = vec![1; 100];
    let part = set.server.send(&get(&set.phone, &micro).header("Range", "bytes=10-19"));
    assert_eq!((part.status, part.body.len()), (206, 10), "micro pictures, too");
}

#[test]
fn a_type_that_is_not_in_the_list_is_served_as_bytes() {
    let server = Server::new();
    let mut phone = server.phone(1, Role::GridWorker);
    let case = phone.new_case();
    let file = b"<svg onload='alert(1)'/>".to_vec();
    let entry = PhotoEntry { mime: "image/svg+xml".into(), ..photo_entry(&file, None) };
    let report = phone.report(case, "case.snap");
    let items = vec![report, phone.write(case, &[Edit::Photo(EntryId::v7(1, [1; 10]), entry)], &[])];
    assert!(server.push(&phone, items).iter().all(|receipt| receipt.code == Code::Ok));
    let created = server.send(&create(&phone, &sha256(&file), file.len() as u64));
    assert_eq!(server.send(&patch(created.header("location"), 0, &file)).status, 204);
    let read = server.send(&get(&phone, &file));
    assert_eq!((read.status, read.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(read.header("content-disposition"), "attachment");
}

#[test]
fn who_has_no_right_learns_nothing_of_what_exists() {
    let set = stored(5_000);
    let mut thief = set.server.phone_in(2, Role::GridWorker, "410103");
    let absent: Vec<u8> = set.file.iter().map(|b| b ^ 1).collect();
    // Everything that an answer tells, but for the name of an upload and its times.
    let told = |answer: Answer| {
        let mut headers = answer.headers;
        for name in ["date", "location", "upload-expires"] {
            headers.remove(name);
        }
        (answer.status, headers, answer.body)
    };
    let hash = |bytes: &[u8]| sha256(bytes);
    let ask = |thief: &Phone, bytes: &[u8]| {
        let read = get(thief, bytes);
        let path = format!("/v1/blobs/{}", hex::encode(hash(bytes)));
        let requests = [
            create(thief, &hash(bytes), 5_000),
            create(thief, &hash(bytes), 4_999),
            read.clone(),
            read.clone().header("Range", "bytes=0-1"),
            read.clone().header("Range", "bytes=9999999-"),
            read.header("If-None-Match", &format!("\"{}\"", hex::encode(hash(bytes)))),
            Request::new("HEAD", &path).bearer(&thief.token),
        ];
        requests.map(|request| told(set.server.send(&request)))
    };
    assert_eq!(ask(&thief, &set.file), ask(&thief, &absent), "a stranger who knows a hash");
    for (n, bytes) in [(1, &set.file), (2, &absent)] {
        let case = thief.new_case();
        let entry = photo_entry(bytes, None);
        let report = thief.report_in(case, "case.snap", "410103001");
        let items = vec![report, thief.write(case, &[Edit::Photo(EntryId::v7(n, [9; 10]), entry)], &[])];
        assert!(set.server.push(&thief, items).iter().all(|receipt| receipt.code == Code::Ok));
    }
    let [there, not_there] = [ask(&thief, &set.file), ask(&thief, &absent)];
    assert_eq!(there, not_there, "and one who names it in a case of his own");
    assert_eq!((there[0].0, there[0].1["upload-offset"].as_str()), (201, "0"));
    assert_eq!(there[2].0, 404);
}
