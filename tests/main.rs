//! One binary for all tests.

mod calendar;
mod knowledge;
mod rendering;
mod storage;
