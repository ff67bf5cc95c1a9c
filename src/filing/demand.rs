//! What a provider's interface wants put right, read as a notice to take down.

use super::host::Host;
use super::notice::{Class, Group, Of};
use super::number::{ServiceKind, ServiceNumber};
use crate::lang::shell_word;
use chrono::NaiveDate;

/// A service that a demand may be about.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its number.
    pub number: ServiceNumber,
    /// Its name.
    pub name: Option<String>,
    /// Its domains.
    pub domains: Vec<Host>,
}

/// A demand, as far as its words can be read.
#[derive(Clone, Debug)]
pub struct Demand {
    /// What class of notice it is; none where the words are not known.
    pub class: Option<&'static Class>,
    /// The numbers that it may be about: several where the provider does not say which.
    pub targets: Vec<String>,
}

impl Demand {
    /// Reads what a provider says of a subject, and how it says to put it right.
    pub fn read(what: &str, advice: &str, subject: &str, services: &[Candidate]) -> Self {
        let class = Class::meant_by(what).or_else(|| Class::meant_by(advice));
        let targets = match class.map(|class| (class.of, class.group)) {
            None | Some((Of::Subject, _)) => vec![subject.to_owned()],
            Some((Of::Service, group)) => {
                let fitting = services.iter().filter(|one| fits(one.number.kind(), group));
                let fitting: Vec<&Candidate> = fitting.collect();
                let is_named = |one: &&&Candidate| one.is_in(what) || one.is_in(advice);
                let named: Vec<&Candidate> = fitting.iter().filter(is_named).copied().collect();
                let meant = if named.is_empty() { fitting } else { named };
                meant.iter().map(|one| one.number.to_string()).collect()
            }
        };
        Self { class, targets }
    }

    /// Lists the commands that would take it down, one a number that it may be about.
    pub fn commands(&self, provider: &str, deadline: Option<NaiveDate>) -> Vec<String> {
        let class = self.class.map_or("CLASS", |class| class.id.as_str());
        let deadline = deadline.map_or_else(String::new, |day| format!(" --deadline {day}"));
        let provider = shell_word(provider);
        let targets = self.targets.iter();
        targets
            .map(|number| {
                format!(
                    "icpctl notice add {number} --class {class} --provider {provider}{deadline}"
                )
            })
            .collect()
    }
}

impl Candidate {
    /// Whether a text names it: by its number, a domain or its name.
    fn is_in(&self, text: &str) -> bool {
        let domains = self.domains.iter().map(Host::as_str);
        let mut words = domains.chain(self.name.as_deref());
        text.contains(&self.number.to_string()) || words.any(|word| text.contains(word))
    }
}

/// Whether a class of a group can be about a service of a kind: pages and names are a site's.
const fn fits(kind: ServiceKind, group: Group) -> bool {
    match group {
        Group::App => !matches!(kind, ServiceKind::Site),
        Group::Number | Group::Domain | Group::Access => matches!(kind, ServiceKind::Site),
        Group::Subject | Group::Service | Group::Contact => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const SUBJECT: &str = "粤ICP备2021000001号";

    fn candidate(suffix: &str, name: &str, domain: &str) -> Candidate {
        Candidate {
            number: ServiceNumber::parse(&format!("{SUBJECT}{suffix}"))
                .unwrap()
                .number,
            name: Some(name.to_owned()),
            domains: Host::parse(domain).into_iter().collect(),
        }
    }

    fn read(what: &str) -> (Option<&'static str>, Vec<String>) {
        let services = [
            candidate("-1", "示例商城", "shop.example.cn"),
            candidate("-2", "示例资料库", "docs.example.com"),
            candidate("-3A", "示例应用", ""),
        ];
        let demand = Demand::read(what, "", SUBJECT, &services);
        let class = demand.class.map(|class| class.id.as_str());
        let targets = demand.targets.iter();
        let suffixes = targets.map(|number| number.replace(SUBJECT, "")).collect();
        (class, suffixes)
    }

    #[test]
    fn every_class_is_meant_by_its_own_title() {
        for class in Class::all() {
            let meant = Class::meant_by(&class.title.zh).unwrap();
            assert_eq!(meant.id, class.id);
            assert!(!class.wordings.is_empty(), "{}", class.id);
        }
    }

    /// The words of help pages: S2 and H:错误提示FAQ, A19:备案信息专项核查.
    #[test]
    fn the_words_that_providers_print_lead_to_their_class() {
        for (what, class) in [
            (
                "网站负责人身份证已过有效期",
                "service-person-certificate-expired",
            ),
            (
                "主体负责人身份证证件已经超过有效期限",
                "subject-person-certificate-expired",
            ),
            ("前置审批证件已过有效期", "prior-approval-expired"),
            ("域名注册时间在备案时间之后", "domain-younger-than-filing"),
            (
                "主办单位在国家企业信用信息公示系统中显示经营状态异常",
                "registry-abnormal",
            ),
            ("主办单位名称不合格，证件已吊销", "registry-abnormal"),
            (
                "主办单位名称不合格，单位名称已发生变更",
                "subject-name-mismatch",
            ),
            ("网站域名持有者与主体单位名称不符", "domain-holder-mismatch"),
            (
                "域名实名信息与备案信息不符（域名持有者与主办单位名称不一致）",
                "domain-holder-mismatch",
            ),
            (
                "主办单位证件号码不合格，证件已三证合一",
                "certificate-number-outdated",
            ),
            (
                "主体负责人姓名不合格，非法定代表人",
                "responsible-not-legal-representative",
            ),
            (
                "主体负责人与单位法定代表人不一致",
                "responsible-not-legal-representative",
            ),
            ("您的域名显示已经到期", "domain-expired"),
            ("未正确悬挂备案号", "number-wrong"),
            ("公安联网备案号未悬挂或悬挂错误", "security-number-missing"),
            ("备案号未添加超链接跳转", "number-not-linked"),
            ("主体负责人手机号不合格", "subject-contact-dead"),
            ("网站/App负责人联系方式失效", "service-contact-dead"),
            ("互联网信息负责人联系方式失效", "service-contact-dead"),
            ("已备案成功域名无解析", "not-resolved-here"),
            ("个人性质的备案开办企业网站", "individual-with-business"),
            ("App不再使用", "app-unused"),
            ("网站悬挂的是公安备案号，未悬挂备案号", "number-not-shown"),
            (
                "首页备案号悬挂错误（将公安备案号当作ICP备案号）",
                "number-wrong",
            ),
            ("公安备案号悬挂错误", "security-number-missing"),
            (
                "主体负责人联系方式与法定代表人不一致",
                "subject-contact-dead",
            ),
            ("主体负责人电话在有效期内无法接通", "subject-contact-dead"),
            (
                "网站负责人证件号码与法定代表人证件号码不一致",
                "certificate-number-outdated",
            ),
            (
                "主办单位负责人与法定代表人不一致",
                "responsible-not-legal-representative",
            ),
            ("已备案成功域名无解析，解析境外IP", "resolved-abroad"),
            ("域名所有者与主办单位名称不符", "domain-holder-mismatch"),
            ("主办单位证件已注销", "registry-abnormal"),
        ] {
            assert_eq!(read(what).0, Some(class), "{what}");
        }
    }

    /// What is near to the words of a class and says something else is shown as it came.
    #[test]
    fn words_that_say_something_else_lead_to_no_class() {
        for what in [
            "主体负责人证件号码不合格",
            "网站负责人证件号码不合格",
            "法定代表人证件号码不合格",
            "域名注册时间早于备案时间",
            "域名注册时间不足3天，备案前请等待",
            "网站负责人与法定代表人不一致",
            "网站负责人身份证有效期格式不正确",
            "域名证件已注销",
        ] {
            assert_eq!(read(what).0, None, "{what}");
        }
        let holder = read("域名持有者证件已过期，主办单位请更新").0;
        assert_ne!(holder, Some("domain-holder-mismatch"));
    }

    #[test]
    fn a_providers_words_lead_to_their_class_and_service() {
        for (what, class, targets) in [
            ("网站未悬挂备案号", "number-not-shown", &["-1", "-2"][..]),
            (
                "网站未悬挂公安备案号",
                "security-number-missing",
                &["-1", "-2"],
            ),
            ("docs.example.com 未悬挂备案号", "number-not-shown", &["-2"]),
            (
                "网站【示例商城】域名未解析到阿里云",
                "not-resolved-here",
                &["-1"],
            ),
            ("shop.example.cn 域名已过期", "domain-expired", &["-1"]),
            ("示例商城 域名即将到期", "domain-expiring", &["-1"]),
            (
                "网站负责人身份证件已过期",
                "service-person-certificate-expired",
                &["-1", "-2", "-3A"],
            ),
            (
                "主体负责人证件已过期",
                "subject-person-certificate-expired",
                &[""],
            ),
            (
                "主办单位名称与工商登记不一致",
                "subject-name-mismatch",
                &[""],
            ),
            ("APP包名无效", "app-package-invalid", &["-3A"]),
        ] {
            let (found, numbers) = read(what);
            assert_eq!(found, Some(class), "{what}");
            assert_eq!(numbers, targets, "{what}");
        }
        assert_eq!(read("请尽快处理"), (None, vec![String::new()]));
    }

    #[test]
    fn the_command_names_class_provider_and_deadline() {
        let demand = Demand::read("主体负责人证件非最新", "", SUBJECT, &[]);
        let day = NaiveDate::from_ymd_opt(2026, 12, 17);
        let commands = demand.commands("alibaba", day);
        let command = format!(
            "icpctl notice add {SUBJECT} --class subject-person-certificate-expired --provider alibaba --deadline 2026-12-17"
        );
        assert_eq!(commands, [command]);
    }
}
