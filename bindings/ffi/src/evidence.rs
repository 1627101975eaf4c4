//! Evidence: what the platform says of a capture, what is proven of photos, bundles and their check.

use std::sync::Arc;

use yuandian_device::{BundleAsk, CaptureInfo, Driver, PhoneFix};

use crate::core::{YuandianCore, lock};
use crate::error::CoreError;
use crate::files;
use crate::on_core::{on_core, on_core_blocking};

/// Where a photo came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PhotoSource {
    /// Nobody said.
    Unknown,
    /// The app's own camera, just now.
    Camera,
    /// Chosen from what was on the phone before.
    Album,
}

/// What the platform says of a capture beside its bytes.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct CaptureFacts {
    /// Where the photo came from.
    pub source: PhotoSource,
    /// Longitude and latitude by the platform's receiver, degrees WGS-84; both or neither.
    #[uniffi(default = None)]
    pub lng: Option<f64>,
    /// Latitude, degrees WGS-84.
    #[uniffi(default = None)]
    pub lat: Option<f64>,
    /// Radius that the receiver claims, metres.
    #[uniffi(default = None)]
    pub accuracy_m: Option<u32>,
    /// Which receiver: `gps`, `network`, `fused` …
    #[uniffi(default = "")]
    pub provider: String,
    /// Whether the platform says that another app made the position up; none where it does not say.
    #[uniffi(default = None)]
    pub mock: Option<bool>,
}

/// One finding in words.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct EvidenceFinding {
    /// `proven`, `claimed`, `remarkable` (worth a look, no verdict), `missing`, `broken`.
    pub level: String,
    /// Stable id.
    pub code: String,
    /// The same in words.
    pub text: String,
}

/// What is proven of one photo of a case.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotoEvidence {
    /// SHA-256 of the original.
    pub hash: String,
    /// Who took it.
    pub by: String,
    /// Proven: recorded after this, server's clock, ms since 1970.
    pub after_ms: Option<i64>,
    /// By the phone's stopwatch not before this, server's clock, ms since 1970.
    pub measured_ms: Option<i64>,
    /// Proven: recorded before this, server's clock, ms since 1970.
    pub before_ms: Option<i64>,
    /// What was found.
    pub findings: Vec<EvidenceFinding>,
    /// When the server was last asked, this phone's wall clock, ms since 1970; none where it never was.
    pub asked_ms: Option<i64>,
}

/// What a check of a bundle found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BundleReport {
    /// `holds`, `incomplete`, `broken`.
    pub verdict: String,
    /// Name of the server's first key, hex: to be compared with what the authority publishes.
    pub server_key: Option<String>,
    /// Everything found, in the order checked.
    pub findings: Vec<EvidenceFinding>,
}

impl From<CaptureFacts> for CaptureInfo {
    fn from(facts: CaptureFacts) -> Self {
        let source = match facts.source {
            PhotoSource::Unknown => yuandian_device::Source::Unknown,
            PhotoSource::Camera => yuandian_device::Source::Camera,
            PhotoSource::Album => yuandian_device::Source::Album,
        };
        let fix = facts.lng.zip(facts.lat).map(|(lng, lat)| PhoneFix {
            lng,
            lat,
            accuracy_m: facts.accuracy_m,
            provider: facts.provider,
            mock: facts.mock,
        });
        CaptureInfo { source, fix }
    }
}

impl From<yuandian_device::FindingView> for EvidenceFinding {
    fn from(finding: yuandian_device::FindingView) -> Self {
        Self { level: finding.level.id().to_owned(), code: finding.code, text: finding.text }
    }
}

impl From<yuandian_device::PhotoEvidence> for PhotoEvidence {
    fn from(photo: yuandian_device::PhotoEvidence) -> Self {
        let at = |pick: fn(&yuandian_device::Window) -> Option<i64>| photo.window.as_ref().and_then(pick);
        Self {
            after_ms: at(|window| window.after_ms),
            measured_ms: at(|window| window.measured_ms),
            before_ms: at(|window| window.before_ms),
            hash: photo.hash,
            by: photo.by,
            findings: photo.findings.into_iter().map(Into::into).collect(),
            asked_ms: photo.asked_ms,
        }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// [`YuandianCore::add_photo`] with what the platform says of the capture: both go into the signed record.
    ///
    /// # Errors
    /// Those of [`YuandianCore::add_photo`], and [`CoreError::InvalidInput`] for a position outside the world.
    pub async fn capture_photo(
        &self,
        draft: String,
        path: String,
        facts: CaptureFacts,
    ) -> Result<String, CoreError> {
        let info = CaptureInfo::from(facts);
        self.change_case(draft, move |phone, id| {
            let original = files::read_photo(&path)?;
            Ok(phone.capture(id, &original, &info)?.to_string())
        })
        .await
    }

    /// What is proven of a case's photos, as this phone knows it. [`YuandianCore::ask_evidence`] asks the server first.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn photo_evidence(&self, case_id: String) -> Result<Vec<PhotoEvidence>, CoreError> {
        self.with_phone(move |phone| {
            let id = phone.find(&case_id)?;
            Ok(phone.photo_evidence(&id)?.into_iter().map(Into::into).collect())
        })
        .await
    }

    /// Asks the server what is known of a case's photos and keeps it. `export`: the originals leave the system, which its log then says.
    ///
    /// # Errors
    /// [`CoreError::Unreachable`], [`CoreError::ServerRefused`], [`CoreError::NotFound`]; [`CoreError::ShutDown`] where the core is shut
    /// down meanwhile.
    pub async fn ask_evidence(&self, case_id: String, export: bool) -> Result<(), CoreError> {
        let (lease, driver, roots) = (self.lease(), Arc::clone(&self.driver), self.roots.clone());
        let stop = Arc::clone(&self.stop);
        on_core(async move {
            let mut driver = driver.lock().await;
            let lease = lease.await?;
            let phone = lease.phone();
            let id = lock(phone).find(&case_id)?;
            if driver.is_none() {
                let server = lock(phone).server()?;
                *driver = Some(Driver::new(&server, &roots)?);
            }
            let driver = driver.as_mut().expect("it was made above");
            let asked = driver.evidence(phone, &id, export);
            Ok(stop.or_stopped_for_ever(asked).await.ok_or(CoreError::ShutDown)??)
        })
        .await
    }

    /// Writes a case's evidence into a zip file that anybody can check with [`verify_bundle`], from what is on this phone. `font`: a file with
    /// every letter of the words that are burnt into the pictures of its page; without one the words stand beside them.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::FileUnusable`], [`CoreError::InvalidInput`] for a font that lacks a letter,
    /// [`CoreError::Damaged`] for an original that has changed on disk.
    pub async fn export_evidence(
        &self,
        case_id: String,
        path: String,
        font: Option<String>,
    ) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            let id = phone.find(&case_id)?;
            let font = font.map(|font| files::read(&font)).transpose()?;
            let ask = BundleAsk { font: font.map(|bytes| (bytes, 0)) };
            let (bundle, _) = phone.write_bundle(&id, &ask, std::io::Cursor::new(Vec::new()))?;
            files::write(&path, &bundle.into_inner())
        })
        .await
    }
}

/// Checks an exported bundle: needs no phone and no network. `server_keys`: names (hex) of server keys that are trusted; without any the
/// report names the key to be compared. Words are zh-Hans.
///
/// # Errors
/// [`CoreError::FileUnusable`]; [`CoreError::InvalidInput`] for a key's name that is not 32 hexadecimal digits.
#[uniffi::export]
pub async fn verify_bundle(path: String, server_keys: Vec<String>) -> Result<BundleReport, CoreError> {
    on_core_blocking(move || verified(&path, &server_keys)).await
}

fn verified(path: &str, server_keys: &[String]) -> Result<BundleReport, CoreError> {
    let trusted = server_keys.iter().map(|key| key_of(key)).collect::<Result<Vec<_>, _>>()?;
    let report = yuandian_device::verify(std::io::Cursor::new(files::read(path)?), &trusted);
    let words = yuandian_device::words();
    let findings = report.all().map(|(_, finding)| EvidenceFinding {
        level: finding.level.id().to_owned(),
        code: finding.code.to_owned(),
        text: yuandian_device::finding_words(&words, finding).zh,
    });
    let findings = findings.collect();
    Ok(BundleReport { verdict: report.verdict.id().to_owned(), server_key: report.server_key, findings })
}

fn key_of(text: &str) -> Result<yuandian_device::KeyId, CoreError> {
    yuandian_device::KeyId::parse(text).ok_or_else(|| CoreError::InvalidInput {
        field: "server_keys".to_owned(),
        reason: "32 hexadecimal digits are needed".to_owned(),
    })
}
