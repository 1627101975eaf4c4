//! Fetching over HTTP from a server that a test plays: with and without ranges, cut, refused, with other bytes, onto a full disk.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use yuandian_device::{CaseId, DeviceError, Driver, Phone, PhotoFile, PhotoSize, TrustRoots};
use yuandian_model::Role;
use yuandian_sync::Keep;

use crate::home::Home;
use crate::referee::Referee;
use crate::{draft, people, photo};

/// A case with a photo of somebody else's, and her phone.
struct Scene {
    /// The photographer's phone: what the server answers from.
    from: Phone,
    to: Arc<Mutex<Phone>>,
    home: Home,
    case: CaseId,
}

fn scene() -> Scene {
    let (mut referee, [_, home], [mut one, mut two]) = people::<2>(Role::GridWorker);
    let id = one.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    one.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    let case = one.finish(&id).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    // A token that is good: nothing is to be greeted.
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    Scene { from: one, to: Arc::new(Mutex::new(two)), home, case }
}

/// Answers one request, by its head.
type Answer = Box<dyn Fn(&str) -> Vec<u8> + Send>;

/// Answers one request after the other, each by one of these; gives the heads of the requests that came.
fn serve(answers: Vec<Answer>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            stream.write_all(&answer(&head)).unwrap();
            heads.push(head);
        }
        heads
    });
    (address, served)
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn whole(body: &[u8]) -> Vec<u8> {
    reply("200 OK", &format!("content-length: {}\r\n", body.len()), body)
}

/// A body that announces more than it brings: the connection is cut.
fn cut(body: &[u8], after: usize) -> Vec<u8> {
    reply("200 OK", &format!("content-length: {}\r\n", body.len()), &body[..after])
}

fn fetch(scene: &Scene, address: &str, file: &PhotoFile) -> (Result<(), DeviceError>, Vec<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut driver = Driver::new(address, &TrustRoots::default()).unwrap();
    let mut told = Vec::new();
    let fetched = runtime.block_on(driver.fetch(&scene.to, file, |have| told.push(have)));
    (fetched, told)
}

fn wanted(scene: &Scene, size: PhotoSize) -> (PhotoFile, Vec<u8>) {
    let file = scene.to.lock().unwrap().photo_file(&scene.case, 1, size).unwrap();
    let bytes = scene.from.blob(&file.hash, 0, file.bytes).unwrap();
    (file, bytes)
}

fn here(scene: &Scene, size: PhotoSize) -> bool {
    scene.to.lock().unwrap().photo_file(&scene.case, 1, size).unwrap().here
}

#[test]
fn every_size_of_anothers_photo_is_fetched_when_asked_for_and_stays() {
    for size in [PhotoSize::Thumb, PhotoSize::Medium, PhotoSize::Original] {
        let scene = scene();
        let (file, bytes) = wanted(&scene, size);
        assert!(!file.here && file.path.is_none());
        let answer = whole(&bytes);
        let (address, served) = serve(vec![Box::new(move |_| answer.clone())]);
        let (fetched, told) = fetch(&scene, &address, &file);
        assert_eq!((fetched, told.last()), (Ok(()), Some(&file.bytes)));
        let asked = served.join().unwrap().remove(0);
        assert!(asked.starts_with(&format!("get /v1/blobs/{} ", file.hash)) && !asked.contains("range:"));
        assert!(asked.contains("authorization: bearer token\r\n"));
        let mut phone = scene.home.open_again_shared(scene.to);
        let file = phone.photo_file(&scene.case, 1, size).unwrap();
        assert!(file.here);
        assert_eq!(phone.show_photo(&file).unwrap(), bytes);
        let shown = &phone.case(&scene.case).unwrap().photos[0];
        assert_eq!(shown.local, size == PhotoSize::Original);
        // What is not this phone's own goes when room is needed, and without a word from any backup.
        phone.set_cache_budget(0).unwrap();
        assert_eq!(phone.photo_file(&scene.case, 1, size).unwrap().here, size == PhotoSize::Thumb);
    }
}

#[test]
fn a_cut_file_goes_on_from_its_last_byte_where_the_server_knows_ranges() {
    let scene = scene();
    let (file, bytes) = wanted(&scene, PhotoSize::Original);
    let (first, rest, size) = (cut(&bytes, 40_000), bytes.clone(), bytes.len());
    let part = move |head: &str| {
        let range = head.split("range: bytes=").nth(1).unwrap();
        let from: usize = range.split('-').next().unwrap().parse().unwrap();
        let headers =
            format!("content-range: bytes {from}-{}/{size}\r\ncontent-length: {}\r\n", size - 1, size - from);
        reply("206 Partial Content", &headers, &rest[from..])
    };
    let (address, served) = serve(vec![Box::new(move |_| first.clone()), Box::new(part)]);
    assert_eq!(fetch(&scene, &address, &file).0, Ok(()));
    let heads = served.join().unwrap();
    assert!(heads[1].contains("range: bytes=40000-\r\n"), "{heads:?}");
    assert!(heads[1].contains(&format!("if-range: \"{}\"", file.hash)));
    assert!(here(&scene, PhotoSize::Original));
}

#[test]
fn what_came_before_the_phone_was_killed_is_gone_on_from() {
    let scene = scene();
    let (file, bytes) = wanted(&scene, PhotoSize::Original);
    let half = cut(&bytes, 50_000);
    // The cut, and then nobody listens any more.
    let (address, served) = serve(vec![Box::new(move |_| half.clone())]);
    assert!(matches!(fetch(&scene, &address, &file).0, Err(DeviceError::Unreachable(_))));
    served.join().unwrap();
    let phone = scene.home.open_again_shared(scene.to);
    let scene = Scene { to: Arc::new(Mutex::new(phone)), ..scene };
    assert!(!here(&scene, PhotoSize::Original));
    // A server that knows no ranges gives the whole, and the whole is taken.
    let answer = whole(&bytes);
    let (address, served) = serve(vec![Box::new(move |_| answer.clone())]);
    assert_eq!(fetch(&scene, &address, &file).0, Ok(()));
    assert!(served.join().unwrap()[0].contains("range: bytes=50000-"));
    assert!(here(&scene, PhotoSize::Original));
}

#[test]
fn what_the_server_does_not_give_is_said_by_its_kind() {
    for status in ["403 Forbidden", "404 Not Found"] {
        let scene = scene();
        let (file, _) = wanted(&scene, PhotoSize::Original);
        let (address, served) = serve(vec![Box::new(move |_| reply(status, "content-length: 0\r\n", b""))]);
        let id = file.hash.to_string();
        assert_eq!(fetch(&scene, &address, &file).0, Err(DeviceError::Withheld { id }));
        served.join().unwrap();
    }
    let scene = scene();
    let (file, mut bytes) = wanted(&scene, PhotoSize::Original);
    bytes[1_000] ^= 1;
    let answer = whole(&bytes);
    let again = answer.clone();
    let (address, served) = serve(vec![Box::new(move |_| answer.clone()), Box::new(move |_| again.clone())]);
    let id = file.hash.to_string();
    assert_eq!(fetch(&scene, &address, &file).0, Err(DeviceError::WrongBytes { id }));
    assert!(!here(&scene, PhotoSize::Original), "other bytes never count");
    served.join().unwrap();
}

#[test]
fn a_disk_without_room_refuses_the_file_before_it_is_asked_for() {
    let free = Arc::new(std::sync::atomic::AtomicU64::new(1 << 40));
    let mut referee = Referee::new();
    let (one, home) = (Home::new(1), Home::new(2));
    let (mut from, mut to) = (one.open(), home.open_with_room(Arc::clone(&free)));
    referee.enroll(&mut from, 1, Role::GridWorker);
    referee.enroll(&mut to, 2, Role::GridWorker);
    let id = from.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    from.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    let case = from.finish(&id).unwrap();
    referee.sync(&mut from);
    referee.sync(&mut to);
    to.keep(&Keep::Hello(referee.hello(&to))).unwrap();
    let scene = Scene { from, to: Arc::new(Mutex::new(to)), home, case };
    let (file, _) = wanted(&scene, PhotoSize::Original);
    free.store(0, std::sync::atomic::Ordering::Relaxed);
    let refused = Err(DeviceError::NoRoom { waiting_bytes: 0, free_bytes: Some(0) });
    assert_eq!(fetch(&scene, "http://127.0.0.1:9", &file).0, refused);
}
