//! A certificate authority of the emulator's own. Its key signs one certificate and is dropped: it is never written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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

use crate::options::{Certificate, Options};

/// What makes an emulator speak TLS, and what a client needs to trust it.
pub(crate) struct Encryption {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca: CaFile,
}

impl Encryption {
    pub(crate) fn new(options: &Options) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority
            .distinguished_name
            .push(DnType::CommonName, "descope-outbound-emulator (made up, trust it nowhere else)");
        be_valid_for_a_year(&mut authority);
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
        // OpenSSL in its strict mode, which Python uses, wants it.
        own.use_authority_key_identifier_extension = true;
        be_valid_for_a_year(&mut own);
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

/// Some systems accept no certificate that is valid for longer.
fn be_valid_for_a_year(certificate: &mut CertificateParams) {
    let now = OffsetDateTime::now_utc();
    certificate.not_before = now - Duration::DAY;
    certificate.not_after = now + Duration::days(365);
}

/// The authority's certificate in a file of its own, which goes when the emulator does.
pub(crate) struct CaFile {
    pem: String,
    path: PathBuf,
}

impl CaFile {
    fn create(pem: String) -> io::Result<Self> {
        let suffix: String = std::iter::repeat_with(fastrand::alphanumeric).take(16).collect();
        let path = std::env::temp_dir().join(format!("descope-outbound-emulator-{suffix}.pem"));
        // Only ever a new file: the directory may be everybody's.
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(pem.as_bytes())?;
        Ok(Self { pem, path })
    }

    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        // A file that somebody else has already removed is as good as removed.
        let _ = fs::remove_file(&self.path);
    }
}
