//! What a person sees: tables that fit on the screen, with what is copied from them whole.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[cfg(unix)]
use crate::support::pty::Terminal;
use crate::support::{Icpctl, Output};
use unicode_width::UnicodeWidthStr as _;

/// Filings with ordinary names, and one domain that is nearly as wide as a screen.
const FILED: &str = "\
subject_number,subject_name,nature,service_number,service_kind,service_name,domains,accesses
湘ICP备2021000016号,湖南示例信息科技发展有限责任公司,enterprise,湘ICP备2021000016号-1,site,示例商城,s48.example.com,tencent
湘ICP备2021000016号,湖南示例信息科技发展有限责任公司,enterprise,湘ICP备2021000016号-2,site,示例论坛,forum.example.net;bbs.example.net,tencent
粤ICP备2021000001号,示例科技有限公司,enterprise,粤ICP备2021000001号-1,site,示例门户,a-rather-long-name-for-a-shop.example.org,alibaba
粤ICP备2021000001号,示例科技有限公司,enterprise,粤ICP备2021000001号-2A,app,示例应用,,alibaba
";

const LONG: &str = "a-rather-long-name-for-a-shop.example.org";

/// A user with orders in several statuses on the filings above.
fn user() -> Icpctl {
    let user = Icpctl::new();
    user.write("filed.csv", FILED);
    user.run(["adopt", "--from", "filed.csv"]).exits(0);
    user
}

fn draft(user: &Icpctl, words: &[&str]) -> String {
    let drafted = user.run(words).exits(0);
    drafted.stdout.trim().to_owned()
}

fn submit(user: &Icpctl, id: &str) {
    user.run(["submit", id, "--yes"]).exits(0);
}

fn within(user: &Icpctl, width: usize, words: &[&str]) -> Output {
    let told = user.run_with(&[("COLUMNS", &width.to_string())], words);
    let told = told.exits(0);
    // A heading is no table.
    let is_cell = |line: &&str| !line.contains("公司  企业") && !line.contains("公司  enterprise");
    for line in told.stdout.lines().filter(is_cell) {
        assert!(line.width() <= width, "{width}: {line}\n{}", told.stdout);
    }
    told
}

/// An id, its status and its target are on one line, none of them in pieces.
#[test]
fn what_is_copied_from_a_list_is_whole() {
    let user = user();
    let sent = draft(&user, &["cancel-site", "s48.example.com"]);
    submit(&user, &sent);
    user.run(["record", &sent, "sms-verified", "--who", "all"])
        .exits(0);
    let number = draft(&user, &["cancel-site", "粤ICP备2021000001号-2A"]);
    for (lang, reviewed, drafted) in [
        ("zh", "等待管局审核", "待提交"),
        ("en", "awaiting bureau review", "draft"),
    ] {
        for width in [60, 80, 100, 120] {
            if lang == "en" && width == 60 {
                continue;
            }
            let list = within(&user, width, &["list", "--lang", lang]).stdout;
            let line = |id: &str| list.lines().find(|line| line.starts_with(id)).unwrap();
            let (first, second) = (line(&sent), line(&number));
            assert!(
                first.contains(reviewed) && first.contains("s48.example.com"),
                "{list}"
            );
            assert!(
                second.contains(drafted) && second.contains("粤ICP备2021000001号-2A"),
                "{list}"
            );
            // No order has a ref.
            let head = list.lines().next().unwrap();
            assert!(!head.to_lowercase().contains("ref"), "{list}");
        }
        // A name gives way before all else.
        let list = within(&user, 112, &["list", "--lang", lang]).stdout;
        assert!(list.contains("湖南示") && list.contains('…'), "{list}");
        // Where nothing limits the width, nothing gives way.
        let list = user.run(["list", "--lang", lang]).exits(0).stdout;
        assert!(list.contains("湖南示例信息科技发展有限责任公司"), "{list}");
        assert!(list.lines().next().unwrap().to_lowercase().ends_with("ref"));
    }
}

#[test]
fn a_long_domain_is_whole_on_a_screen_of_eighty() {
    let user = user();
    let id = draft(&user, &["cancel-site", LONG]);
    submit(&user, &id);
    for lang in ["zh", "en"] {
        let list = within(&user, 80, &["list", "--lang", lang]).stdout;
        let line = list.lines().find(|line| line.starts_with(&id)).unwrap();
        assert!(line.contains(LONG), "{list}");
    }
}

#[test]
fn every_table_fits_and_keeps_its_numbers() {
    let user = user();
    let id = draft(
        &user,
        &[
            "cancel-site",
            "s48.example.com",
            "--reason",
            "the shop closes for good at the end of the year",
        ],
    );
    submit(&user, &id);
    for lang in ["zh", "en"] {
        for width in [60, 80, 100, 120] {
            let portfolio = within(&user, width, &["portfolio", "--lang", lang]).stdout;
            for whole in ["湘ICP备2021000016号-1", "粤ICP备2021000001号-2A", &id] {
                assert!(portfolio.contains(whole), "{width} {whole}\n{portfolio}");
            }
            if width >= 80 {
                assert!(portfolio.contains("s48.example.com"), "{portfolio}");
            }
            let log = within(&user, width, &["log", "--lang", lang]).stdout;
            assert!(log.contains(&id) && log.contains("2026-11-22"), "{log}");
            let rows = within(&user, width, &["provider", "list", "--lang", lang]).stdout;
            assert!(rows.contains("tencent"), "{rows}");
        }
    }
}

/// A line says on a terminal what is waited for, and nothing of it is left; none with `-q`.
#[cfg(unix)]
#[test]
fn what_is_waited_for_stands_on_the_last_line() {
    let user = user();
    let id = draft(&user, &["cancel-site", "s48.example.com"]);
    submit(&user, &id);
    let wait = [
        "wait",
        &id,
        "--for",
        "awaiting-bureau-review",
        "--interval",
        "10ms",
    ];
    let waiting = format!("{id}: SMS verification pending, waiting for awaiting-bureau-review");
    let quiet = wait.iter().chain(&["-q", "--timeout", "50ms"]);
    let (code, shown) = Terminal::start(user.command(quiet)).end();
    assert_eq!(code, Some(8), "{shown}");
    assert!(!shown.contains(&waiting), "{shown}");
    let piped = user.run(wait.iter().chain(&["--timeout", "50ms"])).exits(8);
    assert!(!piped.stderr.contains(&waiting), "{}", piped.stderr);
    let mut terminal = Terminal::start(user.command(wait));
    terminal.expect(&waiting);
    user.run(["record", &id, "sms-verified", "--who", "all"])
        .exits(0);
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    let after = shown.rsplit("\u{1b}[2K").next().unwrap();
    assert!(!after.contains("waiting for"), "{after:?}");
}
