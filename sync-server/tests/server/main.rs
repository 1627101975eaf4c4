//! The server through its public seams: the hub in process, and the whole of it over a loopback socket.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::disallowed_methods, reason = "tests own files, threads and sockets")]
#![allow(clippy::wildcard_imports, reason = "each file speaks the language of the world")]

mod appeals;
mod authority;
mod backups;
mod blobs;
mod catalogues;
mod checksums;
mod claims;
mod commands;
mod conduct;
mod doorstep;
mod enrolment;
mod evidence;
mod feed;
mod files;
mod follow;
mod held;
mod http;
mod judged;
mod lines;
mod looks;
mod operator;
mod own_acts;
mod phone;
mod private;
mod private_looks;
mod push;
mod reading;
mod redaction;
mod refill;
mod rights;
mod rings;
mod routes;
mod store;
mod tus;
mod world;
