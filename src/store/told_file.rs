//! What a channel was told already: `told/CHANNEL.toml`, so that nothing is told twice.

use super::book::list;
use super::commit::{Change, Digest};
use super::files::{Files, RECORD_LIMIT, StorePath};
use super::wire::{SCHEMA, parse};
use super::{StorageError, if_there};
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::lang::Text;
use crate::text;
use serde::{Deserialize, Serialize};

/// The folder of what was told.
pub const TOLD: &str = "told";

/// One thing that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The news.
    pub key: String,
    /// The message that told it.
    pub message: String,
    /// When.
    pub at: Instant,
}

#[derive(Default, Serialize, Deserialize)]
struct ToldFile {
    schema: u32,
    #[serde(default)]
    told: Vec<Told>,
}

/// What a channel was told, as it was read.
#[derive(Clone, Debug, Default)]
pub struct ToldRecord {
    /// What it was told.
    pub told: Vec<Told>,
    was: Option<Digest>,
}

/// Returns where a channel's file is.
///
/// # Errors
/// A name that no file can have.
pub fn path(channel: &str) -> Result<StorePath, StorageError> {
    StorePath::parse(&format!("{TOLD}/{channel}.toml"))
}

/// Says what to do about a file that cannot be read.
pub fn remedy() -> Text {
    text!(
        "修正该文件，或从备份恢复；移走它，则该渠道会再次收到已发过的事项",
        "mend the file, or restore it from a backup; without it the channel is told again what it was told"
    )
}

/// Lists the channels' files that cannot be read, with what is wrong.
///
/// # Errors
/// When their folder cannot be listed.
pub fn unread(files: &dyn Files) -> Result<Vec<(String, Text)>, StorageError> {
    let folder = StorePath::parse(TOLD)?;
    let entries = list(files, &folder)?;
    let names = entries.iter().map(|(name, _)| name);
    let names = names.filter_map(|name| name.strip_suffix(".toml"));
    let read = names.filter_map(|name| Some((name, ToldRecord::read(files, name).err()?)));
    Ok(read
        .map(|(name, failure)| (format!("{TOLD}/{name}.toml"), failure.message))
        .collect())
}

impl ToldRecord {
    /// Reads what a channel was told; nothing where it was told nothing yet.
    ///
    /// # Errors
    /// A file that cannot be read (1) or was edited wrongly (3).
    pub fn read(files: &dyn Files, channel: &str) -> Result<Self, Failure> {
        let path = path(channel)?;
        let Some(bytes) = if_there(files.read(&path, RECORD_LIMIT))? else {
            return Ok(Self::default());
        };
        let file: ToldFile = parse(path.as_str(), &bytes)
            .map_err(|error| Failure::invalid("invalid.record", error.message()).hint(remedy()))?;
        Ok(Self {
            told: file.told,
            was: Some(Digest::of(&bytes)),
        })
    }

    /// Returns the change that writes it with `told` in its place.
    ///
    /// # Errors
    /// A name that no file can have; no value of it cannot stand in TOML.
    pub fn write(&self, channel: &str, told: Vec<Told>) -> Result<Change, Failure> {
        let file = ToldFile {
            schema: SCHEMA,
            told,
        };
        let text = toml::to_string(&file)?;
        let (path, bytes) = (path(channel)?, text.into_bytes());
        Ok(match &self.was {
            Some(was) => Change::Replace {
                path,
                bytes,
                was: was.clone(),
            },
            None => Change::Create { path, bytes },
        })
    }
}
