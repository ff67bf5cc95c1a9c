//! Submitting, recording, editing; the numbers that come with an approval.

use crate::scenarios::{MONDAY, SHOP, SUBJECT, Scene, dossier, hints_at};
use serde_json::{Value, json};

const TUESDAY: &str = "2026-11-24 09:00:00";
const NEW: &str = "粤ICP备2026000009号";

fn under_review() -> (Scene, String) {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    (scene, id)
}

fn lines(text: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap();
    text.lines().map(parse).collect()
}

/// "Numbers missing: 2; not fitting: 3; existing: 6; on any other kind: 2".
#[test]
fn numbers_must_be_there_fit_and_be_new() {
    let (scene, id) = under_review();
    for (numbers, exit) in [
        (String::new(), 2),
        (format!("--number {NEW}"), 2),
        (format!("--number {NEW} --number {NEW}-1A"), 3),
        (format!("--number {NEW} --number 粤ICP备2026000008号-1"), 3),
        (
            "--number 京ICP备2026000009号 --number 京ICP备2026000009号-1".to_owned(),
            3,
        ),
        (format!("--number 粤ICP备20260009号 --number {NEW}-1"), 3),
        (format!("--number {NEW} --number none"), 2),
        ("--number none --number none".to_owned(), 2),
    ] {
        let line = format!("record {id} bureau-approved {numbers}");
        scene.fails(TUESDAY, &line, exit);
    }
    let line = format!("bureau-approved --number {NEW} --number {NEW}-1");
    assert_eq!(scene.record(TUESDAY, &id, &line)["status"], "approved");
}

/// "must not exist already".
#[test]
fn an_existing_number_is_a_conflict() {
    let scene = Scene::at("tencent");
    let text = dossier("tencent").replace("example.cn", "example.net");
    scene.user.write("add.toml", text);
    let id = scene.draft(MONDAY, "new --from add.toml");
    scene.submit(MONDAY, &id);
    let line = format!("record {id} bureau-approved --number {SHOP}");
    scene.fails(TUESDAY, &line, 6);
}

/// NUM-03: the counter behind the hyphen is one for all kinds of service.
#[test]
fn a_counter_is_taken_once_whatever_the_kind() {
    let scene = Scene::at("tencent");
    let text = dossier("tencent")
        .replace("example.cn", "example.net")
        .replace("kind = \"site\"", "kind = \"app\"");
    scene.user.write("add.toml", text);
    let id = scene.draft(MONDAY, "new --from add.toml");
    scene.submit(MONDAY, &id);
    let line = format!("record {id} bureau-approved --number {SHOP}A");
    let told = scene.fails(TUESDAY, &line, 3);
    assert_eq!(told["rule"], "NUM-03");
}

/// "on any other kind: 2".
#[test]
fn numbers_are_for_new_orders_only() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    let line = format!("record {id} bureau-approved --number {SHOP}");
    scene.fails(MONDAY, &line, 2);
}

/// "The same event, who and `--at` again changes nothing."
#[test]
fn the_same_report_again_changes_nothing() {
    let (scene, id) = under_review();
    let line = format!("record {id} accepted --at 2026-11-23T11:00:00+08:00");
    let first = scene.document(TUESDAY, &line, 0);
    let again = scene.document(TUESDAY, &line, 0);
    assert_eq!(first["changed"], true);
    assert_eq!(again["changed"], false);
    assert_eq!(first["data"]["revision"], again["data"]["revision"]);
}

/// "the future, or before the order was made, is refused (3)".
#[test]
fn a_time_in_the_future_or_before_the_order_is_invalid() {
    let (scene, id) = under_review();
    for at in [
        "2026-11-25",
        "2026-11-24T09:00:01+08:00",
        "2026-11-22",
        "soon",
    ] {
        scene.fails(TUESDAY, &format!("record {id} accepted --at {at}"), 3);
    }
}

/// "TIME: RFC 3339, `2026-11-22[ HH:MM]` in China Standard Time, or `-2h`"; "a bare date means
/// 00:00, or that entry's instant if it is on the same day"; "Output is always `+08:00`".
#[test]
fn a_time_is_written_in_several_ways() {
    for (at, expected) in [
        ("2026-11-24", "2026-11-24T00:00:00+08:00"),
        ("2026-11-23", "2026-11-23T10:00:00+08:00"),
        ("2026-11-23T04:00:00Z", "2026-11-23T12:00:00+08:00"),
        ("-2h", "2026-11-24T07:00:00+08:00"),
    ] {
        let (scene, id) = under_review();
        let order = scene.record(TUESDAY, &id, &format!("accepted --at {at}"));
        let history = order["history"].as_array().unwrap();
        assert_eq!(history.last().unwrap()["at"], expected, "{at}");
        assert_eq!(
            history.last().unwrap()["recorded_at"],
            "2026-11-24T09:00:00+08:00"
        );
    }
}

/// "refused (5, nothing written) with the reason, what is allowed now".
#[test]
fn a_refusal_says_what_is_allowed_now() {
    let (scene, id) = under_review();
    let error = scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    assert!(hints_at(&error, "accepted"), "{error}");
    let (scene, id) = Scene::first_filing("tencent");
    let error = scene.fails(MONDAY, &format!("record {id} accepted"), 5);
    assert!(hints_at(&error, "icpctl submit"), "{error}");
    assert_eq!(scene.order(MONDAY, &id)["revision"], 1);
}

/// "`withdraw` leads back to `draft` under the same id."
#[test]
fn a_withdrawn_order_can_be_edited_and_sent_again() {
    let (scene, id) = Scene::first_filing("huawei");
    scene.submit(MONDAY, &id);
    scene.ok(MONDAY, &format!("withdraw {id} --yes"));
    scene.ok(MONDAY, &format!("edit {id} --set services.0.name=示例书店"));
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["services"][0]["name"], "示例书店");
}

/// "A command that names several orders checks all of them first: any refusal is 5 and nothing
/// changes."
#[test]
fn one_refusal_among_several_changes_nothing() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let second = scene.cancelled_to_bureau("cancel-site example.com");
    scene.fails(MONDAY, &format!("abandon {first} {second} --yes"), 5);
    assert_eq!(scene.status(MONDAY, &first), "draft");
    let document = scene.document(MONDAY, &format!("abandon {first} {first} --yes"), 0);
    assert_eq!(scene.status(MONDAY, &first), "abandoned");
    assert_eq!(document["changed"], true);
}

/// "`record ORDER… EVENT` takes several orders."
#[test]
fn an_event_is_recorded_for_several_orders() {
    let scene = Scene::at("generic");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &first);
    scene.record(MONDAY, &first, "rejected");
    scene.ok(MONDAY, &format!("abandon {first} --yes"));
    let (a, b) = (
        scene.draft(MONDAY, "change example.cn --set remark=一"),
        scene.draft(MONDAY, "change example.com --set remark=二"),
    );
    let document = scene.document(MONDAY, &format!("record {a} {b} face-verified"), 0);
    assert_eq!(document["schema"], "icpctl.order-list/1");
    assert_eq!(document["data"].as_array().unwrap().len(), 2);
}

/// "stream JSON Lines: `start`, then `row`, then exactly one `summary`"; a refused row fails alone.
#[test]
fn a_file_of_reports_is_taken_row_by_row() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    scene.submit(MONDAY, &id);
    let csv = format!(
        "\u{feff}order,event,at,who,reason,numbers\r\n\
         ref:row-1,sms-verified,2026-11-23 12:00,,,\r\n\
         {id},accepted,2026-11-23 13:00,,,\r\n\
         {SHOP},bureau-approved,2026-11-24,,,\r\n"
    );
    scene.user.write("reports.csv", &csv);
    let output = scene
        .run(TUESDAY, "record --from reports.csv --json")
        .exits(7);
    let rows = lines(&output.stdout);
    let types: Vec<&Value> = rows.iter().map(|row| &row["type"]).collect();
    assert_eq!(types, ["start", "row", "row", "row", "summary"]);
    assert_eq!(rows[1]["outcome"], "ok");
    assert_eq!(rows[2]["outcome"], "failed");
    assert_eq!(rows[2]["line"], 3);
    assert_eq!(rows[2]["error"]["exit"], 5);
    assert_eq!(rows[3]["outcome"], "ok");
    assert_eq!(rows[4]["counts"]["failed"], 1);
    assert_eq!(scene.status(TUESDAY, &id), "approved");

    // "the same event with the same `at` is `unchanged`"
    let output = scene
        .run(TUESDAY, "record --from reports.csv --json")
        .exits(7);
    let rows = lines(&output.stdout);
    assert_eq!(rows[1]["outcome"], "unchanged");
    assert_eq!(rows[4]["changed"], false);
}

/// The same as JSON Lines.
#[test]
fn a_file_of_reports_may_be_json_lines() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let row = json!({ "order": id, "event": "sms-verified", "at": "2026-11-23T12:00:00+08:00" });
    scene.user.write("reports.jsonl", format!("{row}\n"));
    let _ = scene.run(TUESDAY, "record --from reports.jsonl").exits(0);
    assert_eq!(scene.status(TUESDAY, &id), "awaiting-bureau-review");
}

/// "Any other flag that means nothing here is 2": only a file has an encoding.
#[test]
fn an_encoding_goes_with_a_file() {
    let scene = Scene::at("huawei");
    let id = scene.draft(MONDAY, "access example.cn --provider tencent");
    scene.submit(MONDAY, &id);
    let line = format!("record {id} accepted --encoding gb18030");
    let error = scene.fails(MONDAY, &line, 2);
    assert!(error.to_string().contains("--from"), "{error}");
    assert_eq!(scene.status(MONDAY, &id), "provider-review");
}

/// "An invalid row is 3 before anything is done"; "unknown columns are refused with a suggestion".
#[test]
fn an_invalid_row_stops_the_file() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let text = format!("order,event\n{id},sms-verified\n{id},bureau-aproved\n");
    scene.user.write("reports.csv", text);
    let output = scene.run(MONDAY, "record --from reports.csv").exits(3);
    assert!(output.stderr.contains("bureau-approved"), "{output:?}");
    assert_eq!(scene.status(MONDAY, &id), "sms-verification-pending");
    scene
        .user
        .write("reports.csv", format!("order,evnt\n{id},sms-verified\n"));
    let output = scene.run(MONDAY, "record --from reports.csv").exits(3);
    assert!(output.stderr.contains("event"), "{output:?}");
}

/// "`edit` in draft or after a return".
#[test]
fn an_order_is_edited_in_draft_and_after_a_return_only() {
    let (scene, id) = Scene::first_filing("tencent");
    let line = format!("edit {id} --set services.0.name=示例书店");
    scene.ok(MONDAY, &line);
    scene.submit(MONDAY, &id);
    scene.fails(MONDAY, &line, 5);
    scene.record(MONDAY, &id, "rejected");
    scene.ok(MONDAY, &format!("edit {id} --set services.0.name=示例书城"));
}

/// "Unknown fields are refused with a suggestion."
#[test]
fn a_misspelt_field_is_refused_with_a_suggestion() {
    let (scene, id) = Scene::first_filing("tencent");
    let document = scene.document(MONDAY, &format!("edit {id} --set services.0.nmae=x"), 3);
    assert!(document["error"].to_string().contains("name"), "{document}");
    scene.fails(MONDAY, &format!("edit {id} --set subject.widget=x"), 3);
}

/// "`attach` ORDER FILE… --as SLOT": in any status, kept by hash.
#[test]
fn a_file_is_attached_in_any_status() {
    let (scene, id) = under_review();
    scene.user.write("id.png", b"\x89PNG\r\n\x1a\n0000");
    let line = format!("attach {id} id.png --as domain-certificate --service 1");
    let order = scene.ok(MONDAY, &line);
    assert_eq!(order["status"], "provider-review");
    let again = scene.document(MONDAY, &line, 0);
    assert_eq!(again["changed"], false);
    scene.fails(
        MONDAY,
        &format!("attach {id} missing.png --as domain-certificate"),
        4,
    );
}

/// "a bureau's answer to an order that has ended": nothing leads out of an end.
#[test]
fn nothing_leads_out_of_an_ended_order() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.ok(MONDAY, &format!("abandon {id} --yes"));
    for line in [
        format!("submit {id} --yes"),
        format!("record {id} bureau-approved"),
        format!("abandon {id} --yes"),
    ] {
        let error = scene.fails(MONDAY, &line, 5);
        assert_eq!(error["code"], "refused.ended", "{line}");
    }
    assert!(scene.is_filed(MONDAY, SUBJECT));
}

/// "several orders give `data` as an array (`icpctl.order-list/1`)": refused, the document is the same.
#[test]
fn what_names_several_orders_is_refused_in_their_shape() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref a");
    for line in ["submit", "withdraw", "abandon"] {
        let several = scene.document(MONDAY, &format!("{line} {id} ref:none --yes"), 4);
        assert_eq!(several["schema"], "icpctl.order-list/1", "{line}");
        let one = scene.document(MONDAY, &format!("{line} ref:none --yes"), 4);
        assert_eq!(one["schema"], "icpctl.order/1", "{line}");
    }
}

/// What is wrong in itself is told before what the status forbids.
#[test]
fn words_of_a_report_are_read_before_the_status_is_looked_at() {
    let (scene, id) = Scene::first_filing("tencent");
    let line = format!("record {id} bureau-approved --number abc");
    assert_eq!(scene.fails(MONDAY, &line, 3)["code"], "invalid.number");
    scene.fails(MONDAY, &format!("record {id} sms-verified --who nobody"), 2);
    scene.fails(
        MONDAY,
        &format!("record {id} sms-verified --who subject"),
        5,
    );
}

/// "refused with the reason, what is allowed now, and until when".
#[test]
fn a_refusal_says_until_when_the_status_lasts() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "access example.cn --provider huawei");
    scene.submit(MONDAY, &id);
    let limit = scene.order(MONDAY, &id)["deadline"]["at"].clone();
    let day = &limit.as_str().unwrap()[..10];
    let error = scene.fails(MONDAY, &format!("record {id} sms-expired"), 5);
    assert!(hints_at(&error, day), "{error}");
}

/// Guards see what the clock presumes: a cancellation that nobody answered has ended.
#[test]
fn a_presumed_end_is_an_end_for_erasing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    scene.fails(MONDAY, &format!("erase {id} --yes"), 5);
    scene
        .run("2026-11-26 10:00:00", &format!("erase {id} --yes"))
        .exits(0);
}
