//! The closed vocabularies as flags take them: a value by its name, or by a word that means it.

use crate::filing::named::{Named, is_same};
use crate::lang::{Lang, listed, nearest};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

/// A value's name, and the other words that mean it.
pub type Word = (&'static str, Vec<&'static str>);

/// Lists the words of a vocabulary.
pub fn words<T: Named>() -> Vec<Word> {
    let values = T::values().iter();
    values
        .map(|value| (value.wire_name(), value.words().to_vec()))
        .collect()
}

/// Takes a word of a vocabulary, in any of its forms, for the value's name; help and completions show
/// the names alone.
pub fn named<T: Named>() -> impl TypedValueParser<Value = String> {
    any_of(words::<T>())
}

/// Takes one of these words, in any of its forms and in any letter case and width, for its name.
pub fn any_of(words: Vec<Word>) -> impl TypedValueParser<Value = String> {
    Words(words)
}

/// As [`any_of`], beside words of another form, which are taken as they are.
pub fn any_of_or(
    words: Vec<Word>,
    is_other: fn(&str) -> bool,
) -> impl TypedValueParser<Value = String> {
    Mixed {
        words: Words(words),
        is_other,
    }
}

/// Where an error keeps the values as they are listed to a reader of Chinese.
pub(super) const IN_CHINESE: ContextKind = ContextKind::Custom;

/// Says that what was typed is no value of a flag; an empty one is missing.
pub(super) fn no_value(command: &Command, arg: Option<&Arg>, typed: &str) -> Error {
    let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
    let arg = arg.map_or_else(String::new, Arg::to_string);
    error.insert(ContextKind::InvalidArg, ContextValue::String(arg));
    let typed = ContextValue::String(typed.to_owned());
    error.insert(ContextKind::InvalidValue, typed);
    error
}

#[derive(Clone)]
struct Words(Vec<Word>);

#[derive(Clone)]
struct Mixed {
    words: Words,
    is_other: fn(&str) -> bool,
}

impl TypedValueParser for Mixed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        match value.to_str() {
            Some(typed) if (self.is_other)(typed) => Ok(typed.to_owned()),
            Some(_) | None => self.words.parse_ref(command, arg, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.words.possible_values()
    }
}

impl Words {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Returns the name of what a word means.
    fn name(&self, typed: &str) -> Option<&'static str> {
        let is_meant = |(name, others): &&Word| {
            let mut words = others.iter().chain([name]);
            words.any(|word| is_same(word, typed))
        };
        self.0.iter().find(is_meant).map(|(name, _)| *name)
    }
}

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        let typed = value.to_string_lossy();
        if let Some(name) = self.name(&typed) {
            return Ok(name.to_owned());
        }
        let mut error = no_value(command, arg, &typed);
        let names = self.names().map(str::to_owned).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(names));
        let values = self.0.iter();
        let listed = listed(values.map(|(name, others)| (*name, others.iter().copied())));
        error.insert(
            IN_CHINESE,
            ContextValue::String(listed.take(Lang::Zh).into_owned()),
        );
        // The names first: of two words that are as near, the first counts.
        let others = self.0.iter().flat_map(|(_, others)| others);
        if let Some(near) = nearest(&typed, self.names().chain(others.copied())) {
            // The name is what is typed, save by those who type Chinese.
            let name = self.name(near).filter(|_| near.is_ascii());
            let near = name.unwrap_or(near);
            let near = ContextValue::String(near.to_owned());
            error.insert(ContextKind::SuggestedValue, near);
        }
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names().map(PossibleValue::new)))
    }
}
