//! TLS by rustls, with the certificates that this system trusts, or those that are given.

use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::client::Failure;

pub(super) type Secure = StreamOwned<ClientConnection, TcpStream>;

/// Secures a connection to `host`.
pub(super) fn secure(tcp: TcpStream, host: &str, authorities: Option<&[u8]>) -> Result<Secure, Failure> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let added = certificate.ok().and_then(|certificate| roots.add(certificate).ok());
                added.ok_or(Failure::Authorities)?;
            }
        }
        None => {
            // A certificate of the system that cannot be read is not trusted; the others are.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(Failure::Authorities);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| Failure::Tls(error.to_string()))?;
    let connection =
        ClientConnection::new(Arc::new(config), name).map_err(|error| Failure::Tls(error.to_string()))?;
    let mut stream = StreamOwned::new(connection, tcp);
    // The handshake here, so that what fails is told as TLS.
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).map_err(|error| Failure::Tls(error.to_string()))?;
    }
    Ok(stream)
}
