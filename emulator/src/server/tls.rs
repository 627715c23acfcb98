//! The emulator's own certificate authority. Its key signs one certificate, and is never written to disk.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::ca_file::CaFile;
use crate::setup::{Certificate, Options};

/// The TLS acceptor of the server, and the certificate that a client trusts.
pub(crate) struct TlsSetup {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca: CaFile,
}

impl TlsSetup {
    pub(crate) fn new(options: &Options) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "descope-outbound-emulator (for tests only)");
        set_validity(&mut authority);
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let names = match options.certificate {
            Certificate::OtherHost => vec!["another-host.invalid"],
            Certificate::Good | Certificate::Expired => {
                ["localhost", "127.0.0.1", "::1"].into_iter().chain(options.listen.as_deref()).collect()
            }
        };
        let mut own = CertificateParams::new(names.into_iter().map(str::to_owned).collect::<Vec<_>>())?;
        own.distinguished_name.push(DnType::CommonName, "descope-outbound-emulator");
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python uses OpenSSL's strict mode, which requires this extension.
        own.use_authority_key_identifier_extension = true;
        set_validity(&mut own);
        if options.certificate == Certificate::Expired {
            own.not_before -= Duration::days(365);
            own.not_after = OffsetDateTime::now_utc() - Duration::DAY;
        }
        let own_key = KeyPair::generate()?;
        let own_certificate = own.signed_by(&own_key, &issuer)?;

        let own_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![own_certificate.der().clone()], own_key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca: CaFile::create(authority_certificate.pem())?,
        })
    }
}

/// Limits the validity to a year, because some systems reject longer ones.
fn set_validity(certificate: &mut CertificateParams) {
    let now = OffsetDateTime::now_utc();
    certificate.not_before = now - Duration::DAY;
    certificate.not_after = now + Duration::days(365);
}
