//! Files that people write: dossiers, adoptions, rows to record, and templates for them.
//!
//! Every reader returns the value, or all problems at once, each with its field, line, column
//! and remedy. Nothing is guessed and no personal data are repeated in a message.
//!
//! - From bytes to values: `source` (encodings, limits), `document` (TOML and JSON) with a `node` for
//!   each value, `rows` of `cells` (CSV and JSON Lines).
//! - From values to what they say: `schema` (which fields there are), `reader`, `value` and `identity`
//!   (how one is read), `problem` (what is wrong with it).
//! - The files: `dossier`, `adoption`, `batch`, `record`, `duty`, and `exported` for what `export` wrote.
//! - The other way: a `template` to fill in, with a `specimen` of each value.

mod adoption;
mod batch;
mod cells;
mod document;
mod dossier;
mod duty;
mod exported;
mod identity;
mod node;
mod problem;
mod reader;
mod record;
mod rows;
mod schema;
mod source;
mod specimen;
mod template;
mod value;

pub use adoption::{Adopting, Adoptions, FieldPlaces, inspect_adoptions};
pub use batch::{BatchRow, BatchRows, Named, inspect_batch_rows};
pub use cells::cell_ends;
pub use dossier::{
    Dossier, DossierMaterial, DossierService, DossierSubject, Inspected, Places, inspect_dossier,
    read_dossier,
};
pub use duty::{DutyRow, read_duty_rows};
pub use exported::{Element, Unreadable, read_exported};
pub use problem::{Located, Position, Problem};
pub use record::{RecordRow, read_record_rows};
pub use rows::{Cell, Header, Row, RowPlace};
pub use schema::{DossierField, Table, dossier_fields};
pub use source::{BOM, Encoding, Source};
pub use specimen::Choice;
pub use template::{Template, template};
pub use value::{day, set_twice};
