//! What a client is told once: who it is, where the service is, and within which limits it works.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use crate::error::{ArgumentName, Error};
use crate::mask::Mask;
use crate::secret::Secret;

/// How long a call may take in all, unless the client or the call says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

const PROJECT_ID: ArgumentName = ArgumentName { snake: "project_id", camel: "projectId" };
pub(crate) const MANAGEMENT_KEY: ArgumentName =
    ArgumentName { snake: "management_key", camel: "managementKey" };
const BASE_URL: ArgumentName = ArgumentName { snake: "base_url", camel: "baseUrl" };

/// Shorter ids carry no region.
const SHORTEST_REGIONAL_ID: usize = 32;
/// Longer than any deadline a caller can mean, and short enough to be added to any clock.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_hours(365 * 24);

/// What a client works by: looked at once, when it is made.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) project_id: ProjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) timeout: Duration,
    /// Sent with every request.
    pub(crate) headers: http::HeaderMap,
    pub(crate) trust: Trust,
    pub(crate) proxies: Proxies,
    pub(crate) retry_delays: Vec<Duration>,
    /// The secrets that go with every request: the management key, and those among the headers.
    pub(crate) mask: Mask,
}

/// A copy of the environment variables that matter here, taken once.
///
/// A copy, because reading the live environment while another thread changes it is undefined on most systems, and
/// because a test can make one of its own.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// All of them as secrets: one holds the management key, and a proxy's URL may hold a password.
    variables: Vec<(String, Secret)>,
}

impl Environment {
    /// Every variable that is ever looked at.
    pub const NAMES: [&str; 14] = [
        "DESCOPE_PROJECT_ID",
        "DESCOPE_MANAGEMENT_KEY",
        "DESCOPE_BASE_URI",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "https_proxy",
        "HTTPS_PROXY",
        "http_proxy",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
    ];

    /// What this process has now.
    #[must_use]
    pub fn process() -> Self {
        Self::NAMES.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))).collect()
    }

    /// The variable's value; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.variables.iter().find(|(key, _)| key == name)?;
        Some(value.expose()).filter(|value| !value.is_empty())
    }

    fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

impl<Name: Into<String>, Value: Into<Secret>> FromIterator<(Name, Value)> for Environment {
    fn from_iter<Variables: IntoIterator<Item = (Name, Value)>>(variables: Variables) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables }
    }
}

/// A project id that has been looked at.
#[derive(Clone, Debug)]
pub(crate) struct ProjectId(String);

impl ProjectId {
    pub(crate) fn resolve(given: Option<&str>, environment: &Environment) -> Result<Self, Error> {
        let id = given.filter(|id| !id.is_empty()).or_else(|| environment.get("DESCOPE_PROJECT_ID"));
        let Some(id) = id else {
            return Err(Error::invalid(PROJECT_ID, "must not be empty: pass it or set DESCOPE_PROJECT_ID"));
        };
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err(Error::invalid(PROJECT_ID, "may hold only letters, digits, '_' and '-'"));
        }
        let id = Self(id.to_owned());
        let region_is_one =
            |region: &str| region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        match id.region() {
            Some(region) if !region_is_one(region) => Err(Error::invalid(
                PROJECT_ID,
                "names no region: its second to fifth characters must be [a-z0-9]",
            )),
            _ => Ok(id),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The four characters that choose the host, in an id that is long enough to hold them.
    fn region(&self) -> Option<&str> {
        self.0.get(1..5).filter(|_| self.0.len() >= SHORTEST_REGIONAL_ID)
    }

    fn host(&self) -> String {
        self.region()
            .map_or_else(|| "api.descope.com".to_owned(), |region| format!("api.{region}.descope.com"))
    }
}

/// Where the service is: scheme, host, and perhaps a path that every operation's own path follows.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    url: Url,
}

impl BaseUrl {
    pub(crate) fn resolve(
        given: Option<&str>,
        environment: &Environment,
        project_id: &ProjectId,
        allow_insecure_http: bool,
    ) -> Result<Self, Error> {
        if let Some(url) = given.filter(|url| !url.is_empty()) {
            return Self::parse(url, allow_insecure_http, "");
        }
        if let Some(url) = environment.get("DESCOPE_BASE_URI") {
            return Self::parse(url, allow_insecure_http, "(from DESCOPE_BASE_URI) ");
        }
        Self::parse(&format!("https://{}", project_id.host()), allow_insecure_http, "")
    }

    /// The value is never part of the error: somebody may have put a password into it.
    fn parse(text: &str, allow_insecure_http: bool, origin: &str) -> Result<Self, Error> {
        let refuse = |problem: &str| Err(Error::invalid(BASE_URL, format!("{origin}{problem}")));
        let Ok(url) = Url::parse(text) else {
            return refuse("must be a URL such as https://api.descope.com");
        };
        // The host's part of it could be written in ASCII, and the rest is not for people.
        if !text.is_ascii() {
            return refuse("must hold ASCII characters only");
        }
        let base = Self { url };
        let url = &base.url;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return refuse("must be a URL such as https://api.descope.com");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not hold a query or a fragment");
        }
        if url.scheme() == "http" && !base.is_loopback() && !allow_insecure_http {
            return refuse(
                "must be https, unless insecure http is allowed by name (allow_insecure_http, allowInsecureHttp): the management key would travel in the clear",
            );
        }
        Ok(base)
    }

    /// Whether a TLS connection can be needed: to the service, or to a proxy before it.
    pub(crate) fn may_need_tls(&self) -> bool {
        self.url.scheme() == "https" || !self.is_loopback()
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
    }

    /// Scheme, host and port: what an error may show.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Without a slash at the end, so that a path can follow.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}

/// A management key or inbound token becomes part of a header: what cannot stand there is refused here, since the
/// HTTP library's own error would quote it.
pub(crate) fn check_credential(name: ArgumentName, credential: &Secret) -> Result<(), Error> {
    let value = credential.expose();
    if value.contains(['\r', '\n']) {
        return Err(Error::invalid(name, "must not hold a line break"));
    }
    if value.trim() != value {
        return Err(Error::invalid(name, "must not begin or end with a space"));
    }
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Error::invalid(name, "must hold printable ASCII characters only"));
    }
    Ok(())
}

pub(crate) fn resolve_management_key(
    given: Option<Secret>,
    environment: &Environment,
) -> Result<Option<Secret>, Error> {
    let key = given
        .filter(|key| !key.is_empty())
        .or_else(|| environment.get("DESCOPE_MANAGEMENT_KEY").map(Secret::from));
    if let Some(key) = &key {
        check_credential(MANAGEMENT_KEY, key)?;
    }
    Ok(key)
}

/// Turns a number of seconds, as other languages pass it, into a timeout.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but a finite number above 0.
pub fn timeout_from_seconds(name: ArgumentName, seconds: f64) -> Result<Duration, Error> {
    if seconds.is_nan() || seconds.is_infinite() || seconds <= 0.0 {
        return Err(Error::invalid(name, "must be a finite number above 0"));
    }
    check_timeout(name, Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT))
}

/// A span of time as the languages give it, in seconds, which may be none at all.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but a finite number of at least 0.
pub fn span_from_seconds(name: ArgumentName, seconds: f64) -> Result<Duration, Error> {
    if !seconds.is_finite() || seconds < 0.0 {
        return Err(Error::invalid(name, "must be a finite number of at least 0"));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

pub(crate) fn check_timeout(name: ArgumentName, timeout: Duration) -> Result<Duration, Error> {
    if timeout.is_zero() {
        return Err(Error::invalid(name, "must be a finite number above 0"));
    }
    Ok(timeout.min(LONGEST_TIMEOUT))
}

/// Which certificates vouch for the service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// The system's roots give way to these.
    pub(crate) replacing_file: Option<PathBuf>,
    /// Separated as in `PATH`.
    pub(crate) replacing_directories: Option<String>,
    /// These join whatever else is trusted; each with the variable that named it.
    pub(crate) additional_files: Vec<(String, PathBuf)>,
    pub(crate) skip_verify: bool,
}

impl Trust {
    pub(crate) fn resolve(
        environment: &Environment,
        additional_variables: &[String],
        skip_verify: bool,
    ) -> Self {
        let additional_files = additional_variables
            .iter()
            .filter_map(|variable| Some((variable.clone(), PathBuf::from(environment.get(variable)?))))
            .collect();
        Self {
            replacing_file: environment.get("SSL_CERT_FILE").map(PathBuf::from),
            replacing_directories: environment.get("SSL_CERT_DIR").map(str::to_owned),
            additional_files,
            skip_verify,
        }
    }
}

/// The proxies that the environment names. `HTTP_PROXY` in capitals is not among them: a web server's client can set
/// it through a `Proxy:` header (CVE-2016-5385).
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    /// Secrets, since a proxy's URL often holds a password.
    pub(crate) http: Option<Secret>,
    pub(crate) https: Option<Secret>,
    pub(crate) except: Option<String>,
}

impl Proxies {
    pub(crate) fn resolve(environment: &Environment) -> Self {
        let of = |names: &[&str]| environment.first_of(names).map(Secret::from);
        Self {
            http: of(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            https: of(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            except: environment.first_of(&["no_proxy", "NO_PROXY"]).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const PLAIN_ID: &str = "P2aaaaaaaaaaaaaaaaaaaaaaaaaa";
    const EUROPEAN_ID: &str = "Peuc12aaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn project(id: &str) -> Result<ProjectId, Error> {
        ProjectId::resolve(Some(id), &Environment::default())
    }

    fn base(given: Option<&str>, variables: &[(&str, &str)]) -> Result<String, Error> {
        let environment = variables.iter().copied().collect();
        let project_id = project(PLAIN_ID)?;
        BaseUrl::resolve(given, &environment, &project_id, false).map(|base| base.as_str().to_owned())
    }

    #[test]
    fn a_long_id_chooses_its_region_and_a_short_one_none() {
        assert_eq!(project(PLAIN_ID).unwrap().host(), "api.descope.com");
        assert_eq!(project(EUROPEAN_ID).unwrap().host(), "api.euc1.descope.com");
        assert_eq!(project(&EUROPEAN_ID[..31]).unwrap().host(), "api.descope.com");
    }

    #[test]
    fn an_id_cannot_smuggle_a_host() {
        for id in [
            "P/../..",
            "P.example.com",
            "P@example.com",
            "P#",
            "P id",
            "Pé",
            "P\n",
            "PEUC12aaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "P-_--2aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let error = project(id).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{id}");
            assert_eq!(error.argument(), Some(PROJECT_ID), "{id}");
        }
    }

    #[test]
    fn an_explicit_value_wins_and_an_empty_one_counts_as_absent() {
        let environment: Environment = [("DESCOPE_PROJECT_ID", "Pfromenvironment")].into_iter().collect();
        assert_eq!(ProjectId::resolve(Some("Pgiven"), &environment).unwrap().as_str(), "Pgiven");
        assert_eq!(ProjectId::resolve(Some(""), &environment).unwrap().as_str(), "Pfromenvironment");
        assert_eq!(ProjectId::resolve(None, &environment).unwrap().as_str(), "Pfromenvironment");
        assert!(ProjectId::resolve(None, &[("DESCOPE_PROJECT_ID", "")].into_iter().collect()).is_err());
    }

    #[test]
    fn base_urls_lose_their_slashes_and_keep_their_path() {
        assert_eq!(base(None, &[]).unwrap(), "https://api.descope.com");
        assert_eq!(
            base(Some("https://gateway.example/descope//"), &[]).unwrap(),
            "https://gateway.example/descope"
        );
        assert_eq!(
            base(None, &[("DESCOPE_BASE_URI", "http://127.0.0.1:8787/")]).unwrap(),
            "http://127.0.0.1:8787"
        );
    }

    #[test]
    fn a_base_url_that_is_none_or_in_the_clear_is_refused_without_its_value() {
        for url in [
            "api.descope.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://user:made-up-password@example.com",
            "https://example.com/?made-up-password",
            "https://example.com/#made-up-password",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "https://example.com/\u{fffd}",
            "http://10.0.0.1",
        ] {
            let error = base(Some(url), &[]).unwrap_err();
            assert_eq!(error.argument(), Some(BASE_URL), "{url}");
            assert!(!error.to_string().contains("made-up-password"), "{error}");
        }
    }

    #[test]
    fn plain_http_reaches_loopback_only_unless_allowed() {
        for url in ["http://localhost:1", "http://127.8.9.1", "http://[::1]:1", "http://emulator.localhost"] {
            assert!(base(Some(url), &[]).is_ok(), "{url}");
        }
        let project_id = project(PLAIN_ID).unwrap();
        assert!(
            BaseUrl::resolve(Some("http://example.com"), &Environment::default(), &project_id, true).is_ok()
        );
    }

    #[test]
    fn credentials_that_cannot_stand_in_a_header_are_refused_without_their_value() {
        for key in [
            "made-up\nkey",
            "made-up-key ",
            " made-up-key",
            "made-up-këy",
            "made-up\tkey",
            "made-up\u{7f}key",
        ] {
            let error = check_credential(MANAGEMENT_KEY, &Secret::from(key)).unwrap_err();
            assert!(!error.to_string().contains("made-up"), "{error}");
        }
        assert!(check_credential(MANAGEMENT_KEY, &Secret::from("made-up key~")).is_ok());
    }

    #[test]
    fn only_a_finite_number_above_zero_is_a_timeout() {
        for seconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
            assert!(timeout_from_seconds(BASE_URL, seconds).is_err(), "{seconds}");
        }
        assert_eq!(timeout_from_seconds(BASE_URL, 0.5).unwrap(), Duration::from_millis(500));
        assert_eq!(timeout_from_seconds(BASE_URL, 1e300).unwrap(), LONGEST_TIMEOUT);
    }
}
