//! The clouds' official signatures: pure functions of a request, a secret and an instant.
//!
//! No crate that is kept up signs either scheme: those that do fix an older HTTP client or
//! untyped errors, for the eighty lines that are here.

pub mod acs3;
pub mod tc3;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The bytes of a SHA-256, and of an HMAC by it.
type Hash = [u8; 32];

/// Returns HMAC-SHA256 (RFC 2104).
pub fn hmac(key: &[u8], message: &str) -> Zeroizing<Hash> {
    // A key of any length will do: there is no error to come.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Zeroizing::default();
    };
    mac.update(message.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Returns a SHA-256 in lower-case hexadecimal digits.
fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes).into())
}

fn hex(bytes: &Hash) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}
