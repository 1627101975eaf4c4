//! The key of an encrypted home, in a file that its owner alone reads. A command line has no key store of the system's: whoever has the file and the home
//! has everything, so the file belongs elsewhere than the home.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use yuandian_device::platform::{self, SystemRandomness};
use yuandian_device::ports::{DatabaseKey, ENCRYPTS, Randomness};

use crate::failure::{Failure, file_failure};

/// Reads the key; for a home that is not there yet, one is drawn.
pub fn key_of(home: &Path, file: &Path) -> Result<DatabaseKey, Failure> {
    if !ENCRYPTS {
        return Err(refused(
            file,
            "this build has no encryption at rest (build it with --features sqlcipher)",
        ));
    }
    if !file.exists() {
        if platform::is_home(home) {
            return Err(refused(
                file,
                "there is no key here, and the home is there already: give its own key file",
            ));
        }
        draw(file).map_err(|error| file_failure(file, &error))?;
    }
    let mut key = DatabaseKey([0; 32]);
    let mut more = [0];
    let mut opened = File::open(file).map_err(|error| file_failure(file, &error))?;
    if others_may_read(&opened).map_err(|error| file_failure(file, &error))? {
        return Err(refused(
            file,
            "others may read this key: chmod 600 it, and use a new home if they had it",
        ));
    }
    if opened.read_exact(&mut key.0).is_err() || !matches!(opened.read(&mut more), Ok(0)) {
        return Err(refused(file, "a key is 32 bytes"));
    }
    let lies_in = fs::canonicalize(file)
        .is_ok_and(|file| fs::canonicalize(home).is_ok_and(|home| file.starts_with(home)));
    if lies_in {
        return Err(refused(
            file,
            "a key that lies in the home which it closes closes nothing: keep it elsewhere",
        ));
    }
    Ok(key)
}

fn draw(file: &Path) -> std::io::Result<()> {
    let mut key = DatabaseKey([0; 32]);
    SystemRandomness.fill(&mut key.0);
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(file)?;
    file.write_all(&key.0)?;
    file.sync_all()
}

#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "nothing is asked elsewhere"))]
fn others_may_read(file: &File) -> std::io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok(file.metadata()?.mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(false)
    }
}

fn refused(file: &Path, reason: &str) -> Failure {
    Failure::File { path: file.to_owned(), reason: reason.to_owned() }
}
