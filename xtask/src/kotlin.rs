//! The Kotlin lane: the generated binding, what makes it idiomatic, and the Android app in all its modules, tested over the real library through JNA
//! and against the real server, its screens drawn without a display. All of them in every state are drawn by [`screens`].
//!
//! Maven fetches what it lacks from Maven Central on the first run and nothing after that.

use std::path::{Path, PathBuf};

use crate::bindings::{Language, generate};
use crate::command::{Call, Done, Stop, failed, io};
use crate::{binaries, place, tools};

/// Where screens are kept as pictures for people to look at.
const PICTURES: &str = "docs/pictures/android";

/// Generates, compiles, lints and tests.
pub fn lane() -> Done {
    tools::DRAWING.ensure()?;
    let made = Made::now()?;
    // A class left by a type that no longer exists would hide its absence.
    place::emptied(&made.folder.join("build"))?;
    made.maven().arg("--fail-at-end").arg("test").run()
}

/// Draws every screen in every main state, and writes a sheet of each into `docs/pictures/android`.
pub fn screens() -> Done {
    tools::DRAWING.ensure()?;
    let made = Made::now()?;
    made.maven()
        .arg("-DskipLint=true")
        .args(["--projects", "ui", "--also-make"])
        // The tests of the modules below say nothing of screens.
        .args([
            "-Dtest=org.yuandian.app.ui.**",
            "-DfailIfNoTests=false",
            "-Dsurefire.failIfNoSpecifiedTests=false",
        ])
        .quiet_arg(format!("-Dyuandian.pictures.dir={}", place::root().join(PICTURES).display()))
        .arg("test")
        .run()
}

/// What crossing from Kotlin costs: one line of JSON, the last on stdout.
pub fn become_bench(json: bool) -> Done {
    let made = Made::now()?;
    let said = made
        .maven()
        .arg("-DskipLint=true")
        .args(["--projects", "../bindings/kotlin"])
        .args(["-Dtest=FfiBench", "-Dsurefire.failIfNoSpecifiedTests=false"])
        .arg("test")
        .stdout()?;
    let figure = said.lines().find_map(|line| line.find("{\"name\":\"ffi\"").map(|at| &line[at..]));
    let figure = figure.ok_or_else(|| failed(format!("the benchmark printed no figure:\n{said}")))?;
    if !json {
        eprint!("{said}");
    }
    println!("{figure}");
    Ok(())
}

/// What Maven needs and does not make itself.
struct Made {
    folder: PathBuf,
    programs: PathBuf,
    _held: std::fs::File,
}

impl Made {
    fn now() -> Result<Self, Stop> {
        tools::JAVA.ensure()?;
        tools::MAVEN.ensure()?;
        let folder = place::lane_folder("kotlin")?;
        let held = place::lock(&folder)?;
        let (generated, lib) = (folder.join("generated"), folder.join("lib"));
        place::emptied(&generated)?;
        let library = generate(Language::Kotlin, &generated)?;
        std::fs::create_dir_all(&lib).map_err(io("create", &lib))?;
        let beside = lib.join(library.file_name().unwrap_or_default());
        std::fs::rename(&library, &beside).map_err(io("move to", &beside))?;
        Ok(Self { folder, programs: binaries::build()?, _held: held })
    }

    fn maven(&self) -> Call {
        let property = |name: &str, path: &Path| format!("-Dyuandian.{name}.dir={}", path.display());
        Call::new("mvn")
            .args(["--batch-mode", "--no-transfer-progress", "--file", "android/pom.xml"])
            // The compiler's daemon would stay for two hours with up to 1.6 GB.
            .arg("-Dkotlin.compiler.daemon=false")
            .quiet_arg(property("generated", &self.folder.join("generated")))
            .quiet_arg(property("lib", &self.folder.join("lib")))
            .quiet_arg(property("bin", &self.programs))
            .quiet_arg(property("build", &self.folder.join("build")))
    }
}
