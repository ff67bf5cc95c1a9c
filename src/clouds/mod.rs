//! The clouds that one files through: their keys, their signatures, and what their interfaces say.

pub mod alibaba;
pub mod catalogue;
pub mod client;
pub mod credentials;
pub mod secret;
pub mod sign;
pub mod tencent;

use crate::lang::Text;
use serde::{Deserialize, Serialize};

/// A cloud whose interface can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// 腾讯云.
    Tencent,
    /// 阿里云.
    Alibaba,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: &'static [Self] = &[Self::Tencent, Self::Alibaba];

    /// Returns the name, which is the provider's in profiles and flags.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tencent => "tencent",
            Self::Alibaba => "alibaba",
        }
    }

    /// Returns the name that people read.
    pub const fn label(self) -> Text {
        match self {
            Self::Tencent => Text::fixed("腾讯云", "Tencent Cloud"),
            Self::Alibaba => Text::fixed("阿里云", "Alibaba Cloud"),
        }
    }

    /// Returns the cloud of a provider's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cloud| cloud.name() == name)
    }
}
