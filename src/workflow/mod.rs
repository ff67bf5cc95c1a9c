//! The use cases: what a command decides, from the whole world to what is to be written.
//!
//! Nothing here reads a file, asks a question or prints: decisions come from a [`World`] and go
//! out as a [`Plan`](crate::cli::context::Plan).
//!
//! [`World`]: crate::cli::context::World

pub mod adopt;
pub mod advance;
pub mod assign;
pub mod draft;
pub mod edit;
pub mod erase;
pub mod examine;
pub mod filed;
pub mod gone;
pub mod mark;
pub mod materials;
pub mod resolve;
pub mod undo;
