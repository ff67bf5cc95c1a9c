//! One binary for all tests.

mod calendar;
mod rendering;
