//! Which certificates the client trusts.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::path::Path;

use crate::emulated::{builder, emulator_with};
use descope_outbound::bindings::ClientBuilderExt as _;
use descope_outbound::{ClientBuilder, Environment, ErrorKind};
use descope_outbound_emulator::{Emulator, Options};

async fn emulator() -> Emulator {
    emulator_with(Options { tls: true, ..Options::default() }).await
}

fn with_variables(emulator: &Emulator, variables: &[(&str, &Path)]) -> ClientBuilder {
    let variables = variables.iter().map(|(name, value)| (*name, value.to_str().unwrap()));
    builder(emulator).environment(variables.collect::<Environment>())
}

async fn kind(builder: ClientBuilder) -> Option<ErrorKind> {
    builder.build().unwrap().fetch_token("app", "user").await.err().map(|error| error.kind())
}

#[tokio::test]
async fn the_client_rejects_an_unknown_authority_without_a_retry() {
    let emulator = emulator().await;
    let error = builder(&emulator).build().unwrap().fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.to_string().contains("invalid peer certificate: UnknownIssuer"), "{error}");
    assert_eq!(emulator.counters().connections, 1);
}

#[tokio::test]
async fn ssl_cert_file_replaces_the_root_certificates() {
    let emulator = emulator().await;
    let ca_file = emulator.ca_file().unwrap().to_owned();
    assert_eq!(kind(with_variables(&emulator, &[("SSL_CERT_FILE", &ca_file)])).await, None);
    assert_eq!(emulator.journal()[0].http_version, "HTTP/2");
}

#[tokio::test]
async fn the_variable_of_a_host_language_adds_root_certificates() {
    let emulator = emulator().await;
    let ca_file = emulator.ca_file().unwrap().to_owned();
    let variables = [("NODE_EXTRA_CA_CERTS", ca_file.as_path())];
    assert!(kind(with_variables(&emulator, &variables)).await.is_some(), "the variable is off by default");
    let builder = with_variables(&emulator, &variables).additional_roots_variable("NODE_EXTRA_CA_CERTS");
    assert_eq!(kind(builder).await, None);
}

#[tokio::test]
async fn ssl_cert_dir_replaces_the_root_certificates_and_may_be_empty_beside_a_file() {
    let emulator = emulator().await;
    let ca_file = emulator.ca_file().unwrap().to_owned();
    let directory = std::env::temp_dir().join(format!("descope-outbound-roots-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let error = with_variables(&emulator, &[("SSL_CERT_DIR", &directory)]);
    assert_eq!(kind(error).await, Some(ErrorKind::InvalidArgument));
    let both = with_variables(&emulator, &[("SSL_CERT_FILE", &ca_file), ("SSL_CERT_DIR", &directory)]);
    assert_eq!(kind(both).await, None);
    // The file name that OpenSSL's `c_rehash` gives.
    fs::copy(&ca_file, directory.join("0123abcd.0")).unwrap();
    assert_eq!(kind(with_variables(&emulator, &[("SSL_CERT_DIR", &directory)])).await, None);
    let several = format!("/no/such/directory:{}:", directory.display());
    assert_eq!(kind(with_variables(&emulator, &[("SSL_CERT_DIR", Path::new(&several))])).await, None);
    fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn an_invalid_certificate_does_not_disable_the_others() {
    let emulator = emulator().await;
    let file = std::env::temp_dir().join(format!("descope-outbound-odd-{}.pem", std::process::id()));
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    fs::write(&file, format!("{odd}{}", emulator.ca_pem().unwrap())).unwrap();
    let builder = with_variables(&emulator, &[("NODE_EXTRA_CA_CERTS", &file)]);
    assert_eq!(kind(builder.additional_roots_variable("NODE_EXTRA_CA_CERTS")).await, None);
    fs::write(&file, odd).unwrap();
    let builder = with_variables(&emulator, &[("NODE_EXTRA_CA_CERTS", &file)]);
    let client = builder.additional_roots_variable("NODE_EXTRA_CA_CERTS").build().unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert!(error.to_string().contains("which NODE_EXTRA_CA_CERTS names"), "{error}");
    fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn the_first_call_names_an_unreadable_file_and_its_variable() {
    let emulator = emulator().await;
    let missing = Path::new("/no/such/file.pem");
    let missing_root = with_variables(&emulator, &[("SSL_CERT_FILE", missing)]).build().unwrap();
    let error = missing_root.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("/no/such/file.pem, which SSL_CERT_FILE names"), "{error}");
    let builder = with_variables(&emulator, &[("REQUESTS_CA_BUNDLE", missing)]);
    let error = builder.additional_roots_variable("REQUESTS_CA_BUNDLE").build().unwrap();
    let error = error.fetch_token("app", "user").await.unwrap_err();
    assert!(error.to_string().contains("which REQUESTS_CA_BUNDLE names"), "{error}");
}

#[tokio::test]
async fn skip_verify_accepts_any_certificate() {
    let emulator = emulator().await;
    assert_eq!(kind(builder(&emulator).skip_verify(true)).await, None);
}
