//! The six drafting commands: targets, providers, refs, and the order of checks.

use crate::scenarios::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, dossier, hints_at, site,
    warned,
};
use serde_json::json;

/// One of each; the dossier is [`dossier`], of a domain that is not filed.
const SIX: [&str; 6] = [
    "new --from new.toml",
    "access example.cn --provider huawei",
    "change example.cn --set name=示例商城",
    "cancel-site example.cn",
    "cancel-subject example.cn",
    "cancel-access example.cn --provider tencent",
];

/// "The six print the id alone on stdout, a sentence and the next command on stderr."
#[test]
fn the_six_print_the_id_alone_and_the_next_command_beside_it() {
    let scene = Scene::at("tencent");
    let text = dossier("tencent").replace("example.cn", "example.net");
    scene.user.write("new.toml", text);
    for line in SIX {
        let output = scene.run(MONDAY, line).exits(0);
        let id = output.stdout.strip_suffix('\n').unwrap();
        assert_eq!(id.len(), 8, "{line}: {output:?}");
        assert!(
            id.bytes()
                .all(|b| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&b)),
            "{id}"
        );
        let next = format!("icpctl submit {id}");
        assert!(output.stderr.contains(&next), "{line}: {output:?}");
    }
}

/// "the same key with the same content is a no-op that prints the same id whatever its status".
#[test]
fn the_same_ref_with_the_same_content_drafts_nothing() {
    let scene = Scene::at("tencent");
    let line = "cancel-site example.cn --ref row-1";
    let id = scene.draft(MONDAY, line);
    let again = scene.document(MONDAY, line, 0);
    assert_eq!(again["changed"], false);
    assert_eq!(again["data"]["id"], id.as_str());
    scene.submit(MONDAY, &id);
    assert_eq!(scene.draft(MONDAY, line), id);
    let orders = scene.ok(MONDAY, "list --all");
    assert_eq!(orders.as_array().unwrap().len(), 1);
}

/// What is given counts, not how: by flags, in a dossier or in a row.
#[test]
fn a_ref_is_the_same_by_flags_in_a_dossier_and_in_a_row() {
    let scene = Scene::at("tencent");
    let given = "kind = 'cancel-site'\ntarget = ['example.cn']\nprovider = 'tencent'";
    scene.user.write("order.toml", given);
    let flags = "cancel-site example.cn --provider tencent --ref row-1";
    let id = scene.draft(MONDAY, flags);
    assert_eq!(
        scene.draft(MONDAY, "cancel-site --from order.toml --ref row-1"),
        id
    );
    let row = "ref,kind,target,provider\nrow-1,cancel-site,example.cn,tencent\n";
    scene.user.write("rows.csv", row);
    let applied = scene.run(MONDAY, "batch apply rows.csv").exits(0);
    assert!(applied.stdout.contains("done before"), "{applied:?}");
}

/// "all that was given save labels, reason, submit, confirm, accept".
#[test]
fn labels_and_reason_are_no_content_of_a_ref() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1 --label a=1");
    let line = "cancel-site example.cn --ref row-1 --label a=2 --reason 停办";
    assert_eq!(scene.draft(MONDAY, line), id);
}

/// "other content is 6".
#[test]
fn a_ref_with_other_content_is_a_conflict() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    for line in [
        "cancel-site example.com --ref row-1",
        "cancel-site example.cn --verify-by email --ref row-1",
    ] {
        let error = scene.fails(MONDAY, line, 6);
        assert_eq!(error["code"], "conflict.ref");
        assert!(error.to_string().contains(&id), "{error}");
    }
}

/// A domain that means a whole service and the service's number are one target, whichever was typed
/// first, and whatever became of the order.
#[test]
fn a_ref_is_the_same_by_number_and_by_the_domain_that_means_the_service() {
    let scene = Scene::at("tencent");
    let by_domain = "cancel-site example.cn --ref row-1";
    let by_number = format!("cancel-site {SHOP} --ref row-1");
    let id = scene.draft(MONDAY, by_domain);
    assert_eq!(scene.document(MONDAY, &by_number, 0)["changed"], false);
    assert_eq!(scene.draft(MONDAY, &by_number), id);
    let row = format!("ref,kind,target\nrow-1,cancel-site,{SHOP}\n");
    scene.user.write("batch.csv", row);
    let told = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert!(told.stdout.contains("\"unchanged\""), "{told:?}");
    let both =
        |one: &str, two: &str| format!("cancel-access {one} {two} --provider tencent --ref row-2");
    let access = scene.draft(MONDAY, &both(SHOP, FORUM));
    for (one, two) in [
        ("example.com", SHOP),
        ("example.cn", FORUM),
        ("example.com", "example.cn"),
    ] {
        assert_eq!(scene.draft(MONDAY, &both(one, two)), access, "{one} {two}");
    }
    let mixed = scene.draft(MONDAY, &both(SHOP, "example.com").replace("row-2", "row-3"));
    for (one, two) in [
        (SHOP, FORUM),
        ("example.cn", FORUM),
        ("example.cn", "example.com"),
    ] {
        let line = both(one, two).replace("row-2", "row-3");
        assert_eq!(scene.draft(MONDAY, &line), mixed, "{line}");
    }
    let error = scene.fails(MONDAY, &format!("cancel-site {FORUM} --ref row-1"), 6);
    assert_eq!(error["code"], "conflict.ref");
    // What it ended is filed no more.
    scene.submit(MONDAY, &id);
    scene.ok(MONDAY, &format!("record {id} sms-verified"));
    scene.ok(MONDAY, &format!("record {id} bureau-approved"));
    for line in [by_domain, &by_number] {
        assert_eq!(scene.document(MONDAY, line, 0)["changed"], false, "{line}");
    }
}

/// The same holds of two rows of one file.
#[test]
fn a_ref_given_twice_in_a_file_is_the_same_by_number_and_by_domain() {
    let scene = Scene::at("tencent");
    let targets = [
        format!("{SHOP};{FORUM}"),
        format!("example.com;{SHOP}"),
        "example.cn;example.com".to_owned(),
    ];
    let rows = targets.map(|target| format!("row-1,cancel-access,{target},tencent\n"));
    let rows = format!("ref,kind,target,provider\n{}", rows.concat());
    scene.user.write("batch.csv", rows.as_str());
    let told = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert_eq!(
        told.stdout.matches("\"outcome\":\"unchanged\"").count(),
        2,
        "{told:?}"
    );
    scene.user.write(
        "batch.csv",
        rows + "row-1,cancel-access,example.cn,tencent\n",
    );
    let told = scene.run(MONDAY, "batch apply batch.csv --json").exits(7);
    assert_eq!(
        told.stdout.matches("\"outcome\":\"failed\"").count(),
        1,
        "{told:?}"
    );
}

/// "guards (5), revisions and refs (6)": what drafting refuses comes first.
#[test]
fn a_refusal_comes_before_a_ref() {
    let scene = Scene::at("huawei");
    scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    scene.fails(
        MONDAY,
        "cancel-site example.cn --verify-by email --ref row-1",
        5,
    );
}

/// "flags (2), resolution (4), validity (3), consent (2), guards (5)".
#[test]
fn flags_come_before_resolution_and_resolution_before_guards() {
    let scene = Scene::at("huawei");
    scene.fails(MONDAY, "cancel-site example.org --verify-by pigeon", 2);
    scene.fails(MONDAY, "cancel-site example.org --verify-by email", 4);
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    // Consent is missing and the status says no as well: consent comes first.
    scene.fails(MONDAY, &format!("withdraw {id}"), 2);
    scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    // A time that cannot be is told before consent.
    scene.fails(MONDAY, &format!("withdraw {id} --at yesterday-ish"), 3);
}

/// "TARGET is a filing number or a domain", however it is written.
#[test]
fn a_target_is_a_number_or_a_domain_in_any_writing() {
    let scene = Scene::at("tencent");
    for word in [SHOP, "粤icp备2021000001-1", "example.cn", "EXAMPLE.CN"] {
        let order = scene.ok(MONDAY, &format!("cancel-site {word}"));
        assert_eq!(order["target"]["service"], SHOP, "{word}");
        assert_eq!(order["target"]["domain"], "example.cn");
    }
}

/// "A host below or above a filed domain is 4 with a hint."
#[test]
fn a_host_below_or_above_a_filed_domain_is_not_it() {
    let access = json!(["tencent"]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[
            site(SHOP, "example.cn", &access),
            site(FORUM, "bbs.example.com", &access),
        ],
    )]);
    for (word, filed) in [
        ("www.example.cn", "example.cn"),
        ("example.com", "bbs.example.com"),
    ] {
        let error = scene.fails(MONDAY, &format!("cancel-site {word}"), 4);
        assert!(hints_at(&error, filed), "{error}");
    }
}

/// "`cancel-site`, `access`, `cancel-access` want services: a subject number is 2 unless it has
/// exactly one."
#[test]
fn a_subject_number_where_services_are_wanted_is_usage() {
    let scene = Scene::at("tencent");
    for line in [
        format!("cancel-site {SUBJECT}"),
        format!("access {SUBJECT} --provider huawei"),
        format!("cancel-access {SUBJECT} --provider tencent"),
    ] {
        scene.fails(MONDAY, &line, 2);
    }
    let scene = Scene::one_site(&["tencent"]);
    let order = scene.ok(MONDAY, &format!("cancel-site {SUBJECT}"));
    assert_eq!(order["target"]["service"], SHOP);
}

/// "`cancel-subject` resolves a service or domain up to its subject and says so."
#[test]
fn cancel_subject_goes_up_to_the_subject_and_says_so() {
    let scene = Scene::at("tencent");
    for word in [SHOP, "example.com"] {
        let document = scene.document(MONDAY, &format!("cancel-subject {word} -n"), 0);
        assert_eq!(document["data"]["target"]["subject"], SUBJECT);
        assert!(document["warnings"].to_string().contains(SUBJECT));
    }
    let document = scene.document(MONDAY, &format!("cancel-subject {SUBJECT} -n"), 0);
    assert_eq!(document["warnings"], json!([]));
}

/// "Several TARGETs make one order, all of one subject".
#[test]
fn several_targets_make_one_order_of_one_subject() {
    let scene = Scene::at("huawei");
    let line = "access example.cn example.com --provider tencent";
    let order = scene.ok(MONDAY, line);
    assert_eq!(order["target"]["services"].as_array().unwrap().len(), 2);
    assert!(order["target"]["service"].is_null());
    assert!(order["target"]["domain"].is_null());

    let other = "粤ICP备2021000002号";
    let filing = company(
        other,
        CERTIFICATES[1],
        &[site(
            &format!("{other}-1"),
            "example.net",
            &json!(["huawei"]),
        )],
    );
    scene.user.write("more.json", filing.to_string());
    scene.ok(MONDAY, "adopt --from more.json");
    scene.fails(
        MONDAY,
        "access example.cn example.net --provider tencent",
        2,
    );
}

/// "shared by several services … is 5 `refused.domain-not-whole`, with the numbers".
#[test]
fn a_domain_that_services_share_is_not_whole() {
    let access = json!(["tencent"]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[
            site(SHOP, "example.cn", &access),
            json!({ "number": format!("{SUBJECT}-2A"), "kind": "app", "name": "示例应用",
                    "domains": ["example.cn"], "accesses": ["tencent"] }),
        ],
    )]);
    let error = scene.fails(MONDAY, "cancel-site example.cn", 5);
    assert_eq!(error["code"], "refused.domain-not-whole");
    let text = error.to_string();
    for number in [SHOP, "粤ICP备2021000001号-2A"] {
        assert!(text.contains(number), "{text}");
    }
}

/// "Several accesses and no `--provider`: 2, naming them".
#[test]
fn several_accesses_and_no_provider_is_usage_naming_them() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    for line in ["cancel-site example.cn", "cancel-access example.cn"] {
        let error = scene.fails(MONDAY, line, 2);
        for name in ["tencent", "huawei"] {
            assert!(error.to_string().contains(name), "{line}: {error}");
        }
    }
}

/// "an unknown provider name is kept, uses the generic profile, and warns".
#[test]
fn an_unknown_provider_is_kept_with_a_warning() {
    let scene = Scene::one_site(&["tencent"]);
    let document = scene.document(MONDAY, "access example.cn --provider nimbus", 0);
    assert_eq!(document["data"]["provider"], "nimbus");
    assert!(codes(&document["warnings"]).contains(&"unknown-provider".to_owned()));
}

/// "a dossier that says otherwise is 5 (ORD-04)".
#[test]
fn a_dossier_of_another_kind_is_refused() {
    let scene = Scene::at("tencent");
    scene.user.write("new.toml", dossier("tencent"));
    let error = scene.fails(MONDAY, "change example.cn --from new.toml", 5);
    assert_eq!(error["rule"], "ORD-04");
}

/// "Drafting refuses what waiting cannot cure … live orders and `--after` are refused at submission
/// only."
#[test]
fn a_live_order_does_not_hinder_drafting() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &first);
    let id = scene.draft(MONDAY, &format!("cancel-site example.com --after {first}"));
    let order = scene.order(MONDAY, &id);
    assert_eq!(order["blocked_by"], json!([first]));
}

/// "`--submit`" drafts and sends in one operation, with the consent of `submit`.
#[test]
fn drafting_can_send_at_once() {
    let scene = Scene::at("tencent");
    scene.fails(MONDAY, "cancel-site example.cn --submit", 2);
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    let order = scene.ok(MONDAY, "cancel-site example.cn --submit --yes");
    assert_eq!(order["status"], "sms-verification-pending");
    let ops: Vec<_> = order["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["op"].clone())
        .collect();
    assert_eq!(ops.len(), 2);
    assert_eq!(ops[0], ops[1]);
}

/// "An ORDER is an id, a unique prefix of 4 or more, `ref:KEY`, or a number or domain with exactly
/// one order that has not ended".
#[test]
fn an_order_is_named_in_any_of_its_ways() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    for word in [&id, &id[..4], "ref:row-1", SHOP, "example.cn"] {
        assert_eq!(scene.order(MONDAY, word)["id"], id.as_str(), "{word}");
    }
    scene.fails(MONDAY, &format!("show {}", &id[..3]), 4);
    let second = scene.draft(MONDAY, "cancel-site example.cn");
    let error = scene.fails(MONDAY, "show example.cn", 4);
    for id in [&id, &second] {
        assert!(error.to_string().contains(id.as_str()), "{error}");
    }
    scene.ok(MONDAY, &format!("abandon {second} --yes"));
    assert_eq!(scene.order(MONDAY, "example.cn")["id"], id.as_str());

    scene.submit(MONDAY, &id);
    for event in ["sms-verified", "bureau-approved"] {
        scene.record(MONDAY, &id, event);
    }
    // What was about it has ended, and it is not filed any more: still a word that names no order.
    for line in ["show", "log", "status", "guide", "wait --timeout 0", "sync"] {
        for word in [SHOP, "example.cn"] {
            let error = scene.fails(MONDAY, &format!("{line} {word}"), 4);
            assert_eq!(error["code"], "not-found.order", "{line} {word}");
            for id in [&id, &second] {
                assert!(error["hints"].to_string().contains(id.as_str()), "{error}");
            }
        }
    }
}

/// A number that ended without an order is told as what it was.
#[test]
fn a_number_that_ended_without_an_order_says_so() {
    let scene = Scene::at("tencent");
    scene.ok(MONDAY, &format!("gone {SHOP} --because bureau --yes"));
    let error = scene.fails(MONDAY, &format!("show {SHOP}"), 4);
    assert_eq!(error["code"], "not-found.order");
    let hints = error["hints"].to_string();
    assert!(
        hints.contains(SHOP) && hints.contains("ended on"),
        "{error}"
    );
}

/// An order about what ended without it is still found by its number.
#[test]
fn an_open_order_of_what_is_gone_is_named_by_its_number() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.ok(MONDAY, &format!("gone {SHOP} --because bureau --yes"));
    for word in [SHOP, "example.cn"] {
        assert_eq!(scene.order(MONDAY, word)["id"], id.as_str(), "{word}");
    }
}

/// "Checks run in this order: … resolution (4), validity (3), … choices missing off a terminal (2)".
#[test]
fn what_is_awaited_is_looked_up_before_a_choice_is_missed() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    for line in [
        format!("cancel-site {SHOP}"),
        format!("change {SHOP} --set nothing=x"),
    ] {
        let error = scene.fails(MONDAY, &format!("{line} --after ref:none"), 4);
        assert_eq!(error["code"], "not-found.order", "{line}");
    }
}

/// "any other flag that means nothing here is 2".
#[test]
fn a_flag_of_another_command_is_usage() {
    let scene = Scene::at("tencent");
    for line in [
        "access example.cn --provider huawei --verify-by sms",
        "cancel-access example.cn --provider tencent --written",
        "cancel-site example.cn --set name=x",
    ] {
        scene.fails(MONDAY, line, 2);
    }
}

/// ORD-04: what is accessed at the provider already needs no access there.
#[test]
fn a_site_that_is_accessed_there_already_is_not_filed_again() {
    let scene = Scene::at("tencent");
    for (provider, hint) in [
        ("tencent", "changed"),
        ("huawei", "icpctl access example.cn --provider huawei"),
    ] {
        scene.user.write("new.toml", dossier(provider));
        let subject = "subject = \"粤ICP备2021000001号\"";
        let text = dossier(provider);
        let (head, rest) = text.split_once("[subject]").unwrap();
        let (_, services) = rest.split_once("[[services]]").unwrap();
        scene.user.write(
            "new.toml",
            format!("{head}{subject}\n[[services]]{services}"),
        );
        let error = scene.fails(MONDAY, "new --from new.toml --lang en", 5);
        assert_eq!(error["rule"], "ORD-04", "{provider}");
        assert!(hints_at(&error, hint), "{error}");
    }
}

/// What waiting cannot cure is told of a draft as it is of one that is sent.
#[test]
fn a_draft_that_can_no_longer_be_sent_says_so() {
    let scene = Scene::one_site(&["tencent"]);
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    assert_eq!(
        scene.order(MONDAY, &id)["next"],
        json!([format!("icpctl submit {id}")])
    );
    let line = "gone example.cn --provider tencent --because provider --yes";
    scene.run(MONDAY, line).exits(0);
    assert_eq!(
        scene.order(MONDAY, &id)["next"],
        json!([format!("icpctl abandon {id}")])
    );
    scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
}

/// A rehearsal says that nothing was written, and names no step for what is not there.
#[test]
fn a_dry_run_reads_as_one() {
    let scene = Scene::at("tencent");
    let drafted = scene.document(MONDAY, "cancel-site example.cn -n", 0);
    assert_eq!(drafted["data"]["next"], json!([]));
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let told = scene
        .run(MONDAY, &format!("submit {id} --yes -n --lang en"))
        .exits(0);
    assert!(told.stderr.contains("nothing was written"), "{told:?}");
    assert!(!told.stderr.contains("next:"), "{told:?}");
    assert_eq!(scene.status(MONDAY, &id), "draft");
}

/// Another account than the one that holds the access is told, by flag and by dossier alike.
#[test]
fn an_account_that_holds_no_access_at_the_provider_is_told() {
    let scene = Scene::at("tencent");
    let told_in =
        |scene: &Scene, line: &str| warned(&scene.document(MONDAY, line, 0), "other-account");
    let told = |line: &str| told_in(&scene, line);
    let cancel = |account: &str| format!("cancel-site example.cn --account {account} -n");
    assert!(told(&cancel("acc-1")).is_empty());
    assert!(told("cancel-site example.cn -n").is_empty());
    let message = "the access at tencent is filed under the account acc-1, not a-2: where that is a slip, correct the account";
    assert_eq!(told(&cancel("a-2")), [message]);
    assert_eq!(
        told("change example.cn --set name=示例 --account a-2 -n"),
        [message]
    );
    let dossier = "kind = 'cancel-subject'\ntarget = ['example.cn']\naccount = 'a-2'";
    scene.user.write("order.toml", dossier);
    assert_eq!(told("cancel-subject --from order.toml -n"), [message]);
    let unknown = Scene::one_site(&["tencent"]);
    assert!(told_in(&unknown, &cancel("a-2")).is_empty());
}

/// An edit is told what drafting is told: another account than that of the access, and that it asks
/// for what another order asks for; what was so before is not told again.
#[test]
fn an_edit_is_told_of_the_slips_that_drafting_is_told_of() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "change example.cn --set name=示例");
    let told = |line: &str, code: &str| warned(&scene.document(MONDAY, line, 0), code);
    let account = |value: &str| format!("edit {id} --set account={value}");
    assert_eq!(told(&account("a-2"), "other-account").len(), 1);
    let note = format!("edit {id} --set labels.customer=甲");
    assert!(told(&note, "other-account").is_empty());
    assert!(told(&account("acc-1"), "other-account").is_empty());
    let twin = scene.draft(MONDAY, "change example.cn --set name=示例论坛");
    let same = format!("edit {id} --set services.0.name=示例论坛");
    let words = format!(
        "the order {twin} (draft) asks for the same, and mostly one is enough: icpctl show {twin}"
    );
    assert_eq!(told(&same, "asked-already"), [words]);
    let note = format!("edit {id} --set labels.customer=乙");
    assert!(told(&note, "asked-already").is_empty());
    let other = format!("edit {id} --set services.0.name=示例商城");
    assert!(told(&other, "asked-already").is_empty());
}

/// A second order for the same, drafted by running a command twice, is told; another end is not.
#[test]
fn an_order_that_asks_for_what_another_one_asks_for_is_told() {
    let scene = Scene::at("tencent");
    let told = |line: &str| warned(&scene.document(MONDAY, line, 0), "asked-already");
    let text = dossier("tencent").replace("example.cn", "example.net");
    scene.user.write("new.toml", text);
    // Nobody is known by a domain yet, nor filed.
    let app = dossier("tencent")
        .replace("kind = \"site\"", "kind = \"miniprogram\"")
        .replace("domains = [\"example.cn\"]\n", "")
        .replace(CERTIFICATES[0], CERTIFICATES[1]);
    assert!(
        app.contains("miniprogram") && !app.contains("domains"),
        "{app}"
    );
    scene.user.write("app.toml", app);
    let others = [
        "access example.cn --provider alibaba",
        "change example.cn --set name=示例论坛",
        "cancel-site example.com",
        "cancel-access example.com --provider tencent",
    ];
    for line in SIX.into_iter().chain(["new --from app.toml"]) {
        let id = scene.draft(MONDAY, line);
        let again = told(&format!("{line} -n"));
        let words = format!(
            "the order {id} (draft) asks for the same, and mostly one is enough: icpctl show {id}"
        );
        assert_eq!(again, [words], "{line}");
    }
    for line in others {
        assert!(told(&format!("{line} -n")).is_empty(), "{line}");
    }
    assert_eq!(told("new --from new.toml --account acc-2 -n").len(), 1);
    let id = scene.draft(MONDAY, "cancel-site example.com --ref row-1");
    let twin = told(&format!("{} --ref row-2 -n", SIX[3].replace(".cn", ".com")));
    assert_eq!(twin.len(), 1);
    assert!(
        twin[0].starts_with("the order ref:row-1 (draft)"),
        "{twin:?}"
    );
    scene.ok(MONDAY, &format!("abandon {id} --yes"));
    assert!(told("cancel-site example.com -n").is_empty());
    // A ref that is shown masked is no word to type.
    let id = scene.draft(MONDAY, "cancel-site example.com --ref 13800000001");
    let twin = told("cancel-site example.com -n");
    assert!(twin[0].ends_with(&format!("icpctl show {id}")), "{twin:?}");
}
