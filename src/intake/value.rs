//! Single values of filed data: dates, codes, provinces, hosts, contacts.

use super::node::Node;
use super::problem::shown;
use super::reader::{Fields, Reader};
use super::schema::Known;
use crate::filing::host::Host;
use crate::filing::identity::{CertificateNumber, Mobile};
use crate::filing::moment;
use crate::filing::number::ServiceKind;
use crate::filing::province::Province;
use crate::knowledge::code_list;
use crate::lang::Text;
use crate::render::mask::Privacy;
use crate::text;
use chrono::NaiveDate;
use toml::Value;
use unicode_normalization::UnicodeNormalization as _;

/// Reads a day as [`moment::day`] does, also in characters of full width, and one that a program wrote
/// with the midnight it begins at: `2021-03-01 00:00:00`.
pub fn day(text: &str) -> Option<NaiveDate> {
    let text: String = text.nfkc().collect();
    let midnight = |clock: &&str| matches!(*clock, "0:00" | "00:00" | "0:00:00" | "00:00:00");
    match text.split_once([' ', 'T']) {
        Some((date, clock)) => Some(clock).filter(midnight).and_then(|_| moment::day(date)),
        None => moment::day(&text),
    }
}

impl Reader {
    /// Returns the day of a field.
    pub(super) fn date(&mut self, node: &Node) -> Option<NaiveDate> {
        let text = self.text(node)?;
        let read = day(&text);
        if read.is_none() {
            let given = shown(&text);
            // Words in the place of a day are a shifted column's, and may be a name.
            let given = if given.contains(|ch: char| ch.is_ascii_digit()) {
                given
            } else {
                Privacy::Masked.name(&given).into_owned()
            };
            let message = text!(
                "“{given}”不是有效日期，应形如 2021-03-01",
                "\"{given}\" is no date; expected a form like 2021-03-01"
            );
            self.report(node, "not-a-date", message);
        }
        read
    }

    /// Returns a day that lies in the past.
    pub(super) fn past_date(&mut self, node: &Node) -> Option<NaiveDate> {
        let read = self.date(node)?;
        if read > self.today {
            let message = text!("{read} 晚于今天", "{read} lies in the future");
            self.report(node, "future-date", message);
        }
        Some(read)
    }

    /// Returns a filed date; the end of a certificate may be long-term.
    pub(super) fn fact_date(&mut self, known: &Known, node: &Node) -> Option<Value> {
        let text = self.text(node)?;
        if known.name.ends_with("valid_until") && matches!(text.as_str(), "long-term" | "长期") {
            return Some(Value::String("long-term".to_owned()));
        }
        self.date(node).map(|day| Value::String(day.to_string()))
    }

    /// Notes a certificate that ends before it begins.
    pub(super) fn check_validity(&mut self, fields: &Fields<'_>, table: &toml::Table) {
        let of = |name: &str| table.get(name).and_then(Value::as_str).and_then(day);
        if let (Some(from), Some(until), Some(node)) = (
            of("valid_from"),
            of("valid_until"),
            fields.get("valid_until"),
        ) && until < from
        {
            let message = text!(
                "有效期止 {until} 早于有效期起 {from}",
                "the certificate ends on {until}, before it begins on {from}"
            );
            self.report(node, "impossible-dates", message);
        }
    }

    /// Returns a text of filed data in its normal form.
    pub(super) fn fact(&mut self, known: &Known, node: &Node, text: &str) -> Option<Value> {
        if let Some(list) = known.code_list {
            return self.code(list, node, text).map(Value::String);
        }
        let normal = match known.name {
            "kind" => {
                let kind: Option<ServiceKind> = self.word(node, text);
                kind.map(|kind| kind.name().to_owned())
            }
            "province" => self.province(node, text),
            "domains" | "domain" => self.host(node, text),
            "phone" => self.mobile(node, text),
            "emergency_phone" => self.emergency_phone(node, text),
            "email" => self.email(node, text),
            "holder_certificate_number" => self.other_certificate(node, text),
            "legal_representative_id" => self.person_certificate(node, text, None),
            _ => Some(text.to_owned()),
        };
        normal.map(Value::String)
    }

    /// Returns the value of a code list that a value, code or label means.
    pub(super) fn code(&mut self, list: &str, node: &Node, text: &str) -> Option<String> {
        let entries = code_list(list).map_or(&[][..], |list| &list.entries);
        let found = entries.iter().find(|entry| entry.is_called(text));
        if let Some(entry) = found {
            return Some(entry.value.clone());
        }
        let values = entries.iter();
        let values = values.map(|entry| (entry.value.as_str(), entry.words()));
        self.unknown_value(node, text, values);
        None
    }

    fn province(&mut self, node: &Node, text: &str) -> Option<String> {
        let read = text.parse::<Province>().map_err(|error| error.message());
        let province = self.kept(node, "unknown-province", read)?;
        Some(province.code().to_owned())
    }

    fn host(&mut self, node: &Node, text: &str) -> Option<String> {
        match Host::parse(text) {
            Ok(host) => Some(host.to_string()),
            Err(error) => {
                let problem = node.problem("not-a-domain", error.message());
                let is_list =
                    text.contains([',', '，', '、', '|']) || text.contains(char::is_whitespace);
                self.problems.push(if is_list {
                    problem.fix(text!(
                        "几个域名在表格里用 ; 隔开，在 TOML 和 JSON 里写成列表",
                        "several domains are split by ; in a table, and make a list in TOML and JSON"
                    ))
                } else {
                    problem
                });
                None
            }
        }
    }

    fn mobile(&mut self, node: &Node, text: &str) -> Option<String> {
        let read = Mobile::parse(text).map_err(|error| error.message());
        let mobile = self.kept(node, "not-a-mobile", read)?;
        Some(mobile.as_str().to_owned())
    }

    /// Returns an emergency phone: a mobile is advised, a landline possible (S3, A19).
    fn emergency_phone(&mut self, node: &Node, text: &str) -> Option<String> {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let is_written_so = text
            .chars()
            .all(|ch| ch.is_ascii_digit() || matches!(ch, ' ' | '-' | '+' | '(' | ')'));
        let has_area = text.starts_with('0') || text.contains(['-', '(', '+']);
        let is_landline = is_written_so && has_area && (10..=16).contains(&digits);
        let read = match Mobile::parse(text) {
            Ok(mobile) => Ok(mobile.as_str().to_owned()),
            Err(_) if is_landline => Ok(text.to_owned()),
            Err(error) => Err(error.message()),
        };
        self.kept(node, "not-a-phone", read)
    }

    fn email(&mut self, node: &Node, text: &str) -> Option<String> {
        let text: String = text.nfkc().collect();
        let fits = text.split_once('@').is_some_and(|(user, host)| {
            let is_of_host = |c: char| c.is_alphanumeric() || c == '-';
            let mut labels = host.split('.');
            !user.is_empty()
                && !user.contains(|c: char| c.is_whitespace() || "<>()[],;:\"\\".contains(c))
                && host.contains('.')
                && labels.all(|label| !label.is_empty() && label.chars().all(is_of_host))
        });
        if fits {
            return Some(text);
        }
        let message = text!(
            "不是电子邮箱，应形如 用户名@域名",
            "this is no e-mail address; expected a form like NAME@DOMAIN"
        );
        self.report(node, "not-an-email", message);
        None
    }

    /// Returns the normal form of a certificate's number that has no known check digit.
    pub(super) fn other_certificate(&mut self, node: &Node, text: &str) -> Option<String> {
        let read = CertificateNumber::parse(text).map_err(|error| error.message());
        let number = self.kept(node, "not-a-certificate", read)?;
        Some(number.as_str().to_owned())
    }
}

/// What is wrong with a field that is set twice, of which one value would be lost, and what to do.
pub fn set_twice(field: &str) -> (Text, Text) {
    let message = text!("字段 {field} 设定了两次", "the field {field} is set twice");
    let fix = text!(
        "只留一个，或改正其中一个的字段名",
        "leave one out, or mend the name of one"
    );
    (message, fix)
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_read_as_people_write_them() {
        let expected = chrono::NaiveDate::from_ymd_opt(2021, 3, 1);
        for text in [
            "2021-03-01",
            "2021/3/1",
            "2021.3.1",
            "20210301",
            "2021年3月1日",
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
        for text in [
            "2021-02-30",
            "3/1/2021",
            "21-3-1",
            "2021-3",
            "2021-+3-1",
            "",
            "长期",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
