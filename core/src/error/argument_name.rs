//! The name of an argument, in the spelling of each language.

/// The name of an argument, in `snake_case` and in `camelCase`. Rust and Python use the first, Node the second.
///
/// ```
/// use descope_outbound::ArgumentName;
///
/// let error = descope_outbound::Client::builder().project_id("not an id").build().unwrap_err();
/// assert_eq!(error.argument(), Some(ArgumentName { snake: "project_id", camel: "projectId" }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentName {
    /// The name in `snake_case`, such as `app_id`.
    pub snake: &'static str,
    /// The name in `camelCase`, such as `appId`.
    pub camel: &'static str,
}
