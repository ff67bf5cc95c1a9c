//! The use cases: what a command decides, from the whole world to what is to be written.
//!
//! Nothing here reads a file, asks a question or prints: decisions come from a [`World`] and go
//! out as a [`Plan`](crate::cli::context::Plan).
//!
//! [`World`]: crate::cli::context::World

pub mod adopt;
pub mod erase;
pub mod filed;
pub mod gone;
pub mod mark;
pub mod resolve;
