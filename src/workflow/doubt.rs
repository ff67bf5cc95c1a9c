//! Files that cannot be read: what is wrong with them is no leave to do what they forbid.

use super::plan::Caution;
use super::unfiled::Unfiled;
use crate::failure::Failure;
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::profile::Profiles;
use crate::filing::status::Status;
use crate::lang::{Text, nearest};
use crate::store::book::{Book, Damage, ORDERS, SUBJECTS, subject_path};
use crate::text;

/// Refuses to draft or to send an order while a damaged file forbids it: a file with the ref of a
/// new one, or of a live order that holds the subject or the account of one that is sent.
///
/// # Errors
/// 3 with the place in that file.
pub fn heed(book: &Book, profiles: &Profiles, order: &Order) -> Result<(), Failure> {
    let was = book.orders.get(&order.id);
    if let (None, Some(reference)) = (was, &order.reference) {
        heed_ref(book, reference)?;
    }
    let is_live = |order: &Order| order.standing().status.is_live();
    if is_live(order) && !was.is_some_and(is_live) {
        heed_live(book, profiles, order)?;
    }
    Ok(())
}

/// Refuses to send an order while the damaged file of a live one holds its subject or account.
///
/// # Errors
/// As [`heed`].
pub fn heed_live(book: &Book, profiles: &Profiles, order: &Order) -> Result<(), Failure> {
    let provider = order.provider.as_deref();
    let is_theirs = |damage: &Damage| provider.is_some_and(|own| damage.says("provider", own));
    let is_parallel =
        |damage: &Damage| is_theirs(damage) && profiles.for_order(provider).parallel_orders;
    let forbids = |damage: &Damage| damage.may_stand(Status::is_live) && !is_parallel(damage);
    if let Some(number) = order.target.subject.map(|number| number.to_string()) {
        let holds = |damage: &Damage| damage.says("subject", &number);
        refuse(book, &number, |damage| forbids(damage) && holds(damage))?;
    }
    if let (None, Some(filed)) = (order.target.subject, &order.filing.subject)
        && let Some(certificate) = &filed.certificate_number
    {
        let holds = |damage: &Damage| damage.says("certificate_number", certificate);
        refuse(book, certificate, |damage| forbids(damage) && holds(damage))?;
    }
    if let Some(account) = &order.account {
        let holds = |damage: &Damage| is_theirs(damage) && damage.says("account", account);
        refuse(book, account, |damage| forbids(damage) && holds(damage))?;
    }
    Ok(())
}

/// Refuses to draft an order of a ref that a damaged file holds.
///
/// # Errors
/// As [`heed`].
pub fn heed_ref(book: &Book, reference: &str) -> Result<(), Failure> {
    refuse(book, reference, |damage| damage.says("ref", reference))
}

/// Refuses what rests on what is filed of a subject while a file that tells of it cannot be read:
/// its record, or an order whose approval changed it.
///
/// # Errors
/// As [`heed`].
pub fn heed_filed(book: &Book, number: &SubjectNumber) -> Result<(), Failure> {
    let word = number.to_string();
    let own = subject_path(number);
    refuse_where(book, &word, |path, damage| {
        path == own.as_str() || has_changed_what_is_filed(damage) && damage.says("subject", &word)
    })
}

/// Refuses to take an operation back, named by its id or the beginning of it, while a file that cannot
/// be read holds a part of it.
///
/// # Errors
/// As [`heed`].
pub fn heed_operation(book: &Book, op: &str) -> Result<(), Failure> {
    refuse_where(book, op, |_, damage| {
        damage.values("op").any(|own| own.starts_with(op))
    })
}

/// Refuses to say that the latest operation is one recorded at an instant, while a file that cannot
/// be read may hold a later one.
///
/// # Errors
/// As [`heed`].
pub fn heed_latest(book: &Book, at: Option<Instant>) -> Result<(), Failure> {
    let mut damaged = book.damaged.values();
    let later = damaged.find(|damage| at.is_none_or(|at| damage.may_hold_since(at)));
    let Some(damage) = later else {
        return Ok(());
    };
    let failure = unreadable(text!(
        "有一份记录无法读取，最后一次操作可能在其中：{message}",
        "a record cannot be read, and the latest operation may stand in it: {message}",
        message = damage.message()
    ));
    Err(failure.hint(text!(
        "或写出要撤消的操作：icpctl undo OP（用 icpctl log 查看）",
        "or name the operation: icpctl undo OP (icpctl log lists them)"
    )))
}

/// Warns of a provider that no profile describes: it is kept, and the generic profile applies.
pub fn unknown_provider(profiles: &Profiles, name: &str) -> Option<Caution> {
    if profiles.known(name).is_some() {
        return None;
    }
    let message = match nearest(name, profiles.names()) {
        Some(near) => text!(
            "没有接入商 {name} 的配置，按 generic 处理；是不是想写 {near}？",
            "no profile is known for the provider {name}: generic is used; did you mean {near}?"
        ),
        None => text!(
            "没有接入商 {name} 的配置，按 generic 处理",
            "no profile is known for the provider {name}: generic is used"
        ),
    };
    Some(Caution::new("unknown-provider", message))
}

/// Refuses to act through a provider whose profile cannot be read: what it would say is not known.
///
/// # Errors
/// 3 with the place in that file.
pub fn heed_profile(profiles: &Profiles, provider: &str) -> Result<(), Failure> {
    let Some(Text { zh, en }) = profiles.unread(provider) else {
        return Ok(());
    };
    Err(Failure::invalid(
        "invalid.profile",
        text!(
            "接入商 {provider} 的配置无法读取：{zh}",
            "the profile of the provider {provider} cannot be read: {en}"
        ),
    )
    .hint(text!(
        "修正该文件，或移走它以使用内置的配置",
        "mend that file, or take it away to go by the built-in profile"
    )))
}

/// Refuses to erase a subject while a file that tells of it cannot be read: it would stay.
///
/// # Errors
/// As [`heed`].
pub fn heed_traces(book: &Book, number: &SubjectNumber) -> Result<(), Failure> {
    let word = number.to_string();
    let own = subject_path(number);
    refuse_where(book, &word, |path, damage| {
        path == own.as_str() || damage.says("subject", &word)
    })
}

/// As [`heed_filed`], for what a TARGET means: a number or a domain.
///
/// # Errors
/// As [`heed`].
pub fn heed_target(book: &Book, typed: &str) -> Result<(), Failure> {
    if book.damaged.is_empty() {
        return Ok(());
    }
    if let Ok(parsed) = Number::parse(typed) {
        return match parsed.number {
            Number::Subject(number) => heed_filed(book, &number),
            Number::Service(number) => heed_filed(book, &number.subject()),
            Number::Security(_) => Ok(()),
        };
    }
    let Ok(host) = Host::parse(typed) else {
        return Ok(());
    };
    refuse_where(book, typed, |path, damage| {
        (path.starts_with(SUBJECTS) || has_changed_what_is_filed(damage))
            && damage.mentions(host.as_str())
    })
}

/// Refuses to say that nothing is filed under a domain while a subject's record cannot be read: it
/// may stand there.
///
/// # Errors
/// As [`heed`].
pub fn heed_absence(book: &Book, unfiled: &Unfiled) -> Result<(), Failure> {
    let domain = match unfiled {
        Unfiled::DomainEnded { domain, .. } => domain.as_str(),
        Unfiled::Unknown { word, .. } if Host::parse(word).is_ok() => word,
        Unfiled::Unknown { .. } | Unfiled::Ended { .. } => return Ok(()),
    };
    let mut damaged = book.damaged.iter();
    let Some((_, damage)) = damaged.find(|(path, _)| path.starts_with(SUBJECTS)) else {
        return Ok(());
    };
    Err(unreadable(text!(
        "读得出的记录中没有 {domain}，但有一份主体记录无法读取：{message}",
        "no record that can be read tells of {domain}, and one of a subject cannot be read: {message}",
        message = damage.message()
    )))
}

fn has_changed_what_is_filed(damage: &Damage) -> bool {
    damage.may_stand(|status| status == Status::Approved)
}

fn refuse(book: &Book, word: &str, forbids: impl Fn(&Damage) -> bool) -> Result<(), Failure> {
    refuse_where(book, word, |path, damage| {
        path.starts_with(ORDERS) && forbids(damage)
    })
}

fn refuse_where(
    book: &Book,
    word: &str,
    forbids: impl Fn(&str, &Damage) -> bool,
) -> Result<(), Failure> {
    let mut damaged = book.damaged.iter();
    let Some((_, damage)) = damaged.find(|(path, damage)| forbids(path, damage)) else {
        return Ok(());
    };
    Err(unreadable(text!(
        "{word} 的一份记录无法读取，这一步要以它为据：{message}",
        "a file of {word} cannot be read, and this rests on what it says: {message}",
        message = damage.message()
    )))
}

fn unreadable(message: Text) -> Failure {
    Failure::invalid("invalid.record", message).hint(text!(
        "修正该文件，或从备份恢复；其他记录不受影响",
        "mend that file or restore it from a backup; the other records are not affected"
    ))
}
