//! icpctl runs the whole life of mainland-China ICP filings (ICP备案).
//!
//! A run goes from the outside in: [`cli`] takes the command line apart and answers it, [`workflow`]
//! decides what it does to the store, [`filing`] says what the law and the providers make of it, and
//! [`store`] keeps it. [`intake`] reads what people write, [`rulebook`] judges it, [`render`] lays out
//! what is printed, [`knowledge`] explains. Others are asked by [`evidence`] (the world) and
//! [`clouds`] (the providers), and told by [`notify`], all through [`network`].
//!
//! [`filing`] and [`rulebook`] are pure: no clock, file, network, environment or terminal.

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
pub mod threads;
pub mod workflow;
