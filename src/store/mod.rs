//! The store: TOML files in a folder that can be copied, or kept in git, as it is.
//!
//! The lowest layer, in the order one meets it:
//! - [`place`] finds the store's folder;
//! - [`files`] is the one trait through which every store file is touched, [`disk`] its real implementation;
//! - [`lock`] keeps writers apart and hands out the right to write;
//! - [`commit`] is the one durable write path, and completes what a killed writer left;
//! - [`order_file`], [`subject_file`], [`store_file`] and [`told_file`] say what stands in a file, with
//!   what they share in [`wire`]; [`strays`] finds what is not read as one;
//! - [`book`] holds all records at one time, [`near`] those that a step of a few orders rests on, and
//!   the [`roll`] what lists need.
//!
//! What can go wrong is a [`StorageError`], of `error`; a file that was just made is `written`.
//!
//! Readers take no lock. They skip hidden names (temporaries) and see each file old or new,
//! never half. An operation on several files that was killed past its commit point is completed
//! by the next writer, before that writer reads anything; until then a reader may see some of its
//! files old and some new.

pub mod book;
pub mod commit;
#[cfg(unix)]
pub mod disk;
#[cfg(not(unix))]
#[path = "plain.rs"]
pub mod disk;
mod error;
pub mod files;
pub mod lock;
pub mod near;
pub mod order_file;
pub mod place;
pub mod roll;
pub mod store_file;
pub mod strays;
pub mod subject_file;
pub mod told_file;
pub mod wire;
mod written;

pub use commit::{Change, Digest, GITIGNORE, Recovery};
pub use disk::Disk;
pub use error::{Action, StorageError, if_there};
pub use files::{ATTACHMENT_LIMIT, Entry, Files, Kind, RECORD_LIMIT, Stat, StorePath};
pub use lock::{Holder, LockKey, RecordLock, StoreLock};
