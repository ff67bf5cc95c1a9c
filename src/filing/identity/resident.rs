//! Resident ID numbers (GB 11643).

use super::{IdentityError, eighteen, folded, masked};
use crate::filing::province::Province;
use chrono::NaiveDate;
use std::fmt;

/// A resident identity number (居民身份证号码, GB 11643): 18 characters, valid when made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId {
    number: String,
    birth: NaiveDate,
}

impl ResidentId {
    /// Weights of positions 1 to 17 (GB 11643).
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    /// Check characters by the weighted sum modulo 11 (GB 11643).
    const CHECKS: [u8; 11] = *b"10X98765432";
    const OBSOLETE_LENGTH: usize = 15;
    const LENGTH: usize = 18;
    /// No other number of digits alone is so long.
    const LONGER: usize = 12;

    /// Reads a resident ID; full-width characters, a small x and blanks are normalised.
    ///
    /// # Errors
    /// When it is not 18 characters, its birth is no date up to `today`, or the check fails.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, IdentityError> {
        let number = folded(text);
        let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
        if all_digits && number.len() == Self::OBSOLETE_LENGTH {
            return Err(IdentityError::Obsolete);
        }
        let characters = eighteen(&number, |index, byte| {
            byte.is_ascii_digit() || (index == 17 && byte == b'X')
        })?;
        let birth = number
            .get(6..14)
            .and_then(|date| NaiveDate::parse_from_str(date, "%Y%m%d").ok())
            .ok_or(IdentityError::BirthDate)?;
        if birth > today {
            return Err(IdentityError::BornInFuture);
        }
        if Self::check(&characters[..17]) != characters[17] {
            return Err(IdentityError::CheckCharacter);
        }
        Ok(Self { number, birth })
    }

    /// How the numbers of the same form begin that are no resident's: the residence permits of Hong Kong,
    /// Macau and Taiwan (国办发〔2018〕81号), and foreigners' permanent residence cards since 2023-12-01.
    const OTHERS: [&str; 4] = ["81", "82", "83", "9"];

    /// Whether a text is meant to be such a number, be it cut or mistyped: passports and the permits by
    /// which residents of Hong Kong, Macau and Taiwan travel are shorter.
    pub fn is_meant_by(text: &str) -> bool {
        let number = folded(text);
        let is_others = Self::OTHERS.iter().any(|area| number.starts_with(area));
        if is_others && Self::parse(text, NaiveDate::MAX).is_ok() {
            return false;
        }
        let digits = number.strip_suffix('X').unwrap_or(&number);
        let is_number = digits.len() >= Self::LONGER && digits.bytes().all(|b| b.is_ascii_digit());
        is_number || number.chars().count() == Self::LENGTH
    }

    /// Returns the check character of 17 digits.
    fn check(body: &[u8]) -> u8 {
        let sum: u32 = body
            .iter()
            .zip(Self::WEIGHTS)
            .map(|(byte, weight)| u32::from(byte - b'0') * weight)
            .sum();
        Self::CHECKS[sum as usize % 11]
    }

    /// Makes the number of an area code (6 digits), a birth and a sequence (3 digits), for
    /// examples; `None` where they are no digits.
    pub fn of(area: &str, birth: NaiveDate, sequence: u16) -> Option<Self> {
        let body = format!("{area}{}{sequence:03}", birth.format("%Y%m%d"));
        let is_body = body.len() == 17 && body.bytes().all(|byte| byte.is_ascii_digit());
        is_body.then(|| {
            let check = char::from(Self::check(body.as_bytes()));
            Self {
                number: format!("{body}{check}"),
                birth,
            }
        })
    }

    /// Returns the number, 18 characters.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// Returns the date of birth.
    pub const fn birth(&self) -> NaiveDate {
        self.birth
    }

    /// Returns the age in full years on `date`; `None` before birth.
    pub fn age_at(&self, date: NaiveDate) -> Option<u32> {
        date.years_since(self.birth)
    }

    /// Whether the holder is a man: the third digit of the sequence is odd (GB 11643).
    pub fn is_male(&self) -> bool {
        self.number
            .as_bytes()
            .get(16)
            .is_some_and(|digit| digit % 2 == 1)
    }

    /// Returns the province that issued the number, where it is one of the 31.
    pub fn province(&self) -> Option<Province> {
        self.number.get(..2).and_then(Province::of_area)
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResidentId({})", masked(&self.number))
    }
}
