//! Correcting an order: what `edit` takes, what it refuses, and attachments that go.

use crate::scenarios::{
    CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, codes, company, dossier, hints_at, site,
};
use serde_json::{Value, json};

/// The attachments of an order, each as its slot and its hash.
fn attached(scene: &Scene, id: &str) -> Value {
    let order = scene.order(MONDAY, id);
    let materials = order["materials"].as_array().unwrap();
    materials
        .iter()
        .map(|m| json!([m["slot"], m["hash"]]))
        .collect()
}

/// An account is one of a provider: the one that drafting found there follows the provider, one that was
/// named stays until another is.
#[test]
fn the_account_follows_the_provider() {
    let accesses = json!([
        { "provider": "tencent", "account": "t-1" },
        { "provider": "huawei", "account": "h-1" },
        "alibaba",
    ]);
    let sites = [site(SHOP, "example.cn", &accesses)];
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    let account = |id: &str| scene.order(MONDAY, id)["account"].clone();
    for line in [
        "change example.cn --set name=示例商城二店",
        "cancel-site example.cn",
        "cancel-subject example.cn",
        "cancel-access example.cn",
    ] {
        let id = scene.draft(MONDAY, &format!("{line} --provider tencent"));
        assert_eq!(account(&id), "t-1", "{line}");
        for (provider, expected) in [("huawei", json!("h-1")), ("alibaba", json!(null))] {
            scene.ok(MONDAY, &format!("edit {id} --set provider={provider}"));
            assert_eq!(account(&id), expected, "{line}");
        }
        let _ = scene.run(MONDAY, "undo").exits(0);
        assert_eq!(account(&id), "h-1", "{line}");
    }
    let named = "change example.cn --set name=示例商城二店 --provider tencent --account t-2";
    let id = scene.draft(MONDAY, named);
    scene.ok(MONDAY, &format!("edit {id} --set provider=huawei"));
    assert_eq!(account(&id), "t-2");
    let both = format!("edit {id} --set provider=alibaba --set account=a-1");
    scene.ok(MONDAY, &both);
    assert_eq!(account(&id), "a-1");
}

/// "Unknown fields are refused with a suggestion", when they are taken away too.
#[test]
fn an_unknown_field_cannot_be_taken_away() {
    let (scene, id) = Scene::first_filing("tencent");
    for (field, meant) in [
        ("foo", "full path"),
        ("acount", "did you mean account?"),
        ("services.0.nam", "did you mean services.0.name?"),
        (
            "services.0.responsible.phon",
            "did you mean services.0.responsible.phone?",
        ),
        ("services.7.name", "full path"),
        ("materials.0", "no attachments"),
        ("materials.other", "no attachments"),
    ] {
        let error = scene.fails(MONDAY, &format!("edit {id} --unset {field}"), 3);
        assert_eq!(error["code"], "invalid.field", "{field}");
        assert!(hints_at(&error, meant), "{field}: {error}");
    }
    // A field that is there to be filled in may be empty already.
    let document = scene.document(MONDAY, &format!("edit {id} --unset services.0.remark"), 0);
    assert_eq!(document["changed"], false);
}

/// Of orders that wait for each other none could ever be sent.
#[test]
fn an_order_cannot_wait_for_itself() {
    let (scene, first) = Scene::first_filing("tencent");
    let second = scene.draft(MONDAY, &format!("new --from new.toml --after {first}"));
    let third = scene.draft(MONDAY, &format!("new --from new.toml --after {second}"));
    for last in [&first, &second, &third] {
        let error = scene.fails(MONDAY, &format!("edit {first} --set after={last}"), 5);
        assert_eq!(error["code"], "refused.after-circle", "{error}");
    }
    let line = format!("edit {third} --set after={first}");
    assert_eq!(scene.document(MONDAY, &line, 0)["data"]["after"], first);
}

/// A wrong attachment is taken away by its slot or its place, and `undo` brings it back.
#[test]
fn an_attachment_can_be_taken_away() {
    let (scene, id) = Scene::first_filing("tencent");
    for (name, slot) in [("a", "other"), ("b", "licence"), ("c", "other")] {
        scene.user.write(name, name);
        let _ = scene
            .run(MONDAY, &format!("attach {id} {name} --as {slot}"))
            .exits(0);
    }
    let all = attached(&scene, &id);
    let undone = || {
        let _ = scene.run(MONDAY, "undo").exits(0);
        let mut now = attached(&scene, &id).as_array().unwrap().clone();
        let mut all = all.as_array().unwrap().clone();
        now.sort_by_key(ToString::to_string);
        all.sort_by_key(ToString::to_string);
        assert_eq!(now, all);
    };
    let edit = |what: &str| scene.ok(MONDAY, &format!("edit {id} {what}"));
    let order = edit("--unset materials.2 --set account=7");
    assert_eq!(attached(&scene, &id), json!([all[0], all[1]]));
    let entry = order["history"].as_array().unwrap().last().unwrap();
    let edits = entry["edits"].as_array().unwrap();
    assert!(
        edits
            .iter()
            .any(|e| e["field"] == "materials" && e["to"].is_null()),
        "{edits:?}"
    );
    undone();
    assert!(scene.order(MONDAY, &id)["account"].is_null());
    edit("--unset materials.other");
    let left = attached(&scene, &id);
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left[0][0], "licence");
    undone();
    edit("--unset materials");
    assert_eq!(attached(&scene, &id), json!([]));
    undone();
    let error = scene.fails(MONDAY, &format!("edit {id} --unset materials.nope"), 3);
    assert!(hints_at(&error, "licence"), "{error}");
    let error = scene.fails(MONDAY, &format!("edit {id} --set materials.0=a"), 3);
    assert!(hints_at(&error, "icpctl attach"), "{error}");
}

/// What is attached to a service follows it: it goes with it, and moves up with it.
#[test]
fn attachments_follow_their_service() {
    let (scene, id) = Scene::first_filing("tencent");
    for (place, name) in [(1, "二"), (2, "三")] {
        let line = format!(
            "edit {id} --set services.{place}.kind=site --set services.{place}.name=示例站点{name} \
             --set services.{place}.domains=s{place}.example.com"
        );
        scene.ok(MONDAY, &line);
    }
    for name in ["all", "1", "2", "3"] {
        scene.user.write(name, name);
        let which = match name {
            "all" => String::new(),
            place => format!(" --service {place}"),
        };
        let line = format!("attach {id} {name} --as domain-certificate{which}");
        let _ = scene.run(MONDAY, &line).exits(0);
    }
    let held = || -> Vec<Value> {
        let order = scene.order(MONDAY, &id);
        let materials = order["materials"].as_array().unwrap();
        let mut held: Vec<Value> = materials
            .iter()
            .map(|m| json!([m["service"], m["size"], m["hash"]]))
            .collect();
        held.sort_by_key(ToString::to_string);
        held
    };
    let before = held();
    let hash_at = |held: &[Value], place: Value| {
        let one = held.iter().find(|one| one[0] == place);
        one.map(|one| one[2].clone())
    };
    scene.ok(MONDAY, &format!("edit {id} --unset services.1"));
    let after = held();
    assert_eq!(after.len(), 3, "{after:?}");
    for (was, is) in [
        (json!(null), json!(null)),
        (json!(1), json!(1)),
        (json!(3), json!(2)),
    ] {
        assert_eq!(hash_at(&before, was), hash_at(&after, is));
    }
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(held(), before);
}

/// What a dossier says of a service goes to that service, wherever it stands in the file; those that it
/// leaves out stay as they are, papers and all.
#[test]
fn a_dossier_means_the_services_of_a_first_filing_by_what_they_go_by() {
    let (scene, id) = Scene::first_filing("tencent");
    for (place, name) in [(1, "二"), (2, "三")] {
        let line = format!(
            "edit {id} --set services.{place}.kind=site --set services.{place}.name=示例站点{name} \
             --set services.{place}.domains=s{place}.example.com"
        );
        scene.ok(MONDAY, &line);
        scene.user.write(name, name);
        let place = place + 1;
        let line = format!("attach {id} {name} --as domain-certificate --service {place}");
        let _ = scene.run(MONDAY, &line).exits(0);
    }
    let service = |name: &str, domain: &str| {
        format!("[[services]]\nname = \"{name}\"\ndomains = [\"{domain}\"]\n")
    };
    // The first is left out; the third has another name, the second another domain.
    scene.user.write("新", "新");
    let text = service("示例书店", "s2.example.com")
        + &service("示例站点二", "s9.example.com")
        + "[[materials]]\nslot = \"domain-certificate\"\nfile = \"新\"\nservice = \"2\"\n";
    scene.user.write("less.toml", text);
    let line = format!("edit {id} --from less.toml");
    let document = scene.document(MONDAY, &line, 0);
    assert_eq!(codes(&document["warnings"]), ["services-left-out"]);
    assert!(
        document["warnings"][0]
            .to_string()
            .contains("--unset services.0")
    );
    let order = scene.ok(MONDAY, &format!("show {id} --reveal"));
    let shown: Vec<Value> = order["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| json!([s["name"], s["domains"][0]]))
        .collect();
    assert_eq!(
        shown,
        [
            json!(["示例商城", "example.cn"]),
            json!(["示例站点二", "s9.example.com"]),
            json!(["示例书店", "s2.example.com"]),
        ]
    );
    let mut held: Vec<Value> = order["materials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| json!([m["service"], m["file"]]))
        .collect();
    held.sort_by_key(ToString::to_string);
    assert_eq!(held, [json!([2, "新"]), json!([3, "三"])]);
    assert_eq!(scene.document(MONDAY, &line, 0)["changed"], false);
    // One that is none of them comes after all others.
    scene.user.write(
        "more.toml",
        service("示例站点二", "s9.example.com") + &service("示例别站", "new.example.com"),
    );
    let order = scene.ok(MONDAY, &format!("edit {id} --from more.toml"));
    assert_eq!(order["services"].as_array().unwrap().len(), 4, "{order}");
    assert_eq!(order["services"][3]["domains"][0], "new.example.com");
}

/// Whatever a dossier corrects, no service is there twice; one of another kind is another one.
#[test]
fn a_dossier_that_corrects_services_adds_none() {
    let service = |(kind, name, domain): &(&str, &str, &str)| {
        let domains = match *domain {
            "" => String::new(),
            letter => format!("domains = [\"{letter}.example.cn\"]\n"),
        };
        let platforms = match *kind {
            "app" => "platforms = [\"android\"]\n",
            _ => "",
        };
        format!("[[services]]\nkind = \"{kind}\"\nname = \"示例{name}\"\n{domains}{platforms}")
    };
    let one = [("site", "商城", "a")];
    let two = [("site", "商城", "a"), ("site", "论坛", "b")];
    let three = [
        ("site", "商城", "a"),
        ("site", "论坛", "b"),
        ("site", "博客", "d"),
    ];
    let app = [("site", "商城", "a"), ("app", "商城", "a")];
    let cases: [(&[_], &[_], &str); 12] = [
        (
            &two,
            &[("site", "商城", "b"), ("site", "论坛", "c")],
            "site商城b site论坛c",
        ),
        (
            &two,
            &[("site", "商城", "b"), ("site", "论坛", "a")],
            "site商城b site论坛a",
        ),
        (
            &two,
            &[("site", "论坛", "a"), ("site", "博客", "b")],
            "site论坛a site博客b",
        ),
        (
            &two,
            &[("site", "论坛", "c"), ("site", "商城", "b")],
            "site商城b site论坛c",
        ),
        (&two, &[("site", "商店", "b")], "site商城a site商店b"),
        (
            &three,
            &[("site", "商城", "b"), ("site", "论坛", "c")],
            "site商城b site论坛c site博客d",
        ),
        (
            &three,
            &[
                ("site", "博客", "d"),
                ("site", "商城", "b"),
                ("site", "论坛", "c"),
            ],
            "site商城b site论坛c site博客d",
        ),
        (&app, &[("app", "商城", "a")], "site商城a app商城a"),
        (&app, &[("app", "书店", "a")], "site商城a app书店a"),
        (&app, &[("app", "商城", "")], "site商城a app商城a"),
        (&app, &[("app", "书店", "")], "site商城a app商城a app书店"),
        (&one, &[("app", "商城", "a")], "app商城a"),
    ];
    for (held, written, expected) in cases {
        let (scene, id) = Scene::first_filing("tencent");
        let text = |services: &[_]| services.iter().map(service).collect::<String>();
        scene.user.write("held.toml", text(held));
        scene.ok(MONDAY, &format!("edit {id} --unset services"));
        scene.ok(MONDAY, &format!("edit {id} --from held.toml"));
        scene.user.write("written.toml", text(written));
        scene.ok(MONDAY, &format!("edit {id} --from written.toml"));
        let order = scene.ok(MONDAY, &format!("show {id} --reveal"));
        let shown = order["services"].as_array().unwrap().iter().map(|s| {
            let words = [&s["kind"], &s["name"], &s["domains"][0]];
            words.map(|word| word.as_str().unwrap_or_default()).concat()
        });
        let shown = shown.collect::<Vec<_>>().join(" ");
        let shown = shown.replace("示例", "").replace(".example.cn", "");
        assert_eq!(shown, expected, "{held:?} {written:?}");
    }
}

/// A dossier that `edit --from` takes speaks for the slots that it names.
#[test]
fn the_files_of_a_dossier_take_the_place_of_those_of_their_slots() {
    let (scene, id) = Scene::first_filing("tencent");
    for name in ["a", "b", "c"] {
        scene.user.write(name, name);
    }
    for (name, slot) in [("a", "other"), ("b", "licence")] {
        let _ = scene
            .run(MONDAY, &format!("attach {id} {name} --as {slot}"))
            .exits(0);
    }
    let before = attached(&scene, &id);
    let material = "\n[[materials]]\nslot = \"other\"\nfile = \"c\"\n";
    scene.user.write("new.toml", dossier("tencent") + material);
    let document = scene.document(MONDAY, &format!("edit {id} --from new.toml"), 0);
    assert_eq!(document["changed"], true);
    let after = attached(&scene, &id);
    assert_eq!(after[0], before[1]);
    assert_eq!(after[1][0], "other");
    assert_ne!(after[1], before[0]);
    let again = scene.document(MONDAY, &format!("edit {id} --from new.toml"), 0);
    assert_eq!(again["changed"], false);
    let doctor = scene.document(MONDAY, "doctor", 0);
    assert_eq!(doctor["data"]["findings"], json!([]));
    scene.user.write(
        "new.toml",
        dossier("tencent") + &material.replace("\"c\"", "\"missing\""),
    );
    scene.fails(MONDAY, &format!("edit {id} --from new.toml"), 4);
}

/// "validity (3), …, guards (5)": a field that does not exist is told whatever the status; and a
/// refusal says what is allowed now, and until when.
#[test]
fn validity_comes_before_the_status_which_tells_what_is_allowed() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.fails(MONDAY, &format!("edit {id} --set nosuch=1"), 3);
    scene.fails(MONDAY, &format!("edit {id} --unset nosuch"), 3);
    let error = scene.fails(MONDAY, &format!("edit {id} --set services.0.name=示例"), 5);
    assert!(hints_at(&error, "allowed in provider-review: "), "{error}");

    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let error = scene.fails(
        MONDAY,
        &format!("record {id} sms-verified --who subject"),
        5,
    );
    assert_eq!(error["code"], "refused.not-awaited");
    assert!(hints_at(&error, "those awaited: service"), "{error}");
    assert!(
        hints_at(&error, "the SMS window closes at 2026-11-24 10:00:00"),
        "{error}"
    );
}

/// A cancellation through a provider is always verified somehow: what is taken away falls back.
#[test]
fn the_way_of_verifying_falls_back_to_the_sms() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by papers");
    let edit = format!("edit {id} --unset verify_by");
    let first = scene.document(MONDAY, &edit, 0);
    assert_eq!(first["changed"], true);
    assert_eq!(first["data"]["verify_by"], "sms");
    assert_eq!(scene.document(MONDAY, &edit, 0)["changed"], false);
    scene.fails(MONDAY, &format!("edit {id} --unset provider"), 3);
}

/// Of an order's history, the edits that the last entry recorded.
fn recorded(order: &Value) -> Value {
    let history = order["history"].as_array().unwrap();
    history.last().unwrap()["edits"].clone()
}

/// "An access changes no filed field" (ACC-01), and a cancellation holds none: what a kind of order
/// does not take is refused with what it takes, and nothing is written.
#[test]
fn what_orders_of_a_kind_do_not_take_is_refused() {
    let scene = Scene::at("tencent");
    scene.user.write(
        "new.toml",
        dossier("tencent").replace("example.cn", "example.net"),
    );
    let drafts = [
        (
            "cancel-site example.cn",
            &["verify_by", "account"][..],
            &[
                "target=example.com",
                "services.0.name=新名字",
                "services.0.responsible.phone=13900000000",
                "subject.name=示例",
                "written=true",
                "reason=停办",
                "kind=new",
                "ref=k",
            ][..],
        ),
        (
            "cancel-subject 粤ICP备2021000001号",
            &["verify_by"],
            &["subject.province=广东", "services.0.domains=example.org"],
        ),
        (
            "cancel-access example.cn --provider tencent",
            &["account"],
            &["verify_by=sms", "services.0.name=新名字"],
        ),
        (
            "access example.cn --provider huawei",
            &["services.N.resource: type, id"],
            &[
                "services.0.name=新名字",
                "subject.mailing_address=示例路1号",
                "services.0.number=粤ICP备2021000001号-2",
            ],
        ),
        (
            "change example.cn --set name=示例商店",
            &["services.N: name"],
            &[
                "services.0.resource.id=ins-2",
                "services.1.name=示例",
                "services.0.number=粤ICP备2021000001号-2",
                "verify_by=sms",
            ],
        ),
        (
            "change 粤ICP备2021000001号 --set mailing_address=示例路1号",
            &["subject: name"],
            &["services.0.name=新名字"],
        ),
        (
            "new --from new.toml",
            &["subject.responsible: name"],
            &["target=example.com", "verify_by=sms", "written=true"],
        ),
    ];
    for (line, taken, refused) in drafts {
        let id = scene.draft(MONDAY, line);
        for given in refused {
            let error = scene.fails(MONDAY, &format!("edit {id} --set {given}"), 3);
            assert_eq!(error["code"], "invalid.field", "{line}: {given}");
            let listed = taken.iter().all(|field| hints_at(&error, field));
            assert!(
                listed || *given == "services.1.name=示例",
                "{line}: {error}"
            );
        }
        for field in ["services", "services.0", "subject"] {
            if !line.starts_with("new") {
                scene.fails(MONDAY, &format!("edit {id} --unset {field}"), 3);
            }
        }
        let order = scene.order(MONDAY, &id);
        assert_eq!(order["revision"], 1, "{line}: nothing is written");
    }
}

/// A written application goes through no provider.
#[test]
fn a_written_application_takes_no_provider() {
    let scene = Scene::one_site(&[]);
    let id = scene.draft(MONDAY, "cancel-site example.cn --written");
    for given in ["provider=tencent", "account=7", "verify_by=sms"] {
        scene.fails(MONDAY, &format!("edit {id} --set {given}"), 3);
    }
    assert_eq!(scene.order(MONDAY, &id)["revision"], 1);
}

/// A dossier is taken as flags are: what it repeats is no edit, what it says otherwise is refused.
#[test]
fn a_dossier_cannot_change_what_flags_cannot() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let edit = format!("edit {id} --from order.toml");
    let same = "kind = \"cancel-site\"\ntarget = [\"example.cn\"]\n";
    scene.user.write("order.toml", same);
    assert_eq!(scene.document(MONDAY, &edit, 0)["changed"], false);
    for other in [
        same.replace("example.cn", "example.com"),
        same.replace("cancel-site", "cancel-access"),
        format!("{same}written = true\n"),
        format!("{same}[[services]]\nnumber = \"粤ICP备2021000001号-1\"\nname = \"新名字\"\n"),
        format!("{same}[[services]]\nnumber = \"粤ICP备2021000001号-2\"\n"),
    ] {
        scene.user.write("order.toml", &other);
        let error = scene.fails(MONDAY, &edit, 3);
        assert_eq!(error["code"], "invalid.field", "{other}");
    }
    // What is filed so is no edit either.
    let filed = "[[services]]\nnumber = \"粤ICP备2021000001号-1\"\nname = \"示例网站\"\n";
    scene
        .user
        .write("order.toml", format!("{same}account = \"acc-1\"\n{filed}"));
    assert_eq!(scene.document(MONDAY, &edit, 0)["changed"], false);
    assert_eq!(scene.order(MONDAY, &id)["revision"], 1);
}

/// Services of a dossier are those of their numbers, wherever they stand in it.
#[test]
fn a_dossier_means_services_by_their_numbers() {
    let scene = Scene::at("tencent");
    let line = "access example.cn example.com --provider huawei";
    let id = scene.draft(MONDAY, line);
    let second = "[[services]]\nnumber = \"粤ICP备2021000001号-2\"\nresource.id = \"ecs-2\"\n";
    scene.user.write("order.toml", second);
    let order = scene.ok(MONDAY, &format!("edit {id} --from order.toml"));
    let edits = recorded(&order);
    assert_eq!(edits[0]["field"], "services.1.resource.id", "{edits}");
}

/// What an edit records is what became of the order.
#[test]
fn an_edit_records_what_became_of_the_order() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "change example.cn --set name=示例商店");
    let error = scene.fails(MONDAY, &format!("edit {id} --unset services.0.name"), 3);
    assert!(hints_at(&error, &format!("icpctl abandon {id}")), "{error}");
    let line = format!("edit {id} --unset services.0.name --set services.0.remark=说明");
    let order = scene.ok(MONDAY, &line);
    let change = json!([{
        "field": "remark", "service": "粤ICP备2021000001号-1", "from": null, "to": "说明",
    }]);
    assert_eq!(order["changes"], change);
    let edits = json!([
        { "field": "services.0.name", "from": "示例商店", "to": null },
        { "field": "services.0.remark", "from": null, "to": "说明" },
    ]);
    assert_eq!(recorded(&order), edits);
    let _ = scene.run(MONDAY, "undo").exits(0);
    let changes = scene.order(MONDAY, &id)["changes"].clone();
    assert_eq!(changes[0]["to"], "示例商店", "{changes}");
    assert_eq!(changes.as_array().unwrap().len(), 1);
    // As it is filed is no change.
    scene.fails(
        MONDAY,
        &format!("edit {id} --set services.0.name=示例网站"),
        3,
    );
    // Labels are data of the order like any other.
    let order = scene.ok(MONDAY, &format!("edit {id} --set labels.customer=甲"));
    assert_eq!(order["labels"]["customer"], "甲");
    let edits = json!([{ "field": "labels.customer", "from": null, "to": "甲" }]);
    assert_eq!(recorded(&order), edits);
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(scene.order(MONDAY, &id)["labels"], json!({}));
}

/// What drafting such a change warns of is warned of too where an edit makes it one.
#[test]
fn an_edit_that_leaves_a_new_person_the_phone_of_the_one_before_is_warned_of() {
    let mut filing = company(SUBJECT, CERTIFICATES[0], &[]);
    let person = json!({ "name": "张三", "phone": "13800000001", "certificate_number": "110101199001010015" });
    filing["responsible"] = person;
    filing["services"] = json!([site(SHOP, "example.cn", &json!(["tencent"]))]);
    let scene = Scene::holding(&[filing]);
    let id = scene.draft(
        MONDAY,
        &format!("change {SUBJECT} --set mailing_address=示例路1号"),
    );
    let warned = |line: &str| {
        let told = scene.document(MONDAY, line, 0);
        let mut codes = told["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| &w["code"]);
        codes.any(|code| code == "half-a-person")
    };
    let other = format!(
        "edit {id} --set subject.responsible.name=王五 --set subject.responsible.certificate_number=110101198001010010"
    );
    assert!(warned(&other));
    assert!(!warned(&format!("edit {id} --set account=acc-2")));
    assert!(!warned(&format!(
        "edit {id} --set subject.responsible.phone=13800000009"
    )));
}

/// What a change clears it goes on clearing when something else of it is edited.
#[test]
fn an_edit_keeps_what_a_change_clears() {
    let mut filing = company("粤ICP备2021000001号", CERTIFICATES[0], &[]);
    filing["remark"] = json!("说明");
    filing["services"] = json!([site(
        "粤ICP备2021000001号-1",
        "example.cn",
        &json!(["tencent"])
    )]);
    let scene = Scene::holding(&[filing]);
    let line = "change 粤ICP备2021000001号 --unset remark --set mailing_address=示例路1号";
    let id = scene.draft(MONDAY, line);
    let line = format!("edit {id} --set subject.mailing_address=示例路2号");
    let order = scene.ok(MONDAY, &format!("{line} --reveal"));
    let mut changes = order["changes"].as_array().unwrap().clone();
    changes.sort_by_key(|change| change["field"].to_string());
    assert_eq!(changes[0]["to"], "示例路2号", "{changes:?}");
    assert_eq!(changes[1]["field"], "remark");
    assert_eq!(changes[1]["to"], Value::Null);
    let order = scene.ok(MONDAY, &format!("edit {id} --unset subject.remark"));
    assert_eq!(order["changes"].as_array().unwrap().len(), 1, "{order}");
}

/// "`subject = "粤ICP备…号"` to take it from the portfolio".
#[test]
fn a_first_filing_can_be_led_to_a_filed_subject() {
    let scene = Scene::at("tencent");
    scene.user.write(
        "new.toml",
        dossier("tencent")
            .replace("example.cn", "example.net")
            .replace(CERTIFICATES[0], CERTIFICATES[1]),
    );
    let id = scene.draft(MONDAY, "new --from new.toml");
    let before = scene.ok(MONDAY, &format!("show {id} --reveal"));
    let order = scene.ok(
        MONDAY,
        &format!("edit {id} --set subject=粤ICP备2021000001号"),
    );
    assert_eq!(order["target"]["subject"], "粤ICP备2021000001号");
    assert_eq!(order["target"]["name"], "示例科技有限公司");
    let _ = scene.run(MONDAY, "undo").exits(0);
    let after = scene.ok(MONDAY, &format!("show {id} --reveal"));
    assert_eq!(after["target"], before["target"]);
    // The subject's data are back: the order is as ready as it was.
    let missing = scene.document(MONDAY, &format!("check {id}"), 0);
    let rules: Vec<&Value> = missing["data"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["rule"])
        .collect();
    assert!(!rules.iter().any(|rule| *rule == "SUB-01"), "{rules:?}");
    let line = format!("edit {id} --set subject=粤ICP备2021000009号");
    scene.fails(MONDAY, &line, 4);
    scene.fails(MONDAY, &format!("edit {id} --set subject=示例"), 3);
    // Once its type has been checked the subject stays (ORD-07).
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 资料有误");
    let error = scene.fails(
        MONDAY,
        &format!("edit {id} --set subject=粤ICP备2021000001号"),
        5,
    );
    assert_eq!(error["code"], "refused.field-frozen");
}

/// Services that were taken away can be put in again, one by one.
#[test]
fn services_come_and_go() {
    let (scene, id) = Scene::first_filing("tencent");
    let whole = scene.order(MONDAY, &id)["services"].clone();
    scene.ok(MONDAY, &format!("edit {id} --unset services"));
    let line =
        format!("edit {id} --set services.0.name=示例论坛 --set services.0.domains=example.com");
    let order = scene.ok(MONDAY, &line);
    assert_eq!(order["services"][0]["name"], "示例论坛");
    assert_eq!(order["services"][0]["kind"], "site");
    let order = scene.ok(MONDAY, &format!("edit {id} --set services.1.name=示例图库"));
    assert_eq!(order["services"].as_array().unwrap().len(), 2);
    scene.fails(MONDAY, &format!("edit {id} --set services.3.name=示例"), 3);
    for _ in 0..3 {
        let _ = scene.run(MONDAY, "undo").exits(0);
    }
    assert_eq!(scene.order(MONDAY, &id)["services"], whole);
    // After a return services neither come nor go: their domains were checked (ORD-07).
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 资料有误");
    for what in ["--unset services", "--set services.1.name=示例图库"] {
        let error = scene.fails(MONDAY, &format!("edit {id} {what}"), 5);
        assert_eq!(error["code"], "refused.field-frozen", "{what}");
    }
}

/// What registrars show of a linked service's domains is kept, and judged.
#[test]
fn an_access_keeps_what_its_dossier_says_of_the_domains() {
    let scene = Scene::at("tencent");
    scene.user.write(
        "access.toml",
        "kind = \"access\"\nprovider = \"huawei\"\n[[services]]\nnumber = \"粤ICP备2021000001号-1\"\n\
         access_mode = \"cloud\"\n[[services.registrations]]\ndomain = \"example.cn\"\nmainland_registrar = false\n",
    );
    let id = scene.draft(MONDAY, "access --from access.toml");
    let check = scene.document(MONDAY, &format!("check {id}"), 3);
    let findings = check["data"]["findings"].as_array().unwrap();
    assert!(
        findings.iter().any(|f| f["rule"] == "DOM-02"),
        "{findings:?}"
    );
    let line = format!("edit {id} --set services.0.registrations.0.mainland_registrar=true");
    let edits = recorded(&scene.ok(MONDAY, &line));
    assert_eq!(
        edits[0]["field"],
        "services.0.registrations.0.mainland_registrar"
    );
    scene.document(MONDAY, &format!("check {id}"), 0);
}

/// A service without a number is the one that the access is about; of several it may mean any.
#[test]
fn an_access_keeps_what_is_said_of_its_only_service() {
    let scene = Scene::at("tencent");
    let resource = "[[services]]\n[services.resource]\nid = \"ecs-7\"\n";
    scene.user.write(
        "access.toml",
        format!("kind = \"access\"\nprovider = \"huawei\"\n{resource}"),
    );
    let id = scene.draft(MONDAY, "access example.cn --from access.toml");
    let is_kept = |id: &str| {
        let file = super::damage::order_file(&scene, id);
        std::fs::read_to_string(file).unwrap().contains("ecs-7")
    };
    assert!(is_kept(&id));
    let _ = scene.ok(MONDAY, &format!("edit {id} --from access.toml"));
    assert!(is_kept(&id));
    let several = "access example.cn example.com --from access.toml --provider huawei";
    let error = scene.fails(MONDAY, several, 3);
    assert_eq!(error["code"], "invalid.dossier", "{error}");
}

/// A word that is no field is answered with what it may mean.
#[test]
fn a_word_that_is_no_field_is_answered_with_what_is_meant() {
    let scene = Scene::at("tencent");
    for (line, meant) in [
        (
            "change 粤ICP备2021000001号 --set domains=example.org",
            "icpctl change 粤ICP备2021000001号-1 --set domains=",
        ),
        (
            "change example.cn --set mailing_address=示例路1号",
            "icpctl change 粤ICP备2021000001号 --set mailing_address=",
        ),
        ("change example.cn --set nam=示例", "did you mean name?"),
        (
            "change example.cn --set phone=13900000001",
            "did you mean responsible.phone?",
        ),
        (
            "change example.cn --set services.0.responsible.phone=13900000001",
            "did you mean responsible.phone?",
        ),
        (
            "change example.cn --set 域名=example.org",
            "did you mean domains?",
        ),
        (
            "change example.cn --set subject.name=示例",
            "icpctl change 粤ICP备2021000001号 --set name=",
        ),
        (
            "change example.cn --set 手机=13900000001 --lang zh",
            "responsible.phone 服务负责人联系方式1、",
        ),
        (
            "change example.cn --unset foo",
            "the fields that can change: name, domains",
        ),
        (
            "change example.cn --set resource.id=ins-2",
            "the fields that can change: name, domains",
        ),
        (
            "change example.cn --set number=粤ICP备2021000001号-9",
            "the fields that can change: name, domains",
        ),
        (
            "change example.cn --set number=粤ICP备2021000001号-9",
            "the bureau assigns the number",
        ),
        (
            "change example.cn --set kind=app",
            "cancel it and file anew",
        ),
        (
            "change 粤ICP备2021000001号 --set number=粤ICP备2021000009号",
            "the fields that can change: name, nature",
        ),
        ("change example.cn --set name=", "--unset name"),
        ("change example.cn --add name=", "--unset name"),
        ("change example.cn --add name=示例", "use --set instead"),
        ("change example.cn --unset name=示例商城", "--unset name"),
    ] {
        let error = scene.fails(MONDAY, line, 3);
        assert_eq!(error["code"], "invalid.field", "{line}");
        assert!(hints_at(&error, meant), "{line}: {error}");
    }
    let id = scene.draft(MONDAY, "change example.cn --set name=示例商店");
    for (given, meant) in [
        // What the order changes is what is put right.
        ("name=示例", "did you mean services.0.name?"),
        (
            "email=a@example.com",
            "did you mean subject.responsible.email, services.0.responsible.email?",
        ),
        ("foo=x", "services.N: name, domains"),
        ("services.name=示例", "services.0.name"),
    ] {
        let error = scene.fails(MONDAY, &format!("edit {id} --set {given}"), 3);
        assert!(hints_at(&error, meant), "{given}: {error}");
    }
}

/// What every filing holds can be replaced, and not taken away; what it may do without can.
#[test]
fn a_change_clears_no_required_field() {
    let mut filing = company("粤ICP备2021000001号", CERTIFICATES[0], &[]);
    filing["remark"] = json!("说明");
    filing["services"] = json!([site(
        "粤ICP备2021000001号-1",
        "example.cn",
        &json!(["tencent"])
    )]);
    let scene = Scene::holding(&[filing]);
    for (target, field) in [
        ("粤ICP备2021000001号", "name"),
        ("粤ICP备2021000001号", "nature"),
        ("粤ICP备2021000001号", "responsible"),
        ("粤ICP备2021000001号", "responsible.phone"),
        ("example.cn", "name"),
        ("example.cn", "responsible.phone"),
    ] {
        let line = format!("change {target} --unset {field}");
        let error = scene.fails(MONDAY, &line, 3);
        assert!(hints_at(&error, &format!("--set {field}=VALUE")), "{error}");
    }
    scene.draft(MONDAY, "change 粤ICP备2021000001号 --unset remark");
}

/// What comes next after a rejection is what can be done: a cancellation holds nothing to put
/// right, and what was put right is sent.
#[test]
fn the_next_step_after_a_rejection_can_be_taken() {
    let scene = Scene::at("huawei");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    for event in ["sms-verified --who all", "bureau-rejected --reason 不符"] {
        scene.record(MONDAY, &id, event);
    }
    let next = scene.order(MONDAY, &id)["next"].clone();
    let steps = [
        format!("icpctl submit {id}"),
        format!("icpctl abandon {id}"),
    ];
    assert_eq!(next, json!(steps));

    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 资料有误");
    let next = scene.order(MONDAY, &id)["next"].clone();
    assert_eq!(next[0], format!("icpctl edit {id} --set FIELD=VALUE"));
    let line = format!("edit {id} --set services.0.responsible.phone=13800000005");
    let next = scene.ok(MONDAY, &line)["next"].clone();
    assert_eq!(next, json!([format!("icpctl submit {id}")]));
}

/// A draft without what an order must hold says so instead of naming the submission.
#[test]
fn an_incomplete_draft_is_not_said_to_be_ready() {
    let (scene, id) = Scene::first_filing("tencent");
    for what in ["services", "subject"] {
        let output = scene
            .run(MONDAY, &format!("edit {id} --unset {what}"))
            .exits(0);
        assert!(output.stderr.contains("held back: "), "{output:?}");
        let next = scene.order(MONDAY, &id)["next"].clone();
        assert_eq!(next, json!([format!("icpctl edit {id} --set FIELD=VALUE")]));
        let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
        assert_eq!(error["code"], "refused.incomplete");
        let _ = scene.run(MONDAY, "undo").exits(0);
    }
}

/// Where a cancellation has lapsed, the filing stays, and how to cancel it is said.
#[test]
fn a_lapsed_cancellation_says_that_the_filing_stays() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let later = "2026-11-25 10:00:00";
    let output = scene
        .run(later, &format!("record {id} sms-expired"))
        .exits(0);
    let anew = "icpctl cancel-site 粤ICP备2021000001号-1 --provider tencent";
    assert!(
        output.stderr.contains("the filing stays as it is"),
        "{output:?}"
    );
    assert!(output.stderr.contains(anew), "{output:?}");
    assert_eq!(scene.order(later, &id)["next"], json!([anew]));

    // It has ended and is closed, but the morning's screen recalls it with the same step.
    let status = scene.document(later, "status", 0);
    assert_eq!(status["data"], json!([]));
    let warning = |at: &str| scene.document(at, "status", 0)["warnings"].clone();
    assert_eq!(codes(&warning(later)), ["cancellation-lapsed"]);
    assert_eq!(warning(later)[0]["path"], id);
    assert!(
        warning(later)[0]["message"]
            .as_str()
            .unwrap()
            .contains(anew)
    );
    let screen = |lang: &str| {
        scene
            .run(later, &format!("status --lang {lang}"))
            .exits(0)
            .stdout
    };
    assert!(screen("en").contains("Cancellations that lapsed") && screen("en").contains(anew));
    assert!(screen("zh").contains("已自动退回的注销") && screen("zh").contains(anew));
    assert_eq!(
        warning("2026-12-26 10:00:00"),
        json!([]),
        "it is not recalled for ever"
    );
    let closed = scene.document(later, "status --bucket closed", 0);
    assert_eq!(
        (&closed["data"][0]["id"], &closed["warnings"]),
        (&json!(id), &json!([]))
    );

    // Once it is drafted again, neither asks for that.
    scene.draft(later, anew.strip_prefix("icpctl ").unwrap());
    assert_eq!(scene.order(later, &id)["next"], json!([]));
    assert_eq!(warning(later), json!([]));
}

/// What drafting settles is not passed over in silence where a dossier says it otherwise: it is
/// refused at its place; said as it is, it is no obstacle.
#[test]
fn a_dossier_that_says_otherwise_what_drafting_settled_is_refused_at_its_place() {
    let scene = Scene::one_site(&["tencent"]);
    let line = "access example.cn --provider huawei --ref mine --reason 扩容";
    let id = scene.draft(MONDAY, line);
    let edit = |text: &str, exit: i32| {
        scene.user.write("edit.toml", text);
        scene.document(MONDAY, &format!("edit {id} --from edit.toml"), exit)
    };
    for (text, field, at) in [
        (
            "account = \"a-2\"\nref = \"other\"\n",
            "ref",
            "edit.toml:2:",
        ),
        (
            "account = \"a-2\"\n\nreason = \"别的\"\n",
            "reason",
            "edit.toml:3:",
        ),
    ] {
        let refused = edit(text, 3);
        let error = &refused["error"];
        let message = error["message"].as_str().unwrap();
        assert_eq!(error["code"], "invalid.field");
        assert!(message.contains(field) && message.contains(at), "{message}");
        assert!(
            hints_at(error, &format!("take {field} out of the dossier")),
            "{error}"
        );
    }
    assert_eq!(scene.order(MONDAY, &id)["account"], json!(null));
    let same = edit("account = \"a-2\"\nref = \"mine\"\nreason = \"扩容\"\n", 0);
    assert_eq!(same["data"]["account"], "a-2");
    let elsewhere = edit("[subject]\nname = \"别的公司\"\n", 3);
    let message = elsewhere["error"]["message"].as_str().unwrap();
    assert!(message.contains("edit.toml:2:"), "{message}");
}
