//! Photographs that nobody took before: the test data's, each with a comment of its own.

use std::path::{Path, PathBuf};

use yuandian_programs::evidence::hash_of;
use yuandian_programs::seed::Seed;
use yuandian_programs::{Played, Stop};

/// A small photograph and a large one, JPEG.
const SAMPLES: [&str; 2] = ["small_exif.jpg", "seeding12_o6.jpg"];
/// How many of a hundred photos are large: long to hash, to scale and to send.
const LARGE_PERCENT: usize = 8;

/// A photograph.
pub struct Photo {
    /// Where.
    pub file: PathBuf,
    /// SHA-256, hex.
    pub hash: String,
}

/// Writes a photograph with these words in it.
pub fn take(folder: &Path, words: &str, seed: &mut Seed) -> Played<Photo> {
    let sample = SAMPLES[usize::from(seed.percent(LARGE_PERCENT))];
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/photos").join(sample);
    let bytes = std::fs::read(&data).map_err(|e| Stop(format!("{}: {e}", data.display())))?;
    let file = folder.join(format!("{words}.jpg"));
    std::fs::write(&file, with_comment(&bytes, words)?)?;
    let hash = hash_of(&file)?;
    Ok(Photo { file, hash })
}

/// A JPEG with a comment just behind its first marker.
fn with_comment(jpeg: &[u8], words: &str) -> Played<Vec<u8>> {
    let length = u16::try_from(words.len() + 2).map_err(|e| Stop(e.to_string()))?;
    let (start, rest) = jpeg.split_at_checked(2).ok_or_else(|| Stop("the sample is no JPEG".into()))?;
    Ok([start, &[0xff, 0xfe], &length.to_be_bytes(), words.as_bytes(), rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_photos_have_two_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let mut seed = Seed::new(1);
        let [a, b] = ["a", "b"].map(|words| take(folder.path(), words, &mut seed).unwrap());
        assert_ne!(a.hash, b.hash);
        assert_eq!(with_comment(&[0xff, 0xd8, 1], "xy").unwrap(), b"\xff\xd8\xff\xfe\0\x04xy\x01");
    }
}
