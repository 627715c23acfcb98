//! The parameters of operations: how an argument is checked, and which part of the request carries it.

use crate::error::{ArgumentName, Error};
use crate::request::argument::Argument;

const EMPTY: &str = "must not be empty";

/// The definition of one argument: its names, its type, and the part of the request that carries it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: ArgumentName,
    /// The service's name for the argument.
    pub(crate) wire: &'static str,
    pub(crate) location: ParameterLocation,
    pub(crate) kind: ParameterKind,
    pub(crate) required: bool,
}

/// The part of the request that carries an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterLocation {
    /// The path, after the operation's own.
    Path,
    Query,
    Body,
    /// The `Authorization` header, instead of the management key.
    Bearer,
}

/// The type of an argument, and the meaning of an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    /// A string that identifies something. An empty one is refused: it usually comes from a variable that was never
    /// set.
    Id,
    /// A string that narrows a call. An empty one counts as absent.
    Narrowing,
    /// A string. An empty one is sent.
    Text,
    /// A string that is never printed.
    Secret,
    /// A list of strings. An empty one is sent.
    Texts,
    /// A whole number.
    Integer,
    /// A boolean.
    Flag,
    /// A JSON object, sent as given.
    Object,
    /// A list of JSON values, sent as given.
    List,
    /// A list of at least one upload. Each must have the `ids`, and must not have the member `without`.
    Uploads { ids: [&'static str; 2], without: Option<&'static str> },
}

impl Parameter {
    pub(crate) const fn new(
        snake: &'static str,
        camel: &'static str,
        location: ParameterLocation,
        kind: ParameterKind,
    ) -> Self {
        Self { name: ArgumentName { snake, camel }, wire: camel, location, kind, required: false }
    }

    pub(crate) const fn body(snake: &'static str, camel: &'static str, kind: ParameterKind) -> Self {
        Self::new(snake, camel, ParameterLocation::Body, kind)
    }

    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn in_query(self) -> Self {
        Self { location: ParameterLocation::Query, ..self }
    }

    /// Checks an argument. `None` if it is not given, or counts as absent.
    pub(crate) fn check(&self, argument: Option<Argument>) -> Result<Option<Argument>, Error> {
        let Some(argument) = argument else {
            return match (self.required, self.location) {
                (false, _) => Ok(None),
                // The official SDK has this text.
                (true, ParameterLocation::Bearer) => {
                    Err(Error::invalid_setup("Inbound app token is required for perform this functionality"))
                }
                (true, _) => Err(Error::invalid(self.name, EMPTY)),
            };
        };
        argument.refuse_unusable(Some(self))?;
        match (self.kind, argument) {
            (ParameterKind::Id, Argument::Text(text)) if text.is_empty() => {
                Err(Error::invalid(self.name, EMPTY))
            }
            (ParameterKind::Narrowing, Argument::Text(text)) if text.is_empty() => self.check(None),
            (ParameterKind::Id, Argument::Text(text))
                if self.location == ParameterLocation::Path && (text == "." || text == "..") =>
            {
                Err(Error::invalid(self.name, "must not be '.' or '..': it would change the path"))
            }
            (ParameterKind::Secret, Argument::Secret(secret)) if secret.is_empty() && self.required => {
                self.check(None)
            }
            (ParameterKind::Secret, Argument::Text(text)) => self.check(Some(Argument::Secret(text.into()))),
            (ParameterKind::Texts, Argument::List(items)) => {
                match items.iter().find(|item| !matches!(item, Argument::Text(_))) {
                    Some(other) => {
                        let problem =
                            format!("must be a list of strings, and one item is {}", other.type_name());
                        Err(Error::wrong_type(self.name, problem))
                    }
                    None => Ok(Some(Argument::List(items))),
                }
            }
            (ParameterKind::Uploads { ids, without }, Argument::List(items)) => {
                self.check_uploads(ids, without, items)
            }
            (
                ParameterKind::Id | ParameterKind::Narrowing | ParameterKind::Text,
                argument @ Argument::Text(_),
            )
            | (ParameterKind::Secret, argument @ Argument::Secret(_))
            | (ParameterKind::Flag, argument @ Argument::Flag(_))
            | (ParameterKind::Object, argument @ Argument::Object(_))
            | (ParameterKind::List, argument @ Argument::List(_)) => Ok(Some(argument)),
            (ParameterKind::Integer, Argument::Number(number)) if number.is_i64() => {
                Ok(Some(Argument::Number(number)))
            }
            (kind, other) => {
                let problem = format!("must be {}, not {}", kind.expected(), other.type_name());
                Err(Error::wrong_type(self.name, problem))
            }
        }
    }

    /// Checks a batch. The service takes all of it or nothing, so the error names the index of a bad item before the
    /// request is sent.
    fn check_uploads(
        &self,
        ids: [&str; 2],
        without: Option<&str>,
        items: Vec<Argument>,
    ) -> Result<Option<Argument>, Error> {
        if items.is_empty() {
            return Err(Error::invalid(self.name, "must not be empty"));
        }
        for (index, item) in items.iter().enumerate() {
            if !matches!(item, Argument::Object(_)) {
                let problem = format!("must be a list of objects, and item {index} is {}", item.type_name());
                return Err(Error::wrong_type(self.name, problem));
            }
            for id in ids {
                if !matches!(item.member(id), Some(Argument::Text(text)) if !text.is_empty()) {
                    return Err(Error::invalid(
                        self.name,
                        format!("must hold {id} in each item, and item {index} does not"),
                    ));
                }
            }
            if let Some(other) =
                without.filter(|other| !matches!(item.member(other), None | Some(Argument::Absent)))
            {
                let problem = format!("must not hold {other} in this batch, and item {index} does");
                return Err(Error::invalid(self.name, problem));
            }
        }
        Ok(Some(Argument::List(items)))
    }
}

impl ParameterKind {
    fn expected(self) -> &'static str {
        match self {
            Self::Id | Self::Narrowing | Self::Text | Self::Secret => "a string",
            Self::Texts => "a list of strings",
            Self::Integer => "a whole number",
            Self::Flag => "a boolean",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Uploads { .. } => "a list of objects",
        }
    }
}

impl Argument {
    /// Whether this argument, whose name is `own_name`, is the flag, or has it as a member, and may be true.
    pub(crate) fn enables(&self, own_name: &str, flag: &str) -> bool {
        let value = if own_name == flag { Some(self) } else { self.member(flag) };
        // The service may read any value but `false` as true.
        !matches!(value, None | Some(Self::Absent | Self::Flag(false)))
    }

    /// Refuses a value that cannot be sent. `parameter` is `None` for an argument that the operation does not know.
    pub(crate) fn refuse_unusable(&self, parameter: Option<&Parameter>) -> Result<(), Error> {
        const MORE: ArgumentName = ArgumentName { snake: "more", camel: "more" };
        let name = parameter.map_or(MORE, |parameter| parameter.name);
        match self.unusable() {
            Some(Self::Malformed(problem)) => Err(Error::invalid(name, *problem)),
            Some(foreign) if parameter.is_none() || matches!(self, Self::List(_) | Self::Object(_)) => {
                let problem = format!("must be JSON, and {} is not", foreign.type_name());
                Err(Error::wrong_type(name, problem))
            }
            _ => Ok(()),
        }
    }
}
