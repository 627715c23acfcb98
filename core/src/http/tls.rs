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
        None => system_verifier(additional, provider),
    }
}

/// Where the system has an opinion of its own, beyond a list of roots, it is asked.
#[cfg(any(target_vendor = "apple", windows))]
fn system_verifier(
    additional: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    rustls_platform_verifier::Verifier::new_with_extra_roots(additional, provider)
        .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
        .map_err(|error| Error::invalid_setup(format!("the system's certificates cannot be used: {error}")))
}

#[cfg(not(any(target_vendor = "apple", windows)))]
fn system_verifier(
    additional: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let mut roots = or_bundled(rustls_native_certs::load_native_certs().certs);
    roots.extend(additional);
    webpki(roots, provider)
}

/// A machine without a store, such as a bare container, gets Mozilla's roots, as shipped in the binary.
#[cfg(not(any(target_vendor = "apple", windows)))]
fn or_bundled(roots: Vec<CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    if !roots.is_empty() {
        return roots;
    }
    tracing::debug!("the system has no root certificates; using the bundled ones");
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec()
}

/// The roots that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, where either is set; both count, and the latter may name
/// several, as in OpenSSL.
fn replacing_roots(trust: &Trust) -> Result<Option<Vec<CertificateDer<'static>>>, Error> {
    let mut roots = None;
    if let Some(file) = &trust.replacing_file {
        roots.get_or_insert_with(Vec::new).extend(certificates_in_file("SSL_CERT_FILE", file)?);
    }
    if let Some(directories) = &trust.replacing_directories {
        let mut found = Vec::new();
        let mut problem = None;
        for directory in std::env::split_paths(directories).filter(|path| !path.as_os_str().is_empty()) {
            let mut loaded = load_certs_from_paths(None, Some(&directory));
            found.append(&mut loaded.certs);
            if !directory.is_dir() {
                problem = problem.or(loaded.errors.pop());
            }
        }
        // Beside a file, a directory with nothing in it is what many images have.
        if found.is_empty() && (roots.is_none() || problem.is_some()) {
            return Err(no_certificates("SSL_CERT_DIR", Path::new(directories), problem.as_ref()));
        }
        roots.get_or_insert_with(Vec::new).append(&mut found);
    }
    Ok(roots)
}

fn certificates_in_file(variable: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = load_certs_from_paths(Some(file), None);
    // One that no verifier takes would be lost silently, or on some systems take all others with it.
    let usable =
        |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    let certificates: Vec<_> = found.certs.into_iter().filter(usable).collect();
    if certificates.is_empty() || !found.errors.is_empty() {
        return Err(no_certificates(variable, file, found.errors.first()));
    }
    Ok(certificates)
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

#[cfg(all(test, not(any(target_vendor = "apple", windows))))]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_roots_stand_in_for_a_store_that_is_not_there_and_only_then() {
        assert!(or_bundled(Vec::new()).len() > 100);
        let own = CertificateDer::from(vec![1]);
        assert_eq!(or_bundled(vec![own.clone()]), [own]);
        assert!(webpki(or_bundled(Vec::new()), Arc::new(ring::default_provider())).is_ok());
    }
}
