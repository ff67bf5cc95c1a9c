//! What an approval brings: the numbers that the bureau issued, or its refusal of a service.

use super::number::{Number, ServiceNumber, SubjectNumber};
use serde::{Deserialize, Serialize};

/// What stands in the place of the number of a service that the bureau refused.
pub const NONE: &str = "none";

/// Whether a word says that no number was issued, in any letter case.
pub fn is_none(word: &str) -> bool {
    word.eq_ignore_ascii_case(NONE)
}

/// A number that the bureau issued, or its refusal of one service (`--number none`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Issued {
    /// The service's number; `none` in files where the bureau refused it.
    #[serde(with = "issued")]
    pub number: Option<ServiceNumber>,
}

mod issued {
    use super::{NONE, ServiceNumber};
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[allow(
        clippy::ref_option,
        reason = "the signature that serde's `with` asks for"
    )]
    pub(super) fn serialize<S: Serializer>(
        number: &Option<ServiceNumber>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => serializer.collect_str(number),
            None => serializer.serialize_str(NONE),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<ServiceNumber>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == NONE {
            return Ok(None);
        }
        ServiceNumber::deserialize(serde::de::value::StringDeserializer::new(text)).map(Some)
    }
}

/// What an approval brought: the numbers, and its place among the portfolio's records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Its place among the records of the subject: the portfolio folds in this order.
    pub sequence: u64,
    /// The subject's number, issued to a first filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectNumber>,
    /// One a service of a `new` order, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Issued>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

impl Approval {
    /// Whether `words` spell its numbers in their order.
    pub fn is_said_by(&self, words: &[String]) -> bool {
        let subject = self.subject.iter().map(|n| Some(n.to_string()));
        let services = self
            .services
            .iter()
            .map(|issued| issued.number.map(|n| n.to_string()));
        let said = words.iter().map(|word| {
            Number::parse(word)
                .ok()
                .map(|parsed| parsed.number.to_string())
        });
        subject.chain(services).eq(said)
    }
}
