//! TLS: the certificates that a connection trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_native_certs::load_certs_from_paths;

use crate::config::Trust;
use crate::error::Error;

/// Makes the TLS configuration. It may read certificates from disk, so it must run where blocking is allowed.
///
/// `trust` is `None` for a service that needs no TLS. Then every TLS handshake fails.
pub(crate) fn client_config(trust: Option<&Trust>) -> Result<ClientConfig, Error> {
    // Passed explicitly, not installed for the process: other code in the process may use another library.
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
            webpki_verifier(roots, provider)
        }
        None => system_verifier(additional, provider),
    }
}

/// The system's own verifier, which has more rules than a list of roots.
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
    let mut roots = or_bundled_roots(rustls_native_certs::load_native_certs().certs);
    roots.extend(additional);
    webpki_verifier(roots, provider)
}

/// These roots, or Mozilla's roots from the binary if the machine has none, as in a bare container.
#[cfg(not(any(target_vendor = "apple", windows)))]
fn or_bundled_roots(roots: Vec<CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    if !roots.is_empty() {
        return roots;
    }
    tracing::debug!("the system has no root certificates; using the bundled ones");
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec()
}

/// The roots that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, or `None` if neither is set. If both are set, both count.
/// `SSL_CERT_DIR` may name several directories, as in OpenSSL.
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
        // Many container images set both, and leave the directory empty.
        if found.is_empty() && (roots.is_none() || problem.is_some()) {
            return Err(no_certificates("SSL_CERT_DIR", Path::new(directories), problem.as_ref()));
        }
        roots.get_or_insert_with(Vec::new).append(&mut found);
    }
    Ok(roots)
}

fn certificates_in_file(variable: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = load_certs_from_paths(Some(file), None);
    // A verifier may ignore an unusable certificate silently. On some systems it then rejects all others, too.
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

fn webpki_verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let mut store = RootCertStore::empty();
    // Old stores hold a few roots that no longer parse. If a needed root is missing, the handshake fails.
    store.add_parsable_certificates(roots);
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
        .build()
        .map_err(|error| Error::invalid_setup(format!("no root certificate can be used: {error}")))?;
    Ok(verifier)
}

/// For `skip_verify`: any server can impersonate Descope. Signatures are still checked, so that a broken handshake
/// fails.
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
    fn the_bundled_roots_are_used_only_if_the_system_has_none() {
        assert!(or_bundled_roots(Vec::new()).len() > 100);
        let own = CertificateDer::from(vec![1]);
        assert_eq!(or_bundled_roots(vec![own.clone()]), [own]);
        assert!(webpki_verifier(or_bundled_roots(Vec::new()), Arc::new(ring::default_provider())).is_ok());
    }
}
