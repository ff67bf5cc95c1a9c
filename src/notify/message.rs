//! Messages: what is told, packed to what a channel takes.

use crate::filing::instant::Instant;
use crate::lang::Lang;
use crate::store::Digest;
use crate::text;
use std::fmt::Write as _;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What tells it apart from all other news, for ever.
    pub key: String,
    /// What it says.
    pub text: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// A name that is the same for the same news, so that a receiver can tell a repetition.
    pub id: String,
    /// Its head.
    pub title: String,
    /// Its text.
    pub body: String,
    /// The news that it tells.
    pub keys: Vec<String>,
}

impl Message {
    /// Makes a message of some news.
    fn new(title: String, lines: &[&Line], bullet: &str, limit: usize) -> Self {
        let keys: Vec<String> = lines.iter().map(|line| line.key.clone()).collect();
        let mut body = String::new();
        for line in lines {
            let text = cut(&line.text, limit.saturating_sub(bullet.len() + 1));
            // Writing to a String never fails.
            let _ = writeln!(body, "{bullet}{text}");
        }
        Self {
            id: id(&keys),
            title,
            body: body.trim_end().to_owned(),
            keys,
        }
    }

    /// A message that tries a channel out and tells no news.
    pub fn trial(lang: Lang, now: Instant) -> Self {
        let body = text!(
            "icpctl 通知测试：收到这条消息说明渠道可用",
            "a test from icpctl: this channel works"
        );
        Self {
            // Receivers drop what has the name of an earlier one.
            id: format!("msg_test_{}", now.timestamp()),
            title: "icpctl".to_owned(),
            body: body.get(lang).to_owned(),
            keys: Vec::new(),
        }
    }
}

/// How many bytes the head takes beside its words: marks around it, and which part this is.
const HEAD: usize = 24;

/// Packs news: up to `digest` as messages of their own, more as few messages as `limit` bytes each
/// allow. No news is split or left out.
pub fn pack(lines: &[Line], digest: usize, limit: usize, lang: Lang) -> Vec<Message> {
    const BULLET: &str = "- ";
    const NAME: &str = "icpctl";
    if lines.len() <= digest {
        let room = limit.saturating_sub(NAME.len() + HEAD);
        return lines
            .iter()
            .map(|line| Message::new(NAME.to_owned(), &[line], "", room))
            .collect();
    }
    let count = lines.len();
    let title = text!(
        "icpctl：{count} 项待关注",
        "icpctl: {count} thing(s) to see to"
    );
    let title = title.get(lang);
    let room = limit.saturating_sub(title.len() + HEAD);
    let mut parts: Vec<Vec<&Line>> = Vec::new();
    let mut used = usize::MAX;
    for line in lines {
        let length = (line.text.len() + BULLET.len() + 1).min(room);
        match parts.last_mut() {
            Some(part) if used + length <= room => {
                part.push(line);
                used += length;
            }
            Some(_) | None => {
                parts.push(vec![line]);
                used = length;
            }
        }
    }
    let of = parts.len();
    let titled = |place: usize| match of {
        1 => title.to_owned(),
        of => format!("{title} ({}/{of})", place + 1),
    };
    parts
        .iter()
        .enumerate()
        .map(|(place, part)| Message::new(titled(place), part, BULLET, room))
        .collect()
}

/// Cuts a text to so many bytes, between characters.
fn cut(text: &str, bytes: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes.saturating_sub(MARK.len()));
    format!("{}{MARK}", &text[..end])
}

fn id(keys: &[String]) -> String {
    let digest = Digest::of(keys.join("\n").as_bytes());
    format!("msg_{}", &digest.as_str()[..24])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_news_is_in_one_message_and_no_message_is_too_long(
            texts in prop::collection::vec("[a-z备案核验]{1,200}", 0..60),
            digest in 0_usize..8,
        ) {
            let lines: Vec<Line> = texts
                .iter()
                .enumerate()
                .map(|(place, text)| Line { key: place.to_string(), text: text.clone() })
                .collect();
            let messages = pack(&lines, digest, 1000, Lang::Zh);
            let keys: Vec<String> = messages.iter().flat_map(|m| m.keys.clone()).collect();
            let wanted: Vec<String> = (0..lines.len()).map(|place| place.to_string()).collect();
            prop_assert_eq!(keys, wanted);
            if lines.len() <= digest {
                prop_assert_eq!(messages.len(), lines.len());
            }
            for message in &messages {
                prop_assert!(message.body.len() + message.title.len() <= 1000);
            }
        }
    }

    #[test]
    fn the_same_news_has_the_same_id_and_other_news_another() {
        let line = |key: &str| Line {
            key: key.to_owned(),
            text: "x".to_owned(),
        };
        let id = |key: &str| pack(&[line(key)], 5, 100, Lang::En)[0].id.clone();
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
    }
}
