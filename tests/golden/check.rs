//! Holds a wire form to its golden file: the same value has the same bytes for ever, and no other bytes are taken for it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// The forms of one crate: a folder of `NAME.hex`, each one line of lower-case hex.
pub struct Golden {
    folder: PathBuf,
    names: &'static [&'static str],
}

impl Golden {
    /// The forms named, in this folder beside this file.
    pub fn of(folder: &str, names: &'static [&'static str]) -> Self {
        Self { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(folder), names }
    }

    /// No file without its form: a form that is given up takes its file with it.
    pub fn has_no_other_files(&self) {
        if blessing() {
            return; // The tests beside this one are writing the files.
        }
        let files: BTreeSet<String> = std::fs::read_dir(&self.folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("the folder can be listed").file_name().to_string_lossy().into_owned())
            .collect();
        let forms: BTreeSet<String> = self.names.iter().map(|name| format!("{name}.hex")).collect();
        assert_eq!(files, forms);
    }

    /// The sample has the golden bytes, they read back as the sample, and no cut or damaged copy of them does.
    pub fn hold<T: PartialEq + Debug, E: Debug>(
        &self,
        name: &str,
        sample: &T,
        encode: impl Fn(&T) -> Vec<u8>,
        decode: impl Fn(&[u8]) -> Result<T, E>,
    ) {
        let encoded = encode(sample);
        let golden = self.bytes(name, &encoded);
        assert_eq!(hex::encode(&encoded), hex::encode(&golden), "{name}: written");
        assert_eq!(&decode(&golden).expect(name), sample, "{name}: read");
        for len in 0..golden.len() {
            assert!(decode(&golden[..len]).is_err(), "{name}: cut at {len}");
        }
        assert!(decode(&[golden.as_slice(), &[0]].concat()).is_err(), "{name}: a byte too many");
        for (index, mutant) in mutants(&golden) {
            if let Ok(other) = decode(&mutant) {
                assert_ne!(&other, sample, "{name}: byte {index} says nothing");
            }
        }
    }

    /// What is in the golden file; with `YUANDIAN_BLESS=1` the file is written first.
    fn bytes(&self, name: &str, encoded: &[u8]) -> Vec<u8> {
        assert!(self.names.contains(&name), "{name} is not in the list of forms");
        let path = self.folder.join(format!("{name}.hex"));
        if blessing() {
            std::fs::write(&path, format!("{}\n", hex::encode(encoded))).expect("the golden file is written");
        }
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; YUANDIAN_BLESS=1 writes it", path.display()));
        hex::decode(text.trim_end()).expect("a golden file is hex")
    }
}

fn blessing() -> bool {
    std::env::var_os("YUANDIAN_BLESS").is_some_and(|value| value == "1")
}

/// Every copy with one byte damaged: each bit of it alone, and all of them.
pub fn mutants(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    let masks = (0..8).map(|bit| 1u8 << bit).chain([0xff]);
    (0..bytes.len()).flat_map(move |index| {
        masks.clone().map(move |mask| {
            let mut mutant = bytes.to_vec();
            mutant[index] ^= mask;
            (index, mutant)
        })
    })
}
