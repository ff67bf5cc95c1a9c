//! The clouds: signatures against the vendors' own examples, keys found where the vendors' tools
//! keep them and seen nowhere, and interfaces that answer as recorded.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod adopting;
mod afar;
mod checking;
mod contradicting;
mod credentials;
pub(crate) mod double;
mod peers;
mod recording;
mod settling;
pub(crate) mod shapes;
mod signatures;
mod verifying;
mod waiting;
