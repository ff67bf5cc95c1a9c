//! TLS: rustls on ring, always verified, 1.2 or later.

use super::error::{NetworkError, TlsFault};
use crate::reading::{self, DOCUMENT_LIMIT};
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
    let setup = |what: String| NetworkError::Setup { what };
    let extra = match ca_file {
        None => Vec::new(),
        Some(path) => {
            certificates(path).map_err(|why| setup(format!("{}: {why}", path.display())))?
        }
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
            .map_err(|error| setup(error.to_string()))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .map_err(|error| setup(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes =
        reading::read(path, DOCUMENT_LIMIT).map_err(|unread| unread.reason().en.into_owned())?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err("no certificate in it".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
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
