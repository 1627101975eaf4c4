//! The Kotlin lane: the generated sources compiled for the JVM and tested over the real library through JNA.
//!
//! Maven fetches what it lacks from Maven Central on the first run and nothing after that.

use std::path::Path;

use crate::bindings::{Language, generate};
use crate::command::{Call, Done, io};
use crate::{place, tools};

/// Generates, compiles and tests.
pub fn lane() -> Done {
    tools::JAVA.ensure()?;
    tools::MAVEN.ensure()?;
    let folder = place::lane_folder("kotlin")?;
    let _held = place::lock(&folder)?;
    let (generated, lib, build) = (folder.join("generated"), folder.join("lib"), folder.join("build"));
    // Both are emptied: a class left by a type that no longer exists would hide its absence.
    place::emptied(&generated)?;
    place::emptied(&build)?;
    let library = generate(Language::Kotlin, &generated)?;
    std::fs::create_dir_all(&lib).map_err(io("create", &lib))?;
    let beside = lib.join(library.file_name().unwrap_or_default());
    std::fs::rename(&library, &beside).map_err(io("move to", &beside))?;
    let property = |name: &str, path: &Path| format!("-Dyuandian.{name}.dir={}", path.display());
    Call::new("mvn")
        .args(["--batch-mode", "--no-transfer-progress", "--file", "bindings/kotlin/pom.xml"])
        // The compiler's daemon would stay for two hours with up to 1.6 GB.
        .arg("-Dkotlin.compiler.daemon=false")
        .quiet_arg(property("generated", &generated))
        .quiet_arg(property("lib", &lib))
        .quiet_arg(property("build", &build))
        .arg("test")
        .run()
}
