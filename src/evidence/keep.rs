//! Observations kept beside what they are about: one file a run, never changed afterwards.
//!
//! `observations/SUBJECT/` holds those about a subject's services, `observations/ORDER/` those about
//! what an order asks for. A file a run merges in git without conflict, and readers of the records
//! never open this folder.

use crate::filing::evidence::Fact;
use crate::filing::instant::Instant;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{OperationId, OrderId};
use crate::store::book::subject_path;
use crate::store::wire::{RecordError, parse};
use crate::store::{Change, Digest, Files, RECORD_LIMIT, StorageError, StorePath};
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
    let folder = holder.folder();
    match files.list(&folder) {
        Ok(entries) => entries
            .iter()
            .filter(|entry| !entry.is_hidden())
            .map(|entry| folder.join(&entry.name))
            .collect(),
        Err(StorageError::NotFound { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Reads a holder's observations, the latest first, for as long as they are wanted; returns what is
/// wrong with files that were edited wrongly and are passed over.
///
/// # Errors
/// When the folder cannot be listed or a file of it not be read.
pub fn backwards(
    files: &dyn Files,
    holder: &Holder,
    mut take: impl FnMut(&[Fact]) -> ControlFlow<()>,
) -> Result<Vec<RecordError>, StorageError> {
    let mut paths = list(files, holder)?;
    // Their names begin with their times.
    paths.sort_unstable_by(|one, two| two.cmp(one));
    let mut wrong = Vec::new();
    for path in paths {
        match parse::<Read>(path.as_str(), &files.read(&path, RECORD_LIMIT)?) {
            Ok(read) => {
                if take(&read.observation).is_break() {
                    break;
                }
            }
            Err(error) => wrong.push(error),
        }
    }
    Ok(wrong)
}
