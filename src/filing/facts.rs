//! What is filed of a subject, a service and a person: the fields that `src/data/fields.toml` explains.
//!
//! Every field is optional: what is absent is unknown, never empty.

use super::host::Host;
use super::number::ServiceKind;
use crate::lang::parser;
use crate::text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Declares a struct all of whose fields are optional, left out of files when unknown.
macro_rules! facts {
    ($(#[$meta:meta])* pub struct $ty:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $ty {
            $($(#[$fmeta])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
            /// Keys of this schema that this version does not know.
            #[serde(flatten)]
            pub extra: toml::Table,
        }
    };
}

/// Until when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidUntil {
    /// The last day.
    Date(NaiveDate),
    /// 长期.
    LongTerm,
}

impl Serialize for ValidUntil {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Date(date) => date.serialize(serializer),
            Self::LongTerm => serializer.serialize_str("long-term"),
        }
    }
}

impl<'de> Deserialize<'de> for ValidUntil {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = String::deserialize(deserializer)?;
        match words.as_str() {
            "long-term" | "长期" => Ok(Self::LongTerm),
            date => date.parse().map(Self::Date).map_err(|_| {
                parser::told(text!(
                    "`{date}` 不是日期，应形如 2021-03-01，或写 \"long-term\"",
                    "`{date}` is no date: expected YYYY-MM-DD or \"long-term\""
                ))
            }),
        }
    }
}

facts! {
    /// A responsible person (主体负责人 or 互联网信息服务负责人).
    pub struct Person {
        /// 姓名.
        name: String,
        /// 证件类型, a value of the certificate list.
        certificate_type: String,
        /// 证件号码.
        certificate_number: String,
        /// The first day of the certificate's validity.
        valid_from: NaiveDate,
        /// The last day of the certificate's validity.
        valid_until: ValidUntil,
        /// 联系方式1: the mobile phone that receives the SMS.
        phone: String,
        /// 应急联系方式.
        emergency_phone: String,
        /// 电子邮箱.
        email: String,
    }
}

facts! {
    /// A subject (主办者) as filed.
    pub struct SubjectFacts {
        /// 主办者名称.
        name: String,
        /// 主办者性质, a value of the nature list in `src/data/fields.toml`.
        nature: String,
        /// The province of the filing, by code, character or name.
        province: String,
        /// 市.
        city: String,
        /// 区县.
        district: String,
        /// 证件类型.
        certificate_type: String,
        /// 证件号码.
        certificate_number: String,
        /// The last day of the certificate's validity.
        certificate_valid_until: ValidUntil,
        /// 证件住址.
        certificate_address: String,
        /// 通信地址.
        mailing_address: String,
        /// 法定代表人.
        legal_representative: String,
        /// 法定代表人证件号码.
        legal_representative_id: String,
        /// 备注.
        remark: String,
        /// 主体负责人.
        responsible: Box<Person>,
    }
}

facts! {
    /// The cloud resource that a service runs on.
    pub struct Resource {
        /// Its kind: instance, serverless package, load balancer, code.
        #[serde(rename = "type")]
        kind: String,
        /// Its id at the provider.
        id: String,
        /// 备案授权码.
        authorisation_code: String,
        /// For how many months it was bought in all, renewals included.
        prepaid_months: u32,
        /// The day on which it ends unless renewed.
        expires_on: NaiveDate,
        /// Whether it stands in the mainland.
        mainland: bool,
        /// Its public address.
        public_ip: String,
    }
}

facts! {
    /// What a registrar shows of a domain (域名注册信息).
    pub struct Registration {
        /// 域名.
        domain: Host,
        /// 注册商.
        registrar: String,
        /// Whether the registrar is one of the mainland.
        mainland_registrar: bool,
        /// The day of the latest registration.
        registered_on: NaiveDate,
        /// 过期日期.
        expires_on: NaiveDate,
        /// The day of the real-name verification (实名认证).
        real_name_on: NaiveDate,
        /// 域名持有者.
        holder: String,
        /// The holder's certificate type, a value of the certificate list.
        holder_certificate_type: String,
        /// The holder's certificate number.
        holder_certificate_number: String,
    }
}

facts! {
    /// An app as it is on one platform (各平台版本).
    pub struct Build {
        /// The platform, a value of the platform list.
        platform: String,
        /// Its name there, where it is given apart.
        name: String,
        /// Package name or bundle id.
        package: String,
        /// The signing certificate's public key.
        public_key: String,
        /// The signing certificate's fingerprint: MD5 on Android, SHA-1 on iOS.
        signature: String,
    }
}

facts! {
    /// A service (互联网信息服务) as filed.
    pub struct ServiceFacts {
        /// Site, app, mini-program or quick app.
        kind: ServiceKind,
        /// 服务名称.
        name: String,
        /// 域名.
        domains: Vec<Host>,
        /// 首页地址.
        home_urls: Vec<String>,
        /// 服务内容, values of the content list.
        content: Vec<String>,
        /// 服务语言, values of the language list.
        languages: Vec<String>,
        /// 前置审批类型.
        prior_approval: Vec<String>,
        /// The number of the prior approval.
        prior_approval_code: String,
        /// The last day of the prior approval.
        prior_approval_valid_until: ValidUntil,
        /// 备注.
        remark: String,
        /// 接入方式, a value of the access mode list.
        access_mode: String,
        /// An app's platforms.
        platforms: Vec<String>,
        /// An app's package name or bundle id.
        package: String,
        /// An app's public key.
        public_key: String,
        /// An app's certificate fingerprint.
        signature: String,
        /// An app on each of its platforms.
        builds: Vec<Build>,
        /// 互联网信息服务负责人.
        responsible: Box<Person>,
        /// Its domains as their registrars show them.
        registrations: Vec<Registration>,
        /// Where it runs; boxed, for most services are known without it.
        resource: Box<Resource>,
    }
}

/// Whether a field, by its path, holds the name of a natural person who stands for a filing.
pub fn names_a_person(path: &str) -> bool {
    path.ends_with("responsible.name") || path.ends_with("legal_representative")
}

/// Which kind of subject files, or what a rule, a field or a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// A natural person (个人).
    Individual,
    /// Every other nature (单位).
    Organisation,
}

impl Holder {
    /// Returns the kind of subject that has a nature.
    pub fn of_nature(nature: &str) -> Self {
        match nature {
            "individual" => Self::Individual,
            _ => Self::Organisation,
        }
    }
}

impl SubjectFacts {
    /// Whether nothing is said of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns which kind of subject it is, where its nature is known.
    pub fn holder(&self) -> Option<Holder> {
        self.nature.as_deref().map(Holder::of_nature)
    }

    /// Whether it is known that the subject files as an individual (个人).
    pub fn is_individual(&self) -> bool {
        self.holder() == Some(Holder::Individual)
    }

    /// Lists the names of the persons who stand for it.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let responsible = self.responsible.as_ref().and_then(|p| p.name.as_deref());
        let legal = self.legal_representative.as_deref();
        responsible.into_iter().chain(legal)
    }

    /// Returns what identifies a subject before it has a number: its certificate.
    pub fn certificate(&self) -> Option<Certificate> {
        self.certificate_number.as_ref().map(|number| Certificate {
            kind: self.certificate_type.clone(),
            number: number.trim().to_uppercase(),
        })
    }
}

impl ServiceFacts {
    /// Lists the names of the persons who stand for it.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let responsible = self.responsible.as_ref();
        responsible.and_then(|p| p.name.as_deref()).into_iter()
    }
}

/// A subject's certificate: type and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// 证件类型, where known.
    pub kind: Option<String>,
    /// 证件号码, in upper case.
    pub number: String,
}

impl Certificate {
    /// Whether both mean one subject; a type that one side does not know is no difference.
    pub fn is_same(&self, other: &Self) -> bool {
        self.number == other.number
            && match (&self.kind, &other.kind) {
                (Some(one), Some(two)) => one == two,
                (None, _) | (_, None) => true,
            }
    }
}

/// A link between a service and a provider (接入).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The provider's name.
    pub provider: String,
    /// The account there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The instance, package or authorisation code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The day since when, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
}

impl Access {
    /// Whether both mean one access: the same provider, and no two different accounts.
    pub fn is_same(&self, other: &Self) -> bool {
        self.provider == other.provider
            && match (&self.account, &other.account) {
                (Some(one), Some(two)) => one == two,
                (None, _) | (_, None) => true,
            }
    }

    /// Takes over what another mention of the same access says.
    fn absorb(&mut self, other: Self) {
        self.account = other.account.or_else(|| self.account.take());
        self.resource = other.resource.or_else(|| self.resource.take());
        self.since = other.since.or(self.since);
    }

    /// Adds an access to a list, or what it says to the one that is there.
    pub fn add_to(self, accesses: &mut Vec<Self>) {
        if let Some(there) = accesses.iter_mut().find(|there| there.is_same(&self)) {
            there.absorb(self);
        } else {
            accesses.reserve_exact(1);
            accesses.push(self);
        }
    }
}

impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a provider's name, or a table with `provider`")]
        enum Either {
            Name(String),
            Full {
                provider: String,
                account: Option<String>,
                resource: Option<String>,
                since: Option<NaiveDate>,
            },
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Name(provider) => Self {
                provider,
                account: None,
                resource: None,
                since: None,
            },
            Either::Full {
                provider,
                account,
                resource,
                since,
            } => Self {
                provider,
                account,
                resource,
                since,
            },
        })
    }
}
