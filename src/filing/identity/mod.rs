//! Numbers of persons and organisations: resident ID, unified social credit code, other
//! certificates, mobile phones.
//!
//! They are personal data: neither an error nor `Debug` shows a number in full.

mod credit;
mod error;
mod other;
mod resident;

pub use credit::{CreditCode, organisation_code};
pub use error::IdentityError;
pub use other::{CertificateNumber, Mobile};
pub use resident::ResidentId;

use std::str::FromStr;
use unicode_normalization::UnicodeNormalization as _;

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

macro_rules! identity_strings {
    ($($number:ident),+) => {$(
        impl FromStr for $number {
            type Err = IdentityError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $number {
            type Error = $crate::lang::parser::Told;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).map_err(|error| $crate::lang::parser::Told(error.message()))
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
    use crate::filing::province::Province;
    use chrono::NaiveDate;
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
