//! Which names `--fields` takes: of a command line, and of all that could become of one.

use super::commands::{calendar, duty, export, record, schema};
use super::documents::board;
use super::parser::words;
use super::reply::answer;
use super::table::Row;
use crate::render::fields::ANY;
use clap::ArgMatches;

/// Returns the shape of what a command line is answered with, done or refused: for some commands
/// it depends on what they are given.
pub fn shape(row: &Row, matches: &ArgMatches) -> &'static str {
    match row.name {
        "record" => record::shape(matches),
        "submit" | "withdraw" | "abandon" => answer::shape(&words(matches, "order")),
        _ => row.schema,
    }
}

/// Returns the names that a command line takes.
pub fn taken(row: &Row, matches: &ArgMatches) -> Vec<String> {
    match (row.name, matches.subcommand_name()) {
        ("export", _) => export::fields(matches),
        ("duty", _) if duty::is_streamed(matches) => schema::fields_of_records(row.schema),
        ("batch", Some("apply")) => schema::fields_of_records(row.schema),
        ("calendar", _) => schema::fields_of_action(row.schema, calendar::answers_with(matches)),
        ("batch", Some(action)) => schema::fields_of_action(row.schema, action),
        _ => schema::fields(shape(row, matches)),
    }
}

/// Returns the names that a command, or its action, takes with one argument or another. A field whose
/// keys are free goes by its own name.
pub fn offered(row: &Row, action: Option<&str>) -> Vec<String> {
    let own = match (row.name, action) {
        ("export", _) => export::all_fields(),
        ("record", _) => [
            schema::fields(row.schema),
            schema::fields_of_records(record::STREAM),
        ]
        .concat(),
        ("duty", Some("done")) => [
            schema::fields(row.schema),
            schema::fields_of_records(row.schema),
        ]
        .concat(),
        ("batch", Some("apply")) => schema::fields_of_records(row.schema),
        ("batch", Some(action)) => schema::fields_of_action(row.schema, action),
        ("calendar", Some("update")) => schema::fields_of_action(row.schema, calendar::YEARS),
        _ => schema::fields(row.schema),
    };
    // What the keys of a new filing's services are, its schema leaves open.
    let columns = match row.schema {
        answer::ORDER | answer::ORDERS => board::FIELDS.as_slice(),
        _ => &[],
    };
    let mut names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    for name in own {
        let name = name.strip_suffix(ANY).unwrap_or(&name);
        if !names.iter().any(|earlier| earlier == name) {
            names.push(name.to_owned());
        }
    }
    names
}
