//! Entries of the public record as documents of `adopt`.

use super::record::Entry;
use crate::filing::host::Host;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::lang::Text;
use crate::text;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A subject as its entries add up: its name, and its services' documents.
#[derive(Default)]
struct Collected {
    name: Option<String>,
    services: BTreeMap<ServiceNumber, Map<String, Value>>,
}

/// Turns entries into documents, one a subject, and says what of them was left out.
pub fn adoptable(entries: &[Entry]) -> (Vec<Value>, Vec<Text>) {
    let mut subjects: BTreeMap<SubjectNumber, Collected> = BTreeMap::new();
    let mut left_out = Vec::new();
    for entry in entries {
        let service = entry.service.as_deref();
        let number = match service.map(|raw| raw.parse::<ServiceNumber>().map_err(|_| raw)) {
            Some(Err(raw)) => {
                left_out.push(text!(
                    "`{raw}` 不是服务备案号，未导入",
                    "`{raw}` is no service number; it was left out"
                ));
                continue;
            }
            Some(Ok(number)) => Some(number),
            None => None,
        };
        let own: Option<SubjectNumber> = entry.subject.as_deref().and_then(|n| n.parse().ok());
        let Some(subject) = own.or(number.map(|number| number.subject())) else {
            let raw = entry.subject.as_deref().or(entry.domain.as_deref());
            let raw = raw.unwrap_or("–");
            left_out.push(text!(
                "`{raw}` 的记录没有可识别的备案号，未导入",
                "the record of `{raw}` holds no number that can be read; it was left out"
            ));
            continue;
        };
        if let Some(number) = number.filter(|number| number.subject() != subject) {
            left_out.push(text!(
                "{number} 显示在 {subject} 名下，却属于另一主体，未导入",
                "{number} is shown under {subject} but belongs to another subject; it was left out"
            ));
            continue;
        }
        let Collected { name, services } = subjects.entry(subject).or_default();
        if name.is_none() {
            name.clone_from(&entry.name);
        }
        let Some(number) = number else {
            continue;
        };
        let service = services.entry(number).or_insert_with(|| {
            let mut service = Map::new();
            service.insert("number".to_owned(), json!(number.to_string()));
            service.insert("kind".to_owned(), json!(number.kind().name()));
            service
        });
        let host = entry
            .domain
            .as_deref()
            .and_then(|text| Host::parse(text).ok());
        if let Some(host) = host {
            let domains = service
                .entry("domains".to_owned())
                .or_insert_with(|| json!([]));
            let domain = json!(host.as_str());
            if let Some(list) = domains
                .as_array_mut()
                .filter(|list| !list.contains(&domain))
            {
                list.push(domain);
            }
        }
    }
    let documents = subjects.into_iter().map(|(number, of)| {
        let Collected { name, services } = of;
        let services: Vec<Value> = services.into_values().map(Value::Object).collect();
        let mut document = json!({ "number": number.to_string(), "services": services });
        if let Some(name) = name {
            document["name"] = json!(name);
        }
        document
    });
    (documents.collect(), left_out)
}
