//! Evidence: what the world says about a filing, and what that says about our records.
//!
//! Every remote fact is yes, no or unknown (why), with its source, its time and an excerpt. A failed
//! look-up is never a no, and facts that contradict each other stand side by side.

pub mod case;
mod clouds;
pub mod course;
mod pages;
mod records;
mod registration;
mod resolution;

use super::instant::Instant;
use super::named::named;
use crate::data::data;
use crate::lang::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

named! {
    /// Whether something is so.
    pub enum Verdict {
        /// It is.
        Yes = "yes",
        /// It is not: whoever knows was asked, and said no.
        No = "no",
        /// Nobody who knows gave a usable answer.
        Unknown = "unknown",
    }
}

named! {
    /// Who was asked, with who that is as a sentence names it.
    pub enum Source {
        /// The resolvers.
        Dns = "dns", "域名解析", "the resolvers",
        /// The site itself.
        Page = "page", "网站页面", "the site itself",
        /// The registry of the domain, over RDAP.
        Rdap = "rdap", "RDAP", "RDAP",
        /// The registry of the domain, on port 43.
        Whois = "whois", "WHOIS", "WHOIS",
        /// The public record, through the endpoint that the user named.
        Record = "record", "公开备案记录", "the public record",
        /// The account at Alibaba Cloud, with the user's own key.
        Alibaba = "alibaba", "阿里云账号", "the account at Alibaba Cloud",
        /// The content network of Alibaba Cloud.
        AlibabaCdn = "alibaba-cdn", "阿里云 CDN", "the content network of Alibaba Cloud",
        /// Tencent Cloud, with the user's own key.
        Tencent = "tencent", "腾讯云", "Tencent Cloud",
    }
}

named! {
    /// What is said to be so.
    pub enum Claim {
        /// The host has addresses; they are the values.
        Resolves = "resolves", "域名解析", "resolves",
        /// The host is another name's alias; the names are the values.
        Alias = "alias", "别名指向", "alias",
        /// The domain is served by name servers; they are the values.
        NameServers = "name-servers", "DNS 服务器", "name servers",
        /// The home page was read; its URL is the value.
        PageRead = "page-read", "读取首页", "page read",
        /// The page shows filing numbers; they are the values.
        NumberShown = "number-shown", "首页备案号", "number shown",
        /// The number stands in the footer.
        NumberInFooter = "number-in-footer", "备案号在页脚", "number in the footer",
        /// The number is linked to the authority; the links are the values.
        NumberLinked = "number-linked", "备案号链接", "number linked",
        /// People can see the number.
        NumberVisible = "number-visible", "备案号可见", "number visible",
        /// The page shows a public-security number; it is the value.
        SecurityNumberShown = "security-number-shown", "首页公安备案号", "public-security number shown",
        /// The domain is registered.
        Registered = "registered", "域名已注册", "registered",
        /// The day on which it was registered is the value.
        RegisteredOn = "registered-on", "注册日期", "registered on",
        /// The day on which the registration ends is the value.
        ExpiresOn = "expires-on", "到期日期", "expires on",
        /// The registrar is the value.
        Registrar = "registrar", "注册商", "registrar",
        /// The registry's statuses are the values.
        RegistrationStatus = "registration-status", "注册状态", "registration status",
        /// The holder's name is the value.
        Registrant = "registrant", "域名持有者", "registrant",
        /// It is filed; its service number is the value.
        Filed = "filed", "公开记录有备案", "filed",
        /// The subject's number is the value.
        FiledSubject = "filed-subject", "记录的主体备案号", "filed subject",
        /// The subject's name is the value.
        FiledName = "filed-name", "记录的主办单位", "filed name",
        /// The day of the last approval is the value.
        FiledUpdated = "filed-updated", "记录的审核日期", "filed updated",
        /// The account at a provider shows it; its service numbers are the values.
        InAccount = "in-account", "在账号中", "in the account",
        /// It is filed by somebody.
        FiledAtAll = "filed-at-all", "是否已备案", "filed at all",
        /// A provider wants something put right: what, and until when, are the values.
        Rectification = "rectification", "接入商要求整改", "rectification",
        /// What a provider says of the account's real name, in its own words.
        AccountInfo = "account-info", "账号实名信息", "account information",
        /// The domain is real-named; the registrar's word for it is the value.
        DomainRealNamed = "domain-real-named", "域名已实名", "domain real-named",
        /// The records of the domain are paused; else the hosts that are on are the values.
        RecordsPaused = "records-paused", "解析已暂停", "records paused",
        /// The server is prepaid; how it is paid for is the value.
        ServerPrepaid = "server-prepaid", "服务器包年包月", "server prepaid",
        /// The server was bought for three months; when it was made is the value.
        ServerThreeMonths = "server-three-months", "服务器买满三个月", "server bought for three months",
        /// The server is paid for another month; its end is the value.
        ServerMonthLeft = "server-month-left", "服务器剩余一个月", "server has a month left",
        /// The server is in the mainland; its zone is the value.
        ServerMainland = "server-mainland", "服务器在中国大陆", "server in the mainland",
        /// The server has a public address; it is the value.
        ServerPublic = "server-public", "服务器有公网 IP", "server has a public address",
        /// The server is not isolated or restricted; its state is the value.
        ServerUnrestricted = "server-unrestricted", "服务器未受限", "server unrestricted",
    }
}

impl Claim {
    /// Whether the values may name a natural person.
    pub const fn is_personal(self) -> bool {
        match self {
            Self::Registrant | Self::FiledName => true,
            Self::Resolves
            | Self::Alias
            | Self::NameServers
            | Self::PageRead
            | Self::NumberShown
            | Self::NumberInFooter
            | Self::NumberLinked
            | Self::NumberVisible
            | Self::SecurityNumberShown
            | Self::Registered
            | Self::RegisteredOn
            | Self::ExpiresOn
            | Self::Registrar
            | Self::RegistrationStatus
            | Self::Filed
            | Self::FiledSubject
            | Self::FiledUpdated
            | Self::InAccount
            | Self::FiledAtAll
            | Self::Rectification
            | Self::AccountInfo
            | Self::DomainRealNamed
            | Self::RecordsPaused
            | Self::ServerPrepaid
            | Self::ServerThreeMonths
            | Self::ServerMonthLeft
            | Self::ServerMainland
            | Self::ServerPublic
            | Self::ServerUnrestricted => false,
        }
    }
}

/// One fact as it was found: an observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// When it was found.
    pub at: Instant,
    /// The host, domain or number that was asked about, in its ASCII form.
    pub about: String,
    /// What is said.
    pub claim: Claim,
    /// Whether it is so.
    pub verdict: Verdict,
    /// Why not, or why nobody knows: a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What exactly is so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Who was asked, with who that is as a sentence names it.
    pub source: Source,
    /// The resolver, server or URL that answered, without secrets.
    pub from: String,
    /// The words of the answer that say so, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// The words for the codes of [`Fact::reason`].
static REASONS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| data!("reasons"));

impl Fact {
    /// A fact that is so, as far as nothing more is said.
    pub fn holds(at: Instant, about: &str, claim: Claim, source: Source, from: &str) -> Self {
        Self {
            at,
            about: about.to_owned(),
            claim,
            verdict: Verdict::Yes,
            reason: None,
            values: Vec::new(),
            source,
            from: from.to_owned(),
            raw: None,
        }
    }

    /// Returns why not, or why nobody knows; nothing where it is so.
    pub fn why(&self) -> Text {
        let code = self.reason.as_deref().unwrap_or_default();
        let known = REASONS.get(code).cloned();
        known.unwrap_or_else(|| Text::verbatim(code))
    }
}

named! {
    /// How the facts stand to our records.
    pub enum Stance {
        /// They say the same.
        Agrees = "agrees",
        /// They say the opposite, or the law asks for something else.
        Conflict = "conflict",
        /// They say the same, and something is due.
        Notice = "notice",
        /// The facts are not known.
        Unknown = "unknown",
    }
}

named! {
    /// What facts and records are held against each other for.
    pub enum Topic {
        /// The site of a first filing must not resolve before it is approved.
        QuietBeforeFiling = "quiet-before-filing",
        /// A filed site points at a provider that holds an access.
        PointsAtProvider = "points-at-provider",
        /// A domain has left the provider whose access was cancelled.
        LeftFormerProvider = "left-former-provider",
        /// A cancelled site resolves no more.
        QuietAfterCancellation = "quiet-after-cancellation",
        /// The page shows the right number.
        NumberOnPage = "number-on-page",
        /// The number stands in the footer, for people to see.
        NumberInFooter = "number-in-footer",
        /// The number is linked to the authority.
        NumberLinked = "number-linked",
        /// The page shows a public-security number.
        SecurityNumber = "security-number",
        /// The domain is registered, in validity and not on hold.
        Registration = "registration",
        /// The domain was registered before it was filed.
        RegistrationDate = "registration-date",
        /// The domain belongs to the subject.
        DomainHolder = "domain-holder",
        /// The public record says what we say.
        PublicRecord = "public-record",
        /// The public record names the subject as we do.
        RecordedName = "recorded-name",
        /// A server is what a filing needs.
        ServerFit = "server-fit",
        /// The account at a provider shows what we hold.
        OwnAccount = "own-account",
        /// A provider wants something put right.
        Rectification = "rectification",
        /// Somebody has filed it.
        FiledAtAll = "filed-at-all",
        /// The domain is real-named.
        DomainRealName = "domain-real-name",
        /// The account is real-named.
        AccountRealName = "account-real-name",
    }
}

/// What the facts say about our records.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// On what.
    pub topic: Topic,
    /// How they stand to each other.
    pub stance: Stance,
    /// What it is about: a host, domain or number, as people read it.
    pub about: String,
    /// What both say.
    pub message: Text,
    /// The rule of the field behind it.
    pub rule: Option<&'static str>,
    /// The commands that would act on it.
    pub next: Vec<String>,
    /// Who said so.
    pub sources: Vec<Source>,
}

impl Finding {
    fn new(topic: Topic, stance: Stance, about: impl Into<String>, message: Text) -> Self {
        Self {
            topic,
            stance,
            about: about.into(),
            message,
            rule: None,
            next: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn rule(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    fn next(mut self, command: String) -> Self {
        self.next.push(command);
        self
    }

    fn by(mut self, facts: &[&Fact]) -> Self {
        self.sources.extend(facts.iter().map(|fact| fact.source));
        self.sources.sort_unstable();
        self.sources.dedup();
        self
    }
}
