//! The servers that sites are filed by: CVM and Lighthouse.

use super::{text, texts};
use crate::clouds::client::Client;
use crate::network::error::NetworkError;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Which product a server is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// 云服务器 CVM.
    Cvm,
    /// 轻量应用服务器 Lighthouse.
    Lighthouse,
}

/// A server, as far as a filing is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its id.
    pub id: String,
    /// How it is paid for: `PREPAID`, `POSTPAID_BY_HOUR` …
    pub charge: Option<String>,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// Until when it is paid for; absent where it is paid by use.
    pub expires: Option<DateTime<Utc>>,
    /// Its public addresses, if it tells of them.
    pub addresses: Option<Vec<String>>,
    /// Its zone, such as `ap-guangzhou-6`.
    pub zone: Option<String>,
    /// Whether it is isolated or blocked: `NORMAL`, `EXPIRED` …
    pub restriction: Option<String>,
}

impl Product {
    /// Returns the product that an instance's id is of.
    pub fn of(id: &str) -> Option<Self> {
        if id.starts_with("ins-") {
            Some(Self::Cvm)
        } else if id.starts_with("lhins-") {
            Some(Self::Lighthouse)
        } else {
            None
        }
    }

    /// Returns what the cloud calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cvm => "cvm",
            Self::Lighthouse => "lighthouse",
        }
    }

    fn read(self, value: &Value) -> Option<Server> {
        let instant = |key: &str| {
            let text = text(value, key)?;
            let at = DateTime::parse_from_rfc3339(&text).ok()?;
            Some(at.to_utc())
        };
        let (addresses, zone, restriction) = match self {
            Self::Cvm => {
                let new = texts(value, "PublicIPv6Addresses").unwrap_or_default();
                let addresses = texts(value, "PublicIpAddresses").map(|old| [old, new].concat());
                let zone = value.get("Placement").and_then(|place| text(place, "Zone"));
                (addresses, zone, text(value, "RestrictState"))
            }
            Self::Lighthouse => (
                texts(value, "PublicAddresses"),
                text(value, "Zone"),
                text(value, "InstanceRestrictState"),
            ),
        };
        Some(Server {
            id: text(value, "InstanceId")?,
            charge: text(value, "InstanceChargeType"),
            created: instant("CreatedTime"),
            expires: instant("ExpiredTime"),
            addresses,
            zone,
            restriction,
        })
    }
}

/// Looks for a server in the regions, one after another; one that says it failed hides it in no other.
///
/// # Errors
/// When there is no answer; a server that no region has is an answer.
pub async fn servers(
    client: &Client<'_>,
    product: Product,
    id: &str,
    regions: &[String],
) -> Result<Option<Server>, NetworkError> {
    let body = json!({ "InstanceIds": [id] });
    let mut failed = None;
    for region in regions {
        let answer = client
            .tencent(product.name(), "DescribeInstances", Some(region), &body)
            .await;
        let response = match answer {
            Ok(response) => response,
            Err(NetworkError::Missing { .. }) => continue,
            Err(error @ NetworkError::Said { .. }) => {
                failed.get_or_insert(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        let set = response.get("InstanceSet").and_then(Value::as_array);
        let found = set
            .into_iter()
            .flatten()
            .filter_map(|value| product.read(value))
            .find(|server| server.id == id);
        if found.is_some() {
            return Ok(found);
        }
    }
    failed.map_or(Ok(None), Err)
}
