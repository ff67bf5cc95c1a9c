//! A list for machines that is printed element by element, so that a long one needs no memory.

use super::Reply;
use crate::cli::context::Context;
use crate::render::fields::Fields;
use crate::render::stream::{Columns, Stream, StreamError};
use crate::render::{Delivery, Format};
use serde_json::Value;

/// Prints the document that `make` makes of each item; none where all must be known before the
/// first: for a table's columns, or where it is laid out for a terminal.
pub fn printed_each<T: Sync>(
    cx: &mut Context<'_>,
    schema: &'static str,
    items: &[T],
    make: impl Fn(&T) -> Value + Sync,
) -> Option<Reply> {
    let is_plain = cx.globals.format.is_json();
    if !is_plain || cx.fields.is_some() || is_indented(cx) {
        return None;
    }
    let columns = Columns {
        table: Fields::all(&[]),
        document: None,
    };
    Some(printed(cx, schema, columns, |stream| {
        stream.elements(items, make)
    }))
}

/// Whether a document is laid out for a terminal.
pub fn is_indented(cx: &Context<'_>) -> bool {
    cx.globals.format == Format::Json && cx.terminal.stdout
}

/// Prints a list whose elements `write` writes.
pub fn printed(
    cx: &mut Context<'_>,
    schema: &'static str,
    columns: Columns,
    write: impl FnOnce(&mut Stream<'_>) -> Result<(), StreamError>,
) -> Reply {
    let envelope = cx.envelope(schema);
    let format = cx.globals.format;
    let print = || -> Result<Delivery, StreamError> {
        let mut stream = Stream::begin(cx.out, format, columns, &envelope)?;
        write(&mut stream)?;
        stream.end(&envelope)
    };
    Reply::printed(print())
}
