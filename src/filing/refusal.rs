//! Why the state machine says no.

use super::event::{Command, Event, Report};
use super::instant::Instant;
use super::status::Status;
use crate::lang::Text;
use crate::text;

/// A step that the present status does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The order is over.
    Ended {
        /// How it ended.
        status: Status,
    },
    /// The order lies with the ministry or the bureau, where nothing can be changed (ORD-08).
    AtBureau {
        /// Where it stands.
        status: Status,
        /// What was asked.
        command: Command,
        /// Whether it comes back where the SMS goes unanswered.
        comes_back: bool,
    },
    /// A cancellation that has been sent cannot be taken back (CAN-05).
    CancellationSent {
        /// Where it stands.
        status: Status,
        /// Whether leaving the SMS unanswered makes it lapse.
        lapses: bool,
    },
    /// A cancellation still at the provider can be abandoned, not withdrawn (CAN-05, CAN-06).
    CancellationNotWithdrawn {
        /// Where it stands.
        status: Status,
    },
    /// The provider's console does not offer it.
    Profile {
        /// Where it stands.
        status: Status,
        /// What was asked.
        command: Command,
        /// The provider.
        provider: Text,
    },
    /// A report about a draft that nobody has sent.
    NotSubmitted {
        /// What was reported.
        report: Report,
    },
    /// The order has no SMS on its way.
    NoSms {
        /// What was reported.
        report: Report,
        /// The rule that says so.
        rule: Option<&'static str>,
    },
    /// The answer came after the window (SMS-01).
    WindowClosed {
        /// When the window closed; at that instant it was too late.
        deadline: Instant,
    },
    /// Anything else that does not follow from this status.
    NotNow {
        /// Where it stands.
        status: Status,
        /// What was tried.
        event: Event,
    },
}

impl Refusal {
    /// Returns the stable code of the JSON error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "refused.ended",
            Self::AtBureau { status, .. } | Self::CancellationSent { status, .. } => {
                if matches!(status, Status::SmsVerificationPending) {
                    "refused.sms-verification-pending"
                } else {
                    "refused.bureau-review"
                }
            }
            Self::CancellationNotWithdrawn { .. } => "refused.cancellation-sent",
            Self::Profile { .. } => "refused.provider",
            Self::NotSubmitted { .. } => "refused.not-submitted",
            Self::NoSms { .. } => "refused.no-sms",
            Self::WindowClosed { .. } => "refused.sms-window-closed",
            Self::NotNow { .. } => "refused.status",
        }
    }

    /// Returns the id of the rule behind it.
    pub const fn rule(&self) -> Option<&'static str> {
        match self {
            Self::AtBureau { .. } => Some("ORD-08"),
            Self::CancellationSent { .. } | Self::CancellationNotWithdrawn { .. } => Some("CAN-05"),
            Self::NoSms { rule, .. } => *rule,
            Self::WindowClosed { .. } => Some("SMS-01"),
            Self::Ended { .. }
            | Self::Profile { .. }
            | Self::NotSubmitted { .. }
            | Self::NotNow { .. } => None,
        }
    }

    /// Returns what was wrong.
    pub fn message(&self) -> Text {
        match self {
            Self::Ended { status } => {
                text!(
                    "订单已结束（{label}），不能再操作",
                    "the order has ended ({label}); nothing leads out of it",
                    label = status.label()
                )
            }
            Self::AtBureau {
                status, command, ..
            } => {
                text!(
                    "订单处于“{status}”，已在管局侧，不能{command}",
                    "cannot {command} an order that is at the bureau ({status})",
                    status = status.label(),
                    command = command.label()
                )
            }
            Self::CancellationSent { lapses: true, .. } => text!(
                "注销申请已经提交，不能撤回也不能放弃",
                "a cancellation that has been submitted can be neither withdrawn nor abandoned"
            ),
            Self::CancellationSent { lapses: false, .. } => text!(
                "注销申请已提交管局，不能撤回也不能放弃",
                "a cancellation that is at the bureau can be neither withdrawn nor abandoned"
            ),
            Self::CancellationNotWithdrawn { .. } => text!(
                "注销申请提交后不能撤回修改",
                "a submitted cancellation cannot be withdrawn"
            ),
            Self::Profile {
                status,
                command,
                provider,
            } => {
                text!(
                    "{provider}不支持在“{status}”时{command}订单",
                    "{provider} does not let you {command} an order in {status}",
                    provider,
                    status = status.label(),
                    command = command.label()
                )
            }
            Self::NotSubmitted { report } => {
                let (name, zh) = (report.name(), report.label().zh);
                text!(
                    "订单还是草稿，尚未提交，不能记录“{zh}”（{name}）",
                    "the order is a draft that has not been submitted: {name} cannot have happened"
                )
            }
            Self::NoSms { report, .. } => {
                let (name, zh) = (report.name(), report.label().zh);
                text!(
                    "此订单不需要短信核验，不能记录“{zh}”（{name}）",
                    "this order has no SMS verification: {name} cannot have happened"
                )
            }
            Self::WindowClosed { deadline } => {
                let at = deadline.to_second();
                text!(
                    "短信核验窗口已于 {at} 关闭，到点即视为超时",
                    "the SMS window closed at {at} (China Standard Time); an answer at that instant is too late"
                )
            }
            Self::NotNow { status, event } => {
                let (label, name) = (status.label(), event.name());
                let step = event.label().zh;
                text!(
                    "订单处于“{label}”，不能执行或记录“{step}”（{name}）",
                    "the order is in \"{label}\": {name} can be neither done nor recorded now",
                    label
                )
            }
        }
    }

    /// Returns the way out, where there is one.
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::CancellationSent { lapses: true, .. } => Some(text!(
                "唯一的办法是不完成短信核验：24 小时后申请自动退回，备案保持有效",
                "the only way back is to leave the SMS unanswered: after 24 hours the cancellation lapses and the filing stays valid"
            )),
            Self::CancellationSent { lapses: false, .. } => Some(text!(
                "只能等待管局的审核结果，用 record bureau-approved 或 bureau-rejected 记录",
                "wait for the bureau's answer and record it: bureau-approved or bureau-rejected"
            )),
            Self::AtBureau {
                comes_back: true, ..
            } => Some(text!(
                "等待结果；被驳回或超时退回后可以修改、重新提交或放弃",
                "wait for the result; once rejected or returned it can be edited, submitted again or abandoned"
            )),
            Self::AtBureau {
                comes_back: false, ..
            } => Some(text!(
                "等待结果；被管局驳回后可以修改、重新提交或放弃",
                "wait for the result; once the bureau has rejected it, it can be edited, submitted again or abandoned"
            )),
            Self::CancellationNotWithdrawn { .. } => Some(text!(
                "尚未提交管局，可以改用 icpctl abandon 放弃",
                "it has not reached the bureau yet: use icpctl abandon instead"
            )),
            Self::NotSubmitted { .. } => Some(text!(
                "如果已经提交，先用 icpctl submit ORDER --at 时间 补记提交",
                "if it has been sent, record that first: icpctl submit ORDER --at TIME"
            )),
            Self::WindowClosed { .. } => Some(text!(
                "如果核验是在窗口内完成的，用 --at 写明当时的时间；否则记录 sms-expired",
                "if the answer was given inside the window, say when with --at; else record sms-expired"
            )),
            Self::Ended { .. }
            | Self::Profile { .. }
            | Self::NoSms { .. }
            | Self::NotNow { .. } => None,
        }
    }
}
