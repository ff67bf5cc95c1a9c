//! What may stand before a number: the province's letter, and the words that only look like one.

use super::page::Page;
use super::refusal::Refusal;
use crate::filing::province::Province;

/// Words whose last character is a province's letter but names no province.
///
/// After 辽宁 or 南京 the letter of another province seems to stand: 宁 (Ningxia), 京 (Beijing).
const WORDS: [&str; 46] = [
    "隐藏", "收藏", "典藏", "珍藏", "馆藏", "冷藏", "储藏", "埋藏", "更新", "最新", "重新", "刷新",
    "全新", "创新", "崭新", "清新", "翻新", "南京", "东京", "南宁", "西宁", "辽宁", "济宁", "海宁",
    "咸宁", "遂宁", "普宁", "安宁", "里云", "讯云", "为云", "度云", "山云", "东云", "动云", "翼云",
    "务云", "主云", "白云", "年青", "抹黑", "拉黑", "富贵", "珍贵", "宝贵", "昂贵",
];

/// Returns the province whose letter stands at `start`, if one does, and the position after it and
/// blanks.
pub(super) fn province(page: &Page<'_>, start: usize) -> (Option<(char, Province)>, usize) {
    let letter = page
        .at(start)
        .and_then(|ch| Some((ch, Province::of_letter(ch)?)));
    let after = letter.map_or(start, |_| page.skip_blanks(start + 1));
    (letter, after)
}

/// Returns the word that `before` and a province's `letter` make up.
pub(super) fn part_of_word(before: char, letter: char) -> Option<String> {
    let word = String::from_iter([before, letter]);
    WORDS.contains(&word.as_str()).then_some(word)
}

/// Whether a character belongs to a Chinese word.
pub(super) fn word_before(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Says why nothing before `position` names a province, and where what stands there starts.
///
/// Nothing before `floor`, where the number before ended, is looked at.
pub(super) fn missing_province(page: &Page<'_>, position: usize, floor: usize) -> (Refusal, usize) {
    let mut at = position;
    while at > floor && position - at < 2 && page.before(at) == Some(' ') {
        at -= 1;
    }
    let nothing = (Refusal::MissingProvince, position);
    let Some(before) = page.before(at).filter(|_| at > floor) else {
        return nothing;
    };
    match before {
        '\u{FFFD}' => (Refusal::DecodingDamage, at - 1),
        '备' | '案' | '证' => (Refusal::Malformed, at - 1),
        '号' | '为' | '是' | '有' | '的' => nothing,
        _ if before.is_ascii_alphabetic() => {
            while at > floor && page.is_latin(at - 1) {
                at -= 1;
            }
            (Refusal::Translated, at)
        }
        _ if word_before(before) => (Refusal::UnknownPrefix { prefix: before }, at - 1),
        _ => nothing,
    }
}
