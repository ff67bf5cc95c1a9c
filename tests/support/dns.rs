//! A DNS server on this machine: a zone, and names that fail on purpose.

use async_trait::async_trait;
use hickory_server::Server;
use hickory_server::net::runtime::{Time, TokioRuntimeProvider};
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, NS, SOA};
use hickory_server::proto::rr::{LowerName, Name, RData, Record};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{
    AxfrPolicy, Catalog, MessageResponseBuilder, ZoneHandler, ZoneType,
};
use std::net::SocketAddr;
use std::str::FromStr as _;
use std::sync::Arc;
use std::thread;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

/// A DNS server; it ends when this is dropped.
pub(crate) struct Dns {
    pub(crate) address: SocketAddr,
    _over: oneshot::Sender<()>,
}

/// Names of a zone fail as they are called: `servfail.…` and `silent.…`.
struct Handler(Catalog);

#[async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut handle: R,
    ) -> ResponseInfo {
        let name = request.request_info().unwrap().query.name().to_string();
        if name.starts_with("silent.") {
            let metadata = Metadata::response_from_request(&request.metadata);
            return ResponseInfo::from(Header {
                metadata,
                counts: HeaderCounts::default(),
            });
        }
        if name.starts_with("servfail.") {
            let answer = MessageResponseBuilder::from_message_request(request);
            let answer = answer.error_msg(&request.metadata, ResponseCode::ServFail);
            return handle.send_response(answer).await.unwrap();
        }
        self.0.handle_request::<R, T>(request, handle).await
    }
}

impl Dns {
    /// Answers for some zones with these records, as `name type value`.
    pub(crate) fn start(records: &[&str]) -> Self {
        let mut catalog = Catalog::new();
        for zone in [
            "example.cn.",
            "example.com.",
            "cloudfront.net.",
            // 中国
            "xn--fiqs8s.",
        ] {
            let origin = Name::from_str(zone).unwrap();
            let mut handler = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
                origin.clone(),
                ZoneType::Primary,
                AxfrPolicy::Deny,
            );
            let soa = SOA::new(origin.clone(), origin.clone(), 1, 60, 60, 60, 60);
            handler.upsert_mut(Record::from_rdata(origin.clone(), 60, RData::SOA(soa)), 1);
            for record in records {
                let words: Vec<&str> = record.split(' ').collect();
                let [name, kind, value] = words[..] else {
                    panic!("{record}")
                };
                let name = Name::from_str(&format!("{name}.")).unwrap();
                if !origin.zone_of(&name) {
                    continue;
                }
                let data = match kind {
                    "A" => RData::A(A(value.parse().unwrap())),
                    "AAAA" => RData::AAAA(AAAA(value.parse().unwrap())),
                    "CNAME" => RData::CNAME(CNAME(Name::from_str(&format!("{value}.")).unwrap())),
                    "NS" => RData::NS(NS(Name::from_str(&format!("{value}.")).unwrap())),
                    other => panic!("{other}"),
                };
                handler.upsert_mut(Record::from_rdata(name, 60, data), 1);
            }
            let handlers: Vec<Arc<dyn ZoneHandler>> = vec![Arc::new(handler)];
            catalog.upsert(LowerName::new(&origin), handlers);
        }
        let (address, ready) = std::sync::mpsc::channel();
        let (over, ended) = oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
                address.send(socket.local_addr().unwrap()).unwrap();
                let mut server = Server::new(Handler(catalog));
                server.register_socket(socket);
                // The sender only goes away.
                let _ = ended.await;
            });
        });
        Self {
            address: ready.recv().unwrap(),
            _over: over,
        }
    }
}
