//! Foreign text made harmless.
//!
//! Names, reasons and addresses come from files and from other people. Shown raw, they could
//! move the cursor, hide text or turn its direction (CWE-150).

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns whether `character` acts on a terminal or is invisible instead of being shown.
pub fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' // soft hyphen, joiner, marks
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers of Hangul
            | '\u{200b}'..='\u{200f}' // zero width, direction marks
            | '\u{2028}'..='\u{202e}' // line separators, embeddings and overrides
            | '\u{2060}'..='\u{206f}' // joiners, isolates
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' // annotations
            | '\u{e0000}'..='\u{e007f}' // tags
        )
}

/// Whether a harmful character can begin with this byte in UTF-8; nearly all text is passed over so.
const fn may_begin_harm(byte: u8) -> bool {
    matches!(
        byte,
        0..=0x1f | 0x7f | 0xc2 | 0xcd | 0xd8 | 0xe1..=0xe3 | 0xef | 0xf3
    )
}

/// Lists the harmful characters of a text.
fn harmful(text: &str) -> impl Iterator<Item = char> {
    text.bytes()
        .enumerate()
        .filter(|(_, byte)| may_begin_harm(*byte))
        .filter_map(|(place, _)| text.get(place..)?.chars().next())
        .filter(|character| is_harmful(*character))
}

/// Returns `text` on one line, each harmful character as a visible escape such as `\n` or `\u{202e}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if harmful(text).next().is_none() {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_harmful(character) {
            cleaned.extend(character.escape_default());
        } else {
            cleaned.push(character);
        }
    }
    Cow::Owned(cleaned)
}

/// Returns the JSON document `json` with each harmful character of its strings as `\uXXXX`.
///
/// The document parses to the same value. The line breaks of its layout stay.
pub(super) fn clean_json(json: String) -> String {
    let shown = |character: char| character.is_ascii_control() && character != '\u{7f}';
    if harmful(&json).all(shown) {
        return json;
    }
    let mut cleaned = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_harmful(character) && !shown(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String never fails.
                let _ = write!(cleaned, "\\u{unit:04x}");
            }
        } else {
            cleaned.push(character);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_visible_and_ordinary_text_is_borrowed() {
        assert_eq!(
            clean("\u{1b}[31m甲\r\n\t\0\u{7f}\u{9b}"),
            r"\u{1b}[31m甲\r\n\t\u{0}\u{7f}\u{9b}"
        );
        assert_eq!(
            clean("a\u{202e}b\u{2066}c\u{200b}d\u{feff}"),
            r"a\u{202e}b\u{2066}c\u{200b}d\u{feff}"
        );
        for ordinary in ["某某科技有限公司", "𠮷野家 é ñ", "🎉", "ＡＢＣ", ""] {
            assert!(matches!(clean(ordinary), Cow::Borrowed(_)), "{ordinary}");
        }
    }

    #[test]
    fn every_harmful_character_begins_with_a_byte_that_is_looked_at() {
        let all = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        for character in all.filter(|character| is_harmful(*character)) {
            let first = character.to_string().bytes().next();
            assert!(first.is_some_and(may_begin_harm), "{character:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in any::<String>(), harmful in "[\\x00-\\x1f\\x7f-\\x9f\u{202a}-\u{202e}\u{2066}-\u{2069}\u{200b}-\u{200f}\u{2060}\u{feff}]{0,4}") {
            let hostile = format!("{text}{harmful}{text}");
            let cleaned = clean(&hostile);
            prop_assert!(!cleaned.contains(is_harmful));
            prop_assert!(cleaned.bytes().all(|byte| byte >= 0x20));
        }
    }
}
