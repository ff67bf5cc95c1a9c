//! One result in the formats for machines: JSON, JSON Lines, CSV, TSV.

use super::clean::{clean, clean_json, is_harmful};
use super::envelope::{Envelope, Summary};
use super::fields::Fields;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// How a JSON document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On one line, for a pipe or a file.
    Compact,
    /// Indented by two spaces, for a terminal.
    Pretty,
}

/// Why a result could not be written in a machine format.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// A value has no JSON form.
    #[error("the result has no JSON form")]
    Json(#[from] serde_json::Error),
    /// A record could not be written as CSV.
    #[error("the result has no CSV form")]
    Csv(#[from] csv::Error),
}

/// Returns `envelope` as one JSON document and a line feed; `fields` narrows its data.
///
/// # Errors
/// Fails when a value has no JSON form.
pub fn json(
    envelope: &Envelope,
    fields: Option<&Fields>,
    layout: Layout,
) -> Result<String, RowsError> {
    let narrowed = fields.map(|fields| Envelope {
        schema: envelope.schema.clone(),
        changed: envelope.changed,
        dry_run: envelope.dry_run,
        data: fields.narrow(&envelope.data),
        warnings: envelope.warnings.clone(),
        error: envelope.error.clone(),
    });
    let envelope = narrowed.as_ref().unwrap_or(envelope);
    match layout {
        Layout::Compact => json_line(envelope),
        Layout::Pretty => {
            let text = serde_json::to_string_pretty(envelope)?;
            Ok(clean_json(text) + "\n")
        }
    }
}

/// Returns each element of the data on a line, then the summary, which ends the stream.
///
/// # Errors
/// Fails when a value has no JSON form.
pub fn jsonl(envelope: &Envelope, fields: Option<&Fields>) -> Result<String, RowsError> {
    let mut lines = String::new();
    for element in envelope.elements() {
        lines += &match fields {
            Some(fields) => json_line(&fields.narrow(element))?,
            None => json_line(element)?,
        };
    }
    lines += &summary(envelope, envelope.elements().len())?;
    Ok(lines)
}

/// Returns the line that ends a stream of so many elements.
///
/// # Errors
/// Fails when a value has no JSON form.
pub(super) fn summary(envelope: &Envelope, elements: usize) -> Result<String, RowsError> {
    json_line(&Summary::of(envelope, elements))
}

/// Returns any value as one line of JSON, harmless on a terminal: a record of a stream.
///
/// # Errors
/// Fails when the value has no JSON form.
pub fn json_line(value: &impl Serialize) -> Result<String, RowsError> {
    Ok(clean_json(serde_json::to_string(value)?) + "\n")
}

/// Returns the elements as CSV (RFC 4180) with a byte order mark, under a header of `fields`.
///
/// [`restore`] turns each cell back into the value it was made from.
///
/// # Errors
/// Fails when a record cannot be written.
pub fn csv(envelope: &Envelope, fields: &Fields) -> Result<String, RowsError> {
    let mut lines = csv_header(fields)?;
    for element in envelope.elements() {
        lines += &csv_row(element, fields)?;
    }
    Ok(lines)
}

/// Returns what opens a CSV: the byte order mark and the header.
///
/// # Errors
/// Fails when the header cannot be written.
pub(super) fn csv_header(fields: &Fields) -> Result<String, RowsError> {
    let names: Vec<String> = fields.names().iter().map(|name| protect(name)).collect();
    Ok("\u{feff}".to_owned() + &csv_record(&names)?)
}

/// Returns one element as a record of a CSV.
///
/// # Errors
/// Fails when the record cannot be written.
pub(super) fn csv_row(element: &Value, fields: &Fields) -> Result<String, RowsError> {
    csv_record(&cells(element, fields, protect)?)
}

fn csv_record(cells: &[String]) -> Result<String, RowsError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer
        .into_inner()
        .map_err(|failure| csv::Error::from(failure.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the elements as TSV under a header of `fields`: a line a record, no quotes,
/// a tab or a line break inside a value as a visible escape.
///
/// # Errors
/// Fails when a value has no JSON form.
pub fn tsv(envelope: &Envelope, fields: &Fields) -> Result<String, RowsError> {
    let mut lines = tsv_header(fields);
    for element in envelope.elements() {
        lines += &tsv_row(element, fields)?;
    }
    Ok(lines)
}

/// Returns the header of a TSV.
pub(super) fn tsv_header(fields: &Fields) -> String {
    let names: Vec<_> = fields.names().iter().map(|name| clean(name)).collect();
    names.join("\t") + "\n"
}

/// Returns one element as a line of a TSV.
///
/// # Errors
/// Fails when a value has no JSON form.
pub(super) fn tsv_row(element: &Value, fields: &Fields) -> Result<String, RowsError> {
    let cells = cells(element, fields, |text| clean(&guard(text)).into_owned())?;
    Ok(cells.join("\t") + "\n")
}

fn cells(
    element: &Value,
    fields: &Fields,
    safe: impl Fn(&str) -> String,
) -> Result<Vec<String>, RowsError> {
    let names = fields.names().iter();
    names
        .map(|name| {
            Ok(match cell(element, name)? {
                Content::Figure(figure) => figure,
                Content::Words(words) => safe(&words),
            })
        })
        .collect()
}

/// What stands in a cell.
enum Content {
    /// A number or a truth value, which no spreadsheet takes for a formula.
    Figure(String),
    /// Text.
    Words(String),
}

/// Returns the value of one field: a list joined by `;`, an object as JSON.
fn cell(element: &Value, name: &str) -> Result<Content, RowsError> {
    let mut reached = Vec::new();
    reach(element, name, &mut reached);
    if let [value @ (Value::Number(_) | Value::Bool(_))] = reached.as_slice() {
        return Ok(Content::Figure(value.to_string()));
    }
    let mut words = Vec::with_capacity(reached.len());
    for value in reached {
        words.push(match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                serde_json::to_string(value)?
            }
        });
    }
    Ok(Content::Words(words.join(";")))
}

/// Collects the values at `path`, looking through lists.
fn reach<'v>(value: &'v Value, path: &str, reached: &mut Vec<&'v Value>) {
    match value {
        Value::Array(elements) => {
            for element in elements {
                reach(element, path, reached);
            }
        }
        Value::Object(entries) if !path.is_empty() => {
            // A user's key may have dots of its own.
            let (key, rest) = match path.split_once('.') {
                Some(parts) if !entries.contains_key(path) => parts,
                Some(_) | None => (path, ""),
            };
            if let Some(inner) = entries.get(key) {
                reach(inner, rest, reached);
            }
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            reached.push(value);
        }
    }
}

/// Returns whether a spreadsheet may take a cell that begins with `text` for a formula
/// (OWASP ASVS 1.2.10, CWE-1236); some drop blanks before they look.
fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(['\t', '\r', '\n', '\0'])
        || bare
            .trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Puts a quote before what a spreadsheet would take for a formula.
fn guard(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Begins the escape of a character in a CSV cell.
const ESCAPE: &str = "\\u{";

/// Guards against formulas and escapes what is harmful, save line feed and tab, which CSV can quote.
fn protect(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let guarded = guard(text);
    for (place, character) in guarded.char_indices() {
        let harmful = is_harmful(character) && !matches!(character, '\n' | '\t');
        if harmful || guarded[place..].starts_with(ESCAPE) {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Returns the value from which [`csv()`] made this cell: without the guard, escapes undone.
///
/// A cell that [`csv()`] did not make is left as it is where it holds neither.
pub fn restore(cell: &str) -> Cow<'_, str> {
    let text = unescape(cell);
    match text.strip_prefix('\'') {
        Some(bare) if is_formula(bare) => Cow::Owned(bare.to_owned()),
        Some(_) | None => text,
    }
}

fn unescape(cell: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once(ESCAPE) {
        text.push_str(before);
        let character = after.split_once('}').and_then(|(hex, after)| {
            let code = u32::from_str_radix(hex, 16).ok()?;
            Some((char::from_u32(code)?, after))
        });
        rest = if let Some((character, after)) = character {
            text.push(character);
            after
        } else {
            text.push_str(ESCAPE);
            after
        };
    }
    if rest.len() == cell.len() {
        return Cow::Borrowed(cell);
    }
    text.push_str(rest);
    Cow::Owned(text)
}
