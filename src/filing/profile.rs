//! Provider profiles: what differs between providers, as data.

use super::guide::Step;
use super::kind::{Kind, VerifyBy};
use super::named;
use super::status::Status;
use crate::data::{data, read};
use crate::lang::{Text, nearest, parser};
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{LazyLock, OnceLock};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::UnicodeNormalization as _;

/// The profile that an unknown provider gets.
pub const GENERIC: &str = "generic";

/// What differs between providers; the cells of `src/data/providers.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name that people read.
    pub title: Text,
    /// Other names that it goes by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Working days of the provider's review, least and most (TIM-01).
    pub review_days: [u32; 2],
    /// Working days until the order is handed to the bureau, least and most.
    pub submission_days: [u32; 2],
    /// Whether a cancellation passes the provider first.
    pub cancel_stage: bool,
    /// From where a filing order can be withdrawn.
    #[serde(deserialize_with = "named::words")]
    pub withdraw_from: Vec<Status>,
    /// Whether a filing order can be abandoned while queued.
    pub abandon_queued: bool,
    /// The ways a cancellation can be verified.
    #[serde(deserialize_with = "named::words")]
    pub verify_by: Vec<VerifyBy>,
    /// Where an unedited order goes when it is submitted again after its SMS expired.
    #[serde(deserialize_with = "named::word")]
    pub resubmit_expired: Status,
    /// Idle days before the console deletes an order; 0 where it never does (ORD-10).
    pub purge_days: u32,
    /// How many services a resource carries.
    #[serde(default)]
    pub quota: Quota,
    /// How many services one order may hold.
    #[serde(default)]
    pub order_size: OrderSize,
    /// Whether orders of one subject may run side by side at this provider, against ORD-02 and ORD-05.
    #[serde(default)]
    pub parallel_orders: bool,
    /// The provider's own words for statuses.
    #[serde(default, deserialize_with = "named::keys")]
    pub statuses: BTreeMap<Status, String>,
    /// The provider's own words for kinds.
    #[serde(default, deserialize_with = "named::keys")]
    pub kinds: BTreeMap<Kind, String>,
    /// Steps of its console that go before those that are built in.
    #[serde(default)]
    pub guide: Vec<Step>,
    /// Where the cells come from.
    #[serde(default)]
    pub source: String,
}

/// How many services a resource carries, and whether a cancellation gives the place back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Services a server instance carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_instance: Option<u32>,
    /// Services a serverless package carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serverless: Option<u32>,
    /// Whether cancelling gives the place back (CAN-08, CAN-09); unknown where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<bool>,
}

/// How many services one order of a kind may hold; no limit where absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OrderSize {
    /// A new filing by an organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<NonZeroUsize>,
    /// A new filing by an individual, where it differs.
    #[serde(
        default,
        rename = "new_individual",
        skip_serializing_if = "Option::is_none"
    )]
    pub new_individual: Option<NonZeroUsize>,
    /// Adding access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<NonZeroUsize>,
    /// Cancelling access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_access: Option<NonZeroUsize>,
    /// A change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<NonZeroUsize>,
    /// Cancelling services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_site: Option<NonZeroUsize>,
}

impl OrderSize {
    /// Returns the most services that one order of `kind` may hold.
    pub fn limit(&self, kind: Kind, by_individual: bool) -> Option<usize> {
        let limit = match kind {
            Kind::New if by_individual => self.new_individual.or(self.new),
            Kind::New => self.new,
            Kind::Access => self.access,
            Kind::Change => self.change,
            Kind::CancelSite => self.cancel_site,
            Kind::CancelAccess => self.cancel_access,
            Kind::CancelSubject => None,
        };
        limit.map(NonZeroUsize::get)
    }
}

impl Profile {
    /// Takes what its tables leave out from the profile beneath.
    fn fill(&mut self, beneath: &Self) {
        let Quota {
            per_instance,
            serverless,
            returned,
        } = self.quota;
        self.quota = Quota {
            per_instance: per_instance.or(beneath.quota.per_instance),
            serverless: serverless.or(beneath.quota.serverless),
            returned: returned.or(beneath.quota.returned),
        };
        let (own, theirs) = (self.order_size, beneath.order_size);
        self.order_size = OrderSize {
            new: own.new.or(theirs.new),
            new_individual: own.new_individual.or(theirs.new_individual),
            access: own.access.or(theirs.access),
            cancel_access: own.cancel_access.or(theirs.cancel_access),
            change: own.change.or(theirs.change),
            cancel_site: own.cancel_site.or(theirs.cancel_site),
        };
        for (status, label) in &beneath.statuses {
            self.statuses
                .entry(*status)
                .or_insert_with(|| label.clone());
        }
        for (kind, label) in &beneath.kinds {
            self.kinds.entry(*kind).or_insert_with(|| label.clone());
        }
    }

    /// Returns the provider's own word for a status, where it has one.
    pub fn status_label(&self, status: Status) -> Option<&str> {
        self.statuses.get(&status).map(String::as_str)
    }

    /// Lists the words that it goes by under a name, folded.
    fn words(&self, name: &str) -> impl Iterator<Item = String> {
        let titles = [name, self.title.zh.as_ref(), self.title.en.as_ref()].map(folded);
        let aliases = self.aliases.iter().map(|alias| folded(alias));
        titles.into_iter().chain(aliases)
    }
}

/// The profiles in force: the built-in ones with the user's over them.
#[derive(Clone, Debug)]
pub struct Profiles {
    own: BTreeMap<String, Profile>,
    /// The names of the user's own that go by a word.
    called: BTreeMap<String, BTreeSet<String>>,
    /// Those of the user that cannot be read: where, and what is wrong.
    unread: BTreeMap<String, Text>,
}

/// What is wrong in a profile file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reason.en)]
pub struct ProfileProblem {
    /// The byte of the file at which it stands.
    pub at: usize,
    /// What is wrong.
    pub reason: Text,
}

impl ProfileProblem {
    fn of(error: &toml::de::Error, at: usize) -> Self {
        let at = error.span().map_or(at, |span| span.start);
        let reason = parser::said(error.message());
        Self { at, reason }
    }
}

/// Where the cells of a profile file stand.
struct Places<'t>(Spanned<DeTable<'t>>);

impl Places<'_> {
    /// Returns where a cell's key stands.
    fn key(&self, name: &str) -> usize {
        let found = self.0.get_ref().get_key_value(name);
        found.map_or(0, |(key, _)| key.span().start)
    }

    /// Returns where a cell's value stands.
    fn value(&self, name: &str) -> usize {
        let found = self.0.get_ref().get(name);
        found.map_or(0, |value| value.span().start)
    }

    /// Returns where one of the words of `aliases` stands.
    fn alias(&self, place: usize) -> usize {
        let words = match self.0.get_ref().get("aliases").map(Spanned::get_ref) {
            Some(DeValue::Array(words)) => Some(words),
            Some(_) | None => None,
        };
        let word = words.and_then(|words| words.get(place));
        word.map_or_else(|| self.value("aliases"), |word| word.span().start)
    }
}

/// Returns a name as names are compared: without the blanks around it, in whatever letter case and
/// width.
fn folded(word: &str) -> String {
    word.trim().nfkc().collect::<String>().to_lowercase()
}

/// Where an order can get to that is submitted again after its SMS expired.
const RESUBMITTED: [Status; 3] = [
    Status::ProviderReview,
    Status::AwaitingBureauSubmission,
    Status::SmsVerificationPending,
];

/// A built-in profile, read when it is first asked for.
struct BuiltIn {
    /// Its part of the file.
    text: &'static str,
    read: OnceLock<Profile>,
}

impl BuiltIn {
    fn profile(&self) -> &Profile {
        self.read.get_or_init(|| read(FILE, self.text))
    }

    /// Returns its cells, for a user's own to be put over them.
    fn cells(&self) -> toml::Table {
        read(FILE, self.text)
    }
}

/// The data file, which the messages about it name.
const FILE: &str = "providers";

/// The providers of the file; what stands for one in a written application is none.
static BUILT_IN: LazyLock<BTreeMap<&'static str, BuiltIn>> = LazyLock::new(|| {
    let parts: BTreeMap<&'static str, &'static RawValue> = data!("providers");
    let providers = parts.into_iter().filter(|(name, _)| *name != WRITTEN);
    providers
        .map(|(name, part)| {
            let read = OnceLock::new();
            let text = part.get();
            (name, BuiltIn { text, read })
        })
        .collect()
});

/// The name under which the file has what stands for a provider in a written application.
const WRITTEN: &str = "written";

/// The profiles that the file must have, whatever providers it lists.
#[derive(Deserialize)]
struct WrittenOnly {
    written: Profile,
}

#[derive(Deserialize)]
struct GenericOnly {
    generic: Profile,
}

/// What stands for a provider in a written application: nothing is reviewed, queued or purged.
static PAPER: LazyLock<Profile> = LazyLock::new(|| {
    let file: WrittenOnly = data!("providers");
    file.written
});

/// What an unknown provider gets.
static UNKNOWN: LazyLock<Profile> = LazyLock::new(|| {
    let file: GenericOnly = data!("providers");
    file.generic
});

impl Profiles {
    /// Returns the built-in profiles; each is read when it is first asked for, and a test reads
    /// them all.
    pub const fn built_in() -> Self {
        Self {
            own: BTreeMap::new(),
            called: BTreeMap::new(),
            unread: BTreeMap::new(),
        }
    }

    /// Puts the user's profile `name`, of which there is one, over what is there.
    ///
    /// Cells that the file leaves out, those of its tables too, come from the profile named by
    /// `extends`, else from the profile of the same name, else from `generic`.
    ///
    /// Returns the words that another profile goes by already, and goes on to mean.
    ///
    /// # Errors
    /// When the text is no profile, extends one that does not exist, or gives it an empty name.
    pub fn add(&mut self, name: &str, text: &str) -> Result<Vec<ProfileProblem>, ProfileProblem> {
        parser::heed(text, parser::VALUES).map_err(|(at, reason)| ProfileProblem { at, reason })?;
        let of_text = |error| ProfileProblem::of(&error, 0);
        let places = Places(DeTable::parse(text).map_err(of_text)?);
        let mut cells: toml::Table = toml::from_str(text).map_err(of_text)?;
        let no_base = |base: &str| ProfileProblem {
            at: places.value("extends"),
            reason: match nearest(base, BUILT_IN.keys().copied()) {
                Some(near) => text!(
                    "extends 指向不存在的接入商配置 {base}，是不是想写 {near}？",
                    "extends names the unknown profile {base}: did you mean {near}?"
                ),
                None => text!(
                    "extends 指向不存在的接入商配置 {base}",
                    "extends names the unknown profile {base}"
                ),
            },
        };
        let built_ins = Self::built_in();
        let extends = match cells.remove("extends") {
            Some(toml::Value::String(mut base)) => {
                built_ins.rename(&mut base);
                Some(base)
            }
            Some(other) => return Err(no_base(&other.to_string())),
            None => None,
        };
        let base = match extends.as_deref() {
            Some(base) => base,
            None if BUILT_IN.contains_key(name) => name,
            None => GENERIC,
        };
        let base = BUILT_IN.get(base).ok_or_else(|| no_base(base));
        let base = base?;
        let mut beneath = base.cells();
        if extends.is_some() || !BUILT_IN.contains_key(name) {
            beneath.remove("aliases");
            beneath.insert(
                "title".to_owned(),
                toml::Table::from_iter([
                    ("zh".to_owned(), name.into()),
                    ("en".to_owned(), name.into()),
                ])
                .into(),
            );
        }
        let with = |cells: toml::Table| -> Result<Profile, toml::de::Error> {
            let mut merged = beneath.clone();
            merged.extend(cells);
            toml::Value::Table(merged).try_into()
        };
        let mut profile = with(cells.clone()).map_err(|error| {
            // What is put together has no places: the cell that is wrong is so by itself.
            let is_wrong = |(key, value): &(String, toml::Value)| {
                with(toml::Table::from_iter([(key.clone(), value.clone())])).is_err()
            };
            let wrong = cells.into_iter().find(is_wrong);
            let at = wrong.map_or(0, |(key, _)| {
                if error.message().starts_with("unknown field") {
                    places.key(&key)
                } else {
                    places.value(&key)
                }
            });
            ProfileProblem::of(&error, at)
        })?;
        if !RESUBMITTED.contains(&profile.resubmit_expired) {
            let (status, list) = (
                profile.resubmit_expired.name(),
                RESUBMITTED.map(Status::name),
            );
            let list = list.join(", ");
            return Err(ProfileProblem {
                at: places.value("resubmit_expired"),
                reason: text!(
                    "再次提交不会到 {status}，可用：{list}",
                    "an order that is submitted again does not get to {status}; there are {list}"
                ),
            });
        }
        for (cell, [least, most]) in [
            ("review_days", profile.review_days),
            ("submission_days", profile.submission_days),
        ] {
            if least > most {
                return Err(ProfileProblem {
                    at: places.value(cell),
                    reason: text!(
                        "{cell} 先写最少再写最多的工作日，{least} 多于 {most}",
                        "{cell} are the least and the most working days, and {least} is more than {most}"
                    ),
                });
            }
        }
        profile.fill(base.profile());
        let clashes = self.clashes(name, &profile, &places)?;
        for word in profile.words(name) {
            self.called.entry(word).or_default().insert(name.to_owned());
        }
        self.own.insert(name.to_owned(), profile);
        Ok(clashes)
    }

    /// Lists the words of a profile that one of the user's others goes by, or that are the very name
    /// of a built-in one.
    ///
    /// # Errors
    /// An empty word.
    fn clashes(
        &self,
        name: &str,
        profile: &Profile,
        places: &Places<'_>,
    ) -> Result<Vec<ProfileProblem>, ProfileProblem> {
        let titles = [profile.title.zh.as_ref(), profile.title.en.as_ref()];
        let titles = titles.map(|title| (places.value("title"), title));
        let aliases = profile.aliases.iter().enumerate();
        let aliases = aliases.map(|(place, alias)| (places.alias(place), alias.as_str()));
        let mut clashes: Vec<ProfileProblem> = Vec::new();
        for (at, word) in titles.into_iter().chain(aliases) {
            let meant = folded(word);
            if meant.is_empty() {
                let reason = text!("名称是空的", "this name is empty");
                return Err(ProfileProblem { at, reason });
            }
            let others = self.called.get(&meant).into_iter().flatten();
            let own = others.map(String::as_str).find(|other| *other != name);
            let very = BUILT_IN.keys().copied().find(|other| *other == meant);
            let Some(other) = own.or(very).filter(|other| *other != name) else {
                continue;
            };
            let reason = text!(
                "“{word}”已是接入商 {other} 的名称，仍指 {other}",
                "\"{word}\" is a name of the provider {other} already, and goes on to mean that"
            );
            if !clashes.iter().any(|clash| clash.reason == reason) {
                clashes.push(ProfileProblem { at, reason });
            }
        }
        Ok(clashes)
    }

    /// Notes that the user's profile of `name` cannot be read.
    pub fn set_unread(&mut self, name: &str, why: Text) {
        self.unread.insert(name.to_owned(), why);
    }

    /// Says what is wrong with the user's profile of `name`, where it cannot be read: what it would
    /// say is not known.
    pub fn unread(&self, name: &str) -> Option<&Text> {
        self.unread.get(name)
    }

    /// Returns the profile of `name`, where one is known by it.
    pub fn known(&self, name: &str) -> Option<&Profile> {
        let beneath = || BUILT_IN.get(name).map(BuiltIn::profile);
        self.own.get(name).or_else(beneath)
    }

    /// Returns the profile of `provider`, the generic one where none is known by that name.
    pub fn of(&self, provider: &str) -> &Profile {
        self.known(provider)
            .or_else(|| self.own.get(GENERIC))
            .unwrap_or(&UNKNOWN)
    }

    /// Returns the profile that steps of an order are judged by: the provider's, or for a written
    /// application the one of a bureau without a provider.
    pub fn for_order(&self, provider: Option<&str>) -> &Profile {
        provider.map_or(&PAPER, |name| self.of(name))
    }

    /// Returns the name of the profile that a word means: its name, its title in either language,
    /// or an alias, in any letter case and width; the user's own profiles come first.
    pub fn name_of(&self, word: &str) -> Option<&str> {
        let own = self.own.get_key_value(word).map(|(name, _)| name.as_str());
        let own = own.or_else(|| BUILT_IN.get_key_value(word).map(|(name, _)| *name));
        if own.is_some() {
            return own;
        }
        let meant = folded(word);
        let own = self.called.get(&meant).and_then(BTreeSet::first);
        own.map(String::as_str).or_else(|| {
            let others = BUILT_IN
                .iter()
                .filter(|(name, _)| !self.own.contains_key(**name));
            let mut words =
                others.flat_map(|(name, part)| part.profile().words(name).map(|w| (w, *name)));
            words.find(|(word, _)| *word == meant).map(|(_, name)| name)
        })
    }

    /// Whether a word is the very name of a profile.
    pub fn is_name(&self, word: &str) -> bool {
        self.own.contains_key(word) || BUILT_IN.contains_key(word)
    }

    /// Puts the name of the profile that a word means in its place, where there is one.
    pub fn rename(&self, word: &mut String) {
        if let Some(name) = self.name_of(word)
            && name != word
        {
            *word = name.to_owned();
        }
    }

    /// Lists the names of the profiles that are built in, in order.
    pub fn names_built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.keys().copied()
    }

    /// Lists the names in order, those that the user describes included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = self.own.keys().map(String::as_str);
        let all: BTreeSet<&str> = own.chain(BUILT_IN.keys().copied()).collect();
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn the_built_in_profiles_parse() {
        let profiles = Profiles::built_in();
        let names: Vec<&str> = profiles.names().collect();
        assert_eq!(names, ["alibaba", "generic", "huawei", "tencent", "wechat"]);
        let text = include_str!("../data/providers.toml");
        let mut whole: BTreeMap<String, Profile> = toml::from_str(text).unwrap();
        let written = whole.remove(WRITTEN).unwrap();
        assert_eq!(profiles.for_order(None), &written);
        assert_eq!(profiles.of("nobody"), &whole[GENERIC]);
        for (name, profile) in &whole {
            assert_eq!(profiles.known(name), Some(profile));
            let cells = toml::Value::Table(BUILT_IN[&**name].cells());
            assert_eq!(&cells.try_into::<Profile>().unwrap(), profile);
        }
        assert_eq!(names.len(), whole.len());
        assert!(profiles.known(WRITTEN).is_none());
    }

    #[test]
    fn no_two_profiles_share_a_name() {
        let profiles = Profiles::built_in();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for name in profiles.names() {
            let profile = profiles.of(name);
            let titles = [profile.title.zh.as_ref(), profile.title.en.as_ref(), name];
            let aliases = profile.aliases.iter().map(String::as_str);
            for word in titles.into_iter().chain(aliases) {
                let owner = *owners.entry(word.to_lowercase()).or_insert(name);
                assert_eq!(owner, name, "{word}");
            }
        }
        assert_eq!(profiles.name_of("ALIYUN"), Some("alibaba"));
        assert_eq!(profiles.name_of("my-isp"), None);
    }

    #[test]
    fn a_users_profile_takes_what_it_leaves_out_from_its_base() {
        let mut profiles = Profiles::built_in();
        profiles
            .add("my-isp", "extends = \"tencent\"\npurge_days = 30")
            .unwrap();
        profiles.add("huawei", "purge_days = 60").unwrap();
        assert_eq!(profiles.of("my-isp").purge_days, 30);
        assert!(profiles.of("my-isp").abandon_queued);
        assert_eq!(profiles.of("huawei").purge_days, 60);
        assert_eq!(profiles.of("huawei").title.en, "Huawei Cloud");
        assert!(profiles.add("x", "purge = 1").is_err());
        assert!(profiles.add("x", "extends = \"nobody\"").is_err());
    }
}
