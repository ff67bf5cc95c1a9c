//! Tables as CSV.

use super::{
    Cell, Goal, Header, LABELS, ROWS, Read, Row, split, too_labelled, too_many, unknown_column,
};
use crate::intake::cells::{Opening, Starts, hint};
use crate::intake::problem::{PROBLEMS, Position, Problem};
use crate::intake::schema::{Table, columns};
use crate::intake::source::Lines;
use crate::lang::Text;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// The most columns of a CSV.
const COLUMNS: usize = 1000;

/// The most lines of titles above a header among which it is looked for.
const TITLES: usize = 10;

/// Whether the first line that counts is a header of `table`, whatever separates its cells, or at least
/// no TOML.
pub(in crate::intake) fn is_csv(text: &str, table: Table) -> bool {
    let Opening { start, separator } = Opening::of(text);
    let body = text.get(start..).unwrap_or_default();
    let first = body.lines().next().unwrap_or_default();
    let is_header = || {
        SEPARATORS
            .iter()
            .any(|(separator, _)| names(table, first, *separator))
    };
    names(table, first, char::from(separator))
        || hint(first).is_some()
        || (!first.contains(['=', '[']) && (first.contains(',') || is_header()))
}

/// Reads the rows of a CSV whose header is right.
///
/// # Errors
/// What is wrong with the header itself, or that there are more rows than are taken.
pub(in crate::intake) fn csv_rows(text: &str, table: Table) -> Result<Read, Vec<Problem>> {
    let sheet = Sheet::of(text);
    let mut records = sheet.records();
    let Some(Ok(first)) = records.next() else {
        return Err(vec![no_header(table)]);
    };
    sheet
        .check_header(table, &first)
        .map_err(|problem| vec![problem])?;
    let names: Vec<String> = first.iter().map(|cell| cell.trim().to_owned()).collect();
    let (head, mut problems) = sheet.head(table, &names, &sheet.blank_columns(&first));
    if let Some(problem) = sheet.header_below(table, &head) {
        return Err(vec![problem]);
    }
    // Columns without a name at the end need no cells.
    let width = names.iter().rposition(|name| is_filled(name));
    let width = width.map_or(0, |last| last + 1);
    let mut rows = Vec::new();
    let mut labels = 0;
    for record in records {
        if problems.len() >= PROBLEMS {
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(sheet.unreadable(&error));
                continue;
            }
        };
        if !record.iter().any(is_filled) {
            continue;
        }
        let starts = sheet.starts(record.position());
        let at = sheet.lines.position(starts.field(0));
        if rows.len() >= ROWS {
            problems.push(too_many(at));
            return Err(problems);
        }
        if let Some(open) = starts.open_quote {
            problems.push(unclosed(sheet.lines.position(open)));
        } else if record.len() < width || record.iter().skip(names.len()).any(is_filled) {
            let expected = if record.len() < width {
                width
            } else {
                names.len()
            };
            problems.push(other_length(&record, expected, at));
            continue;
        }
        let row = sheet.row(&head, &record, &starts);
        labels += row.labels.len();
        if labels > LABELS {
            problems.push(too_labelled(at));
            return Err(problems);
        }
        problems.extend(shortened(&row));
        rows.push(row);
    }
    Ok((rows, problems))
}

/// The text of a CSV, and where things stand in it.
struct Sheet<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// Where the header begins, and what separates the cells.
    opening: Opening,
}

/// The header of a CSV, understood.
struct Head<'h> {
    /// What the columns are called, one a cell.
    names: &'h [String],
    /// What they are called, by their English names.
    header: Header,
    /// Where each column goes; nowhere for those that are refused or blank.
    goals: Vec<Option<Goal<'h>>>,
    /// Whether a column was refused: what rows lack may stand in it.
    is_flawed: bool,
}

impl<'t> Sheet<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            lines: Lines::new(text),
            opening: Opening::of(text),
        }
    }

    fn body(&self) -> &'t str {
        self.text.get(self.opening.start..).unwrap_or_default()
    }

    /// Returns the records, the header first.
    fn records(&self) -> csv::StringRecordsIntoIter<&'t [u8]> {
        csv::ReaderBuilder::new()
            .delimiter(self.opening.separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(self.body().as_bytes())
            .into_records()
    }

    /// Returns where the cells of a record begin, from where the parser says that it does.
    fn starts(&self, record: Option<&csv::Position>) -> Starts {
        Starts::of(
            self.text.as_bytes(),
            self.byte(record),
            self.opening.separator,
        )
    }

    fn byte(&self, place: Option<&csv::Position>) -> usize {
        let within = place.map_or(0, csv::Position::byte);
        self.opening.start + usize::try_from(within).unwrap_or(0)
    }

    /// Refuses a header by which no row can be read.
    fn check_header(&self, table: Table, header: &csv::StringRecord) -> Result<(), Problem> {
        let at = self.lines.position(self.opening.start);
        if header.len() > COLUMNS {
            let count = header.len();
            let message = text!(
                "表头有 {count} 列，最多 {COLUMNS} 列",
                "the header has {count} columns, of which there may be {COLUMNS}"
            );
            return Err(Problem::new("", at, "too-large", message));
        }
        if header.get(0).and_then(hint).is_some() {
            let message = text!(
                "sep= 后面应是逗号、分号或制表符",
                "a comma, a semicolon or a tab is expected after sep="
            );
            return Err(Problem::new("", at, "syntax", message));
        }
        let own = self.opening.separator;
        if let Some(Text { zh, en }) = other_separator(table, header, own) {
            let (message, fix) = if own == b',' {
                (
                    text!(
                        "各格以{zh}分隔，应以逗号分隔",
                        "the cells are separated by {en}, not by commas"
                    ),
                    text!(
                        "另存为以逗号分隔的 CSV",
                        "save it as CSV separated by commas"
                    ),
                )
            } else {
                (
                    text!(
                        "各格以{zh}分隔，与上面 sep= 写的不同",
                        "the cells are separated by {en}, not by what the line sep= names"
                    ),
                    text!(
                        "删去 sep= 一行，另存为以逗号分隔的 CSV",
                        "delete the line sep=, and save it as CSV separated by commas"
                    ),
                )
            };
            return Err(Problem::new("", at, "syntax", message).fix(fix));
        }
        match self.starts(None).open_quote {
            Some(open) => Err(unclosed(self.lines.position(open))),
            None => Ok(()),
        }
    }

    /// Understands a header, and says what is wrong with its columns.
    fn head<'h>(
        &self,
        table: Table,
        names: &'h [String],
        blank: &BTreeSet<usize>,
    ) -> (Head<'h>, Vec<Problem>) {
        let starts = self.starts(None);
        let mut problems = Vec::new();
        let mut goals: Vec<Option<Goal<'h>>> = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let at = self.lines.position(starts.field(place));
            let goal = Goal::of(table, name);
            let is_twice = goal.is_some() && goals.contains(&goal);
            if is_twice {
                let message = text!("列“{name}”重复", "the column \"{name}\" stands here twice");
                problems.push(Problem::new(name, at, "duplicate-column", message));
            } else if goal.is_none() && !blank.contains(&place) {
                problems.push(unknown_column(table, name, at));
            }
            goals.push(goal.filter(|_| !is_twice));
        }
        let head = Head {
            names,
            header: Header::of(table, names),
            goals,
            is_flawed: !problems.is_empty(),
        };
        (head, problems)
    }

    /// Says where the header is, where the first line is a title above it.
    fn header_below(&self, table: Table, head: &Head<'_>) -> Option<Problem> {
        if head.goals.iter().any(Option::is_some) {
            return None;
        }
        let is_known = |cell: &&str| Goal::of(table, cell.trim()).is_some();
        let is_header =
            |record: &csv::StringRecord| record.iter().filter(is_known).nth(1).is_some();
        let mut below = self.records().skip(1).take(TITLES).flatten();
        let starts = self.starts(below.find(is_header)?.position());
        let line = self.lines.position(starts.field(0)).line;
        let at = self.lines.position(self.opening.start);
        let message = text!(
            "这一行不是表头，表头在第 {line} 行",
            "this is no header; the header is line {line}"
        );
        let problem = Problem::new("", at, "unknown-column", message);
        Some(problem.fix(text!(
            "删去第 {line} 行之前的行",
            "delete the lines before line {line}"
        )))
    }

    /// Returns the places of the columns that have no name and no value: a spreadsheet leaves them
    /// beside what it was asked to save, and they say nothing.
    fn blank_columns(&self, header: &csv::StringRecord) -> BTreeSet<usize> {
        let unnamed = header
            .iter()
            .enumerate()
            .filter(|(_, cell)| !is_filled(cell));
        let mut blank: BTreeSet<usize> = unnamed.map(|(place, _)| place).collect();
        if blank.is_empty() {
            return blank;
        }
        for record in self.records().skip(1).flatten() {
            blank.retain(|place| !record.get(*place).is_some_and(is_filled));
        }
        blank
    }

    /// Reads a record; in one with an open quote, what stands before the quote.
    fn row(&self, head: &Head<'_>, record: &csv::StringRecord, starts: &Starts) -> Row {
        let is_open = starts.open_quote.is_some();
        let mut row = Row {
            at: self.lines.position(starts.field(0)),
            header: head.header.clone(),
            cells: BTreeMap::new(),
            labels: BTreeMap::new(),
            is_flawed: head.is_flawed || is_open,
            is_open,
            blank: Vec::new(),
        };
        let named = head.names.iter().zip(&head.goals).zip(record);
        for (place, ((name, goal), text)) in named.enumerate() {
            // What stands within a quote that is never closed may be anything.
            if starts.open_quote == Some(starts.field(place)) {
                break;
            }
            if !is_filled(text) {
                if let Some(Goal::Column(key, _)) = goal {
                    row.blank
                        .push((key, self.lines.position(starts.field(place))));
                }
                continue;
            }
            let cell = |values| Cell {
                column: name.clone(),
                at: self.lines.position(starts.field(place)),
                values,
            };
            match goal {
                Some(Goal::Column(key, true)) => {
                    row.cells.insert(key, cell(split(text)));
                }
                Some(Goal::Column(key, false)) => {
                    row.cells.insert(key, cell(vec![text.trim().to_owned()]));
                }
                Some(Goal::Label(key)) => {
                    let text = vec![text.trim().to_owned()];
                    row.labels.insert((*key).to_owned(), cell(text));
                }
                None => {}
            }
        }
        row
    }

    fn unreadable(&self, error: &csv::Error) -> Problem {
        let at = self.lines.position(self.byte(error.position()));
        let reason = error.to_string();
        let message = text!("无法读取：{reason}", "this cannot be read: {reason}");
        Problem::new("", at, "syntax", message)
    }
}

fn is_filled(cell: &str) -> bool {
    !cell.trim().is_empty()
}

fn no_header(table: Table) -> Problem {
    let message = text!("文件里没有表头", "the file has no header");
    let columns: Vec<&str> = columns(table).map(|column| column.name.as_str()).collect();
    let expected = columns.join(",");
    Problem::new("", Position::START, "empty", message)
        .fix(text!("表头应为：{expected}", "the header is {expected}"))
}

fn other_length(record: &csv::StringRecord, expected: usize, at: Position) -> Problem {
    let found = record.len();
    let message = text!(
        "这一行有 {found} 格，表头有 {expected} 列",
        "this row has {found} cell(s), the header {expected} column(s)"
    );
    Problem::new("", at, "row-length", message)
}

/// Finds the long numbers that a spreadsheet has shortened, as `4.40301E+17`: their digits are lost.
fn shortened(row: &Row) -> impl Iterator<Item = Problem> {
    let cells = row.cells.values().chain(row.labels.values());
    let wrong =
        cells.filter_map(|cell| Some((cell, cell.values.iter().find(|v| is_shortened(v))?)));
    wrong.map(|(cell, given)| {
        let message = text!(
            "“{given}”是表格软件缩写的数字，原来的数位已经丢失",
            "\"{given}\" is a number that a spreadsheet shortened: its digits are lost"
        );
        cell.problem("shortened-number", message).fix(text!(
            "把这一列的格式设为文本，再重新填写",
            "format the column as text, and enter it again"
        ))
    })
}

fn is_shortened(text: &str) -> bool {
    let Some((digits, power)) = text.split_once("E+").or_else(|| text.split_once("e+")) else {
        return false;
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1 && power.len() == 2 && [whole, rest, power].into_iter().all(is_number)
}

/// A quote that begins a cell, and the rest of the file.
fn unclosed(at: Position) -> Problem {
    let message = text!("引号没有闭合", "this quote is never closed");
    Problem::new("", at, "syntax", message)
}

/// What can separate cells, and what it is called.
static SEPARATORS: [(char, Text); 5] = [
    (',', Text::fixed("逗号", "commas")),
    ('\t', Text::fixed("制表符", "tabs")),
    (';', Text::fixed("分号", "semicolons")),
    ('；', Text::fixed("分号", "semicolons")),
    ('，', Text::fixed("全角逗号", "full-width commas")),
];

/// Whether a line that is parted so names columns of `table`.
fn names(table: Table, line: &str, separator: char) -> bool {
    let mut cells = line.split(separator);
    cells.any(|cell| Goal::of(table, cell.trim().trim_matches('"').trim()).is_some())
}

/// Returns what separates the cells of a header that should have been separated by `own`, though it
/// has columns of `table`.
fn other_separator(table: Table, header: &csv::StringRecord, own: u8) -> Option<Text> {
    let (Some(line), 1) = (header.get(0), header.len()) else {
        return None;
    };
    let others = SEPARATORS.iter();
    let mut others = others.filter(|(separator, _)| *separator != char::from(own));
    let found =
        others.find(|(separator, _)| line.contains(*separator) && names(table, line, *separator));
    found.map(|(_, name)| name.clone())
}
