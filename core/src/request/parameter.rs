//! The parameters of operations: how an argument is checked, and which part of the request carries it.

use crate::error::{ArgumentName, Error};
use crate::request::argument::Argument;

const EMPTY: &str = "must not be empty";

/// One argument of an operation and where it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: ArgumentName,
    /// The service's name for it.
    pub(crate) wire: &'static str,
    pub(crate) location: ParameterLocation,
    pub(crate) kind: ParameterKind,
    pub(crate) required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterLocation {
    /// Behind the operation's own path.
    Path,
    Query,
    Body,
    /// In the place of the management key.
    Bearer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    /// A string that names something; an empty one is refused, since it is mostly a variable that was never set.
    Id,
    /// A string that narrows a call down; an empty one does not, and counts as absent.
    Narrowing,
    /// A string; an empty one is sent as it is.
    Text,
    /// A string that must never be shown.
    Secret,
    /// A list of strings; an empty one is sent as it is.
    Texts,
    /// A whole number.
    Integer,
    /// A boolean.
    Flag,
    /// A JSON object, passed on as given.
    Object,
    /// A list of JSON values, passed on as given.
    List,
    /// Uploads, one at least, each with these ids and without that one.
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
}

impl Parameter {
    pub(crate) fn check(&self, argument: Option<Argument>) -> Result<Option<Argument>, Error> {
        let Some(argument) = argument else {
            return match (self.required, self.location) {
                (false, _) => Ok(None),
                // The official SDK's words.
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

    /// The service takes all of a batch or nothing, so one bad item is told before it is sent, by its index.
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
    /// Whether this argument, or a member of it, is called that and is true.
    pub(crate) fn asks_for(&self, own_name: &str, what: &str) -> bool {
        let asking = if own_name == what { Some(self) } else { self.member(what) };
        // Anything but a plain "no" may be a "yes" to the service.
        !matches!(asking, None | Some(Self::Absent | Self::Flag(false)))
    }

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
