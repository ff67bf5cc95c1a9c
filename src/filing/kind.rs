//! The six kinds of order, and the ways a cancellation can take.

use super::named::named;

named! {
    /// What an order applies for.
    pub enum Kind {
        /// 首次备案 and 新增互联网信息服务: the first filing, or services added to a filed subject.
        New = "new", "新增备案", "new filing" | "首次备案" | "新增互联网信息服务" | "新增网站" | "新增APP" | "新增小程序",
        /// 接入备案: one more provider for a filed service.
        Access = "access", "接入备案", "add access" | "新增接入",
        /// 变更备案: edits to filed data.
        Change = "change", "变更备案", "change" | "变更主体" | "变更互联网信息服务" | "变更网站",
        /// 注销互联网信息服务, of any service kind.
        CancelSite = "cancel-site", "注销互联网信息服务", "cancel service" | "cancel-service" | "注销网站" | "注销APP" | "注销小程序" | "注销服务",
        /// 注销主体: the subject and every service under it.
        CancelSubject = "cancel-subject", "注销主体", "cancel subject",
        /// 取消接入: the link to one provider.
        CancelAccess = "cancel-access", "取消接入", "cancel access" | "注销接入",
    }
}

impl Kind {
    /// Whether this is a cancellation; the others file something.
    pub const fn is_cancellation(self) -> bool {
        match self {
            Self::CancelSite | Self::CancelSubject | Self::CancelAccess => true,
            Self::New | Self::Access | Self::Change => false,
        }
    }

    /// Whether its approval ends what is filed, and not only an access to it.
    pub const fn ends_filing(self) -> bool {
        match self {
            Self::CancelSite | Self::CancelSubject => true,
            Self::New | Self::Access | Self::Change | Self::CancelAccess => false,
        }
    }
}

named! {
    /// Through whom an order reaches the bureau.
    pub enum Via {
        /// Through the access provider.
        Provider = "provider", "通过接入商", "through the provider",
        /// 书面申请: on paper to the bureau, where no provider holds an access.
        Written = "written", "书面申请", "written application",
    }
}

named! {
    /// How a cancellation through a provider is proved to come from the filer.
    pub enum VerifyBy {
        /// The ministry's SMS to the responsible person.
        Sms = "sms", "短信核验", "SMS" | "短信" | "短信验证",
        /// A code by e-mail; no SMS (Tencent only, S0).
        Email = "email", "邮箱验证", "e-mail" | "邮箱" | "邮件" | "邮箱核验",
        /// Papers to the provider's staff, for a dead phone; no SMS (S1 item 9).
        Papers = "papers", "材料核验", "papers" | "材料" | "纸质材料",
    }
}
