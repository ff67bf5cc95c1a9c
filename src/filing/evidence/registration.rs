//! The registration of the domain: in validity, early enough, and the subject's own.

use super::case::Known;
use super::{Claim, Fact, Finding, Stance, Topic, Verdict};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::text;
use chrono::NaiveDate;

/// Statuses of a registry under which a domain does not work (EPP, RFC 5731, as RDAP and WHOIS
/// write them), without blanks and in lower case.
const HELD: [&str; 5] = [
    "clienthold",
    "serverhold",
    "redemptionperiod",
    "pendingdelete",
    "inactive",
];

/// Judges what the registry said of a domain.
pub(super) fn judge(known: &Known<'_>, domain: &Host) -> Vec<Finding> {
    let registered = domain.registered_domain();
    let Some(fact) = known.one(Claim::Registered, registered.ascii()) else {
        return Vec::new();
    };
    let mut found = vec![validity(known, &registered, fact)];
    found.extend(date(known, &registered));
    found.extend(holder(known, &registered));
    found
}

/// Judges whether the domain is registered, and until when: by the registry, and by the account that
/// holds it where there is one.
fn validity(known: &Known<'_>, domain: &Host, fact: &Fact) -> Finding {
    let finding = |stance, message, by: &[&Fact]| {
        Finding::new(Topic::Registration, stance, domain.as_str(), message).by(by)
    };
    let ends = known.all(Claim::ExpiresOn, domain.ascii()).into_iter();
    // A registry renews by itself at first what its holder has not paid for: the earliest counts.
    let end = ends
        .filter_map(|told| Some((day(told)?, told)))
        .min_by_key(|(end, _)| *end);
    let statuses = known.all(Claim::RegistrationStatus, domain.ascii());
    let held = statuses.into_iter().find_map(|told| {
        let held = told.values.iter().find(|value| {
            let plain: String = value.chars().filter(char::is_ascii_alphabetic).collect();
            HELD.contains(&plain.to_ascii_lowercase().as_str())
        });
        Some((held?, told))
    });
    match (fact.verdict, end) {
        (Verdict::Unknown, None) if held.is_none() => {
            return finding(
                Stance::Unknown,
                text!(
                    "域名注册情况未知（{why}）",
                    "its registration is unknown ({why})",
                    why = fact.why()
                ),
                &[fact],
            );
        }
        (Verdict::No, None) => {
            return finding(
                Stance::Conflict,
                text!("域名没有注册", "the domain is not registered"),
                &[fact],
            );
        }
        (Verdict::No, Some((end, told))) => {
            let (no, yes) = (fact.source.name(), told.source.name());
            return finding(
                Stance::Conflict,
                text!(
                    "来源互相矛盾：{no} 说没有注册，{yes} 说注册至 {end}",
                    "the sources contradict each other: {no} says not registered, {yes} says until {end}"
                ),
                &[fact, told],
            );
        }
        (Verdict::Unknown | Verdict::Yes, _) => {}
    }
    if let Some((held, told)) = held {
        let source = told.source.label();
        return finding(
            Stance::Conflict,
            text!(
                "域名状态为 {held}（来源：{source}），域名不能使用",
                "{source} shows it under {held}: the domain does not work",
                source
            ),
            &[told],
        );
    }
    let Some((end, told)) = end else {
        return finding(
            Stance::Agrees,
            text!(
                "域名已注册，到期日未知",
                "it is registered; until when is unknown"
            ),
            &[fact],
        );
    };
    let say = |stance, message| finding(stance, message, &[told]);
    let left = (end - known.now.day()).num_days();
    if left < 0 {
        say(
            Stance::Conflict,
            text!("域名已于 {end} 到期", "the registration ended on {end}"),
        )
    } else if left <= known.ground.expiry_days {
        say(
            Stance::Notice,
            text!(
                "域名 {end} 到期，还有 {left} 天，请续费",
                "the registration ends on {end}, in {left} day(s): renew it"
            ),
        )
    } else {
        say(
            Stance::Agrees,
            text!("域名注册有效至 {end}", "it is registered until {end}"),
        )
    }
}

/// Whether the domain was registered before it was filed: else it is another's now (CHG-06).
fn date(known: &Known<'_>, domain: &Host) -> Option<Finding> {
    let fact = known.one(Claim::RegisteredOn, domain.ascii())?;
    let registered = day(fact)?;
    let (_, service) = known.matter.holders.first()?;
    let topic = Topic::RegistrationDate;
    let filed = service.approved_on?;
    let number = service.number;
    let finding = if registered > filed {
        Finding::new(
            topic,
            Stance::Conflict,
            domain.as_str(),
            text!(
                "域名注册于 {registered}，晚于备案日期 {filed}：须注销 {number} 后重新备案",
                "it was registered on {registered}, after it was filed on {filed}: {number} must be cancelled and filed anew"
            ),
        )
        .next(format!("icpctl cancel-site {number}"))
    } else {
        Finding::new(
            topic,
            Stance::Agrees,
            domain.as_str(),
            text!(
                "域名注册于 {registered}，早于备案日期 {filed}",
                "it was registered on {registered}, before it was filed on {filed}"
            ),
        )
    };
    Some(finding.rule("CHG-06").by(&[fact]))
}

/// Whether the domain belongs to the subject.
fn holder(known: &Known<'_>, domain: &Host) -> Option<Finding> {
    let fact = known.one(Claim::Registrant, domain.ascii())?;
    let said = fact.values.first()?;
    let (subject, _) = known.matter.holders.first()?;
    let name = subject.facts.name.as_deref()?;
    let finding = if same_name(said, name) {
        Finding::new(
            Topic::DomainHolder,
            Stance::Agrees,
            domain.as_str(),
            text!(
                "域名持有者与主办者名称一致",
                "the domain's holder has the subject's name"
            ),
        )
    } else {
        Finding::new(
            Topic::DomainHolder,
            Stance::Conflict,
            domain.as_str(),
            text!(
                "域名持有者与主办者名称不一致",
                "the domain's holder has another name than the subject"
            ),
        )
    };
    Some(finding.by(&[fact]))
}

/// Whether two names are one, however they are spaced and bracketed.
pub(super) fn same_name(one: &str, two: &str) -> bool {
    let plain = |name: &str| -> String {
        let fold = |c: char| match c {
            '（' => '(',
            '）' => ')',
            other => other,
        };
        let kept = name.chars().filter(|c| !c.is_whitespace()).map(fold);
        kept.flat_map(char::to_lowercase).collect()
    };
    plain(one) == plain(two)
}

/// Reads the day of a fact: that of an instant in China, as RDAP gives them, else the one that its
/// value begins with, as WHOIS gives it in China Standard Time.
pub(super) fn day(fact: &Fact) -> Option<NaiveDate> {
    let value = fact.values.first()?;
    match value.parse::<Instant>() {
        Ok(at) => Some(at.day()),
        Err(_) => value.get(..10)?.parse().ok(),
    }
}
