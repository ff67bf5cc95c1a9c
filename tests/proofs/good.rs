//! Good dossiers, made from what `template` prints.

use crate::support::Icpctl;
use icpctl::filing::kind::Kind;
use icpctl::filing::number::ServiceKind;
use icpctl::filing::province::Province;
use icpctl::filing::tree;
use icpctl::intake::{Choice, Template, template};
use icpctl::knowledge::{self, Occasion, PaperOf};
use icpctl::lang::Lang;
use image::{ImageFormat, RgbImage};
use serde_json::json;
use std::io::Cursor;
use toml::{Table, Value};

/// What a good dossier is for.
pub(super) struct Base {
    pub(super) nature: String,
    pub(super) province: String,
    pub(super) service: ServiceKind,
    pub(super) provider: String,
}

impl Base {
    pub(super) fn new(nature: &str, province: &str, service: ServiceKind) -> Self {
        Self {
            nature: nature.to_owned(),
            province: province.to_owned(),
            service,
            provider: "tencent".to_owned(),
        }
    }

    /// Reads `nature province kind`.
    pub(super) fn parse(words: &str) -> Self {
        let words: Vec<&str> = words.split(' ').collect();
        let base = Self::new(
            words[0],
            words[1],
            ServiceKind::from_name(words[2]).unwrap(),
        );
        Self {
            provider: words.get(3).copied().unwrap_or("tencent").to_owned(),
            ..base
        }
    }

    pub(super) fn name(&self) -> String {
        format!(
            "{}-{}-{}-{}",
            self.nature,
            self.province,
            self.service.name(),
            self.provider
        )
    }

    /// The dossier as the template prints it, with all that is needed to submit it.
    pub(super) fn dossier(&self) -> Table {
        let choice = Choice {
            nature: self.nature.clone(),
            province: Province::of_code(&self.province),
            provider: self.provider.clone(),
            service: self.service,
        };
        let printed = template(Template::Dossier(Kind::New), &choice, Lang::En);
        let mut tree = Value::Table(printed.parse().unwrap());
        let mut put = |path: &str, value: Value| assert!(tree::put(&mut tree, path, Some(value)));
        if self.provider != "wechat" {
            put("services.0.resource.prepaid_months", 12.into());
            put("services.0.resource.expires_on", "2030-06-30".into());
            put("services.0.resource.mainland", true.into());
            put("services.0.resource.public_ip", "192.0.2.10".into());
        }
        put("materials", self.materials("new"));
        if self.service == ServiceKind::Site {
            let of = |path: &str| tree::get(&tree, path).unwrap();
            let registration: Table = [
                ("domain", of("services.0.domains.0")),
                ("registrar", "腾讯云".into()),
                ("mainland_registrar", true.into()),
                ("registered_on", "2024-03-01".into()),
                ("expires_on", "2030-03-01".into()),
                ("real_name_on", "2024-03-02".into()),
                ("holder", of("subject.name")),
                ("holder_certificate_type", of("subject.certificate_type")),
                (
                    "holder_certificate_number",
                    of("subject.certificate_number"),
                ),
            ]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
            let list = Value::Array(vec![Value::Table(registration)]);
            assert!(tree::put(&mut tree, "services.0.registrations", Some(list)));
        }
        tree.as_table().unwrap().clone()
    }

    /// The papers that an order of this kind always carries, and the letter of authorisation.
    fn materials(&self, kind: &str) -> Value {
        let occasion = Occasion {
            kind,
            nature: &self.nature,
            province: Some(&self.province),
            provider: Some(&self.provider),
            service: self.service.name(),
        };
        let needed = knowledge::papers().iter().filter(|paper| {
            paper.is_for(&occasion)
                && (paper.when.is_none() || paper.slot == "authorisation-letter")
        });
        let list = needed.map(|paper| {
            let ending = if paper.slot.ends_with("video") {
                "mp4"
            } else {
                "jpg"
            };
            let mut material = Table::new();
            material.insert("slot".to_owned(), paper.slot.clone().into());
            material.insert("file".to_owned(), format!("papers/paper.{ending}").into());
            if paper.of == PaperOf::Service {
                material.insert("service".to_owned(), "1".into());
            }
            Value::Table(material)
        });
        Value::Array(list.collect())
    }
}

/// Writes the files that good dossiers name, and some that are no good.
pub(super) fn papers(user: &Icpctl) {
    let mut jpeg = Cursor::new(Vec::new());
    RgbImage::new(16, 16)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    user.write("papers/paper.jpg", &jpeg);
    user.write(
        "papers/paper.mp4",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    );
    user.write("papers/half.jpg", &jpeg[..jpeg.len() / 2]);
    user.write("papers/words.jpg", "no picture");
    user.write("papers/empty.jpg", "");
    let mut large = jpeg.clone();
    large.resize((4 << 20) + 1, 0);
    user.write("papers/large.jpg", &large);
}

/// Changes a dossier at a path: `-` takes the field away, anything else is TOML; a path that ends
/// in `+` adds to a list; `materials.other` adds so many papers.
pub(super) fn change(tree: &mut Value, path: &str, value: &str) {
    let parsed = (value != "-").then(|| {
        let document: Table = format!("value = {value}").parse().unwrap();
        document["value"].clone()
    });
    if let Some(list) = path.strip_suffix('+') {
        let mut there = match tree::get(tree, list) {
            Some(Value::Array(there)) => there,
            other => panic!("{list} is {other:?}"),
        };
        there.push(parsed.unwrap());
        assert!(tree::put(tree, list, Some(Value::Array(there))), "{path}");
    } else if let Some((list, slot)) = path.split_once("[slot=") {
        let slot = slot.trim_end_matches(']');
        let Some(Value::Array(mut there)) = tree::get(tree, list) else {
            panic!("{list} is no list");
        };
        let before = there.len();
        there.retain(|material| material["slot"].as_str() != Some(slot));
        assert!(there.len() < before, "{path}");
        tree::put(tree, list, Some(Value::Array(there)));
    } else if path == "materials.other" {
        for _ in 0..value.parse::<usize>().unwrap() {
            change(
                tree,
                "materials+",
                "{ slot = 'other', file = 'papers/paper.jpg' }",
            );
        }
    } else if path == "services.again" {
        let service = tree::get(tree, "services.0").unwrap();
        let Some(Value::Array(mut services)) = tree::get(tree, "services") else {
            panic!("services are a list");
        };
        for place in 1..=value.parse::<usize>().unwrap() {
            let mut copy = service.clone();
            let domain = format!("example{place}.com");
            tree::put(
                &mut copy,
                "name",
                Some(format!("示例随笔{}", "甲乙丙丁戊己".chars().nth(place - 1).unwrap()).into()),
            );
            tree::put(
                &mut copy,
                "domains",
                Some(Value::Array(vec![domain.clone().into()])),
            );
            tree::put(
                &mut copy,
                "home_urls",
                Some(Value::Array(vec![domain.clone().into()])),
            );
            tree::put(&mut copy, "registrations.0.domain", Some(domain.into()));
            services.push(copy);
            let material = tree::get(tree, "materials").unwrap();
            let Value::Array(mut materials) = material else {
                panic!("materials are a list")
            };
            let of_first =
                |material: &&Value| material.get("service").and_then(Value::as_str) == Some("1");
            let mut copies: Vec<Value> = materials.iter().filter(of_first).cloned().collect();
            for copy in &mut copies {
                tree::put(copy, "service", Some((place + 1).to_string().into()));
            }
            materials.extend(copies);
            tree::put(tree, "materials", Some(Value::Array(materials)));
        }
        tree::put(tree, "services", Some(Value::Array(services)));
    } else {
        assert!(tree::put(tree, path, parsed), "{path}");
    }
}

/// Brings in what the cases run into: a phone, a domain and an empty shell of others.
pub(super) fn portfolio(user: &Icpctl) {
    let filed = json!([
        {"number": "粤ICP备2021000091号", "name": "示例他人科技有限公司", "nature": "enterprise",
         "responsible": {"name": "赵六", "certificate_type": "resident-id",
            "certificate_number": "44010419900101007X", "phone": "13900000001"},
         "services": [{"number": "粤ICP备2021000091号-1", "kind": "site", "name": "示例他人商城",
            "domains": ["taken.com"],
            "responsible": {"name": "赵六", "certificate_type": "resident-id",
                "certificate_number": "44010419900101007X", "phone": "13900000001"},
            "accesses": [{"provider": "tencent", "resource": "ins-full"}]}]},
        {"number": "粤ICP备2021000092号", "name": "示例科技有限公司", "nature": "enterprise", "services": []},
    ]);
    user.write("others.json", filed.to_string());
    user.run(["adopt", "--from", "others.json"]).exits(0);
}

/// One good filing in the portfolio.
pub(super) struct Filing {
    pub(super) name: String,
    number: String,
    base: Base,
}

/// Brings in a good filing of an enterprise and an individual in every province.
pub(super) fn filings(user: &Icpctl) -> Vec<Filing> {
    let mut filed = Vec::new();
    let mut adopted = Vec::new();
    for (place, province) in Province::all().enumerate() {
        for (turn, nature) in ["enterprise", "individual"].into_iter().enumerate() {
            let base = Base::new(nature, province.code(), ServiceKind::Site);
            let serial = 100 + place * 2 + turn;
            let number = format!("{}ICP备2021{serial:06}号", province.letter());
            let dossier = base.dossier();
            let mut document = json_of(&dossier["subject"]);
            document["number"] = number.clone().into();
            if nature == "individual" {
                // The enterprise's person is another one: some bureaus file a person once.
                let id = "certificate_number";
                let other = sibling(document[id].as_str().unwrap());
                document[id] = other.clone().into();
                document["responsible"][id] = other.into();
            }
            let phone = |role: usize| format!("139{serial:04}{role:04}");
            document["responsible"]["phone"] = phone(1).into();
            document["responsible"]["emergency_phone"] = phone(2).into();
            let services: Vec<serde_json::Value> = (1..=2)
                .map(|counter| {
                    let mut service = json_of(&dossier["services"][0]);
                    for gone in ["resource", "registrations"] {
                        service.as_object_mut().unwrap().remove(gone);
                    }
                    service["number"] = format!("{number}-{counter}").into();
                    let domain = format!("example-{serial}-{counter}.com");
                    service["domains"] = json!([domain]);
                    service["home_urls"] = json!([domain]);
                    service["accesses"] = json!(["tencent", "huawei"]);
                    service["approved_on"] = "2024-06-03".into();
                    if nature == "enterprise" {
                        // In Anhui both persons are one.
                        let role = if province.code() == "ah" { 1 } else { 3 };
                        service["responsible"]["phone"] = phone(role).into();
                        service["responsible"]["emergency_phone"] = phone(role + 1).into();
                    }
                    service
                })
                .collect();
            document["services"] = services.into();
            adopted.push(document);
            filed.push(Filing {
                name: format!("{nature}-{}", province.code()),
                number,
                base,
            });
        }
    }
    user.write("filed.json", serde_json::Value::Array(adopted).to_string());
    user.run(["adopt", "--from", "filed.json"]).exits(0);
    filed
}

impl Filing {
    /// A good dossier that files one more site under the subject.
    pub(super) fn adding(&self) -> Table {
        let mut dossier = Value::Table(self.base.dossier());
        let mut put = |path: &str, value: Value| {
            assert!(tree::put(&mut dossier, path, Some(value)), "{path}");
        };
        put("subject", self.number.clone().into());
        let domain = "example-added.com";
        for list in ["domains", "home_urls"] {
            put(
                &format!("services.0.{list}"),
                Value::Array(vec![domain.into()]),
            );
        }
        put("services.0.registrations.0.domain", domain.into());
        dossier.as_table().unwrap().clone()
    }

    /// A dossier of a change of the subject or of its first site that says nothing yet.
    pub(super) fn changing(&self, part: &str) -> Table {
        let mut dossier = Value::Table(Table::new());
        let mut put = |path: &str, value: Value| {
            assert!(tree::put(&mut dossier, path, Some(value)), "{path}");
        };
        put("kind", "change".into());
        put("provider", "tencent".into());
        put("materials", self.base.materials("change"));
        if part == "subject" {
            put("subject.number", self.number.clone().into());
        } else {
            let mut service = Table::new();
            service.insert("number".to_owned(), format!("{}-1", self.number).into());
            put("services", Value::Array(vec![Value::Table(service)]));
        }
        dossier.as_table().unwrap().clone()
    }

    /// A good dossier of each kind of order about the filing.
    pub(super) fn orders(&self) -> Vec<(&'static str, Table)> {
        let order = |kind: &str, provider: &str, target: &str| {
            let mut dossier = Table::new();
            dossier.insert("kind".to_owned(), kind.into());
            dossier.insert("provider".to_owned(), provider.into());
            dossier.insert("target".to_owned(), Value::Array(vec![target.into()]));
            dossier
        };
        let service = format!("{}-1", self.number);
        let mut access = order("access", "alibaba", &service);
        access.insert("materials".to_owned(), self.base.materials("access"));
        let mut change = order("change", "tencent", &service);
        change.insert("materials".to_owned(), self.base.materials("change"));
        let mut changed = Table::new();
        changed.insert("number".to_owned(), service.clone().into());
        changed.insert(
            "languages".to_owned(),
            Value::Array(vec!["simplified-chinese".into(), "english".into()]),
        );
        change.insert(
            "services".to_owned(),
            Value::Array(vec![Value::Table(changed)]),
        );
        vec![
            ("access", access),
            ("change", change),
            ("cancel-site", order("cancel-site", "tencent", &service)),
            (
                "cancel-subject",
                order("cancel-subject", "tencent", &self.number),
            ),
            ("cancel-access", order("cancel-access", "tencent", &service)),
        ]
    }
}

/// Returns TOML as JSON, dates as texts.
fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Datetime(date) => date.to_string().into(),
        Value::Array(list) => list.iter().map(json_of).collect(),
        Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.clone(), json_of(value)));
            serde_json::Value::Object(entries.collect())
        }
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(flag) => (*flag).into(),
    }
}

/// Returns the resident ID four sequence numbers on, check digit and all.
fn sibling(id: &str) -> String {
    let sequence: u32 = id[14..17].parse().unwrap();
    let body = format!("{}{:03}", &id[..14], sequence + 4);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.chars().map(|ch| ch.to_digit(10).unwrap());
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = "10X98765432"
        .chars()
        .nth(usize::try_from(sum % 11).unwrap());
    format!("{body}{}", check.unwrap())
}
