//! Lists of words that rules look for in names and contents.

use crate::data::data;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
struct WordList {
    name: String,
    province: Option<String>,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordFile {
    list: Vec<WordList>,
}

static WORDS: LazyLock<WordFile> = LazyLock::new(|| data!("words"));

/// Returns the words of a list, with those that a province (by code) adds; none for an unknown list.
pub fn words(name: &str, province: Option<&str>) -> impl Iterator<Item = &'static str> {
    WORDS
        .list
        .iter()
        .filter(move |list| {
            list.name == name
                && list
                    .province
                    .as_deref()
                    .is_none_or(|code| province == Some(code))
        })
        .flat_map(|list| list.words.iter().map(String::as_str))
}

/// Returns the first word of a list that `text` holds, in any letter case.
pub fn word_in(text: &str, name: &str, province: Option<&str>) -> Option<&'static str> {
    let folded = text.to_lowercase();
    words(name, province).find(|word| folded.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filing::province::Province;
    use std::collections::BTreeSet;

    #[test]
    fn lists_hold_each_word_once() {
        let mut seen = BTreeSet::new();
        for list in &WORDS.list {
            assert!(seen.insert((&list.name, &list.province)), "{}", list.name);
            let words: BTreeSet<&String> = list.words.iter().collect();
            assert_eq!(words.len(), list.words.len(), "{}", list.name);
            if let Some(code) = &list.province {
                assert!(Province::of_code(code).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn a_province_adds_words_of_its_own() {
        assert_eq!(
            word_in("示例团购", "individual-name", Some("hb")),
            Some("团购")
        );
        assert_eq!(word_in("示例团购", "individual-name", Some("gs")), None);
        assert_eq!(word_in("示例论坛", "individual-name", None), Some("论坛"));
        assert_eq!(word_in("p2p出借", "finance", None), Some("P2P"));
    }
}
