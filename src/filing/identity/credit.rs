//! Unified social credit codes (GB 32100).

use super::{IdentityError, eighteen, folded, masked};
use crate::filing::province::Province;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A unified social credit code (统一社会信用代码, GB 32100): 18 characters, valid when made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(pub(super) String);

impl CreditCode {
    /// The alphabet (GB 32100): no I, O, S, V, Z.
    pub(super) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    /// Weights of positions 1 to 17 (GB 32100): 3^(i-1) mod 31.
    const WEIGHTS: [usize; 17] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
    ];

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
}

/// Returns the nine characters by which a credit code or an organisation code names an
/// organisation (GB 11714); none for any other number.
pub fn organisation_code(number: &str) -> Option<String> {
    if let Ok(code) = CreditCode::parse(number) {
        return Some(code.organisation_code().to_owned());
    }
    let code = folded(number).replace('-', "");
    (code.len() == 9 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({})", masked(&self.0))
    }
}
