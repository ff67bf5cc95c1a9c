//! TLS: rustls on ring, always verified, 1.2 or later.

use super::error::{NetworkError, TlsFault};
use crate::lang::Text;
use crate::reading::{self, DOCUMENT_LIMIT};
use crate::text;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig};
use std::path::Path;
use std::sync::Arc;

/// Makes the settings of every TLS connection: the system's roots, and those of `ca_file`.
///
/// # Errors
/// When the file holds no certificates, or there are no roots at all.
pub fn client(ca_file: Option<&Path>) -> Result<ClientConfig, NetworkError> {
    let setup = |what: Text| NetworkError::Setup { what };
    let extra = match ca_file {
        None => Vec::new(),
        Some(path) => certificates(path).map_err(|why| setup(in_file(path, &why)))?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
            .map_err(|error| setup(Text::verbatim(error.to_string())))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .map_err(|error| setup(Text::verbatim(error.to_string())))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Says what is wrong with a file of certificates.
pub(super) fn in_file(path: &Path, why: &Text) -> Text {
    let path = path.display();
    text!("{path}：{why}", "{path}: {why}", why)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Text> {
    let bytes = reading::read(path, DOCUMENT_LIMIT).map_err(|unread| unread.reason())?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(text!("文件里没有证书", "no certificate in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(Text::verbatim(error.to_string())),
    }
}

impl From<&rustls::Error> for TlsFault {
    fn from(error: &rustls::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the library's enums may grow, and its words say the rest"
        )]
        match error {
            rustls::Error::InvalidCertificate(fault) => match fault {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Expired,
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Self::WrongName,
                CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::Untrusted,
                other => Self::Other(other.to_string()),
            },
            other => Self::Other(other.to_string()),
        }
    }
}
