//! A page of a phone's list in Rust, by itself: what is taken off what a binding takes for the same page of the same home (`ffi`).

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use yuandian_device::platform::open_home;

use crate::bench::timed;

/// Pages that are not measured, and that are.
const WARM_UP: usize = 500;
const TIMES: usize = 1_000;

/// Which page.
#[derive(Args)]
pub struct Arguments {
    /// Folder that the phone lives in.
    #[arg(long)]
    home: PathBuf,
    /// Lines of the page.
    #[arg(long)]
    lines: u32,
}

/// Prints the median, ms.
pub fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let phone = open_home(&arguments.home, None)?;
    let mut took = Vec::with_capacity(TIMES);
    for time in 0..WARM_UP + TIMES {
        let (page, ms) = timed(|| phone.list(arguments.lines, 0))?;
        if page.len() != arguments.lines as usize {
            return Err(format!("the home has {} lines", page.len()).into());
        }
        if time >= WARM_UP {
            took.push(ms);
        }
    }
    took.sort_by(f64::total_cmp);
    println!("{:.4}", took[TIMES / 2]);
    Ok(())
}
