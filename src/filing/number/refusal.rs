//! Why something that looks like a number is none, and why a field could not be read.

use super::{Number, NumberKind};
use crate::lang::Text;
use crate::text;
use std::fmt;

/// Why a candidate is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Letters, stars or counting digits stand where a number belongs: `XXXXXXXX`, `12345678`.
    Placeholder,
    /// Nothing before ICP or 公网安备 names a province.
    MissingProvince,
    /// What stands there is no province: 萌, 图, 校.
    UnknownPrefix {
        /// The character in the province's place.
        prefix: char,
    },
    /// The province's letter belongs to the word before it: 隐藏.
    PartOfWord {
        /// That word.
        word: String,
    },
    /// A translation, `Beijing ICP …`, which drops what tells the kinds apart.
    Translated,
    /// The page was decoded with the wrong character set.
    DecodingDamage,
    /// Five to seven digits, as issued before 2005.
    Legacy {
        /// How many digits there are.
        digits: usize,
    },
    /// Too few or too many digits.
    WrongLength {
        /// How many digits the form has.
        expected: &'static [usize],
        /// How many there are.
        found: usize,
    },
    /// The digits open with a year in which no such number was issued.
    ImpossibleYear {
        /// The digits of the year.
        year: String,
        /// The first and last year of the form, as it writes them.
        expected: (&'static str, &'static str),
    },
    /// The service part is not `-` counter letter: `号A`, `-0`, `-1B`, `号1`.
    BadSuffix,
    /// The words around the digits are not those of any number.
    Malformed,
}

/// Years 2004 to 2020 in two digits, as 8-digit filing numbers open.
pub(super) const SHORT_YEARS: (&str, &str) = ("04", "20");
/// Years in four digits, as 10-digit filing numbers open.
pub(super) const LONG_YEARS: (&str, &str) = ("2020", "2099");
/// Years in four digits, as telecom licences open.
pub(super) const LICENCE_YEARS: (&str, &str) = ("2000", "2099");

impl Refusal {
    /// Returns the stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::MissingProvince => "missing-province",
            Self::UnknownPrefix { .. } => "unknown-prefix",
            Self::PartOfWord { .. } => "part-of-word",
            Self::Translated => "translated",
            Self::DecodingDamage => "decoding-damage",
            Self::Legacy { .. } => "legacy",
            Self::WrongLength { .. } => "wrong-length",
            Self::ImpossibleYear { .. } => "impossible-year",
            Self::BadSuffix => "bad-suffix",
            Self::Malformed => "malformed",
        }
    }

    /// Returns what is wrong and what is expected.
    pub fn message(&self) -> Text {
        match self {
            Self::Placeholder => text!(
                "这是占位内容，请填写管局下发的号码",
                "this is a placeholder; write the number that the bureau issued"
            ),
            Self::MissingProvince => text!(
                "开头缺少省份简称，应形如 粤ICP备2021000001号",
                "no province opens it; expected a form like 粤ICP备2021000001号"
            ),
            Self::UnknownPrefix { prefix } => text!(
                "“{prefix}”不是省份简称，应形如 粤ICP备2021000001号",
                "{prefix} is no province; expected a form like 粤ICP备2021000001号"
            ),
            Self::PartOfWord { word } => text!(
                "“{word}”是一个词，其中没有省份简称",
                "{word} is one word; it holds no province"
            ),
            Self::Translated => text!(
                "这是翻译过的号码，请照原样填写，形如 京ICP备2021000001号",
                "this is a translation; write the number as issued, like 京ICP备2021000001号"
            ),
            Self::DecodingDamage => text!(
                "文字编码有误，出现了乱码，请用正确的编码重新读取",
                "the text was decoded with the wrong character set; read it again with the right one"
            ),
            Self::Legacy { digits } => text!(
                "只有 {digits} 位数字，像是 2005 年以前的旧号，现行号码为 8 位或 10 位，请查询现行号码",
                "it has {digits} digits, like the old numbers from before 2005; today's have 8 or 10, so look up the number in force"
            ),
            Self::WrongLength { expected, found } => {
                let list = |or: &str| {
                    expected
                        .iter()
                        .map(usize::to_string)
                        .collect::<Vec<_>>()
                        .join(or)
                };
                let (zh, en) = (list(" 位或 "), list(" or "));
                text!(
                    "数字有 {found} 位，应为 {zh} 位",
                    "it has {found} digits where {en} are expected"
                )
            }
            Self::ImpossibleYear {
                year,
                expected: (first, last),
            } => text!(
                "开头的年份“{year}”不可能，应在 {first} 至 {last} 之间",
                "the year {year} at its head is impossible; expected {first} to {last}"
            ),
            Self::BadSuffix => text!(
                "服务序号写法有误，应形如 -1（网站）、-2A（APP）、-3X（小程序）、-4K（快应用）",
                "the service part is wrong; expected a form like -1 (site), -2A (app), -3X (mini-program) or -4K (quick app)"
            ),
            Self::Malformed => text!(
                "不符合任何备案号的写法，应形如 粤ICP备2021000001号-1",
                "this is no form of a filing number; expected one like 粤ICP备2021000001号-1"
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

/// Why a field that must hold one number was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub enum NumberError {
    /// Nothing in it looks like a number.
    NotFound {
        /// The field.
        given: String,
        /// The kind that the field wants; none where any filing number does.
        expected: Option<NumberKind>,
    },
    /// What looks like a number is none.
    Refused {
        /// The candidate as written.
        raw: String,
        /// Why not.
        reason: Refusal,
    },
    /// It holds more than one.
    Several {
        /// The candidates as written.
        raws: Vec<String>,
    },
    /// Other words stand beside the number.
    Surrounded {
        /// The number as written.
        raw: String,
        /// The words beside it.
        stray: String,
    },
    /// It is a number of another kind.
    WrongKind {
        /// The kind that the field wants.
        expected: NumberKind,
        /// The number that stands there.
        found: Number,
    },
}

impl NumberError {
    /// Returns the message.
    pub fn message(&self) -> Text {
        match self {
            Self::NotFound { given, expected } => Self::not_found(given, *expected),
            Self::Refused { raw, reason } => text!(
                "“{raw}”不是有效号码：{message}",
                "\"{raw}\" is refused: {message}",
                message = reason.message()
            ),
            Self::Several { raws } => text!(
                "这里只能填写一个号码，却有多个：{raws}",
                "one number is expected here, but there are several: {raws}",
                raws = Text::list(raws)
            ),
            Self::Surrounded { raw, stray } => text!(
                "号码“{raw}”旁边有多余内容“{stray}”，请只填写号码",
                "\"{stray}\" stands beside the number \"{raw}\"; write the number alone"
            ),
            Self::WrongKind { expected, found } => Self::wrong_kind(*expected, found),
        }
    }

    fn not_found(given: &str, expected: Option<NumberKind>) -> Text {
        if expected == Some(NumberKind::Security) {
            return text!(
                "“{given}”里没有公安备案号，应形如 京公网安备11010502000001号",
                "\"{given}\" holds no public-security number; expected one like 京公网安备11010502000001号"
            );
        }
        text!(
            "“{given}”里没有备案号，应形如 粤ICP备2021000001号 或 粤ICP备2021000001号-1",
            "\"{given}\" holds no filing number; expected one like 粤ICP备2021000001号 or 粤ICP备2021000001号-1"
        )
    }

    fn wrong_kind(expected: NumberKind, found: &Number) -> Text {
        let (wanted, actual) = (expected.label(), found.kind().label());
        match found {
            Number::Service(service) => {
                let subject = service.subject();
                text!(
                    "此处应填{wanted}，“{found}”是{actual}，其主体号码为 {subject}",
                    "a {wanted} is expected here; {found} is a {actual}, and its subject's number is {subject}",
                    actual,
                    wanted
                )
            }
            Number::Subject(_) => text!(
                "此处应填{wanted}，“{found}”是{actual}，服务号码还带有序号，形如 {found}-1",
                "a {wanted} is expected here; {found} is a {actual}, and a service's number also has a counter, like {found}-1",
                actual,
                wanted
            ),
            Number::Security(_) => text!(
                "此处应填{wanted}，“{found}”是{actual}",
                "a {wanted} is expected here; {found} is a {actual}",
                actual,
                wanted
            ),
        }
    }
}
