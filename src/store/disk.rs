//! The real files, on Linux and macOS.
//!
//! Everything is opened from the store's own folder, without following a link at any step, so that
//! a planted link or a renamed folder cannot lead outside.

use super::error::{Action, StorageError};
use super::files::{Entry, Files, Kind, LockFile, LockMode, NOTE_SIZE, NewFile, Stat, StorePath};
use super::written::WrittenFile;
use crate::threads::in_parts;
use rustix::fd::OwnedFd;
use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Opening what may be planted: links refused, pipes not waited for, not inherited.
const CAREFUL: OFlags = OFlags::NOFOLLOW
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);
const FOLDER: OFlags = CAREFUL.union(OFlags::DIRECTORY);
/// Fewer files than this are looked at by one thread.
const MANY: usize = 2000;
const FILE_MODE: u16 = 0o600;
const FOLDER_MODE: u16 = 0o700;

/// The files of the store in one folder.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    root: OwnedFd,
}

impl Disk {
    /// Opens the store in an existing folder.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`NotAFile`](StorageError::NotAFile) when it is no
    /// folder, [`Io`](StorageError::Io).
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = retry_on_intr(|| fs::open(folder, flags, Mode::empty()))
            .map_err(|errno| refused(folder, Action::Open, errno))?;
        Ok(Self {
            path: folder.to_owned(),
            root,
        })
    }

    /// Makes the folder, with those above it, each 0700 and durable, and opens it; an existing
    /// folder is opened as it is.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn create(folder: &Path) -> Result<Self, StorageError> {
        make_folders(folder)?;
        let disk = Self::open(folder)?;
        // A folder that was there may be one that a killed run made and had not flushed yet.
        if disk.can_sync_all() {
            disk.sync_all()?;
        }
        Ok(disk)
    }

    /// Opens `path` without following a link at any step.
    fn open_at(&self, path: &StorePath, flags: OFlags, mode: Mode) -> rustix::io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::ResolveFlags;
            let careful = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            match retry_on_intr(|| fs::openat2(&self.root, path.to_path(), flags, mode, careful)) {
                // Older than 5.6, or a sandbox that does not know the call.
                Err(Errno::NOSYS | Errno::PERM) => {}
                answer => return answer,
            }
        }
        let Some(parent) = path.parent() else {
            return retry_on_intr(|| fs::openat(&self.root, ".", flags, mode));
        };
        let mut folder = retry_on_intr(|| fs::openat(&self.root, ".", FOLDER, Mode::empty()))?;
        for part in parent.as_str().split('/').filter(|part| !part.is_empty()) {
            folder = retry_on_intr(|| fs::openat(&folder, part, FOLDER, Mode::empty()))?;
        }
        retry_on_intr(|| fs::openat(&folder, path.name(), flags, mode))
    }

    /// Opens a folder.
    fn folder(&self, folder: &StorePath, action: Action) -> Result<OwnedFd, StorageError> {
        self.open_at(folder, FOLDER, Mode::empty())
            .map_err(|errno| refused(&self.full_path(folder), action, errno))
    }

    /// Opens the folder that holds `path`; the store's own folder for itself.
    fn folder_of(&self, path: &StorePath, action: Action) -> Result<OwnedFd, StorageError> {
        self.folder(&path.parent().unwrap_or(StorePath::ROOT), action)
    }

    /// Opens a regular file for reading, and returns its size.
    fn regular(&self, path: &StorePath) -> Result<(File, u64), StorageError> {
        let full = self.full_path(path);
        let file = self
            .open_at(path, CAREFUL | OFlags::RDONLY, Mode::empty())
            .map_err(|errno| refused(&full, Action::Open, errno))?;
        let file = File::from(file);
        let meta = file
            .metadata()
            .map_err(|error| StorageError::io(&full, Action::Stat, error))?;
        if meta.is_file() {
            Ok((file, meta.len()))
        } else {
            Err(StorageError::NotAFile { path: full })
        }
    }

    /// Returns the entries of a folder, unsorted, with the open folder.
    fn entries(&self, folder: &StorePath) -> Result<(OwnedFd, Vec<Entry>), StorageError> {
        let full = self.full_path(folder);
        let lost = |errno| refused(&full, Action::List, errno);
        let open = self.folder(folder, Action::List)?;
        let mut entries = Vec::new();
        for entry in retry_on_intr(|| Dir::read_from(&open)).map_err(lost)? {
            let entry = entry.map_err(lost)?;
            let raw = entry.file_name();
            if raw == c"." || raw == c".." {
                continue;
            }
            let mut file_type = entry.file_type();
            if file_type == FileType::Unknown {
                // Not every file system tells.
                match fs::statat(&open, raw, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => file_type = FileType::from_raw_mode(stat.st_mode),
                    Err(Errno::NOENT) => continue,
                    Err(errno) => return Err(lost(errno)),
                }
            }
            entries.push(Entry {
                name: raw.to_string_lossy().into_owned(),
                kind: kind(file_type),
            });
        }
        Ok((open, entries))
    }

    fn renamed(
        &self,
        from: &StorePath,
        to: &StorePath,
        step: impl Fn(&OwnedFd, &str, &str) -> rustix::io::Result<()>,
    ) -> Result<(), StorageError> {
        debug_assert_eq!(from.parent(), to.parent(), "renamed within one folder");
        let folder = self.folder_of(to, Action::Rename)?;
        retry_on_intr(|| step(&folder, from.name(), to.name()))
            .map_err(|errno| refused(&self.full_path(to), Action::Rename, errno))
    }
}

/// Makes a folder and those above it, flushing each new name.
///
/// A name that stands there is no folder where it is a link that leads nowhere: what is below cannot
/// be made then, and that is said of it.
fn make_folders(folder: &Path) -> Result<(), StorageError> {
    let lost = |error| refusal(folder, error);
    let make = || DirBuilder::new().mode(FOLDER_MODE.into()).create(folder);
    let above = folder.parent().filter(|path| !path.as_os_str().is_empty());
    let made = match (make(), above) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            make_folders(parent)?;
            make()
        }
        (made, _) => made,
    };
    match made {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return match std::fs::metadata(folder) {
                Ok(meta) if meta.is_dir() => Ok(()),
                Ok(_) => Err(StorageError::NotAFile {
                    path: folder.to_owned(),
                }),
                Err(error) => Err(lost(error)),
            };
        }
        Err(error) => return Err(lost(error)),
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(FOLDER_MODE.into()))
        .map_err(lost)?;
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    File::open(parent)
        .and_then(|open| flush(&open))
        .map_err(|error| StorageError::io(parent, Action::Flush, error))
}

/// Flushes a folder; on a file system that flushes none by itself, as some shared folders of virtual
/// machines, the whole of it.
///
/// # Errors
/// What the file system says.
pub fn flush(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        #[cfg(target_os = "linux")]
        Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {
            Ok(retry_on_intr(|| fs::syncfs(folder))?)
        }
        answer => answer,
    }
}

/// The error of a folder that could not be made, with the system's reason whatever it is.
fn refusal(folder: &Path, source: io::Error) -> StorageError {
    StorageError::Io {
        path: folder.to_owned(),
        action: Action::CreateFolder,
        source,
    }
}

/// The error of one refused call; what a link or a wrong kind answers is told apart.
fn refused(path: &Path, action: Action, errno: Errno) -> StorageError {
    match errno {
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO | Errno::MLINK => {
            StorageError::NotAFile {
                path: path.to_owned(),
            }
        }
        other => StorageError::io(path, action, other.into()),
    }
}

fn kind(kind: FileType) -> Kind {
    match kind {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink
        | FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Kind::Other,
    }
}

#[allow(
    clippy::useless_conversion,
    reason = "the fields' types differ between Linux and macOS"
)]
fn stat(raw: &fs::Stat) -> Stat {
    let instant = |seconds: i128, nanoseconds: i128| seconds * 1_000_000_000 + nanoseconds;
    Stat {
        kind: kind(FileType::from_raw_mode(raw.st_mode)),
        size: u64::try_from(raw.st_size).unwrap_or(0),
        modified: instant(raw.st_mtime.into(), raw.st_mtime_nsec.into()),
        changed: instant(raw.st_ctime.into(), raw.st_ctime_nsec.into()),
        inode: raw.st_ino.into(),
        mode: u32::from(raw.st_mode) & 0o7777,
    }
}

impl Files for Disk {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let (file, size) = self.regular(path)?;
        let too_large = || StorageError::TooLarge {
            path: self.full_path(path),
            limit,
        };
        if size > limit {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // One byte more than allowed: the file may grow while it is read.
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| StorageError::io(&self.full_path(path), Action::Read, error))?;
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
        Ok(bytes)
    }

    fn read_head(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let (file, size) = self.regular(path)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0));
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| StorageError::io(&self.full_path(path), Action::Read, error))?;
        Ok(bytes)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Entry>, StorageError> {
        let (_, mut entries) = self.entries(folder)?;
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn survey(&self, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError> {
        let (open, mut entries) = self.entries(folder)?;
        entries.retain(|entry| !entry.is_hidden());
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let look = |entries: &[Entry]| -> Result<Vec<Option<Stat>>, StorageError> {
            let stats = entries.iter().map(|entry| {
                match fs::statat(&open, entry.name.as_str(), AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(raw) => Ok(Some(stat(&raw))),
                    // Gone since it was listed, or not UTF-8 and so not ours.
                    Err(Errno::NOENT) => Ok(None),
                    Err(errno) => {
                        let path = self.full_path(&folder.with(&entry.name));
                        Err(refused(&path, Action::Stat, errno))
                    }
                }
            });
            stats.collect()
        };
        let stats = if entries.len() < MANY {
            look(&entries)?
        } else {
            let parts: Result<Vec<_>, _> = in_parts(&entries, look).into_iter().collect();
            parts?.concat()
        };
        let surveyed = entries.into_iter().zip(stats);
        let there = surveyed.filter_map(|(entry, stat)| Some((entry.name, stat?)));
        Ok(there.collect())
    }

    fn stat(&self, path: &StorePath) -> Result<Stat, StorageError> {
        let folder = self.folder_of(path, Action::Stat)?;
        let name = if path.name().is_empty() {
            "."
        } else {
            path.name()
        };
        fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)
            .map(|raw| stat(&raw))
            .map_err(|errno| refused(&self.full_path(path), Action::Stat, errno))
    }

    fn create_dir(&self, path: &StorePath) -> Result<(), StorageError> {
        let full = self.full_path(path);
        let lost = |errno| refused(&full, Action::CreateFolder, errno);
        let mode = Mode::from_raw_mode(FOLDER_MODE.into());
        let parent = self.folder_of(path, Action::CreateFolder)?;
        match fs::mkdirat(&parent, path.name(), mode) {
            // The umask may have taken bits away; the parent is ours, so the name is still our folder.
            Ok(()) => fs::chmodat(&parent, path.name(), mode, AtFlags::empty()).map_err(lost),
            Err(Errno::EXIST) => self.folder(path, Action::CreateFolder).map(drop),
            Err(errno) => Err(lost(errno)),
        }
    }

    fn create_file(&self, path: &StorePath) -> Result<Box<dyn NewFile + '_>, StorageError> {
        let full = self.full_path(path);
        let lost = |errno| refused(&full, Action::Create, errno);
        let mode = Mode::from_raw_mode(FILE_MODE.into());
        let flags = CAREFUL | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let file = self.open_at(path, flags, mode).map_err(lost)?;
        if let Err(errno) = fs::fchmod(&file, mode) {
            // Best effort: the refusal is what counts.
            let _ = self.remove(path);
            return Err(lost(errno));
        }
        Ok(Box::new(WrittenFile {
            file: file.into(),
            path: full,
        }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        self.renamed(from, to, |folder, from, to| {
            fs::renameat(folder, from, folder, to)
        })
    }

    fn rename_new(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        self.renamed(from, to, |folder, from, to| {
            match fs::renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
                // Not every file system knows the flag; links that cannot overwrite are older.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                    fs::linkat(folder, from, folder, to, AtFlags::empty())?;
                    // A second name that stays is a temporary like any other, and swept.
                    let _ = fs::unlinkat(folder, from, AtFlags::empty());
                    Ok(())
                }
                answer => answer,
            }
        })
    }

    fn remove(&self, path: &StorePath) -> Result<(), StorageError> {
        let folder = self.folder_of(path, Action::Remove)?;
        retry_on_intr(|| fs::unlinkat(&folder, path.name(), AtFlags::empty()))
            .map_err(|errno| refused(&self.full_path(path), Action::Remove, errno))
    }

    fn sync_dir(&self, folder: &StorePath) -> Result<(), StorageError> {
        flush(&File::from(self.folder(folder, Action::Flush)?))
            .map_err(|error| StorageError::io(&self.full_path(folder), Action::Flush, error))
    }

    #[cfg(target_os = "linux")]
    fn can_sync_all(&self) -> bool {
        // Before 5.8 syncfs did not tell of writes that failed.
        let system = rustix::system::uname();
        let mut numbers = system
            .release()
            .to_str()
            .unwrap_or("")
            .split(|c: char| !c.is_ascii_digit())
            .map_while(|number| number.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        version >= (5, 8)
    }

    #[cfg(not(target_os = "linux"))]
    fn can_sync_all(&self) -> bool {
        false
    }

    #[cfg(target_os = "linux")]
    fn sync_all(&self) -> Result<(), StorageError> {
        retry_on_intr(|| fs::syncfs(&self.root))
            .map_err(|errno| refused(&self.path, Action::Flush, errno))
    }

    #[cfg(not(target_os = "linux"))]
    fn sync_all(&self) -> Result<(), StorageError> {
        Err(StorageError::io(
            &self.path,
            Action::Flush,
            io::ErrorKind::Unsupported.into(),
        ))
    }

    fn try_lock(
        &self,
        path: &StorePath,
        mode: LockMode,
    ) -> Result<Option<Box<dyn LockFile>>, StorageError> {
        let full = self.full_path(path);
        let flags = CAREFUL | OFlags::RDWR | OFlags::CREATE;
        let file = self
            .open_at(path, flags, Mode::from_raw_mode(FILE_MODE.into()))
            .map_err(|errno| refused(&full, Action::Lock, errno))?;
        let file = File::from(file);
        let meta = file
            .metadata()
            .map_err(|error| StorageError::io(&full, Action::Lock, error))?;
        if !meta.is_file() {
            return Err(StorageError::NotAFile { path: full });
        }
        if meta.len() == 0 && meta.permissions().mode() & 0o7777 != u32::from(FILE_MODE) {
            // Just made, perhaps under a strict umask; a second writer must be able to open it.
            file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE.into()))
                .map_err(|error| StorageError::io(&full, Action::Lock, error))?;
        }
        loop {
            let tried = match mode {
                LockMode::Shared => file.try_lock_shared(),
                LockMode::Exclusive => file.try_lock(),
            };
            match tried {
                Ok(()) => return Ok(Some(Box::new(DiskLock { file, path: full }))),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => {
                    return Err(StorageError::io(&full, Action::Lock, error));
                }
            }
        }
    }

    fn full_path(&self, path: &StorePath) -> PathBuf {
        if path.name().is_empty() {
            self.path.clone()
        } else {
            self.path.join(path.to_path())
        }
    }
}

#[derive(Debug)]
struct DiskLock {
    file: File,
    path: PathBuf,
}

impl LockFile for DiskLock {
    fn note(&self) -> Result<String, StorageError> {
        let mut bytes = [0; NOTE_SIZE];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StorageError::io(&self.path, Action::Read, error)),
            }
        }
        let text = String::from_utf8_lossy(bytes.get(..filled).unwrap_or_default());
        Ok(text.trim().to_owned())
    }

    fn set_note(&self, note: &str) -> Result<(), StorageError> {
        let padded = format!("{note:<width$}\n", width = NOTE_SIZE - 1);
        self.file
            .write_all_at(padded.as_bytes().get(..NOTE_SIZE).unwrap_or_default(), 0)
            .map_err(|error| StorageError::io(&self.path, Action::Write, error))
    }
}
