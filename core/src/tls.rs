//! Which certificates a connection is checked against.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_native_certs::load_certs_from_paths;

use crate::config::Trust;
use crate::error::Error;

/// Reads the certificates, from disk where that is where they are: not for a thread that others wait for.
///
/// Without anything to trust, no connection over TLS can be made.
pub(crate) fn client_config(trust: Option<&Trust>) -> Result<ClientConfig, Error> {
    // Passed by hand, not installed for the process: which library the rest of the process uses is not ours to say.
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::invalid_setup(format!("TLS cannot be set up: {error}")))?;
    let builder = match trust {
        Some(trust) => builder.dangerous().with_custom_certificate_verifier(verifier(trust, provider)?),
        None => builder.with_root_certificates(RootCertStore::empty()),
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn verifier(trust: &Trust, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    if trust.skip_verify {
        return Ok(Arc::new(NoVerification(provider)));
    }
    let mut additional = Vec::new();
    for (variable, file) in &trust.additional_files {
        additional.extend(certificates_in_file(variable, file)?);
    }
    match replacing_roots(trust)? {
        Some(mut roots) => {
            roots.extend(additional);
            webpki(roots, provider)
        }
        None => {
            match rustls_platform_verifier::Verifier::new_with_extra_roots(additional, provider.clone()) {
                Ok(verifier) => Ok(Arc::new(verifier)),
                // A machine without a store, such as a bare container: Mozilla's roots, as shipped in the binary.
                Err(problem) => {
                    tracing::debug!(%problem, "the system has no root certificates; using the bundled ones");
                    webpki(webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec(), provider)
                }
            }
        }
    }
}

/// The roots that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, where either is set; both count, as in OpenSSL.
fn replacing_roots(trust: &Trust) -> Result<Option<Vec<CertificateDer<'static>>>, Error> {
    let mut roots = None;
    if let Some(file) = &trust.replacing_file {
        roots.get_or_insert_with(Vec::new).extend(certificates_in_file("SSL_CERT_FILE", file)?);
    }
    if let Some(directory) = &trust.replacing_directory {
        let found = load_certs_from_paths(None, Some(directory));
        // Beside a file, a directory with nothing in it is what many images have.
        if found.certs.is_empty() && (roots.is_none() || !directory.is_dir()) {
            return Err(no_certificates("SSL_CERT_DIR", directory, found.errors.first()));
        }
        roots.get_or_insert_with(Vec::new).extend(found.certs);
    }
    Ok(roots)
}

fn certificates_in_file(variable: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = load_certs_from_paths(Some(file), None);
    if found.certs.is_empty() || !found.errors.is_empty() {
        return Err(no_certificates(variable, file, found.errors.first()));
    }
    Ok(found.certs)
}

fn no_certificates(variable: &str, path: &Path, problem: Option<&rustls_native_certs::Error>) -> Error {
    let problem = problem.map_or_else(|| "there is none".to_owned(), ToString::to_string);
    let path = path.display();
    Error::invalid_setup(format!(
        "no certificates can be read from {path}, which {variable} names: {problem}"
    ))
}

fn webpki(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let mut store = RootCertStore::empty();
    // Old stores hold a few roots that no longer parse; one that is needed and missing shows at the handshake.
    store.add_parsable_certificates(roots);
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
        .build()
        .map_err(|error| Error::invalid_setup(format!("no root certificate can be used: {error}")))?;
    Ok(verifier)
}

/// For `skip_verify`: whoever answers is believed. The signatures are still checked, so that a broken handshake fails.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
