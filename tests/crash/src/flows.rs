//! What people and syncs do, command by command, each from a disk that is made for it.

mod made;

use std::sync::Arc;

use sha2::{Digest, Sha256};
use yuandian_device::{Addition, Amendment, Attached, Attachment, CaptureInfo, DeviceError, Phone, Result};
use yuandian_model::{BlobHash, Code, Role};
use yuandian_sync::{Keep, Load, Loaded};
use yuandian_vfs::{FaultBlobDir, Image};

use crate::home::Life;
use made::{Scene, act, capture, draft, photo, the_draft, titled};

/// One command: a transaction, or nothing.
pub type Step = Arc<dyn Fn(&mut Phone) -> Result<()> + Send + Sync>;

/// How a flow is taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// A person looks first and goes on behind what is done.
    FromDone,
    /// A sync repeats what was not acknowledged, done or not.
    FromAcknowledged,
}

/// A flow.
pub struct Flow {
    /// Its name on the command line.
    pub name: &'static str,
    /// Whose phone, and how often it was opened before.
    pub life: Life,
    /// The disk at its beginning.
    pub image: Image,
    /// Whether opening the store is a part of it.
    pub opens: bool,
    /// Its commands.
    pub steps: Vec<Step>,
    /// How it is taken up again.
    pub resume: Resume,
    /// Photo files that a cleaner or the disk has spoiled before it began.
    pub spoiled: Vec<BlobHash>,
    /// Parts of what the person sees at its end; one that begins with `!` is not seen. So that a flow does what its name says.
    pub shows: &'static [&'static str],
}

impl Flow {
    fn with_spoiled(self, spoiled: Vec<BlobHash>) -> Self {
        Self { spoiled, ..self }
    }

    fn showing(self, shows: &'static [&'static str]) -> Self {
        Self { shows, ..self }
    }
}

/// A flow's name, and how it is made.
pub type Made = (&'static str, fn() -> Flow);

/// All flows.
pub const FLOWS: &[Made] = &[
    ("migrate", migrate),
    ("reopen", reopen),
    ("enrol", enrol),
    ("capture", || capturing("capture", 0)),
    ("capture-photo", || capturing("capture-photo", 2)),
    ("attach", attach),
    ("edit", edit),
    ("note", note),
    ("claim", claim),
    ("resolve", resolve),
    ("push-reply", push_reply),
    ("pull-page", pull_page),
    ("refusal", refusal),
    ("rebase", rebase),
    ("attention", attention),
    ("revoke", revoke),
    ("upload", upload),
    ("spoiled", spoiled),
    ("lost-by-server", lost_by_server),
    ("let-go", let_go),
    ("epoch-refill", epoch_refill),
];

fn step(command: impl Fn(&mut Phone) -> Result<()> + Send + Sync + 'static) -> Step {
    Arc::new(command)
}

fn keep(keep: Keep) -> Step {
    step(move |phone| phone.keep(&keep))
}

/// Signs and keeps the next commits before they would be sent.
fn batch() -> Step {
    step(|phone| phone.load(&Load::Batch).map(drop))
}

fn is_receipts(keep: &Keep) -> bool {
    matches!(keep, Keep::Receipts(_))
}

fn is_page(keep: &Keep) -> bool {
    matches!(keep, Keep::Page(_))
}

/// A store is made where there is none.
fn migrate() -> Flow {
    let life = Life { number: 1, opened: 0 };
    let steps = vec![step(|phone| phone.drafts().map(drop))];
    let shows = &["nobody's phone, 0 drafts"];
    Flow {
        name: "migrate",
        life,
        image: Image::default(),
        opens: true,
        steps,
        resume: Resume::FromDone,
        spoiled: vec![],
        shows,
    }
}

/// A store is opened that was not closed: its log is read again.
fn reopen() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.snap", "井盖缺失");
    let draft_of_it = draft("case.snap", "路灯不亮");
    scene.phone().save_draft(None, &draft_of_it).expect("a draft");
    let image = scene.disk.image();
    let steps = vec![step(|phone| phone.discard_draft(&the_draft(phone)?))];
    let flow = scene.flow_on("reopen", image, steps, Resume::FromDone);
    Flow { opens: true, ..flow }.showing(&[r#""drafts":[]"#, "井盖缺失"])
}

fn enrol() -> Flow {
    let mut scene = Scene::new(1);
    let reply =
        scene.server.enrolment(scene.phone.as_ref().expect("it is open"), Role::GridWorker, "person 1");
    let steps = vec![step(move |phone| phone.enrolled("http://server.invalid", &reply))];
    scene.flow("enrol", steps, Resume::FromAcknowledged).showing(&["person 1"])
}

/// A draft, its photos one by one, the case.
fn capturing(name: &'static str, photos: usize) -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    let mut steps =
        vec![step(|phone| phone.save_draft(None, &draft("case.city.E06010", "楼后有暴露垃圾")).map(drop))];
    for number in 0..photos {
        steps.push(step(move |phone| {
            let id = the_draft(phone)?;
            phone.add_draft_photo(&id, &photo(number)).map(drop)
        }));
    }
    steps.push(step(|phone| {
        let id = the_draft(phone)?;
        phone.finish(&id).map(drop)
    }));
    scene
        .flow(name, steps, Resume::FromDone)
        .showing(&["楼后有暴露垃圾", r#"["楼后有暴露垃圾","report","queued"]"#])
}

/// A voice note of a draft, the case, and a signature under a note.
fn attach() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    let file = |kind, bytes: Vec<u8>| Attachment { kind, bytes };
    let voice = move || file(Attached::Voice, b"#!AMR\n spoken".to_vec());
    let signature = move || file(Attached::Signature, photo(1));
    let steps = vec![
        step(|phone| phone.save_draft(None, &draft("case.snap", "井盖松动")).map(drop)),
        step(move |phone| {
            let id = the_draft(phone)?;
            phone.attach(&id, &voice(), &CaptureInfo::default()).map(drop)
        }),
        step(|phone| {
            let id = the_draft(phone)?;
            phone.finish(&id).map(drop)
        }),
        step(move |phone| {
            let case = titled(phone, "井盖松动")?;
            phone.add(&case, &Addition { text: "签收", files: &[signature()], ..Addition::default() })
        }),
    ];
    scene.flow("attach", steps, Resume::FromDone).showing(&["井盖松动", "签收", "voice", "signature"])
}

fn edit() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    let set = |value: &'static str| {
        step(move |phone: &mut Phone| {
            let case = titled(phone, "一处")?;
            phone.edit(&case, &[("amount".into(), value.into()), ("severity".into(), "high".into())], None)
        })
    };
    scene
        .flow("edit", vec![set("约 2 立方米"), set("约 3 立方米")], Resume::FromDone)
        .showing(&["约 3 立方米", r#""severity":"high""#])
}

fn note() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    let steps = vec![
        step(|phone| {
            let case = titled(phone, "一处")?;
            phone.note(&case, "已到现场", &[])
        }),
        step(|phone| {
            let case = titled(phone, "一处")?;
            phone.note(&case, "清运前后", &[photo(0), photo(1)])
        }),
    ];
    scene.flow("note", steps, Resume::FromDone).showing(&["已到现场", "清运前后", r#""photos":[["#])
}

/// A volunteer takes a request, and reports back with a photo.
fn claim() -> Flow {
    let mut scene = Scene::with(1, Role::Volunteer);
    scene.another(2, Role::Resident, |phone| {
        capture(phone, "help.errand", "代买药");
    });
    scene.sync();
    let steps = vec![step(|phone| act(phone, "代买药", "claim", &[]))];
    scene.flow("claim", steps, Resume::FromDone).showing(&[r#"["代买药","claim","queued"]"#])
}

/// One of two values of an answer is chosen.
fn resolve() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    let answer = |phone: &mut Phone, value: &str| {
        let case = titled(phone, "一处").expect("the case");
        phone.edit(&case, &[("address".into(), value.into())], None).expect("an edit");
    };
    scene.meanwhile(
        2,
        Role::GridWorker,
        |scene| answer(scene.phone(), "北门"),
        |phone| answer(phone, "南门"),
    );
    scene.sync();
    let steps = vec![step(|phone| {
        let case = titled(phone, "一处")?;
        phone.resolve(&case, "address", 1)
    })];
    scene.flow("resolve", steps, Resume::FromDone).showing(&[r#""conflicts":[]"#])
}

/// A capture with photos and an edit are signed, sent, and their receipts kept.
fn push_reply() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    capture(scene.phone(), "case.snap", "另一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "一条", &[photo(0)]).expect("a note");
    let image = scene.still();
    let receipts = scene.sync_until(is_receipts).pop().expect("receipts");
    scene
        .flow_on("push-reply", image, vec![batch(), keep(receipts)], Resume::FromAcknowledged)
        .showing(&[r#"["一处","report","taken"]"#, r#"["另一处","report","taken"]"#])
}

/// Cases of others come, with documents and acts; some the phone had, with its own pending work in them.
fn pull_page() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    scene.another(2, Role::GridWorker, |phone| {
        for text in ["另一处", "又一处", "还有一处"] {
            capture(phone, "case.snap", text);
        }
    });
    scene.meanwhile(
        3,
        Role::GridWorker,
        |_| {},
        |phone| {
            let case = titled(phone, "一处").expect("the case");
            phone.note(&case, "我也看见了", &[photo(1)]).expect("a note");
            phone.edit(&case, &[("address".into(), "南门".into())], None).expect("an edit");
        },
    );
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().edit(&case, &[("address".into(), "北门".into())], None).expect("an edit");
    // Pushed first, then the page: what is kept before it belongs to the disk it starts from.
    scene.sync_until(is_page);
    let (image, page) = scene.stopped();
    scene.flow_on("pull-page", image, vec![keep(page)], Resume::FromAcknowledged).showing(&[
        "另一处",
        "又一处",
        "还有一处",
        "我也看见了",
        r#""conflicts":[["address""#,
    ])
}

/// A claim is refused, because the request was taken back meanwhile.
fn refusal() -> Flow {
    let mut scene = Scene::with(1, Role::Volunteer);
    let ask = |phone: &mut Phone| {
        capture(phone, "help.errand", "代买药");
    };
    scene.another(2, Role::Resident, ask);
    scene.sync();
    act(scene.phone(), "代买药", "claim", &[]).expect("a claim");
    scene.other(2, |phone| act(phone, "代买药", "cancel", &[]).expect("it is taken back"));
    let image = scene.still();
    let receipts = scene.sync_until(is_receipts).pop().expect("receipts");
    scene
        .flow_on("refusal", image, vec![batch(), keep(receipts)], Resume::FromAcknowledged)
        .showing(&[r#""attention":[["代买药","claim""#])
}

/// The first of three notes is refused: the others are said again on the next branch.
fn rebase() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    let case = titled(scene.phone(), "一处").expect("the case");
    for (text, photos) in [("一", vec![photo(0)]), ("二", vec![]), ("三", vec![photo(1)])] {
        scene.phone().note(&case, text, &photos).expect("a note");
    }
    let image = scene.still();
    let Ok(Loaded::Batch(push)) = scene.phone().load(&Load::Batch) else { unreachable!("a batch") };
    let refused = made::refusing(&push, 0, Code::RScope);
    scene
        .flow_on("rebase", image, vec![batch(), keep(refused), batch()], Resume::FromAcknowledged)
        .showing(&[r#""attention":[["一处","content","r_scope""#, r#"["二","person 1",true,[]]"#])
}

/// What was refused is amended, kept as a note, appealed against, discarded.
fn attention() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.sync();
    let case = titled(scene.phone(), "一处").expect("the case");
    for text in ["一", "二", "三"] {
        scene.phone().note(&case, text, &[photo(0)]).expect("a note");
        let Ok(Loaded::Batch(push)) = scene.phone().load(&Load::Batch) else { unreachable!("a batch") };
        scene.phone().keep(&made::refusing(&push, 0, Code::RStructure)).expect("it is kept");
    }
    let item = |phone: &Phone, text: &str| -> Result<i64> {
        let items = phone.attention()?;
        let found = items.iter().find(|item| item.kept.iter().any(|kept| kept == text));
        found.map(|item| item.item).ok_or(DeviceError::NotFound { what: "item", id: text.to_owned() })
    };
    let steps = vec![
        step(move |phone| {
            let item = item(phone, "一")?;
            phone.amend(item, &Amendment { text: Some("一,改过"), set: &[] }).map(drop)
        }),
        step(move |phone| {
            let item = item(phone, "二")?;
            phone.appeal(item, "是我的网格").map(drop)
        }),
        step(move |phone| {
            let item = item(phone, "三")?;
            phone.discard(item).map(drop)
        }),
    ];
    scene.flow("attention", steps, Resume::FromDone).showing(&["一,改过", r#""attention":[]"#])
}

/// The right to the grid is taken: own pending work is settled first, then what may no longer be held is purged.
fn revoke() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    scene.another(2, Role::GridWorker, |phone| {
        capture(phone, "case.snap", "另一处");
        capture(phone, "case.snap", "又一处");
    });
    scene.sync();
    for text in ["另一处", "一处"] {
        let case = titled(scene.phone(), text).expect("the case");
        scene.phone().note(&case, "还没送出", &[photo(0)]).expect("a note");
    }
    let image = scene.still();
    let hello = made::without_grids(&scene.sync_until(|keep| matches!(keep, Keep::Hello(_))));
    let receipts = scene.sync_until(is_receipts).pop().expect("receipts");
    let steps = vec![keep(hello.clone()), batch(), keep(receipts), keep(hello)];
    scene.flow_on("revoke", image, steps, Resume::FromAcknowledged).showing(&["!又一处", "一处"])
}

/// A photo goes up: where, how far, done.
fn upload() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "现场", &[photo(0), photo(1)]).expect("a note");
    scene.sync_until(|keep| matches!(keep, Keep::UploadAt { .. }));
    let Ok(Loaded::Transfers(files)) = scene.phone().load(&Load::Transfers) else { unreachable!("files") };
    assert!(files.len() > 1, "photos wait to be sent");
    let mut steps = vec![];
    for transfer in files {
        let url = Some(format!("/v1/uploads/{}", transfer.hash));
        let begun = yuandian_sync::Transfer { url: url.clone(), ..transfer.clone() };
        steps.push(keep(Keep::UploadAt { transfer, url }));
        steps.push(keep(Keep::UploadOffset { transfer: begun.clone(), offset: begun.size / 2 }));
        steps.push(keep(Keep::Uploaded(begun)));
    }
    scene.flow("upload", steps, Resume::FromAcknowledged).showing(&["true]"])
}

/// Of two photos that wait to be sent a cleaner took one and the disk has damaged the other. Both are found out; one is given up, the other
/// taken again.
fn spoiled() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "现场", &[photo(0), photo(1)]).expect("a note");
    scene.sync_until(|keep| matches!(keep, Keep::UploadAt { .. }));
    let originals = [0, 1].map(|number| BlobHash(Sha256::digest(photo(number)).into()));
    assert!(scene.disk.lose(&FaultBlobDir::name(&originals[0])), "it was there");
    assert!(scene.disk.flip(&FaultBlobDir::name(&originals[1]), 40), "it was there");
    let image = scene.still();
    let found_out = |hash: BlobHash| {
        step(move |phone: &mut Phone| match phone.upload_piece(&hash, 0, 10) {
            Err(_) if phone.is_in_trouble(&hash)? => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(DeviceError::Damaged("a spoiled file was read".to_owned())),
        })
    };
    let give_up = move |phone: &mut Phone| {
        let kept = format!("photo {}", originals[1]);
        let items = phone.attention()?;
        let found = items.iter().find(|item| item.kept.contains(&kept));
        let found = found.ok_or(DeviceError::NotFound { what: "item", id: kept.clone() })?;
        phone.discard(found.item).map(drop)
    };
    let again = |phone: &mut Phone| {
        let case = titled(phone, "一处")?;
        phone.note(&case, "重拍", &[photo(0)])
    };
    let steps = vec![found_out(originals[0]), found_out(originals[1]), step(give_up), step(again)];
    scene
        .flow_on("spoiled", image, steps, Resume::FromDone)
        .with_spoiled(originals.to_vec())
        .showing(&[r#""attention":[]"#, "重拍"])
}

/// The server reads its files through and finds that one is gone: the phone sends it again.
fn lost_by_server() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "现场", &[photo(0)]).expect("a note");
    scene.sync();
    let image = scene.still();
    let hash = BlobHash(Sha256::digest(photo(0)).into());
    let greeting = scene.sync_until(|keep| matches!(keep, Keep::Hello(_))).pop();
    let Some(Keep::Hello(mut told)) = greeting else { unreachable!("a greeting") };
    told.lost = vec![hash];
    let sent_again = |phone: &mut Phone| {
        let Ok(Loaded::Transfers(files)) = phone.load(&Load::Transfers) else { unreachable!("files") };
        files.into_iter().try_for_each(|transfer| {
            phone.upload_piece(&transfer.hash, 0, transfer.size)?;
            phone.keep(&Keep::Uploaded(transfer))
        })
    };
    let steps = vec![keep(Keep::Hello(told)), step(sent_again)];
    scene.flow_on("lost-by-server", image, steps, Resume::FromAcknowledged).showing(&["delivered"])
}

/// Photos are with the server and in its backup, and the phone needs their room.
fn let_go() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.city.E06010", "一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "现场", &[photo(0), photo(1)]).expect("a note");
    scene.sync();
    let image = scene.still();
    let greeting = scene.sync_until(|keep| matches!(keep, Keep::Hello(_))).pop();
    let Some(Keep::Hello(told)) = greeting else { unreachable!("a greeting") };
    let mut safe = told.clone();
    for head in &mut safe.partitions {
        head.safe_seq = Some(head.head);
    }
    let steps = vec![
        keep(Keep::Hello(told)),
        keep(Keep::Hello(safe)),
        step(|phone| phone.set_cache_budget(0).map(drop)),
    ];
    scene.flow_on("let-go", image, steps, Resume::FromAcknowledged).showing(&["一处", "false,"])
}

/// The server's disk died after it had answered, and a backup from before was put in its place: what it answered is offered again.
fn epoch_refill() -> Flow {
    let mut scene = Scene::with(1, Role::GridWorker);
    capture(scene.phone(), "case.snap", "已在备份里");
    scene.sync();
    let backup = scene.server.backup();
    capture(scene.phone(), "case.city.E06010", "一处");
    let case = titled(scene.phone(), "一处").expect("the case");
    scene.phone().note(&case, "现场", &[photo(0)]).expect("a note");
    scene.sync();
    scene.sync();
    assert!(scene.phone().outbox().expect("it is read").is_empty(), "everything was answered");
    scene.server.restore(&backup);
    let image = scene.still();
    let given = scene.sync_until(is_receipts);
    let steps = given.into_iter().flat_map(|given| {
        let before = is_receipts(&given).then(batch);
        before.into_iter().chain([keep(given)])
    });
    scene.flow_on("epoch-refill", image, steps.collect(), Resume::FromAcknowledged).showing(&[
        r#"["一处","reported","uploading","none",1]"#,
        r#"["已在备份里","reported","delivered","none",0]"#,
    ])
}
