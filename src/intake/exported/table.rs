//! Exports in CSV: a row an element, and of a file a row a part.

use super::{PROBLEMS, Raw, Reader, Unreadable};
use crate::intake::cells::{Starts, separator};
use crate::intake::problem::{Position, Problem};
use crate::lang::parser::position;
use crate::render::rows::restore;
use crate::text;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

/// The most bytes of one line of CSV, whose cells hold records of up to 1 MiB and nothing larger.
const ROW_LIMIT: usize = 4 << 20;
/// The most bytes of a line that names the separator, filled up with one for each column.
const SEPARATOR_LIMIT: u64 = 64;

/// The columns of a table, as its header names them.
struct Columns(Vec<String>);

impl Columns {
    fn of(header: &csv::ByteRecord) -> Self {
        let names = header.iter().map(String::from_utf8_lossy);
        Self(names.map(Cow::into_owned).collect())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }

    /// Whether there are those without which nothing can be brought in.
    fn are_exported(&self) -> bool {
        self.place("type").is_some() && self.place("record").is_some()
    }

    /// Returns what a row says in a column.
    fn cell(&self, row: &csv::ByteRecord, name: &str) -> Option<String> {
        let bytes = row.get(self.place(name)?)?;
        let text = std::str::from_utf8(bytes).ok()?;
        (!text.is_empty()).then(|| restore(text).into_owned())
    }

    fn raw(&self, row: &csv::ByteRecord) -> Raw {
        let cell = |name| self.cell(row, name);
        Raw {
            kind: cell("type").unwrap_or_default(),
            id: cell("id"),
            number: cell("number"),
            record: cell("record"),
            hash: cell("hash"),
            content: cell("content"),
            elements: None,
        }
    }
}

/// An input of which only so much is read for one row.
struct Rationed<'a> {
    input: &'a mut dyn std::io::Read,
    left: &'a Cell<usize>,
    /// What was read of it and may still have to be told of.
    kept: &'a RefCell<Kept>,
}

/// The last bytes that were read of a table: its present row, and what the reader took ahead.
#[derive(Default)]
struct Kept {
    /// How many bytes stood before them.
    before: usize,
    bytes: Vec<u8>,
    /// How many quotes there were in all that was read: a whole table closes each.
    quotes: usize,
}

impl Kept {
    /// Forgets what stands before a byte of the table.
    fn forget(&mut self, until: u64) {
        let until = usize::try_from(until).unwrap_or(usize::MAX);
        let gone = until.saturating_sub(self.before).min(self.bytes.len());
        self.bytes.drain(..gone);
        self.before += gone;
    }

    /// Returns where a cell of the present row stands, which follows `line` lines of the table; a
    /// carriage return or line feed of the row before may still stand in front of it.
    fn place(&self, cell: usize, line: u64, separator: u8) -> Position {
        self.position(Starts::of(&self.bytes, 0, separator).field(cell), line)
    }

    /// Returns where the present row is no UTF-8.
    fn broken(&self, line: u64) -> Position {
        let valid = std::str::from_utf8(&self.bytes).map_or_else(|e| e.valid_up_to(), str::len);
        self.position(valid, line)
    }

    /// Returns where a byte of the present row stands.
    fn position(&self, offset: usize, line: u64) -> Position {
        let before = self.bytes.get(..offset).unwrap_or_default();
        let (row, column) = position(before, before.len());
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        Position {
            line: line.saturating_add(row - 1),
            column,
        }
    }
}

impl std::io::Read for Rationed<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(self.left.get());
        if most == 0 && !into.is_empty() {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let count = self.input.read(into.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get() - count);
        let read = into.get(..count).unwrap_or_default();
        let mut kept = self.kept.borrow_mut();
        kept.bytes.extend_from_slice(read);
        kept.quotes += read.split(|byte| *byte == b'"').count() - 1;
        Ok(count)
    }
}

/// Returns what separates the cells of a header that begins so: a spreadsheet that saves a table anew
/// takes what its settings say, and no column is called by any of these.
fn likeliest(header: &[u8]) -> u8 {
    let count = |separator: &u8| header.split(|byte| byte == separator).count();
    let all = [b'\t', b';', b','];
    all.into_iter().max_by_key(count).unwrap_or(b',')
}

impl Reader {
    /// Takes a table, above which a line may name its separator.
    pub(super) fn table(&mut self, input: &mut dyn BufRead) -> Result<(), Unreadable> {
        let mut first = Vec::new();
        input.take(SEPARATOR_LIMIT).read_until(b'\n', &mut first)?;
        let named = std::str::from_utf8(&first).ok().and_then(separator);
        let separator = named.unwrap_or_else(|| likeliest(&first));
        if named.is_some() {
            first.clear();
        }
        let above = u64::from(named.is_some());
        self.rows(&mut first.as_slice().chain(input), separator, above)
    }

    /// Takes the rows of a table that follows `above` lines.
    fn rows(
        &mut self,
        input: &mut dyn std::io::Read,
        separator: u8,
        above: u64,
    ) -> Result<(), Unreadable> {
        let left = &Cell::new(ROW_LIMIT);
        let kept = &RefCell::new(Kept::default());
        let input = Rationed { input, left, kept };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .from_reader(input);
        let (columns, is_text) = match rows.byte_headers() {
            Ok(header) => {
                let is_text = std::str::from_utf8(header.as_slice()).is_ok();
                (Columns::of(header), is_text)
            }
            Err(error) => return self.no_table(error, above),
        };
        if !columns.are_exported() && !is_text {
            self.not_utf8(kept.borrow().broken(above + 1));
            return Ok(());
        }
        if !columns.are_exported() {
            let message = text!(
                "这不是 export 写出的文件：没有 type 和 record 两列",
                "this is nothing that export wrote: it has no columns type and record"
            );
            self.not_exported(Position::START, message);
            return Ok(());
        }
        let mut row = csv::ByteRecord::new();
        let (mut last, mut cells) = (1, columns.0.len());
        loop {
            let start = rows.position().byte();
            let line = above + rows.position().line();
            match rows.read_byte_record(&mut row) {
                Ok(true) => left.set(ROW_LIMIT),
                Ok(false) => break,
                Err(error) => return self.no_table(error, above),
            }
            kept.borrow_mut().forget(start);
            let is_blank = row.iter().all(|cell| cell.trim_ascii().is_empty());
            if !is_blank {
                (last, cells) = (line, row.len());
            }
            if self.problems.len() >= PROBLEMS {
                break;
            }
            if std::str::from_utf8(row.as_slice()).is_err() {
                self.not_utf8(kept.borrow().broken(line));
            } else if !is_blank {
                let place = |key: &str| columns.place(key).unwrap_or(0);
                self.take_row(&columns, &row, |key| {
                    kept.borrow().place(place(key), line, separator)
                });
            }
        }
        // A quote that is not closed, or cells that are missing, end a table that was cut short.
        let is_cut = kept.borrow().quotes % 2 == 1 || cells < columns.0.len();
        if is_cut {
            let message = text!(
                "文件到这一行中间就断了，后面的内容不在其中",
                "the file ends in the middle of this row: what came after it is missing"
            );
            self.cut_off(kept.borrow().place(0, last, separator), message);
        }
        self.take_files();
        Ok(())
    }

    fn not_utf8(&mut self, at: Position) {
        let message = text!("这里不是 UTF-8 编码", "this is not UTF-8");
        let problem = Problem::new("", at, "not-utf-8", message);
        self.problems.push(problem.fix(text!(
            "用 export 写出的原文件，或另存为“CSV UTF-8”",
            "take the file as export wrote it, or save it as CSV UTF-8"
        )));
    }

    /// Takes the element of a row; of a file, whose content goes over several rows, a part.
    fn take_row(
        &mut self,
        columns: &Columns,
        row: &csv::ByteRecord,
        place: impl Fn(&str) -> Position,
    ) {
        let raw = columns.raw(row);
        let part = columns.cell(row, "part").map(|number| number.parse());
        match (raw.kind.as_str(), &raw.hash, part) {
            ("file", Some(hash), Some(Ok(part))) => {
                let (_, parts) = self
                    .files
                    .entry(hash.clone())
                    .or_insert_with(|| (place("hash"), BTreeMap::new()));
                parts.insert(part, raw.content.unwrap_or_default());
            }
            (_, _, _) => self.take(raw, place),
        }
    }

    /// Takes the files whose parts have all been seen.
    fn take_files(&mut self) {
        for (hash, (at, parts)) in std::mem::take(&mut self.files) {
            let raw = Raw {
                kind: "file".to_owned(),
                hash: Some(hash),
                content: Some(parts.into_values().collect()),
                ..Raw::default()
            };
            self.take(raw, |_| at);
        }
    }

    fn no_table(&mut self, error: csv::Error, above: u64) -> Result<(), Unreadable> {
        let line = above + error.position().map_or(1, csv::Position::line);
        let at = Position::of_line(usize::try_from(line).unwrap_or(usize::MAX));
        if error.is_io_error()
            && let csv::ErrorKind::Io(error) = error.into_kind()
        {
            if error.kind() == std::io::ErrorKind::FileTooLarge {
                let limit = ROW_LIMIT >> 20;
                let message = text!(
                    "这一行超过 {limit} MiB",
                    "this row is larger than {limit} MiB"
                );
                self.problems
                    .push(Problem::new("", at, "too-large", message));
                return Ok(());
            }
            return Err(error.into());
        }
        let message = text!("这里不是 CSV", "this is no CSV");
        self.problems.push(Problem::new("", at, "syntax", message));
        Ok(())
    }
}
