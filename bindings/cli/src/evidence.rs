//! Evidence on the command line: what is known of a case's photos, the bundle that leaves the house, and its check by anybody.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use yuandian_device::{
    BundleAsk, CaseId, DeviceError, Driver, KeyId, Phone, PhotoSize, Report, Verdict, verify,
};

use crate::failure::{Failure, file_failure};
use crate::run::{answer, network, roots};
use crate::text;

/// Exit code of a check that finds nothing altered, and something that would prove more not there.
const INCOMPLETE: u8 = 5;
/// Exit code of a check that finds something altered, damaged or contradictory.
const BROKEN: u8 = 6;

/// Fonts with Chinese letters where systems have them: path and face.
const FONTS: [(&str, u32); 5] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/system/fonts/NotoSansCJK-Regular.ttc", 2),
];

/// What the server is asked with.
pub struct Ask<'a> {
    pub trust: &'a [PathBuf],
    pub offline: bool,
    pub export: bool,
}

/// Asks the server about a case's photos, unless that is not wanted. Why it could not be reached, where it could not.
fn ask(phone: Phone, case: &str, ask: &Ask<'_>) -> Result<(Phone, Option<DeviceError>), Failure> {
    if ask.offline {
        return Ok((phone, None));
    }
    let id = phone.find(case)?;
    let mut driver = Driver::new(&phone.server()?, &roots(ask.trust)?)?;
    let phone = Arc::new(Mutex::new(phone));
    let asked = network()?.block_on(async {
        // The originals first: what leaves the system is then what the log says.
        let fetched = if ask.export { originals(&mut driver, &phone, &id).await } else { Ok(()) };
        driver.evidence(&phone, &id, ask.export).await.and(fetched)
    });
    let phone = Arc::into_inner(phone).and_then(|phone| phone.into_inner().ok());
    let phone = phone.ok_or_else(|| Failure::System("the phone is still in use".to_owned()))?;
    Ok((phone, asked.err()))
}

/// Fetches the originals of a case that are not on this phone. The first that does not come is told; the others are tried all the same.
async fn originals(driver: &mut Driver, phone: &Arc<Mutex<Phone>>, case: &CaseId) -> Result<(), DeviceError> {
    let files = {
        let phone = phone.lock().unwrap_or_else(PoisonError::into_inner);
        let photos = phone.case(case)?.photos.len();
        (1..=photos).map(|n| phone.photo_file(case, n, PhotoSize::Original)).collect::<Result<Vec<_>, _>>()?
    };
    let mut first = Ok(());
    for file in &files {
        let fetched = driver.fetch(phone, file, |_| {}).await;
        first = first.and(fetched);
    }
    first
}

/// `evidence CASE`.
pub fn show(phone: Phone, case: &str, how: &Ask<'_>, json: bool) -> Result<(), Failure> {
    let (phone, why) = ask(phone, case, how)?;
    let id = phone.find(case)?;
    let photos = phone.photo_evidence(&id)?;
    let told =
        json!({"id": id.to_string(), "photos": photos, "not_asked": why.as_ref().map(ToString::to_string)});
    answer(json, &told, || text::evidence(&photos, why.as_ref(), &phone))
}

/// `export CASE FILE`: the file appears whole or not at all.
pub fn export(
    phone: Phone,
    (case, file): (&str, &Path),
    how: &Ask<'_>,
    font: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let (phone, why) = ask(phone, case, how)?;
    let id = phone.find(case)?;
    let beside = file.with_extension("part");
    let written = File::create(&beside).map_err(|e| file_failure(&beside, &e)).and_then(|out| {
        let (out, told) = phone.write_bundle(&id, &BundleAsk { font: chosen(font)? }, BufWriter::new(out))?;
        let out = out.into_inner().map_err(|e| Failure::System(e.to_string()))?;
        out.sync_all().map_err(|e| file_failure(&beside, &e))?;
        std::fs::rename(&beside, file).map_err(|e| file_failure(file, &e))?;
        Ok(told)
    });
    if written.is_err() {
        // Half a file is no bundle, and what went wrong is said already.
        let _ = std::fs::remove_file(&beside);
    }
    let told = written?;
    let mut line = serde_json::to_value(&told).map_err(|e| Failure::System(e.to_string()))?;
    line["id"] = json!(id.to_string());
    line["file"] = json!(file);
    line["not_asked"] = json!(why.as_ref().map(ToString::to_string));
    answer(json, &line, || text::bundled(&told, file, why.as_ref()))
}

/// The font that was named, or the first that this system has.
fn chosen(font: Option<&Path>) -> Result<Option<(Vec<u8>, u32)>, Failure> {
    if let Some(path) = font {
        let face = FONTS.iter().find(|(known, _)| path.file_name() == Path::new(known).file_name());
        let bytes = std::fs::read(path).map_err(|e| file_failure(path, &e))?;
        return Ok(Some((bytes, face.map_or(0, |(_, face)| *face))));
    }
    Ok(FONTS.iter().find_map(|(path, face)| Some((std::fs::read(path).ok()?, *face))))
}

/// `verify FILE`: needs no phone and no network.
pub fn check(file: &Path, keys: &[String], json: bool) -> Result<ExitCode, Failure> {
    let opened = File::open(file).map_err(|e| file_failure(file, &e))?;
    let trusted = keys.iter().map(|key| parsed(key)).collect::<Result<Vec<_>, _>>()?;
    let report = verify(BufReader::new(opened), &trusted);
    let told = told(file, &report)?;
    answer(json, &told, || text::report(&report))?;
    Ok(match report.verdict {
        Verdict::Holds => ExitCode::SUCCESS,
        Verdict::Incomplete => ExitCode::from(INCOMPLETE),
        Verdict::Broken => ExitCode::from(BROKEN),
    })
}

fn told(file: &Path, report: &Report) -> Result<serde_json::Value, Failure> {
    let mut told = serde_json::to_value(report).map_err(|e| Failure::System(e.to_string()))?;
    told["file"] = json!(file);
    Ok(told)
}

fn parsed(key: &str) -> Result<KeyId, Failure> {
    let wrong = || DeviceError::Invalid {
        field: "server-key".to_owned(),
        reason: "32 hex digits are needed".to_owned(),
    };
    Ok(KeyId::parse(key).ok_or_else(wrong)?)
}
