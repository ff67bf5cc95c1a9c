//! Names: what the resolvers say, with every kind of "nothing" kept apart.

use super::error::NetworkError;
use crate::config::sections;
use crate::lang::Text;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::IpAddr;
use std::time::Duration;

/// The resolvers.
#[derive(Clone)]
pub struct Dns {
    resolver: TokioResolver,
    servers: Vec<String>,
    offline: bool,
}

impl std::fmt::Debug for Dns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dns")
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}

/// What the resolvers say of a name and one type of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// There are records.
    Records {
        /// The names that lead on (CNAME), in order.
        aliases: Vec<String>,
        /// Addresses, or names of name servers.
        values: Vec<String>,
    },
    /// There is no such name (NXDOMAIN).
    NoName,
    /// The name is there, without records of this type (NODATA).
    NoData,
    /// A resolver refused or failed: SERVFAIL, REFUSED and their like.
    Failed(String),
    /// No resolver answered in time.
    TimedOut,
    /// Nobody may be asked.
    Offline,
}

/// The types of record that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Addresses of the old internet.
    A,
    /// Addresses of the new one.
    Aaaa,
    /// Name servers.
    Ns,
}

impl Type {
    const fn record(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::AAAA,
            Self::Ns => RecordType::NS,
        }
    }
}

impl Dns {
    /// Takes the resolvers of the configuration, else the system's.
    ///
    /// # Errors
    /// When the system's cannot be read.
    pub fn new(settings: &sections::Dns, offline: bool) -> Result<Self, NetworkError> {
        let setup = |what: String| NetworkError::Setup {
            what: Text::verbatim(what),
        };
        let config = if settings.servers.is_empty() && !offline {
            let system = hickory_resolver::system_conf::read_system_conf();
            system
                .map_err(|error| setup(format!("/etc/resolv.conf: {error}")))?
                .0
        } else {
            let servers = settings.servers.iter().map(|server| {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                let connections = connections.map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.into())
            });
            ResolverConfig::from_parts(None, Vec::new(), servers.collect())
        };
        let servers = config
            .name_servers()
            .iter()
            .map(|server| {
                let port = server.connections.first().map_or(53, |first| first.port);
                std::net::SocketAddr::new(server.ip, port).to_string()
            })
            .collect();
        let mut options = ResolverOpts::default();
        options.timeout = settings.timeout.0;
        options.attempts = settings.attempts;
        options.num_concurrent_reqs = 1;
        options.preserve_intermediates = true;
        options.use_hosts_file = ResolveHosts::Never;
        // What was asked once is not asked again within a run.
        options.positive_min_ttl = Some(Duration::from_mins(10));
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|error| setup(error.to_string()))?;
        Ok(Self {
            resolver,
            servers,
            offline,
        })
    }

    /// Returns who is asked, as `address:port`: answers may differ by where one asks.
    pub fn servers(&self) -> &[String] {
        &self.servers
    }

    /// Asks for the records of one type.
    pub async fn resolve(&self, host: &str, kind: Type) -> Resolved {
        if self.offline {
            return Resolved::Offline;
        }
        let name = match Name::from_ascii(host) {
            Ok(mut name) => {
                name.set_fqdn(true);
                name
            }
            Err(error) => return Resolved::Failed(error.to_string()),
        };
        let resolved = self.records(name.clone(), kind.record()).await;
        if kind != Type::A || resolved != Resolved::NoName {
            return resolved;
        }
        // What it leads to may be missing, and not the name.
        let alias = self.records(name, RecordType::CNAME).await;
        if alias.aliases().is_empty() {
            resolved
        } else {
            alias
        }
    }

    async fn records(&self, name: Name, kind: RecordType) -> Resolved {
        let lookup = match self.resolver.lookup(name, kind).await {
            Ok(lookup) => lookup,
            Err(error) => return nothing(error),
        };
        let (mut aliases, mut values) = (Vec::new(), Vec::new());
        for record in lookup.answers() {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "all other types of record are not asked for"
            )]
            match &record.data {
                RData::A(address) => values.push(address.0.to_string()),
                RData::AAAA(address) => values.push(address.0.to_string()),
                RData::NS(name) => values.push(plain(&name.0)),
                RData::CNAME(name) => aliases.push(plain(&name.0)),
                _ => {}
            }
        }
        if values.is_empty() && aliases.is_empty() {
            return Resolved::NoData;
        }
        values.sort();
        Resolved::Records { aliases, values }
    }

    /// Returns all addresses of a host.
    ///
    /// # Errors
    /// When there is none, with what the resolvers said.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NetworkError> {
        let (old, new) = (
            self.resolve(host, Type::A).await,
            self.resolve(host, Type::Aaaa).await,
        );
        let found: Vec<IpAddr> = [&old, &new]
            .into_iter()
            .flat_map(Resolved::values)
            .filter_map(|value| value.parse().ok())
            .collect();
        if found.is_empty() {
            return Err(old.no_address(host));
        }
        Ok(found)
    }
}

impl Resolved {
    /// Returns the values, where there are records.
    pub fn values(&self) -> &[String] {
        match self {
            Self::Records { values, .. } => values,
            Self::NoName | Self::NoData | Self::Failed(_) | Self::TimedOut | Self::Offline => &[],
        }
    }

    /// Returns the names that lead on, where there are records.
    pub fn aliases(&self) -> &[String] {
        match self {
            Self::Records { aliases, .. } => aliases,
            Self::NoName | Self::NoData | Self::Failed(_) | Self::TimedOut | Self::Offline => &[],
        }
    }

    fn no_address(&self, host: &str) -> NetworkError {
        let host = host.to_owned();
        let why = match self {
            Self::Offline => return NetworkError::Offline { host },
            Self::TimedOut => return NetworkError::timed_out(host),
            Self::NoName => "NXDOMAIN".to_owned(),
            Self::Records { .. } | Self::NoData => "NODATA".to_owned(),
            Self::Failed(why) => why.clone(),
        };
        NetworkError::NoAddress { host, why }
    }
}

fn plain(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    text.trim_end_matches('.').to_owned()
}

fn nothing(error: NetError) -> Resolved {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's enum may grow, and its words say the rest"
    )]
    match error {
        NetError::Timeout => Resolved::TimedOut,
        NetError::Dns(DnsError::NoRecordsFound(no)) => match no.response_code {
            ResponseCode::NXDomain => Resolved::NoName,
            ResponseCode::NoError => Resolved::NoData,
            code => Resolved::Failed(name_of(code)),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => Resolved::Failed(name_of(code)),
        other => Resolved::Failed(other.to_string()),
    }
}

/// Returns a code as resolvers' tools write it.
fn name_of(code: ResponseCode) -> String {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all others have words of their own"
    )]
    match code {
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        other => other.to_str().to_owned(),
    }
}
