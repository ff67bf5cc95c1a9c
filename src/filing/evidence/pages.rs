//! What the site shows, and what it must show (PST-01 to PST-03).

use super::case::Known;
use super::{Claim, Fact, Finding, Stance, Topic, Verdict};
use crate::filing::host::Host;
use crate::filing::number::{Number, ServiceNumber};
use crate::lang::Text;
use crate::text;

/// Judges the home page of a filed site.
pub(super) fn judge(known: &Known<'_>, domain: &Host) -> Vec<Finding> {
    let about = domain.ascii();
    let Some((_, service)) = known.matter.holders.first() else {
        return Vec::new();
    };
    let Some(read) = known.one(Claim::PageRead, about) else {
        return Vec::new();
    };
    let Some(shown) = known.one(Claim::NumberShown, about) else {
        return vec![
            Finding::new(Topic::NumberOnPage, Stance::Unknown, domain.as_str(), {
                text!(
                    "读不到首页（{why}），不知道是否悬挂备案号",
                    "the home page cannot be read ({why}): whether it shows the number is unknown",
                    why = read.why()
                )
            })
            .by(&[read]),
        ];
    };
    let mut found = vec![number(shown, domain, service.number)];
    if shown.verdict != Verdict::Yes {
        return found;
    }
    found.extend(place(known, domain));
    found.extend(link(known, domain));
    found.extend(security(known, domain));
    found
}

/// Whether the right number is shown.
fn number(shown: &Fact, domain: &Host, right: ServiceNumber) -> Finding {
    let province = right.province();
    let wants_subject = province.is_some_and(|province| province.rules().footer_shows_subject);
    let wanted = if wants_subject {
        right.subject().to_string()
    } else {
        right.to_string()
    };
    let say = |stance, message| {
        Finding::new(Topic::NumberOnPage, stance, domain.as_str(), message).by(&[shown])
    };
    match shown.verdict {
        Verdict::Unknown => say(
            Stance::Unknown,
            text!(
                "不知道首页是否悬挂 {wanted}（{why}）",
                "whether the home page shows {wanted} is unknown ({why})",
                why = shown.why()
            ),
        ),
        Verdict::No => say(
            Stance::Conflict,
            text!(
                "首页没有悬挂备案号，应为 {wanted}",
                "the home page shows no filing number; it must show {wanted}"
            ),
        )
        .rule("PST-01"),
        Verdict::Yes => {
            let (stance, message, rule) = compared(right, wants_subject, &wanted, &shown.values);
            Finding {
                rule,
                ..say(stance, message)
            }
        }
    }
}

/// Compares the numbers that a page shows with the one that it must show; names the rule that they
/// break.
fn compared(
    right: ServiceNumber,
    wants_subject: bool,
    wanted: &str,
    values: &[String],
) -> (Stance, Text, Option<&'static str>) {
    let subject = right.subject();
    let numbers: Vec<Number> = values
        .iter()
        .filter_map(|value| Number::parse(value).ok())
        .map(|parsed| parsed.number)
        .collect();
    let has_service = numbers.contains(&Number::Service(right));
    let has_subject = numbers.contains(&Number::Subject(subject));
    let list = Text::list(values);
    match (wants_subject, has_service, has_subject) {
        (false, true, _) | (true, _, true) => (
            Stance::Agrees,
            text!("首页悬挂 {wanted}", "the home page shows {wanted}"),
            None,
        ),
        (false, false, true) => (
            Stance::Conflict,
            text!(
                "首页只悬挂了主体备案号 {subject}，应为服务备案号 {wanted}",
                "the home page shows only the subject number {subject}; it must show {wanted}"
            ),
            Some("PST-01"),
        ),
        (true, true, false) => (
            Stance::Notice,
            text!(
                "首页悬挂了服务备案号 {right}；该省要求主体备案号 {wanted}",
                "the home page shows the service number {right}; this province wants {wanted}"
            ),
            Some("PST-02"),
        ),
        (_, false, false) => (
            Stance::Conflict,
            text!(
                "首页悬挂的是 {list}，应为 {wanted}",
                "the home page shows {list}; it must show {wanted}",
                list
            ),
            Some("PST-01"),
        ),
    }
}

/// Whether the number stands in the footer, where people see it.
fn place(known: &Known<'_>, domain: &Host) -> Option<Finding> {
    let topic = Topic::NumberInFooter;
    let footer = known.one(Claim::NumberInFooter, domain.ascii())?;
    let visible = known.one(Claim::NumberVisible, domain.ascii())?;
    let (stance, message) = match (visible.verdict, footer.verdict) {
        (Verdict::No, _) => (
            Stance::Conflict,
            text!(
                "备案号写在页面里，但访问者看不到",
                "the number is on the page, but visitors cannot see it"
            ),
        ),
        (Verdict::Yes | Verdict::Unknown, Verdict::No) => (
            Stance::Conflict,
            text!(
                "备案号不在首页底部",
                "the number is not at the foot of the home page"
            ),
        ),
        (Verdict::Yes, Verdict::Yes) => (
            Stance::Agrees,
            text!(
                "备案号在首页底部",
                "the number is at the foot of the home page"
            ),
        ),
        (Verdict::Unknown, _) | (Verdict::Yes, Verdict::Unknown) => (
            Stance::Unknown,
            text!(
                "不知道备案号在页面的什么位置",
                "where on the page the number stands is unknown"
            ),
        ),
    };
    let finding = Finding::new(topic, stance, domain.as_str(), message);
    Some(finding.rule("PST-01").by(&[footer, visible]))
}

/// Whether the number is linked to the authority.
fn link(known: &Known<'_>, domain: &Host) -> Option<Finding> {
    let fact = known.one(Claim::NumberLinked, domain.ascii())?;
    let list = Text::list(&fact.values);
    let (stance, message) = match (fact.verdict, fact.reason.as_deref()) {
        (Verdict::Yes, _) => (
            Stance::Agrees,
            text!(
                "备案号链接到 {list}",
                "the number is linked to {list}",
                list
            ),
        ),
        (Verdict::No, Some("legacy-link")) => (
            Stance::Conflict,
            text!(
                "备案号链接的是已停用的旧地址 {list}，应为 https://beian.miit.gov.cn",
                "the number is linked to {list}, which is out of use; it must be https://beian.miit.gov.cn",
                list
            ),
        ),
        (Verdict::No, Some("other-link")) => (
            Stance::Conflict,
            text!(
                "备案号链接到 {list}，应为 https://beian.miit.gov.cn",
                "the number is linked to {list}; it must be https://beian.miit.gov.cn",
                list
            ),
        ),
        (Verdict::No, _) => (
            Stance::Conflict,
            text!(
                "备案号没有链接到 https://beian.miit.gov.cn",
                "the number is not linked to https://beian.miit.gov.cn"
            ),
        ),
        (Verdict::Unknown, _) => (
            Stance::Unknown,
            text!(
                "不知道备案号是否有链接",
                "whether the number is linked is unknown"
            ),
        ),
    };
    let finding = Finding::new(Topic::NumberLinked, stance, domain.as_str(), message);
    Some(finding.rule("PST-01").by(&[fact]))
}

/// Whether a public-security number is shown: due 30 days after the site opened.
fn security(known: &Known<'_>, domain: &Host) -> Option<Finding> {
    let fact = known.one(Claim::SecurityNumberShown, domain.ascii())?;
    let list = Text::list(&fact.values);
    let (stance, message) = match fact.verdict {
        Verdict::Yes => (
            Stance::Agrees,
            text!(
                "首页悬挂公安备案号 {list}",
                "the home page shows {list}",
                list
            ),
        ),
        Verdict::No => (
            Stance::Notice,
            text!(
                "首页没有公安备案号；网站开通 30 日内要办理公安联网备案",
                "the home page shows no public-security number; that filing is due within 30 days of opening"
            ),
        ),
        Verdict::Unknown => (
            Stance::Unknown,
            text!(
                "不知道是否悬挂公安备案号",
                "whether a public-security number is shown is unknown"
            ),
        ),
    };
    let finding = Finding::new(Topic::SecurityNumber, stance, domain.as_str(), message);
    Some(finding.rule("PST-03").by(&[fact]))
}
