//! Those whose word about orders counts, asked on behalf of `sync` and `wait`.
//!
//! No provider tells the stages of an order. What can be asked is the account at a provider in which
//! filings are accessed, and the public record: they show the effect of an approval.

use crate::cli::cloud;
use crate::cli::context::{Context, World};
use crate::clouds::credentials::Credential;
use crate::clouds::{Cloud, alibaba};
use crate::evidence::Asker;
use crate::evidence::cache::Cache;
use crate::failure::Failure;
use crate::filing::order::{Order, OrderId};
use crate::filing::settle::{Authority, Sighting};
use crate::lang::{Lang, Text};
use crate::network::Network;
use crate::network::error::NetworkError;
use crate::text;
use std::collections::BTreeMap;
use std::time::Duration;

/// Somebody who was asked about an order.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who.
    pub authority: Authority,
    /// What they showed.
    pub answer: Result<Sighting, NetworkError>,
    /// Why one of several questions got no answer, though others did.
    pub missed: Option<NetworkError>,
}

impl Asked {
    /// Returns why there is no answer, or not all of it.
    pub fn error(&self) -> Option<&NetworkError> {
        self.answer.as_ref().err().or(self.missed.as_ref())
    }
}

/// What was asked about each order.
pub type Answers = BTreeMap<OrderId, Vec<Asked>>;

/// Those who can tell, and the way to them.
#[derive(Debug)]
pub struct Sources {
    /// The way to them.
    pub network: Network,
    alibaba: Option<Credential>,
}

impl Sources {
    /// Looks who can tell about any of these orders; none where nobody can, and no network is made
    /// ready for it.
    ///
    /// # Errors
    /// When the network cannot be made ready.
    pub fn find(
        cx: &mut Context<'_>,
        world: &World,
        orders: &[OrderId],
    ) -> Result<Option<Self>, Failure> {
        let live = live(world, orders);
        let is_at_alibaba = live.iter().any(|order| is_at(order, Cloud::Alibaba));
        let alibaba = if is_at_alibaba {
            cloud::key(cx, Cloud::Alibaba)
        } else {
            None
        };
        let has_record = cx.config.record.url.is_some() && !live.is_empty();
        if alibaba.is_none() && !has_record {
            return Ok(None);
        }
        let network = cx.network()?;
        Ok(Some(Self { network, alibaba }))
    }

    /// Asks everybody who can tell about the orders that are submitted and have not ended.
    ///
    /// # Errors
    /// A public record that is configured wrongly (3), or whose secret is not there (12).
    pub async fn ask(
        &self,
        cx: &Context<'_>,
        world: &World,
        orders: &[OrderId],
    ) -> Result<Answers, Failure> {
        let mut all = Answers::new();
        let live = live(world, orders);
        if let Some(key) = &self.alibaba {
            let client = cloud::client(cx, Cloud::Alibaba, key, &self.network);
            let filings = alibaba::filings(&client).await;
            for order in live.iter().filter(|order| is_at(order, Cloud::Alibaba)) {
                let provider = Cloud::Alibaba.name().to_owned();
                let answer = match &filings {
                    Ok(filings) => alibaba::sighting(filings, order.target.subject, cx.now),
                    Err(error) => Err(error.clone()),
                };
                all.entry(order.id.clone()).or_default().push(Asked {
                    authority: Authority::OwnAccount { provider },
                    answer,
                    missed: None,
                });
            }
        }
        // What was heard some time ago settles nothing.
        let cache = Cache::new(None, cx.now, Some(Duration::ZERO), false);
        let asker = Asker::new(&self.network, &cx.config, cx.env, cache, cx.now)?;
        if asker.has_record() {
            for order in live {
                let (answer, missed) = match asker.sighting(order).await {
                    Ok((sighting, missed)) => (Ok(sighting), missed),
                    Err(error) => (Err(error), None),
                };
                all.entry(order.id.clone()).or_default().push(Asked {
                    authority: Authority::PublicRecord,
                    answer,
                    missed,
                });
            }
        }
        Ok(all)
    }
}

fn live<'w>(world: &'w World, orders: &[OrderId]) -> Vec<&'w Order> {
    let orders = orders.iter().filter_map(|id| world.book.orders.get(id));
    orders.filter(|order| is_live(world, order)).collect()
}

fn is_at(order: &Order, cloud: Cloud) -> bool {
    order.provider.as_deref() == Some(cloud.name())
}

/// Whether an order is submitted and has not ended, by what was reported of it.
pub fn is_live(world: &World, order: &Order) -> bool {
    let standing = world.view(order).standing;
    standing.status.is_live()
}

/// Returns what was shown of an order.
pub fn sightings(answers: &Answers, id: &OrderId) -> Vec<Sighting> {
    let of = answers.get(id).into_iter().flatten();
    of.filter_map(|asked| asked.answer.as_ref().ok().cloned())
        .collect()
}

/// Returns who was asked of an order and gave no answer, or not all of it.
pub fn unheard(answers: &Answers, id: &OrderId) -> Vec<Authority> {
    let of = answers.get(id).into_iter().flatten();
    of.filter(|asked| asked.error().is_some())
        .map(|asked| asked.authority.clone())
        .collect()
}

/// Returns who says so, and when it was asked, for the history.
pub fn reason(sighting: &Sighting, lang: Lang) -> String {
    let name = name(&sighting.authority);
    let at = sighting.at.to_minute();
    let words = text!("{name}，{at} 查询", "{name}, asked at {at}", name);
    words.get(lang).to_owned()
}

/// Returns the name of a source, as a sentence has it.
pub fn name(authority: &Authority) -> Text {
    match authority {
        Authority::PublicRecord => text!("公开备案记录", "the public record"),
        Authority::OwnAccount { provider } => match Cloud::from_name(provider) {
            Some(cloud) => {
                let label = cloud.label();
                text!("{label}账号", "the account at {label}", label)
            }
            None => text!("{provider} 账号", "the account at {provider}"),
        },
    }
}

/// Returns the name of a source in JSON.
pub fn code(authority: &Authority) -> &str {
    match authority {
        Authority::PublicRecord => "public-record",
        Authority::OwnAccount { provider } => provider,
    }
}

/// Says that a source gave no answer, or not all of it, where that is so: a warning's words.
pub fn silence(asked: &Asked) -> Option<Text> {
    let (name, error) = (name(&asked.authority), asked.error()?.message());
    Some(match asked.answer {
        Err(_) => text!(
            "{name}没有答复：{error}",
            "{name} gave no answer: {error}",
            name,
            error
        ),
        Ok(_) => text!(
            "{name}有查询没有答复：{error}",
            "{name} left a question unanswered: {error}",
            name,
            error
        ),
    })
}
