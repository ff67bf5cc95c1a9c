//! What expressions of rules can use: the values of the view and the field's functions.

use crate::data::data;
use crate::lang::Text;
use serde::Deserialize;
use std::sync::LazyLock;

/// A value of the view that is no field of a dossier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewValue {
    /// Where it stands, without list places: `services.holders`.
    pub path: String,
    /// `string`, `date`, `int`, `bool`, `list` or `any`.
    #[serde(rename = "type")]
    pub value_type: String,
    /// What it is.
    pub help: Text,
}

/// A function of the field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewFunction {
    /// Its name.
    pub name: String,
    /// What it takes and gives.
    #[serde(rename = "use")]
    pub usage: String,
    /// What it tells.
    pub help: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewFile {
    value: Vec<ViewValue>,
    function: Vec<ViewFunction>,
}

static VIEW: LazyLock<ViewFile> = LazyLock::new(|| data!("view"));

/// Returns the values of the view that are no fields of a dossier.
pub fn view_values() -> &'static [ViewValue] {
    &VIEW.value
}

/// Returns the functions that expressions may call beside CEL's own.
pub fn view_functions() -> &'static [ViewFunction] {
    &VIEW.function
}
