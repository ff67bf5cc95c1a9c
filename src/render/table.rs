//! Tables for people, aligned by terminal cells.
//!
//! No frame and no background. Foreign text is made harmless here, so a caller cannot forget it.

use super::clean::clean;
use super::room::{Need, Room, share, shortened};
use super::style::{Color, Tone};
use crate::lang::{Lang, Text};
use comfy_table::{
    ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table as Layout, TableStyle,
    Width,
};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr as _;

/// Stands between two columns of the laid-out table; [`clean`] keeps it out of every cell.
const COLUMN: char = '\u{1f}';
/// Makes the line between two rows of the laid-out table.
const ROW: char = '\u{1e}';

/// Spaces between two columns.
pub(super) const GAP: usize = 2;

/// One cell: its text and what it means.
#[derive(Clone, Debug)]
pub struct Cell {
    text: Text,
    tone: Tone,
}

impl Cell {
    /// A cell whose words exist in both languages.
    pub fn new(text: Text) -> Self {
        Self {
            text,
            tone: Tone::Plain,
        }
    }

    /// A cell that reads the same in both languages: an id, a name, a domain.
    pub fn verbatim(words: impl Into<String>) -> Self {
        Self::new(Text::verbatim(words))
    }

    /// The same cell in `tone`.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// A table: a header and rows.
#[derive(Clone, Debug)]
pub struct Table {
    headers: Vec<Text>,
    rooms: Vec<Room>,
    rows: Vec<Vec<Cell>>,
}

/// A line of a table as it is printed: harmless texts with their tones.
type Line<'t> = Vec<(Cow<'t, str>, Tone)>;

impl Table {
    /// A table without rows, whose first column holds what is copied.
    pub fn new(headers: Vec<Text>) -> Self {
        Self {
            rooms: Vec::new(),
            headers,
            rows: Vec::new(),
        }
    }

    /// The same table, its columns giving way in these manners where there is too little room.
    #[must_use]
    pub fn rooms(mut self, rooms: &[Room]) -> Self {
        self.rooms = rooms.to_vec();
        self
    }

    /// Adds a row, its cells in the order of the headers.
    pub fn row(&mut self, cells: Vec<Cell>) -> &mut Self {
        self.rows.push(cells);
        self
    }

    /// Returns the header and the rows, a line feed after each line and no spaces before it.
    ///
    /// `width` is the terminal's, in cells; without one each column is as wide as its widest cell,
    /// and with one the columns give way as [`Room`] says. The first, which holds what is copied,
    /// never does.
    pub fn render(&self, lang: Lang, width: Option<u16>, color: Color) -> String {
        let head = self.headers.iter().map(|header| (header, Tone::Plain));
        let head: Line<'_> = harmless(head, lang);
        let rows = self.rows.iter().map(|row| {
            let row = row.iter().map(|cell| (&cell.text, cell.tone));
            harmless(row, lang)
        });
        let rows: Vec<Line<'_>> = rows.collect();
        let mut widest: Vec<usize> = head.iter().map(|(text, _)| width_of(text)).collect();
        for row in &rows {
            for (widest, (text, _)) in widest.iter_mut().zip(row) {
                *widest = (*widest).max(width_of(text));
            }
        }
        match width.map(usize::from) {
            Some(width) if whole(&widest) > width => {
                self.narrowed(head, rows, &widest, width, color)
            }
            Some(_) | None => {
                let mut rendered = String::new();
                for line in std::iter::once(&head).chain(&rows) {
                    aligned(&mut rendered, line, &widest, color);
                }
                rendered
            }
        }
    }

    /// Returns the table within a width that it does not fit into as it is.
    fn narrowed(
        &self,
        head: Line<'_>,
        rows: Vec<Line<'_>>,
        widest: &[usize],
        width: usize,
        color: Color,
    ) -> String {
        let column = |place: usize| rows.iter().filter_map(move |row| row.get(place));
        let needs = widest.iter().enumerate().map(|(place, widest)| {
            let texts = || column(place).chain(head.get(place)).map(|(text, _)| text);
            let unsaid = if place == 0 {
                Room::Whole
            } else {
                Room::default()
            };
            let room = self.rooms.get(place).copied().unwrap_or(unsaid);
            Need {
                room,
                widest: (*widest).min(usize::from(u16::MAX)),
                longest_word: texts()
                    .map(|text| room.longest_word(text))
                    .max()
                    .unwrap_or_default(),
                is_empty: !rows.is_empty() && column(place).all(|(text, _)| text.trim().is_empty()),
            }
        });
        let needs: Vec<Need> = needs.collect();
        let shares = share(&needs, width);
        let head = kept(head, &shares, &needs);
        let rows = rows.into_iter().map(|row| kept(row, &shares, &needs));
        let rows: Vec<Line<'_>> = rows.collect();
        let widths: Vec<usize> = shares.into_iter().flatten().collect();
        wrapped(&head, &rows, &widths, color)
    }
}

/// Returns the cells of a line that have a share, those of names shortened to it.
fn kept<'t>(line: Line<'t>, shares: &[Option<usize>], needs: &[Need]) -> Line<'t> {
    let cells = line.into_iter().zip(shares).zip(needs);
    cells
        .filter_map(|((cell, width), need)| Some((cell, (*width)?, need.room)))
        .map(|((text, tone), width, room)| match room {
            Room::Shortens => (shortened(&text, width).into_owned().into(), tone),
            Room::Whole | Room::Wraps | Room::Aside => (text, tone),
        })
        .collect()
}

fn harmless<'t>(cells: impl Iterator<Item = (&'t Text, Tone)>, lang: Lang) -> Line<'t> {
    cells
        .map(|(text, tone)| (clean(text.get(lang)), tone))
        .collect()
}

/// Returns how wide columns of these widths are together.
pub(super) fn whole(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Adds a line, each cell filled up with spaces to its column's width, none at the end.
fn aligned(to: &mut String, line: &[(Cow<'_, str>, Tone)], widths: &[usize], color: Color) {
    let start = to.len();
    for ((text, tone), width) in line.iter().zip(widths) {
        let words = text.trim_end_matches(' ');
        to.push_str(&tone.paint(words, color));
        let gap = width.saturating_sub(width_of(words)) + GAP;
        to.extend(std::iter::repeat_n(' ', gap));
    }
    let end = to.get(start..).unwrap_or_default();
    let kept = start + end.trim_end_matches(' ').len();
    to.truncate(kept);
    to.push('\n');
}

/// Returns lines within columns of these widths, each cell wrapped where it is wider.
fn wrapped(head: &Line<'_>, rows: &[Line<'_>], widths: &[usize], color: Color) -> String {
    let mut layout = layout(head, rows);
    let columns = layout.column_count();
    for ((place, column), width) in layout.column_iter_mut().enumerate().zip(widths) {
        let padding = u16::from(place + 1 < columns);
        let width = u16::try_from(*width).unwrap_or(u16::MAX);
        column.set_padding((0, padding));
        let width = Width::Fixed(width.saturating_add(padding));
        column.set_constraint(ColumnConstraint::Absolute(width));
    }
    let mut rendered = String::new();
    let mut tones: &[(Cow<'_, str>, Tone)] = &[];
    let mut rows = rows.iter();
    for line in layout.lines() {
        if line.starts_with(ROW) {
            tones = rows.next().map_or(&[], Vec::as_slice);
            continue;
        }
        let mut painted = String::with_capacity(line.len());
        for (place, part) in line.split(COLUMN).enumerate() {
            if place > 0 {
                painted.push(' ');
            }
            let words = part.trim_end_matches(' ');
            let tone = tones.get(place).map_or(Tone::Plain, |(_, tone)| *tone);
            painted.push_str(&tone.paint(words, color));
            painted.push_str(&part[words.len()..]);
        }
        rendered.push_str(painted.trim_end_matches(' '));
        rendered.push('\n');
    }
    rendered
}

fn layout(head: &Line<'_>, rows: &[Line<'_>]) -> Layout {
    let parts = ContentLineStyle::none().junction(COLUMN);
    let rule = LineStyle::none().fill(ROW).junction(ROW);
    let mut layout = Layout::new();
    layout.load_style(
        TableStyle::new()
            .header_lines(parts)
            .header_separator(rule)
            .content_lines(parts)
            .row_separator(rule),
    );
    layout.set_content_arrangement(ContentArrangement::Disabled);
    layout.set_header(head.iter().map(|(text, _)| text));
    for row in rows {
        layout.add_row(row.iter().map(|(text, _)| text));
    }
    layout
}

/// Returns a page of labelled values, the values below one another.
pub fn key_values(rows: &[(Text, Cell)], lang: Lang, color: Color) -> String {
    let divider = match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    };
    let labels = rows
        .iter()
        .map(|(label, _)| format!("{}{divider}", clean(label.get(lang))));
    let labels: Vec<String> = labels.collect();
    let widths = labels.iter().map(|label| width_of(label));
    let widest = widths.max().unwrap_or(0);
    let mut rendered = String::new();
    for (label, (_, cell)) in labels.iter().zip(rows) {
        let gap = " ".repeat(widest - width_of(label));
        let value = clean(cell.text.get(lang));
        let value = cell.tone.paint(value.trim_end_matches(' '), color);
        rendered.push_str(format!("{label}{gap}{value}").trim_end_matches(' '));
        rendered.push('\n');
    }
    rendered
}

/// Returns how many terminal cells a harmless text takes, quickly where it is plain.
pub(super) fn width_of(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order_table() -> Table {
        let mut table = Table::new(vec![
            Text::fixed("订单", "Order"),
            Text::fixed("状态", "Status"),
            Text::fixed("域名", "Domain"),
            Text::fixed("主体", "Subject"),
        ]);
        table.row(vec![
            Cell::verbatim("k3m9t2qd").tone(Tone::Name),
            Cell::new(Text::fixed("短信核验中", "SMS verification pending")).tone(Tone::Action),
            Cell::verbatim("shop.example.cn"),
            Cell::verbatim("某某科技有限公司"),
        ]);
        table.row(vec![
            Cell::verbatim("7x2c4v8w").tone(Tone::Name),
            Cell::new(Text::fixed("已通过", "Approved")).tone(Tone::Approved),
            Cell::verbatim("某.example.cn"),
            Cell::verbatim(""),
        ]);
        table
    }

    #[test]
    fn a_table_reads_well_in_both_languages() {
        let table = order_table();
        insta::assert_snapshot!(table.render(Lang::Zh, None, Color::Off), @r"
        订单      状态        域名             主体
        k3m9t2qd  短信核验中  shop.example.cn  某某科技有限公司
        7x2c4v8w  已通过      某.example.cn
        ");
        insta::assert_snapshot!(table.render(Lang::En, None, Color::Off), @r"
        Order     Status                    Domain           Subject
        k3m9t2qd  SMS verification pending  shop.example.cn  某某科技有限公司
        7x2c4v8w  Approved                  某.example.cn
        ");
        insta::assert_snapshot!(table.render(Lang::Zh, Some(40), Color::Off), @r"
        订单      状态       域名       主体
        k3m9t2qd  短信核验   shop.exam  某某科技
                  中         ple.cn     有限公司
        7x2c4v8w  已通过     某.exampl
                             e.cn
        ");
    }

    #[test]
    fn a_terminal_of_its_width_holds_the_table() {
        let table = order_table();
        for width in 30..100_u16 {
            for lang in [Lang::Zh, Lang::En] {
                let rendered = table.render(lang, Some(width), Color::Off);
                assert!(
                    rendered
                        .lines()
                        .all(|line| line.width() <= usize::from(width)),
                    "{width}\n{rendered}"
                );
                assert!(rendered.contains("k3m9t2qd  "), "{rendered}");
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let table = order_table();
        for width in [None, Some(30)] {
            let painted = table.render(Lang::Zh, width, Color::On);
            assert!(painted.contains("\u{1b}[36mk3m9t2qd\u{1b}[0m  "));
            let mut plain = painted.replace("\u{1b}[0m", "");
            for tone in ["\u{1b}[36m", "\u{1b}[33m", "\u{1b}[32m"] {
                plain = plain.replace(tone, "");
            }
            assert_eq!(plain, table.render(Lang::Zh, width, Color::Off));
        }
    }

    #[test]
    fn a_page_of_values_is_aligned_by_cells() {
        let rows = [
            (
                Text::fixed("备案号", "Filing number"),
                Cell::verbatim("粤ICP备2021000001号"),
            ),
            (Text::fixed("接入商", "Provider"), Cell::verbatim("a\nb")),
            (Text::fixed("原因", "Reason"), Cell::verbatim("")),
        ];
        insta::assert_snapshot!(key_values(&rows, Lang::Zh, Color::Off), @r"
        备案号：粤ICP备2021000001号
        接入商：a\nb
        原因：
        ");
        insta::assert_snapshot!(key_values(&rows, Lang::En, Color::Off), @r"
        Filing number: 粤ICP备2021000001号
        Provider:      a\nb
        Reason:
        ");
    }

    proptest! {
        #[test]
        fn rows_are_equally_wide(rows in prop::collection::vec(("[a-z备案号，ｘ\u{202e}\\n é]{0,12}", any::<String>()), 1..6)) {
            let end = || Cell::verbatim("|");
            let mut table = Table::new(vec![Text::verbatim("号"), Text::verbatim("b"), Text::verbatim("|")]);
            for (first, second) in &rows {
                table.row(vec![Cell::verbatim(first), Cell::verbatim(second), end()]);
            }
            let rendered = table.render(Lang::Zh, None, Color::Off);
            prop_assert_eq!(rendered.lines().count(), rows.len() + 1);
            let ends: Vec<usize> = rendered.lines().map(|line| line.strip_suffix('|').map_or(0, unicode_width::UnicodeWidthStr::width)).collect();
            prop_assert!(ends.iter().all(|end| *end == ends[0] && *end > 0), "{ends:?}\n{rendered}");
        }

        #[test]
        fn every_width_is_survived(text in any::<String>(), width in any::<u16>()) {
            let mut table = order_table();
            table.row(vec![Cell::verbatim(&text), Cell::verbatim(&text), Cell::verbatim(&text)]);
            let rendered = table.render(Lang::En, Some(width), Color::Off);
            prop_assert!(rendered.lines().all(|line| !line.ends_with(' ')));
            prop_assert!(rendered.ends_with('\n') && !rendered.contains([COLUMN, ROW]));
        }
    }
}
