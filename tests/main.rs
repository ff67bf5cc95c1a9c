//! One binary for all tests.

mod architecture;
mod calendar;
mod histories;
mod knowledge;
mod machine;
mod numbers;
mod reachable;
mod rendering;
mod storage;
