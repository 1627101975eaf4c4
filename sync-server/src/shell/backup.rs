//! Backups: a place with one folder for each, a pool of blobs beside them, and never a half-made one under a name that counts.
//!
//! ```text
//! PLACE/2026-11-24T02-00-00.000Z/yuandian.db      one moment of the database, marked as a copy
//! PLACE/2026-11-24T02-00-00.000Z/manifest.json    what belongs to it: written last, before the folder gets its name
//! PLACE/blobs/ab/cd/abcd…                         each blob once, whichever backups name it
//! PLACE/keys/abcd….key                            the key of each person who gave private answers, once for all backups, until it is destroyed
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_model::{BlobHash, CaseId, Catalogue, Divisions, Epoch, PartitionId, UserId};

use super::place::{DATABASE, KEYS};
use super::{Place, ServeError};
use crate::blobs::{Blobs, ObjectBlobs};
use crate::hub::{Rules, known as known_catalogues};
use crate::keys::{DirectoryKeys, SubjectKeys, mirror};
use crate::limits::{BACKUPS_KEPT, LOST_PER_BACKUP_MAX};
use crate::randomness::{Randomness, draw};
use crate::store::{Authority as _, Copied, Files as _, SqliteStore, Store, check_copy};
use crate::verify::{How, verify};

const MANIFEST: &str = "manifest.json";
const BLOBS: &str = "blobs";
/// What a backup is called while it is made.
const UNFINISHED: &str = ".part";
/// In a directory whose restore was cut short.
pub const RESTORING: &str = "restoring";
/// Form of the manifest.
const MANIFEST_VERSION: u32 = 1;

/// Where a partition stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLine {
    /// The partition.
    pub partition: PartitionId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its last number.
    pub head: u64,
}

/// What belongs to a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Form of this file.
    pub version: u32,
    /// When it was made, ms since 1970.
    pub made_ms: i64,
    /// SHA-256 of the database, hex.
    pub database: String,
    /// Where the partitions stand.
    pub partitions: Vec<HeadLine>,
    /// Blobs stored whole.
    pub blobs: Vec<BlobHash>,
    /// Everybody who had been forgotten, by id: told again to a backup of before.
    #[serde(default)]
    pub forgotten: Vec<UserId>,
    /// Words that had been taken out of cases, without the words.
    #[serde(default)]
    pub redacted: Vec<RedactedLine>,
}

/// That words were taken out of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactedLine {
    /// The case.
    pub case: CaseId,
    /// Its generation then.
    pub generation: u32,
    /// Why, as the operator said it.
    pub because: String,
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> ServeError + '_ {
    move |source| ServeError::Place { path: path.display().to_string(), source }
}

fn broken(path: &Path, why: impl Into<String>) -> ServeError {
    ServeError::Backup { path: path.display().to_string(), why: why.into() }
}

/// A place of backups that one backup at a time is made in.
struct Keeping {
    root: PathBuf,
    _lock: File,
}

impl Keeping {
    fn lock(root: &Path) -> Result<Self, ServeError> {
        fs::create_dir_all(root.join(BLOBS)).map_err(at(root))?;
        let path = root.join("backup.lock");
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(broken(root, "another backup is being made there")),
            Err(TryLockError::Error(source)) => Err(at(&path)(source)),
        }
    }

    /// Takes away what backups that were cut short left.
    fn tidy(&self) -> Result<(), ServeError> {
        for name in names(&self.root)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
            let path = self.root.join(name);
            fs::remove_dir_all(&path).map_err(at(&path))?;
        }
        Ok(())
    }

    /// Keeps the newest backups, and of the blobs those that one of them names.
    fn prune(&self) -> Result<(), ServeError> {
        let mut made = finished(&self.root)?;
        while made.len() > BACKUPS_KEPT {
            let oldest = made.remove(0);
            // Its name goes first: what is cut short here is no backup any more.
            let gone = self.root.join(format!("{}{UNFINISHED}", file_name(&oldest)));
            fs::rename(&oldest, &gone).map_err(at(&oldest))?;
            fs::remove_dir_all(&gone).map_err(at(&gone))?;
        }
        let mut named = BTreeSet::new();
        for folder in &made {
            named.extend(manifest(folder)?.blobs);
        }
        for (hash, path) in pooled(&self.root.join(BLOBS))? {
            if !named.contains(&hash) {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Names in a directory, rising.
fn names(directory: &Path) -> Result<Vec<String>, ServeError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        names.push(entry.map_err(at(directory))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Backups of a place, the oldest first.
fn finished(root: &Path) -> Result<Vec<PathBuf>, ServeError> {
    let folders = names(root)?.into_iter().filter(|name| !name.ends_with(UNFINISHED));
    Ok(folders.map(|name| root.join(name)).filter(|folder| folder.join(MANIFEST).is_file()).collect())
}

/// The copies of files in a place of backups; none where there is no such place.
///
/// # Errors
/// [`ServeError`].
pub fn pool(root: &Path) -> Result<Option<ObjectBlobs>, ServeError> {
    let pool = root.join(BLOBS);
    if pool.is_dir() { Ok(Some(ObjectBlobs::directory(&pool)?)) } else { Ok(None) }
}

/// Blobs of a pool.
fn pooled(pool: &Path) -> Result<Vec<(BlobHash, PathBuf)>, ServeError> {
    let mut found = Vec::new();
    for first in names(pool)? {
        let first = pool.join(first);
        for second in names(&first)? {
            let second = first.join(second);
            for name in names(&second)? {
                if let Ok(hash) = name.parse() {
                    found.push((hash, second.join(name)));
                }
            }
        }
    }
    Ok(found)
}

fn manifest(folder: &Path) -> Result<Manifest, ServeError> {
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(at(&path))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| broken(&path, e.to_string()))?;
    if manifest.version != MANIFEST_VERSION {
        return Err(broken(
            &path,
            format!("its form is {}, this program knows {MANIFEST_VERSION}", manifest.version),
        ));
    }
    Ok(manifest)
}

fn digest(path: &Path) -> Result<String, ServeError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece).map_err(at(path))? {
            0 => return Ok(hex::encode(digest.finalize())),
            read => digest.update(&piece[..read]),
        }
    }
}

fn synced(path: &Path) -> Result<(), ServeError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

/// Makes a backup of a store, which may be serving, in a place, and tells the store. `now_ms`: ms since 1970. Gives the backup's folder. The keys of
/// people who were forgotten are in no backup of the place afterwards.
///
/// # Errors
/// [`ServeError`]; nothing is left that could be taken for a backup.
pub fn back_up(
    store: &dyn Store,
    blobs: &dyn Blobs,
    keys: &dyn SubjectKeys,
    root: &Path,
    now_ms: i64,
) -> Result<PathBuf, ServeError> {
    let keeping = Keeping::lock(root)?;
    keeping.tidy()?;
    let name = name(now_ms);
    let unfinished = root.join(format!("{name}{UNFINISHED}"));
    let folder = root.join(&name);
    let made = make(store, blobs, &keeping, &unfinished, now_ms).and_then(|copied| {
        // After the copy: whoever has answers in it had a key before.
        keep_keys(store, keys, root)?;
        fs::rename(&unfinished, &folder).map_err(at(&folder))?;
        synced(root)?;
        store.backed_up(&copied, now_ms)?;
        Ok(())
    });
    if let Err(error) = made {
        // The next backup takes away what cannot be taken away now.
        let _ = fs::remove_dir_all(&unfinished);
        return Err(error);
    }
    keeping.prune()?;
    Ok(folder)
}

/// Takes new keys into the place, and those of people who were forgotten out of it.
fn keep_keys(store: &dyn Store, keys: &dyn SubjectKeys, root: &Path) -> Result<(), ServeError> {
    let kept = DirectoryKeys::at(&root.join(KEYS));
    let erased: BTreeSet<UserId> = store.forgotten()?.into_iter().map(|(user, _)| user).collect();
    mirror(keys, &kept, &erased)?;
    let there = kept.users()?;
    let without = store.subjects()?.into_iter().filter(|user| !there.contains(user)).count();
    if without > 0 {
        tracing::error!(
            people = without,
            "private answers are in the backup whose keys are not: give the directory of the keys with --keys"
        );
    }
    Ok(())
}

fn name(now_ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
    at.format("%Y-%m-%dT%H-%M-%S%.3fZ").to_string()
}

fn make(
    store: &dyn Store,
    blobs: &dyn Blobs,
    keeping: &Keeping,
    folder: &Path,
    now_ms: i64,
) -> Result<Copied, ServeError> {
    fs::create_dir(folder).map_err(at(folder))?;
    let database = folder.join(DATABASE);
    let pool = ObjectBlobs::directory(&keeping.root.join(BLOBS))?;
    // What a backup calls stored was read through: phones let go of their own copies by it.
    let how = How { copies: Some(&pool), lost_max: Some(LOST_PER_BACKUP_MAX), notes: true };
    verify(store, blobs, how, now_ms)?;
    let copied = store.copy_to(&database, now_ms)?;
    synced(&database)?;
    for hash in &copied.blobs {
        if !pool.holds(hash)? {
            let bytes =
                blobs.get(hash)?.ok_or_else(|| broken(folder, format!("blob {hash} is not there")))?;
            pool.put(hash, whole(hash, bytes).map_err(|why| broken(folder, why))?)?;
        }
    }
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        made_ms: copied.made_ms,
        database: digest(&database)?,
        partitions: copied
            .heads
            .iter()
            .map(|h| HeadLine { partition: h.partition, epoch: h.epoch, head: h.head })
            .collect(),
        blobs: copied.blobs.clone(),
        forgotten: store.forgotten()?.into_iter().map(|(user, _)| user).collect(),
        redacted: redacted(store)?,
    };
    let path = folder.join(MANIFEST);
    let text = serde_json::to_vec(&manifest).map_err(|e| broken(&path, e.to_string()))?;
    let mut file = File::create(&path).map_err(at(&path))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(at(&path))?;
    synced(folder)?;
    Ok(copied)
}

fn redacted(store: &dyn Store) -> Result<Vec<RedactedLine>, ServeError> {
    let line = |r: crate::store::Redaction| RedactedLine {
        case: r.case,
        generation: r.generation,
        because: r.because,
    };
    Ok(store.redactions(None)?.into_iter().map(line).collect())
}

/// Bytes that have the hash they are kept under.
fn whole(hash: &BlobHash, bytes: Bytes) -> Result<Bytes, String> {
    if BlobHash(Sha256::digest(&bytes).into()) == *hash {
        Ok(bytes)
    } else {
        Err(format!("blob {hash} has other bytes than its name says"))
    }
}

/// A backup that was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// When it had been made, ms since 1970.
    pub made_ms: i64,
    /// Where the partitions stand, in their new epochs.
    pub partitions: Vec<HeadLine>,
    /// Blobs put back.
    pub blobs: usize,
    /// Blobs that the backup should have and has not, or damaged: wanted from phones again.
    pub lost: Vec<BlobHash>,
    /// Words that were taken out of cases after the backup was made, as later ones of the place know: they stand there again, and nobody but
    /// whoever took them out knows which they were.
    pub to_redact: Vec<RedactedLine>,
}

/// Puts a backup back into an empty or missing directory and begins a new epoch. `keys`: where the keys of private answers go, by default inside.
/// `from`: a place, of which the newest backup is taken, or one backup's folder. A blob that is missing there, or damaged, stops it, or with
/// `accept_lost` is noted as lost. `now_ms`: ms since 1970. A restore that was cut short is begun anew by the same command.
///
/// # Errors
/// [`ServeError`]; a server does not start on what is half-made.
pub fn restore(
    (data, keys): (&Path, Option<&Path>),
    from: &Path,
    accept_lost: bool,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Restored, ServeError> {
    let folder = match from.join(MANIFEST).is_file() {
        true => from.to_owned(),
        false => finished(from)?.pop().ok_or_else(|| broken(from, "there is no backup"))?,
    };
    let manifest = manifest(&folder)?;
    let source = folder.join(DATABASE);
    if digest(&source)? != manifest.database {
        return Err(broken(&source, "it is not the file that the backup made"));
    }
    let marker = data.join(RESTORING);
    if data.exists() && !marker.exists() && !names(data)?.is_empty() {
        return Err(broken(data, "it is not empty: restore into a new directory"));
    }
    let new = Place::bare(data)?;
    fs::write(&marker, b"").map_err(at(&marker))?;
    let part = data.join(format!("{DATABASE}{UNFINISHED}"));
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let left = data.join(format!("{DATABASE}{UNFINISHED}{suffix}"));
        if left.exists() {
            fs::remove_file(&left).map_err(at(&left))?;
        }
    }
    fs::copy(&source, &part).map_err(at(&part))?;
    synced(&part)?;
    let copied = check_copy(&part)?;
    if copied.blobs != manifest.blobs {
        return Err(broken(&folder, "its manifest names other blobs than its database"));
    }
    let pool = folder.parent().unwrap_or(&folder).join(BLOBS);
    let mut lost = Vec::new();
    let (pool, blobs) = (ObjectBlobs::directory(&pool)?, ObjectBlobs::directory(&new.blobs())?);
    for hash in &manifest.blobs {
        match put_back(&pool, &blobs, hash)? {
            None => {}
            Some(_) if accept_lost => lost.push(*hash),
            Some(why) => {
                let next = "with --accept-lost it is left out, and phones that have it send it again";
                return Err(broken(&folder, format!("{why}: {next}")));
            }
        }
    }
    let store = SqliteStore::restored(&part, None, Epoch(draw(randomness)), now_ms)?;
    let place = folder.parent().filter(|place| !place.as_os_str().is_empty());
    let place = place.unwrap_or(Path::new("."));
    forget_again(&store, place, now_ms)?;
    let to_redact = to_redact(&store, place)?;
    let erased = store.forgotten()?.into_iter().map(|(user, _)| user).collect();
    mirror(&DirectoryKeys::at(&place.join(KEYS)), &new.keys(keys), &erased)?;
    for hash in &lost {
        store.blob_lost(hash, now_ms)?;
    }
    let partitions = store.heads()?;
    store.checkpoint()?;
    drop(store);
    let database = data.join(DATABASE);
    fs::rename(&part, &database).map_err(at(&database))?;
    synced(data)?;
    fs::remove_file(&marker).map_err(at(&marker))?;
    synced(data)?;
    Ok(Restored {
        made_ms: manifest.made_ms,
        partitions: partitions
            .into_iter()
            .map(|h| HeadLine { partition: h.partition, epoch: h.epoch, head: h.head })
            .collect(),
        blobs: manifest.blobs.len() - lost.len(),
        lost,
        to_redact,
    })
}

/// Who was forgotten after this backup was made, as later ones of the place know, is forgotten in it, too.
fn forget_again(store: &SqliteStore, place: &Path, now_ms: i64) -> Result<(), ServeError> {
    let known: BTreeSet<UserId> = store.forgotten()?.into_iter().map(|(user, _)| user).collect();
    let mut wanted = BTreeSet::new();
    for folder in finished(place)? {
        match manifest(&folder) {
            Ok(manifest) => wanted.extend(manifest.forgotten),
            // Another backup that cannot be read is no reason to do without this one.
            Err(reason) => {
                tracing::warn!(%reason, "who was forgotten by then is not known: a backup beside cannot be read");
            }
        }
    }
    let rules = Rules::new(known_catalogues(store, &Catalogue::embedded())?, Divisions::zhengzhou())
        .partitioned(store.partition_digits());
    for user in wanted.difference(&known) {
        if store.forget_person(user, &rules, now_ms)?.is_some() {
            tracing::warn!(%user, "somebody who was forgotten after the backup was made is forgotten again");
        }
    }
    store.scrub()?;
    Ok(())
}

/// What later backups of the place say was taken out of cases, and this one does not; what went with a forgotten person is out already.
fn to_redact(store: &SqliteStore, place: &Path) -> Result<Vec<RedactedLine>, ServeError> {
    let known = redacted(store)?;
    let mut missing: Vec<RedactedLine> = Vec::new();
    for manifest in finished(place)?.iter().filter_map(|folder| manifest(folder).ok()) {
        let here =
            |line: &RedactedLine| known.iter().any(|k| (k.case, &k.because) == (line.case, &line.because));
        for line in manifest.redacted.into_iter().filter(|line| !here(line)) {
            if !missing.contains(&line) && store.case(&line.case)?.is_some() {
                missing.push(line);
            }
        }
    }
    Ok(missing)
}

/// Puts one blob back; what is wrong with it where it is not what its name says.
fn put_back(pool: &dyn Blobs, blobs: &dyn Blobs, hash: &BlobHash) -> Result<Option<String>, ServeError> {
    let Some(bytes) = pool.get(hash)? else {
        return Ok(Some(format!("blob {hash} is not there")));
    };
    match whole(hash, bytes) {
        Ok(bytes) => blobs.put(hash, bytes)?,
        Err(why) => return Ok(Some(why)),
    }
    Ok(None)
}
