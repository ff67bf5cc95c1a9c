//! Orders about good filings, each beside the rules that it breaks: a change is judged by what it
//! changes, an added service as a first one.

use super::good::{self, Filing};
use super::{Found, judge};
use crate::support::Icpctl;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// One order about a filing.
#[derive(Debug)]
struct Case {
    /// Nature and province of the filing.
    filing: &'static str,
    /// `adds`, or the part that changes: `subject` or `service`.
    what: &'static str,
    /// Paths and values in TOML; `-` takes the field away.
    changes: &'static [(&'static str, &'static str)],
    /// The ids that are found as more than a note, and no others.
    rules: &'static [&'static str],
}

macro_rules! cases {
    ($($filing:literal $what:literal: $($path:literal = $value:literal),* => $($rule:literal),*;)+) => {
        &[$(Case { filing: $filing, what: $what, changes: &[$(($path, $value)),*], rules: &[$($rule),*] }),+]
    };
}

const CASES: &[Case] = cases! {
    "enterprise-gd" "adds": => ;
    "individual-gd" "adds": "services.0.registrations.0.holder_certificate_number" = "-" => ;
    "enterprise-gd" "adds": "services.0.responsible" = "-" => "RP-01";
    "enterprise-gd" "adds": "services.0.responsible.name" = "-" => "RP-01";
    "enterprise-gd" "adds": "services.0.responsible.certificate_type" = "-" => "SUB-07";
    "enterprise-gd" "adds": "services.0.responsible.certificate_number" = "-" => "SUB-03";
    "enterprise-gd" "adds": "services.0.responsible.valid_until" = "-" => "RP-09";
    "enterprise-gd" "adds": "services.0.responsible.phone" = "-" => "RP-05";
    "enterprise-gd" "adds": "services.0.responsible.emergency_phone" = "'13800000003'" => "RP-05";

    "enterprise-gd" "subject": "subject.name" = "'示例树木有限公司'" => "CHG-03";
    "enterprise-gd" "subject": "subject.name" = "'示例树木有限公司'", "materials+" = "{ slot = 'business-name-change-letter', file = 'papers/paper.jpg' }" => ;
    "enterprise-gd" "subject": "subject.name" = "'示例树木有限公司'", "subject.certificate_number" = "'91440104MA0000017P'", "materials+" = "{ slot = 'business-name-change-letter', file = 'papers/paper.jpg' }" => "CHG-03";
    "enterprise-gd" "subject": "subject.certificate_number" = "'91440104MA0000017P'" => "CHG-01";
    "enterprise-ah" "subject": "subject.name" = "'示例树木有限公司'", "subject.certificate_number" = "'91340102MA00000174'", "materials+" = "{ slot = 'business-name-change-letter', file = 'papers/paper.jpg' }" => "CHG-01";
    "enterprise-ah" "subject": "subject.nature" = "'individual'", "subject.name" = "'张三'", "subject.certificate_type" = "'resident-id'", "subject.certificate_number" = "'340102199001010014'" => ;
    "enterprise-ah" "subject": "subject.nature" = "'individual'", "subject.name" = "'张三'", "subject.certificate_type" = "'resident-id'", "subject.certificate_number" = "'440104199001010053'" => "MAT-04";
    "enterprise-sd" "subject": "subject.name" = "'示例树木有限公司'", "subject.certificate_number" = "'91370102MA0000017G'", "materials+" = "{ slot = 'business-name-change-letter', file = 'papers/paper.jpg' }" => ;
    "enterprise-sd" "subject": "subject.name" = "'示例树木有限公司'", "subject.certificate_number" = "'91370102MA0000017G'", "subject.legal_representative" = "'王五'", "subject.responsible.name" = "'王五'", "materials+" = "{ slot = 'business-name-change-letter', file = 'papers/paper.jpg' }" => "CHG-03";
    "enterprise-gd" "subject": "subject.province" = "'浙江'" => "CHG-07";
    "enterprise-gd" "service": "services.0.kind" = "'app'" => "NUM-02";

    "enterprise-fj" "service": "services.0.responsible.name" = "'王五'" => ;
    "enterprise-fj" "service": "services.0.responsible.name" = "'王五'", "materials[slot=authorisation-letter]" = "-" => "RP-12";
    "enterprise-fj" "service": "services.0.name" = "'示例新商城'", "materials[slot=authorisation-letter]" = "-" => ;
    "enterprise-sc" "subject": "subject.responsible.name" = "'王五'" => ;
    "enterprise-sc" "subject": "subject.responsible.name" = "'王五'", "materials[slot=authorisation-letter]" = "-" => "RP-12";
    "enterprise-sc" "subject": "subject.remark" = "'示例'", "materials[slot=authorisation-letter]" = "-" => ;
    "enterprise-fj" "subject": "subject.responsible.name" = "'王五'" => "RP-01";
    "enterprise-ah" "service": "services.0.responsible.certificate_number" = "'440104199001010037'", "services.0.responsible.phone" = "'13800990003'", "services.0.responsible.emergency_phone" = "'13800990004'", "services.0.responsible.email" = "'other@example.com'" => "RP-01";
    "enterprise-bj" "service": "services.0.responsible.certificate_number" = "'440104201201010015'", "services.0.responsible.phone" = "'13800990003'" => "RP-10";
    "enterprise-tj" "service": "services.0.responsible.certificate_number" = "'440104195001010012'", "services.0.responsible.phone" = "'13800990003'" => "RP-10";
    "enterprise-bj" "service": "services.0.responsible.certificate_number" = "'440104195001010012'", "services.0.responsible.phone" = "'13800990003'" => ;
    "individual-bj" "subject": "subject.responsible.emergency_phone" = "'13900000000'" => ;
};

/// Makes the dossier of a case.
fn ordered(case: &Case, filed: &[Filing]) -> Table {
    let filing = filed.iter().find(|f| f.name == case.filing).unwrap();
    let dossier = match case.what {
        "adds" => filing.adding(),
        part => filing.changing(part),
    };
    let mut tree = Value::Table(dossier);
    for (path, value) in case.changes {
        good::change(&mut tree, path, value);
    }
    tree.as_table().unwrap().clone()
}

/// The rules that say more than a note.
fn told(found: &Found) -> BTreeSet<&str> {
    let weighs = found.iter().filter(|(_, severity, _)| severity != "info");
    weighs.map(|(rule, _, _)| rule.as_str()).collect()
}

#[test]
fn orders_about_filings_break_exactly_the_rules_about_what_they_ask() {
    let user = Icpctl::new();
    let filed = good::filings(&user);
    let dossiers: BTreeMap<String, Table> = CASES
        .iter()
        .enumerate()
        .map(|(place, case)| (format!("order-{place:03}"), ordered(case, &filed)))
        .collect();
    let found = judge(&user, &dossiers);
    let mut wrong = Vec::new();
    for (case, found) in CASES.iter().zip(found.values()) {
        let expected: BTreeSet<&str> = case.rules.iter().copied().collect();
        if told(found) != expected {
            wrong.push(format!("{case:?}\n    found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
