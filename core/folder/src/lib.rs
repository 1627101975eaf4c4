//! Catalogues as folders of TOML files, read as far as they can be.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "this room reads and writes the folders it is given")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use yuandian_model::Catalogue;
use yuandian_model::catalogue::{CatalogueFile, Inspection, Mistake, inspect};
use yuandian_model::limits::{CATALOGUE_FILE_BYTES_MAX, CATALOGUE_FILES_MAX};
use yuandian_model::words::Words;

/// The files of a catalogue by name, and what could not be read.
pub struct Folder {
    /// Files found, read or not.
    pub found: usize,
    /// Names and texts of those that were read.
    pub texts: Vec<(String, String)>,
    /// One for each that was not.
    pub mistakes: Vec<Mistake>,
}

fn mistake(file: &str, reason: String) -> Mistake {
    Mistake { file: file.to_owned(), row: String::new(), field: String::new(), reason }
}

impl Folder {
    /// Every `*.toml` of a directory, sorted; without one, those of this version.
    #[must_use]
    pub fn of(dir: Option<&Path>) -> Self {
        let Some(dir) = dir else {
            let own = |file: &CatalogueFile<'_>| (file.name.to_owned(), file.text.to_owned());
            let texts: Vec<_> = Catalogue::embedded_files().iter().map(own).collect();
            return Self { found: texts.len(), texts, mistakes: Vec::new() };
        };
        let mut folder = Self { found: 0, texts: Vec::new(), mistakes: Vec::new() };
        let shown = dir.display().to_string();
        match toml_files(dir) {
            Err(reason) => folder.mistakes.push(mistake(&shown, format!("cannot be read: {reason}"))),
            Ok(paths) if paths.is_empty() => {
                folder.mistakes.push(mistake(&shown, "holds no TOML file".to_owned()));
            }
            Ok(paths) => {
                folder.found = paths.len();
                // One more than is read, so that the loader says so.
                for path in paths.iter().take(CATALOGUE_FILES_MAX + 1) {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    match text(path) {
                        Ok(text) => folder.texts.push((name, text)),
                        Err(reason) => folder.mistakes.push(mistake(&name, reason)),
                    }
                }
            }
        }
        folder
    }

    /// What was read, as the loader takes it.
    #[must_use]
    pub fn files(&self) -> Vec<CatalogueFile<'_>> {
        self.texts.iter().map(|(name, text)| CatalogueFile { name, text }).collect()
    }

    /// Looks for every mistake, those of reading among them.
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        let files = self.files();
        let mut found = if files.is_empty() {
            Inspection { version: None, services: 0, workflows: 0, mistakes: Vec::new() }
        } else {
            inspect(&files, &Words::embedded())
        };
        found.mistakes.extend(self.mistakes.iter().cloned());
        found.mistakes.sort();
        found
    }
}

fn toml_files(dir: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn text(path: &Path) -> Result<String, String> {
    let unreadable = |e: std::io::Error| format!("cannot be read: {e}");
    // Looked at before it is opened: a pipe would wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("cannot be read: not a file".to_owned());
    }
    let bytes = bytes(path, CATALOGUE_FILE_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!("is not UTF-8, first in line {line}")
    })
}

/// What is in a file, and no more than so many bytes of it.
///
/// # Errors
/// Why it cannot be read, as the end of a sentence that names it.
pub fn bytes(path: &Path, max: usize) -> Result<Vec<u8>, String> {
    let unreadable = |e: std::io::Error| format!("cannot be read: {e}");
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(max as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > max { Err(format!("is larger than the {max} bytes that are read")) } else { Ok(bytes) }
}

/// A key file: 64 digits and a line break, and room for blanks.
const KEY_FILE_BYTES_MAX: usize = 256;

/// The key in a file: 32 bytes in hex.
///
/// # Errors
/// A sentence that names the file and says nothing of what is in it, which may be a secret.
pub fn key(path: &Path) -> Result<[u8; 32], String> {
    let shown = path.display();
    let bytes = bytes(path, KEY_FILE_BYTES_MAX).map_err(|reason| format!("{shown} {reason}"))?;
    let mut key = [0; 32];
    match hex::decode_to_slice(bytes.trim_ascii(), &mut key) {
        Ok(()) => Ok(key),
        Err(_) => Err(format!("{shown} holds no key: 64 hexadecimal digits expected")),
    }
}

/// Writes the files of this version into a directory where nothing is yet.
///
/// # Errors
/// A sentence: the directory is not empty or cannot be written to.
pub fn export(dir: &Path) -> Result<String, String> {
    let shown = dir.display();
    let fail = |e: std::io::Error| format!("cannot write to {shown}: {e}");
    fs::create_dir_all(dir).map_err(fail)?;
    if fs::read_dir(dir).map_err(fail)?.next().is_some() {
        return Err(format!("{shown} is not empty; nothing was written"));
    }
    let files = Catalogue::embedded_files();
    for file in files {
        fs::write(dir.join(file.name), file.text).map_err(fail)?;
    }
    Ok(format!("{} files written to {shown}", files.len()))
}
