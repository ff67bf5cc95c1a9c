//! Where the cells of a table stand in its text.

use super::problem::Position;
use super::source::{Encoding, Lines, Source, decode};
use serde_json::value::RawValue;

/// The line on which programs that write tables tell a spreadsheet how the cells are separated.
const HINT: &str = "sep=";

/// Returns what a line names as the separator, whatever that is.
pub(super) fn hint(line: &str) -> Option<&str> {
    let line = line.trim_end_matches(['\r', '\n']);
    let line = line
        .strip_prefix('"')
        .map_or(line, |quoted| quoted.strip_suffix('"').unwrap_or(quoted));
    let (word, named) = line.split_at_checked(HINT.len())?;
    word.eq_ignore_ascii_case(HINT).then_some(named)
}

/// Returns the separator that a line names; a spreadsheet that saved the line has filled its row up
/// with more of them.
pub(super) fn separator(line: &str) -> Option<u8> {
    let named = hint(line)?.as_bytes();
    let (first, rest) = named.split_first()?;
    let is_taken = matches!(first, b',' | b';' | b'\t') && rest.iter().all(|byte| byte == first);
    is_taken.then_some(*first)
}

/// Where the header of a table begins, and what separates its cells.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    pub(super) start: usize,
    pub(super) separator: u8,
}

impl Opening {
    /// Passes over blank lines, comments and the name of the separator.
    pub(super) fn of(text: &str) -> Self {
        let mut opening = Self {
            start: 0,
            separator: b',',
        };
        while let Some(rest) = text.get(opening.start..)
            && let Some(line) = rest.split_inclusive('\n').next()
        {
            let told = line.trim_start();
            let mut length = line.len();
            if let Some(separator) = separator(line) {
                opening.separator = separator;
            } else if told.starts_with("\"#") {
                // A comment that a spreadsheet has put in quotes may go over several lines.
                let record = Starts::of(rest.as_bytes(), 0, opening.separator);
                if record.open_quote.is_none() {
                    length = length.max(record.end);
                }
            } else if !(told.is_empty() || told.starts_with('#')) {
                break;
            }
            opening.start += length;
        }
        opening
    }
}

/// Where the fields of one record begin in the text of the file.
pub(super) struct Starts {
    fields: Vec<usize>,
    /// The quote that is never closed.
    pub(super) open_quote: Option<usize>,
    /// Where the record ends.
    end: usize,
}

impl Starts {
    /// Walks over the record at byte `from` as the CSV parser does; blank lines come before it.
    pub(super) fn of(bytes: &[u8], from: usize, separator: u8) -> Self {
        let at = |index: usize| bytes.get(index).copied();
        let mut index = from;
        while matches!(at(index), Some(b'\r' | b'\n')) {
            index += 1;
        }
        let mut fields = vec![index];
        let mut open_quote = None;
        loop {
            if at(index) == Some(b'"') {
                let quote = index;
                index += 1;
                loop {
                    match (at(index), at(index + 1)) {
                        (Some(b'"'), Some(b'"')) => index += 2,
                        (Some(b'"'), _) => break,
                        (Some(_), _) => index += 1,
                        (None, _) => {
                            open_quote = Some(quote);
                            break;
                        }
                    }
                }
            }
            while at(index).is_some_and(|byte| byte != separator && !b"\r\n".contains(&byte)) {
                index += 1;
            }
            if at(index) != Some(separator) {
                return Self {
                    fields,
                    open_quote,
                    end: index,
                };
            }
            index += 1;
            fields.push(index);
        }
    }

    /// Returns the byte at which a field begins; the last one's for a field that is not there.
    pub(super) fn field(&self, place: usize) -> usize {
        let last = self.fields.last().copied().unwrap_or(0);
        self.fields.get(place).copied().unwrap_or(last)
    }

    /// Returns the byte at which the first field ends.
    fn first_end(&self) -> usize {
        self.fields.get(1).map_or(self.end, |next| next - 1)
    }
}

/// Returns where each of the cells ends that begin at these places: the place after it. It is not
/// known of an empty cell.
pub fn cell_ends(
    source: &Source<'_>,
    encoding: Encoding,
    places: &[Position],
) -> Vec<Option<Position>> {
    let Ok(text) = decode(source, encoding) else {
        return vec![None; places.len()];
    };
    let lines = Lines::new(&text);
    let is_json = text.trim_start().starts_with(['{', '[']);
    let separator = Opening::of(&text).separator;
    let end = |at: &Position| {
        let start = lines.offset(*at);
        let end = if is_json {
            start + value_length(text.get(start..)?)?
        } else {
            Starts::of(text.as_bytes(), start, separator).first_end()
        };
        (end > start).then(|| lines.position(end))
    };
    places.iter().map(end).collect()
}

/// Returns how many bytes the value of JSON takes with which a text begins.
fn value_length(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}
