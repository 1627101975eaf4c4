//! What lies on disk: hashes of files, and words that must or must not be in them.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Played;

/// SHA-256 of a file in hex.
pub fn hash_of(file: &Path) -> Played<String> {
    Ok(hex::encode(Sha256::digest(fs::read(file)?)))
}

/// The first twelve digits: enough to tell files apart at a glance.
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Every file below a folder, in order of its path.
pub fn files(folder: &Path) -> Played<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The file below a folder whose bytes have this hash, judged by its bytes and not by its name.
pub fn file_with_hash(folder: &Path, size: u64, hash: &str) -> Played<Option<PathBuf>> {
    for file in files(folder)? {
        if fs::metadata(&file)?.len() == size && hash_of(&file)? == hash {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// What a search through folders saw.
#[derive(Debug, Default)]
pub struct Search {
    /// Files read.
    pub files: usize,
    /// Bytes read.
    pub bytes: u64,
    /// `word in file`, for every word found.
    pub found: Vec<String>,
}

/// Looks for words in every byte of every file below the folders.
pub fn search(folders: &[&Path], words: &[Secret]) -> Played<Search> {
    let mut search = Search::default();
    for folder in folders {
        for file in files(folder)? {
            let bytes = fs::read(&file)?;
            search.files += 1;
            search.bytes += bytes.len() as u64;
            for word in words.iter().filter(|word| word.is_in(&bytes)) {
                search.found.push(format!("{} in {}", word.name, file.display()));
            }
        }
    }
    Ok(search)
}

/// Something that must not leave a phone, in every form in which it could lie in a file.
pub struct Secret {
    name: String,
    forms: Vec<Vec<u8>>,
}

impl Secret {
    /// A word: as UTF-8.
    pub fn word(word: &str) -> Self {
        Self { name: word.to_owned(), forms: vec![word.as_bytes().to_vec()] }
    }

    /// A coordinate in degrees: as text, and as a floating-point number in either byte order.
    pub fn degrees(degrees: f64) -> Self {
        let text = degrees.to_string();
        let forms =
            vec![text.as_bytes().to_vec(), degrees.to_be_bytes().to_vec(), degrees.to_le_bytes().to_vec()];
        Self { name: text, forms }
    }

    /// What it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether any of its forms is somewhere in these bytes.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_found_wherever_they_lie_and_only_there() {
        let here = tempfile::tempdir().unwrap();
        let deep = here.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("db"), [&[0, 255][..], "高桂英".as_bytes(), &[1]].concat()).unwrap();
        fs::write(here.path().join("le"), [&[9][..], &113.61739_f64.to_le_bytes()].concat()).unwrap();
        fs::write(here.path().join("be"), 113.61739_f64.to_be_bytes()).unwrap();
        fs::write(here.path().join("text"), r#"{"lng":113.61739}"#).unwrap();
        fs::write(here.path().join("else"), "高桂 英 113.6173").unwrap();
        let secrets = [Secret::word("高桂英"), Secret::degrees(113.61739)];
        let search = search(&[here.path()], &secrets).unwrap();
        assert_eq!(search.files, 5);
        let ends: Vec<_> = search.found.iter().map(|f| f.rsplit('/').next().unwrap()).collect();
        assert_eq!(ends, ["db", "be", "le", "text"]);
    }

    #[test]
    fn a_file_is_known_by_its_bytes() {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("no"), "abd").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file_with_hash(here.path(), 3, abc).unwrap(), None);
        fs::write(here.path().join("yes"), "abc").unwrap();
        assert_eq!(file_with_hash(here.path(), 3, abc).unwrap(), Some(here.path().join("yes")));
        assert_eq!(short(abc), "ba7816bf8f01");
    }
}
