//! The recorded changes: every hostile one is refused, every honest one is admitted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use automerge::Automerge;
use yuandian_document::gate::{Checks, RefusalCode, admit};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

fn base() -> Automerge {
    let bytes =
        std::fs::read(Path::new(DATA).join("hostile-changes/base.automerge")).expect("the base is there");
    Automerge::load(&bytes).expect("the base loads")
}

/// Files by name. A lost directory must not pass for a clean one: the caller says how many there are at least.
fn changes(folder: &str, at_least: usize) -> BTreeMap<PathBuf, Vec<u8>> {
    let files: BTreeMap<PathBuf, Vec<u8>> = std::fs::read_dir(Path::new(DATA).join(folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "change"))
        .map(|path| (path.clone(), std::fs::read(&path).expect("the file can be read")))
        .collect();
    assert!(files.len() >= at_least, "{folder}: only {} files", files.len());
    files
}

#[test]
fn every_hostile_change_is_refused_and_the_base_stays() {
    let base = base();
    let before = (base.get_heads(), base.save());
    for (path, raw) in changes("hostile-changes", 231) {
        match admit(&base, &raw, &Checks::structure_only()) {
            Ok(_) => panic!("{} was admitted", path.display()),
            Err(refusal) => {
                let code = refusal.code();
                assert!(
                    matches!(code, RefusalCode::Structure | RefusalCode::Limit),
                    "{}: {code}",
                    path.display()
                );
            }
        }
        assert_eq!((base.get_heads(), base.save()), before, "{}", path.display());
    }
}

#[test]
fn every_honest_change_is_admitted() {
    let base = base();
    for (path, raw) in changes("honest-changes", 60) {
        let admitted = match admit(&base, &raw, &Checks::structure_only()) {
            Ok(admitted) => admitted,
            Err(refusal) => panic!("{}: {} {refusal}", path.display(), refusal.detail()),
        };
        assert!(admitted.heads.contains(&admitted.change_hash));
        assert_eq!(Automerge::load(&admitted.saved).expect("it loads").get_heads(), admitted.heads);
    }
}
