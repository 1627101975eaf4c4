//! Whether the core and its facade are valid Rust for phones: types alone, by hand. Nothing is linked, no NDK and no Xcode is needed, and what C there is
//! in dependencies is not compiled: its compiler is a stand-in that writes empty objects.
//!
//! Where the toolchain has no standard library for a target, that is checked from its sources too, which are the toolchain's own (`rust-src`) or Debian's of
//! the very version. Debian does not keep each version for ever, so this is no lane.

use std::path::{Path, PathBuf};

use crate::command::{self, Call, Done, Stop, failed, io, skipped};
use crate::place;

/// What phones run.
const TARGETS: [&str; 2] = ["aarch64-linux-android", "aarch64-apple-ios"];
/// Debian's archive that keeps several versions of the compiler's sources at once.
const ARCHIVE: &str = "deb http://deb.debian.org/debian trixie-backports main";

/// What the stand-in is called.
const C_COMPILER: &str = "no-c-compiler";
/// A compiler of C, an archiver and a finder of SDKs that do nothing and say that it is done.
const STAND_IN: &str = r#"#!/bin/sh
# Stands in for a C compiler where only Rust's types are checked: what should be written is empty.
while [ $# -gt 0 ]; do
    case "$1" in
        --show-sdk-path) echo /; exit 0 ;;
        -o) : > "$2"; shift ;;
        -o?*) : > "${1#-o}" ;;
    esac
    shift
done
exit 0
"#;

/// Checks `yuandian-ffi`, and so everything under it, for every target.
pub fn check() -> Done {
    let folder = place::lane_folder("targets")?;
    let stand_in = stand_in(&folder)?;
    let mut left_out = Vec::new();
    for target in TARGETS {
        match one(target, &folder, &stand_in) {
            Err(Stop::Skipped(why)) => left_out.push(format!("{target}: {why}")),
            other => other?,
        }
    }
    if left_out.is_empty() { Ok(()) } else { Err(skipped(left_out.join("; "))) }
}

fn one(target: &str, folder: &Path, stand_in: &Path) -> Done {
    // Build scripts ask whether unstable features may be used: in the common folder every one of them, and all above it, would be built anew twice.
    let mut check = command::cargo()?
        .args(["check", "--package", "yuandian-ffi", "--target", target])
        .env("CARGO_TARGET_DIR", folder.join("target"));
    if !has_library(target)? {
        let sources = sources(folder)?;
        check = check
            .arg("-Zbuild-std=std,panic_unwind")
            .env("RUSTC_BOOTSTRAP", "1")
            // Cargo's own way to be told of sources elsewhere than in the toolchain.
            .env("__CARGO_TESTS_ONLY_SRC_ROOT", sources);
    }
    let variable = |name: &str| format!("{name}_{}", target.replace('-', "_"));
    let bin = stand_in.parent().unwrap_or(folder);
    let path = std::env::var("PATH").unwrap_or_default();
    check
        .env(&variable("CC"), stand_in)
        .env(&variable("AR"), stand_in)
        .env("SDKROOT", "/")
        // `xcrun` is looked for on the path.
        .env("PATH", format!("{}:{path}", bin.display()))
        .run()
}

/// Whether the toolchain brings the standard library of a target.
fn has_library(target: &str) -> Result<bool, Stop> {
    let folder = Call::new("rustc").args(["--print", "target-libdir", "--target", target]).stdout()?;
    Ok(std::fs::read_dir(folder.trim()).is_ok_and(|mut files| files.next().is_some()))
}

/// The folder of the standard library's sources.
fn sources(folder: &Path) -> Result<PathBuf, Stop> {
    let sysroot = Call::new("rustc").args(["--print", "sysroot"]).stdout()?;
    let own = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
    if own.is_dir() {
        return Ok(own);
    }
    let said = Call::new("rustc").arg("--version").stdout()?;
    let version = said.split_whitespace().nth(1).ok_or_else(|| failed("rustc does not tell its version"))?;
    let library = folder.join(format!("usr/src/rustc-{version}/library"));
    if !library.is_dir() {
        fetch(folder, version)?;
    }
    if library.is_dir() {
        Ok(library)
    } else {
        Err(skipped(format!("the sources of Rust {version} came without a library")))
    }
}

/// Fetches and unpacks Debian's package of the sources. Nothing is installed, and the machine's own lists stay as they are.
fn fetch(folder: &Path, version: &str) -> Done {
    if !Call::new("apt-get").arg("--version").succeeds() {
        return Err(skipped("no sources of the standard library here, and no apt-get to fetch them with"));
    }
    for below in ["lists/partial", "archives/partial"] {
        let below = folder.join(below);
        std::fs::create_dir_all(&below).map_err(io("create", &below))?;
    }
    let list = folder.join("sources.list");
    std::fs::write(&list, format!("{ARCHIVE}\n")).map_err(io("write", &list))?;
    let apt = |program: &str| {
        let option = |name: &str, value: &Path| format!("-o{name}={}", value.display());
        Call::new(program)
            .quiet_arg(option("Dir::Etc::sourcelist", &list))
            .quiet_arg("-oDir::Etc::sourceparts=-")
            .quiet_arg(option("Dir::State::lists", &folder.join("lists")))
            .quiet_arg(option("Dir::Cache", folder))
    };
    let log = folder.join("apt.log");
    let update = apt("apt-get").args(["update", "-qq"]);
    update.run_into(&log).map_err(|stop| skipped(format!("Debian's lists could not be fetched: {stop}")))?;
    let offered = apt("apt-cache").args(["madison", "rust-src"]).stdout()?;
    let mut versions = offered.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
    let Some(package) = versions.find(|offered| offered.starts_with(&format!("{version}+"))) else {
        return Err(skipped(format!("Debian keeps no sources of Rust {version} (any more)")));
    };
    let got = apt("apt-get")
        .in_folder(folder)
        .args(["download", "-qq"])
        .arg(format!("rust-src={package}"))
        .run_into(&log);
    got.map_err(|stop| skipped(format!("rust-src {package} could not be fetched: {stop}")))?;
    for entry in std::fs::read_dir(folder).map_err(io("read", folder))? {
        let file = entry.map_err(io("read", folder))?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            Call::new("dpkg-deb").arg("-x").quiet_arg(&file).quiet_arg(folder).run()?;
            std::fs::remove_file(&file).map_err(io("remove", &file))?;
        }
    }
    Ok(())
}

/// Writes the stand-in, also under the name of Apple's finder of SDKs.
fn stand_in(folder: &Path) -> Result<PathBuf, Stop> {
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).map_err(io("create", &bin))?;
    for name in [C_COMPILER, "xcrun"] {
        let program = bin.join(name);
        std::fs::write(&program, STAND_IN).map_err(io("write", &program))?;
        Call::new("chmod").arg("+x").quiet_arg(&program).run()?;
    }
    Ok(bin.join(C_COMPILER))
}
