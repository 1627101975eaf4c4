// NOT VERIFIED: written without a Gradle or an Android SDK at hand. What runs on Linux is the Maven build of the same sources (pom.xml).
// For a machine with Android Studio, an SDK, an NDK, Rust and `cargo install cargo-ndk`.

pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "yuandian"

include(":core-binding", ":model", ":gateway", ":ui", ":app")
project(":core-binding").projectDir = file("../bindings/kotlin")
