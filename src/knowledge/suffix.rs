//! The domain suffixes that the ministry has approved (DOM-01).

use crate::data::data;
use crate::filing::host::Host;
use crate::filing::province::Province;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A province's narrower list.
#[derive(Debug, Deserialize)]
struct Narrower {
    code: String,
    approved: BTreeSet<String>,
}

/// A suffix that certain bodies alone register.
#[derive(Debug, Deserialize)]
struct Reserved {
    suffix: String,
    natures: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct SuffixFile {
    as_of: NaiveDate,
    approved: BTreeSet<String>,
    province: Vec<Narrower>,
    reserved: Vec<Reserved>,
}

static SUFFIXES: LazyLock<SuffixFile> = LazyLock::new(|| data!("suffixes"));

/// Returns the last label in Unicode: `cn`, `中国`.
fn last_label(host: &Host) -> String {
    let name = host.to_string();
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Returns the day of the ministry's list.
pub fn suffixes_as_of() -> NaiveDate {
    SUFFIXES.as_of
}

/// Whether the ministry has approved the domain's suffix.
pub fn is_suffix_approved(host: &Host) -> bool {
    SUFFIXES.approved.contains(&last_label(host))
}

/// Whether a province files domains of this suffix: by its own list, where it has one.
///
/// Chinese suffixes stand in no province's list and count as on the ministry's.
pub fn is_suffix_filed_in(host: &Host, province: Province) -> bool {
    let label = last_label(host);
    let narrower = SUFFIXES
        .province
        .iter()
        .find(|list| list.code == province.code());
    SUFFIXES.approved.contains(&label)
        && narrower.is_none_or(|list| !label.is_ascii() || list.approved.contains(&label))
}

/// Returns the natures that alone register names below the host's suffix; none where all do.
pub fn natures_of_suffix(host: &Host) -> &'static [String] {
    let name = host.to_string();
    SUFFIXES
        .reserved
        .iter()
        .find(|reserved| {
            name.strip_suffix(reserved.suffix.as_str())
                .is_some_and(|head| head.ends_with('.'))
        })
        .map_or(&[], |reserved| &reserved.natures)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::knowledge::code_list;

    fn host(name: &str) -> Host {
        Host::parse(name).unwrap()
    }

    #[test]
    fn approved_suffixes_are_those_of_the_dated_list() {
        for name in [
            "example.com",
            "a.com.cn",
            "示例.中国",
            "example.top",
            "示例.公司",
        ] {
            assert!(is_suffix_approved(&host(name)), "{name}");
        }
        for name in ["example.org", "example.io", "example.dev"] {
            assert!(!is_suffix_approved(&host(name)), "{name}");
        }
        assert_eq!(suffixes_as_of().to_string(), "2022-08-30");
        assert!(SUFFIXES.approved.len() > 180);
        for list in &SUFFIXES.province {
            assert!(Province::of_code(&list.code).is_some());
        }
    }

    #[test]
    fn beijing_keeps_a_narrower_list() {
        let (beijing, hebei) = (
            Province::of_code("bj").unwrap(),
            Province::of_code("he").unwrap(),
        );
        for (name, here, there) in [
            ("example.com", true, true),
            ("example.asia", false, true),
            ("example.me", false, true),
            ("示例.公司", true, true),
            ("example.org", false, false),
        ] {
            assert_eq!(is_suffix_filed_in(&host(name), beijing), here, "{name}");
            assert_eq!(is_suffix_filed_in(&host(name), hebei), there, "{name}");
        }
    }

    #[test]
    fn reserved_suffixes_name_known_natures() {
        assert_eq!(natures_of_suffix(&host("example.gov.cn")), ["government"]);
        assert!(natures_of_suffix(&host("example.com.cn")).is_empty());
        let natures = code_list("natures").unwrap();
        for reserved in &SUFFIXES.reserved {
            for nature in &reserved.natures {
                assert!(natures.entry(nature).is_some(), "{nature}");
            }
        }
    }
}
