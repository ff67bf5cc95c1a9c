//! The network: one door for everything that is asked of others.
//!
//! A command that asks makes a [`Network`] and does its asking inside [`Network::run`]. HTTP goes
//! through [`http::Http`], names through [`dns::Dns`]; both keep to the limits of the configuration
//! and answer nothing at all with `--offline`. No other module starts a runtime or opens a socket.

pub mod answer;
pub mod dns;
pub mod error;
pub mod http;
pub mod limits;
pub mod mail;
pub mod markup;
pub mod request;
pub mod retry;
pub mod tls;
pub mod whois;

/// The names of headers.
pub use reqwest::header;

use crate::config::{Config, sections};
use crate::env::Env;
use crate::lang::Text;
use dns::Dns;
use error::NetworkError;
use http::Http;
use retry::Retry;
use std::mem::ManuallyDrop;
use std::time::Duration;

/// How the network is asked in this run.
#[derive(Clone, Debug)]
pub struct Manner {
    /// `[network]`, with what flags and variables say over it.
    pub network: sections::Network,
    /// `[dns]`.
    pub dns: sections::Dns,
    /// Whether sites at private addresses may be looked at.
    pub allow_private: bool,
    /// Proxies from the environment.
    pub proxies: Proxies,
    /// What the jitter is drawn from; the system's dice where there is none.
    pub seed: Option<u64>,
}

/// The proxies that the environment names, as other programs understand them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `https`: `HTTPS_PROXY`, else `ALL_PROXY`.
    pub https: Option<String>,
    /// For `http`: `http_proxy`, else `ALL_PROXY`.
    pub http: Option<String>,
    /// Hosts that are asked directly: `NO_PROXY`.
    pub except: Option<String>,
}

impl Proxies {
    fn of(env: &Env) -> Self {
        let first = |names: &[&str]| {
            let found = names.iter().find_map(|name| env.text(name));
            found.map(str::to_owned)
        };
        Self {
            https: first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            http: first(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            except: first(&["no_proxy", "NO_PROXY"]),
        }
    }
}

impl Manner {
    /// Takes the manner from the configuration and the environment.
    pub fn new(config: &Config, env: &Env, offline: bool, seed: Option<u64>) -> Self {
        let mut network = config.network.clone();
        network.offline |= offline;
        if let Some(path) = env.path("ICPCTL_CA_FILE") {
            network.ca_file = Some(path);
        }
        Self {
            network,
            dns: config.dns.clone(),
            allow_private: config.pages.allow_private,
            proxies: Proxies::of(env),
            seed,
        }
    }
}

/// Everything through which others are asked.
#[derive(Debug)]
pub struct Network {
    /// Web services and sites.
    pub http: Http,
    /// Names.
    pub dns: Dns,
    /// How what failed in passing is repeated.
    pub retry: Retry,
    /// `[network]`, with what flags and variables say over it.
    pub settings: sections::Network,
    /// It never ends by itself: it would wait for the system's resolver, which knows none of our limits.
    runtime: ManuallyDrop<tokio::runtime::Runtime>,
}

impl Network {
    /// Makes everything ready; nobody is asked yet.
    ///
    /// # Errors
    /// When the certificates, a proxy or the system's resolvers cannot be read.
    pub fn new(manner: &Manner) -> Result<Self, NetworkError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| NetworkError::Setup {
                what: Text::verbatim(error.to_string()),
            })?;
        let retry = Retry::of(manner);
        let dns = Dns::new(&manner.dns, manner.network.offline)?;
        let http = Http::new(manner, dns.clone(), retry)?;
        Ok(Self {
            http,
            dns,
            retry,
            settings: manner.network.clone(),
            runtime: ManuallyDrop::new(runtime),
        })
    }

    /// Does some asking, on this thread, until it is done.
    pub fn run<T>(&self, asking: impl Future<Output = T>) -> T {
        self.runtime.block_on(asking)
    }
}

/// Pauses without holding up what else is being asked.
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
