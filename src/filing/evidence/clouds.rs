//! What the clouds say of accounts, servers and domains, beside what we hold and what a filing needs.

use super::case::Known;
use super::{Claim, Fact, Finding, Stance, Topic, Verdict};
use crate::filing::demand::{Candidate, Demand};
use crate::filing::kind::Kind;
use crate::filing::number::{Number, ServiceNumber};
use crate::lang::Text;
use crate::text;

/// What a server must be (RES-01), each claim with its words for when it is not so.
static SERVER: [(Claim, Text); 6] = [
    (
        Claim::ServerPrepaid,
        Text::fixed("不是包年包月", "it is not prepaid"),
    ),
    (
        Claim::ServerThreeMonths,
        Text::fixed(
            "购买时长不足 3 个月",
            "it was bought for less than three months",
        ),
    ),
    (
        Claim::ServerMonthLeft,
        Text::fixed("剩余时间不足 1 个月", "less than one month is left"),
    ),
    (
        Claim::ServerMainland,
        Text::fixed("不在中国大陆", "it is not in the mainland"),
    ),
    (
        Claim::ServerPublic,
        Text::fixed("没有公网 IP", "it has no public address"),
    ),
    (
        Claim::ServerUnrestricted,
        Text::fixed("已被隔离或限制", "it is isolated or restricted"),
    ),
];

/// Judges what the clouds said.
pub(super) fn judge(known: &Known<'_>) -> Vec<Finding> {
    let mut found = servers(known);
    found.extend(own_account(known));
    found.extend(rectifications(known));
    found.extend(filed_at_all(known));
    found.extend(real_names(known));
    found.extend(quiet(known));
    found
}

fn of<'k>(known: &Known<'k>, claim: Claim) -> impl Iterator<Item = &'k Fact> {
    known.facts.iter().filter(move |fact| fact.claim == claim)
}

/// The servers of orders, each in one finding.
fn servers(known: &Known<'_>) -> Vec<Finding> {
    let mut names: Vec<&str> = SERVER
        .iter()
        .flat_map(|(claim, ..)| of(known, *claim))
        .map(|fact| fact.about.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let facts: Vec<(&Fact, &Text)> = SERVER
                .iter()
                .flat_map(|(claim, otherwise)| {
                    of(known, *claim)
                        .filter(|fact| fact.about == name)
                        .map(move |fact| (fact, otherwise))
                })
                .collect();
            server(name, &facts)
        })
        .collect()
}

fn server(name: &str, facts: &[(&Fact, &Text)]) -> Finding {
    let all: Vec<&Fact> = facts.iter().map(|(fact, _)| *fact).collect();
    let wrong = facts.iter().filter(|(fact, _)| fact.verdict == Verdict::No);
    let wrong: Vec<&Text> = wrong.map(|(_, otherwise)| *otherwise).collect();
    let unknown = all.iter().find(|fact| fact.verdict == Verdict::Unknown);
    let (stance, message) = if !wrong.is_empty() {
        (
            Stance::Conflict,
            text!(
                "服务器 {name} 不符合备案要求：{wrong}",
                "the server {name} does not meet what a filing needs: {wrong}",
                wrong = Text::joined(wrong, "、", ", ")
            ),
        )
    } else if let Some(fact) = unknown {
        (
            Stance::Unknown,
            text!(
                "服务器 {name} 是否符合备案要求未知（{why}）",
                "whether the server {name} meets what a filing needs is unknown ({why})",
                why = fact.why()
            ),
        )
    } else {
        (
            Stance::Agrees,
            text!(
                "服务器 {name} 符合备案要求",
                "the server {name} meets what a filing needs"
            ),
        )
    };
    Finding::new(Topic::ServerFit, stance, name, message)
        .rule("RES-01")
        .by(&all)
}

/// What the account at a provider shows, beside the accesses that we hold.
fn own_account(known: &Known<'_>) -> Vec<Finding> {
    let shown = known.matter.about.shown();
    of(known, Claim::InAccount)
        .map(|fact| {
            let provider = fact.source.name();
            let ours: Vec<ServiceNumber> = known
                .matter
                .holders
                .iter()
                .filter(|(_, service)| service.is_accessed_at(provider) == Some(true))
                .map(|(_, service)| service.number)
                .collect();
            let theirs: Vec<ServiceNumber> = fact
                .values
                .iter()
                .filter_map(|value| match Number::parse(value).ok()?.number {
                    Number::Service(number) => Some(number),
                    Number::Subject(_) | Number::Security(_) => None,
                })
                .collect();
            let list = Text::list(&fact.values);
            let say = |stance, message| {
                Finding::new(Topic::OwnAccount, stance, shown.clone(), message).by(&[fact])
            };
            match (fact.verdict, ours.first()) {
                (Verdict::Unknown, _) => {
                    say(
                        Stance::Unknown,
                        text!(
                            "{provider} 账号中是否有它未知（{why}）",
                            "whether the account at {provider} shows it is unknown ({why})",
                            why = fact.why()
                        ),
                    )
                }
                (Verdict::Yes, Some(_)) if ours.iter().any(|own| theirs.contains(own)) => say(
                    Stance::Agrees,
                    text!(
                        "{provider} 账号中为 {list}",
                        "the account at {provider} has it as {list}",
                        list
                    ),
                ),
                (Verdict::Yes, Some(own)) => say(
                    Stance::Conflict,
                    text!(
                        "{provider} 账号中为 {list}，这里记的是 {own}",
                        "the account at {provider} has it as {list}, but here it is {own}",
                        list
                    ),
                ),
                (Verdict::Yes, None) => say(
                    Stance::Conflict,
                    text!(
                        "{provider} 账号中有 {list}，这里没有记这个接入",
                        "the account at {provider} has {list}; no such access is recorded here",
                        list
                    ),
                )
                .next(format!("icpctl adopt --source {provider}")),
                (Verdict::No, Some(own)) => say(
                    Stance::Conflict,
                    text!(
                        "这里记有 {own} 在 {provider} 的接入，账号中却没有",
                        "an access of {own} at {provider} is recorded here, but the account does not show it"
                    ),
                )
                .next(format!(
                    "icpctl gone {own} --provider {provider} --because provider"
                )),
                (Verdict::No, None) => say(
                    Stance::Agrees,
                    text!(
                        "{provider} 账号中没有，这里也没有",
                        "neither the account at {provider} nor we have it"
                    ),
                ),
            }
        })
        .collect()
}

/// What a provider wants put right, and whether it stands among the notices already.
fn rectifications(known: &Known<'_>) -> Vec<Finding> {
    of(known, Claim::Rectification)
        .filter_map(|fact| match fact.verdict {
            Verdict::Yes => Some(rectification(known, fact)),
            Verdict::Unknown => Some(unread(fact)),
            Verdict::No => None,
        })
        .collect()
}

/// Says that what a provider wants put right could not all be read.
fn unread(fact: &Fact) -> Finding {
    let provider = fact.source.name();
    let message = text!(
        "不知道 {provider} 是否要求整改（{why}）",
        "whether {provider} wants something put right is unknown ({why})",
        why = fact.why()
    );
    Finding::new(
        Topic::Rectification,
        Stance::Unknown,
        fact.about.clone(),
        message,
    )
    .rule("PST-05")
    .by(&[fact])
}

fn rectification(known: &Known<'_>, fact: &Fact) -> Finding {
    let (number, provider) = (&fact.about, fact.source.name());
    let what = fact.values.first().map_or("", String::as_str);
    let until = fact.values.get(1).map_or("–", String::as_str);
    let subject = known
        .matter
        .holders
        .iter()
        .map(|(subject, _)| *subject)
        .find(|subject| subject.number.to_string() == *number);
    let services = subject
        .into_iter()
        .flat_map(|subject| subject.services.values());
    let services: Vec<Candidate> = services
        .map(|service| Candidate {
            number: service.number,
            name: service.facts.name.clone(),
            domains: service.domains().to_vec(),
        })
        .collect();
    let advice = fact.raw.as_deref().unwrap_or_default();
    let demand = Demand::read(what, advice, number, &services);
    let noted = demand.class.zip(subject).and_then(|(class, subject)| {
        subject.notices.iter().find(|notice| {
            let is_about = match notice.service {
                None => true,
                Some(service) => demand.targets.contains(&service.to_string()),
            };
            notice.class == class.id && is_about && notice.resolved.is_none()
        })
    });
    if let Some(notice) = noted {
        let id = &notice.id;
        return Finding::new(
            Topic::Rectification,
            Stance::Agrees,
            number.clone(),
            text!(
                "{provider} 要求整改：{what}，期限 {until}；已记为整改通知 {id}",
                "{provider} wants this put right: {what}, until {until}; it is taken down as the notice {id}"
            ),
        )
        .by(&[fact]);
    }
    let message = match demand.class {
        Some(class) => {
            text!(
                "{provider} 要求整改：{what}（{title}），期限 {until}",
                "{provider} wants this put right: {what} ({title}), until {until}",
                title = &class.title
            )
        }
        None => text!(
            "{provider} 要求整改：{what}，期限 {until}；类别请自行选择：icpctl notice add --help",
            "{provider} wants this put right: {what}, until {until}; choose its class yourself: icpctl notice add --help"
        ),
    };
    let deadline = until.parse().ok();
    let finding = Finding::new(
        Topic::Rectification,
        Stance::Notice,
        number.clone(),
        message,
    );
    let commands = demand.commands(provider, deadline).into_iter();
    commands
        .fold(finding, Finding::next)
        .rule("PST-05")
        .by(&[fact])
}

/// Whether the domain is filed by anybody, as a content network sees it.
fn filed_at_all(known: &Known<'_>) -> Vec<Finding> {
    let shown = known.matter.about.shown();
    let is_ours = !known.matter.holders.is_empty();
    of(known, Claim::FiledAtAll)
        .map(|fact| {
            let source = fact.source.name();
            let (stance, message) = match fact.verdict {
                Verdict::Unknown => {
                    (
                        Stance::Unknown,
                        text!(
                            "是否备案未知（{source}：{why}）；查询失败不等于没有备案",
                            "whether it is filed is unknown ({source}: {why}); a look-up that failed says nothing",
                            why = fact.why()
                        ),
                    )
                }
                Verdict::Yes if is_ours => (
                    Stance::Agrees,
                    text!("{source} 显示已备案", "{source} has it as filed"),
                ),
                Verdict::No if is_ours => (
                    Stance::Conflict,
                    text!(
                        "{source} 显示没有备案，这里却记为已备案",
                        "{source} has it as not filed, but here it is filed"
                    ),
                ),
                Verdict::Yes => (
                    Stance::Conflict,
                    text!(
                        "{source} 显示已备案，这里却没有：可能在他人名下",
                        "{source} has it as filed, but here it is not: perhaps under somebody else"
                    ),
                ),
                Verdict::No => (
                    Stance::Agrees,
                    text!(
                        "{source} 显示没有备案，这里也没有",
                        "{source} has it as not filed, and so have we"
                    ),
                ),
            };
            Finding::new(Topic::FiledAtAll, stance, shown.clone(), message).by(&[fact])
        })
        .collect()
}

/// Whether the account and the domain are real-named.
fn real_names(known: &Known<'_>) -> Vec<Finding> {
    let domains = of(known, Claim::DomainRealNamed).map(|fact| {
        let name = &fact.about;
        let status = fact.values.join(", ");
        let (stance, message) = match fact.verdict {
            Verdict::Yes => (
                Stance::Agrees,
                text!("域名 {name} 已实名", "the domain {name} has passed the real-name check"),
            ),
            Verdict::No => (
                Stance::Conflict,
                text!(
                    "域名 {name} 的实名状态为 {status}，须先通过实名认证并等数据同步",
                    "the real-name status of {name} is {status}; it must be approved, and arrive, before filing"
                ),
            ),
            Verdict::Unknown => {
                (
                    Stance::Unknown,
                    text!(
                        "域名 {name} 是否实名未知（{why}）",
                        "whether {name} has passed the real-name check is unknown ({why})",
                        why = fact.why()
                    ),
                )
            }
        };
        Finding::new(Topic::DomainRealName, stance, name.clone(), message)
            .rule("DOM-04")
            .by(&[fact])
    });
    let accounts = of(known, Claim::AccountInfo).map(|fact| {
        let source = fact.source.name();
        let (stance, message) = if fact.verdict == Verdict::Unknown {
            (
                Stance::Unknown,
                text!(
                    "{source} 账号是否实名未知（{why}）",
                    "whether the account at {source} has passed the real-name check is unknown ({why})",
                    why = fact.why()
                ),
            )
        } else {
            let said = fact.values.join(", ");
            (
                Stance::Notice,
                text!(
                    "{source} 账号的实名信息原样为 {said}；各字段的含义没有可靠依据，请到控制台确认",
                    "what {source} says of the account's real name is {said}; what these fields mean is not certain, so look in the console"
                ),
            )
        };
        Finding::new(Topic::AccountRealName, stance, source, message).by(&[fact])
    });
    domains.chain(accounts).collect()
}

/// A first filing under way wants its domain paused, which its DNS host knows (DOM-06).
fn quiet(known: &Known<'_>) -> Vec<Finding> {
    let under_way = known
        .matter
        .orders
        .iter()
        .find(|case| case.order.kind == Kind::New && case.status.is_live());
    let Some(case) = under_way else {
        return Vec::new();
    };
    let id = &case.order.id;
    of(known, Claim::RecordsPaused)
        .filter(|fact| fact.verdict != Verdict::Unknown)
        .map(|fact| {
            let name = &fact.about;
            let hosts = fact.values.join(", ");
            let (stance, message) = if fact.verdict == Verdict::Yes {
                (
                    Stance::Agrees,
                    text!("{name} 的解析已暂停", "the records of {name} are paused"),
                )
            } else {
                (
                    Stance::Conflict,
                    text!(
                        "订单 {id} 在办，{name} 的解析还开着：{hosts}；到 DNSPod 暂停",
                        "the order {id} is under way and records of {name} are on: {hosts}; pause them at DNSPod"
                    ),
                )
            };
            Finding::new(Topic::QuietBeforeFiling, stance, name.clone(), message)
                .rule("DOM-06")
                .by(&[fact])
        })
        .collect()
}
