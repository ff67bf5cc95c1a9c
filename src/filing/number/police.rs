//! Reads public-security numbers: 京公网安备11010502000001号.

use super::find::{Candidate, Number};
use super::head::{missing_province, part_of_word, province};
use super::icp::filler;
use super::page::Page;
use super::refusal::Refusal;
use super::security::SecurityNumber;
use super::subject::Digits;
use super::warning::Warning;
use crate::filing::province::Province;

const LENGTH: [usize; 1] = [14];
/// Fewer digits than this, without 号, are no attempt at a number.
const FEWEST_DIGITS: usize = 5;
const WORDS: &str = "公网安备";
/// Slips for 公网安备; a longer one stands before what it starts with.
const SLIPS: [&str; 6] = ["公安网备", "公网备", "公安备", "公网安", "网安备", "公备"];

/// Reads a public-security number, or what looks like one.
pub(super) fn candidate(page: &Page<'_>, start: usize, floor: usize) -> Option<Candidate> {
    let (letter, words) = province(page, start);
    let right = page.word(words, WORDS);
    let is_slip = right.is_none();
    let slip = || SLIPS.iter().find_map(|slip| page.word(words, slip));
    let after = right.or_else(slip)?;
    let run = page.run(filler(page, after), &LENGTH)?;
    let sign = page.skip_blanks(run.end);
    let has_sign = page.is(sign, '号');
    let end = if has_sign { sign + 1 } else { run.end };
    if !run.masked && run.digits.len() < FEWEST_DIGITS && !has_sign {
        return None;
    }
    let refuse = |reason| Some(Candidate::rejected(start, end, reason));
    if run.masked || run.is_counting() {
        return refuse(Refusal::Placeholder);
    }
    let Some((letter, province)) = letter else {
        let (reason, start) = missing_province(page, start, floor);
        return Some(Candidate::rejected(start, end, reason));
    };
    if let Some(word) = page.before(start).and_then(|ch| part_of_word(ch, letter)) {
        return refuse(Refusal::PartOfWord { word });
    }
    if is_slip {
        return refuse(Refusal::Malformed);
    }
    if run.digits.len() != LENGTH[0] {
        return refuse(Refusal::WrongLength {
            expected: &LENGTH,
            found: run.digits.len(),
        });
    }
    let mut warnings = Vec::new();
    if letter != province.security_letter() {
        warnings.push(Warning::SecurityLetter {
            written: letter,
            province,
        });
    }
    if let Some(digits) = Province::of_area(&run.digits[..2]).filter(|area| *area != province) {
        warnings.push(Warning::SecurityArea {
            letter: province,
            digits,
        });
    }
    let number = Number::Security(SecurityNumber {
        letter,
        province,
        serial: Digits::read(&run.digits)?,
    });
    Some(Candidate::accepted(start, end, number, warnings))
}

/// Finds a translated public-security number: `Beijing Public Network Security No. 1101…`.
pub(super) fn translated(page: &Page<'_>, start: usize, floor: usize) -> Option<Candidate> {
    const WORDS: [&str; 9] = [
        "NETWORK", "SECURITY", "INTERNET", "BUREAU", "RECORD", "FILING", "NUMBER", "BEIAN", "NO",
    ];
    const LONGEST: usize = 8;
    if start > 0 && page.is_latin(start - 1) {
        return None;
    }
    let mut position = page.word(start, "PUBLIC")?;
    for _ in 0..LONGEST {
        position = page.skip_blanks(position);
        position = match page.at(position)? {
            '.' | ':' | '#' => position + 1,
            _ => match WORDS.iter().find_map(|word| page.word(position, word)) {
                Some(after) => after,
                None => break,
            },
        };
    }
    let (digits, end) = page.digits(position);
    (digits.len() >= FEWEST_DIGITS).then(|| {
        let (_, start) = missing_province(page, start, floor);
        Candidate::rejected(start, end, Refusal::Translated)
    })
}
