//! Privacy and hostile input, at the edge of the binary: what is promised of personal data, and
//! what strangers' files, names and folders can not do.
//!
//! Each requirement has at least one test; those of other files stand beside it.
//!
//! | | what holds | where |
//! |---|---|---|
//! | S1 | folders are 0700 and files 0600 whatever the umask | `modes::whatever_the_umask_…`, `storage::disk` |
//! | S2 | a store that others can get at is warned of | `modes::a_store_open_to_others_…` |
//! | S3 | no command shows personal data without `--reveal`, whose use is recorded | `secrets::no_command_…`, `secrets::what_is_revealed_…`, `misplaced` |
//! | S4 | nothing outside the store holds personal data | `secrets::nothing_outside_…` |
//! | S5 | no children, no core dump, no telling names | `secrets::nothing_outside_…`, `secrets::no_core_…`, `secrets::offline_…` |
//! | S8 | a cell is never a formula | `terminal::no_cell_…`, `peers`, `rendering`, `transfer` |
//! | S9 | no text acts on a terminal; what is stored stays | `terminal::no_text_…`, `rendering` |
//! | S10 | a document that would explode is refused in little memory | `bombs` |
//! | S11 | an id never leads out of the store | `doors` |
//! | S12 | links inside a store are not followed, another user's neither | `planted::a_link_…`, `planted::another_user_…`, `storage::disk` |
//! | S13 | a planted name redirects and blocks nothing | `planted::a_planted_…` |
//! | S16 | nothing is sent by a command that is not about the network | `secrets::offline_…`, `architecture` |
//! | S17 | no editor, pager, hook or shell is run | `secrets::no_program_…` |
//! | S18 | another user's store or configuration is never picked up | `modes::a_store_of_another_…` |
//! | S19 | no input makes the program panic; no `unsafe` | `secrets::no_command_…`, `bombs`, `supply` |
//! | S20 | only locked packages of the registry are built in | `supply` |
//! | S22 | what is erased is nowhere any more | `leftovers` |
//! | S23 | pipes, devices, depth and numbers hang nobody | `planted::nothing_in_a_store_hangs_…`, `planted::a_pipe_device_…`, `planted::an_endless_…` |
//!
//! S14 (attachments) is in `guide::papers` and `contract::moving`, S15 (TLS) in `network::door`,
//! S7 (keys) in `clouds::credentials` and `network::settings`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::format_collect,
    clippy::items_after_statements,
    clippy::print_stderr,
    clippy::type_complexity,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test may panic, and says what it could not run"
)]

mod bombs;
mod doors;
mod leftovers;
mod misplaced;
#[cfg(unix)]
mod modes;
mod peers;
#[cfg(unix)]
mod planted;
mod scene;
mod secrets;
mod supply;
mod terminal;

use std::path::{Path, PathBuf};

/// Everything below a folder, links not followed, folders before what is in them.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    entries.sort();
    for path in entries {
        let inside = path.symlink_metadata().unwrap().is_dir();
        found.push(path.clone());
        if inside {
            found.extend(below(&path));
        }
    }
    found
}
