//! What icpctl knows of the field: explanations, the rulebook, the fields of a dossier.
//!
//! All of it is data in two languages under `src/data/`, carried in the program and read on first use.
//! Nothing here decides anything: the core judges, this tells what a word means and what to do.

mod field;
mod page;
mod paper;
mod rule;
mod source;
mod suffix;
mod view;
mod words;

pub use field::{Code, CodeList, Field, FieldType, Holds, code_list, field, fields};
pub use page::{Page, PageKind, all_pages, explain, of_kind, pages, suggest, titled};
pub use paper::{Occasion, Paper, PaperOf, papers};
pub use rule::{Rule, Severity, Test, rule, rules};
pub use source::{Cited, Source, cited, sources};
pub use suffix::{is_suffix_approved, is_suffix_filed_in, natures_of_suffix, suffixes_as_of};
pub use view::{ViewFunction, ViewValue, view_functions, view_values};
pub use words::{word_in, words};
