//! Tokens: by which orders and subjects that may bear on one another find each other.
//!
//! A token is a short hash of a number, a domain, an account, a phone or a ref. Two that are equal say only
//! that the records should be looked at; two records that share such a value share its token.

use super::bytes::{Reader, put_number};
use crate::filing::facts::{Access, Person, ServiceFacts, SubjectFacts};
use crate::filing::host::Host;
use crate::filing::order::Order;
use crate::filing::portfolio::FiledSubject;
use crate::filing::record::SubjectRecord;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::HashSet;
use toml::Value;

/// A short hash of what two records may have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token([u8; Self::LENGTH]);

impl Token {
    const LENGTH: usize = 4;
    /// How many of its bytes tell a certificate or a phone: so few that hundreds of numbers share
    /// each token, and none can be told from it.
    const PERSONAL: usize = 3;

    /// Returns the token of a filing number, an account, a resource or a ref.
    pub fn of(text: &str) -> Self {
        let sum = Sha256::digest(text.as_bytes());
        let mut bytes = [0; Self::LENGTH];
        for (to, from) in bytes.iter_mut().zip(sum) {
            *to = from;
        }
        Self(bytes)
    }

    pub(super) const fn from(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> [u8; Self::LENGTH] {
        self.0
    }

    /// Returns the token of a domain.
    pub fn of_domain(host: &Host) -> Self {
        Self::of(host.ascii())
    }

    /// Returns the token of a certificate's number or a phone.
    fn of_personal(number: &str) -> Self {
        let Self(mut bytes) = Self::of(&number.trim().to_uppercase());
        for byte in bytes.iter_mut().skip(Self::PERSONAL) {
            *byte = 0;
        }
        Self(bytes)
    }
}

/// The tokens of one record, as they stand in the roll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens<'a>(Cow<'a, [u8]>);

impl<'a> Tokens<'a> {
    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        put_number(to, u32::try_from(self.0.len()).ok()?);
        to.extend_from_slice(&self.0);
        Some(())
    }

    pub(super) fn read(from: &mut Reader<'a>) -> Option<Self> {
        let length = usize::try_from(from.number()?).ok()?;
        from.bytes(length).map(|bytes| Self(Cow::Borrowed(bytes)))
    }

    /// Takes the tokens out of what they were read from.
    pub fn into_owned(self) -> Tokens<'static> {
        Tokens(Cow::Owned(self.0.into_owned()))
    }

    /// Lists them.
    pub fn iter(&self) -> impl Iterator<Item = Token> {
        let each = self.0.chunks_exact(Token::LENGTH);
        each.filter_map(|bytes| bytes.try_into().ok().map(Token))
    }

    /// Whether one of the wanted tokens is among them.
    pub fn meet(&self, wanted: &HashSet<Token>) -> bool {
        self.iter().any(|token| wanted.contains(&token))
    }
}

impl FromIterator<Token> for Tokens<'_> {
    fn from_iter<I: IntoIterator<Item = Token>>(tokens: I) -> Self {
        let mut tokens: Vec<Token> = tokens.into_iter().collect();
        tokens.sort_unstable();
        tokens.dedup();
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.0).collect();
        Self(Cow::Owned(bytes))
    }
}

/// Returns the tokens of an order: of its subject, services, persons, domains and account, and its
/// ref.
pub fn tokens_of(order: &Order) -> Vec<Token> {
    let approvals = order.history.iter().filter_map(|e| e.approval.as_deref());
    let subjects = approvals
        .filter_map(|approval| approval.subject)
        .chain(order.target.subject);
    let texts = order.account.iter().chain(&order.reference);
    let mut tokens: Vec<Token> = texts.map(|text| Token::of(text)).collect();
    tokens.extend(subjects.map(|number| Token::of(&number.to_string())));
    tokens.extend(order.domains().into_iter().map(Token::of_domain));
    if let Some(facts) = &order.filing.subject {
        of_subject(facts, &mut tokens);
    }
    for service in &order.filing.services {
        of_service(service, &mut tokens);
    }
    for change in &order.changes {
        let name = change.field.rsplit('.').next().unwrap_or_default();
        for value in change.from.iter().chain(&change.to) {
            texts_in(name, value, &mut |name, text| match name {
                "domains" => tokens.extend(Host::parse(text).iter().map(Token::of_domain)),
                "certificate_number" | "phone" | "emergency_phone" => {
                    tokens.push(Token::of_personal(text));
                }
                "resource" | "id" | "authorisation_code" | "account" => {
                    tokens.push(Token::of(text));
                }
                _ => {}
            });
        }
    }
    tokens
}

/// Returns the tokens of a subject that is asked for.
pub fn tokens_of_subject(facts: &SubjectFacts) -> Vec<Token> {
    let mut tokens = Vec::new();
    of_subject(facts, &mut tokens);
    tokens
}

/// Returns the tokens of a service that is asked for.
pub fn tokens_of_service(facts: &ServiceFacts) -> Vec<Token> {
    let mut tokens = Vec::new();
    of_service(facts, &mut tokens);
    tokens
}

/// Returns the tokens that a word may be: of a number, an account, a resource, a domain, a
/// certificate or a phone.
pub fn tokens_of_word(word: &str) -> Vec<Token> {
    let mut tokens = vec![Token::of(word), Token::of_personal(word)];
    tokens.extend(Host::parse(word).iter().map(Token::of_domain));
    tokens
}

/// Returns the tokens of what is filed of a subject.
pub fn tokens_of_filed(subject: &FiledSubject) -> Vec<Token> {
    let mut tokens = vec![Token::of(&subject.number.to_string())];
    of_subject(&subject.facts, &mut tokens);
    for service in subject.services.values() {
        of_service(&service.facts, &mut tokens);
        of_accesses(&service.accesses, &mut tokens);
    }
    tokens
}

/// Returns the tokens of a subject's record.
pub(super) fn tokens_of_record(record: &SubjectRecord) -> Tokens<'static> {
    let mut tokens = vec![Token::of(&record.number.to_string())];
    for adoption in record.history.iter().filter_map(|e| e.filing.as_ref()) {
        of_subject(&adoption.facts, &mut tokens);
        for service in &adoption.services {
            of_service(&service.facts, &mut tokens);
            of_accesses(service.accesses.iter().flatten(), &mut tokens);
        }
    }
    tokens.into_iter().collect()
}

fn of_subject(facts: &SubjectFacts, tokens: &mut Vec<Token>) {
    let certificate = facts.certificate_number.as_deref();
    tokens.extend(certificate.map(Token::of_personal));
    of_person(facts.responsible.as_deref(), tokens);
}

fn of_service(facts: &ServiceFacts, tokens: &mut Vec<Token>) {
    tokens.extend(facts.domains.iter().flatten().map(Token::of_domain));
    of_person(facts.responsible.as_deref(), tokens);
    if let Some(resource) = &facts.resource {
        let ids = resource.id.iter().chain(&resource.authorisation_code);
        tokens.extend(ids.map(|id| Token::of(id)));
    }
}

fn of_person(person: Option<&Person>, tokens: &mut Vec<Token>) {
    let numbers = person.into_iter().flat_map(|person| {
        let phones = person.phone.iter().chain(&person.emergency_phone);
        phones.chain(&person.certificate_number)
    });
    tokens.extend(numbers.map(|number| Token::of_personal(number)));
}

fn of_accesses<'a>(accesses: impl IntoIterator<Item = &'a Access>, tokens: &mut Vec<Token>) {
    for access in accesses {
        let texts = access.account.iter().chain(&access.resource);
        tokens.extend(texts.map(|text| Token::of(text)));
    }
}

/// Shows each text of a value with the name of the field it stands in.
fn texts_in(name: &str, value: &Value, take: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => take(name, text),
        Value::Array(list) => list.iter().for_each(|value| texts_in(name, value, take)),
        Value::Table(table) => table
            .iter()
            .for_each(|(name, value)| texts_in(name, value, take)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}
