//! Mail.

use super::Network;
use super::error::{NetworkError, Outlook, TlsFault, WORDS};
use super::http::cause;
use super::tls;
use crate::config::channels::{Channel, MailTls};
use crate::config::secret::Revealed;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::lang::Text;
use crate::notify::message::Message;
use crate::notify::{lacks, usual_port};
use crate::reading::{self, DOCUMENT_LIMIT};
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::net::IpAddr;
use std::time::Duration;
use zeroize::Zeroizing;

/// A mail server, and whom mail goes to.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    host: String,
    from: Mailbox,
    to: Vec<Mailbox>,
    is_offline: bool,
    timeout: Duration,
    /// What must not be shown where the server repeats it.
    secrets: Vec<Zeroizing<String>>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl Mailer {
    /// Makes a mailer of a channel; nobody is asked yet.
    ///
    /// # Errors
    /// A channel that lacks something or holds no addresses (3).
    pub fn new(
        name: &str,
        channel: &Channel,
        password: Option<Revealed>,
        network: &Network,
    ) -> Result<Self, Failure> {
        let host = channel.host.clone().ok_or_else(|| lacks(name, "host"))?;
        let from = channel.from.as_deref().ok_or_else(|| lacks(name, "from"))?;
        if channel.to.is_empty() {
            return Err(lacks(name, "to"));
        }
        let to = channel.to.iter().map(|text| address(name, text));
        let is_here =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let tls = match channel.tls {
            MailTls::None if !is_here => {
                return Err(Failure::invalid(
                    "invalid.config",
                    text!(
                        "通知渠道 {name}：不加密的邮件服务器只能在本机",
                        "the channel {name}: a mail server without TLS must be on this machine"
                    ),
                )
                .hint(text!(
                    "改用 tls = \"implicit\" 或 \"starttls\"",
                    "say tls = \"implicit\" or \"starttls\""
                )));
            }
            MailTls::None => Tls::None,
            MailTls::Implicit => Tls::Wrapper(parameters(&host, network)?),
            MailTls::Starttls => Tls::Required(parameters(&host, network)?),
        };
        let port = channel.port.unwrap_or(usual_port(channel.tls));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(port)
            .tls(tls)
            .timeout(Some(network.settings.timeout.0));
        let mut secrets = Vec::new();
        if let Some(user) = &channel.user {
            let password = password.ok_or_else(|| lacks(name, "password"))?;
            let password_as_sent = STANDARD.encode(password.expose());
            let both_as_sent = STANDARD.encode(format!("\0{user}\0{}", password.expose()));
            let all = [both_as_sent, password_as_sent, password.expose().to_owned()];
            secrets.extend(all.map(Zeroizing::new));
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self {
            transport: builder.build(),
            host,
            from: address(name, from)?,
            to: to.collect::<Result<_, _>>()?,
            is_offline: network.settings.offline,
            timeout: network.settings.timeout.0,
            secrets,
        })
    }

    /// Returns the server's words without the secrets that it was sent.
    fn redacted(&self, words: String) -> String {
        let secrets = self.secrets.iter();
        let words = secrets.fold(words, |words, secret| words.replace(&**secret, "***"));
        words.chars().take(WORDS).collect()
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When the server did not take it, or nobody knows.
    pub(crate) async fn send(&self, message: &Message, now: Instant) -> Result<(), Failure> {
        let host = self.host.clone();
        if self.is_offline {
            return Err(NetworkError::Offline { host }.into());
        }
        let domain = self.from.email.domain();
        let mut mail = lettre::Message::builder()
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .date(now.utc().into())
            .from(self.from.clone())
            .subject(&message.title);
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        let part = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone());
        let mail = mail
            .multipart(MultiPart::mixed().singlepart(part))
            .map_err(|error| {
                Failure::invalid(
                    "invalid.config",
                    text!("邮件无法构成：{error}", "no mail can be made: {error}"),
                )
            })?;
        // The library's own limit is for the connection; a server that says nothing afterwards would
        // hold the run up for ever, and so would one that never comes to an end, which the library reads
        // without a pause: it is left alone on a thread of its own.
        let transport = self.transport.clone();
        let sending = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            Ok::<_, std::io::Error>(runtime.block_on(transport.send(mail)))
        });
        let Ok(sent) = tokio::time::timeout(self.timeout, sending).await else {
            return Err(NetworkError::TimedOut {
                host,
                is_connecting: false,
            }
            .into());
        };
        let sent = sent.map_err(std::io::Error::other).flatten();
        let sent = sent.map_err(|error| NetworkError::Setup {
            what: Text::verbatim(error.to_string()),
        })?;
        sent.map(|_| ()).map_err(|error| {
            let said = self.redacted(error.to_string());
            let error = if error.is_timeout() {
                NetworkError::TimedOut {
                    host,
                    is_connecting: false,
                }
            } else if let Some(fault) = cause::<rustls::Error>(&error) {
                let fault = TlsFault::from(fault);
                NetworkError::Tls { host, fault }
            } else if error
                .status()
                .is_some_and(|code| is_denied(&code.to_string()))
            {
                NetworkError::Denied { host, said }
            } else if error.is_permanent() || error.is_transient() || error.is_client() {
                NetworkError::Said {
                    host,
                    said,
                    outlook: match (error.is_transient(), error.is_permanent()) {
                        (true, _) => Outlook::Passing,
                        (false, true) => Outlook::Lasting,
                        (false, false) => Outlook::Unknown,
                    },
                    wait: None,
                }
            } else if error.is_response() {
                let why = Text::verbatim(said);
                NetworkError::Broken { host, why }
            } else {
                NetworkError::Connect { host, why: said }
            };
            error.into()
        })
    }
}

/// Whether a reply says that the credentials are wrong or wanted (RFC 4954).
fn is_denied(code: &str) -> bool {
    matches!(code, "530" | "534" | "535" | "538")
}

fn parameters(host: &str, network: &Network) -> Result<TlsParameters, Failure> {
    let setup = |what: Text| Failure::from(NetworkError::Setup { what });
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = &network.settings.ca_file {
        let bytes = reading::read(path, DOCUMENT_LIMIT)
            .map_err(|unread| setup(tls::in_file(path, &unread.reason())))?;
        let certificate = Certificate::from_pem(&bytes)
            .map_err(|error| setup(tls::in_file(path, &Text::verbatim(error.to_string()))))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build()
        .map_err(|error| setup(Text::verbatim(error.to_string())))
}

fn address(name: &str, text: &str) -> Result<Mailbox, Failure> {
    text.parse().map_err(|_| {
        Failure::invalid(
            "invalid.config",
            text!(
                "通知渠道 {name} 中的“{text}”不是邮箱地址",
                "\"{text}\" of the channel {name} is no mail address"
            ),
        )
    })
}
