//! From Python values to the core's arguments.

use descope_outbound::{Argument, Arguments};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::secret::Secret;

/// Deeper than any option, and shallow enough to stop at a list that holds itself.
const DEEPEST: usize = 64;
/// More than any batch holds, and few enough to stop soon at a list that holds itself twice.
const MOST: usize = 1_000_000;

/// The name under which the members of a dict stand for arguments of their own.
const SPREAD: &str = "*";

pub(crate) fn arguments(members: &Bound<'_, PyDict>) -> PyResult<Arguments> {
    let mut arguments = Vec::with_capacity(members.len());
    for (name, value) in members {
        // As if it were not there: that is what None says.
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

/// `name` tells whether a string is a secret.
pub(crate) fn argument(name: &str, value: &Bound<'_, PyAny>) -> Argument {
    nested(name, value, 0, &mut 0)
}

/// `count` is that of all values so far.
fn nested(name: &str, value: &Bound<'_, PyAny>, depth: usize, count: &mut usize) -> Argument {
    *count += 1;
    if depth > DEEPEST || *count > MOST {
        return Argument::Malformed("must not be nested so deep, or hold so much");
    }
    if value.is_none() {
        Argument::Absent
    } else if let Ok(secret) = value.cast::<Secret>() {
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

/// An argument that is a string or None. What is no Unicode becomes what is no id and no URL: it is refused by name.
pub(crate) fn text_of(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(Some(text.to_string_lossy().into_owned())),
        Err(_) if value.is_none() => Ok(None),
        Err(_) => Err(wrong_type(name, "a string", value)),
    }
}

/// An argument that is a number; one too large to be told apart from infinity is that.
pub(crate) fn number_of(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    match value.extract::<f64>() {
        Ok(_) if value.is_instance_of::<PyBool>() => Err(wrong_type(name, "a number", value)),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Ok(f64::INFINITY),
        Err(_) => Err(wrong_type(name, "a number", value)),
        Ok(number) => Ok(number),
    }
}

pub(crate) fn wrong_type(name: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(given) => PyTypeError::new_err(format!("{name} must be {wanted}, not {given}")),
        Err(error) => error,
    }
}

fn number(value: &Bound<'_, PyAny>) -> Argument {
    if value.is_instance_of::<PyInt>() {
        let number =
            value.extract::<i64>().map(Into::into).or_else(|_| value.extract::<u64>().map(Into::into));
        // As a float it would arrive as another number.
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

pub(crate) fn foreign(value: &Bound<'_, PyAny>) -> Argument {
    let name = value.get_type().name().map_or_else(|_| "an unknown type".to_owned(), |name| name.to_string());
    Argument::Foreign(name)
}

pub(crate) fn expiry_milliseconds(expiry: &Bound<'_, PyAny>) -> Option<i64> {
    let expiry = match argument("", expiry) {
        Argument::Text(text) => serde_json::Value::String(text),
        Argument::Number(number) => serde_json::Value::Number(number),
        _ => return None,
    };
    descope_outbound::expiry_milliseconds(&expiry)
}
