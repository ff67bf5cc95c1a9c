//! The contract, sentence by sentence: what other people's scripts depend on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod beside;
mod consent;
mod damage;
mod drafting;
mod editing;
mod hints;
mod moving;
mod output;
mod reversal;
mod telling;
