//! Files to begin with, and files that once broke something.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A folder below `tests`.
#[must_use]
pub fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(below)
}

/// Every file of a folder, in order of its name. Empty where there is no such folder.
#[must_use]
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.into_iter().filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes))).collect()
}

/// Inputs of a target that once broke something.
#[must_use]
pub fn crashers(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = files(&folder("corpus").join(target));
    files.retain(|(path, _)| path.extension().is_some_and(|ending| ending == "bin"));
    files
}

/// Keeps an input that broke something, under a name made of its bytes.
///
/// # Errors
/// The system's.
pub fn keep(target: &str, input: &[u8]) -> std::io::Result<PathBuf> {
    let folder = folder("corpus").join(target);
    std::fs::create_dir_all(&folder)?;
    let name = hex::encode(&Sha256::digest(input)[..8]);
    let path = folder.join(format!("{name}.bin"));
    std::fs::write(&path, input)?;
    Ok(path)
}
