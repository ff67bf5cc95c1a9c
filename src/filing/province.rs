//! The 31 provinces (省、自治区、直辖市) whose bureaus approve filings.

use super::particulars::{Particulars, Seat};
use crate::data::{data, read};
use crate::lang::parser::Told;
use crate::lang::{Text, nearest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

/// A province: one of the 31 that have a communications administration (通信管理局).
///
/// Serialised as its code (`gd`); read from a code, a letter or a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Province(u8);

#[derive(Deserialize)]
struct Table {
    as_of: &'static str,
    province: Vec<Facts>,
}

#[derive(Deserialize)]
struct Facts {
    letter: char,
    aliases: Vec<char>,
    security: char,
    code: &'static str,
    area: &'static str,
    short: Text,
    name: &'static str,
    bureau: Text,
    seat: Seat,
}

/// What a bureau asks for, read when that is first wanted: most runs ask no province, one at most.
struct Bureau {
    text: &'static RawValue,
    particulars: OnceLock<Particulars>,
}

/// The bureaus, by the province's place.
static BUREAUS: LazyLock<Vec<Bureau>> = LazyLock::new(|| {
    let mut texts: HashMap<&'static str, &'static RawValue> = data!("bureaus");
    let bureau = |province: Province| {
        let text = texts.remove(province.code()).unwrap_or(RawValue::NULL);
        Bureau {
            text,
            particulars: OnceLock::new(),
        }
    };
    Province::all().map(bureau).collect()
});

struct Provinces {
    as_of: &'static str,
    facts: Vec<Facts>,
    by_letter: HashMap<char, Province>,
}

/// The embedded table; a test holds that it parses and has all 31 rows.
static PROVINCES: LazyLock<Provinces> = LazyLock::new(|| {
    let table: Table = data!("provinces");
    let by_letter = (0..)
        .zip(&table.province)
        .flat_map(|(index, facts)| {
            [facts.letter, facts.security]
                .into_iter()
                .chain(facts.aliases.iter().copied())
                .map(move |letter| (letter, Province(index)))
        })
        .collect();
    Provinces {
        as_of: table.as_of,
        facts: table.province,
        by_letter,
    }
});

impl Province {
    /// Returns all provinces in the order of their administrative codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(PROVINCES.facts.len()).map(Self)
    }

    /// Returns the date of the table's facts, `YYYY-MM-DD`.
    pub fn as_of() -> &'static str {
        PROVINCES.as_of
    }

    fn facts(self) -> &'static Facts {
        &PROVINCES.facts[usize::from(self.0)]
    }

    /// Returns the character that opens a filing number (ICP备): 蜀, 陇, 黔 and 滇 among them.
    pub fn letter(self) -> char {
        self.facts().letter
    }

    /// Returns the character that opens a public-security number (公网安备): 川, 甘, 贵 and 滇 among them.
    pub fn security_letter(self) -> char {
        self.facts().security
    }

    /// Returns the two-letter code of the bureau's site, such as `gd`.
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// Returns the first two digits of the province's administrative codes (GB/T 2260), such as `44`.
    pub fn area(self) -> &'static str {
        self.facts().area
    }

    /// Returns the short name: 广东, Guangdong.
    pub fn name(self) -> &'static Text {
        &self.facts().short
    }

    /// Returns the Chinese name in full: 广东省, 广西壮族自治区.
    fn full_name(self) -> &'static str {
        self.facts().name
    }

    /// Returns the name of the bureau that decides there: 广东省通信管理局.
    pub fn bureau(self) -> &'static Text {
        &self.facts().bureau
    }

    /// Returns what its bureau asks for beyond the rest of the country.
    pub fn rules(self) -> &'static Particulars {
        let bureau = &BUREAUS[usize::from(self.0)];
        let read = || read("bureaus", bureau.text.get());
        bureau.particulars.get_or_init(read)
    }

    /// Returns a place of it, for examples.
    pub fn seat(self) -> &'static Seat {
        &self.facts().seat
    }

    /// Returns the province that `letter` stands for in any kind of number, aliases (川, 云) included.
    pub fn of_letter(letter: char) -> Option<Self> {
        PROVINCES.by_letter.get(&letter).copied()
    }

    /// Returns the province with that two-letter code, in either case.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::all().find(|province| province.code().eq_ignore_ascii_case(code))
    }

    /// Returns the province with those two digits at the head of its administrative codes.
    pub fn of_area(area: &str) -> Option<Self> {
        Self::all().find(|province| province.area() == area)
    }

    /// Returns the province of that Chinese name, short or in full, with or without 省, 市 or 自治区.
    fn of_chinese_name(name: &str) -> Option<Self> {
        Self::all().find(|province| {
            let short: &str = &province.name().zh;
            name == province.full_name()
                || name
                    .strip_prefix(short)
                    .is_some_and(|rest| matches!(rest, "" | "省" | "市" | "自治区"))
        })
    }

    /// Returns the province of that English name, in any case.
    fn of_english_name(name: &str) -> Option<Self> {
        Self::all().find(|province| province.name().en.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Province {
    /// Prints the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Province {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Province({})", self.code())
    }
}

/// The words name no province.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownProvince {
    /// What was given.
    pub given: String,
}

impl UnknownProvince {
    /// Returns the name that was probably meant.
    pub fn meant(&self) -> Option<&'static str> {
        let names = Province::all().flat_map(|province| {
            let name = province.name();
            [&*name.zh, &*name.en, province.code()]
        });
        nearest(&self.given, names)
    }

    /// Returns the message.
    pub fn message(&self) -> Text {
        let given = &self.given;
        crate::text!(
            "没有名为“{given}”的省份，请写省份名称（广东）、简称（粤）或代码（gd）",
            "no province is called \"{given}\"; give its name (Guangdong, 广东), its letter (粤) or its code (gd)"
        )
    }
}

impl fmt::Display for UnknownProvince {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for UnknownProvince {}

impl FromStr for Province {
    type Err = UnknownProvince;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let words = given.trim();
        let mut letters = words.chars();
        let by_letter = match (letters.next(), letters.next()) {
            (Some(letter), None) => Self::of_letter(letter),
            _ => None,
        };
        by_letter
            .or_else(|| Self::of_code(words))
            .or_else(|| Self::of_chinese_name(words))
            .or_else(|| Self::of_english_name(words))
            .ok_or_else(|| UnknownProvince {
                given: words.to_owned(),
            })
    }
}

impl TryFrom<String> for Province {
    type Error = Told;

    fn try_from(given: String) -> Result<Self, Self::Error> {
        let read: Result<Self, UnknownProvince> = given.parse();
        read.map_err(|unknown| Told(unknown.message()))
    }
}

impl From<Province> for String {
    fn from(province: Province) -> Self {
        province.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_table_has_31_provinces_with_bureaus_named_by_the_pattern() {
        assert_eq!(Province::all().count(), 31);
        assert_eq!(Province::as_of().len(), "2026-08-22".len());
        let letters: String = Province::all().map(Province::letter).collect();
        assert_eq!(
            letters,
            "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝蜀黔滇藏陕陇青宁新"
        );
        for province in Province::all() {
            let bureau = province.bureau();
            assert!(bureau.zh.starts_with(&*province.name().zh), "{bureau:?}");
            assert!(
                ["省", "市", "自治区"]
                    .iter()
                    .any(|kind| bureau.zh.ends_with(&format!("{kind}通信管理局"))),
                "{bureau:?}"
            );
            assert!(bureau.en.starts_with(&*province.name().en), "{bureau:?}");
            assert!(!province.rules().source.is_empty(), "{bureau:?}");
        }
    }

    #[test]
    fn every_spelling_of_a_province_leads_back_to_it() {
        for province in Province::all() {
            let spellings = [
                province.letter().to_string(),
                province.security_letter().to_string(),
                province.code().to_owned(),
                province.code().to_uppercase(),
                province.name().zh.to_string(),
                format!("{}省", province.name().zh),
                province.full_name().to_owned(),
                province.name().en.to_lowercase(),
            ];
            for spelling in spellings {
                assert_eq!(spelling.parse::<Province>(), Ok(province), "{spelling}");
            }
            assert_eq!(Province::of_area(province.area()), Some(province));
            let json = serde_json::to_string(&province).unwrap();
            assert_eq!(serde_json::from_str::<Province>(&json).unwrap(), province);
        }
    }

    #[test]
    fn aliases_name_their_province_and_other_words_none() {
        assert_eq!(Province::of_letter('川'), Province::of_code("sc"));
        assert_eq!(Province::of_letter('云'), Province::of_code("yn"));
        assert_eq!(Province::of_letter('萌'), None);
        assert!("广东人".parse::<Province>().is_err());
        assert!("".parse::<Province>().is_err());
    }
}
