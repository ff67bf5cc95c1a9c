//! What is shown: tables, documents, rows, masks and colours.
//!
//! Nothing here looks at the environment or at a terminal: the width, the colour and the
//! language come in as values. Nothing here knows an order either.

pub mod brief;
pub mod clean;
pub mod envelope;
pub mod fields;
pub mod mask;
pub mod prose;
pub mod room;
pub mod rows;
pub mod sheet;
pub mod stream;
pub mod style;
pub mod table;

use std::io::{ErrorKind, Result, Write};

/// How a result is shown: `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// One JSON value a line, then a summary.
    Jsonl,
    /// Comma-separated values for spreadsheets.
    Csv,
    /// Tab-separated values for pipes.
    Tsv,
    /// A SARIF log, of the commands that have it.
    Sarif,
    /// Markdown, of the commands that have it.
    Markdown,
    /// A calendar (iCalendar), of the commands that have it.
    Ics,
}

impl Format {
    /// Whether it is JSON, in one document or in lines.
    pub const fn is_json(self) -> bool {
        match self {
            Self::Json | Self::Jsonl => true,
            Self::Human | Self::Csv | Self::Tsv | Self::Sarif | Self::Markdown | Self::Ics => false,
        }
    }

    /// Whether it is a table of fields.
    pub const fn is_table(self) -> bool {
        match self {
            Self::Csv | Self::Tsv => true,
            Self::Human | Self::Json | Self::Jsonl | Self::Sarif | Self::Markdown | Self::Ics => {
                false
            }
        }
    }
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Tsv,
        Self::Sarif,
        Self::Markdown,
        Self::Ics,
    ];

    /// Returns the name that `--format` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Sarif => "sarif",
            Self::Markdown => "md",
            Self::Ics => "ics",
        }
    }

    /// Whether a command prints it as it stands, outside the envelope.
    pub const fn is_text(self) -> bool {
        match self {
            Self::Human | Self::Sarif | Self::Markdown | Self::Ics => true,
            Self::Json | Self::Jsonl | Self::Csv | Self::Tsv => false,
        }
    }

    /// Returns the format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Whether anybody still reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everything was written and flushed.
    Written,
    /// The reader has closed its end, as `head` does: a stream may stop.
    ReaderGone,
}

/// Writes `text` as it stands and flushes it.
///
/// A closed pipe is not a failure: it is [`Delivery::ReaderGone`].
///
/// # Errors
/// Fails when the text cannot be written for any other reason, such as a full disk.
pub fn print(out: &mut dyn Write, text: &str) -> Result<Delivery> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Delivery::Written),
        Err(failure) if failure.kind() == ErrorKind::BrokenPipe => Ok(Delivery::ReaderGone),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_format_has_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
        }
        assert_eq!(Format::named("CSV"), None);
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        let mut kept = Vec::new();
        assert_eq!(print(&mut kept, "备案\n").unwrap(), Delivery::Written);
        assert_eq!(kept, "备案\n".as_bytes());
        assert_eq!(
            print(&mut Broken(ErrorKind::BrokenPipe), "x").unwrap(),
            Delivery::ReaderGone
        );
        let full = print(&mut Broken(ErrorKind::StorageFull), "x").unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }
}
