//! The Swift lane: always generated; compiled and tested by the machine's own Swift, or by the one in the chroot.

use std::path::Path;

use crate::bindings::{Language, generate};
use crate::chroot::Chroot;
use crate::command::{Call, Done, failed};
use crate::{mirror, place};

/// Generates, compiles in Swift 6 mode, and tests.
pub fn lane() -> Done {
    let folder = place::lane_folder("swift")?;
    let _held = place::lock(&folder)?;
    let package = folder.join("package");
    stage(&folder.join("generated"), &package)?;
    if Call::new("swift").arg("--version").succeeds() {
        let lib = package.join("lib");
        return Call::new("swift").arg("test").arg("--package-path").arg(&package).args(linking(&lib)).run();
    }
    let chroot = Chroot::ensure()?;
    chroot.call(&package).args(["swift", "test"]).args(linking(Path::new("/src/lib"))).run()
}

/// Lays the package out: what is committed, what is generated, and the library. Unchanged files keep their times, so
/// that a second run compiles nothing.
fn stage(generated: &Path, package: &Path) -> Done {
    place::emptied(generated)?;
    let library = generate(Language::Swift, generated)?;
    let committed = place::root().join("bindings/swift");
    mirror::file(&committed.join("Package.swift"), &package.join("Package.swift"))?;
    mirror::folder(&committed.join("Tests"), &package.join("Tests"), |_| true)?;
    let swift = package.join("Sources/YuandianCore");
    mirror::folder(generated, &swift, |name| has_ending(name, &["swift"]))?;
    let c = package.join("Sources/YuandianCoreFFI");
    mirror::folder(generated, &c, |name| has_ending(name, &["h", "modulemap"]))?;
    let name = library.file_name().ok_or_else(|| failed("the library has no name"))?;
    mirror::file(&library, &package.join("lib").join(name))
}

fn has_ending(name: &Path, endings: &[&str]) -> bool {
    name.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
}

/// A run path instead of a search path in the environment; lld, because GNU ld does not find the threading symbols
/// of `libswiftObservation`.
fn linking(lib: &Path) -> Vec<String> {
    let lib = lib.display();
    let mut flags = vec![format!("-L{lib}"), "-lyuandian_ffi".into(), "-rpath".into(), lib.to_string()]
        .into_iter()
        .flat_map(|flag| ["-Xlinker".to_owned(), flag])
        .collect::<Vec<_>>();
    if cfg!(target_os = "linux") {
        flags.extend(["-Xswiftc".into(), "-use-ld=lld".into()]);
    }
    flags
}

/// Makes the chroot ahead of the lane, if this machine has no Swift.
pub fn prepare() -> Done {
    if Call::new("swift").arg("--version").succeeds() { Ok(()) } else { Chroot::ensure().map(drop) }
}
