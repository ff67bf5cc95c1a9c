//! The completion of what a killed writer left: a whole intent is rolled forward, any other dropped,
//! and temporaries are swept. What a person changed since is never overwritten.

use super::{BULK, Digest, Line, Step, apply, digest, flush, folder_of, intent};
use crate::store::error::StorageError;
use crate::store::files::{Files, Kind, StorePath};
use crate::store::lock::Run;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The largest intent read: about a million records, more than any command takes at once.
const INTENT_LIMIT: u64 = 256 * 1024 * 1024;

/// How deep folders nest: `orders/k3/`, and one to spare.
const DEPTH: usize = 3;

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
pub(in crate::store) fn is_interrupted(files: &dyn Files) -> Result<bool, StorageError> {
    match files.stat(&intent()?) {
        Ok(_) => Ok(true),
        Err(StorageError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Completes or drops an interrupted operation, and sweeps all temporaries.
///
/// The caller holds the store lock alone, so that every temporary is a dead writer's.
pub(in crate::store) fn recover(files: &dyn Files) -> Result<Recovery, StorageError> {
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
fn sweep(
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
pub(in crate::store) fn sweep_run(files: &dyn Files, token: &str) -> Result<usize, StorageError> {
    sweep(files, &StorePath::ROOT, DEPTH, &|name| {
        Run::is_temporary(name) && name.contains(&format!(".{token}-"))
    })
}
