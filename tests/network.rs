//! The network: real servers on this machine, and everything that can go wrong with them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[cfg(target_os = "linux")]
mod abroad;
mod door;
mod faults;
mod markup;
mod pages;
mod peers;
mod record;
mod registry;
mod script;
mod settings;
mod verify;
pub(crate) mod world;
