//! A phone: the program `yuandian` with a home of its own, spoken to as a person at a terminal would.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::process::{Lines, Owned, Ran, finish, run};
use crate::{Played, Stop};

/// How long a command that stays on the phone may take. Decoding twelve megapixels is the longest part.
const LOCAL: Duration = Duration::from_secs(20);
/// How long a sync may take, over a bad link.
const SYNC: Duration = Duration::from_secs(45);

/// One phone.
pub struct Phone {
    name: &'static str,
    program: PathBuf,
    home: PathBuf,
}

impl Phone {
    /// A phone that lives below a folder, with the name that others will see.
    pub fn new(program: PathBuf, homes: &Path, folder: &str, name: &'static str) -> Self {
        Self { name, program, home: homes.join(folder) }
    }

    /// The name that others see.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where it lives.
    pub fn home(&self) -> &Path {
        &self.home
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // What the person at the screen has set for a phone of their own is not meant for these.
        command.env_remove("YUANDIAN_HOME").env_remove("YUANDIAN_LOG");
        command.arg("--home").arg(&self.home).arg("--json").args(arguments);
        command
    }

    /// Starts a command that will be watched or killed.
    pub fn start(&self, arguments: &[&str]) -> Played<Owned> {
        Owned::start(&mut self.command(arguments))
    }

    /// Runs a command, whatever its exit code.
    pub fn run(&self, arguments: &[&str]) -> Played<Ran> {
        let patience = if matches!(arguments, ["sync" | "enroll", ..]) { SYNC } else { LOCAL };
        run(&mut self.command(arguments), patience)
    }

    /// Runs a command that must end well and gives its answer.
    pub fn ask(&self, arguments: &[&str]) -> Played<Value> {
        let ran = self.run(arguments)?;
        self.answer(&ran, arguments)
    }

    /// Waits for a sync that was started.
    pub fn finish_sync(&self, child: Owned) -> Played<Value> {
        let ran = finish(child, SYNC, &format!("the sync of {}", self.name))?;
        self.answer(&ran, &["sync"])
    }

    fn answer(&self, ran: &Ran, arguments: &[&str]) -> Played<Value> {
        if ran.code != Some(0) {
            let (code, words) =
                (ran.code.map_or("a signal".to_owned(), |c| c.to_string()), ran.stderr.trim());
            return Err(Stop(format!("{}: `{}` ended with {code}: {words}", self.name, arguments.join(" "))));
        }
        serde_json::from_str(&ran.stdout).map_err(|e| {
            Stop(format!("{}: `{}` did not answer in JSON: {e}", self.name, arguments.join(" ")))
        })
    }

    /// Sends and receives. Its report.
    pub fn sync(&self) -> Played<Value> {
        self.ask(&["sync"])
    }

    /// One case.
    pub fn show(&self, case: &str) -> Played<Value> {
        self.ask(&["show", case])
    }

    /// The line of a case or draft in the list, if it is there.
    pub fn line(&self, case: &str) -> Played<Option<Value>> {
        Ok(self.cases()?.into_iter().find(|line| text(line, "id") == case))
    }

    /// Every case and draft on it.
    pub fn cases(&self) -> Played<Vec<Value>> {
        Ok(array(&self.ask(&["list"])?, ""))
    }

    /// What needs its person about a case.
    pub fn attention(&self, case: &str) -> Played<Vec<Value>> {
        let mut items = array(&self.ask(&["attention"])?, "");
        items.retain(|item| text(item, "case") == case);
        Ok(items)
    }

    /// Where one's claim of a case stands, with its place in line.
    pub fn claim(&self, case: &str) -> Played<Claim> {
        let shown = self.show(case)?;
        Ok((member(&shown, "claim/state"), shown.pointer("/claim/position").and_then(Value::as_u64)))
    }
}

/// State of a claim and place in the waiting list.
pub type Claim = (String, Option<u64>);

/// Lines a killed child had printed before its end do not matter; the first one does.
pub fn first_line(lines: &Lines) -> Played<Value> {
    let line = lines.next(LOCAL).ok_or_else(|| Stop("the capture said nothing".into()))?;
    serde_json::from_str(&line).map_err(|e| Stop(format!("{line:?} is not what a capture says: {e}")))
}

/// A text member, empty where there is none. Path parts are joined by `/`.
pub fn member(value: &Value, path: &str) -> String {
    text(value, path).to_owned()
}

/// A text member, borrowed.
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(&format!("/{path}")).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number, `None` where there is none.
pub fn number(value: &Value, path: &str) -> Option<u64> {
    value.pointer(&format!("/{path}")).and_then(Value::as_u64)
}

/// A yes; no where there is none.
pub fn yes(value: &Value, path: &str) -> bool {
    value.pointer(&format!("/{path}")).and_then(Value::as_bool).unwrap_or_default()
}

/// A list, empty where there is none. The empty path is the value itself.
pub fn array(value: &Value, path: &str) -> Vec<Value> {
    let list = if path.is_empty() { Some(value) } else { value.pointer(&format!("/{path}")) };
    list.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A list of texts in order of the alphabet.
pub fn sorted_texts(value: &Value, path: &str) -> Vec<String> {
    let mut texts: Vec<String> =
        array(value, path).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect();
    texts.sort();
    texts
}

/// The last eight characters of an id: the first ones are its time and alike for cases of one minute.
pub fn brief(id: &str) -> &str {
    id.len().checked_sub(8).and_then(|at| id.get(at..)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_read_by_path_and_missing_ones_are_empty() {
        let value = json!({"claim": {"state": "won", "position": 2}, "heads": ["b", "a"], "ok": true});
        assert_eq!((text(&value, "claim/state"), number(&value, "claim/position")), ("won", Some(2)));
        assert_eq!(sorted_texts(&value, "heads"), ["a", "b"]);
        assert!(yes(&value, "ok") && !yes(&value, "no"));
        assert_eq!((text(&value, "x/y"), number(&value, "x"), array(&value, "x")), ("", None, vec![]));
        assert_eq!((brief("0123456789abcdef"), brief("abc")), ("89abcdef", "abc"));
    }
}
