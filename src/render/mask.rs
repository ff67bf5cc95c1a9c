//! Personal data, hidden unless it is asked for.
//!
//! Enough stays to recognise a person one already knows, never enough to reach or to name them.

use super::prose::Names;
use crate::filing::facts::{Holder, names_a_person};
use crate::knowledge;
use serde_json::Value;
use std::borrow::Cow;

/// Whether personal data is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privacy {
    /// Hidden in part, as everywhere without `--reveal`.
    #[default]
    Masked,
    /// Shown whole.
    Revealed,
}

/// The fewest characters that a mask hides in a text that keeps both ends.
const HIDDEN_AT_LEAST: usize = 4;

/// What the name of a scan, a video or a document ends in; anything else may be part of a name.
const ENDINGS: [&str; 18] = [
    "avi", "bmp", "csv", "doc", "docx", "gif", "heic", "jpeg", "jpg", "json", "mov", "mp4", "pdf",
    "png", "tif", "tiff", "webp", "zip",
];

/// What the names of organisations end in, of which a person's name of four characters does not.
const ORGANISATION: [char; 26] = [
    '司', '厂', '店', '行', '社', '所', '院', '校', '会', '部', '处', '局', '站', '馆', '室', '心',
    '团', '府', '学', '队', '园', '场', '坊', '网', '伙', '户',
];

/// What comes after every letter of Latin and its like, and before every Han character.
const HAN: char = '\u{2e80}';

/// Whether a name can be a natural person's: in Latin letters, which no organisation of the mainland
/// is registered in, with the dot that parts a transcribed name, or of two to four other letters and
/// no organisation's.
fn reads_like_a_person(name: &str) -> bool {
    if name.chars().all(|c| c < HAN) {
        return name.contains(char::is_alphabetic);
    }
    if name.contains(['·', '•', '・']) && !name.ends_with(ORGANISATION) {
        return true;
    }
    match name.chars().count() {
        2 | 3 => !name.ends_with("公司") && !name.ends_with("中心"),
        4 => name.chars().all(char::is_alphanumeric) && !name.ends_with(ORGANISATION),
        _ => false,
    }
}

/// Whether a name is surely no natural person's: longer than one, and ending as organisations do.
pub fn is_an_organisation(name: &str) -> bool {
    let bare = name.trim_end_matches(|c: char| !c.is_alphanumeric());
    !reads_like_a_person(name) && bare.chars().count() > 4 && bare.ends_with(ORGANISATION)
}

fn is_ending(text: &str) -> bool {
    ENDINGS
        .iter()
        .any(|ending| text.eq_ignore_ascii_case(ending))
}

impl Privacy {
    /// Returns a phone number as `138****0001`.
    pub fn phone(self, phone: &str) -> Cow<'_, str> {
        self.apply(phone, |phone| ends(phone, 3, 4))
    }

    /// Returns a person's name as `甲*`, one in Latin letters or their like as `J***`.
    pub fn name(self, name: &str) -> Cow<'_, str> {
        self.apply(name, |name| {
            if name.starts_with(|first: char| first.is_alphabetic() && first < HAN) {
                initial(name)
            } else {
                ends(name, 1, 0)
            }
        })
    }

    /// Returns the name of a subject: an individual's is masked, and so is one that reads like a
    /// person's, since the nature of a filing that was adopted may be unknown.
    pub fn subject_name(self, name: &str, is_individual: bool) -> Cow<'_, str> {
        if is_individual || reads_like_a_person(name) {
            self.name(name)
        } else {
            Cow::Borrowed(name)
        }
    }

    /// Returns the number of a certificate as `110*************15`.
    ///
    /// Of a resident identity card (GB 11643) the birth date is hidden whole.
    pub fn id_number(self, number: &str) -> Cow<'_, str> {
        self.apply(number, |number| ends(number, 3, 2))
    }

    /// Returns an e-mail address as `a***@example.com`.
    pub fn email(self, email: &str) -> Cow<'_, str> {
        self.apply(email, |email| match email.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() => format!("{}@{domain}", initial(local)),
            Some(_) | None => initial(email),
        })
    }

    /// Returns an account at a provider: one that is named after somebody's phone, e-mail or
    /// certificate (an individual's is by RP-08) as that is masked, any other whole.
    pub fn account(self, account: &str) -> String {
        Names::default().mask(account, self)
    }

    /// Returns an address as `广东省广州市***`: six characters, or half of a shorter one.
    pub fn address(self, address: &str) -> Cow<'_, str> {
        self.apply(address, |address| {
            let kept = (address.chars().count() / 2).min(6);
            let head: String = address.chars().take(kept).collect();
            format!("{head}***")
        })
    }

    /// Returns the name of an attachment as `黄***.png`, since people name scans after the person,
    /// in Latin letters too.
    pub fn file_name(self, name: &str) -> Cow<'_, str> {
        self.apply(name, |name| match name.rsplit_once('.') {
            Some((stem, ending)) if is_ending(ending) => format!("{}.{ending}", initial(stem)),
            Some(_) | None => initial(name),
        })
    }

    fn apply(self, text: &str, mask: impl FnOnce(&str) -> String) -> Cow<'_, str> {
        match self {
            Self::Revealed => Cow::Borrowed(text),
            Self::Masked if text.is_empty() => Cow::Borrowed(text),
            Self::Masked => Cow::Owned(mask(text)),
        }
    }
}

/// Masks what is personal in a tree of facts; `path` is the tree's own field.
pub fn mask_tree(value: &mut Value, path: &str, privacy: Privacy) {
    mask_for(value, path, None, privacy);
}

/// Masks what is personal for a subject of this kind; an unknown kind counts as an individual.
///
/// In remarks the persons are masked whom the same tree names.
pub fn mask_for(value: &mut Value, path: &str, holder: Option<Holder>, privacy: Privacy) {
    let mut persons = Vec::new();
    if privacy == Privacy::Masked {
        collect(value, path, &mut persons);
    }
    let names = Names::of(persons.iter().map(String::as_str));
    mask_among(value, path, holder, &names, privacy);
}

/// As [`mask_for`], where it is known who may be named in remarks.
pub fn mask_among(
    value: &mut Value,
    path: &str,
    holder: Option<Holder>,
    names: &Names<'_>,
    privacy: Privacy,
) {
    if privacy == Privacy::Masked {
        hide(value, path, holder, names);
    }
}

/// Collects the names of persons in a tree of facts.
fn collect(value: &Value, path: &str, persons: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, &format!("{path}.{key}"), persons);
            }
        }
        Value::Array(list) => {
            for value in list {
                collect(value, path, persons);
            }
        }
        Value::String(text) if names_a_person(path) => persons.push(text.clone()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hide(value: &mut Value, path: &str, holder: Option<Holder>, names: &Names<'_>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                hide(value, &format!("{path}.{key}"), holder, names);
            }
        }
        Value::Array(list) => {
            for value in list {
                hide(value, path, holder, names);
            }
        }
        Value::String(text) => {
            if knowledge::field(path).is_some_and(|f| f.is_personal_for(holder)) {
                *text = mask(path, text);
            } else if path.ends_with(".remark") {
                *text = names.mask(text, Privacy::Masked);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Masks one personal value by what its field holds.
fn mask(path: &str, text: &str) -> String {
    let privacy = Privacy::Masked;
    let masked = match path.rsplit('.').next().unwrap_or(path) {
        "phone" | "emergency_phone" => privacy.phone(text),
        "email" => privacy.email(text),
        "certificate_number" | "legal_representative_id" => privacy.id_number(text),
        "certificate_address" | "mailing_address" => privacy.address(text),
        _ => privacy.name(text),
    };
    masked.into_owned()
}

/// Keeps `head` and `tail` characters, or the first alone where too little would be hidden.
fn ends(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let (head, tail) = if tail > 0 && length >= head + tail + HIDDEN_AT_LEAST {
        (head, tail)
    } else {
        (1.min(length.saturating_sub(1)), 0)
    };
    text.chars()
        .enumerate()
        .map(|(place, character)| {
            if place < head || place >= length - tail {
                character
            } else {
                '*'
            }
        })
        .collect()
}

/// Keeps the first character and not even the length; nothing of a single one.
fn initial(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(_)) => format!("{first}***"),
        (Some(_) | None, _) => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Mask = fn(Privacy, &str) -> Cow<'_, str>;
    const MASKS: [Mask; 5] = [
        Privacy::phone,
        Privacy::name,
        Privacy::id_number,
        Privacy::email,
        Privacy::address,
    ];

    #[test]
    fn each_kind_has_its_mask() {
        let masked = Privacy::Masked;
        assert_eq!(masked.phone("13800000001"), "138****0001");
        assert_eq!(masked.phone("1380000"), "1******");
        assert_eq!(masked.name("甲方"), "甲*");
        assert_eq!(masked.name("欧阳某某"), "欧***");
        assert_eq!(masked.name("甲"), "*");
        assert_eq!(masked.name("John Smith"), "J***");
        assert_eq!(masked.name("Élodie Martin"), "É***");
        assert_eq!(masked.name("Иван Петров"), "И***");
        assert_eq!(masked.name("J"), "***");
        assert_eq!(masked.id_number("110101199001010015"), "110*************15");
        assert_eq!(masked.id_number("E1234567"), "E*******");
        assert_eq!(masked.email("alice@example.com"), "a***@example.com");
        assert_eq!(masked.email("a@example.com"), "***@example.com");
        assert_eq!(masked.email("@x"), "@***");
        assert_eq!(
            masked.address("广东省广州市某某路1号某某大厦"),
            "广东省广州市***"
        );
        assert_eq!(masked.address("北京市"), "北***");
        for (name, is_individual, shown) in [
            ("张三", false, "张*"),
            ("欧阳某某", false, "欧***"),
            ("Zhang San", false, "Z***"),
            ("José García", false, "J***"),
            ("示例公司", false, "示例公司"),
            ("某某大学", false, "某某大学"),
            ("广州示例商贸有限公司", false, "广州示例商贸有限公司"),
            ("买买提·艾力", true, "买*****"),
            ("买买提·艾力", false, "买*****"),
        ] {
            assert_eq!(masked.subject_name(name, is_individual), shown, "{name}");
        }
        assert_eq!(masked.file_name("licence-2.png"), "l***.png");
        assert_eq!(masked.file_name("Zhang-San.JPG"), "Z***.JPG");
        assert_eq!(masked.file_name("scan.zhangsan"), "s***");
        assert_eq!(masked.file_name("张三身份证.jpg"), "张***.jpg");
        assert_eq!(masked.file_name("John Smith.pdf"), "J***.pdf");
        assert_eq!(masked.file_name("13800000001.png"), "1***.png");
        assert_eq!(masked.file_name("scan.张三"), "s***");
    }

    #[test]
    fn only_what_is_surely_an_organisation_counts_as_one() {
        for name in [
            "广州示例商贸有限公司",
            "某某市某某区人民政府",
            "示例（广州）管理合伙企业（有限合伙）",
        ] {
            assert!(is_an_organisation(name), "{name}");
        }
        for name in [
            "张三",
            "欧阳某某",
            "买买提·艾力",
            "买买提艾力江",
            "Zhang San",
            "",
        ] {
            assert!(!is_an_organisation(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_shown_whole(text in "[^*]{1,12}|[a-z@甲]{1,4}") {
            for mask in MASKS {
                prop_assert!(!mask(Privacy::Masked, &text).contains(&text));
                prop_assert_eq!(mask(Privacy::Revealed, &text), text.as_str());
            }
        }

        #[test]
        fn the_middle_of_a_number_is_hidden(phone in "1[3-9][0-9]{9}", id in "[1-9][0-9]{16}[0-9X]") {
            prop_assert_eq!(&Privacy::Masked.phone(&phone)[3..7], "****");
            prop_assert_eq!(&Privacy::Masked.id_number(&id)[3..16], "*************");
        }
    }
}
