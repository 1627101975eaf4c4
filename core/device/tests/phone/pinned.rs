//! A small model of a phone, a server and its backup: whatever people, networks and operators do in whatever order, a photo that no backup
//! holds is on the phone, as it was taken.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_device::{BlobHash, CaseId, Phone, PhotoSize};
use yuandian_model::Role;
use yuandian_sync::{Keep, Load, Loaded, Transfer};

use crate::home::Home;
use crate::referee::Referee;
use crate::{draft, photo};

/// Runs, and steps of each.
const RUNS: u64 = 20;
const STEPS: u64 = 50;

/// Numbers that look drawn, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A real picture with a comment, so that every number has another hash.
fn picture(number: u64) -> Vec<u8> {
    let tiny = photo("tiny.jpg");
    let text = format!("picture {number:020}");
    let length = u16::try_from(text.len() + 2).unwrap();
    [&tiny[..2], &[0xff, 0xfe], &length.to_be_bytes(), text.as_bytes(), &tiny[2..]].concat()
}

struct World {
    home: Home,
    phone: Option<Phone>,
    referee: Referee,
    /// Originals of finished cases, by hash.
    taken: BTreeMap<BlobHash, Vec<u8>>,
    cases: Vec<(CaseId, BlobHash)>,
    server: BTreeSet<BlobHash>,
    backup: BTreeSet<BlobHash>,
    pictures: u64,
    /// How often something was let go, so that the test knows what it has seen.
    let_go: u64,
}

impl World {
    fn phone(&mut self) -> &mut Phone {
        self.phone.as_mut().unwrap()
    }

    fn step(&mut self, dice: &mut Dice) -> String {
        match dice.below(11) {
            0 | 1 => {
                // One in four is a picture that was taken before.
                let again = self.pictures > 0 && dice.below(4) == 0;
                let number = if again { dice.below(self.pictures) } else { self.pictures };
                self.pictures = self.pictures.max(number + 1);
                let bytes = picture(number);
                let id = self.phone().save_draft(None, &draft("case.snap", "井盖")).unwrap();
                let hash = self.phone().add_draft_photo(&id, &bytes).unwrap();
                if dice.below(2) == 0 {
                    self.phone().render_draft(&id).unwrap();
                }
                if dice.below(5) == 0 {
                    self.phone().discard_draft(&id).unwrap();
                    return format!("draft of {number} given up");
                }
                self.phone().finish(&id).unwrap();
                self.taken.insert(hash, bytes);
                self.cases.push((id, hash));
                format!("capture {number}")
            }
            2 | 3 => {
                let phone = self.phone.as_mut().unwrap();
                self.referee.sync(phone);
                "sync".into()
            }
            4 | 5 => self.upload(dice),
            6 => {
                let phone = self.phone.as_mut().unwrap();
                phone.keep(&Keep::Hello(self.referee.hello(phone))).unwrap();
                if dice.below(2) == 0 {
                    return "greeting".into();
                }
                self.referee.safe_seq = Some(self.referee.head().head);
                self.backup.clone_from(&self.server);
                phone.keep(&Keep::Hello(self.referee.hello(phone))).unwrap();
                "backup".into()
            }
            7 | 8 => {
                let held = self.phone().cache().unwrap().held_bytes;
                let budget = [0, held / 2, held, 1 << 40][usize::try_from(dice.below(4)).unwrap()];
                self.phone().set_cache_budget(budget).unwrap();
                format!("budget {budget}")
            }
            9 => {
                if dice.below(3) > 0 || self.cases.is_empty() {
                    self.phone = None;
                    self.phone = Some(self.home.open());
                    return "restart".into();
                }
                let (case, hash) = self.cases[usize::try_from(dice.below(self.cases.len() as u64)).unwrap()];
                let file = self.phone().photo_file(&case, 1, PhotoSize::Original).unwrap();
                if file.here {
                    assert_eq!(self.phone().show_photo(&file).unwrap(), self.taken[&hash]);
                }
                "show".into()
            }
            _ => {
                if dice.below(4) > 0 {
                    return "nothing".into();
                }
                // Its disk is lost; the backup is put in its place.
                let referee = std::mem::replace(&mut self.referee, Referee::new());
                self.referee = referee.restored();
                self.server.clone_from(&self.backup);
                "restore".into()
            }
        }
    }

    fn upload(&mut self, dice: &mut Dice) -> String {
        let Loaded::Transfers(waiting) = self.phone().load(&Load::Transfers).unwrap() else { panic!() };
        if waiting.is_empty() {
            return "nothing waits".into();
        }
        let transfer: Transfer = waiting[usize::try_from(dice.below(waiting.len() as u64)).unwrap()].clone();
        if !self.server.contains(&transfer.hash) {
            let bytes = self.phone().upload_piece(&transfer.hash, 0, transfer.size).unwrap();
            if let Some(original) = self.taken.get(&transfer.hash) {
                assert_eq!(&bytes, original, "what is sent is what was taken");
            }
        }
        if dice.below(3) == 0 {
            self.phone().keep(&Keep::UploadOffset { transfer, offset: 1 }).unwrap();
            return "a part sent".into();
        }
        self.server.insert(transfer.hash);
        // The cases that show it move on.
        self.referee.moved();
        self.phone().keep(&Keep::Uploaded(transfer)).unwrap();
        "sent".into()
    }

    /// What no backup holds is here, byte for byte; what is here is what it should be.
    fn hold(&mut self, steps: &[String]) {
        for (hash, bytes) in &self.taken {
            let phone = self.phone.as_ref().unwrap();
            match phone.blob(hash, 0, u64::MAX) {
                Ok(found) => assert_eq!(&found, bytes, "{steps:?}"),
                Err(error) => {
                    assert!(self.backup.contains(hash), "{error} after {steps:?}");
                    self.let_go += 1;
                }
            }
        }
    }
}

#[test]
fn a_photo_that_no_backup_holds_is_never_removed_whatever_happens() {
    let mut let_go = 0;
    for run in 0..RUNS {
        let home = Home::new(1);
        let mut phone = home.open();
        let mut referee = Referee::new();
        referee.enroll(&mut phone, 1, Role::GridWorker);
        let mut world = World {
            home,
            phone: Some(phone),
            referee,
            taken: BTreeMap::new(),
            cases: vec![],
            server: BTreeSet::new(),
            backup: BTreeSet::new(),
            pictures: 0,
            let_go: 0,
        };
        let mut dice = Dice(run);
        let mut steps = vec![format!("run {run}")];
        for _ in 0..STEPS {
            let step = world.step(&mut dice);
            steps.push(step);
            world.hold(&steps);
        }
        // In the end everything is with the server, and nothing needed a person.
        let phone = world.phone.as_mut().unwrap();
        world.referee.sync(phone);
        world.server.extend(world.referee.take_photos(phone));
        assert!(world.taken.keys().all(|hash| world.server.contains(hash)), "{steps:?}");
        assert_eq!(phone.attention().unwrap(), [], "{steps:?}");
        let_go += world.let_go;
    }
    assert!(let_go > 100, "files were let go in these runs, so the promise was put to the test: {let_go}");
}
