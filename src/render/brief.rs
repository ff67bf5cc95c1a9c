//! Long words that a message repeats, cut to what a reader needs to know them again.
//!
//! A message names what was typed or read. That may be a whole file in one word, or the phone of
//! somebody in the wrong column.

use super::mask::Privacy;
use super::prose;
use crate::lang::Lang;
use crate::text;
use std::borrow::Cow;

/// The most characters of a word that is repeated whole.
const WHOLE: usize = 160;
/// The same of a path or an address, of which the end tells more than the beginning.
const WHOLE_PATH: usize = 1024;
/// How many characters of a longer one are kept.
const KEPT: usize = 60;

/// Whether a character ends a word within a sentence of either language.
fn ends_a_word(character: char) -> bool {
    character.is_whitespace() || "，。；：、（）“”‘’「」《》`'\"".contains(character)
}

/// Returns what `message` tells: cut as [`brief`] does, and what looks personal in it masked, since
/// the value that a message repeats may stand in the wrong place.
pub fn told(message: &str, lang: Lang, privacy: Privacy) -> String {
    told_save(message, &[], lang, privacy)
}

/// As [`told`], with these words whole, which are nobody's data whatever they look like.
pub fn told_save(message: &str, plain: &[String], lang: Lang, privacy: Privacy) -> String {
    brief(&prose::mask_save(message, plain, privacy), lang).into_owned()
}

/// Returns `message` with the words in it that are too long cut, each with how long it was.
pub fn brief(message: &str, lang: Lang) -> Cow<'_, str> {
    if message.len() <= WHOLE {
        return Cow::Borrowed(message);
    }
    let is_long = |word: &str| {
        let most = if word.contains('/') {
            WHOLE_PATH
        } else {
            WHOLE
        };
        word.len() > most && word.chars().nth(most).is_some()
    };
    if !message.split(ends_a_word).any(is_long) {
        return Cow::Borrowed(message);
    }
    let mut shorter = String::new();
    for piece in message.split_inclusive(ends_a_word) {
        let word = piece.trim_end_matches(ends_a_word);
        if !is_long(word) {
            shorter.push_str(piece);
            continue;
        }
        let count = word.chars().count();
        shorter.extend(word.chars().take(KEPT));
        shorter.push_str(text!("…（共 {count} 个字符）", "… ({count} characters)").get(lang));
        shorter.push_str(piece.strip_prefix(word).unwrap_or_default());
    }
    Cow::Owned(shorter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_words_are_cut_and_told() {
        let long = "长".repeat(500);
        let zh = brief(&format!("没有“{long}”，见 {long}"), Lang::Zh).into_owned();
        let kept = "长".repeat(60);
        assert_eq!(
            zh,
            format!("没有“{kept}…（共 500 个字符）”，见 {kept}…（共 500 个字符）")
        );
        let path = format!("/{}/x", "a".repeat(300));
        assert_eq!(brief(&path, Lang::En), path);
    }

    proptest! {
        #[test]
        fn what_is_left_is_short_and_what_was_short_is_left(words in proptest::collection::vec("[a甲\u{1f600}]{0,200}", 0..6)) {
            let message = words.join(" ");
            let shown = brief(&message, Lang::En);
            let is_short = words.iter().all(|word| word.chars().count() <= WHOLE);
            prop_assert_eq!(is_short, shown == message);
            prop_assert!(shown.split(' ').all(|word| word.chars().count() <= WHOLE));
        }
    }
}
