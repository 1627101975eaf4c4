//! Lists: cases and drafts, and what may be the same matter nearby.

use clap::Subcommand;
use yuandian_device::view::ListLine;
use yuandian_device::{Order, Phone, Position, SearchAsk, Similar};

use crate::args::position;
use crate::failure::Failure;
use crate::run::answer;

type Done = Result<(), Failure>;

/// What is listed.
#[derive(Debug, Subcommand)]
pub enum ListVerb {
    /// Cases and drafts, latest first: all, or those that are asked for.
    List {
        /// Words that must be there, Chinese from one character on.
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
        /// Only this stage (id; `draft` for drafts).
        #[arg(long)]
        stage: Option<String>,
        /// Only this service (id).
        #[arg(long)]
        service: Option<String>,
        /// Only where one's work stands so: saved, uploading, delivered, attention, conflict.
        #[arg(long)]
        sync: Option<String>,
        /// Only what one opened, holds or waits for.
        #[arg(long)]
        mine: bool,
        /// Only cases that have not ended.
        #[arg(long)]
        open: bool,
        /// Cases alone, what is over longest or due soonest first.
        #[arg(long)]
        due: bool,
        /// Lines to print.
        #[arg(long, default_value_t = 1000)]
        limit: u32,
        /// Lines to pass over.
        #[arg(long, default_value_t = 0)]
        offset: u32,
    },
    /// Cases that may be the same matter: of one service, not ended, within the radius that the catalogue says, the nearest first.
    Similar {
        /// The service (id).
        #[arg(long)]
        service: String,
        /// Where.
        #[arg(long, value_name = "LNG,LAT", value_parser = position, allow_hyphen_values = true)]
        at: Position,
        /// Lines to print.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
}

/// Prints it.
pub fn show(phone: &Phone, verb: &ListVerb, json: bool) -> Done {
    match verb {
        ListVerb::List { search, stage, service, sync, mine, open, due, limit, offset } => {
            let ask = SearchAsk {
                text: search.clone(),
                stage: stage.clone(),
                service: service.clone(),
                sync: sync.clone(),
                mine: *mine,
                open_only: *open,
                order: if *due { Order::Due } else { Order::Latest },
                limit: *limit,
                offset: *offset,
            };
            let lines = phone.search(&ask)?;
            answer(json, &lines, || listed(lines.iter().map(row), "没有案件 (nothing here)"))
        }
        ListVerb::Similar { service, at, limit } => {
            let found = phone.similar(service, at, *limit)?;
            let near = |similar: &Similar| format!("{} m  {}", similar.distance_m, row(&similar.line));
            answer(json, &found, || {
                listed(found.iter().map(near), "附近没有相似的案件 (nothing alike is near)")
            })
        }
    }
}

fn listed(rows: impl Iterator<Item = String>, nothing: &str) -> String {
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() { nothing.to_owned() } else { rows.join("\n") }
}

fn row(line: &ListLine) -> String {
    let due = line.due.as_ref().map_or(String::new(), |due| {
        let at = due.due.as_deref().unwrap_or_default();
        format!("  [{} {at} {}]", due.clock_text, due.colour_text)
    });
    format!(
        "{}  {}  {}  {}  {}{due}",
        line.id, line.sync_text, line.stage_text, line.service_text, line.title
    )
}
