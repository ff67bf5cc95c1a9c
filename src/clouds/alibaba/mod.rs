//! What Alibaba Cloud says of an account's own filings, and of any domain: reads alone.
//!
//! Shapes: the SDKs companyreg 2026-04-23 and cdn 2018-05-10.

mod adopt;
mod cdn;
mod filings;
mod sighting;

pub use adopt::{Adoptable, adoptable};
pub use cdn::is_filed;
pub use filings::{OwnFiling, OwnService, Risk, filings};
pub use sighting::sighting;
