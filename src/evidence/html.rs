//! Reads a page as its visitors do: decoded right, with what stands where, and what nobody sees.

use crate::filing::number::{Number, find};
use crate::network::answer::Answer;
use crate::network::header::CONTENT_TYPE;
use crate::render::mask::Privacy;
use crate::render::prose;
use encoding_rs::{Encoding, GB18030, UTF_8};
use scraper::{ElementRef, Html, Node, Selector};

/// What a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The encoding that it was read in.
    pub encoding: &'static str,
    /// The filing numbers, in order.
    pub numbers: Vec<Shown>,
    /// The public-security numbers.
    pub security: Vec<String>,
    /// Where it sends its reader by itself.
    pub refresh: Option<String>,
    /// Whether its text is only made by its scripts.
    pub needs_script: bool,
    /// The end of its text.
    pub tail: String,
}

/// A filing number on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The number.
    pub number: String,
    /// As it is written there.
    pub raw: String,
    /// Whether it stands in the footer.
    pub in_footer: bool,
    /// Whether visitors cannot see it.
    pub hidden: bool,
    /// Where it is linked to.
    pub link: Option<String>,
}

/// How much of a page is looked at for the name of its encoding (the HTML standard's prescan).
const PRESCAN: usize = 1024;

/// How much text a page has at least that needs no script.
const ENOUGH_TEXT: usize = 200;

/// How much text may follow a number that stands at the foot, in characters.
const FOOT: usize = 400;

/// How much of the end of a page is kept as an excerpt, in characters.
const TAIL: usize = 120;

/// Words in names and classes of elements that are footers.
const FOOTERS: [&str; 7] = [
    "foot",
    "bottom",
    "copyright",
    "beian",
    "record",
    "icp",
    "colophon",
];

/// Reads the page that an answer holds.
pub fn read(answer: &Answer) -> Page {
    let header = answer.headers.get(CONTENT_TYPE);
    let header = header.and_then(|value| value.to_str().ok());
    let (text, encoding) = decode(&answer.body, header);
    let mut page = parse(&text);
    page.encoding = encoding;
    page
}

/// Decodes a page: by its byte order mark, its header, its own word, or a guess. A word that its
/// bytes belie does not count: what is there must not be taken for missing.
fn decode(bytes: &[u8], content_type: Option<&str>) -> (String, &'static str) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return (text.into_owned(), encoding.name());
    }
    let head = &bytes[..bytes.len().min(PRESCAN)];
    let said = content_type
        .and_then(|value| label(value.as_bytes()))
        .or_else(|| label(head));
    if let Some(said) = said {
        let (text, encoding, is_whole) = decode_as(said, bytes);
        // Bytes that are UTF-8 and more than ASCII are so by no accident.
        let is_other = encoding != UTF_8.name() && !bytes.is_ascii() && as_utf8(bytes).is_some();
        if is_whole && !is_other {
            return (text, encoding);
        }
    }
    let guess = match as_utf8(bytes) {
        Some(_) => UTF_8,
        None => guess(bytes),
    };
    let (text, encoding, is_whole) = decode_as(guess, bytes);
    match said {
        // Where nothing fits, the page's own word stands.
        Some(said) if !is_whole => {
            let (text, encoding, _) = decode_as(said, bytes);
            (text, encoding)
        }
        Some(_) | None => (text, encoding),
    }
}

fn as_utf8(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(Some(b"cn"), chardetng::Utf8Detection::Allow)
}

/// Decodes; returns the name of the encoding, and whether all bytes were of it.
fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> (String, &'static str, bool) {
    // GB18030 reads all that GB 2312 and GBK write, and more.
    let encoding = if encoding == encoding_rs::GBK {
        GB18030
    } else {
        encoding
    };
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    (text.into_owned(), encoding.name(), !has_errors)
}

/// Finds `charset=NAME` among bytes.
fn label(bytes: &[u8]) -> Option<&'static Encoding> {
    let lower = bytes.to_ascii_lowercase();
    let mark = b"charset=";
    let places = lower.windows(mark.len()).enumerate();
    places
        .filter(|(_, window)| *window == mark)
        .find_map(|(place, _)| {
            let rest = &lower[place + mark.len()..];
            let rest = rest
                .strip_prefix(b"\"")
                .or(rest.strip_prefix(b"'"))
                .unwrap_or(rest);
            let end = rest
                .iter()
                .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)));
            Encoding::for_label(&rest[..end.unwrap_or(rest.len())])
        })
        // A page that could be read so far is not in UTF-16, whatever it says.
        .map(Encoding::output_encoding)
        .map(|encoding| {
            if encoding.is_ascii_compatible() {
                encoding
            } else {
                UTF_8
            }
        })
}

fn parse(text: &str) -> Page {
    let document = Html::parse_document(text);
    let root = document.root_element();
    let body = Selector::parse("body").ok();
    let body = body.and_then(|body| document.select(&body).next());
    let top = body.unwrap_or(root);
    let whole = words(top);
    let mut page = Page {
        refresh: refresh(&document),
        tail: tail(&whole),
        ..Page::default()
    };
    let mut carriers = Vec::new();
    carriers_of(top, &mut carriers);
    for (element, own) in carriers {
        for found in find(&own).found {
            let number = match found.number {
                Number::Security(number) => {
                    let number = number.to_string();
                    if !page.security.contains(&number) {
                        page.security.push(number);
                    }
                    continue;
                }
                Number::Subject(_) | Number::Service(_) => found.number.to_string(),
            };
            page.numbers.push(Shown {
                number,
                in_footer: in_footer(element, &whole, &found.raw),
                hidden: is_hidden(element),
                link: link(element),
                raw: found.raw,
            });
        }
    }
    let scripts = Selector::parse("script").ok();
    let has_script = scripts.is_some_and(|script| document.select(&script).next().is_some());
    page.needs_script = has_script && whole.chars().count() < ENOUGH_TEXT;
    page
}

/// Elements whose content is no text.
const NO_TEXT: [&str; 6] = [
    "script", "style", "template", "noscript", "iframe", "textarea",
];

/// Returns an element's text as it is read, blanks drawn together.
fn words(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    gather(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gather(element: ElementRef<'_>, text: &mut String) {
    // Deep nests are no page for people; what is beyond is not read.
    for node in element.descendants() {
        if let Node::Text(part) = node.value() {
            let inside = node.ancestors().find_map(ElementRef::wrap);
            if inside.is_some_and(|parent| NO_TEXT.contains(&parent.value().name())) {
                continue;
            }
            text.push_str(part);
        } else if let Node::Element(element) = node.value()
            && BLOCKS.contains(&element.name())
        {
            text.push('\n');
        }
    }
}

/// Elements before which a line ends.
const BLOCKS: [&str; 14] = [
    "br", "p", "div", "li", "tr", "td", "ul", "table", "footer", "section", "h1", "h2", "h3", "dd",
];

/// Finds the innermost elements that hold a number, with their text.
fn carriers_of<'a>(element: ElementRef<'a>, found: &mut Vec<(ElementRef<'a>, String)>) {
    let mut stack = vec![element];
    while let Some(element) = stack.pop() {
        let own = words(element);
        let numbers = count(&own);
        if numbers == 0 {
            continue;
        }
        let inner: Vec<ElementRef<'a>> = element.child_elements().collect();
        let within: usize = inner.iter().map(|child| count(&words(*child))).sum();
        if within >= numbers {
            stack.extend(inner.into_iter().rev());
        } else {
            found.push((element, own));
        }
    }
}

fn count(text: &str) -> usize {
    // A quick look first: all numbers hold one of these.
    if text.contains("备") || text.contains("證") || text.contains("证") || text.contains('-') {
        find(text).found.len()
    } else {
        0
    }
}

fn ancestors(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    let above = element.ancestors().filter_map(ElementRef::wrap);
    std::iter::once(element).chain(above)
}

/// Whether an element stands at the foot of the page: by its name or class, or as little follows.
fn in_footer(element: ElementRef<'_>, whole: &str, raw: &str) -> bool {
    let named = ancestors(element).any(|element| {
        let value = element.value();
        let is_named = |words: &str| {
            let words = words.to_ascii_lowercase();
            FOOTERS.iter().any(|foot| words.contains(foot))
        };
        value.name() == "footer"
            || value.id().is_some_and(is_named)
            || value.classes().any(is_named)
    });
    named || {
        let raw = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = whole.rfind(&raw).unwrap_or_default();
        let after = whole[place..].chars().count()
            - raw.chars().count().min(whole[place..].chars().count());
        let before = whole[..place].chars().count();
        after <= FOOT && (before >= after)
    }
}

/// Whether visitors cannot see an element: by its own or an outer element's attributes and style.
fn is_hidden(element: ElementRef<'_>) -> bool {
    ancestors(element).any(|element| {
        let value = element.value();
        if value.attr("hidden").is_some() {
            return true;
        }
        let style = value.attr("style").unwrap_or_default();
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        let of = |name: &str| {
            let rules = style.split(';').filter_map(|rule| rule.split_once(':'));
            let mut named = rules.filter(|(key, _)| *key == name);
            named
                .next_back()
                .map(|(_, value)| value.trim_end_matches("!important"))
        };
        let is_nothing = |value: &str| {
            let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
            number.parse::<f32>().is_ok_and(|number| number == 0.0)
        };
        let background = of("background-color").or_else(|| of("background"));
        of("display") == Some("none")
            || of("visibility") == Some("hidden")
            || ["font-size", "opacity"]
                .iter()
                .any(|name| of(name).is_some_and(is_nothing))
            || (of("overflow") == Some("hidden")
                && ["height", "width", "max-height"]
                    .iter()
                    .any(|name| of(name).is_some_and(is_nothing)))
            || of("color").is_some_and(|color| Some(color) == background)
            || of("text-indent").is_some_and(|indent| indent.starts_with("-9"))
    })
}

/// Returns where an element is linked to: by itself, by an outer element, or by a part of it.
fn link(element: ElementRef<'_>) -> Option<String> {
    let href = |element: ElementRef<'_>| {
        let is_link = element.value().name() == "a";
        let href = element.value().attr("href").filter(|_| is_link)?;
        let href = href.trim();
        // Without a scheme, people mean the site.
        Some(match href.strip_prefix("//") {
            Some(rest) => format!("https://{rest}"),
            None => href.to_owned(),
        })
    };
    ancestors(element).find_map(href).or_else(|| {
        let inner = element.descendants().filter_map(ElementRef::wrap);
        let mut links = inner.filter(|inner| count(&words(*inner)) > 0);
        links.find_map(href)
    })
}

/// Returns where `<meta http-equiv="refresh">` leads within five seconds.
fn refresh(document: &Html) -> Option<String> {
    let metas = Selector::parse("meta[http-equiv]").ok()?;
    let meta = document.select(&metas).find(|meta| {
        let name = meta.value().attr("http-equiv").unwrap_or_default();
        name.eq_ignore_ascii_case("refresh")
    })?;
    let content = meta.value().attr("content")?;
    let (delay, rest) = content.split_once([';', ','])?;
    if delay.trim().parse::<u32>().ok()? > 5 {
        return None;
    }
    let (key, place) = rest.split_once('=')?;
    let place = place.trim().trim_matches(['"', '\'']);
    key.trim()
        .eq_ignore_ascii_case("url")
        .then(|| place.to_owned())
}

/// Returns the end of a text. Whom one could reach by it is masked before it is cut, since half of a
/// phone would not be known for one.
fn tail(text: &str) -> String {
    let last = |text: &str, count: usize| -> String {
        let length = text.chars().count();
        text.chars().skip(length.saturating_sub(count)).collect()
    };
    let end = prose::mask(&last(text, 4 * TAIL), Privacy::Masked);
    last(&end, TAIL)
}
