//! Rights, keys, the operator's list and appeals.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use yuandian_model::calendar::{beijing, instant};
use yuandian_model::{DeviceId, DivisionCode, Grant, Moment, OrgId, Role, UserId, Vetting};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::shell::{SystemRandomness, now_ms};
use yuandian_server::store::Whom;

use crate::{admin_failed, json, said};

/// Who is meant.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// A person.
    #[arg(long)]
    user: Option<UserId>,
    /// A device; rights are those of its person.
    #[arg(long)]
    device: Option<DeviceId>,
}

impl Who {
    fn whom(&self) -> Option<Whom> {
        self.user.map(Whom::User).or(self.device.map(Whom::Device))
    }
}

/// What a right is bound to beside its division. A time is RFC 3339, like 2026-07-01T08:00+08:00, or a day, whose first instant in
/// Asia/Shanghai is meant.
#[derive(Args)]
pub struct Bounds {
    /// The unit or provider that it is held for, like water.co: it counts for what is dispatched to it. Without: for every case there.
    #[arg(long)]
    unit: Option<OrgId>,
    /// From when it is held, like 2026-07-01; now without.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Option<Moment>,
    /// When it ends, like 2027-01-01; never without.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Option<Moment>,
    /// On what the level rests, like a certificate's number and who saw it: kept for whoever asks.
    #[arg(long, value_name = "TEXT", requires = "level")]
    evidence: Option<String>,
    /// How closely the person was looked at: minor (a child whose guardian agreed), l0 (telephone), l1 (name; also without this), l2 (community vouches), l3 (trained).
    #[arg(long, value_name = "LEVEL")]
    level: Option<Vetting>,
}

impl Bounds {
    /// A right with them, and what its level rests on.
    pub fn on(self, grant: Grant) -> (Grant, Option<String>) {
        let grant = Grant { of: self.unit, vetting: self.level, ..grant }
            .during(self.from.map(Moment::ms), self.until.map(Moment::ms));
        (grant, self.evidence)
    }
}

/// What an operator can do about authority.
#[derive(Subcommand)]
pub enum AuthorityCommand {
    /// Give a person a right.
    Grant {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Who gets it.
        #[command(flatten)]
        who: Who,
        /// The role, like grid_worker.
        #[arg(long)]
        role: Role,
        /// Where, like 410102001.
        #[arg(long)]
        grid: DivisionCode,
        /// For whom and how long.
        #[command(flatten)]
        bounds: Bounds,
    },
    /// End a right, or all of a person; or shut a person or device out for good.
    Revoke {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Whose.
        #[command(flatten)]
        who: Who,
        /// The role; all rights without.
        #[arg(long, requires = "grid")]
        role: Option<Role>,
        /// Where.
        #[arg(long, requires = "role")]
        grid: Option<DivisionCode>,
        /// The unit that it is held for; whatever unit without.
        #[arg(long, requires = "role")]
        unit: Option<OrgId>,
        /// For good: told to forget everything, its work kept apart.
        #[arg(long, conflicts_with = "role")]
        hard: bool,
    },
    /// Rights with a level: of whom, since when, until when, and on what it rests.
    Levels {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// As JSON, a line each.
        #[arg(long)]
        json: bool,
    },
    /// Put a new signing key in force.
    RotateKey {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
    },
    /// What has to be looked at: late work, contradictions after a restore, hostile commits, what never came.
    Quarantine {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// As JSON, a line each.
        #[arg(long)]
        json: bool,
        /// Take this line's commit in under its author, or mark it as seen.
        #[arg(long, conflicts_with = "drop")]
        release: Option<u64>,
        /// Take this line off the list.
        #[arg(long)]
        drop: Option<u64>,
        /// What its readers are told.
        #[arg(long, default_value = "")]
        words: String,
    },
    /// Refused commits that people want looked at.
    Appeals {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// As JSON, a line each.
        #[arg(long)]
        json: bool,
        /// Grant this one.
        #[arg(long, conflicts_with = "deny", requires = "words")]
        grant: Option<u64>,
        /// Deny this one.
        #[arg(long, requires = "words")]
        deny: Option<u64>,
        /// What the person is told.
        #[arg(long)]
        words: Option<String>,
    },
}

/// Does it.
pub fn operate(command: AuthorityCommand) -> ExitCode {
    let randomness = &mut SystemRandomness;
    match command {
        AuthorityCommand::Grant { data, who, role, grid, bounds } => {
            let Some(whom) = who.whom() else { return ExitCode::from(crate::BAD_INPUT) };
            let (grant, evidence) = bounds.on(Grant::new(role, grid));
            let given = admin::grant(&data, &whom, (&grant, evidence.as_deref()), randomness, now_ms());
            counted(given, "it is held already")
        }
        AuthorityCommand::Revoke { data, who, role, grid, unit, hard } => {
            let Some(whom) = who.whom() else { return ExitCode::from(crate::BAD_INPUT) };
            if hard {
                return counted(
                    admin::shut_out(&data, &whom, randomness, now_ms()),
                    "it is shut out already",
                );
            }
            let right = |(role, grid)| Grant { of: unit, ..Grant::new(role, grid) };
            let grant = role.zip(grid).map(right);
            counted(
                admin::revoke(&data, &whom, grant.as_ref(), randomness, now_ms()),
                "no such right is held",
            )
        }
        AuthorityCommand::Levels { data, json: as_json } => {
            listed(admin::levels(&data, randomness), as_json, |line| {
                let rests = line.evidence.as_deref().unwrap_or("nothing is said of what it rests on");
                format!(
                    "{} {}  {} in {}, {}{}  {rests}",
                    line.user,
                    line.name,
                    line.role,
                    line.grid,
                    line.level,
                    line.until_ms.map(|ms| format!(", until {}", beijing(ms))).unwrap_or_default()
                )
            })
        }
        AuthorityCommand::RotateKey { data } => match admin::rotate_key(&data, randomness, now_ms()) {
            Ok(keys) => {
                let ids = keys.iter().map(|key| hex::encode(key.id().0)).collect::<Vec<_>>();
                said(&ids.join("\n"));
                ExitCode::SUCCESS
            }
            Err(error) => admin_failed(&error),
        },
        AuthorityCommand::Quarantine { data, json: as_json, release, drop, words } => {
            if let Some(id) = release.or(drop) {
                return finished(admin::settle(&data, id, release.is_some(), &words, now_ms()));
            }
            listed(admin::quarantine(&data, randomness), as_json, |line| {
                format!(
                    "{} {} {} · case {} · device {} · {}{}",
                    line.id,
                    line.kind,
                    line.code,
                    line.case,
                    line.device,
                    line.detail,
                    if line.kept { " · kept" } else { "" }
                )
            })
        }
        AuthorityCommand::Appeals { data, json: as_json, grant, deny, words } => {
            if let Some(ticket) = grant.or(deny) {
                let words = words.unwrap_or_default();
                return finished(admin::answer(&data, ticket, grant.is_some(), &words, now_ms()));
            }
            listed(admin::appeals(&data, randomness), as_json, |line| {
                let answer = match line.granted {
                    None => "open".to_owned(),
                    Some(true) => format!("granted: {}", line.words),
                    Some(false) => format!("denied: {}", line.words),
                };
                format!(
                    "{} case {} · person {} · {} · {}",
                    line.ticket, line.case, line.user, line.reason, answer
                )
            })
        }
    }
}

fn listed<T: serde::Serialize>(
    lines: Result<Vec<T>, AdminError>,
    as_json: bool,
    words: impl Fn(&T) -> String,
) -> ExitCode {
    match lines {
        Ok(lines) => {
            for line in lines {
                if as_json {
                    json(&line);
                } else {
                    said(&words(&line));
                }
            }
            ExitCode::SUCCESS
        }
        Err(error) => admin_failed(&error),
    }
}

fn counted(done: Result<u64, AdminError>, otherwise: &str) -> ExitCode {
    match done {
        Ok(0) => said(&format!("nothing to do: {otherwise}")),
        Ok(count) => said(&format!("done: {count}")),
        Err(error) => return admin_failed(&error),
    }
    ExitCode::SUCCESS
}

fn finished(done: Result<(), AdminError>) -> ExitCode {
    match done {
        Ok(()) => {
            said("done");
            ExitCode::SUCCESS
        }
        Err(error) => admin_failed(&error),
    }
}
