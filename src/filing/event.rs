//! What can happen to an order: the operator's commands and the outside's reports.

use super::named::{Named as _, named};
use crate::lang::{Text, listed, nearest, parser};
use crate::text;

named! {
    /// What the operator does to an order.
    pub enum Command {
        /// It has been sent.
        Submit = "submit", "提交", "submit",
        /// 撤销备案: pulled back to be edited.
        Withdraw = "withdraw", "撤回", "withdraw",
        /// 放弃备案: discarded.
        Abandon = "abandon", "放弃", "abandon",
        /// Its data are corrected.
        Edit = "edit", "修改", "edit",
    }
}

named! {
    /// What the provider, the ministry or the bureau says of an order.
    pub enum Report {
        /// 真实性核验: a responsible person passed the face or video check.
        FaceVerified = "face-verified", "真实性核验完成", "authenticity check passed",
        /// The provider's review passed.
        Accepted = "accepted", "初审通过", "accepted by the provider",
        /// The provider, or the ministry's domain check, sent it back.
        Rejected = "rejected", "初审驳回", "rejected by the provider",
        /// The provider handed it to the bureau.
        Forwarded = "forwarded", "已提交管局", "forwarded to the bureau",
        /// The verification SMS went out.
        SmsSent = "sms-sent", "核验短信已发送", "SMS sent",
        /// A person answered the SMS.
        SmsVerified = "sms-verified", "短信核验完成", "SMS verified",
        /// The SMS went unanswered.
        SmsExpired = "sms-expired", "短信核验超时", "SMS expired",
        /// The bureau approved.
        BureauApproved = "bureau-approved", "管局通过", "approved by the bureau",
        /// The bureau rejected.
        BureauRejected = "bureau-rejected", "管局驳回", "rejected by the bureau",
        /// The provider's console deleted the idle order.
        Purged = "purged", "超期清理", "purged by the provider",
    }
}

named! {
    /// Who brought an event about.
    pub enum By {
        /// The person at the keyboard.
        Operator = "operator",
        /// The access provider.
        Provider = "provider",
        /// The bureau, or the ministry's SMS system.
        Bureau = "bureau",
        /// A driver that asked the provider.
        Driver = "driver",
    }
}

impl Report {
    /// Lists the reports for a reader.
    pub fn listed() -> Text {
        let reports = Self::ALL.iter();
        listed(reports.map(|report| (report.name(), report.words().iter().copied())))
    }

    /// Returns what to type in the place of a word that means none.
    pub fn nearest(word: &str) -> Option<&'static str> {
        let reports = Self::ALL.iter();
        let words =
            reports.flat_map(|report| report.words().iter().copied().chain([report.name()]));
        let near = nearest(word, words)?;
        let report = Self::from_word(near).filter(|_| near.is_ascii());
        Some(report.map_or(near, Self::name))
    }

    /// Returns who brings this about.
    pub const fn by(self) -> By {
        match self {
            Self::FaceVerified
            | Self::Accepted
            | Self::Rejected
            | Self::Forwarded
            | Self::Purged => By::Provider,
            Self::SmsSent
            | Self::SmsVerified
            | Self::SmsExpired
            | Self::BureauApproved
            | Self::BureauRejected => By::Bureau,
        }
    }

    /// Whether the report can name persons.
    pub const fn names_persons(self) -> bool {
        match self {
            Self::FaceVerified | Self::SmsVerified => true,
            Self::Accepted
            | Self::Rejected
            | Self::Forwarded
            | Self::SmsSent
            | Self::SmsExpired
            | Self::BureauApproved
            | Self::BureauRejected
            | Self::Purged => false,
        }
    }

    /// Whether it tells what the clock alone brings about.
    pub const fn is_by_clock(self) -> bool {
        match self {
            Self::SmsExpired | Self::Purged => true,
            Self::FaceVerified
            | Self::Accepted
            | Self::Rejected
            | Self::Forwarded
            | Self::SmsSent
            | Self::SmsVerified
            | Self::BureauApproved
            | Self::BureauRejected => false,
        }
    }
}

/// An entry of an order's history: a step, or a change beside the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The order was drafted: the first entry of every history.
    Create,
    /// The operator moved it.
    Command(Command),
    /// The outside moved it, or tried to.
    Report(Report),
    /// A file was attached.
    Attach,
    /// Labels were put on or taken off.
    Label,
    /// A note was written.
    Note,
    /// An earlier operation was reversed.
    Undo,
}

impl Event {
    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Command(command) => command.name(),
            Self::Report(report) => report.name(),
            Self::Attach => "attach",
            Self::Label => "label",
            Self::Note => "note",
            Self::Undo => "undo",
        }
    }

    /// Returns the label that people read.
    pub const fn label(self) -> Text {
        match self {
            Self::Create => Text::fixed("起草", "drafted"),
            Self::Command(command) => command.label(),
            Self::Report(report) => report.label(),
            Self::Attach => Text::fixed("添加附件", "attachment added"),
            Self::Label => Text::fixed("标签", "labels"),
            Self::Note => Text::fixed("备注", "note"),
            Self::Undo => Text::fixed("撤消操作", "undone"),
        }
    }

    /// Returns the event of a wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "create" => Some(Self::Create),
            "attach" => Some(Self::Attach),
            "label" => Some(Self::Label),
            "note" => Some(Self::Note),
            "undo" => Some(Self::Undo),
            other => Command::from_name(other)
                .map(Self::Command)
                .or_else(|| Report::from_name(other).map(Self::Report)),
        }
    }
}

impl serde::Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        Self::from_name(&name)
            .ok_or_else(|| parser::told(text!("没有事件 `{name}`", "unknown event `{name}`")))
    }
}
