//! Where a name leads, and where it should.

use super::case::Known;
use super::{Claim, Fact, Finding, Stance, Topic, Verdict};
use crate::filing::host::Host;
use crate::filing::kind::Kind;
use crate::filing::spoken::spoken_list;
use crate::lang::{Text, commas};
use crate::text;
use std::net::IpAddr;

/// Judges what the resolvers said of a domain and its hosts.
pub(super) fn judge(known: &Known<'_>, domain: &Host) -> Vec<Finding> {
    let mut found = Vec::new();
    let hosts: Vec<&Fact> = known
        .facts
        .iter()
        .filter(|fact| fact.claim == Claim::Resolves)
        .collect();
    if hosts.is_empty() {
        return found;
    }
    let matter = known.matter;
    if matter.holders.is_empty()
        && let Some(order) = matter.live_new().filter(|order| order.is_first_filing())
    {
        let id = &order.id;
        found.push(quiet(
            Topic::QuietBeforeFiling,
            domain,
            &hosts,
            |list| {
                text!(
                    "首次备案 {id} 办理期间仍能解析：{list}；请到{place}暂停解析，并关闭网站",
                    "the first filing {id} is under way, yet these resolve: {list}; pause them {place}, and close the site",
                    place = hosted(known, domain)
                )
            },
            text!(
                "首次备案 {id} 办理期间没有解析",
                "nothing resolves while the first filing {id} is under way"
            ),
        ));
    }
    if let Some(order) = matter.cancelled() {
        let id = &order.id;
        found.push(quiet(
            Topic::QuietAfterCancellation,
            domain,
            &hosts,
            |list| {
                text!(
                    "订单 {id} 已注销备案，但仍能解析：{list}；请删除解析",
                    "the order {id} cancelled the filing, yet these resolve: {list}; remove the records"
                )
            },
            text!(
                "订单 {id} 注销后已没有解析",
                "nothing resolves any more after the order {id} cancelled it"
            ),
        ));
    }
    if !matter.holders.is_empty() {
        let own: Vec<&Fact> = known.all(Claim::Resolves, domain.ascii());
        found.extend(points(known, domain, &own));
        found.extend(left(known, domain, &own));
    }
    found
}

/// Says where the records of a domain are kept: pausing them anywhere else does nothing.
fn hosted(known: &Known<'_>, domain: &Host) -> Text {
    let servers = known.one(Claim::NameServers, domain.registered_domain().ascii());
    match servers.map(|fact| fact.values.join(", ")) {
        Some(list) if !list.is_empty() => text!(
            "实际托管 DNS 的地方（{list}）",
            "where the DNS is hosted ({list})"
        ),
        Some(_) | None => text!("实际托管 DNS 的地方", "where the DNS is hosted"),
    }
}

/// Whether none of the hosts resolves.
fn quiet(
    topic: Topic,
    domain: &Host,
    hosts: &[&Fact],
    still: impl Fn(&str) -> Text,
    silent: Text,
) -> Finding {
    let names = |verdict: Verdict| -> Vec<&str> {
        let hosts = hosts.iter().filter(|fact| fact.verdict == verdict);
        hosts.map(|fact| fact.about.as_str()).collect()
    };
    let (resolving, unknown) = (names(Verdict::Yes), names(Verdict::Unknown));
    let finding = if !resolving.is_empty() {
        let list = resolving.join(", ");
        Finding::new(topic, Stance::Conflict, domain.as_str(), still(&list))
    } else if !unknown.is_empty() {
        let list = unknown.join(", ");
        Finding::new(
            topic,
            Stance::Unknown,
            domain.as_str(),
            text!(
                "不知道是否仍在解析：{list}",
                "it is not known whether these resolve: {list}"
            ),
        )
    } else {
        Finding::new(topic, Stance::Agrees, domain.as_str(), silent)
    };
    finding.by(hosts)
}

/// Whether a filed domain points at a provider that holds an access.
fn points(known: &Known<'_>, domain: &Host, own: &[&Fact]) -> Option<Finding> {
    let topic = Topic::PointsAtProvider;
    let accessed = known
        .matter
        .holders
        .iter()
        .any(|(_, service)| service.accesses_known);
    let mut providers: Vec<&str> = known
        .matter
        .holders
        .iter()
        .flat_map(|(_, service)| service.providers())
        .collect();
    providers.sort_unstable();
    providers.dedup();
    if !accessed || providers.is_empty() {
        return None;
    }
    let list = spoken_list(providers.iter().copied());
    let say = |stance, message| Some(Finding::new(topic, stance, domain.as_str(), message).by(own));
    let fact = own.first()?;
    match fact.verdict {
        Verdict::Unknown => say(
            Stance::Unknown,
            text!(
                "解析情况未知（{why}），不能判断是否指向{list}",
                "whether it points at {list} is unknown: the resolvers did not tell ({why})",
                why = fact.why(),
                list
            ),
        ),
        Verdict::No => say(
            Stance::Conflict,
            text!(
                "备案接入在{list}，但域名没有解析（{why}）：长期如此会被视为空壳网站",
                "it is accessed at {list}, but does not resolve ({why}): if that lasts, it counts as an empty-shell site",
                why = fact.why(),
                list
            ),
        ),
        Verdict::Yes => {
            let (stance, message) = leads(known, domain, &providers, &Known::addresses(own));
            say(stance, message)
        }
    }
}

/// Says whether the addresses that a domain resolves to are of the providers.
fn leads(
    known: &Known<'_>,
    domain: &Host,
    providers: &[&str],
    addresses: &[IpAddr],
) -> (Stance, Text) {
    let list = spoken_list(providers.iter().copied());
    let shown = commas(addresses);
    let ranges = &known.ground.ranges;
    let (listed, unlisted): (Vec<&str>, Vec<&str>) = providers
        .iter()
        .partition(|name| ranges.contains_key(**name));
    let is_within = |address: &IpAddr| {
        let mut own = listed.iter().filter_map(|name| ranges.get(*name)).flatten();
        own.any(|range| range.contains(address))
    };
    if !addresses.is_empty() && addresses.iter().all(is_within) {
        return (
            Stance::Agrees,
            text!(
                "指向接入商 {list} 的地址：{shown}",
                "it points at addresses of {list}: {shown}",
                list
            ),
        );
    }
    if let Some(network) = known.content_network(domain.ascii()) {
        return (
            Stance::Unknown,
            text!(
                "经由 CDN（{network}），看不到源站，不能判断是否指向{list}",
                "it goes through a content network ({network}), which hides whether the origin is at {list}",
                list
            ),
        );
    }
    if !unlisted.is_empty() {
        let unlisted = Text::list(&unlisted);
        return (
            Stance::Unknown,
            text!(
                "解析到 {shown}；没有 {unlisted} 的地址段，不能判断（配置文件 [addresses]）",
                "it resolves to {shown}; no address ranges of {unlisted} are known ([addresses] in the configuration)",
                unlisted
            ),
        );
    }
    (
        Stance::Conflict,
        text!(
            "备案接入在{list}，却解析到别处：{shown}；有被认定为空壳网站的风险",
            "it is accessed at {list}, but resolves elsewhere: {shown}; it may be taken for an empty-shell site",
            list
        ),
    )
}

/// Whether a domain has left the provider whose access was cancelled.
fn left(known: &Known<'_>, domain: &Host, own: &[&Fact]) -> Option<Finding> {
    let order = known.matter.approved(Kind::CancelAccess)?;
    let provider = order.provider.as_deref()?;
    let still = known.matter.holders.iter();
    if still
        .flat_map(|(_, service)| service.providers())
        .any(|name| name == provider)
    {
        return None;
    }
    let topic = Topic::LeftFormerProvider;
    let id = &order.id;
    let say = |stance, message| Some(Finding::new(topic, stance, domain.as_str(), message).by(own));
    let fact = own.first()?;
    let ranges = known.ground.ranges.get(provider);
    let mut there = Known::addresses(own);
    there.retain(|address| ranges.is_some_and(|ranges| ranges.iter().any(|r| r.contains(address))));
    if !there.is_empty() {
        let list = commas(&there);
        return say(
            Stance::Conflict,
            text!(
                "订单 {id} 已取消在 {provider} 的接入，但仍指向那里：{list}；会被拦截而无法访问",
                "the order {id} cancelled the access at {provider}, yet it still points there: {list}; it will be blocked"
            ),
        );
    }
    match (fact.verdict, ranges) {
        (Verdict::No, _) | (Verdict::Yes, Some(_)) => say(
            Stance::Agrees,
            text!(
                "取消接入 {id} 后已不再指向 {provider}",
                "it has left {provider} after the order {id} cancelled the access"
            ),
        ),
        (Verdict::Yes, None) | (Verdict::Unknown, _) => say(
            Stance::Unknown,
            text!(
                "不能判断是否仍指向已取消接入的 {provider}",
                "it is not known whether it still points at {provider}, whose access was cancelled"
            ),
        ),
    }
}
