//! What deserves a remark about a number that was read all the same.

use crate::filing::province::Province;
use crate::lang::Text;
use crate::text;

/// A remark about a number that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A filing number opens with another letter of its province: 川 for 蜀.
    ProvinceAlias {
        /// The letter on the page.
        written: char,
        /// The province, whose own letter is printed.
        province: Province,
    },
    /// 备 is missing after ICP.
    MissingFilingWord,
    /// The counter was written with leading zeros.
    LeadingZero,
    /// The digits run like an example's: 2021123456.
    LooksLikeExample,
    /// A public-security number opens with the letter of filing numbers: 蜀 for 川.
    SecurityLetter {
        /// The letter on the page, which is kept.
        written: char,
        /// The province.
        province: Province,
    },
    /// The area code of a public-security number lies in another province.
    SecurityArea {
        /// The province that the letter names.
        letter: Province,
        /// The province of the first two digits.
        digits: Province,
    },
}

impl Warning {
    /// Returns the stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ProvinceAlias { .. } => "province-alias",
            Self::MissingFilingWord => "missing-filing-word",
            Self::LeadingZero => "leading-zero",
            Self::LooksLikeExample => "looks-like-example",
            Self::SecurityLetter { .. } => "security-letter",
            Self::SecurityArea { .. } => "security-area",
        }
    }

    /// Returns the message.
    pub fn message(&self) -> Text {
        match self {
            Self::ProvinceAlias { written, province } => {
                let printed = province.letter();
                text!(
                    "{province}的 ICP 备案号以“{printed}”开头，不用“{written}”",
                    "filing numbers of {province} open with {printed}, not {written}",
                    province = province.name()
                )
            }
            Self::MissingFilingWord => {
                text!("ICP 后面缺少“备”字", "备 is missing after ICP")
            }
            Self::LeadingZero => text!(
                "服务序号前面多了 0，已去掉",
                "the counter's leading zeros were dropped"
            ),
            Self::LooksLikeExample => text!(
                "数字像是示例，请与备案查询结果核对",
                "the digits look like an example's; compare them with the public record"
            ),
            Self::SecurityLetter { written, province } => {
                let usual = province.security_letter();
                text!(
                    "{province}的公安备案号以“{usual}”开头，不用“{written}”",
                    "public-security numbers of {province} open with {usual}, not {written}",
                    province = province.name()
                )
            }
            Self::SecurityArea { letter, digits } => {
                text!(
                    "省份简称是{letter}，数字开头的地区代码却属于{digits}",
                    "the letter names {letter}, but the area code at the head of the digits lies in {digits}",
                    letter = letter.name(),
                    digits = digits.name()
                )
            }
        }
    }
}
