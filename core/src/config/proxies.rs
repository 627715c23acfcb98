//! The proxies from the environment variables.

use crate::config::environment::Environment;
use crate::config::no_proxy::NoProxy;
use crate::secret::Secret;

/// The proxies from the environment variables. The client ignores `HTTP_PROXY` in capitals: in a CGI process, a remote
/// peer can set it with a `Proxy:` header (CVE-2016-5385).
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    /// A secret, since the URL of a proxy often holds a password.
    pub(crate) http: Option<Secret>,
    pub(crate) https: Option<Secret>,
    pub(crate) except: NoProxy,
}

impl Proxies {
    pub(crate) fn resolve(environment: &Environment) -> Self {
        let of = |names: &[&str]| environment.first_of(names).map(Secret::from);
        Self {
            http: of(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            https: of(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            except: environment.first_of(&["no_proxy", "NO_PROXY"]).map(NoProxy::parse).unwrap_or_default(),
        }
    }
}
