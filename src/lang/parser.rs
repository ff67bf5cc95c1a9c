//! What the parsers of TOML and JSON say, which know English alone, in both languages.

use super::{Text, nearest};
use crate::data::data;
use crate::text;
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseFile {
    /// The parser's words, and the same in Chinese.
    phrases: Vec<[String; 2]>,
    /// What the parser says of a word without quotes, and what is meant.
    unquoted: Vec<[String; 2]>,
    /// What is often written for a value, and the value.
    synonyms: Vec<[String; 2]>,
    /// The names of types, and what is expected in plain words.
    plain: Vec<[String; 2]>,
}

static PHRASES: LazyLock<PhraseFile> = LazyLock::new(|| data!("parsers"));

/// What one of our own readers says within a parser, whose errors hold one text: [`said`] takes both
/// wordings out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told(pub Text);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{SEAM}{}", self.0.en, self.0.zh)
    }
}

/// Returns the error of a parser that says this.
pub fn told<E: serde::de::Error>(text: Text) -> E {
    E::custom(Told(text))
}

/// What stands between the two wordings: a control character that no text holds.
const SEAM: char = '\u{1f}';

/// What stands before what is expected.
const EXPECTED: &str = ", expected ";

/// What stands for something that the parser puts into its words.
const HOLE: &str = "{}";

/// Returns a parser's message in both languages; one that is not known is quoted.
pub fn said(words: &str) -> Text {
    let words = words.trim().replace('\n', "; ");
    if let Some((en, zh)) = words.split_once(SEAM) {
        return text!("{zh}", "{en}");
    }
    let zh = in_chinese(&words).unwrap_or_else(|| format!("无法按语法读取（“{words}”）"));
    let en = plainly(&words);
    text!("{zh}", "{en}")
}

/// Returns what the parser means to say; of a word without quotes it says that it is no number or truth
/// value, where it begins as one, or that single quotes are expected.
pub fn unquoted(words: &str) -> &str {
    let meant = PHRASES.unquoted.iter().find(|[said, _]| said == words);
    meant.map_or(words, |[_, meant]| meant)
}

/// Returns the parser's own words, without names of types.
fn plainly(words: &str) -> String {
    let named = words.split_once(EXPECTED).and_then(|(what, expected)| {
        let mut names = PHRASES.plain.iter();
        let [_, plain] = names.find(|[name, _]| put_in(name, expected).is_some())?;
        Some(format!("{what}{EXPECTED}{plain}"))
    });
    named.unwrap_or_else(|| words.to_owned())
}

/// Returns what a parser says of a text that stands where none may, without the text: in a configuration
/// it may be a secret.
pub fn without_value(words: &str) -> Cow<'_, str> {
    let text = ["invalid type: string \"", "invalid value: string \""]
        .iter()
        .find(|head| words.starts_with(**head));
    let end = words.rfind(&format!("\"{EXPECTED}"));
    match (text, end) {
        (Some(head), Some(end)) => {
            Cow::Owned(format!("{head}…{}", words.get(end..).unwrap_or_default()))
        }
        (_, _) => Cow::Borrowed(words),
    }
}

/// Returns line and column, from 1, of a byte offset; columns count characters.
pub fn position(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = &bytes[..offset.min(bytes.len())];
    let line = before.split(|b| *b == b'\n').count();
    let start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    (line, column)
}

/// The most values of a file that a person writes: each takes memory of its own, be it one letter.
pub const VALUES: usize = 40_000;

/// Refuses a TOML text of more than so many values, before they are given memory.
///
/// # Errors
/// The byte at which there are too many, and what is said of it.
pub fn heed(text: &str, most: usize) -> Result<(), (usize, Text)> {
    // Each value takes a byte at the least.
    if text.len() <= most {
        return Ok(());
    }
    let begins = |token: &Token| {
        matches!(
            token.kind(),
            TokenKind::Equals
                | TokenKind::Comma
                | TokenKind::Dot
                | TokenKind::LeftSquareBracket
                | TokenKind::LeftCurlyBracket
        )
    };
    let surplus = Source::new(text).lex().filter(begins).nth(most);
    surplus.map_or(Ok(()), |token| Err((token.span().start(), too_many(most))))
}

/// Says that a file holds more values than are read.
pub fn too_many(most: usize) -> Text {
    text!("超过 {most} 个值", "more than {most} values stand in it")
}

/// Returns what is wrong with a JSON text in both languages, without its place.
pub fn said_of_json(error: &serde_json::Error) -> Text {
    let words = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    said(words.strip_suffix(&place).unwrap_or(&words))
}

/// Returns the name or value that was probably meant by one that a parser does not know.
pub fn meant(words: &str) -> Option<&str> {
    let words = words
        .strip_prefix("unknown field ")
        .or_else(|| words.strip_prefix("unknown variant "))?;
    // Every other part stands between backticks: what was typed, then what is expected.
    let mut named = words.split('`').skip(1).step_by(2);
    let typed = named.next()?;
    let known: Vec<&str> = named.collect();
    let near = nearest(typed, known.iter().copied());
    near.or_else(|| synonym(typed, &known))
}

/// Returns the value that another word for it means, or a word that begins with it: `zh_CN` is `zh`.
fn synonym<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    let typed = typed.to_lowercase().replace([' ', '_'], "-");
    let head = typed.split('-').next().unwrap_or(&typed);
    let means = |word: &&str| {
        let mut pairs = PHRASES.synonyms.iter();
        *word == head || pairs.any(|[other, value]| *other == typed && value == word)
    };
    known.iter().copied().find(means)
}

fn in_chinese(words: &str) -> Option<String> {
    let Some((what, expected)) = words.split_once(EXPECTED) else {
        return phrase(words);
    };
    let what = phrase(what)?;
    if expected == "nothing" {
        return Some(what);
    }
    let expected = phrase(expected).unwrap_or_else(|| {
        let things = expected.split(", ");
        things.map(listed).collect::<Vec<_>>().join("、")
    });
    // A space stands beside what is no Chinese.
    let space = if expected.starts_with(|c: char| c.is_ascii()) {
        " "
    } else {
        ""
    };
    Some(format!("{what}，应为{space}{expected}"))
}

/// Returns the Chinese of a known phrase, with what the parser puts into it.
fn phrase(words: &str) -> Option<String> {
    let phrases = || PHRASES.phrases.iter();
    if let Some([_, zh]) = phrases().find(|[en, _]| en == words) {
        return Some(zh.clone());
    }
    phrases().find_map(|[en, zh]| {
        let mut put = put_in(en, words)?.into_iter();
        let mut parts = zh.split(HOLE);
        let mut said = parts.next()?.to_owned();
        for part in parts {
            said.push_str(&listed(put.next().unwrap_or_default()));
            said.push_str(part);
        }
        Some(said)
    })
}

/// Returns what the parser put in, in Chinese where it is a known word or a list of them.
fn listed(words: &str) -> String {
    match phrase(words) {
        Some(zh) => zh,
        None if words.starts_with('`') => words.replace("`, `", "`、`"),
        None => words.to_owned(),
    }
}

/// Returns what stands in the holes of a phrase; `None` where the words are another one.
fn put_in<'w>(en: &str, words: &'w str) -> Option<Vec<&'w str>> {
    let mut parts = en.split(HOLE);
    let mut rest = words.strip_prefix(parts.next()?)?;
    let mut put = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() {
            rest.strip_suffix(part)?.len()
        } else {
            rest.find(part)?
        };
        let (hole, after) = rest.split_at(end);
        put.push(hole);
        rest = after.strip_prefix(part)?;
    }
    rest.is_empty().then_some(put)
}
