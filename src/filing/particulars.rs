//! What a province's bureau asks for beyond the rest of the country.
//!
//! Read from `src/data/bureaus.toml`; what is absent was found nowhere and is no rule.

use super::kind::Kind;
use crate::lang::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Who may be the subject's responsible person (column LR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectPerson {
    /// Only the legal representative.
    Must,
    /// Another with a letter of authorisation.
    Letter,
    /// Anyone.
    Free,
}

/// How a service's responsible person relates to the subject's (columns LR and extras).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServicePerson {
    /// They are one person.
    Same,
    /// They are two.
    Different,
    /// They are one person unless the subject's is the legal representative.
    SameUnlessLegalRepresentative,
}

/// Whether an individual may file with another province's ID (column Out).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutOfProvince {
    /// Never.
    No,
    /// With proof of residence.
    Proof,
    /// Yes.
    Yes,
}

/// Who needs a mobile of the province (column Ph).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalPhone {
    /// Everyone.
    All,
    /// Individuals.
    Individual,
    /// Nobody.
    None,
}

/// Whether the nature may change (columns U→I and I→U).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NatureChange {
    /// Never: cancel and file anew.
    No,
    /// Yes.
    Yes,
    /// Only where the person is that company's legal representative.
    LegalRepresentative,
}

/// What must equal the old filing when a provider is added (column Acc).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// Nothing; it is changed afterwards.
    Free,
    /// The name.
    Name,
    /// The name and the certificate's number.
    NameAndNumber,
    /// Everything.
    All,
}

/// Whose data must equal the old filing too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Persons {
    /// Both responsible persons'.
    Both,
    /// The service's person's.
    Service,
}

/// The least age of responsible persons, in full years (column Age).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Age {
    /// For an individual.
    pub individual: Option<u32>,
    /// For the persons of an organisation.
    pub organisation: Option<u32>,
    /// For whoever proves to be employed.
    pub with_job_proof: Option<u32>,
    /// Whether a minor may file with a guardian's papers (RP-10).
    pub guardian: bool,
    /// Whether neither proof of work nor guardian helps the persons of an organisation.
    pub relief_for_individuals_only: bool,
}

/// The age beyond which nobody is a service's person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetirementAge {
    /// For men.
    pub men: Option<u32>,
    /// For women.
    pub women: Option<u32>,
}

/// What adding a provider asks for (column Acc).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a cell of a table")]
pub struct AccessMatch {
    /// What must equal the old filing.
    #[serde(rename = "match")]
    pub level: Match,
    /// What must, for an individual, where it differs.
    #[serde(default)]
    pub individual: Option<Match>,
    /// Whose data must too.
    #[serde(default)]
    pub persons: Option<Persons>,
    /// Whether a proof of the change stands in for equality.
    #[serde(default)]
    pub or_proof: bool,
    /// Whether the service's name must equal the filed one.
    #[serde(default)]
    pub service_name: bool,
    /// Whether the subject's own data and its person's must equal the filed ones.
    #[serde(default)]
    pub subject_and_person: bool,
    /// Whether the subject's person must be the legal representative.
    #[serde(default)]
    pub subject_person_is_legal_representative: bool,
    /// Within how many working days the rest is changed.
    #[serde(default)]
    pub then_change: Option<u32>,
}

/// The least count of distinct numbers among the contacts of both persons (RP-06).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DistinctNumbers {
    /// Where one person plays both parts.
    pub one_person: Option<u32>,
    /// Where two do.
    pub two_persons: Option<u32>,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// The sites of an order.
    SitesInOrder,
    /// The domains of an order, each once.
    DomainsInOrder,
    /// The domains of a site.
    DomainsInSite,
    /// The sites of a subject, those of the order included.
    SitesOfSubject,
}

/// A count that a bureau limits (PRV-02).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What it counts.
    pub counts: Counts,
    /// What the count may reach.
    pub most: u32,
    /// Whose orders it limits: `individual` or `organisation`; all where absent.
    #[serde(default)]
    pub holder: Option<String>,
    /// The material slot that lets it go beyond; nothing does where absent.
    #[serde(default)]
    pub needs: Option<String>,
    /// Whether it limits first filings only.
    #[serde(default)]
    pub first_filing: bool,
    /// It limits only subjects with more services filed than this.
    #[serde(default)]
    pub beyond_filed: Option<u32>,
}

/// A place of the province, for examples.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The city.
    pub city: String,
    /// A district of it.
    pub district: String,
    /// The district's administrative code (GB/T 2260).
    pub area: String,
}

/// What a bureau asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a cell of a table")]
pub struct Particulars {
    /// The date of the newest source.
    pub as_of: NaiveDate,
    /// Keys of the sources.
    pub source: String,
    /// Who may be the subject's person.
    pub subject_person: SubjectPerson,
    /// Whether the sources differ about it.
    #[serde(default)]
    pub subject_person_disputed: bool,
    /// The orders for which it holds; all where empty.
    #[serde(default)]
    pub subject_person_kinds: Vec<Kind>,
    /// Whether no letter helps where another person is named.
    #[serde(default)]
    pub letter_refused: bool,
    /// How the service's person relates to the subject's.
    #[serde(default)]
    pub service_person: Option<ServicePerson>,
    /// Whether a service's person who is not the legal representative needs a letter.
    #[serde(default)]
    pub service_letter: Option<bool>,
    /// Whether an individual may file with another province's ID.
    #[serde(default)]
    pub out_of_province: Option<OutOfProvince>,
    /// Whether a student card proves residence.
    #[serde(default)]
    pub student_card: Option<bool>,
    /// The least age.
    #[serde(default)]
    pub age: Age,
    /// The age beyond which nobody is a service's person.
    #[serde(default)]
    pub retirement_age: RetirementAge,
    /// Who needs a mobile of the province.
    #[serde(default)]
    pub local_phone: Option<LocalPhone>,
    /// What adding a provider asks for.
    pub access: AccessMatch,
    /// Whether an organisation's filing can become an individual's.
    #[serde(default)]
    pub to_individual: Option<NatureChange>,
    /// Whether the sources differ about it.
    #[serde(default)]
    pub to_individual_disputed: bool,
    /// Whether an individual's filing can become an organisation's.
    #[serde(default)]
    pub to_organisation: Option<NatureChange>,
    /// Whether an organisation's filing can become another organisation's; no where absent.
    #[serde(default)]
    pub to_other_organisation: Option<NatureChange>,
    /// The material slots that this needs.
    #[serde(default)]
    pub to_organisation_needs: Vec<String>,
    /// Whether a change is always one of the subject and its services together (CHG-08).
    #[serde(default)]
    pub change_covers_all: bool,
    /// Whether an empty-shell subject may add services (PRV-03).
    pub shell_adds: bool,
    /// How many distinct numbers the contacts must hold.
    #[serde(default)]
    pub distinct_numbers: DistinctNumbers,
    /// Whether an individual's two numbers may be one.
    #[serde(default)]
    pub individual_may_repeat_number: bool,
    /// What may not repeat across subjects even for one person: `phone`, `certificate` (RP-07).
    #[serde(default)]
    pub unique_across_subjects: Vec<String>,
    /// How many months a person's ID must be good for.
    #[serde(default)]
    pub id_months_left: Option<u32>,
    /// How many months a licence must be good for.
    #[serde(default)]
    pub licence_months_left: Option<u32>,
    /// Whether a legal representative without a resident ID lets a person with one be responsible (RP-01).
    #[serde(default)]
    pub foreign_representative_delegates: bool,
    /// Whether foreigners may file.
    #[serde(default)]
    pub foreigners: Option<bool>,
    /// Whether the mailing address lies in the city of the certificate.
    #[serde(default)]
    pub address_in_city_of_certificate: bool,
    /// Whether another certificate number means cancelling and filing anew (CHG-01).
    #[serde(default)]
    pub certificate_number_stays: bool,
    /// What the remark of an individual's site must hold.
    #[serde(default)]
    pub individual_remark: Option<String>,
    /// Content types that the bureau refuses.
    #[serde(default)]
    pub content_refused: Vec<String>,
    /// Content types that the bureau refuses of individuals.
    #[serde(default)]
    pub individual_content_refused: Vec<String>,
    /// How an individual's service names must end.
    #[serde(default)]
    pub individual_name_endings: Vec<String>,
    /// Whether a name with finance words makes the legal representative both persons.
    #[serde(default)]
    pub finance_needs_legal_representative: bool,
    /// Whether a site has one home URL however many its domains (DOM-08).
    #[serde(default)]
    pub one_home_url: bool,
    /// Whether the domain's holder must be the organisation itself.
    #[serde(default)]
    pub holder_is_the_unit: bool,
    /// The suffixes that public institutions use.
    #[serde(default)]
    pub institution_suffixes: Vec<String>,
    /// How many working days the bureau may take, by a provider's word.
    #[serde(default)]
    pub bureau_days: Option<u32>,
    /// Whether services are audited every year (PST-06).
    #[serde(default)]
    pub annual_audit: bool,
    /// Whether pages show the subject number (PST-02).
    #[serde(default)]
    pub footer_shows_subject: bool,
    /// The counts that it limits.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// What it asks for in words.
    #[serde(default, skip_serializing)]
    pub extras: Vec<Text>,
}
