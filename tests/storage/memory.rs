//! Files in memory that record every call, fail on demand, and show what a crash could leave.

use icpctl::store::files::{LockFile, LockMode, NewFile};
use icpctl::store::{Action, Entry, Files, Kind, Stat, StorageError, StorePath};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

/// One call that changed something.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    MakeFolder(String),
    Create(String, usize),
    Write(usize, Vec<u8>),
    SyncFile(usize),
    Rename(String, String),
    Remove(String),
    SyncFolder(String),
    SyncAll,
    Note(String, String),
    /// The writer said that it was done.
    Acknowledged,
}

/// Folders, content of files, notes in lock files.
pub(crate) type Visible = (
    BTreeSet<String>,
    BTreeMap<String, Vec<u8>>,
    BTreeMap<String, String>,
);

/// A file tree: what a running system sees, or what a crash left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    folders: BTreeSet<String>,
    files: BTreeMap<String, usize>,
    data: Vec<Vec<u8>>,
    notes: BTreeMap<String, String>,
}

impl Tree {
    /// The records: every file that is not hidden.
    pub(crate) fn records(&self) -> BTreeMap<String, Vec<u8>> {
        self.files
            .iter()
            .filter(|(path, _)| !hidden(path))
            .map(|(path, inode)| (path.clone(), self.data[*inode].clone()))
            .collect()
    }

    /// All that a later writer can tell apart.
    pub(crate) fn visible(&self) -> Visible {
        let content = |(path, inode): (&String, &usize)| (path.clone(), self.data[*inode].clone());
        (
            self.folders.clone(),
            self.files.iter().map(content).collect(),
            self.notes.clone(),
        )
    }

    pub(crate) fn leftovers(&self) -> Vec<&String> {
        self.files.keys().filter(|path| hidden(path)).collect()
    }

    fn name(&mut self, op: &Op) {
        match op {
            Op::MakeFolder(path) => {
                self.folders.insert(path.clone());
            }
            Op::Create(path, inode) => {
                self.files.insert(path.clone(), *inode);
            }
            Op::Rename(from, to) => {
                if let Some(inode) = self.files.remove(from) {
                    self.files.insert(to.clone(), inode);
                }
            }
            Op::Remove(path) => {
                self.files.remove(path);
            }
            Op::Note(path, text) => {
                self.notes.insert(path.clone(), text.clone());
            }
            Op::Write(..)
            | Op::SyncFile(_)
            | Op::SyncFolder(_)
            | Op::SyncAll
            | Op::Acknowledged => {}
        }
    }

    /// Drops what stands in folders that are gone.
    fn prune(mut self) -> Self {
        loop {
            let (folders, files) = (self.folders.len(), self.files.len());
            let known = self.folders.clone();
            let there = |path: &String| {
                let above = above(path);
                above.is_empty() || known.contains(above)
            };
            self.folders.retain(|path| there(path));
            self.files.retain(|path, _| there(path));
            if (folders, files) == (self.folders.len(), self.files.len()) {
                return self;
            }
        }
    }
}

fn hidden(path: &str) -> bool {
    path == "intent.json"
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with('.'))
}

fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What happens to content that was not flushed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unflushed {
    Kept,
    Empty,
    Half,
}

/// Everything that a crash after `ops` could leave, having begun with `start`.
///
/// `kill` alone loses nothing; a power cut loses any choice of what was not flushed.
pub(crate) fn crashes(start: &Tree, ops: &[Op]) -> Vec<Tree> {
    let mut flushed = vec![false; ops.len()];
    let mut content: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    let mut safe: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Write(inode, bytes) => content.entry(*inode).or_default().extend(bytes),
            Op::SyncFile(inode) => {
                safe.insert(*inode, content.get(inode).map_or(0, Vec::len));
            }
            Op::SyncFolder(folder) => {
                for earlier in 0..at {
                    let path = match &ops[earlier] {
                        Op::MakeFolder(path) | Op::Create(path, _) | Op::Remove(path) => path,
                        Op::Rename(_, to) => to,
                        _ => continue,
                    };
                    flushed[earlier] |= above(path) == folder;
                }
            }
            Op::SyncAll => {
                flushed[..at].fill(true);
                safe.extend(content.iter().map(|(inode, bytes)| (*inode, bytes.len())));
            }
            _ => {}
        }
    }
    let loose: Vec<usize> = (0..ops.len())
        .filter(|at| {
            !flushed[*at]
                && matches!(
                    ops[*at],
                    Op::MakeFolder(_) | Op::Create(..) | Op::Rename(..) | Op::Remove(_)
                )
        })
        .collect();
    let mut left = Vec::new();
    for lost in choices(&loose) {
        for unflushed in [Unflushed::Kept, Unflushed::Empty, Unflushed::Half] {
            let mut tree = start.clone();
            for (at, op) in ops.iter().enumerate() {
                if !lost.contains(&at) {
                    tree.name(op);
                } else if let (Op::Create(_, inode), Some(Op::Rename(_, to))) =
                    (op, ops.iter().skip(at).find(|later| renames(later, op)))
                {
                    // The creation's name is lost, a kept rename's is not.
                    let kept = ops
                        .iter()
                        .enumerate()
                        .any(|(at, later)| renames(later, op) && !lost.contains(&at));
                    if kept {
                        tree.files.insert(to.clone(), *inode);
                    }
                }
            }
            for (inode, bytes) in &content {
                let certain = safe.get(inode).copied().unwrap_or(0);
                let length = match unflushed {
                    Unflushed::Kept => bytes.len(),
                    Unflushed::Empty => certain,
                    Unflushed::Half => certain.midpoint(bytes.len()),
                };
                if tree.data.len() <= *inode {
                    tree.data.resize(*inode + 1, Vec::new());
                }
                tree.data[*inode] = bytes[..length].to_vec();
            }
            let most = tree.files.values().max().map_or(0, |inode| inode + 1);
            if tree.data.len() < most {
                tree.data.resize(most, Vec::new());
            }
            left.push(tree.prune());
        }
    }
    left
}

fn renames(later: &Op, create: &Op) -> bool {
    match (later, create) {
        (Op::Rename(from, _), Op::Create(path, _)) => from == path,
        _ => false,
    }
}

/// Which of the loose changes are lost: every choice of a few, telling ones of many.
fn choices(loose: &[usize]) -> Vec<BTreeSet<usize>> {
    if loose.len() <= 7 {
        return (0..1_usize << loose.len())
            .map(|bits| {
                loose
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| bits >> bit & 1 == 1)
                    .map(|(_, at)| *at)
                    .collect()
            })
            .collect();
    }
    let all: BTreeSet<usize> = loose.iter().copied().collect();
    let mut chosen = vec![BTreeSet::new(), all.clone()];
    for at in loose.iter().step_by(loose.len().div_ceil(16)) {
        chosen.push(BTreeSet::from([*at]));
        chosen.push(all.iter().copied().filter(|other| other != at).collect());
        chosen.push(all.iter().copied().filter(|other| other < at).collect());
        chosen.push(all.iter().copied().filter(|other| other > at).collect());
    }
    chosen
}

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
    fail: Option<(usize, io::ErrorKind)>,
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
            fail: None,
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

    /// Fails the `k`-th call from now, counting from 1.
    pub(crate) fn fail(&self, k: usize, kind: io::ErrorKind) {
        let mut inner = self.inner();
        inner.fail = Some((inner.calls + k, kind));
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
        match inner.fail {
            Some((k, kind)) if k == inner.calls => {
                inner.failed = Some((action, path.to_owned()));
                Err(StorageError::io(&PathBuf::from(path), action, kind.into()))
            }
            _ => Ok(inner),
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
