//! Facts about the network that evidence is judged by: data with one home.

use crate::data::data;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What `network.toml` says.
#[derive(Debug, Deserialize)]
pub struct Known {
    /// Where registries' RDAP servers are listed.
    pub rdap_bootstrap: String,
    /// The domains of content networks.
    pub content_networks: Vec<String>,
    /// Words of pages that ask for a proof that a person reads them, in lower case.
    pub challenges: Vec<String>,
    /// Servers on port 43, by top-level domain.
    pub whois: BTreeMap<String, String>,
    /// Where a page's number may lead.
    pub links: Links,
}

/// Where a page's number may lead.
#[derive(Debug, Deserialize)]
pub struct Links {
    /// The authority's site.
    pub right: Vec<String>,
    /// Its former sites.
    pub legacy: Vec<String>,
}

/// The embedded file; a test holds that it parses.
pub static KNOWN: LazyLock<Known> = LazyLock::new(|| data!("network"));

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn the_embedded_file_is_read() {
        assert!(KNOWN.rdap_bootstrap.starts_with("https://"));
        assert_eq!(KNOWN.whois.len(), 3);
        assert!(KNOWN.content_networks.len() > 50);
        assert!(!KNOWN.links.right.is_empty() && !KNOWN.links.legacy.is_empty());
    }
}
