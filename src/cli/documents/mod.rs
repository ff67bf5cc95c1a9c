//! Orders, and what is filed, as scripts and people see them.

pub mod agenda;
pub mod board;
pub mod citation;
pub mod order;
pub mod outline;
pub mod owed;
pub mod people;
pub mod portfolio;
