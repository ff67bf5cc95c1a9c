//! What stands in the way of drafting or sending an order, in words.

use super::host::Host;
use super::kind::{Kind, VerifyBy};
use super::number::{ServiceNumber, SubjectNumber};
use super::order::OrderId;
use super::spoken::{spoken, spoken_list};
use super::status::Status;
use crate::lang::{Text, commas};
use crate::text;

/// How an order stands that must be approved before another is sent, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// It may still be approved.
    Pending,
    /// It ended so, unapproved.
    Ended(Status),
    /// It is not there, or cannot be read.
    Absent,
}

/// Why an order may not be drafted or sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// The subject or service is not filed, or not any more.
    NotFiled {
        /// Its number.
        number: String,
    },
    /// The provider holds no access to the service (CAN-16).
    NotAccessedHere {
        /// The service, or the subject where none of its services is.
        number: String,
        /// The provider asked for.
        provider: String,
        /// Those that hold one.
        holders: Vec<String>,
        /// What was asked.
        kind: Kind,
    },
    /// The provider holds an access, but under other accounts than the one asked for.
    OtherAccount {
        /// The service.
        number: ServiceNumber,
        /// The provider.
        provider: String,
        /// The account asked for.
        account: String,
        /// Those that hold one.
        holders: Vec<String>,
    },
    /// The provider holds the access already (ORD-04).
    AccessedAlready {
        /// The service.
        number: ServiceNumber,
        /// The provider.
        provider: String,
    },
    /// No provider holds an access, so none can act for it (CAN-04, CAN-16).
    EmptyShell {
        /// The service or subject.
        number: String,
        /// What was asked.
        kind: Kind,
    },
    /// A written application is for what no provider holds (CAN-04).
    NotAnEmptyShell {
        /// The providers that hold an access.
        holders: Vec<String>,
    },
    /// The profile does not have this way of verifying.
    Path {
        /// The way asked for.
        verify_by: VerifyBy,
        /// The provider.
        provider: String,
        /// The ways it has.
        offered: Vec<VerifyBy>,
    },
    /// More services than one order of this kind may hold (CAN-10, SVC-07).
    OrderSize {
        /// How many were asked for.
        count: usize,
        /// How many fit.
        limit: usize,
        /// The provider.
        provider: String,
        /// The kind.
        kind: Kind,
    },
    /// The order's kind is not the one that what is filed calls for (ORD-04).
    WrongKind {
        /// The command that fits, with what it is about.
        instead: String,
        /// Why.
        because: Text,
    },
    /// A domain is filed by another subject (DOM-07).
    DomainElsewhere {
        /// The domain.
        domain: Host,
        /// The number it is filed under.
        number: ServiceNumber,
    },
    /// An empty-shell subject of this province cannot take services (PRV-03).
    ShellCannotAdd {
        /// The subject.
        number: SubjectNumber,
        /// Whether it will be one only by the order that this one waits for.
        behind: bool,
    },
    /// The field cannot be changed by an order (CHG-01).
    FieldFrozen {
        /// The field.
        field: String,
        /// The rule.
        rule: &'static str,
        /// The way out.
        instead: Text,
    },
    /// A live order holds the subject or the account (ORD-01, ORD-02).
    LiveOrder {
        /// That order.
        order: OrderId,
        /// Its kind.
        kind: Kind,
        /// Its status.
        status: Status,
        /// Whether it is the account that it holds, not the subject.
        account: bool,
    },
    /// A live order files one of the domains (ORD-12).
    DomainInFlight {
        /// The domain.
        domain: Host,
        /// That order.
        order: OrderId,
    },
    /// The order that must be approved first is not.
    After {
        /// That order.
        order: OrderId,
        /// How it stands.
        awaited: Awaited,
    },
    /// The order holds nothing that could be sent.
    Incomplete {
        /// What is missing.
        missing: Text,
    },
}

impl Obstacle {
    /// Returns the stable code of the JSON error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFiled { .. } => "refused.not-filed",
            Self::NotAccessedHere { .. } | Self::OtherAccount { .. } => "refused.not-accessed-here",
            Self::AccessedAlready { .. } | Self::WrongKind { .. } => "refused.order-kind",
            Self::EmptyShell { .. } => "refused.empty-shell",
            Self::NotAnEmptyShell { .. } => "refused.not-an-empty-shell",
            Self::Path { .. } => "refused.path",
            Self::OrderSize { .. } => "refused.order-size",
            Self::DomainElsewhere { .. } => "refused.domain-filed-elsewhere",
            Self::ShellCannotAdd { .. } => "refused.empty-shell-cannot-add",
            Self::FieldFrozen { .. } => "refused.field-frozen",
            Self::LiveOrder { .. } => "refused.live-order",
            Self::DomainInFlight { .. } => "refused.domain-in-flight",
            Self::After { .. } => "refused.after",
            Self::Incomplete { .. } => "refused.incomplete",
        }
    }

    /// Returns the id of the rule behind it.
    pub const fn rule(&self) -> Option<&'static str> {
        match self {
            Self::NotAccessedHere { .. }
            | Self::OtherAccount { .. }
            | Self::EmptyShell {
                kind: Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess,
                ..
            } => Some("CAN-16"),
            Self::AccessedAlready { .. } | Self::WrongKind { .. } => Some("ORD-04"),
            Self::EmptyShell {
                kind: Kind::CancelSite | Kind::CancelSubject,
                ..
            }
            | Self::NotAnEmptyShell { .. } => Some("CAN-04"),
            Self::Path { verify_by, .. } => match verify_by {
                VerifyBy::Email => Some("SMS-08"),
                VerifyBy::Papers => Some("CAN-11"),
                VerifyBy::Sms => Some("SMS-01"),
            },
            Self::OrderSize { kind, .. } => match kind {
                Kind::New => Some("SVC-07"),
                Kind::Access
                | Kind::Change
                | Kind::CancelSite
                | Kind::CancelSubject
                | Kind::CancelAccess => Some("CAN-10"),
            },
            Self::DomainElsewhere { .. } => Some("DOM-07"),
            Self::ShellCannotAdd { .. } => Some("PRV-03"),
            Self::FieldFrozen { rule, .. } => Some(rule),
            Self::LiveOrder { account: true, .. } => Some("ORD-01"),
            Self::LiveOrder { account: false, .. } => Some("ORD-02"),
            Self::DomainInFlight { .. } => Some("ORD-12"),
            Self::NotFiled { .. } => Some("NUM-05"),
            Self::After { .. } | Self::Incomplete { .. } => None,
        }
    }

    /// Returns the order that stands in the way, where it is one.
    pub const fn order(&self) -> Option<&OrderId> {
        match self {
            Self::LiveOrder { order, .. }
            | Self::DomainInFlight { order, .. }
            | Self::After { order, .. } => Some(order),
            Self::NotFiled { .. }
            | Self::NotAccessedHere { .. }
            | Self::OtherAccount { .. }
            | Self::AccessedAlready { .. }
            | Self::WrongKind { .. }
            | Self::EmptyShell { .. }
            | Self::NotAnEmptyShell { .. }
            | Self::Path { .. }
            | Self::OrderSize { .. }
            | Self::DomainElsewhere { .. }
            | Self::ShellCannotAdd { .. }
            | Self::FieldFrozen { .. }
            | Self::Incomplete { .. } => None,
        }
    }

    /// Returns what was wrong.
    pub fn message(&self) -> Text {
        match self {
            Self::NotFiled { number } => {
                text!("{number} 不在备案中", "{number} is not filed")
            }
            Self::NotAccessedHere {
                number, provider, ..
            } => text!(
                "{number} 没有接入{provider}，不能通过它办理",
                "{provider} holds no access to {number} and cannot act for it",
                provider = spoken(provider)
            ),
            Self::OtherAccount {
                number,
                provider,
                account,
                ..
            } => text!(
                "{number} 在{provider}的接入不属于账号 {account}",
                "the account {account} holds no access to {number} at {provider}",
                provider = spoken(provider)
            ),
            Self::AccessedAlready { number, provider } => text!(
                "{number} 已接入{provider}，不需要再办接入备案",
                "{provider} holds an access to {number} already",
                provider = spoken(provider)
            ),
            Self::EmptyShell { number, .. } => text!(
                "{number} 没有任何接入商，接入商无法代为办理",
                "no provider holds an access to {number}, so none can act for it"
            ),
            Self::NotAnEmptyShell { holders } => {
                text!(
                    "仍有接入商（{list}），不适用书面申请",
                    "a provider still holds an access ({list}): a written application does not apply",
                    list = spoken_list(holders.iter().map(String::as_str))
                )
            }
            Self::Path {
                verify_by,
                provider,
                ..
            } => {
                text!(
                    "{provider}不支持以“{label}”方式注销",
                    "{provider} has no cancellation verified by {label}",
                    provider = spoken(provider),
                    label = verify_by.label()
                )
            }
            Self::OrderSize {
                count,
                limit,
                provider,
                ..
            } => too_many(*count, *limit, provider),
            Self::WrongKind { because, .. } => because.clone(),
            Self::DomainElsewhere { domain, number } => text!(
                "域名 {domain} 已在其他主体名下备案（{number}）",
                "the domain {domain} is filed by another subject ({number})"
            ),
            Self::ShellCannotAdd {
                number,
                behind: true,
            } => text!(
                "等待的订单会使 {number} 成为空壳主体，该省不能向它新增服务",
                "the order it waits for leaves {number} an empty shell, and its province lets none add services"
            ),
            Self::ShellCannotAdd {
                number,
                behind: false,
            } => text!(
                "{number} 是空壳主体，该省不能直接新增服务",
                "{number} is an empty shell, and its province lets none add services"
            ),
            Self::FieldFrozen { field, instead, .. } => {
                text!(
                    "字段 {field} 不能这样变更：{instead}",
                    "{field} cannot be changed like this: {instead}",
                    instead
                )
            }
            Self::LiveOrder {
                order,
                kind,
                status,
                account,
            } => held_by(order, *kind, *status, *account),
            Self::DomainInFlight { domain, order } => text!(
                "域名 {domain} 正在订单 {order} 中备案",
                "the domain {domain} is being filed by the live order {order}"
            ),
            Self::After { order, awaited } => waits_for(order, *awaited),
            Self::Incomplete { missing } => {
                text!(
                    "订单不完整：{missing}",
                    "the order is incomplete: {missing}",
                    missing
                )
            }
        }
    }

    /// Returns the way out.
    pub fn hint(&self) -> Text {
        match self {
            Self::NotFiled { .. } => text!(
                "用 icpctl portfolio 核对备案号；已注销的不会恢复，需要时重新备案：icpctl new --from FILE",
                "compare the number with icpctl portfolio; a cancelled one never returns: file anew with icpctl new --from FILE"
            ),
            Self::NotAccessedHere { holders, kind, .. } => another_provider(holders, *kind),
            Self::OtherAccount { holders, .. } => {
                let list = Text::list(holders);
                text!(
                    "它在那里的账号是：{list}；用 --account 指定其中之一，已起草的订单用 icpctl edit ORDER --set account=…",
                    "its accounts there are: {list}; name one of them with --account, of an order that is drafted already with icpctl edit ORDER --set account=…",
                    list
                )
            }
            Self::AccessedAlready { .. } => text!(
                "在该接入商处只能变更、注销或取消接入",
                "at that provider it can only be changed, cancelled, or its access cancelled"
            ),
            Self::EmptyShell { number, kind } => match kind {
                Kind::CancelSite | Kind::CancelSubject => text!(
                    "用 --written 起草书面申请，向当地管局提交",
                    "draft a written application to the bureau with --written"
                ),
                Kind::New | Kind::Access | Kind::Change if ServiceNumber::parse(number).is_ok() => {
                    text!(
                        "先办理接入备案，再变更：icpctl access {number} --provider P",
                        "add an access first, then change it: icpctl access {number} --provider P"
                    )
                }
                Kind::New | Kind::Access | Kind::Change => text!(
                    "先为名下的服务办理接入备案，再变更：icpctl access SERVICE --provider P；没有服务的先备案一个：icpctl new --from FILE",
                    "add an access to one of its services first, then change it: icpctl access SERVICE --provider P; where it has none, file one: icpctl new --from FILE"
                ),
                Kind::CancelAccess => text!(
                    "没有接入可以取消，核对：icpctl portfolio {number}",
                    "there is no access to cancel; compare with icpctl portfolio {number}"
                ),
            },
            Self::NotAnEmptyShell { .. } => text!(
                "去掉 --written，通过接入商注销",
                "leave --written out and cancel through the provider"
            ),
            Self::Path { offered, .. } => {
                let list = commas(offered.iter().map(|v| v.name()));
                text!("可用的方式：{list}", "the ways it has: {list}")
            }
            Self::OrderSize { .. } => text!("请拆分成多个订单", "split it into several orders"),
            Self::WrongKind { instead, .. } => {
                text!("请改用 icpctl {instead}", "use icpctl {instead}")
            }
            Self::DomainElsewhere { .. } => text!(
                "先由原主体注销该备案（注销订单在本库的，用 --after 排在它之后）；联系不上时向当地管局书面申请",
                "have the other subject cancel it first (where its cancellation is an order here, queue behind that with --after); where it can't be reached, apply to its bureau in writing"
            ),
            Self::ShellCannotAdd {
                number,
                behind: true,
            } => text!(
                "改为注销主体（icpctl cancel-subject {number}），排在它之后做首次备案",
                "cancel the subject instead (icpctl cancel-subject {number}), and file anew behind that"
            ),
            Self::ShellCannotAdd {
                number,
                behind: false,
            } => text!(
                "先向管局书面申请注销主体（icpctl cancel-subject {number} --written），再做首次备案",
                "cancel the subject in writing first (icpctl cancel-subject {number} --written), then file anew"
            ),
            Self::FieldFrozen { rule, .. } => {
                text!("详见 icpctl explain {rule}", "see icpctl explain {rule}")
            }
            Self::LiveOrder { order, .. } | Self::DomainInFlight { order, .. } => text!(
                "等它结束后再提交：icpctl show {order}；起草时可用 --after {order} 排队",
                "wait until it ends: icpctl show {order}; an order can queue with --after {order} when it is drafted"
            ),
            Self::After { order, awaited } => while_waiting(order, *awaited),
            Self::Incomplete { .. } => text!(
                "补齐：icpctl edit ORDER --set FIELD=V，或 icpctl edit ORDER --from FILE",
                "complete it: icpctl edit ORDER --set FIELD=V, or icpctl edit ORDER --from FILE"
            ),
        }
    }
}

/// Returns the way out of waiting for an order.
fn while_waiting(order: &OrderId, awaited: Awaited) -> Text {
    match awaited {
        Awaited::Pending => text!(
            "查看进度：icpctl show {order}",
            "see how it stands: icpctl show {order}"
        ),
        Awaited::Ended(_) => text!(
            "不再等待它：icpctl edit ORDER --unset after",
            "stop waiting for it: icpctl edit ORDER --unset after"
        ),
        Awaited::Absent => text!(
            "看看备案库缺了什么：icpctl doctor；不再等待它：icpctl edit ORDER --unset after",
            "see what the store lacks with icpctl doctor; stop waiting for it: icpctl edit ORDER --unset after"
        ),
    }
}

/// Says that an order holds more services than its provider takes.
fn too_many(count: usize, limit: usize, provider: &str) -> Text {
    text!(
        "一个订单最多 {limit} 个服务（{provider}），这里有 {count} 个",
        "one order holds at most {limit} service(s) at {provider}; this has {count}",
        provider = spoken(provider)
    )
}

/// Says through whom an order of a kind can go, by who holds an access.
fn another_provider(holders: &[String], kind: Kind) -> Text {
    if holders.is_empty() {
        return if kind.ends_filing() {
            text!(
                "不知道它在哪个接入商；用 --provider 指定实际的接入商，已没有接入商的用 --written",
                "who holds an access to it is not known: name the right provider with --provider; where none is left, --written"
            )
        } else {
            text!(
                "不知道它在哪个接入商；用 --provider 指定实际的接入商",
                "who holds an access to it is not known: name the right provider with --provider"
            )
        };
    }
    let list = spoken_list(holders.iter().map(String::as_str));
    match kind {
        Kind::New | Kind::Access | Kind::Change => text!(
            "它的接入商是：{list}；先办接入备案，或换用 --provider",
            "it is accessed at: {list}; add an access first, or name one of them with --provider",
            list
        ),
        Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => text!(
            "它的接入商是：{list}；用 --provider 指定其中之一",
            "it is accessed at: {list}; name one of them with --provider",
            list
        ),
    }
}

/// Says which live order holds the subject, or the account that it goes through.
fn held_by(order: &OrderId, kind: Kind, status: Status, account: bool) -> Text {
    let (kind, status) = (kind.label(), status.label());
    if account {
        text!(
            "该账号下有未完结的订单 {order}（{kind}，{status}）",
            "the account is held by the live order {order} ({kind}, {status})",
            kind,
            status
        )
    } else {
        text!(
            "该主体有未完结的订单 {order}（{kind}，{status}）",
            "the subject is held by the live order {order} ({kind}, {status})",
            kind,
            status
        )
    }
}

/// Says which order must be approved first, or how it ended without that.
fn waits_for(order: &OrderId, awaited: Awaited) -> Text {
    match awaited {
        Awaited::Pending => text!(
            "须等订单 {order} 通过后才能提交",
            "this order waits for {order} to be approved"
        ),
        Awaited::Ended(status) => text!(
            "前置订单 {order} 未获通过（{label}）",
            "the order it waits for, {order}, ended unapproved ({label})",
            label = status.label()
        ),
        Awaited::Absent => text!(
            "前置订单 {order} 不在库中，或无法读取",
            "the order it waits for, {order}, is not there or cannot be read"
        ),
    }
}
