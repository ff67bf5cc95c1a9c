//! Who gives way where a table is wider than the terminal.
//!
//! What is copied stays whole longest. Columns without a word are left out first, names are
//! shortened next, then words are wrapped; only where that is not enough, columns are left out that
//! say the least.

use super::table::{GAP, width_of};
use std::borrow::Cow;

/// How a column gives way where there is too little room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// What is copied or decides at sight: an id, a number, a domain, a status. It is wrapped between
    /// words, and at last within them, only where nothing else can give way.
    Whole,
    /// Sentences and lists: they are wrapped.
    #[default]
    Wraps,
    /// Words of a small vocabulary: they are wrapped, and left out at last, the rightmost first.
    Aside,
    /// Free text that the rest of the row already identifies: it is shortened before anything else
    /// gives way, and left out before anything else is.
    Shortens,
}

/// What the cells of a column need, in terminal cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// How it gives way.
    pub(super) room: Room,
    /// The widest cell, header included.
    pub(super) widest: usize,
    /// The longest piece that is not broken between words.
    pub(super) longest_word: usize,
    /// Whether no row has anything in it.
    pub(super) is_empty: bool,
}

/// The least that is left of a name.
const NAME: usize = 8;

/// The least width at which words are wrapped with ease.
const WORDS: usize = 12;

/// The least width at which they can be followed at all.
const SYLLABLES: usize = 6;

/// Marks what was shortened.
const ELLIPSIS: char = '…';

impl Need {
    /// The least width at which the column can still be read.
    fn least(&self) -> usize {
        let least = match self.room {
            Room::Whole => self.widest,
            Room::Wraps | Room::Aside => self.longest_word.max(WORDS),
            Room::Shortens => NAME,
        };
        least.min(self.widest)
    }
}

/// Which columns give way in a step, and how far.
type Step = (&'static [Room], fn(&Need) -> usize);

/// Who gives way, step by step.
const STEPS: [Step; 5] = [
    (&[Room::Shortens], Need::least),
    (&[Room::Aside, Room::Wraps], Need::least),
    (&[Room::Whole], |need| need.longest_word),
    (&[Room::Aside, Room::Wraps], |_| SYLLABLES),
    (&[Room::Whole, Room::Aside, Room::Wraps], |_| 1),
];

/// Gives each column its width, none to those that are left out, so that they fit into `width`.
///
/// The first column is never left out, and never narrower than its widest cell, unless it is one whose
/// sentences are wrapped.
pub(super) fn share(needs: &[Need], width: usize) -> Vec<Option<usize>> {
    let mut is_kept: Vec<bool> = vec![true; needs.len()];
    let total = |is_kept: &[bool], of: &dyn Fn(&Need) -> usize| {
        let kept = || needs.iter().zip(is_kept).filter(|(_, kept)| **kept);
        kept().map(|(need, _)| of(need)).sum::<usize>() + GAP * kept().count().saturating_sub(1)
    };
    if total(&is_kept, &|need| need.widest) > width {
        for (kept, need) in is_kept.iter_mut().zip(needs).skip(1) {
            *kept = !need.is_empty;
        }
    }
    while total(&is_kept, &Need::least) > width {
        let spare = (1..needs.len())
            .filter(|place| is_kept[*place] && needs[*place].room >= Room::Aside)
            .max_by_key(|place| (needs[*place].room, *place));
        let Some(spare) = spare else { break };
        is_kept[spare] = false;
    }
    let mut widths: Vec<usize> = needs.iter().map(|need| need.widest).collect();
    let too_much = |widths: &[usize]| {
        let kept = || widths.iter().zip(&is_kept).filter(|(_, kept)| **kept);
        let whole = kept().map(|(width, _)| *width).sum::<usize>();
        (whole + GAP * kept().count().saturating_sub(1)).saturating_sub(width)
    };
    for (rooms, least) in STEPS {
        let places: Vec<usize> = (0..needs.len())
            .filter(|place| is_kept[*place] && rooms.contains(&needs[*place].room))
            .filter(|place| *place > 0 || needs[0].room == Room::Wraps)
            .collect();
        while too_much(&widths) > 0 {
            let widest = places
                .iter()
                .copied()
                .filter(|place| widths[*place] > least(&needs[*place]))
                .max_by_key(|place| widths[*place]);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
    }
    widths
        .into_iter()
        .zip(is_kept)
        .map(|(width, kept)| kept.then_some(width))
        .collect()
}

/// Returns a text that takes `width` terminal cells at most, marked where something is missing.
pub(super) fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    if width_of(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width_of(&kept) >= width {
            kept.pop();
            break;
        }
    }
    let words = kept.trim_end_matches(' ').len();
    kept.truncate(words);
    kept.push(ELLIPSIS);
    Cow::Owned(kept)
}

impl Room {
    /// Returns the longest piece of a text that is not broken between words. Han characters can be
    /// parted anywhere, save where the whole is copied.
    pub(super) fn longest_word(self, text: &str) -> usize {
        let is_seam = |c: char| match self {
            Self::Whole => c == ' ',
            Self::Wraps | Self::Aside | Self::Shortens => c == ' ' || !c.is_ascii(),
        };
        text.split(is_seam).map(width_of).max().unwrap_or_default()
    }
}
