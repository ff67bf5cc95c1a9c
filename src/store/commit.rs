//! The one write path; what a killed writer left of it is completed by its recovery.
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

mod recovery;

pub use recovery::Recovery;
pub(super) use recovery::{is_interrupted, recover, sweep_run};

use super::error::StorageError;
use super::files::{Files, RECORD_LIMIT, StorePath};
use super::lock::Run;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt;

/// What a `.gitignore` beside the store's files must hold: locks, the intent, temporaries.
pub const GITIGNORE: &str = "/locks/\n/intent.json\n.*.tmp\n";

/// The name of the intent file.
const INTENT: &str = "intent.json";

/// From this many files on, one flush of the whole file system beats one a file.
const BULK: usize = 64;

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
