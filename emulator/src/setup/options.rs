//! The options of an emulator.

use std::fmt;
use std::time::Duration;

use super::seed::Seed;
use super::start_error::StartError;

/// The default project id. It is fictitious, and has 28 characters like the ids of Descope.
pub const DEFAULT_PROJECT_ID: &str = "PretendProject00000000000001";

/// The default management key. Only an emulator accepts it.
pub const DEFAULT_MANAGEMENT_KEY: &str = "emulated-management-key-not-a-secret";

/// How an emulator behaves. Start from [`Options::default`] and override single fields:
///
/// ```
/// use descope_outbound_emulator::{ExpiryFormat, Options};
///
/// let options = Options { tls: true, expiry_format: ExpiryFormat::Rfc3339, ..Options::default() };
/// assert_eq!(options.port, 0, "a free port is picked");
/// ```
#[derive(Clone)]
pub struct Options {
    /// The port on 127.0.0.1. With 0, the system picks a free port.
    pub port: u16,
    /// The project id that the emulator accepts.
    pub project_id: String,
    /// The management key that the emulator accepts.
    pub management_key: String,
    /// Serves HTTPS (and HTTP/2 by ALPN) with a certificate authority that is generated at the start.
    pub tls: bool,
    /// The certificate that the emulator presents with `tls`. To test an unknown authority, do not trust the
    /// emulator's `ca_file`.
    pub certificate: Certificate,
    /// One more host name, besides the loopback names, that requests may use.
    pub listen: Option<String>,
    /// The format of `accessTokenExpiry` and `lastRefreshTime`. The format of the live service is not documented.
    pub expiry_format: ExpiryFormat,
    /// The response to a delete that finds nothing. The response of the live service is not documented.
    pub missing_delete: MissingDelete,
    /// The lifetime of access tokens whose connection and app set none.
    pub lifetime: Duration,
    /// The tier that the license endpoint reports.
    pub rate_limit_tier: String,
    /// The apps and connections that exist at the start and after each reset.
    pub seed: Seed,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            project_id: DEFAULT_PROJECT_ID.to_owned(),
            management_key: DEFAULT_MANAGEMENT_KEY.to_owned(),
            tls: false,
            certificate: Certificate::default(),
            listen: None,
            expiry_format: ExpiryFormat::default(),
            missing_delete: MissingDelete::default(),
            lifetime: Duration::from_hours(1),
            rate_limit_tier: "tier3".to_owned(),
            seed: Seed::default(),
        }
    }
}

impl Options {
    /// Rejects options that can never work, so that the start fails instead of every request.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let sendable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !sendable(&self.project_id) || self.project_id.contains(':') {
            return Err(StartError::Option(
                "the project id is not valid; use visible ASCII characters without a colon",
            ));
        }
        if !sendable(&self.management_key) {
            return Err(StartError::Option("the management key is not valid; use visible ASCII characters"));
        }
        self.seed.check().map_err(StartError::Seed)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("port", &self.port)
            .field("project_id", &self.project_id)
            .field("management_key", &"[redacted]")
            .field("tls", &self.tls)
            .field("certificate", &self.certificate)
            .field("listen", &self.listen)
            .field("expiry_format", &self.expiry_format)
            .field("missing_delete", &self.missing_delete)
            .field("lifetime", &self.lifetime)
            .field("rate_limit_tier", &self.rate_limit_tier)
            .field("seed", &self.seed)
            .finish()
    }
}

/// The certificate that the emulator presents with TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificate {
    /// A valid certificate for the loopback names.
    #[default]
    Good,
    /// A certificate that expired yesterday.
    Expired,
    /// A certificate for another host.
    OtherHost,
}

/// The format in which the service writes the expiry of an access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiryFormat {
    /// `"1795474800"`: a string of epoch seconds.
    #[default]
    Seconds,
    /// `"2026-11-24T00:00:00Z"`.
    Rfc3339,
    /// `1795474800`: a JSON number.
    Number,
    /// `""`, as for an unknown expiry.
    Empty,
    /// The response omits the field.
    Absent,
}

/// The response to a delete that finds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingDelete {
    /// 200 and an empty object, as for a successful delete.
    #[default]
    Ok,
    /// 404 and the error code for a token that does not exist.
    NotFound,
}
