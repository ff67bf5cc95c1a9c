//! The number of a service (互联网信息服务) under a subject, and the four kinds of service.

use super::find::{Number, Parsed, read_one};
use super::{NumberError, NumberKind, SubjectNumber};
use crate::filing::named::named;
use crate::filing::province::Province;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

named! {
    /// What a service is, in the order of the letters in the field's tables.
    pub enum ServiceKind {
        /// 网站: no letter.
        Site = "site", "网站", "site",
        /// APP: letter A.
        App = "app", "APP", "app" | "移动应用",
        /// 小程序: letter X.
        Miniprogram = "miniprogram", "小程序", "mini-program" | "微信小程序",
        /// 快应用: letter K.
        Quickapp = "quickapp", "快应用", "quick app" | "quick-app",
    }
}

impl ServiceKind {
    /// Returns the letter after the counter; a site has none.
    pub const fn letter(self) -> Option<char> {
        match self {
            Self::Site => None,
            Self::App => Some('A'),
            Self::Miniprogram => Some('X'),
            Self::Quickapp => Some('K'),
        }
    }

    /// Returns the kind of that upper-case letter.
    pub(super) fn from_letter(letter: char) -> Option<Self> {
        let mut kinds = Self::ALL.iter().copied();
        kinds.find(|kind| kind.letter() == Some(letter))
    }
}

/// The number of a service: its subject's number, a counter that all kinds share, the kind's letter.
///
/// Prints, and serialises as, the canonical form; reads every written form that means the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceNumber {
    subject: SubjectNumber,
    counter: NonZeroU32,
    kind: ServiceKind,
}

impl ServiceNumber {
    /// The most digits that a counter is read with.
    pub(super) const COUNTER_DIGITS: usize = 5;

    pub(super) const fn new(
        subject: SubjectNumber,
        counter: NonZeroU32,
        kind: ServiceKind,
    ) -> Self {
        Self {
            subject,
            counter,
            kind,
        }
    }

    /// Reads a field that holds one service number.
    ///
    /// # Errors
    /// When the field holds none, several, another kind of number, or one that cannot exist.
    pub fn parse(text: &str) -> Result<Parsed<Self>, NumberError> {
        let Parsed { number, warnings } = read_one(text)?;
        match number {
            Number::Service(number) => Ok(Parsed { number, warnings }),
            Number::Subject(_) | Number::Security(_) => Err(NumberError::WrongKind {
                expected: NumberKind::Service,
                found: number,
            }),
        }
    }

    /// Returns the number of the subject that the service belongs to.
    pub const fn subject(&self) -> SubjectNumber {
        self.subject
    }

    /// Returns the counter, 1 or more.
    pub const fn counter(&self) -> u32 {
        self.counter.get()
    }

    /// Returns what the service is.
    pub const fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Returns the province that the subject's number names.
    pub fn province(&self) -> Option<Province> {
        self.subject.province()
    }
}

impl fmt::Display for ServiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.subject, self.counter)?;
        self.kind
            .letter()
            .map_or(Ok(()), |letter| write!(f, "{letter}"))
    }
}
