//! Bytes to text: size, encoding, lines.

use super::problem::{Position, Problem};
use crate::lang::Text;
use crate::text;
use encoding_rs::{DecoderResult, GB18030};
use std::borrow::Cow;

/// What stands before the text of a file that a Windows editor saved.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The same in GB 18030, as converters leave it there.
const GB18030_BOM: &[u8] = b"\x84\x31\x95\x33";

/// A file as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// How a file's characters are written; never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without BOM.
    #[default]
    Utf8,
    /// GB 18030, which contains GBK and GB 2312.
    Gb18030,
}

/// Refuses more than `limit` bytes.
pub(super) fn within(limit: u64, source: &Source<'_>) -> Result<(), Vec<Problem>> {
    if source.bytes.len() as u64 <= limit {
        return Ok(());
    }
    let (name, limit) = (source.name, limit >> 20);
    let message = text!(
        "{name} 超过 {limit} MiB",
        "{name} is larger than {limit} MiB"
    );
    Err(vec![
        Problem::new("", Position::START, "too-large", message)
            .fix(text!("请拆成几个文件", "split it into several files")),
    ])
}

/// How a calendar begins (RFC 5545, 3.4).
const CALENDAR: &[u8] = b"BEGIN:VCALENDAR";

/// Whether a file begins as a calendar does, which `export` writes too and nothing reads.
pub(super) fn is_calendar(beginning: &[u8]) -> bool {
    beginning.starts_with(CALENDAR)
}

/// Says that a file is a calendar, in the place of all that no other reader understands in one.
pub(super) fn calendar(fix: Text) -> Problem {
    let message = text!(
        "这是日历文件（.ics），里面只有期限",
        "this is a calendar (.ics): it has dates alone"
    );
    Problem::new("", Position::START, "calendar", message).fix(fix)
}

/// Refuses a calendar where something is to be read that a person fills in.
fn no_calendar(bytes: &[u8]) -> Result<(), Vec<Problem>> {
    if !is_calendar(bytes) {
        return Ok(());
    }
    Err(vec![calendar(text!(
        "日历文件请用日历软件打开；icpctl template 输出这里要的文件",
        "a calendar is for a calendar program; icpctl template prints the file that is wanted here"
    ))])
}

/// Returns the text of a file without BOM, whose encoding can be chosen.
pub(super) fn decode<'a>(
    source: &Source<'a>,
    encoding: Encoding,
) -> Result<Cow<'a, str>, Vec<Problem>> {
    let unmarked = source.bytes.strip_prefix(BOM);
    let bytes = unmarked.unwrap_or(source.bytes);
    no_calendar(bytes)?;
    let text = match encoding {
        Encoding::Gb18030 if unmarked.is_none() => decode_gb18030(bytes).map(Cow::Owned)?,
        Encoding::Gb18030 | Encoding::Utf8 => decode_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|at| not_utf8(at, chosen(bytes)))?,
    };
    // Spreadsheets on a Mac may end lines as its old system did.
    if text.contains('\r') && !text.contains('\n') {
        return Ok(text.replace('\r', "\n").into());
    }
    Ok(text)
}

/// Returns the text of a file without BOM, which is always UTF-8.
pub(super) fn decode_document<'a>(source: &Source<'a>) -> Result<&'a str, Vec<Problem>> {
    let bytes = source.bytes.strip_prefix(BOM).unwrap_or(source.bytes);
    no_calendar(bytes)?;
    decode_utf8(bytes).map_err(|at| {
        let fix = if is_workbook(bytes) {
            workbook()
        } else {
            text!(
                "请另存为 UTF-8：在编辑器里选编码，国标编码的也可用 iconv -f GB18030 -t UTF-8 转换",
                "save it as UTF-8 in the editor; iconv -f GB18030 -t UTF-8 turns a Chinese encoding into it"
            )
        };
        not_utf8(at, fix)
    })
}

/// How the files of spreadsheet programs begin: the older ones (MS-CFB, 2.2), and those that are ZIP.
const WORKBOOKS: [&[u8]; 2] = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"PK\x03\x04"];

fn is_workbook(bytes: &[u8]) -> bool {
    WORKBOOKS.iter().any(|head| bytes.starts_with(head))
}

fn workbook() -> Text {
    text!(
        "这像是 Excel 工作簿：表格请另存为“CSV UTF-8”；资料文件是文本，见 icpctl template new",
        "this looks like a workbook of a spreadsheet: save a table as CSV UTF-8; a dossier is text, see icpctl template new"
    )
}

/// What to do about rows that are no UTF-8: the flag is named where it helps.
fn chosen(bytes: &[u8]) -> Text {
    if is_workbook(bytes) {
        workbook()
    } else if decode_gb18030(bytes).is_ok() {
        text!(
            "多半是国标编码：加 --encoding gb18030，或另存为“CSV UTF-8”",
            "it is probably in a Chinese encoding: add --encoding gb18030, or save it as CSV UTF-8"
        )
    } else {
        text!(
            "请另存为“CSV UTF-8”；它也不是 gb18030",
            "save it as CSV UTF-8; it is no gb18030 either"
        )
    }
}

fn not_utf8(at: Position, fix: Text) -> Vec<Problem> {
    let message = text!("这里不是 UTF-8 编码", "this is not UTF-8");
    vec![Problem::new("", at, "not-utf-8", message).fix(fix)]
}

fn decode_utf8(bytes: &[u8]) -> Result<&str, Position> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        end_of(&String::from_utf8_lossy(before))
    })
}

fn decode_gb18030(bytes: &[u8]) -> Result<String, Vec<Problem>> {
    let bytes = bytes.strip_prefix(GB18030_BOM).unwrap_or(bytes);
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(capacity.unwrap_or_default());
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(..) | DecoderResult::OutputFull, _) => {
            let fix = if is_workbook(bytes) {
                workbook()
            } else {
                text!(
                    "UTF-8 文件请去掉 --encoding gb18030",
                    "leave --encoding gb18030 out for a UTF-8 file"
                )
            };
            let message = text!("这里不是 GB18030 编码", "this is not GB18030");
            Err(vec![
                Problem::new("", end_of(&text), "not-gb18030", message).fix(fix),
            ])
        }
    }
}

/// Returns the place right after `text`.
fn end_of(text: &str) -> Position {
    Lines::new(text).position(text.len())
}

/// How many bytes of a text are counted at once.
const BLOCK: usize = 1024;

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters stand before each block: a place is found by counting within one, however
    /// long its line is.
    before: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        let blocks = text.as_bytes().chunks(BLOCK);
        let counted = blocks.scan(0, |all, block| {
            *all += characters(block);
            Some(*all)
        });
        Self {
            text,
            starts: std::iter::once(0).chain(after_breaks).collect(),
            before: std::iter::once(0).chain(counted).collect(),
        }
    }

    /// Returns the place of a byte; one within a character counts as that character's.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.start_of(line);
        Position {
            line,
            column: self.characters_before(offset) - self.characters_before(start) + 1,
        }
    }

    /// Returns the byte at which a line of this text begins, lines counted from 1.
    pub(super) fn start_of(&self, line: usize) -> usize {
        let place = line.saturating_sub(1);
        self.starts.get(place).copied().unwrap_or(self.text.len())
    }

    /// Returns the byte of a place; the end of its line for one beyond it.
    pub(super) fn offset(&self, at: Position) -> usize {
        let start = self.start_of(at.line);
        let end = match self.starts.get(at.line) {
            Some(next) => next - 1,
            None => self.text.len(),
        };
        let wanted = self.characters_before(start) + at.column - 1;
        let block = self.before.partition_point(|before| *before <= wanted) - 1;
        let rest = wanted - self.before.get(block).copied().unwrap_or(0);
        let bytes = self.text.as_bytes().iter().enumerate().skip(block * BLOCK);
        let mut begins = bytes.filter(|(_, byte)| begins(**byte));
        begins.nth(rest).map_or(end, |(index, _)| index.min(end))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let within = self.text.as_bytes().get(block * BLOCK..offset);
        self.before.get(block).copied().unwrap_or(0) + characters(within.unwrap_or_default())
    }
}

/// Whether a byte of a text begins a character.
const fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| begins(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn places_are_counted_in_characters_however_long_a_line_is() {
        let text = format!("{}\n\n{}x\n{}", "a备".repeat(2000), "备".repeat(5000), "字");
        let lines = Lines::new(&text);
        let (mut line, mut column) = (1, 1);
        for (byte, character) in text.char_indices() {
            let at = lines.position(byte);
            assert_eq!((at.line, at.column), (line, column), "{byte}");
            assert_eq!(lines.offset(at), byte);
            (line, column) = match character {
                '\n' => (line + 1, 1),
                _ => (line, column + 1),
            };
        }
        let end = lines.position(text.len());
        assert_eq!((end.line, end.column), (line, column));
        assert_eq!(lines.offset(end), text.len());
        // What is beyond a line is its end.
        let beyond = super::Position { line: 2, column: 9 };
        assert_eq!(lines.offset(beyond), "a备".repeat(2000).len() + 1);
    }
}
