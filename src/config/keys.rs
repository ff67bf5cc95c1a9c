//! Keys of tables that name something: what is no such name is refused where it stands, since a
//! setting that nobody reads would be missed in silence.

use crate::clouds::{Cloud, catalogue};
use crate::filing::host::Host;
use crate::lang::{Text, nearest, parser};
use crate::text;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// What the keys of a table are.
pub(super) trait Naming: Ord {
    /// Returns the key as it is looked up.
    fn read(key: &str) -> Result<String, Text>;
}

/// A key that was read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<N>(String, PhantomData<N>);

impl<'de, N: Naming> Deserialize<'de> for Key<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let read = N::read(&key).map_err(parser::told)?;
        Ok(Self(read, PhantomData))
    }
}

/// Reads a table whose keys are names of this sort.
///
/// # Errors
/// A key that is no such name.
pub(super) fn table<'de, N: Naming, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    let table = BTreeMap::<Key<N>, V>::deserialize(deserializer)?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key.0, value))
        .collect())
}

/// Products of Tencent Cloud.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AtTencent;
/// Products of Alibaba Cloud.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AtAlibaba;
/// Top-level domains.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tld;

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

/// A server on port 43, as `host:port`.
struct Server(String);

impl<'de> Deserialize<'de> for Server {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        match port {
            Some(Ok(_)) => Ok(Self(text)),
            Some(Err(_)) | None => Err(parser::told(text!(
                "不是服务器，应为 主机:端口，如 whois.example.net:43",
                "this is no server: expected host:port, such as whois.example.net:43"
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
