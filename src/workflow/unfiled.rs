//! Why a word means nothing that is filed, and what may be meant instead.

use crate::failure::Failure;
use crate::filing::host::{Host, HostError};
use crate::filing::number::{Number, NumberError, ServiceNumber};
use crate::filing::order::OperationId;
use crate::filing::portfolio::{FiledService, Portfolio};
use crate::lang::{Text, commas, is_slip, shell_word};
use crate::text;
use chrono::NaiveDate;
use thiserror::Error;

/// Why a word means nothing that is filed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfiled {
    /// Nothing was ever filed under it.
    #[error("nothing is filed as {word}")]
    Unknown {
        /// The word, in its canonical form.
        word: String,
        /// What may be meant instead.
        near: Option<Text>,
    },
    /// A domain of a service that was filed once, or that had it once.
    #[error("the filing of {domain}, {number}, ended on {day}")]
    DomainEnded {
        /// The domain.
        domain: Host,
        /// The service's number.
        number: ServiceNumber,
        /// Whether the service is filed still, and only the domain was taken from it.
        stays: bool,
        /// The day on which it ended.
        day: NaiveDate,
        /// The operation that recorded the service as not ours, where it did not end but was that.
        not_ours: Option<OperationId>,
        /// What may be meant instead.
        near: Option<Text>,
    },
    /// It was filed once; its number never returns (NUM-05).
    #[error("{number} ended on {day}")]
    Ended {
        /// The number.
        number: Number,
        /// The day on which it ended.
        day: NaiveDate,
        /// The operation that recorded it as not ours, where it did not end but was that.
        not_ours: Option<OperationId>,
    },
}

impl From<Unfiled> for Failure {
    fn from(error: Unfiled) -> Self {
        match error {
            Unfiled::Unknown { word, near } => {
                let failure = Self::not_found(
                    "not-found.target",
                    text!("备案中没有 {word}", "nothing is filed as {word}"),
                );
                // The first hint is all that a row of a file is told.
                near.into_iter().fold(failure, Self::hint).hint(text!(
                    "查看备案：icpctl portfolio；导入已有备案：icpctl adopt --from FILE",
                    "see what is filed: icpctl portfolio; bring existing filings in: icpctl adopt --from FILE"
                ))
            }
            Unfiled::DomainEnded {
                domain,
                number,
                stays,
                day,
                not_ours,
                near,
            } => {
                let message = if stays {
                    text!(
                        "{domain} 已于 {day} 从 {number} 中删除，不再有备案",
                        "{domain} was taken from {number} on {day} and is not filed any more"
                    )
                } else if not_ours.is_some() {
                    text!(
                        "{domain} 的备案 {number} 已于 {day} 登记为不属于我方",
                        "the filing of {domain}, {number}, was recorded as not ours on {day}"
                    )
                } else {
                    text!(
                        "{domain} 的备案 {number} 已于 {day} 失效",
                        "the filing of {domain}, {number}, ended on {day}"
                    )
                };
                let failure = Self::not_found("not-found.target", message);
                let failure = failure.hint(not_ours.map_or_else(
                    || {
                        text!(
                            "需要时用 icpctl new 重新备案",
                            "file it anew with icpctl new"
                        )
                    },
                    |op| ours_again(&op),
                ));
                near.into_iter().fold(failure, Self::hint)
            }
            Unfiled::Ended {
                number,
                day,
                not_ours: Some(op),
            } => {
                let message = not_ours_since(&number, day);
                Self::refused("refused.not-filed", message).hint(ours_again(&op))
            }
            Unfiled::Ended {
                number,
                day,
                not_ours: None,
            } => Self::refused("refused.not-filed", ended_on(&number, day))
                .rule("NUM-05")
                .hint(text!(
                    "注销的备案号不会恢复；需要时用 icpctl new 重新备案",
                    "a cancelled number never returns; file anew with icpctl new"
                )),
        }
    }
}

/// Says when what a number names ended.
pub(super) fn ended_on(number: &Number, day: NaiveDate) -> Text {
    text!(
        "{number} 已于 {day} 失效，不在备案中",
        "{number} ended on {day} and is not filed any more"
    )
}

/// Says since when what a number names is recorded as not ours.
pub(super) fn not_ours_since(number: &Number, day: NaiveDate) -> Text {
    text!(
        "{number} 已于 {day} 登记为不属于我方",
        "{number} was recorded as not ours on {day}"
    )
}

/// Says how what an operation recorded as not ours is looked after again.
pub(super) fn ours_again(op: &OperationId) -> Text {
    text!(
        "若又由我方管理，撤消那次登记：icpctl undo {op}",
        "if it is ours again, take that back: icpctl undo {op}"
    )
}

impl Unfiled {
    /// Nothing was ever filed under a word.
    pub(super) fn unknown(word: &(impl ToString + ?Sized), near: Option<Text>) -> Self {
        Self::Unknown {
            word: word.to_string(),
            near,
        }
    }
}

/// Says what is expected of a word that is neither a number nor a domain.
pub(super) fn expected(number: &NumberError, host: &HostError) -> Text {
    match host {
        HostError::Url { .. } => host.message(),
        HostError::Empty => text!(
            "目标是空的；脚本中多半是变量没有值",
            "the target is empty; in a script a variable is probably unset"
        ),
        HostError::IpAddress { .. }
        | HostError::Email { .. }
        | HostError::Wildcard { .. }
        | HostError::EmptyLabel { .. }
        | HostError::SingleLabel { .. }
        | HostError::PublicSuffix { .. }
        | HostError::NotAName { .. } => text!(
            "应为备案号或域名（{message}）",
            "a filing number or a domain is expected ({message})",
            message = number.message()
        ),
    }
}

/// Says where a field and its value stand, which were typed as a target.
pub(super) fn assigned(word: &str) -> Option<Text> {
    let (field, _) = word.split_once('=')?;
    super::fields::is_field(field).then(|| {
        text!(
            "字段写在 --set 后面：icpctl change TARGET --set {field}=VALUE",
            "a field goes after --set: icpctl change TARGET --set {field}=VALUE"
        )
    })
}

/// Says how what is filed under a name is found, where a word is one or a part of one.
pub(super) fn named(portfolio: &Portfolio, word: &str) -> Option<Text> {
    let wanted = word.trim();
    let holds = |name: &Option<String>| name.as_ref().is_some_and(|name| name.contains(wanted));
    let is_named = !wanted.is_empty()
        && portfolio.filed().any(|subject| {
            let mut services = subject.services.values();
            holds(&subject.facts.name) || services.any(|service| holds(&service.facts.name))
        });
    let word = shell_word(word);
    is_named.then(|| {
        text!(
            "这里要写备案号或域名；按名称查找：icpctl portfolio --find {word}",
            "a filing number or a domain is expected; look for a name with icpctl portfolio --find {word}"
        )
    })
}

/// The most filed domains that are offered in the place of a mistyped one.
const OFFERED: usize = 3;

/// Says of a domain that no service holds when it was filed, and which are filed near it.
pub(super) fn domain(portfolio: &Portfolio, domain: Host) -> Unfiled {
    let filed = || {
        let services = portfolio.filed().flat_map(|s| s.services.values());
        services.flat_map(|service| service.domains().iter().map(move |d| (d, service)))
    };
    let told = |(filed, service): (&Host, &FiledService)| format!("{filed} ({})", service.number);
    let beside = filed().filter(|(d, _)| domain.is_below(d) || d.is_below(&domain));
    let beside = commas(beside.map(told));
    let slips = filed().filter(|(d, _)| is_slip(domain.as_str(), d.as_str()));
    let slips = commas(slips.take(OFFERED).map(told));
    let near = if !beside.is_empty() {
        Some(text!(
            "已备案的相关域名：{beside}",
            "filed near it: {beside}"
        ))
    } else if !slips.is_empty() {
        Some(text!("是不是想写 {slips}？", "did you mean {slips}?"))
    } else {
        None
    };
    match portfolio.ended_domain(&domain) {
        Some((number, day)) => Unfiled::DomainEnded {
            domain,
            number,
            stays: portfolio.service(&number).is_some(),
            day,
            not_ours: portfolio.not_ours(&Number::Service(number)).cloned(),
            near,
        },
        None => Unfiled::unknown(&domain, near),
    }
}
