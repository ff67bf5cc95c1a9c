//! A rule whose expressions have been read.

use super::expression::{Expression, ExpressionError};
use super::range::Range;
use super::wording::Wording;
use crate::knowledge::{Rule, Test};
use crate::lang::Text;
use crate::text;

/// A rule's tests, ready to be asked.
#[derive(Debug)]
pub(super) struct Compiled {
    /// One for each test of the rule.
    pub(super) tests: Vec<Ready>,
}

/// One test, ready to be asked.
#[derive(Debug)]
pub(super) struct Ready {
    /// Which test of its rule it is, from 0.
    pub(super) place: usize,
    /// What it ranges over.
    pub(super) range: Range,
    /// Of what it is asked.
    pub(super) when: Option<Expression>,
    /// What must hold.
    pub(super) require: Expression,
    /// What is wrong.
    pub(super) message: Wording,
    /// What to do.
    pub(super) fix: Wording,
}

/// The key of a test in a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `for`.
    For,
    /// `when`.
    When,
    /// `require`.
    Require,
    /// `message`.
    Message,
    /// `fix`.
    Fix,
}

impl Part {
    /// Returns the key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::For => "for",
            Self::When => "when",
            Self::Require => "require",
            Self::Message => "message",
            Self::Fix => "fix",
        }
    }
}

/// Why a rule cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule; empty where all of them are meant.
    pub rule: String,
    /// The test of it, from 0, and the key that is wrong.
    pub at: Option<(usize, Part)>,
    /// The character within the expression, from 1, where it is known.
    pub column: Option<usize>,
    /// What is wrong, in the evaluator's words.
    pub reason: String,
}

impl Fault {
    pub(super) fn new(
        rule: &str,
        place: usize,
        part: Part,
        column: Option<usize>,
        reason: String,
    ) -> Self {
        Self {
            rule: rule.to_owned(),
            at: Some((place, part)),
            column,
            reason,
        }
    }

    pub(super) const fn of_all(reason: String) -> Self {
        Self {
            rule: String::new(),
            at: None,
            column: None,
            reason,
        }
    }

    /// Returns what is wrong.
    pub fn message(&self) -> Text {
        let (rule, reason) = (&self.rule, &self.reason);
        match self.at {
            Some((place, part)) => {
                let (place, key) = (place + 1, part.key());
                text!(
                    "规则 {rule} 第 {place} 个 test 的 {key} 无法使用：{reason}",
                    "`{key}` of test {place} of the rule {rule} cannot be used: {reason}"
                )
            }
            None => text!(
                "规则无法使用：{reason}",
                "the rules cannot be used: {reason}"
            ),
        }
    }
}

impl Compiled {
    /// Reads the expressions of a rule.
    ///
    /// # Errors
    /// The first that is wrong, or too large.
    pub(super) fn of(rule: &Rule) -> Result<Self, Fault> {
        let tests = rule.test.iter().enumerate();
        Ok(Self {
            tests: tests
                .map(|(place, test)| ready(rule, place, test))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn ready(rule: &Rule, place: usize, test: &Test) -> Result<Ready, Fault> {
    let wrong = |part| {
        move |error: ExpressionError| Fault::new(&rule.id, place, part, error.column, error.reason)
    };
    let range = Range::parse(&test.range).ok_or_else(|| {
        let reason = format!("`{}` is no part of the view", test.range);
        Fault::new(&rule.id, place, Part::For, None, reason)
    })?;
    let when = test.when.as_deref().map(Expression::parse).transpose();
    Ok(Ready {
        place,
        range,
        when: when.map_err(wrong(Part::When))?,
        require: Expression::parse(&test.require).map_err(wrong(Part::Require))?,
        message: Wording::parse(&test.message).map_err(wrong(Part::Message))?,
        fix: Wording::parse(&test.fix).map_err(wrong(Part::Fix))?,
    })
}
