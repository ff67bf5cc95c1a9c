//! Long words that a message repeats, cut to what a reader needs to know them again.
//!
//! A message names what was typed or read. That may be a whole file in one word.

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

/// Returns `message` with the words in it that are too long cut, each with how long it was.
pub fn brief(message: &str, lang: Lang) -> Cow<'_, str> {
    if message.len() <= WHOLE {
        return Cow::Borrowed(message);
    }
    let mut cut: Option<String> = None;
    let mut done = 0;
    for word in message.split(ends_a_word) {
        let Some(at) = offset(message, word) else {
            continue;
        };
        let most = if word.contains('/') {
            WHOLE_PATH
        } else {
            WHOLE
        };
        let count = if word.len() > most {
            word.chars().count()
        } else {
            0
        };
        if count <= most {
            continue;
        }
        let kept = word
            .char_indices()
            .nth(KEPT)
            .map_or(word.len(), |(end, _)| end);
        let whole = text!("…（共 {count} 个字符）", "… ({count} characters)");
        let shorter = cut.get_or_insert_default();
        shorter.push_str(message.get(done..at + kept).unwrap_or_default());
        shorter.push_str(whole.get(lang));
        done = at + word.len();
    }
    match cut {
        Some(mut shorter) => {
            shorter.push_str(message.get(done..).unwrap_or_default());
            Cow::Owned(shorter)
        }
        None => Cow::Borrowed(message),
    }
}

/// Returns the byte of `message` at which one of its parts begins.
fn offset(message: &str, part: &str) -> Option<usize> {
    part.as_ptr().addr().checked_sub(message.as_ptr().addr())
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
