//! `render`: the small pictures of files as files, for a second decoder to look at.

#![allow(clippy::disallowed_methods, reason = "a command that reads and writes files")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use yuandian_photo::{Preview, develop, strip_jpeg};

#[derive(Args)]
pub struct Arguments {
    /// The photographs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where `NAME.medium.jpg`, `NAME.thumb.jpg`, `NAME.micro.jpg` go, and of a JPEG `NAME.stripped.jpg`
    #[arg(long)]
    out: PathBuf,
}

/// Writes them, and a line of JSON per file: `file`, `written` (names), `code` (of the refusal, null where there is none).
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(&arguments.out)?;
    for file in &arguments.files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let original = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let developed = develop(&original);
        let mut made = vec![];
        if let Ok(Preview::Ready(renditions)) = developed.as_ref().map(|developed| &developed.renditions) {
            made.extend(
                [&renditions.medium, &renditions.thumb, &renditions.micro]
                    .map(|rendition| (rendition.kind.code(), rendition.bytes.clone())),
            );
        }
        made.extend(strip_jpeg(&original).ok().map(|stripped| ("stripped", stripped)));
        let mut written = vec![];
        for (kind, bytes) in made {
            let name = format!("{name}.{kind}.jpg");
            fs::write(arguments.out.join(&name), bytes)?;
            written.push(name);
        }
        let code = developed.err().map(|refusal| refusal.code());
        println!("{}", json!({"file": name, "written": written, "code": code}));
    }
    Ok(())
}
