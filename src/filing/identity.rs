//! Numbers of persons and organisations: resident ID, unified social credit code, other
//! certificates, mobile phones.
//!
//! They are personal data: neither an error nor `Debug` shows a number in full.

use crate::filing::province::Province;
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// Folds full-width and lower-case characters and drops blanks.
fn folded(text: &str) -> String {
    text.nfkc()
        .filter(|ch| !ch.is_whitespace() && !matches!(ch, '\u{200B}'..='\u{200F}' | '\u{FEFF}'))
        .map(|ch| ch.to_ascii_uppercase())
        .collect()
}

/// Shows the first three and last two characters of a number.
fn masked(number: &str) -> String {
    let hidden = number.len().saturating_sub(5);
    match (number.get(..3), number.get(number.len() - 2..)) {
        (Some(head), Some(tail)) if hidden > 0 => format!("{head}{}{tail}", "*".repeat(hidden)),
        _ => "*".repeat(number.len()),
    }
}

/// Why an identity number was refused. Positions count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The field is empty.
    #[error("{}", self.message().en)]
    Empty,
    /// Not 18 characters.
    #[error("{}", self.message().en)]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A resident ID of the first generation, with 15 digits.
    #[error("{}", self.message().en)]
    Obsolete,
    /// A character that cannot stand at its position.
    #[error("{}", self.message().en)]
    Character {
        /// Its position.
        position: usize,
    },
    /// Positions 7 to 14 of a resident ID are no date.
    #[error("{}", self.message().en)]
    BirthDate,
    /// The date of birth lies in the future.
    #[error("{}", self.message().en)]
    BornInFuture,
    /// The check character at position 18 does not fit the others.
    #[error("{}", self.message().en)]
    CheckCharacter,
    /// Not 8 to 20 letters and digits, as other certificates have.
    #[error("{}", self.message().en)]
    Certificate,
    /// Not a mobile phone of the mainland.
    #[error("{}", self.message().en)]
    Mobile,
}

impl IdentityError {
    /// Returns the message; it never shows the number.
    pub fn message(&self) -> Text {
        match self {
            Self::Empty => text!("号码为空", "the number is empty"),
            Self::Length { found } => text!(
                "有{found}位，应为18位",
                "it has {found} characters where 18 are expected"
            ),
            Self::Obsolete => text!(
                "这是15位的一代身份证号码，已停用，请填写18位号码",
                "this is a 15-digit number of the first generation, no longer in use; give the 18-character number"
            ),
            Self::Character { position } => text!(
                "第{position}位不是此处允许的字符",
                "the character at position {position} is not allowed there"
            ),
            Self::BirthDate => text!(
                "第7至14位不是有效的出生日期（年月日）",
                "positions 7 to 14 are not a real date of birth (YYYYMMDD)"
            ),
            Self::BornInFuture => text!(
                "第7至14位的出生日期晚于今天",
                "the date of birth at positions 7 to 14 lies in the future"
            ),
            Self::CheckCharacter => text!(
                "第18位校验码与前17位不符，请逐位核对",
                "the check character at position 18 does not fit the 17 before it; compare each with the certificate"
            ),
            Self::Certificate => text!(
                "证件号码应为8至20位字母或数字",
                "a certificate number has 8 to 20 letters and digits"
            ),
            Self::Mobile => text!(
                "手机号码应为11位数字，以1开头，第二位为3至9",
                "a mobile number has 11 digits and opens with 1 and 3 to 9"
            ),
        }
    }
}

/// Keeps 18 ASCII characters of which `allowed(index, byte)` holds.
fn eighteen(text: &str, allowed: impl Fn(usize, u8) -> bool) -> Result<[u8; 18], IdentityError> {
    if text.is_empty() {
        return Err(IdentityError::Empty);
    }
    let misplaced = text
        .chars()
        .enumerate()
        .take(18)
        .find(|(index, ch)| !u8::try_from(*ch).is_ok_and(|byte| allowed(*index, byte)));
    if let Some((index, _)) = misplaced {
        return Err(IdentityError::Character {
            position: index + 1,
        });
    }
    <[u8; 18]>::try_from(text.as_bytes()).map_err(|_| IdentityError::Length {
        found: text.chars().count(),
    })
}

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

/// A unified social credit code (统一社会信用代码, GB 32100): 18 characters, valid when made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

impl CreditCode {
    /// The alphabet (GB 32100): no I, O, S, V, Z.
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    /// Weights of positions 1 to 17 (GB 32100): 3^(i-1) mod 31.
    const WEIGHTS: [usize; 17] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
    ];
    /// Weights of the eight characters of an organisation code (GB 11714).
    const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

    fn value(byte: u8) -> Option<usize> {
        Self::ALPHABET.iter().position(|known| *known == byte)
    }

    /// Reads a credit code; full-width and small letters and blanks are normalised.
    ///
    /// # Errors
    /// When it is not 18 characters of the alphabet, or the check fails.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let code = folded(text);
        let characters = eighteen(&code, |index, byte| {
            let is_area = (2..8).contains(&index);
            if is_area {
                byte.is_ascii_digit()
            } else {
                Self::value(byte).is_some()
            }
        })?;
        if Self::check(&characters[..17]) != characters[17] {
            return Err(IdentityError::CheckCharacter);
        }
        Ok(Self(code))
    }

    /// Returns the check character of 17 characters of the alphabet.
    fn check(body: &[u8]) -> u8 {
        let sum: usize = body
            .iter()
            .zip(Self::WEIGHTS)
            .filter_map(|(byte, weight)| Self::value(*byte).map(|value| value * weight))
            .sum();
        Self::ALPHABET[(31 - sum % 31) % 31]
    }

    /// Makes the code of its first 17 characters, for examples; `None` where they are none.
    pub fn of(body: &str) -> Option<Self> {
        let check = char::from(Self::check(body.as_bytes()));
        Self::parse(&format!("{body}{check}")).ok()
    }

    /// Returns the province in whose area the organisation was registered, where it is one of the
    /// 31: characters 3 and 4. Bodies registered with the state have 10 there.
    pub fn province(&self) -> Option<Province> {
        self.0.get(2..4).and_then(Province::of_area)
    }

    /// Returns the code, 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns characters 9 to 17: the organisation code, for whoever had one.
    pub fn organisation_code(&self) -> &str {
        self.0.get(8..17).unwrap_or_default()
    }

    /// Whether characters 9 to 17 also pass the check of the organisation codes of before
    /// 2015 (GB 11714); newer codes need not.
    pub fn has_organisation_code(&self) -> bool {
        let body = self.0.get(8..16).unwrap_or_default();
        // GB 11714 counts A as 10 and so on without the gaps of the newer alphabet.
        let sum: usize = body
            .chars()
            .filter_map(|ch| ch.to_digit(36))
            .zip(Self::ORGANISATION_WEIGHTS)
            .map(|(value, weight)| value as usize * weight)
            .sum();
        let check = match 11 - sum % 11 {
            10 => 'X',
            11 => '0',
            digit => char::from_digit(u32::try_from(digit).unwrap_or(0), 10).unwrap_or('0'),
        };
        self.0.chars().nth(16) == Some(check)
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({})", masked(&self.0))
    }
}

/// The number of another certificate (passport, permit, licence): 8 to 20 letters and digits.
///
/// No published format was found, so nothing more is asked of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNumber(String);

impl CertificateNumber {
    /// Reads a certificate number; full-width and small letters and blanks are normalised.
    ///
    /// # Errors
    /// When it is not 8 to 20 letters and digits.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let number = folded(text);
        if number.is_empty() {
            return Err(IdentityError::Empty);
        }
        let fits = (8..=20).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits {
            Ok(Self(number))
        } else {
            Err(IdentityError::Certificate)
        }
    }

    /// Returns the number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateNumber({})", masked(&self.0))
    }
}

/// A mobile phone of the mainland: 11 digits, `^1[3-9]\d{9}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mobile(String);

impl Mobile {
    const LENGTH: usize = 11;

    /// Reads a mobile number; +86, 0086 or 86 before it, blanks, hyphens and brackets are dropped.
    ///
    /// # Errors
    /// When what remains is not 11 digits that open with 13 to 19.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let written: String = folded(text)
            .chars()
            .filter(|ch| !matches!(ch, '-' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
            .collect();
        if written.is_empty() {
            return Err(IdentityError::Empty);
        }
        let national = ["+86", "0086", "86"]
            .iter()
            .find_map(|prefix| written.strip_prefix(prefix))
            .unwrap_or(&written);
        let bytes = national.as_bytes();
        let fits = bytes.len() == Self::LENGTH
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes[0] == b'1'
            && bytes[1] >= b'3';
        if fits {
            Ok(Self(national.to_owned()))
        } else {
            Err(IdentityError::Mobile)
        }
    }

    /// Returns the number, 11 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", masked(&self.0))
    }
}

macro_rules! identity_strings {
    ($($number:ident),+) => {$(
        impl FromStr for $number {
            type Err = IdentityError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $number {
            type Error = IdentityError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$number> for String {
            fn from(number: $number) -> Self {
                number.0
            }
        }
    )+};
}
identity_strings!(CreditCode, CertificateNumber, Mobile);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn resident(text: &str) -> Result<ResidentId, IdentityError> {
        ResidentId::parse(text, day("2026-11-22"))
    }

    #[test]
    fn the_vectors_of_the_standard_pass() {
        for id in [
            "11010519491231002X",
            "440524188001010014",
            "110101199001010015",
        ] {
            assert_eq!(resident(id).unwrap().as_str(), id);
        }
        for code in ["91350100M000100Y43", "91110000MA0000000H"] {
            assert_eq!(CreditCode::parse(code).unwrap().as_str(), code);
        }
        assert!(
            CreditCode::parse("91350100M000100Y43")
                .unwrap()
                .has_organisation_code()
        );
        assert!(
            !CreditCode::parse("91110000MA0000000H")
                .unwrap()
                .has_organisation_code()
        );
    }

    #[test]
    fn spellings_are_normalised() {
        let id = resident(" １１０１０５ 19491231 002x\u{3000}").unwrap();
        assert_eq!(id.as_str(), "11010519491231002X");
        let code = CreditCode::parse("91350100 m000100y43").unwrap();
        assert_eq!(code.as_str(), "91350100M000100Y43");
        for mobile in [
            "13800138000",
            "+86 138-0013-8000",
            "0086(138)00138000",
            "８６１３８００１３８０００",
        ] {
            assert_eq!(Mobile::parse(mobile).unwrap().as_str(), "13800138000");
        }
        let permit = CertificateNumber::parse("h 1234 5678").unwrap();
        assert_eq!(permit.as_str(), "H12345678");
    }

    #[test]
    fn each_fault_of_a_resident_id_is_named() {
        let refused = |text: &str| resident(text).unwrap_err();
        assert_eq!(refused(""), IdentityError::Empty);
        assert_eq!(refused("110105491231002"), IdentityError::Obsolete);
        assert_eq!(
            refused("1101051949123100"),
            IdentityError::Length { found: 16 }
        );
        assert_eq!(
            refused("1101051949123100233"),
            IdentityError::Length { found: 19 }
        );
        assert_eq!(
            refused("11010519491231X02X"),
            IdentityError::Character { position: 15 }
        );
        assert_eq!(
            refused("110105194912310O2X"),
            IdentityError::Character { position: 16 }
        );
        assert_eq!(refused("110105194902300029"), IdentityError::BirthDate);
        assert_eq!(refused("110105203012310029"), IdentityError::BornInFuture);
        assert_eq!(refused("110105194912310021"), IdentityError::CheckCharacter);
    }

    #[test]
    fn a_birth_of_today_is_no_future() {
        let id = "110101199001010015";
        assert!(ResidentId::parse(id, day("1990-01-01")).is_ok());
        assert_eq!(
            ResidentId::parse(id, day("1989-12-31")),
            Err(IdentityError::BornInFuture)
        );
    }

    #[test]
    fn age_counts_full_years() {
        let id = resident("110101199001010015").unwrap();
        assert_eq!(id.age_at(day("2007-12-31")), Some(17));
        assert_eq!(id.age_at(day("2008-01-01")), Some(18));
        assert_eq!(id.age_at(day("1989-01-01")), None);
        assert_eq!(id.province(), Province::of_code("bj"));
    }

    #[test]
    fn other_shapes_are_refused() {
        for mobile in [
            "12800138000",
            "1380013800",
            "138001380001",
            "+1 3800138000",
            "86138",
        ] {
            assert_eq!(
                Mobile::parse(mobile),
                Err(IdentityError::Mobile),
                "{mobile}"
            );
        }
        for number in [
            "1234567",
            "H1234(5678)",
            "123456789012345678901",
            "证件号码12345678",
        ] {
            assert_eq!(
                CertificateNumber::parse(number),
                Err(IdentityError::Certificate)
            );
        }
        assert_eq!(
            CreditCode::parse("9135010OM000100Y43"),
            Err(IdentityError::Character { position: 8 })
        );
    }

    #[test]
    fn nothing_shows_a_number_in_full() {
        let id = resident("110101199001010015").unwrap();
        assert_eq!(format!("{id:?}"), "ResidentId(110*************15)");
        let error = resident("110101199001010014").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("1990"), "{error}");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_in_a_resident_id_is_caught(index in 0usize..17, digit in b'0'..=b'9') {
            for id in ["440524188001010014", "110101199001010015"] {
                let mut changed = id.as_bytes().to_vec();
                prop_assume!(changed[index] != digit);
                changed[index] = digit;
                prop_assert!(resident(std::str::from_utf8(&changed).unwrap()).is_err());
            }
        }

        #[test]
        fn one_wrong_character_in_a_credit_code_is_caught(index in 0usize..18, other in 0usize..31) {
            let other = CreditCode::ALPHABET[other];
            for code in ["91350100M000100Y43", "91110000MA0000000H"] {
                let mut changed = code.as_bytes().to_vec();
                prop_assume!(changed[index] != other);
                changed[index] = other;
                prop_assert!(CreditCode::parse(std::str::from_utf8(&changed).unwrap()).is_err());
            }
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,30}") {
            let _ = resident(&text);
            let _ = (CreditCode::parse(&text), Mobile::parse(&text), CertificateNumber::parse(&text));
        }
    }
}
