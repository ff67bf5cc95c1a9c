//! What the public record says, beside what we say.

use super::case::Known;
use super::registration::same_name;
use super::{Claim, Fact, Finding, Stance, Topic, Verdict};
use crate::filing::number::{Number, ServiceNumber};
use crate::lang::{Text, commas};
use crate::text;

/// Judges what the public record said.
pub(super) fn judge(known: &Known<'_>) -> Vec<Finding> {
    let about = known.matter.about.ascii();
    let facts = known.all(Claim::Filed, &about);
    let mut found: Vec<Finding> = facts.iter().map(|fact| filed(known, fact)).collect();
    if let Some(contradiction) = contradiction(known, &facts) {
        found.push(contradiction);
    }
    found.extend(name(known, &about));
    found
}

/// Returns the numbers that the record tells: the services', or the subject's where it tells no other.
fn told<'k>(known: &'k Known<'_>, fact: &'k Fact) -> &'k [String] {
    if !fact.values.is_empty() {
        return &fact.values;
    }
    let subject = known.one(Claim::FiledSubject, &known.matter.about.ascii());
    subject.map_or(&[], |fact| &fact.values)
}

/// Whether a number is one that it has here, or its subject's.
fn is_ours(known: &Known<'_>, text: &str) -> bool {
    let mut holders = known.matter.holders.iter();
    Number::parse(text).is_ok_and(|parsed| match parsed.number {
        Number::Service(number) => holders.any(|(_, service)| service.number == number),
        Number::Subject(number) => holders.any(|(subject, _)| subject.number == number),
        Number::Security(_) => false,
    })
}

fn filed(known: &Known<'_>, fact: &Fact) -> Finding {
    let ours: Vec<ServiceNumber> = known.matter.holders.iter().map(|(_, s)| s.number).collect();
    let own = commas(&ours);
    match fact.verdict {
        Verdict::Unknown => {
            let source = fact.source.name();
            say(
                known,
                fact,
                Stance::Unknown,
                text!(
                    "是否备案未知（{source}：{why}）；查询失败不等于没有备案",
                    "whether it is filed is unknown ({source}: {why}); a look-up that failed says nothing",
                    why = fact.why()
                ),
            )
        }
        Verdict::Yes if ours.is_empty() => unknown_here(known, fact),
        Verdict::Yes => {
            let told = told(known, fact);
            let list = Text::list(told);
            if told.iter().any(|number| is_ours(known, number)) {
                let message = text!(
                    "公开记录为 {list}",
                    "the public record has it as {list}",
                    list
                );
                say(known, fact, Stance::Agrees, message)
            } else {
                let message = text!(
                    "公开记录为 {list}，这里记的是 {own}",
                    "the public record has it as {list}, but here it is {own}",
                    list
                );
                say(known, fact, Stance::Conflict, message)
            }
        }
        Verdict::No if ours.is_empty() => say(
            known,
            fact,
            Stance::Agrees,
            text!(
                "公开记录没有，这里也没有",
                "nothing is in the public record, and nothing is filed here"
            ),
        ),
        Verdict::No => say(
            known,
            fact,
            Stance::Conflict,
            text!(
                "这里记的是 {own}，公开记录没有；请到 beian.miit.gov.cn 核对，确实失效再用 gone 登记",
                "here it is {own}, but the public record has nothing; look at beian.miit.gov.cn, and use gone only if it has really ended"
            ),
        ),
    }
}

fn say(known: &Known<'_>, fact: &Fact, stance: Stance, message: Text) -> Finding {
    let shown = known.matter.about.shown();
    Finding::new(Topic::PublicRecord, stance, shown, message).by(&[fact])
}

/// Judges a record of what is not filed here: it may be what an order cancelled or asks for.
fn unknown_here(known: &Known<'_>, fact: &Fact) -> Finding {
    let list = Text::list(told(known, fact));
    if let Some(order) = known.matter.cancelled() {
        let id = &order.id;
        let message = text!(
            "订单 {id} 已记为注销，公开记录仍有 {list}",
            "the order {id} cancelled it, yet the public record still has {list}",
            list
        );
        return say(known, fact, Stance::Conflict, message);
    }
    if let Some(order) = known.matter.live_new() {
        let id = &order.id;
        let message = text!(
            "公开记录已有 {list}，订单 {id} 还没有记录结果",
            "the public record has {list}, while the order {id} has no result yet",
            list
        );
        let command = approval(&id.to_string(), order.is_first_filing(), known, fact);
        return say(known, fact, Stance::Conflict, message).next(command);
    }
    let message = text!(
        "公开记录为 {list}，这里没有这项备案",
        "the public record has it as {list}; nothing is filed here",
        list
    );
    say(known, fact, Stance::Notice, message)
}

/// Returns the command that would record the approval.
fn approval(id: &str, first: bool, known: &Known<'_>, fact: &Fact) -> String {
    let about = known.matter.about.ascii();
    let subject = known.one(Claim::FiledSubject, &about);
    let subject = subject
        .filter(|_| first)
        .into_iter()
        .flat_map(|fact| &fact.values);
    let numbers: Vec<String> = subject
        .chain(&fact.values)
        .map(|number| format!(" --number {number}"))
        .collect();
    format!("icpctl record {id} bureau-approved{}", numbers.concat())
}

/// Says that sources contradict each other.
fn contradiction(known: &Known<'_>, facts: &[&Fact]) -> Option<Finding> {
    let of = |verdict: Verdict| facts.iter().find(|fact| fact.verdict == verdict);
    let (yes, no) = (of(Verdict::Yes)?, of(Verdict::No)?);
    let (filed, not) = (yes.source.name(), no.source.name());
    let finding = Finding::new(
        Topic::PublicRecord,
        Stance::Conflict,
        known.matter.about.shown(),
        text!(
            "来源互相矛盾：{filed} 说已备案，{not} 说没有",
            "the sources contradict each other: {filed} says filed, {not} says not"
        ),
    );
    Some(finding.by(&[yes, no]))
}

fn name(known: &Known<'_>, about: &str) -> Option<Finding> {
    let fact = known.one(Claim::FiledName, about)?;
    let said = fact.values.first()?;
    let (subject, _) = known.matter.holders.first()?;
    let ours = subject.facts.name.as_deref()?;
    let (stance, message) = if same_name(said, ours) {
        (
            Stance::Agrees,
            text!(
                "公开记录的主办单位名称与这里一致",
                "the public record names the subject as we do"
            ),
        )
    } else {
        (
            Stance::Conflict,
            text!(
                "公开记录的主办单位名称与这里不同",
                "the public record names the subject otherwise"
            ),
        )
    };
    let finding = Finding::new(
        Topic::RecordedName,
        stance,
        known.matter.about.shown(),
        message,
    );
    Some(finding.by(&[fact]))
}
