//! What is kept of this person: hours, what was given in private, whom they do not want to meet, and all of it to take along.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use yuandian_device::{Apart, ConsentLine, HoursLine, Phone, Relative, UserId, beijing};

use crate::failure::{Failure, file_failure};
use crate::run::answer;

type Done = Result<(), Failure>;

/// What somebody asks about themselves.
#[derive(Debug, Subcommand)]
pub enum PeopleVerb {
    /// Your hours as a volunteer: stays that were confirmed.
    Hours {
        /// Also write them to a file, as CSV.
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
    /// What you gave in private on this phone and took back: what for, and how long it is kept.
    Consents,
    /// Everything that this phone keeps of you, as JSON.
    MyData {
        /// The file; without, it is printed.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Name somebody as family: they hear first of your alarms. Without anybody: list them.
    Family {
        /// Their id, as their `status --json` or `my-data` says.
        user: Option<UserId>,
        /// What you call them.
        #[arg(long, default_value = "", requires = "user")]
        name: String,
        /// Take it back.
        #[arg(long, requires = "user")]
        undo: bool,
    },
    /// Say that you do not want to meet somebody: neither is sent to the other's door. Without anybody: list them.
    Apart {
        /// Their id, or a request: whoever asked or came there.
        who: Option<String>,
        /// Take it back.
        #[arg(long, requires = "who")]
        undo: bool,
    },
}

/// Does it.
pub fn operate(phone: &mut Phone, verb: &PeopleVerb, json: bool) -> Done {
    match verb {
        PeopleVerb::Hours { csv } => hours(phone, csv.as_deref(), json),
        PeopleVerb::Consents => consents(phone, json),
        PeopleVerb::MyData { output } => own_data(phone, output.as_deref(), json),
        PeopleVerb::Family { user, name, undo } => family(phone, user.as_ref(), (name, *undo), json),
        PeopleVerb::Apart { who, undo } => apart(phone, who.as_deref(), *undo, json),
    }
}

/// Hours, also as a file.
fn hours(phone: &Phone, csv: Option<&Path>, json: bool) -> Done {
    let lines = phone.hours()?;
    if let Some(path) = csv {
        written(path, &table(&lines)?)?;
    }
    answer(json, &lines, || {
        let minutes: u64 = lines.iter().map(|line| u64::from(line.minutes)).sum();
        let mut out = String::new();
        for line in &lines {
            let _ = writeln!(
                out,
                "{} – {}  {} 分钟  {}",
                at(line.from_ms),
                at(line.to_ms),
                line.minutes,
                line.service_text
            );
        }
        let _ = write!(out, "合计 {} 小时 {} 分钟, {} 次", minutes / 60, minutes % 60, lines.len());
        out
    })
}

/// Fields of a volunteer record: what, when, how long, confirmed when.
fn table(lines: &[HoursLine]) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| Failure::System(error.to_string());
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let head = ["case", "service", "name", "grid", "from", "to", "minutes", "confirmed"];
    table.write_record(head).map_err(failed)?;
    for line in lines {
        let (from, to, confirmed) = (at(line.from_ms), at(line.to_ms), at(line.confirmed_ms));
        let minutes = line.minutes.to_string();
        let cells =
            [&line.case, &line.service, &line.service_text, &line.grid, &from, &to, &minutes, &confirmed];
        table.write_record(cells).map_err(failed)?;
    }
    table.into_inner().map_err(|error| Failure::System(error.to_string()))
}

fn at(ms: i64) -> String {
    beijing(ms)
}

/// What was given in private and taken back.
fn consents(phone: &Phone, json: bool) -> Done {
    let lines = phone.consents()?;
    let row = |line: &ConsentLine| {
        let what = if line.given { "给出" } else { "收回" };
        format!(
            "{}  {what} {}  用途: {}  保存到办结后 {} 天",
            at(line.at_ms),
            line.label,
            line.purpose,
            line.retention_days
        )
    };
    answer(json, &lines, || lines.iter().map(row).collect::<Vec<_>>().join("\n"))
}

/// Everything of this person.
fn own_data(phone: &Phone, output: Option<&Path>, json: bool) -> Done {
    let data = phone.own_data()?;
    let text = serde_json::to_string_pretty(&data).map_err(|error| Failure::System(error.to_string()))?;
    match output {
        None => answer(true, &data, String::new),
        Some(path) => {
            written(path, text.as_bytes())?;
            let told = serde_json::json!({"file": path.display().to_string(), "bytes": text.len()});
            answer(json, &told, || format!("已写入 {}", path.display()))
        }
    }
}

/// Whom this person does not want to meet.
fn apart(phone: &mut Phone, who: Option<&str>, undo: bool, json: bool) -> Done {
    let all = match who {
        None => phone.apart()?,
        Some(who) => match who.parse::<UserId>() {
            Ok(user) => phone.keep_apart(&user, "", !undo)?,
            Err(_) => {
                let case = phone.find(who)?;
                phone.keep_apart_from(&case, !undo)?
            }
        },
    };
    let row = |apart: &Apart| format!("{}  {}", apart.user, apart.name);
    answer(json, &all, || {
        if all.is_empty() {
            "没有不想见的人".to_owned()
        } else {
            format!(
                "{}\n下次同步时告诉平台; 对方不会知道原因",
                all.iter().map(row).collect::<Vec<_>>().join("\n")
            )
        }
    })
}

/// Whom this person has named as family.
fn family(phone: &mut Phone, user: Option<&UserId>, (name, undo): (&str, bool), json: bool) -> Done {
    let all = match user {
        None => phone.family()?,
        Some(user) => phone.name_family(user, name, !undo)?,
    };
    answer(json, &all, || {
        let row = |relative: &Relative| format!("{}  {}", relative.user, relative.name);
        if all.is_empty() {
            "没有登记家人".to_owned()
        } else {
            all.iter().map(row).collect::<Vec<_>>().join("\n")
        }
    })
}

fn written(path: &Path, bytes: &[u8]) -> Done {
    fs::write(path, bytes).map_err(|error| file_failure(path, &error))
}
