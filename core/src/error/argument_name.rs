//! The name of an argument, in each language's spelling.

/// An argument's name, as languages with `snake_case` and languages with `camelCase` write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentName {
    /// `app_id`
    pub snake: &'static str,
    /// `appId`
    pub camel: &'static str,
}
