//! A machine's disk in memory: under SQLite as a VFS of its own, and under photo files, on one clock of numbered operations.
//!
//! Each operation (open that creates, read, write, sync, truncate, delete, rename, sync of the folder) has a number, from 0 on. A fault is
//! planned for a number: the process dies there, the power goes, the disk is full for a while, one operation fails. What SQLite and the
//! photo folder may rely on is what a journalled file system on an ordinary flash promises, and no more: a synced file is there with its
//! name; of everything else a seeded part is lost or torn by a power cut, by sectors of 512 bytes; names change in order, and all that
//! was not synced may be undone.
//!
//! A disk belongs to one world: it has its own name among SQLite's VFSs and its own randomness, and nothing is shared between disks.
//! `sqlite-plugin` was looked at: it generates bindings with libclang at build time, which a clone must not need, takes randomness and
//! time from the system's VFS, and cannot be unregistered, which a hundred thousand worlds in a process need.

mod blobs;
mod disk;
mod fault;
mod random;
mod sqlite;

pub use blobs::{FaultBlobDir, FaultBlobs};
pub use disk::{Disk, Image};
pub use fault::{Cut, Fault, Op};
