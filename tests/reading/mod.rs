//! `list`, `status`, `show`, `log`, `sync`: orders looked at through the program.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod by_hand;
mod desk;
mod fields;
mod waiting;

use desk::{
    Ran, Store, approved, at_bureau, cancelling, drafted, file_of, rejected, reported, reviewed,
    submitted,
};
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::kind::Kind;
use icpctl::filing::order::OrderId;
use icpctl::filing::status::Status;
use serde_json::Value;

/// One order of each way to stand, and the store that holds them.
fn everything() -> Store {
    let mut draft = drafted("d0000001", Kind::Access, "huawei", "2026-11-20T09:00");
    draft.target.subject = None;
    draft.target.services.clear();
    let mut cancel = cancelling("c0000001");
    cancel.reference = Some("row-17".to_owned());
    cancel
        .labels
        .insert("customer".to_owned(), "甲方".to_owned());
    cancel.account = Some("acc-1".to_owned());
    Store::new(&[
        &draft,
        &cancel,
        &rejected("r0000001"),
        &at_bureau("b0000001"),
        &approved("a0000001"),
    ])
}

fn ids(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.ids()
}

#[test]
fn a_list_leaves_ended_orders_out_and_puts_the_nearest_deadline_first() {
    let store = everything();
    let open = ["c0000001", "b0000001", "r0000001", "d0000001"];
    assert_eq!(ids(&store.run(&["list", "--json"])), open);
    let all = ids(&store.run(&["list", "--all", "--json"]));
    assert_eq!(all.len(), 5);
    assert!(all.contains(&"a0000001".to_owned()));
    let by_id = ids(&store.run(&["list", "--all", "--sort", "id", "--limit", "2", "--json"]));
    assert_eq!(by_id, ["a0000001", "b0000001"]);
    let by_status = ids(&store.run(&["list", "--sort", "status", "--json"]));
    assert_eq!(by_status, ["d0000001", "r0000001", "c0000001", "b0000001"]);
    let newest = ids(&store.run(&["list", "--sort", "created", "--json"]));
    assert_eq!(newest[..2], ["c0000001", "d0000001"]);
}

#[test]
fn each_filter_narrows() {
    let store = everything();
    for (args, expected) in [
        (&["--status", "approved"][..], &["a0000001"][..]),
        (
            &["--status", "draft,provider-rejected"],
            &["r0000001", "d0000001"],
        ),
        (&["--bucket", "waiting"], &["b0000001"]),
        (
            &["--bucket", "approved", "--bucket", "waiting"],
            &["b0000001", "a0000001"],
        ),
        (&["--kind", "cancel-site"], &["c0000001"]),
        (&["--provider", "huawei"], &["d0000001"]),
        (
            &["--province", "广东", "--kind", "cancel-site"],
            &["c0000001"],
        ),
        (&["--province", "bj"], &[]),
        (&["--account", "acc-1"], &["c0000001"]),
        (&["--label", "customer"], &["c0000001"]),
        (&["--label", "customer=甲方"], &["c0000001"]),
        (&["--label", "customer=乙方"], &[]),
        (&["--label", "customer", "--label", "assignee"], &[]),
        (&["--ref", "row-17"], &["c0000001"]),
        (
            &["--find", "SHOP.example", "--kind", "cancel-site"],
            &["c0000001"],
        ),
        (&["--find", "13800000001"], &["c0000001"]),
        (&["--find", "row-1"], &["c0000001"]),
        (&["--find", "customer=甲"], &["c0000001"]),
        (
            &[
                "--find",
                "粤ICP备２０２１000001号-1",
                "--kind",
                "cancel-site",
            ],
            &["c0000001"],
        ),
        (&["--find", "nothing"], &[]),
        (&["--due-within", "1d"], &["c0000001"]),
        (&["--due-within", "21h"], &[]),
        (&["--overdue"], &[]),
        (
            &["--created-since", "2026-11-20"],
            &["c0000001", "d0000001"],
        ),
        (&["--created-since", "-3h"], &["c0000001"]),
        (
            &["--created-since", "2026-11-20", "--until", "2026-11-20"],
            &["d0000001"],
        ),
        (
            &[
                "--created-since",
                "2026-11-20",
                "--until",
                "2026-11-20 08:59",
            ],
            &[],
        ),
        (&["--ended-since", "2026-11-21"], &["a0000001"]),
        (&["--ended-since", "2026-11-22"], &[]),
        (
            &["--ended-since", "2026-11-20", "--until", "2026-11-20"],
            &[],
        ),
    ] {
        let found = ids(&store.run(&[&["list", "--json"], args].concat()));
        assert_eq!(found, expected, "{args:?}");
    }
}

#[test]
fn a_wrong_filter_is_a_usage_error_in_both_languages() {
    let store = everything();
    for args in [
        ["--status", "shipped"],
        ["--created-since", "soon"],
        ["--due-within", "later"],
        ["--due-within", "20261210"],
        ["--province", "atlantis"],
        ["--limit", "few"],
    ] {
        let ran = store.run(&[&["list", "--json"][..], &args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert_eq!(ran.json()["error"]["exit"], 2);
        assert_eq!(ran.json()["data"], Value::Null);
    }
    let ran = store.run_zh(&["list", "--until", "2026-02-30"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("--until：`2026-02-30` 不是存在的日期或时间"),
        "{}",
        ran.err
    );
}

#[test]
fn the_presumed_status_counts_and_is_never_written() {
    let store = Store::new(&[&cancelling("c0000001"), &{
        let order = reviewed("e0000001", "2026-11-20T08:00", "2026-11-20T09:00");
        reported(
            order,
            Report::SmsSent,
            "2026-11-22T10:10",
            Status::SmsVerificationPending,
        )
    }]);
    let before = std::fs::read(file_of(store.path(), "c0000001")).unwrap();
    let shown = |now: &str, id: &str| {
        let ran = store.run_at(now, &["show", id, "--json"]);
        let data = ran.json()["data"].clone();
        (
            data["status"].as_str().unwrap().to_owned(),
            data["presumed"].as_bool().unwrap(),
        )
    };
    let pending = ("sms-verification-pending".to_owned(), false);
    assert_eq!(shown("2026-11-23T10:09:59+08:00", "c0000001"), pending);
    assert_eq!(shown("2026-11-23T10:09:59+08:00", "e0000001"), pending);
    for now in ["2026-11-23T10:10:00+08:00", "2026-11-25T00:00:00+08:00"] {
        assert_eq!(shown(now, "c0000001"), ("lapsed".to_owned(), true));
        assert_eq!(
            shown(now, "e0000001"),
            ("sms-verification-expired".to_owned(), true)
        );
    }
    let late = "2026-11-23T10:10:00+08:00";
    let list = |args: &[&str]| ids(&store.run_at(late, &[&["list", "--json"], args].concat()));
    assert_eq!(list(&["--status", "lapsed"]), ["c0000001"]);
    assert_eq!(
        list(&["--status", "sms-verification-pending"]),
        Vec::<String>::new()
    );
    // An end that the clock presumes counts from its limit, though nothing has told of it yet.
    let since = |at: &'static str| list(&["--ended-since", at]);
    assert_eq!(since("2026-11-23"), ["c0000001"]);
    assert_eq!(since("2026-11-23T10:10:00+08:00"), ["c0000001"]);
    assert_eq!(since("2026-11-23T10:10:01+08:00"), Vec::<String>::new());
    let lapsed = store.run_at(late, &["show", "c000", "--json"]).json();
    assert_eq!(lapsed["data"]["ended_at"], Value::Null);
    assert_eq!(lapsed["data"]["presumed"], true);
    let help = store.run_at(late, &["help", "list"]).out;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("an end that the clock presumes counts too"),
        "{help}"
    );
    assert_eq!(list(&["--overdue"]), ["e0000001", "c0000001"]);
    // What is only presumed to have ended has not: it still wants a report.
    assert_eq!(list(&[]), ["e0000001", "c0000001"]);
    let human = store.run_at(late, &["list"]).out;
    assert!(human.contains("lapsed (presumed)"), "{human}");
    assert_eq!(
        std::fs::read(file_of(store.path(), "c0000001")).unwrap(),
        before
    );
}

#[test]
fn the_table_reads_well_in_both_languages() {
    let store = everything();
    insta::assert_snapshot!(store.run(&["list"]).out);
    insta::assert_snapshot!(store.run_zh(&["list"]).out);
}

/// A subject that goes with its only service is listed as a subject.
#[test]
fn a_cancelled_subject_is_listed_by_its_number() {
    let subject = drafted(
        "d0000001",
        Kind::CancelSubject,
        "tencent",
        "2026-11-20T09:00",
    );
    let number = subject.target.subject.unwrap().to_string();
    assert_eq!(subject.target.services.len(), 1);
    let store = Store::new(&[&subject]);
    for command in ["list", "status"] {
        let told = store.run(&[command]);
        let line = told.out.lines().find(|line| line.contains("d0000001"));
        assert!(
            line.unwrap().contains(&format!("{number} ")),
            "{}",
            told.out
        );
    }
}

#[test]
fn an_empty_list_is_no_failure() {
    let store = Store::new(&[]);
    let ran = store.run(&["list"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("there are no orders yet"), "{}", ran.err);
    let json = store.run(&["list", "--json"]).json();
    assert_eq!(json["data"], Value::Array(vec![]));
    let csv = store.run(&["list", "--format", "csv", "--fields", "id,target.domain"]);
    assert_eq!(csv.out, "\u{feff}id,target.domain\r\n");
}

#[test]
fn fields_are_those_of_any_order_not_of_the_first() {
    let store = everything();
    let ran = store.run(&[
        "list",
        "--sort",
        "id",
        "--all",
        "--format",
        "tsv",
        "--fields",
        "id,deadline.at,labels.customer",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.lines().nth(1).unwrap(), "a0000001\t\t");
    assert_eq!(
        ran.out.lines().nth(3).unwrap(),
        "c0000001\t2026-11-23T10:10:00+08:00\t甲方"
    );
    let known = store.run(&["show", "c0000001", "--json", "--fields", "nonsense"]);
    assert_eq!(known.code, 2);
    // A label is a field whether an order has it or not.
    let ran = store.run(&["list", "--json", "--fields", "id,labels.nobody"]);
    for order in ran.json()["data"].as_array().unwrap() {
        assert_eq!(order["labels"], serde_json::json!({ "nobody": null }));
    }
    // Every leaf of every document has a name that --fields takes.
    let all = store.run(&["list", "--all", "--json"]).json();
    for order in all["data"].as_array().unwrap() {
        let id = order["id"].as_str().unwrap();
        let paths = icpctl::render::fields::paths(order).join(",");
        let ran = store.run(&["show", id, "--json", "--fields", &paths]);
        assert_eq!(ran.code, 0, "{id} {}", ran.out);
    }
}

#[test]
fn the_morning_screen_shows_what_needs_me() {
    let mut free = drafted("f0000001", Kind::Access, "huawei", "2026-11-20T09:00");
    free.target.services.clear();
    free.target.subject = None;
    free.after = OrderId::parse("a0000001");
    let mut held = free.clone();
    held.id = OrderId::parse("h0000001").unwrap();
    held.after = OrderId::parse("b0000001");
    let expired = {
        let order = reviewed("e0000001", "2026-11-19T08:00", "2026-11-19T09:00");
        reported(
            order,
            Report::SmsSent,
            "2026-11-20T10:10",
            Status::SmsVerificationPending,
        )
    };
    let store = Store::new(&[
        &free,
        &held,
        &expired,
        &cancelling("c0000001"),
        &rejected("r0000001"),
        &at_bureau("b0000001"),
        &approved("a0000001"),
    ]);
    let mine = ids(&store.run(&["status", "--json"]));
    assert_eq!(mine[..3], ["e0000001", "c0000001", "r0000001"]);
    assert!(!mine.contains(&"h0000001".to_owned()) && !mine.contains(&"b0000001".to_owned()));
    insta::assert_snapshot!(store.run_zh(&["status"]).out);
    insta::assert_snapshot!(store.run(&["status"]).out);
    let narrowed = ids(&store.run(&["status", "--kind", "cancel-site", "--json"]));
    assert_eq!(narrowed, ["c0000001"]);
    let asked = ids(&store.run(&["status", "--bucket", "waiting", "--json"]));
    assert_eq!(asked, ["b0000001"]);
}

#[test]
fn what_is_late_is_to_be_settled() {
    let store = Store::new(&[&at_bureau("b0000001")]);
    assert_eq!(ids(&store.run(&["status", "--json"])), Vec::<String>::new());
    // 20 working days from Friday the 20th end on 18 December.
    let last = "2026-12-18T23:59:59+08:00";
    assert_eq!(
        ids(&store.run_at(last, &["status", "--json"])),
        Vec::<String>::new()
    );
    let late = "2026-12-19T00:00:00+08:00";
    assert_eq!(
        ids(&store.run_at(late, &["status", "--json"])),
        ["b0000001"]
    );
    let page = store.run_at(late, &["status"]).out;
    assert!(page.contains("the bureau is late"), "{page}");
}

#[test]
fn empty_shells_are_told_at_the_end() {
    let store = Store::new(&[&at_bureau("b0000001")]);
    store.adopt("京ICP备2021000002号");
    let page = store.run_zh(&["status"]).out;
    assert_eq!(page.lines().count(), 2, "{page}");
    assert!(
        page.lines()
            .last()
            .unwrap()
            .starts_with("风险 京ICP备2021000002号  空壳主体"),
        "{page}"
    );
    let json = store.run(&["status", "--json"]).json();
    assert_eq!(json["warnings"][0]["code"], "empty-shell-subject");
    assert_eq!(json["warnings"][0]["path"], "京ICP备2021000002号");
    let elsewhere = store.run(&["status", "--province", "gd", "--json"]).json();
    assert_eq!(elsewhere["warnings"], Value::Array(vec![]));
}

#[test]
fn nothing_to_do_is_said_on_stderr() {
    let ran = Store::new(&[&approved("a0000001")]).run_zh(&["status"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("没有需要处理的订单"), "{}", ran.err);
}

#[test]
fn the_exit_status_tells_waiting_from_stopped() {
    let store = everything();
    let lapsing = cancelling("x0000001");
    store.put(&lapsing);
    let late = "2026-11-23T10:10:00+08:00";
    for (args, code) in [
        (&["a0000001"][..], 0),
        (&["d0000001"], 8),
        (&["c0000001"], 8),
        (&["a0000001", "b0000001"], 8),
        (&["b0000001", "r0000001", "a0000001"], 9),
    ] {
        let ran = store.run(&[&["status", "--exit-status", "--json"], args].concat());
        assert_eq!(ran.code, code, "{args:?}");
        let json = ran.json();
        assert_eq!(json["data"].as_array().unwrap().len(), args.len());
        assert_eq!(json["ok"], code == 0);
    }
    assert_eq!(
        store
            .run_at(late, &["status", "x000", "--exit-status"])
            .code,
        9
    );
    let json = store
        .run(&["status", "r0000001", "--exit-status", "--json"])
        .json();
    assert_eq!(json["error"]["code"], "negative.order");
    assert!(
        json["error"]["hints"]
            .as_array()
            .unwrap()
            .iter()
            .any(|h| h == "icpctl check r0000001"),
        "another live order of its subject is there"
    );
    let json = store
        .run(&["status", "b0000001", "--exit-status", "--json"])
        .json();
    assert_eq!(json["error"]["code"], "pending.order");
    assert_eq!(json["error"]["retryable"], true);
    assert_eq!(store.run(&["status", "r0000001"]).code, 0);
    assert_eq!(store.run(&["status", "--exit-status"]).code, 2);
    assert_eq!(store.run(&["status", "r0000001", "--kind", "new"]).code, 2);
    assert_eq!(store.run(&["status", "zzzz"]).code, 4);
}

#[test]
fn show_is_one_document_with_personal_data_masked() {
    let store = everything();
    for word in ["c0000001", "c000", "ref:row-17"] {
        let json = store.run(&["show", word, "--json"]).json();
        assert_eq!(json["schema"], "icpctl.order/1");
        assert_eq!(json["data"]["id"], "c0000001");
        assert_eq!(json["data"]["awaiting"][0]["phone"], "138****0001");
        assert_eq!(json["data"]["awaiting"][0]["name"], "甲*");
    }
    let revealed = store.run(&["show", "c000", "--json", "--reveal"]).json();
    assert_eq!(revealed["data"]["awaiting"][0]["phone"], "13800000001");
    let page = store.run_zh(&["show", "c000"]).out;
    assert!(!page.contains("13800000001"));
    insta::assert_snapshot!(page);
    insta::assert_snapshot!(store.run(&["show", "r000"]).out);
    assert_eq!(store.run(&["show", "nosuchid"]).code, 4);
    assert_eq!(store.run(&["show"]).code, 2);
}

#[test]
fn a_hostile_reason_cannot_move_the_cursor() {
    let mut order = rejected("r0000001");
    order.history[2].reason = Some("\u{1b}[2Jgone\nicpctl erase".to_owned());
    let store = Store::new(&[&order]);
    for args in [&["show", "r000"][..], &["status"], &["log"], &["list"]] {
        let ran = store.run(args);
        assert!(!ran.out.contains('\u{1b}'), "{args:?}");
        assert!(!ran.out.contains("\nicpctl erase"), "{args:?}");
    }
}

#[test]
fn a_damaged_file_leaves_the_others_usable() {
    let store = everything();
    std::fs::write(file_of(store.path(), "r0000001"), "schema = 1\nid = 7\n").unwrap();
    let json = store.run(&["list", "--json"]).json();
    assert_eq!(json["warnings"][0]["code"], "damaged-file");
    assert_eq!(json["data"].as_array().unwrap().len(), 3);
    let ran = store.run(&["show", "r0000001", "--json"]);
    assert_eq!(ran.code, 3);
    assert_eq!(store.run(&["show", "c0000001"]).code, 0);
}

#[test]
fn the_log_collects_by_operation_and_marks_what_was_undone() {
    let one = rejected("r0000001");
    let mut two = submitted(
        drafted("t0000001", Kind::Access, "huawei", "2026-11-18T09:00"),
        "2026-11-18T09:30",
        Status::ProviderReview,
    );
    two.history[1].op = one.history[1].op.clone();
    let sent = two.history[1].op.clone();
    let mut two = desk::then(two, Event::Undo, "2026-11-20T09:00", Status::Draft);
    two.history[2].undoes = Some(sent.clone());
    let undo = two.history[2].op.clone();
    let store = Store::new(&[&one, &two]);
    let json = store.run(&["log", "--json"]).json();
    assert_eq!(json["schema"], "icpctl.log/1");
    let operations = json["data"].as_array().unwrap();
    assert_eq!(operations.len(), 5);
    assert_eq!(operations[0]["op"], undo.as_str());
    assert_eq!(operations[0]["undoes"], sent.as_str());
    let both = operations
        .iter()
        .find(|o| o["op"] == sent.as_str())
        .unwrap();
    assert_eq!(both["undone_by"], undo.as_str());
    assert_eq!(both["records"].as_array().unwrap().len(), 2);
    assert_eq!(both["records"][0]["event"], "submit");
    assert_eq!(both["records"][0]["subject"], Value::Null);
    let of_one = store.run(&["log", "r000", "--json"]).json();
    for operation in of_one["data"].as_array().unwrap() {
        for record in operation["records"].as_array().unwrap() {
            assert_eq!(record["order"], "r0000001");
        }
    }
    assert_eq!(
        of_one["data"][0]["records"][0]["reason"],
        "网站名称与主体无关"
    );
    let last = store.run(&["log", "--limit", "1", "--json"]).json();
    assert_eq!(last["data"].as_array().unwrap().len(), 1);
    let human = store.run_zh(&["log"]).out;
    assert!(human.contains("提交 x2"), "{human}");
}

#[test]
fn sync_says_that_there_is_no_driver() {
    let store = everything();
    let ran = store.run(&["sync", "c000", "--json"]);
    assert_eq!(ran.code, 0);
    let json = ran.json();
    assert_eq!(json["changed"], false);
    assert_eq!(json["data"][0]["driver"], Value::Null);
    assert!(
        store
            .run(&["sync", "c000"])
            .err
            .contains("icpctl record c0000001")
    );
    let all = store.run(&["sync", "--json"]).json();
    assert_eq!(all["data"].as_array().unwrap().len(), 3);
}

#[test]
fn reading_leaves_the_store_as_it_is() {
    let store = everything();
    let files = || {
        let mut found = Vec::new();
        let mut open = vec![store.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path.clone());
                }
                found.push(path);
            }
        }
        found.sort();
        found
    };
    let before = files();
    for args in [
        &["list"][..],
        &["status"],
        &["show", "c000"],
        &["log"],
        &["sync"],
        &["wait", "c000", "--timeout", "0"],
    ] {
        store.run(args);
        assert_eq!(files(), before, "{args:?}");
    }
}

#[test]
fn a_withdrawn_order_is_a_draft_again() {
    let order = reviewed("w0000001", "2026-11-20T08:00", "2026-11-20T09:00");
    let order = desk::then(
        order,
        Event::Command(Command::Withdraw),
        "2026-11-20T10:00",
        Status::Draft,
    );
    let json = Store::new(&[&order])
        .run(&["show", "w000", "--json"])
        .json();
    assert_eq!(json["data"]["status"], "draft");
    assert_eq!(json["data"]["submitted_at"], Value::Null);
}

/// Until the last second of its day nothing is late, from the next one on it is, and every way to
/// ask says so.
#[test]
fn what_is_late_is_late_from_the_same_second_everywhere() {
    let store = Store::new(&[
        &reviewed("e0000001", "2026-11-20T08:00", "2026-11-20T09:00"),
        &at_bureau("b0000001"),
    ]);
    for id in ["e0000001", "b0000001"] {
        let deadline = store.run(&["show", id, "--json"]).json()["data"]["deadline"].take();
        let last = deadline["at"].as_str().unwrap().to_owned();
        assert!(last.ends_with("T23:59:59+08:00"), "{last}");
        let within = last.replace("59+08:00", "59.999+08:00");
        let day: chrono::NaiveDate = last[..10].parse().unwrap();
        let next = format!("{}T00:00:00+08:00", day.succ_opt().unwrap());
        for (now, is_late) in [(&last, false), (&within, false), (&next, true)] {
            let lists = |args: &[&str]| {
                let ran = store.run_at(now, args);
                assert_eq!(ran.code, 0, "{}", ran.err);
                ran.out.contains(id)
            };
            let told = store.run_at(now, &["show", id, "--json"]).json();
            assert_eq!(told["data"]["deadline"]["overdue"], is_late, "{now}");
            let told = store.run_at(now, &["show", id]).out;
            assert_eq!(told.contains("overdue"), is_late, "{now}: {told}");
            assert_eq!(lists(&["list", "--overdue", "--json"]), is_late, "{now}");
            assert_eq!(lists(&["list", "--overdue"]), is_late, "{now}");
            assert_eq!(lists(&["status", "--overdue", "--json"]), is_late, "{now}");
            assert!(lists(&["list", "--due-within", "0"]), "{now}");
        }
    }
}
