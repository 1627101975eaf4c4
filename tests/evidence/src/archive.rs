//! An archive taken apart and packed again by a program that knows nothing of evidence.

use std::io::{Cursor, Read, Write};

use yuandian_programs::{Played, Stop};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Names and bytes, in the archive's order.
pub type Members = Vec<(String, Vec<u8>)>;

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
fn wrong(error: zip::result::ZipError) -> Stop {
    Stop(error.to_string())
}

/// What is in an archive.
pub fn members(bytes: &[u8]) -> Played<Members> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(wrong)?;
        let name = member.name().map_err(wrong)?.into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content)?;
        members.push((name, content));
    }
    Ok(members)
}

/// A valid archive of these members, its checksums made for them.
pub fn packed(members: &Members) -> Played<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in members {
        archive.start_file(name.as_str(), options).map_err(wrong)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish().map_err(wrong)?.into_inner())
}
