//! Swift on Debian 12, which has none: a Debian 13 root directory with Debian's own `swiftlang`, entered in
//! namespaces of its own.
//!
//! It is made once and kept in the cache (about 3 GB): whole, or not at all. Mounts and processes live in private
//! namespaces and vanish with the command, so the machine outside never sees them and the cache can be deleted at
//! any time.

use std::path::{Path, PathBuf};

use crate::command::{Call, Done, Stop, failed, io, skipped};
use crate::{place, tools};

/// The release of Debian with a Swift compiler.
const SUITE: &str = "trixie";
/// What the root directory is called; the number rises when what is put into it changes.
const NAME: &str = "trixie-1";
/// Names another Debian mirror than the machine's own.
const MIRROR_VARIABLE: &str = "YUANDIAN_DEBIAN_MIRROR";

/// Runs inside new mount and process namespaces: mounts what a build needs (Swift finds its libraries by /proc),
/// binds the work folder ($2, if any) at /src, and becomes the command there.
const ENTER: &str = r#"set -eu
root=$1 work=$2; shift 2
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for node in null zero full random urandom; do
    : > "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mkdir -p "$root/src"
if [ -n "$work" ]; then mount --bind "$work" "$root/src"; fi
exec chroot "$root" env -i HOME=/var/tmp LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/libexec/swift/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c 'cd /src && exec "$@"' sh "$@"
"#;

/// Runs in the fresh root: the compiler, and what it links against.
const FURNISH: &str = "apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends swiftlang libc6-dev libstdc++-14-dev \
    && apt-get clean && rm -rf /var/lib/apt/lists/* && swift --version";

/// A root directory with Swift in it.
pub struct Chroot {
    root: PathBuf,
}

impl Chroot {
    /// The chroot of the cache, made now if it is missing (minutes, half a gigabyte of packages). Skipped where this
    /// machine cannot make or enter one; the text says why.
    pub fn ensure() -> Result<Self, Stop> {
        if !cfg!(target_os = "linux") {
            return Err(skipped("no Swift here, and the chroot that would bring it needs Linux"));
        }
        if !tools::is_root() {
            return Err(skipped("no Swift here, and making the chroot that would bring it needs root"));
        }
        if !Call::new("unshare").args(["--mount", "--pid", "--fork", "true"]).succeeds() {
            return Err(skipped("no Swift here, and this machine allows no namespaces for the chroot"));
        }
        let home = place::cache()?.join("swift");
        let _held = place::lock(&home)?;
        let root = home.join(NAME);
        if !root.is_dir() {
            let part = home.join(format!("{NAME}.part"));
            make(&part, &home)
                .map_err(|stop| skipped(format!("no Swift here, and making its chroot {stop}")))?;
            std::fs::rename(&part, &root).map_err(io("rename to", &root))?;
        }
        Ok(Self { root })
    }

    /// A command in `work`, which is bound at /src; killed, it takes everything inside with it.
    pub fn call(&self, work: &Path) -> Call {
        enter(&self.root, work)
    }
}

fn enter(root: &Path, work: &Path) -> Call {
    Call::new("unshare")
        .quiet_arg("--mount")
        .quiet_arg("--pid")
        .quiet_arg("--fork")
        .quiet_arg("--kill-child")
        .quiet_arg("--propagation=private")
        .quiet_arg("sh")
        .quiet_arg("-c")
        .quiet_arg(ENTER)
        .quiet_arg("in-chroot")
        .quiet_arg(root)
        .quiet_arg(work)
}

fn make(part: &Path, home: &Path) -> Done {
    tools::DEBOOTSTRAP.ensure()?;
    let mirror = debian_mirror()?;
    eprintln!("making the Swift chroot in {} (once; some minutes)", home.display());
    place::emptied(part)?;
    Call::new("debootstrap")
        .args(["--variant=minbase", "--include=ca-certificates", SUITE])
        .quiet_arg(part)
        .quiet_arg(mirror)
        .run_into(&home.join("debootstrap.log"))?;
    enter(part, Path::new("")).args(["sh", "-ec"]).arg(FURNISH).run_into(&home.join("apt.log"))
}

/// The mirror that the machine itself uses, read when it is needed: none is written down.
fn debian_mirror() -> Result<String, Stop> {
    if let Ok(chosen) = std::env::var(MIRROR_VARIABLE) {
        return Ok(chosen);
    }
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(entries) = std::fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.sort();
    let texts = files.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter_map(|text| first_debian_mirror(&text)).next().ok_or_else(|| {
        failed(format!("finds no Debian mirror in the machine's sources; {MIRROR_VARIABLE} names one"))
    })
}

/// The first address of a plain Debian archive in a sources file of either format. A dated archive is no such
/// address: it does not hold the later release.
fn first_debian_mirror(sources: &str) -> Option<String> {
    sources
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"))
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_end_matches('/'))
        .find(|word| word.contains("://") && word.ends_with("/debian"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_first_plain_debian_archive_of_either_format() {
        let table = [
            ("Types: deb\nURIs: http://mirror.test/debian\nSuites: x\n", Some("http://mirror.test/debian")),
            ("URIs: http://a.test/debian-security http://b.test/debian/\n", Some("http://b.test/debian")),
            ("deb [signed-by=/k] https://c.test/debian bookworm main\n", Some("https://c.test/debian")),
            ("# deb http://off.test/debian bookworm main\n# URIs: http://off.test/debian\n", None),
            ("deb-src http://d.test/debian bookworm main\n", None),
            ("deb http://e.test/archive/debian/20250520T000000Z bookworm main\n", None),
            ("", None),
        ];
        for (sources, mirror) in table {
            assert_eq!(first_debian_mirror(sources).as_deref(), mirror, "{sources}");
        }
    }
}
