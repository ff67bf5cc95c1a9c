//! What a provider is called in a sentence.

use super::profile::Profiles;
use crate::lang::Text;
use std::borrow::Borrow;

static KNOWN: Profiles = Profiles::built_in();

/// Returns a provider as a sentence names it: in Chinese by its title, which flags and files take as
/// well as the name that stands in English.
pub fn spoken(provider: &str) -> Text {
    let known = KNOWN.known(provider);
    let zh = known.map_or_else(
        || provider.to_owned(),
        |profile| profile.title.zh.to_string(),
    );
    Text {
        zh: zh.into(),
        en: provider.to_owned().into(),
    }
}

/// Returns several providers in a row.
pub fn spoken_list(providers: impl IntoIterator<Item: Borrow<str>>) -> Text {
    let providers = providers.into_iter();
    Text::joined(providers.map(|name| spoken(name.borrow())), "、", ", ")
}
