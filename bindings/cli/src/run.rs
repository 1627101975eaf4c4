//! Carries a command out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use yuandian_device::platform::open_home;
use yuandian_device::{
    ActCommand, ActOutcome, Addition, Amendment, Attached, Attachment, BlobHash, CaptureInfo, CaseId,
    DeviceError, Draft, Driver, Leaving, Link, NewsLine, Phone, PhotoFile, Policy, RunReport, TrustRoots,
    Waited,
};

use crate::args::{Capture, Command, Enclosed, Step, Verb, When};
use crate::evidence;
use crate::failure::{Failure, file_failure};
use crate::key::key_of;
use crate::lists;
use crate::people;
use crate::text;
use crate::told::{FilesTold, RunTold, StatusTold};

type Done = Result<(), Failure>;

/// Carries a command out and prints its answer.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    if let Verb::Verify { file, server_keys } = &command.verb {
        return evidence::check(file, server_keys, command.json);
    }
    with_phone(command).map(|()| ExitCode::SUCCESS)
}

fn with_phone(command: &Command) -> Done {
    let key = command.key_file.as_ref().map(|file| key_of(&command.home, file)).transpose()?;
    let mut phone = open_home(&command.home, key.as_ref())?;
    let json = command.json;
    match &command.verb {
        Verb::Enroll { server, code, name, trust } => {
            let driver = Driver::new(server, &roots(trust)?)?;
            let phone = Mutex::new(phone);
            network()?.block_on(driver.enroll(&phone, code, name))?;
            let person = phone.into_inner().map_err(|e| Failure::System(e.to_string()))?.person()?;
            answer(json, &person, || text::person(&person))
        }
        Verb::Services { find } => {
            let lines = phone.services(find)?;
            answer(json, &lines, || text::services(&lines))
        }
        Verb::Capture(capture) => self::capture(&mut phone, capture, json),
        Verb::Sos { case, at, text } => {
            let request = case.as_ref().map(|case| phone.find(case)).transpose()?;
            let id = phone.sos(request, *at, text)?;
            let line = phone.line_of(&id)?;
            answer(json, &json!({"id": line.id, "line": line}), || text::sos(&line))
        }
        Verb::Reach { at, quiet } => {
            let reach = phone.set_reach(at.as_ref(), *quiet)?;
            answer(json, &reach, || {
                let home = if reach.home.is_some() { "已记下 (500 米格)" } else { "未填写" };
                format!("住处: {home}; 下次同步时告诉平台")
            })
        }
        Verb::ForgetMe { .. } => {
            phone.forget_me()?;
            answer(json, &json!({"forgotten_here": true, "account_closes": "next sync"}), || {
                "本机上的隐私内容已删除; 下次同步时平台和其他手机也会删除, 账号随之注销".into()
            })
        }
        Verb::Ask { capture, as_it_is } => ask(&mut phone, capture, *as_it_is, json),
        Verb::Take { case } => do_act(&mut phone, case, "claim", &[], json),
        Verb::Arrive { case, code, at } => {
            let id = phone.find(case)?;
            let done = phone.arrive(&id, code.as_deref(), at.as_ref())?;
            outcome(&phone, &id, done, json)
        }
        Verb::TurnedAway { case, reason } => {
            do_act(&mut phone, case, "turned_away", &[("reason".to_owned(), reason.clone())], json)
        }
        Verb::News => {
            let lines = phone.news()?;
            answer(json, &lines, || {
                let row = |line: &NewsLine| format!("{}  {}", line.case, line.text);
                if lines.is_empty() {
                    "没有新消息".to_owned()
                } else {
                    lines.iter().map(row).collect::<Vec<_>>().join("\n")
                }
            })
        }
        Verb::People(verb) => people::operate(&mut phone, verb, json),
        Verb::Complain { case, what, text } => {
            let request = case.as_deref().map(|case| phone.find(case)).transpose()?;
            let id = phone.complain(request.as_ref(), what, text)?;
            saved(&phone, &id, json)
        }
        Verb::Confirm { case } => do_act(&mut phone, case, "confirm", &[], json),
        Verb::Rate { case, score } => {
            do_act(&mut phone, case, "rate", &[("score".to_owned(), score.to_string())], json)
        }
        Verb::Leave { case, code, text, enclosed } => {
            let id = phone.find(case)?;
            let Contents { photos, files, info } = Contents::read(enclosed)?;
            let leaving = Leaving {
                code: code.as_deref(),
                text: text.as_deref(),
                photos: &photos,
                files: &files,
                info,
            };
            let done = phone.leave(&id, &leaving)?;
            outcome(&phone, &id, done, json)
        }
        Verb::Finish { draft } => {
            let id = phone.find(draft)?;
            phone.finish(&id)?;
            saved(&phone, &id, json)
        }
        Verb::Lists(verb) => lists::show(&phone, verb, json),
        Verb::Show { case } => {
            let id = phone.find(case)?;
            let view = phone.case(&id)?;
            answer(json, &view, || text::case(&view, &phone))
        }
        Verb::Edit { case, set, seen } => {
            let id = phone.find(case)?;
            phone.edit(&id, set, seen.as_deref())?;
            saved(&phone, &id, json)
        }
        Verb::Note { case, text, enclosed } => {
            let id = phone.find(case)?;
            let Contents { photos, files, info } = Contents::read(enclosed)?;
            phone.add(&id, &Addition { text, photos: &photos, files: &files, info })?;
            saved(&phone, &id, json)
        }
        Verb::Act { case, name, text: note, enclosed, set } => {
            act_with(&mut phone, case, (name, set), (note.as_deref(), enclosed), json)
        }
        Verb::Follow { case } => do_act(&mut phone, case, "follow", &[], json),
        Verb::Unfollow { case } => do_act(&mut phone, case, "unfollow", &[], json),
        Verb::Resolve { case, key, keep } => {
            let id = phone.find(case)?;
            phone.resolve(&id, key, *keep)?;
            saved(&phone, &id, json)
        }
        Verb::Sync { trust, watch, seconds, metered, charging } => {
            phone.set_network(Link { metered: *metered, charging: *charging });
            let watched = watch.then(|| seconds.map_or(Duration::MAX, Duration::from_secs));
            sync(phone, trust, watched, json)
        }
        Verb::Status => {
            let told = StatusTold {
                state: phone.sync_state()?,
                photos: phone.photos_sent()?,
                contact: phone.community_contact()?,
            };
            answer(json, &told, || text::status(&told))
        }
        Verb::Photo { case, n, size, strip, output, trust } => {
            let file = phone.photo_file(&phone.find(case)?, *n, (*size).into())?;
            write_file(phone, &file, (output, *strip), trust, json)
        }
        Verb::File { case, hash, output, trust } => {
            let id = phone.find(case)?;
            let file = phone.attached_file(&id, &attached_hash(&phone, &id, hash)?)?;
            write_file(phone, &file, (output, false), trust, json)
        }
        Verb::Files { budget, thumb, medium, original } => {
            let mut policies = phone.upload_policies()?;
            let choose = |policy: &mut Policy, when: &Option<When>| {
                if let Some(when) = when {
                    *policy = (*when).into();
                }
            };
            choose(&mut policies.thumb, thumb);
            choose(&mut policies.medium, medium);
            choose(&mut policies.original, original);
            phone.set_upload_policies(&policies)?;
            if let Some(bytes) = budget {
                phone.set_cache_budget(*bytes)?;
            }
            let told = FilesTold { photos: phone.photos_sent()?, cache: phone.cache()?, policies };
            answer(json, &told, || text::files(&told))
        }
        Verb::Attention { step: None } => {
            let items = phone.attention()?;
            answer(json, &items, || text::attention(&items))
        }
        Verb::Attention { step: Some(step) } => deal_with(&mut phone, step, json),
        Verb::Outbox => {
            let lines = phone.outbox()?;
            answer(json, &lines, || text::outbox(&lines))
        }
        Verb::Evidence { case, offline, trust } => {
            let ask = evidence::Ask { trust, offline: *offline, export: false };
            evidence::show(phone, case, &ask, json)
        }
        Verb::Export { case, file, offline, font, trust } => {
            let ask = evidence::Ask { trust, offline: *offline, export: true };
            evidence::export(phone, (case, file), &ask, font.as_deref(), json)
        }
        Verb::Verify { file, server_keys } => evidence::check(file, server_keys, json).map(drop),
    }
}

/// An attached file of a case by the first characters of its hash.
fn attached_hash(phone: &Phone, case: &CaseId, text: &str) -> Result<BlobHash, Failure> {
    let view = phone.case(case)?;
    let mut files = view.notes.iter().flat_map(|note| &note.files).filter(|file| file.hash.starts_with(text));
    let found = files.next().and_then(|file| file.hash.parse().ok());
    Ok(found.ok_or_else(|| DeviceError::NotFound { what: "file", id: text.to_owned() })?)
}

/// Writes a file of a case, fetching it where it is not here.
fn write_file(
    phone: Phone,
    file: &PhotoFile,
    (to, strip): (&Path, bool),
    trust: &[PathBuf],
    json: bool,
) -> Done {
    let phone = Arc::new(Mutex::new(phone));
    let kept = if file.here { lock(&phone)?.show_photo(file).ok() } else { None };
    let bytes = match kept {
        Some(bytes) => bytes,
        None => {
            let file = PhotoFile { here: false, ..file.clone() };
            let mut driver = Driver::new(&lock(&phone)?.server()?, &roots(trust)?)?;
            network()?.block_on(driver.fetch(&phone, &file, |have| text::fetched(json, have, file.bytes)))?;
            lock(&phone)?.show_photo(&file)?
        }
    };
    let bytes = if strip { yuandian_device::for_sharing(&bytes)? } else { bytes };
    std::fs::write(to, &bytes).map_err(|e| file_failure(to, &e))?;
    let told = json!({"file": to, "bytes": bytes.len(), "hash": file.hash.to_string(), "size": file.size});
    answer(json, &told, || text::photo_written(file, to))
}

fn acted(phone: &mut Phone, id: &CaseId, act: &ActCommand<'_>, json: bool) -> Done {
    let done = phone.act(id, act)?;
    outcome(phone, id, done, json)
}

fn outcome(phone: &Phone, id: &CaseId, done: ActOutcome, json: bool) -> Done {
    match done {
        ActOutcome::Queued => saved(phone, id, json),
        ActOutcome::AlreadyDone => answer(json, &json!({"id": id.to_string(), "already": true}), || {
            "已经做过了 (done before)".into()
        }),
    }
}

fn unreached(report: RunReport) -> DeviceError {
    let why = report.last_failure.unwrap_or_default();
    if report.untrusted { DeviceError::Untrusted(why) } else { DeviceError::Unreachable(why) }
}

/// One step with one entry of the 需处理 list.
fn deal_with(phone: &mut Phone, step: &Step, json: bool) -> Done {
    let (item, how, case) = match step {
        Step::Amend { item, text, set } => {
            (item, "amended", phone.amend(*item, &Amendment { text: text.as_deref(), set })?)
        }
        Step::Note { item } => (item, "noted", phone.keep_as_note(*item)?),
        Step::Appeal { item, text } => (item, "appealed", phone.appeal(*item, text)?),
        Step::Discard { item } => (item, "discarded", phone.discard(*item)?),
        Step::Export { item, to } => {
            return exported(&phone.export_item(*item)?, to, &json!({"item": item}), json);
        }
    };
    let told = json!({"item": item, "settled": how, "case": case.to_string()});
    answer(json, &told, || text::settled(*item, how, &case))
}

fn exported(bytes: &[u8], file: &Path, what: &serde_json::Value, json: bool) -> Done {
    std::fs::write(file, bytes).map_err(|e| file_failure(file, &e))?;
    let mut told = what.clone();
    told["file"] = json!(file);
    told["bytes"] = json!(bytes.len());
    answer(json, &told, || format!("已导出 {} ({} bytes)", file.display(), bytes.len()))
}

/// An act by its name alone.
fn do_act(phone: &mut Phone, case: &str, name: &str, args: &[(String, String)], json: bool) -> Done {
    let id = phone.find(case)?;
    acted(phone, &id, &ActCommand { name, args, ..ActCommand::default() }, json)
}

/// An act with a note, photos and files.
fn act_with(
    phone: &mut Phone,
    case: &str,
    (name, args): (&str, &[(String, String)]),
    (text, enclosed): (Option<&str>, &Enclosed),
    json: bool,
) -> Done {
    let id = phone.find(case)?;
    let Contents { photos, files, info } = Contents::read(enclosed)?;
    acted(phone, &id, &ActCommand { name, text, args, photos: &photos, files: &files, info }, json)
}

/// A request for help, published unless its words give somebody away: its author looks at them first.
fn ask(phone: &mut Phone, capture: &Capture, as_it_is: bool, json: bool) -> Done {
    let id = drafted(phone, capture, json)?;
    let found = phone.giveaways(&phone.draft(&id)?)?;
    if capture.draft || (!as_it_is && !found.is_empty()) {
        let line = phone.line_of(&id)?;
        let told = json!({"id": line.id, "published": false, "giveaways": found, "line": line});
        return answer(json, &told, || text::held_back(&line, &found));
    }
    if let Err(error) = phone.finish(&id) {
        return Err(give_up(phone, &id, error));
    }
    let line = phone.line_of(&id)?;
    let told = json!({"id": line.id, "published": true, "giveaways": found, "line": line});
    answer(json, &told, || text::saved(&line))
}

fn capture(phone: &mut Phone, capture: &Capture, json: bool) -> Done {
    let id = drafted(phone, capture, json)?;
    if !capture.draft
        && let Err(error) = phone.finish(&id)
    {
        return Err(give_up(phone, &id, error));
    }
    saved(phone, &id, json)
}

/// The draft first, photo by photo, then the case: whatever kills the phone in between leaves what was there.
fn drafted(phone: &mut Phone, capture: &Capture, json: bool) -> Result<CaseId, Failure> {
    let Contents { photos, files, info } = Contents::read(&capture.enclosed)?;
    let draft = Draft {
        service: capture.service.clone(),
        position: capture.at,
        text: capture.text.clone(),
        answers: capture.set.clone(),
        no_photo: capture.no_photo.clone(),
        ..Draft::default()
    };
    let id = phone.save_draft(None, &draft)?;
    for (number, photo) in (1..).zip(&photos) {
        if let Err(error) = phone.capture(&id, photo, &info) {
            return Err(give_up(phone, &id, error));
        }
        text::progress(json, &id, number);
    }
    for file in &files {
        if let Err(error) = phone.attach(&id, file, &info) {
            return Err(give_up(phone, &id, error));
        }
    }
    if photos.is_empty() {
        text::progress(json, &id, 0);
    }
    Ok(id)
}

/// What is the typist's to mend leaves no half draft behind; after anything else (no room, not enrolled) the draft stays.
fn give_up(phone: &mut Phone, draft: &CaseId, error: DeviceError) -> Failure {
    if matches!(error, DeviceError::Refused { .. } | DeviceError::Photo { .. } | DeviceError::Invalid { .. })
        && let Err(also) = phone.discard_draft(draft)
    {
        return also.into();
    }
    error.into()
}

/// Documents that one run reads for search after a first sync; the next run goes on.
const READ_FOR_SEARCH: u32 = 1_000;
/// Longest wait for a poke before looking anyway.
const LOOK_AGAIN: Duration = Duration::from_secs(10 * 60);

/// One run, or, watched, a run whenever there may be something new, until the time is over.
fn sync(phone: Phone, trust: &[PathBuf], watched: Option<Duration>, json: bool) -> Done {
    let mut driver = Driver::new(&phone.server()?, &roots(trust)?)?;
    let phone = Arc::new(Mutex::new(phone));
    let network = network()?;
    let start = Instant::now();
    loop {
        let report: RunReport = network.block_on(driver.sync(&phone))?;
        lock(&phone)?.read_for_search(READ_FOR_SEARCH)?;
        let reached = report.reached;
        let told = RunTold::of(&*lock(&phone)?, report.clone())?;
        // Whoever watches waits for the network to come back.
        if reached || watched.is_some() {
            answer(json, &told, || text::sync(&told))?;
        } else {
            return Err(unreached(report).into());
        }
        let Some(longest) = watched else { return Ok(()) };
        loop {
            let left = longest.saturating_sub(start.elapsed());
            if left.is_zero() {
                return if reached { Ok(()) } else { Err(unreached(report).into()) };
            }
            if network.block_on(driver.wait(&phone, left.min(LOOK_AGAIN)))? != Waited::Quiet
                || left > LOOK_AGAIN
            {
                break;
            }
        }
    }
}

fn lock(phone: &Mutex<Phone>) -> Result<MutexGuard<'_, Phone>, Failure> {
    phone.lock().map_err(|e| Failure::System(e.to_string()))
}

fn saved(phone: &Phone, id: &CaseId, json: bool) -> Done {
    let line = phone.line_of(id)?;
    answer(json, &line, || text::saved(&line))
}

pub fn answer<T: Serialize>(json: bool, value: &T, words: impl FnOnce() -> String) -> Done {
    let line = if json {
        serde_json::to_string(value).map_err(|e| Failure::System(e.to_string()))?
    } else {
        words()
    };
    text::print(&line);
    Ok(())
}

pub fn read_all(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    files.iter().map(|file| std::fs::read(file).map_err(|e| file_failure(file, &e))).collect()
}

/// What comes with words, read.
struct Contents {
    photos: Vec<Vec<u8>>,
    files: Vec<Attachment>,
    info: CaptureInfo,
}

impl Contents {
    fn read(enclosed: &Enclosed) -> Result<Self, Failure> {
        let photos = read_all(&enclosed.photos)?;
        let read = |(kind, path): (Attached, &PathBuf)| {
            let bytes = std::fs::read(path).map_err(|e| file_failure(path, &e))?;
            Ok(Attachment { kind, bytes })
        };
        let files = enclosed.attached().map(read).collect::<Result<_, Failure>>()?;
        Ok(Self { photos, files, info: enclosed.taken.info() })
    }
}

pub fn roots(files: &[PathBuf]) -> Result<TrustRoots, Failure> {
    Ok(TrustRoots(read_all(files)?))
}

pub fn network() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::System(e.to_string()))
}
