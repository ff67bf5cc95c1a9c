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

use crate::filing::named::named;
use std::io::{self, ErrorKind, Write};

named! {
    /// How a result is shown: `--format`, in the order of the help.
    #[derive(Default)]
    pub enum Format {
        /// Text for people.
        #[default]
        Human = "human",
        /// One JSON document.
        Json = "json",
        /// One JSON value a line, then a summary.
        Jsonl = "jsonl",
        /// Comma-separated values for spreadsheets.
        Csv = "csv",
        /// Tab-separated values for pipes.
        Tsv = "tsv",
        /// A SARIF log, of the commands that have it.
        Sarif = "sarif",
        /// Markdown, of the commands that have it.
        Markdown = "md",
        /// A calendar (iCalendar), of the commands that have it.
        Ics = "ics",
    }
}

impl Format {
    /// Whether it is JSON, in one document or in lines.
    pub const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }

    /// Whether it is a table of fields.
    pub const fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether a command prints it as it stands, outside the envelope.
    pub const fn is_text(self) -> bool {
        match self {
            Self::Human | Self::Sarif | Self::Markdown | Self::Ics => true,
            Self::Json | Self::Jsonl | Self::Csv | Self::Tsv => false,
        }
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
pub fn print(out: &mut dyn Write, text: &str) -> io::Result<Delivery> {
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
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
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
