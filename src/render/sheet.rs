//! Tables of very many rows: each row is kept as one piece of text, in one language, and printed
//! piece by piece.

use super::clean::clean;
use super::room::{Need, Room, share, shortened};
use super::style::{Color, Tone};
use super::table::{Cell, GAP, Table, whole, width_of};
use super::{Delivery, print};
use crate::lang::{Lang, Text};
use crate::threads::in_turn;
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
/// narrower than that, columns give way as their `rooms` say.
///
/// # Errors
/// When they cannot be written.
pub fn print_rows<'s>(
    out: &mut dyn Write,
    headers: &[Text],
    rooms: &[Room],
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
    let mut shares: Vec<Option<usize>> = widest.iter().copied().map(Some).collect();
    if let Some(width) = width.map(usize::from)
        && whole(&widest) > width
    {
        let needs = needs(headers, rooms, rows.clone(), lang, &widest);
        shares = share(&needs, width);
        let is_wrapped = |(share, need): (&Option<usize>, &Need)| {
            need.room != Room::Shortens && share.is_some_and(|share| share < need.widest)
        };
        if shares.iter().zip(&needs).any(is_wrapped) {
            let mut table = Table::new(headers.to_vec()).rooms(rooms);
            for row in rows {
                let cells = row.cells();
                table.row(
                    cells
                        .map(|(tone, text)| Cell::verbatim(text).tone(tone))
                        .collect(),
                );
            }
            return print(out, &table.render(lang, u16::try_from(width).ok(), color));
        }
    }
    let mut head = String::new();
    let heads = headers.iter().map(|header| (Tone::Plain, header.get(lang)));
    let head_widths: Vec<u16> = headers
        .iter()
        .map(|header| u16::try_from(width_of(header.get(lang))).unwrap_or(u16::MAX))
        .collect();
    line(&mut head, heads, &head_widths, &shares, color);
    let mut delivery = print(out, &head)?;
    let rows: Vec<RowOf<'s>> = rows.collect();
    let lay_out = |rows: &[RowOf<'s>]| {
        let mut lines = String::new();
        for row in rows {
            line(
                &mut lines,
                row.cells(),
                row.widths(headers.len()),
                &shares,
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

/// Says what each column needs.
fn needs<'s>(
    headers: &[Text],
    rooms: &[Room],
    rows: impl Iterator<Item = RowOf<'s>>,
    lang: Lang,
    widest: &[usize],
) -> Vec<Need> {
    let needs = headers.iter().zip(rooms).zip(widest);
    let mut needs: Vec<Need> = needs
        .map(|((header, room), widest)| Need {
            room: *room,
            widest: *widest,
            longest_word: room.longest_word(header.get(lang)),
            is_empty: true,
        })
        .collect();
    for row in rows {
        for (need, (_, text)) in needs.iter_mut().zip(row.cells()) {
            need.is_empty &= text.trim().is_empty();
            need.longest_word = need.longest_word.max(need.room.longest_word(text));
        }
    }
    needs
}

/// Adds a line, each cell that has a share filled up with spaces to it or shortened, no spaces at
/// the end.
fn line<'c>(
    to: &mut String,
    cells: impl Iterator<Item = (Tone, &'c str)>,
    widths: &[u16],
    shares: &[Option<usize>],
    color: Color,
) {
    let mut gap = 0;
    for (((tone, text), width), share) in cells.zip(widths).zip(shares) {
        let Some(share) = *share else { continue };
        let mut width = usize::from(*width);
        let mut text = Cow::Borrowed(text);
        if width > share {
            text = Cow::Owned(shortened(&text, share).into_owned());
            width = width_of(&text);
        }
        let words = text.trim_end_matches(' ');
        if !words.is_empty() {
            while gap > 0 {
                let some = SPACES.get(..gap).unwrap_or(SPACES);
                to.push_str(some);
                gap -= some.len();
            }
            to.push_str(&tone.paint(words, color));
        }
        gap += text.len() - words.len() + share.saturating_sub(width) + GAP;
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
            room in prop::sample::select(vec![Room::Whole, Room::Wraps, Room::Aside, Room::Shortens]),
        ) {
            let color = if colored { Color::On } else { Color::Off };
            let headers = vec![Text::fixed("号", "No."), Text::fixed("备注", "Remarks")];
            let rooms = [Room::Whole, room];
            let mut table = Table::new(headers.clone()).rooms(&rooms);
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
            print_rows(&mut printed, &headers, &rooms, rows.into_iter(), Lang::En, width, color).unwrap();
            let printed = String::from_utf8(printed).unwrap();
            prop_assert_eq!(printed, table.render(Lang::En, width, color));
        }
    }
}
