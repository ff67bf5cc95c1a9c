//! A subject's file: what was adopted, declared gone, labelled and noted.

use super::wire::{Problem, RecordError, SCHEMA, parse};
use crate::filing::number::SubjectNumber;
use crate::filing::province::Province;
use crate::filing::record::{SubjectEntry, SubjectRecord};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct SubjectFile {
    schema: u32,
    number: SubjectNumber,
    #[serde(default)]
    history: Vec<SubjectEntry>,
    #[serde(flatten)]
    extra: toml::Table,
}

/// Returns the name of a subject's file: its number in letters and digits that every file system
/// and shell takes, such as `gd-icp-2021000001.toml`.
pub fn file_name(number: &SubjectNumber) -> String {
    let mut name = String::new();
    for part in number.to_string().replace("合字", "hz-").chars() {
        match part {
            '备' => name.push('-'),
            '证' => name.push_str("-z-"),
            '号' => {}
            '-' | '.' => name.push('-'),
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            c => {
                name.push_str(Province::of_letter(c).map_or("zz", Province::code));
                name.push('-');
            }
        }
    }
    name.push_str(".toml");
    name
}

/// Returns the subject's file.
///
/// # Errors
/// Only if a value cannot stand in TOML, which none of the types allows.
pub fn to_toml(record: &SubjectRecord) -> Result<String, toml::ser::Error> {
    toml::to_string(&SubjectFile {
        schema: SCHEMA,
        number: record.number,
        history: record.history.clone(),
        extra: record.extra.clone(),
    })
}

/// Reads a subject's file.
///
/// # Errors
/// What is wrong with it and where; the file is left as it is.
pub fn from_toml(path: &str, bytes: &[u8]) -> Result<SubjectRecord, RecordError> {
    let file: SubjectFile = parse(path, bytes)?;
    if path.rsplit('/').next() != Some(file_name(&file.number).as_str()) {
        return Err(RecordError {
            path: path.to_owned(),
            line: 1,
            column: 1,
            problem: Problem::Misnamed {
                inside: file.number.to_string(),
            },
        });
    }
    Ok(SubjectRecord {
        number: file.number,
        history: file.history,
        extra: file.extra,
    })
}
