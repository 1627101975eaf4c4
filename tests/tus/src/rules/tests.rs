//! Every rule can fail: a small server that is right but for one thing at a time, and the rules that must notice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest, Sha1};

use super::{Not, look};
use crate::http::Url;
use crate::subject::Subject;

/// What the small server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoVersionTold,
    OptionsWantVersion,
    Cached,
    NoLength,
    AnybodyThere,
    WrongOffsetAnswered,
    OffsetIgnored,
    TypeIgnored,
    VersionIgnored,
    OverrideIgnored,
    CutForgotten,
    TwoWriters,
    MoreTaken,
    AnyLength,
    MetadataForgotten,
    BytesOfCreationDropped,
    Sha1Unknown,
    ChecksumIgnored,
    ChecksumTooLate,
    AlgorithmIgnored,
    CutWithChecksumKept,
    ExpiresYesterday,
    DeleteIgnored,
}

#[derive(Default)]
struct Held {
    uploads: BTreeMap<String, (Vec<u8>, usize, String)>,
    writing: BTreeSet<String>,
    made: u32,
}

struct Small {
    fault: Fault,
    held: Mutex<Held>,
}

struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    length: usize,
}

type Answer = (u16, Vec<(&'static str, String)>);

impl Small {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
        let mut asked = Asked { method: method.into(), path: path.into(), headers, length };
        if let Some(method) = asked.headers.get("x-http-method-override")
            && !self.is(Fault::OverrideIgnored)
        {
            asked.method = method.clone();
        }
        let mut read = 0;
        let (status, headers) = self.answer(&asked, &mut || {
            let mut piece = vec![0; (asked.length - read).min(8_192)];
            let got = stream.read(&mut piece).unwrap_or(0);
            piece.truncate(got);
            read += got;
            piece
        });
        let mut rest = vec![0; asked.length - read];
        let _ = stream.read_exact(&mut rest);
        let mut text = format!("HTTP/1.1 {status} X\r\nDate: Mon, 30 Nov 2026 00:00:00 GMT\r\n");
        if !self.is(Fault::NoVersionTold) {
            text += "Tus-Resumable: 1.0.0\r\n";
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        let _ = stream.write_all(format!("{text}\r\n").as_bytes());
    }

    fn answer(&self, asked: &Asked, body: &mut dyn FnMut() -> Vec<u8>) -> Answer {
        let versions = vec![("Tus-Version", "1.0.0".to_owned())];
        let version = asked.headers.get("tus-resumable").is_none_or(|v| v == "1.0.0");
        if asked.method == "OPTIONS" && (version || !self.is(Fault::OptionsWantVersion)) {
            let algorithms = if self.is(Fault::Sha1Unknown) { "md5" } else { "sha1" };
            let told = [
                ("Tus-Extension", "creation,creation-with-upload,checksum,expiration,termination"),
                ("Tus-Checksum-Algorithm", algorithms),
                ("Tus-Max-Size", "1000000"),
            ];
            return (204, versions.into_iter().chain(told.map(|(n, v)| (n, v.to_owned()))).collect());
        }
        if !version && !self.is(Fault::VersionIgnored) {
            return (412, versions);
        }
        match asked.method.as_str() {
            "POST" => self.create(asked, body),
            "HEAD" => self.head(asked),
            "PATCH" => self.patch(asked, body),
            "DELETE" if self.is(Fault::DeleteIgnored) => (204, vec![]),
            "DELETE" => match self.held().uploads.remove(&asked.path) {
                Some(_) => (204, vec![]),
                None => (404, vec![]),
            },
            _ => (405, vec![]),
        }
    }

    fn create(&self, asked: &Asked, body: &mut dyn FnMut() -> Vec<u8>) -> Answer {
        let told = asked.headers.get("upload-length").and_then(|v| v.parse::<usize>().ok());
        let length = match told {
            None if !self.is(Fault::AnyLength) => return (400, vec![]),
            Some(length) if length > 1_000_000 && !self.is(Fault::AnyLength) => return (413, vec![]),
            told => told.unwrap_or(1),
        };
        let mut bytes = Vec::new();
        while bytes.len() < asked.length {
            bytes.extend(body());
        }
        if self.is(Fault::BytesOfCreationDropped) {
            bytes.clear();
        }
        let metadata = asked.headers.get("upload-metadata").cloned().unwrap_or_default();
        let metadata = if self.is(Fault::MetadataForgotten) { String::new() } else { metadata };
        let mut held = self.held();
        held.made += 1;
        let path = format!("/files/{}", held.made * 10);
        let offset = bytes.len().to_string();
        held.uploads.insert(path.clone(), (bytes, length, metadata));
        (201, vec![("Location", path), ("Upload-Offset", offset), self.expires()])
    }

    fn expires(&self) -> (&'static str, String) {
        let day = if self.is(Fault::ExpiresYesterday) { "Sun, 29 Nov" } else { "Tue, 01 Dec" };
        ("Upload-Expires", format!("{day} 2026 00:00:00 GMT"))
    }

    fn head(&self, asked: &Asked) -> Answer {
        let held = self.held();
        let Some((bytes, length, metadata)) = held.uploads.get(&asked.path) else {
            return if self.is(Fault::AnybodyThere) {
                (200, vec![("Upload-Offset", "0".into())])
            } else {
                (404, vec![])
            };
        };
        let mut told =
            vec![("Upload-Offset", bytes.len().to_string()), ("Upload-Metadata", metadata.clone())];
        if !self.is(Fault::NoLength) {
            told.push(("Upload-Length", length.to_string()));
        }
        if !self.is(Fault::Cached) {
            told.push(("Cache-Control", "no-store".into()));
        }
        (200, told)
    }

    fn patch(&self, asked: &Asked, body: &mut dyn FnMut() -> Vec<u8>) -> Answer {
        let told = asked.headers.get("upload-offset").and_then(|v| v.parse::<usize>().ok());
        let typed = asked.headers.get("content-type").is_some_and(|v| v == crate::subject::OCTETS);
        if !typed && !self.is(Fault::TypeIgnored) {
            return (415, vec![]);
        }
        let checksum = match asked.headers.get("upload-checksum").map(|v| v.split_once(' ')) {
            None => None,
            Some(Some(("sha1", sum))) => match BASE64.decode(sum) {
                Ok(sum) if sum.len() == 20 => Some(sum),
                _ => return (400, vec![]),
            },
            Some(_) if self.is(Fault::AlgorithmIgnored) => None,
            Some(_) => return (400, vec![]),
        };
        let (at, length) = match self.held().uploads.get(&asked.path) {
            Some((bytes, length, _)) => (bytes.len(), *length),
            None if self.is(Fault::AnybodyThere) => return (204, vec![("Upload-Offset", "5".into())]),
            None => return (404, vec![]),
        };
        match told {
            None if !self.is(Fault::OffsetIgnored) => return (400, vec![]),
            Some(told) if told != at && !self.is(Fault::OffsetIgnored) => return (409, vec![]),
            _ => {}
        }
        if at + asked.length > length && !self.is(Fault::MoreTaken) {
            return (413, vec![]);
        }
        if !self.held().writing.insert(asked.path.clone()) && !self.is(Fault::TwoWriters) {
            return (423, vec![]);
        }
        let mut got = Vec::new();
        while got.len() < asked.length {
            let piece = body();
            if piece.is_empty() {
                break;
            }
            got.extend(piece);
        }
        let mut held = self.held();
        held.writing.remove(&asked.path);
        let Some((bytes, _, _)) = held.uploads.get_mut(&asked.path) else { return (404, vec![]) };
        let cut = got.len() < asked.length;
        let keeps = match (&checksum, cut) {
            (None, true) => !self.is(Fault::CutForgotten),
            (Some(_), true) => self.is(Fault::CutWithChecksumKept),
            (Some(sum), false) if *sum != Sha1::digest(&got).to_vec() => {
                if self.is(Fault::ChecksumTooLate) {
                    bytes.extend(&got);
                }
                if !self.is(Fault::ChecksumIgnored) {
                    return (460, vec![]);
                }
                true
            }
            _ => true,
        };
        if keeps {
            bytes.extend(got);
        }
        let offset = bytes.len() + usize::from(self.is(Fault::WrongOffsetAnswered));
        (204, vec![("Upload-Offset", offset.to_string()), self.expires()])
    }
}

/// How often a fault is looked for.
const LOOKS: usize = 5;

/// Rules that a server with this fault does not hold.
fn failed(fault: Fault) -> Vec<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = Url::parse(&format!("http://{}/files", listener.local_addr().unwrap())).unwrap();
    let small = Arc::new(Small { fault, held: Mutex::default() });
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let small = Arc::clone(&small);
            std::thread::spawn(move || small.serve(stream));
        }
    });
    let seen = look(&mut Subject::new(url, None, vec![], vec![]));
    let failed = seen.into_iter().filter_map(|seen| match seen.held {
        Err(Not::Failed(why)) => Some(format!("{}: {} — {why}", seen.of, seen.words)),
        _ => None,
    });
    failed.collect()
}

#[test]
fn a_server_that_is_right_holds_every_rule() {
    assert_eq!(failed(Fault::None), [""; 0]);
}

#[test]
fn each_fault_is_noticed_by_its_rule() {
    let cases = [
        (Fault::NoVersionTold, "every answer but to OPTIONS"),
        (Fault::OptionsWantVersion, "without being told a version"),
        (Fault::Cached, "Cache-Control"),
        (Fault::NoLength, "Upload-Length"),
        (Fault::AnybodyThere, "PATCH of an upload that is not there"),
        (Fault::AnybodyThere, "HEAD of an upload that is not there"),
        (Fault::WrongOffsetAnswered, "which HEAD repeats"),
        (Fault::OffsetIgnored, "answered 409"),
        (Fault::OffsetIgnored, "PATCH without an offset"),
        (Fault::TypeIgnored, "answered 415"),
        (Fault::VersionIgnored, "PATCH of another version"),
        (Fault::VersionIgnored, "POST of another version"),
        (Fault::OverrideIgnored, "X-HTTP-Method-Override"),
        (Fault::TwoWriters, "only one counts"),
        (Fault::MoreTaken, "more bytes than were promised"),
        (Fault::AnyLength, "POST without a length"),
        (Fault::AnyLength, "answered 413"),
        (Fault::MetadataForgotten, "repeats Upload-Metadata"),
        (Fault::BytesOfCreationDropped, "POST with bytes"),
        (Fault::Sha1Unknown, "sha1 among them"),
        (Fault::ChecksumIgnored, "answered 460"),
        (Fault::ChecksumTooLate, "answered 460"),
        (Fault::AlgorithmIgnored, "unknown algorithm"),
        (Fault::CutWithChecksumKept, "is cut nothing counts"),
        (Fault::ExpiresYesterday, "Upload-Expires"),
        (Fault::DeleteIgnored, "what was terminated"),
        (Fault::CutForgotten, "before a cut is kept"),
    ];
    std::thread::scope(|all| {
        for (fault, words) in cases {
            all.spawn(move || {
                // Two writers meet only where the first is read before the second comes: on a busy machine that takes more than one look.
                let noticed = || failed(fault).iter().any(|rule| rule.contains(words));
                assert!((0..LOOKS).any(|_| noticed()), "{fault:?}: {words}");
            });
        }
    });
}
