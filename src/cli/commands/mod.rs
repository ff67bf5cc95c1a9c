//! The commands, each in a file or folder of its name with `command`, which says what it takes, and
//! `run`, which answers, or fails with what stands in the way. To add one, write that file and add its
//! row to [`COMMANDS`](crate::cli::table::COMMANDS).
//!
//! Two files hold several: `draft` the six that draft an order (`new`, `access`, `change` and the
//! three that cancel), `steps` those by which the operator moves one (`submit`, `withdraw`,
//! `abandon`).

pub mod adopt;
pub mod attach;
pub mod auth;
pub mod batch;
pub mod calendar;
pub mod check;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod draft;
pub mod duty;
pub mod edit;
pub mod erase;
pub mod explain;
pub mod export;
pub mod gone;
pub mod guide;
pub mod help;
pub mod import;
pub mod init;
pub mod label;
pub mod list;
pub mod log;
pub mod man;
pub mod note;
pub mod notice;
pub mod notify;
pub mod number;
pub mod portfolio;
pub mod provider;
pub mod record;
pub mod rules;
pub mod schema;
pub mod show;
pub mod status;
pub mod steps;
pub mod sync;
pub mod template;
pub mod undo;
pub mod verify;
pub mod wait;
