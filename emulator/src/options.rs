//! What can be chosen when an emulator is started.

use std::fmt;
use std::time::Duration;

use crate::seed::Seed;

/// The project id of an emulator that was not given one: 28 characters, as Descope's are, and made up.
pub const DEFAULT_PROJECT_ID: &str = "PretendProject00000000000001";

/// The management key of an emulator that was not given one. It opens nothing but an emulator.
pub const DEFAULT_MANAGEMENT_KEY: &str = "emulated-management-key-not-a-secret";

/// How an emulator behaves. Start from [`Options::default`] and change what matters:
///
/// ```
/// use descope_outbound_emulator::{ExpiryFormat, Options};
///
/// let options = Options { tls: true, expiry_format: ExpiryFormat::Rfc3339, ..Options::default() };
/// assert_eq!(options.port, 0, "a free port is picked");
/// ```
#[derive(Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The project whose bearer is accepted.
    pub project_id: String,
    /// The management key that is accepted.
    pub management_key: String,
    /// Serve HTTPS (and HTTP/2 by ALPN) with a certificate authority made at start.
    pub tls: bool,
    /// With `tls`: what is wrong with the certificate, if anything. (That nobody knows its authority is up to whoever
    /// trusts [`ca_file`](crate::Emulator::ca_file), or does not.)
    pub certificate: Certificate,
    /// A host name, besides the loopback ones, that requests may be addressed to.
    pub listen: Option<String>,
    /// How `accessTokenExpiry` and `lastRefreshTime` are written. What the live service does is not documented.
    pub expiry_format: ExpiryFormat,
    /// What a delete of something that is not there answers. What the live service does is not documented.
    pub missing_delete: MissingDelete,
    /// How long an access token is good when neither its connection nor its app says.
    pub lifetime: Duration,
    /// The tier that the licence endpoint names.
    pub rate_limit_tier: String,
    /// The apps and connections that exist from the start, and again after a reset.
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

/// The certificate that is shown with TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificate {
    /// One for the loopback names, in force.
    #[default]
    Good,
    /// One that expired yesterday.
    Expired,
    /// One for another host.
    OtherHost,
}

/// How the service writes the time at which an access token expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiryFormat {
    /// `"1795474800"`: a string of epoch seconds.
    #[default]
    Seconds,
    /// `"2026-11-24T00:00:00Z"`.
    Rfc3339,
    /// `1795474800`: a JSON number.
    Number,
    /// `""`, as if the expiry were unknown.
    Empty,
    /// The field is left out.
    Absent,
}

/// What a delete answers when there is nothing to delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingDelete {
    /// 200 and an empty object, as for a delete that found its token.
    #[default]
    Ok,
    /// 404 and the error code of a token that was not found.
    NotFound,
}
