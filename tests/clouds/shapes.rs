//! Answers in the shapes of the clouds' SDKs; the people and companies in them are made up.

use super::double::tencent_answer;
use crate::support::web::Answer;
use serde_json::{Value, json};

/// `ba DescribeGetAuthInfo`: texts throughout.
pub(crate) fn account() -> Answer {
    tencent_answer(
        json!({"IsTenPayMasked": "0", "IsAuthenticated": "1", "Type": "0", "Level": "0"}),
    )
}

/// A CVM that sites can be filed by.
pub(crate) fn server(id: &str) -> Value {
    json!({
        "InstanceId": id, "InstanceChargeType": "PREPAID", "RestrictState": "NORMAL",
        "CreatedTime": "2026-01-10T02:00:00Z", "ExpiredTime": "2027-01-10T02:00:00Z",
        "PublicIpAddresses": ["203.0.113.8"], "PublicIPv6Addresses": null,
        "Placement": {"Zone": "ap-guangzhou-6", "ProjectId": 0},
        "RenewFlag": "NOTIFY_AND_AUTO_RENEW", "InstanceState": "RUNNING",
    })
}

/// `DescribeInstances` of both products.
pub(crate) fn servers(all: &[Value]) -> Answer {
    tencent_answer(json!({"TotalCount": all.len(), "InstanceSet": all}))
}

/// A dossier of new services of the agency's subject at Alibaba Cloud, each a kind, a name and, where it
/// has one, a domain.
pub(super) fn new_services(services: &[(&str, &str, &str)]) -> String {
    let services: Vec<Value> = services
        .iter()
        .map(|(kind, name, domain)| {
            let domains: Vec<&str> = Some(*domain)
                .filter(|d| !d.is_empty())
                .into_iter()
                .collect();
            json!({"kind": kind, "name": name, "domains": domains})
        })
        .collect();
    let dossier = json!({
        "kind": "new", "provider": "alibaba", "subject": "粤ICP备2021000001号", "services": services,
    });
    toml::to_string(&dossier).unwrap()
}

/// The filings of an account: one subject with two sites, one of another province, and an app.
pub(crate) fn agency() -> Vec<Value> {
    vec![json!({
        "IcpNumber": "粤ICP备2021000001号", "OrganizersName": "广州示例商贸有限公司",
        "OrganizersNature": "企业", "ResponsiblePersonName": "甲某某",
        "WebsiteList": [
            {"SiteName": "示例商城", "SiteRecordNum": "粤ICP备2021000001号-1",
             "DomainList": ["shop.example.cn"], "ResponsiblePersonName": "甲某某"},
            {"SiteName": "示例资料库", "SiteRecordNum": "粤ICP备2021000001号-2",
             "DomainList": ["docs.example.com"], "ResponsiblePersonName": "甲某某"},
        ],
        "AppList": [
            {"AppName": "示例应用", "AppRecordNum": "粤ICP备2021000001号-3A",
             "DomainList": [], "ResponsiblePersonName": "甲某某"},
        ],
        "RiskList": [
            {"DeadLine": "2026年12月18日0点", "RiskDetailList": [
                {"RiskSource": "网站未悬挂备案号",
                 "RectifySuggestList": ["请在<b>首页底部</b>悬挂<br/>备案号"]},
            ]},
        ],
    })]
}

/// `QuerySuccessIcpData`.
pub(crate) fn filings(all: &[Value]) -> Answer {
    Answer::json(
        json!({"RequestId": "r-3", "Success": true, "ErrorCode": null, "ErrorMessage": null,
               "BaSuccessDataWithRiskList": all})
        .to_string(),
    )
}

/// `CheckCdnDomainICP`.
pub(crate) fn registered(is_filed: bool) -> Answer {
    let status = if is_filed {
        "DomainIsRegistration"
    } else {
        "DomainNotRegistration"
    };
    Answer::json(json!({"RequestId": "r-4", "Status": status}).to_string())
}
