//! icpctl runs the whole life of mainland-China ICP filings (ICP备案).

pub mod filing;
pub mod lang;
pub mod store;
