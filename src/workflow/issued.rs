//! The numbers that come with an approval.

use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::approval::{Approval, Issued, is_none};
use crate::filing::kind::Kind;
use crate::filing::number::{Number, ServiceKind, ServiceNumber, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::portfolio::Portfolio;
use crate::lang::Text;
use crate::text;

/// Checks that each word is a filing number, or says that there is none.
///
/// # Errors
/// 3 where one is neither.
pub(super) fn are_numbers(words: &[String]) -> Result<(), Failure> {
    for word in words.iter().filter(|word| !is_none(word)) {
        Number::parse(word).map_err(|error| {
            misfit(text!(
                "`{word}` 不是备案号：{message}",
                "`{word}` is no filing number: {message}",
                message = error.message()
            ))
        })?;
    }
    Ok(())
}

/// Reads the numbers of an approval: the subject's for a first filing, then one a service.
///
/// # Errors
/// 2 where there are too few or too many, or all say none; 3 where one does not fit the order; 6
/// where one is filed already.
pub(super) fn approval(
    world: &World,
    order: &Order,
    words: &[String],
) -> Result<Approval, Failure> {
    let portfolio = &world.book.portfolio;
    if order.kind != Kind::New {
        let subject = order.target.subject.as_ref();
        return Ok(Approval {
            sequence: subject.map_or(1, |number| portfolio.next_sequence(number)),
            subject: None,
            services: Vec::new(),
            extra: toml::Table::new(),
        });
    }
    are_enough(order, words)?;
    let (first, words) = words.split_at(usize::from(order.is_first_filing()));
    let issued_to = match first {
        [word, ..] => Some(subject_number(order, word)?),
        [] => None,
    };
    let Some(subject) = issued_to.as_ref().or(order.target.subject.as_ref()) else {
        return Err(misfit(text!(
            "没有主体备案号",
            "there is no subject number"
        )));
    };
    let services = service_numbers(order, subject, words)?;
    are_free(portfolio, issued_to.as_ref(), subject, &services)?;
    Ok(Approval {
        sequence: portfolio.next_sequence(subject),
        subject: issued_to,
        services,
        extra: toml::Table::new(),
    })
}

/// Sees that there are as many numbers as the order asks for, and one of a service among them.
fn are_enough(order: &Order, words: &[String]) -> Result<(), Failure> {
    let refuse = |message| Failure::new(Exit::Usage, "usage.numbers", message);
    let of_subject = usize::from(order.is_first_filing());
    let expected = of_subject + order.filing.services.len();
    if words.len() != expected {
        let given = words.len();
        return Err(refuse(text!(
            "需要 {expected} 个 --number，给了 {given} 个",
            "--number is needed {expected} time(s), and was given {given} time(s)"
        ))
        .hint(if order.is_first_filing() {
            text!(
                "先写主体备案号，再按顺序每个服务一个；管局未通过的服务写 none",
                "the subject's number first, then one a service in order; `none` for a service that the bureau refused"
            )
        } else {
            text!(
                "按顺序每个服务一个；管局未通过的服务写 none",
                "one a service in order; `none` for a service that the bureau refused"
            )
        }));
    }
    let mut of_services = words.iter().skip(of_subject).peekable();
    if of_services.peek().is_some() && of_services.all(|word| is_none(word)) {
        return Err(
            refuse(text!("所有服务都写了 none", "every service says none")).hint(text!(
                "全部未通过请记录 bureau-rejected",
                "if the bureau refused all of them, record bureau-rejected"
            )),
        );
    }
    Ok(())
}

/// Reads the numbers of the services, each its own.
fn service_numbers(
    order: &Order,
    subject: &SubjectNumber,
    words: &[String],
) -> Result<Vec<Issued>, Failure> {
    let mut issued: Vec<Issued> = Vec::new();
    for (facts, word) in order.filing.services.iter().zip(words) {
        if is_none(word) {
            issued.push(Issued { number: None });
            continue;
        }
        let number = service_number(subject, facts.kind, word)?;
        let mut others = issued.iter().filter_map(|other| other.number);
        if others.clone().any(|other| other == number) {
            return Err(misfit(text!(
                "备案号 {word} 写了两次",
                "{word} is given twice"
            )));
        }
        if others.any(|other| other.counter() == number.counter()) {
            return Err(shared_counter(&number));
        }
        issued.push(Issued {
            number: Some(number),
        });
    }
    Ok(issued)
}

/// Sees that nothing is, or was, filed under these numbers.
fn are_free(
    portfolio: &Portfolio,
    issued_to: Option<&SubjectNumber>,
    subject: &SubjectNumber,
    services: &[Issued],
) -> Result<(), Failure> {
    if let Some(number) = issued_to
        && portfolio.subjects.contains_key(number)
    {
        return Err(taken(&number.to_string()));
    }
    let holder = portfolio.subjects.get(subject);
    for number in services.iter().filter_map(|one| one.number.as_ref()) {
        if portfolio.service(number).is_some() || portfolio.ended(number).is_some() {
            return Err(taken(&number.to_string()));
        }
        if holder.is_some_and(|subject| subject.has_counted(number.counter())) {
            return Err(shared_counter(number));
        }
    }
    Ok(())
}

fn misfit(message: Text) -> Failure {
    Failure::invalid("invalid.number", message).hint(text!(
        "照管局通知核对号码",
        "compare the number with the bureau's notice"
    ))
}

/// The counter behind the hyphen is one for all kinds (NUM-03).
fn shared_counter(number: &ServiceNumber) -> Failure {
    let counter = number.counter();
    misfit(text!(
        "{number} 的序号 {counter} 已用于该主体的其他服务",
        "the counter {counter} of {number} is taken by another service of the subject"
    ))
    .rule("NUM-03")
    .hint(text!(
        "各类服务共用一套序号",
        "all kinds of service share one counter"
    ))
}

fn taken(number: &str) -> Failure {
    Failure::conflict(
        "conflict.number",
        text!(
            "备案号 {number} 已经存在",
            "the number {number} exists already"
        ),
    )
    .rule("NUM-05")
    .hint(text!(
        "核对管局通知；查看 icpctl portfolio",
        "check the bureau's notice; see icpctl portfolio"
    ))
}

fn subject_number(order: &Order, word: &str) -> Result<SubjectNumber, Failure> {
    let number = SubjectNumber::parse(word)
        .map_err(|error| {
            misfit(text!(
                "`{word}` 不是主体备案号：{message}",
                "`{word}` is no subject number: {message}",
                message = error.message()
            ))
        })?
        .number;
    let asked = order.province();
    if let (Some(named), Some(asked)) = (number.province(), asked)
        && named != asked
    {
        let (name, province) = (number.to_string(), asked.name());
        return Err(misfit(text!(
            "{name} 不属于备案省份 {province}",
            "{name} is not of the filing's province, {province}",
            province
        ))
        .rule("NUM-04"));
    }
    Ok(number)
}

fn service_number(
    subject: &SubjectNumber,
    kind: Option<ServiceKind>,
    word: &str,
) -> Result<ServiceNumber, Failure> {
    let number = ServiceNumber::parse(word)
        .map_err(|error| {
            misfit(text!(
                "`{word}` 不是服务备案号：{message}",
                "`{word}` is no service number: {message}",
                message = error.message()
            ))
        })?
        .number;
    if number.subject() != *subject {
        return Err(misfit(text!(
            "{number} 不属于主体 {subject}",
            "{number} does not belong to the subject {subject}"
        ))
        .rule("NUM-02"));
    }
    if let Some(kind) = kind
        && number.kind() != kind
    {
        return Err(misfit(text!(
            "{number} 的后缀与服务类型“{label}”不符",
            "the suffix of {number} does not fit a service of kind {label}",
            label = kind.label()
        ))
        .rule("NUM-02"));
    }
    Ok(number)
}
