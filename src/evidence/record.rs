//! What the public record says, through an endpoint that the user runs or buys.
//!
//! The authority's own site asks for a captcha, which is for people; here only the user's endpoint is
//! asked. Without a shape in the configuration, it answers as the open `ICP_Query` services do: filed
//! or not only if `code` is 200, `success` is true and `params.list` is a list.

use super::{Asker, Found};
use crate::config::base::Base;
use crate::config::secret::Revealed;
use crate::config::sections::{Record, RecordShape};
use crate::env::Env;
use crate::failure::Failure;
use crate::filing::evidence::case::About;
use crate::filing::evidence::{Claim, Fact, Source, Verdict};
use crate::filing::host::Host;
use crate::filing::number::{Number, NumberError, Refusal, ServiceKind};
use crate::lang::Text;
use crate::network::error::{NetworkError, Outlook, shown};
use crate::network::header::HeaderName;
use crate::network::request::Request;
use crate::text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;
use std::time::Duration;

/// How long the built-in kind of endpoint may take: it asks others in turn.
const PATIENCE: Duration = Duration::from_mins(2);

/// An endpoint that tells the public record.
#[derive(Debug)]
pub(super) struct Endpoint {
    template: String,
    secret: Option<Revealed>,
    headers: Vec<(HeaderName, Revealed)>,
    shape: RecordShape,
    is_built_in: bool,
    timeout: Duration,
    pub(super) shown: String,
}

/// One entry of the public record, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The domain.
    pub domain: Option<String>,
    /// The service's number.
    pub service: Option<String>,
    /// The subject's number.
    pub subject: Option<String>,
    /// The subject's name.
    pub name: Option<String>,
    /// When it was last approved.
    pub updated: Option<String>,
}

/// The shape of the open services.
fn built_in() -> RecordShape {
    let pointer = |text: &str| Some(text.to_owned());
    RecordShape {
        ok: BTreeMap::from([
            ("/code".to_owned(), Value::from(200)),
            ("/success".to_owned(), Value::from(true)),
        ]),
        entries: "/params/list".to_owned(),
        domain: pointer("/domain"),
        service: pointer("/serviceLicence"),
        subject: pointer("/mainLicence"),
        name: pointer("/unitName"),
        updated: pointer("/updateRecordTime"),
    }
}

impl Endpoint {
    /// Reads what the configuration says; none where it names no endpoint.
    ///
    /// # Errors
    /// A bad address (3), or a secret that is not there (12).
    pub(super) fn new(settings: &Record, env: &Env) -> Result<Option<Self>, Failure> {
        let Some(template) = &settings.url else {
            return Ok(None);
        };
        let invalid = |words: Text| {
            Failure::invalid(
                "invalid.config",
                text!(
                    "record.url 无效：{words}",
                    "record.url is wrong: {words}",
                    words
                ),
            )
        };
        let sample = template
            .replace("{kind}", "web")
            .replace("{query}", "example.cn")
            .replace("{secret}", "x");
        let base = Base::parse(&sample).map_err(invalid)?;
        if !template.contains("{query}") {
            return Err(invalid(Text::fixed("缺少 {query}", "{query} is missing")));
        }
        let secret = settings.secret.as_ref().map(|secret| secret.reveal(env));
        let mut headers = Vec::new();
        for (name, secret) in &settings.headers {
            let name = HeaderName::from_str(name).map_err(|_| {
                let name = &**name;
                invalid(text!(
                    "“{name}”不是请求头的名称",
                    "\"{name}\" is no name of a header"
                ))
            })?;
            headers.push((name, secret.reveal(env)?));
        }
        Ok(Some(Self {
            template: template.clone(),
            secret: secret.transpose()?,
            headers,
            is_built_in: settings.shape.is_none(),
            shape: settings.shape.clone().unwrap_or_else(built_in),
            timeout: settings.timeout.map_or(PATIENCE, |timeout| timeout.0),
            shown: shown(base.url()),
        }))
    }

    fn request(&self, kind: &str, query: &str) -> Result<Request, NetworkError> {
        let encode = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        let secret = self.secret.as_ref().map_or("", Revealed::expose);
        let url = self
            .template
            .replace("{kind}", kind)
            .replace("{query}", &encode(query))
            .replace("{secret}", &encode(secret));
        let url = url::Url::parse(&url).map_err(|error| NetworkError::Setup {
            what: Text::verbatim(format!("record.url: {error}")),
        })?;
        let request = Request::get(url).timeout(self.timeout).at_once(1);
        let headers = self.headers.iter();
        Ok(headers.fold(request, |request, (name, value)| {
            request.header(name.clone(), value.expose())
        }))
    }

    /// Returns words of the endpoint's without the secrets that it was sent.
    fn redacted(&self, words: String) -> String {
        let sent = self.headers.iter().map(|(_, secret)| secret);
        sent.chain(&self.secret)
            .fold(words, |words, secret| secret.hidden_in(&words))
    }
}

impl Asker<'_> {
    /// Asks the public record about something; nothing where no endpoint is configured.
    pub async fn recorded(&self, about: &About) -> Vec<Found> {
        let Some(endpoint) = &self.record else {
            return Vec::new();
        };
        let query = about.ascii();
        let key = format!("{query} {}", endpoint.template);
        let ask = self.look_up(endpoint, about);
        self.through(Source::Record, &key, ask).await
    }

    /// Whether the endpoint is known to take a subject's number for a query: it is of the built-in
    /// shape, and asked for each kind of service. Others may take domains alone, and say "nothing"
    /// to whatever they do not understand.
    pub fn can_search_by_number(&self) -> bool {
        self.record
            .as_ref()
            .is_some_and(|endpoint| endpoint.is_built_in && endpoint.template.contains("{kind}"))
    }

    /// Looks for everything that the public record has under a domain, a number or a name.
    ///
    /// # Errors
    /// When there is no answer, or not all of it.
    pub async fn search(&self, query: &str) -> Result<Vec<Entry>, NetworkError> {
        let Some(endpoint) = &self.record else {
            return Err(NetworkError::Setup {
                what: text!("缺少 record.url", "record.url is missing"),
            });
        };
        let shape = &endpoint.shape;
        let mut found = Vec::new();
        // An endpoint without a place for the kind is asked once.
        let kinds = if endpoint.template.contains("{kind}") {
            &["web", "app", "mapp", "kapp"][..]
        } else {
            &["web"][..]
        };
        for kind in kinds {
            let entries = self.entries(endpoint, kind, query).await?;
            if !entries.is_whole {
                let raw = entries.raw;
                return Err(NetworkError::Shape {
                    host: entries.host,
                    what: text!("不止一页（{raw}）", "more pages than one ({raw})"),
                });
            }
            let read = |entry: &Value| Entry {
                domain: said(entry, shape.domain.as_deref()),
                service: said(entry, shape.service.as_deref()),
                subject: said(entry, shape.subject.as_deref()),
                name: said(entry, shape.name.as_deref()),
                updated: said(entry, shape.updated.as_deref()),
            };
            found.extend(entries.list.iter().map(read));
        }
        Ok(found)
    }

    /// Asks for the entries about something.
    async fn entries(
        &self,
        endpoint: &Endpoint,
        kind: &str,
        query: &str,
    ) -> Result<Entries, NetworkError> {
        let request = endpoint.request(kind, query)?;
        let answer = self.network.http.send(request).await?.success()?;
        let body: Value = answer.json()?;
        entries(body, endpoint, answer.host())
    }

    async fn look_up(&self, endpoint: &Endpoint, about: &About) -> Vec<Fact> {
        let heard = self.heard(endpoint, about).await;
        heard.unwrap_or_else(|error| {
            let (query, from) = (about.ascii(), &endpoint.shown);
            vec![
                self.fact(&query, Claim::Filed, Source::Record, from)
                    .failed(&error),
            ]
        })
    }

    /// Looks something up, and tells an answer that failed from one that is not clear. A domain that
    /// is written in two ways may stand there in either: it is not there if it is under neither.
    ///
    /// # Errors
    /// When there is no answer.
    pub(super) async fn heard(
        &self,
        endpoint: &Endpoint,
        about: &About,
    ) -> Result<Vec<Fact>, NetworkError> {
        let heard = self.heard_of(endpoint, about, &about.ascii()).await?;
        match about {
            About::Domain(domain)
                if domain.as_str() != domain.ascii()
                    && heard.iter().any(|fact| fact.verdict == Verdict::No) =>
            {
                self.heard_of(endpoint, about, domain.as_str()).await
            }
            About::Domain(_) | About::Service(_) => Ok(heard),
        }
    }

    /// Looks something up as it is written in `words`.
    async fn heard_of(
        &self,
        endpoint: &Endpoint,
        about: &About,
        words: &str,
    ) -> Result<Vec<Fact>, NetworkError> {
        let query = about.ascii();
        let kind = match about {
            About::Domain(_) => "web",
            About::Service(number) => match number.kind() {
                ServiceKind::Site => "web",
                ServiceKind::App => "app",
                ServiceKind::Miniprogram => "mapp",
                ServiceKind::Quickapp => "kapp",
            },
        };
        let fact = |claim| self.fact(&query, claim, Source::Record, &endpoint.shown);
        let filed = || fact(Claim::Filed);
        let entries = self.entries(endpoint, kind, words).await?;
        let shape = &endpoint.shape;
        let mut ours = Vec::new();
        let (mut is_read, mut named, mut unnamed) = (true, false, None);
        for entry in &entries.list {
            match bearing(entry, shape, about) {
                Bearing::Ours => ours.push(entry),
                Bearing::Other => named = true,
                Bearing::Unnamed => unnamed = Some(entry),
                Bearing::Unread => is_read = false,
            }
        }
        // What names nothing is about something else where others are named; alone, it may be an answer
        // in another shape, or the only one, which says that there is nothing.
        if let Some(entry) = unnamed.filter(|_| !named && ours.is_empty()) {
            if entries.is_single && says_none(entry, shape) {
                return Ok(vec![filed().no("not-found").raw(entries.raw)]);
            }
            is_read = false;
        }
        let all = |pointer: &Option<String>| -> Vec<String> {
            let mut seen = BTreeSet::new();
            ours.iter()
                .filter_map(|entry| said(entry, pointer.as_deref()))
                .map(plain)
                .filter(|value| seen.insert(value.clone()))
                .collect()
        };
        let numbers = |pointer: &Option<String>| -> Vec<String> {
            let mut values = all(pointer);
            values.retain(|value| is_filing_number(value));
            values
        };
        let services = numbers(&shape.service);
        let subjects = numbers(&shape.subject);
        if services.is_empty() && subjects.is_empty() {
            return Ok(vec![match ours.first() {
                // It may stand in an entry that cannot be read, or on a page that was not asked for.
                None if !is_read => filed().unknown("unexpected-shape").raw(entries.raw),
                None if !entries.is_whole => filed().unknown("more-pages").raw(entries.raw),
                None => filed().no("not-found").raw(entries.raw),
                Some(entry) if entries.is_single && says_none(entry, shape) => {
                    filed().no("not-found").raw(entries.raw)
                }
                Some(_) => filed().unknown("no-number").raw(entries.raw),
            }]);
        }
        let excerpt: Vec<String> = services.iter().chain(&subjects).cloned().collect();
        let updated = all(&shape.updated);
        let raw = [excerpt, updated.clone()].concat().join("; ");
        let mut facts = vec![filed().values(services).raw(raw)];
        for (claim, values) in [
            (Claim::FiledSubject, subjects),
            (Claim::FiledName, all(&shape.name)),
            (Claim::FiledUpdated, updated),
        ] {
            if !values.is_empty() {
                facts.push(fact(claim).values(values));
            }
        }
        Ok(facts)
    }
}

/// Returns what an entry says at a place, if anything.
fn said(entry: &Value, pointer: Option<&str>) -> Option<String> {
    let found = entry.pointer(pointer?)?.as_str()?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// Writes a number as we do.
fn plain(value: String) -> String {
    match Number::parse(&value) {
        Ok(parsed) => parsed.number.to_string(),
        Err(_) => value,
    }
}

/// Whether a text is the number of a subject or service; words such as "not filed" may stand there.
fn is_filing_number(text: &str) -> bool {
    match Number::parse(text) {
        Ok(parsed) => match parsed.number {
            Number::Subject(_) | Number::Service(_) => true,
            Number::Security(_) => false,
        },
        // It is filed all the same, under a number of before 2005.
        Err(NumberError::Refused {
            reason: Refusal::Legacy { .. },
            ..
        }) => true,
        Err(_) => false,
    }
}

/// Whether an entry has a place for a number, and all such places are empty.
fn says_none(entry: &Value, shape: &RecordShape) -> bool {
    let pointers = [&shape.service, &shape.subject];
    let mut places = pointers.into_iter().flatten().peekable();
    places.peek().is_some()
        && places.all(|pointer| match entry.pointer(pointer) {
            Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
                false
            }
        })
}

struct Entries {
    host: String,
    list: Vec<Value>,
    /// Whether there is no list, but the only entry.
    is_single: bool,
    is_whole: bool,
    raw: String,
}

/// Takes the entries out of an answer, if it is one.
fn entries(mut body: Value, endpoint: &Endpoint, host: String) -> Result<Entries, NetworkError> {
    let shape = &endpoint.shape;
    for (pointer, wanted) in &shape.ok {
        let found = body.pointer(pointer).unwrap_or(&Value::Null);
        if found != wanted {
            return Err(NetworkError::Said {
                host,
                said: complaint(endpoint, &body, pointer, found),
                outlook: Outlook::Unknown,
                wait: None,
            });
        }
    }
    let folder = shape
        .entries
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let total = match body.pointer(&format!("{folder}/total")) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| ()),
        Some(other) => other.as_u64().map(Some).ok_or(()),
    };
    let (list, is_single) = match body.pointer_mut(&shape.entries).map(Value::take) {
        Some(Value::Array(list)) => (list, false),
        Some(one @ Value::Object(_)) => (vec![one], true),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            let pointer = &shape.entries;
            return Err(NetworkError::Shape {
                host,
                what: text!("{pointer} 处没有列表", "no list at {pointer}"),
            });
        }
    };
    let count = list.len() as u64;
    let (is_whole, raw) = match total {
        Ok(total) => (
            total.is_none_or(|total| total <= count),
            format!("{count} of {}", total.unwrap_or(count)),
        ),
        // Nobody knows of how many.
        Err(()) => (false, format!("{count} of ?")),
    };
    Ok(Entries {
        host,
        list,
        is_single,
        is_whole,
        raw,
    })
}

/// Returns the words in which a service says that it failed.
fn complaint(endpoint: &Endpoint, body: &Value, pointer: &str, found: &Value) -> String {
    let words = ["message", "msg", "error"]
        .iter()
        .filter_map(|key| body[*key].as_str());
    let words: Vec<&str> = words.collect();
    let words = endpoint.redacted(words.join("; "));
    let words: String = words.chars().take(200).collect();
    let found = endpoint.redacted(found.to_string());
    format!("{pointer} = {found}: {words}")
}

/// What an entry has to do with what was asked: the search also finds what only sounds alike.
enum Bearing {
    Ours,
    Other,
    /// Nothing stands where the name should: an app may have no domain.
    Unnamed,
    /// It may be about anything.
    Unread,
}

fn bearing(entry: &Value, shape: &RecordShape, about: &About) -> Bearing {
    let pointer = match about {
        About::Domain(_) => shape.domain.as_deref(),
        About::Service(_) => shape.service.as_deref(),
    };
    let is_ours = |text: &str| match about {
        About::Domain(domain) => Host::parse(text).ok().map(|said| said == *domain),
        About::Service(number) => match Number::parse(text) {
            Ok(said) => Some(said.number == Number::Service(*number)),
            Err(_) => is_filing_number(text).then_some(false),
        },
    };
    let Some(pointer) = pointer else {
        return match about {
            About::Domain(_) if entry.is_object() => Bearing::Ours,
            About::Domain(_) | About::Service(_) => Bearing::Unread,
        };
    };
    match entry.pointer(pointer) {
        None if !entry.is_object() => Bearing::Unread,
        None | Some(Value::Null) => Bearing::Unnamed,
        Some(Value::String(text)) if text.trim().is_empty() => Bearing::Unnamed,
        Some(Value::String(text)) => match is_ours(text.trim()) {
            Some(true) => Bearing::Ours,
            Some(false) => Bearing::Other,
            None => Bearing::Unread,
        },
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Bearing::Unread
        }
    }
}
