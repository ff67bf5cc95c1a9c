//! The fields of a dossier, and the code lists that some of them draw on.

use crate::data::data;
use crate::filing::facts::Holder;
use crate::filing::named::is_same;
use crate::lang::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The shape of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Text.
    String,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// Several texts, or several tables where fields stand below it.
    List,
    /// `true` or `false`.
    Bool,
    /// A whole number, 0 or more.
    Number,
    /// A table with fields below it.
    Table,
}

/// One field of a dossier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Where it stands, without list places: `services.responsible.phone`.
    pub path: String,
    /// The shape of its value.
    #[serde(rename = "type")]
    pub value_type: FieldType,
    /// Its name in the console's words.
    pub label: Text,
    /// The rule for it in a line.
    pub help: Text,
    /// Whether it holds personal data, to be masked unless revealed.
    pub personal: bool,
    /// The subjects for which it is personal; empty means all.
    #[serde(default)]
    pub personal_natures: Vec<Holder>,
    /// The order kinds that use it, by their names in files and flags.
    pub kinds: Vec<String>,
    /// The order kinds whose drafting settles it: `edit` leaves it.
    #[serde(default)]
    pub settled: Vec<String>,
    /// The subjects that fill it in; empty means all.
    pub natures: Vec<Holder>,
    /// Whether it is frozen once the type check has passed (ORD-07).
    pub type_check: bool,
    /// The code list that its values come from.
    #[serde(default)]
    pub code_list: Option<String>,
    /// The order kinds that cannot do without it.
    #[serde(default)]
    pub required: Vec<String>,
    /// The service kinds for which alone it is required; empty means all.
    #[serde(default)]
    pub required_for: Vec<String>,
    /// The service kinds that have it; empty means all.
    #[serde(default)]
    pub service_kinds: Vec<String>,
    /// The providers that never ask for it.
    #[serde(default)]
    pub providers_without: Vec<String>,
}

impl Field {
    /// Returns whether the value must be masked for a subject of this kind; an unknown kind counts as personal.
    pub fn is_personal_for(&self, holder: Option<Holder>) -> bool {
        self.personal
            && (self.personal_natures.is_empty()
                || holder.is_none_or(|holder| self.personal_natures.contains(&holder)))
    }
}

/// One entry of a code list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code that consoles and interfaces use, where one is known.
    pub code: Option<String>,
    /// The value in a dossier, kebab-case English.
    pub value: String,
    /// Its name.
    pub label: Text,
    /// Other words that mean it in a file.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// For a certificate type, the natures that may use it (SUB-07).
    #[serde(default)]
    pub natures: Vec<String>,
    /// For a material slot, what it holds.
    #[serde(default)]
    pub holds: Holds,
}

/// What a file of a slot must be (MAT-03).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// A photograph or scan.
    #[default]
    Image,
    /// A recording.
    Video,
}

impl Code {
    /// Whether a text means it: its value, its code, a label or an alias, in any letter case
    /// and width.
    pub fn is_called(&self, text: &str) -> bool {
        let words = self.words();
        words
            .chain(self.code.as_deref())
            .any(|word| is_same(word, text))
    }

    /// Lists the words that mean it; a label such as 组织机构代码证（企业） is also known without
    /// its brackets.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let zh = self.label.zh.as_ref();
        let labels = [
            Some(zh),
            zh.split('（').next(),
            Some(self.label.en.as_ref()),
        ];
        let aliases = self.aliases.iter().map(String::as_str);
        let words = labels.into_iter().flatten().chain(aliases);
        words.chain([self.value.as_str()])
    }
}

/// A list of codes as it stood on a day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Its name, plural: `natures`.
    pub name: String,
    /// The day as of which it is known.
    pub as_of: NaiveDate,
    /// Keys of the sources.
    pub source: String,
    /// Its entries; a value recurs where the code depends on the nature.
    pub entries: Vec<Code>,
}

impl CodeList {
    /// Returns the first entry with this value.
    pub fn entry(&self, value: &str) -> Option<&Code> {
        self.entries.iter().find(|entry| entry.value == value)
    }

    /// Lists the entries that fit a subject of this nature, each value once; without a nature, all.
    pub fn fitting(&self, nature: Option<&str>) -> impl Iterator<Item = &Code> {
        let mut seen = Vec::new();
        self.entries.iter().filter(move |entry| {
            let fits = entry.natures.is_empty()
                || nature.is_none_or(|nature| entry.natures.iter().any(|n| n == nature));
            let is_new = fits && !seen.contains(&entry.value.as_str());
            if is_new {
                seen.push(entry.value.as_str());
            }
            is_new
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    field: Vec<Field>,
    code_list: Vec<CodeList>,
}

static FIELDS: LazyLock<FieldFile> = LazyLock::new(|| data!("fields"));

/// Returns the fields in the order in which a dossier holds them.
pub fn fields() -> &'static [Field] {
    &FIELDS.field
}

/// Returns the field at this path; places in lists are passed over, so `services.0.name` is found.
pub fn field(path: &str) -> Option<&'static Field> {
    let bare: Vec<&str> = path
        .split('.')
        .filter(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let bare = bare.join(".");
    fields().iter().find(|field| field.path == bare)
}

/// Returns the code list with this name.
pub fn code_list(name: &str) -> Option<&'static CodeList> {
    FIELDS.code_list.iter().find(|list| list.name == name)
}
