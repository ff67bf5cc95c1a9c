//! The statuses of an order, and the buckets that scripts test.

use super::named::named;
use crate::lang::Text;
use crate::text;

named! {
    /// Where an order stands; `src/data/providers.toml` has each provider's own words.
    pub enum Status {
        /// 待提交: being filled in; no console and no bureau knows of it.
        Draft = "draft", "待提交", "draft",
        /// 初审中: the provider looks at it.
        ProviderReview = "provider-review", "初审中", "provider review",
        /// 初审驳回: the provider sent it back.
        ProviderRejected = "provider-rejected", "初审驳回", "rejected by the provider",
        /// 待提交管局: accepted, queued at the provider.
        AwaitingBureauSubmission = "awaiting-bureau-submission", "待提交管局", "awaiting submission to the bureau",
        /// 短信核验中: the 24 hours in which every phone must answer.
        SmsVerificationPending = "sms-verification-pending", "短信核验中", "SMS verification pending",
        /// 短信核验超时退回: a filing order whose SMS went unanswered.
        SmsVerificationExpired = "sms-verification-expired", "短信核验超时退回", "SMS verification expired",
        /// 等待管局审核: the bureau looks at it.
        AwaitingBureauReview = "awaiting-bureau-review", "等待管局审核", "awaiting bureau review",
        /// 管局驳回: the bureau sent it back.
        BureauRejected = "bureau-rejected", "管局驳回", "rejected by the bureau",
        /// 已通过: what was asked for is filed.
        Approved = "approved", "已通过", "approved",
        /// 已放弃: discarded by the filer; filed data are untouched.
        Abandoned = "abandoned", "已放弃", "abandoned",
        /// 注销申请已自动退回: a cancellation whose SMS went unanswered; the filing stays valid.
        Lapsed = "lapsed", "注销申请已自动退回", "lapsed",
        /// 超期已清理: the provider's console deleted the idle order.
        Purged = "purged", "超期已清理", "purged",
    }
}

named! {
    /// What a status asks of the operator; closed for ever.
    pub enum Bucket {
        /// Somebody on the filer's side must do something.
        Action = "action", "需要处理", "action",
        /// The provider or the bureau is at work.
        Waiting = "waiting", "等待中", "waiting",
        /// Ended as asked for.
        Approved = "approved", "已通过", "approved",
        /// Ended otherwise.
        Closed = "closed", "已关闭", "closed",
    }
}

impl Status {
    /// Returns the bucket that scripts test.
    pub const fn bucket(self) -> Bucket {
        match self {
            Self::Draft
            | Self::ProviderRejected
            | Self::SmsVerificationPending
            | Self::SmsVerificationExpired
            | Self::BureauRejected => Bucket::Action,
            Self::ProviderReview | Self::AwaitingBureauSubmission | Self::AwaitingBureauReview => {
                Bucket::Waiting
            }
            Self::Approved => Bucket::Approved,
            Self::Abandoned | Self::Lapsed | Self::Purged => Bucket::Closed,
        }
    }

    /// Whether the order is over: nothing leads out of this status.
    pub const fn has_ended(self) -> bool {
        match self.bucket() {
            Bucket::Approved | Bucket::Closed => true,
            Bucket::Action | Bucket::Waiting => false,
        }
    }

    /// Whether the order is submitted and not ended: it holds its subject and its account.
    pub const fn is_live(self) -> bool {
        match self {
            Self::Draft => false,
            Self::ProviderReview
            | Self::ProviderRejected
            | Self::AwaitingBureauSubmission
            | Self::SmsVerificationPending
            | Self::SmsVerificationExpired
            | Self::AwaitingBureauReview
            | Self::BureauRejected => true,
            Self::Approved | Self::Abandoned | Self::Lapsed | Self::Purged => false,
        }
    }

    /// Whether the order stands against the operator: what `--exit-status` reports as 9.
    pub const fn is_against(self) -> bool {
        match self {
            Self::ProviderRejected
            | Self::BureauRejected
            | Self::SmsVerificationExpired
            | Self::Abandoned
            | Self::Lapsed
            | Self::Purged => true,
            Self::Draft
            | Self::ProviderReview
            | Self::AwaitingBureauSubmission
            | Self::SmsVerificationPending
            | Self::AwaitingBureauReview
            | Self::Approved => false,
        }
    }

    /// Whether the order lies with the filer, open to edits.
    pub const fn is_editable(self) -> bool {
        match self {
            Self::Draft
            | Self::ProviderRejected
            | Self::BureauRejected
            | Self::SmsVerificationExpired => true,
            Self::ProviderReview
            | Self::AwaitingBureauSubmission
            | Self::SmsVerificationPending
            | Self::AwaitingBureauReview
            | Self::Approved
            | Self::Abandoned
            | Self::Lapsed
            | Self::Purged => false,
        }
    }

    /// Whether a provider's console deletes an order that idles here (ORD-10).
    pub const fn idles_at_provider(self) -> bool {
        match self {
            Self::ProviderReview
            | Self::ProviderRejected
            | Self::AwaitingBureauSubmission
            | Self::SmsVerificationExpired
            | Self::BureauRejected => true,
            Self::Draft
            | Self::SmsVerificationPending
            | Self::AwaitingBureauReview
            | Self::Approved
            | Self::Abandoned
            | Self::Lapsed
            | Self::Purged => false,
        }
    }

    /// Returns who has to move next.
    pub fn whose_move(self) -> Option<Text> {
        match self {
            Self::Draft
            | Self::ProviderRejected
            | Self::SmsVerificationExpired
            | Self::BureauRejected => Some(text!("备案人", "the filer")),
            Self::ProviderReview | Self::AwaitingBureauSubmission => {
                Some(text!("接入商", "the provider"))
            }
            Self::SmsVerificationPending => {
                Some(text!("须核验的负责人", "the persons who must answer"))
            }
            Self::AwaitingBureauReview => Some(text!("管局", "the bureau")),
            Self::Approved | Self::Abandoned | Self::Lapsed | Self::Purged => None,
        }
    }
}
