//! Asking the person at the terminal: a question, what a draft lacks, and consent.

pub mod consent;
pub mod prompt;
pub mod question;
pub mod sending;
