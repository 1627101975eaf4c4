//! Programs that a lane needs: found, or installed where this machine lets us, or the reason why not.

use std::sync::{Mutex, PoisonError};

use crate::command::{Call, Done, io, skipped};
use crate::place;

/// A program and the Debian packages that bring it.
pub struct Tool<'t> {
    /// What people call it.
    pub name: &'t str,
    /// What is looked for on the search path.
    pub program: &'t str,
    /// Arguments with which it ends at once and well.
    pub probe: &'t [&'t str],
    /// What to install for it.
    pub packages: &'t [&'t str],
}

/// Kotlin is built by Maven.
pub const MAVEN: Tool<'static> =
    Tool { name: "mvn", program: "mvn", probe: &["--version"], packages: &["maven"] };
/// A compiler, not only a runtime: Maven's plugins ask for it.
pub const JAVA: Tool<'static> =
    Tool { name: "javac", program: "javac", probe: &["-version"], packages: &["openjdk-17-jdk-headless"] };
/// Screens are drawn without a display: the libraries that the drawing library is linked to, letters of Chinese and of Arabic, and
/// faces.
pub const DRAWING: Tool<'static> = Tool {
    name: "library or font for drawing",
    program: "sh",
    probe: &[
        "-c",
        "ldconfig -p | grep -q 'libGL\\.so\\.1' && for l in zh ar und-zsye; do test -n \"$(fc-list :lang=$l)\" || exit 1; done",
    ],
    packages: &[
        "libgl1",
        "libx11-6",
        "libfontconfig1",
        "fontconfig",
        "fonts-noto-cjk",
        "fonts-dejavu-core",
        "fonts-noto-color-emoji",
    ],
};
/// The Python binding needs the interpreter and its own library only.
pub const PYTHON: Tool<'static> =
    Tool { name: "python3", program: "python3", probe: &["--version"], packages: &["python3"] };
/// Environments of Python that hold packages of their own.
pub const PYTHON_VENV: Tool<'static> =
    Tool { name: "python3", program: "python3", probe: &["-cimport ensurepip"], packages: &["python3-venv"] };
/// Runs a client of uploads, and installs it with npm.
pub const NODE: Tool<'static> =
    Tool { name: "npm", program: "npm", probe: &["--version"], packages: &["nodejs", "npm"] };
/// Makes the Swift chroot.
pub const DEBOOTSTRAP: Tool<'static> =
    Tool { name: "debootstrap", program: "debootstrap", probe: &["--version"], packages: &["debootstrap"] };

impl Tool<'_> {
    /// Whether it is on this machine.
    pub fn is_here(&self) -> bool {
        Call::new(self.program).args(self.probe).succeeds()
    }

    /// Sees to it that it is on this machine; skipped where it is not and cannot be installed.
    pub fn ensure(&self) -> Done {
        if self.is_here() {
            return Ok(());
        }
        if !Call::new("apt-get").arg("--version").succeeds() {
            return Err(skipped(format!("no {} here, and no apt-get to install it with", self.name)));
        }
        if !is_root() {
            return Err(skipped(format!("no {} here, and installing it needs root", self.name)));
        }
        // Two lanes may want something at once, and Debian installs one at a time.
        static INSTALLING: Mutex<()> = Mutex::new(());
        let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        eprintln!("installing {}", self.packages.join(" "));
        let cache = place::cache()?;
        std::fs::create_dir_all(&cache).map_err(io("create", &cache))?;
        let log = cache.join("apt.log");
        let install = apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(self.packages);
        if let Err(stop) = apt().args(["update", "-qq"]).run_into(&log).and_then(|()| install.run_into(&log))
        {
            return Err(skipped(format!("no {} here, and installing it {stop}", self.name)));
        }
        if self.is_here() {
            Ok(())
        } else {
            Err(skipped(format!("{} was installed and does not run", self.name)))
        }
    }
}

/// Whether this command may install packages and make namespaces.
pub fn is_root() -> bool {
    Call::new("sh").args(["-c", "test \"$(id -u)\" = 0"]).succeeds()
}

fn apt() -> Call {
    Call::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive")
}
