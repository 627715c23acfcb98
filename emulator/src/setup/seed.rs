//! The apps and connections that exist at the start, with ids that a test can rely on.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::connection::Connection;

/// The apps and connections that exist at the start and after each reset.
///
/// If a seed lists apps, a connection to any other app is an error. If it lists none, a connection creates its app.
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
    /// The connections.
    pub connections: Vec<Connection>,
}

/// An outbound app that exists at the start.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedApp {
    /// Its id.
    pub id: String,
    /// Its name; the id by default.
    #[serde(default)]
    pub name: Option<String>,
    /// The lifetime of its access tokens; the `lifetime` of the options by default.
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

    /// Adds an app whose access tokens have this lifetime, in whole seconds.
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
    /// The text is not JSON, has an unknown field, or refers to an app that it does not list.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let seed: Self = serde_json::from_str(text).map_err(|error| SeedError::new(explain(text, &error)))?;
        seed.check()?;
        Ok(seed)
    }

    /// Reads a seed from a JSON file.
    ///
    /// # Errors
    /// The file cannot be read, or [`Seed::from_json`] rejects its text.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SeedError> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|error| SeedError::new(error.to_string()).in_file(path))?;
        Self::from_json(&text).map_err(|error| error.in_file(path))
    }

    /// Rejects an invalid seed and names the entry.
    pub(crate) fn check(&self) -> Result<(), SeedError> {
        let mut app_ids = HashSet::new();
        for (position, app) in self.apps.iter().enumerate() {
            if app.id.is_empty() {
                return Err(SeedError::new(format!("apps[{position}]: id is missing")));
            }
            if !app_ids.insert(app.id.as_str()) {
                return Err(SeedError::new(format!(
                    "apps[{position}]: another app has the id {:?}; choose a different id",
                    app.id
                )));
            }
        }
        let mut pinned = HashSet::new();
        for (position, connection) in self.connections.iter().enumerate() {
            let invalid = |message: String| SeedError::new(format!("connections[{position}]: {message}"));
            if let Some(problem) = connection.missing_field() {
                return Err(invalid(problem.to_owned()));
            }
            if !app_ids.is_empty() && !app_ids.contains(connection.app_id.as_str()) {
                return Err(invalid(format!("app {:?} is not in apps; add it there", connection.app_id)));
            }
            let names = [
                ("token_id", connection.token_id.as_deref()),
                ("access_token", connection.access_token.as_deref()),
                ("refresh_token", connection.pinned_refresh_token()),
            ];
            for (name, value) in names {
                if value.is_some_and(|value| !pinned.insert((name, value))) {
                    return Err(invalid(format!(
                        "another connection has the same {name}; choose a different one"
                    )));
                }
            }
        }
        Ok(())
    }
}

/// Adds the entry's name to the parser's message. A line number alone does not help with a generated file.
fn explain(text: &str, error: &serde_json::Error) -> String {
    let Ok(whole) = serde_json::from_str::<serde_json::Value>(text) else {
        return format!("not JSON: {error}");
    };
    invalid_entry::<SeedApp>(&whole, "apps")
        .or_else(|| invalid_entry::<Connection>(&whole, "connections"))
        .unwrap_or_else(|| error.to_string())
}

fn invalid_entry<Item: serde::de::DeserializeOwned>(whole: &serde_json::Value, list: &str) -> Option<String> {
    whole.get(list)?.as_array()?.iter().enumerate().find_map(|(position, entry)| {
        let error = Item::deserialize(entry).err()?;
        Some(format!("{list}[{position}]: {error}"))
    })
}

/// The reason why a seed cannot be used.
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
