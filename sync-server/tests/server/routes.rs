//! The whole server over a socket: a day of work, and everything that is no request.

use std::io::{Read, Write};
use std::net::Shutdown;

use yuandian_model::{Code, Role};
use yuandian_server::limits::{BODIES_MAX, BODY_BYTES_MAX};
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::wire::{CONTENT_TYPE, pack};

use yuandian_server::shell::Options;

use crate::http::*;

const MESSAGES: &[&str] = &["/v1/enroll", "/v1/nonce", "/v1/hello", "/v1/push", "/v1/pull", "/v1/commits"];

#[test]
fn two_phones_meet_over_http_and_a_restart() {
    let mut server = Server::new();
    let mut author = server.phone(1, Role::GridWorker);
    let mut colleague = server.phone(2, Role::GridWorker);
    let case = author.new_case();
    let items = vec![author.report(case, "case.city.E06010"), author.describe(case, "门口有垃圾")];
    let first = server.push(&author, items.clone());
    assert_eq!(first.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::Ok; 2]);
    server.restart();
    assert_eq!(server.push(&author, items), first, "tokens and receipts outlive the process");
    server.pull(&mut colleague);
    assert_eq!(colleague.documents[&case].view().description, "门口有垃圾");
}

#[test]
fn garbage_on_every_route_is_answered_with_a_problem_and_never_a_failure() {
    let server = Server::new();
    let phone = server.phone(1, Role::GridWorker);
    let bomb = zstd::bulk::compress(&vec![0; MESSAGE_BYTES_MAX + 1], 3).unwrap();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("text", b"<html>captive portal</html>".to_vec()),
        ("an empty frame", zstd::bulk::compress(&[], 3).unwrap()),
        ("no CBOR", zstd::bulk::compress(&[0xff; 100], 3).unwrap()),
        ("another message", pack(&vec![1u8, 2, 3])),
        ("deep nesting", zstd::bulk::compress(&vec![0x81; 100_000], 3).unwrap()),
        (
            "a length beyond memory",
            zstd::bulk::compress(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 3).unwrap(),
        ),
    ];
    for path in MESSAGES {
        let post = |body: &[u8]| {
            Request::new("POST", path).bearer(&phone.token).header("Content-Type", CONTENT_TYPE).body(body)
        };
        for (why, body) in &bodies {
            let answer = server.send(&post(body));
            assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed"), "{path}: {why}");
        }
        let answer = server.send(&post(&bomb));
        assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"), "{path}: a bomb");
        let untyped = Request::new("POST", path).bearer(&phone.token).body("x");
        assert_eq!(server.send(&untyped).problem(), "media_type", "{path}");
        assert_eq!(server.send(&Request::new("GET", path)).problem(), "method_not_allowed", "{path}");
    }
    for path in ["/nothing", "/v1", "/v1/blobs", "/v1/uploads/a/b", "/%00", "/../etc/passwd"] {
        let answer = server.send(&Request::new("GET", path));
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"), "{path}");
    }
    let unknown = Request::new("GET", "/v1/blobs/zz").bearer(&phone.token);
    assert_eq!(server.send(&unknown).problem(), "blob_unknown");
    for raw in [
        "\r\n\r\n",
        "GARBAGE",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/push HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(raw.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{raw:?}: {answer}");
    }
    assert_eq!(server.send(&Request::new("GET", "/livez")).status, 200, "still here");
}

#[test]
fn without_a_token_nothing_is_told() {
    let server = Server::new();
    for path in ["/v1/push", "/v1/pull", "/v1/commits"] {
        let answer = server.send(&Request::new("POST", path).header("Content-Type", CONTENT_TYPE));
        assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthorized"), "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    for path in ["/v1/wait", &format!("/v1/blobs/{}", "0".repeat(64))] {
        for value in ["", "Bearer", "Bearer ", "Basic eDp5", &format!("Bearer {}", "0".repeat(64))] {
            let answer = server.send(&Request::new("GET", path).header("Authorization", value));
            assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthorized"), "{path} {value}");
        }
    }
}

#[test]
fn a_token_is_looked_at_before_the_body() {
    let server = Server::new();
    let post = |token: &str| {
        let request = Request::new("POST", "/v1/pull").bearer(token).header("Content-Type", CONTENT_TYPE);
        server.send(&request.body(vec![0; BODY_BYTES_MAX + 1])).problem()
    };
    assert_eq!(post("x"), "unauthorized", "and not too_large");
    assert_eq!(post(&"0".repeat(64)), "unauthorized");
}

#[test]
fn so_many_bodies_of_strangers_are_read_at_once_and_devices_have_their_own() {
    let server = Server::new();
    let phone = server.phone(1, Role::GridWorker);
    let hello = Request::new("POST", "/v1/hello").header("Content-Type", CONTENT_TYPE).body(vec![0; 10]);
    let bytes = hello.clone().header("Expect", "100-continue").bytes();
    let open: Vec<_> = (0..BODIES_MAX)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&bytes[..bytes.len() - 5]).unwrap();
            // The server asks for the body: it is inside the request now.
            let mut asked = [0; 25];
            stream.read_exact(&mut asked).unwrap();
            stream
        })
        .collect();
    let answer = server.send(&hello);
    assert_eq!((answer.status, answer.problem().as_str()), (503, "busy"));
    assert!(!answer.header("retry-after").is_empty());
    let pull = Request::new("POST", "/v1/pull").bearer(&phone.token).header("Content-Type", CONTENT_TYPE);
    assert_eq!(server.send(&pull.body(pack(&phone.pull()))).status, 200, "a device is served");
    for mut stream in open {
        stream.write_all(&bytes[bytes.len() - 5..]).unwrap();
        assert_eq!(Answer::read(&mut stream).status, 400);
    }
    assert_eq!(server.send(&hello).problem(), "malformed", "and there is room again");
}

#[test]
fn a_body_is_read_up_to_its_cap() {
    let server = Server::new();
    let phone = server.phone(1, Role::GridWorker);
    let post = |n: usize| {
        let request =
            Request::new("POST", "/v1/pull").bearer(&phone.token).header("Content-Type", CONTENT_TYPE);
        server.send(&request.body(vec![0; n])).problem()
    };
    assert_eq!(post(BODY_BYTES_MAX - 1), "malformed");
    assert_eq!(post(BODY_BYTES_MAX), "malformed");
    assert_eq!(post(BODY_BYTES_MAX + 1), "too_large");
}

#[test]
fn wait_tells_the_head_and_ends_with_the_server() {
    let mut server = Server::new();
    let mut phone = server.phone(1, Role::GridWorker);
    let mut stream = server.connect();
    let wait = Request::new("GET", "/v1/wait").bearer(&phone.token);
    stream.write_all(&wait.bytes()).unwrap();
    let mut heard = String::new();
    let mut hear = |until: &str, heard: &mut String| {
        let mut buffer = [0; 1024];
        while !heard.contains(until) {
            let n = stream.read(&mut buffer).unwrap();
            assert!(n > 0, "ended early: {heard}");
            heard.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
    };
    hear("\"head\":0", &mut heard);
    assert!(heard.contains("text/event-stream") && heard.contains("event: poke\ndata: "), "{heard}");
    let case = phone.new_case();
    let report = phone.report(case, "case.snap");
    assert_eq!(server.push(&phone, vec![report])[0].code, Code::Ok);
    hear("\"head\":1", &mut heard);
    assert!(!heard.contains(&case.to_string()), "content-free");
    server.stop().unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
}

#[test]
fn so_many_wait_and_the_next_is_told_when_to_come_again() {
    let server = Server::with(&Options { waiters_max: 2, ..Options::default() });
    let phone = server.phone(1, Role::GridWorker);
    let wait = Request::new("GET", "/v1/wait").bearer(&phone.token);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&wait.bytes()).unwrap();
            let mut first = [0; 15];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"HTTP/1.1 200 OK");
            stream
        })
        .collect();
    let away = server.send(&wait);
    assert_eq!((away.status, away.problem(), away.header("retry-after")), (503, "busy".into(), "2"));
    // Who waits keeps nobody from working.
    assert_eq!(server.send(&Request::new("GET", "/readyz")).text(), "ready\n");
    drop(waiting);
}

#[test]
fn a_stop_lets_a_running_request_finish() {
    let mut server = Server::new();
    let phone = server.phone(1, Role::GridWorker);
    let request = Request::new("POST", "/v1/pull")
        .bearer(&phone.token)
        .header("Content-Type", CONTENT_TYPE)
        .header("Expect", "100-continue")
        .body(pack(&phone.pull()));
    let bytes = request.bytes();
    let mut stream = server.connect();
    stream.write_all(&bytes[..bytes.len() - 5]).unwrap();
    // The server asks for the body: it is inside the request now.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let stopping = std::thread::spawn(move || server.stop());
    stream.write_all(&bytes[bytes.len() - 5..]).unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!(answer.status, 200);
    stopping.join().unwrap().unwrap();
}

#[test]
fn the_page_shows_cases_and_hides_what_neighbours_ask_for() {
    let server = Server::new();
    let mut worker = server.phone(1, Role::GridWorker);
    let mut asker = server.phone(2, Role::Resident);
    let (case, help) = (worker.new_case(), asker.new_case());
    let items = vec![
        worker.report(case, "case.city.E06010"),
        worker.describe(case, "<script>alert(1)</script>"),
        worker.photo(case, b"photo"),
    ];
    assert!(server.push(&worker, items).iter().all(|r| r.code == Code::Ok));
    let items = vec![asker.report(help, "help.errand"), asker.describe(help, "降压药两盒")];
    assert!(server.push(&asker, items).iter().all(|r| r.code == Code::Ok));
    let answer = server.send(&Request::new("GET", "/"));
    let page = answer.text();
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    for word in ["暴露垃圾", "Exposed garbage", "代买代送", "林山寨街道", "0 / 1", "3306", "&lt;script&gt;"]
    {
        assert!(page.contains(word), "{word}");
    }
    assert!(!page.contains("<script") && !page.contains("降压药"));
    assert!(page.find("代买代送") < page.find("暴露垃圾"), "the newest first");
    assert_eq!(server.send(&Request::new("GET", "/readyz")).status, 200);
}
