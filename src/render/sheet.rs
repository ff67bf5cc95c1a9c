//! Tables of very many rows: each row is kept as one piece of text, in one language, and printed
//! piece by piece.

use super::clean::clean;
use super::style::{Color, Tone};
use super::table::{Cell, GAP, Table, width_of};
use super::turns::in_turn;
use super::{Delivery, print};
use crate::lang::{Lang, Text};
use std::borrow::Cow;
use std::io::{Result, Write};

/// Ends a cell; [`clean`] keeps it out of every cell.
const END: char = '\u{1f}';

/// What fills cells up.
const SPACES: &str = "                                                                ";

/// Rows without a header, in the order in which they were laid down.
#[derive(Debug, Default)]
pub struct Sheet {
    text: String,
    starts: Vec<u32>,
    /// How many terminal cells each cell takes, row by row.
    widths: Vec<u16>,
}

/// A row of a sheet.
#[derive(Clone, Copy, Debug)]
pub struct RowOf<'s> {
    sheet: &'s Sheet,
    place: u32,
}

impl Sheet {
    /// Lays a row down and returns its place; none where the sheet is full.
    pub fn lay<'c>(
        &mut self,
        cells: impl IntoIterator<Item = (Tone, Cow<'c, str>)>,
    ) -> Option<u32> {
        let start = u32::try_from(self.text.len()).ok()?;
        let place = u32::try_from(self.starts.len()).ok()?;
        self.starts.push(start);
        for (tone, text) in cells {
            let text = clean(&text);
            self.widths
                .push(u16::try_from(width_of(&text)).unwrap_or(u16::MAX));
            self.text.push(tone.mark());
            self.text.push_str(&text);
            self.text.push(END);
        }
        Some(place)
    }

    /// Returns the row at a place.
    pub const fn row(&self, place: u32) -> RowOf<'_> {
        RowOf { sheet: self, place }
    }
}

impl<'s> RowOf<'s> {
    /// Lists its cells, each with its tone.
    pub fn cells(self) -> impl Iterator<Item = (Tone, &'s str)> {
        let place = self.place as usize;
        let starts = &self.sheet.starts;
        let start = starts.get(place).map_or(usize::MAX, |at| *at as usize);
        let end = starts.get(place + 1).map(|at| *at as usize);
        let text = match end {
            Some(end) => self.sheet.text.get(start..end),
            None => self.sheet.text.get(start..),
        };
        text.unwrap_or_default()
            .split_terminator(END)
            .filter_map(|cell| {
                let mut rest = cell.chars();
                let tone = Tone::marked(rest.next()?);
                Some((tone, rest.as_str()))
            })
    }

    fn widths(self, columns: usize) -> &'s [u16] {
        let start = self.place as usize * columns;
        let widths = self.sheet.widths.get(start..start + columns);
        widths.unwrap_or_default()
    }
}

/// Prints rows under a header, each column as wide as its widest cell; where the terminal is
/// narrower than that, as [`Table::render`] does.
///
/// # Errors
/// When they cannot be written.
pub fn print_rows<'s>(
    out: &mut dyn Write,
    headers: &[Text],
    rows: impl Iterator<Item = RowOf<'s>> + Clone,
    lang: Lang,
    width: Option<u16>,
    color: Color,
) -> Result<Delivery> {
    let mut widest: Vec<usize> = headers.iter().map(|h| width_of(h.get(lang))).collect();
    for row in rows.clone() {
        for (widest, width) in widest.iter_mut().zip(row.widths(headers.len())) {
            *widest = (*widest).max(usize::from(*width));
        }
    }
    let whole = widest.iter().sum::<usize>() + GAP * headers.len().saturating_sub(1);
    if width.is_some_and(|width| whole > usize::from(width)) {
        let mut table = Table::new(headers.to_vec());
        for row in rows {
            let cells = row.cells();
            table.row(
                cells
                    .map(|(tone, text)| Cell::verbatim(text).tone(tone))
                    .collect(),
            );
        }
        return print(out, &table.render(lang, width, color));
    }
    let mut head = String::new();
    let heads = headers.iter().map(|header| (Tone::Plain, header.get(lang)));
    let head_widths: Vec<u16> = headers
        .iter()
        .map(|header| u16::try_from(width_of(header.get(lang))).unwrap_or(u16::MAX))
        .collect();
    line(&mut head, heads, &head_widths, &widest, color);
    let mut delivery = print(out, &head)?;
    let rows: Vec<RowOf<'s>> = rows.collect();
    let lay_out = |rows: &[RowOf<'s>]| {
        let mut lines = String::new();
        for row in rows {
            line(
                &mut lines,
                row.cells(),
                row.widths(headers.len()),
                &widest,
                color,
            );
        }
        lines
    };
    in_turn(&rows, lay_out, |lines| -> Result<bool> {
        delivery = print(out, &lines)?;
        Ok(delivery == Delivery::Written)
    })?;
    Ok(delivery)
}

/// Adds a line, each cell filled up with spaces to its column's width, none at the end.
fn line<'c>(
    to: &mut String,
    cells: impl Iterator<Item = (Tone, &'c str)>,
    widths: &[u16],
    widest: &[usize],
    color: Color,
) {
    let mut gap = 0;
    for (((tone, text), width), widest) in cells.zip(widths).zip(widest) {
        let words = text.trim_end_matches(' ');
        if !words.is_empty() {
            while gap > 0 {
                let some = SPACES.get(..gap).unwrap_or(SPACES);
                to.push_str(some);
                gap -= some.len();
            }
            to.push_str(&tone.paint(words, color));
        }
        gap += text.len() - words.len() + widest.saturating_sub(usize::from(*width)) + GAP;
    }
    to.push('\n');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at once")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Rows laid down and printed in any order read as the table of them does.
        #[test]
        fn a_sheet_prints_what_a_table_renders(
            rows in prop::collection::vec(("[a-z备案号，ｘ\u{202e} é]{0,12}", any::<String>()), 0..6),
            width in prop::option::of(any::<u16>()),
            colored in any::<bool>(),
        ) {
            let color = if colored { Color::On } else { Color::Off };
            let headers = vec![Text::fixed("号", "No."), Text::fixed("备注", "Remarks")];
            let mut table = Table::new(headers.clone());
            let mut sheet = Sheet::default();
            let mut places = Vec::new();
            for (first, second) in rows.iter().rev() {
                let cells = [(Tone::Name, first.into()), (Tone::Plain, second.into())];
                places.push(sheet.lay(cells).unwrap());
            }
            for (first, second) in &rows {
                table.row(vec![Cell::verbatim(first).tone(Tone::Name), Cell::verbatim(second)]);
            }
            let rows: Vec<RowOf<'_>> = places.iter().rev().map(|place| sheet.row(*place)).collect();
            let mut printed = Vec::new();
            print_rows(&mut printed, &headers, rows.into_iter(), Lang::En, width, color).unwrap();
            let printed = String::from_utf8(printed).unwrap();
            let plain = table.render(Lang::En, None, color);
            let wrapped = table.render(Lang::En, width, color);
            prop_assert!(printed == plain || width.is_some() && printed == wrapped, "{printed}");
        }
    }
}
