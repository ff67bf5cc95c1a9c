//! The public-security number (公安备案号), which the police issue beside the filing number.

use super::find::{Number, Parsed, read_one};
use super::subject::Digits;
use super::{NumberError, NumberKind};
use crate::filing::province::Province;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A public-security number: `京公网安备11010502000001号`.
///
/// Its letter stays as written; Sichuan, Gansu and Guizhou use 川, 甘 and 贵 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecurityNumber {
    pub(super) letter: char,
    pub(super) province: Province,
    pub(super) serial: Digits,
}

impl SecurityNumber {
    /// Reads a field that holds one public-security number.
    ///
    /// # Errors
    /// When the field holds none, several, another kind of number, or one that cannot exist.
    pub fn parse(text: &str) -> Result<Parsed<Self>, NumberError> {
        let Parsed { number, warnings } = read_one(text).map_err(|error| match error {
            NumberError::NotFound { given, .. } => NumberError::NotFound {
                given,
                expected: Some(NumberKind::Security),
            },
            other @ (NumberError::Refused { .. }
            | NumberError::Several { .. }
            | NumberError::Surrounded { .. }
            | NumberError::WrongKind { .. }) => other,
        })?;
        match number {
            Number::Security(number) => Ok(Parsed { number, warnings }),
            Number::Subject(_) | Number::Service(_) => Err(NumberError::WrongKind {
                expected: NumberKind::Security,
                found: number,
            }),
        }
    }

    /// Returns the province that the letter names.
    pub const fn province(&self) -> Province {
        self.province
    }
}

impl fmt::Display for SecurityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}公网安备{}号", self.letter, self.serial)
    }
}
