//! From Python values to the core's arguments.

use descope_outbound::{Argument, Arguments};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// Deeper than any option, and shallow enough to stop at a list that contains itself.
const MAX_DEPTH: usize = 64;
/// More values than any batch holds, and few enough to stop soon at a list that contains itself twice.
const MAX_VALUES: usize = 1_000_000;

/// A dict under this name is spread: each of its members is an argument.
const SPREAD: &str = "*";

/// Holds a secret, or a list or dict with secrets in it, so that our frames, tracebacks, pickles and `vars()` do not.
///
/// The constructor accepts any value. An error at that point would show a frame that still holds the secret; so the core
/// refuses an unusable value later.
#[pyclass(frozen, name = "Secret", module = "descope_outbound._native")]
pub(crate) struct PySecret(Argument);

impl PySecret {
    pub(crate) fn argument(&self) -> Argument {
        self.0.clone()
    }
}

#[pymethods]
impl PySecret {
    #[new]
    fn new(value: &Bound<'_, PyAny>) -> Self {
        Self(match value.cast::<PyString>() {
            // A lone surrogate becomes a character that no credential may hold. The core refuses it without quoting it.
            Ok(text) => Argument::Secret(text.to_string_lossy().into_owned().into()),
            Err(_) => argument("", value),
        })
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __repr__(&self) -> &'static str {
        descope_outbound::bindings::REDACTED
    }
}

pub(crate) fn arguments(members: &Bound<'_, PyDict>) -> PyResult<Arguments> {
    let mut arguments = Vec::with_capacity(members.len());
    for (name, value) in members {
        // In Python, None means that the argument is absent.
        if value.is_none() {
            continue;
        }
        match argument_of(&name, &value)? {
            (name, Argument::Object(more)) if name == SPREAD => arguments.extend(more),
            (name, other) if name == SPREAD => arguments.push(("more".to_owned(), other)),
            argument => arguments.push(argument),
        }
    }
    Ok(arguments.into_iter().collect())
}

fn argument_of(name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<(String, Argument)> {
    let name = name.extract::<String>()?;
    let argument = argument(&name, value);
    Ok((name, argument))
}

/// Converts one value. Its name decides whether a string is a secret.
fn argument(name: &str, value: &Bound<'_, PyAny>) -> Argument {
    nested(name, value, 0, &mut 0)
}

/// `count` is the number of values that have been read so far.
fn nested(name: &str, value: &Bound<'_, PyAny>, depth: usize, count: &mut usize) -> Argument {
    *count += 1;
    if depth > MAX_DEPTH || *count > MAX_VALUES {
        return Argument::Malformed(
            "must not be nested deeper than 64 levels, or hold more than a million values",
        );
    }
    if value.is_none() {
        Argument::Absent
    } else if let Ok(secret) = value.cast::<PySecret>() {
        secret.get().argument()
    } else if let Ok(text) = value.cast::<PyString>() {
        match text.to_str() {
            Ok(text) => Argument::member_text(name, text.to_owned()),
            Err(_) => Argument::Malformed("must not hold a lone surrogate"),
        }
    } else if let Ok(flag) = value.cast::<PyBool>() {
        Argument::Flag(flag.is_true())
    } else if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        number(value)
    } else if let Ok(items) = value.cast::<PyList>() {
        items.iter().map(|item| nested(name, &item, depth + 1, count)).collect()
    } else if let Ok(items) = value.cast::<PyTuple>() {
        items.iter().map(|item| nested(name, &item, depth + 1, count)).collect()
    } else if let Ok(members) = value.cast::<PyDict>() {
        object(members, depth, count)
    } else {
        foreign(value)
    }
}

fn number(value: &Bound<'_, PyAny>) -> Argument {
    if value.is_instance_of::<PyInt>() {
        let number =
            value.extract::<i64>().map(Into::into).or_else(|_| value.extract::<u64>().map(Into::into));
        // A float would be rounded to another number.
        return number
            .map_or(Argument::Malformed("must hold whole numbers of 64 bits at most"), Argument::Number);
    }
    let number = value.extract::<f64>().ok().and_then(serde_json::Number::from_f64);
    number.map_or(Argument::Malformed("must hold finite numbers only"), Argument::Number)
}

fn object(members: &Bound<'_, PyDict>, depth: usize, count: &mut usize) -> Argument {
    let mut object = Vec::with_capacity(members.len());
    for (name, value) in members {
        object.push(match name.extract::<String>() {
            Ok(name) => {
                let value = nested(&name, &value, depth + 1, count);
                (name, value)
            }
            Err(_) => (String::new(), foreign(&name)),
        });
    }
    Argument::Object(object)
}

fn foreign(value: &Bound<'_, PyAny>) -> Argument {
    let name = value.get_type().name().map_or_else(|_| "an unknown type".to_owned(), |name| name.to_string());
    Argument::Foreign(name)
}

/// Reads the moment that an expiry names, in milliseconds since 1970.
pub(crate) fn expiry_milliseconds(expiry: &Bound<'_, PyAny>) -> Option<i64> {
    let expiry = match argument("", expiry) {
        Argument::Text(text) => serde_json::Value::String(text),
        Argument::Number(number) => serde_json::Value::Number(number),
        _ => return None,
    };
    descope_outbound::bindings::expiry_milliseconds(&expiry)
}
