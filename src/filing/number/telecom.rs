//! Reads telecom licence numbers: 粤B2-20090059, 合字A2.B1.B2-20090059, 辽B-2-4-20081140.

use super::find::{Candidate, Number};
use super::head::{part_of_word, word_before};
use super::page::Page;
use super::refusal::{LICENCE_YEARS, Refusal};
use super::subject::{Class, Digits, Licence, LicenceForm, Scope, SubjectForm, SubjectNumber};
use super::suffix::suffix;
use crate::filing::province::Province;

const LENGTH: [usize; 1] = [8];

/// Characters that end a label, after which a licence without a scope may stand.
const LABEL_ENDS: &str = "备案证号字编码可是为有及与和";

/// What stands before the digits of a licence.
pub(super) struct Head {
    scope: Scope,
    class: Class,
    /// How many classes are listed.
    classes: usize,
    /// Where the digits start.
    digits: usize,
}

impl Head {
    /// Whether such a licence cannot do without a province: only nationwide licences, which
    /// list several classes, name no scope.
    pub(super) fn lacks_scope(&self) -> bool {
        self.scope == Scope::Unnamed && self.classes == 1
    }

    pub(super) fn digits(&self) -> usize {
        self.digits
    }
}

/// Reads the scope and class of a licence and its dash, where digits or a mask follow.
pub(super) fn head(page: &Page<'_>, position: usize) -> Option<Head> {
    let letter = page
        .at(position)
        .filter(|ch| Province::of_letter(*ch).is_some());
    let (scope, start) = match (letter, page.word(position, "合字")) {
        (Some(letter), _) => (Scope::Letter(letter), page.skip_blanks(position + 1)),
        (None, Some(after)) => (Scope::National, page.skip_blanks(after)),
        (None, None) => (Scope::Unnamed, position),
    };
    let (class, classes, end) = listed_classes(page, start).or_else(|| old_class(page, start))?;
    let digits = page.skip_blanks(page.dash(page.skip_blanks(end))?);
    (page.is_digit(digits) || page.run(digits, &LENGTH).is_some()).then_some(Head {
        scope,
        class,
        classes,
        digits,
    })
}

/// Reads `A2.B1.B2`, with any of the separators that pages use.
fn listed_classes(page: &Page<'_>, start: usize) -> Option<(Class, usize, usize)> {
    let class_at = |position: usize| match (page.at(position), page.at(position + 1)) {
        (Some(letter @ ('A' | 'B')), Some(digit @ ('1' | '2'))) => Some([letter, digit]),
        _ => None,
    };
    let mut printed = String::from_iter(class_at(start)?);
    let mut end = start + 2;
    let mut classes = 1;
    loop {
        let next = match page.at(end) {
            Some('.' | '、' | '·' | '・' | ',' | '/' | ' ') => page.skip_blanks(end + 1),
            _ => end,
        };
        let Some(class) = class_at(next) else {
            return Some((Class::keep(&printed)?, classes, end));
        };
        printed.push('.');
        printed.extend(class);
        Class::keep(&printed)?;
        classes += 1;
        end = next + 2;
    }
}

/// Reads `B-2-4`.
fn old_class(page: &Page<'_>, start: usize) -> Option<(Class, usize, usize)> {
    let letter = page.at(start).filter(|ch| matches!(ch, 'A' | 'B'))?;
    let mut printed = String::from(letter);
    let mut end = start + 1;
    while page.is(end, '-') && page.is_digit(end + 1) && !page.is_digit(end + 2) {
        printed.push('-');
        printed.extend(page.at(end + 1));
        Class::keep(&printed)?;
        end += 2;
    }
    (printed.len() > 1).then_some(())?;
    Some((Class::keep(&printed)?, 1, end))
}

/// Reads a licence number or what looks like one. Right at `floor` another number ended.
pub(super) fn candidate(page: &Page<'_>, start: usize, floor: usize) -> Option<Candidate> {
    let head = head(page, start)?;
    let before = page.before(start).filter(|_| start > floor);
    if head.scope == Scope::Unnamed
        && before.is_some_and(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '.' | '/'))
    {
        return None;
    }
    let run = page.run(head.digits, &LENGTH)?;
    let is_scoped = head.scope != Scope::Unnamed || head.classes > 1;
    if !is_scoped && (run.masked || run.digits.len() != LENGTH[0]) {
        return None;
    }
    let suffix = suffix(page, run.end);
    let refuse = |reason| Some(Candidate::rejected(start, suffix.end(), reason));
    if run.masked || run.is_counting() {
        return refuse(Refusal::Placeholder);
    }
    match (head.scope, before) {
        (Scope::Letter(letter), Some(before)) => {
            if let Some(word) = part_of_word(before, letter) {
                return refuse(Refusal::PartOfWord { word });
            }
        }
        (Scope::Unnamed, Some(before)) if word_before(before) && !LABEL_ENDS.contains(before) => {
            return refuse(Refusal::UnknownPrefix { prefix: before });
        }
        (Scope::Unnamed | Scope::National | Scope::Letter(_), _) => {}
    }
    if run.digits.len() != LENGTH[0] {
        return refuse(Refusal::WrongLength {
            expected: &LENGTH,
            found: run.digits.len(),
        });
    }
    let year = &run.digits[..4];
    if !(LICENCE_YEARS.0..=LICENCE_YEARS.1).contains(&year) {
        return refuse(Refusal::ImpossibleYear {
            year: year.to_owned(),
            expected: LICENCE_YEARS,
        });
    }
    let number = SubjectNumber(SubjectForm::Licence(Licence(LicenceForm::Telecom {
        scope: head.scope,
        class: head.class,
        serial: Digits::read(&run.digits)?,
    })));
    Some(Candidate::judged(
        start,
        &suffix,
        Number::Subject(number),
        Vec::new(),
    ))
}
