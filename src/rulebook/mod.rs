//! The rulebook at work: rules asked of an order, findings out.
//!
//! Rules are data (`src/data/rules/`, and the user's own in `rules.d/`): a condition in CEL over a
//! [`View`] of the order, with messages in both languages. This module is as pure as the core:
//! values in, findings out.

mod compiled;
mod expression;
mod file;
mod functions;
mod judge;
mod range;
mod sample;
mod view;
mod wording;

pub use compiled::{Fault, Part};
pub use file::{FILE_LIMIT, FileProblem, overlay};
pub use judge::{Finding, Judgement, Rulebook, try_out};
pub use sample::sample;
pub use view::{LIST_LIMIT, Setting, View, material_unknown};
