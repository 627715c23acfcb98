//! What exists from the start: apps and connections with ids that a test can rely on.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::connection::{Connection, RefreshToken};

/// The apps and connections that an emulator starts with, and returns to at a reset.
///
/// A seed that lists apps lists all of them: connecting to another one is an error. Without any, an app exists as
/// soon as somebody connects to it.
///
/// ```
/// use descope_outbound_emulator::{Connection, Seed};
///
/// let seed = Seed::default()
///     .app("github")
///     .connection(Connection::user("github", "user-1").token_id("token-1"));
/// assert_eq!(seed.connections.len(), 1);
/// ```
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    /// The outbound apps.
    pub apps: Vec<SeedApp>,
    /// Who is connected.
    pub connections: Vec<Connection>,
}

/// An outbound app that exists from the start.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedApp {
    /// Its id.
    pub id: String,
    /// Its name; the id when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// How long the access tokens of its provider are good; the emulator's default when absent.
    #[serde(default)]
    pub lifetime_seconds: Option<u64>,
}

impl Seed {
    /// Adds an app.
    #[must_use]
    pub fn app(mut self, id: impl Into<String>) -> Self {
        self.apps.push(SeedApp { id: id.into(), ..SeedApp::default() });
        self
    }

    /// Adds an app whose access tokens are good for `lifetime`, in whole seconds.
    #[must_use]
    pub fn app_with_lifetime(mut self, id: impl Into<String>, lifetime: Duration) -> Self {
        self.apps.push(SeedApp {
            id: id.into(),
            lifetime_seconds: Some(lifetime.as_secs()),
            ..SeedApp::default()
        });
        self
    }

    /// Adds a connection.
    #[must_use]
    pub fn connection(mut self, connection: Connection) -> Self {
        self.connections.push(connection);
        self
    }

    /// Reads a seed from JSON.
    ///
    /// # Errors
    /// The text is not JSON, has a field that a seed does not have, or refers to an app that it does not list.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let seed: Self =
            serde_json::from_str(text).map_err(|error| SeedError::new(explained(text, &error)))?;
        seed.check()?;
        Ok(seed)
    }

    /// Reads a seed from a JSON file.
    ///
    /// # Errors
    /// The file cannot be read, or as for [`Seed::from_json`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SeedError> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|error| SeedError::new(error.to_string()).in_file(path))?;
        Self::from_json(&text).map_err(|error| error.in_file(path))
    }

    /// What is wrong with the seed is told before anything is served, with the name of the entry.
    pub(crate) fn check(&self) -> Result<(), SeedError> {
        let mut app_ids = HashSet::new();
        for (position, app) in self.apps.iter().enumerate() {
            if app.id.is_empty() {
                return Err(SeedError::new(format!("apps[{position}]: id is missing")));
            }
            if !app_ids.insert(app.id.as_str()) {
                return Err(SeedError::new(format!(
                    "apps[{position}]: there are two apps with the id {:?}",
                    app.id
                )));
            }
        }
        let mut pinned = HashSet::new();
        for (position, connection) in self.connections.iter().enumerate() {
            let fault = |message: String| SeedError::new(format!("connections[{position}]: {message}"));
            if let Some(problem) = incomplete(connection) {
                return Err(fault(problem.to_owned()));
            }
            if !app_ids.is_empty() && !app_ids.contains(connection.app_id.as_str()) {
                return Err(fault(format!("there is no app {:?} in apps", connection.app_id)));
            }
            let refresh_token = match &connection.refresh_token {
                RefreshToken::Pinned(token) => Some(token.as_str()),
                RefreshToken::Minted | RefreshToken::None => None,
            };
            let names = [
                ("token_id", connection.token_id.as_deref()),
                ("access_token", connection.access_token.as_deref()),
                ("refresh_token", refresh_token),
            ];
            for (name, value) in names {
                if value.is_some_and(|value| !pinned.insert((name, value))) {
                    return Err(fault(format!("another connection has the same {name}")));
                }
            }
        }
        Ok(())
    }
}

/// What a connection lacks to be one, in a seed and elsewhere.
pub(crate) fn incomplete(connection: &Connection) -> Option<&'static str> {
    if connection.app_id.is_empty() {
        Some("app_id is missing")
    } else if connection.user_id.is_empty() && connection.tenant_id.is_empty() {
        Some("user_id is missing (or tenant_id, for a tenant's own token)")
    } else {
        None
    }
}

/// The parser's message, with the name of the entry that it is about: a line number alone is of little help in a
/// generated file.
fn explained(text: &str, error: &serde_json::Error) -> String {
    let Ok(whole) = serde_json::from_str::<serde_json::Value>(text) else {
        return format!("not JSON: {error}");
    };
    entry_fault::<SeedApp>(&whole, "apps")
        .or_else(|| entry_fault::<Connection>(&whole, "connections"))
        .unwrap_or_else(|| error.to_string())
}

fn entry_fault<Entry: serde::de::DeserializeOwned>(whole: &serde_json::Value, list: &str) -> Option<String> {
    whole.get(list)?.as_array()?.iter().enumerate().find_map(|(position, entry)| {
        let error = Entry::deserialize(entry).err()?;
        Some(format!("{list}[{position}]: {error}"))
    })
}

/// A seed that cannot be used, and why.
#[derive(Debug)]
pub struct SeedError {
    message: String,
    file: Option<PathBuf>,
}

impl SeedError {
    fn new(message: String) -> Self {
        Self { message, file: None }
    }

    fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(formatter, "seed {}: {}", file.display(), self.message),
            None => write!(formatter, "seed: {}", self.message),
        }
    }
}

impl std::error::Error for SeedError {}
