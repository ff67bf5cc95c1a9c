//! Files in memory that record every call and fail on demand.

use super::power::{Op, Tree, above};
use icpctl::store::files::{LockFile, LockMode, NewFile};
use icpctl::store::{Action, Entry, Files, Kind, Stat, StorageError, StorePath};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

/// A flush that a bad write path leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Omitted {
    Nothing,
    File,
    Folder,
}

#[derive(Debug)]
struct Inner {
    start: Tree,
    live: Tree,
    ops: Vec<Op>,
    held: BTreeMap<String, i32>,
    calls: usize,
    fail: Vec<(usize, io::ErrorKind)>,
    fail_when: Option<(Action, io::ErrorKind)>,
    failed: Option<(Action, String)>,
    omitted: Omitted,
    bulk: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Memory(Arc<Mutex<Inner>>);

impl Memory {
    pub(crate) fn from(start: &Tree) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            start: start.clone(),
            live: start.clone(),
            ops: Vec::new(),
            held: BTreeMap::new(),
            calls: 0,
            fail: Vec::new(),
            fail_when: None,
            failed: None,
            omitted: Omitted::Nothing,
            bulk: false,
        })))
    }

    pub(crate) fn new() -> Self {
        Self::from(&Tree::default())
    }

    pub(crate) fn omitting(self, omitted: Omitted) -> Self {
        self.inner().omitted = omitted;
        self
    }

    pub(crate) fn with_bulk_flush(self) -> Self {
        self.inner().bulk = true;
        self
    }

    /// Fails the `k`-th call from now too, counting from 1.
    pub(crate) fn fail(&self, k: usize, kind: io::ErrorKind) {
        let mut inner = self.inner();
        let call = inner.calls + k;
        inner.fail.push((call, kind));
    }

    /// Fails the next call of one sort.
    pub(crate) fn fail_when(&self, action: Action) {
        self.fail_when_with(action, io::ErrorKind::Other);
    }

    /// Fails the next call of one sort in one way.
    pub(crate) fn fail_when_with(&self, action: Action, kind: io::ErrorKind) {
        self.inner().fail_when = Some((action, kind));
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.inner().calls
    }

    /// What the failed call was, and on which file.
    pub(crate) fn failed(&self) -> Option<(Action, String)> {
        self.inner().failed.clone()
    }

    pub(crate) fn acknowledge(&self) {
        self.inner().ops.push(Op::Acknowledged);
    }

    pub(crate) fn tree(&self) -> Tree {
        self.inner().live.clone()
    }

    pub(crate) fn start(&self) -> Tree {
        self.inner().start.clone()
    }

    pub(crate) fn ops(&self) -> Vec<Op> {
        self.inner().ops.clone()
    }

    pub(crate) fn flushes(&self) -> usize {
        let flush = |op: &&Op| matches!(op, Op::SyncFile(_) | Op::SyncFolder(_) | Op::SyncAll);
        self.inner().ops.iter().filter(flush).count()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Counts a call, and fails it when its turn has come.
    fn call(&self, action: Action, path: &str) -> Result<MutexGuard<'_, Inner>, StorageError> {
        let mut inner = self.inner();
        inner.calls += 1;
        let of_its_sort = inner.fail_when.filter(|(wanted, _)| *wanted == action);
        let counted = inner.fail.iter().find(|(k, _)| *k == inner.calls);
        let kind = of_its_sort
            .map(|(_, kind)| kind)
            .or(counted.map(|(_, kind)| *kind));
        match kind {
            Some(kind) => {
                inner.fail_when = None;
                inner.failed = Some((action, path.to_owned()));
                Err(StorageError::io(&PathBuf::from(path), action, kind.into()))
            }
            None => Ok(inner),
        }
    }
}

impl Inner {
    fn record(&mut self, op: Op) {
        self.live.name(&op);
        self.ops.push(op);
    }
}

fn missing(path: &str) -> StorageError {
    StorageError::NotFound { path: path.into() }
}

fn stat(kind: Kind, size: usize) -> Stat {
    let (modified, changed, inode, mode) = (0, 0, 0, 0o600);
    Stat {
        kind,
        size: size as u64,
        modified,
        changed,
        inode,
        mode,
    }
}

impl Files for Memory {
    fn read(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let bytes = self.read_head(path, u64::MAX)?;
        if bytes.len() as u64 > limit {
            return Err(StorageError::TooLarge {
                path: path.as_str().into(),
                limit,
            });
        }
        Ok(bytes)
    }

    fn read_head(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let path = path.as_str();
        let inner = self.call(Action::Read, path)?;
        if inner.live.folders.contains(path) {
            return Err(StorageError::NotAFile { path: path.into() });
        }
        let mut bytes = match (inner.live.files.get(path), inner.live.notes.get(path)) {
            (Some(inode), _) => inner.live.data[*inode].clone(),
            (None, Some(note)) => note.clone().into_bytes(),
            (None, None) => return Err(missing(path)),
        };
        bytes.truncate(usize::try_from(limit).unwrap());
        Ok(bytes)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<Entry>, StorageError> {
        let folder = folder.as_str();
        let inner = self.call(Action::List, folder)?;
        if inner.live.files.contains_key(folder) {
            return Err(StorageError::NotAFile {
                path: folder.into(),
            });
        }
        if !folder.is_empty() && !inner.live.folders.contains(folder) {
            return Err(missing(folder));
        }
        let name = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
        let folders = inner.live.folders.iter().map(|path| (path, Kind::Folder));
        let files = inner.live.files.keys().map(|path| (path, Kind::File));
        let mut entries: Vec<Entry> = folders
            .chain(files)
            .filter(|(path, _)| above(path) == folder)
            .map(|(path, kind)| Entry {
                name: name(path),
                kind,
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn survey(&self, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError> {
        let entries = self.list(folder)?;
        entries
            .into_iter()
            .filter(|entry| !entry.is_hidden())
            .map(|entry| {
                let stat = self.stat(&folder.join(&entry.name)?)?;
                Ok((entry.name, stat))
            })
            .collect()
    }

    fn stat(&self, path: &StorePath) -> Result<Stat, StorageError> {
        let path = path.as_str();
        let inner = self.call(Action::Stat, path)?;
        if path.is_empty() || inner.live.folders.contains(path) {
            return Ok(stat(Kind::Folder, 0));
        }
        let inode = inner.live.files.get(path).ok_or_else(|| missing(path))?;
        Ok(stat(Kind::File, inner.live.data[*inode].len()))
    }

    fn create_dir(&self, folder: &StorePath) -> Result<(), StorageError> {
        let path = folder.as_str();
        let mut inner = self.call(Action::CreateFolder, path)?;
        if inner.live.files.contains_key(path) {
            return Err(StorageError::NotAFile { path: path.into() });
        }
        if !inner.live.folders.contains(path) {
            inner.record(Op::MakeFolder(path.to_owned()));
        }
        Ok(())
    }

    fn create_file(&self, path: &StorePath) -> Result<Box<dyn NewFile + '_>, StorageError> {
        let path = path.as_str();
        let mut inner = self.call(Action::Create, path)?;
        let folder = above(path);
        if !folder.is_empty() && !inner.live.folders.contains(folder) {
            return Err(missing(path));
        }
        if inner.live.files.contains_key(path) || inner.live.folders.contains(path) {
            return Err(StorageError::Exists { path: path.into() });
        }
        let inode = inner.live.data.len();
        inner.live.data.push(Vec::new());
        inner.record(Op::Create(path.to_owned(), inode));
        Ok(Box::new(MemoryFile {
            memory: self.clone(),
            inode,
            path: path.to_owned(),
        }))
    }

    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        let mut inner = self.call(Action::Rename, to.as_str())?;
        if !inner.live.files.contains_key(from.as_str()) {
            return Err(missing(from.as_str()));
        }
        inner.record(Op::Rename(from.as_str().to_owned(), to.as_str().to_owned()));
        Ok(())
    }

    fn rename_new(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError> {
        if self.inner().live.files.contains_key(to.as_str()) {
            return Err(StorageError::Exists {
                path: to.as_str().into(),
            });
        }
        self.rename(from, to)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StorageError> {
        let path = path.as_str();
        let mut inner = self.call(Action::Remove, path)?;
        if !inner.live.files.contains_key(path) {
            return Err(missing(path));
        }
        inner.record(Op::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, folder: &StorePath) -> Result<(), StorageError> {
        let mut inner = self.call(Action::Flush, folder.as_str())?;
        if inner.omitted != Omitted::Folder {
            inner.record(Op::SyncFolder(folder.as_str().to_owned()));
        }
        Ok(())
    }

    fn can_sync_all(&self) -> bool {
        self.inner().bulk
    }

    fn sync_all(&self) -> Result<(), StorageError> {
        self.call(Action::Flush, "")?.record(Op::SyncAll);
        Ok(())
    }

    fn try_lock(
        &self,
        path: &StorePath,
        mode: LockMode,
    ) -> Result<Option<Box<dyn LockFile>>, StorageError> {
        let path = path.as_str().to_owned();
        let mut inner = self.call(Action::Lock, &path)?;
        if !inner.live.folders.contains(above(&path)) {
            return Err(missing(&path));
        }
        let held = inner.held.entry(path.clone()).or_insert(0);
        let free = match mode {
            LockMode::Shared => *held >= 0,
            LockMode::Exclusive => *held == 0,
        };
        if !free {
            return Ok(None);
        }
        *held = match mode {
            LockMode::Shared => *held + 1,
            LockMode::Exclusive => -1,
        };
        Ok(Some(Box::new(MemoryLock {
            memory: self.clone(),
            path,
        })))
    }

    fn full_path(&self, path: &StorePath) -> PathBuf {
        path.as_str().into()
    }
}

#[derive(Debug)]
struct MemoryFile {
    memory: Memory,
    inode: usize,
    path: String,
}

impl NewFile for MemoryFile {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let inode = self.inode;
        let (written, answer) = match self.memory.call(Action::Write, &self.path) {
            Ok(_) => (bytes, Ok(())),
            // A full disk takes a part.
            Err(error) => (&bytes[..bytes.len() / 2], Err(error)),
        };
        let mut inner = self.memory.inner();
        inner.live.data[inode].extend(written);
        inner.record(Op::Write(inode, written.to_vec()));
        answer
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        let mut inner = self.memory.call(Action::Flush, &self.path)?;
        if inner.omitted != Omitted::File {
            inner.record(Op::SyncFile(self.inode));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryLock {
    memory: Memory,
    path: String,
}

impl LockFile for MemoryLock {
    fn note(&self) -> Result<String, StorageError> {
        let inner = self.memory.call(Action::Read, &self.path)?;
        Ok(inner
            .live
            .notes
            .get(&self.path)
            .cloned()
            .unwrap_or_default())
    }

    fn set_note(&self, note: &str) -> Result<(), StorageError> {
        let mut inner = self.memory.call(Action::Write, &self.path)?;
        inner.record(Op::Note(self.path.clone(), note.to_owned()));
        Ok(())
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        if let Some(held) = self.memory.inner().held.get_mut(&self.path) {
            *held = if *held < 0 { 0 } else { *held - 1 };
        }
    }
}
