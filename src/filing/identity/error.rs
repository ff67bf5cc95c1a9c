//! What can be wrong with such a number.

use crate::lang::Text;
use crate::text;

/// Why an identity number was refused. Positions count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The field is empty.
    #[error("{}", self.message().en)]
    Empty,
    /// Not 18 characters.
    #[error("{}", self.message().en)]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A resident ID of the first generation, with 15 digits.
    #[error("{}", self.message().en)]
    Obsolete,
    /// A character that cannot stand at its position.
    #[error("{}", self.message().en)]
    Character {
        /// Its position.
        position: usize,
    },
    /// Positions 7 to 14 of a resident ID are no date.
    #[error("{}", self.message().en)]
    BirthDate,
    /// The date of birth lies in the future.
    #[error("{}", self.message().en)]
    BornInFuture,
    /// The check character at position 18 does not fit the others.
    #[error("{}", self.message().en)]
    CheckCharacter,
    /// Not 8 to 20 letters and digits, as other certificates have.
    #[error("{}", self.message().en)]
    Certificate,
    /// Not a mobile phone of the mainland.
    #[error("{}", self.message().en)]
    Mobile,
}

impl IdentityError {
    /// Returns the message; it never shows the number.
    pub fn message(&self) -> Text {
        match self {
            Self::Empty => text!("号码为空", "the number is empty"),
            Self::Length { found } => text!(
                "有 {found} 位，应为 18 位",
                "it has {found} characters where 18 are expected"
            ),
            Self::Obsolete => text!(
                "这是 15 位的一代身份证号码，已停用，请填写 18 位号码",
                "this is a 15-digit number of the first generation, no longer in use; give the 18-character number"
            ),
            Self::Character { position } => text!(
                "第 {position} 位不是此处允许的字符",
                "the character at position {position} is not allowed there"
            ),
            Self::BirthDate => text!(
                "第 7 至 14 位不是有效的出生日期（年月日）",
                "positions 7 to 14 are not a real date of birth (YYYYMMDD)"
            ),
            Self::BornInFuture => text!(
                "第 7 至 14 位的出生日期晚于今天",
                "the date of birth at positions 7 to 14 lies in the future"
            ),
            Self::CheckCharacter => text!(
                "第 18 位校验码与前 17 位不符，请逐位核对",
                "the check character at position 18 does not fit the 17 before it; compare each with the certificate"
            ),
            Self::Certificate => text!(
                "证件号码应为 8 至 20 位字母或数字",
                "a certificate number has 8 to 20 letters and digits"
            ),
            Self::Mobile => text!(
                "手机号码应为 11 位数字，以 1 开头，第二位为 3 至 9",
                "a mobile number has 11 digits: 1, then 3 to 9, then 9 more"
            ),
        }
    }
}
