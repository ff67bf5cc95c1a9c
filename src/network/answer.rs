//! What a web service or a site answered.

use super::error::{NetworkError, shown};
use crate::lang::parser;
use crate::text;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// The most values of JSON that are read.
const VALUES: usize = 300_000;

/// An answer over HTTP, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who gave it: the last of the redirects.
    pub url: Url,
    /// The URLs before that, in order.
    pub hops: Vec<Url>,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body, unpacked.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns who answered.
    pub fn host(&self) -> String {
        host(&self.url)
    }

    /// Returns the content type without its parameters, in lower case.
    pub fn content_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let kind = value.split(';').next().unwrap_or_default();
        Some(kind.trim().to_ascii_lowercase())
    }

    /// Returns the answer if its status says that it is one.
    ///
    /// # Errors
    /// [`Denied`](NetworkError::Denied) for 401 and 403, [`Status`](NetworkError::Status) for all
    /// others but 2xx.
    pub fn success(self) -> Result<Self, NetworkError> {
        match self.status {
            200..=299 => Ok(self),
            status @ (401 | 403) => Err(NetworkError::Denied {
                host: self.host(),
                said: format!("HTTP {status}"),
            }),
            status => Err(NetworkError::Status {
                host: self.host(),
                status,
                wait: self.wait(),
            }),
        }
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// [`Shape`](NetworkError::Shape) where it is something else, such as a captive page.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, NetworkError> {
        // Some services begin with a byte order mark, which JSON knows nothing of.
        let body = self
            .body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.body);
        // A value takes many times the room of its text.
        let values = body.iter().filter(|byte| b"{[,".contains(byte)).count();
        if values > VALUES {
            return Err(NetworkError::Shape {
                host: self.host(),
                what: text!(
                    "JSON 中的值超过 {VALUES} 个",
                    "JSON of more than {VALUES} values"
                ),
            });
        }
        serde_json::from_slice(body).map_err(|error| {
            let kind = self.content_type().unwrap_or_else(|| "–".to_owned());
            NetworkError::Shape {
                host: self.host(),
                what: text!(
                    "应为 JSON，收到的是 {kind}：{words}",
                    "JSON expected, {kind} came: {words}",
                    words = parser::said_of_json(&error)
                ),
            }
        })
    }

    /// Returns how long the host wants to be left alone (`Retry-After`: seconds, or a date that is
    /// taken against the host's own clock).
    pub fn wait(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok();
        let now = date(self.headers.get(DATE)?.to_str().ok()?)?;
        (date(value)? - now).to_std().ok()
    }
}

/// Returns the host of a URL, with its port where that is not the usual one.
pub fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => shown(url),
    }
}
