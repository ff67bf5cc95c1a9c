//! Locks: who may write what, at the same time as whom.
//!
//! A writer of single records shares the store lock and holds the lock of each thing whose rules it
//! could break together with another writer: a subject, a ref, an account. Things share 256 lock
//! files, so that their number stays bounded; two that meet in one only wait a moment. A writer of
//! many records holds the store lock alone. Readers take none. The system releases the locks of a process that
//! dies; lock files are never deleted.
//!
//! Each lock file names its holder. A name found there by the next holder was left by a writer that
//! died, whose temporaries are then swept.

use super::commit::{
    Change, Digest, Recovery, commit_all, commit_one, is_interrupted, recover, sweep_run,
};
use super::error::StorageError;
use super::files::{Files, LockFile, LockMode, NOTE_SIZE, StorePath};
use crate::filing::instant::Instant as Moment;
use crate::ids::fresh;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

/// The folder of the lock files.
const FOLDER: &str = "locks";
/// The store lock; sorts after no record lock, and is taken first.
const STORE: &str = "store.lock";
/// The longest wait between two tries.
const LONGEST_NAP: Duration = Duration::from_millis(50);
/// The most characters of an actor's name kept in a lock file.
const ACTOR_LENGTH: usize = 48;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The operator, as in the history.
    pub actor: String,
    /// When it began.
    pub since: Moment,
}

impl Holder {
    /// Returns this process as a holder.
    pub fn this_process(actor: &str, since: Moment) -> Self {
        Self {
            pid: std::process::id(),
            actor: actor.chars().take(ACTOR_LENGTH).collect(),
            since,
        }
    }
}

/// What a lock file holds while it is locked.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    run: String,
    #[serde(flatten)]
    holder: Holder,
}

/// One holding of locks, whose temporaries can be told from all others.
#[derive(Debug)]
pub(super) struct Run {
    token: String,
    count: Cell<u32>,
    /// Whether an operation of this run is done, but its intent could not be removed.
    unsettled: Cell<bool>,
}

impl Run {
    fn new(pid: u32) -> Self {
        // Process ids alone repeat across containers.
        let random = fresh();
        Self {
            token: format!("{pid}.{random:016x}"),
            count: Cell::new(0),
            unsettled: Cell::new(false),
        }
    }

    /// Whether the intent of an operation that is done still stands.
    pub(super) fn is_unsettled(&self) -> bool {
        self.unsettled.get()
    }

    pub(super) fn set_unsettled(&self, is: bool) {
        self.unsettled.set(is);
    }

    /// Returns a new hidden name: `.<name>.<pid>.<random>-<count>.tmp`.
    pub(super) fn temporary(&self, name: &str) -> String {
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        let token = &self.token;
        format!(".{name}.{token}-{count}.tmp")
    }

    /// Returns whether a name is that of a temporary.
    pub(super) fn is_temporary(name: &str) -> bool {
        name.strip_prefix('.')
            .and_then(|rest| rest.rsplit_once('.'))
            .is_some_and(|(rest, ending)| !rest.is_empty() && ending == "tmp")
    }
}

/// How many digits of a thing's digest name its lock file: 256 files.
const KEY_LENGTH: usize = 2;

/// A thing that one writer at a time may touch, or that several may rely on beside one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockKey {
    file: String,
    shared: bool,
}

impl LockKey {
    /// Returns the key of one thing: `what` says of which sort (`subject`, `ref`, `account`).
    ///
    /// The lock file's name is a digest, so that `name` may be any text and does not show.
    pub fn new(what: &str, name: &str) -> Self {
        let digest = Digest::of(format!("{what}\0{name}").as_bytes());
        Self {
            file: digest.as_str().chars().take(KEY_LENGTH).collect(),
            shared: false,
        }
    }

    /// Returns the key of a thing that is only relied on: it may be held by several at a time.
    #[must_use]
    pub fn shared(self) -> Self {
        Self {
            shared: true,
            ..self
        }
    }

    fn path(&self) -> Result<StorePath, StorageError> {
        StorePath::parse(FOLDER)?.join(&format!("{}.lock", self.file))
    }
}

/// A held lock with its note.
#[derive(Debug)]
struct Held {
    file: Box<dyn LockFile>,
    noted: bool,
}

impl Held {
    /// Writes the holder's name, and returns the run of a holder that died.
    fn sign(&mut self, run: &Run, holder: &Holder) -> Result<Option<String>, StorageError> {
        let left = self.file.note()?;
        let note = Note {
            run: run.token.clone(),
            holder: holder.clone(),
        };
        let text = serde_json::to_string(&note).unwrap_or_default();
        self.file.set_note(&text)?;
        self.noted = true;
        Ok(match serde_json::from_str::<Note>(&left) {
            Ok(dead) => Some(dead.run),
            Err(_) if left.is_empty() => None,
            Err(_) => Some(String::new()),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.noted {
            // A name that stays only costs the next holder a needless look around.
            let _ = self.file.set_note("");
        }
    }
}

/// Tries to lock until it succeeds or the time is up.
fn take(
    files: &dyn Files,
    path: &StorePath,
    mode: LockMode,
    began: Instant,
    timeout: Duration,
) -> Result<Held, StorageError> {
    let mut nap = Duration::from_millis(1);
    loop {
        match files.try_lock(path, mode) {
            Ok(Some(file)) => return Ok(Held { file, noted: false }),
            Ok(None) => {}
            Err(StorageError::NotFound { .. }) => {
                files.create_dir(&StorePath::parse(FOLDER)?)?;
                continue;
            }
            Err(error) => return Err(error),
        }
        let waited = began.elapsed();
        let Some(left) = timeout.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Err(StorageError::Locked {
                path: files.full_path(path),
                holder: holder(files, path),
                waited,
            });
        };
        std::thread::sleep(nap.min(left));
        nap = (nap * 2).min(LONGEST_NAP);
    }
}

/// Returns who holds a lock, where its file tells.
fn holder(files: &dyn Files, path: &StorePath) -> Option<Holder> {
    let note = files.read_head(path, NOTE_SIZE as u64).ok()?;
    let note: Note = serde_json::from_slice(note.trim_ascii()).ok()?;
    Some(note.holder)
}

fn store_lock() -> Result<StorePath, StorageError> {
    StorePath::parse(FOLDER)?.join(STORE)
}

/// The right to write single records of certain subjects, refs and accounts.
#[derive(Debug)]
pub struct RecordLock<'files> {
    files: &'files dyn Files,
    run: Run,
    // Released when dropped: the records before the store.
    _records: Vec<Held>,
    _store: Held,
}

impl<'files> RecordLock<'files> {
    /// Locks `keys`, beside writers of other things; `timeout` is for all of them together.
    ///
    /// What a killed writer left is first completed or swept. Read the records after this.
    ///
    /// # Errors
    /// [`Locked`](StorageError::Locked) when the time is up, and what the files met.
    pub fn acquire(
        files: &'files dyn Files,
        keys: &[LockKey],
        holder: &Holder,
        timeout: Duration,
    ) -> Result<Self, StorageError> {
        let began = Instant::now();
        let run = Run::new(holder.pid);
        let mut store = take(files, &store_lock()?, LockMode::Shared, began, timeout)?;
        // Only one who holds it alone signs the store lock: a name there now is a dead one's.
        if !store.file.note()?.is_empty() || is_interrupted(files)? {
            drop(store);
            // Held alone until the end: rare, and no gap in which others could see it half done.
            store = take(files, &store_lock()?, LockMode::Exclusive, began, timeout)?;
            store.sign(&run, holder)?;
            recover(files).inspect_err(|_| store.noted = false)?;
        }
        let mut records = Vec::with_capacity(keys.len());
        let mut dead = BTreeSet::new();
        // One order for all writers: nobody waits in a circle. Where two keys meet in one file, the
        // stricter comes first and is enough.
        let mut taken: Option<&str> = None;
        for key in keys.iter().collect::<BTreeSet<_>>() {
            if taken == Some(key.file.as_str()) {
                continue;
            }
            taken = Some(&key.file);
            records.push(if key.shared {
                take(files, &key.path()?, LockMode::Shared, began, timeout)?
            } else {
                let mut held = take(files, &key.path()?, LockMode::Exclusive, began, timeout)?;
                dead.extend(held.sign(&run, holder)?);
                held
            });
        }
        for token in dead.iter().filter(|token| !token.is_empty()) {
            sweep_run(files, token)?;
        }
        Ok(Self {
            files,
            run,
            _records: records,
            _store: store,
        })
    }

    /// Makes one change; durable when this returns.
    ///
    /// # Errors
    /// [`Exists`](StorageError::Exists), [`Moved`](StorageError::Moved) or
    /// [`NotFound`](StorageError::NotFound) when the file is not what the change was made for;
    /// [`OutcomeUnknown`](StorageError::OutcomeUnknown) when it was made but may not last; any
    /// other error leaves the store as it was.
    pub fn commit(&self, change: &Change) -> Result<(), StorageError> {
        commit_one(self.files, &self.run, change)
    }
}

fn may_only_read(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// The right to write anything, alone.
#[derive(Debug)]
pub struct StoreLock<'files> {
    files: &'files dyn Files,
    run: Run,
    /// What was found and done on the way in.
    recovered: Recovery,
    // Released when dropped.
    _store: Held,
}

impl<'files> StoreLock<'files> {
    /// Locks the whole store.
    ///
    /// What a killed writer left is first completed or swept. Read the records after this.
    ///
    /// # Errors
    /// As [`RecordLock::acquire`].
    pub fn acquire(
        files: &'files dyn Files,
        holder: &Holder,
        timeout: Duration,
    ) -> Result<Self, StorageError> {
        let run = Run::new(holder.pid);
        let began = Instant::now();
        let mut store = take(files, &store_lock()?, LockMode::Exclusive, began, timeout)?;
        let died = store.sign(&run, holder)?.is_some();
        let recovered = if died || is_interrupted(files)? {
            recover(files).inspect_err(|_| store.noted = false)?
        } else {
            Recovery::default()
        };
        Ok(Self {
            files,
            run,
            recovered,
            _store: store,
        })
    }

    /// Completes or drops an operation on several files whose writer was killed within it, so that
    /// nobody sees a half of it.
    ///
    /// A writer that is still alive is waited for until `timeout`. After that, and where the store
    /// may only be read, all is left as it is. Returns what was found and done.
    ///
    /// # Errors
    /// What the files met; running it again is harmless.
    pub fn settle(
        files: &'files dyn Files,
        holder: &Holder,
        timeout: Duration,
    ) -> Result<Recovery, StorageError> {
        if !is_interrupted(files)? {
            return Ok(Recovery::default());
        }
        match Self::acquire(files, holder, timeout) {
            Ok(lock) => Ok(lock.recovered),
            Err(StorageError::Locked { .. }) => Ok(Recovery::default()),
            Err(StorageError::Io { source, .. }) if may_only_read(&source) => {
                Ok(Recovery::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Makes all changes or none; durable when this returns.
    ///
    /// # Errors
    /// As [`RecordLock::commit`]; after [`OutcomeUnknown`](StorageError::OutcomeUnknown) the next
    /// writer completes the operation or finds it dropped, never half.
    pub fn commit(&self, changes: &[Change]) -> Result<(), StorageError> {
        commit_all(self.files, &self.run, changes)
    }

    /// Completes or drops an interrupted operation and sweeps all temporaries, wherever they are;
    /// returns what was done of this since the store was locked.
    ///
    /// # Errors
    /// What the files met; running it again is harmless.
    pub fn recover(&self) -> Result<Recovery, StorageError> {
        let now = recover(self.files)?;
        Ok(self.recovered.clone().followed_by(now))
    }
}
