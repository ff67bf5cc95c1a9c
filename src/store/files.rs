//! The one trait through which every store file is touched, and the paths it takes.
//!
//! Paths are relative to the store and checked when they are made, so nothing typed, imported or
//! answered can name a file outside it.

use super::error::StorageError;
use std::fmt;
use std::path::PathBuf;

/// The most bytes that a TOML record may have: parsers take up to 150 bytes of memory a byte.
pub const RECORD_LIMIT: u64 = 1024 * 1024;

/// The most bytes of an attachment; consoles take images of up to 4 MB, and videos are larger.
pub const ATTACHMENT_LIMIT: u64 = 64 * 1024 * 1024;

/// The longest file name, in bytes; a temporary of it still fits the 255 of common file systems.
const NAME_LIMIT: usize = 180;

/// The one hidden name that is no temporary.
const GITIGNORE: &str = ".gitignore";

/// Returns whether `name` may stand in a store path.
///
/// Letters and digits of any script, `-`, `_` and `.`; no leading dot or dash, 1 to 180 bytes.
fn is_safe(name: &str) -> bool {
    name == GITIGNORE
        || (!name.is_empty()
            && name.len() <= NAME_LIMIT
            && !name.starts_with(['.', '-'])
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
}

/// A path inside the store, parts joined by `/`; empty for the store's own folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorePath(String);

impl StorePath {
    /// The store's own folder.
    pub const ROOT: Self = Self(String::new());

    /// Parses a path such as `orders/k3/k3m9t2qd.toml`.
    ///
    /// # Errors
    /// [`StorageError::Outside`] when a part is empty, hidden, `..`, too long or holds anything
    /// but letters, digits, `-`, `_` and `.`.
    pub fn parse(path: &str) -> Result<Self, StorageError> {
        if path.split('/').all(is_safe) {
            Ok(Self(path.to_owned()))
        } else {
            Err(StorageError::Outside {
                path: path.to_owned(),
            })
        }
    }

    /// Returns the path of `name` inside this folder.
    ///
    /// # Errors
    /// [`StorageError::Outside`] when `name` is not a single safe name.
    pub fn join(&self, name: &str) -> Result<Self, StorageError> {
        if is_safe(name) {
            Ok(self.with(name))
        } else {
            Err(StorageError::Outside {
                path: format!("{self}/{name}"),
            })
        }
    }

    /// Returns a path that is put together from checked parts.
    pub(crate) const fn known(path: String) -> Self {
        Self(path)
    }

    /// Returns the path of a name that a folder listing gave, temporaries included.
    pub(crate) fn with(&self, name: &str) -> Self {
        if self.0.is_empty() {
            Self(name.to_owned())
        } else {
            Self(format!("{}/{name}", self.0))
        }
    }

    /// Returns the folder that holds this path; `None` for the store's own folder.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(Self(
            self.0
                .rsplit_once('/')
                .map_or_else(String::new, |(folder, _)| folder.to_owned()),
        ))
    }

    /// Returns the last part.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Returns the path as text, parts joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path as the file system takes it, relative to the store; `.` for the store.
    pub fn to_path(&self) -> PathBuf {
        if self.0.is_empty() {
            PathBuf::from(".")
        } else {
            self.0.split('/').collect()
        }
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link, pipe, socket or device: never opened.
    Other,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name; bytes that are not UTF-8 are replaced, and such a name is refused by [`StorePath`].
    pub name: String,
    /// What it names, links not followed.
    pub kind: Kind,
}

impl Entry {
    /// Returns whether the name is hidden: a temporary, or not ours. Readers skip it.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with('.')
    }
}

/// What the file system knows of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is, links not followed.
    pub kind: Kind,
    /// Size in bytes.
    pub size: u64,
    /// Last change of the content, nanoseconds since 1970.
    pub modified: i128,
    /// Last change of content or attributes, nanoseconds since 1970; cannot be set by hand.
    pub changed: i128,
    /// The file's number in its file system; 0 where there is none.
    pub inode: u64,
    /// Permission bits, as in `0o600`; 0 where there are none.
    pub mode: u32,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Beside other shared holders.
    Shared,
    /// Alone.
    Exclusive,
}

/// A new file that is being written; closed when dropped.
pub trait NewFile: fmt::Debug {
    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    /// [`StorageError::Io`].
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), StorageError>;

    /// Flushes content and size to the disk.
    ///
    /// # Errors
    /// [`StorageError::Io`]; the file must then be given up, since a second flush may hide the loss.
    fn sync(&mut self) -> Result<(), StorageError>;
}

/// A held lock; released when dropped, and by the system when the process ends.
pub trait LockFile: fmt::Debug + Send {
    /// Returns the note in the lock file, without padding.
    ///
    /// # Errors
    /// [`StorageError::Io`].
    fn note(&self) -> Result<String, StorageError>;

    /// Overwrites the note, at most [`NOTE_SIZE`] bytes; not flushed.
    ///
    /// # Errors
    /// [`StorageError::Io`].
    fn set_note(&self, note: &str) -> Result<(), StorageError>;
}

/// The fixed size of a note in a lock file, in bytes: overwriting in place costs no truncation.
pub const NOTE_SIZE: usize = 512;

/// Every access to the files of one store.
///
/// No method follows a link, opens a pipe or device, or leaves the store. Files are made 0600 and
/// folders 0700, whatever the umask. Interrupted calls are repeated.
pub trait Files: fmt::Debug + Send + Sync {
    /// Returns the content of a regular file.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`TooLarge`](StorageError::TooLarge) above `limit`
    /// bytes, [`NotAFile`](StorageError::NotAFile), [`Io`](StorageError::Io).
    fn read(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError>;

    /// Returns at most the first `limit` bytes of a regular file.
    ///
    /// # Errors
    /// As [`read`](Self::read), but never `TooLarge`.
    fn read_head(&self, path: &StorePath, limit: u64) -> Result<Vec<u8>, StorageError>;

    /// Returns the names in a folder, sorted.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`NotAFile`](StorageError::NotAFile) when it is no
    /// folder, [`Io`](StorageError::Io).
    fn list(&self, folder: &StorePath) -> Result<Vec<Entry>, StorageError>;

    /// Returns the names in a folder that are not hidden, sorted, each with its [`Stat`].
    ///
    /// # Errors
    /// As [`list`](Self::list).
    fn survey(&self, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError>;

    /// Returns what is known of one path.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`Io`](StorageError::Io).
    fn stat(&self, path: &StorePath) -> Result<Stat, StorageError>;

    /// Makes a folder; nothing happens when it is there.
    ///
    /// # Errors
    /// [`NotAFile`](StorageError::NotAFile) when something else has the name,
    /// [`Io`](StorageError::Io).
    fn create_dir(&self, folder: &StorePath) -> Result<(), StorageError>;

    /// Makes a file that was not there.
    ///
    /// # Errors
    /// [`Exists`](StorageError::Exists) when the name is taken, by a link too,
    /// [`Io`](StorageError::Io).
    fn create_file(&self, path: &StorePath) -> Result<Box<dyn NewFile + '_>, StorageError>;

    /// Renames a file within its folder, replacing what has the new name.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`Io`](StorageError::Io).
    fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError>;

    /// Renames a file within its folder unless the new name is taken.
    ///
    /// # Errors
    /// [`Exists`](StorageError::Exists), [`NotFound`](StorageError::NotFound),
    /// [`Io`](StorageError::Io).
    fn rename_new(&self, from: &StorePath, to: &StorePath) -> Result<(), StorageError>;

    /// Removes a file.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound), [`Io`](StorageError::Io).
    fn remove(&self, path: &StorePath) -> Result<(), StorageError>;

    /// Flushes a folder's names to the disk.
    ///
    /// # Errors
    /// [`Io`](StorageError::Io).
    fn sync_dir(&self, folder: &StorePath) -> Result<(), StorageError>;

    /// Returns whether [`sync_all`](Self::sync_all) flushes, and reports what it could not flush.
    fn can_sync_all(&self) -> bool;

    /// Flushes all files and folders of the store in one call.
    ///
    /// # Errors
    /// [`Io`](StorageError::Io).
    fn sync_all(&self) -> Result<(), StorageError>;

    /// Tries once to lock a lock file, made where it is missing; `None` when another holds it.
    ///
    /// # Errors
    /// [`NotFound`](StorageError::NotFound) when the folder is missing,
    /// [`NotAFile`](StorageError::NotAFile), [`Io`](StorageError::Io).
    fn try_lock(
        &self,
        path: &StorePath,
        mode: LockMode,
    ) -> Result<Option<Box<dyn LockFile>>, StorageError>;

    /// Returns the path as a person can open it, for messages.
    fn full_path(&self, path: &StorePath) -> PathBuf;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at once")]
    use super::*;

    #[test]
    fn a_path_that_leaves_the_store_cannot_be_made() {
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a/",
            "a\0b",
            "a\\b",
            "-rf",
            "orders/.x.tmp",
            "%2e%2e",
            "a b",
            "\u{202e}x",
            "c:x",
            &"x".repeat(300),
        ] {
            assert!(StorePath::parse(bad).is_err(), "{bad:?}");
        }
        assert!(StorePath::ROOT.join("a/b").is_err());
    }

    #[test]
    fn parts_of_a_path() {
        let path = StorePath::parse("orders/k3/k3m9t2qd.toml").unwrap();
        assert_eq!(path.name(), "k3m9t2qd.toml");
        assert_eq!(path.parent().unwrap().as_str(), "orders/k3");
        assert_eq!(
            StorePath::parse("store.toml").unwrap().parent(),
            Some(StorePath::ROOT)
        );
        assert_eq!(StorePath::ROOT.parent(), None);
        assert_eq!(path.to_string(), "orders/k3/k3m9t2qd.toml");
        assert_eq!(StorePath::ROOT.to_string(), ".");
        assert!(StorePath::parse("subjects/粤ICP备2021000001号.toml").is_ok());
        assert!(StorePath::parse(".gitignore").is_ok());
    }
}
