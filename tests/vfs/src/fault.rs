//! What can go wrong with a disk, and where.

/// Kinds of numbered operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// A file is made.
    Create,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// A file is synced.
    Sync,
    /// A file is cut to a size.
    Truncate,
    /// A file is taken away.
    Delete,
    /// A file gets another name, over one that may be there.
    Rename,
    /// The folder's names are synced.
    SyncFolder,
}

impl Op {
    /// Whether a full disk refuses it.
    pub(crate) fn needs_room(self) -> bool {
        matches!(self, Op::Create | Op::Write)
    }
}

/// How a machine stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The process dies. What it has written is in the system's cache and will be there.
    Kill,
    /// The power goes. Of what was not synced a part is lost, and the last write is torn.
    Power,
}

/// What happens instead of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops before the operation is done; every later one fails until [`crate::Disk::power_on`].
    Cut(Cut),
    /// This and the next operations that need room, so many of them, find the disk full.
    Full(u64),
    /// This operation fails with an I/O error; the next ones work.
    Error,
    /// A read gives fewer bytes than asked for. Photo files see it; SQLite reads again by itself on every real system, so for it this is
    /// [`Fault::Error`]. Anything but a read works.
    ShortRead,
}

/// Why an operation was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The machine is off, or the file was opened in an earlier life.
    Off,
    /// No room.
    Full,
    /// An I/O error.
    Error,
    /// No such file.
    NotFound,
    /// Only for reads of photo files.
    Short,
}

impl From<Trouble> for std::io::Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Off => std::io::Error::other("the machine is off"),
            Trouble::Full => std::io::ErrorKind::StorageFull.into(),
            Trouble::Error | Trouble::Short => std::io::Error::other("an input/output error"),
            Trouble::NotFound => std::io::ErrorKind::NotFound.into(),
        }
    }
}
