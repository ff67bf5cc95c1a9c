//! Where what is said is from: the keys of a `source`, told with title, part and address.

use crate::knowledge::{Cited, cited};
use crate::lang::Lang;
use crate::render::clean::clean;
use crate::render::style::{Color, Tone};
use crate::text;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Returns what a `source` names, as JSON: key, title, part, addresses.
pub fn documents(source: &str, lang: Lang) -> Value {
    cited(source)
        .iter()
        .map(|one| document(one, lang))
        .collect()
}

fn document(one: &Cited<'_>, lang: Lang) -> Value {
    let (part, seen) = match one {
        Cited::Source { source, part } => (part.as_ref(), source.seen.as_ref()),
        Cited::Rule(_) | Cited::Words(_) => (None, None),
    };
    json!({
        "key": one.key(),
        "title": one.title().map(|title| title.get(lang)),
        "part": part.map(|part| part.get(lang)),
        "urls": one.urls(),
        "seen": seen,
    })
}

/// Returns what a `source` names, a line each, with the addresses below it.
pub fn lines(source: &str, lang: Lang, color: Color) -> String {
    sheet(&cited(source), lang, color)
}

/// Returns when a source was read, and where it can be.
pub fn whereabouts(key: &str, lang: Lang) -> String {
    let mut lines = String::new();
    for one in cited(key) {
        let Cited::Source { source, .. } = one else {
            continue;
        };
        if let Some(seen) = &source.seen {
            let heading = text!("时间：", "Dated: ");
            let _ = writeln!(lines, "\n{}{seen}", heading.get(lang));
        }
        if !source.urls.is_empty() {
            let heading = text!("在哪里看：", "Where to read it:");
            let _ = writeln!(lines, "\n{}", heading.get(lang));
        }
        for url in &source.urls {
            let _ = writeln!(lines, "  {url}");
        }
    }
    lines
}

/// Returns what several of them name, each once.
pub fn lines_of<'a>(
    sources: impl IntoIterator<Item = &'a str>,
    lang: Lang,
    color: Color,
) -> String {
    let mut all: Vec<Cited<'a>> = Vec::new();
    for one in sources.into_iter().flat_map(cited) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    sheet(&all, lang, color)
}

fn sheet(all: &[Cited<'_>], lang: Lang, color: Color) -> String {
    let mut lines = String::new();
    for (place, one) in all.iter().enumerate() {
        let key = clean(one.key());
        let key = Tone::Name.paint(&key, color);
        let _ = writeln!(lines, "  - {key}{}", called(one, lang));
        // The addresses of a source of which several parts are named stand below the first.
        let is_first = all.iter().take(place).all(|other| other.key() != one.key());
        for url in one.urls().iter().filter(|_| is_first) {
            let _ = writeln!(lines, "    {url}");
        }
    }
    lines
}

/// Returns the title with the part, and what goes before it.
fn called(one: &Cited<'_>, lang: Lang) -> String {
    let Some(title) = one.title() else {
        return String::new();
    };
    let mut called = format!(" {}", title.get(lang));
    if let Cited::Source {
        part: Some(part), ..
    } = one
    {
        let comma = match lang {
            Lang::Zh => "，",
            Lang::En => ", ",
        };
        called.push_str(comma);
        called.push_str(part.get(lang));
    }
    called
}
