// NOT VERIFIED: see android/settings.gradle.kts.

plugins {
    alias(libs.plugins.kotlin.jvm)
}

kotlin {
    jvmToolchain(17)
    compilerOptions { allWarningsAsErrors = true }
}

tasks.compileTestKotlin { compilerOptions.optIn.add("kotlinx.coroutines.ExperimentalCoroutinesApi") }

dependencies {
    api(project(":model"))
    implementation(project(":core-binding"))
    testImplementation(project(path = ":model", configuration = "testClasses"))
    testImplementation(project(path = ":core-binding", configuration = "testClasses"))
    testImplementation(libs.jna)
    testImplementation(libs.sqlite)
    testImplementation(libs.coroutines.test)
    testImplementation(libs.junit)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.test {
    useJUnitPlatform()
    dependsOn(":core-binding:generateBinding")
    systemProperty("jna.library.path", project(":core-binding").layout.buildDirectory.dir("generated/uniffi").get().asFile.path)
    systemProperty("yuandian.bin.dir", rootDir.parentFile.resolve("target/debug").path)
    environment("RUST_BACKTRACE", "0")
}
