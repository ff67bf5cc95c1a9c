//! Which elements stand around a text, in pages as people write them.

use icpctl::network::markup::{Standing, Tag, read};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What a test page says of its text: `hidden`, `class=foot`, `href`.
fn judge(tag: &Tag) -> Standing {
    Standing {
        hidden: tag.attribute("hidden").is_some(),
        in_footer: tag.attribute("class").as_deref() == Some("foot"),
        link: tag.attribute("href").map(|href| (*href).into()),
    }
}

/// Reads a page and shows each piece of its text with what stands around it: `text(hidden,foot,href)`.
fn pieces(html: &str) -> String {
    let text = read(html, judge);
    let shown = text.pieces(&(0..text.words.len())).map(|piece| {
        let Standing {
            hidden,
            in_footer,
            link,
        } = &piece.standing;
        let marks = [
            hidden.then_some("hidden"),
            in_footer.then_some("foot"),
            link.as_deref(),
        ];
        let marks: Vec<&str> = marks.into_iter().flatten().collect();
        let words = text.words[piece.at.clone()].trim();
        if marks.is_empty() {
            words.to_owned()
        } else {
            format!("{words}({})", marks.join(","))
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn elements_end_where_a_browser_ends_them() {
    for (page, expected) in [
        // Paragraphs, items, terms and cells that nobody closed.
        ("<p hidden>a<p>b<div>c</div>", "a(hidden) b c"),
        ("<p hidden>a<span>b<div>c</div>", "a(hidden) b(hidden) c"),
        (
            "<ul class=foot><li hidden>a<li>b</ul>c",
            "a(hidden,foot) b(foot) c",
        ),
        (
            "<ul><li>a<ul><li hidden>b<li>c</ul>d<li>e</ul>",
            "a b(hidden) c d e",
        ),
        ("<dl><dt hidden>a<dd>b<dt>c</dl>", "a(hidden) b c"),
        (
            "<table><tr><td hidden>a<td>b<tr><th class=foot>c<tbody><tr><td>d</table>e",
            "a(hidden) b c(foot) d e",
        ),
        (
            "<table><tr hidden><td>a<table><tr><td>b</table><tr><td>c</table>",
            "a(hidden) b(hidden) c",
        ),
        (
            "<select><option hidden>a<option>b</select>c",
            "a(hidden) b c",
        ),
        ("<h2 hidden>a<h3>b</h2>c", "a(hidden) b c"),
        ("<button hidden>a<button>b</button>", "a(hidden) b"),
        // An end closes all that is open in its element, and nothing where there is none.
        ("<div hidden><p>a<b>b</div>c", "a(hidden) b(hidden) c"),
        ("<div hidden><span>a</div></span>b", "a(hidden) b"),
        (
            "<div class=foot>a</section></span></li></p>b</div>c",
            "a(foot) b(foot) c",
        ),
        ("<div class=foot><span>a</div>b</span>c", "a(foot) b c"),
        (
            "<span hidden><div>a</span>b</div>c</span>d",
            "a(hidden) b(hidden) c(hidden) d",
        ),
        (
            "<table><tr><td class=foot>a</div>b</table>c",
            "a(foot) b(foot) c",
        ),
        (
            "<form hidden><div class=foot></form>a</div>b",
            "a(hidden,foot) b",
        ),
        // No content: by name alone, not by a stroke at the end of the tag.
        ("<br hidden>a<img hidden>b<hr hidden>c", "a b c"),
        ("<div hidden/>a</div>b", "a(hidden) b"),
        ("<svg><g hidden/>a</svg>b", "a b"),
        // Parts of a table outside one are no elements.
        ("<td hidden>a</td><tr class=foot>b", "a b"),
        // What stands in a table but in no cell is shown before it.
        ("<table hidden><p>a<tr><td>b</table>", "a b(hidden)"),
        // Without a document type, a table stands inside a paragraph.
        ("<p hidden>a<table><tr><td>b</table>", "a(hidden) b(hidden)"),
        (
            "<!doctype html><p hidden>a<table><tr><td>b</table>",
            "a(hidden) b",
        ),
        // `html` and `body` stay open to the end.
        (
            "<html class=foot><body hidden><p>a</body></html>b",
            "a(hidden,foot) b(hidden,foot)",
        ),
        ("a<!-- hidden --><body><div hidden>b", "a b(hidden)"),
    ] {
        assert_eq!(pieces(page), expected, "{page}");
    }
}

#[test]
fn links_and_formatting_hold_until_their_own_end() {
    for (page, expected) in [
        ("<a href=x><div><p>a</p></div></a>b", "a(x) b"),
        ("<a href=x>a<p>b</a>c</p>d", "a(x) b(x) c d"),
        (
            "<div><a href=x>a</div><p>b</p><a href=y>c</a>d",
            "a(x) b(x) c(y) d",
        ),
        ("<p><font hidden>a<p>b</font>c", "a(hidden) b(hidden) c"),
        ("<b hidden><p>a</b>b</p>", "a(hidden) b"),
        ("<a href=x><span hidden>a</a>b", "a(hidden,x) b"),
        ("<i class=foot><b>a</i>b</b>", "a(foot) b"),
        // A cell closes what it opened; what is open around its table is around it too.
        ("<table><tr><td><a href=x>a<td>b</table>c", "a(x) b c"),
        (
            "<a href=x><table><tr><td>a</td></table>b</a>c",
            "a(x) b(x) c",
        ),
        ("<a href=x><table><tr><td>a</a>b</table>", "a(x) b(x)"),
        ("<div><a href=x>a</div><table><tr><td>b</table>", "a(x) b"),
    ] {
        assert_eq!(pieces(page), expected, "{page}");
    }
}

#[test]
fn what_is_no_text_is_not_read() {
    for (page, expected) in [
        ("<head><title>a</title></head><body>b", "b"),
        ("<svg><title>a</title></svg>b", "b"),
        ("<svg><title/><style/></svg>b", "b"),
        ("<script>a='<p>'; // </p>\n</script>b", "b"),
        ("<script><!-- <script>a</script> --></script>b", "b"),
        ("<script src=x />a</script>b", "b"),
        ("<style>a{content:'</p>'}</style>b", "b"),
        ("<noscript><p>a</p></noscript>b", "b"),
        (
            "<template><p>a</p><table><tr><td>a</table></template>b",
            "b",
        ),
        ("<textarea><p>a</textarea>b", "b"),
        ("<iframe>a</iframe><noframes><body><p>a</noframes>b", "b"),
        ("a<![CDATA[b]]><?php c ?><! d >e", "ae"),
        ("a<!-- b -->c<!-- <p>d</p> -->", "ac"),
        ("a<p title='>' b", "a"),
    ] {
        assert_eq!(pieces(page), expected, "{page}");
    }
}

#[test]
fn words_are_parted_as_they_are_shown() {
    for (page, expected) in [
        (
            "请在<b>首页底部</b>悬挂<br/>备案号",
            "请在首页底部悬挂 备案号",
        ),
        (
            "a<p>b</p>c<div>d</div><span>e</span>f</br>g</p>h",
            "a\nb\nc\nd\nef g\nh",
        ),
        ("<table><tr><td>a</td><td>b</td></tr></table>c", "a\nb\nc"),
        (" a \n b&nbsp;&nbsp;c\u{3000} ", "a b c"),
        (
            "&copy 2026 &#x5907&#22791;&#xa9;&amp;nbsp;&lt;b>",
            "© 2026 备备©&nbsp;<b>",
        ),
        ("<P>A<BR>B</P>", "A B"),
    ] {
        assert_eq!(read(page, judge).words, expected, "{page}");
    }
}

#[test]
fn attributes_are_read_however_they_are_written() {
    for (page, expected) in [
        ("<A HREF=x CLASS='foot'>a</A>", "a(foot,x)"),
        ("<a href=x href=y class=foot class=z>a", "a(foot,x)"),
        ("<a\nhref = \"x?a=1&amp;b&copy=2\"\n>a", "a(x?a=1&b&copy=2)"),
        ("<a title='>' href=x>a", "a(x)"),
        (
            "<p hidden=''>a<p hidden=until-found>b",
            "a(hidden) b(hidden)",
        ),
        ("<p>a</p hidden>b", "a b"),
    ] {
        assert_eq!(pieces(page), expected, "{page}");
    }
}

#[test]
fn a_deep_nest_is_read_to_its_end() {
    const DEPTH: usize = 200_000;
    let inner = "<p hidden>a<p>b";
    for name in ["span", "b", "table><tr><td"] {
        let start = format!("<{name}>").repeat(DEPTH / 10);
        assert_eq!(pieces(&format!("{start}{inner}")), "a(hidden) b", "{name}");
    }
    let (start, end) = ("<div class=foot>".repeat(DEPTH), "</div>".repeat(DEPTH));
    let page = format!("{start}{inner}{end}c");
    assert_eq!(pieces(&page), "a(hidden,foot) b(foot) c");
}

/// What mark-up is made of, whole and in pieces.
const SCRAPS: [&str; 48] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<!",
    "<?",
    "<![CDATA[",
    "]]>",
    "&",
    "&#",
    "&#x",
    ";",
    "&copy",
    "&#xD800;",
    "\"",
    "'",
    "=",
    " ",
    "\r\n",
    "\0",
    "文",
    "a",
    "href",
    "hidden",
    "<a href=x>",
    "</a>",
    "<b hidden>",
    "</b>",
    "<p class=foot>",
    "</p>",
    "<div>",
    "</div>",
    "<li>",
    "<table>",
    "<tbody>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<form>",
    "</form>",
    "<svg>",
    "<title/>",
    "<script>",
    "</script>",
    "<template>",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read_in_pieces_that_follow_each_other(
        scraps in vec(select(&SCRAPS[..]), 0..60),
    ) {
        let text = read(&scraps.concat(), judge);
        let mut end = 0;
        for piece in text.pieces(&(0..text.words.len())) {
            prop_assert_eq!(piece.at.start, end);
            prop_assert!(!text.words[piece.at.clone()].trim().is_empty());
            end = piece.at.end;
        }
        prop_assert_eq!(text.words.len(), end);
        let words: Vec<&str> = text.words.split([' ', '\n']).collect();
        prop_assert!(text.words.is_empty() || words.iter().all(|word| !word.is_empty()));
    }
}
