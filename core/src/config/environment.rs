//! The environment variables that configure a client.

use crate::secret::Secret;

/// A copy of the environment variables that configure a client.
///
/// The client reads the copy, because reading the live environment while another thread changes it is undefined on most
/// systems. A test can pass its own copy.
///
/// ```
/// use descope_outbound::{Client, Environment};
///
/// # fn main() -> Result<(), descope_outbound::Error> {
/// let variables = [("DESCOPE_PROJECT_ID", "P2made"), ("DESCOPE_MANAGEMENT_KEY", "made-up-key")];
/// let environment: Environment = variables.into_iter().collect();
/// let client = Client::builder().environment(environment).build()?;
/// client.require_management_key()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The values are secrets: one is the management key, and the URL of a proxy may hold a password.
    variables: Vec<(String, Secret)>,
}

impl Environment {
    /// The names of all variables that a client may read.
    ///
    /// ```
    /// use descope_outbound::Environment;
    ///
    /// assert!(Environment::NAMES.contains(&"DESCOPE_PROJECT_ID"));
    /// ```
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

    /// Copies the variables of this process. A variable that is not valid UTF-8 is left out.
    ///
    /// ```
    /// use descope_outbound::{Client, Environment};
    ///
    /// let environment = Environment::process();
    /// let builder = Client::builder().environment(environment);
    /// ```
    #[must_use]
    pub fn process() -> Self {
        Self::NAMES.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))).collect()
    }

    /// The value of the variable. An empty value counts as absent.
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
