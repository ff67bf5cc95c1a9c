//! `[notify.NAME]`: where people are told what needs them.

use super::base::Period;
use super::secret::Secret;
use crate::lang::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a channel leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// A robot of a `WeCom` group (企业微信群机器人).
    Wecom,
    /// A robot of a `DingTalk` group (钉钉).
    Dingtalk,
    /// A robot of a Feishu or Lark group (飞书).
    Feishu,
    /// Any receiver of Standard Webhooks.
    Webhook,
    /// A mail server.
    Smtp,
}

/// How a connection to a mail server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// From the first byte, usually on port 465.
    #[default]
    Implicit,
    /// After a first exchange, usually on port 587; a server that cannot is refused.
    Starttls,
    /// Not at all: only to a server on this machine.
    None,
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// What it leads to.
    pub kind: ChannelKind,
    /// The whole address of a robot or webhook. It lets anybody post, so it is kept as a secret.
    pub url: Option<Secret>,
    /// The signing secret of a robot, or `whsec_…` of a webhook.
    pub secret: Option<Secret>,
    /// A mail server.
    pub host: Option<String>,
    /// Its port; that of its kind of TLS where there is none.
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub tls: MailTls,
    /// The user name at the mail server.
    pub user: Option<String>,
    /// The password there.
    pub password: Option<Secret>,
    /// Who a mail is from.
    pub from: Option<String>,
    /// Whom a mail goes to.
    #[serde(default)]
    pub to: Vec<String>,
    /// The kinds of news it gets; all of them where there are none.
    #[serde(default)]
    pub only: Vec<String>,
    /// Labels that an order or its subject must have.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// How long before a deadline it is told.
    #[serde(default = "three_days")]
    pub within: Period,
    /// How much news may come as messages of their own; more comes as a digest.
    #[serde(default = "five")]
    pub digest: usize,
    /// The language; that of the run where there is none.
    pub lang: Option<Lang>,
}

fn three_days() -> Period {
    Period::seconds(3 * 24 * 60 * 60)
}

const fn five() -> usize {
    5
}
