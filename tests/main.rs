//! One binary for all tests.

mod calendar;
mod knowledge;
mod reading;
mod rendering;
