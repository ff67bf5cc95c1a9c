//! Closed vocabularies: an enum whose variants have one name on the wire and a label in both languages.

use crate::lang::{nearest, parser};
use crate::text;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// Returns a word as those of a closed list are compared: in whatever letter case and width.
fn folded(word: &str) -> impl Iterator<Item = char> {
    word.nfkc().map(|ch| ch.to_ascii_lowercase())
}

/// Whether a word that was written is this one of a closed list.
pub fn is_same(known: &str, written: &str) -> bool {
    folded(known).eq(folded(written))
}

/// A closed vocabulary whose values people call by more than their names on the wire.
pub trait Named: Copy + 'static {
    /// Returns every value, in the order of the table.
    fn values() -> &'static [Self];

    /// Returns the name on the wire.
    fn wire_name(self) -> &'static str;

    /// Returns what else means it in a file or a flag: its labels, and the field's other words.
    fn words(self) -> &'static [&'static str];

    /// Returns the value that a word means: its name, a label or another word, in any letter
    /// case and width.
    fn from_word(word: &str) -> Option<Self> {
        Self::values().iter().copied().find(|value| {
            let mut names = value.words().iter().copied().chain([value.wire_name()]);
            names.any(|name| is_same(name, word))
        })
    }
}

/// A value as people write it in their own files: by its name, or by another word that means it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word<T>(pub T);

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::from_word(word.trim()).map(Self).ok_or_else(|| {
            let names: Vec<&str> = T::values().iter().map(|value| value.wire_name()).collect();
            let others = T::values().iter().flat_map(|value| value.words());
            let near = nearest(&word, names.iter().chain(others).copied());
            let names = names.join(", ");
            parser::told(match near {
                Some(near) => text!(
                    "没有“{word}”这个值，是不是想写 {near}？可用：{names}",
                    "there is no value \"{word}\", did you mean {near}? There are {names}"
                ),
                None => text!(
                    "没有“{word}”这个值，可用：{names}",
                    "there is no value \"{word}\"; there are {names}"
                ),
            })
        })
    }
}

/// Reads a list of values that people write.
///
/// # Errors
/// A word that means no value.
pub fn words<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let words = Vec::<Word<T>>::deserialize(deserializer)?;
    Ok(words.into_iter().map(|word| word.0).collect())
}

/// Reads a table whose keys are values that people write.
///
/// # Errors
/// A key that means no value.
pub fn keys<'de, T, V, D>(deserializer: D) -> Result<BTreeMap<T, V>, D::Error>
where
    T: Named + Ord,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let table = BTreeMap::<Word<T>, V>::deserialize(deserializer)?;
    let entries = table.into_iter().map(|(key, value)| (key.0, value));
    Ok(entries.collect())
}

/// Reads a value that people write.
///
/// # Errors
/// A word that means no value.
pub fn word<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Word::deserialize(deserializer).map(|word| word.0)
}

/// Declares an enum with its wire names in one table, and where people read of it, its labels.
///
/// The name is what stands in files, JSON and flags; `ALL` lists the variants in the order of the table.
/// After `|` stand other words that mean the same in a file or a flag.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $ty:ident { $($(#[$vmeta:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $ty { $($(#[$vmeta])* $variant,)+ }

        impl $ty {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the name on the wire: files, JSON, flags.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the value of a wire name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_name(&name).ok_or_else(|| {
                    serde::de::Error::unknown_variant(&name, &[$($name,)+])
                })
            }
        }
    };
    ($(#[$meta:meta])* pub enum $ty:ident { $($(#[$vmeta:meta])* $variant:ident = $name:literal, $zh:literal, $en:literal $(| $word:literal)*,)+ }) => {
        $crate::filing::named::named! {
            $(#[$meta])*
            pub enum $ty { $($(#[$vmeta])* $variant = $name,)+ }
        }

        impl $ty {
            /// Returns the label that people read.
            pub const fn label(self) -> $crate::lang::Text {
                match self { $(Self::$variant => $crate::lang::Text::fixed($zh, $en),)+ }
            }
        }

        impl $crate::filing::named::Named for $ty {
            fn values() -> &'static [Self] {
                Self::ALL
            }

            fn wire_name(self) -> &'static str {
                self.name()
            }

            fn words(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$zh, $en, $($word),*],)+ }
            }
        }
    };
}

pub(crate) use named;
