//! A file that was just made, on any system.

use super::error::{Action, StorageError};
use super::files::NewFile;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct WrittenFile {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl NewFile for WrittenFile {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.file
            .write_all(bytes)
            .map_err(|error| StorageError::io(&self.path, Action::Write, error))
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        self.file
            .sync_all()
            .map_err(|error| StorageError::io(&self.path, Action::Flush, error))
    }
}
