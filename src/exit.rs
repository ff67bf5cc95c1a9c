//! The exit codes, in one table.

use crate::lang::Text;

/// How a command ended, as the shell sees it; scripts depend on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done; the condition is met; nothing to do; an empty list.
    Ok,
    /// Anything unclassified: the disk, a bug caught.
    Failure,
    /// Bad flags; consent or a choice was needed but input is off.
    Usage,
    /// A file, row, dossier, plan or config does not validate; nothing was changed.
    Invalid,
    /// No such order or filing, or an ambiguous one.
    NotFound,
    /// The state machine or a precondition says no.
    Refused,
    /// Locked, revision moved, ref reused for something else, adoption contradicts the portfolio.
    Conflict,
    /// A batch finished and at least one row failed.
    Partial,
    /// `--exit-status`, or `wait` at its time limit.
    Pending,
    /// Ended or stopped against the operator.
    Negative,
    /// The other side is unreachable or rate limited.
    Unavailable,
    /// Credentials are missing or refused.
    Denied,
    /// The operator answered no.
    Declined,
    /// Interrupted, after finishing the record in hand.
    Interrupted,
    /// Terminated, after finishing the record in hand.
    Terminated,
}

impl Exit {
    /// Every exit, by rising code.
    pub const ALL: &'static [Self] = &[
        Self::Ok,
        Self::Failure,
        Self::Usage,
        Self::Invalid,
        Self::NotFound,
        Self::Refused,
        Self::Conflict,
        Self::Partial,
        Self::Pending,
        Self::Negative,
        Self::Unavailable,
        Self::Denied,
        Self::Declined,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Returns the code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::NotFound => 4,
            Self::Refused => 5,
            Self::Conflict => 6,
            Self::Partial => 7,
            Self::Pending => 8,
            Self::Negative => 9,
            Self::Unavailable => 11,
            Self::Denied => 12,
            Self::Declined => 13,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Returns the name: the first part of every error code.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::Invalid => "invalid",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Partial => "partial",
            Self::Pending => "pending",
            Self::Negative => "negative",
            Self::Unavailable => "unavailable",
            Self::Denied => "denied",
            Self::Declined => "declined",
            Self::Interrupted | Self::Terminated => "signalled",
        }
    }

    /// Returns what it means, in a line.
    pub const fn meaning(self) -> Text {
        match self {
            Self::Ok => Text::fixed(
                "完成、条件满足、无事可做或列表为空",
                "done; the condition is met; nothing to do; an empty list",
            ),
            Self::Failure => Text::fixed(
                "未归类的失败：磁盘、程序缺陷等；结果不明的写入会说明",
                "anything unclassified: disk, bug caught; a write whose outcome is unknown says so",
            ),
            Self::Usage => Text::fixed(
                "参数错误，或需要确认、选择却不能输入",
                "bad flags; consent or a choice was needed but input is off",
            ),
            Self::Invalid => Text::fixed(
                "文件、行、资料、计划或配置无效；什么都没有改动",
                "a file, row, dossier, plan or config does not validate; nothing was changed",
            ),
            Self::NotFound => Text::fixed(
                "没有这个订单或备案，或者不唯一",
                "no such order or filing, or an ambiguous one",
            ),
            Self::Refused => Text::fixed(
                "状态机或前提条件不允许",
                "the state machine or a precondition says no",
            ),
            Self::Conflict => Text::fixed(
                "被锁定、版本已变、计划已过期、ref 另有所用，或与备案现状矛盾",
                "locked, revision moved, plan stale, ref reused for something else, adoption contradicts the portfolio",
            ),
            Self::Partial => Text::fixed(
                "批量完成，但至少一行失败",
                "a batch finished and at least one row failed",
            ),
            Self::Pending => Text::fixed(
                "尚未有结果（--exit-status，或 wait 到时）",
                "not settled yet (--exit-status, or wait at its time limit)",
            ),
            Self::Negative => Text::fixed(
                "结果不利：被驳回、超时、放弃、退回或清理",
                "ended or stopped against you: rejected, expired, abandoned, lapsed or purged",
            ),
            Self::Unavailable => Text::fixed(
                "对方不可达或限流，可稍后重试",
                "the other side is unreachable or rate limited: retry",
            ),
            Self::Denied => Text::fixed("凭据缺失或被拒绝", "credentials are missing or refused"),
            Self::Declined => Text::fixed("操作人回答了“否”", "the operator answered no"),
            Self::Interrupted => Text::fixed(
                "收到 SIGINT，已处理完手头的一条",
                "interrupted, after finishing the record in hand",
            ),
            Self::Terminated => Text::fixed(
                "收到 SIGTERM，已处理完手头的一条",
                "terminated, after finishing the record in hand",
            ),
        }
    }
}
