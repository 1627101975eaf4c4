//! Copies that leave alone what is already equal, so that build tools which look at times stay warm.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::command::{Done, Stop, io};

/// Makes `to` equal to the file `from`.
pub fn file(from: &Path, to: &Path) -> Done {
    let wanted = std::fs::read(from).map_err(io("read", from))?;
    if std::fs::read(to).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(io("create", parent))?;
    }
    std::fs::write(to, wanted).map_err(io("write", to))
}

/// Makes the folder `to` hold exactly the files of `from` whose relative path is chosen; other files in it go.
pub fn folder(from: &Path, to: &Path, chosen: impl Fn(&Path) -> bool) -> Done {
    let wanted: BTreeSet<PathBuf> = files(from)?.into_iter().filter(|path| chosen(path)).collect();
    std::fs::create_dir_all(to).map_err(io("create", to))?;
    for path in files(to)?.difference(&wanted) {
        let path = to.join(path);
        std::fs::remove_file(&path).map_err(io("remove", &path))?;
    }
    wanted.iter().try_for_each(|path| file(&from.join(path), &to.join(path)))
}

/// Every file below `root`, relative to it.
fn files(root: &Path) -> Result<BTreeSet<PathBuf>, Stop> {
    let (mut found, mut open) = (BTreeSet::new(), vec![root.to_path_buf()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).map_err(io("list", &dir))? {
            let path = entry.map_err(io("list", &dir))?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(root) {
                found.insert(relative.to_path_buf());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_equal_and_equal_files_are_left_alone() {
        let root = std::env::temp_dir().join(format!("xtask-mirror-{}", std::process::id()));
        let (from, to) = (root.join("from"), root.join("to"));
        for (path, text) in
            [("from/a.swift", "same"), ("from/sub/b.swift", "new"), ("from/c.h", "not chosen")]
        {
            file(&write(&root.join("seed"), text), &root.join(path)).unwrap();
        }
        for (path, text) in [("to/a.swift", "same"), ("to/sub/b.swift", "old"), ("to/gone.swift", "gone")] {
            file(&write(&root.join("seed"), text), &root.join(path)).unwrap();
        }
        let before = std::fs::metadata(to.join("a.swift")).unwrap().modified().unwrap();
        folder(&from, &to, |path| path.extension() == Some("swift".as_ref())).unwrap();
        assert_eq!(files(&to).unwrap(), BTreeSet::from(["a.swift".into(), "sub/b.swift".into()]));
        assert_eq!(std::fs::read_to_string(to.join("sub/b.swift")).unwrap(), "new");
        assert_eq!(std::fs::metadata(to.join("a.swift")).unwrap().modified().unwrap(), before);
        std::fs::remove_dir_all(root).unwrap();
    }

    fn write(path: &Path, text: &str) -> PathBuf {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        path.to_path_buf()
    }
}
