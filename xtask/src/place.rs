//! Where things are: the repository, the shared target folder, the cache that outlives a clone.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::command::{Stop, failed, io};

/// The root of the repository that this command was started from.
pub fn root() -> PathBuf {
    // Cargo gives the running command its manifest; the compiled-in value serves a binary started by hand.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .filter(|dir| Path::new(dir).ends_with("xtask"))
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// What survives a clone: build output and the Swift chroot.
pub fn cache() -> Result<PathBuf, Stop> {
    let home =
        std::env::var_os("HOME").ok_or_else(|| failed("HOME is not set, so there is no cache folder"))?;
    Ok(PathBuf::from(home).join(".cache/yuandian"))
}

/// Where cargo builds: `CARGO_TARGET_DIR`, or the folder shared by all clones, so that a fresh clone starts warm.
pub fn target() -> Result<PathBuf, Stop> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(chosen) => absolute(Path::new(&chosen)),
        None => Ok(cache()?.join("target")),
    }
}

/// Where the lane of a language keeps what it generates; made if missing.
pub fn lane_folder(name: &str) -> Result<PathBuf, Stop> {
    let folder = target()?.join("bindings").join(name);
    std::fs::create_dir_all(&folder).map_err(io("create", &folder))?;
    Ok(folder)
}

/// The path seen from the current directory, which is not always the root.
pub fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(path).map_err(io("resolve", path))
}

/// Waits until no other command holds the lock of `folder`; dropping the file lets go.
pub fn lock(folder: &Path) -> Result<File, Stop> {
    std::fs::create_dir_all(folder).map_err(io("create", folder))?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(io("create", &path))?;
    file.lock().map_err(io("lock", &path))?;
    Ok(file)
}

/// An empty directory at `path`, whatever was there before.
pub fn emptied(path: &Path) -> Result<(), Stop> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(io("empty", path))?;
    }
    std::fs::create_dir_all(path).map_err(io("create", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
