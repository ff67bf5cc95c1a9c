//! What may follow the digits of a subject's number: 号, and the counter and letter of a service.

use super::page::Page;
use super::service::{ServiceKind, ServiceNumber};
use super::telecom;
use std::num::NonZeroU32;

/// What follows the digits of a number.
pub(super) enum Suffix {
    /// Nothing, or 号 alone: a subject's number.
    None {
        /// The position after it.
        end: usize,
    },
    /// A service's counter and letter.
    Service {
        /// The counter.
        counter: NonZeroU32,
        /// What the letter says.
        kind: ServiceKind,
        /// Whether the counter was written with leading zeros.
        padded: bool,
        /// The position after it.
        end: usize,
    },
    /// An attempt at a service part that is none.
    Bad {
        /// The position after it.
        end: usize,
    },
}

impl Suffix {
    pub(super) fn end(&self) -> usize {
        match self {
            Self::None { end } | Self::Service { end, .. } | Self::Bad { end } => *end,
        }
    }
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// Whether a lone kind letter stands at `position`: not the head of a Latin word.
fn is_lone_letter(page: &Page<'_>, position: usize) -> bool {
    page.is_latin(position) && !page.is_latin(position + 1) && !page.is_digit(position + 1)
}

/// Reads what follows the digits that end before `digits_end`.
pub(super) fn suffix(page: &Page<'_>, digits_end: usize) -> Suffix {
    let sign = page.skip_blanks(digits_end);
    let (end, signed) = if page.is(sign, '号') {
        (sign + 1, true)
    } else {
        (digits_end, false)
    };
    if let Some(bad) = letter_or_counter_without_dash(page, end, signed) {
        return Suffix::Bad { end: bad };
    }
    let dash = page.skip_blanks(end);
    let Some(after_dash) = page
        .dash(dash)
        .or_else(|| (signed && page.is(dash, '一')).then_some(dash + 1))
    else {
        return Suffix::None { end };
    };
    let start = page.skip_blanks(after_dash);
    let spaced = dash > end && start > after_dash;
    let (digits, digits_end) = page.digits(start);
    if digits.is_empty() {
        return if !spaced
            && is_lone_letter(page, start)
            && page.at(start).and_then(ServiceKind::from_letter).is_some()
        {
            Suffix::Bad { end: start + 1 }
        } else {
            Suffix::None { end }
        };
    }
    let a_span_of_years = is_year(&digits) && (spaced || page.is(digits_end, '-'));
    if a_span_of_years || (spaced && digits.len() >= ServiceNumber::COUNTER_DIGITS) {
        return Suffix::None { end };
    }
    service(page, &digits, digits_end)
}

/// Finds `号A`, `12345678A` and `号1`, returning the position after them.
fn letter_or_counter_without_dash(page: &Page<'_>, end: usize, signed: bool) -> Option<usize> {
    if is_lone_letter(page, end) && telecom::head(page, end).is_none() {
        return Some(end + 1);
    }
    let (digits, after) = page.digits(end);
    (signed && (1..=3).contains(&digits.len())).then_some(after)
}

fn service(page: &Page<'_>, digits: &str, digits_end: usize) -> Suffix {
    let counter = Some(digits)
        .filter(|digits| digits.len() <= ServiceNumber::COUNTER_DIGITS)
        .and_then(|digits| digits.parse().ok())
        .and_then(NonZeroU32::new);
    let is_word = page.is_latin(digits_end) && page.is_latin(digits_end + 1);
    let (kind, letter_end) = match page.at(digits_end) {
        Some(letter)
            if letter.is_ascii_uppercase()
                && !is_word
                && telecom::head(page, digits_end).is_none() =>
        {
            let kind = ServiceKind::from_letter(letter).filter(|_| !page.is_digit(digits_end + 1));
            (kind, digits_end + 1)
        }
        _ => (Some(ServiceKind::Site), digits_end),
    };
    let sign = page.skip_blanks(letter_end);
    let end = if page.is(sign, '号') {
        sign + 1
    } else {
        letter_end
    };
    let (more, more_end) = page
        .dash(end)
        .map_or((String::new(), end), |after| page.digits(after));
    if !more.is_empty() && !is_year(&more) {
        return Suffix::Bad { end: more_end };
    }
    match (counter, kind) {
        (Some(counter), Some(kind)) => Suffix::Service {
            counter,
            kind,
            padded: digits.starts_with('0'),
            end,
        },
        (None, _) | (_, None) => Suffix::Bad { end },
    }
}
