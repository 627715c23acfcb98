//! The environment variables that configure a client.

use crate::secret::Secret;

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

    pub(crate) fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

impl<Name: Into<String>, Value: Into<Secret>> FromIterator<(Name, Value)> for Environment {
    fn from_iter<Variables: IntoIterator<Item = (Name, Value)>>(variables: Variables) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables }
    }
}
