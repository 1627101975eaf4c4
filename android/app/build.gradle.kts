// NOT VERIFIED: see android/settings.gradle.kts.

plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

val repository = rootDir.parentFile
val nativeLibraries = layout.buildDirectory.dir("rust/jniLibs")

android {
    namespace = "org.yuandian.app.android"
    compileSdk = libs.versions.compileSdk.get().toInt()
    defaultConfig {
        applicationId = "org.yuandian.app"
        minSdk = libs.versions.minSdk.get().toInt()
        targetSdk = libs.versions.compileSdk.get().toInt()
        versionCode = 1
        versionName = "0.1.0"
        // The city's server: -Pyuandian.server=https://… ; empty asks for it with the invitation.
        val server = providers.gradleProperty("yuandian.server").getOrElse("")
        buildConfigField("String", "SERVER", "\"$server\"")
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }
    buildFeatures {
        buildConfig = true
        compose = true
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
    sourceSets.named("main") {
        // MainActivity, which Maven leaves out.
        kotlin.srcDir("src/androidx/kotlin")
        jniLibs.srcDir(nativeLibraries)
    }
    lint {
        warningsAsErrors = true
        abortOnError = true
        // Newer versions are chosen by hand, in both builds at once.
        disable += listOf("GradleDependency", "NewerVersionAvailable", "AndroidGradlePluginVersion", "OldTargetApi")
    }
    testOptions {
        unitTests.isReturnDefaultValues = true
        unitTests.all { it.useJUnitPlatform() }
    }
}

kotlin { jvmToolchain(17) }

/** The core for phones, linked as `bindings/ffi/build.rs` says; the symbols stay out of the package, which strips. */
val buildCore by tasks.registering(Exec::class) {
    workingDir = repository
    inputs.dir(repository.resolve("bindings/ffi"))
    inputs.dir(repository.resolve("core"))
    inputs.files(repository.resolve("Cargo.toml"), repository.resolve("Cargo.lock"))
    outputs.dir(nativeLibraries)
    val abis = listOf("arm64-v8a", "armeabi-v7a", "x86_64").flatMap { listOf("-t", it) }
    commandLine(
        listOf("cargo", "ndk") + abis +
            listOf("--platform", libs.versions.minSdk.get(), "-o", nativeLibraries.get().asFile.path) +
            listOf("build", "--profile", "app", "--locked", "--lib", "-p", "yuandian-ffi", "--features", "sqlcipher"),
    )
}
tasks.named("preBuild") { dependsOn(buildCore) }

dependencies {
    implementation(project(":model"))
    implementation(project(":ui"))
    implementation(project(":gateway"))
    implementation(libs.activity.compose)
    implementation(libs.coroutines.android)
    implementation(libs.jna) { artifact { type = "aar" } }
    testImplementation(libs.coroutines.test)
    testImplementation(libs.junit)
    testRuntimeOnly(libs.junit.launcher)
}
