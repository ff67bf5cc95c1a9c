//! What fills in a guide: an order's data, its files, its persons.

use super::data::{self, said, values};
use super::sheet::{FieldSheet, Filled, PersonSheet, State, UploadSheet};
use crate::cli::board;
use crate::cli::order_doc::{Desk, Manner, first_part, time};
use crate::filing::event::{Event, Report};
use crate::filing::guide::{Entry, Guide, Line, Listed, Only, Scope, Step, Subject, Upload, When};
use crate::filing::host::Host;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceKind;
use crate::filing::order::{Instant, Order, Signatory, Who};
use crate::filing::pack::Applicant;
use crate::filing::profile::Profile;
use crate::filing::signatory::signatories;
use crate::filing::standing::View;
use crate::filing::status::Status;
use crate::knowledge::{self, Field, FieldType, Holder};
use crate::lang::{Lang, Text};
use crate::render::mask::{Privacy, mask_for};
use crate::text;
use crate::workflow::missing;
use serde_json::Value;

/// What stands in a statement for what is not known.
const BLANK: &str = "________________";

/// Everything about one order that its guide needs.
pub(super) struct Filler<'a> {
    desk: &'a Desk<'a>,
    order: &'a Order,
    lang: Lang,
    privacy: Privacy,
    pub(super) view: View,
    guide: Guide<'a>,
    subject: Subject,
    /// As it stands, for conditions.
    data: Value,
    /// As it may be shown.
    shown: Value,
    /// The fields that the steps in draft name.
    named: Vec<String>,
    /// The tables whose other fields they enter.
    rests: Vec<String>,
    holder: Holder,
}

impl<'a> Filler<'a> {
    /// Takes in an order.
    pub(super) fn new(desk: &'a Desk<'a>, order: &'a Order, manner: Manner) -> Self {
        let Manner { lang, privacy } = manner;
        let data = data::tree(desk, order);
        let holder = desk.holder(order);
        let applicant = data["subject"]["nature"].as_str().map(|nature| {
            if nature == "individual" {
                Applicant::Individual
            } else {
                Applicant::Organisation
            }
        });
        let subject = Subject {
            applicant,
            province: order.province(),
            verify_by: order.verify_by,
            scope: (order.kind == Kind::New).then(|| {
                if order.is_first_filing() {
                    Scope::First
                } else {
                    Scope::Added
                }
            }),
        };
        let profile = desk.world.profiles.for_order(order.provider.as_deref());
        let guide = Guide::of(order.provider.as_deref(), profile);
        let drafting = guide.steps(Status::Draft, order.kind, &subject);
        let fields = drafting.iter().flat_map(|step| &step.fields);
        Self {
            named: fields.map(|field| field.path.clone()).collect(),
            rests: drafting.iter().flat_map(|step| step.rest.clone()).collect(),
            holder,
            shown: data::masked(&data, holder, privacy),
            view: desk.view(order),
            desk,
            order,
            lang,
            privacy,
            guide,
            subject,
            data,
        }
    }

    /// Lists the steps behind, at hand and ahead, in their order.
    pub(super) fn steps(&self) -> Vec<Filled> {
        let plan = self.plan();
        let mut filled = Vec::new();
        for (status, state) in plan {
            for step in self.guide.steps(status, self.order.kind, &self.subject) {
                if step.each_service {
                    let places = 0..self.order.service_count();
                    filled.extend(
                        places
                            .filter(|place| self.suits(&step.only, Some(*place)))
                            .map(|place| self.step(step, state, Some(place))),
                    );
                } else if self.suits(&step.only, None) {
                    filled.push(self.step(step, state, None));
                }
            }
        }
        filled
    }

    /// Lists the statuses that are behind, at hand and ahead.
    fn plan(&self) -> Vec<(Status, State)> {
        let case = self.order.case(&self.desk.world.profiles);
        let way = case.way();
        let status = self.view.status();
        let ahead = |from: usize| way.iter().skip(from).map(|s| (*s, State::Later));
        match status {
            Status::Draft
            | Status::ProviderReview
            | Status::AwaitingBureauSubmission
            | Status::SmsVerificationPending
            | Status::AwaitingBureauReview
            | Status::Approved => {
                let here = way.iter().position(|s| *s == status).unwrap_or(0);
                let behind = way.iter().take(here).map(|s| (*s, State::Done));
                behind
                    .chain([(status, State::Now)])
                    .chain(ahead(here + 1))
                    .collect()
            }
            Status::ProviderRejected | Status::BureauRejected => {
                let again = [(status, State::Now), (Status::Draft, State::Now)];
                again.into_iter().chain(ahead(1)).collect()
            }
            Status::SmsVerificationExpired => {
                let to = case.profile.resubmit_expired;
                let there = way.iter().position(|s| *s == to).unwrap_or(1);
                let behind = way.iter().take(there).map(|s| (*s, State::Done));
                behind
                    .chain([(status, State::Now)])
                    .chain(ahead(there))
                    .collect()
            }
            Status::Abandoned | Status::Lapsed | Status::Purged => vec![(status, State::Now)],
        }
    }

    /// Whether a part is for this order and, where one is meant, for the service at `place`.
    fn suits(&self, only: &Only, place: Option<usize>) -> bool {
        let suits_service = |place| only.is_for_service(self.service_kind(place));
        let count = self.order.service_count();
        let suits_services = place.map_or_else(
            || count == 0 || (0..count).any(suits_service),
            suits_service,
        );
        only.is_for(self.order.kind, &self.subject)
            && suits_services
            && only
                .when
                .as_ref()
                .is_none_or(|when| self.holds(when, place))
    }

    fn holds(&self, when: &When, place: Option<usize>) -> bool {
        let path = place.map_or_else(|| when.path.clone(), |place| at(&when.path, place));
        let found = values(&self.data, &path);
        let mut words = found.iter().filter_map(|value| value.as_str()).peekable();
        words.peek().is_none()
            || words.any(|word| {
                (when.is.is_empty() || when.is.iter().any(|w| w == word))
                    && !when.not.iter().any(|w| w == word)
            })
    }

    fn service_kind(&self, place: usize) -> Option<ServiceKind> {
        let services = &self.data["services"];
        services[place]["kind"]
            .as_str()
            .and_then(ServiceKind::from_name)
    }

    fn step(&self, step: &Step, state: State, place: Option<usize>) -> Filled {
        let lines = |lines: &[Line]| -> Vec<String> {
            lines
                .iter()
                .filter(|line| self.suits(&line.only, place))
                .map(|line| match self.lang {
                    Lang::Zh => self.words(&line.zh, step.status, Lang::Zh),
                    Lang::En => self.words(&line.en, step.status, Lang::En),
                })
                .collect()
        };
        let named = step.fields.iter().flat_map(|e| self.entry(e, place));
        let rest = step.rest.iter().flat_map(|table| self.rest(table, place));
        let lists = |listed| step.lists.contains(&listed);
        let changes = lists(Listed::Changes).then(|| self.changes());
        let uploads = step.uploads.iter();
        let persons = lists(Listed::Persons).then(|| self.persons());
        let papers = lists(Listed::Papers).then(|| {
            self.desk.papers(
                self.order,
                Manner {
                    lang: self.lang,
                    privacy: self.privacy,
                },
            )
        });
        Filled {
            id: step.id.clone(),
            state,
            status: step.status,
            title: self.words(step.title.get(self.lang), step.status, self.lang),
            console: self.words(&step.title.zh, step.status, Lang::Zh),
            service: place.map(|place| self.service_name(place)),
            text: lines(&step.text),
            fields: named
                .chain(rest)
                .chain(changes.into_iter().flatten())
                .collect(),
            uploads: uploads
                .filter(|upload| self.suits(&upload.only, place))
                .map(|upload| self.upload(upload, place))
                .collect(),
            persons: persons.unwrap_or_default(),
            papers: papers.unwrap_or_default(),
            confirm: lines(&step.confirm),
            source: step.source.clone(),
        }
    }

    /// Returns what a service is called: its name, else its first domain, number or place.
    fn service_name(&self, place: usize) -> String {
        let service = &self.data["services"][place];
        let known = [&service["name"], &service["domains"][0], &service["number"]];
        let name = known.into_iter().find_map(Value::as_str);
        name.map_or_else(|| (place + 1).to_string(), str::to_owned)
    }

    /// Fills in a field of the console; one of services, outside a step for each, once a service.
    fn entry(&self, entry: &Entry, place: Option<usize>) -> Vec<FieldSheet> {
        let places: Vec<Option<usize>> = if !entry.path.starts_with("services.") {
            vec![None]
        } else if place.is_some() {
            vec![place]
        } else {
            (0..self.order.service_count()).map(Some).collect()
        };
        let label = entry.label.clone().or_else(|| {
            let field = knowledge::field(&entry.path)?;
            Some(field.label.clone())
        });
        let label = label.unwrap_or_else(|| Text::verbatim(entry.path.clone()));
        let wanted = places
            .into_iter()
            .filter(|place| self.suits(&entry.only, *place));
        wanted
            .map(|of| {
                let label = match of {
                    Some(of) if place.is_none() && self.order.service_count() > 1 => {
                        let (zh, en, name) = (&label.zh, &label.en, self.service_name(of));
                        text!("{zh}（{name}）", "{en} ({name})")
                    }
                    Some(_) | None => label.clone(),
                };
                let date = entry.date.as_deref();
                self.field(&entry.path, of, &label, date, !entry.optional)
            })
            .collect()
    }

    fn field(
        &self,
        path: &str,
        place: Option<usize>,
        label: &Text,
        date: Option<&str>,
        required: bool,
    ) -> FieldSheet {
        let full = place.map_or_else(|| path.to_owned(), |place| at(path, place));
        let (entered, meaning) = self.entered(path, values(&self.shown, &full), date);
        let missing = required && entered.is_empty();
        let can_fill = !self.view.standing.status.has_ended() && entered.is_empty();
        FieldSheet {
            fill: can_fill.then(|| missing::fill(self.order, &full)).flatten(),
            path: full,
            label: label.get(self.lang).to_owned(),
            console: label.zh.clone().into_owned(),
            values: entered,
            meaning,
            was: None,
            required,
            missing,
        }
    }

    /// Returns values as they are entered, and what they mean in the reader's language.
    fn entered(
        &self,
        path: &str,
        values: Vec<&Value>,
        date: Option<&str>,
    ) -> (Vec<String>, Option<String>) {
        let nature = self.data["subject"]["nature"].as_str().unwrap_or_default();
        let said: Vec<_> = values
            .into_iter()
            .map(|value| said(path, value, nature, date, self.lang))
            .collect();
        let meanings: Vec<&str> = said.iter().filter_map(|s| s.meaning.as_deref()).collect();
        let meaning = (!meanings.is_empty()).then(|| meanings.join(", "));
        (said.into_iter().map(|s| s.words).collect(), meaning)
    }

    /// Fills in the fields of a table of the data that no step names.
    fn rest(&self, table: &str, place: Option<usize>) -> Vec<FieldSheet> {
        knowledge::fields()
            .iter()
            .filter(|field| self.is_rest(field, table))
            .flat_map(|field| {
                let entry = Entry {
                    path: field.path.clone(),
                    label: Some(field.label.clone()),
                    date: None,
                    optional: true,
                    only: Only::default(),
                };
                self.entry(&entry, place)
            })
            .collect()
    }

    /// Whether a field is entered with the others of `table`, the nearest one that a step has.
    fn is_rest(&self, field: &Field, table: &str) -> bool {
        let is_leaf = match field.value_type {
            FieldType::Table => false,
            FieldType::List => !knowledge::fields()
                .iter()
                .any(|other| is_below(&other.path, &field.path)),
            FieldType::String | FieldType::Date | FieldType::Bool | FieldType::Number => true,
        };
        let holder = self.subject.applicant.map(|who| match who {
            Applicant::Individual => Holder::Individual,
            Applicant::Organisation => Holder::Organisation,
        });
        let is_nearest = !self
            .rests
            .iter()
            .any(|other| is_below(other, table) && is_below(&field.path, other));
        is_leaf
            && is_below(&field.path, table)
            && is_nearest
            && !self.named.contains(&field.path)
            && field
                .kinds
                .iter()
                .any(|kind| kind == self.order.kind.name())
            && (field.natures.is_empty() || holder.is_none_or(|h| field.natures.contains(&h)))
    }

    /// Fills in the fields of a change.
    fn changes(&self) -> Vec<FieldSheet> {
        self.order
            .changes
            .iter()
            .map(|change| {
                let place = change.service.as_ref().and_then(|number| {
                    let services = &self.order.target.services;
                    services.iter().position(|s| s.number == *number)
                });
                let base = if place.is_some() {
                    "services"
                } else {
                    "subject"
                };
                let path = format!("{base}.{}", change.field);
                let label = knowledge::field(&path)
                    .map_or_else(|| Text::verbatim(change.field.clone()), |f| f.label.clone());
                let label = match place {
                    Some(place) => {
                        let (zh, en, name) = (&label.zh, &label.en, self.service_name(place));
                        text!("{zh}（{name}）", "{en} ({name})")
                    }
                    None => label,
                };
                let was = self.masked_value(&path, change.from.as_ref());
                let (was, _) = self.entered(&path, leaves(&was), None);
                let now = self.masked_value(&path, change.to.as_ref());
                let (now, meaning) = self.entered(&path, leaves(&now), None);
                FieldSheet {
                    path: place.map_or_else(|| path.clone(), |place| at(&path, place)),
                    label: label.get(self.lang).to_owned(),
                    console: label.zh.into_owned(),
                    values: now,
                    meaning,
                    was: Some(was),
                    required: true,
                    missing: false,
                    fill: None,
                }
            })
            .collect()
    }

    fn masked_value(&self, path: &str, value: Option<&toml::Value>) -> Value {
        let mut shown = value
            .and_then(|value| serde_json::to_value(value).ok())
            .unwrap_or_default();
        mask_for(&mut shown, path, Some(self.holder), self.privacy);
        shown
    }

    fn upload(&self, upload: &Upload, place: Option<usize>) -> UploadSheet {
        let count = self.order.service_count();
        let service = place.map(|place| place + 1);
        let files: Vec<String> = self
            .order
            .materials
            .iter()
            .filter(|held| held.slot == upload.slot)
            .filter(|held| {
                service.is_none() || held.service == service || held.service.is_none() && count == 1
            })
            .map(|held| self.privacy.file_name(&held.file).into_owned())
            .collect();
        let label = upload.label.clone().or_else(|| {
            let list = knowledge::code_list("material-slots")?;
            Some(list.entry(&upload.slot)?.label.clone())
        });
        let label = label.unwrap_or_else(|| Text::verbatim(upload.slot.clone()));
        let can_fill = files.is_empty() && !self.view.standing.status.has_ended();
        let named = service.filter(|_| count > 1);
        UploadSheet {
            slot: upload.slot.clone(),
            label: label.get(self.lang).to_owned(),
            console: label.zh.into_owned(),
            service: named,
            required: !upload.optional,
            missing: files.is_empty() && !upload.optional,
            fill: can_fill.then(|| missing::attach(self.order, &upload.slot, 1, named)),
            files,
        }
    }

    /// Lists who answers the SMS: those of the running window, else those that it will ask.
    fn persons(&self) -> Vec<PersonSheet> {
        let window = self.view.standing.window.as_ref();
        let list: Vec<(Signatory, Option<Instant>)> = window.map_or_else(
            || {
                let portfolio = &self.desk.world.book.portfolio;
                let all = signatories(self.order, portfolio).into_iter();
                all.map(|signatory| (signatory, None)).collect()
            },
            |window| window.awaiting.clone(),
        );
        list.into_iter()
            .map(|(signatory, answered)| self.person(&signatory, answered, window.is_some()))
            .collect()
    }

    fn person(&self, signatory: &Signatory, answered: Option<Instant>, asked: bool) -> PersonSheet {
        let who = first_part(signatory);
        let name = self.order.who_name(who);
        let id = &self.order.id;
        let verified = Report::SmsVerified.name();
        let certificate = signatory.who.iter().find_map(|who| self.certificate(*who));
        PersonSheet {
            label: board::parts(self.order, signatory, self.lang),
            name: signatory
                .name
                .as_deref()
                .map(|name| self.privacy.name(name).into_owned()),
            phone: signatory
                .phone
                .as_deref()
                .map(|phone| self.privacy.phone(phone).into_owned()),
            id_tail: certificate.map(tail),
            verified_at: answered.map(time),
            record: (asked && answered.is_none())
                .then(|| format!("icpctl record {id} {verified} --who {name}")),
            who: name,
        }
    }

    /// Returns the number of somebody's certificate as it may be shown; an individual's is the subject's.
    fn certificate(&self, who: Who) -> Option<&str> {
        let subject = &self.shown["subject"];
        let own = match who {
            Who::Subject => &subject["responsible"],
            Who::Service(place) => &self.shown["services"][place.checked_sub(1)?]["responsible"],
        };
        let own = own["certificate_number"].as_str();
        own.or_else(|| {
            let is_individual = self.subject.applicant == Some(Applicant::Individual);
            is_individual
                .then(|| subject["certificate_number"].as_str())
                .flatten()
        })
    }

    /// Fills in the words in braces of a step in `status`.
    fn words(&self, text: &str, status: Status, lang: Lang) -> String {
        filled(text, |name| self.word(name, status, lang))
    }

    fn word(&self, name: &str, status: Status, lang: Lang) -> Option<String> {
        let order = self.order;
        let profile = self.profile();
        let unknown = |text: Text| text.get(lang).to_owned();
        Some(match name {
            "order" => order.id.to_string(),
            "provider" => board::provider(self.desk, order).get(lang).to_owned(),
            "console" => profile
                .status_label(status)
                .map_or_else(|| status.label().get(lang).to_owned(), str::to_owned),
            "account" => order
                .account
                .clone()
                .unwrap_or_else(|| unknown(text!("（未填写）", "(not given)"))),
            "number" => order.target.subject.map_or_else(
                || unknown(text!("（尚无备案号）", "(no number yet)")),
                |number| number.to_string(),
            ),
            "bureau" => order.province().map_or_else(
                || {
                    unknown(text!(
                        "当地通信管理局",
                        "the province's communications administration"
                    ))
                },
                |province| province.bureau().get(lang).to_owned(),
            ),
            "site" => order.province().map_or_else(
                || "https://beian.miit.gov.cn".to_owned(),
                |province| format!("https://{}.beian.miit.gov.cn", province.code()),
            ),
            "review_days" => days(profile.review_days),
            "submission_days" => days(profile.submission_days),
            _ => return None,
        })
    }

    fn profile(&self) -> &Profile {
        let provider = self.order.provider.as_deref();
        self.desk.world.profiles.for_order(provider)
    }

    /// Fills in the statement of a cancellation, in Chinese; what is not known stays blank.
    pub(super) fn statement(&self, text: &str) -> String {
        let of_subject = |field: &str| self.shown["subject"][field].as_str().map(str::to_owned);
        let order = self.order;
        let known = |name: &str| match name {
            "subject" => of_subject("name"),
            "certificate" => of_subject("certificate_number"),
            "services" => Some(self.cancelled()),
            "account" => order.account.clone(),
            "number" => order.target.subject.map(|number| number.to_string()),
            "reason" => order
                .history
                .iter()
                .filter(|entry| entry.event == Event::Create)
                .find_map(|entry| entry.reason.clone()),
            other => self.word(other, Status::Draft, Lang::Zh),
        };
        filled(text, |name| {
            Some(known(name).unwrap_or_else(|| BLANK.to_owned()))
        })
    }

    /// Lists what a cancellation is about, a line each.
    fn cancelled(&self) -> String {
        let order = self.order;
        let mut lines: Vec<String> = Vec::new();
        if order.kind == Kind::CancelSubject
            && let Some(number) = &order.target.subject
        {
            lines.push(format!("主体备案号 {number} 及其名下全部互联网信息服务"));
        }
        lines.extend(order.target.services.iter().map(|service| {
            let number = service.number;
            let name = service.name.as_deref().unwrap_or_default();
            let domains: Vec<&str> = service.domains.iter().map(Host::as_str).collect();
            let domains = domains.join("、");
            format!("服务备案号 {number}  {name}  {domains}")
                .trim_end()
                .to_owned()
        }));
        lines.join("\n")
    }
}

/// Puts the place of a service into the path of one of its fields: `services.name`, `services.0.name`.
fn at(path: &str, place: usize) -> String {
    match path.strip_prefix("services.") {
        Some(field) => format!("services.{place}.{field}"),
        None => path.to_owned(),
    }
}

fn is_below(path: &str, table: &str) -> bool {
    path.strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Lists a value, or what a list holds.
fn leaves(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// Returns the last six characters, which the SMS page asks for.
fn tail(number: &str) -> String {
    let length = number.chars().count();
    number.chars().skip(length.saturating_sub(6)).collect()
}

fn days([least, most]: [u32; 2]) -> String {
    if least == most {
        least.to_string()
    } else {
        format!("{least}–{most}")
    }
}

/// Replaces each `{name}` by its word; one that has none stays.
fn filled(text: &str, word: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        filled.push_str(before);
        match word(name) {
            Some(word) => filled.push_str(&word),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled + rest
}
