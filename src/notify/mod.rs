//! Telling people: messages packed to what a channel takes, signed, sent, and judged by what the
//! body of the answer says, not by its HTTP status.
//!
//! What is worth telling stands in `cli/commands/notify/news.rs`, what was told already in `store/told_file.rs`.

pub mod message;
pub mod robot;

use crate::config::channels::{Channel, ChannelKind, MailTls};
use crate::config::secret::{Revealed, Secret};
use crate::env::Env;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::network::Network;
use crate::network::mail;
use crate::text;
use message::Message;
use std::time::Duration;

/// A channel with its secrets in hand.
#[derive(Debug)]
pub enum Sender {
    /// A robot or a webhook.
    Robot {
        /// Which.
        kind: ChannelKind,
        /// Its address.
        url: url::Url,
        /// What signs.
        secret: Option<Revealed>,
    },
    /// A mail server.
    Mail(Box<mail::Mailer>),
}

impl Sender {
    /// Takes a channel's secrets in hand; nobody is asked yet.
    ///
    /// # Errors
    /// A channel that lacks something (3), or a secret that is not where it should be (12).
    pub fn new(
        name: &str,
        channel: &Channel,
        env: &Env,
        network: &Network,
    ) -> Result<Self, Failure> {
        let reveal = |secret: &Option<Secret>| secret.as_ref().map(|s| s.reveal(env)).transpose();
        match channel.kind {
            ChannelKind::Smtp => {
                let password = reveal(&channel.password)?;
                let mailer = mail::Mailer::new(name, channel, password, network)?;
                Ok(Self::Mail(Box::new(mailer)))
            }
            kind @ (ChannelKind::Wecom
            | ChannelKind::Dingtalk
            | ChannelKind::Feishu
            | ChannelKind::Webhook) => {
                let url = reveal(&channel.url)?.ok_or_else(|| lacks(name, "url"))?;
                let url = url::Url::parse(url.expose())
                    .ok()
                    .filter(crate::config::base::may_be_asked)
                    .ok_or_else(|| bad_url(name))?;
                let secret = reveal(&channel.secret)?;
                if kind == ChannelKind::Webhook && secret.is_none() {
                    return Err(lacks(name, "secret"));
                }
                Ok(Self::Robot { kind, url, secret })
            }
        }
    }

    /// Sends one message; it is not sent twice by itself.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows.
    pub fn send(&self, network: &Network, message: &Message, now: Instant) -> Result<(), Failure> {
        match self {
            Self::Robot { kind, url, secret } => {
                let request = robot::request(*kind, url, secret.as_ref(), message, now)?;
                let answer = network.run(network.http.send(request));
                Ok(robot::verdict(*kind, url, answer)?)
            }
            Self::Mail(mailer) => network.run(mailer.send(message, now)),
        }
    }
}

/// How many messages a channel takes in a minute (the robots' own limits).
pub const fn per_minute(kind: ChannelKind) -> usize {
    match kind {
        ChannelKind::Wecom | ChannelKind::Dingtalk => 20,
        ChannelKind::Feishu => 100,
        ChannelKind::Webhook | ChannelKind::Smtp => usize::MAX,
    }
}

/// How long a channel is left alone between two messages: Feishu takes five in a second.
pub const fn pause(kind: ChannelKind) -> Duration {
    match kind {
        ChannelKind::Feishu => Duration::from_millis(200),
        ChannelKind::Wecom | ChannelKind::Dingtalk | ChannelKind::Webhook | ChannelKind::Smtp => {
            Duration::ZERO
        }
    }
}

/// How many bytes of text a message may have.
pub const fn limit(kind: ChannelKind) -> usize {
    match kind {
        ChannelKind::Wecom => 4096,
        // 20,000 bytes, of which the envelope takes some.
        ChannelKind::Dingtalk | ChannelKind::Feishu => 16_000,
        ChannelKind::Webhook | ChannelKind::Smtp => 256 * 1024,
    }
}

/// The port of a mail server, where none is named.
pub(crate) const fn usual_port(tls: MailTls) -> u16 {
    match tls {
        MailTls::Implicit => 465,
        MailTls::Starttls => 587,
        MailTls::None => 25,
    }
}

pub(crate) fn lacks(name: &str, key: &str) -> Failure {
    Failure::invalid("invalid.config", text!("缺少 {key}", "{key} is missing")).hint(text!(
        "在配置文件的 [notify.{name}] 中写上 {key}",
        "give {key} in [notify.{name}] of the configuration"
    ))
}

fn bad_url(name: &str) -> Failure {
    Failure::invalid(
        "invalid.config",
        text!(
            "通知渠道 {name} 的 url 不是 https 地址（http 只用于本机）",
            "the url of the channel {name} is no https address (http is for this machine alone)"
        ),
    )
    .hint(text!(
        "从群机器人的设置页复制完整地址",
        "copy the whole address from the robot's settings"
    ))
}
