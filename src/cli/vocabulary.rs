//! The closed vocabularies as flags take them: a value by its name, or by a word that means it.

use crate::filing::named::Named;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

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

/// Takes one of these words, in any of its forms, for its name.
pub fn any_of(words: Vec<Word>) -> impl TypedValueParser<Value = String> {
    let values = words.iter().map(|(name, others)| {
        let others = others.iter().filter(|other| *other != name);
        PossibleValue::new(*name).aliases(others.copied())
    });
    PossibleValuesParser::new(values).map(move |typed| {
        let is_meant = |(name, others): &&Word| *name == typed || others.contains(&typed.as_str());
        let found = words.iter().find(is_meant);
        found.map_or(typed.clone(), |(name, _)| (*name).to_owned())
    })
}
