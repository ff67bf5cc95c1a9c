//! One order moved at a time: what is read for it is little, and comes to the same as everything.

use crate::support::{Icpctl, Output, until};
use icpctl::filing::order::OrderId;
use icpctl::store::files::LockMode;
use icpctl::store::{Disk, Files as _, StorePath};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A user with the machine's clock and random ids, in a store with filings and drafts.
fn user() -> (Icpctl, Vec<String>) {
    let user = Icpctl::new().env("ICPCTL_NOW", "").env("ICPCTL_SEED", "");
    let filings = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agency.jsonl");
    let filings = filings.display().to_string();
    let _ = user.run(["adopt", "--from", &filings]).exits(0);
    let [taken, free] = crate::scenarios::CERTIFICATES;
    let dossier = crate::scenarios::dossier("tencent").replace(taken, free);
    user.write("new.toml", dossier);
    let lines = [
        "cancel-site 粤ICP备2021000001号-1 --provider tencent",
        "cancel-site 粤ICP备2021000001号-2 --provider tencent",
        "change 浙ICP备2021000002号-1 --provider tencent --set name=新名称",
        "new --from new.toml",
    ];
    let ids = lines.map(|line| {
        let out = user.run(line.split(' ')).exits(0);
        out.stdout.trim().to_owned()
    });
    (user, ids.into())
}

/// The document of a run, without operations and times.
fn untimed(output: &Output) -> Value {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    if key == "op" || key.ends_with("at") {
                        *value = Value::Null;
                    } else {
                        blank(value);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(blank),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut document = output.json();
    blank(&mut document);
    document
}

/// What a run said, without what is drawn or timed.
fn said(output: &Output) -> (i32, Value) {
    let mut document = untimed(output);
    if let Some(message) = document["error"]["message"].as_str() {
        // Times in messages.
        let plain: String = message.chars().filter(|c| !c.is_ascii_digit()).collect();
        document["error"]["message"] = plain.into();
        document["error"]["hints"] = Value::Null;
    }
    (output.code, document)
}

/// A seed makes the program look at everything, alone.
#[test]
fn a_look_at_little_comes_to_the_same_as_a_look_at_everything() {
    let (user, ids) = user();
    let [first, second, change, new] = ids.as_slice() else {
        panic!("{ids:?}");
    };
    let steps = [
        format!("submit {first} --yes"),
        format!("submit {second} --yes"),
        format!("submit {second}"),
        format!("record {first} sms-sent"),
        format!("record {} bureau-rejected", &first[..5]),
        format!("record {first} sms-verified"),
        format!("record {first} bureau-approved"),
        format!("submit {second} --yes"),
        format!("withdraw {second} --yes"),
        format!("submit {change} --yes"),
        format!("record {change} accepted"),
        format!("record {change} forwarded"),
        format!("record {change} sms-verified --who all"),
        format!("record {change} bureau-approved"),
        format!("submit {new} --yes"),
        format!("record {new} rejected --reason 材料不清"),
        format!("submit {new} --yes"),
        format!("record {new} accepted"),
        format!("record {new} forwarded"),
        format!("record {new} sms-verified --who subject"),
        format!("record {new} bureau-approved"),
        format!("abandon {new} --yes"),
        format!("record {new} no-such-event"),
        "record 00000000 accepted".to_owned(),
    ];
    let store = user.home().join("data/icpctl");
    let twin = user.home().join("twin");
    let copied = Command::new("cp").arg("-a").args([&store, &twin]).status();
    assert!(copied.unwrap().success());
    for step in &steps {
        let words: Vec<&str> = step.split(' ').chain(["--json"]).collect();
        let little = user.run(&words);
        let twin = twin.display().to_string();
        let all = user.run_with(&[("ICPCTL_STORE", &twin), ("ICPCTL_SEED", "7")], &words);
        assert_eq!(said(&little), said(&all), "{step}");
    }
}

/// The same for orders that are drafted, and for what is written beside them.
#[test]
fn drafting_with_a_look_at_little_comes_to_the_same_as_with_a_look_at_everything() {
    let (user, _) = user();
    let [taken, free] = crate::scenarios::CERTIFICATES;
    let another = crate::scenarios::dossier("tencent").replace(taken, free);
    let another = another.replace("new.example.com", "other.example.com");
    user.write("another.toml", &another);
    user.write(
        "elsewhere.toml",
        another.replace("other.example.com", "shop.example.com"),
    );
    user.write("scan.png", "no picture");
    let steps = [
        "new --from another.toml --ref n1",
        "new --from another.toml --ref n1",
        "new --from another.toml --ref n1 --provider huawei",
        "new --from elsewhere.toml",
        "submit ref:n1 --yes",
        "cancel-site 粤ICP备2021000001号-1 --provider tencent --ref g1",
        "new --from elsewhere.toml --after ref:g1 --ref n2",
        "show ref:n2",
        "edit ref:n2 --set services.0.name=示例新商城",
        "submit ref:n2 --yes",
        "edit ref:n2 --unset after",
        "abandon ref:n2 --yes",
        "abandon ref:g1 --yes",
        "change 粤ICP备2021000001号-2 --provider tencent --set name=示例新资料库 --ref c1 --submit --yes",
        "change shop.example.com --provider tencent --set name=示例新商城 --ref c2",
        "edit ref:c2 --set name=示例大商城",
        "change 京ICP备2021000004号-1A --provider tencent --set responsible.phone=13800000001 --ref c3",
        "submit ref:c3 --yes",
        "access toys.example.com --provider huawei --account hw-example-2 --ref a1 --submit --yes",
        "access tea.example.com --provider huawei --account hw-example-2 --ref a2 --submit --yes",
        "cancel-site books.example.com --provider tencent --ref s1 --after ref:c1",
        "cancel-subject 苏ICP备2021000005号 --written --ref s2",
        "cancel-subject 京ICP备2021000008号 --provider tencent --ref s3 --submit --yes --confirm 京ICP备2021000008号",
        "cancel-access cloud.example.net --provider huawei --ref x1 --submit --yes",
        "label 粤ICP备2021000001号 customer=甲乙",
        "label cloud.example.net team=一",
        "label ref:c1 assignee=某",
        "note ref:c1 已电话确认",
        "note 浙ICP备2021000002号 已电话确认",
        "note 浙ICP备2099000002号 没有",
        "attach ref:s2 scan.png --as application",
        "show ref:s2",
        "show toys.example.com",
        "record ref:c1 accepted",
        "record ref:c1 rejected --reason 材料不清",
        "submit ref:c1 --yes",
        "submit ref:s1 --yes",
        "abandon ref:s1 --yes",
        "cancel-site books.example.com --provider tencent --ref s1",
    ];
    let store = user.home().join("data/icpctl");
    let twin = user.home().join("twin");
    let copied = Command::new("cp").arg("-a").args([&store, &twin]).status();
    assert!(copied.unwrap().success());
    let twin = twin.display().to_string();
    let mut done = 0;
    for step in steps {
        let words: Vec<&str> = step.split(' ').chain(["--json"]).collect();
        let little = user.run(&words);
        let all = user.run_with(&[("ICPCTL_STORE", &twin), ("ICPCTL_SEED", "7")], &words);
        done += i32::from(little.code == 0);
        assert_eq!(
            nameless(&little),
            nameless(&all),
            "{step}\n{little:?}\n{all:?}"
        );
    }
    assert!(done > 15, "{done} steps were done");
    assert_eq!(
        orders(&user, &store.display().to_string()),
        orders(&user, &twin)
    );
}

/// The same for many rows at once, a row that names nothing among them.
#[test]
fn a_batch_with_a_look_at_little_comes_to_the_same_as_with_a_look_at_everything() {
    let (user, _) = user();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let cancel = root.join("cancel-batch.csv").display().to_string();
    user.write(
        "more.csv",
        "ref,kind,target,provider,set\n\
         c1,change,shop.example.com,tencent,name=示例新商城\n\
         c2,change,docs.example.com,tencent,name=示例新资料库\n\
         c3,change,沪ICP备2021000007号-1,tencent,name=示例新玩具\n",
    );
    user.write(
        "lost.csv",
        "ref,kind,target\nn1,cancel-site,nobody.example.com\n",
    );
    user.write(
        "reports.csv",
        "order,event\nref:c1,accepted\nref:cancel-old-tea.example.com,sms-verified\nref:none,accepted\n",
    );
    let store = user.home().join("data/icpctl");
    let twin = user.home().join("twin");
    let copied = Command::new("cp").arg("-a").args([&store, &twin]).status();
    assert!(copied.unwrap().success());
    let twin = twin.display().to_string();
    for step in [
        format!("batch check {cancel} more.csv lost.csv"),
        format!("batch plan {cancel}"),
        format!("batch apply {cancel} --submit --yes"),
        format!("batch apply {cancel} --submit --yes"),
        "batch apply more.csv --submit --yes".to_owned(),
        "batch apply lost.csv".to_owned(),
        "record --from reports.csv".to_owned(),
    ] {
        let step: Vec<&str> = step.split(' ').chain(["--json"]).collect();
        let little = user.run(&step);
        let all = user.run_with(&[("ICPCTL_STORE", &twin), ("ICPCTL_SEED", "7")], &step);
        let said = |output: &Output| {
            let lines = output.stdout.lines();
            let lines = lines.map(|line| words(&serde_json::from_str(line).unwrap()));
            (output.code, lines.collect::<Vec<_>>())
        };
        assert_eq!(said(&little), said(&all), "{step:?}\n{little:?}\n{all:?}");
    }
    assert_eq!(
        orders(&user, &store.display().to_string()),
        orders(&user, &twin)
    );
}

/// The same for reports that name their orders by their ids: most rest on their order alone, one
/// that brings an order to life or closes it on more.
#[test]
fn reports_of_orders_by_their_ids_come_to_the_same() {
    let (user, ids) = user();
    let [first, _, change, new] = ids.as_slice() else {
        panic!("{ids:?}");
    };
    for id in [first, change, new] {
        let _ = user.run(["submit", id, "--yes"]).exits(0);
    }
    let files = [
        format!(
            "{first},sms-sent,\n{change},rejected,\n{new},rejected,\n{first},bureau-rejected,\n\
             {first},sms-verified,all\n{first},bureau-rejected,\n"
        ),
        format!("{first},bureau-approved,\n{change},accepted,\n{new},accepted,\n"),
        format!("{},rejected,\n{change},no-such-person,x\n", &change[..5]),
        format!("{change},sms-verified,nobody\n"),
    ];
    let store = user.home().join("data/icpctl");
    let twin = user.home().join("twin");
    let copied = Command::new("cp").arg("-a").args([&store, &twin]).status();
    assert!(copied.unwrap().success());
    let twin = twin.display().to_string();
    for rows in files {
        user.write("reports.csv", format!("order,event,who\n{rows}"));
        let step = ["record", "--from", "reports.csv", "--json"];
        let little = user.run(step);
        let all = user.run_with(&[("ICPCTL_STORE", &twin), ("ICPCTL_SEED", "7")], step);
        let said = |output: &Output| {
            let lines = output.stdout.lines();
            let lines = lines.map(|line| words(&serde_json::from_str(line).unwrap()));
            (output.code, lines.collect::<Vec<_>>())
        };
        assert_eq!(said(&little), said(&all), "{rows}\n{little:?}\n{all:?}");
    }
    assert_eq!(
        orders(&user, &store.display().to_string()),
        orders(&user, &twin)
    );
}

/// What the report of an order does not rest on is not read: a link in the place of another record,
/// of which a look at more warns, is not seen.
#[test]
fn a_report_by_id_reads_no_other_order() {
    let (user, ids) = user();
    let _ = user.run(["submit", &ids[0], "--yes"]).exits(0);
    let other = &ids[1];
    let store = user.home().join("data/icpctl");
    let file = store.join(format!("orders/{}/{other}.toml", &other[..2]));
    let aside = user.home().join("aside.toml");
    std::fs::rename(&file, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &file).unwrap();
    let report = |order: &str| {
        user.write("reports.csv", format!("order,event\n{order},sms-sent\n"));
        user.run(["record", "--from", "reports.csv"])
            .exits(0)
            .stderr
    };
    let wide = report("粤ICP备2021000001号-1");
    assert!(wide.contains(other.as_str()), "{wide}");
    let narrow = report(&ids[0]);
    assert!(!narrow.contains(other.as_str()), "{narrow}");
}

/// A filter reads what it asks for, and finds what is so among all.
#[test]
fn a_filtered_list_is_what_the_whole_list_holds() {
    let (user, ids) = user();
    let domains = ["shop.example.com", "docs.example.com", "tea.example.com"];
    // No id, which is drawn, can hold an `o`.
    let rows: Vec<String> = (0..60)
        .map(|place| {
            let (domain, label) = (domains[place % domains.len()], place % 20);
            format!("row{place},change,{domain},tencent,name=新名称{place},{label}\n")
        })
        .collect();
    user.write(
        "many.csv",
        format!("ref,kind,target,provider,set,label:part\n{}", rows.concat()),
    );
    let _ = user.run(["batch", "apply", "many.csv"]).exits(0);
    let _ = user.run(["submit", &ids[0], "--yes"]).exits(0);
    let _ = user.run(["abandon", &ids[1], "--yes"]).exits(0);
    let list = |filter: &str| -> Vec<Value> {
        let words = filter.split_whitespace();
        let words = ["list", "--json"].into_iter().chain(words);
        let listed = user.run(words.collect::<Vec<_>>()).exits(0).json();
        assert_eq!(listed["warnings"], serde_json::json!([]), "{listed}");
        listed["data"].as_array().unwrap().clone()
    };
    let all = list("--all");
    assert_eq!(all.len(), ids.len() + rows.len());
    for (filter, key, value) in [
        ("--ref row7", "/ref", "row7"),
        (
            "--bucket action --kind cancel-site",
            "/status",
            "sms-verification-pending",
        ),
        ("--bucket closed", "/bucket", "closed"),
        ("--kind new", "/kind", "new"),
        ("--all --label part=3", "/labels/part", "3"),
        ("--find row59", "/ref", "row59"),
    ] {
        let is_asked_for = |order: &&Value| order.pointer(key).is_some_and(|v| *v == *value);
        let wanted: Vec<&Value> = all.iter().filter(is_asked_for).collect();
        assert!(!wanted.is_empty(), "{filter}");
        assert_eq!(list(filter).iter().collect::<Vec<_>>(), wanted, "{filter}");
    }
    assert_eq!(list("--all --limit 3"), all[..3]);
    let by_id = list("--all --sort id");
    assert_eq!(list("--all --sort id --limit 2"), by_id[..2]);
    assert_eq!(list("--ref none"), Vec::<Value>::new());
    let exported = user.run(["export", "orders", "--format", "jsonl", "--ref", "row7"]);
    let lines: Vec<&str> = exported.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("\"ref\":\"row7\""), "{lines:?}");
}

/// What is asked of some subjects rests on them alone, and is what the whole portfolio says.
#[test]
fn a_part_of_the_portfolio_is_what_the_whole_portfolio_holds() {
    let (user, ids) = user();
    let _ = user.run(["submit", &ids[0], "--yes"]).exits(0);
    let noted = ["note", "粤ICP备2021000001号", "下月续费"];
    let _ = user.run(noted).exits(0);
    let whole = user.run(["portfolio", "--json"]).exits(0).json();
    let whole = whole["data"].as_array().unwrap();
    assert!(whole.len() > 5, "{whole:?}");
    for subject in whole {
        let number = subject["number"].as_str().unwrap();
        let part = user.run(["portfolio", number, "--json"]).exits(0).json();
        assert_eq!(part["data"], serde_json::json!([subject]));
    }
    for id in &ids {
        let logged = user.run(["log", id, "--json"]).exits(0).json();
        let entries = logged["data"].as_array().unwrap().iter();
        let entries = entries.flat_map(|op| op["records"].as_array().unwrap());
        assert!(
            entries.clone().all(|entry| entry["order"] == **id),
            "{logged}"
        );
        assert!(entries.count() > 0, "{logged}");
    }
    let asked = |word: &str| user.run(["portfolio", word, "--exit-status"]).code;
    assert_eq!(asked("docs.example.com"), 0);
    assert_eq!(asked("粤ICP备2021000001号-9"), 4);
    assert_eq!(asked("nowhere.example.com"), 4);
}

/// The words of each order of a store.
fn orders(user: &Icpctl, store: &str) -> Vec<String> {
    let listed = user.run_with(&[("ICPCTL_STORE", store)], ["list", "--all", "--json"]);
    let orders = untimed(&listed)["data"].as_array().unwrap().clone();
    let mut orders: Vec<String> = orders.iter().map(|o| words(o).join(" ")).collect();
    orders.sort();
    orders
}

/// What a run said, without what is drawn or timed, and without the ids of orders.
fn nameless(output: &Output) -> (i32, Vec<String>) {
    (output.code, words(&untimed(output)))
}

/// The words of a document, those aside that can be ids or parts of times.
fn words(document: &Value) -> Vec<String> {
    let text = document.to_string();
    text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit()))
        .filter(|word| word.len() != 8 && !word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// "Writers on different subjects need not wait for each other".
#[test]
fn a_step_of_one_order_goes_on_beside_another_writer_of_single_orders() {
    let (user, ids) = user();
    let disk = Disk::open(&user.home().join("data/icpctl")).unwrap();
    let lock = StorePath::parse("locks/store.lock").unwrap();
    let held = disk.try_lock(&lock, LockMode::Shared).unwrap().unwrap();
    let submit = ["submit", &ids[2], "--yes"];
    let _ = user.run(submit).exits(0);
    let _ = user.run(["record", &ids[2], "accepted"]).exits(0);
    // What the provider hands on cannot be withdrawn; to be told so needs no lock of the other's.
    let _ = user.run(["withdraw", &ids[2], "--yes"]).exits(5);
    let now = ["--lock-timeout", "0s"];
    let note = ["note", &ids[2], "x"].into_iter().chain(now);
    let _ = user.run(note).exits(6);
    drop(held);
    let mut alone = None;
    // A program that another test starts holds what it inherits until it runs.
    until("the lock", || {
        alone = disk.try_lock(&lock, LockMode::Exclusive).unwrap();
        alone.is_some()
    });
    let record = ["record", &ids[2], "forwarded"].into_iter().chain(now);
    let _ = user.run(record).exits(6);
    drop(alone);
}

/// A live order whose file stopped being readable still holds its subject and its account: by
/// whatever way the next is sent, tried or for real.
#[test]
fn a_live_order_that_cannot_be_read_forbids_the_next() {
    for (held, next) in [
        (
            "cancel-site books.example.com --provider tencent",
            "change 京ICP备2021000008号-2 --provider tencent --set name=新名称",
        ),
        (
            "change toys.example.com --provider tencent --account A9 --set name=新名称",
            "change tea.example.com --provider tencent --account A9 --set name=新名称",
        ),
    ] {
        let (user, _) = user();
        let run = |line: &str| user.run(line.split(' '));
        let held = run(held).exits(0).stdout.trim().to_owned();
        let _ = run(&format!("submit {held} --yes")).exits(0);
        let next = run(&format!("{next} --ref row-1"))
            .exits(0)
            .stdout
            .trim()
            .to_owned();
        let path = user
            .home()
            .join(format!("data/icpctl/orders/{}/{held}.toml", &held[..2]));
        let sound = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{sound}\n<<<<<<< HEAD\n")).unwrap();
        for line in [
            format!("submit {next} --yes --dry-run"),
            format!("submit {next} --yes"),
            format!("submit {next} --yes --json"),
            "submit ref:row-1 --yes".to_owned(),
        ] {
            let told = run(&line).exits(3);
            let told = format!("{}{}", told.stdout, told.stderr);
            assert!(told.contains(&format!("{held}.toml")), "{line}: {told}");
        }
        std::fs::write(&path, sound).unwrap();
        assert_eq!(
            run(&format!("show {next} --json")).json()["data"]["status"],
            "draft"
        );
    }
}

/// The same, of rows that are sent: the row fails, and names the file.
#[test]
fn a_live_order_that_cannot_be_read_forbids_a_row() {
    let (user, _) = user();
    let run = |line: &str| user.run(line.split(' '));
    let held = run("cancel-site books.example.com --provider tencent --submit --yes").exits(0);
    let held = held.stdout.trim().to_owned();
    let path = user
        .home()
        .join(format!("data/icpctl/orders/{}/{held}.toml", &held[..2]));
    let sound = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{sound}\n<<<<<<< HEAD\n")).unwrap();
    let row = "row-1,change,京ICP备2021000008号-2,tencent,name=新名称";
    user.write("rows.csv", format!("ref,kind,target,provider,set\n{row}\n"));
    let told = run("batch apply rows.csv --submit --yes --json");
    assert_ne!(told.code, 0);
    let rows: Vec<Value> = told
        .stdout
        .lines()
        .filter_map(|l| serde_json::from_str(l).ok())
        .collect();
    let of_row = rows
        .iter()
        .find(|row| row["data"]["ref"] == "row-1" || row["ref"] == "row-1");
    let of_row = of_row.unwrap_or_else(|| panic!("{told:?}")).to_string();
    assert!(
        of_row.contains("invalid.record") && of_row.contains(&held),
        "{of_row}"
    );
}

/// In a large store a command on one order looks at folders, until something looks at everything: a
/// list proves each file, and what reads them all leaves the proof to the next command.
#[test]
fn what_reads_everything_has_each_file_looked_at_again() {
    let (user, ids) = user();
    let run = |line: &str| user.run(line.split(' ')).exits(0);
    let orders = user.home().join("data/icpctl/orders");
    let sound = std::fs::read_to_string(orders.join(&ids[0][..2]).join(format!("{}.toml", ids[0])));
    let sound = sound.unwrap();
    for place in 0..2_100_u64 {
        let id = OrderId::from_bits(place.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_string();
        let folder = orders.join(&id[..2]);
        std::fs::create_dir_all(&folder).unwrap();
        let text = sound.replace(&ids[0], &id);
        std::fs::write(folder.join(format!("{id}.toml")), text).unwrap();
    }
    let is_kept = || {
        let cache = user.home().join("cache/icpctl");
        let entries = std::fs::read_dir(cache).into_iter().flatten();
        let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.any(|name| name.starts_with("concordance-"))
    };
    let show = format!("show {}", ids[3]);
    while !is_kept() {
        // What was written in this moment is not kept.
        let _ = run(&show);
    }
    for line in [
        "list --limit 1",
        "list --status draft --limit 2 --json",
        &show,
    ] {
        let _ = run(line);
        assert!(is_kept(), "{line}");
    }
    for line in [
        "status",
        "list --all --json",
        "portfolio",
        "export --format jsonl",
    ] {
        let _ = run(line);
        assert!(!is_kept(), "{line}");
        let _ = run(&show);
        assert!(is_kept(), "{line}");
    }
}
