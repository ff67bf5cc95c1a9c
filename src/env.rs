//! The only reader of the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variables of a run, as values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Env {
    values: BTreeMap<String, OsString>,
    /// All others, which only a secret's name in the configuration reaches.
    others: BTreeMap<String, OsString>,
}

/// The variables that icpctl looks at, beside the `ICPCTL_` twins of its global flags.
pub const NAMES: &[&str] = &[
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
    "ALIBABA_CLOUD_CREDENTIALS_FILE",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_ECS_METADATA",
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_REGION_ID",
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALL_PROXY",
    "CI",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LOGNAME",
    "NO_COLOR",
    "NO_PROXY",
    "TCCLI_PROFILE",
    "TENCENTCLOUD_REGION",
    "TENCENTCLOUD_SECRET_ID",
    "TENCENTCLOUD_SECRET_KEY",
    "TENCENTCLOUD_TOKEN",
    "TERM",
    "USER",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

impl Env {
    /// Reads the environment of this process.
    pub fn read() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one door to the environment"
        )]
        let (values, others) = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .partition(|(name, _)| name.starts_with("ICPCTL_") || NAMES.contains(&name.as_str()));
        Self { values, others }
    }

    /// Returns any variable that is set to something: the configuration named it as holding a
    /// secret.
    pub fn secret(&self, name: &str) -> Option<&str> {
        let other = self.others.get(name).filter(|value| !value.is_empty());
        other.or_else(|| self.value(name))?.to_str()
    }

    fn value(&self, name: &str) -> Option<&OsString> {
        self.values.get(name).filter(|value| !value.is_empty())
    }

    /// Returns a variable that is set to something, as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.to_str()
    }

    /// Returns a variable that is set to something, as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    /// Whether a variable is set to something.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Whether this is a job that nobody watches: `CI` is set, and not to `false`.
    pub fn is_in_ci(&self) -> bool {
        self.text("CI").is_some_and(|value| value != "false")
    }

    /// Returns the folder of what can be deleted at any time: `$XDG_CACHE_HOME/icpctl`.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        self.folder("XDG_CACHE_HOME", ".cache")
    }

    /// Returns the folder of what is remembered of runs: `$XDG_STATE_HOME/icpctl`.
    pub fn state_folder(&self) -> Option<PathBuf> {
        self.folder("XDG_STATE_HOME", ".local/state")
    }

    /// Returns the folder of our configuration: `$XDG_CONFIG_HOME/icpctl`.
    pub fn config_folder(&self) -> Option<PathBuf> {
        self.folder("XDG_CONFIG_HOME", ".config")
    }

    /// Returns our folder in one that a variable names, or that is usually there in `HOME`.
    fn folder(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        let named = self.path(variable).filter(|path| path.is_absolute());
        let folder = named.or_else(|| Some(self.path("HOME")?.join(usual)))?;
        Some(folder.join("icpctl"))
    }
}
