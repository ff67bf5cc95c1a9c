//! icpctl runs the whole life of mainland-China ICP filings (ICP备案).

pub mod cli;
pub mod clock;
pub mod clouds;
pub mod config;
mod data;
pub mod env;
pub mod evidence;
pub mod exit;
pub mod failure;
pub mod filing;
pub mod ids;
pub mod intake;
pub mod knowledge;
pub mod lang;
pub mod network;
pub mod notify;
pub mod reading;
pub mod render;
pub mod rulebook;
pub mod store;
pub mod workflow;
