//! A result written element by element, for results that are too large to hold.

use super::envelope::Envelope;
use super::fields::Fields;
use super::rows::{self, RowsError};
use super::{Delivery, Format};
use crate::threads::in_turn;
use serde_json::Value;
use std::io::{BufWriter, ErrorKind, Write};

/// Why a stream broke off.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// An element has no form in the format.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The output cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// An envelope whose elements are written one at a time.
pub struct Stream<'w> {
    out: BufWriter<&'w mut dyn Write>,
    /// The key of the list that the elements stand in.
    list: &'static str,
    format: Format,
    columns: Columns,
    /// How many elements were written.
    count: usize,
    is_closed: bool,
}

/// Which fields of an element are shown.
#[derive(Clone, Debug)]
pub struct Columns {
    /// What a table has.
    pub table: Fields,
    /// What a document is narrowed to; all of it where there is none.
    pub document: Option<Fields>,
}

impl Columns {
    /// Returns an element in a format: a line, but in a document, where it stands among others.
    ///
    /// # Errors
    /// When it has no form in this format.
    pub fn line(&self, element: &Value, format: Format) -> Result<String, RowsError> {
        match format {
            Format::Json | Format::Jsonl => {
                let mut line = match &self.document {
                    Some(fields) => rows::json_line(&fields.narrow(element)),
                    None => rows::json_line(element),
                }?;
                if format == Format::Json {
                    line.truncate(line.trim_end().len());
                }
                Ok(line)
            }
            Format::Tsv => rows::tsv_row(element, &self.table),
            Format::Human | Format::Sarif | Format::Markdown | Format::Ics | Format::Csv => {
                rows::csv_row(element, &self.table)
            }
        }
    }
}

impl<'w> Stream<'w> {
    /// Begins a stream: the opening of the document, or the header of a table.
    ///
    /// People are given CSV, which is what opens when they double-click it.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn begin(
        out: &'w mut dyn Write,
        format: Format,
        columns: Columns,
        envelope: &Envelope,
    ) -> Result<Self, StreamError> {
        let opening = match format {
            Format::Json => around(envelope, DATA)?.0,
            Format::Jsonl => String::new(),
            Format::Tsv => rows::tsv_header(&columns.table),
            Format::Human | Format::Sarif | Format::Markdown | Format::Ics | Format::Csv => {
                rows::csv_header(&columns.table)?
            }
        };
        Self::open(out, DATA, format, columns, &opening)
    }

    /// Begins a JSON document whose elements stand in one list of its data, which is empty there.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn within(
        out: &'w mut dyn Write,
        list: &'static str,
        envelope: &Envelope,
    ) -> Result<Self, StreamError> {
        let columns = Columns {
            table: Fields::all(&[]),
            document: None,
        };
        let opening = around(envelope, list)?.0;
        Self::open(out, list, Format::Json, columns, &opening)
    }

    fn open(
        out: &'w mut dyn Write,
        list: &'static str,
        format: Format,
        columns: Columns,
        opening: &str,
    ) -> Result<Self, StreamError> {
        let mut stream = Self {
            out: BufWriter::new(out),
            list,
            format,
            columns,
            count: 0,
            is_closed: false,
        };
        stream.write(opening)?;
        Ok(stream)
    }

    /// Writes one element.
    ///
    /// # Errors
    /// When it has no form in this format, or the output cannot be written.
    pub fn element(&mut self, element: &Value) -> Result<(), StreamError> {
        let text = self.columns.line(element, self.format)?;
        self.add(&text, 1)
    }

    /// Writes the element that `make` makes of each item, in their order; two threads make them.
    ///
    /// # Errors
    /// As [`element`](Self::element).
    pub fn elements<T: Sync>(
        &mut self,
        items: &[T],
        make: impl Fn(&T) -> Value + Sync,
    ) -> Result<(), StreamError> {
        let (columns, format) = (self.columns.clone(), self.format);
        let between = if format == Format::Json { "," } else { "" };
        let lines = |items: &[T]| -> Result<(String, usize), RowsError> {
            let lines = items.iter().map(|item| columns.line(&make(item), format));
            let lines = lines.collect::<Result<Vec<_>, _>>()?;
            Ok((lines.join(between), lines.len()))
        };
        in_turn(items, lines, |made| {
            let (lines, count) = made?;
            self.add(&lines, count)?;
            Ok(!self.is_closed)
        })
    }

    /// Writes elements that were laid out by [`Columns::line`].
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn laid_out<'l>(
        &mut self,
        lines: impl IntoIterator<Item = &'l str>,
    ) -> Result<(), StreamError> {
        for line in lines {
            self.add(line, 1)?;
            if self.is_closed {
                break;
            }
        }
        Ok(())
    }

    fn add(&mut self, elements: &str, count: usize) -> Result<(), StreamError> {
        if self.format == Format::Json && self.count > 0 {
            self.write(",")?;
        }
        self.count += count;
        self.write(elements)
    }

    /// Ends the stream with the rest of the document, or the summary, as `envelope` says them by now.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn end(mut self, envelope: &Envelope) -> Result<Delivery, StreamError> {
        let closing = match self.format {
            Format::Json => around(envelope, self.list)?.1,
            Format::Jsonl => rows::summary(envelope, self.count)?,
            Format::Tsv
            | Format::Human
            | Format::Sarif
            | Format::Markdown
            | Format::Ics
            | Format::Csv => String::new(),
        };
        self.write(&closing)?;
        self.attempt(BufWriter::flush)?;
        Ok(if self.is_closed {
            Delivery::ReaderGone
        } else {
            Delivery::Written
        })
    }

    fn write(&mut self, text: &str) -> Result<(), StreamError> {
        self.attempt(|out| out.write_all(text.as_bytes()))
    }

    /// Does one thing to the output; a reader who has gone makes all later ones idle.
    fn attempt(
        &mut self,
        act: impl FnOnce(&mut BufWriter<&'w mut dyn Write>) -> std::io::Result<()>,
    ) -> Result<(), StreamError> {
        if self.is_closed {
            return Ok(());
        }
        match act(&mut self.out) {
            Err(failure) if failure.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            done => Ok(done?),
        }
    }
}

/// The key of the list that elements stand in, where they are all there is.
const DATA: &str = "data";

/// Returns what stands before and after the elements of a document, in the list of that key.
fn around(envelope: &Envelope, list: &str) -> Result<(String, String), RowsError> {
    // No text of the document holds this: a quote in it is escaped.
    let empty = format!("\"{list}\":[");
    let whole = if list == DATA {
        rows::json_line(&Envelope {
            data: Value::Array(Vec::new()),
            ..envelope.clone()
        })
    } else {
        rows::json_line(envelope)
    }?;
    let place = whole.find(&empty).map_or(0, |place| place + empty.len());
    let (head, tail) = whole.split_at(place);
    Ok((head.to_owned(), tail.to_owned()))
}
