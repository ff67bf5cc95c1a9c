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
mod help;
mod histories;
mod hostile;
mod intake;
mod knowledge;
mod machine;
mod meta;
mod network;
mod numbers;
mod owed;
mod parsers;
mod pipelines;
mod portfolio;
#[cfg(unix)]
mod prompts;
mod proofs;
mod provinces;
mod reachable;
mod readers;
mod reading;
mod rendering;
mod rulebook;
mod scenarios;
mod schemas;
mod screen;
mod scripts;
mod snapshots;
mod sources;
mod storage;
mod support;
mod telling;
mod transfer;
mod typing;
