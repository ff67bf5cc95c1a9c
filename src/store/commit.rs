//! The one write path, and the completion of what a killed writer left.
//!
//! One record: temporary in the same folder, write, flush, rename, flush the folder; only then is
//! the change acknowledged. A replace costs two flushes.
//!
//! Several records: all temporaries are written and flushed, then an intent file that names them
//! with the digests of old and new content is made durable. That is the commit point. Then all are
//! renamed, the folders flushed, the change acknowledged and the intent removed. The next writer rolls
//! a whole intent forward and drops any other. It never overwrites what a person changed since.
//!
//! Callers write through [`RecordLock::commit`](super::RecordLock::commit) and
//! [`StoreLock::commit`](super::StoreLock::commit): no lock, no writing.

use super::error::StorageError;
use super::files::{Files, Kind, RECORD_LIMIT, StorePath};
use super::lock::Run;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// What a `.gitignore` beside the store's files must hold: locks, the intent, temporaries.
pub const GITIGNORE: &str = "/locks/\n/intent.json\n.*.tmp\n";

/// The name of the intent file.
const INTENT: &str = "intent.json";

/// From this many files on, one flush of the whole file system beats one a file.
const BULK: usize = 64;

/// The largest intent read: about a million records, more than any command takes at once.
const INTENT_LIMIT: u64 = 256 * 1024 * 1024;

/// How deep folders nest: `orders/k3/`, and one to spare.
const DEPTH: usize = 3;

/// The SHA-256 of a file's content, 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let mut digits = String::with_capacity(2 * digest.len());
        for byte in digest {
            for half in [byte >> 4, byte & 15] {
                digits.extend(char::from_digit(half.into(), 16));
            }
        }
        Self(digits)
    }

    /// Returns the digest that `name` spells, if it does: what an attachment is named by.
    pub fn parse(name: &str) -> Option<Self> {
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        (name.len() == 64 && name.bytes().all(is_hex)).then(|| Self(name.to_owned()))
    }

    /// Returns the hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One change to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file that was not there.
    Create {
        /// Where.
        path: StorePath,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// New content for a file that was read under the lock.
    Replace {
        /// Where.
        path: StorePath,
        /// The new content.
        bytes: Vec<u8>,
        /// The digest of the content that was read.
        was: Digest,
    },
    /// A file goes.
    Remove {
        /// Where.
        path: StorePath,
        /// The digest of the content that was read.
        was: Digest,
    },
}

impl Change {
    /// Returns the file that changes.
    pub fn path(&self) -> &StorePath {
        match self {
            Self::Create { path, .. } | Self::Replace { path, .. } | Self::Remove { path, .. } => {
                path
            }
        }
    }
}

/// What completing and sweeping found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Files of an interrupted operation that were put in place.
    pub completed: Vec<PathBuf>,
    /// Files of an interrupted operation that were left alone, since they were changed meanwhile.
    pub kept: Vec<PathBuf>,
    /// Whether an operation that had not reached its commit point was dropped.
    pub dropped: bool,
    /// How many temporaries of dead writers were swept.
    pub swept: usize,
}

impl Recovery {
    /// Adds what a later look found and did.
    #[must_use]
    pub fn followed_by(mut self, later: Self) -> Self {
        self.completed.extend(later.completed);
        self.kept.extend(later.kept);
        self.dropped |= later.dropped;
        self.swept += later.swept;
        self
    }
}

/// Returns the folder of a file; the store's own where it has none.
fn folder_of(path: &StorePath) -> StorePath {
    path.parent().unwrap_or(StorePath::ROOT)
}

/// Makes the folder where it is missing, and notes those to flush so that its own name is durable
/// before its first file.
///
/// A folder that shows a file was flushed into its parent before that file was put in, so only an
/// empty one (made by a writer killed since, or working right now) costs a flush.
fn ready(
    files: &dyn Files,
    folder: &StorePath,
    unflushed: &mut BTreeSet<StorePath>,
) -> Result<(), StorageError> {
    let Some(parent) = folder.parent() else {
        return Ok(());
    };
    match files.list(folder) {
        Ok(entries) if entries.iter().any(|entry| !entry.is_hidden()) => return Ok(()),
        Ok(_) => ready(files, &parent, unflushed)?,
        Err(StorageError::NotFound { .. }) => {
            ready(files, &parent, unflushed)?;
            files.create_dir(folder)?;
        }
        Err(error) => return Err(error),
    }
    unflushed.insert(parent);
    Ok(())
}

/// Makes the folders that are missing; their names are durable on return, save where everything is
/// flushed at once later.
fn ready_all<'f>(
    files: &dyn Files,
    folders: impl IntoIterator<Item = &'f StorePath>,
    bulk: bool,
) -> Result<(), StorageError> {
    let mut unflushed = BTreeSet::new();
    for folder in folders {
        ready(files, folder, &mut unflushed)?;
    }
    if bulk {
        return Ok(());
    }
    unflushed
        .iter()
        .try_for_each(|folder| files.sync_dir(folder))
}

/// Returns the digest of a file; `None` when there is no such file.
fn digest(files: &dyn Files, path: &StorePath) -> Result<Option<Digest>, StorageError> {
    match files.read(path, u64::MAX) {
        Ok(bytes) => Ok(Some(Digest::of(&bytes))),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Checks that the file is what the change was made for.
fn check(files: &dyn Files, change: &Change) -> Result<(), StorageError> {
    let full = || files.full_path(change.path());
    if is_unreadable(change) {
        return Err(StorageError::TooLarge {
            path: full(),
            limit: RECORD_LIMIT,
        });
    }
    match change {
        Change::Create { path, .. } => match files.stat(path) {
            Ok(_) => Err(StorageError::Exists { path: full() }),
            Err(StorageError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        },
        Change::Replace { path, was, .. } | Change::Remove { path, was } => {
            match digest(files, path)? {
                Some(found) if found == *was => Ok(()),
                Some(_) => Err(StorageError::Moved { path: full() }),
                None => Err(StorageError::NotFound { path: full() }),
            }
        }
    }
}

/// Whether a change would leave a record that is too large to be read again.
fn is_unreadable(change: &Change) -> bool {
    match change {
        Change::Create { path, bytes } | Change::Replace { path, bytes, .. } => {
            path.to_path().extension().is_some_and(|e| e == "toml")
                && bytes.len() as u64 > RECORD_LIMIT
        }
        Change::Remove { .. } => false,
    }
}

/// Writes a temporary beside `path`; one that fails is removed again.
fn temporary(
    files: &dyn Files,
    run: &Run,
    path: &StorePath,
    bytes: &[u8],
    flush: bool,
) -> Result<StorePath, StorageError> {
    let temporary = folder_of(path).with(&run.temporary(path.name()));
    let mut file = files.create_file(&temporary)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| if flush { file.sync() } else { Ok(()) });
    drop(file);
    if let Err(error) = written {
        discard(files, &temporary);
        return Err(error);
    }
    Ok(temporary)
}

/// Removes what is not needed any more; what stays is swept by a later writer.
fn discard(files: &dyn Files, path: &StorePath) {
    let _ = files.remove(path);
}

/// Says that the change was made but may not last.
fn unknown(files: &dyn Files, path: &StorePath, error: StorageError) -> StorageError {
    StorageError::OutcomeUnknown {
        path: files.full_path(path),
        source: Box::new(error),
    }
}

/// Makes one change, durable on return.
pub(super) fn commit_one(
    files: &dyn Files,
    run: &Run,
    change: &Change,
) -> Result<(), StorageError> {
    let folder = folder_of(change.path());
    match change {
        Change::Create { path, bytes } => {
            check(files, change)?;
            ready_all(files, [&folder], false)?;
            let temporary = temporary(files, run, path, bytes, true)?;
            files
                .rename_new(&temporary, path)
                .inspect_err(|_| discard(files, &temporary))?;
        }
        Change::Replace { path, bytes, .. } => {
            let temporary = temporary(files, run, path, bytes, true)?;
            check(files, change)
                .and_then(|()| files.rename(&temporary, path))
                .inspect_err(|_| discard(files, &temporary))?;
        }
        Change::Remove { path, .. } => {
            check(files, change)?;
            files.remove(path)?;
        }
    }
    files
        .sync_dir(&folder)
        .map_err(|error| unknown(files, change.path(), error))
}

/// What an operation does to one file.
#[derive(Debug)]
struct Step {
    path: StorePath,
    /// The new content beside it; `None` for a removal.
    temporary: Option<StorePath>,
    /// Digest of the old content; `None` for a creation.
    old: Option<Digest>,
    /// Digest of the new content; `None` for a removal.
    new: Option<Digest>,
}

/// A step as a line of the intent.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    path: String,
    /// The temporary's name in the same folder.
    temporary: Option<String>,
    old: Option<Digest>,
    new: Option<Digest>,
}

impl Step {
    /// Returns the step that a line tells of; `None` where it names what is not ours.
    fn read(line: Line) -> Option<Self> {
        let path = StorePath::parse(&line.path).ok()?;
        let is_ours = |name: &str| Run::is_temporary(name) && !name.contains(['/', '\\', '\0']);
        if line.temporary.as_deref().is_some_and(|name| !is_ours(name)) {
            return None;
        }
        let folder = folder_of(&path);
        Some(Self {
            temporary: line.temporary.map(|name| folder.with(&name)),
            old: line.old,
            new: line.new,
            path,
        })
    }

    /// Returns the step as one line of JSON.
    fn line(&self) -> String {
        serde_json::json!(Line {
            path: self.path.as_str().to_owned(),
            temporary: self.temporary.as_ref().map(|path| path.name().to_owned()),
            old: self.old.clone(),
            new: self.new.clone(),
        })
        .to_string()
    }
}

/// Makes several changes, all or none, durable on return; the store lock is held alone.
pub(super) fn commit_all(
    files: &dyn Files,
    run: &Run,
    changes: &[Change],
) -> Result<(), StorageError> {
    if run.is_unsettled() {
        recover(files)?;
        run.set_unsettled(false);
    }
    match changes {
        [] => return Ok(()),
        [one] => return commit_one(files, run, one),
        [..] => {}
    }
    for change in changes {
        check(files, change)?;
    }
    let folders: BTreeSet<StorePath> = changes.iter().map(|c| folder_of(c.path())).collect();
    let bulk = changes.len() >= BULK && files.can_sync_all();
    ready_all(files, &folders, bulk)?;
    let mut steps = Vec::with_capacity(changes.len());
    prepare(files, run, changes, &folders, bulk, &mut steps).map_err(|error| {
        take_back(files, &steps).map_or(error, |unflushed| {
            unknown(files, &StorePath::ROOT, unflushed)
        })
    })?;
    // Past the commit point: whatever fails now, the next writer completes it.
    for step in &steps {
        apply(files, step)?;
    }
    flush(files, &folders, bulk)?;
    let intent = intent()?;
    // The change is made and durable: an intent that stays is removed by this run's next operation
    // or by the next writer, whichever comes first.
    run.set_unsettled(files.remove(&intent).is_err());
    if steps.iter().any(|step| step.new.is_none()) {
        // After a power cut an intent that is back would remove a file that was made again since.
        return files
            .sync_dir(&StorePath::ROOT)
            .map_err(|error| unknown(files, &intent, error));
    }
    Ok(())
}

fn intent() -> Result<StorePath, StorageError> {
    StorePath::parse(INTENT)
}

/// Writes and flushes all temporaries and the intent, noting each step as it is written.
fn prepare(
    files: &dyn Files,
    run: &Run,
    changes: &[Change],
    folders: &BTreeSet<StorePath>,
    bulk: bool,
    steps: &mut Vec<Step>,
) -> Result<(), StorageError> {
    for change in changes {
        let write = |path, bytes| {
            let written = temporary(files, run, path, bytes, !bulk)?;
            Ok((Some(written), Some(Digest::of(bytes))))
        };
        let (old, (temporary, new)) = match change {
            Change::Create { path, bytes } => (None, write(path, bytes)?),
            Change::Replace { path, bytes, was } => (Some(was.clone()), write(path, bytes)?),
            Change::Remove { was, .. } => (Some(was.clone()), (None, None)),
        };
        steps.push(Step {
            path: change.path().clone(),
            temporary,
            old,
            new,
        });
    }
    if !bulk {
        for folder in folders {
            files.sync_dir(folder)?;
        }
    }
    let lines: Vec<String> = steps.iter().map(Step::line).collect();
    let body = lines.join("\n");
    let text = format!("{}\n{body}", Digest::of(body.as_bytes()));
    let mut file = files.create_file(&intent()?)?;
    file.write_all(text.as_bytes())?;
    if bulk {
        drop(file);
        return files.sync_all();
    }
    file.sync()?;
    drop(file);
    files.sync_dir(&StorePath::ROOT)
}

/// Takes back an operation that did not reach its commit point.
///
/// Returns why the removal of the intent may not last, in which case the outcome is unknown.
fn take_back(files: &dyn Files, steps: &[Step]) -> Option<StorageError> {
    let intent = intent().ok()?;
    let unflushed = match files.remove(&intent) {
        Ok(()) => files.sync_dir(&StorePath::ROOT).err(),
        Err(StorageError::NotFound { .. }) => None,
        Err(error) => Some(error),
    };
    if unflushed.is_none() {
        for temporary in steps.iter().filter_map(|step| step.temporary.as_ref()) {
            discard(files, temporary);
        }
    }
    unflushed
}

/// Puts one file in place.
fn apply(files: &dyn Files, step: &Step) -> Result<(), StorageError> {
    let path = &step.path;
    match (&step.temporary, &step.old) {
        (Some(temporary), None) => files.rename_new(temporary, path),
        (Some(temporary), Some(_)) => files.rename(temporary, path),
        (None, _) => files.remove(path),
    }
    .map_err(|error| unknown(files, path, error))
}

/// Flushes the names of all files that were put in place.
fn flush(files: &dyn Files, folders: &BTreeSet<StorePath>, bulk: bool) -> Result<(), StorageError> {
    if bulk {
        return files
            .sync_all()
            .map_err(|error| unknown(files, &StorePath::ROOT, error));
    }
    for folder in folders {
        files
            .sync_dir(folder)
            .map_err(|error| unknown(files, folder, error))?;
    }
    Ok(())
}

/// How far a step of an interrupted operation came.
enum Progress {
    /// The file is as the operation wants it.
    Done,
    /// The temporary is whole, and the file still the old one.
    Ready,
    /// The file was changed meanwhile, before the step was done or after.
    Moved,
    /// The file is the old one, and there is nothing to put in its place.
    Lost,
}

fn progress(files: &dyn Files, step: &Step) -> Result<Progress, StorageError> {
    let found = digest(files, &step.path)?;
    if found == step.new {
        return Ok(Progress::Done);
    }
    if found != step.old {
        // It stays as it is, so its temporary is not missed: one put in place and edited has none.
        return Ok(Progress::Moved);
    }
    if let Some(temporary) = &step.temporary
        && digest(files, temporary)? != step.new
    {
        return Ok(Progress::Lost);
    }
    Ok(Progress::Ready)
}

/// Returns whether a writer was killed within an operation on several files.
pub(super) fn is_interrupted(files: &dyn Files) -> Result<bool, StorageError> {
    match files.stat(&intent()?) {
        Ok(_) => Ok(true),
        Err(StorageError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Completes or drops an interrupted operation, and sweeps all temporaries.
///
/// The caller holds the store lock alone, so that every temporary is a dead writer's.
pub(super) fn recover(files: &dyn Files) -> Result<Recovery, StorageError> {
    let mut recovery = Recovery::default();
    complete(files, &mut recovery)?;
    recovery.swept = sweep(files, &StorePath::ROOT, DEPTH, &Run::is_temporary)?;
    Ok(recovery)
}

fn complete(files: &dyn Files, recovery: &mut Recovery) -> Result<(), StorageError> {
    let intent = intent()?;
    let text = match files.read(&intent, INTENT_LIMIT) {
        Ok(bytes) => bytes,
        Err(StorageError::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut folders = BTreeSet::new();
    let mut pending = Vec::new();
    let (mut begun, mut lost) = (false, false);
    for line in lines(&text).unwrap_or_default() {
        let Some(step) = Step::read(line) else {
            lost = true;
            continue;
        };
        folders.insert(folder_of(&step.path));
        match progress(files, &step)? {
            // New content that equals the old tells nothing.
            Progress::Done => begun |= step.old != step.new,
            Progress::Lost => lost = true,
            Progress::Ready => pending.push(step),
            Progress::Moved => recovery.kept.push(files.full_path(&step.path)),
        }
    }
    if lost && !begun {
        pending.clear();
        recovery.kept.clear();
    }
    for step in &pending {
        apply(files, step)?;
        recovery.completed.push(files.full_path(&step.path));
    }
    recovery.dropped = !begun && pending.is_empty() && recovery.kept.is_empty();
    if !recovery.dropped {
        // The killed writer may not have flushed those that it had put in place.
        let bulk = folders.len() >= BULK && files.can_sync_all();
        flush(files, &folders, bulk)?;
    }
    files.remove(&intent)
}

/// Returns the lines of a whole intent; `None` for a torn one.
fn lines(text: &[u8]) -> Option<Vec<Line>> {
    let (digest, body) = std::str::from_utf8(text).ok()?.split_once('\n')?;
    if Digest::of(body.as_bytes()).as_str() != digest {
        return None;
    }
    body.lines()
        .map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Removes the temporaries that `dead` tells, and returns how many.
pub(super) fn sweep(
    files: &dyn Files,
    folder: &StorePath,
    depth: usize,
    dead: &dyn Fn(&str) -> bool,
) -> Result<usize, StorageError> {
    let mut swept = 0;
    for entry in files.list(folder)? {
        let path = folder.with(&entry.name);
        match entry.kind {
            Kind::Folder if depth > 0 && !entry.is_hidden() => {
                swept += sweep(files, &path, depth - 1, dead)?;
            }
            Kind::File if dead(&entry.name) => match files.remove(&path) {
                Ok(()) => swept += 1,
                Err(StorageError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            },
            Kind::File | Kind::Folder | Kind::Other => {}
        }
    }
    Ok(swept)
}

/// Removes the temporaries of one dead run.
pub(super) fn sweep_run(files: &dyn Files, token: &str) -> Result<usize, StorageError> {
    sweep(files, &StorePath::ROOT, DEPTH, &|name| {
        Run::is_temporary(name) && name.contains(&format!(".{token}-"))
    })
}
