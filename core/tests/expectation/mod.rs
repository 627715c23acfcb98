//! Comparison of values with expectations, which may be markers.

use serde_json::Value;

/// Whether `actual` meets the expectation of the table.
pub(crate) fn is_met(expected: &Value, actual: &Value) -> Result<bool, String> {
    match marker(expected) {
        None => Ok(expected == actual),
        Some(("$contains", Value::Array(parts))) => Ok(actual.as_str().is_some_and(|actual| {
            parts.iter().all(|part| part.as_str().is_some_and(|part| actual.contains(part)))
        })),
        Some(("$between", Value::Array(ends))) => match (ends.as_slice(), actual.as_f64()) {
            ([low, high], Some(actual)) => Ok(low.as_f64().is_some_and(|low| low <= actual)
                && high.as_f64().is_some_and(|high| actual <= high)),
            _ => Ok(false),
        },
        Some(("$text", _)) => Ok(actual.as_str() == Some(text(expected)?.as_str())),
        Some((name, _)) => Err(format!("{name} is not a valid marker here")),
    }
}

/// Read a string of the table, which may be assembled from pieces.
pub(crate) fn text(written: &Value) -> Result<String, String> {
    if let Value::String(text) = written {
        return Ok(text.clone());
    }
    let Some(("$text", Value::Array(pieces))) = marker(written) else {
        return Err(format!("{written} is not a text"));
    };
    let mut text = String::new();
    for piece in pieces {
        let piece = match piece {
            Value::String(piece) => piece.clone(),
            Value::Array(repeated) => match repeated.as_slice() {
                [Value::String(piece), Value::Number(times)] => {
                    let times = times.as_u64().and_then(|times| usize::try_from(times).ok());
                    piece.repeat(times.ok_or("a piece of text has an invalid number of repeats")?)
                }
                _ => return Err(format!("{piece} is not a piece of text")),
            },
            _ => return Err(format!("{piece} is not a piece of text")),
        };
        text += &piece;
    }
    Ok(text)
}

/// Read a number of the table, including numbers that JSON cannot express.
pub(crate) fn number(written: &Value) -> Result<f64, String> {
    match (marker(written), written.as_f64()) {
        (None, Some(number)) => Ok(number),
        (Some(("$nan", _)), _) => Ok(f64::NAN),
        (Some(("$infinity", _)), _) => Ok(f64::INFINITY),
        _ => Err(format!("{written} is not a number")),
    }
}

/// The name and the value of a marker, or none if the value is not a marker.
fn marker(written: &Value) -> Option<(&str, &Value)> {
    let (name, value) = written.as_object()?.iter().next()?;
    name.starts_with('$').then_some((name.as_str(), value))
}
