//! The network: real servers on this machine, and everything that can go wrong with them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod door;
mod pages;
mod record;
mod registry;
mod settings;
mod verify;
pub(crate) mod world;
