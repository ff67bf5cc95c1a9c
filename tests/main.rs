//! One binary for all tests.

mod calendar;
mod intake;
mod knowledge;
mod portfolio;
mod rendering;
