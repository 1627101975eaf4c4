//! What Kotlin, Swift and Python see of Yuandian.
//!
//! The facade converts and delegates; it holds no rules and no SQL. Everything that may take longer than a few
//! microseconds is `async` and runs on the core's own threads (see [`on_core`]), never on the thread that polls.
#![forbid(unsafe_code)]

mod on_core;

use on_core::on_core;

uniffi::setup_scaffolding!();

/// Which core an app has loaded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CoreVersion {
    /// The crate that the library was built from.
    pub name: String,
    /// Its semantic version.
    pub version: String,
}

/// What the core found at a path that the platform handed over.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FileFacts {
    /// The path as it was given.
    pub path: String,
    /// Length in bytes.
    pub length_bytes: u64,
}

/// What went wrong, by what a person can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CoreError {
    /// There is no file at this path: choose another one, or take the photo again.
    #[error("no file at {path}")]
    NoFile {
        /// The path as it was given.
        path: String,
    },
    /// The file is there and cannot be read: free space or grant access, then try again.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The path as it was given.
        path: String,
        /// What the system said, in English, for a log.
        reason: String,
    },
}

/// The loaded core. It never fails and does no input or output.
#[uniffi::export]
pub fn core_version() -> CoreVersion {
    CoreVersion { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
}

/// Looks at the file at `path` on the core's own threads.
///
/// # Errors
/// [`CoreError::NoFile`] where nothing is there (a folder is not a file), [`CoreError::Unreadable`] for every other
/// answer of the system.
#[uniffi::export]
pub async fn file_facts(path: String) -> Result<FileFacts, CoreError> {
    on_core(async move {
        match tokio::fs::metadata(&path).await {
            Ok(found) if found.is_file() => Ok(FileFacts { path, length_bytes: found.len() }),
            Ok(_) => Err(CoreError::NoFile { path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(CoreError::NoFile { path }),
            Err(error) => Err(CoreError::Unreadable { path, reason: error.to_string() }),
        }
    })
    .await
}
