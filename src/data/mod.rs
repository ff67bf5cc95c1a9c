//! The data files of this folder, carried in the program in the form that the build gave them.

use serde::de::DeserializeOwned;

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

pub(crate) fn read<T: DeserializeOwned>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("src/data/{name}.toml: {error}"))
}
