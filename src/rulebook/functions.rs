//! The field's own functions for expressions; `src/data/view.toml` says what each is for.
//!
//! What is unknown goes in as null and comes out as null: a rule decides what that means.

use super::view::number_in;
use crate::filing::address::{is_example, is_public};
use crate::filing::calendar::Calendar;
use crate::filing::host::Host;
use crate::filing::identity::{CreditCode, ResidentId, organisation_code};
use crate::filing::number::{Number, NumberError, Warning};
use crate::filing::province::Province;
use crate::knowledge::{
    Code, code_list, is_suffix_approved, is_suffix_filed_in, natures_of_suffix, suffixes_as_of,
    word_in, words,
};
use cel::{Context, DeclarationError, Value};
use chrono::{Datelike as _, Days, Months, NaiveDate};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

fn text(value: &Value) -> Option<&str> {
    if let Value::String(text) = value {
        Some(text)
    } else {
        None
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value {
        Some(*number)
    } else if let Value::UInt(number) = value {
        i64::try_from(*number).ok()
    } else {
        None
    }
}

fn list(value: &Value) -> &[Value] {
    if let Value::List(list) = value {
        list
    } else {
        &[]
    }
}

fn date(value: &Value) -> Option<NaiveDate> {
    text(value)?.parse().ok()
}

fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}

fn day(date: Option<NaiveDate>) -> Value {
    or_null(date.map(|date| date.to_string()))
}

fn code(province: Option<Province>) -> Value {
    or_null(province.map(|province| province.code().to_owned()))
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Returns the person's resident ID, where it is one; a date of birth in the future is for others
/// to judge.
fn resident(value: &Value) -> Option<ResidentId> {
    ResidentId::parse(text(value)?, NaiveDate::MAX).ok()
}

fn host(value: &Value) -> Option<Host> {
    Host::parse(text(value)?).ok()
}

/// Whether a character is Chinese, as names count them.
fn is_han(character: char) -> bool {
    matches!(character,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2FA1F}' | '〇')
}

/// Whether `holds` is true of the text and one of the words, in any letter case.
fn any(value: &Value, words: &Value, holds: impl Fn(&str, &str) -> bool) -> Value {
    let Some(value) = text(value) else {
        return Value::Bool(false);
    };
    let value = value.to_lowercase();
    Value::Bool(
        list(words)
            .iter()
            .filter_map(text)
            .any(|word| holds(&value, &word.to_lowercase())),
    )
}

/// Returns the values of a code list.
fn codes(name: &str) -> Vec<&'static str> {
    code_list(name)
        .into_iter()
        .flat_map(|list| list.entries.iter().map(|entry| entry.value.as_str()))
        .collect()
}

fn steps(value: &Value) -> Option<u32> {
    u32::try_from(number(value)?).ok()
}

/// Declares every function.
///
/// # Errors
/// Only where a name is one of CEL's own, which a test rules out.
pub(super) fn declare(
    scope: &mut Context<'_, '_>,
    calendar: &Arc<Calendar>,
) -> Result<(), DeclarationError> {
    numbers(scope)?;
    certificates(scope)?;
    hosts(scope)?;
    lists(scope)?;
    texts(scope)?;
    dates(scope, calendar)
}

/// Numbers of persons, organisations, filings and hosts.
fn numbers(scope: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    scope.add_function("resident_id", |value: Value, today: Value| {
        or_null(
            text(&value)
                .zip(date(&today))
                .map(|(id, today)| Value::Bool(ResidentId::parse(id, today).is_ok())),
        )
    })?;
    scope.add_function("credit_code", |value: Value| {
        or_null(text(&value).map(|code| CreditCode::parse(code).is_ok()))
    })?;
    scope.add_function("born", |value: Value| {
        day(resident(&value).map(|id| id.birth()))
    })?;
    scope.add_function("age", |value: Value, at: Value| {
        let id = resident(&value).zip(date(&at));
        or_null(id.and_then(|(id, at)| id.age_at(at)).map(i64::from))
    })?;
    scope.add_function("province_of_id", |value: Value| {
        let province = resident(&value).and_then(|id| id.province());
        code(province)
    })?;
    scope.add_function("subject_number", |value: Value| {
        or_null(text(&value).map(|text| matches!(number_in(text), Some(Number::Subject(_)))))
    })?;
    scope.add_function("service_number", |value: Value| {
        or_null(text(&value).map(|text| matches!(number_in(text), Some(Number::Service(_)))))
    })?;
    scope.add_function("misnumbered", |value: Value| {
        or_null(text(&value).map(is_misnumbered))
    })?;
    scope.add_function("restored_number", |value: Value| {
        let parsed = text(&value).and_then(|text| Number::parse(text).ok());
        let is_other = |warning: &Warning| matches!(warning, Warning::ProvinceAlias { .. });
        let aliased = parsed.filter(|parsed| parsed.warnings.iter().any(is_other));
        or_null(aliased.map(|parsed| parsed.number.to_string()))
    })?;
    scope.add_function("number_province", |value: Value| {
        let province = text(&value).and_then(number_in).and_then(|n| n.province());
        code(province)
    })?;
    scope.add_function("kind_of_number", |value: Value| {
        let kind = match text(&value).and_then(number_in) {
            Some(Number::Service(service)) => Some(service.kind().name().to_owned()),
            Some(Number::Subject(_) | Number::Security(_)) | None => None,
        };
        or_null(kind)
    })?;
    scope.add_function("counter", |value: Value| {
        let counter = match text(&value).and_then(number_in) {
            Some(Number::Service(service)) => Some(i64::from(service.counter())),
            Some(Number::Subject(_) | Number::Security(_)) | None => None,
        };
        or_null(counter)
    })?;
    scope.add_function("registered_domain", |value: Value| {
        or_null(host(&value).map(|host| host.registered_domain().to_string()))
    })?;
    scope.add_function("suffix", |value: Value| {
        let registered = host(&value).map(|host| host.registered_domain().to_string());
        or_null(registered.and_then(|name| Some(name.split_once('.')?.1.to_owned())))
    })
}

/// Whether a text is written like a filing number and is none; a domain may be written so.
fn is_misnumbered(text: &str) -> bool {
    match Number::parse(text) {
        Ok(_) | Err(NumberError::NotFound { .. } | NumberError::WrongKind { .. }) => false,
        Err(
            NumberError::Refused { .. }
            | NumberError::Several { .. }
            | NumberError::Surrounded { .. },
        ) => Host::parse(text).is_err(),
    }
}

/// Certificates, and where they were issued.
fn certificates(scope: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    scope.add_function("fits_nature", |certificate: Value, nature: Value| {
        or_null(text(&certificate).zip(text(&nature)).and_then(fits_nature))
    })?;
    scope.add_function("male", |value: Value| {
        or_null(resident(&value).map(|id| id.is_male()))
    })?;
    scope.add_function("province_of_code", |value: Value| {
        let body = text(&value).and_then(|code| CreditCode::parse(code).ok());
        code(body.and_then(|body| body.province()))
    })?;
    scope.add_function("same_body", |one: Value, other: Value| {
        let code = |value: &Value| text(value).and_then(organisation_code);
        let both = code(&one).zip(code(&other));
        or_null(both.map(|(one, other)| one == other))
    })?;
    scope.add_function("province_of_address", |value: Value| {
        let province = text(&value).and_then(|address| {
            Province::all().find(|province| address.trim().starts_with(&*province.name().zh))
        });
        code(province)
    })?;
    scope.add_function("in_city", |address: Value, city: Value| {
        let named = text(&address).zip(text(&city));
        or_null(named.map(|(address, city)| {
            let short = city.strip_suffix('市').filter(|short| !short.is_empty());
            address.contains(short.unwrap_or(city))
        }))
    })?;
    scope.add_function("has_house_number", |value: Value| {
        text(&value).is_some_and(|address| {
            address.chars().any(char::is_numeric) || word_in(address, "house-marks", None).is_some()
        })
    })
}

/// Whether a certificate type fits a nature, where the list says which do (SUB-07).
fn fits_nature((certificate, nature): (&str, &str)) -> Option<bool> {
    let entries = &code_list("certificate-types")?.entries;
    let of_nature = |entry: &&Code| entry.natures.iter().any(|known| known == nature);
    let mut listed = entries.iter().filter(of_nature).peekable();
    listed.peek()?;
    Some(listed.any(|entry| entry.value == certificate))
}

/// Hosts, suffixes and addresses of machines.
fn hosts(scope: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    scope.add_function("host_of", |value: Value| {
        let host = text(&value).and_then(|url| {
            let bare = url
                .trim()
                .split_once("://")
                .map_or(url.trim(), |(_, rest)| rest);
            let name = bare.split(['/', '?', '#', ':']).next().unwrap_or(bare);
            Host::parse(name).ok()
        });
        or_null(host.map(|host| host.to_string()))
    })?;
    scope.add_function("suffix_approved", |value: Value| {
        or_null(host(&value).map(|host| is_suffix_approved(&host)))
    })?;
    scope.add_function("suffix_filed_in", |value: Value, province: Value| {
        let province = text(&province).and_then(Province::of_code);
        let known = host(&value).zip(province);
        or_null(known.map(|(host, province)| is_suffix_filed_in(&host, province)))
    })?;
    scope.add_function("suffixes_as_of", |value: Value| {
        or_null(host(&value).map(|_| suffixes_as_of().to_string()))
    })?;
    scope.add_function("natures_of_suffix", |value: Value| {
        let natures = host(&value).map_or(&[][..], |host| natures_of_suffix(&host));
        let natures: Vec<Value> = natures.iter().map(|n| n.clone().into()).collect();
        Value::List(Arc::new(natures))
    })?;
    scope.add_function("public_address", |value: Value| {
        or_null(text(&value).map(|address| address.trim().parse().is_ok_and(is_given_out)))
    })
}

/// Whether an address can be a resource's own: a public one, or one of those that examples take.
fn is_given_out(address: IpAddr) -> bool {
    is_public(address) || is_example(address)
}

/// The word lists, and texts compared.
fn lists(scope: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    scope.add_function("words", |name: Value, province: Value| {
        let found: Vec<Value> = text(&name)
            .into_iter()
            .flat_map(|name| {
                words(name, text(&province))
                    .map(Into::into)
                    .collect::<Vec<_>>()
            })
            .collect();
        Value::List(Arc::new(found))
    })?;
    scope.add_function("word_in", |value: Value, name: Value, province: Value| {
        let known = text(&value).zip(text(&name));
        or_null(known.and_then(|(value, name)| word_in(value, name, text(&province))))
    })?;
    scope.add_function("joined", |values: Value| {
        let texts: Vec<&str> = list(&values).iter().filter_map(text).collect();
        or_null((!texts.is_empty()).then(|| texts.join(", ")))
    })?;
    scope.add_function("same_text", |one: Value, other: Value| {
        let fold = |text: &str| -> String {
            text.nfkc()
                .filter(|ch| !ch.is_whitespace())
                .collect::<String>()
                .to_lowercase()
        };
        or_null(
            text(&one)
                .zip(text(&other))
                .map(|(one, other)| fold(one) == fold(other)),
        )
    })
}

/// Texts, words and code lists.
fn texts(scope: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    scope.add_function("han", |value: Value| {
        or_null(text(&value).map(|text| count(text.chars().filter(|ch| is_han(*ch)).count())))
    })?;
    scope.add_function("contains_any", |value: Value, words: Value| {
        any(&value, &words, |value, word| value.contains(word))
    })?;
    scope.add_function("starts_with_any", |value: Value, words: Value| {
        any(&value, &words, |value, word| value.starts_with(word))
    })?;
    scope.add_function("ends_with_any", |value: Value, words: Value| {
        any(&value, &words, |value, word| value.ends_with(word))
    })?;
    scope.add_function("words_in", |value: Value, words: Value| {
        let value = text(&value).unwrap_or_default().to_lowercase();
        let found: Vec<Value> = list(&words)
            .iter()
            .filter(|word| text(word).is_some_and(|word| value.contains(&word.to_lowercase())))
            .cloned()
            .collect();
        Value::List(Arc::new(found))
    })?;
    scope.add_function("distinct", |values: Value| {
        let distinct: BTreeSet<&str> = list(&values).iter().filter_map(text).collect();
        count(distinct.len())
    })?;
    scope.add_function("code_in", |value: Value, name: Value| {
        let known = text(&value).zip(text(&name));
        or_null(known.map(|(value, name)| codes(name).contains(&value)))
    })?;
    scope.add_function("province_of", |value: Value| {
        let province = text(&value).and_then(|text| text.parse::<Province>().ok());
        code(province)
    })
}

/// Days, months and working days.
fn dates(scope: &mut Context<'_, '_>, calendar: &Arc<Calendar>) -> Result<(), DeclarationError> {
    scope.add_function("days_after", |from: Value, days: Value| {
        let given = date(&from).zip(steps(&days));
        day(given.and_then(|(from, days)| from.checked_add_days(Days::new(days.into()))))
    })?;
    scope.add_function("months_after", |from: Value, months: Value| {
        let given = date(&from).zip(steps(&months));
        day(given.and_then(|(from, months)| from.checked_add_months(Months::new(months))))
    })?;
    scope.add_function("days_between", |from: Value, to: Value| {
        let given = date(&from).zip(date(&to));
        or_null(given.map(|(from, to)| (to - from).num_days()))
    })?;
    let days = Arc::clone(calendar);
    scope.add_function("calendar_knows", move |at: Value| {
        or_null(date(&at).map(|at| days.knows(at.year())))
    })?;
    let days = Arc::clone(calendar);
    scope.add_function("workday_after", move |from: Value, n: Value| {
        let given = date(&from).zip(steps(&n));
        day(given.map(|(from, n)| days.add_working_days(from, n).value))
    })?;
    let days = Arc::clone(calendar);
    scope.add_function("workdays_between", move |from: Value, to: Value| {
        let given = date(&from).zip(date(&to));
        or_null(given.map(|(from, to)| i64::from(days.working_days_between(from, to).value)))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::knowledge::view_functions;
    use crate::rulebook::expression::Expression;

    fn scope() -> Context<'static, 'static> {
        let mut scope = Context::default();
        declare(&mut scope, &Arc::new(Calendar::embedded().clone())).unwrap();
        scope
    }

    fn value(source: &str) -> Value {
        let expression = Expression::parse(source).unwrap();
        expression.evaluate(&scope()).unwrap()
    }

    #[test]
    fn every_function_is_documented_and_unknown_goes_in_and_out() {
        let source = include_str!("functions.rs");
        let declared: Vec<&str> = source
            .split("add_function(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .collect();
        let mut documented: Vec<&str> = view_functions().iter().map(|f| f.name.as_str()).collect();
        documented.sort_unstable();
        let mut sorted = declared.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, documented);
        for function in view_functions() {
            let arguments = function.usage.matches(',').count() + 1;
            let call = format!("{}({})", function.name, vec!["null"; arguments].join(", "));
            let result = value(&call);
            let is_nothing = matches!(result, Value::Null | Value::Bool(false) | Value::Int(0))
                || matches!(&result, Value::List(list) if list.is_empty());
            assert!(is_nothing, "{call} is {result:?}");
        }
    }

    #[test]
    fn functions_know_the_field() {
        for (source, expected) in [
            (
                "resident_id('110101199001010015', '2026-11-22')",
                "Bool(true)",
            ),
            (
                "resident_id('110101199001010016', '2026-11-22')",
                "Bool(false)",
            ),
            ("age('110101199001010015', '2026-01-01')", "Int(36)"),
            ("age('110101199001010015', '2025-12-31')", "Int(35)"),
            ("born('110101199001010015')", "String(\"1990-01-01\")"),
            ("province_of_id('440300199001010059')", "String(\"gd\")"),
            ("province_of('粤')", "String(\"gd\")"),
            ("credit_code('91350100M000100Y43')", "Bool(true)"),
            ("subject_number('粤ICP备2021000001号')", "Bool(true)"),
            ("service_number('粤ICP备2021000001号')", "Bool(false)"),
            (
                "kind_of_number('粤ICP备2021000001号-2A')",
                "String(\"app\")",
            ),
            ("number_province('合字B2-20210001')", "Null"),
            ("misnumbered('粤ICP备20219号-1')", "Bool(true)"),
            ("misnumbered('萌ICP备2021000001号')", "Bool(true)"),
            ("misnumbered('粤ICP备2021000001号-1')", "Bool(false)"),
            ("misnumbered('我的备案.cn')", "Bool(false)"),
            (
                "same_body('MA000009-0', '91440300MA0000090T')",
                "Bool(true)",
            ),
            (
                "same_body('91440300MA0000090T', '91350100M000100Y43')",
                "Bool(false)",
            ),
            ("same_body('440104000012345', '91440300MA0000090T')", "Null"),
            (
                "registered_domain('a.b.example.com.cn')",
                "String(\"example.com.cn\")",
            ),
            ("suffix('www.example.com.cn')", "String(\"com.cn\")"),
            ("han('示例shop商城')", "Int(4)"),
            ("distinct(['1', null, '2', '1'])", "Int(2)"),
            (
                "words_in('示例论坛', ['论坛', '社区'])",
                "List([String(\"论坛\")])",
            ),
            (
                "starts_with_any('中国示例', ['中国', '国家'])",
                "Bool(true)",
            ),
            ("contains_any('Example', ['EXAM'])", "Bool(true)"),
            ("code_in('enterprise', 'natures')", "Bool(true)"),
            ("days_after('2026-11-22', 30)", "String(\"2026-12-22\")"),
            ("months_after('2026-11-30', 3)", "String(\"2027-02-28\")"),
            ("days_between('2026-11-22', '2026-11-20')", "Int(-2)"),
            ("workday_after('2026-11-20', 1)", "String(\"2026-11-23\")"),
            ("workdays_between('2026-11-20', '2026-11-24')", "Int(2)"),
        ] {
            assert_eq!(format!("{:?}", value(source)), expected, "{source}");
        }
    }
}
