//! Observations kept beside what they are about: one file a run, never changed afterwards.
//!
//! `observations/SUBJECT/` holds those about a subject's services, `observations/ORDER/` those about
//! what an order asks for. A file a run merges in git without conflict, and readers of the records
//! never open this folder.

use crate::filing::evidence::Fact;
use crate::filing::instant::Instant;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{OperationId, OrderId};
use crate::lang::Text;
use crate::store::book::{self, subject_path};
use crate::store::wire::parse;
use crate::store::{Change, Digest, Files, Kind, RECORD_LIMIT, StorageError, StorePath, if_there};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// The folder of the observations.
pub const FOLDER: &str = "observations";

/// What observations are kept beside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A filed subject.
    Subject(SubjectNumber),
    /// An order.
    Order(OrderId),
}

/// A file of observations.
#[derive(Debug, Serialize)]
struct Kept<'a> {
    schema: u32,
    observation: &'a [Fact],
}

/// The same, as it is read.
#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    observation: Vec<Fact>,
}

/// The most facts of one file: it stays far below the largest that is read.
const AT_MOST: usize = 500;

impl Holder {
    /// Returns the folder of its observations.
    pub fn folder(&self) -> StorePath {
        let name = match self {
            Self::Subject(number) => {
                let file = subject_path(number);
                file.name().trim_end_matches(".toml").to_owned()
            }
            Self::Order(id) => id.to_string(),
        };
        StorePath::known(format!("{FOLDER}/{name}"))
    }

    /// Returns the files that keep what a run found, with their content: one, unless it found a lot.
    /// `taken` are those that are there.
    ///
    /// # Errors
    /// When it cannot stand in TOML.
    pub fn keep(
        &self,
        facts: &[Fact],
        now: Instant,
        op: &OperationId,
        taken: &[StorePath],
    ) -> Result<Vec<(StorePath, Vec<u8>)>, toml::ser::Error> {
        let folder = self.folder();
        let stamp = now.to_stamp();
        // A clock and ids that are fixed, for tests, may have been here before.
        let start = format!("{folder}/{stamp}-{op}-");
        let before = taken
            .iter()
            .filter(|path| path.as_str().starts_with(&start));
        let parts = facts.chunks(AT_MOST).zip(before.count() + 1..);
        parts
            .map(|(observation, part)| {
                let path = format!("{start}{part}.toml");
                let kept = Kept {
                    schema: 1,
                    observation,
                };
                Ok((StorePath::known(path), toml::to_string(&kept)?.into_bytes()))
            })
            .collect()
    }
}

/// Returns the changes that remove a holder's observations.
///
/// # Errors
/// When they cannot be listed or read.
pub fn forget(files: &dyn Files, holder: &Holder) -> Result<Vec<Change>, StorageError> {
    let paths = list(files, holder)?.into_iter();
    paths
        .map(|path| {
            let was = Digest::of(&files.read(&path, RECORD_LIMIT)?);
            Ok(Change::Remove { path, was })
        })
        .collect()
}

/// Lists the files of a holder's observations.
///
/// # Errors
/// When the folder cannot be listed.
pub fn list(files: &dyn Files, holder: &Holder) -> Result<Vec<StorePath>, StorageError> {
    let entries = within(files, &holder.folder())?.into_iter();
    Ok(entries.map(|(path, _)| path).collect())
}

/// Lists what is in a folder; nothing where there is none.
fn within(files: &dyn Files, folder: &StorePath) -> Result<Vec<(StorePath, Kind)>, StorageError> {
    let entries = book::list(files, folder)?.into_iter();
    entries
        .map(|(name, kind)| Ok((folder.join(&name)?, kind)))
        .collect()
}

/// A file or folder of observations that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where it is.
    pub path: String,
    /// Why it cannot be read.
    pub message: Text,
}

impl Unread {
    fn of(path: &StorePath, error: &StorageError) -> Self {
        Self {
            path: path.as_str().to_owned(),
            message: error.message(),
        }
    }
}

/// Reads a holder's observations, the latest first, for as long as they are wanted; what of them
/// cannot be read is passed over and returned.
pub fn backwards(
    files: &dyn Files,
    holder: &Holder,
    mut take: impl FnMut(&[Fact]) -> ControlFlow<()>,
) -> Vec<Unread> {
    let mut paths = match list(files, holder) {
        Ok(paths) => paths,
        Err(error) => return vec![Unread::of(&holder.folder(), &error)],
    };
    // Their names begin with their times.
    paths.sort_unstable_by(|one, two| two.cmp(one));
    let mut wrong = Vec::new();
    for path in paths {
        match read(files, &path) {
            Ok(facts) => {
                if take(&facts).is_break() {
                    break;
                }
            }
            Err(unread) => wrong.push(unread),
        }
    }
    wrong
}

/// Lists what of all observations cannot be read.
///
/// # Errors
/// When their folder cannot be listed.
pub fn unread(files: &dyn Files) -> Result<Vec<Unread>, StorageError> {
    let mut wrong = Vec::new();
    for (folder, kind) in within(files, &StorePath::known(FOLDER.to_owned()))? {
        if kind == Kind::File {
            continue;
        }
        match within(files, &folder) {
            Ok(entries) => {
                let read = entries.iter().map(|(path, _)| read(files, path));
                wrong.extend(read.filter_map(Result::err));
            }
            Err(error) => wrong.push(Unread::of(&folder, &error)),
        }
    }
    Ok(wrong)
}

/// Reads a file of observations; none where it is not there any more.
fn read(files: &dyn Files, path: &StorePath) -> Result<Vec<Fact>, Unread> {
    let bytes = if_there(files.read(path, RECORD_LIMIT));
    let Some(bytes) = bytes.map_err(|error| Unread::of(path, &error))? else {
        return Ok(Vec::new());
    };
    match parse::<Read>(path.as_str(), &bytes) {
        Ok(read) => Ok(read.observation),
        Err(error) => Err(Unread {
            message: error.message(),
            path: error.path,
        }),
    }
}
