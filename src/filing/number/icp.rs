//! Reads the numbers around ICP: 京ICP备…号 and 京ICP证…号, and what tries to be one.

use super::find::{Candidate, Number};
use super::head::{missing_province, part_of_word, province, word_before};
use super::page::{Page, Run, counts};
use super::refusal::{LONG_YEARS, Refusal, SHORT_YEARS};
use super::subject::{Digits, Licence, LicenceForm, SubjectForm, SubjectNumber};
use super::suffix::suffix;
use super::telecom;
use super::warning::Warning;
use crate::filing::province::Province;

const FILING_LENGTHS: [usize; 2] = [8, 10];
const CERTIFICATE_LENGTHS: [usize; 1] = [6];
/// Digits of the numbers of before 2005.
const LEGACY_LENGTHS: std::ops::RangeInclusive<usize> = 5..=7;
/// Fewer digits than this, without 号, are a date or a count in running text.
const FEWEST_DIGITS: usize = 5;
/// Digits that follow the year in a filing number.
const SERIAL_LENGTH: usize = 6;

/// The word after ICP.
#[derive(Clone, Copy)]
enum Form {
    /// 备
    Filing,
    /// 证
    Certificate,
    /// Neither.
    Bare,
}

impl Form {
    const fn lengths(self) -> &'static [usize] {
        match self {
            Self::Filing | Self::Bare => &FILING_LENGTHS,
            Self::Certificate => &CERTIFICATE_LENGTHS,
        }
    }
}

/// Reads a number that has ICP in it, or what looks like one.
pub(super) fn candidate(page: &Page<'_>, start: usize, floor: usize) -> Option<Candidate> {
    let (letter, icp) = province(page, start);
    let Some(after) = page.word(icp, "ICP") else {
        return letter.and_then(|_| misspelt(page, start, icp));
    };
    if letter.is_none()
        && page
            .before(start)
            .is_some_and(|ch| ch.is_ascii_alphanumeric())
    {
        return None;
    }
    let word = page.skip_blanks(after);
    let (form, body) = match page.at(word) {
        Some('备') => (Form::Filing, filler(page, word + 1)),
        Some('证') => (Form::Certificate, filler(page, word + 1)),
        _ => (Form::Bare, bare_filler(page, after)),
    };
    let Some(run) = page.run(body, form.lengths()) else {
        return without_digits(page, start, floor, letter.is_some(), after, body);
    };
    let suffix = suffix(page, run.end);
    let has_sign = page.is(page.skip_blanks(run.end), '号');
    if !run.masked && run.digits.len() < FEWEST_DIGITS && !has_sign {
        return None;
    }
    if run.masked || run.is_counting() {
        return Some(Candidate::rejected(
            start,
            suffix.end(),
            Refusal::Placeholder,
        ));
    }
    let Some((letter, province)) = letter else {
        let (reason, start) = missing_province(page, start, floor);
        return Some(Candidate::rejected(start, suffix.end(), reason));
    };
    if let Some(word) = page.before(start).and_then(|ch| part_of_word(ch, letter)) {
        return Some(Candidate::rejected(
            start - 1,
            suffix.end(),
            Refusal::PartOfWord { word },
        ));
    }
    Some(match number(letter, province, form, &run) {
        Ok((number, warnings)) => {
            Candidate::judged(start, &suffix, Number::Subject(number), warnings)
        }
        Err(reason) => Candidate::rejected(start, suffix.end(), reason),
    })
}

fn number(
    letter: char,
    province: Province,
    form: Form,
    run: &Run,
) -> Result<(SubjectNumber, Vec<Warning>), Refusal> {
    let found = run.digits.len();
    let expected = form.lengths();
    let serial = Digits::read(&run.digits)
        .filter(|_| expected.contains(&found))
        .ok_or(match form {
            Form::Filing | Form::Bare if LEGACY_LENGTHS.contains(&found) => {
                Refusal::Legacy { digits: found }
            }
            Form::Filing | Form::Bare | Form::Certificate => {
                Refusal::WrongLength { expected, found }
            }
        })?;
    let mut warnings = Vec::new();
    match form {
        Form::Certificate => {
            let licence = Licence(LicenceForm::Certificate { letter, serial });
            return Ok((SubjectNumber(SubjectForm::Licence(licence)), warnings));
        }
        Form::Bare => warnings.push(Warning::MissingFilingWord),
        Form::Filing => {}
    }
    let (year, rest) = run.digits.split_at(found - SERIAL_LENGTH);
    let years = if year.len() == SHORT_YEARS.0.len() {
        SHORT_YEARS
    } else {
        LONG_YEARS
    };
    if !(years.0..=years.1).contains(&year) {
        return Err(Refusal::ImpossibleYear {
            year: year.to_owned(),
            expected: years,
        });
    }
    if letter != province.letter() {
        warnings.push(Warning::ProvinceAlias {
            written: letter,
            province,
        });
    }
    if counts(rest) {
        warnings.push(Warning::LooksLikeExample);
    }
    Ok((
        SubjectNumber(SubjectForm::Filing { province, serial }),
        warnings,
    ))
}

/// Skips what may stand between 备 or 证 and the digits: 案, 字, 第, 号, a colon, No., blanks.
pub(super) fn filler(page: &Page<'_>, mut position: usize) -> usize {
    const LONGEST: usize = 8;
    for _ in 0..LONGEST {
        let next = page.skip_space(position);
        position = match page.at(next) {
            Some('案' | '字' | '第' | '编' | '序' | '号' | '码' | ':' | ';') => next + 1,
            _ => match page.word(next, "NO") {
                Some(after) => after + usize::from(page.is(after, '.')),
                None => return next,
            },
        };
    }
    page.skip_space(position)
}

fn bare_filler(page: &Page<'_>, after: usize) -> usize {
    let colon = page.skip_blanks(after);
    page.skip_space(colon + usize::from(page.is(colon, ':')))
}

/// Judges an ICP that no digits follow at once: a label, or a number in other clothes.
fn without_digits(
    page: &Page<'_>,
    start: usize,
    floor: usize,
    has_letter: bool,
    after: usize,
    body: usize,
) -> Option<Candidate> {
    if let Some(end) = damaged(page, after) {
        let start = start.saturating_sub(2).max(floor);
        return Some(Candidate::rejected(start, end, Refusal::DecodingDamage));
    }
    if let Some(licence) = telecom::head(page, body) {
        return (has_letter && licence.lacks_scope()).then(|| {
            let (_, end) = page.digits(licence.digits());
            Candidate::rejected(start, end, Refusal::Malformed)
        });
    }
    let end = disguised(page, after)?;
    let (reason, start) = if has_letter {
        (Refusal::Malformed, start)
    } else {
        missing_province(page, start, floor)
    };
    let (reason, end) = match page.run(end, &FILING_LENGTHS) {
        Some(run) if run.masked => (Refusal::Placeholder, run.end),
        Some(run) => (reason, suffix(page, run.end).end()),
        None => return None,
    };
    Some(Candidate::rejected(start, end, reason))
}

/// Skips words, brackets and dashes that stand between ICP and digits in no form of a number,
/// returning where the digits or masks start.
fn disguised(page: &Page<'_>, after: usize) -> Option<usize> {
    const WORDS: [&str; 18] = [
        "BEIAN",
        "BEI",
        "AN",
        "CERTIFICATE",
        "CERT",
        "LICENSE",
        "LICENCE",
        "PERMIT",
        "NUMBER",
        "NUM",
        "NO",
        "FILING",
        "RECORD",
        "REGISTRATION",
        "REG",
        "CODE",
        "ZHENG",
        "ID",
    ];
    const LONGEST: usize = 12;
    let mut position = after;
    for _ in 0..LONGEST {
        position = page.skip_space(position);
        let masks = page
            .run(position, &FILING_LENGTHS)
            .is_some_and(|run| run.masked || run.digits.len() >= FEWEST_DIGITS);
        if masks {
            return Some(position);
        }
        position = match page.at(position)? {
            '备' | '案' | '证' | '字' | '第' | '号' | '编' | '码' | '序' | '许' | '可' | '经'
            | '营' | ':' | ';' | '-' | '/' | '.' | '#' => position + 1,
            '(' | '[' | '【' | '〔' | '{' => closing_bracket(page, position)? + 1,
            _ => WORDS
                .iter()
                .find_map(|word| page.word(position, word).filter(|end| !page.is_latin(*end)))?,
        };
    }
    None
}

fn closing_bracket(page: &Page<'_>, open: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    (open + 1..open + LONGEST).find(|position| {
        page.at(*position)
            .is_some_and(|ch| matches!(ch, ')' | ']' | '】' | '〕' | '}'))
    })
}

/// Finds 备 or 证 in the wrong character set with digits behind it, returning the position after them.
fn damaged(page: &Page<'_>, after: usize) -> Option<usize> {
    const LONGEST: usize = 8;
    let mut garbage = 0;
    let mut position = after;
    while position < after + LONGEST {
        match page.at(position)? {
            ' ' => {}
            // 澶, 璇 and 鍌 are the first bytes of 备, 证 and 備 in UTF-8 read as GBK.
            '\u{FFFD}' | '?' | '澶' | '璇' | '鍌' => garbage += 1,
            ch if !ch.is_ascii() && !ch.is_alphanumeric() => garbage += 1,
            '\u{80}'..='\u{24F}' => garbage += 1,
            _ => break,
        }
        position += 1;
    }
    let (digits, end) = page.digits(position);
    (garbage > 0 && digits.len() >= FEWEST_DIGITS).then(|| {
        let tail = (end..end + 2)
            .take_while(|at| matches!(page.at(*at), Some('鍙' | '\u{FFFD}' | '?')))
            .count();
        end + tail
    })
}

/// Finds a number whose province and I have run together in the wrong character set: 浜琁CP澶�….
pub(super) fn swallowed(page: &Page<'_>, start: usize, floor: usize) -> Option<Candidate> {
    let swallower = page.at(start).filter(|ch| word_before(*ch))?;
    let end = page
        .word(start + 1, "CP")
        .and_then(|after| damaged(page, after))
        .filter(|_| Province::of_letter(swallower).is_none())?;
    Some(Candidate::rejected(
        start.saturating_sub(1).max(floor),
        end,
        Refusal::DecodingDamage,
    ))
}

/// Finds a province with 备 but without ICP, or with other letters in its place: 京IPC备….
fn misspelt(page: &Page<'_>, start: usize, letters: usize) -> Option<Candidate> {
    const LONGEST: usize = 4;
    let count = (0..LONGEST)
        .take_while(|index| page.is_latin(letters + index))
        .count();
    let word = page.skip_blanks(letters + count);
    if !page.is(word, '备') {
        return None;
    }
    let run = page.run(filler(page, word + 1), &FILING_LENGTHS)?;
    (run.masked || run.digits.len() >= FEWEST_DIGITS).then(|| {
        let reason = if run.masked {
            Refusal::Placeholder
        } else {
            Refusal::Malformed
        };
        Candidate::rejected(start, suffix(page, run.end).end(), reason)
    })
}
