//! What a refusal tells its reader to type can be typed.

use crate::scenarios::{CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, company, hints_at, site};
use icpctl::cli::parser::{Branches, tree};
use icpctl::filing::host::Host;
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::number::{ServiceNumber, SubjectNumber};
use icpctl::filing::obstacle::{Awaited, Obstacle};
use icpctl::filing::order::OrderId;
use icpctl::filing::status::Status;
use icpctl::lang::{Lang, Text};
use serde_json::json;

/// Every kind of obstacle, with the kinds of order that it stands in the way of.
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn obstacles() -> Vec<(Vec<Kind>, Obstacle)> {
    let order = || OrderId::parse("k3m9t2qd").unwrap();
    let subject: SubjectNumber = serde_json::from_value(json!(SUBJECT)).unwrap();
    let service: ServiceNumber = serde_json::from_value(json!(SHOP)).unwrap();
    let words = || Text::fixed("示例", "an example");
    let domain = || Host::parse("example.cn").unwrap();
    let all = || Kind::ALL.to_vec();
    let cancels = || vec![Kind::CancelSite, Kind::CancelSubject];
    let mut found = vec![
        (
            all(),
            Obstacle::NotFiled {
                number: SHOP.to_owned(),
            },
        ),
        (
            vec![Kind::Access],
            Obstacle::AccessedAlready {
                number: service,
                provider: "tencent".to_owned(),
            },
        ),
        (
            cancels(),
            Obstacle::NotAnEmptyShell {
                holders: vec!["tencent".to_owned()],
            },
        ),
        (
            cancels(),
            Obstacle::Path {
                verify_by: VerifyBy::Email,
                provider: "tencent".to_owned(),
                offered: vec![VerifyBy::Sms],
            },
        ),
        (
            vec![Kind::New],
            Obstacle::DomainElsewhere {
                domain: domain(),
                number: service,
            },
        ),
        (
            vec![Kind::New],
            Obstacle::ShellCannotAdd {
                number: subject,
                behind: false,
            },
        ),
        (
            vec![Kind::New],
            Obstacle::ShellCannotAdd {
                number: subject,
                behind: true,
            },
        ),
        (
            vec![Kind::Change],
            Obstacle::FieldFrozen {
                field: "province".to_owned(),
                rule: "CHG-07",
                instead: words(),
            },
        ),
        (
            vec![Kind::New],
            Obstacle::DomainInFlight {
                domain: domain(),
                order: order(),
            },
        ),
        (
            all(),
            Obstacle::After {
                order: order(),
                awaited: Awaited::Pending,
            },
        ),
        (
            all(),
            Obstacle::After {
                order: order(),
                awaited: Awaited::Ended(Status::Abandoned),
            },
        ),
        (
            all(),
            Obstacle::After {
                order: order(),
                awaited: Awaited::Absent,
            },
        ),
        (all(), Obstacle::Incomplete { missing: words() }),
    ];
    for instead in [
        format!("access {SHOP} --provider tencent"),
        format!("change {SUBJECT} --set name=VALUE"),
        "new --from FILE".to_owned(),
    ] {
        let because = words();
        found.push((all(), Obstacle::WrongKind { instead, because }));
    }
    for kind in all() {
        let provider = || "tencent".to_owned();
        let holders = vec!["huawei".to_owned()];
        for number in [SUBJECT, SHOP] {
            let number = number.to_owned();
            found.push((vec![kind], Obstacle::EmptyShell { number, kind }));
        }
        found.push((
            vec![kind],
            Obstacle::NotAccessedHere {
                number: SHOP.to_owned(),
                provider: provider(),
                holders,
                kind,
            },
        ));
        found.push((
            vec![kind],
            Obstacle::OrderSize {
                count: 2,
                limit: 1,
                provider: provider(),
                kind,
            },
        ));
        for account in [true, false] {
            found.push((
                all(),
                Obstacle::LiveOrder {
                    order: order(),
                    kind,
                    status: Status::Draft,
                    account,
                },
            ));
        }
    }
    found
}

/// The command lines of a text in Chinese: from `icpctl` on as far as no other letters come.
fn lines(text: &str) -> Vec<Vec<&str>> {
    let starts = text
        .match_indices("icpctl ")
        .map(|(start, _)| &text[start..]);
    let part = |rest: &str| -> usize {
        // A number that stands for itself is part of the line.
        let known = |c: char| c.is_ascii() && !";,".contains(c) || "粤备号".contains(c);
        rest.find(|c: char| !known(c)).unwrap_or(rest.len())
    };
    starts
        .map(|rest| rest[..part(rest)].split_whitespace().collect())
        .collect()
}

#[test]
fn what_a_hint_says_to_type_can_be_typed() {
    let command = tree(Branches::All, Lang::En);
    let takes = |kind: Kind, flag: &str| {
        let found = command.find_subcommand(kind.name()).unwrap();
        found
            .get_arguments()
            .any(|arg| arg.get_long() == Some(flag))
    };
    let mut seen = 0;
    for (kinds, obstacle) in obstacles() {
        let Text { zh, en } = obstacle.hint();
        let mut rest = zh.to_string();
        for line in lines(&zh) {
            seen += 1;
            assert!(en.contains(&line.join(" ")), "{zh} / {en}");
            rest = rest.replace(&line.join(" "), "");
            // A name alone names the command.
            if let ["icpctl", name] = line[..] {
                assert!(command.find_subcommand(name).is_some(), "{zh}");
                continue;
            }
            if let Err(error) = command.clone().try_get_matches_from(&line) {
                panic!("{zh}: {error}");
            }
        }
        // A flag that stands alone is one of the command that was typed.
        for word in rest.split(|c: char| !(c.is_ascii_lowercase() || c == '-')) {
            if let Some(flag) = word.strip_prefix("--") {
                seen += 1;
                for kind in &kinds {
                    assert!(takes(*kind, flag), "{}: {zh}", kind.name());
                }
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

/// Paper is the way out of a cancellation alone; a change waits for an access.
#[test]
fn the_way_out_of_an_empty_shell_depends_on_what_was_asked() {
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &json!([]))],
    )]);
    for line in [
        "change example.cn --set name=示例",
        "change example.cn --set name=示例 --provider tencent",
    ] {
        let error = scene.fails(MONDAY, line, 5);
        assert_eq!(error["code"], "refused.empty-shell");
        assert_eq!(error["rule"], "CAN-16");
        assert!(
            hints_at(&error, &format!("icpctl access {SHOP} --provider P")),
            "{error}"
        );
        assert!(!hints_at(&error, "--written"), "{error}");
    }
    let error = scene.fails(MONDAY, "cancel-site example.cn", 5);
    assert_eq!(error["rule"], "CAN-04");
    assert!(hints_at(&error, "--written"));
    let error = scene.fails(MONDAY, "cancel-access example.cn --provider tencent", 5);
    assert_eq!(error["rule"], "CAN-16");
    assert!(!hints_at(&error, "--written"));
}

/// What the rulebook refuses to send is not named as ready to be sent: its next step is to look at
/// the findings, on every screen and in every document alike.
#[test]
fn the_next_step_of_a_draft_that_the_rulebook_refuses_is_to_check_it() {
    let filing = company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &json!(["tencent"]))],
    );
    let scene = Scene::holding(&[filing]);
    let line = "change example.cn --provider tencent --set name=中国测试";
    let drafted = scene.run(MONDAY, line).exits(0);
    let id = drafted.stdout.trim();
    let check = format!("icpctl check {id}");
    assert!(
        drafted.stderr.contains(&format!("next: {check}")),
        "{drafted:?}"
    );
    assert!(drafted.stderr.contains("NAM-02"), "{drafted:?}");
    let next = |line: &str| scene.document(MONDAY, line, 0)["data"].clone();
    assert_eq!(next(&format!("show {id}"))["next"], json!([check]));
    assert_eq!(next(&format!("status {id}"))[0]["next"], json!([check]));
    assert_eq!(next("status")[0]["next"], json!([check]));
    assert_eq!(next("list")[0]["next"], json!([check]));
    let screen = scene.run(MONDAY, "status").exits(0).stdout;
    assert!(screen.starts_with("Needs you\n"), "{screen}");
    assert!(
        screen.contains("NAM-02") && !screen.contains("submit"),
        "{screen}"
    );
    let guide = scene.run(MONDAY, &format!("guide {id}")).exits(0).stdout;
    assert!(guide.trim_end().ends_with(&check), "{guide}");
    let marked = [format!("label {id} assignee=甲"), format!("note {id} 待改")];
    assert!(
        marked
            .iter()
            .all(|line| next(line)["next"] == json!([check]))
    );
    let named = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(named["code"], "refused.rule");

    let edited = scene.document(
        MONDAY,
        &format!("edit {id} --set services.0.name=示例商店"),
        0,
    );
    assert_eq!(
        edited["data"]["next"],
        json!([format!("icpctl submit {id}")])
    );
    let screen = scene.run(MONDAY, "status").exits(0).stdout;
    assert!(
        screen.starts_with("Drafts that can be submitted\n"),
        "{screen}"
    );
}

/// Drafts of one subject can each be sent, and only one of them: the screen says that they go in turn.
#[test]
fn drafts_that_go_one_at_a_time_are_told_as_such() {
    let scene = Scene::at("tencent");
    let screen = || scene.run(MONDAY, "status --lang en").exits(0).stdout;
    let in_turn = "drafts of one subject or account go one at a time: send the next once the one before has ended\n";
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    assert!(!screen().contains(in_turn), "{}", screen());
    let second = scene.draft(MONDAY, "change example.com --set name=示例新论坛");
    let told = screen();
    assert!(told.contains(in_turn), "{told}");
    assert!(
        told.contains(&format!("submit {first}")) && told.contains(&format!("submit {second}"))
    );
    let chinese = scene.run(MONDAY, "status --lang zh").exits(0).stdout;
    assert!(chinese.contains("一次只能提交一个"), "{chinese}");
    scene.submit(MONDAY, &first);
    assert!(!screen().contains(in_turn), "{}", screen());
}

/// That the clock presumes that the SMS expired does not make the rulebook take what it refuses.
#[test]
fn what_the_clock_sent_back_is_checked_where_the_rulebook_refuses_it() {
    let scene = Scene::at("huawei");
    let id = scene.draft(MONDAY, "change example.cn --set name=中国测试");
    scene.ok(MONDAY, &format!("submit {id} --yes --accept NAM-02"));
    scene.record(MONDAY, &id, "forwarded");
    let day_after = "2026-11-25 10:00:00";
    let order = scene.order(day_after, &id);
    assert_eq!(order["presumed"], true);
    let expired = format!("icpctl record {id} sms-expired");
    assert_eq!(
        order["next"],
        json!([expired, format!("icpctl check {id}")])
    );
    scene.fails(day_after, &format!("submit {id} --yes"), 5);
}

/// What a draft waits for in vain is not to be shown, and the rest of the draft can be edited.
#[test]
fn a_draft_whose_forerunner_is_gone_is_led_on() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let id = scene.draft(
        MONDAY,
        &format!("change example.com --set name=示例商店 --after {first}"),
    );
    let next = || scene.order(MONDAY, &id)["next"].clone();
    assert_eq!(next(), json!([format!("icpctl show {first}")]));
    let file = format!(".icpctl/orders/{}/{first}.toml", &first[..2]);
    let file = scene.user.home().join(file);
    std::fs::write(&file, "not an order").unwrap();
    assert_eq!(next(), json!(["icpctl doctor"]));
    std::fs::remove_file(&file).unwrap();
    let way_out = format!("icpctl edit {id} --unset after");
    assert_eq!(next(), json!([way_out]));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["code"], "refused.after");
    assert_eq!(error["retryable"], false, "{error}");
    assert!(hints_at(&error, &way_out), "{error}");
    scene.ok(MONDAY, &format!("edit {id} --set account=acc-2"));
    scene.ok(MONDAY, way_out.strip_prefix("icpctl ").unwrap());
    assert_eq!(next(), json!([format!("icpctl submit {id}")]));
}

/// A draft that was not kept is no order that a hint could name.
#[test]
fn a_draft_that_was_not_kept_is_not_named() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    scene.ok(MONDAY, &format!("abandon {first} --yes"));
    let line = format!("cancel-site example.cn --after {first} --submit --yes");
    let error = scene.fails(MONDAY, &line, 5);
    assert_eq!(error["code"], "refused.after");
    let hints = error["hints"].to_string();
    assert!(
        hints.contains("no draft was kept") && !hints.contains("icpctl edit"),
        "{hints}"
    );
}

/// What is settled is told with the way to another order, and only while that way is open; papers are
/// completed while the order is.
#[test]
fn an_order_at_the_bureau_is_not_told_to_be_abandoned_nor_completed() {
    let scene = Scene::at("tencent");
    let papers = format!("cancel-site {SHOP} --provider tencent --verify-by papers");
    let id = scene.draft(MONDAY, &papers);
    let edit = format!("edit {id} --set ref=other --json");
    let is_offered = |code| {
        let error = scene.run(MONDAY, &edit).exits(code).json()["error"].clone();
        hints_at(&error, &format!("icpctl abandon {id}"))
    };
    assert!(is_offered(3));
    let fills = || {
        let order = scene.order(MONDAY, &id);
        let papers = order["papers"].as_array().unwrap().clone();
        papers
            .iter()
            .filter(|paper| paper["fill"].is_string())
            .count()
    };
    assert!(fills() > 0);
    scene.ok(MONDAY, &format!("submit {id} --yes --accept CAN-11"));
    scene.record(MONDAY, &id, "accepted");
    assert!(!is_offered(3));
    assert_eq!(fills(), 0);
}

/// What came back and is about what is not filed any more cannot be sent again: the next step is one
/// that is taken.
#[test]
fn what_came_back_of_what_is_gone_can_be_abandoned() {
    for (line, report) in [
        ("cancel-site example.cn", "bureau-rejected"),
        ("access example.cn --provider alibaba", "rejected"),
        ("access example.cn --provider alibaba", "bureau-rejected"),
    ] {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, line);
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, report);
        let next = || scene.order(MONDAY, &id)["next"].clone();
        let abandon = json!([format!("icpctl abandon {id}")]);
        assert_ne!(next(), abandon);
        scene.ok(MONDAY, &format!("gone {SHOP} --because bureau --yes"));
        let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
        assert_eq!(error["code"], "refused.not-filed");
        assert_eq!(next(), abandon, "{line}");
        scene.ok(MONDAY, &format!("abandon {id} --yes"));
    }
}

/// The same, where the subject has become an empty shell in a province that lets none add services.
#[test]
fn what_adds_services_to_what_is_an_empty_shell_by_now_can_be_abandoned() {
    let [subject, service] = [SUBJECT, SHOP].map(|number| number.replace('粤', "湘"));
    let sites = [site(&service, "example.cn", &json!(["tencent"]))];
    let scene = Scene::holding(&[company(&subject, CERTIFICATES[0], &sites)]);
    let text = format!(
        "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{subject}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
    );
    scene.user.write("new.toml", text);
    let id = scene.draft(MONDAY, "new --from new.toml");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    scene.ok(MONDAY, &format!("gone {service} --because bureau --yes"));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["rule"], "PRV-03", "{error}");
    let next = scene.order(MONDAY, &id)["next"].take();
    assert_eq!(next, json!([format!("icpctl abandon {id}")]));
}

/// "With the numbers and the `change --unset` to type": for each service that can do without the domain,
/// where several providers hold it, at one of them.
#[test]
fn the_change_that_takes_a_domain_off_can_be_typed() {
    let filed = |number: String, domains: &[&str], accesses: &[&str]| json!({ "number": number, "domains": domains, "accesses": accesses });
    let services = [
        filed(
            format!("{SUBJECT}-1"),
            &["a.example.cn", "b.example.cn"],
            &["nimbus & co", "tencent"],
        ),
        filed(format!("{SUBJECT}-2A"), &["a.example.cn"], &["tencent"]),
        filed(
            format!("{SUBJECT}-3"),
            &["c.example.cn", "d.example.cn"],
            &[],
        ),
        filed(
            format!("{SUBJECT}-4"),
            &["e.example.cn", "f.example.cn"],
            &["tencent"],
        ),
    ];
    let scene = Scene::holding(&[json!({ "number": SUBJECT, "services": services })]);
    let changes = |domain: &str| {
        let error = scene.fails(MONDAY, &format!("cancel-site {domain}"), 5);
        assert_eq!(error["code"], "refused.domain-not-whole");
        let hints = error["hints"].as_array().unwrap().iter();
        hints
            .filter_map(|hint| Some(hint.as_str()?.split_once("icpctl ")?.1.to_owned()))
            .collect::<Vec<_>>()
    };
    let own = format!("change {SUBJECT}-4 --unset domains=e.example.cn");
    assert_eq!(changes("e.example.cn").join("\n"), own);
    scene.draft(MONDAY, &own);
    assert_eq!(changes("c.example.cn"), Vec::<String>::new());
    let shared =
        format!("change {SUBJECT}-1 --unset domains=a.example.cn --provider 'nimbus & co'");
    assert_eq!(changes("a.example.cn"), [shared]);
}

/// A provider's name is the user's own: what it holds is never taken for more words by a shell.
#[test]
fn a_provider_is_one_word_of_what_is_said_to_type() {
    let scene = Scene::one_site(&["nimbus & co", "tencent"]);
    let user = &scene.user;
    let line = ["cancel-site", SHOP, "--provider", "nimbus & co", "--json"];
    let output = user.run_with(&[("ICPCTL_NOW", "2026-11-23T09:00:00+08:00")], line);
    let document = output.exits(0).json();
    let told = document["warnings"].to_string();
    for command in ["cancel-access", "cancel-subject"] {
        assert!(told.contains(&format!("icpctl {command}")), "{told}");
    }
    assert_eq!(
        told.matches("--provider 'nimbus & co'").count(),
        2,
        "{told}"
    );
    let id = document["data"]["id"].as_str().unwrap();
    scene.ok(
        MONDAY,
        &format!("submit {id} --yes --accept filed-elsewhere-goes"),
    );
    scene.record(MONDAY, id, "sms-sent");
    let lapsed = scene.record("2026-11-24 10:00:00", id, "sms-expired");
    assert_eq!(
        lapsed["next"],
        json!([format!(
            "icpctl cancel-site {SHOP} --provider 'nimbus & co'"
        )])
    );
}
