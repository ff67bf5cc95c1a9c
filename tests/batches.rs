//! Batches at the edge that a user touches: files, plans, runs; what a kill or a failing call leaves.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod cells;
mod crash;
mod files;
mod plans;
mod records;
mod runs;
#[cfg(unix)]
mod signals;
mod slips;
#[cfg(unix)]
mod terminal;
mod waiting;
mod words;

use crate::scenarios::{CERTIFICATES, Scene, company, site};
use crate::support::{Icpctl, Output};
use icpctl::cli::commands::schema;
use serde_json::{Value, json};

/// A subject with `services` sites at Tencent Cloud: `s1.example.net` and so on.
pub(crate) fn holding(services: usize) -> Scene {
    holding_at(&vec!["tencent"; services])
}

/// The same, a site for each provider, which carries it.
pub(crate) fn holding_at(providers: &[&str]) -> Scene {
    let sites: Vec<Value> = (1..)
        .zip(providers)
        .map(|(n, provider)| {
            let number = format!("粤ICP备2021000001号-{n}");
            site(&number, &format!("s{n}.example.net"), &json!([provider]))
        })
        .collect();
    Scene::holding(&[company("粤ICP备2021000001号", CERTIFICATES[0], &sites)])
}

/// `count` subjects with a site each, from `first` on: `d1.example.net` and so on.
pub(crate) fn subjects(user: &Icpctl, count: usize) {
    let lines: Vec<String> = (1..=count)
        .map(|n| {
            let number = format!("粤ICP备{}号", 2_021_000_000 + n);
            json!({
                "number": number, "name": "示例科技有限公司", "nature": "enterprise",
                "services": [{
                    "number": format!("{number}-1"), "kind": "site", "name": "示例网站",
                    "domains": [format!("d{n}.example.net")], "accesses": ["tencent"],
                }],
            })
            .to_string()
        })
        .collect();
    user.write("filings.jsonl", lines.join("\n"));
    let _ = user.run(["init"]).exits(0);
    let _ = user
        .run(["-q", "adopt", "--from", "filings.jsonl"])
        .exits(0);
}

/// The records of a stream, each valid against the schema that the stream names.
pub(crate) fn stream(output: &Output) -> Vec<Value> {
    let records: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let name = records[0]["schema"].as_str().unwrap().to_owned();
    let schema: Value = serde_json::from_str(schema::named(&name).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for record in &records {
        assert!(validator.is_valid(record), "{record:#}");
    }
    let types: Vec<&str> = records
        .iter()
        .map(|r| r["type"].as_str().unwrap())
        .collect();
    assert_eq!(types[0], "start");
    assert_eq!(types[types.len() - 1], "summary");
    assert!(
        types[1..types.len() - 1].iter().all(|t| *t == "row"),
        "{types:?}"
    );
    records
}

/// The rows of a stream as `ref outcome`.
pub(crate) fn outcomes(output: &Output) -> Vec<String> {
    let records = stream(output);
    let rows = &records[1..records.len() - 1];
    rows.iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            format!("{} {}", text("ref"), text("outcome"))
        })
        .collect()
}
