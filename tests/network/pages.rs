//! What a site's own page shows.

use super::world::{FILED, FOOTER, World, fact, findings, html, page};
use crate::support::PATIENT;
use crate::support::web::{Answer, Authority, Valid, Web};
use serde_json::Value;
use std::sync::{Arc, Mutex};

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn what_a_page_shows_is_read_as_visitors_read_it() {
    let world = World::new();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let plain = |body: Vec<u8>| Answer::new(200, "text/html", body);
    let number = "京ICP备2021000001号-1";
    let linked = |to: &str| format!("<div class=footer><a href='{to}'>{number}</a></div>");
    let declared = html(FOOTER).replace("<head>", "<head><meta charset=gb2312>");
    for (name, page, claim, expected) in [
        ("meta", plain(gbk(&declared)), "number-shown", "yes"),
        (
            "undeclared",
            plain(gbk(&html(FOOTER))),
            "number-shown",
            "yes",
        ),
        (
            "header",
            Answer::new(200, "text/html; charset=GBK", gbk(&html(FOOTER))),
            "number-shown",
            "yes",
        ),
        (
            "bom",
            plain(format!("\u{feff}{}", html(FOOTER)).into_bytes()),
            "number-shown",
            "yes",
        ),
        (
            "undeclared utf-8",
            plain(html(FOOTER).into_bytes()),
            "number-shown",
            "yes",
        ),
        (
            "split",
            page("<div id=foot>京ICP备<b>2021000001</b>号-1</div>"),
            "number-shown",
            "yes",
        ),
        (
            "in a comment",
            page("<!-- 京ICP备2021000001号-1 -->"),
            "number-shown",
            "no not-found",
        ),
        (
            "in a script",
            page("<script>var a='京ICP备2021000001号-1'</script>"),
            "number-shown",
            "no not-found",
        ),
        (
            "right link",
            page(&linked("https://beian.miit.gov.cn/#/Integrated/index")),
            "number-linked",
            "yes",
        ),
        (
            "no scheme",
            page(&linked("//beian.miit.gov.cn")),
            "number-linked",
            "yes",
        ),
        (
            "old link",
            page(&linked("http://www.miitbeian.gov.cn/")),
            "number-linked",
            "no legacy-link",
        ),
        (
            "other link",
            page(&linked("https://beian.miit.gov.cn.example.com/")),
            "number-linked",
            "no other-link",
        ),
        (
            "no link",
            page(&format!("<footer>{number}</footer>")),
            "number-linked",
            "no no-link",
        ),
        (
            "in the footer",
            page(&linked("/")),
            "number-in-footer",
            "yes",
        ),
        (
            "at the end",
            page(&format!("<p>{number}</p>")),
            "number-in-footer",
            "yes",
        ),
        (
            "at the top",
            plain(
                html("")
                    .replace("<main>", &format!("<p>{number}</p><main>"))
                    .into_bytes(),
            ),
            "number-in-footer",
            "no elsewhere",
        ),
        (
            "hidden",
            page(&format!("<div style='display: none'>{number}</div>")),
            "number-visible",
            "no hidden",
        ),
        (
            "too small",
            page(&format!("<p style='font-size:0px'>{number}</p>")),
            "number-visible",
            "no hidden",
        ),
        (
            "white on white",
            page(&format!(
                "<p style='color:#fff;background:#fff'>{number}</p>"
            )),
            "number-visible",
            "no hidden",
        ),
        (
            "in a template",
            page("<template><p>京ICP备2021000001号-1</p></template>"),
            "number-shown",
            "no not-found",
        ),
        (
            "in entities",
            page("<footer>&copy 2026 京ICP&#x5907;2021000001号&ndash;1</footer>"),
            "number-shown",
            "yes",
        ),
        (
            "beside a phone",
            page(&format!(
                "<footer><a>{number}</a><a>400-800-1234</a></footer>"
            )),
            "number-shown",
            "yes",
        ),
        (
            "link on a part",
            page("<footer>京ICP备<a href='https://beian.miit.gov.cn/'>2021000001号</a>-1</footer>"),
            "number-linked",
            "yes",
        ),
        (
            "link of the neighbour",
            page(&format!(
                "<footer>{number} <a href='https://beian.miit.gov.cn/'>京公网安备11010502030001号</a></footer>"
            )),
            "number-linked",
            "no no-link",
        ),
        (
            "hidden beside another",
            page(&format!(
                "<p>京公网安备11010502030001号 <b hidden>{number}</b></p>"
            )),
            "number-visible",
            "no hidden",
        ),
        (
            "after a hidden cell",
            page(&format!("<table><tr><td hidden>x<td>{number}</table>")),
            "number-visible",
            "yes",
        ),
        ("visible", page(FOOTER), "number-visible", "yes"),
        ("security", page(FOOTER), "security-number-shown", "yes"),
        (
            "by script",
            plain(b"<body><div id=app></div><script src=a.js></script></body>".to_vec()),
            "number-shown",
            "unknown needs-script",
        ),
        (
            "before a proof of being a person",
            page(&format!(
                "<script src=a.js></script><h1>安全验证</h1><p>请拖动滑块完成验证后继续访问。{}</p>",
                "本次访问受到保护，编号见下。".repeat(20)
            )),
            "number-shown",
            "unknown challenge",
        ),
        (
            "where a slider is to be dragged",
            page("<p>请将滑块拖到最右边</p>"),
            "number-shown",
            "unknown challenge",
        ),
        (
            "of a maker of machine parts",
            page("<p>我们生产直线导轨、滑块和丝杠。</p>"),
            "number-shown",
            "no not-found",
        ),
        (
            "with the number all the same",
            page(&format!("<p>安全验证</p><footer>{number}</footer>")),
            "number-shown",
            "yes",
        ),
        (
            "of a site about such proofs",
            page(&format!("<p>{}</p>", "我们提供人机验证服务。".repeat(120))),
            "number-shown",
            "no not-found",
        ),
    ] {
        *world.page.lock().unwrap() = page;
        let document = world.look();
        assert_eq!(
            fact(&document, claim, "shop.example.cn"),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_number_must_be_the_right_one() {
    let world = World::new();
    let says = |shown: &str, stance: &str| {
        *world.page.lock().unwrap() = page(&format!("<footer>{shown}</footer>"));
        let found = findings(&world.look());
        let expected = format!("number-on-page {stance}");
        assert!(found.contains(&expected), "{shown}: {found:?}");
    };
    for (shown, stance) in [
        ("京ICP备2021000001号-1", "agrees"),
        ("京ICP备2021000001号", "conflict"),
        ("京ICP备2021000001号-2", "conflict"),
        ("粤ICP备2021000001号-1", "conflict"),
    ] {
        says(shown, stance);
    }
    // The counter counts where the subject alone is linked, and ends where another element begins.
    says("<a href=/>京ICP备2021000001号</a>-1", "agrees");
    says("<b>京ICP备2021000001号-1</b><b>2026</b>", "agrees");
    says("<div>京ICP备2021000001号</div><div>-1</div>", "conflict");
    // Guangdong wants the subject's number.
    let user = &world.user;
    let gone = [
        "gone",
        "京ICP备2021000001号",
        "--because",
        "holder",
        "--yes",
    ];
    user.run(gone).exits(0);
    let other = FILED.replace("京ICP备2021000001", "粤ICP备2021000002");
    let file = user.write("gd.json", other);
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    says("粤ICP备2021000002号", "agrees");
    says("粤ICP备2021000002号-1", "notice");
    says("粤ICP备2021000001号", "conflict");
}

#[test]
fn a_page_that_cannot_be_read_says_nothing() {
    let world = World::new();
    for (page, reason) in [
        (Answer::new(404, "text/html", html(FOOTER)), "http-status"),
        (Answer::new(503, "text/html", html(FOOTER)), "http-status"),
        (Answer::new(429, "text/html", ""), "http-status"),
        (Answer::new(200, "application/json", "{}"), "not-html"),
        (Answer::CutOff, "cut-off"),
        (Answer::Endless, "too-large"),
        (Answer::redirect("http://shop.example.cn/"), "redirect"),
        (Answer::redirect("https://shop.example.cn/"), "redirect"),
        (
            Answer::redirect("https://127.0.0.1/login"),
            "private-address",
        ),
    ] {
        *world.page.lock().unwrap() = page;
        let document = world.look();
        let read = fact(&document, "page-read", "shop.example.cn");
        assert_eq!(read, format!("unknown {reason}"));
        assert!(
            findings(&document).contains(&"number-on-page unknown".to_owned()),
            "{reason}"
        );
    }
}

/// Where a firewall drops what comes to port 443, no connection comes about, and the page is read in
/// the clear.
#[test]
fn a_site_that_is_silent_over_tls_is_read_in_the_clear() {
    let world = World::new();
    let named = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"))
        .unwrap();
    let clear = Web::http(|_| page(FOOTER));
    // Nobody ever takes what it holds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addresses = format!(
        "connect_to = {{ \"shop.example.cn:443\" = \"{}\", \"shop.example.cn:80\" = \"{}\" }}",
        silent.local_addr().unwrap(),
        clear.address
    );
    // The time for a connection may be as long as that for the whole, or longer.
    for (connecting, whole) in [("2s", "1m"), ("1m", "5s")] {
        world.configure(
            &format!("{PATIENT}{named}"),
            &format!("connect_timeout = \"{connecting}\"\ntimeout = \"{whole}\"\n{addresses}"),
        );
        let document = world.look();
        assert_eq!(fact(&document, "page-read", "shop.example.cn"), "yes");
        assert_eq!(fact(&document, "number-shown", "shop.example.cn"), "yes");
    }
}

/// Many a site is reached at the `www` of its domain alone; one that is reached nowhere is told by its
/// own name.
#[test]
fn a_site_that_answers_at_its_www_alone_is_read_there() {
    let world = World::with(&["shop.example.cn A 127.0.0.1", "www.example.cn A 127.0.0.1"]);
    let filed = FILED
        .replace("shop.example.cn", "example.cn")
        .replace("2021000001", "2021000002");
    let file = world.user.write("more.json", filed);
    let file = file.to_str().unwrap();
    world.user.run(["adopt", "--from", file]).exits(0);
    let tls = world.authority.server(&["www.example.cn"], Valid::Always);
    let footer = FOOTER.replace("2021000001", "2021000002");
    let site = Web::https(tls, move |_| page(&footer));
    let named = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"))
        .unwrap();
    let look = || {
        let args = ["verify", "example.cn", "--json", "--max-age", "0", "-n"];
        world.user.run(args).json()
    };
    let own = |document: &Value| {
        let facts = document["data"][0]["facts"].as_array().unwrap();
        let mut facts = facts.iter();
        facts
            .find(|fact| fact["claim"] == "page-read")
            .unwrap()
            .clone()
    };
    world.configure(
        named,
        &format!(
            "connect_to = {{ \"www.example.cn:443\" = \"{}\" }}",
            site.address
        ),
    );
    let document = look();
    assert_eq!(own(&document)["values"][0], "https://www.example.cn/");
    assert_eq!(fact(&document, "number-shown", "example.cn"), "yes");
    let nobody = "connect_to = { \"www.example.cn:443\" = \"127.0.0.1:1\", \"www.example.cn:80\" = \"127.0.0.1:1\" }";
    world.configure(named, nobody);
    let read = own(&look());
    assert_eq!(read["verdict"], "unknown");
    assert_eq!(read["from"], "https://example.cn/");
}

#[test]
fn a_site_without_valid_tls_or_at_a_private_address_is_not_read() {
    let world = World::new();
    let site = Web::https(
        world
            .authority
            .server(&["shop.example.cn"], Valid::Formerly),
        |_| page(FOOTER),
    );
    let named = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"))
        .unwrap();
    let ask = |line: &str| {
        world.configure(named, line);
        fact(&world.look(), "page-read", "shop.example.cn")
    };
    let at = |address| format!("connect_to = {{ \"shop.example.cn:443\" = \"{address}\" }}");
    assert_eq!(ask(&at(site.address)), "unknown certificate-expired");
    assert_eq!(site.asked().len(), 0);
    let other = Authority::new().server(&["shop.example.cn"], Valid::Always);
    let site = Web::https(other, |_| page(FOOTER));
    assert_eq!(ask(&at(site.address)), "unknown certificate-untrusted");
    // Without a word of the user's, the name leads to this machine, where no site is looked at.
    assert_eq!(ask(""), "unknown private-address");
}

#[test]
fn a_site_that_answers_in_the_clear_alone_is_read_and_a_refresh_is_followed() {
    let world = World::new();
    let first = Arc::new(Mutex::new(String::new()));
    let content = Arc::clone(&first);
    let site = Web::http(move |asked| match asked.path.as_str() {
        "/" => {
            let content = content.lock().unwrap();
            Answer::html(format!("<meta http-equiv=Refresh content=\"{content}\">"))
        }
        _ => page(FOOTER),
    });
    let line = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"));
    let nobody =
        "connect_to = { \"shop.example.cn:443\" = \"127.0.0.1:1\", \"shop.example.cn:80\" = ";
    let to = format!("{nobody}\"{}\" }}", site.address);
    world.configure(line.unwrap(), &to);
    // As browsers follow it: the word `url` and a whole number are not wanted.
    for (content, leads) in [
        ("0; url=/home", "home"),
        ("0.5;URL = '/home'", "home"),
        ("3, /home", "home"),
        ("0;/home?url=1", "home"),
        ("6; url=/home", ""),
    ] {
        content.clone_into(&mut first.lock().unwrap());
        let document = world.look();
        let facts = document["data"][0]["facts"].as_array().unwrap();
        let mut facts = facts.iter();
        let read = facts.find(|fact| fact["claim"] == "page-read").unwrap();
        let read = read["values"][0].as_str().unwrap();
        assert_eq!(read, format!("http://shop.example.cn/{leads}"), "{content}");
        let shown = fact(&document, "number-shown", "shop.example.cn");
        assert_eq!(shown == "yes", !leads.is_empty(), "{content}: {shown}");
    }
}

/// What stands elsewhere, or cannot be made out, is not known to be missing.
#[test]
fn a_page_that_is_not_all_there_is_not_said_to_lack_the_number() {
    let world = World::new();
    let packed = |way| Answer::html(vec![0x1b; 3000]).with("content-encoding", way);
    let labelled = |word| page(FOOTER).with("content-encoding", word);
    let digits = "<b>1</b>".repeat(40_000);
    let numbers: Vec<String> = (0..40_000)
        .map(|place| format!("<i>京ICP备{}号-1</i>", 2_021_000_001 + place))
        .collect();
    for (name, page, claim, expected) in [
        (
            "packed",
            packed("br"),
            "page-read",
            "unknown unexpected-shape",
        ),
        (
            "packed twice",
            packed("utf-8, X-GZIP"),
            "page-read",
            "unknown unexpected-shape",
        ),
        // Other words stray there, and pack nothing.
        ("a charset", labelled("UTF-8"), "number-shown", "yes"),
        ("no packing", labelled("none"), "number-shown", "yes"),
        ("itself", labelled("Identity"), "number-shown", "yes"),
        (
            "blank",
            Answer::html(" \n"),
            "page-read",
            "unknown not-html",
        ),
        (
            "frames",
            Answer::html("<frameset><frame src=//a.example.com></frameset>"),
            "number-shown",
            "unknown needs-frame",
        ),
        (
            "bytes",
            Answer::html(
                (0..4000_u32)
                    .map(|i| u8::try_from(i * i / 7 % 251).unwrap())
                    .collect::<Vec<_>>(),
            ),
            "number-shown",
            "unknown garbled",
        ),
        (
            "onwards",
            page("<meta http-equiv=refresh content='0;url=http://shop.example.cn/'>"),
            "number-shown",
            "unknown redirect",
        ),
        // Neither is read in more than linear time.
        (
            "digits",
            page(&format!("京ICP备{digits}")),
            "number-shown",
            "no not-found",
        ),
        (
            "numbers",
            page(&numbers.concat()),
            "number-shown",
            "unknown too-many",
        ),
    ] {
        *world.page.lock().unwrap() = page;
        let document = world.look();
        assert_eq!(
            fact(&document, claim, "shop.example.cn"),
            expected,
            "{name}"
        );
    }
}

#[test]
fn an_excerpt_of_a_page_shows_nobody_s_phone() {
    let world = World::new();
    *world.page.lock().unwrap() =
        page("<footer>联系人电话 13800000001，信箱 zhang.san@example.cn</footer>");
    let document = world.verify(&["-v"]).exits(0).json();
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let shown = facts.iter().find(|fact| fact["claim"] == "number-shown");
    let excerpt = shown.unwrap()["raw"].as_str().unwrap().to_owned();
    assert!(excerpt.contains("138****0001"), "{excerpt}");
    let kept = std::fs::read_to_string(&world.observations()[0]).unwrap();
    for text in [document.to_string(), kept] {
        assert!(
            !text.contains("13800000001") && !text.contains("zhang.san"),
            "{text}"
        );
    }
}
