//! The filings that an account holds, with what the cloud finds wrong in them.

use crate::clouds::client::Client;
use crate::filing::host::Host;
use crate::filing::number::ServiceNumber;
use crate::network::error::NetworkError;
use crate::network::markup::{self, Standing};
use crate::text;
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;

/// Who calls, as this interface wants to be told: the value of its vendor's own example.
const CALLER: &str = "skill";

/// A subject that is accessed in this account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFiling {
    /// Its number, as the answer has it.
    pub number: String,
    /// Its name.
    pub name: Option<String>,
    /// Its nature, in the cloud's words.
    pub nature: Option<String>,
    /// Its sites and apps.
    pub services: Vec<OwnService>,
    /// What must be put right.
    pub risks: Vec<Risk>,
    /// Whether all that must be put right is here.
    pub are_risks_whole: bool,
    /// Whether nothing in it has another shape; what has is not here.
    pub is_whole: bool,
}

/// A site or app of such a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnService {
    /// Its number, as the answer has it.
    pub number: String,
    /// Its name.
    pub name: Option<String>,
    /// Its domains, as the answer has them.
    pub domains: Vec<String>,
}

/// Something that must be put right, and by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// What is wrong, in the cloud's words.
    pub what: String,
    /// What to do, in the cloud's words, without mark-up.
    pub advice: Vec<String>,
    /// The last day for it.
    pub until: Option<NaiveDate>,
    /// The same, as the answer has it.
    pub until_raw: Option<String>,
}

impl OwnFiling {
    /// Whether all of it is here, with the number of each service and each domain readable.
    pub fn is_readable(&self) -> bool {
        let mut services = self.services.iter();
        self.is_whole
            && services.all(|service| {
                let mut domains = service.domains.iter();
                ServiceNumber::parse(&service.number).is_ok()
                    && domains.all(|domain| Host::parse(domain).is_ok())
            })
    }
}

/// Asks for the filings of the account that the key belongs to.
///
/// # Errors
/// When there is no answer, or the answer has another shape.
pub async fn filings(client: &Client<'_>) -> Result<Vec<OwnFiling>, NetworkError> {
    let query = BTreeMap::from([("Caller", CALLER.to_owned())]);
    let answer = client
        .alibaba("companyreg", "QuerySuccessIcpData", &query)
        .await?;
    // An account without filings may have null or nothing there, but says that it went well.
    match (
        answer.get("Success"),
        answer.get("BaSuccessDataWithRiskList"),
    ) {
        (Some(Value::Bool(true)), Some(Value::Array(list))) => list.iter().map(read).collect(),
        (None, Some(Value::Array(list))) if !list.is_empty() => list.iter().map(read).collect(),
        (Some(Value::Bool(true)), None | Some(Value::Null)) => Ok(Vec::new()),
        (Some(Value::Bool(true)), _) => Err(shape("BaSuccessDataWithRiskList")),
        _ => Err(shape("Success")),
    }
}

fn shape(what: &str) -> NetworkError {
    NetworkError::Shape {
        host: "companyreg".to_owned(),
        what: text!("缺少 `{what}`", "no `{what}`"),
    }
}

fn read(value: &Value) -> Result<OwnFiling, NetworkError> {
    let number = text(value, "IcpNumber").ok_or_else(|| shape("IcpNumber"))?;
    let mut filing = OwnFiling {
        number,
        name: text(value, "OrganizersName"),
        nature: text(value, "OrganizersNature"),
        services: Vec::new(),
        risks: Vec::new(),
        are_risks_whole: true,
        is_whole: true,
    };
    for (list, name, number) in [
        ("WebsiteList", "SiteName", "SiteRecordNum"),
        ("AppList", "AppName", "AppRecordNum"),
    ] {
        let list = elements(value, list);
        filing.is_whole &= list.is_some();
        for element in list.unwrap_or_default() {
            let service = service(element, name, number);
            filing.is_whole &= service.is_some();
            filing.services.extend(service);
        }
    }
    let risks = elements(value, "RiskList");
    filing.are_risks_whole &= risks.is_some();
    for risk in risks.unwrap_or_default() {
        let until_raw = text(risk, "DeadLine");
        let details = elements(risk, "RiskDetailList");
        filing.are_risks_whole &= details.is_some();
        for detail in details.unwrap_or_default() {
            let advice = detail
                .get("RectifySuggestList")
                .or_else(|| detail.get("rectifySuggest"))
                .or_else(|| detail.get("RectifySuggest"));
            filing.risks.push(Risk {
                what: text(detail, "RiskSource").unwrap_or_default(),
                advice: words(advice),
                until: until_raw.as_deref().and_then(last_day),
                until_raw: until_raw.clone(),
            });
        }
    }
    filing.is_whole &= filing.are_risks_whole;
    Ok(filing)
}

/// Reads a site or app; none where it has another shape.
fn service(value: &Value, name: &str, number: &str) -> Option<OwnService> {
    let domains = elements(value, "DomainList")?.iter();
    let domains = domains.map(|domain| domain.as_str().map(str::to_owned));
    Some(OwnService {
        number: text(value, number)?,
        name: text(value, name),
        domains: domains.collect::<Option<_>>()?,
    })
}

/// Returns the elements of a list, if it is one; null and nothing are an empty one.
fn elements<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    match value.get(key) {
        Some(Value::Array(list)) => Some(list),
        Some(Value::Null) | None => Some(&[]),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => None,
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns advice without its mark-up; it is a list, or a single text.
fn words(value: Option<&Value>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    };
    texts
        .into_iter()
        .map(|html| {
            let text = markup::read(html, |_| Standing::default());
            text.words.replace('\n', " ")
        })
        .filter(|text| !text.is_empty())
        .collect()
}

/// Reads `2026年04月28日0点`, or `2026-04-28` as the SDK's model has it: at the hour it is too late, so
/// at 0 o'clock the last day is the one before.
fn last_day(text: &str) -> Option<NaiveDate> {
    if let Some(day) = text.trim().get(..10).and_then(|day| day.parse().ok()) {
        let day: NaiveDate = day;
        let time = text
            .trim()
            .get(10..)
            .unwrap_or_default()
            .trim_start_matches('T');
        return if time.trim().starts_with("00:00") {
            day.pred_opt()
        } else {
            Some(day)
        };
    }
    let (date, rest) = text.trim().split_once('日')?;
    let (year, date) = date.split_once('年')?;
    let (month, day) = date.split_once('月')?;
    let date = NaiveDate::from_ymd_opt(
        year.trim().parse().ok()?,
        month.trim().parse().ok()?,
        day.trim().parse().ok()?,
    )?;
    let hour = rest.trim().trim_end_matches('点').trim();
    match hour.parse::<u32>() {
        Ok(0) => date.pred_opt(),
        Ok(_) | Err(_) => Some(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_in_prose_is_its_last_day() {
        let day = |text: &str| last_day(text).map(|day| day.to_string());
        assert_eq!(day("2026年04月28日0点").as_deref(), Some("2026-04-27"));
        assert_eq!(day(" 2026年4月8日 18点").as_deref(), Some("2026-04-08"));
        assert_eq!(day("2026年04月28日").as_deref(), Some("2026-04-28"));
        assert_eq!(day("2026年02月30日0点"), None);
        assert_eq!(day("尽快"), None);
        assert_eq!(day("2026-04-24").as_deref(), Some("2026-04-24"));
        assert_eq!(day("2026-04-24 00:00:00").as_deref(), Some("2026-04-23"));
        assert_eq!(day("2026-04-24T18:00:00").as_deref(), Some("2026-04-24"));
    }
}
