//! Keys of tables that name something: what is no such name is refused where it stands, since a
//! setting that nobody reads would be missed in silence.

use super::base::Base;
use crate::clouds::{Cloud, catalogue};
use crate::filing::host::Host;
use crate::intake::nearest;
use crate::lang::{Text, parser};
use crate::text;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// What the keys of a table are.
trait Naming {
    /// Returns the key as it is looked up.
    fn read(key: &str) -> Result<String, Text>;
}

/// A key that was read.
struct Key<N>(String, PhantomData<N>);

impl<'de, N: Naming> Deserialize<'de> for Key<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let read = N::read(&key).map_err(parser::told)?;
        Ok(Self(read, PhantomData))
    }
}

impl<N> PartialEq for Key<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<N> Eq for Key<N> {}

impl<N> PartialOrd for Key<N> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<N> Ord for Key<N> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

fn table<'de, N: Naming, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    let table = BTreeMap::<Key<N>, V>::deserialize(deserializer)?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key.0, value))
        .collect())
}

/// Products of Tencent Cloud.
struct AtTencent;
/// Products of Alibaba Cloud.
struct AtAlibaba;
/// Top-level domains.
struct Tld;

impl Naming for AtTencent {
    fn read(key: &str) -> Result<String, Text> {
        product(Cloud::Tencent, key)
    }
}

impl Naming for AtAlibaba {
    fn read(key: &str) -> Result<String, Text> {
        product(Cloud::Alibaba, key)
    }
}

impl Naming for Tld {
    fn read(key: &str) -> Result<String, Text> {
        // A host needs a dot, so that a top-level domain is read below another name.
        match Host::parse(&format!("x.{key}")) {
            Ok(host) if !key.contains('.') => Ok(host.ascii().trim_start_matches("x.").to_owned()),
            Ok(_) | Err(_) => Err(text!(
                "`{key}` 不是顶级域，应为不带点的一段，如 cn 或 中国",
                "`{key}` is no top-level domain: expected one without a dot, such as cn or 中国"
            )),
        }
    }
}

fn product(cloud: Cloud, key: &str) -> Result<String, Text> {
    let known = &catalogue::of(cloud).services;
    if known.contains_key(key) {
        return Ok(key.to_owned());
    }
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    let meant = nearest(key, names.iter().copied());
    let label = cloud.label();
    let names = names.join(", ");
    Err(match meant {
        Some(near) => text!(
            "不查询{label}的产品 `{key}`；是不是想写 `{near}`？可用：{names}",
            "`{key}` is no product of {label} that is asked. Did you mean `{near}`? There are {names}",
            label
        ),
        None => text!(
            "不查询{label}的产品 `{key}`；可用：{names}",
            "`{key}` is no product of {label} that is asked. There are {names}",
            label
        ),
    })
}

/// Reads the endpoints of Tencent Cloud's products.
///
/// # Errors
/// A product that is not asked, with those that are.
pub(super) fn tencent<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Base>, D::Error> {
    table::<AtTencent, _, _>(deserializer)
}

/// Reads the endpoints of Alibaba Cloud's products.
///
/// # Errors
/// A product that is not asked, with those that are.
pub(super) fn alibaba<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Base>, D::Error> {
    table::<AtAlibaba, _, _>(deserializer)
}

/// Reads RDAP servers by top-level domain, which is taken in either script.
///
/// # Errors
/// A key that is no top-level domain.
pub(super) fn rdap<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Base>, D::Error> {
    table::<Tld, _, _>(deserializer)
}

/// A server on port 43, as `host:port`.
struct Server(String);

impl<'de> Deserialize<'de> for Server {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        match port {
            Some(Ok(_)) => Ok(Self(text)),
            Some(Err(_)) | None => Err(parser::told(text!(
                "`{text}` 不是服务器，应为 主机:端口，如 whois.example.net:43",
                "`{text}` is no server: expected host:port, such as whois.example.net:43"
            ))),
        }
    }
}

/// Reads servers on port 43 by top-level domain, which is taken in either script.
///
/// # Errors
/// A key that is no top-level domain, or a server without a port.
pub(super) fn whois<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let servers = table::<Tld, Server, _>(deserializer)?;
    Ok(servers
        .into_iter()
        .map(|(tld, server)| (tld, server.0))
        .collect())
}
