//! The published schemas hold for what scripts depend on, and name what the core names.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use icpctl::cli::commands::schema;
use icpctl::cli::table::COMMANDS;
use icpctl::exit::Exit;
use icpctl::filing::deadline::{Basis, DeadlineKind};
use icpctl::filing::event::{By, Command, Event, Report};
use icpctl::filing::impact::Code;
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::number::{NumberKind, ServiceKind};
use icpctl::filing::status::{Bucket, Status};
use icpctl::knowledge::{Severity, all_pages};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn schema(name: &str) -> Value {
    serde_json::from_str(schema::named(name).unwrap()).unwrap()
}

fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name)).unwrap()
}

/// An order with everything filled in.
fn order_document() -> Value {
    serde_json::from_str(include_str!("data/order.json")).unwrap()
}

#[test]
fn every_schema_is_valid_and_closed() {
    for name in schema::names() {
        let schema = schema(name);
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(!validator.is_valid(&json!({})), "{name}");
        assert_eq!(
            schema::named(&format!("icpctl.{name}/1")),
            schema::named(name)
        );
    }
    assert_eq!(schema::named("shared"), None);
    assert_eq!(schema::named("icpctl.order/2"), None);
}

#[test]
fn every_document_of_a_command_has_its_schema() {
    for row in COMMANDS {
        assert!(schema::named(row.schema).is_some(), "{}", row.name);
    }
}

#[test]
fn an_order_with_everything_filled_in_is_valid() {
    let document = order_document();
    let errors: Vec<String> = validator("order")
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let mut list = document.clone();
    list["schema"] = json!("icpctl.order-list/1");
    list["data"] = json!([document["data"]]);
    assert!(validator("order-list").is_valid(&list));
    assert!(!validator("order").is_valid(&list));
}

#[test]
fn every_key_of_the_example_is_required() {
    fn drop_each(value: &Value, path: &str, valid_without: &dyn Fn(&str) -> bool) {
        match value {
            Value::Object(entries) => {
                for (key, below) in entries {
                    let path = format!("{path}/{key}");
                    // Labels are the user's own keys.
                    let is_free = path == "/data/labels/customer";
                    assert_eq!(valid_without(&path), is_free, "{path}");
                    drop_each(below, &path, valid_without);
                }
            }
            Value::Array(elements) => {
                for (place, below) in elements.iter().enumerate() {
                    drop_each(below, &format!("{path}/{place}"), valid_without);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let validator = validator("order");
    let without = |path: &str| {
        let mut document = order_document();
        let (above, key) = path.rsplit_once('/').unwrap();
        let above = document
            .pointer_mut(above)
            .unwrap()
            .as_object_mut()
            .unwrap();
        assert!(above.remove(key).is_some());
        validator.is_valid(&document)
    };
    drop_each(&order_document(), "", &without);
}

#[test]
fn what_is_not_in_the_vocabulary_is_refused() {
    let validator = validator("order");
    for (path, wrong) in [
        ("/schema", json!("icpctl.number/1")),
        ("/ok", json!(false)),
        ("/data", json!(null)),
        ("/data/id", json!("K3M9T2QD")),
        ("/data/status", json!("pending")),
        ("/data/bucket", json!("done")),
        ("/data/kind", json!("cancel-service")),
        ("/data/via", json!("paper")),
        ("/data/verify_by", json!("phone")),
        ("/data/revision", json!(0)),
        ("/data/impact/0/code", json!("nothing-happens")),
        ("/data/deadline/kind", json!("sms")),
        ("/data/deadline/at", json!("2026-11-23T02:10:00Z")),
        ("/data/awaiting/0/who", json!("service:0")),
        ("/data/history/0/by", json!("nobody")),
        ("/data/history/0/event", json!("submitted")),
        ("/data/target/services/0/kind", json!("web")),
    ] {
        let mut document = order_document();
        *document.pointer_mut(path).unwrap() = wrong;
        assert!(!validator.is_valid(&document), "{path}");
    }
    let mut more = order_document();
    more["data"]["added_later"] = json!(1);
    assert!(validator.is_valid(&more));
    more["added_later"] = json!(1);
    assert!(!validator.is_valid(&more));
}

#[test]
fn a_failure_has_an_error_and_may_lack_data() {
    let validator = validator("order");
    let mut document = order_document();
    document["ok"] = json!(false);
    document["data"] = json!(null);
    document["error"] = json!({"code": "refused.bureau-review", "exit": 5, "message": "…", "hints": [], "retryable": false, "rule": "ORD-08"});
    assert!(validator.is_valid(&document));
    document["error"]["exit"] = json!(10);
    assert!(!validator.is_valid(&document));
    document["error"] = json!(null);
    assert!(!validator.is_valid(&document));
}

#[test]
fn a_stream_is_of_its_records() {
    let wait = validator("wait");
    let summary = json!({"type": "summary", "schema": "icpctl.wait/1", "ok": true, "changed": false, "dry_run": false, "warnings": [], "error": null});
    for record in [
        json!({"type": "start"}),
        json!({"type": "change"}),
        summary.clone(),
    ] {
        assert!(wait.is_valid(&record), "{record}");
    }
    let row = json!({"type": "row", "line": 2, "ref": "row-2", "order": "k3m9t2qd", "outcome": "ok", "error": null});
    assert!(!wait.is_valid(&row));
    let batch = validator("batch");
    assert!(batch.is_valid(&row) && batch.is_valid(&summary));
    assert!(!batch.is_valid(&json!({"type": "summary"})));
}

#[test]
fn the_words_are_those_of_the_core() {
    fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> BTreeSet<String> {
        all.iter().map(|one| name(*one).to_owned()).collect()
    }
    let events = [
        Event::Create,
        Event::Attach,
        Event::Label,
        Event::Note,
        Event::Undo,
    ];
    let events = events
        .into_iter()
        .chain(Command::ALL.iter().copied().map(Event::Command))
        .chain(Report::ALL.iter().copied().map(Event::Report));
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let numbers = [
        NumberKind::Subject,
        NumberKind::Service,
        NumberKind::Licence,
        NumberKind::LicenceService,
        NumberKind::Security,
    ];
    let words = [
        ("order", "status", names(Status::ALL, Status::name)),
        ("order", "bucket", names(Bucket::ALL, Bucket::name)),
        ("order", "kind", names(Kind::ALL, Kind::name)),
        (
            "order",
            "service_kind",
            names(ServiceKind::ALL, ServiceKind::name),
        ),
        (
            "order",
            "event",
            events.map(|event| event.name().to_owned()).collect(),
        ),
        (
            "order",
            "deadline_kind",
            names(DeadlineKind::ALL, DeadlineKind::name),
        ),
        ("order", "basis", names(Basis::ALL, Basis::name)),
        ("order", "by", names(By::ALL, By::name)),
        ("order", "via", names(Via::ALL, Via::name)),
        ("order", "verify_by", names(VerifyBy::ALL, VerifyBy::name)),
        ("order", "impact_code", names(Code::ALL, Code::name)),
        ("number", "number_kind", names(&numbers, NumberKind::name)),
        (
            "explain",
            "page_kind",
            all_pages()
                .map(|page| page.kind.name().to_owned())
                .collect(),
        ),
        (
            "check",
            "severity",
            severities
                .iter()
                .map(|severity| serde_json::to_value(severity).unwrap())
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
        ),
    ];
    for (document, word, expected) in words {
        let schema = schema(document);
        let written: BTreeSet<String> = schema["$defs"][word]["enum"]
            .as_array()
            .unwrap_or_else(|| panic!("{word}"))
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(written, expected, "{word}");
    }
    let schema = schema("error");
    let exits: Vec<u64> = schema["$defs"]["problem"]["properties"]["exit"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_u64().unwrap())
        .collect();
    let failures = Exit::ALL.iter().filter(|exit| **exit != Exit::Ok);
    let failures: Vec<u64> = failures.map(|exit| u64::from(exit.code())).collect();
    assert_eq!(exits, failures);
}
