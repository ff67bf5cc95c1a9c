//! Other certificates, and mobile phones.

use super::{IdentityError, folded, masked};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of another certificate (passport, permit, licence): 8 to 20 letters and digits.
///
/// No published format was found, so nothing more is asked of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNumber(pub(super) String);

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
pub struct Mobile(pub(super) String);

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
