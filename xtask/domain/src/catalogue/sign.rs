//! Keys of who keeps a catalogue, and what they sign.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;
use yuandian_document::limits::SIGNED_CATALOGUE_BYTES_MAX;
use yuandian_document::{DeviceKey, KeyId, SignedCatalogue, SignedCatalogueError};
use yuandian_model::catalogue::CatalogueFile;

use crate::said::{Said, one_line};

/// Makes a key and its public half. Neither file may be there yet: an overwritten key is lost.
pub fn keygen(out: &Path) -> Result<String, String> {
    let public = public_path(out);
    if public.exists() {
        return Err(format!("{} is there already; nothing was written", public.display()));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| format!("the system gives no randomness: {e}"))?;
    let key = DeviceKey::from_seed(&seed);
    create(out, &hex::encode(seed), true)?;
    create(&public, &hex::encode(key.public()), false)?;
    Ok(format!("key {} written to {} and {}", hex::encode(key.id().0), out.display(), public.display()))
}

fn public_path(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn create(path: &Path, line: &str, secret: bool) -> Result<(), String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let written = options.open(path).and_then(|mut file| writeln!(file, "{line}"));
    written.map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// The secret key of a file.
pub fn secret(path: &Path) -> Result<DeviceKey, String> {
    Ok(DeviceKey::from_seed(&yuandian_folder::key(path)?))
}

/// Signs the files and writes the result.
pub fn sign(files: &[CatalogueFile<'_>], key: &DeviceKey, out: &Path) -> Result<String, String> {
    let signed = SignedCatalogue::sign(files, key).map_err(|e| e.to_string())?;
    let bytes = signed.encode();
    fs::write(out, &bytes).map_err(|e| format!("cannot write {}: {e}", out.display()))?;
    let key = hex::encode(key.id().0);
    Ok(format!("version {}, {} files, {} bytes, signed by {key}", signed.version(), files.len(), bytes.len()))
}

/// Whether a signed catalogue is to be used.
pub fn verify(file: &Path, key: &Path, json: bool) -> Result<Said, String> {
    let public = yuandian_folder::key(key)?;
    let bytes = yuandian_folder::bytes(file, SIGNED_CATALOGUE_BYTES_MAX)
        .map_err(|reason| format!("{} {reason}", file.display()))?;
    let verified = SignedCatalogue::decode(&bytes).and_then(|signed| {
        let catalogue = signed.verify(&public)?;
        Ok((signed, catalogue))
    });
    let signer = hex::encode(KeyId::of(&public).0);
    let said = match verified {
        Ok((signed, catalogue)) => {
            let (version, files) = (catalogue.version(), signed.names().count());
            let services = catalogue.services().count();
            Said::good(if json {
                one_line(
                    &json!({ "verified": true, "version": version, "files": files, "services": services, "signer": signer }),
                )
            } else {
                format!("version {version}, {files} files, {services} services, signed by {signer}")
            })
        }
        Err(error) if json => {
            let answer = json!({ "verified": false, "error": word(&error), "message": error.to_string() });
            Said { text: one_line(&answer), good: false }
        }
        Err(error) => return Err(format!("{}: {error}", file.display())),
    };
    Ok(said)
}

/// The kind of an error, for scripts.
fn word(error: &SignedCatalogueError) -> &'static str {
    match error {
        SignedCatalogueError::Bytes(_) => "bytes",
        SignedCatalogueError::Future { .. } => "future",
        SignedCatalogueError::ForeignKey { .. } => "foreign_key",
        SignedCatalogueError::Key(_) => "signature",
        SignedCatalogueError::Order => "order",
        SignedCatalogueError::Version { .. } => "version",
        SignedCatalogueError::Catalogue(_) => "catalogue",
    }
}
