//! The filings of an account as documents of `adopt`, and what of them cannot be brought in.

use super::filings::{OwnFiling, OwnService};
use crate::clouds::Cloud;
use crate::filing::host::Host;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::knowledge::code_list;
use crate::lang::Text;
use crate::text;
use serde_json::{Value, json};

/// What an account holds, as far as it can be brought in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adoptable {
    /// One document a subject.
    pub documents: Vec<Value>,
    /// What was left out, and why.
    pub left_out: Vec<Text>,
}

/// Turns the filings of an account into documents of `adopt`; the names of persons stay where they
/// are.
pub fn adoptable(filings: &[OwnFiling]) -> Adoptable {
    let mut all = Adoptable::default();
    for filing in filings {
        let raw = &filing.number;
        let Ok(subject) = SubjectNumber::parse(raw) else {
            all.left_out.push(text!(
                "`{raw}` 不是主体备案号，未导入",
                "`{raw}` is no subject number; it was left out"
            ));
            continue;
        };
        let subject = subject.number;
        if !filing.is_whole {
            all.left_out.push(text!(
                "{subject} 的内容格式不对，整个主体未导入",
                "what {subject} holds has another shape; all of the subject was left out"
            ));
            continue;
        }
        let services: Vec<Value> = filing
            .services
            .iter()
            .filter_map(|one| service(subject, one, &mut all.left_out))
            .collect();
        let mut document = json!({ "number": subject.to_string(), "services": services });
        if let Some(name) = &filing.name {
            document["name"] = json!(name);
        }
        if let Some(nature) = filing.nature.as_deref().and_then(nature) {
            document["nature"] = json!(nature);
        }
        all.documents.push(document);
    }
    all
}

fn service(
    subject: SubjectNumber,
    service: &OwnService,
    left_out: &mut Vec<Text>,
) -> Option<Value> {
    let raw = &service.number;
    let number = match ServiceNumber::parse(raw) {
        Ok(parsed) if parsed.number.subject() == subject => parsed.number,
        Ok(_) => {
            left_out.push(text!(
                "{raw} 显示在 {subject} 名下，却属于另一主体，未导入",
                "{raw} is shown under {subject} but belongs to another subject; it was left out"
            ));
            return None;
        }
        Err(_) => {
            left_out.push(text!(
                "`{raw}` 不是服务备案号，未导入",
                "`{raw}` is no service number; it was left out"
            ));
            return None;
        }
    };
    let mut domains = Vec::new();
    for domain in &service.domains {
        match Host::parse(domain) {
            Ok(host) => domains.push(host.as_str().to_owned()),
            Err(_) => left_out.push(text!(
                "{number} 的域名 `{domain}` 无法识别，未导入",
                "the domain `{domain}` of {number} cannot be read; it was left out"
            )),
        }
    }
    let mut document = json!({
        "number": number.to_string(),
        "kind": number.kind().name(),
        "accesses": [Cloud::Alibaba.name()],
    });
    if let Some(name) = &service.name {
        document["name"] = json!(name);
    }
    if !domains.is_empty() {
        document["domains"] = json!(domains);
    }
    Some(document)
}

/// Returns the value of a nature by its Chinese name.
fn nature(name: &str) -> Option<&'static str> {
    let list = code_list("natures")?;
    let entry = list.entries.iter().find(|entry| entry.label.zh == name)?;
    Some(&entry.value)
}
