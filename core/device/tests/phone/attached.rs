//! What is attached to notes: voice, film, a signature. Kept, recorded, sent and found like a photo's original.

use yuandian_device::{
    Addition, Attached, Attachment, BlobHash, CaptureInfo, CaseId, DeviceError, Phone, PhotoSize,
};
use yuandian_model::Role;
use yuandian_sync::limits::{ATTACHED_MAX, SIGNATURE_BYTES_MAX};
use yuandian_sync::{Load, Loaded, Rendition};

use crate::{capture, draft, people, photo};

fn voice(number: u8) -> Attachment {
    let mut bytes = b"#!AMR\n".to_vec();
    bytes.extend([number; 900]);
    Attachment { kind: Attached::Voice, bytes }
}

fn film() -> Attachment {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    bytes.extend([5; 4_000]);
    Attachment { kind: Attached::Video, bytes }
}

fn signature() -> Attachment {
    Attachment { kind: Attached::Signature, bytes: photo("tiny.png") }
}

fn add(phone: &mut Phone, case: &CaseId, text: &str, files: &[Attachment]) -> Result<(), DeviceError> {
    phone.add(case, &Addition { text, files, ..Addition::default() })
}

#[test]
fn a_voice_note_of_a_draft_goes_with_its_case_and_reaches_who_may_hear_it() {
    let (mut referee, [home, _], [mut phone, mut other]) = people::<2>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let hash = phone.attach(&id, &voice(1), &CaptureInfo::default()).unwrap();
    assert_eq!(phone.attach(&id, &voice(1), &CaptureInfo::default()).unwrap(), hash, "once is enough");
    phone.attach(&id, &voice(2), &CaptureInfo::default()).unwrap();
    let dropped = phone.draft(&id).unwrap().files[1].hash;
    phone.detach(&id, &dropped).unwrap();
    // A kill loses nothing of it.
    drop(phone);
    let mut phone = home.open();
    assert_eq!(phone.draft(&id).unwrap().files.len(), 1);
    let case = phone.finish(&id).unwrap();
    let told = |phone: &Phone| phone.case(&case).unwrap().notes[0].files[0].clone();
    let file = told(&phone);
    assert_eq!(
        (file.hash.as_str(), file.kind.as_str(), file.kind_text.as_str()),
        (hash.to_string().as_str(), "voice", "语音")
    );
    assert_eq!((file.mime.as_str(), file.local, file.stored), ("audio/amr", true, false));
    drop(phone);
    assert_eq!(home.count("SELECT count(*) FROM captures WHERE state = 1"), 1, "its record is handed in");
    let mut phone = home.open();
    referee.sync(&mut phone);
    let Loaded::Transfers(waiting) = phone.load(&Load::Transfers).unwrap() else { panic!() };
    assert_eq!(
        waiting.iter().map(|t| (t.hash, t.rendition)).collect::<Vec<_>>(),
        [(hash, Rendition::Attached)]
    );
    assert_eq!(phone.case(&case).unwrap().photos_sent.photos, 0, "it is no photo");
    assert_eq!(phone.case(&case).unwrap().sync, "uploading");
    assert_eq!(phone.list(10, 0).unwrap()[0].photos, 0);
    referee.take_photos(&mut phone);
    assert!(told(&phone).stored);
    referee.sync(&mut other);
    let seen = told(&other);
    assert_eq!((seen.local, seen.size), (false, file.size));
    let fetched = other.attached_file(&case, &hash).unwrap();
    assert_eq!(
        (fetched.mime.as_str(), fetched.here, fetched.size),
        ("audio/amr", false, PhotoSize::Original)
    );
    let own = phone.attached_file(&case, &hash).unwrap();
    assert_eq!(phone.show_photo(&own).unwrap(), voice(1).bytes);
    let missing = BlobHash([3; 32]);
    assert!(matches!(phone.attached_file(&case, &missing), Err(DeviceError::NotFound { .. })));
    let zip = phone.export(&case).unwrap();
    assert!(crate::home::contains(&zip, format!("files/{hash}.amr").as_bytes()));
}

#[test]
fn words_and_files_are_one_note_and_a_note_of_files_needs_no_words() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    add(&mut phone, &case, "签收", &[signature(), film()]).unwrap();
    add(&mut phone, &case, "", &[voice(1)]).unwrap();
    assert!(
        matches!(add(&mut phone, &case, " ", &[]), Err(DeviceError::Invalid { field, .. }) if field == "text")
    );
    referee.sync(&mut phone);
    let notes = phone.case(&case).unwrap().notes;
    let kinds = |n: usize| notes[n].files.iter().map(|file| file.kind.clone()).collect::<Vec<_>>();
    assert_eq!(
        (notes[0].text.as_str(), kinds(0)),
        ("签收", vec!["signature".to_owned(), "video".to_owned()])
    );
    assert_eq!((notes[1].text.as_str(), kinds(1)), ("", vec!["voice".to_owned()]));
    assert_eq!(phone.case(&case).unwrap().photos, [], "a signature is no photo of the place");
}

#[test]
fn a_file_that_is_not_what_it_is_said_to_be_is_refused_and_leaves_nothing() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    drop(phone);
    let before = home.tables();
    let mut phone = home.open();
    let as_kind = |kind, bytes: Vec<u8>| [Attachment { kind, bytes }];
    let too_large = [photo("tiny.png"), vec![0; usize::try_from(SIGNATURE_BYTES_MAX).unwrap()]].concat();
    for (field, files) in [
        ("voice", as_kind(Attached::Voice, photo("tiny.jpg"))),
        ("voice", as_kind(Attached::Voice, b"MZ a program".to_vec())),
        ("video", as_kind(Attached::Video, voice(1).bytes)),
        ("signature", as_kind(Attached::Signature, photo("tiny.jpg"))),
        ("signature", as_kind(Attached::Signature, too_large)),
        ("voice", as_kind(Attached::Voice, vec![])),
    ] {
        let refused = add(&mut phone, &case, "看", &files);
        assert!(
            matches!(&refused, Err(DeviceError::Invalid { field: named, .. }) if named == field),
            "{refused:?}"
        );
    }
    let many: Vec<Attachment> = (0..=ATTACHED_MAX).map(|n| voice(u8::try_from(n).unwrap())).collect();
    assert!(
        matches!(add(&mut phone, &case, "", &many), Err(DeviceError::Invalid { field, .. }) if field == "file")
    );
    drop(phone);
    assert_eq!(home.tables(), before);
    let mut phone = home.open();
    add(&mut phone, &case, "", &many[1..]).unwrap();
    assert_eq!(phone.case(&case).unwrap().notes[0].files.len(), ATTACHED_MAX);
}

#[test]
fn a_file_that_a_cleaner_took_is_told_and_a_draft_with_it_waits() {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let path = |hash: &BlobHash| {
        let name = hash.to_string();
        home.store().with_file_name("blobs").join(&name[..2]).join(name)
    };
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let hash = phone.attach(&id, &voice(1), &CaptureInfo::default()).unwrap();
    std::fs::remove_file(path(&hash)).unwrap();
    assert!(matches!(phone.finish(&id), Err(DeviceError::Damaged(_))));
    phone.detach(&id, &hash).unwrap();
    phone.attach(&id, &voice(1), &CaptureInfo::default()).unwrap();
    let case = phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    std::fs::remove_file(path(&hash)).unwrap();
    assert!(phone.upload_piece(&hash, 0, 10).is_err());
    let told = phone.case(&case).unwrap().notes[0].files[0].trouble.clone();
    assert!(told.is_some_and(|words| words.contains("不在本机")));
    assert_eq!(phone.attention().unwrap().len(), 1);
    // Said again with the same bytes: all is well.
    add(&mut phone, &case, "", &[voice(1)]).unwrap();
    assert_eq!(phone.attention().unwrap(), []);
}
