//! The number of a subject (主体): its filing number, or the licence that stands for it.

use super::find::{Number, Parsed, read_one};
use super::{NumberError, NumberKind};
use crate::filing::province::Province;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Decimal digits with their count, so that leading zeros survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Digits {
    value: u64,
    count: u8,
}

impl Digits {
    /// Reads 1 to 18 ASCII digits.
    pub(super) fn read(text: &str) -> Option<Self> {
        let count = u8::try_from(text.len()).ok().filter(|count| *count <= 18)?;
        let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let value = text.parse().ok().filter(|_| all_digits)?;
        Some(Self { value, count })
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = usize::from(self.count))
    }
}

/// The class of a telecom licence as printed: `B2`, `A2.B1.B2`, `B-2-4`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Class([u8; Self::LONGEST]);

impl Class {
    const LONGEST: usize = 16;

    /// Keeps a printed class; `None` when it is longer than any class is.
    pub(super) fn keep(printed: &str) -> Option<Self> {
        let mut bytes = [0; Self::LONGEST];
        bytes
            .get_mut(..printed.len())?
            .copy_from_slice(printed.as_bytes());
        printed.is_ascii().then_some(Self(bytes))
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .filter(|byte| **byte != 0)
            .try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({self})")
    }
}

/// Where a telecom licence is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scope {
    /// Nothing stands before the class.
    Unnamed,
    /// 合字: several provinces.
    National,
    /// A province, by the letter as written: licences have no aliases (川B2-…).
    Letter(char),
}

/// A licence number (经营许可证号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Licence(pub(super) LicenceForm);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum LicenceForm {
    /// `京ICP证030173号`
    Certificate { letter: char, serial: Digits },
    /// `粤B2-20090059`
    Telecom {
        scope: Scope,
        class: Class,
        serial: Digits,
    },
}

impl Licence {
    /// Returns the province that the number names; 合字 and class-only numbers name none.
    pub fn province(&self) -> Option<Province> {
        match self.0 {
            LicenceForm::Certificate { letter, .. }
            | LicenceForm::Telecom {
                scope: Scope::Letter(letter),
                ..
            } => Province::of_letter(letter),
            LicenceForm::Telecom {
                scope: Scope::Unnamed | Scope::National,
                ..
            } => None,
        }
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            LicenceForm::Certificate { letter, serial } => write!(f, "{letter}ICP证{serial}号"),
            LicenceForm::Telecom {
                scope,
                class,
                serial,
            } => {
                match scope {
                    Scope::Unnamed => {}
                    Scope::National => f.write_str("合字")?,
                    Scope::Letter(letter) => write!(f, "{letter}")?,
                }
                write!(f, "{class}-{serial}")
            }
        }
    }
}

/// The number of a subject: `粤ICP备2021000001号`, or a licence number in its place.
///
/// Prints, and serialises as, the canonical form; reads every written form that means the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubjectNumber(pub(super) SubjectForm);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SubjectForm {
    Filing { province: Province, serial: Digits },
    Licence(Licence),
}

impl SubjectNumber {
    /// Reads a field that holds one subject number or licence number.
    ///
    /// # Errors
    /// When the field holds none, several, another kind of number, or one that cannot exist.
    pub fn parse(text: &str) -> Result<Parsed<Self>, NumberError> {
        let Parsed { number, warnings } = read_one(text)?;
        match number {
            Number::Subject(number) => Ok(Parsed { number, warnings }),
            Number::Service(_) | Number::Security(_) => Err(NumberError::WrongKind {
                expected: NumberKind::Subject,
                found: number,
            }),
        }
    }

    /// Returns the licence when one stands in the place of a filing number.
    pub fn licence(&self) -> Option<&Licence> {
        match &self.0 {
            SubjectForm::Filing { .. } => None,
            SubjectForm::Licence(licence) => Some(licence),
        }
    }

    /// Returns the province that the number names; 合字 and class-only licences name none.
    pub fn province(&self) -> Option<Province> {
        match &self.0 {
            SubjectForm::Filing { province, .. } => Some(*province),
            SubjectForm::Licence(licence) => licence.province(),
        }
    }
}

impl fmt::Display for SubjectNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            SubjectForm::Filing { province, serial } => {
                write!(f, "{}ICP备{serial}号", province.letter())
            }
            SubjectForm::Licence(licence) => licence.fmt(f),
        }
    }
}
