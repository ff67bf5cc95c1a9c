//! What fills in a guide: an order's data, its files, its persons.

use super::data::{self, values};
use super::sheet::{Filled, PersonSheet, State};
use crate::cli::commands::provider::range;
use crate::cli::documents::board;
use crate::cli::documents::order::{Desk, Manner, first_part};
use crate::filing::event::{Event, Report};
use crate::filing::facts::Holder;
use crate::filing::guide::{Guide, Line, Listed, Only, Scope, Step, Subject, When};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceKind;
use crate::filing::order::{Order, Signatory, Who};
use crate::filing::profile::Profile;
use crate::filing::signatory::signatories;
use crate::filing::standing::View;
use crate::filing::status::Status;
use crate::lang::{Lang, Text};
use crate::render::mask::Privacy;
use crate::text;
use serde_json::Value;

/// What stands in a statement for what is not known.
const BLANK: &str = "________________";

/// Everything about one order that its guide needs.
pub(super) struct Filler<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) order: &'a Order,
    pub(super) lang: Lang,
    pub(super) privacy: Privacy,
    pub(super) view: View,
    guide: Guide<'a>,
    pub(super) subject: Subject,
    /// As it stands, for conditions.
    pub(super) data: Value,
    /// As it may be shown.
    pub(super) shown: Value,
    /// The fields that the steps in draft name.
    pub(super) named: Vec<String>,
    /// The tables whose other fields they enter.
    pub(super) rests: Vec<String>,
    pub(super) holder: Holder,
}

impl<'a> Filler<'a> {
    /// Takes in an order.
    pub(super) fn new(desk: &'a Desk<'a>, order: &'a Order, manner: Manner) -> Self {
        let Manner { lang, privacy } = manner;
        let data = data::tree(desk, order);
        let holder = desk.holder(order);
        let applicant = data["subject"]["nature"].as_str().map(Holder::of_nature);
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
        self.add_papers(&mut filled);
        self.add_particulars(&mut filled);
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
    pub(super) fn suits(&self, only: &Only, place: Option<usize>) -> bool {
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
            || !when.absent
                && words.any(|word| {
                    (when.is.is_empty() || when.is.iter().any(|w| w == word))
                        && !when.not.iter().any(|w| w == word)
                })
    }

    pub(super) fn service_kind(&self, place: usize) -> Option<ServiceKind> {
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
    pub(super) fn service_name(&self, place: usize) -> String {
        let service = &self.data["services"][place];
        let known = [&service["name"], &service["domains"][0], &service["number"]];
        let name = known.into_iter().find_map(Value::as_str);
        name.map_or_else(|| (place + 1).to_string(), str::to_owned)
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
            verified_at: answered,
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
            Who::Service(place) => &self.shown["services"][place.index()]["responsible"],
        };
        let own = own["certificate_number"].as_str();
        own.or_else(|| {
            let is_individual = self.subject.applicant == Some(Holder::Individual);
            is_individual
                .then(|| subject["certificate_number"].as_str())
                .flatten()
        })
    }

    /// Fills in the words in braces of a step in `status`.
    fn words(&self, text: &str, status: Status, lang: Lang) -> String {
        let words = filled(text, |name| self.word(name, status, lang));
        // No space stands beside a bracket of full width.
        words.replace(" （", "（").replace("） ", "）")
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
            "account" => order.account.as_deref().map_or_else(
                || unknown(text!("（未填写）", "(not given)")),
                |account| self.privacy.account(account),
            ),
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
            "review_days" => range(profile.review_days),
            "submission_days" => range(profile.submission_days),
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
            "account" => order
                .account
                .as_deref()
                .map(|account| self.privacy.account(account)),
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
pub(super) fn at(path: &str, place: usize) -> String {
    match path.strip_prefix("services.") {
        Some(field) => format!("services.{place}.{field}"),
        None => path.to_owned(),
    }
}

/// Returns the last six characters, which the SMS page asks for.
fn tail(number: &str) -> String {
    let length = number.chars().count();
    number.chars().skip(length.saturating_sub(6)).collect()
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
