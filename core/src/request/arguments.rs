//! A caller's arguments, by name.

use crate::error::{ArgumentName, Error};
use crate::request::argument::Argument;

/// The arguments of an operation, by name, for [`Client::call`](crate::Client::call).
///
/// ```
/// use descope_outbound::Arguments;
///
/// let arguments = Arguments::default().with("user_id", "user-id");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Arguments(Vec<(String, Argument)>);

impl Arguments {
    /// The two ids of most operations: the app's, and that of the user or tenant.
    pub(crate) fn of(app_id: impl Into<String>, owner: &str, owner_id: impl Into<String>) -> Self {
        Self::default().with("app_id", app_id.into()).with(owner, owner_id.into())
    }

    /// Adds an argument. Its name may be in either spelling: `app_id` or `appId`. The operation refuses an argument
    /// that is given twice.
    ///
    /// ```
    /// use descope_outbound::Arguments;
    ///
    /// let arguments = Arguments::default().with("app_id", "google-calendar").with("user_id", "user-id");
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, argument: impl Into<Argument>) -> Self {
        self.0.push((name.into(), argument.into()));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.0.iter().map(|(name, argument)| (name.as_str(), argument))
    }

    /// The text of this name, in either spelling. An empty text counts as absent.
    pub(crate) fn text(&self, snake: &str, camel: &str) -> Option<&str> {
        self.iter().find_map(|(name, argument)| match argument {
            Argument::Text(text) if (name == snake || name == camel) && !text.is_empty() => {
                Some(text.as_str())
            }
            _ => None,
        })
    }

    /// Replaces the options.
    pub(crate) fn with_options(mut self, options: Argument) -> Self {
        self.0.retain(|(name, _)| name != "options");
        self.with("options", options)
    }

    /// Removes the argument of this name, in either spelling. If both are given, that is an error, since they may
    /// differ.
    pub(crate) fn take(&mut self, wanted: ArgumentName) -> Result<Option<Argument>, Error> {
        let ArgumentName { snake, camel } = wanted;
        let is_its = |(name, _): &(String, Argument)| name == snake || name == camel;
        let mut found = None;
        while let Some(position) = self.0.iter().position(is_its) {
            let argument = self.0.remove(position).1;
            if matches!(argument, Argument::Absent) {
                continue;
            }
            if found.replace(argument).is_some() {
                return Err(Error::invalid(
                    wanted,
                    format!("must not be given twice: pass {snake} or {camel}"),
                ));
            }
        }
        Ok(found)
    }
}

impl FromIterator<(String, Argument)> for Arguments {
    fn from_iter<Items: IntoIterator<Item = (String, Argument)>>(items: Items) -> Self {
        Self(items.into_iter().collect())
    }
}

impl IntoIterator for Arguments {
    type Item = (String, Argument);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
