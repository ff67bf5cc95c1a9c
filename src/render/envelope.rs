//! The seven keys around every JSON document.

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use serde_json::Value;
use std::borrow::Cow;

/// One result, as every machine format sees it.
///
/// `ok` is no field: it is true exactly when there is no `error`.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The name and version of the shape of `data`, such as `icpctl.order/1`.
    pub schema: Cow<'static, str>,
    /// Whether anything was written.
    pub changed: bool,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// What was asked for: one element, an array of elements, or null.
    pub data: Value,
    /// What the caller ought to know although it went well.
    pub warnings: Vec<Warning>,
    /// Why it did not go well.
    pub error: Option<Problem>,
}

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The stable name of the warning.
    pub code: Cow<'static, str>,
    /// The sentence for people, in their language.
    pub message: String,
    /// The field or file that is meant.
    pub path: Option<String>,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable name of the failure, such as `refused.bureau-review`.
    pub code: Cow<'static, str>,
    /// The exit status of the process.
    pub exit: u8,
    /// The sentence for people, in their language.
    pub message: String,
    /// What to do next, in the language of the user.
    pub hints: Vec<String>,
    /// Whether the same command may succeed later.
    pub retryable: bool,
    /// The rule that refused, such as `ORD-08`.
    pub rule: Option<String>,
}

impl Envelope {
    /// A result without data, warnings or failure that changed nothing.
    pub fn new(schema: impl Into<Cow<'static, str>>) -> Self {
        Self {
            schema: schema.into(),
            changed: false,
            dry_run: false,
            data: Value::Null,
            warnings: Vec::new(),
            error: None,
        }
    }

    /// Returns whether the command succeeded.
    pub fn is_ok(&self) -> bool {
        self.error.is_none()
    }

    /// Returns the elements of `data`: those of an array, else the one value, none for null.
    pub fn elements(&self) -> &[Value] {
        match &self.data {
            Value::Null => &[],
            Value::Array(elements) => elements,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                std::slice::from_ref(&self.data)
            }
        }
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Envelope", 7)?;
        document.serialize_field("schema", &self.schema)?;
        document.serialize_field("ok", &self.is_ok())?;
        document.serialize_field("changed", &self.changed)?;
        document.serialize_field("dry_run", &self.dry_run)?;
        document.serialize_field("data", &self.data)?;
        document.serialize_field("warnings", &self.warnings)?;
        document.serialize_field("error", &self.error)?;
        document.end()
    }
}

/// The last line of a JSON Lines result: the envelope without its data.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'a str,
    ok: bool,
    changed: bool,
    dry_run: bool,
    /// How many lines of elements stand before it.
    elements: usize,
    warnings: &'a [Warning],
    error: Option<&'a Problem>,
}

impl<'a> Summary<'a> {
    /// The summary after so many elements.
    pub(super) fn of(envelope: &'a Envelope, elements: usize) -> Self {
        Self {
            kind: "summary",
            schema: &envelope.schema,
            ok: envelope.is_ok(),
            changed: envelope.changed,
            dry_run: envelope.dry_run,
            elements,
            warnings: &envelope.warnings,
            error: envelope.error.as_ref(),
        }
    }
}
