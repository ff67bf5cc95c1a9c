//! Questions on port 43 (RFC 3912).

use super::Network;
use super::error::NetworkError;
use crate::config::sections;
use crate::lang::Text;
use crate::text;
use encoding_rs::GB18030;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The most that is read of an answer.
const LIMIT: usize = 64 * 1024;

/// Asks a server, as `host:port`, about a name; one question at a time.
///
/// # Errors
/// When there is no answer, or one that is too large or empty.
pub async fn ask(network: &Network, server: &str, name: &str) -> Result<String, NetworkError> {
    let (settings, host) = (&network.settings, || server.to_owned());
    if settings.offline {
        return Err(NetworkError::Offline { host: host() });
    }
    let once = || async {
        let turn = network.http.turn(server, 1).await;
        let asked =
            tokio::time::timeout(settings.timeout.0, exchange(settings, server, name)).await;
        drop(turn);
        asked.unwrap_or_else(|_| {
            Err(NetworkError::TimedOut {
                host: host(),
                is_connecting: false,
            })
        })
    };
    network.retry.run(once).await
}

async fn exchange(
    settings: &sections::Network,
    server: &str,
    name: &str,
) -> Result<String, NetworkError> {
    let host = || server.to_owned();
    let connect =
        tokio::time::timeout(settings.connect_timeout.0, TcpStream::connect(server)).await;
    let mut stream = connect
        .map_err(|_| NetworkError::TimedOut {
            host: host(),
            is_connecting: true,
        })?
        .map_err(|error| NetworkError::Connect {
            host: host(),
            why: error.to_string(),
        })?;
    let broken = |error: std::io::Error| NetworkError::Broken {
        host: host(),
        why: Text::verbatim(error.to_string()),
    };
    stream
        .write_all(format!("{name}\r\n").as_bytes())
        .await
        .map_err(broken)?;
    let mut bytes = Vec::new();
    let mut reader = stream.take(LIMIT as u64 + 1);
    reader.read_to_end(&mut bytes).await.map_err(broken)?;
    if bytes.len() > LIMIT {
        return Err(NetworkError::TooLarge {
            host: host(),
            limit: LIMIT,
        });
    }
    if bytes.is_empty() {
        return Err(NetworkError::Broken {
            host: host(),
            why: text!("没有内容", "it said nothing"),
        });
    }
    Ok(read(&bytes))
}

/// Reads an answer: UTF-8, or GB18030 as registries of the mainland once wrote. Of several lines a
/// last one without its end was cut off, and says nothing.
fn read(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    };
    match text.rsplit_once('\n') {
        Some((whole, _)) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_says_nothing() {
        let whole = "Domain Name: example.cn\r\nRegistrant: 示例科技有限公司\r\n";
        assert!(read(whole.as_bytes()).contains("示例科技有限公司"));
        let cut = &whole.as_bytes()[..whole.len() - 9];
        assert_eq!(read(cut), "Domain Name: example.cn\r");
        assert_eq!(read(b"No matching record."), "No matching record.");
        let (gbk, ..) = encoding_rs::GBK.encode(whole);
        assert!(read(&gbk).contains("示例科技有限公司"));
    }
}
