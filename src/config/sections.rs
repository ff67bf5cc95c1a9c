//! The sections of the configuration that say how the network is asked, and where.

use super::base::{Base, Near, Period};
use super::keys;
use super::secret::Secret;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// `[network]`: how every service is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Never ask anybody, as with `--offline`.
    pub offline: bool,
    /// Certificates (PEM) to trust beside the system's: a company's proxy, a private CA.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take to stand.
    pub connect_timeout: Period,
    /// How long an answer may take, connection and body included.
    pub timeout: Period,
    /// How often a question that failed in passing is asked again.
    pub retries: u32,
    /// The wait before the first repetition; it doubles, with jitter.
    pub retry_delay: Period,
    /// The longest wait that a server may ask for (`Retry-After`) before it is left alone.
    pub longest_wait: Period,
    /// How many questions one host gets at once.
    pub per_host: usize,
    /// `"host:port" = "address:port"`: connect there instead, as before a DNS change.
    pub connect_to: BTreeMap<String, SocketAddr>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            offline: false,
            ca_file: None,
            connect_timeout: Period::seconds(5),
            timeout: Period::seconds(20),
            retries: 2,
            retry_delay: Period::millis(500),
            longest_wait: Period::seconds(30),
            per_host: 4,
            connect_to: BTreeMap::new(),
        }
    }
}

/// `[dns]`: which resolvers are asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// `address:port` of each resolver; the system's where there is none.
    pub servers: Vec<SocketAddr>,
    /// How long one question may take.
    pub timeout: Period,
    /// How often it is asked again when no answer came.
    pub attempts: usize,
}

impl Default for Dns {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            timeout: Period::seconds(3),
            attempts: 2,
        }
    }
}

/// `[pages]`: how sites are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// Look at sites at private addresses too, as inside a company.
    pub allow_private: bool,
    /// The most that is read of a page, in bytes.
    pub limit: usize,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            allow_private: false,
            limit: 2 * 1024 * 1024,
        }
    }
}

/// `[rdap]`: where the registration of domains is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rdap {
    /// The bootstrap file (RFC 9224); IANA's where there is none.
    pub bootstrap: Option<Base>,
    /// `tld = "https://…/"`: a server for a top-level domain, before the bootstrap.
    #[serde(deserialize_with = "keys::table::<keys::Tld, _, _>")]
    pub servers: BTreeMap<String, Base>,
}

/// `[whois]`: which servers answer on port 43.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Whois {
    /// `tld = "host:port"`: a server for a top-level domain, over the built-in.
    #[serde(deserialize_with = "keys::whois")]
    pub servers: BTreeMap<String, String>,
}

/// `[addresses]`: the address ranges of each provider's customers, as `tencent = ["119.28.0.0/15"]`.
pub type Addresses = BTreeMap<String, Vec<IpNet>>;

/// `[record]`: an endpoint that tells the public record; none is asked unless it is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// Where it answers, with `{kind}` and `{query}` in their places, and `{secret}` if it wants one.
    pub url: Option<String>,
    /// What stands for `{secret}`.
    pub secret: Option<Secret>,
    /// Headers whose values are secrets, such as `Authorization`.
    pub headers: BTreeMap<String, Secret>,
    /// Where the answer says what, if it is not of the built-in shape.
    pub shape: Option<RecordShape>,
    /// How long an answer may take; such services ask others in turn.
    pub timeout: Option<Period>,
}

/// `[tencent]`: where Tencent Cloud is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tencent {
    /// `product = "https://…/"`: where a product answers, as in the regions of governments and banks.
    #[serde(deserialize_with = "keys::table::<keys::AtTencent, _, _>")]
    pub endpoints: BTreeMap<String, Base>,
    /// The regions in which servers are looked for.
    pub regions: Vec<String>,
    /// Starts of zones' names that lie in the mainland, beside those that are known.
    pub mainland: Vec<String>,
}

/// `[alibaba]`: where Alibaba Cloud is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alibaba {
    /// `product = "https://…/"`: where a product answers.
    #[serde(deserialize_with = "keys::table::<keys::AtAlibaba, _, _>")]
    pub endpoints: BTreeMap<String, Base>,
    /// The metadata service of an instance, asked for the key of its role; the cloud's own where there
    /// is none.
    pub metadata: Option<Near>,
}

/// `[record.shape]`: where an answer of the public record says what, as JSON pointers (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordShape {
    /// Pointer to value: all must hold before an answer counts as one.
    pub ok: BTreeMap<String, serde_json::Value>,
    /// The pointer to the list of entries, or to the only entry.
    pub entries: String,
    /// From an entry: the domain.
    pub domain: Option<String>,
    /// From an entry: the service number.
    pub service: Option<String>,
    /// From an entry: the subject number.
    pub subject: Option<String>,
    /// From an entry: the subject's name.
    pub name: Option<String>,
    /// From an entry: when it was last approved.
    pub updated: Option<String>,
}
