//! Which addresses are public, by the registries of special-purpose addresses (RFC 6890 and its
//! successors): the one definition of it.
//!
//! A filed resource has one. And a domain of a filing is foreign input: a record that leads to an
//! address inside the company would make us ask there (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is reachable from everywhere.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Whether an address is set aside for examples (RFC 5737, RFC 3849, RFC 9637): in a dossier it
/// stands for a public one, and nobody is ever asked there.
pub fn is_example(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => matches!(
            address.segments(),
            [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..]
        ),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // Shared by carriers.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        // Benchmarks.
        || (a == 198 && (18..20).contains(&b))
        // Reserved, and broadcast.
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let octets = address.octets();
    // An address of the old internet that begins at a byte.
    let inner = |at: usize| Ipv4Addr::from(std::array::from_fn::<u8, 4, _>(|i| octets[at + i]));
    match address.segments() {
        // NAT64 and 6to4.
        [0x64, 0xff9b, 0, ..] => is_public_v4(inner(12)),
        [0x2002, ..] => is_public_v4(inner(2)),
        // Teredo.
        [0x2001, 0, ..] => false,
        // Only global unicast addresses are given out.
        [first, ..] => (first & 0xe000) == 0x2000 && !is_example(address.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(address: &str) -> bool {
        address.parse().is_ok_and(is_public)
    }

    #[test]
    fn only_public_addresses_pass() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "172.32.0.1",
            "223.5.5.5",
            "2400:3200::1",
            "::ffff:223.5.5.5",
            "64:ff9b::df05:505",
            "2002:df05:505::1",
        ] {
            assert!(public(address), "{address}");
        }
    }
}
