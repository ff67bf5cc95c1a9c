//! Reads a page as its visitors do: decoded right, with what stands where, and what nobody sees.

use super::known::KNOWN;
use crate::filing::number::{Found, Number, find};
use crate::network::answer::Answer;
use crate::network::header::CONTENT_TYPE;
use crate::network::markup::{self, Standing, Tag, Text};
use crate::render::mask::Privacy;
use crate::render::prose;
use encoding_rs::{Encoding, GB18030, UTF_8};
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

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
    /// Why what it shows may not be in its text, as the code of a reason.
    pub unseen: Option<&'static str>,
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

/// The longest text of a page that stands before a site until its visitor has proved to be a person.
const CHALLENGE: usize = 1000;

/// How many odd characters a page may have whose text can be made out.
const GARBLED: usize = 2;

/// How much text may follow a number that stands at the foot, in characters.
const FOOT: usize = 400;

/// The longest a number can be, in bytes.
const LONGEST: usize = 256;

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
    if is_garbled(&text) {
        page.unseen = Some("garbled");
    }
    page
}

/// Whether a page was no text, or in an encoding that nobody told: of what is more than ASCII much is no
/// character of any language.
fn is_garbled(text: &str) -> bool {
    let is_odd =
        |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    let odd = text.chars().filter(|c| is_odd(*c)).count();
    let foreign = text
        .chars()
        .filter(|c| !c.is_ascii() || c.is_control())
        .count();
    odd > GARBLED && odd * 50 > foreign
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

fn parse(html: &str) -> Page {
    let mut page = Page::default();
    let (mut has_script, mut has_frame) = (false, false);
    let text = markup::read(html, |tag| {
        has_script |= tag.is("script");
        has_frame |= tag.is("frame") || tag.is("iframe");
        if page.refresh.is_none() {
            page.refresh = refresh(tag);
        }
        Standing {
            hidden: is_hidden(tag),
            in_footer: is_footer(tag),
            link: link(tag),
        }
    });
    let mut security = BTreeSet::new();
    for (found, at) in numbers(&text) {
        match found.number {
            Number::Security(number) => {
                let number = number.to_string();
                if security.insert(number.clone()) {
                    page.security.push(number);
                }
            }
            Number::Subject(_) | Number::Service(_) => {
                let standings = || text.pieces(&at).map(|piece| &piece.standing);
                let link = standings().find_map(|standing| standing.link.as_deref());
                page.numbers.push(Shown {
                    number: found.number.to_string(),
                    in_footer: standings().all(|standing| standing.in_footer)
                        || is_at_foot(&text.words, &at),
                    hidden: standings().all(|standing| standing.hidden),
                    link: link.map(str::to_owned),
                    raw: found.raw,
                });
            }
        }
    }
    let is_short = |limit: usize| text.words.chars().nth(limit).is_none();
    page.unseen = if is_short(CHALLENGE) && is_challenge(&text.words) {
        Some("challenge")
    } else if is_short(ENOUGH_TEXT) && has_script {
        Some("needs-script")
    } else if is_short(ENOUGH_TEXT) && has_frame {
        Some("needs-frame")
    } else {
        None
    };
    page.tail = tail(&text.words);
    page
}

/// Whether a page asks its visitor to prove to be a person, so that the site itself is not seen.
fn is_challenge(words: &str) -> bool {
    let words = words.to_lowercase();
    let mut known = KNOWN.challenges.iter();
    known.any(|challenge| words.contains(challenge))
}

/// Returns the numbers of a text, each with its place.
///
/// Where elements touch without a blank, as `号-1` and `2026` may, the first of them ends the number.
fn numbers(text: &Text) -> Vec<(Found, Range<usize>)> {
    let findings = find(&text.words);
    let found = findings.found.into_iter();
    let found = found.map(|found| (found.at.clone(), Some(found)));
    let rejected = findings.rejected.into_iter();
    let rejected = rejected.map(|rejected| (rejected.at, None));
    let mut candidates: Vec<_> = found.chain(rejected).collect();
    candidates.sort_by_key(|(at, _)| at.start);
    let read = candidates.into_iter().filter_map(|(at, whole)| {
        let ends = text.pieces(&at).map(|piece| piece.at.end);
        // No number is longer, however it is written.
        let ends = ends.take_while(|end| end - at.start <= LONGEST);
        let first = ends.filter(|end| *end < at.end).find_map(|end| {
            let found = find(&text.words[at.start..end]).found;
            found.into_iter().next().filter(|first| match first.number {
                Number::Service(_) => true,
                Number::Subject(_) | Number::Security(_) => {
                    whole.is_none() && first.raw.ends_with('号')
                }
            })
        });
        match first {
            Some(first) => {
                let end = at.start + first.at.end;
                let start = at.start + first.at.start;
                Some((first, start..end))
            }
            None => whole.map(|whole| (whole, at)),
        }
    });
    read.collect()
}

/// Whether little follows on a stretch of the text.
fn is_at_foot(words: &str, at: &Range<usize>) -> bool {
    let after = words[at.end..].chars().take(FOOT + 1).count();
    let before = words[..at.start].chars().take(after).count();
    after <= FOOT && before == after
}

/// Whether an element is a footer by its name, id or class.
fn is_footer(tag: &Tag) -> bool {
    tag.is("footer")
        || ["id", "class"].iter().any(|name| {
            tag.attribute(name).is_some_and(|words| {
                let words = words.to_ascii_lowercase();
                FOOTERS.iter().any(|foot| words.contains(foot))
            })
        })
}

/// Whether an element's attributes and style keep its content from being seen.
fn is_hidden(tag: &Tag) -> bool {
    if tag.attribute("hidden").is_some() {
        return true;
    }
    let style = tag.attribute("style").unwrap_or_default();
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
}

/// Returns where an element links to.
fn link(tag: &Tag) -> Option<Rc<str>> {
    let href = tag.attribute("href").filter(|_| tag.is("a"))?;
    let href = href.trim();
    // Without a scheme, people mean the site.
    Some(match href.strip_prefix("//") {
        Some(rest) => format!("https://{rest}").into(),
        None => href.into(),
    })
}

/// Returns where `<meta http-equiv="refresh">` leads within five seconds; the word `url=` may be missing.
fn refresh(tag: &Tag) -> Option<String> {
    let name = tag.attribute("http-equiv").filter(|_| tag.is("meta"))?;
    let content = tag.attribute("content")?;
    let (delay, rest) = content.split_once([';', ','])?;
    if !name.eq_ignore_ascii_case("refresh") || delay.trim().parse::<f32>().ok()? > 5.0 {
        return None;
    }
    let named = rest.split_once('=');
    let named = named.filter(|(key, _)| key.trim().eq_ignore_ascii_case("url"));
    let place = named.map_or(rest, |(_, place)| place);
    Some(place.trim().trim_matches(['"', '\'']).to_owned())
}

/// Returns the end of a text. Whom one could reach by it is masked before it is cut, since half of a
/// phone would not be known for one.
fn tail(text: &str) -> String {
    let last = |text: &str, count: usize| -> String {
        let length = text.chars().count();
        text.chars().skip(length.saturating_sub(count)).collect()
    };
    let end = prose::mask(&last(text, 4 * TAIL), Privacy::Masked);
    last(&end, TAIL).replace('\n', " ")
}
