//! The two languages, and text that exists in both.
//!
//! A [`Text`] can only be made with both wordings, by [`text!`](crate::text) or from
//! data whose two fields are required: a missing translation does not compile.

pub mod parser;
mod words;

pub use words::{commas, is_slip, likeness, listed, nearest, shell_word};

use crate::text;
use serde::{Deserialize, Serialize};
use std::borrow::{Borrow, Cow};

/// A language that icpctl speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, simplified.
    Zh,
    /// English.
    #[default]
    En,
}

/// One message in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Chinese wording.
    pub zh: Cow<'static, str>,
    /// The English wording.
    pub en: Cow<'static, str>,
}

impl Text {
    /// Two fixed wordings.
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self {
            zh: Cow::Borrowed(zh),
            en: Cow::Borrowed(en),
        }
    }

    /// The same words in both languages: a name, a number, foreign text.
    pub fn verbatim(words: impl Into<String>) -> Self {
        let words: String = words.into();
        Self {
            zh: Cow::Owned(words.clone()),
            en: Cow::Owned(words),
        }
    }

    /// Several texts in a row, with `zh` and `en` between them.
    pub fn joined(texts: impl IntoIterator<Item: Borrow<Self>>, zh: &str, en: &str) -> Self {
        let (mut zhs, mut ens) = (String::new(), String::new());
        for (place, text) in texts.into_iter().enumerate() {
            if place > 0 {
                zhs.push_str(zh);
                ens.push_str(en);
            }
            zhs.push_str(&text.borrow().zh);
            ens.push_str(&text.borrow().en);
        }
        Self {
            zh: zhs.into(),
            en: ens.into(),
        }
    }

    /// Several texts in a row, each with how often it is among them, in the order of their first.
    pub fn counted<'t>(texts: impl IntoIterator<Item = &'t Self>) -> Self {
        let mut counts: Vec<(&Self, usize)> = Vec::new();
        for text in texts {
            match counts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => counts.push((text, 1)),
            }
        }
        let texts = counts.into_iter().map(|(text, count)| match count {
            1 => text.clone(),
            _ => text!("{text} x{count}", "{text} x{count}", text),
        });
        Self::joined(texts, "、", ", ")
    }

    /// Several names in a row, with the commas of each language.
    pub fn list(names: &[impl Borrow<str>]) -> Self {
        Self {
            zh: names.join("、").into(),
            en: names.join(", ").into(),
        }
    }

    /// Takes the wording in `lang`.
    pub fn take(self, lang: Lang) -> Cow<'static, str> {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// The wording in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// Makes a [`Text`] from a Chinese and an English format string.
///
/// Both are checked at compile time and may capture variables in place: `text!("订单 {id}", "order {id}")`.
/// Variables that are texts themselves are named behind, and each wording takes its own of them:
/// `text!("订单{status}", "the order is {status}", status)`, `…, status = order.status().label())`.
#[macro_export]
macro_rules! text {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::lang::Text {
            zh: ::std::borrow::Cow::Owned(format!($zh)),
            en: ::std::borrow::Cow::Owned(format!($en)),
        }
    };
    ($zh:literal, $en:literal $(, $word:ident $(= $text:expr)?)+ $(,)?) => {{
        $($(let $word = $text;)?)+
        $crate::lang::Text {
            zh: {
                $(let $word = &$word.zh;)+
                ::std::borrow::Cow::Owned(format!($zh))
            },
            en: {
                $(let $word = &$word.en;)+
                ::std::borrow::Cow::Owned(format!($en))
            },
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wordings_capture_variables() {
        let id = "k3m9t2qd";
        let text = text!("订单 {id}", "order {id}");
        assert_eq!(text.get(Lang::Zh), "订单 k3m9t2qd");
        assert_eq!(text.get(Lang::En), "order k3m9t2qd");
    }

    #[test]
    fn each_wording_takes_its_own_of_a_text() {
        let status = text!("草稿", "draft");
        let text = text!(
            "{status}：{next}",
            "{status}: {next}",
            status,
            next = text!("提交", "submit")
        );
        assert_eq!(text, text!("草稿：提交", "draft: submit"));
    }
}
