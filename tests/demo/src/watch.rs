//! What is left to do when the demo itself is killed: end the server, remove the folder.
//!
//! Guards run when the demo returns or panics. A signal, Ctrl-C first of all, runs none; a shell that reads from the demo sees its end
//! all the same.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::story::Played;

/// Reads the id of the server's process, again whenever it changes, until the demo is gone.
const SCRIPT: &str = r#"
trap '' INT HUP TERM
pid=
while read -r word; do
  case $word in
    done) exit 0 ;;
    none) pid= ;;
    *) pid=$word ;;
  esac
done
[ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
tries=0
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $tries -lt 250 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
rm -rf -- "$0"
"#;

/// A shell that cleans up after a demo that was killed.
pub struct Watch(Child);

impl Watch {
    /// Begins to watch over a folder.
    pub fn over(folder: &Path) -> Played<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg(folder);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self(child))
    }

    /// Tells which process is the server now.
    pub fn server_is(&mut self, id: Option<u32>) -> Played<()> {
        self.say(&id.map_or_else(|| "none".to_owned(), |id| id.to_string()))
    }

    fn say(&mut self, word: &str) -> Played<()> {
        if let Some(stdin) = &mut self.0.stdin {
            writeln!(stdin, "{word}")?;
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The demo ends by itself: its own guards do the rest.
        let _ = self.say("done");
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;
    use yuandian_programs::process::Owned;

    /// As if the demo had been killed: the pipe closes without a word.
    fn vanish(mut watch: Watch) {
        drop(watch.0.stdin.take());
        watch.0.wait().unwrap();
    }

    #[test]
    fn a_killed_demo_leaves_no_folder_and_its_server_is_asked_to_end() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("demo");
        fs::create_dir(&folder).unwrap();
        let mut server = Owned::start(Command::new("sleep").arg("600")).unwrap();
        let mut watch = Watch::over(&folder).unwrap();
        watch.server_is(Some(server.id())).unwrap();
        drop(watch.0.stdin.take());
        // Reaped here, as init would.
        assert!(server.wait(Duration::from_secs(20)).unwrap().is_some());
        watch.0.wait().unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_that_is_down_is_nobody_and_an_orderly_end_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut alive = Owned::start(Command::new("sleep").arg("600")).unwrap();
        let mut watch = Watch::over(&folder.path().join("demo")).unwrap();
        watch.server_is(Some(alive.id())).unwrap();
        watch.server_is(None).unwrap();
        vanish(watch);
        let mut watch = Watch::over(folder.path()).unwrap();
        watch.server_is(Some(alive.id())).unwrap();
        drop(watch);
        assert!(folder.path().exists() && alive.wait(Duration::ZERO).unwrap().is_none());
    }
}
