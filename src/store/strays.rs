//! What stands among the records and is not read as one.

use super::book::{ORDERS, SUBJECTS, list};
use super::{Files, Kind, StorageError, StorePath};

/// Finds what looks like a record but stands where none is looked for, and what stands in the place of
/// a folder: nothing else would tell of them.
///
/// # Errors
/// When a folder cannot be listed.
pub fn strays(files: &dyn Files) -> Result<Vec<String>, StorageError> {
    let mut found = Vec::new();
    let mut folders = vec![StorePath::parse(ORDERS)?, StorePath::parse(SUBJECTS)?];
    while let Some(folder) = folders.pop() {
        for (name, kind) in list(files, &folder)? {
            let path = folder.join(&name).ok();
            if path.as_ref().is_some_and(is_read) {
                continue;
            }
            let is_record = name.to_ascii_lowercase().ends_with(".toml");
            match (kind, path) {
                (Kind::Folder, Some(path)) => folders.push(path),
                // Where the folders of the orders are, nothing else belongs.
                (Kind::File, _) if !is_record && folder.as_str() != ORDERS => {}
                (Kind::File | Kind::Folder | Kind::Other, _) => {
                    found.push(format!("{folder}/{name}"));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether what stands there is read as a record, or told to be damaged.
fn is_read(path: &StorePath) -> bool {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    match parts.as_slice() {
        [ORDERS, _, name] | [SUBJECTS, name] => name.strip_suffix(".toml").is_some(),
        _ => false,
    }
}
