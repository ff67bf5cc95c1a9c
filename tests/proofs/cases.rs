//! Wrong values, each beside the rules that it breaks.

/// One wrong dossier: a good one with a few changes, and all the rules that it breaks.
#[derive(Debug)]
pub(super) struct Case {
    /// Nature, province, kind of service, and a provider other than Tencent.
    pub(super) base: &'static str,
    /// Paths and values in TOML; `-` takes the field away.
    pub(super) changes: &'static [(&'static str, &'static str)],
    /// The ids that are found, and no others; with a severity where it is the point.
    pub(super) rules: &'static [&'static str],
}

const FIRM: &str = "enterprise gd site";
const PERSON: &str = "individual gd site";
const APP: &str = "enterprise gd app";

/// Fields of which no value is wrong by itself.
pub(super) const FREE: &[&str] = &[
    "services.responsible.valid_from",
    "services.access_mode",
    "services.package",
    "services.public_key",
    "services.signature",
    "subject.responsible",
];

macro_rules! cases {
    ($($base:ident: $($path:literal = $value:literal),+ => $($rule:literal),*;)+) => {
        &[$(Case { base: $base, changes: &[$(($path, $value)),+], rules: &[$($rule),*] }),+]
    };
}

const BEIJING: &str = "enterprise bj site";
const JILIN: &str = "enterprise jl site";
const SICHUAN: &str = "enterprise sc site";
const LIAONING: &str = "enterprise ln site";
const TIANJIN: &str = "enterprise tj site";
const ANHUI: &str = "enterprise ah site";
const JIANGSU: &str = "enterprise js site";
const FUJIAN: &str = "enterprise fj site";
const SHANGHAI: &str = "enterprise sh site alibaba";
const HUAWEI: &str = "enterprise sh site huawei";
const ZHEJIANG: &str = "enterprise zj site";
const HUBEI: &str = "enterprise hb site";
const HEILONGJIANG: &str = "individual hl site";
const PERSON_OF_SHANGHAI: &str = "individual sh site";
const PERSON_OF_SHANXI: &str = "individual sx site";
const PERSON_OF_JIANGSU: &str = "individual js site";
const PERSON_OF_SHANDONG: &str = "individual sd site";
const MINI: &str = "enterprise gd miniprogram wechat";
const OFFICE: &str = "government gd site";
const FIRM_OF_HEILONGJIANG: &str = "enterprise hl site";
const HEBEI: &str = "enterprise he site";
const PERSON_OF_HEBEI: &str = "individual he site";
const XIZANG: &str = "enterprise xz site";
const INSTITUTE_OF_INNER_MONGOLIA: &str = "institution nm site";
const PERSON_OF_INNER_MONGOLIA: &str = "individual nm site";
const PERSON_OF_ZHEJIANG: &str = "individual zj site";
const HENAN: &str = "enterprise ha site";
const SHANDONG: &str = "enterprise sd site";
const INSTITUTE: &str = "institution gd site";

pub(super) const CASES: &[Case] = cases! {
    FIRM: "subject.name" = "'示例别的公司'" => "SUB-01";
    FIRM: "subject.name" = "-" => "SUB-01";
    FIRM: "subject.name" = "'示例投资有限公司'", "services.0.registrations.0.holder" = "'示例投资有限公司'" => "SVC-04";
    FIRM: "subject.nature" = "'foundation'" => "SUB-07";
    FIRM: "subject.nature" = "-" => "SUB-07";
    FIRM: "subject.province" = "'河北'" => "SUB-04";
    FIRM: "subject.province" = "-" => "SUB-04";
    FIRM: "subject.city" = "-" => "SUB-08";
    FIRM: "subject.district" = "-" => "SUB-08";
    FIRM: "subject.certificate_type" = "'passport'" => "SUB-07";
    FIRM: "subject.certificate_type" = "'licence'" => "unknown-value";
    FIRM: "subject.certificate_type" = "-" => "SUB-07";
    FIRM: "subject.certificate_number" = "'91440104MA0000001H'" => "SUB-02";
    FIRM: "subject.certificate_number" = "-" => "SUB-02";
    FIRM: "subject.certificate_number" = "'440104000012345'", "services.0.registrations.0.holder_certificate_number" = "'440104000012345'" => "SUB-02";
    FIRM: "subject.certificate_address" = "'北京市东城区示例路1号'" => "SUB-04";
    FIRM: "subject.certificate_address" = "-" => "SUB-08";
    FIRM: "subject.mailing_address" = "'示例大道'" => "SUB-08";
    FIRM: "subject.mailing_address" = "'市辖区示例路1号'" => "SUB-08";
    FIRM: "subject.mailing_address" = "'广州市示例路1号'" => "SUB-08";
    FIRM: "subject.mailing_address" = "-" => "SUB-08";
    FIRM: "subject.legal_representative" = "'王五'" => "RP-01";
    FIRM: "subject.legal_representative" = "-" => "SUB-05";
    FIRM: "subject.legal_representative_id" = "'440104199001010037'" => "RP-01";
    FIRM: "subject.legal_representative_id" = "'440104199001010030'" => "SUB-03";
    FIRM: "subject.legal_representative_id" = "-" => "SUB-05";
    FIRM: "subject.responsible.name" = "'王五'" => "RP-01";
    FIRM: "subject.responsible.name" = "-" => "RP-01";
    FIRM: "subject.responsible.certificate_type" = "'business-licence'" => "SUB-07";
    FIRM: "subject.responsible.certificate_type" = "-" => "SUB-07";
    FIRM: "subject.responsible.certificate_number" = "'440104199001010037'" => "RP-01";
    FIRM: "subject.responsible.certificate_number" = "'440104199001010030'" => "SUB-03";
    FIRM: "subject.responsible.certificate_number" = "-" => "SUB-03";
    FIRM: "subject.responsible.valid_from" = "-" => "RP-09";
    FIRM: "subject.responsible.valid_until" = "'2026-10-01'" => "RP-09";
    FIRM: "subject.responsible.valid_until" = "'2027-01-01'" => "RP-09";
    FIRM: "subject.responsible.valid_until" = "-" => "RP-09";
    FIRM: "subject.responsible.phone" = "'13800000002'" => "RP-05";
    FIRM: "subject.responsible.phone" = "'13800000003'" => "RP-03";
    FIRM: "subject.responsible.phone" = "'13900000001'" => "RP-07";
    FIRM: "subject.responsible.phone" = "-" => "RP-05", "SMS-06";
    FIRM: "subject.responsible.emergency_phone" = "'13800000001'" => "RP-05";
    FIRM: "subject.responsible.emergency_phone" = "'13800000001'", "services.0.responsible.phone" = "'13800000001'", "services.0.responsible.emergency_phone" = "'13800000001'" => "RP-03", "RP-04", "RP-05", "RP-06";
    FIRM: "subject.responsible.emergency_phone" = "-" => "RP-05";
    FIRM: "subject.responsible.email" = "'service@example.com'" => "RP-03";
    FIRM: "subject.responsible.email" = "-" => "RP-05";
    FIRM: "services.0.kind" = "'app'", "materials+" = "{ slot = 'app-icon', file = 'papers/paper.jpg', service = '1' }" => "SVC-06";
    FIRM: "services.0.name" = "'商城'" => "NAM-01";
    FIRM: "services.0.name" = "'示例-商城！'" => "NAM-01";
    FIRM: "services.0.name" = "'中国示例商城'" => "NAM-02";
    FIRM: "services.0.name" = "'示例赌博商城'" => "NAM-02";
    FIRM: "services.0.name" = "'示例理财商城'" => "SVC-04";
    FIRM: "services.0.name" = "'示例校外培训'" => "SVC-04";
    FIRM: "services.0.name" = "-" => "NAM-01";
    FIRM: "services.0.domains" = "['example.org']", "services.0.home_urls" = "['example.org']", "services.0.registrations.0.domain" = "'example.org'" => "DOM-01";
    BEIJING: "services.0.domains" = "['example.asia']", "services.0.home_urls" = "['example.asia']", "services.0.registrations.0.domain" = "'example.asia'" => "DOM-01";
    FIRM: "services.0.domains" = "['example.gov.cn']", "services.0.home_urls" = "['example.gov.cn']", "services.0.registrations.0.domain" = "'example.gov.cn'" => "DOM-01";
    FIRM: "services.0.domains" = "['www.example.com']" => "DOM-05";
    FIRM: "services.0.domains" = "['example.com', 'example.net']" => "DOM-05";
    FIRM: "services.0.domains" = "['!bad!']" => "not-a-domain";
    FIRM: "services.0.domains" = "-" => "DOM-05";
    FIRM: "services.0.domains" = "['taken.com']", "services.0.home_urls" = "['taken.com']", "services.0.registrations.0.domain" = "'taken.com'" => "DOM-07";
    FIRM: "services.0.home_urls" = "['www.example.net']" => "DOM-08";
    FIRM: "services.0.home_urls" = "['example.com', 'www.example.com']" => "DOM-08";
    BEIJING: "services.0.home_urls" = "['example.com', 'www.example.com']" => "DOM-08";
    FIRM: "services.0.home_urls" = "-" => "DOM-08";
    FIRM: "services.0.content" = "['banking']" => "SVC-04";
    FIRM: "services.0.content" = "['nonsense']" => "unknown-value";
    FIRM: "services.0.languages" = "['nonsense']" => "unknown-value";
    FIRM: "services.0.content" = "-" => "SVC-02";
    FIRM: "services.0.languages" = "-" => "SVC-02";
    FIRM: "services.0.prior_approval" = "-" => "SVC-02";
    FIRM: "services.0.prior_approval" = "'news'" => "SVC-03";
    FIRM: "services.0.prior_approval" = "['none', 'news']", "services.0.prior_approval_code" = "'示例第1号'", "materials+" = "{ slot = 'prior-approval', file = 'papers/paper.jpg', service = '1' }" => "SVC-03";
    FIRM: "services.0.prior_approval" = "'news'", "services.0.prior_approval_code" = "'示例第1号'", "services.0.prior_approval_valid_until" = "'2026-01-01'", "materials+" = "{ slot = 'prior-approval', file = 'papers/paper.jpg' }" => "SVC-03";
    FIRM: "services.0.responsible.name" = "-" => "RP-01";
    FIRM: "services.0.responsible.certificate_type" = "'business-licence'" => "SUB-07";
    FIRM: "services.0.responsible.certificate_number" = "'440104199001010030'" => "SUB-03";
    FIRM: "services.0.responsible.certificate_number" = "-" => "SUB-03";
    FIRM: "services.0.responsible.valid_until" = "'2026-10-01'" => "RP-09";
    ZHEJIANG: "services.0.responsible.valid_until" = "'2027-01-01'" => "RP-09";
    FIRM: "services.0.responsible.valid_until" = "-" => "RP-09";
    FIRM: "services.0.responsible.phone" = "'13800000001'" => "RP-03";
    FIRM: "services.0.responsible.phone" = "-" => "RP-05", "SMS-06";
    FIRM: "services.0.responsible.emergency_phone" = "'13800000001'" => "RP-04";
    FIRM: "services.0.responsible.emergency_phone" = "'13800000003'" => "RP-05";
    BEIJING: "services.0.responsible.emergency_phone" = "'13800000003'" => "RP-05";
    BEIJING: "services.0.responsible.phone" = "'13800000002'", "services.0.responsible.emergency_phone" = "'13800000001'" => "RP-04", "RP-06";
    FUJIAN: "services.0.responsible.emergency_phone" = "'13800000003'" => "RP-05";
    FIRM: "services.0.responsible.emergency_phone" = "-" => "RP-05";
    FIRM: "services.0.responsible.email" = "'subject@example.com'" => "RP-03";
    FIRM: "services.0.responsible.email" = "-" => "RP-05";
    FIRM: "services.0.resource.type" = "'load-balancer'" => "RES-05";
    FIRM: "services.0.resource.id" = "-" => "RES-01";
    FIRM: "services.0.resource.id" = "'ins-full'", "services.again" = "4" => "RES-02";
    FIRM: "services.0.resource.type" = "'serverless'", "services.again" = "2" => "RES-03";
    FIRM: "services.0.resource.type" = "'serverless'", "services.0.resource.authorisation_code" = "'code-1'" => "RES-03";
    FIRM: "services.0.resource.type" = "'lighthouse'", "services.0.resource.authorisation_code" = "'code-1'" => "RES-04";
    FIRM: "services.0.resource.authorisation_code" = "'code-1'", "services.again" = "1" => "RES-04";
    FIRM: "services.0.resource.prepaid_months" = "1" => "RES-01";
    FIRM: "services.0.resource.expires_on" = "'2026-12-01'" => "RES-01";
    FIRM: "services.0.resource.mainland" = "false" => "RES-01";
    FIRM: "services.0.resource.public_ip" = "'10.0.0.1'" => "RES-01";
    FIRM: "services.0.registrations.0.domain" = "'example.net'" => "DOM-05";
    FIRM: "services.0.registrations.0.registrar" = "'GoDaddy'", "services.0.registrations.0.mainland_registrar" = "-" => "DOM-02";
    FIRM: "services.0.registrations.0.mainland_registrar" = "false" => "DOM-02";
    FIRM: "services.0.registrations.0.expires_on" = "'2026-11-01'" => "DOM-03";
    FIRM: "services.0.registrations.0.expires_on" = "'2027-01-01'" => "DOM-03";
    SHANGHAI: "services.0.registrations.0.expires_on" = "'2027-04-01'" => "DOM-03";
    FIRM: "services.0.registrations.0.real_name_on" = "'2026-11-20'" => "DOM-04";
    FIRM: "services.0.registrations.0.registrar" = "'示例注册商'", "services.0.registrations.0.real_name_on" = "'2026-11-18'" => "DOM-04";
    FIRM: "services.0.registrations.0.holder" = "'示例他人'" => "SUB-01";
    FIRM: "services.0.registrations.0.holder_certificate_number" = "'440104199001010037'" => "SUB-01";
    FIRM: "materials[slot=commitment-letter]" = "-" => "MAT-01";
    FIRM: "materials[slot=domain-certificate]" = "-" => "MAT-02";
    FIRM: "materials[slot=subject-certificate]" = "-" => "MAT-06";
    FIRM: "materials[slot=authorisation-letter]" = "-" => "RP-12";
    FUJIAN: "materials[slot=authorisation-letter]" = "-" => "RP-12";
    FIRM: "materials.0.file" = "'papers/none.jpg'" => "MAT-03";
    FIRM: "materials.0.file" = "'papers'" => "MAT-03";
    FIRM: "materials.0.file" = "'papers/half.jpg'" => "MAT-03";
    FIRM: "materials.0.file" = "'papers/words.jpg'" => "MAT-03";
    FIRM: "materials.0.file" = "'papers/empty.jpg'" => "MAT-03";
    FIRM: "materials.0.file" = "'papers/large.jpg'" => "MAT-03";
    FIRM: "materials.0.slot" = "'nonsense'" => "unknown-value";
    FIRM: "materials.0.service" = "'7'" => "no-such-service";
    APP: "services.0.builds" = "-" => "SVC-06";
    APP: "services.0.builds.0.platform" = "-" => "SVC-06";
    APP: "services.0.builds.0.name" = "'示例别的应用'" => "SVC-06";
    APP: "services.0.builds.0.package" = "-" => "SVC-06";
    APP: "services.0.builds.0.public_key" = "-" => "SVC-06";
    APP: "services.0.builds.0.signature" = "'0123'" => "SVC-06";
    APP: "services.0.builds.0.platform" = "'ios'" => "SVC-06";
    APP: "services.0.platforms" = "['android', 'ios']" => "SVC-06";
    APP: "materials+" = "{ slot = 'app-icon', file = 'papers/large.jpg' }" => "MAT-03";
    MINI: "services.0.remark" = "'太短'" => "SVC-02";
    MINI: "services.0.content" = "['shopping', 'blog', 'music', 'games', 'video', 'other']" => "SVC-02";
    OFFICE: "materials[slot=site-identification]" = "-" => "MAT-05";
    OFFICE: "materials[slot=domain-review-form]" = "-" => "MAT-05";
    OFFICE: "services.0.name" = "'国家示例网'" => "NAM-02";
    INSTITUTE: "materials[slot=site-identification]" = "-" => "MAT-05";
    PERSON: "subject.certificate_number" = "'440104199001010030'" => "SUB-03";
    PERSON: "subject.certificate_number" = "-" => "SUB-03";
    PERSON: "subject.certificate_number" = "'440104201201010015'", "services.0.registrations.0.holder_certificate_number" = "'440104201201010015'" => "RP-10";
    PERSON: "subject.responsible.emergency_phone" = "'13800000001'" => "RP-05";
    PERSON: "subject.certificate_type" = "'business-licence'" => "SUB-07";
    PERSON: "subject.certificate_type" = "'licence'" => "unknown-value";
    PERSON: "subject.legal_representative" = "'张三'" => "SUB-06";
    PERSON: "subject.legal_representative_id" = "'440104199001010037'" => "SUB-06";
    PERSON: "subject.remark" = "'个体工商户'" => "SUB-09";
    PERSON: "subject.responsible.name" = "'李四'" => "RP-02";
    PERSON: "subject.responsible.certificate_number" = "'440104199001010037'" => "RP-02";
    PERSON: "services.0.responsible.name" = "'李四'" => "RP-02";
    PERSON: "subject.province" = "-" => "PRV-01";
    PERSON: "services.0.content" = "['shopping']" => "SVC-01";
    PERSON: "services.0.prior_approval" = "'news'" => "SVC-05";
    PERSON: "services.0.name" = "'示例论坛随笔'" => "NAM-03";
    PERSON: "services.0.name" = "'示例在线随笔'" => "NAM-03";
    FIRM: "subject.mailing_address" = "-", "services.0.responsible.phone" = "'13800000001'" => "RP-03", "SUB-08";
    PERSON: "services.again" = "1" => "SVC-07";
    PERSON_OF_JIANGSU: "services.0.name" = "'示例生活随笔'" => "NAM-03";
    PERSON_OF_SHANXI: "subject.certificate_number" = "'440104199001010037'", "services.0.registrations.0.holder_certificate_number" = "'440104199001010037'" => "PRV-01";
    PERSON_OF_SHANGHAI: "subject.certificate_number" = "'440104199001010037'", "services.0.registrations.0.holder_certificate_number" = "'440104199001010037'" => "MAT-04 error";
    PERSON_OF_SHANDONG: "subject.certificate_number" = "'370102201201010014'", "services.0.registrations.0.holder_certificate_number" = "'370102201201010014'", "materials+" = "{ slot = 'guardian-material', file = 'papers/paper.jpg' }" => "RP-10";
    HEILONGJIANG: "services.0.content" = "['other']" => "PRV-08";
    FIRM_OF_HEILONGJIANG: "services.0.content" = "['other']" => "PRV-08";
    HEBEI: "subject.responsible.certificate_type" = "'passport'", "subject.responsible.certificate_number" = "'E12345678'", "subject.legal_representative_id" = "'E12345678'" => "PRV-05";
    PERSON_OF_HEBEI: "subject.certificate_type" = "'passport'", "subject.certificate_number" = "'E12345678'", "subject.responsible.certificate_type" = "-", "services.0.registrations.0.holder_certificate_number" = "'E12345678'" => "PRV-05";
    HEBEI: "subject.city" = "'保定市'" => "PRV-06";
    FIRM: "subject.certificate_valid_until" = "'2026-10-01'" => "PRV-07";
    SHANGHAI: "subject.certificate_valid_until" = "'2027-11-01'" => "PRV-07";
    ZHEJIANG: "subject.certificate_valid_until" = "'2027-01-01'" => "PRV-07";
    PERSON_OF_SHANDONG: "subject.remark" = "'个人随笔'" => "PRV-09";
    JIANGSU: "materials[slot=promise-video]" = "-" => "MAT-07";
    JIANGSU: "materials[slot=authenticity-commitment-letter]" = "-" => "MAT-07";
    XIZANG: "materials[slot=party-building-confirmation-letter]" = "-" => "MAT-07";
    FIRM: "materials[slot=subject-responsible-id-front]" = "-" => "MAT-07";
    FIRM: "subject.responsible.phone" = "'17000000001'" => "RP-13";
    FIRM: "services.0.responsible.phone" = "'17000000001'" => "RP-13";
    INSTITUTE_OF_INNER_MONGOLIA: "services.0.domains" = "['example.com']", "services.0.home_urls" = "['example.com']", "services.0.registrations.0.domain" = "'example.com'" => "DOM-01";
    JILIN: "subject.responsible.name" = "'王五'" => "RP-01";
    SICHUAN: "subject.responsible.name" = "'王五'", "materials[slot=authorisation-letter]" = "-" => "RP-12";
    LIAONING: "services.0.name" = "'示例理财商城'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-01";
    TIANJIN: "services.0.responsible.name" = "'张三'", "services.0.responsible.certificate_number" = "'120101199001010017'" => "RP-01";
    ANHUI: "services.0.responsible.certificate_number" = "'340102199001010030'", "services.0.responsible.phone" = "'13800000003'", "services.0.responsible.emergency_phone" = "'13800000004'", "services.0.responsible.email" = "'other@example.com'" => "RP-01";
    JIANGSU: "subject.responsible.name" = "'王五'" => "RP-01";
    PERSON_OF_INNER_MONGOLIA: "subject.certificate_number" = "'440104199001010037'", "services.0.registrations.0.holder_certificate_number" = "'440104199001010037'" => "PRV-01 error";
    FIRM: "services.0.responsible.certificate_number" = "'440104201201010015'" => "RP-10 error";
    FIRM: "services.0.responsible.certificate_number" = "'440104200906010010'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-10 warning";
    JIANGSU: "services.0.responsible.certificate_number" = "'320102200906010010'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-10 error";
    PERSON_OF_JIANGSU: "subject.certificate_number" = "'320102200906010010'", "services.0.registrations.0.holder_certificate_number" = "'320102200906010010'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-10 warning";
    HENAN: "services.0.responsible.certificate_number" = "'410102200906010012'", "materials+" = "{ slot = 'guardian-material', file = 'papers/paper.jpg' }" => "RP-10 error";
    SHANDONG: "services.0.responsible.certificate_number" = "'37010220090601001X'", "materials+" = "{ slot = 'guardian-material', file = 'papers/paper.jpg' }" => "RP-10 warning";
    LIAONING: "services.0.name" = "'示例理财商城'", "services.0.responsible.name" = "'张三'", "subject.responsible.name" = "'王五'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-01 error";
    LIAONING: "subject.name" = "'示例投资有限公司'", "services.0.registrations.0.holder" = "'示例投资有限公司'", "materials+" = "{ slot = 'statement', file = 'papers/paper.jpg' }" => "RP-01 error";
    ZHEJIANG: "services.0.responsible.certificate_type" = "'passport'", "services.0.responsible.certificate_number" = "'E12345678'", "services.0.responsible.valid_until" = "'2026-01-01'" => "RP-09 error";
    PERSON_OF_ZHEJIANG: "subject.certificate_type" = "'passport'", "subject.certificate_number" = "'E12345678'", "subject.responsible.certificate_type" = "-", "subject.responsible.valid_until" = "'2027-01-20'", "services.0.registrations.0.holder_certificate_number" = "'E12345678'" => "RP-09 error";
    FIRM: "subject.mailing_address" = "'浙江省杭州市示例路1号'" => "SUB-08 error";
    FIRM: "subject.mailing_address" = "'广东省广州市示例路1号'" => "SUB-08 warning";
    FIRM: "subject.district" = "'市辖区'" => "SUB-08 error";
    BEIJING: "subject.city" = "'市辖区'" => "SUB-08 warning";
    FIRM: "subject.certificate_number" = "'91440104MA0000001'", "services.0.registrations.0.holder_certificate_number" = "'91440104MA0000001'" => "SUB-02 error";
    FIRM: "subject.certificate_number" = "'91440104MA0000001'", "services.0.registrations.0.holder_certificate_number" = "'91440104MA0000001'", "subject.mailing_address" = "-", "subject.certificate_address" = "-" => "SUB-02 warning", "SUB-08";
    FIRM: "subject.certificate_number" = "'440104000012345'", "services.0.registrations.0.holder_certificate_number" = "'440104000012345'" => "SUB-02 warning";
    FIRM: "subject.remark" = "'个体工商户无字号'" => "SUB-09";
    FIRM: "services.0.registrations.0.holder_certificate_type" = "'resident-id'" => "SUB-01 error";
    PERSON: "services.0.registrations.0.holder_certificate_type" = "'business-licence'" => "SUB-01 error";
    FIRM: "services.0.registrations.0.registered_on" = "'2027-01-01'" => "DOM-03 error";
    FIRM: "services.again" = "1", "services.1.domains" = "['example.com']", "services.1.home_urls" = "['example.com']", "services.1.registrations.0.domain" = "'example.com'" => "DOM-05 error";
    FIRM: "services.again" = "1", "services.0.resource.type" = "'serverless'", "services.1.resource.type" = "'serverless'", "services.1.resource.id" = "'scf-2'" => "RES-03 error";
    SHANGHAI: "services.again" = "5" => "RES-07 error";
    SHANGHAI: "services.0.resource.prepaid_months" = "1" => "RES-07 error";
    SHANGHAI: "services.0.resource.type" = "'nat-gateway'", "services.0.resource.prepaid_months" = "1" => ;
    SHANGHAI: "services.0.resource.type" = "'site-builder'", "services.0.resource.prepaid_months" = "11" => "RES-07 error";
    SHANGHAI: "services.0.resource.mainland" = "false" => "RES-07 warning";
    HUAWEI: "services.0.resource.authorisation_code" = "'code-1'", "services.again" = "1" => "RES-07 error";
    FIRM: "services.0.resource.type" = "'cloud-run'", "services.0.resource.expires_on" = "'2027-01-01'" => "RES-08 error";
    FIRM: "services.0.resource.type" = "'cloud-run'", "services.again" = "2" => "RES-08 warning";
    FIRM: "services.0.name" = "'示例教育培训'" => "SVC-04";
    FIRM: "services.0.name" = "'示例小额贷款'" => "SVC-04";
    FIRM: "services.0.name" = "'示例网络借贷'" => "SVC-04";
    FIRM: "services.0.name" = "'示例期货行情'" => "SVC-04";
    FIRM: "services.0.name" = "'示例证券之窗'" => "SVC-04";
    FIRM: "services.0.name" = "'示例保险指南'" => "SVC-04";
    ZHEJIANG: "services.0.name" = "'示例教育之窗'" => "SVC-04";
    FIRM: "services.0.name" = "'示例教育之窗'" => ;
    HEBEI: "services.0.name" = "'示例医疗之窗'" => "SVC-04";
    ZHEJIANG: "services.0.name" = "'示例医疗之窗'" => ;
    FIRM: "materials+" = "{ slot = 'commitment-letter', file = 'papers/paper.jpg' }" => "MAT-08 warning";
    FIRM: "materials.other" = "11" => "MAT-08 warning";
    FIRM: "materials.other" = "10" => ;
    APP: "services.0.domains" = "['a.b.c.example.com']" => "SVC-06 error";
    APP: "services.0.domains" = "['a.b.example.com']" => ;
    PERSON: "services.0.name" = "'张三的随笔'" => "NAM-03 warning";
    PERSON: "services.0.name" = "'广州随笔集'" => "NAM-03 warning";
    PERSON: "services.0.name" = "'广东随笔集'" => "NAM-03 warning";
    PERSON: "services.0.name" = "'花草树木虫鱼鸟兽随笔集'" => "NAM-03 info";
    FIRM: "services.0.responsible.certificate_number" = "'440104199001010010'" => "RP-01 error";
    FIRM: "services.0.responsible.name" = "'赵六'", "services.0.responsible.certificate_number" = "'44010419900101007X'", "services.0.responsible.phone" = "'13900000001'" => "RP-07 info", "RP-14";
    OFFICE: "services.0.domains" = "['example.com']", "services.0.home_urls" = "['example.com']", "services.0.registrations.0.domain" = "'example.com'" => "DOM-01 info";
    INSTITUTE: "services.0.domains" = "['example.com']", "services.0.home_urls" = "['example.com']", "services.0.registrations.0.domain" = "'example.com'" => "DOM-01 info";
    HUBEI: "services.again" = "1" => "PRV-02";
    FIRM: "subject" = "'粤ICP备2021000092号'" => "PRV-03";
};
