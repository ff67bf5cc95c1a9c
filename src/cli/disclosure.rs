//! That `--reveal` was used: who showed what unmasked, and when, in a file of the user's own.
//!
//! It stands outside the store, which reading leaves as it is, and holds no personal data itself: of
//! what was typed only flags, ids and filing numbers are kept.

use crate::cli::context::Context;
use crate::cli::documents::order::time;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::OrderId;
use crate::text;
use clap::ArgMatches;
use serde_json::json;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// The name of the file, in the folder of what is remembered of runs.
pub const FILE: &str = "reveals.jsonl";

/// Records that a command shows personal data whole; one that cannot be recorded is warned of.
pub fn record(cx: &mut Context<'_>, name: &str, matches: &ArgMatches, words: &[String]) {
    let mut command = name.to_owned();
    let mut inner = matches;
    while let Some((action, below)) = inner.subcommand() {
        command = format!("{command} {action}");
        inner = below;
    }
    let store = cx.store_folder();
    let given: Vec<&str> = words
        .iter()
        .skip(1)
        .filter_map(|word| plain(word))
        .collect();
    let line = json!({
        "at": time(cx.now),
        "actor": cx.actor(),
        "store": store.map(|folder| folder.display().to_string()),
        "command": command,
        "given": given,
    });
    let written = match cx.env.state_folder() {
        Some(folder) => append(&folder, &format!("{line}\n")),
        None => Err(io::ErrorKind::NotFound.into()),
    };
    if let Err(error) = written {
        let message = text!(
            "--reveal 的使用没有记下来：{error}",
            "that --reveal was used could not be recorded: {error}"
        );
        cx.caution("reveal-unrecorded", message, None);
    }
}

/// Returns as much of a typed word as cannot be personal data: a flag without its value, an id, a
/// filing number.
fn plain(word: &str) -> Option<&str> {
    if word.starts_with('-') {
        let flag = word.split('=').next()?;
        let is_flag = flag.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        return is_flag.then_some(flag);
    }
    // A name in Latin letters could pass for an id, but holds no digit.
    let is_id = OrderId::parse(word).is_some() && word.contains(|c: char| c.is_ascii_digit());
    let is_number = || SubjectNumber::parse(word).is_ok() || ServiceNumber::parse(word).is_ok();
    (is_id || is_number()).then_some(word)
}

#[cfg(unix)]
fn append(folder: &Path, line: &str) -> io::Result<()> {
    use std::fs::{DirBuilder, Permissions};
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        // The umask may have taken bits away.
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    let mut file = open(&folder.join(FILE))?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if meta.permissions().mode() & 0o777 != 0o600 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    file.write_all(line.as_bytes())
}

/// Opens the file for appending; a link in its place is not followed, a pipe not waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let flags = OFlags::WRONLY
        | OFlags::APPEND
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::from_raw_mode(0o600))?.into())
}

#[cfg(not(unix))]
fn append(folder: &Path, line: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = File::options()
        .append(true)
        .create(true)
        .open(folder.join(FILE))?;
    file.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_may_name_a_person_is_left_out() {
        for word in [
            "zhangsan",
            "张三",
            "--find=张三",
            "13800000001",
            "zhang.san@example.com",
        ] {
            assert_ne!(plain(word), Some(word));
        }
        for word in ["--find", "k3m9t2qd", "粤ICP备2021000001号-1"] {
            assert_eq!(plain(word), Some(word));
        }
    }
}
