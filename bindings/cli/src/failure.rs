//! Why a command ended badly, and the exit code that scripts rely on.

use std::path::{Path, PathBuf};

use yuandian_device::DeviceError;

/// Why a command ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The phone's own answer.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A file that was named cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Anything of the system.
    #[error("{0}")]
    System(String),
}

impl Failure {
    /// The exit code that scripts rely on.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::File { .. } => 2,
            Failure::System(_) => 1,
            Failure::Device(error) => match error {
                DeviceError::Invalid { .. }
                | DeviceError::Photo { .. }
                | DeviceError::NotFound { .. }
                | DeviceError::Settled { .. }
                | DeviceError::NotOffered { .. }
                | DeviceError::ServerRefused(_)
                | DeviceError::Withheld { .. }
                | DeviceError::NotEnrolled
                | DeviceError::WrongKey { .. }
                | DeviceError::ShutOut { .. } => 2,
                DeviceError::Refused { .. } => 3,
                DeviceError::Unreachable(_) | DeviceError::Untrusted(_) => 4,
                DeviceError::InUse
                | DeviceError::StorageFull
                | DeviceError::NoRoom { .. }
                | DeviceError::WrongBytes { .. }
                | DeviceError::NewerStore { .. }
                | DeviceError::KeyStore(_)
                | DeviceError::Damaged(_) => 1,
            },
        }
    }
}

/// A file that was named and cannot be used.
pub fn file_failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File { path: path.to_owned(), reason: error.to_string() }
}
