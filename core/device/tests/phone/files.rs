//! Photo files on the phone: every size made and sent in order, told in honest words, let go when safe, and never lost.

use std::path::PathBuf;

use yuandian_device::ports::ENCRYPTS;
use yuandian_device::{
    Addition, BlobHash, CaptureInfo, CaseId, DeviceError, Draft, Link, Phone, PhotoSize, Policies, Policy,
    Source,
};
use yuandian_document::{Edit, PreviewEntry, RenditionRef};
use yuandian_model::{EntryId, Role};
use yuandian_sync::{Keep, Load, Loaded, Rendition, Transfer};

use crate::home::Home;
use crate::referee::Referee;
use crate::{answers, draft, people, photo};

/// A photo large enough to have three different sizes.
const LARGE: &str = "picos12_o8.jpg";

fn transfers(phone: &mut Phone) -> Vec<Transfer> {
    match phone.load(&Load::Transfers).unwrap() {
        Loaded::Transfers(transfers) => transfers,
        other => panic!("{other:?}"),
    }
}

fn captured(phone: &mut Phone, text: &str, photos: &[&str]) -> CaseId {
    let id = phone.save_draft(None, &draft("case.snap", text)).unwrap();
    for name in photos {
        phone.add_draft_photo(&id, &photo(name)).unwrap();
    }
    phone.finish(&id).unwrap()
}

fn file(home: &Home, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    home.store().with_file_name("blobs").join(&name[..2]).join(name)
}

/// The server's backup has everything that it has stored so far.
fn backed_up(referee: &mut Referee, phone: &mut Phone) {
    phone.keep(&Keep::Hello(referee.hello(phone))).unwrap();
    referee.safe_seq = Some(referee.head().head);
    phone.keep(&Keep::Hello(referee.hello(phone))).unwrap();
}

fn original(phone: &Phone, case: &CaseId, n: usize) -> BlobHash {
    phone.photo_file(case, n, PhotoSize::Original).unwrap().hash
}

#[test]
fn a_photo_has_every_size_and_the_small_ones_of_every_case_go_first() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let one = captured(&mut phone, "一", &[LARGE]);
    let two = captured(&mut phone, "二", &["small_exif.jpg"]);
    referee.sync(&mut phone);
    let sizes: Vec<Rendition> = transfers(&mut phone).iter().map(|t| t.rendition).collect();
    let mut in_order = sizes.clone();
    in_order.sort();
    assert_eq!(sizes, in_order);
    for case in [one, two] {
        let shown = &phone.case(&case).unwrap().photos[0];
        let (thumb, medium) = (shown.thumb.clone().unwrap(), shown.medium.clone().unwrap());
        assert!(thumb.local && medium.local && shown.micro.is_some());
        assert_eq!(shown.preview_unavailable, None);
        let small = phone.photo_file(&case, 1, PhotoSize::Medium).unwrap();
        assert_eq!((small.hash.to_string(), small.mime.as_str()), (medium.hash, "image/jpeg"));
        assert_eq!(phone.show_photo(&small).unwrap().len() as u64, small.bytes);
    }
}

#[test]
fn small_sizes_that_a_draft_has_are_those_of_its_case_and_a_kill_costs_nothing() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    phone.add_draft_photo(&id, &photo(LARGE)).unwrap();
    phone.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    assert_eq!(phone.render_draft(&id).unwrap(), 2);
    assert_eq!(phone.render_draft(&id).unwrap(), 0, "once is enough");
    drop(phone);
    let mut phone = home.open();
    let kept = phone.draft(&id).unwrap();
    let (first, second) = (kept.photos[0].small.clone().unwrap(), kept.photos[1].small.clone().unwrap());
    // A cleaner took one of them: it is made again.
    std::fs::remove_file(file(&home, &second.thumb.hash)).unwrap();
    phone.finish(&id).unwrap();
    let shown = phone.case(&id).unwrap();
    for (shown, small) in shown.photos.iter().zip([first, second]) {
        assert_eq!(shown.thumb.as_ref().unwrap().hash, small.thumb.hash.to_string());
        assert_eq!(shown.medium.as_ref().unwrap().hash, small.medium.hash.to_string());
        assert!(shown.thumb.as_ref().unwrap().local && shown.medium.as_ref().unwrap().local);
        assert!(phone.micro(&small.micro.hash).unwrap().is_some_and(|bytes| bytes.len() <= 2048));
    }
}

#[test]
fn a_photo_that_only_the_platform_can_decode_is_asked_for_and_given() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let heic = phone.add_draft_photo(&id, &photo("tiny.heic")).unwrap();
    assert_eq!(phone.previews_needed().unwrap(), [], "nobody has looked at it yet");
    assert_eq!(phone.render_draft(&id).unwrap(), 0);
    let needed = phone.previews_needed().unwrap();
    assert_eq!((needed.len(), needed[0].id, needed[0].case), (1, heic, id));
    // A file of an encrypted home has no path: the platform asks for its bytes.
    assert_eq!(needed[0].path.is_none(), ENCRYPTS);
    let path = needed[0].path.as_ref();
    let original = path.map_or_else(|| phone.whole(&heic).unwrap(), |path| std::fs::read(path).unwrap());
    assert_eq!(original, photo("tiny.heic"));
    assert!(matches!(phone.provide_preview(&heic, b"no picture"), Err(DeviceError::Photo { .. })));
    assert!(matches!(phone.provide_preview(&heic, &photo("tiny.heic")), Err(DeviceError::Photo { .. })));
    phone.provide_preview(&heic, &photo("small_exif.jpg")).unwrap();
    assert_eq!(phone.previews_needed().unwrap(), []);
    phone.finish(&id).unwrap();
    let shown = &phone.case(&id).unwrap().photos[0];
    assert_eq!((shown.hash.clone(), shown.mime.as_str()), (heic.to_string(), "image/heic"));
    assert!(shown.thumb.is_some() && shown.medium.is_some() && shown.width > 0);
    assert!(matches!(phone.provide_preview(&heic, &photo("tiny.jpg")), Err(DeviceError::NotFound { .. })));
}

#[test]
fn a_picture_that_comes_after_the_case_was_made_is_its_authors_word_on_the_photo() {
    let (mut referee, _, [mut phone, mut other]) = people::<2>(Role::GridWorker);
    let case = captured(&mut phone, "井盖", &["tiny.heic"]);
    let heic = original(&phone, &case, 1);
    phone.note(&case, "再拍", &[photo("tiny.heic")]).unwrap();
    referee.sync(&mut phone);
    referee.sync(&mut other);
    assert_eq!(other.previews_needed().unwrap(), [], "whose photo it is, their platform is asked");
    assert!(matches!(
        other.provide_preview(&heic, &photo("small_exif.jpg")),
        Err(DeviceError::NotFound { .. })
    ));
    let needed = phone.previews_needed().unwrap();
    assert_eq!(needed.iter().map(|n| (n.id, n.case)).collect::<Vec<_>>(), [(heic, case)]);
    assert!(matches!(phone.provide_preview(&heic, b"no picture"), Err(DeviceError::Photo { .. })));
    phone.provide_preview(&heic, &photo("small_exif.jpg")).unwrap();
    assert_eq!(phone.previews_needed().unwrap(), []);
    referee.sync(&mut phone);
    let sent: Vec<Rendition> = transfers(&mut phone).iter().map(|t| t.rendition).collect();
    assert_eq!(sent, [Rendition::Thumb, Rendition::Medium, Rendition::Original]);
    referee.sync(&mut other);
    for phone in [&phone, &other] {
        let shown = phone.case(&case).unwrap();
        assert_eq!(shown.photos.len(), 2, "it is no photo of its own");
        assert!(shown.photos[0].thumb.is_some() && shown.photos[0].width > 0);
        assert_eq!(shown.photos[0].preview_unavailable, None);
        let micro = shown.photos[0].micro.clone().unwrap().parse().unwrap();
        assert!(phone.micro(&micro).unwrap().is_some());
        let line = phone.list(10, 0).unwrap().into_iter().find(|line| line.id == case.to_string()).unwrap();
        assert_eq!(line.photos, 2);
        assert_eq!(phone.photo_file(&case, 1, PhotoSize::Thumb).unwrap().mime, "image/jpeg");
    }
}

#[test]
fn what_somebody_else_gives_for_a_photo_is_passed_over() {
    let (mut referee, _, [mut phone, mut forger]) = people::<2>(Role::GridWorker);
    let case = captured(&mut phone, "井盖", &["tiny.heic"]);
    referee.sync(&mut phone);
    referee.sync(&mut forger);
    let of = forger.case(&case).unwrap().photos[0].id.parse().unwrap();
    let file = |number| RenditionRef { hash: BlobHash([number; 32]), size: 10 };
    let preview =
        PreviewEntry { of, width: 9, height: 9, micro: file(1), thumb: file(2), medium: file(3), at_ms: 5 };
    referee.stranger_writes(&case, &[Edit::Preview(EntryId([7; 16]), preview)]);
    referee.sync(&mut phone);
    let shown = phone.case(&case).unwrap();
    assert_eq!((shown.photos.len(), shown.photos[0].thumb.clone()), (1, None));
    phone.no_preview(&original(&phone, &case, 1)).unwrap();
    assert_eq!(phone.previews_needed().unwrap(), []);
}

#[test]
fn what_the_server_has_lost_is_sent_again_and_was_never_let_go_meanwhile() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE]);
    let hash = original(&phone, &case, 1);
    phone.set_cache_budget(0).unwrap();
    referee.sync(&mut phone);
    referee.take_photos(&mut phone);
    assert_eq!(transfers(&mut phone), []);
    // It reads its files through, finds that one is gone, and calls everything else safe: in one greeting.
    referee.lost = vec![hash, BlobHash([9; 32])];
    backed_up(&mut referee, &mut phone);
    assert!(file(&home, &hash).exists(), "no backup has it");
    let shown = phone.case(&case).unwrap();
    assert_eq!((shown.photos[0].stored, shown.sync.as_str()), (false, "uploading"));
    assert_eq!(referee.take_photos(&mut phone), [hash]);
    // It is there again, and the next backup has it.
    referee.lost = vec![];
    referee.moved();
    backed_up(&mut referee, &mut phone);
    assert!(!file(&home, &hash).exists(), "now it may go");
    // Lost once more: there is nothing left to send, which its person is told.
    referee.lost = vec![hash];
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    assert!(phone.upload_piece(&hash, 0, 10).is_err());
    assert_eq!(phone.attention().unwrap()[0].code, "file_let_go");
    assert!(phone.is_in_trouble(&hash).unwrap(), "a run leaves alone what waits for its person");
}

#[test]
fn a_photo_that_nobody_here_can_decode_says_so_and_goes_all_the_same() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let heic = phone.add_draft_photo(&id, &photo("tiny.heic")).unwrap();
    phone.render_draft(&id).unwrap();
    phone.no_preview(&heic).unwrap();
    assert_eq!(phone.previews_needed().unwrap(), []);
    phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    let shown = &phone.case(&id).unwrap().photos[0];
    assert_eq!(shown.preview_unavailable.as_deref(), Some("本机不能显示这种格式,原图照常上传"));
    assert_eq!(referee.take_photos(&mut phone), [heic]);
}

#[test]
fn how_far_photos_are_is_said_in_the_numbers_of_the_store() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE, "small_exif.jpg", "tiny.png"]);
    let told = |phone: &Phone| phone.case(&case).unwrap().photos_sent.text;
    assert_eq!(told(&phone), "照片 3 张, 3 张待上传");
    referee.sync(&mut phone);
    let waiting = transfers(&mut phone);
    let bytes: u64 = waiting.iter().map(|t| t.size).sum();
    assert_eq!(phone.photos_sent().unwrap().waiting_bytes, bytes);
    let first = original(&phone, &case, 1);
    for transfer in &waiting {
        let keep = match transfer.rendition {
            Rendition::Original if transfer.hash == first => {
                Keep::UploadOffset { transfer: transfer.clone(), offset: transfer.size * 61 / 100 + 1 }
            }
            _ => Keep::Uploaded(transfer.clone()),
        };
        phone.keep(&keep).unwrap();
    }
    assert_eq!(told(&phone), "照片 3 张, 2 张已送达, 1 张 61 %");
    let all = phone.photos_sent().unwrap();
    assert_eq!((all.photos, all.delivered, all.percents.as_slice()), (3, 2, &[61][..]));
    assert_eq!(all.text, "照片 3 张, 2 张已送达, 1 张 61 %");
    let last = transfers(&mut phone).remove(0);
    assert_eq!(all.waiting_bytes, last.size - (last.size * 61 / 100 + 1));
    // Every byte there is not yet all well there.
    phone.keep(&Keep::UploadOffset { transfer: last.clone(), offset: last.size }).unwrap();
    assert_eq!(told(&phone), "照片 3 张, 2 张已送达, 1 张 99 %");
    phone.keep(&Keep::Uploaded(last)).unwrap();
    assert_eq!(told(&phone), "照片 3 张, 3 张已送达");
    assert_eq!(phone.photos_sent().unwrap().waiting_bytes, 0);
    phone.set_language(yuandian_model::catalogue::Language::En);
    assert_eq!(told(&phone), "3 photos, 3 delivered");
}

#[test]
fn what_the_person_keeps_for_wifi_or_power_waits_for_it_and_says_so() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE]);
    referee.sync(&mut phone);
    let policies = Policies { medium: Policy::Unmetered, original: Policy::Charging, ..Policies::default() };
    phone.set_upload_policies(&policies).unwrap();
    drop(phone);
    let mut phone = home.open();
    let sent = |phone: &mut Phone, metered, charging| -> Vec<Rendition> {
        phone.set_network(Link { metered, charging });
        transfers(phone).iter().map(|t| t.rendition).collect()
    };
    assert_eq!(sent(&mut phone, true, true), [Rendition::Thumb]);
    let told = phone.case(&case).unwrap().photos_sent;
    assert_eq!((told.text.as_str(), told.held_back), ("照片 1 张, 1 张等待 Wi-Fi 或充电", 1));
    assert_eq!(sent(&mut phone, false, false), [Rendition::Thumb, Rendition::Medium]);
    assert_eq!(sent(&mut phone, false, true), [Rendition::Thumb, Rendition::Medium, Rendition::Original]);
    assert_eq!(phone.case(&case).unwrap().photos_sent.text, "照片 1 张, 1 张待上传");
}

#[test]
fn an_original_is_let_go_only_when_a_verified_backup_holds_it() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE]);
    let whole = photo(LARGE);
    let hash = original(&phone, &case, 1);
    let (one, two) = (PhotoSize::Original, PhotoSize::Medium);
    let here = |phone: &Phone, size| phone.photo_file(&case, 1, size).unwrap().here;
    let state = phone.set_cache_budget(0).unwrap();
    assert!(state.over_budget && state.may_go_bytes == 0 && here(&phone, one), "all of it is pinned");
    referee.sync(&mut phone);
    phone.set_cache_budget(0).unwrap();
    assert!(here(&phone, one), "the server has only its name");
    referee.take_photos(&mut phone);
    phone.set_cache_budget(0).unwrap();
    assert!(here(&phone, one), "the server has it, and no backup");
    // A backup that was made before the server had the file says nothing of it.
    referee.safe_seq = Some(referee.head().head.saturating_sub(1));
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    assert!(here(&phone, one));
    // The original goes first; the medium one stays while the budget allows it, the thumb always.
    let small = phone.photo_file(&case, 1, PhotoSize::Medium).unwrap().bytes
        + phone.photo_file(&case, 1, PhotoSize::Thumb).unwrap().bytes;
    phone.set_cache_budget(small).unwrap();
    backed_up(&mut referee, &mut phone);
    assert_eq!((here(&phone, one), here(&phone, two)), (false, true));
    assert!(!file(&home, &hash).exists());
    let shown = &phone.case(&case).unwrap().photos[0];
    assert_eq!(
        (shown.local, shown.stored, shown.sent),
        (false, true, whole.len() as u64),
        "a reference is left"
    );
    assert_eq!(phone.line_of(&case).unwrap().sync, "delivered");
    assert_eq!(transfers(&mut phone), []);
    let state = phone.set_cache_budget(0).unwrap();
    assert_eq!((here(&phone, two), here(&phone, PhotoSize::Thumb)), (false, true));
    assert!(state.over_budget, "thumbs stay, and it is said");
    drop(phone);
    let mut phone = home.open();
    assert!(!here(&phone, one) && here(&phone, PhotoSize::Thumb));
    // The same picture again: it is here, and with the server.
    let again = captured(&mut phone, "二", &[LARGE]);
    assert!(phone.photo_file(&again, 1, one).unwrap().here && here(&phone, one));
}

#[test]
fn what_was_shown_last_goes_last() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let names = ["small_exif.jpg", "tiny.png", "tiny.jpg"];
    let cases = names.map(|name| {
        home.clock.advance(1_000);
        captured(&mut phone, name, &[name])
    });
    referee.sync(&mut phone);
    referee.take_photos(&mut phone);
    home.clock.advance(1_000);
    let first = phone.photo_file(&cases[0], 1, PhotoSize::Original).unwrap();
    phone.show_photo(&first).unwrap();
    backed_up(&mut referee, &mut phone);
    let held = phone.cache().unwrap().held_bytes;
    phone.set_cache_budget(held - 1).unwrap();
    let here = cases.map(|case| phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here);
    assert_eq!(here, [true, false, true], "the oldest was looked at since, so the second goes");
}

#[test]
fn a_server_that_was_restored_makes_nothing_safe_that_was_safe_before() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE]);
    referee.sync(&mut phone);
    referee.take_photos(&mut phone);
    backed_up(&mut referee, &mut phone);
    let mut referee = referee.restored();
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    phone.set_cache_budget(0).unwrap();
    assert!(phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here);
    referee.sync(&mut phone);
    assert_eq!(referee.take_photos(&mut phone).len(), 3, "every file is offered again");
    phone.set_cache_budget(0).unwrap();
    assert!(phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here);
    backed_up(&mut referee, &mut phone);
    assert!(!phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here);
}

#[test]
fn a_file_that_a_cleaner_took_or_a_disk_damaged_is_told_and_stops_no_other() {
    for damage in ["missing", "damaged"] {
        let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
        let case = captured(&mut phone, "一", &[LARGE, "small_exif.jpg"]);
        referee.sync(&mut phone);
        let (bad, good) = (original(&phone, &case, 1), original(&phone, &case, 2));
        let path = file(&home, &bad);
        if damage == "missing" {
            std::fs::remove_file(&path).unwrap();
        } else {
            let mut bytes = std::fs::read(&path).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            std::fs::write(&path, bytes).unwrap();
        }
        // Its first piece is as it was: all of it is read before any of it is sent.
        assert!(phone.upload_piece(&bad, 0, 1_000).is_err(), "{damage}");
        assert_eq!(phone.upload_piece(&good, 100, 10).unwrap(), photo("small_exif.jpg")[100..110]);
        let items = phone.attention().unwrap();
        assert_eq!(items.len(), 1, "{damage}");
        let item = &items[0];
        assert_eq!((item.code.clone(), item.case.clone()), (format!("file_{damage}"), case.to_string()));
        assert_eq!(item.next, ["retake", "discard"]);
        assert!(item.reason.contains("重新拍") && item.reason_en.contains("take it again"));
        assert_eq!(phone.line_of(&case).unwrap().sync, "attention");
        let shown = phone.case(&case).unwrap();
        assert_eq!(shown.photos[0].trouble.as_deref(), Some(item.reason.as_str()));
        assert_eq!(shown.photos_sent.text, "照片 2 张, 1 张需处理, 1 张待上传");
        assert!(matches!(phone.amend(item.item, &yuandian_device::Amendment::default()),
            Err(DeviceError::NotOffered { next, .. }) if next == ["retake", "discard"]));
        // Once more changes nothing; and whoever has the picture still puts it back by adding it again.
        assert!(phone.upload_piece(&bad, 0, 1_000).is_err());
        assert_eq!(phone.attention().unwrap().len(), 1);
        let mut other = home.open_again(phone);
        captured(&mut other, "二", &[LARGE]);
        assert_eq!(other.upload_piece(&bad, 0, 1_000).unwrap(), photo(LARGE)[..1_000], "{damage}");
        assert_eq!(other.attention().unwrap(), []);
        assert_eq!(other.line_of(&case).unwrap().sync, "uploading");
    }
}

#[test]
fn a_file_in_trouble_can_be_given_up_and_one_that_the_server_has_after_all_is_fetched_again() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &["small_exif.jpg"]);
    let other = captured(&mut phone, "二", &["tiny.jpg"]);
    referee.sync(&mut phone);
    let (lost, had) = (original(&phone, &case, 1), original(&phone, &other, 1));
    for hash in [&lost, &had] {
        std::fs::remove_file(file(&home, hash)).unwrap();
        assert!(phone.upload_piece(hash, 0, 10).is_err());
    }
    assert_eq!(phone.attention().unwrap().len(), 2);
    let item = phone.attention().unwrap().iter().find(|item| item.case == case.to_string()).unwrap().item;
    assert_eq!(phone.discard(item).unwrap(), case);
    assert!(matches!(phone.discard(item), Err(DeviceError::NotFound { what: "item", .. })));
    let waiting = transfers(&mut phone);
    assert!(!waiting.iter().any(|t| t.hash == lost), "it is not offered any more");
    // Somebody else had brought the other one: the server says so when it is asked.
    let transfer = waiting.iter().find(|t| t.hash == had).unwrap().clone();
    phone.keep(&Keep::Uploaded(transfer)).unwrap();
    assert_eq!(phone.attention().unwrap(), []);
    let file = phone.photo_file(&other, 1, PhotoSize::Original).unwrap();
    assert!(!file.here && phone.case(&other).unwrap().photos[0].stored);
}

#[test]
fn a_file_that_the_server_finds_too_large_is_told() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = captured(&mut phone, "一", &["tiny.jpg"]);
    referee.sync(&mut phone);
    let large = transfers(&mut phone).into_iter().find(|t| t.rendition == Rendition::Original).unwrap();
    phone.keep(&Keep::TooLarge(large)).unwrap();
    let items = phone.attention().unwrap();
    assert_eq!((items.len(), items[0].code.as_str()), (1, "file_too_large"));
    assert_eq!(items[0].case, case.to_string());
    assert!(phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here, "the file is as good as it was");
}

#[test]
fn files_of_a_draft_that_was_given_up_go_when_room_is_needed_and_not_before() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let hash = phone.add_draft_photo(&id, &photo(LARGE)).unwrap();
    phone.render_draft(&id).unwrap();
    phone.set_cache_budget(0).unwrap();
    assert!(file(&home, &hash).exists(), "a draft needs it");
    phone.set_cache_budget(1 << 30).unwrap();
    phone.discard_draft(&id).unwrap();
    assert!(file(&home, &hash).exists());
    phone.set_cache_budget(0).unwrap();
    assert!(!file(&home, &hash).exists());
    assert_eq!(phone.cache().unwrap().held_bytes, 0);
}

#[test]
fn without_room_photos_are_refused_with_what_waits_and_words_are_still_written() {
    let home = Home::new(1);
    let free = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(1 << 40));
    let mut phone = home.open_with_room(std::sync::Arc::clone(&free));
    let mut referee = Referee::new();
    referee.enroll(&mut phone, 1, Role::GridWorker);
    let case = captured(&mut phone, "一", &[LARGE]);
    let waiting_bytes = phone.photos_sent().unwrap().waiting_bytes;
    assert!(waiting_bytes > photo(LARGE).len() as u64);
    free.store(1_000, std::sync::atomic::Ordering::Relaxed);
    let id = phone.save_draft(None, &draft("case.snap", "文字")).unwrap();
    let refused = DeviceError::NoRoom { waiting_bytes, free_bytes: Some(1_000) };
    assert_eq!(phone.add_draft_photo(&id, &photo("tiny.jpg")), Err(refused.clone()));
    assert_eq!(phone.note(&case, "看", &[photo("tiny.jpg")]), Err(refused));
    phone.finish(&id).unwrap();
    phone.note(&case, "只有文字", &[]).unwrap();
    assert!(phone.photo_file(&case, 1, PhotoSize::Original).unwrap().here, "what waits is not room");
}

#[test]
fn where_only_the_camera_counts_a_picture_out_of_an_album_is_refused_with_what_to_do() {
    let (_, _, [mut phone]) = people::<1>(Role::Dispatcher);
    let album = CaptureInfo { source: Source::Album, ..CaptureInfo::default() };
    let camera = CaptureInfo { source: Source::Camera, ..CaptureInfo::default() };
    let picture = photo("tiny.jpg");
    let about = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap().to_string();
    let asked = Draft { answers: answers(&[("case", &about)]), ..draft("task.verify", "核实") };
    let id = phone.save_draft(None, &asked).unwrap();
    let refused = phone.capture(&id, &picture, &album).unwrap_err();
    let DeviceError::Photo { code, reason } = &refused else { panic!("{refused:?}") };
    assert_eq!((*code, reason.as_str()), ("album", "这个事项只收现场拍摄的照片:请用应用内相机重新拍"));
    assert_eq!(phone.draft(&id).unwrap().photos, [], "nothing of it is kept");
    phone.capture(&id, &picture, &camera).unwrap();
    let case = phone.finish(&id).unwrap();
    let other = photo("tiny.png");
    assert_eq!(
        phone.add(
            &case,
            &Addition {
                text: "看",
                photos: std::slice::from_ref(&other),
                info: album.clone(),
                ..Addition::default()
            }
        ),
        Err(refused)
    );
    phone
        .add(&case, &Addition { text: "看", photos: &[], info: album.clone(), ..Addition::default() })
        .unwrap();
    phone
        .add(
            &case,
            &Addition {
                text: "看",
                photos: std::slice::from_ref(&other),
                info: CaptureInfo::default(),
                ..Addition::default()
            },
        )
        .unwrap();
    // Elsewhere a picture out of an album is as good as it says.
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    phone.capture(&id, &picture, &album).unwrap();
}
