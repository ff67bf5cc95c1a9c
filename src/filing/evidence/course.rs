//! The course of what was seen: filings that are not shown any more, registrations that end.
//!
//! It is read from the latest observation backwards, and only as far as it is needed. A question
//! that failed is no sighting: it neither ends nor begins anything.

use super::registration::day;
use super::{Claim, Fact, Source, Verdict};
use crate::filing::instant::Instant;
use crate::filing::number::{Number, ServiceNumber};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What was shown before, and is not shown any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vanished {
    /// The domain or number that was asked about, in its ASCII form.
    pub about: String,
    /// Who said so.
    pub source: Source,
    /// When it was first missed.
    pub since: Instant,
    /// When it was last shown.
    pub last_shown: Instant,
}

/// When the registration of a domain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The registered domain, in its ASCII form.
    pub domain: String,
    /// Its last day.
    pub on: NaiveDate,
    /// Who said so.
    pub source: Source,
}

/// What one source says of one thing.
#[derive(Clone, Debug, Default)]
struct Thread {
    missed: Option<Instant>,
    shown: Option<Instant>,
}

/// What was seen of one service.
#[derive(Clone, Debug)]
pub struct Course {
    service: ServiceNumber,
    /// The domains or the number that it is asked about by.
    abouts: Vec<String>,
    /// The registered domains among them.
    registered: Vec<String>,
    threads: BTreeMap<(String, Source), Thread>,
    endings: BTreeMap<String, Ending>,
}

impl Course {
    /// Begins with nothing seen of a service that is asked about by these domains or numbers, all in
    /// their ASCII form, and whose domains are registered under `registered`.
    pub const fn new(service: ServiceNumber, abouts: Vec<String>, registered: Vec<String>) -> Self {
        Self {
            service,
            abouts,
            registered,
            threads: BTreeMap::new(),
            endings: BTreeMap::new(),
        }
    }

    /// Takes the next observation, one that was made before all that were taken already or together
    /// with the last of them.
    pub fn take(&mut self, fact: &Fact) {
        if fact.claim == Claim::ExpiresOn && self.registered.contains(&fact.about) {
            if let Some(on) = day(fact) {
                let about = fact.about.clone();
                self.endings.entry(about.clone()).or_insert_with(|| Ending {
                    domain: about,
                    on,
                    source: fact.source,
                });
            }
            return;
        }
        if !(tells_of_filings(fact) && self.abouts.contains(&fact.about)) {
            return;
        }
        let is_shown = match fact.verdict {
            Verdict::Unknown => return,
            Verdict::No => false,
            // Shown as somebody else's, it is not shown as ours.
            Verdict::Yes => fact.values.is_empty() || self.is_among(&fact.values),
        };
        let thread = self
            .threads
            .entry((fact.about.clone(), fact.source))
            .or_default();
        if thread.shown.is_some() {
            return;
        }
        if is_shown {
            thread.shown = Some(fact.at);
        } else {
            thread.missed = Some(fact.at);
        }
    }

    fn is_among(&self, numbers: &[String]) -> bool {
        numbers.iter().any(|text| {
            Number::parse(text).is_ok_and(|parsed| match parsed.number {
                Number::Service(number) => number == self.service,
                // Some records tell no other.
                Number::Subject(number) => number == self.service.subject(),
                Number::Security(_) => false,
            })
        })
    }

    /// Whether no earlier observation can change what it says.
    pub fn is_settled(&self) -> bool {
        let is_told = |about: &String| {
            let mut of = self.threads.iter().filter(|((name, _), _)| name == about);
            of.clone().next().is_some() && of.all(|(_, thread)| thread.shown.is_some())
        };
        self.abouts.iter().all(is_told)
            && self
                .registered
                .iter()
                .all(|name| self.endings.contains_key(name))
    }

    /// Lists what was shown before and is not shown any more.
    pub fn vanished(&self) -> impl Iterator<Item = Vanished> {
        self.threads.iter().filter_map(|((about, source), thread)| {
            Some(Vanished {
                about: about.clone(),
                source: *source,
                since: thread.missed?,
                last_shown: thread.shown?,
            })
        })
    }

    /// Lists the last days of registrations that were told.
    pub fn endings(&self) -> impl Iterator<Item = &Ending> {
        self.endings.values()
    }
}

/// Whether a fact is the word of a source that counts: the public record on what is filed, an
/// account on what is in it.
fn tells_of_filings(fact: &Fact) -> bool {
    matches!(
        (fact.claim, fact.source),
        (Claim::Filed, Source::Record) | (Claim::InAccount, Source::Alibaba)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const DOMAIN: &str = "shop.example.cn";
    const OURS: &str = "京ICP备2021000001号-1";

    fn fact(day: u32, claim: Claim, source: Source, verdict: Verdict, values: &[&str]) -> Fact {
        let about = if claim == Claim::ExpiresOn {
            "example.cn"
        } else {
            DOMAIN
        };
        Fact {
            at: format!("2026-11-{day:02}T10:00:00+08:00").parse().unwrap(),
            about: about.to_owned(),
            claim,
            verdict,
            reason: None,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            source,
            from: String::new(),
            raw: None,
        }
    }

    /// Takes facts as they were made, one a day from the first, and returns the days of what vanished.
    fn vanished(facts: &[(Verdict, &[&str])]) -> Option<(u32, u32)> {
        use chrono::Datelike as _;
        let number = ServiceNumber::parse(OURS).unwrap().number;
        let mut course = Course::new(number, vec![DOMAIN.to_owned()], Vec::new());
        let days: Vec<_> = (1..).zip(facts).collect();
        for (day, (verdict, values)) in days.into_iter().rev() {
            course.take(&fact(day, Claim::Filed, Source::Record, *verdict, values));
        }
        let found: Vec<Vanished> = course.vanished().collect();
        assert!(found.len() <= 1);
        found
            .first()
            .map(|one| (one.last_shown.day().day(), one.since.day().day()))
    }

    #[test]
    fn only_what_was_shown_and_is_not_any_more_has_vanished() {
        let yes: (Verdict, &[&str]) = (Verdict::Yes, &[OURS]);
        let no: (Verdict, &[&str]) = (Verdict::No, &[]);
        let unknown: (Verdict, &[&str]) = (Verdict::Unknown, &[]);
        let other: (Verdict, &[&str]) = (Verdict::Yes, &["沪ICP备2021000009号-1"]);
        assert_eq!(vanished(&[]), None);
        assert_eq!(vanished(&[yes]), None);
        assert_eq!(vanished(&[no, no]), None);
        assert_eq!(vanished(&[no, yes]), None);
        assert_eq!(vanished(&[yes, unknown]), None);
        assert_eq!(vanished(&[yes, no]), Some((1, 2)));
        assert_eq!(vanished(&[yes, unknown, no, unknown, no]), Some((1, 3)));
        assert_eq!(vanished(&[yes, no, yes, no]), Some((3, 4)));
        assert_eq!(vanished(&[yes, no, yes]), None);
        // The domain is filed, but as somebody else's.
        assert_eq!(vanished(&[yes, other]), Some((1, 2)));
    }

    #[test]
    fn the_latest_end_of_a_registration_counts_and_settles_it() {
        let number = ServiceNumber::parse(OURS).unwrap().number;
        let (abouts, registered) = (vec![DOMAIN.to_owned()], vec!["example.cn".to_owned()]);
        let mut course = Course::new(number, abouts, registered);
        let ends = |day, end| fact(day, Claim::ExpiresOn, Source::Whois, Verdict::Yes, &[end]);
        course.take(&ends(9, "2027-03-17 12:48:36"));
        assert!(!course.is_settled());
        course.take(&ends(2, "2026-03-17 12:48:36"));
        course.take(&fact(
            2,
            Claim::Filed,
            Source::Record,
            Verdict::Yes,
            &[OURS],
        ));
        assert!(course.is_settled());
        let ends: Vec<String> = course.endings().map(|end| end.on.to_string()).collect();
        assert_eq!(ends, ["2027-03-17"]);
    }
}
