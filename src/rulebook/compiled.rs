//! The tests of a rule, of which each expression is read when it is first asked for.

use super::expression::{Expression, ExpressionError};
use super::range::Range;
use super::wording::Wording;
use crate::knowledge::{Rule, Test};
use crate::lang::Text;
use crate::text;
use std::sync::OnceLock;

/// What has been read of a test.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    range: OnceLock<Result<Range, Fault>>,
    when: OnceLock<Result<Option<Expression>, Fault>>,
    require: OnceLock<Result<Expression, Fault>>,
    message: OnceLock<Result<Wording, Fault>>,
    fix: OnceLock<Result<Wording, Fault>>,
}

/// A test of a rule, to be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'r> {
    /// The rule.
    pub(super) rule: &'r Rule,
    /// The test.
    pub(super) test: &'r Test,
    place: usize,
    compiled: &'r Compiled,
}

impl<'r> Asked<'r> {
    /// Lists the tests of a rule; `compiled` holds one for each.
    pub(super) fn all(
        rule: &'r Rule,
        compiled: &'r [Compiled],
    ) -> impl Iterator<Item = Self> + Clone {
        let tests = rule.test.iter().zip(compiled).enumerate();
        tests.map(move |(place, (test, compiled))| Self {
            rule,
            test,
            place,
            compiled,
        })
    }

    /// Returns the fault of a part.
    pub(super) fn fault(self, part: Part, within: Option<usize>, reason: String) -> Fault {
        Fault {
            rule: self.rule.id.clone(),
            at: Some((self.place, part)),
            within,
            reason,
        }
    }

    fn wrong(self, part: Part) -> impl FnOnce(ExpressionError) -> Fault {
        move |error| self.fault(part, error.at, error.reason)
    }

    /// Reads everything.
    ///
    /// # Errors
    /// The first part that is wrong, or too large.
    pub(super) fn read(self) -> Result<(), Fault> {
        self.range()?;
        self.when()?;
        self.require()?;
        self.message()?;
        self.fix()?;
        Ok(())
    }

    /// Returns what it ranges over.
    pub(super) fn range(self) -> Result<&'r Range, Fault> {
        let read = || {
            let range = &self.test.range;
            Range::parse(range).ok_or_else(|| {
                let reason = format!("`{range}` is no part of the view");
                self.fault(Part::For, None, reason)
            })
        };
        known(self.compiled.range.get_or_init(read))
    }

    /// Returns of what it is asked.
    pub(super) fn when(self) -> Result<Option<&'r Expression>, Fault> {
        let read = || {
            let when = self.test.when.as_deref().map(Expression::parse).transpose();
            when.map_err(self.wrong(Part::When))
        };
        known(self.compiled.when.get_or_init(read)).map(Option::as_ref)
    }

    /// Returns what must hold.
    pub(super) fn require(self) -> Result<&'r Expression, Fault> {
        let read = || Expression::parse(&self.test.require).map_err(self.wrong(Part::Require));
        known(self.compiled.require.get_or_init(read))
    }

    /// Returns what is wrong when it does not.
    pub(super) fn message(self) -> Result<&'r Wording, Fault> {
        let read = || Wording::parse(&self.test.message).map_err(self.wrong(Part::Message));
        known(self.compiled.message.get_or_init(read))
    }

    /// Returns what to do then.
    pub(super) fn fix(self) -> Result<&'r Wording, Fault> {
        let read = || Wording::parse(&self.test.fix).map_err(self.wrong(Part::Fix));
        known(self.compiled.fix.get_or_init(read))
    }
}

fn known<T>(read: &Result<T, Fault>) -> Result<&T, Fault> {
    read.as_ref().map_err(Clone::clone)
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
    /// The byte within the expression, where it is known.
    pub within: Option<usize>,
    /// What is wrong, in the evaluator's words.
    pub reason: String,
}

impl Fault {
    pub(super) const fn of_all(reason: String) -> Self {
        Self {
            rule: String::new(),
            at: None,
            within: None,
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
