// NOT VERIFIED: see android/settings.gradle.kts.

plugins {
    alias(libs.plugins.kotlin.jvm)
}

kotlin {
    jvmToolchain(17)
    compilerOptions { allWarningsAsErrors = true }
}

/** The fake and the contract, for the tests of other modules. */
val testJar by tasks.registering(Jar::class) {
    archiveClassifier = "tests"
    from(sourceSets.test.map { it.output })
}
val testClasses: Configuration by configurations.creating
artifacts.add(testClasses.name, testJar)

tasks.compileTestKotlin { compilerOptions.optIn.add("kotlinx.coroutines.ExperimentalCoroutinesApi") }

dependencies {
    api(libs.coroutines.core)
    implementation(libs.zxing)
    testImplementation(libs.coroutines.test)
    testImplementation(libs.junit)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.test { useJUnitPlatform() }
