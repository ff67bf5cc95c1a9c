//! Messages of rules: text with values of the view in it.

use super::expression::{Expression, ExpressionError};
use crate::lang::{Lang, Text};
use cel::{Context, Value};

/// A text in both languages with expressions in braces.
#[derive(Debug)]
pub(super) struct Wording {
    zh: Vec<Part>,
    en: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Words(String),
    Value(Expression),
}

/// The most characters of a value in a message.
const SHOWN: usize = 120;
/// The most values of a list in a message.
const LISTED: usize = 12;

impl Wording {
    /// Reads both wordings.
    ///
    /// # Errors
    /// Where a brace is open, or holds no expression.
    pub(super) fn parse(text: &Text) -> Result<Self, ExpressionError> {
        Ok(Self {
            zh: parts(&text.zh)?,
            en: parts(&text.en)?,
        })
    }

    /// Fills the values in.
    ///
    /// # Errors
    /// Where an expression cannot be evaluated.
    pub(super) fn fill(&self, scope: &Context<'_, '_>) -> Result<Text, ExpressionError> {
        Ok(Text {
            zh: filled(&self.zh, scope, Lang::Zh)?.into(),
            en: filled(&self.en, scope, Lang::En)?.into(),
        })
    }
}

fn parts(text: &str) -> Result<Vec<Part>, ExpressionError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((source, next)) = after.split_once('}') else {
            return Err(ExpressionError {
                at: None,
                reason: format!("the brace in \"{text}\" is never closed"),
            });
        };
        parts.push(Part::Words(before.to_owned()));
        parts.push(Part::Value(Expression::parse(source)?));
        rest = next;
    }
    parts.push(Part::Words(rest.to_owned()));
    Ok(parts)
}

fn filled(parts: &[Part], scope: &Context<'_, '_>, lang: Lang) -> Result<String, ExpressionError> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Value(expression) => {
                text.push_str(&shown(&expression.evaluate(scope)?, lang));
            }
        }
    }
    Ok(text)
}

/// Returns a value as people read it.
fn shown(value: &Value, lang: Lang) -> String {
    match value {
        Value::String(text) => {
            let mut characters = text.chars();
            let mut start: String = characters.by_ref().take(SHOWN).collect();
            if characters.next().is_some() {
                start.push('…');
            }
            start
        }
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::List(list) => {
            let first = list.iter().take(LISTED);
            let mut values: Vec<String> = first.map(|value| shown(value, lang)).collect();
            if list.len() > LISTED {
                values.push("…".to_owned());
            }
            values.join(match lang {
                Lang::Zh => "、",
                Lang::En => ", ",
            })
        }
        Value::Null
        | Value::Map(_)
        | Value::Function(..)
        | Value::Bytes(_)
        | Value::Opaque(_)
        | Value::Struct(_) => "?".to_owned(),
    }
}
