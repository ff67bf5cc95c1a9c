//! Numbers of certificates: which check applies to which certificate.

use super::node::Node;
use super::reader::{Fields, Reader};
use super::schema::Section;
use crate::filing::identity::{CreditCode, ResidentId};
use crate::knowledge::code_list;
use toml::Value;

/// The rule on credit codes.
const CREDIT_CODE: &str = "SUB-02";
/// The rule on resident IDs.
const RESIDENT_ID: &str = "SUB-03";
const INDIVIDUAL: &str = "individual";
const RESIDENT: &str = "resident-id";

/// Whether a text has the shape of a resident ID of either generation.
fn looks_like_resident_id(text: &str) -> bool {
    let characters: Vec<char> = text.chars().filter(|ch| !ch.is_whitespace()).collect();
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    match characters.as_slice() {
        [body @ .., last] if body.len() == 17 => {
            digits(body) && (last.is_ascii_digit() || matches!(last, 'X' | 'x' | 'Ｘ' | 'ｘ'))
        }
        all => all.len() == 15 && digits(all),
    }
}

/// Whether a text has as many characters as a credit code.
fn has_length_of_credit_code(text: &str) -> bool {
    text.chars().filter(|ch| !ch.is_whitespace()).count() == 18
}

/// Whether a certificate is one that persons hold (SUB-07).
fn is_personal(certificate_type: &str) -> bool {
    code_list("certificate-types")
        .and_then(|list| list.entry(certificate_type))
        .is_some_and(|entry| entry.natures.iter().any(|nature| nature == INDIVIDUAL))
}

impl Reader {
    /// Checks a certificate's number by its type, and puts its normal form into `table`.
    pub(super) fn check_certificate(
        &mut self,
        fields: &Fields<'_>,
        section: Section,
        table: &mut toml::Table,
    ) {
        const NUMBER: &str = "certificate_number";
        let Some(node) = fields.get(NUMBER) else {
            return;
        };
        let of = |name: &str| table.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(number) = of(NUMBER) else {
            return;
        };
        let (kind, nature) = (of("certificate_type"), of("nature"));
        let is_persons = section == Section::SubjectPerson || section == Section::ServicePerson;
        let is_person = match (kind.as_deref(), nature.as_deref()) {
            (Some(kind), _) => is_personal(kind),
            (None, Some(nature)) => nature == INDIVIDUAL,
            (None, None) => is_persons,
        };
        // A type that stands there but is unknown was reported already.
        let is_type_open = kind.is_none() && fields.get("certificate_type").is_some();
        // Which of the two is meant nobody knows.
        let is_type_unfit = kind.is_some()
            && nature
                .as_deref()
                .is_some_and(|nature| (nature == INDIVIDUAL) != is_person);
        let normal = if is_type_open || is_type_unfit || is_persons && !is_person {
            // No such holder has such a certificate, whatever its number (SUB-07).
            Some(number)
        } else if is_person {
            self.person_certificate(node, &number, kind.as_deref())
        } else if kind.is_none() && nature.is_none() && looks_like_resident_id(&number) {
            // A subject of which nothing else is known: either number can look like this.
            match CreditCode::parse(&number) {
                Ok(code) => Some(code.as_str().to_owned()),
                Err(_) => self.resident_id(node, &number),
            }
        } else if has_length_of_credit_code(&number) {
            let read = CreditCode::parse(&number).map_err(|error| error.message());
            let code = self.kept(node, CREDIT_CODE, read);
            code.map(|code| code.as_str().to_owned())
        } else {
            // Registration numbers of before 2015 have no common form.
            Some(number)
        };
        match normal {
            Some(normal) => table.insert(NUMBER.to_owned(), Value::String(normal)),
            None => table.remove(NUMBER),
        };
    }

    /// Returns the number of a person's certificate; without a type its shape tells.
    pub(super) fn person_certificate(
        &mut self,
        node: &Node,
        text: &str,
        kind: Option<&str>,
    ) -> Option<String> {
        let is_resident =
            kind.map_or_else(|| looks_like_resident_id(text), |kind| kind == RESIDENT);
        if is_resident {
            self.resident_id(node, text)
        } else {
            self.other_certificate(node, text)
        }
    }

    fn resident_id(&mut self, node: &Node, text: &str) -> Option<String> {
        let read = ResidentId::parse(text, self.today).map_err(|error| error.message());
        let id = self.kept(node, RESIDENT_ID, read)?;
        Some(id.as_str().to_owned())
    }
}
