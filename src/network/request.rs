//! What is asked of a web service or a site.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;
use url::Url;

/// Whom a question goes to, which decides where it may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A service that we or the user named: `https`, or `http` on this machine.
    Service,
    /// A metadata service of this machine or its cloud: near addresses alone, and never by a proxy.
    Near,
    /// A site of a filing, at whatever address its name leads to: public ones alone, unless the
    /// user allows others.
    Site,
}

/// The most that is read of an answer, unless a question says otherwise.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How many redirects are followed, unless a question says otherwise.
const REDIRECTS: usize = 5;

/// A question over HTTP.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) timeout: Option<Duration>,
    pub(super) body_limit: usize,
    pub(super) redirects: usize,
    pub(super) reach: Reach,
    pub(super) at_once: Option<usize>,
}

impl Request {
    fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            timeout: None,
            body_limit: BODY_LIMIT,
            redirects: REDIRECTS,
            reach: Reach::Service,
            at_once: None,
        }
    }

    /// Reads something.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Asks for a token, as the metadata services want it.
    pub fn put(url: Url) -> Self {
        Self::new(Method::PUT, url)
    }

    /// Sends something. It is not sent twice by itself: what may be is signed anew each time.
    pub fn post(url: Url, content_type: &'static str, body: Vec<u8>) -> Self {
        let mut request = Self::new(Method::POST, url);
        request
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        request.body = body;
        request
    }

    /// Sets a header; a value that no header can hold is left out, and what it was for then says no.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            // Headers that we set may be secrets; they go to the first host alone.
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets how long the answer may take.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the most that is read of the answer.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Says that it goes to a site of a filing.
    #[must_use]
    pub const fn to_a_site(mut self) -> Self {
        self.reach = Reach::Site;
        self
    }

    /// Says that it goes to a metadata service: once, and nowhere else.
    #[must_use]
    pub const fn to_a_near_service(mut self) -> Self {
        self.reach = Reach::Near;
        self.redirects = 0;
        self
    }

    /// Says that the service wants no more than so many questions at once.
    #[must_use]
    pub const fn at_once(mut self, questions: usize) -> Self {
        self.at_once = Some(questions);
        self
    }

    /// Whether asking twice does no harm, and may help.
    pub(super) fn may_be_repeated(&self) -> bool {
        self.method.is_safe() && self.reach != Reach::Near
    }
}
