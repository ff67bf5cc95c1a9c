//! Text as the grammar reads it: folded characters that remember where they came from.

use super::fold::{entity, fold};

struct Unit {
    ch: char,
    start: usize,
    end: usize,
}

/// What becomes of blanks when a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// They stay: in running text they part one thing from the next.
    Kept,
    /// They go: a field holds one number, however it is spaced.
    Dropped,
}

/// A text under the reading head. Positions count folded characters.
pub(super) struct Page<'t> {
    source: &'t str,
    units: Vec<Unit>,
}

/// Digits, or what stands in their place.
pub(super) struct Run {
    /// The digits, blanks inside removed.
    pub digits: String,
    /// The position after them.
    pub end: usize,
    /// Whether crosses, stars or the like stand among them.
    pub masked: bool,
}

impl Run {
    /// Whether the digits only count up or down or repeat one: 12345678, 000000.
    pub(super) fn is_counting(&self) -> bool {
        self.digits.len() >= 3 && counts(&self.digits)
    }
}

/// Whether each digit follows the one before it by the same step of 0, +1 or -1.
pub(super) fn counts(digits: &str) -> bool {
    [0, 1, 9].into_iter().any(|step| {
        digits
            .as_bytes()
            .windows(2)
            .all(|pair| (pair[0] + step - b'0') % 10 == pair[1] - b'0')
    })
}

/// Characters that people put in the place of digits they do not tell.
const MASKS: &str = "X*×✕✖╳#○●□■◯★☆";

/// The most characters that a masked run is read with.
const LONGEST_MASK: usize = 40;

impl<'t> Page<'t> {
    pub(super) fn read(source: &'t str, blanks: Blanks) -> Self {
        let mut units = Vec::with_capacity(source.len() / 2);
        let mut start = 0;
        while let Some(ch) = source[start..].chars().next() {
            let (ch, width) = Some(ch)
                .filter(|ch| *ch == '&')
                .and_then(|_| entity(&source[start..]))
                .unwrap_or((ch, ch.len_utf8()));
            let end = start + width;
            fold(ch, |ch| {
                if blanks == Blanks::Kept || !matches!(ch, ' ' | '\n') {
                    units.push(Unit { ch, start, end });
                }
            });
            start = end;
        }
        Self { source, units }
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn at(&self, position: usize) -> Option<char> {
        self.units.get(position).map(|unit| unit.ch)
    }

    pub(super) fn before(&self, position: usize) -> Option<char> {
        position.checked_sub(1).and_then(|before| self.at(before))
    }

    pub(super) fn is(&self, position: usize, ch: char) -> bool {
        self.at(position) == Some(ch)
    }

    pub(super) fn is_digit(&self, position: usize) -> bool {
        self.at(position).is_some_and(|ch| ch.is_ascii_digit())
    }

    pub(super) fn is_latin(&self, position: usize) -> bool {
        self.at(position).is_some_and(|ch| ch.is_ascii_uppercase())
    }

    /// Returns the bytes of the source between two positions.
    pub(super) fn bytes(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        match (self.units.get(start), self.units[..end].last()) {
            (Some(first), Some(last)) if start < end => first.start..last.end,
            _ => 0..0,
        }
    }

    /// Returns the source between two positions.
    pub(super) fn raw(&self, start: usize, end: usize) -> &'t str {
        &self.source[self.bytes(start, end)]
    }

    /// Returns the folded characters from `start` to `end`.
    pub(super) fn folded(&self, start: usize, end: usize) -> impl Iterator<Item = char> {
        self.units[start..end].iter().map(|unit| unit.ch)
    }

    fn skip(&self, mut position: usize, skipped: impl Fn(char) -> bool) -> usize {
        while self.at(position).is_some_and(&skipped) {
            position += 1;
        }
        position
    }

    /// Returns the position after blanks of the same line.
    pub(super) fn skip_blanks(&self, position: usize) -> usize {
        self.skip(position, |ch| ch == ' ')
    }

    /// Returns the position after blanks and line ends.
    pub(super) fn skip_space(&self, position: usize) -> usize {
        self.skip(position, |ch| matches!(ch, ' ' | '\n'))
    }

    /// Returns the position after a dash of one or two strokes.
    pub(super) fn dash(&self, position: usize) -> Option<usize> {
        self.is(position, '-')
            .then(|| position + if self.is(position + 1, '-') { 2 } else { 1 })
    }

    /// Returns the position after `word`, whose characters may stand one blank apart.
    pub(super) fn word(&self, position: usize, word: &str) -> Option<usize> {
        let mut next = position;
        for (index, ch) in word.chars().enumerate() {
            if index > 0 && self.is(next, ' ') {
                next += 1;
            }
            if !self.is(next, ch) {
                return None;
            }
            next += 1;
        }
        Some(next)
    }

    /// Returns the digits at a position and the position after them.
    pub(super) fn digits(&self, position: usize) -> (String, usize) {
        let end = self.skip(position, |ch| ch.is_ascii_digit());
        (self.folded(position, end).collect(), end)
    }

    /// Reads the digits of a number, or what masks them; `lengths` are those that the number may have.
    pub(super) fn run(&self, position: usize, lengths: &[usize]) -> Option<Run> {
        let (digits, end) = self.digits(position);
        if let Some(end) = self.masked(position, end, lengths.contains(&digits.len())) {
            let digits = self
                .folded(position, end)
                .filter(char::is_ascii_digit)
                .collect();
            return Some(Run {
                digits,
                end,
                masked: true,
            });
        }
        if digits.is_empty() {
            return None;
        }
        let (digits, end) = self.joined(&digits, end, lengths).unwrap_or((digits, end));
        Some(Run {
            digits,
            end,
            masked: false,
        })
    }

    /// Joins digits that blanks part, when only together they have a right length before 号.
    fn joined(&self, digits: &str, end: usize, lengths: &[usize]) -> Option<(String, usize)> {
        let longest = lengths.iter().copied().max()?;
        let mut joined = (digits.to_owned(), end);
        let mut best = None;
        loop {
            let next = self.skip_blanks(joined.1);
            let (more, end) = self.digits(next);
            if next == joined.1 || more.is_empty() || joined.0.len() + more.len() > longest {
                return best;
            }
            joined = (joined.0 + &more, end);
            if lengths.contains(&joined.0.len()) && self.is(self.skip_blanks(end), '号') {
                best = Some(joined.clone());
            }
        }
    }

    fn is_mask(&self, position: usize) -> bool {
        match self.at(position) {
            Some('?') => self.is(position + 1, '?') || self.before(position) == Some('?'),
            Some(ch) => MASKS.contains(ch),
            None => false,
        }
    }

    /// Returns the position after a run in which masks stand, starting with digits up to `after`.
    fn masked(&self, start: usize, after: usize, complete: bool) -> Option<usize> {
        let drawn = self.skip(start, |ch| ch == '-');
        if drawn >= start + 3 && self.is(self.skip_blanks(drawn), '号') {
            return Some(drawn);
        }
        if complete && !self.is(after, 'X') {
            return None;
        }
        let mut end = after;
        let mut masks = 0;
        while end < start + LONGEST_MASK {
            let parted = matches!(self.at(end), Some(' ' | '-')) && !complete;
            let next = if parted { end + 1 } else { end };
            if self.is_mask(next) {
                masks += 1;
                end = next + 1;
            } else if !parted && self.is_digit(end) {
                end += 1;
            } else {
                break;
            }
        }
        let is_word = self.is_latin(end) && self.before(end) == Some('X');
        (masks > 0 && !is_word).then_some(end)
    }
}
