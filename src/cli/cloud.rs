//! Asking a cloud with the user's key: found, turned into a client, and nothing kept.

use crate::cli::context::Context;
use crate::clouds::Cloud;
use crate::clouds::client::Client;
use crate::clouds::credentials::{self, Afar, Credential};
use crate::config::base::Near;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::network::Network;
use crate::text;

/// Looks for the key to a cloud; what the user should know of its places is told.
pub fn key(cx: &mut Context<'_>, cloud: Cloud) -> Option<Credential> {
    let search = credentials::find(cloud, cx.env);
    for note in &search.notes {
        cx.caution(note.code(), note.message(), None);
    }
    match (search.found, search.afar) {
        (Some(found), _) => Some(found),
        (None, Some(afar)) => fetched(cx, &afar),
        (None, None) => None,
    }
}

/// Asks whoever hands out a key; that there is none is told, as of any other place.
fn fetched(cx: &mut Context<'_>, afar: &Afar) -> Option<Credential> {
    let metadata = cx.config.alibaba.metadata.clone();
    let key = cx.network().and_then(|network| {
        let ask = afar.fetch(&network, metadata.as_ref().map(Near::url));
        network.run(ask).map_err(Failure::from)
    });
    match key {
        Ok(key) => Some(key),
        Err(failure) => {
            let words = text!(
                "没有领到临时密钥：{message}",
                "no session key was handed out: {message}",
                message = &failure.message
            );
            cx.caution("unusable-credentials", words, None);
            None
        }
    }
}

/// Looks for the key to a cloud that must be asked.
///
/// # Errors
/// 12 where there is none.
pub fn needed_key(cx: &mut Context<'_>, cloud: Cloud) -> Result<Credential, Failure> {
    key(cx, cloud).ok_or_else(|| absent(cloud))
}

/// No key to a cloud was found.
pub fn absent(cloud: Cloud) -> Failure {
    Failure::new(
        Exit::Denied,
        "denied.no-credentials",
        text!(
            "没有找到{label}的密钥",
            "no key to {label} was found",
            label = cloud.label()
        ),
    )
    .hint(credentials::advice(cloud))
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
