//! What an order that is asked for bears on: which records of the store its drafting rests on.

use super::assign::Assign;
use crate::intake::{Dossier, DossierSubject};
use crate::store::near::Wanted;
use crate::store::roll::{Token, tokens_of_service, tokens_of_subject, tokens_of_word};

/// What people put between the values of a list.
pub const BETWEEN: [char; 6] = [',', '，', ';', '；', '、', ' '];

/// Looks for what shares a value that is set.
pub fn assigned(wanted: &mut Wanted, assigns: &[Assign]) {
    for assign in assigns {
        let value = match assign {
            Assign::Set(_, value) | Assign::Add(_, value) => value,
            Assign::Unset(_, value) => value.as_deref().unwrap_or_default(),
        };
        wanted.beside(tokens_of_word(value));
        for word in value.split(BETWEEN) {
            wanted.beside(tokens_of_word(word));
        }
    }
}

/// Looks for what a dossier names, and what shares a value with it.
pub fn dossier(wanted: &mut Wanted, dossier: &Dossier) {
    wanted.beside(dossier.account.iter().map(|account| Token::of(account)));
    for word in dossier.after.iter().chain(&dossier.target) {
        wanted.word(word);
    }
    if let Some(facts) = dossier.subject_facts() {
        wanted.beside(tokens_of_subject(facts));
    }
    if let Some(number) = dossier.subject.as_ref().and_then(DossierSubject::number) {
        wanted.word(&number.to_string());
    }
    for service in &dossier.services {
        if let Some(number) = &service.number {
            wanted.word(&number.to_string());
        }
        wanted.beside(tokens_of_service(&service.facts));
    }
}
