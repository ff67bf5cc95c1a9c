//! The data files of this folder, carried in the program in the form that the build gave them.

use serde::Deserialize;

/// Reads a data file, named as in this folder and without its ending; one that does not fit is a
/// bug that the tests catch.
macro_rules! data {
    ($name:expr) => {
        $crate::data::read(
            $name,
            include_str!(concat!(env!("OUT_DIR"), "/data/", $name, ".json")),
        )
    };
}

pub(crate) use data;

/// Reads the text of a data file, or of a part of it.
pub(crate) fn read<T: Deserialize<'static>>(name: &str, text: &'static str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("src/data/{name}.toml: {error}"))
}
