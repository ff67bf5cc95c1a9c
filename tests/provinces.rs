//! What the bureaus ask for: the data, held against an independent copy of the table; and every data file against its schema.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use icpctl::cli::commands::schema::named;
use icpctl::filing::kind::Kind;
use icpctl::filing::particulars::{
    Counts, LocalPhone, Match, NatureChange, OutOfProvince, Particulars, Persons, ServicePerson,
    SubjectPerson,
};
use icpctl::filing::province::Province;
use icpctl::knowledge::code_list;
use icpctl::lang::Lang;
use icpctl::rulebook::sample;
use std::path::Path;

const TABLE: &str = include_str!("data/provinces.tsv");

fn rules(code: &str) -> &'static Particulars {
    Province::of_code(code).unwrap().rules()
}

fn disputed(word: &str, is: bool) -> String {
    format!("{word}{}", if is { "!" } else { "" })
}

fn or_unknown(word: Option<String>) -> String {
    word.unwrap_or_else(|| ".".to_owned())
}

fn level(level: Match) -> &'static str {
    match level {
        Match::Free => "F",
        Match::Name => "N",
        Match::NameAndNumber => "NI",
        Match::All => "ALL",
    }
}

fn change(change: NatureChange) -> &'static str {
    match change {
        NatureChange::No => "n",
        NatureChange::Yes => "y",
        NatureChange::LegalRepresentative => "lr",
    }
}

/// One row as the table writes it.
fn row(code: &str) -> Vec<String> {
    let rules = rules(code);
    let person = match rules.subject_person {
        SubjectPerson::Must => "M",
        SubjectPerson::Letter => "L",
        SubjectPerson::Free => "F",
    };
    let out = rules.out_of_province.map(|out| match out {
        OutOfProvince::No => "N",
        OutOfProvince::Proof => "P",
        OutOfProvince::Yes => "Y",
    });
    let age = [
        rules.age.individual.map(|n| format!("i{n}")),
        rules.age.organisation.map(|n| format!("o{n}")),
        rules.age.with_job_proof.map(|n| format!("j{n}")),
        rules.age.guardian.then(|| "g".to_owned()),
        rules
            .age
            .relief_for_individuals_only
            .then(|| "(i)".to_owned()),
    ];
    let age: Vec<String> = age.into_iter().flatten().collect();
    let age = (!age.is_empty()).then(|| age.join(" "));
    let phone = rules.local_phone.map(|phone| match phone {
        LocalPhone::All => "y".to_owned(),
        LocalPhone::Individual => "i".to_owned(),
        LocalPhone::None => "n".to_owned(),
    });
    let persons = match rules.access.persons {
        Some(Persons::Both) => "+R",
        Some(Persons::Service) => "+V",
        None => "",
    };
    let individual = rules.access.individual.map(|l| format!("/{}", level(l)));
    vec![
        code.to_owned(),
        disputed(person, rules.subject_person_disputed),
        or_unknown(rules.service_letter.map(|_| "y".to_owned())),
        or_unknown(out.map(str::to_owned)),
        or_unknown(age),
        or_unknown(phone),
        format!(
            "{}{}{persons}",
            level(rules.access.level),
            individual.unwrap_or_default()
        ),
        or_unknown(
            rules
                .to_individual
                .map(|c| disputed(change(c), rules.to_individual_disputed)),
        ),
        or_unknown(rules.to_organisation.map(|c| change(c).to_owned())),
        if rules.shell_adds { "y" } else { "." }.to_owned(),
    ]
}

#[test]
fn the_data_say_what_the_table_says_in_every_cell() {
    let rows: Vec<Vec<String>> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    let of_data: Vec<Vec<String>> = Province::all().map(|p| row(p.code())).collect();
    let mut expected = rows.clone();
    let mut found = of_data;
    expected.sort();
    found.sort();
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found);
    }
    assert_eq!((expected.len(), found.len()), (31, 31));
}

/// What the last column limits: province, what is counted, how many, whose, what helps.
#[test]
fn the_data_hold_the_limits_of_the_last_column() {
    use Counts::{DomainsInOrder, DomainsInSite, SitesInOrder, SitesOfSubject};
    let plan = Some("website-construction-proposal");
    let (org, ind) = (Some("organisation"), Some("individual"));
    let expected = [
        ("sx", DomainsInOrder, 3, None, None),
        ("hl", SitesInOrder, 4, org, None),
        ("hl", SitesInOrder, 2, ind, None),
        ("sh", SitesOfSubject, 29, org, plan),
        ("js", SitesOfSubject, 29, org, plan),
        ("js", SitesOfSubject, 9, ind, plan),
        ("jx", DomainsInOrder, 1, ind, None),
        ("jx", DomainsInOrder, 1, org, None),
        ("ha", DomainsInOrder, 5, org, None),
        ("ha", DomainsInOrder, 3, ind, None),
        ("ha", DomainsInOrder, 3, None, Some("domain-certificate")),
        ("hb", SitesInOrder, 1, None, None),
        ("hb", DomainsInOrder, 1, None, None),
        ("hn", SitesInOrder, 1, None, None),
        ("hn", SitesOfSubject, 2, None, plan),
        ("gd", SitesOfSubject, 31, org, plan),
        ("gd", SitesOfSubject, 5, ind, plan),
        ("gx", DomainsInSite, 1, None, None),
        ("hi", DomainsInOrder, 1, ind, None),
        ("cq", DomainsInSite, 1, None, None),
        ("sc", DomainsInOrder, 5, None, Some("statement")),
        ("gz", SitesInOrder, 5, None, None),
        ("sn", SitesInOrder, 5, None, None),
        ("sn", SitesOfSubject, 30, None, None),
        ("sn", DomainsInOrder, 4, None, Some("domain-certificate")),
        ("xj", DomainsInSite, 1, None, None),
    ];
    let mut found = Vec::new();
    for province in Province::all() {
        for limit in &province.rules().limits {
            let (holder, needs) = (limit.holder.as_deref(), limit.needs.as_deref());
            found.push((province.code(), limit.counts, limit.most, holder, needs));
        }
    }
    for limit in expected {
        assert!(found.contains(&limit), "{limit:?}");
    }
    assert_eq!(found.len(), expected.len());
    let of = |code: &str| rules(code).limits.iter();
    assert_eq!(
        of("jx").map(|l| l.beyond_filed).collect::<Vec<_>>(),
        [Some(7), Some(15)]
    );
    assert!(of("hi").all(|l| l.first_filing) && of("sn").any(|l| l.first_filing));
}

/// A written application is addressed to the bureau by its name in full.
#[test]
fn a_bureau_bears_the_full_name_of_its_province() {
    let file: toml::Table = include_str!("../src/data/provinces.toml").parse().unwrap();
    let provinces = file["province"].as_array().unwrap();
    assert_eq!(provinces.len(), 31);
    for province in provinces {
        let name = province["name"].as_str().unwrap();
        let bureau = province["bureau"]["zh"].as_str().unwrap();
        assert_eq!(bureau, format!("{name}通信管理局"));
    }
}

#[test]
fn the_data_hold_the_extras_of_the_last_column() {
    assert_eq!(rules("zj").bureau_days, Some(30));
    assert!(rules("zj").letter_refused);
    assert_eq!(rules("ah").service_person, Some(ServicePerson::Same));
    assert_eq!(rules("tj").service_person, Some(ServicePerson::Different));
    assert_eq!(
        rules("js").service_person,
        Some(ServicePerson::SameUnlessLegalRepresentative)
    );
    let retirement = rules("tj").retirement_age;
    assert_eq!((retirement.men, retirement.women), (Some(60), Some(55)));
    for (code, one, two) in [("bj", 2, 3), ("gd", 2, 2)] {
        let numbers = rules(code).distinct_numbers;
        let found = (numbers.one_person, numbers.two_persons);
        assert_eq!(found, (Some(one), Some(two)));
    }
    assert_eq!(rules("gd").subject_person_kinds, [Kind::New]);
    assert_eq!(rules("gd").student_card, Some(false));
    assert!(rules("gd").footer_shows_subject && rules("hb").annual_audit);
    assert_eq!(rules("hl").content_refused, ["other"]);
    assert_eq!(rules("sd").unique_across_subjects, ["phone", "certificate"]);
    assert_eq!(rules("he").foreigners, Some(false));
    assert!(rules("nx").holder_is_the_unit);
    let swaps = |province: &Province| province.rules().to_other_organisation.is_some();
    let swaps: Vec<&str> = Province::all().filter(swaps).map(Province::code).collect();
    assert_eq!(swaps, ["sd"]);
    assert!(rules("js").change_covers_all);
    for province in Province::all() {
        let rules = province.rules();
        assert!(rules.as_of.to_string().as_str() >= "2019-01-01");
        assert!(!rules.source.is_empty());
        let slots = code_list("material-slots").unwrap();
        for slot in rules
            .limits
            .iter()
            .filter_map(|limit| limit.needs.as_deref())
        {
            assert!(slots.entry(slot).is_some(), "{slot}");
        }
        let contents = code_list("content-types").unwrap();
        assert!(
            rules
                .content_refused
                .iter()
                .chain(&rules.individual_content_refused)
                .all(|c| contents.entry(c).is_some())
        );
    }
}

#[test]
fn a_rule_about_a_cell_is_of_the_provinces_that_have_it() {
    type Cell = fn(&Particulars) -> bool;
    let cells: [(&str, Cell); 4] = [
        ("PRV-05", |rules| rules.foreigners == Some(false)),
        ("PRV-06", |rules| rules.address_in_city_of_certificate),
        ("PRV-08", |rules| {
            !rules.content_refused.is_empty() || !rules.individual_content_refused.is_empty()
        }),
        ("PRV-09", |rules| rules.individual_remark.is_some()),
    ];
    for (id, has) in cells {
        let provinces = Province::all().filter(|province| has(province.rules()));
        let provinces: Vec<Province> = provinces.collect();
        let rule = icpctl::knowledge::rule(id).unwrap();
        assert_eq!(rule.provinces, provinces, "{id}");
    }
}

/// The data files and the schemas that they are held to.
const FILES: [(&str, &str, &str); 5] = [
    (
        "bureaus",
        include_str!("../src/data/bureaus.toml"),
        include_str!("data/schemas/bureaus.json"),
    ),
    (
        "provinces",
        include_str!("../src/data/provinces.toml"),
        include_str!("data/schemas/provinces.json"),
    ),
    (
        "suffixes",
        include_str!("../src/data/suffixes.toml"),
        include_str!("data/schemas/suffixes.json"),
    ),
    (
        "words",
        include_str!("../src/data/words.toml"),
        include_str!("data/schemas/words.json"),
    ),
    (
        "papers",
        include_str!("../src/data/papers.toml"),
        include_str!("data/schemas/papers.json"),
    ),
];

/// Returns TOML as JSON, dates as texts.
fn json_of(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(list) => list.iter().map(json_of).collect(),
        toml::Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.clone(), json_of(value)));
            serde_json::Value::Object(entries.collect())
        }
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(flag) => (*flag).into(),
    }
}

/// What a file says against a schema.
fn errors(schema: &str, file: toml::Table) -> Vec<String> {
    let data = json_of(&toml::Value::Table(file));
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&data);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn every_data_file_is_valid_against_its_schema() {
    for (name, text, schema) in FILES {
        let errors = errors(schema, text.parse().unwrap());
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_rule_file_is_valid_against_the_schema_that_is_printed() {
    let schema = named("rules-file").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data/rules");
    let files = std::fs::read_dir(folder).unwrap();
    let mut texts: Vec<String> = files
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(texts.len(), 16);
    texts.extend([Lang::Zh, Lang::En].map(sample));
    for text in texts {
        let errors = errors(schema, text.parse().unwrap());
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let wrong = "[[rule]]\nid = \"MY-01\"\noffer = true\n";
    assert_eq!(errors(schema, wrong.parse().unwrap()).len(), 1);
}

#[test]
fn every_profile_is_valid_against_the_schema_that_is_printed() {
    let schema = named("provider-file").unwrap();
    let profiles: toml::Table = include_str!("../src/data/providers.toml").parse().unwrap();
    // Five providers, and what stands for one in a written application.
    assert_eq!(profiles.len(), 6);
    for (name, profile) in profiles {
        let errors = errors(schema, profile.as_table().unwrap().clone());
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    let own = "extends = \"tencent\"\npurge_days = 30\n";
    assert!(errors(schema, own.parse().unwrap()).is_empty());
    let wrong = "extends = \"tencent\"\npurge_day = 30\n";
    assert_eq!(errors(schema, wrong.parse().unwrap()).len(), 1);
    // The steps of a guide of one's own are those of the built-in ones.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data/guides");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let guide = text.replace("[[step]]", "[[guide]]");
        let errors = errors(schema, guide.parse().unwrap());
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
    let wrong = "[[guide]]\nid = \"fax\"\nstatus = \"draft\"\nsource = \"\"\ntitle = { zh = \"传真\", en = \"Fax\" }\nonly = [\"new\"]\n";
    assert_eq!(errors(schema, wrong.parse().unwrap()).len(), 1);
}
