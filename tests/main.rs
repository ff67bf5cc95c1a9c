//! One binary for all tests.

mod architecture;
mod calendar;
mod clouds;
mod contract;
mod docs;
mod formats;
mod histories;
mod intake;
mod knowledge;
mod machine;
mod meta;
mod network;
mod numbers;
mod portfolio;
mod proofs;
mod provinces;
mod reachable;
mod reading;
mod rendering;
mod scenarios;
mod schemas;
mod scripts;
mod snapshots;
mod storage;
mod support;
