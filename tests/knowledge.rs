//! The words icpctl knows: nothing is missing, empty, in one language only, or leads nowhere.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use icpctl::filing::facts::Holder;
use icpctl::knowledge::{
    FieldType, Page, PageKind, Severity, all_pages, code_list, explain, field, fields, pages, rule,
    rules, suggest,
};
use icpctl::lang::Text;
use std::collections::BTreeSet;

const STATUSES: &[(&str, &str)] = &[
    ("draft", "待提交"),
    ("provider-review", "初审中"),
    ("provider-rejected", "初审驳回"),
    ("awaiting-bureau-submission", "待提交管局"),
    ("sms-verification-pending", "短信核验中"),
    ("sms-verification-expired", "短信核验超时退回"),
    ("awaiting-bureau-review", "等待管局审核"),
    ("bureau-rejected", "管局驳回"),
    ("approved", "已通过"),
    ("abandoned", "已放弃"),
    ("lapsed", "注销申请已自动退回"),
    ("purged", "超期已清理"),
];
const BUCKETS: &[&str] = &["action", "waiting", "approved", "closed"];
const EVENTS: &[&str] = &[
    "create",
    "submit",
    "edit",
    "withdraw",
    "abandon",
    "face-verified",
    "accepted",
    "rejected",
    "forwarded",
    "sms-sent",
    "sms-verified",
    "sms-expired",
    "bureau-approved",
    "bureau-rejected",
    "purged",
];
const EXITS: &[(&str, &str)] = &[
    ("0", "ok"),
    ("1", "failure"),
    ("2", "usage"),
    ("3", "invalid"),
    ("4", "not-found"),
    ("5", "refused"),
    ("6", "conflict"),
    ("7", "partial"),
    ("8", "pending"),
    ("9", "negative"),
    ("11", "unavailable"),
    ("12", "denied"),
    ("13", "declined"),
    ("130", "signalled"),
    ("143", "signalled"),
];
const IMPACTS: &[&str] = &[
    "service-goes",
    "subject-goes",
    "services-go-with-subject",
    "filed-elsewhere-goes",
    "subject-becomes-empty-shell",
    "service-loses-last-access",
    "subject-leaves-account",
    "no-provider-left",
    "domain-unfiled",
    "domain-still-filed",
    "domain-unreachable-at-provider",
    "lapse-is-the-only-way-back",
    "cannot-be-withdrawn",
    "number-never-restored",
    "quota-returned",
    "quota-not-returned",
    "other-services-unaffected",
    "written-application-needed",
];
const DEADLINES: &[&str] = &[
    "sms-verification",
    "provider-review",
    "bureau-submission",
    "bureau-review",
    "idle-purge",
];
const ORDER_KINDS: &[&str] = &[
    "new",
    "access",
    "change",
    "cancel-site",
    "cancel-subject",
    "cancel-access",
];
const SERVICE_KINDS: &[&str] = &["site", "app", "miniprogram", "quickapp"];
const PATHS: &[&str] = &["sms", "email", "papers", "written"];
const CODES: &[&str] = &[
    "two-live-orders",
    "live-order-of-ended",
    "order-of-unknown",
    "approval-of-ended",
    "adoption-of-ended",
    "orphaned-attachment",
    "live-orders",
    "empty-shell-subject",
    "empty-shell-site",
    "province-alias",
    "unknown-provider",
    "loose-permissions",
    "missing-filing-word",
    "leading-zero",
    "looks-like-example",
    "security-letter",
    "security-area",
    "notice-open",
    "notice-overdue",
    "duty-due",
    "duty-overdue",
    "refused.live-order",
    "refused.domain-not-whole",
    "refused.bureau-review",
    "loose-credentials",
    "unusable-credentials",
    "denied.no-credentials",
    "denied.clock",
    "sources-disagree",
    "source-unavailable",
    "left-out",
    "rectification",
];
/// Each family of rules and how many it has, numbered from 01 without a gap.
const RULE_FAMILIES: &[(&str, usize)] = &[
    ("NUM", 5),
    ("ORD", 12),
    ("TIM", 5),
    ("SMS", 11),
    ("CAN", 17),
    ("ACC", 6),
    ("CHG", 8),
    ("SUB", 10),
    ("RP", 14),
    ("DOM", 8),
    ("NAM", 4),
    ("SVC", 7),
    ("RES", 8),
    ("MAT", 8),
    ("PRV", 9),
    ("PST", 6),
];
/// Every command that may be typed.
const COMMANDS: &[&str] = &[
    "init",
    "adopt",
    "gone",
    "portfolio",
    "template",
    "new",
    "access",
    "change",
    "cancel-site",
    "cancel-subject",
    "cancel-access",
    "edit",
    "attach",
    "auth",
    "submit",
    "record",
    "withdraw",
    "abandon",
    "sync",
    "verify",
    "status",
    "list",
    "show",
    "log",
    "label",
    "note",
    "notice",
    "duty",
    "wait",
    "check",
    "rules",
    "explain",
    "guide",
    "batch",
    "number",
    "export",
    "import",
    "provider",
    "calendar",
    "undo",
    "doctor",
    "erase",
    "config",
    "completions",
    "man",
    "schema",
    "help",
    "notify",
];
const PROVIDERS: &[&str] = &["tencent", "huawei", "alibaba", "wechat", "generic"];

fn of(kind: PageKind, id: &str) -> Page<'static> {
    let named = format!("{}:{id}", kind.name());
    match pages(&named).as_slice() {
        [page] => *page,
        found => panic!("{named} has {} pages", found.len()),
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn assert_bilingual(place: &str, text: &Text) {
    let latin_names = ["APP", "WAP"];
    assert!(
        text.zh.chars().any(is_han) || latin_names.contains(&text.zh.as_ref()),
        "{place}: no Chinese in {:?}",
        text.zh
    );
    assert!(!text.en.trim().is_empty(), "{place}: no English");
    let foreign: String = text
        .en
        .chars()
        .filter(|&c| is_han(c) || "，。；：、（）“”《》".contains(c))
        .collect();
    assert!(foreign.is_empty(), "{place}: {foreign:?} in {:?}", text.en);
    for wording in [&text.zh, &text.en] {
        assert_eq!(wording.trim(), wording, "{place}: stray space");
        assert_eq!(
            wording.matches('`').count() % 2,
            0,
            "{place}: open quote in {wording:?}"
        );
    }
}

/// The pieces of a wording that stand in backticks.
fn quoted(wording: &str) -> impl Iterator<Item = &str> {
    wording.split('`').skip(1).step_by(2)
}

fn every_text() -> Vec<(String, &'static Text)> {
    let mut texts = Vec::new();
    for page in all_pages() {
        let place = format!("{}:{}", page.kind.name(), page.id);
        texts.push((format!("{place} title"), page.title));
        texts.push((format!("{place} what"), page.what));
        texts.extend(page.why.map(|why| (format!("{place} why"), why)));
        texts.extend(page.todo.map(|todo| (format!("{place} todo"), todo)));
    }
    for field in fields() {
        texts.push((format!("{} label", field.path), &field.label));
        texts.push((format!("{} help", field.path), &field.help));
    }
    for name in fields()
        .iter()
        .filter_map(|field| field.code_list.as_deref())
    {
        for entry in code_list(name)
            .into_iter()
            .flat_map(|list| list.entries.iter())
        {
            texts.push((format!("{name} {}", entry.value), &entry.label));
        }
    }
    texts
}

#[test]
fn every_status_has_a_page_under_its_chinese_name() {
    for (id, zh) in STATUSES {
        assert_eq!(of(PageKind::Status, id).title.zh, *zh, "{id}");
    }
}

#[test]
fn every_word_of_the_interface_has_exactly_one_page_of_its_kind() {
    for (kind, ids) in [
        (PageKind::Bucket, BUCKETS),
        (PageKind::Event, EVENTS),
        (PageKind::Impact, IMPACTS),
        (PageKind::Deadline, DEADLINES),
        (PageKind::OrderKind, ORDER_KINDS),
        (PageKind::ServiceKind, SERVICE_KINDS),
        (PageKind::Path, PATHS),
        (PageKind::Code, CODES),
    ] {
        for id in ids {
            assert_eq!(of(kind, id).id, *id);
        }
        if kind != PageKind::Code {
            let known: BTreeSet<&str> = all_pages()
                .filter(|page| page.kind == kind)
                .map(|page| page.id)
                .collect();
            assert_eq!(known, ids.iter().copied().collect(), "{}", kind.name());
        }
    }
}

#[test]
fn exit_codes_are_found_by_number_and_by_name() {
    for (number, name) in EXITS {
        assert_eq!(of(PageKind::Exit, number).id, *name);
        assert_eq!(of(PageKind::Exit, name).id, *name);
        let page = explain(number).map(|page| (page.kind, page.id));
        assert_eq!(page, Some((PageKind::Exit, *name)));
    }
    assert!(explain("10").is_none());
}

#[test]
fn every_rule_is_there_in_the_order_of_the_rulebook() {
    let expected: Vec<String> = RULE_FAMILIES
        .iter()
        .flat_map(|(family, count)| (1..=*count).map(move |n| format!("{family}-{n:02}")))
        .collect();
    let found: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(found, expected);
    for id in &expected {
        assert_eq!(of(PageKind::Rule, id).id, id);
    }
}

#[test]
fn no_kind_of_page_names_a_word_twice() {
    let mut seen = BTreeSet::new();
    for page in all_pages() {
        let words =
            std::iter::once(page.id.to_owned()).chain(page.aliases.iter().map(ToOwned::to_owned));
        for word in words {
            assert!(
                seen.insert((page.kind.name(), word.clone())),
                "{} {word}",
                page.kind.name()
            );
        }
    }
}

#[test]
fn every_text_is_chinese_and_english_and_not_empty() {
    for (place, text) in every_text() {
        assert_bilingual(&place, text);
    }
    for page in all_pages() {
        assert!(!page.source.is_empty(), "{} has no source", page.id);
        let needs_none = matches!(page.kind, PageKind::Rule | PageKind::Source);
        assert_eq!(needs_none, page.todo.is_none(), "{}", page.id);
    }
}

#[test]
fn both_languages_name_the_same_commands_and_all_of_them_exist() {
    for (place, text) in every_text() {
        let zh: BTreeSet<&str> = quoted(&text.zh).collect();
        let en: BTreeSet<&str> = quoted(&text.en).collect();
        assert_eq!(zh, en, "{place}");
        for command in en.iter().filter_map(|piece| piece.strip_prefix("icpctl ")) {
            let word = command.split(' ').next().unwrap_or_default();
            assert!(COMMANDS.contains(&word), "{place}: {command}");
            if let Some(topic) = command
                .strip_prefix("explain ")
                .filter(|topic| *topic != "ID")
            {
                assert!(explain(topic).is_some(), "{place}: {command}");
            }
            if let Some(event) = command.strip_prefix("record ORDER ") {
                let event = event.split(' ').next().unwrap_or_default();
                assert!(
                    event == "EVENT" || EVENTS.contains(&event),
                    "{place}: {command}"
                );
            }
            if let Some((_, slot)) = command.split_once("--as ") {
                let slots = code_list("material-slots").map(|list| list.entry(slot).is_some());
                assert!(slot == "SLOT" || slots == Some(true), "{place}: {command}");
            }
        }
    }
}

#[test]
fn a_word_of_two_kinds_shows_both_and_a_kind_picks_one() {
    let kinds = |id| -> Vec<PageKind> { pages(id).iter().map(|page| page.kind).collect() };
    assert_eq!(kinds("purged"), [PageKind::Status, PageKind::Event]);
    assert_eq!(
        kinds("provider-review"),
        [PageKind::Status, PageKind::Deadline]
    );
    assert_eq!(kinds("event:purged"), [PageKind::Event]);
    assert_eq!(kinds("cancel-service"), [PageKind::OrderKind]);
}

#[test]
fn lookup_takes_any_case_chinese_titles_and_unlisted_refusals() {
    let id = |word| explain(word).map(|page| page.id);
    assert_eq!(id("ord-08"), Some("ORD-08"));
    assert_eq!(id(" Draft "), Some("draft"));
    assert_eq!(id("等待管局审核"), Some("awaiting-bureau-review"));
    assert_eq!(id("refused.bureau-review"), Some("refused.bureau-review"));
    assert_eq!(id("refused.never-heard-of"), Some("refused"));
    assert_eq!(id("nonsense.never-heard-of"), None);
    assert_eq!(rule("sms-01").map(|rule| rule.id.as_str()), Some("SMS-01"));
}

#[test]
fn a_mistyped_word_is_corrected_and_a_foreign_one_is_not() {
    assert_eq!(suggest("provider-reveiw"), Some("provider-review"));
    assert_eq!(suggest("SMS-1"), Some("SMS-01"));
    assert_eq!(suggest("qqqq"), None);
}

#[test]
fn rules_name_some_kind_and_only_known_providers() {
    for rule in rules() {
        assert!(!rule.kinds.is_empty(), "{}", rule.id);
        for provider in &rule.providers {
            assert!(
                PROVIDERS.contains(&provider.as_str()),
                "{}: {provider}",
                rule.id
            );
        }
    }
}

#[test]
fn a_dated_rule_holds_from_its_first_day() {
    let commitment = rule("MAT-01").map(|rule| {
        let day = |text: &str| text.parse().map(|day| rule.holds_on(day));
        (day("2021-06-20"), day("2021-06-21"))
    });
    assert_eq!(commitment, Some((Ok(false), Ok(true))));
}

#[test]
fn durations_of_the_low_trust_source_are_never_more_than_information() {
    assert_eq!(
        rule("TIM-05").map(|rule| rule.severity),
        Some(Severity::Info)
    );
}

#[test]
fn field_paths_are_unique_and_stand_below_a_table() {
    let mut seen = BTreeSet::new();
    for one in fields() {
        assert!(seen.insert(one.path.as_str()), "{} twice", one.path);
        if let Some((parent, _)) = one.path.rsplit_once('.') {
            let shape = field(parent).map(|parent| parent.value_type);
            assert!(
                matches!(shape, Some(FieldType::Table | FieldType::List)),
                "{} has no parent",
                one.path
            );
        }
        for kind in &one.kinds {
            assert!(ORDER_KINDS.contains(&kind.as_str()), "{}: {kind}", one.path);
        }
        if let Some(list) = &one.code_list {
            assert!(code_list(list).is_some(), "{}: {list}", one.path);
        }
    }
}

#[test]
fn a_field_is_found_with_or_without_its_place_in_a_list() {
    let path = |word| field(word).map(|field| field.path.as_str());
    assert_eq!(
        path("services.0.responsible.phone"),
        Some("services.responsible.phone")
    );
    assert_eq!(path("subject.name"), Some("subject.name"));
    assert_eq!(path("subject..name"), None);
    assert_eq!(path("subject.nmae"), None);
}

#[test]
fn personal_data_is_masked_and_the_name_of_a_company_is_not() {
    let masked = |path: &str, holder| field(path).map(|field| field.is_personal_for(holder));
    for path in [
        "subject.responsible.phone",
        "subject.responsible.emergency_phone",
        "subject.responsible.email",
        "subject.responsible.name",
        "services.responsible.certificate_number",
        "subject.mailing_address",
        "subject.legal_representative_id",
    ] {
        assert_eq!(
            masked(path, Some(Holder::Organisation)),
            Some(true),
            "{path}"
        );
    }
    assert_eq!(
        masked("subject.name", Some(Holder::Organisation)),
        Some(false)
    );
    assert_eq!(masked("subject.name", Some(Holder::Individual)), Some(true));
    assert_eq!(masked("subject.name", None), Some(true));
    assert_eq!(masked("services.name", None), Some(false));
}

#[test]
fn code_lists_repeat_a_value_only_for_different_natures() {
    for name in [
        "natures",
        "certificate-types",
        "content-types",
        "languages",
        "prior-approvals",
        "material-slots",
    ] {
        let Some(list) = code_list(name) else {
            panic!("no list {name}")
        };
        let mut codes = BTreeSet::new();
        let mut values = BTreeSet::new();
        for entry in &list.entries {
            assert!(
                entry
                    .value
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{name}: {}",
                entry.value
            );
            if let Some(code) = &entry.code {
                assert!(codes.insert(code), "{name}: code {code} twice");
            }
            if entry.natures.is_empty() {
                assert!(
                    values.insert((entry.value.as_str(), "")),
                    "{name}: {}",
                    entry.value
                );
            }
            for nature in &entry.natures {
                assert!(
                    values.insert((entry.value.as_str(), nature.as_str())),
                    "{name}: {} for {nature}",
                    entry.value
                );
                let known = code_list("natures").map(|natures| natures.entry(nature).is_some());
                assert_eq!(known, Some(true), "{name}: {nature}");
            }
        }
    }
}

/// The codes that stand in the source of the program: of errors, of what is wrong in files, of
/// warnings, and those that functions of that name return.
fn codes_said() -> BTreeSet<String> {
    let patterns = [
        r#""((?:failure|usage|invalid|not-found|refused|conflict|partial|pending|negative|unavailable|denied|declined|signalled)\.[a-z0-9-]+)""#,
        r#"Problem::new\([ \n]*(?:"[^"]*"|[^",]+),[ \n]*[^",]+,[ \n]*"([A-Za-z0-9-]+)""#,
        r#"\.report\([a-z]+, "([a-z-]+)""#,
        r#" code: "([a-z0-9.-]+)""#,
        r#"caution\([ \n]*"([a-z0-9.-]+)""#,
    ]
    .map(|pattern| regex::Regex::new(pattern).unwrap());
    let body = regex::Regex::new(r"(?s)fn code\(&?self\) -> &'static str \{(.*?)\n    \}").unwrap();
    let word = regex::Regex::new(r#""([a-z0-9.-]+)""#).unwrap();
    let mut said = BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap();
            let found = patterns.iter().flat_map(|p| p.captures_iter(source));
            said.extend(found.map(|found| found[1].to_owned()));
            for body in body.captures_iter(source) {
                let words = word.captures_iter(body.get(1).unwrap().as_str());
                said.extend(words.map(|found| found[1].to_owned()));
            }
        }
    }
    said
}

/// What the program says by a code, `explain` tells about under that code, not only under the exit
/// that it leads to.
#[test]
fn every_code_that_the_program_says_has_a_page_of_its_own() {
    let said = codes_said();
    assert!(said.len() > 180, "{}", said.len());
    let aliases = all_pages().flat_map(|page| page.aliases.iter().map(String::as_str));
    let known: BTreeSet<&str> = all_pages().map(|page| page.id).chain(aliases).collect();
    let missing: Vec<&String> = said
        .iter()
        .filter(|code| !known.contains(code.as_str()))
        .collect();
    assert!(missing.is_empty(), "no page of {missing:?}");
}

/// Why a fact is unknown or not so is told to people in words, not by its code.
#[test]
fn every_reason_of_a_fact_has_words() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = std::fs::read_to_string(root.join("src/data/reasons.toml")).unwrap();
    let words: toml::Table = words.parse().unwrap();
    let found = regex::Regex::new(
        r#"(?:unknown|\.no)\("([a-z-]+)"\)|\((?:true|false), "([a-z]+(?:-[a-z]+)*)"\)"#,
    )
    .unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("src/evidence")).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for code in found.captures_iter(&source) {
            let code = code.get(1).or(code.get(2)).unwrap().as_str();
            assert!(words.contains_key(code), "no words for {code}");
            seen += 1;
        }
    }
    let errors = std::fs::read_to_string(root.join("src/network/error.rs")).unwrap();
    let (_, body) = errors.split_once("const fn reason(&self)").unwrap();
    let body = body.split("\n    }\n").next().unwrap();
    for code in body.split('"').skip(1).step_by(2) {
        assert!(words.contains_key(code), "no words for {code}");
        seen += 1;
    }
    assert!(seen > 35, "{seen}");
}
