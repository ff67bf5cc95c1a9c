//! Words that a user types or is given to type.

use super::Text;

/// Returns a name as a shell takes it for one word: what a hint says can be typed as it stands.
pub fn shell_word(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./,:@%+=".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// Returns names, numbers or ids in a row, which is the same in both languages.
pub fn commas(names: impl IntoIterator<Item: ToString>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

/// Lists the values of a closed vocabulary: by their names, to a reader of Chinese each with its first
/// Chinese word too.
pub fn listed<'a, W: IntoIterator<Item = &'a str>>(
    values: impl IntoIterator<Item = (&'a str, W)>,
) -> Text {
    let told = values.into_iter().map(|(name, words)| {
        let label = words.into_iter().find(|word| !word.is_ascii());
        let zh = label.map_or_else(|| name.to_owned(), |label| format!("{name} {label}"));
        (zh, name)
    });
    let (zh, en): (Vec<String>, Vec<&str>) = told.unzip();
    Text {
        zh: zh.join("、").into(),
        en: en.join(", ").into(),
    }
}

/// How alike a Chinese word is to one of which another character was typed: enough to be offered.
const SLIP: f64 = 0.8;

/// Words less alike than this are never offered for each other.
const FAR: f64 = 0.7;

/// Returns how alike two words are, from 0 to 1; 0 where most of one would have to be rewritten.
///
/// A Chinese word is short, so that one other character of it is a slip; so is an English word of three
/// letters.
pub fn likeness(typed: &str, word: &str) -> f64 {
    let (typed_length, length) = (typed.chars().count(), word.chars().count());
    let (shorter, longer) = (typed_length.min(length), typed_length.max(length));
    let is_begun = word.starts_with(typed);
    // What has no end is not measured character by character.
    if 2 * shorter <= longer && !is_begun {
        return 0.0;
    }
    let alike = strsim::jaro_winkler(typed, word);
    let is_short = if word.is_ascii() {
        shorter == 3
    } else {
        shorter > 1
    };
    if is_short && strsim::osa_distance(typed, word) == 1 {
        return alike.max(SLIP);
    }
    let is_other = || !is_begun && strsim::normalized_damerau_levenshtein(typed, word) <= 0.5;
    if alike < FAR || is_other() {
        return 0.0;
    }
    alike
}

/// Whether one slip of the finger lies between two names: a character too many, too few or another, or
/// two that changed places.
pub fn is_slip(typed: &str, name: &str) -> bool {
    let shared = |(one, other): (char, char)| (one == other).then(|| one.len_utf8());
    let begun: usize = typed.chars().zip(name.chars()).map_while(shared).sum();
    let (typed, name) = (&typed[begun..], &name[begun..]);
    let ends = typed.chars().rev().zip(name.chars().rev());
    let ended: usize = ends.map_while(shared).sum();
    let (typed, name) = (&typed[..typed.len() - ended], &name[..name.len() - ended]);
    // Most names differ in more than can be one slip, which is seen without measuring.
    typed.chars().count() <= 2
        && name.chars().count() <= 2
        && strsim::osa_distance(typed, name) == 1
}

/// How alike two words must be, from 0 to 1, to be offered as a correction.
const ALIKE: f64 = 0.75;

/// Returns the word nearest to a mistyped one.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.trim().to_lowercase().replace([' ', '_'], "-");
    known
        .into_iter()
        .map(|word| {
            let folded = word.to_lowercase().replace([' ', '_'], "-");
            (likeness(&typed, &folded), word)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, word)| word)
}
