//! Filing numbers: what they are, how they print, and how they are read from what people write.
//!
//! - a **subject number** (主体备案号) `粤ICP备2021000001号`, or the licence number
//!   (经营许可证号) of a commercial subject, which stands wherever a subject number does;
//! - a **service number** (服务备案号) `粤ICP备2021000001号-2A`;
//! - a **public-security number** (公安备案号) `京公网安备11010502000001号`, another register's.
//!
//! A field that must hold one number is read by `parse`; running text by [`find()`]. Both
//! normalise the written forms that mean the same and refuse, with a reason, what cannot be
//! a number. The grammar was learnt from 767 strings collected from public pages.

mod find;
mod fold;
mod head;
mod icp;
mod page;
mod police;
mod refusal;
mod security;
mod service;
mod subject;
mod suffix;
mod telecom;
mod warning;

pub use find::{Findings, Found, Number, NumberKind, Parsed, Rejected, find};
pub use refusal::{NumberError, Refusal};
pub use security::SecurityNumber;
pub use service::{ServiceKind, ServiceNumber};
pub use subject::{Licence, SubjectNumber};
pub use warning::Warning;

/// Gives a number its reading and printing: `FromStr`, and serde as the canonical string.
macro_rules! number_strings {
    ($($number:ident),+) => {$(
        impl ::std::str::FromStr for $number {
            type Err = $crate::filing::number::NumberError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text).map(|parsed| parsed.number)
            }
        }

        impl TryFrom<String> for $number {
            type Error = $crate::lang::parser::Told;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let read: Result<Self, $crate::filing::number::NumberError> = text.parse();
                read.map_err(|error| $crate::lang::parser::Told(error.message()))
            }
        }

        impl From<$number> for String {
            fn from(number: $number) -> Self {
                number.to_string()
            }
        }
    )+};
}
number_strings!(Number, SubjectNumber, ServiceNumber, SecurityNumber);
