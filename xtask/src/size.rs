//! How large the library is that an app ships (profile `app`): stripped, plain and encrypted. By hand: each build takes minutes.

use serde_json::json;

use crate::bindings::library_name;
use crate::command::{self, Call, Done, Stop, failed, io};
use crate::place;

/// Bytes at most, plain and with SQLCipher; Linux on x86-64.
const GOALS: [u64; 2] = [8_000_000, 12_000_000];

/// Builds and measures both; the figures are one line on stdout.
pub fn print(json: bool) -> Done {
    let plain = stripped(&[])?;
    let encrypted = stripped(&["--features", "sqlcipher"])?;
    let holds = plain <= GOALS[0] && encrypted <= GOALS[1];
    if json {
        let goals = json!({"plain_bytes": GOALS[0], "encrypted_bytes": GOALS[1]});
        let figure = json!({"name": "library-size", "plain_bytes": plain, "encrypted_bytes": encrypted, "goals": goals, "holds": holds});
        println!("{figure}");
    } else {
        println!("stripped: plain {plain} bytes, encrypted {encrypted} bytes");
    }
    Ok(())
}

fn stripped(features: &[&str]) -> Result<u64, Stop> {
    command::cargo()?
        .args(["build", "--profile", "app", "--lib", "--package", "yuandian-ffi"])
        .args(features)
        .run()?;
    let built = place::target()?.join("app").join(library_name());
    let copy = place::lane_folder("size")?.join(library_name());
    Call::new("strip").arg("--strip-unneeded").arg("-o").quiet_arg(&copy).quiet_arg(&built).run()?;
    let size = std::fs::metadata(&copy).map_err(io("look at", &copy))?.len();
    if size == 0 { Err(failed("the library is empty")) } else { Ok(size) }
}
