//! Files that the platform names: photos come in and exports go out by path.
#![allow(clippy::disallowed_methods, reason = "this is where paths of the platform become bytes")]

use std::fs::File;
use std::io::Read;

use yuandian_device::ORIGINAL_BYTES_MAX;

use crate::error::CoreError;

/// Reads a photo file. Of a file longer than any photo may be, one byte too many is read: the phone then refuses it as too large.
pub(crate) fn read_photo(path: &str) -> Result<Vec<u8>, CoreError> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(ORIGINAL_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| unusable(path, &error))
}

/// Reads photo files, in order.
pub(crate) fn read_photos(paths: &[String]) -> Result<Vec<Vec<u8>>, CoreError> {
    paths.iter().map(|path| read_photo(path)).collect()
}

/// Reads a file whole.
pub(crate) fn read(path: &str) -> Result<Vec<u8>, CoreError> {
    std::fs::read(path).map_err(|error| unusable(path, &error))
}

/// Writes a file whole.
pub(crate) fn write(path: &str, bytes: &[u8]) -> Result<(), CoreError> {
    std::fs::write(path, bytes).map_err(|error| unusable(path, &error))
}

fn unusable(path: &str, error: &std::io::Error) -> CoreError {
    CoreError::FileUnusable { path: path.to_owned(), reason: error.to_string() }
}
