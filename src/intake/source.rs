//! Bytes to text: size, encoding, lines.

use super::problem::{Position, Problem};
use crate::lang::Text;
use crate::text;
use encoding_rs::{DecoderResult, GB18030};
use std::borrow::Cow;
use std::cell::Cell;

/// The most bytes of a TOML or JSON document.
const DOCUMENT_LIMIT: usize = 1 << 20;
/// The most bytes of a CSV or JSON Lines file.
const ROWS_LIMIT: usize = 64 << 20;
const BOM: &[u8] = b"\xEF\xBB\xBF";

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

/// How large a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// One document.
    Document,
    /// Many rows.
    Rows,
}

impl Size {
    const fn limit(self) -> usize {
        match self {
            Self::Document => DOCUMENT_LIMIT,
            Self::Rows => ROWS_LIMIT,
        }
    }
}

/// Refuses more than `size` allows.
pub(super) fn within(size: Size, source: &Source<'_>) -> Result<(), Vec<Problem>> {
    if source.bytes.len() <= size.limit() {
        return Ok(());
    }
    let (name, limit) = (source.name, size.limit() >> 20);
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
    match encoding {
        Encoding::Gb18030 if unmarked.is_none() => decode_gb18030(bytes).map(Cow::Owned),
        Encoding::Gb18030 | Encoding::Utf8 => decode_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|at| not_utf8(at, chosen(bytes))),
    }
}

/// Returns the text of a file without BOM, which is always UTF-8.
pub(super) fn decode_document<'a>(source: &Source<'a>) -> Result<&'a str, Vec<Problem>> {
    let bytes = source.bytes.strip_prefix(BOM).unwrap_or(source.bytes);
    no_calendar(bytes)?;
    decode_utf8(bytes).map_err(|at| {
        not_utf8(
            at,
            text!(
                "请另存为 UTF-8：在编辑器里选编码，国标编码的也可用 iconv -f GB18030 -t UTF-8 转换",
                "save it as UTF-8 in the editor; iconv -f GB18030 -t UTF-8 turns a Chinese encoding into it"
            ),
        )
    })
}

/// What to do about rows that are no UTF-8: the flag is named where it helps.
fn chosen(bytes: &[u8]) -> Text {
    if decode_gb18030(bytes).is_ok() {
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
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(capacity.unwrap_or_default());
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(..) | DecoderResult::OutputFull, _) => {
            let message = text!("这里不是 GB18030 编码", "this is not GB18030");
            Err(vec![
                Problem::new("", end_of(&text), "not-gb18030", message).fix(text!(
                    "UTF-8 文件请去掉 --encoding gb18030",
                    "leave --encoding gb18030 out for a UTF-8 file"
                )),
            ])
        }
    }
}

/// Returns the place right after `text`.
fn end_of(text: &str) -> Position {
    Lines::new(text).position(text.len())
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// The byte asked for last and the characters before it on its line: a walk from front to
    /// back counts every character once, however long a line is.
    last: Cell<(usize, usize)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(after_breaks).collect(),
            last: Cell::new((0, 0)),
        }
    }

    /// Returns the place of a byte; one within a character counts as that character's.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let (last, counted) = self.last.get();
        let (from, before) = if (start..=offset).contains(&last) {
            (last, counted)
        } else {
            (start, 0)
        };
        let between = self.text.get(from..offset).unwrap_or_default();
        let characters = before + between.chars().count();
        self.last.set((offset, characters));
        Position {
            line,
            column: characters + 1,
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
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let mut before = line.char_indices().map(|(index, _)| index);
        start + before.nth(at.column - 1).unwrap_or(line.len())
    }
}
