//! The VFS: what SQLite calls, through raw pointers. The only module with `unsafe`; all that it decides is in [`crate::disk`].
#![allow(unsafe_code, reason = "SQLite's VFS interface is a table of C functions")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use rusqlite::ffi;

use crate::disk::{Inner, State};
use crate::fault::Trouble;
use crate::random::Random;

/// SQLite's own names are shorter.
const PATH_BYTES_MAX: c_int = 512;
/// 2026-01-01 in ms since the beginning of the Julian period: a fixed date, for nothing of ours asks SQLite for the time.
const JULIAN_MS: i64 = 211_918_032_000_000;

/// A VFS's place in SQLite's list; taken out of it again when dropped.
pub(crate) struct Registration {
    vfs: *mut ffi::sqlite3_vfs,
    name: CString,
}

// SAFETY: the struct is written before it is registered and after it is unregistered, and only read between; what it leads to is locked.
unsafe impl Send for Registration {}
// SAFETY: as above.
unsafe impl Sync for Registration {}

impl Registration {
    pub(crate) fn new(disk: Weak<Inner>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = CString::new(format!("yuandian-{number}")).expect("digits hold no zero byte");
        let vfs = Box::into_raw(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<FaultFile>()).expect("a small struct"),
            mxPathname: PATH_BYTES_MAX,
            pNext: ptr::null_mut(),
            zName: name.as_ptr(),
            pAppData: Box::into_raw(Box::new(disk)).cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(current_time_ms),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: `vfs` is a valid struct that stays where it is until it is unregistered.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes any number of VFSs");
        Self { vfs, name }
    }

    pub(crate) fn name(&self) -> &str {
        self.name.to_str().expect("made of ASCII")
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: registered in `new`; every open file holds the disk, so no file of this VFS is open any more.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.vfs);
            drop(Box::from_raw((*self.vfs).pAppData.cast::<Weak<Inner>>()));
            drop(Box::from_raw(self.vfs));
        }
    }
}

/// An open file, in memory that SQLite gives. `base` comes first, as SQLite demands.
#[repr(C)]
struct FaultFile {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

struct Open {
    disk: Arc<Inner>,
    name: String,
    handle: u64,
    life: u64,
    transient: bool,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 1: no shared memory, no mapped pages.
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// What SQLite is told of a trouble; `other` is its code for an I/O error of the operation.
fn code(trouble: Trouble, other: c_int) -> c_int {
    match trouble {
        Trouble::Full => ffi::SQLITE_FULL,
        Trouble::Off | Trouble::Error | Trouble::NotFound | Trouble::Short => other,
    }
}

fn answer(done: Result<(), Trouble>, other: c_int) -> c_int {
    match done {
        Ok(()) => ffi::SQLITE_OK,
        Err(trouble) => code(trouble, other),
    }
}

/// The disk behind a VFS.
///
/// # Safety
/// `vfs` is one that [`Registration::new`] made.
unsafe fn disk(vfs: *mut ffi::sqlite3_vfs) -> Option<Arc<Inner>> {
    // SAFETY: `pAppData` is a boxed `Weak` from registration until the VFS is dropped.
    unsafe { (*(*vfs).pAppData.cast::<Weak<Inner>>()).upgrade() }
}

/// A file name from SQLite.
///
/// # Safety
/// `name` is null or a C string.
unsafe fn named(name: *const c_char) -> Option<String> {
    // SAFETY: promised by the caller.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

/// Does something with the state and the file's name, unless the file is from an earlier life.
///
/// # Safety
/// `file` is one that [`open`] opened and that is not closed.
unsafe fn on(
    file: *mut ffi::sqlite3_file,
    other: c_int,
    work: impl FnOnce(&mut State, &Open) -> Result<(), Trouble>,
) -> c_int {
    // SAFETY: `open` put a boxed `Open` there, which `close` alone takes away.
    let open = unsafe { &*(*file.cast::<FaultFile>()).open };
    let mut state = open.disk.state();
    let done = state.alive(open.life).and_then(|()| work(&mut state, open));
    answer(done, other)
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives memory of `szOsFile` bytes, and strings that end in zero.
    unsafe {
        (*file).pMethods = ptr::null();
        let Some(disk) = disk(vfs) else { return ffi::SQLITE_CANTOPEN };
        let name = named(name);
        let mut state = disk.state();
        let (handle, life) = state.handle();
        let transient = name.is_none();
        let name = name.unwrap_or_else(|| format!("transient-{handle}"));
        if flags & ffi::SQLITE_OPEN_CREATE == 0 && !state.contains(&name) {
            return ffi::SQLITE_CANTOPEN;
        }
        if let Err(trouble) = state.create(&name) {
            return code(trouble, ffi::SQLITE_CANTOPEN);
        }
        drop(state);
        let opened = Box::new(Open { disk, name, handle, life, transient });
        ptr::addr_of_mut!((*file.cast::<FaultFile>()).open).write(Box::into_raw(opened));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: see `open`.
    let (disk, name) = unsafe { (disk(vfs), named(name)) };
    let (Some(disk), Some(name)) = (disk, name) else { return ffi::SQLITE_IOERR_DELETE };
    let mut state = disk.state();
    match state.delete(&name, sync_folder != 0) {
        Err(Trouble::NotFound) => ffi::SQLITE_IOERR_DELETE_NOENT,
        done => answer(done, ffi::SQLITE_IOERR_DELETE),
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: see `open`; `out` is writable.
    unsafe {
        let (Some(disk), Some(name)) = (disk(vfs), named(name)) else { return ffi::SQLITE_IOERR_ACCESS };
        let state = disk.state();
        // An empty log counts as none, as in SQLite's own VFS for Unix.
        *out = c_int::from(state.size(&name).is_ok_and(|size| size > 0 || !name.ends_with("-wal")));
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: `name` ends in zero, `out` has `room` bytes.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if usize::try_from(room).is_ok_and(|room| bytes.len() > room) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    // SQLite seeds one generator a process from its default VFS; this is never what decides a run.
    let mut random = Random::new(0);
    for at in 0..usize::try_from(length).unwrap_or(0) {
        // SAFETY: `out` has `length` bytes.
        unsafe { out.add(at).write(c_char::from_ne_bytes([random.next().to_ne_bytes()[0]])) };
    }
    length
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: `out` is writable.
    unsafe { *out = 2_461_041.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_ms(_vfs: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: `out` is writable.
    unsafe { *out = JULIAN_MS };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` put a boxed `Open` there; SQLite uses the file no more.
    let open = unsafe {
        (*file).pMethods = ptr::null();
        Box::from_raw((*file.cast::<FaultFile>()).open)
    };
    let mut state = open.disk.state();
    if state.alive(open.life).is_ok() {
        state.unlock(&open.name, open.handle, 0);
        if open.transient {
            // Nobody can name it any more; that it is gone costs no operation.
            state.forget(&open.name);
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(amount), Ok(offset)) = (usize::try_from(amount), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    // SAFETY: `buffer` has `amount` bytes.
    let buffer = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), amount) };
    let mut found = 0;
    // SAFETY: the file is open.
    let code = unsafe {
        on(file, ffi::SQLITE_IOERR_READ, |state, open| {
            found = state.fill(&open.name, offset, buffer)?;
            Ok(())
        })
    };
    if code == ffi::SQLITE_OK && found < amount {
        buffer[found..].fill(0);
        return ffi::SQLITE_IOERR_SHORT_READ;
    }
    code
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(amount), Ok(offset)) = (usize::try_from(amount), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: `buffer` has `amount` bytes; the file is open.
    unsafe {
        let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), amount);
        on(file, ffi::SQLITE_IOERR_WRITE, |state, open| state.write(&open.name, offset, bytes))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let Ok(size) = usize::try_from(size) else { return ffi::SQLITE_IOERR_TRUNCATE };
    // SAFETY: the file is open.
    unsafe { on(file, ffi::SQLITE_IOERR_TRUNCATE, |state, open| state.truncate(&open.name, size)) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open.
    unsafe { on(file, ffi::SQLITE_IOERR_FSYNC, |state, open| state.sync(&open.name)) }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    let mut size = 0;
    // SAFETY: the file is open; `out` is writable.
    unsafe {
        let code = on(file, ffi::SQLITE_IOERR_FSTAT, |state, open| {
            size = state.size(&open.name)?;
            Ok(())
        });
        *out = i64::try_from(size).unwrap_or(i64::MAX);
        code
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    let mut free = true;
    // SAFETY: the file is open.
    let code = unsafe {
        on(file, ffi::SQLITE_IOERR_LOCK, |state, open| {
            free = state.lock(&open.name, open.handle, level);
            Ok(())
        })
    };
    if free { code } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    unsafe {
        on(file, ffi::SQLITE_IOERR_UNLOCK, |state, open| {
            state.unlock(&open.name, open.handle, level);
            Ok(())
        })
    }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: the file is open; `out` is writable.
    unsafe {
        on(file, ffi::SQLITE_IOERR_CHECKRESERVEDLOCK, |state, open| {
            *out = c_int::from(state.is_reserved(&open.name));
            Ok(())
        })
    }
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _op: c_int, _arg: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite assumes of every disk on Unix.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}
