//! How the library that an app ships is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let (system, machine) = (set("CARGO_CFG_TARGET_OS"), set("CARGO_CFG_TARGET_ARCH"));
    let is_android = system == "android";
    // Where the linker is LLVM's; and not in the builds of tests, which have to load on systems of any age.
    let is_lld = is_android || (system == "linux" && machine == "x86_64");
    if !is_lld || std::env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some() {
        return;
    }
    // Functions that came out as the same instructions are there once. Nothing here compares the addresses of functions.
    println!("cargo::rustc-cdylib-link-arg=-Wl,--icf=all");
    // Addresses to be set when the library is loaded, a bit each in the place of 24 bytes: RELR wants Android 11 or glibc 2.36.
    let packed = if is_android { "--pack-dyn-relocs=android" } else { "-z,pack-relative-relocs" };
    println!("cargo::rustc-cdylib-link-arg=-Wl,{packed}");
    if is_android {
        // Newer phones have pages of 16 kB.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,max-page-size=16384");
    }
}
