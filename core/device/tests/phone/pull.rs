//! Pages: what may not come in, what comes twice, what goes.

use yuandian_document::{Edit, NoteEntry};
use yuandian_model::{EntryId, Role};
use yuandian_sync::{Keep, Load, Loaded};

use crate::referee::{batch, stream};
use crate::{HOSTILE, capture, draft, notes, people, photo};

fn cursor(phone: &mut yuandian_device::Phone) -> u64 {
    phone.sync_state().unwrap().streams[0].cursor
}

#[test]
fn a_hostile_change_is_kept_apart_and_the_case_stays_readable() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    one.note(&case, "真话", &[]).unwrap();
    referee.sync(&mut one);
    let hostile = std::fs::read(format!("{HOSTILE}/../hostile-changes/000.change")).unwrap();
    referee.smuggle(&case, |commit| commit.body = hostile);
    one.note(&case, "后来的真话", &[]).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    let at = cursor(&mut two);
    assert_eq!(at, 5, "the cursor moves past it");
    for phone in [&one, &two] {
        assert_eq!(notes(phone, &case), ["真话", "后来的真话"]);
        assert_eq!(phone.case(&case).unwrap().heads, referee.heads(&case));
    }
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM quarantine"), 1);
    assert_eq!(homes[1].count("SELECT count(*) FROM base"), 4);
    let two = homes[1].open();
    assert_eq!(notes(&two, &case), ["真话", "后来的真话"]);
}

#[test]
fn a_change_under_a_name_that_is_not_its_authors_is_kept_apart() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    one.note(&case, "真话", &[]).unwrap();
    referee.sync(&mut one);
    let note = Edit::Note(EntryId([9; 16]), NoteEntry::of("冒名", 0));
    referee.stranger_writes(&case, &[note]);
    referee.smuggle(&case, |commit| {
        commit.branch = 7;
    });
    referee.sync(&mut two);
    assert_eq!(notes(&two, &case), ["真话", "冒名"]);
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM quarantine"), 1, "the same change under another branch");
}

#[test]
fn a_change_known_already_is_fine_under_another_commit() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    one.note(&case, "一", &[]).unwrap();
    referee.sync(&mut one);
    referee.smuggle(&case, |_| {});
    referee.sync(&mut two);
    assert_eq!(notes(&two, &case), ["一"]);
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM quarantine"), 0);
}

#[test]
fn a_page_given_twice_changes_nothing() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    one.note(&case, "一", &[]).unwrap();
    referee.sync(&mut one);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    let page = referee.page(&mut two);
    two.keep(&Keep::Page(page.clone())).unwrap();
    let before = (two.case(&case).unwrap(), two.list(10, 0).unwrap(), cursor(&mut two));
    two.keep(&Keep::Page(page)).unwrap();
    assert_eq!((two.case(&case).unwrap(), two.list(10, 0).unwrap(), cursor(&mut two)), before);
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM base"), 3);
}

#[test]
fn a_page_and_its_cursor_are_kept_together() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    assert_eq!(cursor(&mut two), 0);
    let page = referee.page(&mut two);
    two.keep(&Keep::Page(page)).unwrap();
    drop(two);
    let mut two = homes[1].open();
    assert_eq!(cursor(&mut two), 2);
    assert_eq!(two.case(&case).unwrap().heads, referee.heads(&case));
    assert_eq!(two.line_of(&case).unwrap().title, "井盖");
    assert!(referee.page(&mut two).cases.is_empty());
}

#[test]
fn a_stream_taken_away_takes_its_cases_but_never_work_that_is_not_settled() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let quiet = capture(&mut one, "case.snap", "安静");
    let busy = capture(&mut one, "case.snap", "有人写");
    let filmed = capture(&mut one, "case.snap", "有照片");
    let refused = capture(&mut one, "case.snap", "有事");
    referee.sync(&mut one);
    referee.sync(&mut two);
    two.note(&refused, "太长", &[]).unwrap();
    two.note(&filmed, "看", &[photo("tiny.jpg")]).unwrap();
    referee.answer(1, yuandian_model::Code::RLimit);
    referee.sync(&mut two);
    two.note(&busy, "还没发", &[]).unwrap();
    let fresh = capture(&mut two, "case.snap", "新的");
    let ids = |phone: &yuandian_device::Phone| {
        let mut ids: Vec<String> = phone.list(100, 0).unwrap().into_iter().map(|line| line.id).collect();
        ids.sort();
        ids
    };
    let sorted = |ids: &[yuandian_device::CaseId]| {
        let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.sort();
        ids
    };
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    assert_eq!(ids(&two), sorted(&[busy, filmed, refused, fresh]));
    assert!(two.case(&quiet).is_err());
    assert_eq!(notes(&two, &busy), ["还没发"]);
    assert!(matches!(two.load(&Load::Pull).unwrap(), Loaded::Pull(pull) if pull.streams.is_empty()));

    // Its photo is the server's now: nothing keeps it here any more.
    assert_eq!(referee.take_photos(&mut two).len(), 2);
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    assert_eq!(ids(&two), sorted(&[busy, refused, fresh]));

    // The right comes back: so does everything, from the beginning.
    referee.sync(&mut two);
    assert_eq!(ids(&two), sorted(&[quiet, busy, filmed, refused, fresh]));
    assert_eq!(notes(&two, &busy), ["还没发"]);
    assert_eq!(two.case(&quiet).unwrap().heads, referee.heads(&quiet));
    two.note(&filmed, "又来", &[]).unwrap();
    referee.sync(&mut two);
    assert_eq!(
        (two.outbox().unwrap(), notes(&two, &filmed)),
        (vec![], vec!["看".to_owned(), "又来".to_owned()])
    );
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM quarantine"), 0);
}

#[test]
fn a_case_that_left_the_stream_is_gone_and_one_never_held_does_no_harm() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    let push = batch(&mut two);
    assert!(push.items.is_empty());
    let mut page = referee.page(&mut two);
    let gone = |document| yuandian_sync::message::PulledCase {
        stream: stream(),
        partition: yuandian_model::PartitionId::ONLY,
        document,
        seq: 3,
        gone: Some("moved".into()),
        commits: vec![],
        facts: None,
        stored: vec![],
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    };
    page.cases = vec![gone(case), gone(yuandian_device::CaseId([5; 16]))];
    two.keep(&Keep::Page(page)).unwrap();
    assert_eq!(two.list(10, 0).unwrap(), []);
}

#[test]
fn others_see_a_micro_picture_at_once_and_the_file_when_the_server_has_it() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let id = one.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    one.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    one.finish(&id).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    let shown = &two.case(&id).unwrap().photos[0];
    assert!(!shown.local && !shown.stored);
    let micro: yuandian_device::BlobHash = shown.micro.as_ref().unwrap().parse().unwrap();
    let bytes = two.micro(&micro).unwrap().unwrap();
    assert_eq!(yuandian_photo::original_hash(&bytes), micro.0);
    assert_eq!(two.line_of(&id).unwrap().sync, "delivered", "nothing of this person is on its way");
}

#[test]
fn what_a_full_page_left_out_is_fetched_and_not_passed_over() {
    let (mut referee, _homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let [first, second] = ["井盖", "路灯"].map(|text| capture(&mut one, "case.snap", text));
    referee.sync(&mut one);
    referee.sync(&mut two);
    // Two writes to the second case, and between them one to the first.
    one.note(&second, "一", &[]).unwrap();
    referee.sync(&mut one);
    one.note(&first, "别处", &[]).unwrap();
    referee.sync(&mut one);
    let between = cursor(&mut one);
    one.note(&second, "二", &[]).unwrap();
    referee.sync(&mut one);
    let whole = referee.page(&mut two);
    // The page is full after the first case, whose number is the smaller; the second stands beyond it.
    let mut full = whole.clone();
    full.cases.retain(|case| case.document == first);
    full.cursors.iter_mut().for_each(|cursor| cursor.cursor = between);
    full.more = true;
    two.keep(&Keep::Page(full)).unwrap();
    // What follows the cursor is all that the next one brings.
    let rest = referee.page(&mut two);
    assert_eq!(rest.cases.len(), 1);
    two.keep(&Keep::Page(rest)).unwrap();
    let Loaded::Docs(Some(docs)) = two.load(&Load::Docs).unwrap() else { panic!("nothing is wanted") };
    assert_eq!(docs.wanted.iter().map(|wanted| wanted.document).collect::<Vec<_>>(), [second]);
    assert!(docs.wanted[0].since < between, "from what is here of it");
    let reply = referee.docs(&two, &docs);
    two.keep(&Keep::Docs { asked: docs, reply }).unwrap();
    assert_eq!(two.load(&Load::Docs).unwrap(), Loaded::Docs(None));
    assert_eq!(notes(&two, &second), ["一", "二"]);
}
