//! Why a command did not succeed: every layer's error ends here, with its exit and its hints.

use crate::exit::Exit;
use crate::filing::moment::MomentError;
use crate::filing::obstacle::{Awaited, Obstacle};
use crate::filing::order::OrderId;
use crate::filing::refusal::Refusal;
use crate::lang::Text;
use crate::store::StorageError;
use crate::text;
use serde_json::Value;
use std::borrow::Cow;

/// A failure, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The exit it leads to.
    pub exit: Exit,
    /// The stable code of the JSON error: the exit's name, a dot, the cause.
    pub code: Cow<'static, str>,
    /// What was wrong, where, and what is expected.
    pub message: Text,
    /// What to do next.
    pub hints: Vec<Text>,
    /// The rule of the field behind it.
    pub rule: Option<String>,
    /// Whether waiting never cures it, whatever its code says of others.
    pub is_final: bool,
    /// The order that stands in the way, where one does.
    pub order: Option<OrderId>,
    /// The field of what was read that it is about, by its full path.
    pub field: Option<String>,
    /// What the document shows beside the error.
    pub data: Option<Box<Value>>,
    /// Words of its texts that are nobody's data whatever they look like, such as a ref.
    pub plain: Vec<String>,
}

/// What stands for an order in hints of the core, which may be about one that has no id yet.
const PLACEHOLDER: &str = "ORDER";

impl Failure {
    /// A failure with its exit, code and message.
    pub fn new(exit: Exit, code: impl Into<Cow<'static, str>>, message: Text) -> Self {
        Self {
            exit,
            code: code.into(),
            message,
            hints: Vec::new(),
            rule: None,
            is_final: false,
            order: None,
            field: None,
            data: None,
            plain: Vec::new(),
        }
    }

    /// A command line that cannot be carried out (2).
    pub fn usage(message: Text) -> Self {
        Self::new(Exit::Usage, "usage.arguments", message)
    }

    /// Something given that does not validate (3).
    pub fn invalid(code: &'static str, message: Text) -> Self {
        Self::new(Exit::Invalid, code, message)
    }

    /// Nothing by that name, or more than one (4).
    pub fn not_found(code: &'static str, message: Text) -> Self {
        Self::new(Exit::NotFound, code, message)
    }

    /// The state machine or a precondition says no (5).
    pub fn refused(code: &'static str, message: Text) -> Self {
        Self::new(Exit::Refused, code, message)
    }

    /// Something that contradicts what is there (6).
    pub fn conflict(code: &'static str, message: Text) -> Self {
        Self::new(Exit::Conflict, code, message)
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: Text) -> Self {
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    /// Asks whether a word near the one that was typed is meant.
    #[must_use]
    pub fn meant(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.hint(text!("是不是想写 {near}？", "did you mean {near}?")),
            None => self,
        }
    }

    /// Puts an order's id where the hints say ORDER, so that they can be typed as they stand.
    #[must_use]
    pub fn of_order(mut self, id: &OrderId) -> Self {
        for hint in &mut self.hints {
            name_order(hint, id);
        }
        self
    }

    /// Says that a word in its texts is nobody's data, whatever it looks like.
    #[must_use]
    pub fn plain(mut self, word: impl Into<String>) -> Self {
        self.plain.push(word.into());
        self
    }

    /// Names the field of what was read that it is about.
    #[must_use]
    pub fn field(mut self, path: &str) -> Self {
        self.field = Some(path.to_owned());
        self
    }

    /// Names the rule behind it.
    #[must_use]
    pub fn rule(mut self, rule: &str) -> Self {
        self.rule = Some(rule.to_owned());
        self
    }

    /// Whether another order stands in the way, so that waiting for it cures it.
    pub fn is_held_back(&self) -> bool {
        matches!(
            self.code.as_ref(),
            "refused.live-order" | "refused.after" | "refused.domain-in-flight"
        )
    }

    /// Whether the same command may succeed later by itself.
    pub fn is_retryable(&self) -> bool {
        if self.is_final {
            return false;
        }
        match self.exit {
            Exit::Unavailable | Exit::Pending => true,
            Exit::Conflict => self.code == "conflict.locked",
            Exit::Refused => self.is_held_back(),
            Exit::Ok
            | Exit::Failure
            | Exit::Usage
            | Exit::Invalid
            | Exit::NotFound
            | Exit::Partial
            | Exit::Negative
            | Exit::Denied
            | Exit::Declined
            | Exit::Interrupted
            | Exit::Terminated => false,
        }
    }
}

/// Puts an order's id where a hint says ORDER.
pub fn name_order(hint: &mut Text, id: &OrderId) {
    for words in [&mut hint.zh, &mut hint.en] {
        if words.contains(PLACEHOLDER) {
            *words = words.replace(PLACEHOLDER, id.as_str()).into();
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let mut failure = Self::refused(refusal.code(), refusal.message());
        failure.hints.extend(refusal.hint());
        failure.rule = refusal.rule().map(str::to_owned);
        failure
    }
}

impl From<MomentError> for Failure {
    fn from(error: MomentError) -> Self {
        Self::invalid("invalid.time", error.message()).hint(error.hint())
    }
}

impl From<Obstacle> for Failure {
    fn from(obstacle: Obstacle) -> Self {
        let mut failure = Self::refused(obstacle.code(), obstacle.message());
        // An order that ended unapproved, or is gone, is never approved.
        failure.is_final = matches!(
            obstacle,
            Obstacle::After {
                awaited: Awaited::Ended(_) | Awaited::Absent,
                ..
            }
        );
        failure.order = obstacle.order().cloned();
        failure.hints.push(obstacle.hint());
        failure.rule = obstacle.rule().map(str::to_owned);
        failure
    }
}

impl From<toml::ser::Error> for Failure {
    fn from(error: toml::ser::Error) -> Self {
        Self::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "记录无法写成 TOML：{error}",
                "a record cannot be written as TOML: {error}"
            ),
        )
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::from(&error)
    }
}

impl From<&StorageError> for Failure {
    fn from(error: &StorageError) -> Self {
        let (exit, code) = match error {
            StorageError::Locked { .. } => (Exit::Conflict, "conflict.locked"),
            StorageError::Moved { .. } | StorageError::Exists { .. } => {
                (Exit::Conflict, "conflict.revision")
            }
            StorageError::NotFound { .. } => (Exit::NotFound, "not-found.file"),
            StorageError::TooLarge { .. }
            | StorageError::NotAFile { .. }
            | StorageError::Outside { .. } => (Exit::Invalid, "invalid.file"),
            StorageError::OutcomeUnknown { .. } => (Exit::Failure, "failure.outcome-unknown"),
            StorageError::Io { .. } => (Exit::Failure, "failure.storage"),
        };
        let mut failure = Self::new(exit, code, error.message());
        failure.hints.extend(error.hint());
        failure
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "无法输出结果：{error}",
                "the result cannot be encoded: {error}"
            ),
        )
    }
}
