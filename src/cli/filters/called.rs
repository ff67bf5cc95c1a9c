//! A provider as `--provider` asks for it.

use crate::filing::profile::Profiles;

/// The name of a provider, or a word that only a profile of the store can tell the meaning of.
#[derive(Clone, Debug)]
pub(super) struct Called {
    word: String,
    is_name: bool,
}

impl Called {
    /// Takes a word as typed; labels and other names of built-in profiles are understood at once.
    pub(super) fn of(mut word: String) -> Self {
        let built_in = Profiles::built_in();
        built_in.rename(&mut word);
        let is_name = built_in.is_name(&word);
        Self { word, is_name }
    }

    /// Whether the provider is the one that is meant.
    pub(super) fn means(&self, provider: &str, profiles: &Profiles) -> bool {
        self.word == provider || !self.is_name && profiles.name_of(&self.word) == Some(provider)
    }
}
