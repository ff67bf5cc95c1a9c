//! Why a question to somebody else got no usable answer.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::lang::Text;
use crate::text;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// The most that is kept of what another side says in its own words, in characters.
pub const WORDS: usize = 300;

/// Why a question got no usable answer. None of these says anything about what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub enum NetworkError {
    /// Nobody may be asked: `--offline`.
    Offline {
        /// Who would have been.
        host: String,
    },
    /// The network cannot be made ready: certificates, proxies, resolvers.
    Setup {
        /// What is wrong.
        what: Text,
    },
    /// Only `https`, or `http` on this machine, may be asked.
    NotSecure {
        /// The URL without its query.
        url: String,
    },
    /// A site's name leads to an address that is not public.
    Private {
        /// The site.
        host: String,
        /// The address.
        address: IpAddr,
    },
    /// A name has no address.
    NoAddress {
        /// The name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// No connection came about.
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        why: String,
    },
    /// The host's certificate does not hold, or no TLS came about.
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        fault: TlsFault,
    },
    /// No answer within the time allowed.
    TimedOut {
        /// The host.
        host: String,
        /// Whether there was not even a connection.
        is_connecting: bool,
    },
    /// The answer broke off, or was no HTTP.
    Broken {
        /// The host.
        host: String,
        /// What was wrong.
        why: Text,
    },
    /// The answer is larger than what is read.
    TooLarge {
        /// The host.
        host: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A redirect that is not followed.
    Redirect {
        /// Where it came from.
        from: String,
        /// Where it leads.
        to: String,
        /// Why it is not followed.
        why: RedirectFault,
    },
    /// An HTTP status that is no answer.
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// How long the host wants to be left alone.
        wait: Option<Duration>,
    },
    /// The other side does not know us, or does not let us.
    Denied {
        /// The host.
        host: String,
        /// What it said: a status, or a code of its own.
        said: String,
    },
    /// The signature's time is not the other side's: this machine's clock is wrong, or theirs.
    Clock {
        /// The host.
        host: String,
        /// What it said.
        said: String,
        /// This machine's time, which was signed.
        ours: Instant,
        /// The other side's, as its answer tells it.
        theirs: Option<String>,
    },
    /// There is no such thing, as the other side sees it.
    Missing {
        /// The host.
        host: String,
        /// What it said.
        said: String,
    },
    /// HTTP was well, but the body says that the question failed.
    Said {
        /// The host.
        host: String,
        /// Its code and words.
        said: String,
        /// Whether the same question may succeed later.
        outlook: Outlook,
        /// How long the host wants to be left alone.
        wait: Option<Duration>,
    },
    /// The answer has another shape than expected: another service, a captive page, a new version.
    Shape {
        /// The host.
        host: String,
        /// What was expected, and what came.
        what: Text,
    },
}

/// Whether what failed once may succeed later, as far as the other side's own code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It may in a moment: it is asked too often.
    Limited,
    /// It may in a moment.
    Passing,
    /// The code tells nothing of it.
    Unknown,
    /// It never does: the question is no good.
    Lasting,
}

/// What is wrong with a host's TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate has expired, or is not valid yet.
    Expired,
    /// The certificate is for other names.
    WrongName,
    /// Nobody that is trusted has signed it; self-signed ones are among these.
    Untrusted,
    /// Anything else, in the library's words.
    Other(String),
}

/// Why a redirect is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectFault {
    /// There were too many.
    TooMany,
    /// It leads from `https` to `http`.
    NotSecure,
    /// It names no place that can be read.
    NoPlace,
}

impl RedirectFault {
    fn message(self, from: &str, to: &str) -> Text {
        match self {
            Self::TooMany => text!(
                "{from} 的跳转次数太多，最后指向 {to}",
                "{from} redirects too often, at last to {to}"
            ),
            Self::NotSecure => text!(
                "{from} 跳转到不加密的 {to}，没有跟随",
                "{from} redirects to {to}, which is not secure; that is not followed"
            ),
            Self::NoPlace => text!(
                "{from} 的跳转目标无法识别：{to}",
                "{from} redirects to what cannot be read: {to}"
            ),
        }
    }
}

impl TlsFault {
    fn message(&self) -> Text {
        match self {
            Self::Expired => text!("证书已过期或尚未生效", "its certificate is not valid today"),
            Self::WrongName => {
                text!(
                    "证书不是签给这个域名的",
                    "its certificate is for other names"
                )
            }
            Self::Untrusted => text!(
                "证书不是由受信任的机构签发的",
                "its certificate is signed by nobody that is trusted"
            ),
            Self::Other(words) => Text::verbatim(words),
        }
    }
}

impl NetworkError {
    /// A host that was connected to, and did not answer in time.
    pub(super) const fn timed_out(host: String) -> Self {
        Self::TimedOut {
            host,
            is_connecting: false,
        }
    }

    /// Returns the code of the reason, for `unknown (why)` and error codes.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "offline",
            Self::Setup { .. } => "setup",
            Self::NotSecure { .. } => "not-secure",
            Self::Private { .. } => "private-address",
            Self::NoAddress { .. } => "no-address",
            Self::Connect { .. } => "no-connection",
            Self::Tls { fault, .. } => match fault {
                TlsFault::Expired => "certificate-expired",
                TlsFault::WrongName => "certificate-name",
                TlsFault::Untrusted => "certificate-untrusted",
                TlsFault::Other(_) => "tls",
            },
            Self::TimedOut { .. } => "timeout",
            Self::Broken { .. } => "cut-off",
            Self::TooLarge { .. } => "too-large",
            Self::Redirect { .. } => "redirect",
            Self::Status { status: 429, .. }
            | Self::Said {
                outlook: Outlook::Limited,
                ..
            } => "rate-limited",
            Self::Status { .. } => "http-status",
            Self::Denied { .. } => "denied",
            Self::Clock { .. } => "clock",
            Self::Missing { .. } => "not-there",
            Self::Said { .. } => "service-error",
            Self::Shape { .. } => "unexpected-shape",
        }
    }

    /// Returns the code of the error that a command ends with.
    const fn code(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "unavailable.offline",
            Self::Setup { .. } => "invalid.network",
            Self::Denied { .. } => "denied.credentials",
            Self::Clock { .. } => "denied.clock",
            Self::Missing { .. } => "not-found.remote",
            Self::Status { status: 429, .. }
            | Self::Said {
                outlook: Outlook::Limited,
                ..
            } => "unavailable.rate-limited",
            Self::TimedOut { .. } => "unavailable.timeout",
            Self::Said { .. } => "unavailable.service",
            Self::Shape { .. } => "unavailable.unexpected-shape",
            Self::NotSecure { .. }
            | Self::Private { .. }
            | Self::NoAddress { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Broken { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Status { .. } => "unavailable.network",
        }
    }

    /// Returns the exit of a command whose point was the answer.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Setup { .. } => Exit::Invalid,
            Self::Denied { .. } | Self::Clock { .. } => Exit::Denied,
            Self::Missing { .. } => Exit::NotFound,
            Self::Offline { .. }
            | Self::NotSecure { .. }
            | Self::Private { .. }
            | Self::NoAddress { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::TimedOut { .. }
            | Self::Broken { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Status { .. }
            | Self::Said { .. }
            | Self::Shape { .. } => Exit::Unavailable,
        }
    }

    /// Says what happened, naming who was asked.
    pub fn message(&self) -> Text {
        match self {
            Self::Offline { host } => text!(
                "离线模式下没有查询 {host}",
                "{host} was not asked: this is offline"
            ),
            Self::Setup { what } => text!(
                "网络设置有误：{what}",
                "the network cannot be made ready: {what}",
                what
            ),
            Self::NotSecure { url } => text!(
                "没有访问 {url}：只访问 https，http 只用于本机",
                "{url} was not asked: only https is, and http on this machine"
            ),
            Self::Private { host, address } => text!(
                "没有访问 {host}：它解析到非公网地址 {address}",
                "{host} was not asked: it leads to {address}, which is no public address"
            ),
            Self::NoAddress { host, why } => {
                text!("{host} 没有地址：{why}", "{host} has no address: {why}")
            }
            Self::Connect { host, why } => {
                text!("无法连接 {host}：{why}", "no connection to {host}: {why}")
            }
            Self::Tls { host, fault } => {
                let fault = fault.message();
                text!(
                    "{host} 的 TLS 无效：{fault}",
                    "no TLS with {host}: {fault}",
                    fault
                )
            }
            Self::TimedOut {
                host,
                is_connecting: true,
            } => text!(
                "没有及时连上 {host}",
                "no connection to {host} came about in time"
            ),
            Self::TimedOut { host, .. } => {
                text!("{host} 没有及时答复", "{host} did not answer in time")
            }
            Self::Broken { host, why } => text!(
                "{host} 的答复中断：{why}",
                "the answer of {host} broke off: {why}",
                why
            ),
            Self::TooLarge { host, limit } => text!(
                "{host} 的答复超过 {limit} 字节",
                "the answer of {host} is larger than {limit} bytes"
            ),
            Self::Redirect { from, to, why } => why.message(from, to),
            Self::Status { host, status, wait } => {
                text!(
                    "{host} 答复 HTTP {status}{asking}",
                    "{host} answered HTTP {status}{asking}",
                    asking = asking(*wait)
                )
            }
            Self::Denied { host, said } => text!(
                "{host} 拒绝了凭据：{said}",
                "{host} refused the credentials: {said}"
            ),
            Self::Clock {
                host,
                said,
                ours,
                theirs,
            } => {
                let ours = ours.to_rfc3339();
                let theirs = theirs.as_deref().unwrap_or("–");
                text!(
                    "{host} 不接受签名的时间：{said}；本机时间 {ours}，对方时间 {theirs}",
                    "{host} does not accept the signature's time: {said}; here it is {ours}, there {theirs}"
                )
            }
            Self::Missing { host, said } => {
                text!(
                    "{host} 答复没有：{said}",
                    "{host} has no such thing: {said}"
                )
            }
            Self::Said {
                host, said, wait, ..
            } => {
                text!(
                    "{host} 答复查询失败：{said}{asking}",
                    "{host} says that the question failed: {said}{asking}",
                    asking = asking(*wait)
                )
            }
            Self::Shape { host, what } => text!(
                "{host} 的答复格式不对：{what}",
                "the answer of {host} has another shape: {what}",
                what
            ),
        }
    }

    /// Says what to do about it.
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::Offline { .. } => Some(text!(
                "去掉 --offline（或 ICPCTL_OFFLINE、network.offline）",
                "leave out --offline (or ICPCTL_OFFLINE, or network.offline)"
            )),
            Self::Setup { .. } | Self::NotSecure { .. } => Some(text!(
                "查看设置：icpctl config show",
                "see icpctl config show"
            )),
            Self::Private { .. } => Some(text!(
                "内网网站可用 --allow-private",
                "for a site inside a company, say --allow-private"
            )),
            Self::Tls {
                fault: TlsFault::Untrusted,
                ..
            } => Some(text!(
                "自建证书机构的根证书可用 network.ca_file 或 ICPCTL_CA_FILE 指定",
                "name the certificate of your own authority as network.ca_file or ICPCTL_CA_FILE"
            )),
            Self::Denied { .. } => Some(text!(
                "检查凭据及其权限",
                "check the credentials and what they may do"
            )),
            Self::Clock { .. } => Some(text!(
                "校准本机时钟（例如 timedatectl set-ntp true），或去掉 ICPCTL_NOW",
                "set this machine's clock right, such as with timedatectl set-ntp true, or leave out ICPCTL_NOW"
            )),
            Self::Tls { .. }
            | Self::NoAddress { .. }
            | Self::Connect { .. }
            | Self::TimedOut { .. }
            | Self::Broken { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Status { .. }
            | Self::Missing { .. }
            | Self::Said { .. }
            | Self::Shape { .. } => None,
        }
    }

    /// Whether the same question may succeed in a moment.
    pub const fn is_passing(&self) -> bool {
        if let Self::Status { status, .. } = self {
            return is_passing_status(*status);
        }
        matches!(
            self,
            Self::TimedOut { .. }
                | Self::Connect { .. }
                | Self::Broken { .. }
                | Self::Said {
                    outlook: Outlook::Limited | Outlook::Passing,
                    ..
                }
        )
    }

    /// Whether the same question never succeeds, however long one waits: what was asked, or the settings
    /// that it was asked with, must change first.
    const fn is_final(&self) -> bool {
        match self {
            Self::Offline { .. }
            | Self::Setup { .. }
            | Self::NotSecure { .. }
            | Self::TooLarge { .. }
            | Self::Said {
                outlook: Outlook::Lasting,
                ..
            } => true,
            Self::Status { status, .. } => {
                matches!(status, 400..500) && !is_passing_status(*status)
            }
            Self::Private { .. }
            | Self::NoAddress { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::TimedOut { .. }
            | Self::Broken { .. }
            | Self::Redirect { .. }
            | Self::Denied { .. }
            | Self::Clock { .. }
            | Self::Missing { .. }
            | Self::Said {
                outlook: Outlook::Limited | Outlook::Passing | Outlook::Unknown,
                ..
            }
            | Self::Shape { .. } => false,
        }
    }

    /// How long the other side wants to be left alone.
    pub const fn wait(&self) -> Option<Duration> {
        if let Self::Status { wait, .. } | Self::Said { wait, .. } = self {
            *wait
        } else {
            None
        }
    }
}

/// Says how long a host wants to be left alone.
fn asking(wait: Option<Duration>) -> Text {
    let wait = wait.map(humantime::format_duration);
    wait.map_or_else(Text::default, |wait| {
        text!("，要求等待 {wait}", ", asking for {wait}")
    })
}

/// Whether an HTTP status may be gone in a moment.
pub const fn is_passing_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Returns a URL without what may be secret in it: name, password, query and fragment.
pub fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        let mut failure = Self::new(error.exit(), error.code(), error.message());
        failure.hints.extend(error.hint());
        failure.is_final = error.is_final();
        failure
    }
}
