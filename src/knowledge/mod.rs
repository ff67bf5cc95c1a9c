//! What icpctl knows of the field: explanations, the rulebook, the fields of a dossier.
//!
//! All of it is data in two languages under `src/data/`, embedded and parsed on first use.
//! Nothing here decides anything: the core judges, this tells what a word means and what to do.

mod field;
mod page;
mod paper;
mod rule;
mod suffix;
mod view;
mod words;

pub use field::{Code, CodeList, Field, FieldType, Holds, code_list, field, fields};
pub use page::{Page, PageKind, all_pages, explain, pages, suggest};
pub use paper::{Occasion, Paper, PaperOf, papers};
pub use rule::{Holder, Rule, Severity, Test, rule, rules};
pub use suffix::{is_suffix_approved, is_suffix_filed_in, natures_of_suffix, suffixes_as_of};
pub use view::{ViewFunction, ViewValue, view_functions, view_values};
pub use words::{is_word_list, word_in, words};

use serde::de::DeserializeOwned;

/// Parses a data file of this crate; one that does not parse is a bug that the tests catch.
pub(crate) fn embedded<T: DeserializeOwned>(file: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("src/data/{file}: {error}"))
}
