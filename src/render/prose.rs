//! Personal data in what people wrote freely: a reviewer's reason, a provider's advice.

use super::mask::Privacy;
use crate::filing::identity::ResidentId;
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use regex::{Captures, Match, Regex};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

/// E-mail addresses, numbers of resident identity cards (GB 11643, eighteen characters or the former
/// fifteen), mobile phones and fixed lines, as people write them.
const PATTERN: &str = r"(?x)
    (?<email> [A-Za-z0-9._%+-]{1,64} @ [A-Za-z0-9-]+ (?: \. [A-Za-z0-9-]+ )+ )
  | (?<id> [1-9][0-9]{5} (?: (?: 18 | 19 | 20 ) [0-9]{9} [0-9Xx] | [0-9]{9} ) )
  | (?<mobile> (?: (?: \+ | 00 )? 86 SEP{0,2} | 0 )? 1[3-9][0-9] (?: SEP{0,3} [0-9]{4} SEP{0,3} | \.[0-9]{4}\. ) [0-9]{4} )
  | (?<line> 0[0-9]{2,3} [)）]? (?: DASH? [1-9][0-9]{6,7} | DASH? [1-9][0-9]{2,3} BLANK [0-9]{4} )
           | \+ 85[23] DASH? [2-9][0-9]{3} DASH? [0-9]{4} )
";

/// What people write between the digits of a phone; a dot only at both places of a mobile, since
/// amounts and domains have one, and an underscore only there, since names of files have it.
const PARTS: [(&str, &str); 3] = [
    ("BLANK", r"[\ \u{a0}\u{2000}-\u{200a}\u{202f}\u{3000}]"),
    (
        "DASH",
        r"[\ \-\u{a0}\u{2000}-\u{2015}\u{202f}\u{2212}\u{3000}]",
    ),
    (
        "SEP",
        r"[\ \-_·\u{a0}\u{ad}\u{2000}-\u{2015}\u{202a}-\u{202f}\u{2060}-\u{2069}\u{2212}\u{3000}\u{feff}]",
    ),
];

/// Letters that say of the digits behind them whose number it is; behind others they are a part of a
/// name: of a contract, a resource, a folder.
const NAMING: [&str; 16] = [
    "call",
    "cell",
    "dh",
    "fax",
    "id",
    "idcard",
    "idno",
    "mob",
    "mobile",
    "ph",
    "phone",
    "sfz",
    "sj",
    "tel",
    "telephone",
    "wx",
];

/// The pattern, made once; a test holds that it can be.
static PERSONAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let whole = PARTS
        .iter()
        .fold(PATTERN.to_owned(), |pattern, (name, class)| {
            pattern.replace(name, class)
        });
    Regex::new(&whole).ok()
});

/// How many characters may stand between two digits of a card.
const GAP: usize = 3;

/// The characters of a card.
const CARD: usize = 18;

/// The names of natural persons that may stand in what was written about something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    /// These names, the longest first: a name may stand within another.
    pub fn of(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(str::trim);
        let mut names: Vec<&str> = names.filter(|name| name.chars().nth(1).is_some()).collect();
        names.sort_unstable_by_key(|name| (Reverse(name.len()), *name));
        names.dedup();
        Self(names)
    }

    /// Masks e-mail addresses, identity numbers and phones in a text, and these names.
    ///
    /// Digits of full width are understood as well.
    pub fn mask(&self, text: &str, privacy: Privacy) -> String {
        self.mask_save(text, &[], privacy)
    }

    fn mask_save(&self, text: &str, plain: &[String], privacy: Privacy) -> String {
        if privacy == Privacy::Revealed {
            return text.to_owned();
        }
        let masked = match &*PERSONAL {
            // What cannot be searched is not shown.
            None => "***".to_owned(),
            Some(pattern) => without_numbers(text, pattern, plain),
        };
        self.0.iter().fold(masked, |text, name| {
            text.replace(name, &Privacy::Masked.name(name))
        })
    }
}

/// Masks e-mail addresses, identity numbers and phones in a text about nobody that is known.
pub fn mask(text: &str, privacy: Privacy) -> String {
    Names::default().mask(text, privacy)
}

/// As [`mask`], save where one of these words stands whole, which are nobody's data whatever they
/// look like: a ref of eleven digits, a resource, the code of an organisation.
pub fn mask_save(text: &str, plain: &[String], privacy: Privacy) -> String {
    Names::default().mask_save(text, plain, privacy)
}

/// How far before a number the word begins in which it stands, at most.
const WORD: usize = 512;

/// Whether what was found stands in `ref:KEY`, which says what it is and must be typed whole.
fn is_of_a_ref(found: &Range<usize>, text: &str) -> bool {
    let from = text.floor_char_boundary(found.start.saturating_sub(WORD));
    let before = text.get(from..found.start).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || "，。；：、（）“”‘’《》`'\"=()".contains(c);
    let word = before.rsplit(ends).next().unwrap_or_default();
    word.starts_with("ref:")
}

/// Whether what was found is a part of a word that stands there whole.
fn holds(word: &str, found: &Range<usize>, text: &str) -> bool {
    let mut parts = word.match_indices(text.get(found.clone()).unwrap_or_default());
    parts.any(|(offset, _)| {
        let start = found.start.checked_sub(offset);
        let rest = start.and_then(|start| text.get(start..));
        rest.is_some_and(|rest| rest.starts_with(word))
    })
}

/// As [`mask`], in both languages.
pub fn mask_text(text: &Text, privacy: Privacy) -> Text {
    mask_text_save(text, &[], privacy)
}

/// As [`mask_save`], in both languages.
pub fn mask_text_save(text: &Text, plain: &[String], privacy: Privacy) -> Text {
    let masked = |words: &str| mask_save(words, plain, privacy);
    let (zh, en) = (masked(&text.zh), masked(&text.en));
    text!("{zh}", "{en}")
}

/// Whether what was found is nobody's, since it stands within something that is to be told whole.
fn is_plain(found: &Range<usize>, plain: &[String], text: &str) -> bool {
    is_of_a_ref(found, text) || plain.iter().any(|word| holds(word, found, text))
}

/// Something personal in a text, and what is shown in its place.
type Hidden = (Range<usize>, String);

/// Returns a text with what is personal in it masked; the rest stands as it was written.
fn without_numbers(text: &str, pattern: &Regex, plain: &[String]) -> String {
    let folded = Folded::of(text);
    let is_hidden = |(found, _): &Hidden| !is_plain(&folded.written(found), plain, text);
    let mut hidden: Vec<Hidden> = parted_cards(&folded.text)
        .into_iter()
        .filter(is_hidden)
        .collect();
    let mut rest = folded.text.to_string();
    for (card, _) in &hidden {
        rest.replace_range(card.clone(), &"*".repeat(card.len()));
    }
    hidden.extend(numbers(pattern, &rest).into_iter().filter(is_hidden));
    hidden.sort_by_key(|(found, _)| found.start);
    let (mut masked, mut told) = (String::with_capacity(text.len()), 0);
    for (found, shown) in &hidden {
        let found = folded.written(found);
        masked.push_str(text.get(told..found.start).unwrap_or_default());
        masked.push_str(shown);
        told = found.end;
    }
    masked + text.get(told..).unwrap_or_default()
}

/// A text with digits, letters and signs of full width as the plain ones.
struct Folded<'t> {
    text: Cow<'t, str>,
    /// Where each of its bytes is written; none where it is what is written.
    places: Vec<usize>,
}

impl<'t> Folded<'t> {
    fn of(text: &'t str) -> Self {
        if text.chars().all(|c| half_width(c) == c) {
            let text = Cow::Borrowed(text);
            let places = Vec::new();
            return Self { text, places };
        }
        let (mut folded, mut places) = (String::with_capacity(text.len()), Vec::new());
        for (place, character) in text.char_indices() {
            folded.push(half_width(character));
            places.resize(folded.len(), place);
        }
        places.push(text.len());
        let text = Cow::Owned(folded);
        Self { text, places }
    }

    /// Returns where something of it is written.
    fn written(&self, found: &Range<usize>) -> Range<usize> {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(at);
        place(found.start)..place(found.end)
    }
}

/// Lists the numbers of cards that have something between their digits.
fn parted_cards(text: &str) -> Vec<Hidden> {
    let mut cards: Vec<Hidden> = Vec::new();
    let mut is_within = false;
    for (start, character) in text.char_indices() {
        let begins = !is_within && cards.last().is_none_or(|(last, _)| last.end <= start);
        is_within = character.is_ascii_digit();
        if begins
            && is_within
            && let Some(card) = parted_card(text, start)
        {
            let digits = text.get(card.clone()).unwrap_or_default();
            let shown = Privacy::Masked.id_number(digits).into_owned();
            cards.push((card, shown));
        }
    }
    cards
}

/// Returns where the number of a card stands that begins here and is parted. Such digits may be a
/// contract's and its day, unless an adult was born on that day and the check character holds.
fn parted_card(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let mut number = String::with_capacity(CARD);
    let (mut gap, mut is_parted) = (0, false);
    for (place, character) in rest.char_indices() {
        let is_last = number.len() == CARD - 1;
        if character.is_ascii_digit() || (is_last && matches!(character, 'X' | 'x')) {
            number.push(character);
            gap = 0;
        } else if character.is_alphanumeric() || gap == GAP {
            return None;
        } else {
            gap += 1;
            is_parted = true;
        }
        if number.len() == CARD {
            let end = start + place + character.len_utf8();
            let after = text.get(end..)?;
            let is_whole = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
            return (is_parted && is_whole && is_a_card(&number)).then_some(start..end);
        }
    }
    None
}

/// Lists the addresses and numbers that stand in a text in one piece, or as phones are parted.
fn numbers(pattern: &Regex, text: &str) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    let mut from = 0;
    while let Some(found) = pattern.captures_at(text, from) {
        let Some(whole) = found.get(0) else { break };
        if let Some(shown) = hide(&found, &whole, text) {
            from = whole.end();
            hidden.push((whole.range(), shown));
        } else {
            // What begins behind its first digits may be somebody's.
            let digits = whole.as_str().bytes().take_while(u8::is_ascii_digit);
            from = text.ceil_char_boundary(whole.start() + digits.count().max(1));
        }
    }
    hidden
}

/// Returns what is shown in the place of what was found; `None` where it is nobody's.
fn hide(found: &Captures<'_>, whole: &Match<'_>, text: &str) -> Option<String> {
    let masked = Privacy::Masked;
    if let Some(email) = found.name("email") {
        return Some(masked.email(email.as_str()).into_owned());
    }
    let before = text.get(..whole.start()).unwrap_or_default();
    let rest = text.get(whole.end()..).unwrap_or_default();
    if !may_begin_behind(before) || rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let digits = whole.as_str();
    if found.name("id").is_some() {
        return Some(masked.id_number(digits).into_owned());
    }
    let is_of_a_name = before.ends_with('_') || rest.starts_with('_');
    if begins_a_domain(digits, rest) || found.name("line").is_some() && is_of_a_name {
        return None;
    }
    let hidden = masked.phone(digits);
    let kept = |(own, hidden)| {
        if matches!(own, ')' | '）') {
            own
        } else {
            hidden
        }
    };
    Some(digits.chars().zip(hidden.chars()).map(kept).collect())
}

/// Whether a number of somebody's may begin behind this: tel13800000001, not T13800000001.
fn may_begin_behind(before: &str) -> bool {
    let longest = NAMING
        .iter()
        .map(|word| word.len())
        .max()
        .unwrap_or_default();
    let letters = before.bytes().rev().take(longest + 1);
    let letters = letters.take_while(u8::is_ascii_alphabetic).count();
    let word = before.get(before.len() - letters..).unwrap_or_default();
    let ahead = before.get(..before.len() - letters).unwrap_or_default();
    let is_one = word.is_empty()
        || NAMING
            .iter()
            .any(|naming| naming.eq_ignore_ascii_case(word));
    is_one && !ahead.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether this is the number of a card of somebody who is an adult.
fn is_a_card(number: &str) -> bool {
    let last = NaiveDate::from_ymd_opt(2019, 12, 31);
    last.is_some_and(|last| ResidentId::parse(number, last).is_ok())
}

/// Whether digits are labels of a domain such as `13800000001.com`: a name of a site, that commands
/// to type must hold whole.
fn begins_a_domain(digits: &str, rest: &str) -> bool {
    let mut rest = rest.chars();
    let may_stand = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    digits.bytes().all(may_stand)
        && rest.next() == Some('.')
        && rest.next().is_some_and(|c| c.is_ascii_lowercase())
}

/// Returns a digit, letter or sign of full width as the plain one.
fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '＠' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' | '＋' | '．' | '＿' => {
            u32::from(c)
                .checked_sub(0xFEE0)
                .and_then(char::from_u32)
                .unwrap_or(c)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(text: &str) -> String {
        Names::of(["甲某", "甲某某", "乙"]).mask(text, Privacy::Masked)
    }

    #[test]
    fn people_are_hidden_wherever_they_stand_and_nothing_else_is() {
        for (text, expected) in [
            ("请致电13800000001确认", "请致电138****0001确认"),
            ("138-0000-0001", "138******0001"),
            ("+86 138 0000 0001", "+86**********0001"),
            ("１３８０００００００１", "138****0001"),
            ("电话010-88880000", "电话010*****0000"),
            ("电话(010)88880000", "电话(010)****0000"),
            ("电话（0755）8888000", "电话（075*）***8000"),
            ("138.0000.0001", "138******0001"),
            ("138–0000–0001", "138******0001"),
            ("138　0000　0001", "138******0001"),
            ("证件110101 19900101 0015", "证件110***************15"),
            ("证件110101199001010015有误", "证件110*************15有误"),
            ("旧证110101900101001", "旧证110**********01"),
            (
                "写信给zhang.san@example.cn，谢谢",
                "写信给z***@example.cn，谢谢",
            ),
            ("甲某某不在，甲某和乙在", "甲**不在，甲*和乙在"),
            ("tel13800000001", "tel138****0001"),
            ("+8613800000001", "+86*******0001"),
            ("008613800000001", "008********0001"),
            ("8613800000001", "861******0001"),
            ("013800000001", "013*****0001"),
            ("138_0000_0001", "138******0001"),
            ("138 - 0000 - 0001", "138**********0001"),
            ("138\u{200b}0000\u{200b}0001", "138******0001"),
            ("010 8888 0000", "010******0000"),
            ("+852 9123 4567", "+85*******4567"),
            ("证件110101-19900101-0015", "证件110***************15"),
            ("证件110101 1990 0101 0015", "证件110****************15"),
            ("1101 0119 9001 0100 15", "110*****************15"),
            ("110101, 1990，0101\n0015", "110*****************15"),
            ("第1 110101_19900101_0015", "第1 110***************15"),
            ("ID110101199001010015", "ID110*************15"),
            ("scan_110101199001010015_1", "scan_110*************15_1"),
            (
                "电话 ＴＥＬ１３８０００００００１",
                "电话 ＴＥＬ138****0001",
            ),
            ("甲某　和１３８０００００００１", "甲*　和138****0001"),
            ("IMG_13800000001_1", "IMG_138****0001_1"),
            ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｎ", "z***@example.cn"),
        ] {
            assert_eq!(masked(text), expected);
        }
        for text in [
            "粤ICP备2021000001号-1 未悬挂",
            "京公网安备11010502030001号",
            "统一社会信用代码 91110000MA0000000H",
            "2026-11-22 10:00 前整改",
            "订单 k3m9t2qd，第 12 项，共 1234567890 字节",
            "粤ICP备12345678号",
            "139.226.10.5 和 139.1234 不通",
            "合同440300-20260101-0001",
            "第２０项，备注为空",
            "www.13800000001.com 未悬挂",
            "021.5888888.com、0755.8888888.com、021-5888888.com 和 138.0000.0001.com",
            "010.66666666.com.cn",
            "金额1380000.0000元，坐标 131.12345678，版本 1.021.12345678",
            "合同440300 20260101 0001，邮编510000 20261123 1000",
            "合同110101 19900101 0016",
            "合同110101-19900101-0016，110101-2026-0101-0015",
            "tel13800000001.com 和 x13800000001y.com",
            "00138000000012",
            "deadbeef13800000001c",
            "job_010_88880000 和 batch_001_20261128.csv",
            "T13800000001、HT15000000001、SN110101900101001、u13800000001",
            "deadbeef-c13800000001",
            "0001_1380000.00",
            "粤ICP备2021000001号-1 @ cloud.example.com",
        ] {
            assert_eq!(masked(text), text);
        }
        assert_eq!(mask("13800000001", Privacy::Revealed), "13800000001");
    }

    #[test]
    fn a_word_that_is_nobodys_is_left_where_it_stands_whole_and_only_there() {
        for (text, plain, expected) in [
            (
                "ref 13800000001 已用",
                "13800000001",
                "ref 13800000001 已用",
            ),
            (
                "ins-13800000001 已满",
                "ins-13800000001",
                "ins-13800000001 已满",
            ),
            (
                "ins-13800000001 已满",
                "ins-13800000002",
                "ins-138****0001 已满",
            ),
            // A part of a number says nothing of the number.
            ("致电13800000001", "1380000", "致电138****0001"),
            ("致电13800000001", "ins-13800000001", "致电138****0001"),
            (
                "914401181990010108",
                "914401181990010108",
                "914401181990010108",
            ),
            (
                "写 --set after=ref:13800000001，再试",
                "",
                "写 --set after=ref:13800000001，再试",
            ),
            (
                "订单（ref:row-13800000001）",
                "",
                "订单（ref:row-13800000001）",
            ),
            ("ref: 13800000001", "", "ref: 138****0001"),
            (
                "订＿13800000001 和 Ｒ１３８０００００００１",
                "订＿13800000001",
                "订＿13800000001 和 Ｒ１３８０００００００１",
            ),
        ] {
            let plain = [plain.to_owned()];
            assert_eq!(
                mask_save(text, &plain, Privacy::Masked),
                expected,
                "{plain:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_number_or_address_is_left_whole(
            before in "[备案请，。 ]{0,4}",
            person in "1[3-9][0-9]{9}|[1-9][0-9]{5}19[0-9]{9}[0-9X]|[a-z]{2,8}@[a-z]{2,8}[.]cn",
            after in "[号有误，。 ]{0,4}",
        ) {
            let text = masked(&format!("{before}{person}{after}"));
            prop_assert!(!text.contains(&person), "{text}");
        }
    }
}
