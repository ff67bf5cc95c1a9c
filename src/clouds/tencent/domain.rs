//! Domains: their registration here, and their resolution at DNSPod.

use super::{text, texts};
use crate::clouds::client::Client;
use crate::filing::host::Host;
use crate::network::error::NetworkError;
use crate::text;
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

/// The registration of a domain that is in this account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// `NotUpload`, `InAudit`, `Approved`, `Reject` or `NoAudit`.
    pub real_name: Option<String>,
    /// The day it was registered.
    pub created: Option<NaiveDate>,
    /// The day it expires.
    pub expires: Option<NaiveDate>,
    /// The EPP statuses.
    pub status: Vec<String>,
}

/// What DNSPod says of a domain's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Whether the domain is paused as a whole.
    pub is_paused: bool,
    /// The hosts whose addresses or aliases are switched on, as full names.
    pub hosts: Vec<String>,
}

/// Asks about a domain; none where it is not in this account.
///
/// # Errors
/// When there is no answer.
pub async fn domain(client: &Client<'_>, host: &Host) -> Result<Option<Domain>, NetworkError> {
    let body = json!({ "Domain": host.ascii() });
    let answer = client
        .tencent("domain", "DescribeDomainBaseInfo", None, &body)
        .await;
    let response = match answer {
        Ok(response) => response,
        Err(NetworkError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let info = response.get("DomainInfo").unwrap_or(&response);
    Ok(Some(Domain {
        real_name: text(info, "RealNameAuditStatus"),
        created: text(info, "CreationDate").and_then(|text| day(&text)),
        expires: text(info, "ExpirationDate").and_then(|text| day(&text)),
        status: texts(info, "DomainStatus").unwrap_or_default(),
    }))
}

/// Reads a day in either of the forms that this product uses.
fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().or_else(|| {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
            .ok()
            .map(|at| at.date())
    })
}

/// Asks DNSPod about a domain; none where it is not resolved there by this account.
///
/// # Errors
/// When there is no answer.
pub async fn resolution(
    client: &Client<'_>,
    host: &Host,
) -> Result<Option<Resolution>, NetworkError> {
    let name = host.ascii();
    let ask =
        async |action: &str, body: Value| match client.tencent("dnspod", action, None, &body).await
        {
            Ok(response) => Ok(Some(response)),
            Err(NetworkError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        };
    let Some(domain) = ask("DescribeDomain", json!({ "Domain": name })).await? else {
        return Ok(None);
    };
    let status = domain
        .get("DomainInfo")
        .and_then(|info| text(info, "Status"));
    if let Some(status) = status
        .as_deref()
        .filter(|status| !is_one_of(status, &[ON, "PAUSE", "SPAM"]))
    {
        return Err(NetworkError::Shape {
            host: "dnspod".to_owned(),
            what: text!(
                "`Status` 的值 {status} 不认识",
                "{status} of `Status` is not known"
            ),
        });
    }
    let list = json!({ "Domain": name, "ErrorOnEmpty": "no", "Limit": 3000 });
    let records = ask("DescribeRecordList", list).await?;
    let records = match &records {
        // It has none.
        None => &[],
        Some(records) => listed(records).ok_or_else(|| NetworkError::Shape {
            host: "dnspod".to_owned(),
            what: text!("缺少完整的 `RecordList`", "no whole `RecordList`"),
        })?,
    };
    let mut hosts: Vec<String> = records
        .iter()
        .filter(|record| text(record, "Status").is_some_and(|status| is_one_of(&status, &[ON])))
        .filter(|record| {
            matches!(
                text(record, "Type").as_deref(),
                Some("A" | "AAAA" | "CNAME" | "显性URL" | "隐性URL")
            )
        })
        .filter_map(|record| text(record, "Name"))
        .map(|label| match label.as_str() {
            "@" => name.to_owned(),
            label => format!("{label}.{name}"),
        })
        .collect();
    hosts.sort();
    hosts.dedup();
    Ok(Some(Resolution {
        is_paused: status.is_some_and(|status| !status.eq_ignore_ascii_case(ON)),
        hosts,
    }))
}

/// The status of a domain or a record that resolves.
const ON: &str = "ENABLE";

/// Whether a status is one of those, in any letter case.
fn is_one_of(status: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(status))
}

/// Returns the records of an answer, if it tells of all of them: one that is not told of may be on.
fn listed(answer: &Value) -> Option<&[Value]> {
    let list = match answer.get("RecordList")? {
        Value::Null => &[],
        Value::Array(list) => list.as_slice(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => return None,
    };
    let total = answer.pointer("/RecordCountInfo/TotalCount");
    let total = total.and_then(Value::as_u64).unwrap_or_default();
    let is_told = |record: &Value| {
        let status = text(record, "Status");
        status.is_some_and(|status| is_one_of(&status, &[ON, "DISABLE"]))
            && text(record, "Type").is_some()
    };
    (total <= list.len() as u64 && list.iter().all(is_told)).then_some(list)
}
