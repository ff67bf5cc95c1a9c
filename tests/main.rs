//! One binary for all tests.

mod calendar;
mod knowledge;
mod numbers;
mod rendering;
mod storage;
