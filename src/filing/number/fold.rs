//! One spelling for each character: what NFKC leaves apart but filing numbers do not tell apart.

use unicode_normalization::UnicodeNormalization as _;

/// Traditional forms of the characters of filing numbers, each with its simplified form, sorted.
const TRADITIONAL: [(char, char); 24] = [
    ('備', '备'),
    ('寧', '宁'),
    ('晉', '晋'),
    ('滬', '沪'),
    ('營', '营'),
    ('瓊', '琼'),
    ('碼', '码'),
    ('粵', '粤'),
    ('經', '经'),
    ('網', '网'),
    ('編', '编'),
    ('蘇', '苏'),
    ('號', '号'),
    ('許', '许'),
    ('証', '证'),
    ('證', '证'),
    ('貴', '贵'),
    ('贛', '赣'),
    ('遼', '辽'),
    ('閩', '闽'),
    ('陝', '陕'),
    ('隴', '陇'),
    ('雲', '云'),
    ('魯', '鲁'),
];

/// HTML entities that stand for a blank or a dash, as raw page text holds them.
const ENTITIES: [(&str, char); 15] = [
    ("&nbsp;", ' '),
    ("&ensp;", ' '),
    ("&emsp;", ' '),
    ("&thinsp;", ' '),
    ("&#160;", ' '),
    ("&#xa0;", ' '),
    ("&#32;", ' '),
    ("&shy;", '-'),
    ("&ndash;", '-'),
    ("&mdash;", '-'),
    ("&minus;", '-'),
    ("&hyphen;", '-'),
    ("&#45;", '-'),
    ("&#8211;", '-'),
    ("&#8212;", '-'),
];

/// Returns the character that an HTML entity at the head of `text` stands for, and its length in bytes.
pub(super) fn entity(text: &str) -> Option<(char, usize)> {
    ENTITIES.iter().find_map(|(name, ch)| {
        text.get(..name.len())
            .filter(|head| head.eq_ignore_ascii_case(name))
            .map(|head| (*ch, head.len()))
    })
}

/// Passes the folded characters of `ch` to `sink`: none for an invisible one, several where
/// NFKC takes one apart.
pub(super) fn fold(ch: char, sink: impl FnMut(char)) {
    match ch {
        '\u{4E00}'..='\u{9FFF}' => Some(simplified(ch)).into_iter().for_each(sink),
        '\0'..='\u{7F}' => Some(plain(ch)).into_iter().for_each(sink),
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => {}
        _ => std::iter::once(ch).nfkc().map(plain).for_each(sink),
    }
}

fn simplified(ch: char) -> char {
    TRADITIONAL
        .binary_search_by_key(&ch, |(traditional, _)| *traditional)
        .ok()
        .and_then(|place| TRADITIONAL.get(place))
        .map_or(ch, |(_, simplified)| *simplified)
}

fn plain(ch: char) -> char {
    match ch {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '_'
        | '~'
        | '\u{AD}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2500}'
        | '\u{2501}'
        | '\u{30FC}' => '-',
        '\u{2236}' | '\u{A789}' => ':',
        _ if ch.is_whitespace() => ' ',
        _ if ch.is_ascii() => ch.to_ascii_uppercase(),
        _ => simplified(ch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars()
            .for_each(|ch| fold(ch, |folded| out.push(folded)));
        out
    }

    #[test]
    fn spellings_fall_together() {
        assert_eq!(folded("粵ｉＣＰ備１２號—２ａ"), "粤ICP备12号-2A");
        assert_eq!(folded("\u{FEFF}京\u{A0}B2－1\u{3000}\r"), "京 B2-1 \n");
        assert_eq!(folded("№１"), "NO1");
    }

    #[test]
    fn every_traditional_form_is_found() {
        assert!(TRADITIONAL.is_sorted_by_key(|(traditional, _)| *traditional));
        assert_eq!(folded("證證雲營"), "证证云营");
    }

    #[test]
    fn entities_are_read_at_the_head_alone() {
        assert_eq!(entity("&NBSP;京"), Some((' ', 6)));
        assert_eq!(entity("&amp;"), None);
        assert_eq!(entity("&"), None);
        assert_eq!(entity("&nbs号"), None);
    }
}
