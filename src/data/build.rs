//! Turns the data files of this folder from TOML into JSON, which a run reads several times as
//! quickly, and refuses to build one that is no TOML.

use serde_json::Value as Json;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};
use toml::Value as Toml;

#[expect(
    clippy::disallowed_methods,
    reason = "the environment of the build, not of a user"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from("src/data");
    let made = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?).join("data");
    println!("cargo::rerun-if-changed={}", source.display());
    turn(&source, &made)
}

fn turn(source: &Path, made: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(made)?;
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        if path.is_dir() {
            turn(&path, &made.join(name))?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = fs::read_to_string(&path)?;
            let table = text
                .parse::<toml::Table>()
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let file = made.join(name).with_extension("json");
            fs::write(file, json(Toml::Table(table)).to_string())?;
        }
    }
    Ok(())
}

fn json(value: Toml) -> Json {
    match value {
        Toml::String(text) => text.into(),
        Toml::Integer(number) => number.into(),
        Toml::Float(number) => number.into(),
        Toml::Boolean(truth) => truth.into(),
        Toml::Datetime(date) => date.to_string().into(),
        Toml::Array(list) => list.into_iter().map(json).collect(),
        Toml::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, json(value)))
            .collect(),
    }
}
