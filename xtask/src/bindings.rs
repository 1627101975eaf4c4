//! Writing the bindings: the library is built with everything else, the generator by itself, unoptimised.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::command::{self, Call, Done, Stop, failed, io};
use crate::{name_of, place};

/// A language that Yuandian speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// For Android and the JVM.
    Kotlin,
    /// For iOS; compiled and tested on Linux.
    Swift,
    /// For conformance tests and integration.
    Python,
}

/// The C module under the Swift one. The same name stands in `bindings/ffi/uniffi.toml`; without it the generator
/// would name the module after the crate and shadow the Swift module.
const SWIFT_C_MODULE: &str = "YuandianCoreFFI";

/// Writes the binding of `language` into `out`, with the library beside it, and returns the library's path there.
pub fn generate(language: Language, out: &Path) -> Result<PathBuf, Stop> {
    let built = build_library(language)?;
    let tools = build_generators()?;
    std::fs::create_dir_all(out).map_err(io("create", out))?;
    match language {
        Language::Kotlin | Language::Python => Call::new(tools.join("uniffi-bindgen"))
            .args(["generate", "--no-format", "--language", &name_of(&language), "--out-dir"])
            .arg(out)
            .arg(&built)
            .run()?,
        Language::Swift => Call::new(tools.join("uniffi-bindgen-swift"))
            .args(["--swift-sources", "--headers", "--modulemap", "--module-name", SWIFT_C_MODULE])
            .args(["--modulemap-filename", "module.modulemap"])
            .arg(&built)
            .arg(out)
            .run()?,
    }
    let library = out.join(library_name());
    replace(&built, &library)?;
    Ok(library)
}

/// Puts a copy of `from` at `to` without writing into what may be loaded there.
fn replace(from: &Path, to: &Path) -> Done {
    let part = to.with_extension("part");
    std::fs::copy(from, &part).map_err(io("copy to", &part))?;
    std::fs::rename(&part, to).map_err(io("rename to", to))
}

/// The file name of the library on this system.
pub fn library_name() -> String {
    format!("{}yuandian_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// The rooms that can keep a home encrypted, and the feature of each that does so: always all of them, so that they are compiled once.
pub const ENCRYPTED: [&str; 8] = [
    "--package",
    "yuandian-device",
    "--package",
    "yuandian-ffi",
    "--package",
    "yuandian-cli",
    "--features",
    "sqlcipher",
];

fn build_library(language: Language) -> Result<PathBuf, Stop> {
    let build = command::cargo()?.args(["build", "--lib"]);
    match language {
        // What the app ships.
        Language::Kotlin => build.args(ENCRYPTED),
        // All libraries, for the reason given at `binaries::build`.
        Language::Swift | Language::Python => build,
    }
    .run()?;
    let built = place::target()?.join("debug").join(library_name());
    if built.is_file() { Ok(built) } else { Err(failed(format!("cargo made no {}", library_name()))) }
}

/// Builds the generators ahead of the lanes, silently.
pub fn prepare() -> Done {
    let folder = place::lane_folder("generators")?;
    generators_build()?.run_into(&folder.join("build.log"))
}

/// Builds the two generators and returns their directory.
fn build_generators() -> Result<PathBuf, Stop> {
    generators_build()?.run()?;
    Ok(place::target()?.join("bindgen"))
}

/// They run for a fraction of a second and are never tested, so the workspace's optimised dependencies would be time
/// thrown away: they get a profile of their own, in a folder of its own, where nothing is optimised. What is left is
/// mostly the borrow checker in the templates of `uniffi_bindgen`, one core for a minute.
fn generators_build() -> Result<Call, Stop> {
    const PROFILE: [&str; 4] = [
        "profile.bindgen.inherits=\"dev\"",
        "profile.bindgen.opt-level=0",
        "profile.bindgen.debug=false",
        "profile.bindgen.package.\"*\".opt-level=0",
    ];
    let mut build =
        command::cargo()?.args(["build", "--package", "yuandian-bindgen", "--profile", "bindgen"]);
    for setting in PROFILE {
        build = build.quiet_arg("--config").quiet_arg(setting);
    }
    Ok(build)
}
