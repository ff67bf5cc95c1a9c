//! `store.toml`: what makes a folder a store, and its schema version.

use super::files::{Files, RECORD_LIMIT, StorePath};
use super::place::MARKER;
use super::wire::{Problem, RecordError, SCHEMA, parse};
use super::{Change, GITIGNORE, Holder, StorageError, StoreLock, if_there};
use crate::failure::Failure;
use crate::text;
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
struct StoreFile {
    schema: u32,
}

/// Checks that this program knows the store's schema.
///
/// # Errors
/// 3 when it was written by a later version or is no store file.
pub fn check(files: &dyn Files) -> Result<(), Failure> {
    let path = StorePath::parse(MARKER)?;
    let Some(bytes) = if_there(files.read(&path, RECORD_LIMIT))? else {
        // A folder that holds records but lost its marker is still read.
        return Ok(());
    };
    match parse::<StoreFile>(MARKER, &bytes) {
        Ok(StoreFile { schema }) if (1..=SCHEMA).contains(&schema) => Ok(()),
        Ok(StoreFile { schema }) => Err(unknown(RecordError {
            path: MARKER.to_owned(),
            line: 1,
            column: 1,
            problem: match schema {
                0 => Problem::Shape {
                    words: format!("invalid value: integer `0`, expected {SCHEMA}"),
                },
                _ => Problem::Newer { schema },
            },
        })),
        Err(error) => Err(unknown(error)),
    }
}

fn unknown(error: RecordError) -> Failure {
    let message = error.message();
    match error.problem {
        Problem::Newer { .. } => Failure::invalid("invalid.newer-schema", message),
        Problem::Encoding
        | Problem::Unmerged
        | Problem::Crowded
        | Problem::Shape { .. }
        | Problem::Misnamed { .. }
        | Problem::StatusMismatch { .. }
        | Problem::NoHistory => Failure::invalid("invalid.store", message).hint(text!(
            "恢复备案库里的 {MARKER}，它只需一行：schema = {SCHEMA}",
            "restore the store's {MARKER}; all it needs is the line: schema = {SCHEMA}"
        )),
    }
}

/// Makes the store file where there is none; says whether it did. In a git work tree, what is only
/// of the moment (locks and temporaries) is kept out of the repository.
///
/// # Errors
/// What the file system meets.
pub fn make(files: &dyn Files, holder: &Holder, in_git: bool) -> Result<bool, StorageError> {
    let path = StorePath::parse(MARKER)?;
    if if_there(files.stat(&path))?.is_some() {
        return Ok(false);
    }
    let lock = StoreLock::acquire(files, holder, WAIT)?;
    let mut changes = vec![Change::Create {
        path,
        bytes: format!("schema = {SCHEMA}\n").into_bytes(),
    }];
    if in_git {
        changes.extend(ignoring(files)?);
    }
    is_new(lock.commit(&changes))
}

/// Whether files were made; another program may have been quicker.
fn is_new(made: Result<(), StorageError>) -> Result<bool, StorageError> {
    match made {
        Ok(()) => Ok(true),
        Err(StorageError::Exists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Keeps what is only of the moment out of the repository that a store came to lie in after it was
/// made; says whether that was still to be done. A file of that name is left as it is.
///
/// # Errors
/// What the file system meets.
pub fn ignore(files: &dyn Files, holder: &Holder) -> Result<bool, StorageError> {
    let Some(change) = ignoring(files)? else {
        return Ok(false);
    };
    is_new(StoreLock::acquire(files, holder, WAIT)?.commit(&[change]))
}

/// Lists what the `.gitignore` that is there does not keep out of a repository: it is the user's.
///
/// # Errors
/// When it cannot be read.
pub fn unignored(files: &dyn Files) -> Result<Vec<&'static str>, StorageError> {
    let bytes = if_there(files.read(&StorePath::parse(".gitignore")?, RECORD_LIMIT))?;
    let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
    let bare = |line: &str| line.trim().trim_matches('/').to_owned();
    let there: Vec<String> = text.lines().map(bare).collect();
    let is_there = |wanted: &&str| {
        there
            .iter()
            .any(|line| line == "*" || *line == bare(wanted))
    };
    Ok(GITIGNORE.lines().filter(|line| !is_there(line)).collect())
}

/// Returns the change that makes the `.gitignore` where there is none.
fn ignoring(files: &dyn Files) -> Result<Option<Change>, StorageError> {
    let path = StorePath::parse(".gitignore")?;
    let there = if_there(files.stat(&path))?;
    Ok(there.is_none().then(|| Change::Create {
        path,
        bytes: GITIGNORE.as_bytes().to_vec(),
    }))
}

/// How long making a store waits for somebody who makes the same one.
const WAIT: Duration = Duration::from_secs(10);
