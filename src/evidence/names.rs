//! What the resolvers say of a domain's hosts.

use super::{Asker, Found, hosts};
use crate::filing::evidence::{Claim, Fact, Source};
use crate::filing::host::Host;
use crate::network::dns::{Resolved, Type};

impl Asker<'_> {
    pub(super) async fn names(&self, domain: &Host) -> Vec<Found> {
        let servers = match self.network.dns.servers() {
            [] => "system".to_owned(),
            servers => servers.join(", "),
        };
        let asked = hosts(domain).into_iter().map(|host| {
            let servers = servers.clone();
            async move {
                let key = format!("{host} {servers}");
                let ask = self.host(&host, &servers);
                self.through(Source::Dns, &key, ask).await
            }
        });
        let hosts = futures_util::future::join_all(asked);
        let registered = domain.registered_domain();
        let (hosts, served) =
            futures_util::future::join(hosts, self.served(&registered, &servers)).await;
        [hosts.concat(), served].concat()
    }

    /// Asks who serves a domain: where its records can be paused. No answer is no fact.
    async fn served(&self, domain: &Host, servers: &str) -> Vec<Found> {
        let name = domain.ascii();
        let ask = async {
            let resolved = self.network.dns.resolve(name, Type::Ns).await;
            if resolved.values().is_empty() {
                return Vec::new();
            }
            let fact = self.fact(name, Claim::NameServers, Source::Dns, servers);
            let raw = format!("NS {}", words(&resolved));
            vec![fact.values(resolved.values().to_vec()).raw(raw)]
        };
        self.through(Source::Dns, &format!("NS {name} {servers}"), ask)
            .await
    }

    async fn host(&self, host: &str, servers: &str) -> Vec<Fact> {
        let dns = &self.network.dns;
        let (old, new) =
            futures_util::future::join(dns.resolve(host, Type::A), dns.resolve(host, Type::Aaaa))
                .await;
        let fact = |claim| self.fact(host, claim, Source::Dns, servers);
        let raw = format!("A {}; AAAA {}", words(&old), words(&new));
        let mut values = [old.values(), new.values()].concat();
        values.sort();
        let resolves = fact(Claim::Resolves).raw(raw);
        let resolves = if values.is_empty() {
            match nothing(&old, &new) {
                (true, reason) => resolves.no(reason),
                (false, reason) => resolves.unknown(reason),
            }
        } else {
            resolves.values(values)
        };
        let mut facts = vec![resolves];
        let mut aliases = [old.aliases(), new.aliases()].concat();
        let mut seen = std::collections::BTreeSet::new();
        aliases.retain(|alias| seen.insert(alias.clone()));
        if !aliases.is_empty() {
            facts.push(fact(Claim::Alias).values(aliases));
        }
        facts
    }
}

/// Returns whether it is sure that there is no address, and why.
fn nothing(old: &Resolved, new: &Resolved) -> (bool, &'static str) {
    let reason = |resolved: &Resolved| match resolved {
        Resolved::Records { .. } | Resolved::NoData => (true, "nodata"),
        Resolved::NoName => (true, "nxdomain"),
        Resolved::Failed(why) if why == "SERVFAIL" => (false, "servfail"),
        Resolved::Failed(_) => (false, "resolver-failed"),
        Resolved::TimedOut => (false, "timeout"),
        Resolved::Offline => (false, "offline"),
    };
    match (reason(old), reason(new)) {
        ((true, _), (false, why)) | ((false, why), _) => (false, why),
        ((true, why), (true, _)) => (true, why),
    }
}

fn words(resolved: &Resolved) -> String {
    match resolved {
        Resolved::Records { aliases, values } => {
            let chain = aliases.iter().map(|alias| format!("CNAME {alias} "));
            let chain: String = chain.collect();
            format!("{chain}{}", values.join(" "))
        }
        Resolved::NoName => "NXDOMAIN".to_owned(),
        Resolved::NoData => "NODATA".to_owned(),
        Resolved::Failed(why) => why.clone(),
        Resolved::TimedOut => "no answer".to_owned(),
        Resolved::Offline => "not asked".to_owned(),
    }
}
