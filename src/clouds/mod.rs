//! The clouds that one files through: their keys, their signatures, and what their interfaces say.

pub mod alibaba;
pub mod catalogue;
pub mod client;
pub mod credentials;
pub mod sign;
pub mod tencent;

use crate::filing::named::named;

named! {
    /// A cloud whose interface can be asked, by the provider's name in profiles and flags.
    pub enum Cloud {
        /// 腾讯云.
        Tencent = "tencent", "腾讯云", "Tencent Cloud",
        /// 阿里云.
        Alibaba = "alibaba", "阿里云", "Alibaba Cloud",
    }
}
