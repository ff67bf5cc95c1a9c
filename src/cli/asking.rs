//! Asking a cloud with the user's key: found, turned into a client, and nothing kept.

use super::auth::absent;
use super::context::Context;
use crate::clouds::Cloud;
use crate::clouds::client::Client;
use crate::clouds::credentials::{self, Credential};
use crate::failure::Failure;
use crate::network::Network;

/// Looks for the key to a cloud; what the user should know of its places is told.
pub fn key(cx: &mut Context<'_>, cloud: Cloud) -> Option<Credential> {
    let search = credentials::find(cloud, cx.env);
    for note in &search.notes {
        cx.caution(note.code(), note.message(), None);
    }
    search.found
}

/// Looks for the key to a cloud that must be asked.
///
/// # Errors
/// 12 where there is none.
pub fn needed_key(cx: &mut Context<'_>, cloud: Cloud) -> Result<Credential, Failure> {
    key(cx, cloud).ok_or_else(|| absent(cloud))
}

/// Returns whoever asks a cloud with a key.
pub fn client<'a>(
    cx: &'a Context<'_>,
    cloud: Cloud,
    key: &'a Credential,
    network: &'a Network,
) -> Client<'a> {
    let endpoints = match cloud {
        Cloud::Tencent => &cx.config.tencent.endpoints,
        Cloud::Alibaba => &cx.config.alibaba.endpoints,
    };
    Client::new(cloud, key, endpoints, network, cx.clock, cx.lang)
}
