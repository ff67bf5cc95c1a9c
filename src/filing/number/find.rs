//! Finds every number in running text, and reads the one number of a field.

use super::page::{Blanks, Page};
use super::suffix::Suffix;
use super::{
    NumberError, Refusal, SecurityNumber, ServiceKind, ServiceNumber, SubjectNumber, Warning, icp,
    police, telecom,
};
use crate::filing::named::named;
use crate::filing::province::Province;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Any number: a subject's or its licence, a service's, or one of the public-security register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Number {
    /// A subject's number or its licence.
    Subject(SubjectNumber),
    /// A service's number.
    Service(ServiceNumber),
    /// A public-security number.
    Security(SecurityNumber),
}

named! {
    /// What a number is.
    pub enum NumberKind {
        /// 主体备案号
        Subject = "subject", "主体备案号", "subject number",
        /// 服务备案号
        Service = "service", "服务备案号", "service number",
        /// 经营许可证号
        Licence = "licence", "经营许可证号", "licence number",
        /// A service under a licence.
        LicenceService = "licence-service", "许可证下的服务备案号", "service number under a licence",
        /// 公安备案号
        Security = "psb", "公安备案号", "public-security number",
    }
}

impl Number {
    /// Reads a field that holds one number of any kind.
    ///
    /// # Errors
    /// When the field holds none, several, or one that cannot exist.
    pub fn parse(text: &str) -> Result<Parsed<Self>, NumberError> {
        read_one(text)
    }

    /// Returns what the number is.
    pub fn kind(&self) -> NumberKind {
        match self {
            Self::Subject(subject) => match subject.licence() {
                None => NumberKind::Subject,
                Some(_) => NumberKind::Licence,
            },
            Self::Service(service) => match service.subject().licence() {
                None => NumberKind::Service,
                Some(_) => NumberKind::LicenceService,
            },
            Self::Security(_) => NumberKind::Security,
        }
    }

    /// Returns the subject's number: itself, or that of the service; a public-security number has none.
    pub const fn subject(&self) -> Option<SubjectNumber> {
        match self {
            Self::Subject(subject) => Some(*subject),
            Self::Service(service) => Some(service.subject()),
            Self::Security(_) => None,
        }
    }

    /// Returns what the service is, of a service's number.
    pub const fn service_kind(&self) -> Option<ServiceKind> {
        match self {
            Self::Service(service) => Some(service.kind()),
            Self::Subject(_) | Self::Security(_) => None,
        }
    }

    /// Returns the province that the number names.
    pub fn province(&self) -> Option<Province> {
        match self {
            Self::Subject(subject) => subject.province(),
            Self::Service(service) => service.province(),
            Self::Security(number) => Some(number.province()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(number) => number.fmt(f),
            Self::Service(number) => number.fmt(f),
            Self::Security(number) => number.fmt(f),
        }
    }
}

/// A number as read, with what deserves a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The number.
    pub number: T,
    /// Remarks on how it was written.
    pub warnings: Vec<Warning>,
}

/// A number found in running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The number as written.
    pub raw: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// The number.
    pub number: Number,
    /// Remarks on how it was written.
    pub warnings: Vec<Warning>,
}

/// A candidate in running text that is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The candidate as written.
    pub raw: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// Why it is not a number.
    pub reason: Refusal,
}

/// What a text holds, each in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The numbers.
    pub found: Vec<Found>,
    /// What looks like a number and is none.
    pub rejected: Vec<Rejected>,
}

/// A stretch of a page and what it is.
pub(super) struct Candidate {
    start: usize,
    end: usize,
    verdict: Result<Parsed<Number>, Refusal>,
}

impl Candidate {
    pub(super) const fn rejected(start: usize, end: usize, reason: Refusal) -> Self {
        Self {
            start,
            end,
            verdict: Err(reason),
        }
    }

    pub(super) const fn accepted(
        start: usize,
        end: usize,
        number: Number,
        warnings: Vec<Warning>,
    ) -> Self {
        Self {
            start,
            end,
            verdict: Ok(Parsed { number, warnings }),
        }
    }

    /// Makes of a subject's number what its suffix says.
    pub(super) fn judged(
        start: usize,
        suffix: &Suffix,
        number: Number,
        mut warnings: Vec<Warning>,
    ) -> Self {
        match (suffix, number) {
            (
                Suffix::Service {
                    counter,
                    kind,
                    padded,
                    end,
                },
                Number::Subject(subject),
            ) => {
                if *padded {
                    warnings.push(Warning::LeadingZero);
                }
                let service = ServiceNumber::new(subject, *counter, *kind);
                Self::accepted(start, *end, Number::Service(service), warnings)
            }
            (
                Suffix::None { end } | Suffix::Service { end, .. },
                Number::Subject(_) | Number::Service(_) | Number::Security(_),
            ) => Self::accepted(start, *end, number, warnings),
            (
                Suffix::Bad { end },
                Number::Subject(_) | Number::Service(_) | Number::Security(_),
            ) => Self::rejected(start, *end, Refusal::BadSuffix),
        }
    }
}

fn scan(page: &Page<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let (mut position, mut floor) = (0, 0);
    while position < page.len() {
        let candidate = telecom::candidate(page, position, floor)
            .or_else(|| icp::candidate(page, position, floor))
            .or_else(|| police::candidate(page, position, floor))
            .or_else(|| icp::swallowed(page, position, floor))
            .or_else(|| police::translated(page, position, floor));
        match candidate {
            Some(candidate) => {
                position = candidate.end.max(position + 1);
                floor = position;
                candidates.push(candidate);
            }
            None => position += 1,
        }
    }
    candidates
}

/// Finds every number in `text`, and what only looks like one.
///
/// Two numbers glued together are two numbers.
pub fn find(text: &str) -> Findings {
    let page = Page::read(text, Blanks::Kept);
    let mut findings = Findings::default();
    for Candidate {
        start,
        end,
        verdict,
    } in scan(&page)
    {
        let raw = page.raw(start, end).to_owned();
        let at = page.bytes(start, end);
        match verdict {
            Ok(Parsed { number, warnings }) => findings.found.push(Found {
                raw,
                at,
                number,
                warnings,
            }),
            Err(reason) => findings.rejected.push(Rejected { raw, at, reason }),
        }
    }
    findings
}

/// Characters of the labels that stand before a number: 网站ICP备案/许可证编号.
const LABEL: &str =
    "网站主体服务互联信息工信部公安备案登记序号码编字第经营许可证增值电信业务统一省市ICP";
/// Marks that may stand around a number.
const MARKS: &str = ".,:;、。|/()[]{}<>【】〔〕《》「」\"'“”‘’·•*!-";

/// Reads the one number that a field holds.
pub(super) fn read_one(text: &str) -> Result<Parsed<Number>, NumberError> {
    let page = Page::read(text, Blanks::Dropped);
    let mut candidates = scan(&page).into_iter();
    let Some(Candidate {
        start,
        end,
        verdict,
    }) = candidates.next()
    else {
        return Err(unread(text));
    };
    let raw = page.raw(start, end).to_owned();
    let others: Vec<_> = candidates
        .map(|other| page.raw(other.start, other.end).to_owned())
        .collect();
    if !others.is_empty() {
        let raws = std::iter::once(raw).chain(others).collect();
        return Err(NumberError::Several { raws });
    }
    let parsed = match verdict {
        Ok(parsed) => parsed,
        Err(reason) => return Err(NumberError::Refused { raw, reason }),
    };
    let is_label =
        |ch: char| LABEL.contains(ch) || MARKS.contains(ch) || Province::of_letter(ch).is_some();
    if !page.folded(0, start).all(is_label) {
        let stray = page.raw(0, start).to_owned();
        return Err(NumberError::Surrounded { raw, stray });
    }
    if !page.folded(end, page.len()).all(|ch| MARKS.contains(ch)) {
        let stray = page.raw(end, page.len()).to_owned();
        return Err(NumberError::Surrounded { raw, stray });
    }
    Ok(parsed)
}

/// Says why a field holds no number, by its words as they are spaced.
fn unread(text: &str) -> NumberError {
    let given = text.trim().to_owned();
    let Findings { found, rejected } = find(text);
    match (found.into_iter().next(), rejected.into_iter().next()) {
        (Some(Found { raw, .. }), _) => NumberError::Surrounded { raw, stray: given },
        (None, Some(Rejected { raw, reason, .. })) => NumberError::Refused { raw, reason },
        (None, None) => NumberError::NotFound {
            given,
            expected: None,
        },
    }
}
