//! Host names: the domains (域名) that sites and apps use.

use crate::lang::Text;
use crate::lang::parser::Told;
use crate::text;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::str::FromStr;
use unicode_normalization::char::is_combining_mark;

/// A host name of two labels or more, normalised by UTS 46.
///
/// Compared by its ASCII form, shown and serialised in Unicode: `例子.中国`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host {
    ascii: String,
    unicode: String,
}

/// Why a text is no host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The field is empty.
    #[error("{}", self.message().en)]
    Empty,
    /// An address, not a name.
    #[error("{}", self.message().en)]
    IpAddress {
        /// What was given.
        given: String,
    },
    /// An address of a page, or a host with port, path or user.
    #[error("{}", self.message().en)]
    Url {
        /// What was given.
        given: String,
        /// The host in it, where it has one.
        host: Option<Host>,
    },
    /// An e-mail address.
    #[error("{}", self.message().en)]
    Email {
        /// What was given.
        given: String,
    },
    /// A name with `*`.
    #[error("{}", self.message().en)]
    Wildcard {
        /// What was given.
        given: String,
    },
    /// Two dots in a row, or one at the head.
    #[error("{}", self.message().en)]
    EmptyLabel {
        /// What was given.
        given: String,
    },
    /// One label, such as `localhost`.
    #[error("{}", self.message().en)]
    SingleLabel {
        /// What was given.
        given: String,
    },
    /// A name under which others register, such as `com.cn`.
    #[error("{}", self.message().en)]
    PublicSuffix {
        /// What was given.
        given: String,
    },
    /// Characters or lengths that no host name has.
    #[error("{}", self.message().en)]
    NotAName {
        /// What was given.
        given: String,
    },
}

impl HostError {
    /// Returns the message.
    pub fn message(&self) -> Text {
        match self {
            Self::Empty => text!("域名为空", "the domain is empty"),
            Self::IpAddress { given } => text!(
                "“{given}”是 IP 地址，请填写域名",
                "\"{given}\" is an IP address; give a domain"
            ),
            Self::Url {
                given,
                host: Some(host),
            } => text!(
                "“{given}”是网址，请去掉协议、端口和路径，只填写 {host}",
                "\"{given}\" is a URL; drop scheme, port and path and give {host}"
            ),
            Self::Url { given, host: None } => text!(
                "“{given}”是网址，请去掉协议、端口和路径，只填写域名",
                "\"{given}\" is a URL; drop scheme, port and path and give the domain"
            ),
            Self::Email { given } => text!(
                "“{given}”是电子邮箱，请填写域名",
                "\"{given}\" is an e-mail address; give a domain"
            ),
            Self::Wildcard { given } => text!(
                "“{given}”含有通配符，请逐个填写域名",
                "\"{given}\" has a wildcard; give each domain by name"
            ),
            Self::EmptyLabel { given } => text!(
                "“{given}”有多余的点，应形如 www.example.com",
                "\"{given}\" has a dot too many; expected a form like www.example.com"
            ),
            Self::SingleLabel { given } => text!(
                "“{given}”没有后缀，应形如 example.com",
                "\"{given}\" has no suffix; expected a form like example.com"
            ),
            Self::PublicSuffix { given } => text!(
                "“{given}”是公共后缀，不能注册，应形如 example.{given}",
                "\"{given}\" is a public suffix that nobody registers; expected a form like example.{given}"
            ),
            Self::NotAName { given } => text!(
                "“{given}”不是有效域名，应形如 example.com",
                "\"{given}\" is no domain; expected a form like example.com"
            ),
        }
    }
}

/// Whether a character can stand in a name that a registry takes (RFC 5892): a letter, a digit or its
/// mark, no sign such as the 、 between two names.
fn may_stand(character: char) -> bool {
    character.is_ascii()
        || character.is_alphanumeric()
        || is_combining_mark(character)
        || matches!(
            character,
            '·' | '・' | '\u{200c}' | '\u{200d}' | '\u{375}' | '\u{5f3}' | '\u{5f4}'
        )
}

impl Host {
    /// Reads a host name; case, full-width characters, 。 and a dot at the end are normalised.
    ///
    /// # Errors
    /// When it is an address, a URL, a wildcard, a public suffix or no name.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let host = Self::kept(text)?;
        if !host.unicode.chars().all(may_stand) {
            let given = text.trim().to_owned();
            return Err(HostError::NotAName { given });
        }
        Ok(host)
    }

    /// Reads a host name that a record may hold: what was once taken stays readable, signs too.
    fn kept(text: &str) -> Result<Self, HostError> {
        let given = text.trim();
        if given.is_empty() {
            return Err(HostError::Empty);
        }
        let refused = || given.to_owned();
        let bare = given.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_ok() {
            return Err(HostError::IpAddress { given: refused() });
        }
        if is_email(given) {
            return Err(HostError::Email { given: refused() });
        }
        if let Some(inner) = host_of_url(given) {
            return Err(HostError::Url {
                given: refused(),
                host: Self::parse(inner).ok(),
            });
        }
        if given.contains(['*', '＊']) {
            return Err(HostError::Wildcard { given: refused() });
        }
        let ascii =
            idna::domain_to_ascii(given).map_err(|_| HostError::NotAName { given: refused() })?;
        let ascii = ascii.strip_suffix('.').unwrap_or(&ascii).to_owned();
        if ascii.is_empty() || ascii.split('.').any(str::is_empty) {
            return Err(HostError::EmptyLabel { given: refused() });
        }
        if ascii.parse::<IpAddr>().is_ok() {
            return Err(HostError::IpAddress { given: refused() });
        }
        // Only now the strict rules: an empty label has its own message.
        let ascii = idna::domain_to_ascii_strict(&ascii)
            .map_err(|_| HostError::NotAName { given: refused() })?;
        let Some((_, last)) = ascii.rsplit_once('.') else {
            return Err(HostError::SingleLabel { given: refused() });
        };
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HostError::NotAName { given: refused() });
        }
        let (unicode, _) = idna::domain_to_unicode(&ascii);
        let host = Self { ascii, unicode };
        if host.registered().is_none() {
            return Err(HostError::PublicSuffix {
                given: host.unicode,
            });
        }
        Ok(host)
    }

    /// Returns the form in ASCII, as the DNS has it.
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// Returns the form in Unicode, as people read it.
    pub fn as_str(&self) -> &str {
        &self.unicode
    }

    /// Returns the registered domain: one label and the public suffix of a registry.
    ///
    /// Suffixes that companies list for their customers (`github.io`) are not registries'.
    #[must_use]
    pub fn registered_domain(&self) -> Self {
        self.registered().map_or_else(
            || self.clone(),
            |ascii| Self {
                ascii: ascii.to_owned(),
                unicode: idna::domain_to_unicode(ascii).0,
            },
        )
    }

    /// Whether the host is itself a registered domain.
    pub fn is_registered_domain(&self) -> bool {
        self.registered() == Some(&self.ascii)
    }

    /// Whether the host lies strictly below `other`: `shop.example.com` below `example.com`.
    pub fn is_below(&self, other: &Self) -> bool {
        self.ascii
            .strip_suffix(&other.ascii)
            .is_some_and(|head| head.ends_with('.'))
    }

    /// Finds the longest public suffix of a registry and takes one label more.
    fn registered(&self) -> Option<&str> {
        let mut name = None;
        let mut tail: &str = &self.ascii;
        loop {
            let is_suffix = psl::suffix(tail.as_bytes()).is_some_and(|suffix| {
                suffix.as_bytes() == tail.as_bytes() && suffix.typ() != Some(psl::Type::Private)
            });
            if is_suffix {
                return name;
            }
            name = Some(tail);
            tail = tail.split_once('.')?.1;
        }
    }
}

/// Whether a text is an e-mail address: one @ with something before it, and nothing of a URL.
fn is_email(given: &str) -> bool {
    let parts = given.split_once('@');
    parts.is_some_and(|(user, _)| !user.is_empty()) && !given.contains(['/', '?', '#', ':', '\\'])
}

/// Returns the host part of what is written as a URL, with port, path or user.
fn host_of_url(given: &str) -> Option<&str> {
    let rest = given
        .split_once("://")
        .map(|(_, rest)| rest)
        .or_else(|| given.strip_prefix("//"));
    if rest.is_none() && !given.contains(['/', '?', '#', '@', ':', '\\']) {
        return None;
    }
    let authority = rest
        .unwrap_or(given)
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    Some(host.split(':').next().unwrap_or_default())
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.ascii == other.ascii
    }
}

impl Eq for Host {}

impl PartialOrd for Host {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Host {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ascii.cmp(&other.ascii)
    }
}

impl Hash for Host {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ascii.hash(state);
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unicode)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.unicode)
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Host {
    type Error = Told;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::kept(&text).map_err(|error| Told(error.message()))
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.unicode
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use proptest::prelude::*;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn spellings_fall_together() {
        for text in [
            "例子.中国",
            "xn--fsqu00a.xn--fiqs8s",
            "例子。中国",
            " 例子.中国. ",
        ] {
            assert_eq!(host(text), host("例子.中国"), "{text}");
            assert_eq!(host(text).to_string(), "例子.中国");
            assert_eq!(host(text).ascii(), "xn--fsqu00a.xn--fiqs8s");
        }
        assert_eq!(host("ＷＷＷ.Example.COM").to_string(), "www.example.com");
    }

    #[test]
    fn the_registered_domain_stands_below_a_registry_suffix() {
        for (text, registered) in [
            ("example.com", "example.com"),
            ("a.b.example.com.cn", "example.com.cn"),
            ("www.example.gd.cn", "example.gd.cn"),
            ("shop.例子.中国", "例子.中国"),
            ("www.例子.公司.cn", "例子.公司.cn"),
            ("someone.github.io", "github.io"),
        ] {
            assert_eq!(host(text).registered_domain(), host(registered), "{text}");
            assert!(host(registered).is_registered_domain());
        }
        assert!(!host("www.example.com").is_registered_domain());
    }

    #[test]
    fn below_means_whole_labels_and_strictly() {
        assert!(host("shop.example.com").is_below(&host("example.com")));
        assert!(host("a.b.example.com").is_below(&host("example.com")));
        assert!(!host("myexample.com").is_below(&host("example.com")));
        assert!(!host("example.com").is_below(&host("example.com")));
        assert!(!host("example.com").is_below(&host("shop.example.com")));
    }

    #[test]
    fn each_fault_is_named() {
        let refused = |text: &str| Host::parse(text).unwrap_err();
        let given = |text: &str| text.to_owned();
        assert_eq!(refused("  "), HostError::Empty);
        for ip in ["192.0.2.1", "[2001:db8::1]", "2001:db8::1", "１９２.0.2.1"] {
            assert_eq!(refused(ip), HostError::IpAddress { given: given(ip) });
        }
        for url in [
            "https://www.example.com/a?b",
            "www.example.com/",
            "www.example.com:8080",
            "//www.example.com",
            "//user@www.example.com",
        ] {
            let expected = HostError::Url {
                given: given(url),
                host: Host::parse("www.example.com").ok(),
            };
            assert_eq!(refused(url), expected);
        }
        assert_eq!(
            refused("user@www.example.com"),
            HostError::Email {
                given: given("user@www.example.com"),
            }
        );
        assert!(matches!(
            refused("*.example.com"),
            HostError::Wildcard { .. }
        ));
        assert!(matches!(
            refused("www..example.com"),
            HostError::EmptyLabel { .. }
        ));
        assert!(matches!(
            refused(".example.com"),
            HostError::EmptyLabel { .. }
        ));
        assert!(matches!(refused("."), HostError::EmptyLabel { .. }));
        assert!(matches!(
            refused("localhost"),
            HostError::SingleLabel { .. }
        ));
        assert!(matches!(refused("com.cn"), HostError::PublicSuffix { .. }));
        for name in [
            "-a.example.com",
            "a_b.example.com",
            "a b.com",
            "1.2",
            "xn--a.com",
            "例 子.com",
        ] {
            assert!(
                matches!(refused(name), HostError::NotAName { .. }),
                "{name}: {:?}",
                refused(name)
            );
        }
    }

    #[test]
    fn serialised_as_shown() {
        let json = serde_json::to_string(&host("xn--fsqu00a.xn--fiqs8s")).unwrap();
        assert_eq!(json, "\"例子.中国\"");
        assert_eq!(
            serde_json::from_str::<Host>(&json).unwrap(),
            host("例子.中国")
        );
        assert!(serde_json::from_str::<Host>("\"http://example.com\"").is_err());
    }

    #[test]
    fn a_sign_is_refused_where_it_is_written_and_read_where_it_is_kept() {
        for name in ["☃.cn", "a、b.com"] {
            assert!(Host::parse(name).is_err(), "{name}");
            let kept: Host = serde_json::from_value(name.into()).unwrap();
            assert_eq!(kept.as_str(), name);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(text in "\\PC{0,30}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(host.as_str()), Ok(host.clone()));
                prop_assert_eq!(Host::parse(host.ascii()), Ok(host));
            }
        }
    }
}
