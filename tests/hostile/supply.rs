//! What is built in: locked packages of the one registry, and no `unsafe`.

use std::path::{Path, PathBuf};

fn read(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn only_the_registry_is_a_source() {
    let deny: toml::Table = read("deny.toml").parse().unwrap();
    let sources = deny["sources"].as_table().unwrap();
    assert_eq!(sources["unknown-registry"].as_str(), Some("deny"));
    assert_eq!(sources["unknown-git"].as_str(), Some("deny"));
    for key in ["allow-git", "allow-registry", "allow-org"] {
        assert!(!sources.contains_key(key), "{key}");
    }
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let source = package.get("source").and_then(toml::Value::as_str);
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        let ours = name == "icpctl" && source.is_none();
        assert!(ours || source == Some(registry), "{name}: {source:?}");
        assert!(ours || package.get("checksum").is_some(), "{name}");
    }
    let pipeline = read(".ci/run");
    assert!(pipeline.contains("cargo deny") && pipeline.contains("bans sources"));
    assert!(pipeline.contains("--locked"));
}

#[test]
fn unsafe_is_forbidden() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let lints = &manifest["lints"]["rust"];
    assert_eq!(lints["unsafe_code"].as_str(), Some("forbid"));
}
