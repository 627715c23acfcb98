//! The base URL of the service.

use std::net::IpAddr;

use url::{Host, Url};

use crate::config::environment::Environment;
use crate::config::project_id::ProjectId;
use crate::error::{ArgumentName, Error};

const BASE_URL: ArgumentName = ArgumentName { snake: "base_url", camel: "baseUrl" };

/// The URL of the service: scheme, host, and optionally a path before the path of each operation.
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

    /// The error never quotes the value, since a caller may put a password into the URL.
    fn parse(text: &str, allow_insecure_http: bool, origin: &str) -> Result<Self, Error> {
        let refuse = |problem: &str| Err(Error::invalid(BASE_URL, format!("{origin}{problem}")));
        let Ok(url) = Url::parse(text) else {
            return refuse("must be a URL such as https://api.descope.com");
        };
        // An international host name has an ASCII form, and every other character can be percent-encoded.
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
                "must be https: http would send the management key unencrypted (allow_insecure_http or allowInsecureHttp permits that)",
            );
        }
        Ok(base)
    }

    /// Whether a call may need TLS, to the service or to a proxy.
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

    /// Scheme, host and port. An error may show these.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The URL without its trailing slashes, so that a path can follow.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN_ID: &str = "P2aaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn project(id: &str) -> Result<ProjectId, Error> {
        ProjectId::resolve(Some(id), &Environment::default())
    }

    fn base(given: Option<&str>, variables: &[(&str, &str)]) -> Result<String, Error> {
        let environment = variables.iter().copied().collect();
        let project_id = project(PLAIN_ID)?;
        BaseUrl::resolve(given, &environment, &project_id, false).map(|base| base.as_str().to_owned())
    }
    #[test]
    fn a_base_url_loses_its_trailing_slashes_and_keeps_its_path() {
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
    fn the_error_for_an_invalid_or_unencrypted_base_url_does_not_quote_it() {
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
    fn plain_http_is_limited_to_loopback_unless_it_is_allowed() {
        for url in ["http://localhost:1", "http://127.8.9.1", "http://[::1]:1", "http://emulator.localhost"] {
            assert!(base(Some(url), &[]).is_ok(), "{url}");
        }
        let project_id = project(PLAIN_ID).unwrap();
        assert!(
            BaseUrl::resolve(Some("http://example.com"), &Environment::default(), &project_id, true).is_ok()
        );
    }
}
