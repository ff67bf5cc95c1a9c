//! One binary for all tests.

mod calendar;
mod contract;
mod docs;
mod intake;
mod knowledge;
mod meta;
mod numbers;
mod portfolio;
mod reading;
mod rendering;
mod scenarios;
mod schemas;
mod scripts;
mod snapshots;
mod storage;
mod support;
