//! Addresses and lengths of time, as the configuration file holds them.

use crate::lang::{Text, parser};
use crate::text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use url::{Host, Url};

/// The address of a service: `https`, or `http` on this machine; without name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(Url);

impl Base {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Text> {
        let url = Url::parse(text).map_err(|error| {
            text!(
                "不是网址：{words}",
                "this is no URL: {words}",
                words = parser::said(&error.to_string())
            )
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(text!(
                "网址里不写用户名和密码；请用请求头，取自环境变量或文件",
                "a URL holds no user name and password; give them as a header, from a variable or a file"
            ));
        }
        if !may_be_asked(&url) {
            let server = server(&url);
            return Err(text!(
                "`{server}` 必须用 https；http 只用于本机（127.0.0.1、::1、localhost）",
                "`{server}` must be https; http is for this machine alone (127.0.0.1, ::1, localhost)"
            ));
        }
        Ok(Self(url))
    }

    /// Returns the address.
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

/// Returns the scheme and the host of a URL: what else it holds may be a secret.
fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or("…");
    format!("{}://{host}", url.scheme())
}

/// Whether a service may be asked at a URL: over `https`, or over `http` on this machine.
pub fn may_be_asked(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_here(url),
        _ => false,
    }
}

/// Whether a URL names this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

/// Where a cloud's servers ask for their own metadata (help.aliyun.com, instance metadata).
const METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

/// Whether a URL, over plain `http`, names an address that leads no further than this machine and
/// whoever runs it: a loopback or link-local one, or a cloud's metadata service.
pub fn is_near(url: &Url) -> bool {
    let is_address = match url.host() {
        Some(Host::Ipv4(address)) => address.is_link_local() || address == METADATA,
        Some(Host::Ipv6(_) | Host::Domain(_)) | None => false,
    };
    url.scheme() == "http" && (is_here(url) || is_address)
}

/// The address of a metadata service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near(Url);

impl Near {
    /// Returns the address.
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Near {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let url = Url::parse(&text).ok();
        let server = url.as_ref().map_or_else(|| "…".to_owned(), server);
        let url = url.filter(is_near);
        url.map(Self).ok_or_else(|| {
            parser::told(text!(
                "`{server}` 不是元数据服务，应为 http:// 加 127.0.0.1、169.254.x.x 或 {METADATA}",
                "`{server}` is no metadata service: expected http:// with 127.0.0.1, 169.254.x.x or {METADATA}"
            ))
        })
    }
}

impl Serialize for Near {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Base {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(parser::told)
    }
}

impl Serialize for Base {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A length of time, written as people do: `500ms`, `30s`, `6h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(pub Duration);

impl Period {
    /// Some milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Some seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text).map(Self).map_err(|_| {
            parser::told(text!(
                "`{text}` 不是时长，应形如 500ms、30s 或 6h",
                "`{text}` is no length of time: expected something like 500ms, 30s or 6h"
            ))
        })
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&humantime::format_duration(self.0))
    }
}
