//! One binary for all tests.

mod architecture;
mod batches;
mod calendar;
mod clouds;
mod contract;
mod docs;
#[cfg(target_os = "linux")]
mod faults;
mod formats;
mod guide;
mod histories;
mod hostile;
mod intake;
mod knowledge;
mod machine;
mod meta;
mod network;
mod numbers;
mod owed;
mod pipelines;
mod portfolio;
mod proofs;
mod provinces;
mod reachable;
mod readers;
mod reading;
mod rendering;
mod rulebook;
mod scenarios;
mod schemas;
mod scripts;
mod snapshots;
mod storage;
mod support;
mod telling;
mod transfer;
