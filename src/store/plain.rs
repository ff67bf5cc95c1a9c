//! The real files where there is neither Linux nor macOS: plain std, weaker durability.
//!
//! Folders cannot be flushed and permissions are the system's own.

use super::error::{Action, StorageError};
use super::files::{Entry, Files, Kind, LockFile, LockMode, NOTE_SIZE, NewFile, Stat, StorePath};
use super::written::WrittenFile;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The files of the store in one folder.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
}

impl Disk {
    /// Opens the store in an existing folder.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`NotAFile`](StorageError::NotAFile) when it is no
    /// folder, [`Io`](StorageError::Io).
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.to_owned();
        match fs::metadata(folder) {
            Ok(meta) if meta.is_dir() => Ok(Self { path }),
            Ok(_) => Err(StorageError::NotAFile { path }),
            Err(error) => Err(StorageError::io(folder, Action::Open, error)),
        }
    }

    /// Makes the folder, with those above it, and opens it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn create(folder: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(folder)
            .map_err(|error| StorageError::io(folder, Action::CreateFolder, error))?;
        Self::open(folder)
    }

    /// Returns the full path and what stands there, links not followed at any step.
    fn look(&self, path: &StorePath, action: Action) -> Result<(PathBuf, Metadata), StorageError> {
        let full = self.full_path(path);
        let lost = |error| StorageError::io(&full, action, error);
        if let Some(parent) = path.parent() {
            let (_, above) = self.look(&parent, action)?;
            if !above.is_dir() {
                return Err(StorageError::NotAFile { path: full });
            }
            let meta = fs::symlink_metadata(&full).map_err(lost)?;
            return Ok((full, meta));
        }
        let meta = fs::metadata(&full).map_err(lost)?;
        Ok((full, meta))
    }

    /// Checks that the folder of `path` is one, and returns the full path.
    fn inside(&self, path: &StorePath, action: Action) -> Result<PathBuf, StorageError> {
        let (folder, meta) = self.look(&path.parent().unwrap_or(StorePath::ROOT), action)?;
        if meta.is_dir() {
            Ok(self.full_path(path))
        } else {
            Err(StorageError::NotAFile { path: folder })
        }
    }

    fn take(&self, path: &StorePath, most: u64) -> Result<(Vec<u8>, PathBuf), StorageError> {
        let (full, meta) = self.look(path, Action::Open)?;
        if !meta.is_file() {
            return Err(StorageError::NotAFile { path: full });
        }
        let mut bytes = Vec::new();
        File::open(&full)
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .map_err(|error| StorageError::io(&full, Action::Read, error))?;
        Ok((bytes, full))
    }
}

fn kind(meta: &Metadata) -> Kind {
    if meta.is_file() {
        Kind::File
    } else if meta.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}

fn stat(meta: &Metadata) -> Stat {
    let modified = meta
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i128::try_from(since.as_nanos()).ok())
        .unwrap_or(0);
    Stat {
        kind: kind(meta),
        size: meta.len(),
        modified,
        changed: modified,
        inode: 0,
        mode: 0,
    }
}

impl Files for Disk {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let (bytes, path) = self.take(path, limit.saturating_add(1))?;
        if bytes.len() as u64 > limit {
            return Err(StorageError::TooLarge { path, limit });
        }
        Ok(bytes)
    }

    fn read_head(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        self.take(path, limit).map(|(bytes, _)| bytes)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Entry>, StorageError> {
        let (full, meta) = self.look(folder, Action::List)?;
        let lost = |error| StorageError::io(&full, Action::List, error);
        if !meta.is_dir() {
            return Err(StorageError::NotAFile { path: full });
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&full).map_err(lost)? {
            let entry = entry.map_err(lost)?;
            entries.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind: entry.metadata().map_or(Kind::Other, |meta| kind(&meta)),
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn survey(&self, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError> {
        let mut surveyed = Vec::new();
        for entry in self.list(folder)? {
            if entry.is_hidden() {
                continue;
            }
            match self.stat(&folder.with(&entry.name)) {
                Ok(stat) => surveyed.push((entry.name, stat)),
                Err(StorageError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(surveyed)
    }

    fn stat(&self, path: &StorePath) -> Result<Stat, StorageError> {
        self.look(path, Action::Stat).map(|(_, meta)| stat(&meta))
    }

    fn create_dir(&self, folder: &StorePath) -> Result<(), StorageError> {
        let full = self.inside(folder, Action::CreateFolder)?;
        match fs::create_dir(&full) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match self.look(folder, Action::CreateFolder)? {
                    (_, meta) if meta.is_dir() => Ok(()),
                    (path, _) => Err(StorageError::NotAFile { path }),
                }
            }
            Err(error) => Err(StorageError::io(&full, Action::CreateFolder, error)),
        }
    }

    fn create_file(&self, path: &StorePath) -> Result<Box<dyn NewFile + '_>, StorageError> {
        let path = self.inside(path, Action::Create)?;
        let file = File::create_new(&path)
            .map_err(|error| StorageError::io(&path, Action::Create, error))?;
        Ok(Box::new(WrittenFile { file, path }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        let full = self.inside(to, Action::Rename)?;
        fs::rename(self.full_path(from), &full)
            .map_err(|error| StorageError::io(&full, Action::Rename, error))
    }

    fn rename_new(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        let full = self.inside(to, Action::Rename)?;
        fs::hard_link(self.full_path(from), &full)
            .map_err(|error| StorageError::io(&full, Action::Rename, error))?;
        // A second name that stays is a temporary like any other, and swept.
        let _ = fs::remove_file(self.full_path(from));
        Ok(())
    }

    fn remove(&self, path: &StorePath) -> Result<(), StorageError> {
        let full = self.inside(path, Action::Remove)?;
        fs::remove_file(&full).map_err(|error| StorageError::io(&full, Action::Remove, error))
    }

    fn sync_dir(&self, folder: &StorePath) -> Result<(), StorageError> {
        self.look(folder, Action::Flush).map(drop)
    }

    fn can_sync_all(&self) -> bool {
        false
    }

    fn sync_all(&self) -> Result<(), StorageError> {
        let unsupported = io::ErrorKind::Unsupported.into();
        Err(StorageError::io(&self.path, Action::Flush, unsupported))
    }

    fn try_lock(
        &self,
        path: &StorePath,
        mode: LockMode,
    ) -> Result<Option<Box<dyn LockFile>>, StorageError> {
        let path = self.inside(path, Action::Lock)?;
        let lost = |error| StorageError::io(&path, Action::Lock, error);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(lost)?;
        let tried = match mode {
            LockMode::Shared => file.try_lock_shared(),
            LockMode::Exclusive => file.try_lock(),
        };
        match tried {
            Ok(()) => Ok(Some(Box::new(PlainLock { file, path }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(lost(error)),
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
struct PlainLock {
    file: File,
    path: PathBuf,
}

impl LockFile for PlainLock {
    fn note(&self) -> Result<String, StorageError> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.take(NOTE_SIZE as u64).read_to_end(&mut bytes))
            .map_err(|error| StorageError::io(&self.path, Action::Read, error))?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    fn set_note(&self, note: &str) -> Result<(), StorageError> {
        let padded = format!("{note:<width$}\n", width = NOTE_SIZE - 1);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(padded.as_bytes().get(..NOTE_SIZE).unwrap_or_default()))
            .map_err(|error| StorageError::io(&self.path, Action::Write, error))
    }
}
