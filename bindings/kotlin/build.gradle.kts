// NOT VERIFIED: see android/settings.gradle.kts.
// The binding: generated from the library of this machine, which is also what the tests of the JVM modules load.

plugins {
    alias(libs.plugins.kotlin.jvm)
}

val repository = rootDir.parentFile

/** Generated Kotlin, with the host's library beside it: nothing of it is committed. */
val generated = layout.buildDirectory.dir("generated/uniffi")

val generateBinding by tasks.registering(Exec::class) {
    workingDir = repository
    inputs.dir(repository.resolve("bindings/ffi"))
    inputs.dir(repository.resolve("core"))
    outputs.dir(generated)
    commandLine("cargo", "xtask", "bindings", "--lang", "kotlin", "--out", generated.get().asFile.path)
}

kotlin {
    jvmToolchain(17)
    sourceSets.main { kotlin.srcDir(generateBinding.map { generated.get() }) }
}

/** What the tests of other modules use of these. */
val testJar by tasks.registering(Jar::class) {
    archiveClassifier = "tests"
    from(sourceSets.test.map { it.output })
}
val testClasses: Configuration by configurations.creating
artifacts.add(testClasses.name, testJar)

dependencies {
    api(libs.coroutines.core)
    // On a phone JNA comes as an archive with its own native part: the app brings it.
    compileOnly(libs.jna)
    testImplementation(libs.jna)
    testImplementation(libs.gson)
    testImplementation(libs.sqlite)
    testImplementation(libs.coroutines.test)
    testImplementation(libs.junit)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.test {
    useJUnitPlatform()
    systemProperty("jna.library.path", generated.get().asFile.path)
    systemProperty("yuandian.bin.dir", repository.resolve("target/debug").path)
    systemProperty("yuandian.kills", "20")
    environment("RUST_BACKTRACE", "0")
}
